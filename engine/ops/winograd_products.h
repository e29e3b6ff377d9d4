// The three products of a 3x3 convolution of stride 1 by minimal filtering (kernels::WinogradTiles): 16 or 36 small
// matrix products over tiles of 2x2 or 4x4 pixels in place of a large one over windows.
#pragma once

#include "engine/ops/op_graph.h"

#include <vector>

namespace convarium::engine
{

class WinogradProducts
{
public:
    /// Which of the three go this way; without `forward` none does.
    struct Ways {
        bool forward = false, inputGradient = false, weightGradient = false;
    };
    struct Use {
        Ways wanted;
        std::int64_t chunk = 1;           ///< most images per call
        std::int64_t imagesPerUpdate = 0; ///< as in Op
        bool inspected = false;           ///< as in Op: not by tiles of 4x4
    };
    /// Takes those of the wanted ways that exist and are faster than the direct products.
    void prepare(const WindowGeometry& geometry, const Layout& in, const Layout& out, const kernels::KernelTable& table,
                 const Use& use);
    [[nodiscard]] const Ways& ways() const { return m_ways; }

    [[nodiscard]] std::int64_t scratchBytes() const;
    [[nodiscard]] std::int64_t tableBytes() const
    {
        return static_cast<std::int64_t>((m_forward.offsets() + m_back.offsets() + m_gradient.offsets()) *
                                         sizeof(std::int32_t));
    }

    /// out = act(bias + addend + windows of in times weights), as ConvolutionProducts::gather(). weights: of derive().
    void forward(const Run& run, const float* in, float* out, const float* weights, const float* bias,
                 kernels::Activation activation, const float* addend) const;
    /// Most parts of one image.
    [[nodiscard]] std::int64_t forwardParts() const { return m_forward.groups; }
    [[nodiscard]] std::int64_t inputGradientParts() const { return m_back.groups; } ///< likewise
    [[nodiscard]] std::int64_t forwardWork() const; ///< per image, in multiply-adds that last as long
    /// inGradient (+)= what the windows carry back. weights: of derive(), behind those of forward().
    void inputGradient(const Run& run, const float* outGradient, float* inGradient, const float* weights,
                       bool accumulate) const;
    /// Adds up over the images of a slot; the first call of a slot overwrites. biasGradient may be null.
    void weightGradient(const Run& run, const float* in, const float* outGradient, float* weightGradient,
                        float* biasGradient) const;

    /// Transformed weights, for the way forward and behind them for the way back, of weights packed for the direct
    /// product.
    [[nodiscard]] std::int64_t forwardFloats() const;
    [[nodiscard]] std::int64_t derivedFloats() const;
    void derive(const float* packed, float* derived) const;

private:
    /// At least so many floats, in an odd number of cache lines: equal places of tables that lie so far apart do not
    /// meet in few sets of the cache.
    static std::int64_t oddLines(std::int64_t floats) { return ((floats + 15) / 16 | 1) * 16; }

    /// A filter of one side's images that makes the other side's.
    struct Filter {
        Layout in, out;
        kernels::WinogradTiles tiles{}; ///< as they are read from `in`, all of one image
        PackedMatrix matrix;            ///< one of the 16 or 36
        std::int64_t images = 1;        ///< whose tiles are taken together,
        std::int64_t groups = 1;        ///< or into how many groups those of one image are cut
        std::int64_t together = 1;      ///< most tiles of a group
        std::vector<std::int32_t> inOffset, outOffset, depthOffset;

        Filter() = default;
        Filter(const Layout& in, const Layout& out, std::int64_t top, std::int64_t left, std::int64_t size,
               const kernels::KernelTable& table);
        /// At most so many tiles at a time, of at most `chunk` images.
        void group(std::int64_t most, std::int64_t chunk);
        [[nodiscard]] bool hasManyWeights() const;
        /// As many as stay in the cache; more where each group reads weights that do not stay there.
        [[nodiscard]] std::int64_t mostTogether() const;
        /// Two threads share an image where its groups are large enough, or where there is no other.
        void groupForSharing(std::int64_t chunk);
        [[nodiscard]] std::int64_t numbers() const { return (tiles.size + 2) * (tiles.size + 2); } ///< of a tile
        [[nodiscard]] std::int64_t weightFloats() const { return numbers() * weightPlane(); }
        [[nodiscard]] std::int64_t tilesPerImage() const { return tiles.tileRows * tiles.tileColumns; }
        [[nodiscard]] std::size_t offsets() const { return inOffset.size() + outOffset.size() + depthOffset.size(); }
        // From one of the numbers to the next: of tiles in pixels of so many lanes, and of weights.
        [[nodiscard]] std::int64_t plane(std::int64_t lanes) const { return oddLines(together * lanes); }
        [[nodiscard]] std::int64_t weightPlane() const { return oddLines(matrix.floats()); }
        [[nodiscard]] kernels::WinogradTiles inTiles(std::int64_t first, std::int64_t count) const;
        [[nodiscard]] kernels::WinogradTiles outTiles(std::int64_t first, std::int64_t count) const;
        [[nodiscard]] std::int64_t scratchFloats() const;
        /// Calls f(first tile, tiles) for all groups of a run, or for those of its part: they are the same for any
        /// number of parts, because the order of a product's sums depends on how many pixels it has.
        template <class F>
        void eachGroup(const Run& run, const F& f) const;
        void apply(const Run& run, const float* source, float* target, const float* weights, const float* bias,
                   kernels::Activation activation, const float* addend) const;
    };

    /// filter: m_forward, not in groups yet. direct: what the direct product takes for an image.
    void prepareWeightGradient(Filter filter, std::int64_t chunk, std::int64_t direct);
    [[nodiscard]] std::int64_t sumFloats() const { return m_gradient.numbers() * oddLines(m_sumRows * m_sumColumns); }

    const kernels::KernelTable* m_table = nullptr;
    Ways m_ways;
    Filter m_forward, m_back;
    Filter m_gradient; ///< m_forward in other groups
    /// The transformed weight gradient is added up over the groups of a call. Else pieces of it, of so many rows and
    /// columns, are transformed back at once, so that they need not leave the cache.
    bool m_sumsStay = false;
    std::int64_t m_sumRows = 0, m_sumColumns = 0;
};

} // namespace convarium::engine
