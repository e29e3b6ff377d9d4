// Convolution, and dense layers as the convolution they are: a kernel as large as its input.
// Forward, input gradient and weight gradient are indirect matrix products over offset tables built once per plan.
#include "engine/ops/op_graph.h"

#include <algorithm>
#include <cstring>

namespace convarium::engine
{

namespace
{

std::int64_t positiveModulo(std::int64_t a, std::int64_t m)
{
    return ((a % m) + m) % m;
}

/// An image with a zero border that a product reads; without a border the source itself is read.
struct Border {
    bool needed = false;
    std::int64_t top = 0, left = 0, height = 0, width = 0, lanes = 0;
    [[nodiscard]] std::int64_t floats() const { return height * width * lanes; }
};

/// Products whose maps are small run over several images at once, so that register blocks stay full.
std::int64_t imagesPerProduct(std::int64_t pixels, std::int64_t chunk)
{
    constexpr std::int64_t kEnough = 96;
    return pixels >= kEnough / 2 ? 1 : std::min(chunk, (kEnough + pixels - 1) / pixels);
}

/// The input pixels of one residue class modulo the stride: they share the kernel taps that reach them.
struct Phase {
    std::vector<std::pair<std::int64_t, std::int64_t>> taps; ///< (kernel row, kernel column)
    std::vector<std::int32_t> in, out, depth;
    std::int64_t pixels = 0; ///< per image
    PackedMatrix matrix;
    std::int64_t derivedOffset = 0; ///< of group 0
};

class ConvolutionOp final : public Op
{
public:
    ConvolutionOp(const WindowGeometry& geometry, bool bias) : m_g(geometry), m_bias(bias) {}

    const char* kind() const override { return "convolution"; }
    bool backwardNeedsInput(int) const override { return true; }
    bool acceptsActivation(kernels::Activation) const override { return true; }
    bool acceptsUnpaddedInput() const override { return true; }

    void prepare(const OpGraph& graph, const kernels::KernelTable& table, std::int64_t chunk) override
    {
        m_in = graph.layoutOf(inputs[0]);
        m_out = graph.layoutOf(output);
        m_table = &table;
        m_groupIn = m_in.channels / m_g.groups;
        m_groupOut = m_out.channels / m_g.groups;
        m_matrix = PackedMatrix(table, m_g.kernelHeight * m_g.kernelWidth * m_groupIn, m_groupOut);
        m_together = imagesPerProduct(m_out.pixels(), chunk);

        const std::int64_t needHeight =
            (m_out.height - 1) * m_g.strideHeight + (m_g.kernelHeight - 1) * m_g.dilationHeight + 1;
        const std::int64_t needWidth =
            (m_out.width - 1) * m_g.strideWidth + (m_g.kernelWidth - 1) * m_g.dilationWidth + 1;
        m_inBorder = {m_g.padTop > 0 || m_g.padLeft > 0 || needHeight > m_in.height || needWidth > m_in.width,
                      m_g.padTop,
                      m_g.padLeft,
                      std::max(needHeight, m_in.height + m_g.padTop),
                      std::max(needWidth, m_in.width + m_g.padLeft),
                      m_in.lanes};
        const std::int64_t rowWidth = m_inBorder.needed ? m_inBorder.width : m_in.width;
        const std::int64_t imageFloats = m_inBorder.needed ? m_inBorder.floats() : m_in.floats();
        for (std::int64_t n = 0; n < m_together; ++n)
            for (std::int64_t h = 0; h < m_out.height; ++h)
                for (std::int64_t w = 0; w < m_out.width; ++w) {
                    m_inOffset.push_back(static_cast<std::int32_t>(
                        n * imageFloats + (h * m_g.strideHeight * rowWidth + w * m_g.strideWidth) * m_in.lanes));
                    m_outOffset.push_back(
                        static_cast<std::int32_t>(n * m_out.floats() + (h * m_out.width + w) * m_out.lanes));
                }
        for (std::int64_t kh = 0; kh < m_g.kernelHeight; ++kh)
            for (std::int64_t kw = 0; kw < m_g.kernelWidth; ++kw)
                for (std::int64_t c = 0; c < m_groupIn; ++c)
                    m_depthOffset.push_back(static_cast<std::int32_t>(
                        (kh * m_g.dilationHeight * rowWidth + kw * m_g.dilationWidth) * m_in.lanes + c));
        prepareInputGradient(chunk);
    }

