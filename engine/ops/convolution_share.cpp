// Into what the pixels and maps of a convolution's forward product can be cut, and which part of it a run is about.
#include "engine/ops/convolution_products.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

/// Most pixels that a product goes over at a time, which its kernel does not cut again: their inputs stay in the cache
/// while the blocks of columns pass over them. Weights that do not stay there are read once for each panel.
constexpr std::int64_t kPanelPixels = 192, kLongPanelPixels = 400;

} // namespace

/// Panels of nearly equal size, an even number of them: halves of an image are as large as each other. Windows that
/// slide want whole rows.
void ConvolutionProducts::choosePanel()
{
    const bool slides = m_g.kernelWidth > 1 && m_g.strideWidth == 1 && m_g.dilationWidth == 1;
    const std::int64_t unit = slides ? m_out.width : 1, units = m_together * m_out.pixels() / unit;
    const std::int64_t most =
        std::max<std::int64_t>(1, (m_matrix.floats() > kManyWeights ? kLongPanelPixels : kPanelPixels) / unit);
    const std::int64_t count = units <= most ? 1 : ((units + most - 1) / most + 1) / 2 * 2;
    m_panel = (units + count - 1) / count * unit;
}

ConvolutionProducts::Share ConvolutionProducts::everything(const Run& run) const
{
    return {0, run.pixels(m_out), 0, m_g.groups == 1 ? m_matrix.columns : m_groupOut};
}

ConvolutionProducts::Share ConvolutionProducts::blocksOf(const Run& run, const PackedMatrix& matrix,
                                                         std::int64_t groupColumns) const
{
    Share share{0, run.pixels(m_out), 0, m_g.groups == 1 ? matrix.columns : groupColumns};
    if (run.parts == 1)
        return share;
    const std::int64_t blocks = blocksIn(matrix);
    share.column = blocks * run.part / run.parts * matrix.block;
    share.columns = std::min(matrix.columns, blocks * (run.part + 1) / run.parts * matrix.block) - share.column;
    return share;
}

/// Groups, rows of the kernel and what no window reaches are not cut.
std::int64_t ConvolutionProducts::scatterParts() const
{
    return m_g.groups > 1 || m_byRows || m_gaps || m_phases.empty() ? 1 : blocksIn(m_phases.front().matrix);
}

/// Parts of one image are whole panels or whole blocks of columns, the sums of which are the same whoever makes them.
/// Their number decides which: the largest part should be small, and little should go from core to core. With a part of
/// the pixels each thread reads all weights; with a part of the columns all of the image, and spreads what it writes
/// over all pixels.
ConvolutionProducts::Share ConvolutionProducts::shareOf(const Run& run, bool withPrologue) const
{
    Share share = everything(run);
    if (run.parts == 1)
        return share;
    constexpr std::int64_t kPerMovedNumber = 4; // multiply-adds that last as long
    const auto largest = [&run](std::int64_t units) { return (units + run.parts - 1) / run.parts; };
    const std::int64_t byPixels =
        std::min(share.pixels, largest(panels()) * m_panel) * weightFloats() + kPerMovedNumber * weightFloats();
    const std::int64_t byColumns =
        std::min(m_matrix.columns, largest(columnBlocks()) * m_matrix.block) * m_matrix.depth * share.pixels +
        kPerMovedNumber * (m_in.floats() + m_out.floats());
    if (m_g.groups == 1 && !withPrologue && byColumns < byPixels)
        return blocksOf(run, m_matrix, m_groupOut);
    share.pixel = panels() * run.part / run.parts * m_panel;
    share.pixels = std::min(share.pixels, panels() * (run.part + 1) / run.parts * m_panel) - share.pixel;
    return share;
}

/// The image with as much of its border, in its place, as the windows of these pixels see.
const float* ConvolutionProducts::borderedPixels(const Run& run, const float* image, const Share& share) const
{
    if (!m_inBorder.needed)
        return image;
    auto* scratch = reinterpret_cast<float*>(run.scratch);
    const std::int64_t begin = share.pixel / m_out.width, last = (share.pixel + share.pixels - 1) / m_out.width;
    const std::int64_t first = begin * m_g.strideHeight;
    const std::int64_t rows = (last - begin) * m_g.strideHeight + (m_g.kernelHeight - 1) * m_g.dilationHeight + 1;
    borderedRows(run.kernels(), image, m_in, m_inBorder, first, rows,
                 scratch + first * m_inBorder.width * m_inBorder.lanes);
    return scratch;
}

} // namespace convarium::engine
