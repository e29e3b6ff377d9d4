// The way back through max pooling and a convolution in one. Of the convolution's outputs only those that are the
// largest of a window have a gradient: lists of them replace the dense products.
#pragma once

#include "engine/ops/border.h"
#include "engine/ops/op_graph.h"

#include <vector>

namespace convarium::engine
{

class PooledGradient
{
public:
    /// The rule: does this way exist, and is it faster than the dense one? in, out and activation are the
    /// convolution's.
    static bool pays(const WindowGeometry& convolution, const Layout& in, const Layout& out, const Layout& pooled,
                     kernels::Activation activation, const kernels::KernelTable& table);

    /// matrix: of the convolution's packed weights.
    void prepare(const WindowGeometry& convolution, const Layout& in, const Layout& out, const WindowGeometry& pooling,
                 const Layout& pooled, const PackedMatrix& matrix, const kernels::KernelTable& table);

    [[nodiscard]] std::int64_t scratchBytes() const
    {
        return m_scratchFloats * static_cast<std::int64_t>(sizeof(float));
    }
    [[nodiscard]] std::int64_t tableBytes() const
    {
        return static_cast<std::int64_t>(m_cellOffset.size() * sizeof(std::int32_t));
    }

    /// Buffers of one chunk; null: not wanted (biasGradient: there is none).
    struct Call {
        const float* in = nullptr;
        const float* pooled = nullptr; ///< read with an activation only
        const float* pooledGradient = nullptr;
        const std::uint16_t* largest = nullptr;
        const float* weights = nullptr; ///< derived
        float* weightGradient = nullptr;
        float* biasGradient = nullptr;
        float* inGradient = nullptr;
        bool accumulate = false; ///< inGradient; weight and bias gradients add up over the images of a slot
        kernels::Activation activation = kernels::Activation::None;
    };
    void backward(const Run& run, const Call& call) const;

    /// Weights as [map out][kernel row][the row's floats].
    [[nodiscard]] std::int64_t derivedFloats() const { return m_matrix.columns * taps() * m_in.lanes; }
    void derive(const float* packed, float* derived) const;

private:
    [[nodiscard]] std::int64_t taps() const { return m_g.kernelHeight * m_g.kernelWidth; }
    void list(const Run& run, const Call& call, std::int64_t image) const;
    void takeMiddle(const Run& run, const float* bordered, float* image, bool accumulate) const;

    WindowGeometry m_g, m_pooling;
    Layout m_in, m_pooled;
    PackedMatrix m_matrix;
    Border m_border;
    std::int64_t m_channels = 0;
    std::int32_t m_rowStep = 0, m_columnStep = 0; ///< from pooled pixel to pooled pixel, in the bordered input
    std::vector<std::int32_t> m_cellOffset;       ///< likewise, of a pooling window's cells
    /// Places in the scratch memory, in floats.
    std::int64_t m_inAt = 0, m_inGradientAt = 0, m_activatedAt = 0, m_offsetAt = 0, m_valueAt = 0, m_countAt = 0,
                 m_sumAt = 0, m_scratchFloats = 0;
};

} // namespace convarium::engine
