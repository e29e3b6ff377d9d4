// Softmax and its logarithm, and the cross-entropy loss on logits.
#include "engine/ops/op_graph.h"

#include <algorithm>

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

/// Mean cross-entropy over the images of the step, at each place of the map. Runs as part of backward: it starts the
/// gradient. The trainer makes sure that the targets have as many places as the logits.
class LossOp final : public Op
{
public:
    const char* kind() const override { return "cross_entropy"; }
    bool isLoss() const override { return true; }
    bool backwardNeedsInput(int) const override { return true; }

    std::vector<AuxSpec> aux(const OpGraph&) const override
    {
        return {{"loss sums", false, BufferScope::Slot, sizeof(LossSums), MemoryCategory::Workspace}};
    }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t chunk) override
    {
        m_layout = graph.layoutOf(inputs[0]);
        m_chunk = chunk;
    }
    std::int64_t scratchBytes() const override
    {
        return m_chunk * m_layout.pixels() * static_cast<std::int64_t>(sizeof(std::int32_t));
    }

    void forward(const Run&, const OpBinding&, int) const override {}

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        auto* labels = reinterpret_cast<std::int32_t*>(run.scratch);
        const std::int64_t places = m_layout.pixels();
        for (std::int64_t i = 0; i < run.count; ++i)
            std::fill(labels + i * places, labels + (i + 1) * places,
                      run.step->data->label(run.step->indices[run.first + i]));
        auto* sums = run.at<LossSums>(b.aux[0]);
        if (run.firstOfSlot)
            *sums = {};
        float* gradient = b.inputGradients[0] >= 0 ? run.at(b.inputGradients[0]) : nullptr;
        run.kernels().softmaxCrossEntropy(run.at(b.inputs[0]), labels, gradient, run.count * places, m_layout.channels,
                                          m_layout.lanes, 1.0f / static_cast<float>(run.step->images * places),
                                          &sums->loss, &sums->correct);
    }

private:
    Layout m_layout;
    std::int64_t m_chunk = 1;
};

} // namespace

std::unique_ptr<Op> makeLossOp()
{
    return std::make_unique<LossOp>();
}

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
