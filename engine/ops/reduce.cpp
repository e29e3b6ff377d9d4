// The mean over whole axes.
#include "engine/ops/op_graph.h"
#include "engine/ops/strided.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

enum Array { In, Out };

class ReduceMeanOp final : public Op
{
public:
    explicit ReduceMeanOp(std::vector<int> axes) : m_reduced(std::move(axes)) {}
    const char* kind() const override { return "reduce"; }
    bool acceptsUnpaddedInput() const override { return true; }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_in = graph.layoutOf(inputs[0]);
        m_out = graph.layoutOf(output);
        const Shape& in = graph.values[static_cast<std::size_t>(inputs[0])].shape;
        const Shape& out = graph.values[static_cast<std::size_t>(output)].shape;
        const auto inStep = m_in.strides(in);
        const auto outStep = m_out.strides(out);
        const bool kept = out.rank() == in.rank();
        std::array<std::int64_t, kMaxRank> target{};
        m_count = 1;
        for (int d = 0, next = 0; d < in.rank(); ++d) {
            if (std::find(m_reduced.begin(), m_reduced.end(), d) != m_reduced.end())
                m_count *= in[d];
            else
                target[static_cast<std::size_t>(d)] = outStep[static_cast<std::size_t>(kept ? d : next)];
            next += target[static_cast<std::size_t>(d)] != 0 ? 1 : 0;
        }
        m_axes.clear();
        for (const int d : memoryOrder(m_in, in))
            m_axes.push_back({in[d], {inStep[static_cast<std::size_t>(d)], target[static_cast<std::size_t>(d)]}});
        if (m_axes.empty())
            m_axes.push_back({1, {1, 1}});
        coalesce(m_axes);
    }
    std::int64_t scratchBytes() const override { return m_out.floats() * static_cast<std::int64_t>(sizeof(double)); }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        auto* sums = reinterpret_cast<double*>(run.scratch);
        const StridedAxis<2>& inner = m_axes.back();
        const double share = 1.0 / static_cast<double>(m_count);
        for (std::int64_t n = 0; n < run.count; ++n) {
            const float* in = run.at(b.inputs[0]) + n * m_in.floats();
            float* out = run.at(b.output) + n * m_out.floats();
            std::fill(sums, sums + m_out.floats(), 0.0);
            forEachPlace(m_axes, m_axes.size() - 1, [&](const std::array<std::int64_t, 2>& at) {
                for (std::int64_t i = 0; i < inner.size; ++i)
                    sums[at[Out] + i * inner.step[Out]] += static_cast<double>(in[at[In] + i * inner.step[In]]);
            });
            for (std::int64_t i = 0; i < m_out.floats(); ++i)
                out[i] = static_cast<float>(sums[i] * share);
        }
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        const StridedAxis<2>& inner = m_axes.back();
        const float share = 1.0f / static_cast<float>(m_count);
        for (std::int64_t n = 0; n < run.count; ++n) {
            float* in = run.at(b.inputGradients[0]) + n * m_in.floats();
            const float* out = run.at(b.outputGradient) + n * m_out.floats();
            if (!b.accumulate[0])
                std::fill(in, in + m_in.floats(), 0.0f);
            forEachPlace(m_axes, m_axes.size() - 1, [&](const std::array<std::int64_t, 2>& at) {
                for (std::int64_t i = 0; i < inner.size; ++i)
                    in[at[In] + i * inner.step[In]] += out[at[Out] + i * inner.step[Out]] * share;
            });
        }
    }

private:
    std::vector<int> m_reduced;
    Layout m_in, m_out;
    StridedAxes<2> m_axes;
    std::int64_t m_count = 1;
};

} // namespace

int OpGraphBuilder::reduceMean(const LowerCall& call, int in, const std::vector<int>& axes)
{
    return m_graph.addOp(std::make_unique<ReduceMeanOp>(axes), call, {m_graph.plain(in, call)}, call.outputShape);
}

} // namespace convarium::engine
