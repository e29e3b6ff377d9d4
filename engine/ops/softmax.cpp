// Softmax over the classes at each place.
#include "engine/ops/op_graph.h"

namespace convarium::engine
{

namespace
{

class SoftmaxOp final : public Op
{
public:
    const char* kind() const override { return "softmax"; }
    bool backwardNeedsOutput() const override { return true; }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_layout = graph.layoutOf(output);
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        run.kernels().softmax(run.at(b.inputs[0]), run.at(b.output), run.count * m_layout.pixels(), m_layout.channels,
                              m_layout.lanes);
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        run.kernels().softmaxBackward(run.at(b.output), run.at(b.outputGradient), run.at(b.inputGradients[0]),
                                      run.count * m_layout.pixels(), m_layout.channels, m_layout.lanes,
                                      b.accumulate[0] != 0);
    }

private:
    Layout m_layout;
};

} // namespace

int OpGraphBuilder::softmax(const LowerCall& call, int in)
{
    return m_graph.addOp(std::make_unique<SoftmaxOp>(), call, {m_graph.plain(in, call)}, call.outputShape);
}

} // namespace convarium::engine
