// What the number view asks for and gets: values that cross threads.
#pragma once

#include "engine/analysis/pixel_box.h"
#include "engine/explain/explain_update.h"
#include "engine/explain/network_numbers.h"

#include <QString>
#include <functional>
#include <memory>
#include <vector>

namespace convarium::ui
{

enum class NumberMode { Forward, Backward, Update, Loss };

/// Which number. The pointers lead to immutable things.
struct NumberRequest {
    int id = 0;
    std::shared_ptr<const engine::GraphSpec> graph; ///< the same object until the network changes
    engine::WeightsPtr weights;                     ///< null: the initial weights of `seed`
    std::uint64_t seed = 1;
    engine::DatasetPtr images;
    std::int64_t image = 0;
    NumberMode mode = NumberMode::Forward;
    engine::NodeId node = engine::kNoNode; ///< the layer; activations docked to it follow by themselves
    std::int64_t element = 0;              ///< of its output; Backward: of input `input`; Loss: of what the loss reads
    std::size_t input = 0;
    engine::TrainConfig config; ///< its loss has the gradients
    // Update: the step that follows `state` with these settings, one weight of it.
    std::shared_ptr<const engine::TrainingState> state; ///< null: the first step
    engine::DatasetBundle data;
    std::string tensor;      ///< key
    std::int64_t weight = 0; ///< element of the tensor
};

/// Numbers laid out as maps: a list is one row.
struct NumberMaps {
    engine::Shape shape;
    std::vector<float> values;
    double scale = 0; ///< largest magnitude
    QString name;     ///< "S2"
    [[nodiscard]] int maps() const { return shape.isMaps() ? static_cast<int>(shape[0]) : 1; }
    [[nodiscard]] int height() const { return shape.isMaps() ? static_cast<int>(shape[1]) : 1; }
    [[nodiscard]] int width() const { return static_cast<int>(shape.isMaps() ? shape[2] : shape.elements()); }
    [[nodiscard]] const float* map(int i) const
    {
        return values.data() + static_cast<std::ptrdiff_t>(i) * height() * width();
    }
};

/// One layer's part in it.
struct NumberStep {
    engine::NodeId node = engine::kNoNode;
    QString title; ///< "Conv2D C3"
    QString kind;  ///< "Tanh"
    engine::Explanation explanation;
    float engineValue = 0;                  ///< what the engine has for it
    std::function<double(double)> function; ///< of an activation; null: no function of one number
};

struct NumberResult {
    int id = 0;
    QString error; ///< a sentence when there is nothing to show
    NumberRequest request;
    QString title; ///< "Conv2D C3"
    std::vector<NumberMaps> inputs;
    std::vector<engine::Shape> tensorShapes;
    std::vector<QString> tensorKeys;
    NumberMaps shown;          ///< the maps one is chosen of: after the docked layers; Backward: the input gradient
    NumberMaps outputGradient; ///< Backward and Update
    bool meetsLoss = false;    ///< the loss reads this layer's numbers: there is a page for Loss
    bool ofLoss = false;       ///< the gradient comes from the loss itself: mode Loss, and Backward of a final Softmax
    QString loss;              ///< "Cross-entropy"
    /// The layer itself, then what is docked to it. Backward and Update: one.
    std::vector<NumberStep> steps;
    std::int64_t element = 0; ///< within `shown`
    // The input image, and what of it the number depends on.
    engine::Shape imageShape;
    std::vector<std::uint8_t> pixels;
    engine::PixelBox field;
    // Update
    engine::UpdateExplanation update;
    engine::WeightNumbers before;
    QString optimizer;
    std::int64_t step = 0;
    double rate = 0;
    std::vector<double> imageSums; ///< what each image of the batch adds to the gradient
    double milliseconds = 0;
    [[nodiscard]] double value() const { return steps.empty() ? 0 : steps.back().explanation.value; }
};

} // namespace convarium::ui
