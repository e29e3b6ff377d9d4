#include "engine/explain/explain_loss.h"

namespace convarium::engine
{

Explanation explainLossGradient(const LossNumbers& n, std::int64_t image, std::int64_t element)
{
    const std::int64_t elements = n.shape.elements(), classes = n.shape.channels(), places = elements / classes;
    const std::int64_t place = element % places;
    const std::int64_t label = n.labels[static_cast<std::size_t>(image * places + place)];
    Tape tape;
    std::vector<TracedReal> logits, target;
    for (std::int64_t c = 0; c < classes; ++c) {
        const std::int64_t at = image * elements + c * places + place;
        logits.push_back(TracedReal::leaf(static_cast<double>(n.logits[static_cast<std::size_t>(at)]), 0, at));
        target.push_back(smoothedTarget(TracedReal::leaf(c == label ? 1.0 : 0.0, 1, at), classes, n.loss.smoothing));
    }
    TracedReal gradient = 0;
    if (label >= 0)
        gradient = n.loss.info->gradientTraced(logits.data(), target.data(), classes, element / places) / n.divisor;
    return explain(tape, gradient, {{OperandOf::Input, 0, elements}, {OperandOf::Target, 0, elements}});
}

} // namespace convarium::engine
