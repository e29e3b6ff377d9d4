// Convolution, and dense layers as the convolution they are: a kernel as large as its input.
#include "engine/ops/convolution_products.h"
#include "engine/ops/pooled_gradient.h"
#include "engine/ops/winograd_products.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

class ConvolutionOp final : public Op
{
public:
    ConvolutionOp(const WindowGeometry& geometry, bool bias) : m_g(geometry), m_bias(bias) {}

    const char* kind() const override { return "convolution"; }
    bool backwardNeedsInput(int) const override { return true; }
    bool acceptsActivation(kernels::Activation) const override { return true; }
    bool acceptsUnpaddedInput() const override { return true; }
    bool acceptsScale() const override { return true; }
    bool acceptsAddend() const override { return m_g.groups == 1; }
    RowUse forwardRows() const override { return m_g.pixelwise() ? RowUse::Rows : RowUse::Whole; }
    RowUse backwardRows() const override { return forwardRows(); }
    bool forwardNeedsDerived() const override { return m_winograd.ways().forward; }
    std::int64_t forwardWork(const OpGraph&) const override
    {
        return m_winograd.ways().forward ? m_winograd.forwardWork() : m_products.gatherWork();
    }
    std::int64_t forwardParts() const override
    {
        return m_winograd.ways().forward ? m_winograd.forwardParts() : m_products.gatherParts();
    }
    std::int64_t backwardParts() const override
    {
        return (m_trained && !weightsApart ? weightGradientParts() : 0) + inputGradientParts();
    }
    bool makesWeightGradientApart(const OpGraph& graph) const override { return isTrained(graph) && !pooledBy; }
    std::int64_t weightGradientParts() const override
    {
        return pooledBy || m_winograd.ways().weightGradient ? 1 : m_products.weightGradientParts();
    }
    bool acceptsPrologue(const OpGraph&) const override { return m_g.pixelwise(); }
    bool acceptsPooling(const OpGraph& graph, const Op& pooling) const override
    {
        return PooledGradient::pays(m_g, graph.layoutOf(inputs[0]), graph.layoutOf(output),
                                    graph.layoutOf(pooling.output), fused, graph.kernels());
    }

    void prepare(const OpGraph& graph, const kernels::KernelTable& table, std::int64_t chunk) override
    {
        using WayBack = ConvolutionProducts::WayBack;
        m_in = graph.layoutOf(inputs[0]);
        m_out = graph.layoutOf(output);
        m_trained = isTrained(graph);
        m_winograd.prepare(m_g, m_in, m_out, table,
                           {{true, wantsInputGradient && !pooledBy, m_trained && !pooledBy && !weightsApart},
                            chunk,
                            imagesPerUpdate,
                            inspected});
        const WinogradProducts::Ways& ways = m_winograd.ways();
        const bool back = wantsInputGradient && !pooledBy && !ways.inputGradient;
        m_direct = !ways.forward || back || (m_trained && !pooledBy && !ways.weightGradient);
        m_products.prepare(m_g, m_in, m_out, table, chunk, back ? WayBack::Cheapest : WayBack::None);
        if (pooledBy)
            m_pooled.prepare(m_g, m_in, m_out, *pooledBy->maxPooling(), graph.layoutOf(pooledBy->output),
                             m_products.matrix(), table);
    }

    std::int64_t scratchBytes() const override
    {
        return std::max(
            {m_direct ? m_products.scratchBytes(readsNorm) : 0, m_winograd.scratchBytes(), m_pooled.scratchBytes()});
    }
    std::int64_t tableBytes() const override
    {
        return m_products.tableBytes() + m_winograd.tableBytes() + m_pooled.tableBytes();
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        const float* weights = scaled ? run.at(b.derived) : run.at(b.weights[0]);
        const float* bias = scaled ? weights + m_products.weightFloats() : m_bias ? run.at(b.weights[1]) : nullptr;
        const float* addend = b.addend >= 0 ? run.at(b.addend) : nullptr;
        if (m_winograd.ways().forward)
            m_winograd.forward(run, run.at(b.inputs[0]), run.at(b.output),
                               run.at(b.derived) + (scaled ? scaledProductFloats() : 0), bias, fused, addend);
        else
            m_products.gather(run, run.at(b.inputs[0]), run.at(b.output), weights, bias, fused, addend,
                              prologueOf(run, b, m_in.lanes));
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        const BackwardRuns runs(run, m_trained && !weightsApart ? weightGradientParts() : 0, inputGradientParts());
        if (pooledBy) {
            pooledBackward(run, b, runs.weights.has_value(), runs.input.has_value());
            return;
        }
        if (runs.weights)
            weightGradient(*runs.weights, b);
        if (runs.input)
            inputGradient(*runs.input, b);
    }

    void weightGradient(const Run& run, const OpBinding& b) const override
    {
        const float* const outGradient = run.at(b.outputGradient);
        float* const weights = run.at(b.weightGradients[0]);
        float* const bias = m_bias ? run.at(b.weightGradients[1]) : nullptr;
        if (m_winograd.ways().weightGradient)
            m_winograd.weightGradient(run, run.at(b.inputs[0]), outGradient, weights, bias);
        else
            m_products.weightGradient(run, run.at(b.inputs[0]), outGradient, weights, bias,
                                      prologueOf(run, b, m_in.lanes));
    }

