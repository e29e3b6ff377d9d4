#include "engine/ops/winograd_products.h"

#include "engine/ops/kernel_rows.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

constexpr std::int64_t kNumbers = 16; ///< of a transformed tile

std::int64_t tilesOf(const Layout& out)
{
    return (out.height + 1) / 2 * ((out.width + 1) / 2);
}

/// Vectors multiplied for an image, or loaded and stored in the same time, as measured: a tile's products, and what is
/// done to each of its numbers before and after them.
std::int64_t vectorSteps(const Layout& in, const Layout& out, std::int64_t width)
{
    constexpr std::int64_t kRead = 64, kWritten = 56;
    return tilesOf(out) *
           (kNumbers * in.channels * (out.lanes / width) + kRead * (in.lanes / width) + kWritten * (out.lanes / width));
}

} // namespace

WinogradProducts::Filter::Filter(const Layout& in_, const Layout& out_, std::int64_t top, std::int64_t left,
                                 const kernels::KernelTable& table, std::int64_t chunk)
    : in(in_), out(out_), matrix(table, in_.channels, out_.channels)
{
    tiles.height = in.height;
    tiles.width = in.width;
    tiles.lanes = in.lanes;
    tiles.top = top;
    tiles.left = left;
    tiles.tileRows = (out.height + 1) / 2;
    tiles.tileColumns = (out.width + 1) / 2;
    // As many tiles as stay in the cache, transformed; more where each group reads weights that do not stay there. Two
    // threads share an even number of groups.
    constexpr std::int64_t kCached = 1 << 16, kFew = 24, kMost = 96;
    const bool many = kNumbers * matrix.floats() > kManyWeights;
    const std::int64_t floats = kNumbers * (in.lanes + out.lanes);
    const std::int64_t most = many ? kMost : std::clamp(kCached / floats, kFew, kMost);
    if (tilesPerImage() > most || (tilesPerImage() >= 2 * kFew && !many))
        groups = ((tilesPerImage() + most - 1) / most + 1) / 2 * 2;
    else
        images = std::clamp<std::int64_t>(most / tilesPerImage(), 1, chunk);
    together = (images * tilesPerImage() + groups - 1) / groups;
    for (std::int64_t t = 0; t < together; ++t) {
        inOffset.push_back(static_cast<std::int32_t>(t * in.lanes));
        outOffset.push_back(static_cast<std::int32_t>(t * out.lanes));
    }
    for (std::int64_t c = 0; c < in.channels; ++c)
        depthOffset.push_back(static_cast<std::int32_t>(c));
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
    float* const products = windows + kNumbers * plane(in.lanes);
    eachGroup(run, [&](std::int64_t first, std::int64_t n) {
        run.kernels().winogradWindows(inTiles(first, n), source, windows);
        for (std::int64_t i = 0; i < kNumbers; ++i) {
            kernels::ProductArgs a{};
            a.in = windows + i * plane(in.lanes);
            a.out = products + i * plane(out.lanes);
            a.weights = weights + i * matrix.floats();
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
                               const kernels::KernelTable& table, std::int64_t chunk, Ways wanted)
{
    m_table = &table;
    const bool exists = g.kernelHeight == 3 && g.kernelWidth == 3 && g.strideHeight == 1 && g.strideWidth == 1 &&
                        g.dilationHeight == 1 && g.dilationWidth == 1 && g.groups == 1 && in.lanes % table.width == 0;
    if (!exists)
        return;
    const auto direct = [&table](const Layout& from, const Layout& to) {
        return to.pixels() * 9 * from.channels * (to.lanes / table.width);
    };
    m_ways.forward = wanted.forward && vectorSteps(in, out, table.width) < direct(in, out);
    if (!m_ways.forward)
        return;
    m_forward = Filter(in, out, g.padTop, g.padLeft, table, chunk);
    std::int64_t back = direct(out, in);
    if (KernelRows::fits(g, in, table))
        back = std::min(back, KernelRows::vectorSteps(g, in, out, table));
    m_ways.inputGradient = wanted.inputGradient && vectorSteps(out, in, table.width) < back;
    if (m_ways.inputGradient) // the window turned round slides over the gradient
        m_back = Filter(out, in, 2 - g.padTop, 2 - g.padLeft, table, chunk);
    // The sums stay in the second cache; each group loads and stores them, and in the end they are transformed.
    constexpr std::int64_t kMostSums = 1 << 18, kPerGroup = 2, kAtTheEnd = 3;
    const std::int64_t sums = kNumbers * m_forward.matrix.floats();
    const std::int64_t rounds =
        kPerGroup * ((chunk + m_forward.images - 1) / m_forward.images) * m_forward.groups + kAtTheEnd;
    m_ways.weightGradient =
        wanted.weightGradient && sums <= kMostSums &&
        chunk * vectorSteps(in, out, table.width) + rounds * sums / table.width < chunk * direct(in, out);
}

std::int64_t WinogradProducts::forwardWork() const
{
    return vectorSteps(m_forward.in, m_forward.out, m_table->width) * m_table->width;
}

std::int64_t WinogradProducts::forwardFloats() const
{
    return m_ways.forward ? kNumbers * m_forward.matrix.floats() : 0;
}

std::int64_t WinogradProducts::derivedFloats() const
{
    return forwardFloats() + (m_ways.inputGradient ? kNumbers * m_back.matrix.floats() : 0);
}

std::int64_t WinogradProducts::Filter::tilesPerImage() const
{
    return tilesOf(out);
}

std::int64_t WinogradProducts::Filter::scratchFloats() const
{
    return kNumbers * (plane(in.lanes) + plane(out.lanes));
}

std::int64_t WinogradProducts::scratchBytes() const
{
    std::int64_t floats = 0;
    if (m_ways.forward)
        floats = m_forward.scratchFloats();
    if (m_ways.inputGradient)
        floats = std::max(floats, m_back.scratchFloats());
    if (m_ways.weightGradient)
        floats = std::max(floats,
                          m_forward.scratchFloats() + kNumbers * m_forward.matrix.floats() + m_forward.matrix.columns);
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
    // Added up transformed over the images of the call. The sixth number of a tile is the sum of its pixels.
    constexpr std::int64_t kTileSum = 5;
    const Filter& f = m_forward;
    auto* const windows = reinterpret_cast<float*>(run.scratch);
    float* const gradients = windows + kNumbers * f.plane(f.in.lanes);
    float* const sums = gradients + kNumbers * f.plane(f.out.lanes);
    float* const biasSums = sums + kNumbers * f.matrix.floats();
    bool any = false;
    f.eachGroup(run, [&](std::int64_t first, std::int64_t n) {
        run.kernels().winogradWindows(f.inTiles(first, n), in, windows);
        run.kernels().winogradGradients(f.outTiles(first, n), outGradient, gradients);
        for (std::int64_t i = 0; i < kNumbers; ++i) {
            kernels::WeightGradientArgs a{};
            a.in = windows + i * f.plane(f.in.lanes);
            a.outGradient = gradients + i * f.plane(f.out.lanes);
            a.weightGradient = sums + i * f.matrix.floats();
            a.biasGradient = biasGradient && i == kTileSum ? biasSums : nullptr;
            a.inOffset = f.inOffset.data();
            a.outOffset = f.outOffset.data();
            a.depthOffset = f.depthOffset.data();
            a.pixels = n;
            a.depth = f.matrix.depth;
            a.columns = f.matrix.columns;
            a.accumulate = any;
            run.kernels().weightGradient(a);
        }
        any = true;
    });
    run.kernels().winogradWeightGradient(sums, weightGradient, f.matrix.depth, f.matrix.columns, !run.firstOfSlot);
    if (biasGradient)
        run.kernels().scaleAdd(biasSums, 1, biasGradient, f.matrix.columns, !run.firstOfSlot);
}

/// Turned round, the first and the last of the numbers along each direction change places; in and out change theirs.
void WinogradProducts::derive(const float* packed, float* derived) const
{
    m_table->winogradWeights(packed, derived, m_forward.matrix.depth, m_forward.matrix.columns);
    if (!m_ways.inputGradient)
        return;
    const auto turned = [](std::int64_t i) { return i == 0 ? 3 : i == 3 ? 0 : i; };
    const PackedMatrix &from = m_forward.matrix, &to = m_back.matrix;
    for (std::int64_t i = 0; i < kNumbers; ++i)
        transpose(*m_table, from, derived + i * from.floats(), 0, to,
                  derived + forwardFloats() + (turned(i / 4) * 4 + turned(i % 4)) * to.floats(), 0, 0, from.depth,
                  to.depth);
}

} // namespace convarium::engine
