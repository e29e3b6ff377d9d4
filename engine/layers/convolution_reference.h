// The reference passes of everything that slides kernels over maps: plain, depthwise, separable and transposed
// convolution. `in` is the side the window slides over, `out` has one place per window; weight: maps out, maps in /
// groups, kernel height, kernel width.
#pragma once

#include "engine/layers/reference.h"
#include "engine/layers/window.h"

#include <vector>

namespace convarium::engine
{

/// Calls f(map out, y, x, map within its group, map in, ky, kx, y in, x in) for every product.
template <class F>
void forEachTap(const WindowGeometry& g, const Shape& in, const Shape& out, F f)
{
    const std::int64_t mapsIn = in[0] / g.groups;
    const std::int64_t mapsOut = out[0] / g.groups;
    for (std::int64_t o = 0; o < out[0]; ++o)
        for (std::int64_t y = 0; y < out[1]; ++y)
            for (std::int64_t x = 0; x < out[2]; ++x)
                forEachCell(g, in, y, x, [&](std::int64_t ky, std::int64_t kx, std::int64_t iy, std::int64_t ix) {
                    for (std::int64_t c = 0; c < mapsIn; ++c)
                        f(o, y, x, c, o / mapsOut * mapsIn + c, ky, kx, iy, ix);
                });
}

inline std::size_t flatPlace(const Shape& shape, std::int64_t map, std::int64_t y, std::int64_t x)
{
    return static_cast<std::size_t>((map * shape[1] + y) * shape[2] + x);
}

/// out (+)= bias[o] + sum over the window of w[o, c, ky, kx] * in[c + first map of o's group, ...]; bias may be null.
template <class T>
void gatherWindows(const WindowGeometry& g, const TensorView<const T>& in, const TensorView<const T>& weight,
                   const TensorView<const T>* bias, const TensorView<T>& out, bool add = false)
{
    std::vector<double> sums(static_cast<std::size_t>(out.elements()));
    const std::int64_t area = out.shape()[1] * out.shape()[2];
    for (std::int64_t n = 0; n < in.batch(); ++n) {
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] = bias ? bias->at(0, static_cast<std::int64_t>(i) / area) : T(0);
        forEachTap(g, in.shape(), out.shape(),
                   [&](auto o, auto y, auto x, auto c, auto map, auto ky, auto kx, auto iy, auto ix) {
                       sums[flatPlace(out.shape(), o, y, x)] +=
                           static_cast<double>(element(weight, o, c, ky, kx)) * in.at(n, map, iy, ix);
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
                    const TensorView<const T>* bias, const TensorView<T>& in, bool add)
{
    std::vector<double> sums(static_cast<std::size_t>(in.elements()));
    const std::int64_t area = in.shape()[1] * in.shape()[2];
    for (std::int64_t n = 0; n < in.batch(); ++n) {
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] = bias ? bias->at(0, static_cast<std::int64_t>(i) / area) : T(0);
        forEachTap(g, in.shape(), out.shape(),
                   [&](auto o, auto y, auto x, auto c, auto map, auto ky, auto kx, auto iy, auto ix) {
                       sums[flatPlace(in.shape(), map, iy, ix)] +=
                           static_cast<double>(element(weight, o, c, ky, kx)) * out.at(n, o, y, x);
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
                       const TensorView<T>& weightGradient)
{
    const Shape& shape = weightGradient.shape();
    std::vector<double> sums(static_cast<std::size_t>(weightGradient.elements()));
    for (std::int64_t n = 0; n < in.batch(); ++n)
        forEachTap(g, in.shape(), out.shape(),
                   [&](auto o, auto y, auto x, auto c, auto map, auto ky, auto kx, auto iy, auto ix) {
                       sums[static_cast<std::size_t>(((o * shape[1] + c) * shape[2] + ky) * shape[3] + kx)] +=
                           static_cast<double>(in.at(n, map, iy, ix)) * out.at(n, o, y, x);
                   });
    for (std::size_t i = 0; i < sums.size(); ++i)
        addTo(weightGradient.flat(0, static_cast<std::int64_t>(i)), sums[i]);
}

/// biasGradient[map] += sum over images and places of gradient.
template <class T>
void addBiasGradient(const TensorView<const T>& gradient, const TensorView<T>& biasGradient)
{
    const std::int64_t area = gradient.shape()[1] * gradient.shape()[2];
    std::vector<double> sums(static_cast<std::size_t>(gradient.shape()[0]));
    forEachElement(gradient, [&](std::int64_t n, std::int64_t i) {
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
                     call.output);
}

template <class T>
void convolutionBackward(const WindowGeometry& g, const ReferenceCall<T>& call)
{
    if (wanted(call.inputGradients, 0))
        scatterWindows<T>(g, call.outputGradient, call.tensors[0], nullptr, call.inputGradients[0], true);
    if (wanted(call.tensorGradients, 0))
        addWeightGradient<T>(g, call.inputs[0], call.outputGradient, call.tensorGradients[0]);
    if (wanted(call.tensorGradients, 1))
        addBiasGradient<T>(call.outputGradient, call.tensorGradients[1]);
}

} // namespace convarium::engine
