#include "engine/ops/winograd_products.h"

#include "engine/ops/kernel_rows.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

constexpr std::int64_t kTaps = 9;

std::int64_t tilesOf(const Layout& out, std::int64_t size)
{
    return (out.height + size - 1) / size * ((out.width + size - 1) / size);
}

/// Vectors multiplied for an image, or loaded and stored in the same time, as measured: a tile's products, and what is
/// done to each of its numbers before and after them.
std::int64_t vectorSteps(const Layout& in, const Layout& out, std::int64_t width, std::int64_t size)
{
    const std::int64_t numbers = (size + 2) * (size + 2), read = size == 2 ? 64 : 200, written = size == 2 ? 56 : 180;
    return tilesOf(out, size) *
           (numbers * in.channels * (out.lanes / width) + read * (in.lanes / width) + written * (out.lanes / width));
}

} // namespace

WinogradProducts::Filter::Filter(const Layout& in_, const Layout& out_, std::int64_t top, std::int64_t left,
                                 std::int64_t size, const kernels::KernelTable& table)
    : in(in_), out(out_), matrix(table, in_.channels, out_.channels)
{
    tiles.size = size;
    tiles.height = in.height;
    tiles.width = in.width;
    tiles.lanes = in.lanes;
    tiles.top = top;
    tiles.left = left;
    tiles.tileRows = (out.height + size - 1) / size;
    tiles.tileColumns = (out.width + size - 1) / size;
    for (std::int64_t c = 0; c < in.channels; ++c)
        depthOffset.push_back(static_cast<std::int32_t>(c));
}

bool WinogradProducts::Filter::hasManyWeights() const
{
    return weightFloats() > kManyWeights;
}

std::int64_t WinogradProducts::Filter::mostTogether() const
{
    constexpr std::int64_t kCached = 1 << 16, kFew = 32, kMost = 96;
    return hasManyWeights() ? kMost : std::clamp(kCached / (numbers() * (in.lanes + out.lanes)), kFew, kMost);
}

void WinogradProducts::Filter::groupForSharing(std::int64_t chunk)
{
    constexpr std::int64_t kEnough = 48, kLeast = 16; // tiles of an image
    const bool shared = !hasManyWeights() && tilesPerImage() >= (chunk == 1 ? kLeast : kEnough);
    group(shared ? std::min(mostTogether(), tilesPerImage() - 1) : mostTogether(), chunk);
}

void WinogradProducts::Filter::group(std::int64_t most, std::int64_t chunk)
{
    if (tilesPerImage() > most)
        groups = ((tilesPerImage() + most - 1) / most + 1) / 2 * 2; // two threads share an even number
    else
        images = evenly(chunk, std::clamp<std::int64_t>(most / tilesPerImage(), 1, chunk));
    together = (images * tilesPerImage() + groups - 1) / groups;
    for (std::int64_t t = 0; t < together; ++t) {
        inOffset.push_back(static_cast<std::int32_t>(t * in.lanes));
        outOffset.push_back(static_cast<std::int32_t>(t * out.lanes));
    }
}

kernels::WinogradTiles WinogradProducts::Filter::inTiles(std::int64_t first, std::int64_t count) const
{
    kernels::WinogradTiles t = tiles;
    t.first = first;
    t.tiles = count;
    t.plane = plane(in.lanes);
    return t;
}

kernels::WinogradTiles WinogradProducts::Filter::outTiles(std::int64_t first, std::int64_t count) const
{
    kernels::WinogradTiles t = inTiles(first, count);
    t.height = out.height;
    t.width = out.width;
    t.lanes = out.lanes;
    t.plane = plane(out.lanes);
    return t;
}

template <class F>
void WinogradProducts::Filter::eachGroup(const Run& run, const F& f) const
{
    for (std::int64_t i = 0; i < run.count; i += images) {
        const std::int64_t all = std::min(images, run.count - i) * tilesPerImage();
        const std::int64_t begin = together * (groups * run.part / run.parts);
        const std::int64_t end = std::min(all, together * (groups * (run.part + 1) / run.parts));
        for (std::int64_t first = begin; first < end; first += together)
            f(i * tilesPerImage() + first, std::min(together, end - first));
    }
}

void WinogradProducts::Filter::apply(const Run& run, const float* source, float* target, const float* weights,
                                     const float* bias, kernels::Activation activation, const float* addend) const
{
    auto* const windows = reinterpret_cast<float*>(run.scratch);
    float* const products = windows + numbers() * plane(in.lanes);
    eachGroup(run, [&](std::int64_t first, std::int64_t n) {
        run.kernels().winogradWindows(inTiles(first, n), source, windows);
        for (std::int64_t i = 0; i < numbers(); ++i) {
            kernels::ProductArgs a{};
            a.in = windows + i * plane(in.lanes);
            a.out = products + i * plane(out.lanes);
            a.weights = weights + i * weightPlane();
            a.inOffset = inOffset.data();
            a.outOffset = outOffset.data();
            a.depthOffset = depthOffset.data();
            a.pixels = n;
            a.depth = matrix.depth;
            a.columns = matrix.columns;
            run.kernels().product(a);
        }
        run.kernels().winogradOutputs(outTiles(first, n), products, target, bias, addend, activation);
    });
}

