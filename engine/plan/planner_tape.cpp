// The tape of instructions, and a buffer for each value, gradient and weight.
#include "engine/optimizers/optimizers.h"
#include "engine/plan/planner.h"

#include <algorithm>

namespace convarium::engine
{

int Planner::addBuffer(std::string label, BufferScope scope, MemoryCategory category, Arena arena, std::int64_t bytes)
{
    m_plan.buffers.push_back({std::move(label), scope, category, arena, bytes, 0, -1, -1, 0});
    return static_cast<int>(m_plan.buffers.size()) - 1;
}

void Planner::placeValues()
{
    m_plan.valueBuffer.assign(m_graph.values.size(), -1);
    m_gradientBuffer.assign(m_graph.values.size(), -1);
    for (std::size_t i = 0; i < m_graph.ops.size(); ++i) {
        const Op& op = *m_graph.ops[i];
        if (!m_live[i] || op.output < 0)
            continue;
        int buffer = -1;
        if (m_fused[i] || m_deferred.contains(i) || mayReplaceInput(op))
            buffer = m_plan.valueBuffer[static_cast<std::size_t>(root(ownInput(i)))];
        if (buffer < 0)
            buffer = addBuffer("output of " + std::to_string(op.node), BufferScope::Batch, MemoryCategory::Activations,
                               Arena::Batch, valueBytes(op.output));
        m_plan.valueBuffer[static_cast<std::size_t>(root(op.output))] = buffer;
    }
    // Gradients are made from the loss backwards.
    for (std::size_t i = m_graph.ops.size(); i-- > 0;) {
        const Op& op = *m_graph.ops[i];
        if (!m_live[i] || !options().training || m_handedOver[i])
            continue;
        bool shared = false;
        for (std::size_t k = 0; k < op.inputs.size(); ++k) {
            const int in = root(op.inputs[k]);
            int& gradient = m_gradientBuffer[static_cast<std::size_t>(in)];
            if (!state(in).wantsGradient || gradient >= 0)
                continue;
            if (!options().keepAll && !shared && op.output >= 0 && state(in).consumers == 1 &&
                !m_remadeBy.contains(i) && op.gradientMayReplace(static_cast<int>(k)) &&
                valueBytes(op.output) == valueBytes(in)) {
                gradient = m_gradientBuffer[static_cast<std::size_t>(root(op.output))];
                shared = gradient >= 0;
            }
            if (gradient < 0)
                gradient = addBuffer("gradient of " + std::to_string(m_graph.values[static_cast<std::size_t>(in)].node),
                                     BufferScope::Batch, MemoryCategory::Activations, Arena::Batch, valueBytes(in));
        }
    }
    for (std::size_t v = 0; v < m_graph.values.size(); ++v) {
        const auto r = static_cast<std::size_t>(root(static_cast<int>(v)));
        m_plan.valueBuffer[v] = m_plan.valueBuffer[r];
        m_gradientBuffer[v] = m_gradientBuffer[r];
    }
    if (options().keepAll && options().training)
        m_plan.gradientBuffer = m_gradientBuffer;
}

int Planner::ownInput(std::size_t i) const
{
    const auto sum = m_sumProduct.find(i);
    return sum == m_sumProduct.end() ? m_graph.ops[i]->inputs[0] : sum->second;
}

bool Planner::mayReplaceInput(const Op& op)
{
    if (options().keepAll || !op.outputMayReplaceInput())
        return false;
    const ValueState& in = state(op.inputs[0]);
    if (in.consumers != 1 || in.producer < 0 || valueBytes(op.inputs[0]) != valueBytes(op.output))
        return false;
    if (!options().training)
        return true;
    const auto producer = static_cast<std::size_t>(in.producer);
    return !op.backwardNeedsInput(0) && !m_graph.ops[producer]->backwardNeedsOutput() && !m_keepsOutput[producer];
}

void Planner::buildTape()
{
    m_plan.bindings.resize(m_graph.ops.size());
    for (std::size_t i = 0; i < m_graph.ops.size(); ++i)
        if (m_live[i])
            bind(i);
    for (std::size_t i = 0; i < m_graph.ops.size(); ++i)
        if (m_pooledBy[i] >= 0)
            bindPooling(i);
    for (std::size_t i = 0; i < m_graph.ops.size(); ++i)
        if (m_live[i] && !m_fused[i] && !m_graph.ops[i]->isLoss())
            emitForward(i);
    if (!options().training)
        return;
    std::vector<char> written(m_plan.buffers.size(), 0);
    for (std::size_t i = m_graph.ops.size(); i-- > 0;) {
        const Op& op = *m_graph.ops[i];
        if (m_live[i] && !backwardIsElsewhere(i) && (op.isLoss() || (op.output >= 0 && state(op.output).wantsGradient)))
            emitBackward(i, written);
    }
    for (std::size_t i = 0; i < m_graph.ops.size(); ++i)
        if (m_graph.ops[i]->weightsApart)
            emit({Pass::WeightGradient,
                  static_cast<int>(i),
                  0,
                  PhaseScope::WholeBatch,
                  {m_plan.bindings[i].inputs[0], m_plan.bindings[i].outputGradient},
                  {}});
}

void Planner::bind(std::size_t i)
{
    const Op& op = *m_graph.ops[i];
    OpBinding& b = m_plan.bindings[i];
    for (int v : op.inputs) {
        b.inputs.push_back(m_plan.valueBuffer[static_cast<std::size_t>(v)]);
        b.inputGradients.push_back(m_gradientBuffer[static_cast<std::size_t>(v)]);
        b.accumulate.push_back(0);
    }
    if (!m_prologueOf.empty() && m_prologueOf[i] >= 0) {
        const auto norm = static_cast<std::size_t>(m_prologueOf[i]);
        b.prologue = m_plan.bindings[norm].aux[static_cast<std::size_t>(m_graph.ops[norm]->prologueAux())];
    }
    if (m_addend[i] >= 0)
        b.addend = m_plan.valueBuffer[static_cast<std::size_t>(m_addend[i])];
    if (op.output >= 0) {
        b.output = m_plan.valueBuffer[static_cast<std::size_t>(op.output)];
        b.outputGradient = m_gradientBuffer[static_cast<std::size_t>(op.output)];
    }
    m_aux.emplace(i, op.aux(m_graph));
    for (const AuxSpec& a : m_aux[i]) {
        const Arena arena = a.perImage || a.category == MemoryCategory::Activations ? Arena::Batch
                            : a.fixedScope == BufferScope::Slot                     ? Arena::SlotWork
                                                                                    : Arena::StepWork;
        b.aux.push_back(addBuffer(a.label, a.perImage ? BufferScope::Batch : a.fixedScope, a.category, arena, a.bytes));
    }
}

void Planner::bindPooling(std::size_t i)
{
    const OpBinding& pooling = m_plan.bindings[static_cast<std::size_t>(m_pooledBy[i])];
    OpBinding& b = m_plan.bindings[i];
    b.pooledGradient = pooling.outputGradient;
    b.largest = pooling.aux[0];
    if (m_graph.ops[i]->fused != kernels::Activation::None)
        b.pooled = pooling.output;
}

void Planner::emit(Instruction instruction)
{
    const int at = static_cast<int>(m_plan.tape.size());
    for (const auto* list : {&instruction.reads, &instruction.writes})
        for (int buffer : *list) {
            Buffer& b = m_plan.buffers[static_cast<std::size_t>(buffer)];
            if (b.first < 0)
                b.first = at;
            b.last = at;
        }
    m_plan.tape.push_back(std::move(instruction));
}

void Planner::emitForward(std::size_t i)
{
    const Op& op = *m_graph.ops[i];
    const OpBinding& b = m_plan.bindings[i];
    auto phases = op.forwardPhases();
    if (m_deferred.contains(i))
        phases.pop_back();
    for (std::size_t p = 0; p < phases.size(); ++p) {
        Instruction in{Pass::Forward, static_cast<int>(i), static_cast<int>(p), phases[p], b.inputs, b.aux};
        if (b.addend >= 0)
            in.reads.push_back(b.addend);
        if (p + 1 == phases.size())
            in.writes.push_back(b.output);
        emit(std::move(in));
    }
}

void Planner::emitBackward(std::size_t i, std::vector<char>& written)
{
    const Op& op = *m_graph.ops[i];
    OpBinding& b = m_plan.bindings[i];
    if (op.weightsApart && !wantsInputGradient(i))
        return;
    const auto phases = op.backwardPhases();
    const auto remadeBy = m_remadeBy.find(i);
    for (std::size_t p = 0; p < phases.size(); ++p) {
        if (remadeBy != m_remadeBy.end() && p + 1 == phases.size())
            emit({Pass::Backward,
                  remadeBy->second,
                  1,
                  PhaseScope::Chunk,
                  {m_plan.bindings[static_cast<std::size_t>(remadeBy->second)].outputGradient},
                  {b.outputGradient}});
        Instruction in{Pass::Backward, static_cast<int>(i), static_cast<int>(p), phases[p], b.aux, {}};
        for (std::size_t k = 0; k < b.inputs.size(); ++k)
            if (op.backwardNeedsInput(static_cast<int>(k)))
                in.reads.push_back(b.inputs[k]);
        if (op.backwardNeedsOutput())
            in.reads.push_back(b.output);
        for (const int buffer : {b.outputGradient, b.pooled, b.pooledGradient, b.largest})
            if (buffer >= 0)
                in.reads.push_back(buffer);
        if (p + 1 == phases.size())
            for (std::size_t k = 0; k < b.inputGradients.size(); ++k) {
                const int g = b.inputGradients[k];
                if (g < 0)
                    continue;
                if (g != b.outputGradient) {
                    b.accumulate[k] = written[static_cast<std::size_t>(g)];
                    written[static_cast<std::size_t>(g)] = 1;
                }
                in.writes.push_back(g);
            }
        emit(std::move(in));
    }
}

bool Planner::wantsInputGradient(std::size_t op) const
{
    const OpBinding& b = m_plan.bindings[op];
    return !b.inputGradients.empty() && b.inputGradients[0] >= 0;
}

void Planner::makeParameters()
{
    const auto floats = static_cast<std::int64_t>(sizeof(float));
    const OptimizerInfo* optimizer = findOptimizer(options().optimizer);
    for (std::size_t i = 0; i < m_graph.ops.size(); ++i) {
        if (!m_live[i])
            continue;
        Op& op = *m_graph.ops[i];
        OpBinding& b = m_plan.bindings[i];
        for (int id : op.params) {
            Parameter& p = m_graph.parameters[static_cast<std::size_t>(id)];
            p.packedFloats = op.packedFloats(p.index, p.info);
            const std::int64_t bytes = p.packedFloats * floats;
            b.weights.push_back(
                addBuffer(p.info.key, BufferScope::Step, MemoryCategory::Weights, Arena::Weights, bytes));
            int gradient = -1;
            if (p.trainable) {
                gradient = addBuffer("gradient", op.weightsApart ? BufferScope::Step : BufferScope::Slot,
                                     MemoryCategory::Gradients,
                                     op.weightsApart ? Arena::BatchGradients : Arena::Gradients, bytes);
                for (int s = 0; s < (optimizer ? optimizer->stateTensors : 0); ++s)
                    addBuffer("state", BufferScope::Step, MemoryCategory::Optimizer,
                              s == 0 ? Arena::Optimizer1 : Arena::Optimizer2, bytes);
            }
            b.weightGradients.push_back(gradient);
        }
        const bool wanted = op.forwardNeedsDerived() || op.wantsInputGradient;
        const std::int64_t derived = op.scaled ? op.scaledFloats() : wanted ? op.derivedFloats() : 0;
        if (derived > 0)
            b.derived =
                addBuffer("derived", BufferScope::Step, MemoryCategory::Workspace, Arena::Derived, derived * floats);
        m_plan.scratchBytes = std::max(m_plan.scratchBytes, wholeLines(op.scratchBytes()));
        m_plan.tableBytes += op.tableBytes();
    }
    for (std::size_t i = 0; i < m_graph.ops.size() && options().training; ++i) {
        if (!m_live[i] || m_plan.bindings[i].weights.empty())
            continue;
        m_plan.tape.push_back({Pass::Commit, static_cast<int>(i), 0, PhaseScope::Once, {}, m_plan.bindings[i].weights});
        m_plan.tape.push_back({Pass::Update, static_cast<int>(i), 0, PhaseScope::Once,
                               m_plan.bindings[i].weightGradients, m_plan.bindings[i].weights});
        if (m_plan.bindings[i].derived >= 0)
            m_plan.tape.push_back({Pass::Derive,
                                   static_cast<int>(i),
                                   0,
                                   PhaseScope::Once,
                                   m_plan.bindings[i].weights,
                                   {m_plan.bindings[i].derived}});
    }
}

} // namespace convarium::engine
