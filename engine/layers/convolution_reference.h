// The reference passes of everything that slides kernels over maps: plain, depthwise, separable and transposed
// convolution. `in` is the side the window slides over, `out` has one place per window; weight: maps out, maps in /
// groups, kernel height, kernel width.
#pragma once

#include "engine/layers/reference.h"
#include "engine/layers/window.h"

#include <algorithm>
#include <vector>

namespace convarium::engine
{

/// The products that are wanted: maps, rows and columns of both sides, places of the kernel. All by default.
struct TapRange {
    Range out, y, x, in, iy, ix, ky, kx;
};

/// The products that go into element `i` (logical order) of `shape`, the side the windows slide over or the other one.
inline TapRange tapsOfOut(const Shape& shape, std::int64_t i)
{
    TapRange r;
    if (i < 0)
        return r;
    r.out = Range::one(i / (shape[1] * shape[2]));
    r.y = Range::one(i / shape[2] % shape[1]);
    r.x = Range::one(i % shape[2]);
    return r;
}
inline TapRange tapsOfIn(const WindowGeometry& g, const Shape& shape, std::int64_t i)
{
    TapRange r;
    if (i < 0)
        return r;
    r.in = Range::one(i / (shape[1] * shape[2]));
    r.iy = Range::one(i / shape[2] % shape[1]);
    r.ix = Range::one(i % shape[2]);
    r.y = windowsOver(r.iy.first, g.kernelHeight, g.strideHeight, g.dilationHeight, g.padTop);
    r.x = windowsOver(r.ix.first, g.kernelWidth, g.strideWidth, g.dilationWidth, g.padLeft);
    return r;
}

/// Calls f(map out, y, x, map within its group, map in, ky, kx, y in, x in) for every product in the range.
template <class F>
void forEachTap(const WindowGeometry& g, const Shape& in, const Shape& out, const TapRange& r, F f)
{
    const std::int64_t mapsIn = in[0] / g.groups;
    const std::int64_t mapsOut = out[0] / g.groups;
    for (std::int64_t o = r.out.first; o < r.out.endWithin(out[0]); ++o) {
        const std::int64_t first = o / mapsOut * mapsIn; // map in of its group
        for (std::int64_t y = r.y.first; y < r.y.endWithin(out[1]); ++y)
            for (std::int64_t x = r.x.first; x < r.x.endWithin(out[2]); ++x)
                forEachCell(g, in, y, x, [&](std::int64_t ky, std::int64_t kx, std::int64_t iy, std::int64_t ix) {
                    if (!r.ky.has(ky) || !r.kx.has(kx) || !r.iy.has(iy) || !r.ix.has(ix))
                        return;
                    const std::int64_t end = std::min(mapsIn, r.in.end - first);
                    for (std::int64_t c = std::max<std::int64_t>(0, r.in.first - first); c < end; ++c)
                        f(o, y, x, c, first + c, ky, kx, iy, ix);
                });
    }
}

inline std::size_t flatPlace(const Shape& shape, std::int64_t map, std::int64_t y, std::int64_t x)
{
    return static_cast<std::size_t>((map * shape[1] + y) * shape[2] + x);
}

/// out (+)= bias[o] + sum over the window of w[o, c, ky, kx] * in[c + first map of o's group, ...]; bias may be null.
template <class T>
void gatherWindows(const WindowGeometry& g, const TensorView<const T>& in, const TensorView<const T>& weight,
                   const TensorView<const T>* bias, const TensorView<T>& out, bool add = false, const Only& only = {})
{
    std::vector<Wide<T>> sums(static_cast<std::size_t>(out.elements()));
    const std::int64_t area = out.shape()[1] * out.shape()[2];
    for (std::int64_t n = 0; n < in.batch(); ++n) {
        if (only.image >= 0 && only.image != n)
            continue;
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] = bias ? bias->at(0, static_cast<std::int64_t>(i) / area) : T(0);
        forEachTap(g, in.shape(), out.shape(), tapsOfOut(out.shape(), only.element),
                   [&](auto o, auto y, auto x, auto c, auto map, auto ky, auto kx, auto iy, auto ix) {
                       sums[flatPlace(out.shape(), o, y, x)] +=
                           wide(element(weight, o, c, ky, kx)) * in.at(n, map, iy, ix);
                   });
        for (std::size_t i = 0; i < sums.size(); ++i) {
            T& place = out.flat(n, static_cast<std::int64_t>(i));
            place = static_cast<T>(add ? place + sums[i] : sums[i]);
        }
    }
}

