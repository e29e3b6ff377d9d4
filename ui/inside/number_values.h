// What the number view asks for and gets: values that cross threads.
#pragma once

#include "engine/analysis/pixel_box.h"
#include "engine/explain/explain_gradient.h"
#include "engine/explain/explain_update.h"
#include "engine/explain/training_differences.h"

#include <QStringList>
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
    int reader = -1;            ///< Backward: whose share, in the order of NumberGradient::shares; -1: that of `node`
    int assumedClass = -1;      ///< Backward and Loss of an image without a class; -1: the one it is read as
    engine::TrainConfig config; ///< its loss has the gradients
    /// As the next training step sees it, image `batchImage` of its batch; else as an evaluation does. Where that is
    /// the same for all layers, it is an evaluation.
    bool training = false;
    std::int64_t batchImage = 0;
    // Training and Update: the step that follows `state` with these settings. Update: one weight of it.
    std::shared_ptr<const engine::TrainingState> state; ///< null: the first step
    engine::DatasetBundle data;                         ///< has the names of the classes
    std::string tensor;                                 ///< key
    std::int64_t weight = 0;                            ///< element of the tensor
};

/// A page of the number view; which of its numbers is said beside it.
struct NumberPage {
    NumberMode mode = NumberMode::Forward;
    engine::NodeId node = engine::kNoNode; ///< kNoNode: there is none
    std::size_t input = 0;
};

/// Numbers laid out as maps: a list is one row.
struct NumberMaps {
    engine::Shape shape;
    std::vector<float> values;
    double scale = 0; ///< largest magnitude
    QString name;     ///< "S2"
    NumberPage page;  ///< where each of them is taken apart in turn
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
    std::vector<QString> tensorKeys;        ///< of this layer, as the explanation's operands count them
    float engineValue = 0;                  ///< what the engine has for it; Forward
    std::function<double(double)> function; ///< of an activation; null: no function of one number
};

/// What one layer, or the loss, that reads a number sends back to it.
struct NumberShare {
    QString name; ///< "Conv2D C3"
    double value = 0;
};

/// The gradient of a number: the sum over its readers.
struct NumberGradient {
    double value = 0, magnitude = 0;
    float engineValue = 0;
    std::vector<NumberShare> shares;
    int reader = 0; ///< the one whose arithmetic is shown
};

struct NumberResult {
    int id = 0;
    QString error; ///< a sentence when there is nothing to show
    NumberRequest request;
    QString title; ///< "Conv2D C3"
    std::vector<NumberMaps> inputs;
    std::vector<QString> sources; ///< Backward: of every input of the layer, where it comes from
    int input = 0;                ///< Backward: the one whose gradient is shown
    std::vector<engine::Shape> tensorShapes;
    std::vector<QString> tensorKeys;
    NumberMaps shown;          ///< the maps one is chosen of: after the docked layers; Backward: the input gradient
    NumberMaps outputGradient; ///< Backward: of the reader
    bool meetsLoss = false;    ///< the loss reads this layer's numbers: there is a page for Loss
    bool ofLoss = false;       ///< the reader is the loss: mode Loss, and Backward of a final Softmax
    QString loss;              ///< "Cross-entropy"
    // Of the loss itself, where the reader is the loss: what this place of this image adds to the mean over
    // `lossTerms`.
    engine::Explanation lossValue;
    std::int64_t lossTerms = 0;
    double meanLoss = 0, engineLoss = 0;
    // Backward and Loss of an image without a class: what it can be taken for, and what it is.
    QStringList classes;      ///< empty: the image has a class of its own
    int assumedClass = -1;    ///< the one that the loss compares with
    int readClass = -1;       ///< the one that the network reads
    bool assumesMask = false; ///< of its bright pixels; the others are background
    /// The layer itself, then what is docked to it. Backward, Loss and Update: one.
    std::vector<NumberStep> steps;
    NumberGradient gradient;                 ///< Backward and Loss
    std::int64_t element = 0;                ///< within `shown`
    engine::TrainingDifferences differences; ///< of the network: what `training` changes
    bool training = false;
    std::int64_t image = 0, images = 1; ///< the image in its batch
    // The input image, and what of it the number depends on.
    engine::Shape imageShape;
    std::vector<std::uint8_t> pixels;
    engine::PixelBox field;
    bool seesBatch = false; ///< by way of statistics also all images of the batch
    // Update
    engine::UpdateExplanation update;
    engine::WeightNumbers before;
    QString optimizer;
    std::int64_t step = 0; ///< from 1; also of `training`
    double rate = 0;
    std::vector<double> imageSums; ///< what each image of the batch adds to the gradient
    double milliseconds = 0;
    [[nodiscard]] double value() const
    {
        if (!gradient.shares.empty())
            return gradient.value;
        return steps.empty() ? 0 : steps.back().explanation.value;
    }
};

} // namespace convarium::ui
