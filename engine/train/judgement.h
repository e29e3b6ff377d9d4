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

struct Judgement {
    std::int64_t epoch = 0; ///< epochs finished
    std::int64_t step = 0;
    Evaluation summary;
    std::vector<std::uint32_t> images;  ///< indices in the data set
    std::vector<ImageVerdict> verdicts; ///< of those images, in their order
};

using JudgementPtr = std::shared_ptr<const Judgement>;

/// Precision, recall and counts of one class.
struct ClassScore {
    std::int64_t images = 0; ///< of this class
    std::int64_t named = 0;  ///< that the network gives to this class
    double precision = 0;    ///< share of the named ones that are of it; 0 without any
    double recall = 0;       ///< share of its images that are named so; 0 without any
};
std::vector<ClassScore> classScores(const Evaluation& evaluation);

/// Verdicts on these images (all when empty) of a set with classes; epoch and step are the caller's to fill in. Fails
/// for masks, and as evaluate() does.
Result<Judgement> judge(const GraphSpec& graph, const WeightMap& weights, const Dataset& data,
                        std::vector<std::uint32_t> images, int threads, const std::atomic<bool>* stop = nullptr);

} // namespace convarium::engine