    std::int64_t scratchBytes() const override
    {
        const std::int64_t in = m_inBorder.needed ? m_inBorder.floats() * m_together : 0;
        const std::int64_t out = m_outBorder.needed ? m_outBorder.floats() * m_gradientTogether : 0;
        return std::max(in, out) * static_cast<std::int64_t>(sizeof(float));
    }

    std::int64_t tableBytes() const override
    {
        std::size_t n = m_inOffset.size() + m_outOffset.size() + m_depthOffset.size();
        for (const Phase& p : m_phases)
            n += p.in.size() + p.out.size() + p.depth.size();
        return static_cast<std::int64_t>(n * sizeof(std::int32_t));
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        const float* in = run.at(b.inputs[0]);
        float* out = run.at(b.output);
        const float* weights = run.at(b.weights[0]);
        const float* bias = m_bias ? run.at(b.weights[1]) : nullptr;
        for (std::int64_t i = 0; i < run.count; i += m_together) {
            const std::int64_t n = std::min(m_together, run.count - i);
            const float* source = bordered(run, in + i * m_in.floats(), m_in, m_inBorder, n);
            for (std::int64_t g = 0; g < m_g.groups; ++g) {
                kernels::ProductArgs a{};
                a.in = source + g * m_groupIn;
                a.out = out + i * m_out.floats() + g * m_groupOut;
                a.weights = weights + g * m_matrix.floats();
                a.bias = bias ? bias + g * m_matrix.columns : nullptr;
                a.inOffset = m_inOffset.data();
                a.outOffset = m_outOffset.data();
                a.depthOffset = m_depthOffset.data();
                a.pixels = n * m_out.pixels();
                a.depth = m_matrix.depth;
                a.columns = m_g.groups == 1 ? m_matrix.columns : m_groupOut;
                a.activation = fused;
                run.kernels().product(a);
            }
        }
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        const float* in = run.at(b.inputs[0]);
        const float* outGradient = run.at(b.outputGradient);
        if (b.weightGradients[0] >= 0)
            weightGradient(run, b, in, outGradient);
        if (b.inputGradients[0] >= 0)
            inputGradient(run, b, outGradient);
    }

    // Weight 0: kernel; weight 1: bias. Both per group with padded columns.
    std::int64_t packedFloats(int index, const TensorInfo&) const override
    {
        return index == 0 ? m_matrix.floats() * m_g.groups : m_matrix.columns * m_g.groups;
    }

    void pack(int index, const TensorInfo& info, const float* logical, float* packed) const override
    {
        std::fill(packed, packed + packedFloats(index, info), 0.0f);
        eachWeight(index, [&](std::int64_t l, std::int64_t p) { packed[p] = logical[l]; });
    }

    void unpack(int index, const TensorInfo&, const float* packed, float* logical) const override
    {
        eachWeight(index, [&](std::int64_t l, std::int64_t p) { logical[l] = packed[p]; });
    }

    std::int64_t derivedFloats() const override { return m_derivedFloats; }

    void derive(const float* packed, float* derived) const override
    {
        for (std::int64_t g = 0; g < m_g.groups; ++g) {
            const float* source = packed + g * m_matrix.floats();
            for (const Phase& phase : m_phases) {
                float* target = derived + phase.derivedOffset + g * phase.matrix.floats();
                if (m_point)
                    derivePoint(phase, source, target);
                else
                    derivePhase(phase, source, target);
            }
        }
    }

private:
    template <class F>
    void eachWeight(int index, const F& f) const
    {
        for (std::int64_t o = 0; o < m_out.channels; ++o) {
            const std::int64_t g = o / m_groupOut, j = o % m_groupOut;
            if (index == 1) {
                f(o, g * m_matrix.columns + j);
                continue;
            }
            for (std::int64_t c = 0; c < m_groupIn; ++c)
                for (std::int64_t t = 0; t < m_g.kernelHeight * m_g.kernelWidth; ++t)
                    f((o * m_groupIn + c) * m_g.kernelHeight * m_g.kernelWidth + t,
                      g * m_matrix.floats() + m_matrix.index(t * m_groupIn + c, j));
        }
    }

