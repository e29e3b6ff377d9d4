#include "engine/train/judgement.h"

#include "engine/data/masks.h"
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

/// Pixels of one image by class. An image is seen by one thread.
struct PixelCounts {
    std::vector<std::int32_t> truth, said, both;

    void add(std::size_t label, std::size_t predicted, std::size_t classes)
    {
        if (truth.empty())
            for (auto* counts : {&truth, &said, &both})
                counts->resize(classes);
        ++truth[label];
        ++said[predicted];
        both[label] += label == predicted ? 1 : 0;
    }
    [[nodiscard]] double overlap() const
    {
        double sum = 0;
        int present = 0;
        for (std::size_t c = 0; c < truth.size(); ++c)
            if (const int either = truth[c] + said[c] - both[c]; either > 0) {
                sum += static_cast<double>(both[c]) / either;
                ++present;
            }
        return present > 0 ? sum / present : 1; // nothing to be said, nothing wrong
    }
};

std::size_t best(std::span<const float> logits)
{
    return static_cast<std::size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

/// Counts first; what was said of the worst images then comes from a second look at those alone.
Result<void> judgeMasks(Evaluator& evaluator, const Dataset& data, const std::atomic<bool>* stop, Judgement& out)
{
    const OpGraph& g = *evaluator.plan().graph;
    const std::int64_t places = g.layoutOf(g.logits).pixels();
    std::vector<PixelCounts> counts(out.images.size());
    auto summary = evaluator.run(data, out.images, stop, [&](const Evaluator::RowView& row) {
        counts[static_cast<std::size_t>(row.row / places)].add(static_cast<std::size_t>(row.label), best(row.logits),
                                                               row.logits.size());
    });
    if (!summary)
        return summary.error();
    out.summary = *std::move(summary);
    for (std::size_t i = 0; i < out.images.size(); ++i)
        out.worst.push_back({out.images[i], static_cast<float>(counts[i].overlap()), {}});
    std::stable_sort(out.worst.begin(), out.worst.end(),
                     [](const auto& a, const auto& b) { return a.overlap < b.overlap; });
    out.worst.resize(std::min(out.worst.size(), kWorstMasks));
    std::vector<std::uint32_t> images;
    for (MaskVerdict& v : out.worst) {
        images.push_back(v.image);
        v.said.resize(static_cast<std::size_t>(places));
    }
    if (images.empty())
        return {};
    const auto again = evaluator.run(data, images, stop, [&](const Evaluator::RowView& row) {
        out.worst[static_cast<std::size_t>(row.row / places)].said[static_cast<std::size_t>(row.row % places)] =
            static_cast<std::uint8_t>(best(row.logits));
    });
    return again ? Result<void>() : again.error();
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
        if (const double either = static_cast<double>(scores[c].images + scores[c].named) - right; either > 0)
            scores[c].overlap = right / either;
    }
    return scores;
}

Result<Judgement> judge(const GraphSpec& graph, const WeightMap& weights, const DatasetPtr& data,
                        std::vector<std::uint32_t> images, int threads, const std::atomic<bool>* stop)
{
    auto evaluator = Evaluator::create(graph, threads, 64);
    if (!evaluator)
        return evaluator.error();
    const TargetKind target = (*evaluator)->plan().graph->loss.info->target;
    const DatasetPtr read = withTargets(data, target);
    if (auto fits = checkData((*evaluator)->plan(), *read, "the data set"); !fits)
        return fits.error();
    Judgement out;
    if (images.empty()) {
        images.resize(static_cast<std::size_t>(read->size()));
        std::iota(images.begin(), images.end(), 0U);
    }
    out.images = std::move(images);
    (*evaluator)->setWeights(weights);
    if (target == TargetKind::Mask) {
        out.masks = true;
        if (auto done = judgeMasks(**evaluator, *read, stop, out); !done)
            return done.error();
        return out;
    }
    out.verdicts.resize(out.images.size());
    auto summary = (*evaluator)->run(*read, out.images, stop, [&](const Evaluator::RowView& row) {
        out.verdicts[static_cast<std::size_t>(row.row)] = verdict(row.logits, row.label);
    });
    if (!summary)
        return summary.error();
    out.summary = *std::move(summary);
    return out;
}

} // namespace convarium::engine
