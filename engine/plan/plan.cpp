#include "engine/plan/plan.h"

#include "engine/core/parallel.h"
#include "engine/optimizers/optimizers.h"
#include "engine/plan/lower.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace convarium::engine
{

namespace
{

constexpr std::int64_t kAlign = 64;

std::int64_t roundUp(std::int64_t n)
{
    return (n + kAlign - 1) / kAlign * kAlign;
}

/// Images of a chunk share the second-level cache. A constant per kernel level, not a property of the machine: the
/// order of sums depends on it.
std::int64_t cacheBudget(const kernels::KernelTable& k)
{
    return k.width >= 16 ? 1'000'000 : 384'000;
}

class Planner
{
public:
    Planner(ExecutionPlan& plan) : m_plan(plan), m_graph(*plan.graph) {}

    void run()
    {
        findLive();
        m_fused.assign(m_graph.ops.size(), 0);
        m_plan.scaledBy.assign(m_graph.ops.size(), -1);
        m_addend.assign(m_graph.ops.size(), -1);
        if (!options().keepAll) {
            if (!options().training) {
                fuseScales();
                fuseSums();
            }
            fuseActivations();
        }
        findWantedGradients();
        if (options().training && options().execution == ExecutionMode::Fused && !options().keepAll) {
            deferNorms();
            remakeGradients();
        }
        fusePoolings();
        placeValues();
        buildTape();
        buildSegments();
        setScopes();
        chooseChunk();
        cutPieces();
        for (const auto& op : m_graph.ops)
            op->prepare(m_graph, m_graph.kernels(), m_plan.chunk);
        makeParameters();
        layOut();
        sumUp();
    }

private:
    struct ValueState {
        int producer = -1;
        int consumers = 0; ///< references from live ops
        bool wantsGradient = false;
    };

    int root(int value) const { return m_graph.values[static_cast<std::size_t>(value)].storage; }
    ValueState& state(int value) { return m_values[static_cast<std::size_t>(root(value))]; }
    const PlanOptions& options() const { return m_plan.options; }
    std::int64_t valueBytes(int v) const
    {
        return m_graph.layoutOf(v).floats() * static_cast<std::int64_t>(sizeof(float));
    }

    /// Training needs what the loss depends on; evaluation what the result depends on; panels everything.
    void findLive()
    {
        const std::size_t n = m_graph.ops.size();
        m_live.assign(n, 0);
        m_values.assign(m_graph.values.size(), {});
        std::vector<char> wanted(m_graph.values.size(), 0);
        wanted[static_cast<std::size_t>(root(m_graph.logits))] = 1;
        if (!options().training)
            wanted[static_cast<std::size_t>(root(m_graph.result))] = 1;
        for (std::size_t i = n; i-- > 0;) {
            const Op& op = *m_graph.ops[i];
            const bool live = op.isLoss() || (options().keepAll && !options().training) ||
                              (op.output >= 0 && wanted[static_cast<std::size_t>(root(op.output))]);
            if (!live)
                continue;
            m_live[i] = 1;
            for (int v : op.inputs)
                wanted[static_cast<std::size_t>(root(v))] = 1;
        }
        for (std::size_t i = 0; i < n; ++i) {
            if (!m_live[i])
                continue;
            const Op& op = *m_graph.ops[i];
            if (op.output >= 0)
                state(op.output).producer = static_cast<int>(i);
            for (int v : op.inputs)
                ++state(v).consumers;
        }
        // Results are read from outside: nothing may overwrite them.
        ++state(m_graph.logits).consumers;
        if (!options().training)
            ++state(m_graph.result).consumers;
    }

    /// Op i becomes part of the one that makes its input.
    void fuse(std::size_t i, int producer)
    {
        m_fused[i] = 1;
        m_plan.fusedInto.emplace_back(static_cast<int>(i), producer);
    }

    /// Rule, evaluation: a scale and shift that alone reads a product becomes part of its weights.
    void fuseScales()
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

    /// Rule, evaluation: the sum of a product that nothing else reads and a value that is known before it.
    void fuseSums()
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

    /// Rule: a pointwise op that alone reads a product, a normalisation or a sum becomes part of it.
    void fuseActivations()
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

    /// Does another op take care of the backward of op i: the one an activation was fused into, or by fusePoolings()?
    bool backwardIsElsewhere(std::size_t i)
    {
        if (m_handedOver[i])
            return true;
        return m_fused[i] && m_graph.ops[static_cast<std::size_t>(state(m_graph.ops[i]->inputs[0]).producer)]
                                 ->backwardIncludesActivation();
    }

    /// Rule, training: what a norm makes of a large image for one reader alone is made by that reader, where it passes
    /// over it. Small images stay in the cache and are better made once.
    void deferNorms()
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

    /// Rule, training: the gradient that the reader of such a norm makes cheaply is made twice, some rows at a time,
    /// rather than written and read: once for the norm's sums, once for what they give.
    void remakeGradients()
    {
        for (std::size_t i = 0; i < m_prologueOf.size(); ++i) {
            const int norm = m_prologueOf[i];
            Op& reader = *m_graph.ops[i];
            if (norm < 0 || !reader.canRemakeGradient(m_graph) || !state(reader.inputs[0]).wantsGradient ||
                !followsAtOnce(static_cast<std::size_t>(norm), i))
                continue;
            reader.remakesGradient = true;
            m_remadeBy.emplace(static_cast<std::size_t>(norm), static_cast<int>(i));
        }
    }

    /// Is nothing done between these two ops?
    bool followsAtOnce(std::size_t first, std::size_t second) const
    {
        for (std::size_t k = first + 1; k < second; ++k)
            if (m_live[k] && !m_fused[k])
                return false;
        return true;
    }

    /// The norm that makes this value, alone or with its activation, for one reader; -1: none.
    int normBehind(int value)
    {
        const ValueState made = state(value);
        if (made.producer < 0 || made.consumers != 1)
            return -1;
        const auto last = static_cast<std::size_t>(made.producer);
        const int norm = m_fused[last] ? state(m_graph.ops[last]->inputs[0]).producer : made.producer;
        const Op& op = *m_graph.ops[static_cast<std::size_t>(norm)];
        return op.prologueAux() >= 0 && m_graph.layoutOf(value).kind == Layout::Kind::Pixels ? norm : -1;
    }

    void findWantedGradients()
    {
        if (!options().training)
            return;
        for (std::size_t i = 0; i < m_graph.ops.size(); ++i) {
            const Op& op = *m_graph.ops[i];
            if (!m_live[i] || op.output < 0)
                continue;
            const auto& images = m_graph.inputValues;
            bool wanted = options().keepAll && std::find(images.begin(), images.end(), op.output) != images.end();
            for (int p : op.params)
                wanted = wanted || m_graph.parameters[static_cast<std::size_t>(p)].trainable;
            for (int v : op.inputs)
                wanted = wanted || state(v).wantsGradient;
            state(op.output).wantsGradient = wanted;
        }
    }

    /// Rule: max pooling that alone reads what an op gives, after an activation fused into that op or not, may leave
    /// its backward to it. There is no gradient between them then.
    void fusePoolings()
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

    /// The op that gives a value with one reader; else -1.
    int soleProducer(int value) { return state(value).consumers == 1 ? state(value).producer : -1; }

    int addBuffer(std::string label, BufferScope scope, MemoryCategory category, Arena arena, std::int64_t bytes)
    {
        m_plan.buffers.push_back({std::move(label), scope, category, arena, bytes, 0, -1, -1, 0});
        return static_cast<int>(m_plan.buffers.size()) - 1;
    }

    /// Gives every value and gradient a buffer; values computed in place share their input's.
    void placeValues()
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
                buffer = addBuffer("output of " + std::to_string(op.node), BufferScope::Batch,
                                   MemoryCategory::Activations, Arena::Batch, valueBytes(op.output));
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
                    gradient =
                        addBuffer("gradient of " + std::to_string(m_graph.values[static_cast<std::size_t>(in)].node),
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

    /// The value in whose memory a fused op leaves its result.
    int ownInput(std::size_t i) const
    {
        const auto sum = m_sumProduct.find(i);
        return sum == m_sumProduct.end() ? m_graph.ops[i]->inputs[0] : sum->second;
    }

    bool mayReplaceInput(const Op& op)
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

    void buildTape()
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
            if (m_live[i] && !backwardIsElsewhere(i) &&
                (op.isLoss() || (op.output >= 0 && state(op.output).wantsGradient)))
                emitBackward(i, written);
        }
    }

    void bind(std::size_t i)
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
            b.aux.push_back(
                addBuffer(a.label, a.perImage ? BufferScope::Batch : a.fixedScope, a.category, arena, a.bytes));
        }
    }

    void bindPooling(std::size_t i)
    {
        const OpBinding& pooling = m_plan.bindings[static_cast<std::size_t>(m_pooledBy[i])];
        OpBinding& b = m_plan.bindings[i];
        b.pooledGradient = pooling.outputGradient;
        b.largest = pooling.aux[0];
        if (m_graph.ops[i]->fused != kernels::Activation::None)
            b.pooled = pooling.output;
    }

    void emit(Instruction instruction)
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

    void emitForward(std::size_t i)
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

    void emitBackward(std::size_t i, std::vector<char>& written)
    {
        const Op& op = *m_graph.ops[i];
        OpBinding& b = m_plan.bindings[i];
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

    void buildSegments()
    {
        const bool apart = options().execution == ExecutionMode::Layerwise;
        for (std::size_t i = 0; i < m_plan.tape.size(); ++i) {
            const Instruction& in = m_plan.tape[i];
            const bool join = !m_plan.segments.empty() && in.scope == PhaseScope::Chunk &&
                              m_plan.segments.back().scope == PhaseScope::Chunk && !apart;
            if (join)
                ++m_plan.segments.back().count;
            else
                m_plan.segments.push_back({static_cast<int>(i), 1, in.scope, {}});
        }
        m_segmentOf.resize(m_plan.tape.size());
        for (std::size_t s = 0; s < m_plan.segments.size(); ++s)
            for (int i = 0; i < m_plan.segments[s].count; ++i)
                m_segmentOf[static_cast<std::size_t>(m_plan.segments[s].first + i)] = static_cast<int>(s);
    }

    /// A buffer whose whole life lies in one segment holds one chunk per thread; the others hold the batch. With
    /// keepAll everything does, so that all images can be read afterwards.
    void setScopes()
    {
        const int end = static_cast<int>(m_plan.tape.size()) - 1;
        std::vector<int> outside{m_plan.valueBuffer[static_cast<std::size_t>(m_graph.logits)]};
        if (!options().training)
            outside.push_back(m_plan.valueBuffer[static_cast<std::size_t>(m_graph.result)]);
        if (options().keepAll)
            for (const auto* list : {&m_plan.valueBuffer, &m_plan.gradientBuffer})
                for (int b : *list)
                    if (b >= 0)
                        outside.push_back(b);
        for (int b : outside)
            if (!options().training || options().keepAll)
                m_plan.buffers[static_cast<std::size_t>(b)].last = end;
        for (Buffer& b : m_plan.buffers)
            if (b.scope == BufferScope::Batch && b.first >= 0 && options().execution == ExecutionMode::Fused &&
                !options().keepAll &&
                m_segmentOf[static_cast<std::size_t>(b.first)] == m_segmentOf[static_cast<std::size_t>(b.last)]) {
                b.scope = BufferScope::Chunk;
                b.arena = Arena::Thread;
            }
        for (const auto& [norm, reader] : m_remadeBy) {
            Buffer& b = m_plan.buffers[static_cast<std::size_t>(m_plan.bindings[norm].outputGradient)];
            b.scope = BufferScope::Chunk;
            b.arena = Arena::Thread;
        }
    }

    /// Buffers of these instructions, each once.
    std::vector<int> touched(int first, int count) const
    {
        std::vector<int> all;
        for (int i = first; i < first + count; ++i)
            for (const auto* list :
                 {&m_plan.tape[static_cast<std::size_t>(i)].reads, &m_plan.tape[static_cast<std::size_t>(i)].writes})
                all.insert(all.end(), list->begin(), list->end());
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
        return all;
    }

    std::int64_t weightBytes() const
    {
        std::int64_t floats = 0;
        for (const Parameter& p : m_graph.parameters)
            floats += p.info.shape.elements();
        return floats * static_cast<std::int64_t>(sizeof(float));
    }

    void chooseChunk()
    {
        const std::int64_t batch = options().batch;
        m_plan.slots = static_cast<int>(std::min<std::int64_t>(batch, options().threads));
        const std::int64_t share = (batch + m_plan.slots - 1) / m_plan.slots;
        std::int64_t most = 1;
        for (const Segment& s : m_plan.segments) {
            std::int64_t bytes = 0;
            for (const int b : touched(s.first, s.count)) {
                const Buffer& buffer = m_plan.buffers[static_cast<std::size_t>(b)];
                if (buffer.scope == BufferScope::Batch || buffer.scope == BufferScope::Chunk)
                    bytes += buffer.bytes;
            }
            most = std::max(most, bytes);
        }
        const std::int64_t budget = cacheBudget(m_graph.kernels());
        std::int64_t fit = budget / most;
        // Weights that do not stay in the cache are read for every chunk: then it holds as much as they do.
        const std::int64_t weights = weightBytes();
        if (options().training && m_plan.segments.size() == 1 && weights > 4 * budget)
            fit = std::max(fit, weights / most);
        fit = std::clamp<std::int64_t>(fit, 1, share);
        const std::int64_t chunks = (share + fit - 1) / fit;
        m_plan.chunk = (share + chunks - 1) / chunks;
    }

    /// Joins instructions that work row by row on the same images, where one image of all they touch leaves the cache.
    void cutPieces()
    {
        setRowBytes();
        for (Segment& s : m_plan.segments) {
            if (s.scope != PhaseScope::Chunk)
                continue;
            std::int64_t height = 0;
            for (int i = s.first; i < s.first + s.count; ++i) {
                const Instruction& in = m_plan.tape[static_cast<std::size_t>(i)];
                const std::int64_t own = m_plan.chunk == 1 ? rowsOf(in) : 0;
                if (own > 0 && own == height && rowUse(in) == RowUse::Rows)
                    ++s.pieces.back().count;
                else
                    s.pieces.push_back({i, 1, 0, own});
                height = own;
            }
            for (Piece& piece : s.pieces)
                if (piece.height > 0 && piece.count > 1)
                    chooseRows(piece);
        }
        for (std::size_t i = 0; i < m_plan.tape.size(); ++i)
            m_passOf.emplace_back(static_cast<int>(i), static_cast<int>(i));
        for (const Segment& s : m_plan.segments)
            for (const Piece& piece : s.pieces)
                for (int i = piece.first; piece.rows > 0 && i < piece.first + piece.count; ++i)
                    m_passOf[static_cast<std::size_t>(i)] = {piece.first, piece.first + piece.count - 1};
        shrinkToRows();
    }

    /// What only one piece touches holds the rows of one turn.
    void shrinkToRows()
    {
        std::map<int, std::int64_t> rows; // per first instruction of a piece
        for (const Segment& s : m_plan.segments)
            for (const Piece& piece : s.pieces)
                if (piece.rows > 0)
                    rows[piece.first] = piece.rows;
        const auto shrink = [](Buffer& b, std::int64_t count) {
            b.bytes = count * b.rowBytes;
            b.rowBytes = 0;
        };
        for (Buffer& b : m_plan.buffers) {
            if (b.scope != BufferScope::Chunk || b.first < 0 || b.rowBytes == 0)
                continue;
            const auto pass = m_passOf[static_cast<std::size_t>(b.first)];
            if (const auto found = rows.find(pass.first);
                found != rows.end() && pass == m_passOf[static_cast<std::size_t>(b.last)])
                shrink(b, found->second);
        }
        for (const auto& [norm, reader] : m_remadeBy) {
            Buffer& b = m_plan.buffers[static_cast<std::size_t>(m_plan.bindings[norm].outputGradient)];
            std::int64_t most = 0;
            for (std::size_t i = 0; i < m_plan.tape.size(); ++i) {
                if (m_plan.tape[i].op != reader || m_plan.tape[i].pass != Pass::Backward)
                    continue;
                const auto cut = rows.find(m_passOf[i].first);
                most = std::max(most,
                                cut == rows.end() ? m_graph.layoutOf(m_graph.ops[norm]->output).height : cut->second);
            }
            if (b.rowBytes > 0)
                shrink(b, most);
        }
    }

    /// A buffer that values of different widths share has no rows.
    void setRowBytes()
    {
        const auto set = [this](int buffer, int value) {
            if (buffer < 0)
                return;
            const Layout& l = m_graph.layoutOf(value);
            const std::int64_t bytes =
                l.kind == Layout::Kind::Pixels ? l.width * l.lanes * static_cast<std::int64_t>(sizeof(float)) : 0;
            std::int64_t& known = m_plan.buffers[static_cast<std::size_t>(buffer)].rowBytes;
            known = known == 0 || known == bytes ? bytes : -1;
        };
        for (std::size_t v = 0; v < m_graph.values.size(); ++v) {
            set(m_plan.valueBuffer[v], static_cast<int>(v));
            set(m_gradientBuffer[v], static_cast<int>(v));
        }
        for (Buffer& b : m_plan.buffers)
            b.rowBytes = std::max<std::int64_t>(b.rowBytes, 0);
    }

    /// Rows of the images this instruction can be cut into; 0: none.
    std::int64_t rowsOf(const Instruction& in) const
    {
        const Op& op = *m_graph.ops[static_cast<std::size_t>(in.op)];
        const RowUse use = rowUse(in);
        if (use == RowUse::Whole || op.output < 0)
            return 0;
        const bool ofInput = use == RowUse::OwnRows && in.pass == Pass::Backward;
        const std::int64_t height = m_graph.layoutOf(ofInput ? op.inputs[0] : op.output).height;
        for (const auto* list : {&in.reads, &in.writes})
            for (const int b : *list) {
                if (list == &in.reads && use == RowUse::OwnRows)
                    continue;
                const Buffer& buffer = m_plan.buffers[static_cast<std::size_t>(b)];
                const bool images = buffer.scope == BufferScope::Batch || buffer.scope == BufferScope::Chunk;
                if (images && buffer.rowBytes * height != buffer.bytes)
                    return 0;
            }
        return height;
    }

    RowUse rowUse(const Instruction& in) const
    {
        const Op& op = *m_graph.ops[static_cast<std::size_t>(in.op)];
        return in.pass == Pass::Forward ? op.forwardRows() : op.backwardRows();
    }

    void chooseRows(Piece& piece) const
    {
        // Rows that are read beyond the own ones are read again at the next turn.
        const std::int64_t fewest = rowUse(m_plan.tape[static_cast<std::size_t>(piece.first)]) == RowUse::Rows ? 1 : 4;
        const std::int64_t budget = cacheBudget(m_graph.kernels()) / 2;
        std::int64_t bytes = 0; // of one row of everything
        for (const int b : touched(piece.first, piece.count))
            bytes += m_plan.buffers[static_cast<std::size_t>(b)].rowBytes;
        if (bytes * piece.height > budget)
            piece.rows = std::min(piece.height, std::max(fewest, budget / bytes));
    }

    void makeParameters()
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
                    gradient =
                        addBuffer("gradient", BufferScope::Slot, MemoryCategory::Gradients, Arena::Gradients, bytes);
                    for (int s = 0; s < (optimizer ? optimizer->stateTensors : 0); ++s)
                        addBuffer("state", BufferScope::Step, MemoryCategory::Optimizer,
                                  s == 0 ? Arena::Optimizer1 : Arena::Optimizer2, bytes);
                }
                b.weightGradients.push_back(gradient);
            }
            const bool wanted = op.forwardNeedsDerived() || (!b.inputGradients.empty() && b.inputGradients[0] >= 0);
            const std::int64_t derived = op.scaled ? op.scaledFloats() : wanted ? op.derivedFloats() : 0;
            if (derived > 0)
                b.derived = addBuffer("derived", BufferScope::Step, MemoryCategory::Workspace, Arena::Derived,
                                      derived * floats);
            m_plan.scratchBytes = std::max(m_plan.scratchBytes, roundUp(op.scratchBytes()));
            m_plan.tableBytes += op.tableBytes();
        }
        for (std::size_t i = 0; i < m_graph.ops.size() && options().training; ++i) {
            if (!m_live[i] || m_plan.bindings[i].weights.empty())
                continue;
            m_plan.tape.push_back(
                {Pass::Commit, static_cast<int>(i), 0, PhaseScope::Once, {}, m_plan.bindings[i].weights});
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

    std::int64_t sizeOf(const Buffer& b) const
    {
        switch (b.scope) {
        case BufferScope::Batch: return roundUp(b.bytes * options().batch);
        case BufferScope::Chunk: return roundUp(b.bytes * m_plan.chunk);
        case BufferScope::Slot:
        case BufferScope::Step: break;
        }
        return roundUp(b.bytes);
    }

    /// Lifetimes in arenas with reuse are intervals of instructions (one chunk at a time; those that take turns row by
    /// row as one) or of whole segments (the batch).
    std::pair<int, int> life(const Buffer& b) const
    {
        if (b.first < 0)
            return {0, static_cast<int>(m_plan.tape.size())};
        if (b.scope == BufferScope::Chunk)
            return {m_passOf[static_cast<std::size_t>(b.first)].first,
                    m_passOf[static_cast<std::size_t>(b.last)].second};
        return {m_segmentOf[static_cast<std::size_t>(b.first)], m_segmentOf[static_cast<std::size_t>(b.last)]};
    }

    void layOut()
    {
        for (int a = 0; a < static_cast<int>(Arena::Count); ++a) {
            std::vector<int> members;
            for (std::size_t i = 0; i < m_plan.buffers.size(); ++i)
                if (static_cast<int>(m_plan.buffers[i].arena) == a)
                    members.push_back(static_cast<int>(i));
            std::int64_t& end = m_plan.arenaBytes[a];
            const bool reuse = a == static_cast<int>(Arena::Batch) || a == static_cast<int>(Arena::Thread);
            if (!reuse) {
                for (int i : members) {
                    m_plan.buffers[static_cast<std::size_t>(i)].offset = end;
                    end += sizeOf(m_plan.buffers[static_cast<std::size_t>(i)]);
                }
                continue;
            }
            end = placeWithReuse(members);
        }
        if (options().training && options().average)
            m_plan.arenaBytes[static_cast<int>(Arena::Average)] = m_plan.arenaBytes[static_cast<int>(Arena::Weights)];
    }

    /// Largest first, each at the lowest place that is free during its life.
    std::int64_t placeWithReuse(std::vector<int> members)
    {
        std::stable_sort(members.begin(), members.end(), [this](int x, int y) {
            return sizeOf(m_plan.buffers[static_cast<std::size_t>(x)]) >
                   sizeOf(m_plan.buffers[static_cast<std::size_t>(y)]);
        });
        std::int64_t end = 0;
        std::vector<int> placed;
        for (int i : members) {
            Buffer& b = m_plan.buffers[static_cast<std::size_t>(i)];
            const auto mine = life(b);
            std::vector<std::pair<std::int64_t, std::int64_t>> taken;
            for (int j : placed) {
                const Buffer& other = m_plan.buffers[static_cast<std::size_t>(j)];
                const auto theirs = life(other);
                if (mine.first <= theirs.second && theirs.first <= mine.second)
                    taken.emplace_back(other.offset, other.offset + sizeOf(other));
            }
            std::sort(taken.begin(), taken.end());
            std::int64_t at = 0;
            for (const auto& [from, to] : taken) {
                if (at + sizeOf(b) <= from)
                    break;
                at = std::max(at, to);
            }
            b.offset = at;
            end = std::max(end, at + sizeOf(b));
            placed.push_back(i);
        }
        return end;
    }

    void sumUp()
    {
        const auto arena = [this](Arena a) { return m_plan.arenaBytes[static_cast<int>(a)]; };
        MemoryUse& m = m_plan.memory;
        m[MemoryCategory::Weights] = arena(Arena::Weights);
        m[MemoryCategory::Gradients] = arena(Arena::Gradients) * m_plan.slots;
        m[MemoryCategory::Optimizer] = arena(Arena::Optimizer1) + arena(Arena::Optimizer2) + arena(Arena::Average);
        m[MemoryCategory::Activations] = arena(Arena::Batch) + arena(Arena::Thread) * options().threads;
        m[MemoryCategory::Workspace] = arena(Arena::Derived) + arena(Arena::StepWork) +
                                       arena(Arena::SlotWork) * m_plan.slots + m_plan.scratchBytes * options().threads +
                                       m_plan.tableBytes;
    }

    ExecutionPlan& m_plan;
    OpGraph& m_graph;
    std::vector<char> m_live, m_fused;
    std::vector<int> m_addend;               ///< per op: the value it adds; -1: none
    std::vector<int> m_prologueOf;           ///< per op: the norm it does on the way in; -1 or empty: none
    std::set<std::size_t> m_deferred;        ///< norms whose last forward phase is done by their reader
    std::map<std::size_t, int> m_remadeBy;   ///< norms whose gradient is made twice by this op
    std::map<std::size_t, int> m_sumProduct; ///< per fused sum: its input that is the product
    std::vector<char> m_handedOver;          ///< ops whose backward is part of another op's
    std::vector<char> m_keepsOutput; ///< max poolings whose output is read by the op that took their backward over
    std::vector<int> m_pooledBy;     ///< max pooling whose backward an op does with its own, or -1
    std::vector<ValueState> m_values;
    std::vector<int> m_gradientBuffer;
    std::vector<int> m_segmentOf;
    std::vector<std::pair<int, int>> m_passOf; ///< per instruction: first and last of those it takes turns with
    std::map<std::size_t, std::vector<AuxSpec>> m_aux;
};

} // namespace

PlanOptions planOptions(const TrainConfig& config)
{
    PlanOptions o;
    o.batch = config.batch;
    o.threads = config.threads;
    o.execution = config.execution;
    o.optimizer = config.optimizer;
    o.average = config.averageDecay > 0;
    return o;
}

Result<std::shared_ptr<const ExecutionPlan>> makePlan(const GraphSpec& graph, PlanOptions options)
{
    if (!options.kernels)
        options.kernels = &kernels::active();
    if (options.threads <= 0)
        options.threads = availableThreads();
    options.batch = std::max<std::int64_t>(1, options.batch);
    auto lowered = lower(graph, *options.kernels,
                         {options.training, options.keepAll, options.eachByItself, options.severalInputs});
    if (!lowered)
        return lowered.error();
    auto plan = std::make_shared<ExecutionPlan>();
    plan->options = options;
    plan->graph = std::move(*lowered);
    Planner(*plan).run();
    return std::shared_ptr<const ExecutionPlan>(std::move(plan));
}

Result<MemoryUse> predictMemory(const GraphSpec& graph, const PlanOptions& options)
{
    auto plan = makePlan(graph, options);
    if (!plan)
        return plan.error();
    return (*plan)->memory;
}

} // namespace convarium::engine