    /// n images with their border in scratch, or the images themselves.
    const float* bordered(const Run& run, const float* images, const Layout& layout, const Border& border,
                          std::int64_t n) const
    {
        if (!border.needed)
            return images;
        auto* scratch = reinterpret_cast<float*>(run.scratch);
        for (std::int64_t i = 0; i < n; ++i)
            run.kernels().padCopy(images + i * layout.floats(), scratch + i * border.floats(), layout.height,
                                  layout.width, layout.lanes, border.top, border.left, border.height, border.width);
        return scratch;
    }

    void weightGradient(const Run& run, const OpBinding& b, const float* in, const float* outGradient) const
    {
        float* weights = run.at(b.weightGradients[0]);
        float* bias = m_bias ? run.at(b.weightGradients[1]) : nullptr;
        for (std::int64_t i = 0; i < run.count; i += m_together) {
            const std::int64_t n = std::min(m_together, run.count - i);
            const float* source = bordered(run, in + i * m_in.floats(), m_in, m_inBorder, n);
            for (std::int64_t g = 0; g < m_g.groups; ++g) {
                kernels::WeightGradientArgs a{};
                a.in = source + g * m_groupIn;
                a.outGradient = outGradient + i * m_out.floats() + g * m_groupOut;
                a.weightGradient = weights + g * m_matrix.floats();
                a.biasGradient = bias ? bias + g * m_matrix.columns : nullptr;
                a.inOffset = m_inOffset.data();
                a.outOffset = m_outOffset.data();
                a.depthOffset = m_depthOffset.data();
                a.pixels = n * m_out.pixels();
                a.depth = m_matrix.depth;
                a.columns = m_g.groups == 1 ? m_matrix.columns : m_groupOut;
                a.accumulate = !(run.firstOfSlot && i == 0);
                run.kernels().weightGradient(a);
            }
        }
    }

    void inputGradient(const Run& run, const OpBinding& b, const float* outGradient) const
    {
        float* target = run.at(b.inputGradients[0]);
        const float* derived = run.at(b.derived);
        const bool accumulate = b.accumulate[0] != 0;
        if (!accumulate && m_gaps)
            std::memset(target, 0, static_cast<std::size_t>(run.count * m_in.floats()) * sizeof(float));
        for (std::int64_t i = 0; i < run.count; i += m_gradientTogether) {
            const std::int64_t n = std::min(m_gradientTogether, run.count - i);
            const float* source = bordered(run, outGradient + i * m_out.floats(), m_out, m_outBorder, n);
            for (const Phase& phase : m_phases)
                for (std::int64_t g = 0; g < m_g.groups; ++g) {
                    kernels::ProductArgs a{};
                    a.in = source + g * m_groupOut;
                    a.out = target + i * m_in.floats() + g * m_groupIn;
                    a.weights = derived + phase.derivedOffset + g * phase.matrix.floats();
                    a.inOffset = phase.in.data();
                    a.outOffset = phase.out.data();
                    a.depthOffset = phase.depth.data();
                    a.pixels = n * phase.pixels;
                    a.depth = phase.matrix.depth;
                    a.columns = m_g.groups == 1 ? phase.matrix.columns : m_groupIn;
                    a.accumulate = accumulate;
                    a.activation = kernels::Activation::None;
                    run.kernels().product(a);
                }
        }
    }

    void prepareInputGradient(std::int64_t chunk)
    {
        if (m_in.lanes % m_table->width != 0)
            return; // the unpadded input of the network: it never wants a gradient
        // One output pixel that sees the whole input: the gradient is one product with a column per input number.
        m_point = m_out.pixels() == 1 && m_g.groups == 1 && !m_inBorder.needed && m_g.dilationHeight == 1 &&
                  m_g.dilationWidth == 1 && m_g.kernelHeight == m_in.height && m_g.kernelWidth == m_in.width;
        if (m_point) {
            m_gradientTogether = imagesPerProduct(1, chunk);
            Phase p;
            p.pixels = 1;
            p.matrix = PackedMatrix(*m_table, m_groupOut, m_in.floats());
            for (std::int64_t n = 0; n < m_gradientTogether; ++n) {
                p.in.push_back(static_cast<std::int32_t>(n * m_out.floats()));
                p.out.push_back(static_cast<std::int32_t>(n * m_in.floats()));
            }
            for (std::int64_t o = 0; o < m_groupOut; ++o)
                p.depth.push_back(static_cast<std::int32_t>(o));
            m_derivedFloats = p.matrix.floats();
            m_phases.push_back(std::move(p));
            return;
        }
        preparePhases(chunk);
    }

