// The three products of a convolution (forward, input gradient, weight gradient) as indirect matrix products over
// offset tables built once per plan. A transposed convolution is the same with the roles of input and output exchanged.
#pragma once

#include "engine/ops/border.h"
#include "engine/ops/kernel_rows.h"
#include "engine/ops/op_graph.h"

#include <algorithm>
#include <vector>

namespace convarium::engine
{

/// `in` is the side the window slides over, `out` the side with one place per window.
class ConvolutionProducts
{
public:
    /// How `scatter` goes.
    enum class WayBack : std::uint8_t {
        None,     ///< never called
        Phases,   ///< one product per residue class of the strides
        Cheapest, ///< likewise, or another way that knows neither bias nor activation
    };
    /// chunk: most images per call.
    void prepare(const WindowGeometry& geometry, const Layout& in, const Layout& out, const kernels::KernelTable& table,
                 std::int64_t chunk, WayBack wayBack);

    [[nodiscard]] std::int64_t scratchBytes(bool withPrologue = false) const;
    [[nodiscard]] std::int64_t tableBytes() const;

    // A prologue of `in` asks for a pixelwise geometry.

    /// out = act(bias + addend + windows of in times weights). bias: null, or packed as columns of `out`; addend: null,
    /// or laid out as `out`, which it may be. Does the run's part of it: some of the pixels, or some of the maps.
    void gather(const Run& run, const float* in, float* out, const float* weights, const float* bias,
                kernels::Activation activation, const float* addend, const Prologue& prologue = {}) const;
    /// Most parts that are not empty.
    [[nodiscard]] std::int64_t gatherParts() const { return std::max(panels(), columnBlocks()); }
    [[nodiscard]] std::int64_t gatherWork() const
    {
        return m_out.pixels() * weightFloats();
    } ///< multiply-adds per image
    /// in (+)= act(bias + what the windows of out carry back). bias: null, or packed as columns of `in`.
    void scatter(const Run& run, const float* out, float* in, const float* derived, const float* bias,
                 kernels::Activation activation, bool accumulate) const;
    [[nodiscard]] std::int64_t scatterParts() const; ///< most that are not empty, of each image
    /// Adds up over the images of a slot; the first call of a slot overwrites. biasGradient may be null. Does the run's
    /// part of the maps.
    void weightGradient(const Run& run, const float* in, const float* out, float* weightGradient, float* biasGradient,
                        const Prologue& prologue = {}) const;

    [[nodiscard]] std::int64_t weightGradientParts() const { return columnBlocks(); }

    /// Weights as `gather` reads them; logical order: maps out, maps in / groups, kernel height, kernel width.
    [[nodiscard]] const PackedMatrix& matrix() const { return m_matrix; } ///< of one group
    [[nodiscard]] std::int64_t weightFloats() const { return m_matrix.floats() * m_g.groups; }
    void packWeights(const float* logical, float* packed) const;
    void unpackWeights(const float* packed, float* logical) const;
    /// Times one number per map of `out`.
    void scaleWeights(const float* packed, const float* scale, float* scaled) const;
    /// Weights as `scatter` reads them.
    [[nodiscard]] std::int64_t derivedFloats() const { return m_derivedFloats; }
    void derive(const float* packed, float* derived) const;

    /// One number per map of a side, group by group with padded columns.
    [[nodiscard]] std::int64_t outBiasFloats() const { return m_matrix.columns * m_g.groups; }
    [[nodiscard]] std::int64_t outBiasIndex(std::int64_t map) const
    {
        return map / m_groupOut * m_matrix.columns + map % m_groupOut;
    }
    [[nodiscard]] std::int64_t inBiasFloats() const { return m_inColumns * m_g.groups; }
    [[nodiscard]] std::int64_t inBiasIndex(std::int64_t map) const
    {
        return map / m_groupIn * m_inColumns + map % m_groupIn;
    }

private:
    struct Phase {
        WindowPhase geometry;
        std::vector<std::int32_t> in, out, depth;
        std::int64_t pixels = 0; ///< per image
        PackedMatrix matrix;
        std::int64_t derivedOffset = 0; ///< of group 0
    };

    /// A part of the pixels of the run and of the columns of a group.
    struct Share {
        std::int64_t pixel = 0, pixels = 0, column = 0, columns = 0;
    };

    /// Of n images, or of the rows the run is about; those only for a pixelwise geometry.
    [[nodiscard]] std::int64_t pixelsOf(const Run& run, std::int64_t n, std::int64_t perImage) const
    {
        return run.rows < 0 ? n * perImage : run.rows * m_out.width;
    }
    /// Says how the windows slide over rows of so many pixels, if they do.
    void sayHowWindowsSlide(kernels::ProductArgs& a, std::int64_t channels, std::int64_t pixels,
                            std::int64_t lanes) const;
    template <class F>
    void eachSource(const Run& run, const float* in, const Prologue& prologue, const Share& share, const F& f) const;
    template <class F>
    void eachWeight(const F& f) const;
    [[nodiscard]] bool rowsPay() const;
    void prepareWholeInput(std::int64_t chunk);
    void preparePhases(std::int64_t chunk);
    void deriveWholeInput(const Phase& phase, const float* source, float* target) const;
    void derivePhase(const Phase& phase, const float* source, float* target) const;
    void clearPadding(const Layout& layout, float* pixels, std::int64_t count) const;
    void fillGaps(const Run& run, float* in, const float* bias, kernels::Activation activation) const;

    // convolution_share.cpp
    [[nodiscard]] Share everything(const Run& run) const;
    [[nodiscard]] Share shareOf(const Run& run, bool withPrologue) const;
    /// The run's part of the blocks of a matrix, of all the pixels; of several groups all.
    [[nodiscard]] Share blocksOf(const Run& run, const PackedMatrix& matrix, std::int64_t groupColumns) const;
    [[nodiscard]] std::int64_t panels() const { return (m_out.pixels() + m_panel - 1) / m_panel; }
    [[nodiscard]] std::int64_t columnBlocks() const { return m_g.groups > 1 ? 1 : blocksIn(m_matrix); }
    static std::int64_t blocksIn(const PackedMatrix& m) { return (m.columns + m.block - 1) / m.block; }
    void choosePanel();
    const float* borderedPixels(const Run& run, const float* image, const Share& share) const;

    WindowGeometry m_g;
    const kernels::KernelTable* m_table = nullptr;
    Layout m_in, m_out;
    std::int64_t m_groupIn = 0, m_groupOut = 0, m_inColumns = 0;
    PackedMatrix m_matrix;
    std::int64_t m_together = 1, m_gradientTogether = 1;
    std::int64_t m_panel = 1; ///< pixels of `out` at a time
    Border m_inBorder, m_outBorder;
    std::vector<std::int32_t> m_inOffset, m_outOffset, m_depthOffset;
    bool m_wholeInput = false;
    bool m_byRows = false; ///< `m_rows` is the way back
    KernelRows m_rows;
    bool m_gaps = false; ///< some input pixels are seen by no tap
    std::vector<Phase> m_phases;
    std::int64_t m_derivedFloats = 0;
};

} // namespace convarium::engine
