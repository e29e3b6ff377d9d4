#include "engine/ops/border.h"

#include <algorithm>

namespace convarium::engine
{
namespace
{

/// One direction of a window.
struct Side {
    std::int64_t kernel, stride, pad, dilation, in;

    [[nodiscard]] bool hits(std::int64_t residue, std::int64_t tap) const
    {
        return (residue + pad - tap * dilation) % stride == 0;
    }
    /// The output place that tap carries to the first pixel of the residue class; exact for taps that hit.
    [[nodiscard]] std::int64_t place(std::int64_t residue, std::int64_t tap) const
    {
        return (residue + pad - tap * dilation) / stride;
    }
    [[nodiscard]] std::int64_t count(std::int64_t residue) const
    {
        return residue >= in ? 0 : (in - residue - 1) / stride + 1;
    }
};

} // namespace

Border windowBorder(const WindowGeometry& g, const Layout& in, const Layout& out)
{
    const std::int64_t height = (out.height - 1) * g.strideHeight + (g.kernelHeight - 1) * g.dilationHeight + 1;
    const std::int64_t width = (out.width - 1) * g.strideWidth + (g.kernelWidth - 1) * g.dilationWidth + 1;
    if (g.padTop == 0 && g.padLeft == 0 && height <= in.height && width <= in.width)
        return {false, 0, 0, in.height, in.width, in.lanes};
    return {true,    g.padTop, g.padLeft, std::max(height, in.height + g.padTop), std::max(width, in.width + g.padLeft),
            in.lanes};
}

const float* bordered(const kernels::KernelTable& kernels, const float* images, const Layout& layout,
                      const Border& border, std::int64_t n, float* scratch)
{
    if (!border.needed)
        return images;
    for (std::int64_t i = 0; i < n; ++i)
        kernels.padCopy(images + i * layout.floats(), scratch + i * border.floats(), layout.height, layout.width,
                        layout.lanes, border.top, border.left, border.height, border.width);
    return scratch;
}

const float* borderedRows(const kernels::KernelTable& kernels, const float* image, const Layout& layout,
                          const Border& border, std::int64_t first, std::int64_t rows, float* scratch,
                          const Prologue& prologue)
{
    if (!border.needed && !prologue.scale)
        return image + first * layout.width * layout.lanes;
    const std::int64_t begin = std::clamp<std::int64_t>(first - border.top, 0, layout.height);
    const std::int64_t end = std::clamp<std::int64_t>(first + rows - border.top, begin, layout.height);
    const std::int64_t above = std::clamp<std::int64_t>(border.top - first, 0, rows),
                       rowFloats = border.width * border.lanes;
    const float* from = image + begin * layout.width * layout.lanes;
    if (!prologue.scale) {
        kernels.padCopy(from, scratch, end - begin, layout.width, layout.lanes, above, border.left, rows, border.width);
        return scratch;
    }
    const std::int64_t left = border.left * border.lanes, filled = layout.width * layout.lanes;
    std::fill(scratch, scratch + above * rowFloats, 0.0f);
    float* row = scratch + above * rowFloats;
    for (std::int64_t y = begin; y < end; ++y, row += rowFloats, from += filled) {
        std::fill(row, row + left, 0.0f);
        kernels.channelAffine(from, prologue.scale, prologue.shift, row + left, layout.width, layout.lanes,
                              prologue.activation);
        std::fill(row + left + filled, row + rowFloats, 0.0f);
    }
    std::fill(row, scratch + rows * rowFloats, 0.0f);
    return scratch;
}

std::int64_t imagesPerProduct(std::int64_t pixels, std::int64_t chunk, std::int64_t weights)
{
    constexpr std::int64_t kEnough = 96, kMany = 392;
    const std::int64_t enough = weights > kManyWeights ? kMany : kEnough;
    return pixels >= enough / 2 ? 1 : std::min(chunk, (enough + pixels - 1) / std::max<std::int64_t>(1, pixels));
}

WindowPhases windowPhases(const WindowGeometry& g, const Layout& in, const Layout& out)
{
    const Side rows{g.kernelHeight, g.strideHeight, g.padTop, g.dilationHeight, in.height};
    const Side columns{g.kernelWidth, g.strideWidth, g.padLeft, g.dilationWidth, in.width};
    WindowPhases result;
    std::int64_t top = 0, left = 0, height = out.height, width = out.width;
    for (std::int64_t a = 0; a < rows.stride; ++a)
        for (std::int64_t b = 0; b < columns.stride; ++b) {
            WindowPhase phase{a, b, rows.count(a), columns.count(b), {}};
            if (phase.rows == 0 || phase.columns == 0)
                continue;
            for (std::int64_t kh = 0; kh < rows.kernel; ++kh)
                for (std::int64_t kw = columns.kernel; kw-- > 0;) // places rise along a row of the kernel
                    if (rows.hits(a, kh) && columns.hits(b, kw)) {
                        const PhaseTap tap{kh, kw, rows.place(a, kh), columns.place(b, kw)};
                        top = std::max(top, -tap.row);
                        left = std::max(left, -tap.column);
                        height = std::max(height, phase.rows + tap.row);
                        width = std::max(width, phase.columns + tap.column);
                        phase.taps.push_back(tap);
                    }
            if (phase.taps.empty())
                result.gaps = true;
            else
                result.phases.push_back(std::move(phase));
        }
    for (WindowPhase& phase : result.phases)
        for (PhaseTap& tap : phase.taps) {
            tap.row += top;
            tap.column += left;
        }
    const bool needed = top > 0 || left > 0 || height > out.height || width > out.width;
    result.border = {needed, top, left, height + top, width + left, out.lanes};
    return result;
}

} // namespace convarium::engine
