// The reference pass of layer, instance and group normalisation: every set of numbers of an image gets mean 0 and
// deviation 1, then each number is scaled and shifted.
#pragma once

#include "engine/layers/reference.h"

#include <cmath>
#include <vector>

namespace convarium::engine
{

enum ImageNormTensors { ImageNormGamma, ImageNormBeta };

/// Sets: struct { using Place = std::int64_t;
///   static std::int64_t count(const Params&, const Shape&);                    number of sets in an image
///   static std::int64_t setOf(const Params&, const Shape&, std::int64_t i);     the set of element i (logical order)
///   static std::int64_t scaleOf(const Params&, const Shape&, std::int64_t i); } its place in gamma and beta
template <class Sets>
struct ImageNormReference {
    template <class W>
    struct Statistics {
        W mean = 0, variance = 0, inverse = 0;
        double count = 0;
        W sum = 0, product = 0; ///< of the gradients of the normalised numbers, and of those times the numbers
    };

    template <class T>
    static std::vector<Statistics<Wide<T>>> statistics(const ReferenceCall<T>& call, std::int64_t n)
    {
        using std::sqrt;
        const auto& in = call.inputs[0];
        const Params& p = *call.params;
        std::vector<Statistics<Wide<T>>> sets(static_cast<std::size_t>(Sets::count(p, in.shape())));
        const auto of = [&](std::int64_t i) -> Statistics<Wide<T>>& {
            return sets[static_cast<std::size_t>(Sets::setOf(p, in.shape(), i))];
        };
        for (std::int64_t i = 0; i < in.elements(); ++i) {
            of(i).mean += in.flat(n, i);
            ++of(i).count;
        }
        for (Statistics<Wide<T>>& s : sets)
            s.mean = called(s.mean / s.count, "mean");
        for (std::int64_t i = 0; i < in.elements(); ++i) {
            const Wide<T> d = in.flat(n, i) - of(i).mean;
            of(i).variance += d * d;
        }
        for (Statistics<Wide<T>>& s : sets)
            s.inverse = 1 / called(sqrt(called(s.variance / s.count, "variance") + p.real("epsilon")), "deviation");
        return sets;
    }

    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        const auto& in = call.inputs[0];
        const bool affine = !call.tensors.empty();
        for (std::int64_t n = 0; n < in.batch(); ++n) {
            const std::vector<Statistics<Wide<T>>> sets = statistics(call, n);
            for (std::int64_t i = 0; i < in.elements(); ++i) {
                const Statistics<Wide<T>>& s = sets[static_cast<std::size_t>(Sets::setOf(*call.params, in.shape(), i))];
                Wide<T> x = (in.flat(n, i) - s.mean) * s.inverse;
                if (affine) {
                    const std::int64_t place = Sets::scaleOf(*call.params, in.shape(), i);
                    x = x * call.tensors[ImageNormGamma].flat(0, place) + call.tensors[ImageNormBeta].flat(0, place);
                }
                call.output.flat(n, i) = static_cast<T>(x);
            }
        }
    }

    /// dx = (g - mean of g - xhat * mean of g xhat) / deviation with g = gamma dy.
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        const auto& in = call.inputs[0];
        const Params& p = *call.params;
        const bool affine = !call.tensors.empty();
        for (std::int64_t n = 0; n < in.batch(); ++n) {
            std::vector<Statistics<Wide<T>>> sets = statistics(call, n);
            std::vector<Wide<T>> gradients(static_cast<std::size_t>(in.elements()));
            for (std::int64_t i = 0; i < in.elements(); ++i) {
                Statistics<Wide<T>>& s = sets[static_cast<std::size_t>(Sets::setOf(p, in.shape(), i))];
                const Wide<T> x = (in.flat(n, i) - s.mean) * s.inverse;
                const Wide<T> dy = call.outputGradient.flat(n, i);
                Wide<T>& g = gradients[static_cast<std::size_t>(i)];
                g = dy;
                if (affine) {
                    const std::int64_t place = Sets::scaleOf(p, in.shape(), i);
                    g = dy * call.tensors[ImageNormGamma].flat(0, place);
                    if (wanted(call.tensorGradients, ImageNormGamma))
                        addTo(call.tensorGradients[ImageNormGamma].flat(0, place), dy * x);
                    if (wanted(call.tensorGradients, ImageNormBeta))
                        addTo(call.tensorGradients[ImageNormBeta].flat(0, place), dy);
                }
                s.sum += g;
                s.product += g * x;
            }
            if (!wanted(call.inputGradients, 0))
                continue;
            for (Statistics<Wide<T>>& s : sets) {
                s.sum = called(s.sum / s.count, "mean gradient");
                s.product = called(s.product / s.count, "mean product");
            }
            for (std::int64_t i = 0; i < in.elements(); ++i) {
                const Statistics<Wide<T>>& s = sets[static_cast<std::size_t>(Sets::setOf(p, in.shape(), i))];
                const Wide<T> x = (in.flat(n, i) - s.mean) * s.inverse;
                addTo(call.inputGradients[0].flat(n, i),
                      s.inverse * (gradients[static_cast<std::size_t>(i)] - s.sum - x * s.product));
            }
        }
    }
};

/// gamma (ones) and beta (zeros) of this shape.
inline std::vector<TensorInfo> scaleAndShift(const Shape& shape)
{
    TensorInfo gamma, beta;
    gamma.key = "gamma";
    beta.key = "beta";
    gamma.shape = beta.shape = shape;
    gamma.initializer = Initializer::Ones;
    return {gamma, beta};
}

} // namespace convarium::engine
