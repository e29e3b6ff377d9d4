// Activations, other functions of one number, and dropout: every number by itself, so they may overwrite their input.
#include "engine/layers/dropout_mask.h"
#include "engine/ops/op_graph.h"

namespace convarium::engine
{

namespace
{

class ActivationOp final : public Op
{
public:
    explicit ActivationOp(kernels::Activation a) : m_activation(a) {}
    const char* kind() const override { return "pointwise"; }
    bool outputMayReplaceInput() const override { return true; }
    bool gradientMayReplace(int) const override { return true; }
    RowUse forwardRows() const override { return RowUse::Rows; }
    RowUse backwardRows() const override { return RowUse::Rows; }
    bool backwardNeedsOutput() const override { return true; }
    kernels::Activation activation() const override { return m_activation; }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_layout = graph.layoutOf(output);
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        run.kernels().activate(m_activation, run.at(b.inputs[0]), run.at(b.output),
                               run.pixels(m_layout) * m_layout.lanes);
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        run.kernels().activateBackward(m_activation, run.at(b.output), run.at(b.outputGradient),
                                       run.at(b.inputGradients[0]), run.pixels(m_layout) * m_layout.lanes,
                                       b.accumulate[0] != 0);
    }

private:
    kernels::Activation m_activation;
    Layout m_layout;
};

/// Reads its argument in backward where the slope does not follow from the value; else it works in place.
class FunctionOp final : public Op
{
public:
    explicit FunctionOp(const kernels::FunctionCall& call) : m_call(call) {}
    const char* kind() const override { return "pointwise"; }
    bool outputMayReplaceInput() const override { return true; }
    bool gradientMayReplace(int) const override { return true; }
    RowUse forwardRows() const override { return RowUse::Rows; }
    RowUse backwardRows() const override { return RowUse::Rows; }
    bool backwardNeedsInput(int) const override { return !kernels::slopeFromValue(m_call.function); }
    bool backwardNeedsOutput() const override { return kernels::slopeFromValue(m_call.function); }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_layout = graph.layoutOf(output);
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        run.kernels().function(m_call, run.at(b.inputs[0]), run.at(b.output), run.pixels(m_layout) * m_layout.lanes);
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        run.kernels().functionBackward(m_call, run.at(backwardNeedsOutput() ? b.output : b.inputs[0]),
                                       run.at(b.outputGradient), run.at(b.inputGradients[0]),
                                       run.pixels(m_layout) * m_layout.lanes, b.accumulate[0] != 0);
    }

private:
    kernels::FunctionCall m_call;
    Layout m_layout;
};

/// The mask is a function of seed, node, step and image, so backward computes it again instead of keeping it.
class DropoutOp final : public Op
{
public:
    /// drops: in training steps; else never.
    DropoutOp(double rate, bool drops) : m_rate(rate), m_drops(drops) {}
    const char* kind() const override { return "mask"; }
    bool outputMayReplaceInput() const override { return true; }
    bool gradientMayReplace(int) const override { return true; }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_layout = graph.layoutOf(output);
    }
    std::int64_t scratchBytes() const override { return m_layout.floats(); }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        apply(run, run.at(b.inputs[0]), run.at(b.output), false);
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        apply(run, run.at(b.outputGradient), run.at(b.inputGradients[0]), b.accumulate[0] != 0);
    }

private:
    void apply(const Run& run, const float* in, float* out, bool accumulate) const
    {
        const std::int64_t floats = m_layout.floats();
        if (!m_drops || !run.step->training) {
            if (in != out || accumulate)
                run.kernels().scaleAdd(in, 1.0f, out, run.count * floats, accumulate);
            return;
        }
        auto* keep = reinterpret_cast<std::uint8_t*>(run.scratch);
        const std::int64_t elements =
            m_layout.kind == Layout::Kind::Dense ? floats : m_layout.channels * m_layout.pixels();
        const auto factor = static_cast<float>(dropoutScale(m_rate));
        const CountedRng rng = dropoutRng({run.step->seed, node, run.step->step, {}});
        const std::uint32_t threshold = dropoutThreshold(m_rate);
        std::fill(keep, keep + floats, std::uint8_t{0});
        for (std::int64_t i = 0; i < run.count; ++i) {
            const std::uint32_t image = run.step->indices[run.first + i];
            for (std::int64_t e = 0; e < elements; e += 4) {
                std::uint8_t quad[4];
                dropoutKeepsQuad(rng, threshold, image, static_cast<std::uint32_t>(e / 4), quad);
                for (std::int64_t j = 0; j < 4 && e + j < elements; ++j)
                    keep[m_layout.offset(e + j)] = quad[j];
            }
            run.kernels().maskScale(in + i * floats, keep, factor, out + i * floats, floats, accumulate);
        }
    }

    double m_rate;
    bool m_drops;
    Layout m_layout;
};

} // namespace

int OpGraphBuilder::activation(const LowerCall& call, int in, kernels::Activation activation)
{
    return m_graph.addOp(std::make_unique<ActivationOp>(activation), call, {m_graph.plain(in, call)}, call.outputShape);
}

int OpGraphBuilder::function(const LowerCall& call, int in, const kernels::FunctionCall& function)
{
    return m_graph.addOp(std::make_unique<FunctionOp>(function), call, {m_graph.plain(in, call)}, call.outputShape);
}

int OpGraphBuilder::dropout(const LowerCall& call, int in, double rate)
{
    return m_graph.addOp(std::make_unique<DropoutOp>(rate, call.training), call, {m_graph.plain(in, call)},
                         call.outputShape);
}

} // namespace convarium::engine
