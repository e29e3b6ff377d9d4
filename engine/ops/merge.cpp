// Add and concatenation.
#include "engine/ops/op_graph.h"

#include <cstring>

namespace convarium::engine
{

namespace
{

class AddOp final : public Op
{
public:
    const char* kind() const override { return "add"; }
    bool isSum() const override { return inputs.size() == 2; }
    bool outputMayReplaceInput() const override { return true; }
    bool gradientMayReplace(int) const override { return true; }
    RowUse forwardRows() const override { return RowUse::Rows; }
    RowUse backwardRows() const override { return RowUse::Rows; }
    bool acceptsActivation(kernels::Activation a) const override
    {
        return a == kernels::Activation::Relu || a == kernels::Activation::Relu6;
    }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_layout = graph.layoutOf(output);
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        const std::int64_t n = run.pixels(m_layout) * m_layout.lanes;
        float* out = run.at(b.output);
        const float* sum = run.at(b.inputs[0]);
        for (std::size_t i = 1; i < b.inputs.size(); ++i) {
            const bool last = i + 1 == b.inputs.size();
            run.kernels().add(sum, run.at(b.inputs[i]), out, n, last ? fused : kernels::Activation::None);
            sum = out;
        }
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        const float* out = run.at(b.outputGradient);
        for (std::size_t i = 0; i < b.inputGradients.size(); ++i) {
            if (b.inputGradients[i] < 0)
                continue;
            float* in = run.at(b.inputGradients[i]);
            if (in != out) // one input may share the gradient's memory
                run.kernels().scaleAdd(out, 1.0f, in, run.pixels(m_layout) * m_layout.lanes, b.accumulate[i] != 0);
        }
    }

private:
    Layout m_layout;
};

class ConcatOp final : public Op
{
public:
    const char* kind() const override { return "concat"; }
    RowUse forwardRows() const override { return RowUse::Rows; }
    RowUse backwardRows() const override { return RowUse::Rows; }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_out = graph.layoutOf(output);
        for (int input : inputs)
            m_in.push_back(graph.layoutOf(input));
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        float* out = run.at(b.output);
        const std::int64_t pixels = run.pixels(m_out);
        std::int64_t channel = 0;
        for (std::size_t i = 0; i < m_in.size(); ++i) {
            const float* in = run.at(b.inputs[i]);
            for (std::int64_t p = 0; p < pixels; ++p)
                std::memcpy(out + p * m_out.lanes + channel, in + p * m_in[i].lanes, bytes(i));
            channel += m_in[i].channels;
        }
        for (std::int64_t p = 0; p < pixels; ++p)
            std::fill(out + p * m_out.lanes + channel, out + (p + 1) * m_out.lanes, 0.0f);
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        const float* out = run.at(b.outputGradient);
        const std::int64_t pixels = run.pixels(m_out);
        std::int64_t channel = 0;
        for (std::size_t i = 0; i < m_in.size(); ++i) {
            if (b.inputGradients[i] >= 0) {
                float* in = run.at(b.inputGradients[i]);
                for (std::int64_t p = 0; p < pixels; ++p) {
                    const float* from = out + p * m_out.lanes + channel;
                    float* to = in + p * m_in[i].lanes;
                    if (b.accumulate[i]) {
                        for (std::int64_t c = 0; c < m_in[i].channels; ++c)
                            to[c] += from[c];
                    } else {
                        std::memcpy(to, from, bytes(i));
                        std::fill(to + m_in[i].channels, to + m_in[i].lanes, 0.0f);
                    }
                }
            }
            channel += m_in[i].channels;
        }
    }

private:
    [[nodiscard]] std::size_t bytes(std::size_t i) const
    {
        return static_cast<std::size_t>(m_in[i].channels) * sizeof(float);
    }

    Layout m_out;
    std::vector<Layout> m_in;
};

std::vector<int> plainInputs(OpGraph& graph, const std::vector<int>& in, const LowerCall& call)
{
    std::vector<int> out;
    for (int v : in)
        out.push_back(graph.plain(v, call));
    return out;
}

} // namespace

int OpGraphBuilder::add(const LowerCall& call, const std::vector<int>& in)
{
    return m_graph.addOp(std::make_unique<AddOp>(), call, plainInputs(m_graph, in, call), call.outputShape);
}

int OpGraphBuilder::concat(const LowerCall& call, const std::vector<int>& in)
{
    return m_graph.addOp(std::make_unique<ConcatOp>(), call, plainInputs(m_graph, in, call), call.outputShape);
}

} // namespace convarium::engine
