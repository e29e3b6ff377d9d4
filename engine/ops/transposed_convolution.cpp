// Transposed convolution: forward is the way back of a convolution, its input gradient that convolution itself.
#include "engine/ops/convolution_products.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

class TransposedConvolutionOp final : public Op
{
public:
    TransposedConvolutionOp(const WindowGeometry& geometry, bool bias) : m_g(geometry), m_bias(bias) {}

    const char* kind() const override { return "transposed_convolution"; }
    bool backwardNeedsInput(int) const override { return true; }
    bool acceptsActivation(kernels::Activation) const override { return true; }
    bool forwardNeedsDerived() const override { return true; }

    void prepare(const OpGraph& graph, const kernels::KernelTable& table, std::int64_t chunk) override
    {
        m_out = graph.layoutOf(output);
        m_products.prepare(m_g, m_out, graph.layoutOf(inputs[0]), table, chunk, ConvolutionProducts::WayBack::Phases);
    }

    std::int64_t scratchBytes() const override { return m_products.scratchBytes(); }
    std::int64_t tableBytes() const override { return m_products.tableBytes(); }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        m_products.scatter(run, run.at(b.inputs[0]), run.at(b.output), run.at(b.derived),
                           m_bias ? run.at(b.weights[1]) : nullptr, fused, false);
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        const float* outGradient = run.at(b.outputGradient);
        if (b.weightGradients[0] >= 0) {
            m_products.weightGradient(run, outGradient, run.at(b.inputs[0]), run.at(b.weightGradients[0]), nullptr);
            if (m_bias)
                biasGradient(run, outGradient, run.at(b.weightGradients[1]));
        }
        if (b.inputGradients[0] >= 0) {
            float* in = run.at(b.inputGradients[0]);
            m_products.gather(run, outGradient, in, run.at(b.weights[0]), nullptr, kernels::Activation::None,
                              b.accumulate[0] ? in : nullptr);
        }
    }

    // Weight 0: kernel; weight 1: bias.
    std::int64_t packedFloats(int index, const TensorInfo&) const override
    {
        return index == 0 ? m_products.weightFloats() : m_products.inBiasFloats();
    }
    void pack(int index, const TensorInfo& info, const float* logical, float* packed) const override
    {
        if (index == 0) {
            m_products.packWeights(logical, packed);
            return;
        }
        std::fill(packed, packed + packedFloats(index, info), 0.0f);
        for (std::int64_t o = 0; o < m_out.channels; ++o)
            packed[m_products.inBiasIndex(o)] = logical[o];
    }
    void unpack(int index, const TensorInfo&, const float* packed, float* logical) const override
    {
        if (index == 0) {
            m_products.unpackWeights(packed, logical);
            return;
        }
        for (std::int64_t o = 0; o < m_out.channels; ++o)
            logical[o] = packed[m_products.inBiasIndex(o)];
    }

    std::int64_t derivedFloats() const override { return m_products.derivedFloats(); }
    void derive(const float* packed, float* derived) const override { m_products.derive(packed, derived); }

private:
    void biasGradient(const Run& run, const float* outGradient, float* bias) const
    {
        if (run.firstOfSlot)
            std::fill(bias, bias + m_products.inBiasFloats(), 0.0f);
        const std::int64_t together = m_out.channels / m_g.groups;
        for (std::int64_t p = 0; p < run.count * m_out.pixels(); ++p)
            for (std::int64_t first = 0; first < m_out.channels; first += together) {
                const float* from = outGradient + p * m_out.lanes + first;
                float* to = bias + m_products.inBiasIndex(first);
                for (std::int64_t c = 0; c < together; ++c)
                    to[c] += from[c];
            }
    }

    WindowGeometry m_g;
    bool m_bias;
    Layout m_out;
    ConvolutionProducts m_products;
};

} // namespace

int OpGraphBuilder::transposedConvolution(const LowerCall& call, int in, const WindowGeometry& geometry)
{
    const std::vector<std::string> present = TensorKeys{}.present(call);
    return m_graph.addOp(std::make_unique<TransposedConvolutionOp>(geometry, present.size() > 1), call,
                         {m_graph.plain(in, call)}, call.outputShape, present);
}

} // namespace convarium::engine
