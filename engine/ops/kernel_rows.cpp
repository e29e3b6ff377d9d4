#include "engine/ops/kernel_rows.h"

#include <algorithm>
#include <cstring>

namespace convarium::engine
{

bool KernelRows::fits(const WindowGeometry& g, const Layout& in, const kernels::KernelTable& table)
{
    return !g.pixelwise() && g.groups == 1 && (g.dilationWidth == 1 || g.kernelWidth == 1) &&
           in.lanes % table.width == 0;
}

std::int64_t KernelRows::vectorSteps(const WindowGeometry& g, const Layout& in, const Layout& out,
                                     const kernels::KernelTable& table)
{
    constexpr std::int64_t kAdding = 4; // a sum that is read from its place and written back
    const std::int64_t columns = (g.kernelWidth * in.channels + table.width - 1) / table.width;
    const std::int64_t moved = 2 * in.floats() / table.width; // cleared, and brought into the input's layout
    return out.pixels() * g.kernelHeight * columns * (out.channels + kAdding) + moved;
}

void KernelRows::prepare(const WindowGeometry& geometry, const Layout& in, const Layout& out,
                         const kernels::KernelTable& table, std::int64_t chunk)
{
    m_g = geometry;
    m_in = in;
    m_out = out;
    m_width = table.width;
    const std::int64_t cells = m_g.kernelWidth * m_in.channels;
    m_matrix = PackedMatrix(table, m_out.channels, cells);
    Layout dense = m_in;
    dense.lanes = m_in.channels;
    m_border = windowBorder(m_g, dense, m_out);
    // Columns beyond the cells add zeros behind them, which must not reach the next row.
    m_pitch = m_border.width * m_in.channels + m_matrix.columns - cells;
    m_direct = !m_border.needed && m_in.channels == m_in.lanes;

    const std::int64_t step = m_g.strideWidth * m_in.channels;
    const std::int64_t apart = std::min(m_out.width, (m_matrix.columns + step - 1) / step);
    m_together = imagesPerProduct(m_out.pixels() / apart, chunk, m_matrix.floats());
    const std::int64_t image = m_direct ? m_in.floats() : imageFloats();
    for (std::int64_t first = 0; first < apart; ++first) {
        Places places;
        for (std::int64_t n = 0; n < m_together; ++n)
            for (std::int64_t h = 0; h < m_out.height; ++h)
                for (std::int64_t w = first; w < m_out.width; w += apart) {
                    places.in.push_back(
                        static_cast<std::int32_t>(n * m_out.floats() + (h * m_out.width + w) * m_out.lanes));
                    places.out.push_back(
                        static_cast<std::int32_t>(n * image + h * m_g.strideHeight * m_pitch + w * step));
                }
        places.perImage = static_cast<std::int64_t>(places.in.size()) / m_together;
        m_places.push_back(std::move(places));
    }
    for (std::int64_t o = 0; o < m_out.channels; ++o)
        m_depth.push_back(static_cast<std::int32_t>(o));
}

std::int64_t KernelRows::scratchFloats() const
{
    return m_direct ? 0 : m_together * imageFloats() + m_width; // the last pixel is read as a whole vector
}

std::int64_t KernelRows::tableEntries() const
{
    std::size_t n = m_depth.size();
    for (const Places& places : m_places)
        n += places.in.size() + places.out.size();
    return static_cast<std::int64_t>(n);
}

/// derived(kernel row)(output channel, cell x input channel) = weight(tap x input channel, output channel).
void KernelRows::derive(const kernels::KernelTable& table, const PackedMatrix& matrix, const float* packed,
                        float* derived) const
{
    const std::int64_t cells = m_g.kernelWidth * m_in.channels;
    for (std::int64_t row = 0; row < m_g.kernelHeight; ++row)
        transpose(table, matrix, packed, row * cells, m_matrix, derived + row * m_matrix.floats(), 0, 0, cells,
                  m_out.channels);
}

void KernelRows::scatter(const Run& run, const float* out, float* in, const float* derived, bool accumulate) const
{
    for (std::int64_t i = 0; i < run.count; i += m_together) {
        const std::int64_t images = std::min(m_together, run.count - i);
        const float* source = out + i * m_out.floats();
        float* target = in + i * m_in.floats();
        if (m_direct) {
            if (!accumulate)
                std::memset(target, 0, static_cast<std::size_t>(images * m_in.floats()) * sizeof(float));
            addProducts(run, source, target, derived, images);
            continue;
        }
        float* scratch = reinterpret_cast<float*>(run.scratch);
        std::memset(scratch, 0, static_cast<std::size_t>(images * imageFloats()) * sizeof(float));
        addProducts(run, source, scratch, derived, images);
        for (std::int64_t n = 0; n < images; ++n)
            for (std::int64_t y = 0; y < m_in.height; ++y)
                run.kernels().spreadPixels(scratch + n * imageFloats() + (y + m_border.top) * m_pitch +
                                               m_border.left * m_in.channels,
                                           target + n * m_in.floats() + y * m_in.width * m_in.lanes, m_in.width,
                                           m_in.channels, m_in.lanes, accumulate);
    }
}

void KernelRows::addProducts(const Run& run, const float* out, float* image, const float* derived,
                             std::int64_t images) const
{
    for (std::int64_t row = 0; row < m_g.kernelHeight; ++row)
        for (const Places& places : m_places) {
            kernels::ProductArgs a{};
            a.in = out;
            a.out = image + row * m_g.dilationHeight * m_pitch;
            a.weights = derived + row * m_matrix.floats();
            a.inOffset = places.in.data();
            a.outOffset = places.out.data();
            a.depthOffset = m_depth.data();
            a.pixels = images * places.perImage;
            a.depth = m_matrix.depth;
            a.columns = m_matrix.columns;
            a.addend = a.out;
            run.kernels().product(a);
        }
}

} // namespace convarium::engine