    // Weight 0: kernel; weight 1: bias.
    std::int64_t packedFloats(int index, const TensorInfo&) const override
    {
        return index == 0 ? m_products.weightFloats() : m_products.outBiasFloats();
    }
    void pack(int index, const TensorInfo& info, const float* logical, float* packed) const override
    {
        if (index == 0) {
            m_products.packWeights(logical, packed);
            return;
        }
        std::fill(packed, packed + packedFloats(index, info), 0.0f);
        for (std::int64_t o = 0; o < m_out.channels; ++o)
            packed[m_products.outBiasIndex(o)] = logical[o];
    }
    void unpack(int index, const TensorInfo&, const float* packed, float* logical) const override
    {
        if (index == 0) {
            m_products.unpackWeights(packed, logical);
            return;
        }
        for (std::int64_t o = 0; o < m_out.channels; ++o)
            logical[o] = packed[m_products.outBiasIndex(o)];
    }

    /// Those of the forward product, where it has its own, then those of the way back.
    std::int64_t derivedFloats() const override
    {
        if (!wantsInputGradient || m_winograd.ways().inputGradient)
            return m_winograd.derivedFloats();
        return m_winograd.forwardFloats() + (pooledBy ? m_pooled.derivedFloats() : m_products.derivedFloats());
    }
    void derive(const float* packed, float* derived) const override
    {
        if (m_winograd.ways().forward)
            m_winograd.derive(packed, derived);
        if (!wantsInputGradient || m_winograd.ways().inputGradient)
            return;
        float* const back = derived + m_winograd.forwardFloats();
        if (pooledBy)
            m_pooled.derive(packed, back);
        else
            m_products.derive(packed, back);
    }

    /// Kernel, then bias, then what the forward product derives of the kernel.
    std::int64_t scaledFloats() const override { return scaledProductFloats() + m_winograd.forwardFloats(); }
    void scaleWeights(const std::vector<const float*>& weights, const float* scale, const float* shift,
                      float* target) const override
    {
        m_products.scaleWeights(weights[0], scale, target);
        float* bias = target + m_products.weightFloats();
        std::fill(bias, bias + m_products.outBiasFloats(), 0.0f);
        for (std::int64_t o = 0; o < m_out.channels; ++o) {
            const std::int64_t at = m_products.outBiasIndex(o);
            bias[at] = (m_bias ? weights[1][at] * scale[o] : 0.0f) + shift[o];
        }
        if (m_winograd.ways().forward)
            m_winograd.derive(target, target + scaledProductFloats());
    }

private:
    std::int64_t scaledProductFloats() const { return m_products.weightFloats() + m_products.outBiasFloats(); }
    const float* derivedForBackward(const Run& run, const OpBinding& b) const
    {
        return run.at(b.derived) + m_winograd.forwardFloats();
    }

    bool isTrained(const OpGraph& graph) const
    {
        return !params.empty() && graph.parameters[static_cast<std::size_t>(params.front())].trainable;
    }
    std::int64_t inputGradientParts() const
    {
        if (!wantsInputGradient || pooledBy)
            return wantsInputGradient;
        return m_winograd.ways().inputGradient ? m_winograd.inputGradientParts() : m_products.scatterParts();
    }

    void inputGradient(const Run& run, const OpBinding& b) const
    {
        const float* const outGradient = run.at(b.outputGradient);
        float* const in = run.at(b.inputGradients[0]);
        if (m_winograd.ways().inputGradient)
            m_winograd.inputGradient(run, outGradient, in, derivedForBackward(run, b), b.accumulate[0] != 0);
        else
            m_products.scatter(run, outGradient, in, derivedForBackward(run, b), nullptr, kernels::Activation::None,
                               b.accumulate[0] != 0);
    }

    void pooledBackward(const Run& run, const OpBinding& b, bool weights, bool input) const
    {
        PooledGradient::Call c;
        c.pooledGradient = run.at(b.pooledGradient);
        c.largest = run.at<std::uint16_t>(b.largest);
        c.activation = fused;
        if (fused != kernels::Activation::None)
            c.pooled = run.at(b.pooled);
        if (weights) {
            c.in = run.at(b.inputs[0]);
            c.weightGradient = run.at(b.weightGradients[0]);
            c.biasGradient = m_bias ? run.at(b.weightGradients[1]) : nullptr;
        }
        if (input) {
            c.weights = derivedForBackward(run, b);
            c.inGradient = run.at(b.inputGradients[0]);
            c.accumulate = b.accumulate[0] != 0;
        }
        m_pooled.backward(run, c);
    }

    WindowGeometry m_g;
    bool m_bias;
    Layout m_in, m_out;
    bool m_trained = false;
    bool m_direct = true; ///< something goes by m_products
    ConvolutionProducts m_products;
    WinogradProducts m_winograd; ///< in place of some of m_products
    PooledGradient m_pooled;     ///< with pooledBy, the way back
};

} // namespace

int OpGraphBuilder::convolution(const LowerCall& call, int in, const WindowGeometry& geometry, const TensorKeys& keys)
{
    // As many groups as maps: the products of such groups are too thin, and lanes need not mix.
    if (geometry.groups > 1 && geometry.groups == m_graph.layoutOf(in).channels)
        return depthwise(call, in, geometry, keys);
    const std::vector<std::string> present = keys.present(call);
    return m_graph.addOp(std::make_unique<ConvolutionOp>(geometry, present.size() > 1), call, {m_graph.plain(in, call)},
                         call.outputShape, present);
}

int OpGraphBuilder::dense(const LowerCall& call, int in)
{
    // Flattened maps keep their layout: the weights of unit o over c, h, w are a kernel of the maps' own size.
    const Layout& layout = m_graph.layoutOf(in);
    WindowGeometry g;
    g.kernelHeight = layout.height;
    g.kernelWidth = layout.width;
    const std::vector<std::string> present = TensorKeys{}.present(call);
    return m_graph.addOp(std::make_unique<ConvolutionOp>(g, present.size() > 1), call, {in}, call.outputShape, present);
}

} // namespace convarium::engine