    void preparePhases(std::int64_t chunk)
    {
        const auto q = [](std::int64_t phase, std::int64_t pad, std::int64_t tap, std::int64_t dilation,
                          std::int64_t stride) {
            return (phase + pad - tap * dilation) / stride; // exact: only called for taps that hit
        };
        const auto hits = [](std::int64_t phase, std::int64_t pad, std::int64_t tap, std::int64_t dilation,
                             std::int64_t stride) { return positiveModulo(phase + pad - tap * dilation, stride) == 0; };
        // First the border that serves every phase, then the tables.
        std::int64_t top = 0, left = 0, height = m_out.height, width = m_out.width;
        struct Residue {
            std::int64_t row, column;
        };
        std::vector<Residue> residues;
        for (std::int64_t a = 0; a < m_g.strideHeight; ++a)
            for (std::int64_t b = 0; b < m_g.strideWidth; ++b)
                residues.push_back({a, b});
        const auto rowsOf = [this](const Residue& r) {
            return r.row >= m_in.height ? 0 : (m_in.height - r.row - 1) / m_g.strideHeight + 1;
        };
        const auto columnsOf = [this](const Residue& r) {
            return r.column >= m_in.width ? 0 : (m_in.width - r.column - 1) / m_g.strideWidth + 1;
        };
        std::vector<Phase> phases;
        for (const Residue& r : residues) {
            Phase p;
            for (std::int64_t kh = 0; kh < m_g.kernelHeight; ++kh)
                for (std::int64_t kw = 0; kw < m_g.kernelWidth; ++kw)
                    if (hits(r.row, m_g.padTop, kh, m_g.dilationHeight, m_g.strideHeight) &&
                        hits(r.column, m_g.padLeft, kw, m_g.dilationWidth, m_g.strideWidth)) {
                        p.taps.emplace_back(kh, kw);
                        const std::int64_t qh = q(r.row, m_g.padTop, kh, m_g.dilationHeight, m_g.strideHeight);
                        const std::int64_t qw = q(r.column, m_g.padLeft, kw, m_g.dilationWidth, m_g.strideWidth);
                        top = std::max(top, -qh);
                        left = std::max(left, -qw);
                        height = std::max(height, rowsOf(r) + qh);
                        width = std::max(width, columnsOf(r) + qw);
                    }
            p.pixels = rowsOf(r) * columnsOf(r);
            phases.push_back(std::move(p));
        }
        m_outBorder = {top > 0 || left > 0 || height > m_out.height || width > m_out.width,
                       top,
                       left,
                       height + top,
                       width + left,
                       m_out.lanes};
        const std::int64_t rowWidth = m_outBorder.needed ? m_outBorder.width : m_out.width;
        const std::int64_t imageFloats = m_outBorder.needed ? m_outBorder.floats() : m_out.floats();
        m_gradientTogether = imagesPerProduct(m_in.pixels() / (m_g.strideHeight * m_g.strideWidth), chunk);
        for (std::size_t i = 0; i < phases.size(); ++i) {
            Phase& p = phases[i];
            const Residue& r = residues[i];
            if (p.pixels == 0)
                continue;
            if (p.taps.empty()) {
                m_gaps = true;
                continue;
            }
            for (std::int64_t n = 0; n < m_gradientTogether; ++n)
                for (std::int64_t h = 0; h < rowsOf(r); ++h)
                    for (std::int64_t w = 0; w < columnsOf(r); ++w) {
                        p.in.push_back(static_cast<std::int32_t>(n * imageFloats + (h * rowWidth + w) * m_out.lanes));
                        p.out.push_back(
                            static_cast<std::int32_t>(n * m_in.floats() + ((r.row + h * m_g.strideHeight) * m_in.width +
                                                                           r.column + w * m_g.strideWidth) *
                                                                              m_in.lanes));
                    }
            for (const auto& [kh, kw] : p.taps) {
                const std::int64_t qh = q(r.row, m_g.padTop, kh, m_g.dilationHeight, m_g.strideHeight) + top;
                const std::int64_t qw = q(r.column, m_g.padLeft, kw, m_g.dilationWidth, m_g.strideWidth) + left;
                for (std::int64_t o = 0; o < m_groupOut; ++o)
                    p.depth.push_back(static_cast<std::int32_t>((qh * rowWidth + qw) * m_out.lanes + o));
            }
            p.matrix = PackedMatrix(*m_table, static_cast<std::int64_t>(p.taps.size()) * m_groupOut, m_groupIn);
            p.derivedOffset = m_derivedFloats;
            m_derivedFloats += p.matrix.floats() * m_g.groups;
            m_phases.push_back(std::move(p));
        }
    }

