// Padding, cropping and upsampling: every output pixel is a weighted sum of a few input pixels, and the weights of rows
// and columns are independent. Lanes never mix, so a pixel is copied or added as a whole.
#include "engine/ops/op_graph.h"

#include <algorithm>
#include <cstring>

namespace convarium::engine
{

namespace
{

class ResampleOp final : public Op
{
public:
    ResampleOp(ResampleAxis rows, ResampleAxis columns, double fill)
        : m_rows(std::move(rows)), m_columns(std::move(columns)), m_fill(static_cast<float>(fill))
    {
    }
    const char* kind() const override { return "resample"; }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_in = graph.layoutOf(inputs[0]);
        m_out = graph.layoutOf(output);
    }

    std::int64_t tableBytes() const override
    {
        const std::size_t taps = m_rows.taps.size() + m_columns.taps.size();
        const std::size_t firsts = m_rows.first.size() + m_columns.first.size();
        return static_cast<std::int64_t>(taps * sizeof(ResampleTap) + firsts * sizeof(std::int32_t));
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        for (std::int64_t i = 0; i < run.count; ++i) {
            const float* image = run.at(b.inputs[0]) + i * m_in.floats();
            float* to = run.at(b.output) + i * m_out.floats();
            for (std::int64_t y = 0; y < m_out.height; ++y)
                for (std::int64_t x = 0; x < m_out.width; ++x, to += m_out.lanes) {
                    bool first = true;
                    eachTap(y, x, [&](std::int64_t pixel, float weight) {
                        const float* from = image + pixel * m_in.lanes;
                        if (first && weight == 1.0f)
                            std::memcpy(to, from, static_cast<std::size_t>(m_in.lanes) * sizeof(float));
                        else
                            run.kernels().scaleAdd(from, weight, to, m_in.lanes, !first);
                        first = false;
                    });
                    if (first) {
                        std::fill(to, to + m_out.channels, m_fill);
                        std::fill(to + m_out.channels, to + m_out.lanes, 0.0f);
                    }
                }
        }
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        for (std::int64_t i = 0; i < run.count; ++i) {
            float* image = run.at(b.inputGradients[0]) + i * m_in.floats();
            const float* from = run.at(b.outputGradient) + i * m_out.floats();
            if (!b.accumulate[0])
                std::fill(image, image + m_in.floats(), 0.0f);
            for (std::int64_t y = 0; y < m_out.height; ++y)
                for (std::int64_t x = 0; x < m_out.width; ++x, from += m_out.lanes)
                    eachTap(y, x, [&](std::int64_t pixel, float weight) {
                        run.kernels().scaleAdd(from, weight, image + pixel * m_in.lanes, m_in.lanes, true);
                    });
        }
    }

private:
    /// Calls f(input pixel, weight) for what output pixel (y, x) is made of.
    template <class F>
    void eachTap(std::int64_t y, std::int64_t x, const F& f) const
    {
        for (const ResampleTap& row : m_rows.at(y))
            for (const ResampleTap& column : m_columns.at(x))
                f(row.source * m_in.width + column.source, row.weight * column.weight);
    }

    ResampleAxis m_rows, m_columns;
    float m_fill;
    Layout m_in, m_out;
};

} // namespace

int OpGraphBuilder::resample(const LowerCall& call, int in, ResampleAxis rows, ResampleAxis columns, double fill)
{
    return m_graph.addOp(std::make_unique<ResampleOp>(std::move(rows), std::move(columns), fill), call,
                         {m_graph.plain(in, call)}, call.outputShape);
}

} // namespace convarium::engine
