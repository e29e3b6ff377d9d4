#include "engine/explain/explain_gradient.h"

namespace convarium::engine
{

Result<GradientExplanation> explainGradient(const NetworkNumbers& numbers, NodeId node, std::int64_t image,
                                            std::int64_t element)
{
    GradientExplanation sum;
    for (const ValueReader& reader : numbers.readers(node)) {
        auto share = reader.isLoss() ? Result<Explanation>(explainLossGradient(numbers.lossNumbers(), image, element))
                                     : explainInputGradient(numbers.layer(reader.node), reader.input, image, element);
        if (!share)
            return share.error();
        sum.value += share->value;
        sum.magnitude += share->magnitude;
        sum.shares.push_back({reader, *std::move(share)});
    }
    return sum;
}

} // namespace convarium::engine