    /// derived(output channel, input number) = weight(input number, output channel).
    void derivePoint(const Phase& phase, const float* source, float* target) const
    {
        for (std::int64_t pixel = 0; pixel < m_in.pixels(); ++pixel)
            for (std::int64_t c = 0; c < m_groupIn; ++c) {
                const std::int64_t column = pixel * m_in.lanes + c;
                const std::int64_t first = phase.matrix.index(0, column);
                const std::int64_t step = phase.matrix.depth > 1 ? phase.matrix.index(1, column) - first : 0;
                for (std::int64_t o = 0; o < m_groupOut; ++o)
                    target[first + o * step] = source[m_matrix.index(pixel * m_groupIn + c, o)];
            }
    }

    /// derived(tap x output channel, input channel) = weight(tap x input channel, output channel).
    void derivePhase(const Phase& phase, const float* source, float* target) const
    {
        for (std::size_t t = 0; t < phase.taps.size(); ++t) {
            const std::int64_t tap = phase.taps[t].first * m_g.kernelWidth + phase.taps[t].second;
            for (std::int64_t o = 0; o < m_groupOut; ++o) {
                const std::int64_t first = m_matrix.index(tap * m_groupIn, o);
                const std::int64_t step = m_groupIn > 1 ? m_matrix.index(tap * m_groupIn + 1, o) - first : 0;
                const std::int64_t row = static_cast<std::int64_t>(t) * m_groupOut + o;
                for (std::int64_t c = 0; c < m_groupIn; ++c)
                    target[phase.matrix.index(row, c)] = source[first + c * step];
            }
        }
    }

    WindowGeometry m_g;
    bool m_bias;
    const kernels::KernelTable* m_table = nullptr;
    Layout m_in, m_out;
    std::int64_t m_groupIn = 0, m_groupOut = 0;
    PackedMatrix m_matrix;
    std::int64_t m_together = 1, m_gradientTogether = 1;
    Border m_inBorder, m_outBorder;
    std::vector<std::int32_t> m_inOffset, m_outOffset, m_depthOffset;
    bool m_point = false;
    bool m_gaps = false; ///< some input pixels are seen by no tap
    std::vector<Phase> m_phases;
    std::int64_t m_derivedFloats = 0;
};

bool hasBias(const LowerCall& call)
{
    const ParamValue* bias = call.params->find("bias");
    return bias && std::get<bool>(*bias);
}

} // namespace

int OpGraphBuilder::convolution(const LowerCall& call, int in, const WindowGeometry& geometry)
{
    const bool bias = hasBias(call);
    const auto keys = bias ? std::vector<std::string>{"weight", "bias"} : std::vector<std::string>{"weight"};
    return m_graph.addOp(std::make_unique<ConvolutionOp>(geometry, bias), call, {m_graph.plain(in, call)},
                         call.outputShape, keys);
}

int OpGraphBuilder::dense(const LowerCall& call, int in)
{
    // Flattened maps keep their layout: the weights of unit o over c, h, w are a kernel of the maps' own size.
    const Layout& layout = m_graph.layoutOf(in);
    WindowGeometry g;
    g.kernelHeight = layout.height;
    g.kernelWidth = layout.width;
    const bool bias = hasBias(call);
    const auto keys = bias ? std::vector<std::string>{"weight", "bias"} : std::vector<std::string>{"weight"};
    return m_graph.addOp(std::make_unique<ConvolutionOp>(g, bias), call, {in}, call.outputShape, keys);
}

} // namespace convarium::engine