void WinogradProducts::prepare(const WindowGeometry& g, const Layout& in, const Layout& out,
                               const kernels::KernelTable& table, const Use& use)
{
    m_table = &table;
    const bool exists = g.kernelHeight == 3 && g.kernelWidth == 3 && g.strideHeight == 1 && g.strideWidth == 1 &&
                        g.dilationHeight == 1 && g.dilationWidth == 1 && g.groups == 1 && in.lanes % table.width == 0;
    if (!exists)
        return;
    // Between two updates, in multiples of an image: what the weights cost that are transformed, or turned round, anew.
    constexpr std::int64_t kPerVector = 8;
    const std::int64_t images = std::max<std::int64_t>(use.imagesPerUpdate, 1);
    const auto renewed = [&](const Layout& from, const Layout& to, std::int64_t numbers) {
        return use.imagesPerUpdate == 0 ? 0 : kPerVector * numbers * from.channels * (to.lanes / table.width);
    };
    const auto direct = [&](const Layout& from, const Layout& to) {
        return to.pixels() * kTaps * from.channels * (to.lanes / table.width);
    };
    const auto filtered = [&](const Layout& from, const Layout& to, std::int64_t size) {
        return images * vectorSteps(from, to, table.width, size) + renewed(from, to, (size + 2) * (size + 2));
    };
    const auto both = [&](std::int64_t size) {
        return filtered(in, out, size) + (use.wanted.inputGradient ? filtered(out, in, size) : 0);
    };
    const std::int64_t size = !use.inspected && both(4) < both(2) ? 4 : 2;
    m_ways.forward = use.wanted.forward && filtered(in, out, size) < images * direct(in, out);
    if (!m_ways.forward)
        return;
    m_forward = Filter(in, out, g.padTop, g.padLeft, size, table);
    if (use.wanted.weightGradient)
        prepareWeightGradient(m_forward, use.chunk, direct(in, out));
    m_forward.groupForSharing(use.chunk);
    std::int64_t back = direct(out, in);
    if (KernelRows::fits(g, in, table))
        back = std::min(back, KernelRows::vectorSteps(g, in, out, table));
    m_ways.inputGradient =
        use.wanted.inputGradient && filtered(out, in, size) < images * back + renewed(out, in, kTaps);
    if (m_ways.inputGradient) { // the window turned round slides over the gradient
        m_back = Filter(out, in, 2 - g.padTop, 2 - g.padLeft, size, table);
        m_back.groupForSharing(use.chunk);
    }
}

void WinogradProducts::prepareWeightGradient(Filter f, std::int64_t chunk, std::int64_t direct)
{
    constexpr std::int64_t kMostSums = 1 << 18, kMostWindows = 1 << 20, kPiece = 5 << 14;
    constexpr std::int64_t kRows = 16; // those of several tiles of the product's kernel
    constexpr std::int64_t kLoadedAndStored = 2, kTransformed = 6;
    const PackedMatrix& m = f.matrix;
    m_sumsStay = f.weightFloats() <= kMostSums;
    const std::int64_t most = kMostWindows / (f.numbers() * (f.in.lanes + f.out.lanes));
    f.group(m_sumsStay ? f.mostTogether() : std::max<std::int64_t>(most, 1), chunk);
    m_sumColumns = m_sumsStay ? m.columns : std::min(m.block, m.columns);
    const std::int64_t rows = kPiece / (f.numbers() * m_sumColumns) / kRows * kRows;
    m_sumRows = m_sumsStay ? m.depth : std::min(std::max(rows, kRows), m.depth);
    const std::int64_t rounds = (chunk + f.images - 1) / f.images * f.groups;
    const std::int64_t perVector =
        m_sumsStay ? kLoadedAndStored * rounds + kTransformed : (kLoadedAndStored + kTransformed) * rounds;
    m_ways.weightGradient =
        chunk * vectorSteps(f.in, f.out, m_table->width, f.tiles.size) + perVector * f.weightFloats() / m_table->width <
        chunk * direct;
    if (m_ways.weightGradient)
        m_gradient = std::move(f);
}

std::int64_t WinogradProducts::forwardWork() const
{
    return vectorSteps(m_forward.in, m_forward.out, m_table->width, m_forward.tiles.size) * m_table->width;
}

std::int64_t WinogradProducts::forwardFloats() const
{
    return m_ways.forward ? m_forward.weightFloats() : 0;
}

std::int64_t WinogradProducts::derivedFloats() const
{
    return forwardFloats() + (m_ways.inputGradient ? m_back.weightFloats() : 0);
}

std::int64_t WinogradProducts::Filter::scratchFloats() const
{
    return numbers() * (plane(in.lanes) + plane(out.lanes));
}

