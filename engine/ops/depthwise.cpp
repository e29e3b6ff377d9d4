// Depthwise convolution: every channel has kernels of its own. With a multiplier above 1 the input's channels are
// repeated first, so that the kernels see one output channel per input channel.
#include "engine/ops/border.h"
#include "engine/ops/op_graph.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

class DepthwiseOp final : public Op
{
public:
    DepthwiseOp(const WindowGeometry& geometry, bool bias) : m_g(geometry), m_bias(bias) {}

    const char* kind() const override { return "depthwise"; }
    bool backwardNeedsInput(int) const override { return true; }
    bool acceptsActivation(kernels::Activation) const override { return true; }
    bool acceptsScale() const override { return true; }
    bool acceptsPrologue(const OpGraph& graph) const override
    {
        return graph.layoutOf(inputs[0]).channels == graph.layoutOf(output).channels;
    }

    RowUse forwardRows() const override { return m_multiplier == 1 ? RowUse::OwnRows : RowUse::Whole; }
    std::int64_t forwardWork(const OpGraph& graph) const override
    {
        constexpr std::int64_t kPerTap = 2; // neither numbers nor weights are used twice
        return kPerTap * graph.layoutOf(output).floats() * taps();
    }
    RowUse backwardRows() const override { return remakesGradient ? RowUse::OwnRows : RowUse::Whole; }
    std::int64_t backwardParts() const override { return int{m_trained} + int{wantsInputGradient}; }
    bool canRemakeGradient(const OpGraph& graph) const override
    {
        const bool gaps = m_g.kernelHeight < m_g.strideHeight || m_g.kernelWidth < m_g.strideWidth ||
                          m_g.dilationHeight > 1 || m_g.dilationWidth > 1;
        return !gaps && graph.layoutOf(inputs[0]).channels == graph.layoutOf(output).channels;
    }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_in = graph.layoutOf(inputs[0]);
        m_out = graph.layoutOf(output);
        m_trained = !params.empty() && graph.parameters[static_cast<std::size_t>(params.front())].trainable;
        m_multiplier = m_out.channels / m_in.channels;
        Layout wide = m_in; // the input with its channels repeated
        wide.channels = m_out.channels;
        wide.lanes = m_out.lanes;
        m_wide = wide;
        m_border = windowBorder(m_g, m_wide, m_out);
        m_tapOffset.clear();
        m_tapRow.clear();
        for (std::int64_t kh = 0; kh < m_g.kernelHeight; ++kh)
            for (std::int64_t kw = 0; kw < m_g.kernelWidth; ++kw) {
                m_tapOffset.push_back(static_cast<std::int32_t>(
                    (kh * m_g.dilationHeight * m_border.width + kw * m_g.dilationWidth) * m_out.lanes));
                m_tapRow.push_back(static_cast<std::int32_t>(m_tapRow.size()));
            }
        const WindowPhases back = windowPhases(m_g, m_wide, m_out);
        m_outBorder = back.border;
        m_gaps = back.gaps;
        m_phases.clear();
        for (const WindowPhase& p : back.phases) {
            Phase phase{p, {}, {}};
            for (const PhaseTap& tap : p.taps) {
                phase.offset.push_back(
                    static_cast<std::int32_t>((tap.row * m_outBorder.width + tap.column) * m_out.lanes));
                phase.weight.push_back(static_cast<std::int32_t>(tap.kernelRow * m_g.kernelWidth + tap.kernelColumn));
            }
            m_phases.push_back(std::move(phase));
        }
        chooseBands(back);
    }

    std::int64_t scratchBytes() const override
    {
        const std::int64_t in = m_multiplier > 1               ? m_border.floats()
                                : m_border.needed || readsNorm ? inputRows(m_band) * m_border.width * m_border.lanes
                                                               : 0;
        return std::max(in, gradientScratch() + (m_multiplier > 1 ? m_wide.floats() : 0)) *
               static_cast<std::int64_t>(sizeof(float));
    }

    std::int64_t tableBytes() const override
    {
        std::size_t n = m_tapOffset.size() + m_tapRow.size();
        for (const Phase& p : m_phases)
            n += p.offset.size() + p.weight.size();
        return static_cast<std::int64_t>(n * sizeof(std::int32_t));
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        kernels::DepthwiseArgs a{};
        a.weights = scaled ? run.at(b.derived) : run.at(b.weights[0]);
        a.bias = scaled ? a.weights + taps() * m_out.lanes : m_bias ? run.at(b.weights[1]) : nullptr;
        a.tapOffset = m_tapOffset.data();
        a.tapRow = m_tapRow.data();
        a.taps = static_cast<std::int64_t>(m_tapOffset.size());
        a.columns = m_out.width;
        a.lanes = m_out.lanes;
        a.inRow = m_g.strideHeight * m_border.width * m_out.lanes;
        a.inColumn = m_g.strideWidth * m_out.lanes;
        a.outRow = m_out.width * m_out.lanes;
        a.outColumn = m_out.lanes;
        a.activation = fused;
        a.aside = run.leavesCache(b.output);
        const std::int64_t end = run.rows < 0 ? m_out.height : run.row + run.rows;
        for (std::int64_t i = 0; i < run.count; ++i)
            for (std::int64_t row = run.row; row < end; row += m_band) {
                a.rows = std::min(m_band, end - row);
                a.in = source(run, b, i, row, a.rows);
                a.out = run.at(b.output) + i * m_out.floats() + (row - run.row) * a.outRow;
                run.kernels().depthwise(a);
            }
    }

    void backward(const Run& run, const OpBinding& b, int phase) const override
    {
        const BackwardRuns runs(run, phase == 0 && m_trained, wantsInputGradient);
        if (runs.weights)
            addWeightGradient(*runs.weights, b);
        if (runs.input)
            inputGradient(*runs.input, b);
    }

    // Weight 0: one row of lanes per cell of the kernel; weight 1: bias.
    std::int64_t packedFloats(int index, const TensorInfo&) const override
    {
        return index == 0 ? m_out.lanes * taps() : m_out.lanes;
    }
    void pack(int index, const TensorInfo& info, const float* logical, float* packed) const override
    {
        std::fill(packed, packed + packedFloats(index, info), 0.0f);
        for (std::int64_t c = 0; c < m_out.channels; ++c)
            for (std::int64_t t = 0; t < (index == 0 ? taps() : 1); ++t)
                packed[t * m_out.lanes + c] = *logical++;
    }
    void unpack(int index, const TensorInfo&, const float* packed, float* logical) const override
    {
        for (std::int64_t c = 0; c < m_out.channels; ++c)
            for (std::int64_t t = 0; t < (index == 0 ? taps() : 1); ++t)
                *logical++ = packed[t * m_out.lanes + c];
    }

    /// Kernel, then bias.
    std::int64_t scaledFloats() const override { return (taps() + 1) * m_out.lanes; }
    void scaleWeights(const std::vector<const float*>& weights, const float* scale, const float* shift,
                      float* target) const override
    {
        for (std::int64_t t = 0; t < taps(); ++t)
            for (std::int64_t c = 0; c < m_out.lanes; ++c)
                target[t * m_out.lanes + c] = weights[0][t * m_out.lanes + c] * scale[c];
        float* bias = target + taps() * m_out.lanes;
        for (std::int64_t c = 0; c < m_out.lanes; ++c)
            bias[c] = (m_bias ? weights[1][c] * scale[c] : 0.0f) + shift[c];
    }

