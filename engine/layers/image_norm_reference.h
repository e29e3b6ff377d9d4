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
    struct Statistics {
        double mean = 0, variance = 0, count = 0, inverse = 0;
        double sum = 0, product = 0; ///< of the gradients of the normalised numbers, and of those times the numbers
    };

    template <class T>
    static std::vector<Statistics> statistics(const ReferenceCall<T>& call, std::int64_t n)
    {
        const auto& in = call.inputs[0];
        const Params& p = *call.params;
        std::vector<Statistics> sets(static_cast<std::size_t>(Sets::count(p, in.shape())));
        const auto of = [&](std::int64_t i) -> Statistics& {
            return sets[static_cast<std::size_t>(Sets::setOf(p, in.shape(), i))];
        };
        for (std::int64_t i = 0; i < in.elements(); ++i) {
            of(i).mean += in.flat(n, i);
            ++of(i).count;
        }
        for (Statistics& s : sets)
            s.mean /= s.count;
        for (std::int64_t i = 0; i < in.elements(); ++i) {
            const double d = in.flat(n, i) - of(i).mean;
            of(i).variance += d * d;
        }
        for (Statistics& s : sets)
            s.inverse = 1 / std::sqrt(s.variance / s.count + p.real("epsilon"));
        return sets;
    }

    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        const auto& in = call.inputs[0];
        const bool affine = !call.tensors.empty();
        for (std::int64_t n = 0; n < in.batch(); ++n) {
            const std::vector<Statistics> sets = statistics(call, n);
            for (std::int64_t i = 0; i < in.elements(); ++i) {
                const Statistics& s = sets[static_cast<std::size_t>(Sets::setOf(*call.params, in.shape(), i))];
                double x = (in.flat(n, i) - s.mean) * s.inverse;
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
            std::vector<Statistics> sets = statistics(call, n);
            std::vector<double> gradients(static_cast<std::size_t>(in.elements()));
            for (std::int64_t i = 0; i < in.elements(); ++i) {
                Statistics& s = sets[static_cast<std::size_t>(Sets::setOf(p, in.shape(), i))];
                const double x = (in.flat(n, i) - s.mean) * s.inverse;
                const double dy = call.outputGradient.flat(n, i);
                double& g = gradients[static_cast<std::size_t>(i)];
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
            for (std::int64_t i = 0; i < in.elements(); ++i) {
                const Statistics& s = sets[static_cast<std::size_t>(Sets::setOf(p, in.shape(), i))];
                const double x = (in.flat(n, i) - s.mean) * s.inverse;
                addTo(call.inputGradients[0].flat(n, i),
                      s.inverse * (gradients[static_cast<std::size_t>(i)] - s.sum / s.count - x * s.product / s.count));
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
