#include "engine/train/judgement.h"

#include "engine/train/evaluator.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace convarium::engine
{

namespace
{

ImageVerdict verdict(std::span<const float> logits, std::int32_t label)
{
    const auto best = std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const float z : logits)
        sum += std::exp(static_cast<double>(z) - static_cast<double>(*best));
    return {label, static_cast<std::int32_t>(best - logits.begin()), static_cast<float>(1 / sum)};
}

} // namespace

std::vector<ClassScore> classScores(const Evaluation& evaluation)
{
    const auto& confusion = evaluation.confusion;
    std::vector<ClassScore> scores(confusion.size());
    for (std::size_t truth = 0; truth < confusion.size(); ++truth)
        for (std::size_t said = 0; said < confusion.size(); ++said) {
            scores[truth].images += confusion[truth][said];
            scores[said].named += confusion[truth][said];
        }
    for (std::size_t c = 0; c < scores.size(); ++c) {
        const auto right = static_cast<double>(confusion[c][c]);
        if (scores[c].images > 0)
            scores[c].recall = right / static_cast<double>(scores[c].images);
        if (scores[c].named > 0)
            scores[c].precision = right / static_cast<double>(scores[c].named);
    }
    return scores;
}

Result<Judgement> judge(const GraphSpec& graph, const WeightMap& weights, const Dataset& data,
                        std::vector<std::uint32_t> images, int threads, const std::atomic<bool>* stop)
{
    auto evaluator = Evaluator::create(graph, threads, 64);
    if (!evaluator)
        return evaluator.error();
    if ((*evaluator)->plan().graph->loss.info->target != TargetKind::Class)
        return Error{
            ErrorCode::InvalidArgument,
            "This network gives every pixel a class; only networks that give the image one are judged image by "
            "image.",
            "End the network with one number per class.",
            {}};
    if (auto fits = checkData((*evaluator)->plan(), data, "the data set"); !fits)
        return fits.error();
    Judgement out;
    if (images.empty()) {
        images.resize(static_cast<std::size_t>(data.size()));
        std::iota(images.begin(), images.end(), 0U);
    }
    out.images = std::move(images);
    out.verdicts.resize(out.images.size());
    (*evaluator)->setWeights(weights);
    auto summary = (*evaluator)->run(data, out.images, stop, [&](const Evaluator::RowView& row) {
        out.verdicts[static_cast<std::size_t>(row.row)] = verdict(row.logits, row.label);
    });
    if (!summary)
        return summary.error();
    out.summary = *std::move(summary);
    return out;
}

} // namespace convarium::engine