private:
    struct Phase {
        WindowPhase geometry;
        std::vector<std::int32_t> offset, weight;
    };

    [[nodiscard]] std::int64_t taps() const { return m_g.kernelHeight * m_g.kernelWidth; }
    /// Rows of the bordered input that so many rows of the output read.
    [[nodiscard]] std::int64_t inputRows(std::int64_t rows) const
    {
        return (rows - 1) * m_g.strideHeight + (m_g.kernelHeight - 1) * m_g.dilationHeight + 1;
    }
    /// Rows of the bordered output gradient that so many rows of a residue class read.
    [[nodiscard]] std::int64_t gradientRows(std::int64_t rows) const { return rows + m_gradientReach; }
    [[nodiscard]] std::int64_t gradientScratch() const
    {
        return m_outBorder.needed ? gradientRows(m_gradientBand) * m_outBorder.width * m_outBorder.lanes : 0;
    }

    /// A large image gets its border band by band, so that the copy stays in the cache.
    void chooseBands(const WindowPhases& back)
    {
        constexpr std::int64_t kFloats = 32'000;
        const auto fit = [](std::int64_t all, std::int64_t rowFloats, std::int64_t extra) {
            return std::clamp<std::int64_t>(kFloats / rowFloats - extra, std::min<std::int64_t>(all, 4), all);
        };
        m_band = m_multiplier > 1 ? m_out.height
                                  : fit(m_out.height, m_g.strideHeight * m_border.width * m_border.lanes,
                                        inputRows(1) / m_g.strideHeight);
        m_gradientReach = 0;
        std::int64_t rows = 1;
        for (const WindowPhase& phase : back.phases) {
            rows = std::max(rows, phase.rows);
            for (const PhaseTap& tap : phase.taps)
                m_gradientReach = std::max(m_gradientReach, tap.row);
        }
        m_gradientBand = fit(rows, m_outBorder.width * m_outBorder.lanes, m_gradientReach);
    }

    /// The rows of image i of the bordered input that `rows` rows of the output from `row` on read, channels repeated.
    const float* source(const Run& run, const OpBinding& b, std::int64_t i, std::int64_t row, std::int64_t rows) const
    {
        const float* image = run.images(b.inputs[0]) + i * m_in.floats();
        auto* scratch = reinterpret_cast<float*>(run.scratch);
        if (m_multiplier == 1)
            return borderedRows(run.kernels(), image, m_in, m_border, row * m_g.strideHeight, inputRows(rows), scratch,
                                prologueOf(run, b, m_in.lanes));
        std::fill(scratch, scratch + m_border.floats(), 0.0f);
        for (std::int64_t y = 0; y < m_in.height; ++y)
            for (std::int64_t x = 0; x < m_in.width; ++x) {
                const float* from = image + (y * m_in.width + x) * m_in.lanes;
                float* to = scratch + ((y + m_border.top) * m_border.width + x + m_border.left) * m_border.lanes;
                for (std::int64_t c = 0; c < m_in.channels; ++c)
                    for (std::int64_t m = 0; m < m_multiplier; ++m)
                        *to++ = from[c];
            }
        return scratch;
    }

    void addWeightGradient(const Run& run, const OpBinding& b) const
    {
        kernels::DepthwiseGradientArgs a{};
        a.weightGradient = run.at(b.weightGradients[0]);
        a.biasGradient = m_bias ? run.at(b.weightGradients[1]) : nullptr;
        a.tapOffset = m_tapOffset.data();
        a.taps = taps();
        a.columns = m_out.width;
        a.lanes = m_out.lanes;
        a.inRow = m_g.strideHeight * m_border.width * m_out.lanes;
        a.inColumn = m_g.strideWidth * m_out.lanes;
        a.outRow = m_out.width * m_out.lanes;
        a.outColumn = m_out.lanes;
        // Of some rows of the input: their share of the rows of the output.
        const auto share = [this](std::int64_t row) { return (row * m_out.height + m_in.height - 1) / m_in.height; };
        const std::int64_t first = run.rows < 0 ? 0 : share(run.row);
        const std::int64_t end = run.rows < 0 ? m_out.height : share(run.row + run.rows);
        for (std::int64_t i = 0; i < run.count; ++i)
            for (std::int64_t row = first; row < end; row += m_band) {
                a.rows = std::min(m_band, end - row);
                a.in = source(run, b, i, row, a.rows);
                a.outGradient = run.images(b.outputGradient) + i * m_out.floats() + row * a.outRow;
                a.accumulate = !(run.firstOfSlot && i == 0 && row == first);
                run.kernels().depthwiseGradient(a);
            }
    }

    void inputGradient(const Run& run, const OpBinding& b) const
    {
        const bool accumulate = b.accumulate[0] != 0;
        auto* scratch = reinterpret_cast<float*>(run.scratch);
        const std::int64_t begin = run.row, end = run.rows < 0 ? m_in.height : run.row + run.rows;
        const std::int64_t stride = m_g.strideHeight;
        // The first row of a residue class that is not before row y of the input.
        const auto inClass = [stride](std::int64_t y, const WindowPhase& phase) {
            return (std::max<std::int64_t>(0, y - phase.row) + stride - 1) / stride;
        };
        for (std::int64_t i = 0; i < run.count; ++i) {
            float* target = run.at(b.inputGradients[0]) + i * m_in.floats();
            float* wide = m_multiplier == 1 ? target : scratch + gradientScratch();
            if (m_gaps && !(m_multiplier == 1 && accumulate))
                std::fill(wide, wide + m_wide.floats(), 0.0f);
            kernels::DepthwiseArgs a{};
            a.weights = run.at(b.weights[0]);
            a.lanes = m_out.lanes;
            a.inRow = m_outBorder.width * m_out.lanes;
            a.inColumn = m_out.lanes;
            a.outRow = stride * m_wide.width * m_out.lanes;
            a.outColumn = m_g.strideWidth * m_out.lanes;
            a.accumulate = m_multiplier == 1 && accumulate;
            a.aside = m_multiplier == 1 && !accumulate && run.leavesCache(b.inputGradients[0]);
            const float* gradient = run.images(b.outputGradient) + i * m_out.floats();
            for (std::int64_t row = begin / stride; row * stride < end; row += m_gradientBand) {
                const std::int64_t rows = std::min(m_gradientBand, (end + stride - 1) / stride - row);
                const float* band =
                    borderedRows(run.kernels(), gradient, m_out, m_outBorder, row, gradientRows(rows), scratch);
                for (const Phase& phase : m_phases) {
                    const std::int64_t from = std::max(row, inClass(begin, phase.geometry));
                    a.rows = std::min(row + rows, inClass(end, phase.geometry)) - from;
                    if (a.rows <= 0)
                        continue;
                    const std::int64_t y = phase.geometry.row + from * stride;
                    a.in = band + (from - row) * a.inRow;
                    a.out = wide + ((y - begin) * m_wide.width + phase.geometry.column) * m_out.lanes;
                    a.columns = phase.geometry.columns;
                    a.tapOffset = phase.offset.data();
                    a.tapRow = phase.weight.data();
                    a.taps = static_cast<std::int64_t>(phase.offset.size());
                    run.kernels().depthwise(a);
                }
            }
            if (m_multiplier > 1)
                addUp(wide, target, accumulate);
        }
    }

    /// The gradient of a channel is the sum over its repetitions.
    void addUp(const float* wide, float* target, bool accumulate) const
    {
        for (std::int64_t p = 0; p < m_in.pixels(); ++p, wide += m_wide.lanes, target += m_in.lanes) {
            const float* from = wide;
            for (std::int64_t c = 0; c < m_in.channels; ++c) {
                float sum = accumulate ? target[c] : 0.0f;
                for (std::int64_t m = 0; m < m_multiplier; ++m)
                    sum += *from++;
                target[c] = sum;
            }
            if (!accumulate)
                std::fill(target + m_in.channels, target + m_in.lanes, 0.0f);
        }
    }

    WindowGeometry m_g;
    bool m_bias;
    Layout m_in, m_wide, m_out;
    bool m_trained = false;
    std::int64_t m_multiplier = 1;
    std::int64_t m_band = 1;         ///< rows of the output at a time
    std::int64_t m_gradientBand = 1; ///< rows of a residue class of the input at a time
    std::int64_t m_gradientReach = 0;
    Border m_border, m_outBorder;
    std::vector<std::int32_t> m_tapOffset, m_tapRow;
    std::vector<Phase> m_phases;
    bool m_gaps = false;
};

} // namespace

int OpGraphBuilder::depthwise(const LowerCall& call, int in, const WindowGeometry& geometry, const TensorKeys& keys)
{
    const std::vector<std::string> present = keys.present(call);
    return m_graph.addOp(std::make_unique<DepthwiseOp>(geometry, present.size() > 1), call, {m_graph.plain(in, call)},
                         call.outputShape, present);
}

} // namespace convarium::engine
