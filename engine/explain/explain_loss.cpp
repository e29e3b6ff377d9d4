#include "engine/explain/explain_loss.h"

namespace convarium::engine
{

namespace
{

/// The logits and targets of one place of an image.
struct Row {
    Row(const LossNumbers& n, std::int64_t image, std::int64_t place)
        : classes(n.shape.channels()), elements(n.shape.elements())
    {
        const std::int64_t places = elements / classes;
        const std::int64_t label = n.labels[static_cast<std::size_t>(image * places + place)];
        counts = label >= 0;
        for (std::int64_t c = 0; c < classes; ++c) {
            const std::int64_t at = image * elements + c * places + place;
            logits.push_back(TracedReal::leaf(static_cast<double>(n.logits[static_cast<std::size_t>(at)]), 0, at));
            target.push_back(
                smoothedTarget(TracedReal::leaf(c == label ? 1.0 : 0.0, 1, at), classes, n.loss.smoothing));
        }
    }
    [[nodiscard]] Explanation explained(const TracedReal& result)
    {
        return explain(tape, result, {{OperandOf::Input, 0, elements}, {OperandOf::Target, 0, elements}});
    }

    Tape tape; ///< first: the numbers leave their arithmetic on it
    std::int64_t classes, elements;
    bool counts = false;
    std::vector<TracedReal> logits, target;
};

} // namespace

Explanation explainLoss(const LossNumbers& n, std::int64_t image, std::int64_t place)
{
    Row p(n, image, place);
    constexpr std::int64_t kLossItself = -1; // instead of the gradient by one of the logits
    return p.explained(
        p.counts ? n.loss.info->gradientTraced(p.logits.data(), p.target.data(), p.classes, kLossItself) / n.divisor
                 : TracedReal(0));
}

double meanLoss(const LossNumbers& n)
{
    const std::int64_t classes = n.shape.channels(), places = n.shape.elements() / classes;
    std::vector<double> row(static_cast<std::size_t>(classes));
    double sum = 0;
    for (std::size_t i = 0; i < n.labels.size(); ++i) {
        if (n.labels[i] < 0)
            continue;
        const auto image = static_cast<std::int64_t>(i) / places, place = static_cast<std::int64_t>(i) % places;
        for (std::int64_t c = 0; c < classes; ++c)
            row[static_cast<std::size_t>(c)] =
                static_cast<double>(n.logits[static_cast<std::size_t>((image * classes + c) * places + place)]);
        sum += n.loss.info->reference(row.data(), n.labels[i], classes, n.loss.smoothing, nullptr);
    }
    return sum / n.divisor;
}

Explanation explainLossGradient(const LossNumbers& n, std::int64_t image, std::int64_t element)
{
    const std::int64_t places = n.shape.elements() / n.shape.channels();
    Row p(n, image, element % places);
    return p.explained(
        p.counts
            ? n.loss.info->gradientTraced(p.logits.data(), p.target.data(), p.classes, element / places) / n.divisor
            : TracedReal(0));
}

} // namespace convarium::engine
