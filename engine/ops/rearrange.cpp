// Reshape and permute: the same numbers in another shape, another order or another layout.
#include "engine/ops/op_graph.h"
#include "engine/ops/strided.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

using Walk = StridedAxes<1>;

/// All numbers of an image in logical order.
Walk logicalWalk(const Layout& l)
{
    if (l.kind == Layout::Kind::Dense)
        return {{l.channels, {1}}};
    return {{l.channels, {1}}, {l.height, {l.width * l.lanes}}, {l.width, {l.lanes}}};
}

/// A place on a walk.
class Cursor
{
public:
    explicit Cursor(const Walk& walk) : m_walk(walk) {}
    [[nodiscard]] std::int64_t offset() const { return m_offset; }
    [[nodiscard]] std::int64_t step() const { return m_walk.back().step[0]; }
    /// Numbers before the innermost axis ends.
    [[nodiscard]] std::int64_t left() const { return m_walk.back().size - m_index[m_walk.size() - 1]; }
    /// At most left().
    void advance(std::int64_t count)
    {
        std::size_t d = m_walk.size() - 1;
        m_index[d] += count;
        m_offset += count * m_walk[d].step[0];
        for (; d > 0 && m_index[d] == m_walk[d].size; --d) {
            m_offset += m_walk[d - 1].step[0] - m_walk[d].size * m_walk[d].step[0];
            m_index[d] = 0;
            ++m_index[d - 1];
        }
    }

private:
    const Walk& m_walk;
    std::array<std::int64_t, kMaxRank> m_index{};
    std::int64_t m_offset = 0;
};

class RearrangeOp final : public Op
{
public:
    /// order: as OpGraphBuilder::permute(); empty: logical order on both sides.
    explicit RearrangeOp(std::vector<int> order) : m_order(std::move(order)) {}
    const char* kind() const override { return "permute"; }
    bool acceptsUnpaddedInput() const override { return true; }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_in = graph.layoutOf(inputs[0]);
        m_out = graph.layoutOf(output);
        m_from.clear();
        m_to.clear();
        if (m_order.empty()) {
            m_from = logicalWalk(m_in);
            m_to = logicalWalk(m_out);
        } else {
            const Shape& shape = graph.values[static_cast<std::size_t>(output)].shape;
            const auto in = m_in.strides(graph.values[static_cast<std::size_t>(inputs[0])].shape);
            const auto out = m_out.strides(shape);
            for (const int d : memoryOrder(m_out, shape)) {
                const auto axis = static_cast<std::size_t>(d);
                m_from.push_back({shape[d], {in[static_cast<std::size_t>(m_order[axis])]}});
                m_to.push_back({shape[d], {out[axis]}});
            }
        }
        coalesce(m_from);
        coalesce(m_to);
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        float* out = run.at(b.output);
        if (isPadded(m_out))
            std::fill(out, out + run.count * m_out.floats(), 0.0f);
        copy<false>(run.count, run.at(b.inputs[0]), m_in, m_from, out, m_out, m_to);
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        float* in = run.at(b.inputGradients[0]);
        if (b.accumulate[0]) {
            copy<true>(run.count, run.at(b.outputGradient), m_out, m_to, in, m_in, m_from);
            return;
        }
        if (isPadded(m_in))
            std::fill(in, in + run.count * m_in.floats(), 0.0f);
        copy<false>(run.count, run.at(b.outputGradient), m_out, m_to, in, m_in, m_from);
    }

private:
    template <bool kAdd>
    static void copy(std::int64_t images, const float* source, const Layout& sourceLayout, const Walk& sourceWalk,
                     float* target, const Layout& targetLayout, const Walk& targetWalk)
    {
        const std::int64_t numbers = targetLayout.kind == Layout::Kind::Dense
                                         ? targetLayout.channels
                                         : targetLayout.channels * targetLayout.pixels();
        for (std::int64_t n = 0; n < images; ++n, source += sourceLayout.floats(), target += targetLayout.floats()) {
            Cursor from(sourceWalk), to(targetWalk);
            for (std::int64_t done = 0; done < numbers;) {
                const std::int64_t count = std::min(from.left(), to.left());
                const float* in = source + from.offset();
                float* out = target + to.offset();
                const std::int64_t inStep = from.step(), outStep = to.step();
                for (std::int64_t i = 0; i < count; ++i) {
                    if constexpr (kAdd)
                        out[i * outStep] += in[i * inStep];
                    else
                        out[i * outStep] = in[i * inStep];
                }
                from.advance(count);
                to.advance(count);
                done += count;
            }
        }
    }

    std::vector<int> m_order;
    Layout m_in, m_out;
    Walk m_from, m_to;
};

/// Can `shape` be read where the numbers lie already? Then its layout.
std::optional<Layout> viewOf(const ValueInfo& source, const Shape& shape)
{
    using Kind = Layout::Kind;
    Layout layout = source.layout;
    const bool dense = shape.rank() != 1 && shape.rank() != 3;
    if (shape == source.shape)
        return layout;
    if (layout.kind == Kind::Dense)
        return dense ? std::optional(layout) : std::nullopt;
    if (dense)
        return std::nullopt;
    if (shape.rank() == 1) {
        // One pixel is a plain list already; several keep their places and are read through offsets.
        if (layout.pixels() > 1)
            layout.kind = Kind::Flat;
        return layout;
    }
    if (shape == Shape{layout.channels, layout.height, layout.width}) {
        layout.kind = Kind::Pixels;
        return layout;
    }
    return std::nullopt;
}

} // namespace

std::unique_ptr<Op> makeRearrangeOp()
{
    return std::make_unique<RearrangeOp>(std::vector<int>{});
}

int OpGraphBuilder::reshape(const LowerCall& call, int in, const Shape& shape)
{
    const ValueInfo source = m_graph.values[static_cast<std::size_t>(in)];
    const auto layout = viewOf(source, shape);
    if (!layout)
        return m_graph.addOp(makeRearrangeOp(), call, {in}, shape);
    const int value = m_graph.addValue(shape, call.node);
    ValueInfo& v = m_graph.values[static_cast<std::size_t>(value)];
    v.storage = source.storage;
    v.layout = *layout;
    return value;
}

int OpGraphBuilder::permute(const LowerCall& call, int in, const std::vector<int>& order)
{
    return m_graph.addOp(std::make_unique<RearrangeOp>(order), call, {m_graph.plain(in, call)}, call.outputShape);
}

} // namespace convarium::engine