std::int64_t WinogradProducts::scratchBytes() const
{
    std::int64_t floats = 0;
    if (m_ways.forward)
        floats = m_forward.scratchFloats();
    if (m_ways.inputGradient)
        floats = std::max(floats, m_back.scratchFloats());
    if (m_ways.weightGradient)
        floats = std::max(floats, m_gradient.scratchFloats() + sumFloats() + m_gradient.matrix.columns);
    return floats * static_cast<std::int64_t>(sizeof(float));
}

void WinogradProducts::forward(const Run& run, const float* in, float* out, const float* weights, const float* bias,
                               kernels::Activation activation, const float* addend) const
{
    m_forward.apply(run, in, out, weights, bias, activation, addend);
}

void WinogradProducts::inputGradient(const Run& run, const float* outGradient, float* inGradient, const float* weights,
                                     bool accumulate) const
{
    m_back.apply(run, outGradient, inGradient, weights, nullptr, kernels::Activation::None,
                 accumulate ? inGradient : nullptr);
}

void WinogradProducts::weightGradient(const Run& run, const float* in, const float* outGradient, float* weightGradient,
                                      float* biasGradient) const
{
    const Filter& f = m_gradient;
    const kernels::KernelTable& k = run.kernels();
    const std::int64_t depth = f.matrix.depth, columns = f.matrix.columns;
    const std::int64_t inPlane = f.plane(f.in.lanes), outPlane = f.plane(f.out.lanes);
    auto* const windows = reinterpret_cast<float*>(run.scratch);
    float* const gradients = windows + f.numbers() * inPlane;
    float* const sums = gradients + f.numbers() * outPlane;
    float* const biasSums = sums + sumFloats();
    std::fill(biasSums, biasSums + columns, 0.0f);
    const auto addProducts = [&](std::int64_t tiles, std::int64_t row, std::int64_t rows, std::int64_t column,
                                 std::int64_t count, bool accumulate) {
        const std::int64_t plane = oddLines(rows * count);
        for (std::int64_t i = 0; i < f.numbers(); ++i) {
            kernels::WeightGradientArgs a{};
            a.in = windows + i * inPlane;
            a.outGradient = gradients + i * outPlane + column;
            a.weightGradient = sums + i * plane;
            a.inOffset = f.inOffset.data();
            a.outOffset = f.outOffset.data();
            a.depthOffset = f.depthOffset.data() + row;
            a.pixels = tiles;
            a.depth = rows;
            a.columns = count;
            a.accumulate = accumulate;
            k.weightGradient(a);
        }
    };
    bool any = false;
    f.eachGroup(run, [&](std::int64_t first, std::int64_t tiles) {
        k.winogradWindows(f.inTiles(first, tiles), in, windows);
        k.winogradGradients(f.outTiles(first, tiles), outGradient, gradients, biasGradient ? biasSums : nullptr);
        if (m_sumsStay)
            addProducts(tiles, 0, depth, 0, columns, any);
        for (std::int64_t row = 0; !m_sumsStay && row < depth; row += m_sumRows) {
            const std::int64_t rows = std::min(m_sumRows, depth - row);
            for (std::int64_t column = 0; column < columns; column += m_sumColumns) {
                const std::int64_t count = std::min(m_sumColumns, columns - column);
                addProducts(tiles, row, rows, column, count, false);
                k.winogradWeightGradient({f.tiles.size, rows, depth, count, oddLines(rows * count)}, sums,
                                         weightGradient + kTaps * depth * column + row * count,
                                         any || !run.firstOfSlot);
            }
        }
        any = true;
    });
    if (m_sumsStay)
        k.winogradWeightGradient({f.tiles.size, depth, depth, columns, oddLines(depth * columns)}, sums, weightGradient,
                                 !run.firstOfSlot);
    if (biasGradient)
        k.scaleAdd(biasSums, 1, biasGradient, columns, !run.firstOfSlot);
}

/// Turned round, the numbers along each direction change places in pairs; in and out change theirs.
void WinogradProducts::derive(const float* packed, float* derived) const
{
    const PackedMatrix &from = m_forward.matrix, &to = m_back.matrix;
    const std::int64_t size = m_forward.tiles.size, side = size + 2;
    m_table->winogradWeights({size, from.depth, from.depth, from.columns, m_forward.weightPlane()}, packed, derived);
    if (!m_ways.inputGradient)
        return;
    const auto turned = [size](std::int64_t i) {
        constexpr std::int64_t kOfTwo[] = {3, 1, 2, 0}, kOfFour[] = {5, 3, 4, 1, 2, 0};
        return size == 2 ? kOfTwo[i] : kOfFour[i];
    };
    float* const back = derived + forwardFloats();
    for (std::int64_t i = 0; i < side * side; ++i)
        transpose(*m_table, from, derived + i * m_forward.weightPlane(), 0, to,
                  back + (turned(i / side) * side + turned(i % side)) * m_back.weightPlane(), 0, 0, from.depth,
                  to.depth);
}

} // namespace convarium::engine
