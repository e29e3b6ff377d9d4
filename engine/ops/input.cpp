// The network's input: pixels from the data set, scaled, in the executor's layout. And the copy that undoes a
// flattening.
#include "engine/ops/op_graph.h"

namespace convarium::engine
{

namespace
{

class InputOp final : public Op
{
public:
    const char* kind() const override { return "input"; }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_layout = graph.layoutOf(output);
        m_firstNumber = m_allNumbers = 0;
        for (const int value : graph.inputValues) {
            if (value == output)
                m_firstNumber = m_allNumbers;
            m_allNumbers += graph.values[static_cast<std::size_t>(value)].shape.elements();
        }
    }

    std::int64_t scratchBytes() const override { return m_layout.channels * m_layout.pixels(); }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        float* out = run.at(b.output);
        const std::int64_t bytes = scratchBytes();
        auto* scratch = reinterpret_cast<std::uint8_t*>(run.scratch);
        for (std::int64_t i = 0; i < run.count; ++i) {
            if (run.step->values) {
                loadValues(run.step->values + (run.first + i) * m_allNumbers + m_firstNumber,
                           out + i * m_layout.floats());
                continue;
            }
            const std::uint8_t* image = scratch;
            if (run.step->pixels) {
                image = run.step->pixels + (run.first + i) * bytes;
            } else if (const auto read = run.step->data->image(run.step->indices[run.first + i],
                                                               {scratch, static_cast<std::size_t>(bytes)});
                       !read) {
                run.step->dataFailure->report(read.error());
                return;
            }
            run.kernels().loadImage(image, out + i * m_layout.floats(), m_layout.channels, m_layout.pixels(),
                                    m_layout.lanes, run.step->scale, run.step->shift);
        }
    }

    void backward(const Run&, const OpBinding&, int) const override {}

private:
    void loadValues(const float* values, float* out) const
    {
        std::fill(out, out + m_layout.floats(), 0.0f);
        m_layout.pack(values, out, m_layout.channels * m_layout.pixels());
    }

    Layout m_layout;
    /// A sample of several inputs lies in memory one input after the other.
    std::int64_t m_firstNumber = 0, m_allNumbers = 0;
};

} // namespace

std::unique_ptr<Op> makeInputOp()
{
    return std::make_unique<InputOp>();
}

} // namespace convarium::engine