/// in (+)= bias[c] + what the windows of out carry back; bias may be null.
template <class T>
void scatterWindows(const WindowGeometry& g, const TensorView<const T>& out, const TensorView<const T>& weight,
                    const TensorView<const T>* bias, const TensorView<T>& in, bool add, const Only& only = {})
{
    std::vector<Wide<T>> sums(static_cast<std::size_t>(in.elements()));
    const std::int64_t area = in.shape()[1] * in.shape()[2];
    for (std::int64_t n = 0; n < in.batch(); ++n) {
        if (only.image >= 0 && only.image != n)
            continue;
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] = bias ? bias->at(0, static_cast<std::int64_t>(i) / area) : T(0);
        forEachTap(g, in.shape(), out.shape(), tapsOfIn(g, in.shape(), only.element),
                   [&](auto o, auto y, auto x, auto c, auto map, auto ky, auto kx, auto iy, auto ix) {
                       sums[flatPlace(in.shape(), map, iy, ix)] +=
                           wide(element(weight, o, c, ky, kx)) * out.at(n, o, y, x);
                   });
        for (std::size_t i = 0; i < sums.size(); ++i) {
            T& place = in.flat(n, static_cast<std::int64_t>(i));
            place = static_cast<T>(add ? place + sums[i] : sums[i]);
        }
    }
}

/// weightGradient += sum over images and windows of in * out.
template <class T>
void addWeightGradient(const WindowGeometry& g, const TensorView<const T>& in, const TensorView<const T>& out,
                       const TensorView<T>& weightGradient, const Only& only = {})
{
    const Shape& shape = weightGradient.shape();
    std::vector<Wide<T>> sums(static_cast<std::size_t>(weightGradient.elements()));
    TapRange range;
    if (const std::int64_t i = only.element; i >= 0) {
        const std::int64_t map = i / (shape[1] * shape[2] * shape[3]);
        range.out = Range::one(map);
        range.in = Range::one(map / (out.shape()[0] / g.groups) * shape[1] + i / (shape[2] * shape[3]) % shape[1]);
        range.ky = Range::one(i / shape[3] % shape[2]);
        range.kx = Range::one(i % shape[3]);
    }
    for (std::int64_t n = 0; n < in.batch(); ++n)
        forEachTap(g, in.shape(), out.shape(), range,
                   [&](auto o, auto y, auto x, auto c, auto map, auto ky, auto kx, auto iy, auto ix) {
                       sums[static_cast<std::size_t>(((o * shape[1] + c) * shape[2] + ky) * shape[3] + kx)] +=
                           wide(in.at(n, map, iy, ix)) * out.at(n, o, y, x);
                   });
    for (std::size_t i = 0; i < sums.size(); ++i)
        addTo(weightGradient.flat(0, static_cast<std::int64_t>(i)), sums[i]);
}

/// biasGradient[map] += sum over images and places of gradient.
template <class T>
void addBiasGradient(const TensorView<const T>& gradient, const TensorView<T>& biasGradient, const Only& only = {})
{
    const std::int64_t area = gradient.shape()[1] * gradient.shape()[2];
    std::vector<Wide<T>> sums(static_cast<std::size_t>(gradient.shape()[0]));
    forEachElement(gradient, [&](std::int64_t n, std::int64_t i) {
        if (!only.skips(0, i / area))
            sums[static_cast<std::size_t>(i / area)] += gradient.flat(n, i);
    });
    for (std::size_t o = 0; o < sums.size(); ++o)
        addTo(biasGradient.at(0, static_cast<std::int64_t>(o)), sums[o]);
}

/// One convolution with tensors weight and, if the layer has it, bias.
template <class T>
void convolutionForward(const WindowGeometry& g, const ReferenceCall<T>& call)
{
    gatherWindows<T>(g, call.inputs[0], call.tensors[0], call.tensors.size() > 1 ? &call.tensors[1] : nullptr,
                     call.output, false, call.only(Focus::Of::Output));
}

template <class T>
void convolutionBackward(const WindowGeometry& g, const ReferenceCall<T>& call)
{
    if (wanted(call.inputGradients, 0))
        scatterWindows<T>(g, call.outputGradient, call.tensors[0], nullptr, call.inputGradients[0], true,
                          call.only(Focus::Of::InputGradient));
    const Only only = call.only(Focus::Of::TensorGradient);
    if (wanted(call.tensorGradients, 0))
        addWeightGradient<T>(g, call.inputs[0], call.outputGradient, call.tensorGradients[0], only);
    if (wanted(call.tensorGradients, 1))
        addBiasGradient<T>(call.outputGradient, call.tensorGradients[1], only);
}

} // namespace convarium::engine
