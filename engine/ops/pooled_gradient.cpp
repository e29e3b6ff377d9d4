#include "engine/ops/pooled_gradient.h"

#include <algorithm>
#include <cstring>

namespace convarium::engine
{

bool PooledGradient::pays(const WindowGeometry& g, const Layout& in, const Layout& out, const Layout& pooled,
                          kernels::Activation activation, const kernels::KernelTable& table)
{
    // A kernel row is one piece of memory, and its vectors are whole: not so for the unpadded input of a network.
    // Pixelwise convolutions are left to what passes over rows.
    const bool exists = g.groups == 1 && g.dilationWidth == 1 && in.lanes % table.width == 0 && !g.pixelwise();
    // In units of what a dense product spends on a weight and an output pixel, as measured: the entries, and the weight
    // itself, which is loaded for every image and its sum loaded and stored. Half of a ReLU's entries are zero.
    const auto bytes = [](std::int64_t floats) { return 2 * floats * static_cast<std::int64_t>(sizeof(float)); };
    std::int64_t entry = 3, weight = 4;
    if (table.width >= 16) { // the arithmetic is so fast that the way to the numbers shows
        const bool clears = activation == kernels::Activation::Relu || activation == kernels::Activation::Relu6;
        if (bytes(in.floats()) > 128'000 && !clears)
            entry = 5;
        if (bytes(g.kernelHeight * g.kernelWidth * in.lanes * out.lanes) > 1'000'000)
            weight = 8;
    }
    return exists && pooled.pixels() * entry + weight <= out.pixels();
}

void PooledGradient::prepare(const WindowGeometry& convolution, const Layout& in, const Layout& out,
                             const WindowGeometry& pooling, const Layout& pooled, const PackedMatrix& matrix,
                             const kernels::KernelTable& table)
{
    m_g = convolution;
    m_pooling = pooling;
    m_in = in;
    m_pooled = pooled;
    m_matrix = matrix;
    m_channels = out.channels;
    m_border = windowBorder(m_g, in, out);

    // The window of output pixel (y, x) begins at a place linear in y and x: so do those of a pooling window's cells.
    const std::int64_t down = m_g.strideHeight * m_border.width * in.lanes;
    const std::int64_t right = m_g.strideWidth * in.lanes;
    for (std::int64_t i = 0; i < m_pooling.kernelHeight; ++i)
        for (std::int64_t j = 0; j < m_pooling.kernelWidth; ++j)
            m_cellOffset.push_back(
                static_cast<std::int32_t>((i * m_pooling.dilationHeight - m_pooling.padTop) * down +
                                          (j * m_pooling.dilationWidth - m_pooling.padLeft) * right));
    m_rowStep = static_cast<std::int32_t>(m_pooling.strideHeight * down);
    m_columnStep = static_cast<std::int32_t>(m_pooling.strideWidth * right);

    const auto place = [this, &table](std::int64_t floats) {
        const std::int64_t at = m_scratchFloats;
        m_scratchFloats += (floats + table.width - 1) / table.width * table.width;
        return at;
    };
    const std::int64_t bordered = m_border.needed ? m_border.floats() : 0;
    m_inAt = place(bordered);
    m_inGradientAt = place(bordered);
    m_sumAt = place(derivedFloats());
    m_activatedAt = place(m_pooled.floats());
    m_offsetAt = place(m_channels * m_pooled.pixels());
    m_valueAt = place(m_channels * m_pooled.pixels());
    m_countAt = place(m_matrix.columns);
}

void PooledGradient::backward(const Run& run, const Call& call) const
{
    auto* scratch = reinterpret_cast<float*>(run.scratch);
    if (call.biasGradient && run.firstOfSlot)
        std::fill(call.biasGradient, call.biasGradient + m_matrix.columns, 0.0f);
    // Image by image, so that image, gradient and lists stay in the first-level cache.
    for (std::int64_t i = 0; i < run.count; ++i) {
        list(run, call, i);
        kernels::SparseGradientArgs a{};
        a.offset = reinterpret_cast<const std::int32_t*>(scratch + m_offsetAt);
        a.value = scratch + m_valueAt;
        a.count = reinterpret_cast<const std::int32_t*>(scratch + m_countAt);
        a.room = m_pooled.pixels();
        a.channels = m_matrix.columns;
        a.rows = m_g.kernelHeight;
        a.rowFloats = m_g.kernelWidth * m_in.lanes;
        a.rowStep = m_g.dilationHeight * m_border.width * m_in.lanes;
        if (call.weightGradient) {
            a.in = bordered(run.kernels(), call.in + i * m_in.floats(), m_in, m_border, 1, scratch + m_inAt);
            a.weightSum = scratch + m_sumAt;
            a.accumulate = i > 0;
        }
        if (call.inGradient) {
            a.weights = call.weights;
            a.inGradient = m_border.needed ? scratch + m_inGradientAt : call.inGradient + i * m_in.floats();
            if (m_border.needed || !call.accumulate)
                std::memset(a.inGradient, 0, static_cast<std::size_t>(m_border.floats()) * sizeof(float));
        }
        run.kernels().sparseGradient(a);
        if (call.inGradient && m_border.needed)
            takeMiddle(run, a.inGradient, call.inGradient + i * m_in.floats(), call.accumulate);
    }
    if (call.weightGradient)
        run.kernels().addTransposed({scratch + m_sumAt, call.weightGradient, taps(), m_in.channels, m_in.lanes,
                                     m_matrix.columns, !run.firstOfSlot});
}

void PooledGradient::list(const Run& run, const Call& call, std::int64_t image) const
{
    auto* scratch = reinterpret_cast<float*>(run.scratch);
    const std::int64_t at = image * m_pooled.floats();
    kernels::PooledListArgs a{};
    a.gradient = call.pooledGradient + at;
    if (call.activation != kernels::Activation::None) {
        // The largest of a window is the pooling's output: the activation's slope there follows from it.
        run.kernels().activateBackward(call.activation, call.pooled + at, a.gradient, scratch + m_activatedAt,
                                       m_pooled.floats(), false);
        a.gradient = scratch + m_activatedAt;
    }
    a.cell = call.largest + at;
    a.cellOffset = m_cellOffset.data();
    a.rows = m_pooled.height;
    a.columns = m_pooled.width;
    a.lanes = m_pooled.lanes;
    a.channels = m_channels;
    a.rowStep = m_rowStep;
    a.columnStep = m_columnStep;
    a.offset = reinterpret_cast<std::int32_t*>(scratch + m_offsetAt);
    a.value = scratch + m_valueAt;
    a.count = reinterpret_cast<std::int32_t*>(scratch + m_countAt);
    a.room = m_pooled.pixels();
    a.biasGradient = call.biasGradient;
    run.kernels().listPooledGradient(a);
}

/// An image without the border around it, stored or added.
void PooledGradient::takeMiddle(const Run& run, const float* bordered, float* image, bool accumulate) const
{
    const std::int64_t row = m_in.width * m_in.lanes;
    for (std::int64_t y = 0; y < m_in.height; ++y)
        run.kernels().scaleAdd(bordered + ((y + m_border.top) * m_border.width + m_border.left) * m_in.lanes, 1.0f,
                               image + y * row, row, accumulate);
}

void PooledGradient::derive(const float* packed, float* derived) const
{
    const std::int64_t mapFloats = taps() * m_in.lanes;
    for (std::int64_t block = 0; block < m_matrix.columns; block += m_matrix.block) {
        const std::int64_t columns = std::min(m_matrix.block, m_matrix.columns - block);
        const float* source = packed + block * m_matrix.depth;
        for (std::int64_t tap = 0; tap < taps(); ++tap)
            for (std::int64_t c = 0; c < m_in.channels; ++c, source += columns)
                for (std::int64_t j = 0; j < columns; ++j)
                    derived[(block + j) * mapFloats + tap * m_in.lanes + c] = source[j];
    }
}

} // namespace convarium::engine
