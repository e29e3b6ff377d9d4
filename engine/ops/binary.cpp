// Functions of two values, number by number, with sizes of 1 that stretch.
#include "engine/ops/op_graph.h"
#include "engine/ops/strided.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

enum Array { A, B, Out };

class BinaryOp final : public Op
{
public:
    /// Both operands have as many axes as the output.
    BinaryOp(kernels::Binary function, const Shape& a, const Shape& b, const Shape& out)
        : m_function(function), m_shapes{a, b, out}
    {
    }
    const char* kind() const override { return "binary"; }
    bool outputMayReplaceInput() const override { return !stretches(A); }
    bool gradientMayReplace(int input) const override { return !stretches(input); }
    bool backwardNeedsInput(int) const override
    {
        return m_function != kernels::Binary::Add && m_function != kernels::Binary::Subtract;
    }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_layouts = {graph.layoutOf(inputs[A]), graph.layoutOf(inputs[B]), graph.layoutOf(output)};
        const Layout& out = m_layouts[Out];
        m_axes.clear();
        for (const int d : memoryOrder(out, m_shapes[Out])) {
            StridedAxis<3> axis;
            axis.size = m_shapes[Out][d];
            // Padding lanes go through the same loop, except where dividing zero by zero would leave NaN in them.
            if (d == 0 && isPadded(out) && !dividesPadding())
                axis.size = out.lanes;
            for (const Array k : {A, B, Out})
                if (m_shapes[k][d] == m_shapes[Out][d])
                    axis.step[k] = m_layouts[k].strides(m_shapes[k])[static_cast<std::size_t>(d)];
            m_axes.push_back(axis);
        }
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        float* out = run.at(b.output);
        if (dividesPadding())
            clearPadding(out, run.count);
        forEachRows(run, b, [&](const kernels::BinaryArgs& args, std::int64_t, std::int64_t, std::int64_t at) {
            run.kernels().binary(args, out + at);
        });
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        // The operand whose gradient takes the place of the output's comes last.
        const bool turned = b.inputGradients[A] >= 0 && b.inputGradients[A] == b.outputGradient;
        for (const Array k : {turned ? B : A, turned ? A : B})
            if (b.inputGradients[k] >= 0)
                operandGradient(run, b, k);
    }

private:
    [[nodiscard]] bool stretches(int operand) const
    {
        return m_shapes[static_cast<std::size_t>(operand)] != m_shapes[Out];
    }
    [[nodiscard]] bool dividesPadding() const
    {
        return m_function == kernels::Binary::Divide && isPadded(m_layouts[Out]);
    }
    void clearPadding(float* data, std::int64_t images) const
    {
        const Layout& out = m_layouts[Out];
        for (std::int64_t p = 0; p < images * out.pixels(); ++p)
            std::fill(data + p * out.lanes + out.channels, data + (p + 1) * out.lanes, 0.0f);
    }

    void operandGradient(const Run& run, const OpBinding& b, Array k) const
    {
        float* gradient = run.at(b.inputGradients[k]);
        const float* outGradient = run.at(b.outputGradient);
        bool accumulate = b.accumulate[k] != 0;
        if (!accumulate && gradient != outGradient && (stretches(k) || dividesPadding()))
            std::fill(gradient, gradient + run.count * m_layouts[k].floats(), 0.0f);
        accumulate = accumulate || stretches(k);
        forEachRows(run, b,
                    [&](const kernels::BinaryArgs& args, std::int64_t atA, std::int64_t atB, std::int64_t atOut) {
                        run.kernels().binaryBackward(args, outGradient + atOut, gradient + (k == A ? atA : atB), k == B,
                                                     accumulate);
                    });
    }

    /// Calls f(arguments, offsets of a, b and out) for parts of the chunk in which all steps are the same.
    template <class F>
    void forEachRows(const Run& run, const OpBinding& b, F f) const
    {
        StridedAxes<3> axes{{run.count, {m_layouts[A].floats(), m_layouts[B].floats(), m_layouts[Out].floats()}}};
        axes.insert(axes.end(), m_axes.begin(), m_axes.end());
        if (m_axes.empty()) // single numbers
            axes.push_back({1, {1, 1, 1}});
        coalesce(axes);
        if (!isRun(axes.back())) // places that are one number each, apart from one another
            axes.push_back({1, {1, 1, 1}});
        const StridedAxis<3> inner = axes.back();
        const StridedAxis<3> rows = axes.size() > 1 ? axes[axes.size() - 2] : StridedAxis<3>{};
        kernels::BinaryArgs args{
            m_function,   rows.size,      inner.size,         nullptr,           nullptr, rows.step[A],
            rows.step[B], rows.step[Out], inner.step[A] == 0, inner.step[B] == 0};
        const float* a = run.at(b.inputs[A]);
        const float* second = run.at(b.inputs[B]);
        forEachPlace(axes, axes.size() > 2 ? axes.size() - 2 : 0, [&](const std::array<std::int64_t, 3>& at) {
            args.a = a + at[A];
            args.b = second + at[B];
            f(args, at[A], at[B], at[Out]);
        });
    }
    static bool isRun(const StridedAxis<3>& axis)
    {
        return axis.step[Out] == 1 && axis.step[A] <= 1 && axis.step[B] <= 1;
    }

    kernels::Binary m_function;
    std::array<Shape, 3> m_shapes;
    std::array<Layout, 3> m_layouts;
    StridedAxes<3> m_axes; ///< of one image
};

} // namespace

int OpGraphBuilder::binary(const LowerCall& call, kernels::Binary function, const std::vector<int>& in)
{
    const auto shapeOf = [this](int value) { return m_graph.values[static_cast<std::size_t>(value)].shape; };
    int left = in.front();
    for (std::size_t i = 1; i < in.size(); ++i) {
        const Shape out = *broadcastShapes(shapeOf(left), shapeOf(in[i]));
        const int a = reshape(call, m_graph.plain(left, call), withAxes(shapeOf(left), out.rank()));
        const int b = reshape(call, m_graph.plain(in[i], call), withAxes(shapeOf(in[i]), out.rank()));
        left = m_graph.addOp(std::make_unique<BinaryOp>(function, shapeOf(a), shapeOf(b), out), call, {a, b}, out);
    }
    return left;
}

} // namespace convarium::engine
