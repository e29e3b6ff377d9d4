// Local response normalisation across maps.
#include "engine/ops/op_graph.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

class LrnOp final : public Op
{
public:
    explicit LrnOp(const LrnGeometry& geometry) : m_g(geometry) {}
    const char* kind() const override { return "lrn"; }
    bool backwardNeedsInput(int) const override { return true; }
    RowUse forwardRows() const override { return RowUse::Rows; }
    RowUse backwardRows() const override { return RowUse::Rows; }
    std::int64_t forwardWork(const OpGraph& graph) const override
    {
        constexpr std::int64_t kPerNumber = 40; // a power of each
        return kPerNumber * graph.layoutOf(output).floats();
    }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_layout = graph.layoutOf(output);
        m_args.channels = m_layout.channels;
        m_args.lanes = m_layout.lanes;
        m_args.before = m_g.before;
        m_args.after = m_g.after;
        m_args.block = std::max<std::int64_t>(1, kScratchLanes / m_args.lanes);
        m_args.scale = static_cast<float>(m_g.scale);
        m_args.k = static_cast<float>(m_g.k);
        m_args.beta = static_cast<float>(m_g.beta);
    }

    std::int64_t scratchBytes() const override
    {
        const std::int64_t margin = std::max(m_args.before, m_args.after);
        return 3 * (margin + m_args.block * (m_args.lanes + margin)) * static_cast<std::int64_t>(sizeof(float));
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        run.kernels().lrn(args(run), run.at(b.inputs[0]), run.at(b.output), reinterpret_cast<float*>(run.scratch));
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        run.kernels().lrnBackward(args(run), run.at(b.inputs[0]), run.at(b.outputGradient), run.at(b.inputGradients[0]),
                                  reinterpret_cast<float*>(run.scratch), b.accumulate[0] != 0);
    }

private:
    /// Lanes that pass through scratch together: enough to hide stores, few enough for the first cache.
    static constexpr std::int64_t kScratchLanes = 1024;

    [[nodiscard]] kernels::LrnArgs args(const Run& run) const
    {
        kernels::LrnArgs a = m_args;
        a.pixels = run.pixels(m_layout);
        return a;
    }

    LrnGeometry m_g;
    kernels::LrnArgs m_args{};
    Layout m_layout;
};

} // namespace

int OpGraphBuilder::lrn(const LowerCall& call, int in, const LrnGeometry& geometry)
{
    return m_graph.addOp(std::make_unique<LrnOp>(geometry), call, {m_graph.plain(in, call)}, call.outputShape);
}

} // namespace convarium::engine
