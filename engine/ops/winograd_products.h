// The three products of a 3x3 convolution of stride 1 by minimal filtering (kernels::WinogradTiles): 16 small matrix
// products over tiles of 2x2 pixels in place of a large one over windows.
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
    /// Takes those of the wanted ways that exist and are faster than the direct products. chunk: most images per call.
    void prepare(const WindowGeometry& geometry, const Layout& in, const Layout& out, const kernels::KernelTable& table,
                 std::int64_t chunk, Ways wanted);
    [[nodiscard]] const Ways& ways() const { return m_ways; }

    [[nodiscard]] std::int64_t scratchBytes() const;
    [[nodiscard]] std::int64_t tableBytes() const
    {
        return static_cast<std::int64_t>((m_forward.offsets() + m_back.offsets()) * sizeof(std::int32_t));
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
    /// A filter of one side's images that makes the other side's.
    struct Filter {
        Layout in, out;
        kernels::WinogradTiles tiles{}; ///< as they are read from `in`, all of one image
        PackedMatrix matrix;            ///< one of the 16
        std::int64_t images = 1;        ///< whose tiles are taken together,
        std::int64_t groups = 1;        ///< or into how many groups those of one image are cut
        std::int64_t together = 1;      ///< most tiles of a group
        std::vector<std::int32_t> inOffset, outOffset, depthOffset;

        Filter() = default;
        Filter(const Layout& in, const Layout& out, std::int64_t top, std::int64_t left,
               const kernels::KernelTable& table, std::int64_t chunk);
        [[nodiscard]] std::int64_t tilesPerImage() const;
        [[nodiscard]] std::size_t offsets() const { return inOffset.size() + outOffset.size() + depthOffset.size(); }
        /// An odd number of tiles lies between the 16, which else would meet in few sets of the cache.
        [[nodiscard]] std::int64_t plane(std::int64_t lanes) const { return (together | 1) * lanes; }
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

    const kernels::KernelTable* m_table = nullptr;
    Ways m_ways;
    Filter m_forward, m_back;
};

} // namespace convarium::engine
