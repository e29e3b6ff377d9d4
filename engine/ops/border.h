// Images with a zero border around them, and which kernel taps reach which input pixels: what the ops that slide a
// window with weights share.
#pragma once

#include "engine/ops/op.h"
#include "engine/ops/op_graph_builder.h"

#include <vector>

namespace convarium::engine
{

/// An image with a zero border that a kernel reads; without a border the source itself is read.
struct Border {
    bool needed = false;
    std::int64_t top = 0, left = 0, height = 0, width = 0, lanes = 0;
    [[nodiscard]] std::int64_t floats() const { return height * width * lanes; }
};

/// The border that lets every window of `out` read from `in`; height and width are those of `in` where none is needed.
Border windowBorder(const WindowGeometry& geometry, const Layout& in, const Layout& out);

/// n images with their border in `scratch`, or the images themselves.
const float* bordered(const kernels::KernelTable& kernels, const float* images, const Layout& layout,
                      const Border& border, std::int64_t n, float* scratch);

/// Weights that do not stay in the cache beside what they work on.
inline constexpr std::int64_t kManyWeights = 1 << 18;
/// Products whose maps are small run over several images at once, so that register blocks stay full, and over more of
/// them where the weights do not stay in the cache: each product reads all of them.
std::int64_t imagesPerProduct(std::int64_t pixels, std::int64_t chunk, std::int64_t weights);

/// A cell of the kernel, and the pixel of the bordered output that it carries to the first pixel of a phase.
struct PhaseTap {
    std::int64_t kernelRow, kernelColumn;
    std::int64_t row, column;
};

/// The input pixels of one residue class modulo the stride: they share the taps that reach them. Pixel (h, w) of the
/// phase is input pixel (row + h stride height, column + w stride width) and reads the bordered output at
/// (tap.row + h, tap.column + w).
struct WindowPhase {
    std::int64_t row = 0, column = 0;
    std::int64_t rows = 0, columns = 0;
    std::vector<PhaseTap> taps;
};

/// The way back through a window: phases that have pixels and taps, and a border of the output that serves them all.
struct WindowPhases {
    Border border;
    std::vector<WindowPhase> phases;
    bool gaps = false; ///< some input pixels are seen by no tap
};
/// Rows [first, first + rows) of the bordered image, copied to scratch only where there is a border or a prologue,
/// which the border does not see.
const float* borderedRows(const kernels::KernelTable& kernels, const float* image, const Layout& layout,
                          const Border& border, std::int64_t first, std::int64_t rows, float* scratch,
                          const Prologue& prologue = {});

WindowPhases windowPhases(const WindowGeometry& geometry, const Layout& in, const Layout& out);

} // namespace convarium::engine
