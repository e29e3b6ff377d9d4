// What a network makes of each image of a set: for whoever wants to see its errors.
#pragma once

#include "engine/train/trainer.h"

namespace convarium::engine
{

struct ImageVerdict {
    std::int32_t label = -1, predicted = -1;
    float certainty = 0; ///< probability of the predicted class, 0 .. 1
    [[nodiscard]] bool right() const { return label == predicted; }
};

/// What the network makes of an image whose every pixel has a class.
struct MaskVerdict {
    std::uint32_t image = 0;
    float overlap = 0; ///< intersection over union, mean over the classes that occur in truth or prediction
    std::vector<std::uint8_t> said; ///< class of every pixel
};

struct Judgement {
    std::int64_t epoch = 0; ///< epochs finished
    std::int64_t step = 0;
    Evaluation summary;
    std::vector<std::uint32_t> images;  ///< indices in the data set
    std::vector<ImageVerdict> verdicts; ///< of those images, in their order; none for masks
    bool masks = false;                 ///< every pixel has a class; `summary` counts pixels
    std::vector<MaskVerdict> worst;     ///< of masks: at most kWorstMasks images, the smallest overlap first
};
inline constexpr std::size_t kWorstMasks = 60;

using JudgementPtr = std::shared_ptr<const Judgement>;

/// Precision, recall and counts of one class.
struct ClassScore {
    std::int64_t images = 0; ///< of this class
    std::int64_t named = 0;  ///< that the network gives to this class
    double precision = 0;    ///< share of the named ones that are of it; 0 without any
    double recall = 0;       ///< share of its images that are named so; 0 without any
    double overlap = 0;      ///< intersection over union: right ones among those of it or named so; 0 without any
};
std::vector<ClassScore> classScores(const Evaluation& evaluation);

/// Verdicts on these images (all when empty); epoch and step are the caller's to fill in. A network that gives every
/// pixel a class is judged by masks, made as evaluate() makes them. Fails as evaluate() does.
Result<Judgement> judge(const GraphSpec& graph, const WeightMap& weights, const DatasetPtr& data,
                        std::vector<std::uint32_t> images, int threads, const std::atomic<bool>* stop = nullptr);

} // namespace convarium::engine
