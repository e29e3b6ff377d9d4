// Max and average pooling.
#include "engine/ops/op_graph.h"

namespace convarium::engine
{

namespace
{

class PoolOp : public Op
{
public:
    explicit PoolOp(const WindowGeometry& geometry) : m_g(geometry) {}
    RowUse forwardRows() const override { return RowUse::OwnRows; }
    std::int64_t forwardWork(const OpGraph& graph) const override
    {
        constexpr std::int64_t kPerCell = 3;
        return kPerCell * graph.layoutOf(output).floats() * m_g.kernelHeight * m_g.kernelWidth;
    }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_in = graph.layoutOf(inputs[0]);
        m_out = graph.layoutOf(output);
        m_args = {.inHeight = m_in.height,
                  .inWidth = m_in.width,
                  .outHeight = m_out.height,
                  .outWidth = m_out.width,
                  .lanes = m_in.lanes,
                  .kernelHeight = m_g.kernelHeight,
                  .kernelWidth = m_g.kernelWidth,
                  .strideHeight = m_g.strideHeight,
                  .strideWidth = m_g.strideWidth,
                  .padTop = m_g.padTop,
                  .padLeft = m_g.padLeft,
                  .dilationHeight = m_g.dilationHeight,
                  .dilationWidth = m_g.dilationWidth,
                  .padBottom = m_g.padBottom,
                  .padRight = m_g.padRight,
                  .countPadding = m_g.countPadding};
    }

protected:
    /// Of the rows of the output that the run is about.
    [[nodiscard]] kernels::PoolArgs argsOf(const Run& run) const
    {
        kernels::PoolArgs a = m_args;
        if (run.rows >= 0) {
            a.padTop -= run.row * a.strideHeight;
            a.outHeight = run.rows;
        }
        return a;
    }

    WindowGeometry m_g;
    Layout m_in, m_out;
    kernels::PoolArgs m_args{};
};

class MaxPoolOp final : public PoolOp
{
public:
    using PoolOp::PoolOp;
    const char* kind() const override { return "max_pool"; }
    const WindowGeometry* maxPooling() const override { return &m_g; }

    std::vector<AuxSpec> aux(const OpGraph& graph) const override
    {
        if (!graph.training)
            return {};
        const std::int64_t bytes = graph.layoutOf(output).floats() * static_cast<std::int64_t>(sizeof(std::uint16_t));
        return {{"position of the largest", true, BufferScope::Step, bytes, MemoryCategory::Activations}};
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        const kernels::PoolArgs args = argsOf(run);
        const float* in = run.images(b.inputs[0]);
        float* out = run.at(b.output);
        std::uint16_t* largest = b.aux.empty() ? nullptr : run.at<std::uint16_t>(b.aux[0]);
        for (std::int64_t i = 0; i < run.count; ++i)
            run.kernels().maxPool(args, in + i * m_in.floats(), out + i * m_out.floats(),
                                  largest ? largest + i * m_out.floats() : nullptr);
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        float* in = run.at(b.inputGradients[0]);
        const float* out = run.at(b.outputGradient);
        const auto* largest = run.at<std::uint16_t>(b.aux[0]);
        for (std::int64_t i = 0; i < run.count; ++i)
            run.kernels().maxPoolBackward(m_args, out + i * m_out.floats(), largest + i * m_out.floats(),
                                          in + i * m_in.floats(), b.accumulate[0] != 0);
    }
};

class AveragePoolOp final : public PoolOp
{
public:
    using PoolOp::PoolOp;
    const char* kind() const override { return "average_pool"; }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        const kernels::PoolArgs args = argsOf(run);
        const float* in = run.images(b.inputs[0]);
        float* out = run.at(b.output);
        for (std::int64_t i = 0; i < run.count; ++i)
            run.kernels().averagePool(args, in + i * m_in.floats(), out + i * m_out.floats());
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        float* in = run.at(b.inputGradients[0]);
        const float* out = run.at(b.outputGradient);
        for (std::int64_t i = 0; i < run.count; ++i)
            run.kernels().averagePoolBackward(m_args, out + i * m_out.floats(), in + i * m_in.floats(),
                                              b.accumulate[0] != 0);
    }
};

} // namespace

int OpGraphBuilder::maxPool(const LowerCall& call, int in, const WindowGeometry& geometry)
{
    return m_graph.addOp(std::make_unique<MaxPoolOp>(geometry), call, {m_graph.plain(in, call)}, call.outputShape);
}

int OpGraphBuilder::averagePool(const LowerCall& call, int in, const WindowGeometry& geometry)
{
    return m_graph.addOp(std::make_unique<AveragePoolOp>(geometry), call, {m_graph.plain(in, call)}, call.outputShape);
}

} // namespace convarium::engine
