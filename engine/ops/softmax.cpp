// Softmax and its logarithm over the classes at each place.
#include "engine/ops/op_graph.h"

namespace convarium::engine
{

namespace
{

class SoftmaxOp final : public Op
{
public:
    explicit SoftmaxOp(bool logarithm) : m_logarithm(logarithm) {}
    const char* kind() const override { return m_logarithm ? "log_softmax" : "softmax"; }
    bool backwardNeedsOutput() const override { return true; }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_layout = graph.layoutOf(output);
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        const auto kernel = m_logarithm ? run.kernels().logSoftmax : run.kernels().softmax;
        kernel(run.at(b.inputs[0]), run.at(b.output), run.count * m_layout.pixels(), m_layout.channels, m_layout.lanes);
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        const auto kernel = m_logarithm ? run.kernels().logSoftmaxBackward : run.kernels().softmaxBackward;
        kernel(run.at(b.output), run.at(b.outputGradient), run.at(b.inputGradients[0]), run.count * m_layout.pixels(),
               m_layout.channels, m_layout.lanes, b.accumulate[0] != 0);
    }

private:
    bool m_logarithm;
    Layout m_layout;
};

} // namespace

int OpGraphBuilder::softmax(const LowerCall& call, int in)
{
    return overChannels(m_graph.plain(in, call), call, [&](int value, const Shape& shape) {
        return m_graph.addOp(std::make_unique<SoftmaxOp>(false), call, {value}, shape);
    });
}

int OpGraphBuilder::logSoftmax(const LowerCall& call, int in)
{
    return overChannels(m_graph.plain(in, call), call, [&](int value, const Shape& shape) {
        return m_graph.addOp(std::make_unique<SoftmaxOp>(true), call, {value}, shape);
    });
}

} // namespace convarium::engine
