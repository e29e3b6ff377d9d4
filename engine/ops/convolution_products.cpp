#include "engine/ops/convolution_products.h"

#include <algorithm>
#include <cstring>

namespace convarium::engine
{
void ConvolutionProducts::prepare(const WindowGeometry& geometry, const Layout& in, const Layout& out,
                                  const kernels::KernelTable& table, std::int64_t chunk, WayBack wayBack)
{
    m_g = geometry;
    m_in = in;
    m_out = out;
    m_table = &table;
    m_groupIn = m_in.channels / m_g.groups;
    m_groupOut = m_out.channels / m_g.groups;
    m_inColumns = (m_groupIn + table.width - 1) / table.width * table.width;
    m_matrix = PackedMatrix(table, m_g.kernelHeight * m_g.kernelWidth * m_groupIn, m_groupOut);
    m_together = imagesPerProduct(m_out.pixels(), chunk, m_matrix.floats());
    choosePanel();
    m_inBorder = windowBorder(m_g, m_in, m_out);
    const std::int64_t rowWidth = m_inBorder.width;
    for (std::int64_t n = 0; n < m_together; ++n)
        for (std::int64_t h = 0; h < m_out.height; ++h)
            for (std::int64_t w = 0; w < m_out.width; ++w) {
                m_inOffset.push_back(static_cast<std::int32_t>(
                    n * m_inBorder.floats() + (h * m_g.strideHeight * rowWidth + w * m_g.strideWidth) * m_in.lanes));
                m_outOffset.push_back(
                    static_cast<std::int32_t>(n * m_out.floats() + (h * m_out.width + w) * m_out.lanes));
            }
    for (std::int64_t kh = 0; kh < m_g.kernelHeight; ++kh)
        for (std::int64_t kw = 0; kw < m_g.kernelWidth; ++kw)
            for (std::int64_t c = 0; c < m_groupIn; ++c)
                m_depthOffset.push_back(static_cast<std::int32_t>(
                    (kh * m_g.dilationHeight * rowWidth + kw * m_g.dilationWidth) * m_in.lanes + c));
    if (wayBack == WayBack::None || m_in.lanes % m_table->width != 0)
        return; // nothing goes back to the unpadded input of the network
    m_wholeInput = wayBack == WayBack::Cheapest && m_out.pixels() == 1 && m_g.groups == 1 && !m_inBorder.needed &&
                   m_g.dilationHeight == 1 && m_g.dilationWidth == 1 && m_g.kernelHeight == m_in.height &&
                   m_g.kernelWidth == m_in.width;
    // Pixelwise ones may be run on some rows of an image only, which kernel rows are not made for.
    m_byRows = wayBack == WayBack::Cheapest && !m_wholeInput && !m_g.pixelwise() && rowsPay();
    if (m_wholeInput)
        prepareWholeInput(chunk);
    else if (m_byRows)
        m_rows.prepare(m_g, m_in, m_out, table, chunk);
    else
        preparePhases(chunk);
    if (m_byRows)
        m_derivedFloats = m_rows.derivedFloats();
}

/// Is the product per kernel row the cheaper way back? In vectors added up per image.
bool ConvolutionProducts::rowsPay() const
{
    if (!KernelRows::fits(m_g, m_in, *m_table))
        return false;
    std::int64_t phases = 0;
    for (const WindowPhase& phase : windowPhases(m_g, m_in, m_out).phases)
        phases += phase.rows * phase.columns * static_cast<std::int64_t>(phase.taps.size());
    phases *= m_groupOut * m_inColumns / m_table->width;
    const std::int64_t rows = KernelRows::vectorSteps(m_g, m_in, m_out, *m_table);
    return 5 * rows < 4 * phases;
}

/// One output pixel that sees the whole input: the way back is one product with a column per input number.
void ConvolutionProducts::prepareWholeInput(std::int64_t chunk)
{
    m_gradientTogether = imagesPerProduct(1, chunk, m_matrix.floats());
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
}

void ConvolutionProducts::preparePhases(std::int64_t chunk)
{
    WindowPhases back = windowPhases(m_g, m_in, m_out);
    m_outBorder = back.border;
    m_gaps = back.gaps;
    m_gradientTogether =
        imagesPerProduct(m_in.pixels() / (m_g.strideHeight * m_g.strideWidth), chunk, m_matrix.floats());
    for (WindowPhase& geometry : back.phases) {
        Phase p;
        p.pixels = geometry.rows * geometry.columns;
        for (std::int64_t n = 0; n < m_gradientTogether; ++n)
            for (std::int64_t h = 0; h < geometry.rows; ++h)
                for (std::int64_t w = 0; w < geometry.columns; ++w) {
                    p.in.push_back(static_cast<std::int32_t>(n * m_outBorder.floats() +
                                                             (h * m_outBorder.width + w) * m_out.lanes));
                    const std::int64_t y = geometry.row + h * m_g.strideHeight;
                    const std::int64_t x = geometry.column + w * m_g.strideWidth;
                    p.out.push_back(static_cast<std::int32_t>(n * m_in.floats() + (y * m_in.width + x) * m_in.lanes));
                }
        for (const PhaseTap& tap : geometry.taps)
            for (std::int64_t o = 0; o < m_groupOut; ++o)
                p.depth.push_back(
                    static_cast<std::int32_t>((tap.row * m_outBorder.width + tap.column) * m_out.lanes + o));
        p.matrix = PackedMatrix(*m_table, static_cast<std::int64_t>(geometry.taps.size()) * m_groupOut, m_groupIn);
        p.derivedOffset = m_derivedFloats;
        p.geometry = std::move(geometry);
        m_derivedFloats += p.matrix.floats() * m_g.groups;
        m_phases.push_back(std::move(p));
    }
}

std::int64_t ConvolutionProducts::scratchBytes(bool withPrologue) const
{
    if (withPrologue)
        return m_panel * m_in.lanes * static_cast<std::int64_t>(sizeof(float));
    const std::int64_t in = m_inBorder.needed ? m_inBorder.floats() * m_together : 0;
    const std::int64_t out = m_outBorder.needed ? m_outBorder.floats() * m_gradientTogether : 0;
    return std::max({in, out, m_byRows ? m_rows.scratchFloats() : 0}) * static_cast<std::int64_t>(sizeof(float));
}

std::int64_t ConvolutionProducts::tableBytes() const
{
    std::size_t n = m_inOffset.size() + m_outOffset.size() + m_depthOffset.size();
    for (const Phase& p : m_phases)
        n += p.in.size() + p.out.size() + p.depth.size();
    return (static_cast<std::int64_t>(n) + m_rows.tableEntries()) * static_cast<std::int64_t>(sizeof(std::int32_t));
}

void ConvolutionProducts::gather(const Run& run, const float* in, float* out, const float* weights, const float* bias,
                                 kernels::Activation activation, const float* addend, const Prologue& prologue) const
{
    const Share share = shareOf(run, prologue.scale != nullptr);
    if (addend != out)
        clearPadding(m_out, out + share.pixel * m_out.lanes, share.pixels);
    const auto multiply = [&](const float* source, std::int64_t place, std::int64_t from, std::int64_t pixels) {
        for (std::int64_t g = 0; g < m_g.groups; ++g)
            for (std::int64_t p = 0; p < pixels; p += m_panel) {
                const std::int64_t target = (from + p) * m_out.lanes + g * m_groupOut + share.column;
                kernels::ProductArgs a{};
                a.in = source + g * m_groupIn;
                a.out = out + target;
                a.weights = weights + g * m_matrix.floats() + share.column * m_matrix.depth;
                a.bias = bias ? bias + g * m_matrix.columns + share.column : nullptr;
                a.inOffset = m_inOffset.data() + place + p;
                a.outOffset = m_outOffset.data();
                a.depthOffset = m_depthOffset.data();
                a.pixels = std::min(m_panel, pixels - p);
                a.depth = m_matrix.depth;
                a.columns = share.columns;
                a.addend = addend ? addend + target : nullptr;
                a.activation = activation;
                sayHowWindowsSlide(a, m_groupIn, m_out.width, m_in.lanes);
                run.kernels().product(a);
            }
    };
    eachSource(run, in, prologue, share, multiply);
}

void ConvolutionProducts::scatter(const Run& run, const float* out, float* in, const float* derived, const float* bias,
                                  kernels::Activation activation, bool accumulate) const
{
    if (m_byRows) {
        m_rows.scatter(run, out, in, derived, accumulate);
        return;
    }
    if (!accumulate && m_gaps)
        fillGaps(run, in, bias, activation);
    else if (!accumulate)
        clearPadding(m_in, in, run.count * m_in.pixels());
    for (std::int64_t i = 0; i < run.count; i += m_gradientTogether) {
        const std::int64_t n = std::min(m_gradientTogether, run.count - i);
        const float* source = out + i * m_out.floats();
        if (!m_wholeInput)
            source = bordered(run.kernels(), source, m_out, m_outBorder, n, reinterpret_cast<float*>(run.scratch));
        for (const Phase& phase : m_phases) {
            const Share share = blocksOf(run, phase.matrix, m_groupIn);
            for (std::int64_t g = 0; g < m_g.groups && share.columns > 0; ++g) {
                kernels::ProductArgs a{};
                a.in = source + g * m_groupOut;
                a.out = in + i * m_in.floats() + g * m_groupIn + share.column;
                a.weights =
                    derived + phase.derivedOffset + g * phase.matrix.floats() + share.column * phase.matrix.depth;
                a.bias = bias ? bias + g * m_inColumns + share.column : nullptr;
                a.inOffset = phase.in.data();
                a.outOffset = phase.out.data();
                a.depthOffset = phase.depth.data();
                a.pixels = pixelsOf(run, n, phase.pixels);
                a.depth = phase.matrix.depth;
                a.columns = share.columns;
                a.wholeColumns = phase.matrix.columns;
                a.addend = accumulate ? a.out : nullptr;
                a.activation = activation;
                sayHowWindowsSlide(a, m_groupOut, phase.geometry.columns, m_out.lanes);
                run.kernels().product(a);
            }
        }
    }
}

void ConvolutionProducts::sayHowWindowsSlide(kernels::ProductArgs& a, std::int64_t channels, std::int64_t pixels,
                                             std::int64_t lanes) const
{
    if (m_g.strideWidth != 1 || m_g.dilationWidth != 1 || m_wholeInput)
        return;
    a.slideTaps = m_g.kernelWidth;
    a.slideChannels = channels;
    a.slidePixels = pixels;
    a.slideSpacing = lanes;
}

/// Calls f(numbers that the windows read, place in the offset tables, first output pixel, output pixels) for all pixels
/// of the share: some images with their border at a time, or a panel of what the prologue makes.
template <class F>
void ConvolutionProducts::eachSource(const Run& run, const float* in, const Prologue& prologue, const Share& share,
                                     const F& f) const
{
    if (share.pixels == 0 || share.columns == 0)
        return;
    auto* scratch = reinterpret_cast<float*>(run.scratch);
    if (prologue.scale) {
        const std::int64_t end = share.pixel + share.pixels;
        for (std::int64_t from = share.pixel; from < end; from += m_panel) {
            const std::int64_t pixels = std::min(m_panel, end - from);
            run.kernels().channelAffine(in + from * m_in.lanes, prologue.scale, prologue.shift, scratch, pixels,
                                        m_in.lanes, prologue.activation);
            f(scratch, 0, from, pixels);
        }
    } else if (share.pixels < run.pixels(m_out)) {
        f(borderedPixels(run, in, share), share.pixel, share.pixel, share.pixels);
    } else {
        for (std::int64_t i = 0; i < run.count; i += m_together) {
            const std::int64_t n = std::min(m_together, run.count - i);
            f(bordered(run.kernels(), in + i * m_in.floats(), m_in, m_inBorder, n, scratch), 0, i * m_out.pixels(),
              pixelsOf(run, n, m_out.pixels()));
        }
    }
}

void ConvolutionProducts::weightGradient(const Run& run, const float* in, const float* out, float* weightGradient,
                                         float* biasGradient, const Prologue& prologue) const
{
    const Share share = blocksOf(run, m_matrix, m_groupOut);
    const auto add = [&](const float* source, std::int64_t, std::int64_t from, std::int64_t pixels) {
        for (std::int64_t g = 0; g < m_g.groups; ++g) {
            kernels::WeightGradientArgs a{};
            a.in = source + g * m_groupIn;
            a.outGradient = out + from * m_out.lanes + g * m_groupOut + share.column;
            a.weightGradient = weightGradient + g * m_matrix.floats() + share.column * m_matrix.depth;
            a.biasGradient = biasGradient ? biasGradient + g * m_matrix.columns + share.column : nullptr;
            a.inOffset = m_inOffset.data();
            a.outOffset = m_outOffset.data();
            a.depthOffset = m_depthOffset.data();
            a.pixels = pixels;
            a.depth = m_matrix.depth;
            a.columns = share.columns;
            a.wholeColumns = m_matrix.columns;
            a.accumulate = !(run.firstOfSlot && from == 0);
            run.kernels().weightGradient(a);
        }
    };
    eachSource(run, in, prologue, share, add);
}

template <class F>
void ConvolutionProducts::eachWeight(const F& f) const
{
    const std::int64_t area = m_g.kernelHeight * m_g.kernelWidth;
    for (std::int64_t o = 0; o < m_out.channels; ++o) {
        const std::int64_t g = o / m_groupOut, j = o % m_groupOut;
        for (std::int64_t c = 0; c < m_groupIn; ++c)
            for (std::int64_t t = 0; t < area; ++t)
                f((o * m_groupIn + c) * area + t, g * m_matrix.floats() + m_matrix.index(t * m_groupIn + c, j));
    }
}

void ConvolutionProducts::packWeights(const float* logical, float* packed) const
{
    std::fill(packed, packed + weightFloats(), 0.0f);
    eachWeight([&](std::int64_t l, std::int64_t p) { packed[p] = logical[l]; });
}

void ConvolutionProducts::unpackWeights(const float* packed, float* logical) const
{
    eachWeight([&](std::int64_t l, std::int64_t p) { logical[l] = packed[p]; });
}

void ConvolutionProducts::scaleWeights(const float* packed, const float* scale, float* scaled) const
{
    std::fill(scaled, scaled + weightFloats(), 0.0f);
    const std::int64_t perMap = m_groupIn * m_g.kernelHeight * m_g.kernelWidth;
    eachWeight([&](std::int64_t l, std::int64_t p) { scaled[p] = packed[p] * scale[l / perMap]; });
}

void ConvolutionProducts::derive(const float* packed, float* derived) const
{
    if (m_byRows) {
        m_rows.derive(*m_table, m_matrix, packed, derived);
        return;
    }
    for (std::int64_t g = 0; g < m_g.groups; ++g) {
        const float* source = packed + g * m_matrix.floats();
        for (const Phase& phase : m_phases) {
            float* target = derived + phase.derivedOffset + g * phase.matrix.floats();
            if (m_wholeInput)
                deriveWholeInput(phase, source, target);
            else
                derivePhase(phase, source, target);
        }
    }
}

/// derived(output channel, input number) = weight(input number, output channel).
void ConvolutionProducts::deriveWholeInput(const Phase& phase, const float* source, float* target) const
{
    for (std::int64_t pixel = 0; pixel < m_in.pixels(); ++pixel)
        transpose(*m_table, m_matrix, source, pixel * m_groupIn, phase.matrix, target, 0, pixel * m_in.lanes, m_groupIn,
                  m_groupOut);
}

/// derived(tap x output channel, input channel) = weight(tap x input channel, output channel).
void ConvolutionProducts::derivePhase(const Phase& phase, const float* source, float* target) const
{
    std::int64_t row = 0;
    for (const PhaseTap& cell : phase.geometry.taps) {
        const std::int64_t tap = cell.kernelRow * m_g.kernelWidth + cell.kernelColumn;
        transpose(*m_table, m_matrix, source, tap * m_groupIn, phase.matrix, target, row, 0, m_groupIn, m_groupOut);
        row += m_groupOut;
    }
}

/// The products of groups write their own columns only: nothing else would write the padding lanes.
void ConvolutionProducts::clearPadding(const Layout& layout, float* pixels, std::int64_t count) const
{
    if (m_g.groups == 1 || layout.channels == layout.lanes)
        return;
    for (std::int64_t p = 0; p < count; ++p)
        std::fill(pixels + p * layout.lanes + layout.channels, pixels + (p + 1) * layout.lanes, 0.0f);
}

/// What no window reaches is act(bias).
void ConvolutionProducts::fillGaps(const Run& run, float* in, const float* bias, kernels::Activation activation) const
{
    const std::int64_t floats = run.count * m_in.floats();
    std::memset(in, 0, static_cast<std::size_t>(floats) * sizeof(float));
    if (!bias)
        return;
    for (std::int64_t p = 0; p < run.count * m_in.pixels(); ++p)
        for (std::int64_t c = 0; c < m_in.channels; ++c)
            in[p * m_in.lanes + c] = bias[inBiasIndex(c)];
    if (activation != kernels::Activation::None)
        run.kernels().activate(activation, in, in, floats);
}

} // namespace convarium::engine
