// The way back of a convolution as one product per row of its kernel. The columns are the row's cells times the input's
// maps; in an image whose pixels have no padding lanes these numbers lie next to each other, so the product adds them
// to their places itself. Few maps share vectors, and nothing is computed for a border around the output.
#pragma once

#include "engine/ops/border.h"
#include "engine/ops/op_graph.h"

#include <vector>

namespace convarium::engine
{

class KernelRows
{
public:
    /// Can the geometry go back this way? Groups and cells with gaps between them cannot.
    static bool fits(const WindowGeometry& geometry, const Layout& in, const kernels::KernelTable& table);
    /// Vectors added up per image, what comes on top of the products included.
    static std::int64_t vectorSteps(const WindowGeometry& geometry, const Layout& in, const Layout& out,
                                    const kernels::KernelTable& table);

    void prepare(const WindowGeometry& geometry, const Layout& in, const Layout& out, const kernels::KernelTable& table,
                 std::int64_t chunk);
    [[nodiscard]] std::int64_t scratchFloats() const;
    [[nodiscard]] std::int64_t tableEntries() const;
    [[nodiscard]] std::int64_t derivedFloats() const { return m_matrix.floats() * m_g.kernelHeight; }
    /// From weights as the forward product reads them.
    void derive(const kernels::KernelTable& table, const PackedMatrix& matrix, const float* packed,
                float* derived) const;

    /// in (+)= what the windows of out carry back.
    void scatter(const Run& run, const float* out, float* in, const float* derived, bool accumulate) const;

private:
    /// Places whose rows do not overlap: a product may read and write them in any order.
    struct Places {
        std::vector<std::int32_t> in, out;
        std::int64_t perImage = 0;
    };

    [[nodiscard]] std::int64_t imageFloats() const { return m_border.height * m_pitch; }
    void addProducts(const Run& run, const float* out, float* image, const float* derived, std::int64_t images) const;

    WindowGeometry m_g;
    Layout m_in, m_out;
    PackedMatrix m_matrix; ///< of one row of the kernel
    Border m_border;       ///< the input's, without padding lanes
    std::int64_t m_width = 1;
    std::int64_t m_pitch = 0; ///< floats from one row of the image to the next
    bool m_direct = false;    ///< the input gradient is such an image itself
    std::int64_t m_together = 1;
    std::vector<Places> m_places;
    std::vector<std::int32_t> m_depth;
};

} // namespace convarium::engine
