// The fusion rules: which ops become part of others.
#include "engine/plan/planner.h"

#include <algorithm>

namespace convarium::engine
{

void Planner::fuse(std::size_t i, int producer)
{
    m_fused[i] = 1;
    m_plan.fusedInto.emplace_back(static_cast<int>(i), producer);
}

void Planner::fuseScales()
{
    for (std::size_t i = 0; i < m_graph.ops.size(); ++i) {
        const Op& op = *m_graph.ops[i];
        if (!m_live[i] || !op.isScale())
            continue;
        const ValueState in = state(op.inputs[0]);
        if (in.producer < 0 || in.consumers != 1)
            continue;
        Op& producer = *m_graph.ops[static_cast<std::size_t>(in.producer)];
        if (!producer.acceptsScale() || producer.scaled)
            continue;
        producer.scaled = true;
        m_plan.scaledBy[static_cast<std::size_t>(in.producer)] = static_cast<int>(i);
        fuse(i, in.producer);
        state(op.output).producer = in.producer;
    }
}

void Planner::fuseSums()
{
    for (std::size_t i = 0; i < m_graph.ops.size(); ++i) {
        const Op& op = *m_graph.ops[i];
        if (!m_live[i] || !op.isSum() || root(op.inputs[0]) == root(op.inputs[1]))
            continue;
        const bool second = state(op.inputs[1]).producer > state(op.inputs[0]).producer;
        const int product = op.inputs[second ? 1 : 0], other = op.inputs[second ? 0 : 1];
        const ValueState in = state(product);
        if (in.producer < 0 || in.consumers != 1 || valueBytes(product) != valueBytes(other))
            continue;
        const Op& producer = *m_graph.ops[static_cast<std::size_t>(in.producer)];
        if (!producer.acceptsAddend() || m_addend[static_cast<std::size_t>(in.producer)] >= 0)
            continue;
        m_addend[static_cast<std::size_t>(in.producer)] = other;
        m_sumProduct[i] = product;
        fuse(i, in.producer);
        state(op.output).producer = in.producer;
    }
}

void Planner::fuseActivations()
{
    for (std::size_t i = 0; i < m_graph.ops.size(); ++i) {
        const Op& op = *m_graph.ops[i];
        if (!m_live[i] || op.activation() == kernels::Activation::None)
            continue;
        const ValueState& in = state(op.inputs[0]);
        if (in.producer < 0 || in.consumers != 1)
            continue;
        Op& producer = *m_graph.ops[static_cast<std::size_t>(in.producer)];
        if (producer.fused != kernels::Activation::None || !producer.acceptsActivation(op.activation()) ||
            producer.backwardNeedsOutput())
            continue;
        producer.fused = op.activation();
        fuse(i, in.producer);
    }
}

bool Planner::backwardIsElsewhere(std::size_t i)
{
    if (m_handedOver[i])
        return true;
    return m_fused[i] && m_graph.ops[static_cast<std::size_t>(state(m_graph.ops[i]->inputs[0]).producer)]
                             ->backwardIncludesActivation();
}

void Planner::deferNorms()
{
    constexpr std::int64_t kLargeImage = 200'000;
    m_prologueOf.assign(m_graph.ops.size(), -1);
    for (std::size_t i = 0; i < m_graph.ops.size(); ++i) {
        Op& reader = *m_graph.ops[i];
        if (!m_live[i] || m_fused[i] || reader.inputs.size() != 1 || reader.output < 0 ||
            !reader.acceptsPrologue(m_graph))
            continue;
        const int norm = normBehind(root(reader.inputs[0]));
        if (norm < 0 || valueBytes(reader.inputs[0]) < kLargeImage)
            continue;
        reader.readsNorm = true;
        reader.normActivation = m_graph.ops[static_cast<std::size_t>(norm)]->fused;
        m_prologueOf[i] = norm;
        m_deferred.insert(static_cast<std::size_t>(norm));
    }
}

void Planner::remakeGradients()
{
    for (std::size_t i = 0; i < m_prologueOf.size(); ++i) {
        const int norm = m_prologueOf[i];
        Op& reader = *m_graph.ops[i];
        if (norm < 0 || !reader.canRemakeGradient(m_graph) ||
            !state(m_graph.ops[static_cast<std::size_t>(norm)]->inputs[0]).wantsGradient ||
            !followsAtOnce(static_cast<std::size_t>(norm), i))
            continue;
        reader.remakesGradient = true;
        m_remadeBy.emplace(static_cast<std::size_t>(norm), static_cast<int>(i));
    }
}

bool Planner::followsAtOnce(std::size_t first, std::size_t second)
{
    for (std::size_t k = first + 1; k < second; ++k)
        if (m_live[k] && !(m_fused[k] && state(m_graph.ops[k]->inputs[0]).producer == static_cast<int>(first)))
            return false;
    return true;
}

int Planner::normBehind(int value)
{
    const ValueState made = state(value);
    if (made.producer < 0 || made.consumers != 1)
        return -1;
    const auto last = static_cast<std::size_t>(made.producer);
    const int norm = m_fused[last] ? state(m_graph.ops[last]->inputs[0]).producer : made.producer;
    const Op& op = *m_graph.ops[static_cast<std::size_t>(norm)];
    return op.prologueAux() >= 0 && m_graph.layoutOf(value).kind == Layout::Kind::Pixels ? norm : -1;
}

void Planner::fusePoolings()
{
    m_pooledBy.assign(m_graph.ops.size(), -1);
    m_handedOver.assign(m_graph.ops.size(), 0);
    m_keepsOutput.assign(m_graph.ops.size(), 0);
    for (std::size_t i = 0; i < m_graph.ops.size(); ++i) {
        const Op& pooling = *m_graph.ops[i];
        if (options().keepAll || !m_live[i] || !pooling.maxPooling() || !state(pooling.inputs[0]).wantsGradient)
            continue;
        int producer = soleProducer(pooling.inputs[0]);
        const int activation = producer >= 0 && m_fused[static_cast<std::size_t>(producer)] ? producer : -1;
        if (activation >= 0)
            producer = soleProducer(m_graph.ops[static_cast<std::size_t>(activation)]->inputs[0]);
        if (producer < 0 || !m_graph.ops[static_cast<std::size_t>(producer)]->acceptsPooling(m_graph, pooling))
            continue;
        m_graph.ops[static_cast<std::size_t>(producer)]->pooledBy = &pooling;
        m_pooledBy[static_cast<std::size_t>(producer)] = static_cast<int>(i);
        m_handedOver[i] = 1;
        if (activation >= 0)
            m_handedOver[static_cast<std::size_t>(activation)] = m_keepsOutput[i] = 1;
    }
}

void Planner::partWeights()
{
    constexpr std::int64_t kLarge = 1 << 20; // less is not worth a barrier
    const std::int64_t slots = std::min<std::int64_t>(options().batch, options().threads);
    for (std::size_t i = 0; i < m_graph.ops.size() && options().training; ++i) {
        Op& op = *m_graph.ops[i];
        if (!m_live[i] || !op.makesWeightGradientApart(m_graph))
            continue;
        std::int64_t weights = 0;
        for (const int p : op.params)
            weights += m_graph.parameters[static_cast<std::size_t>(p)].info.shape.elements();
        weights *= static_cast<std::int64_t>(sizeof(float));
        const std::int64_t kept = options().batch * (valueBytes(op.inputs[0]) + valueBytes(op.output));
        op.weightsApart = weights > kLarge && (slots - 1) * weights >= 2 * kept;
    }
}

int Planner::soleProducer(int value)
{
    return state(value).consumers == 1 ? state(value).producer : -1;
}

} // namespace convarium::engine
