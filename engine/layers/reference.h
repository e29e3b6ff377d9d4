// Small helpers of the layers' reference functions. Sums run in double whatever the scalar is, so that the float
// reference is a good model for the fast kernels.
#pragma once

#include "engine/layers/layer.h"

namespace convarium::engine
{

/// Calls f(image, element) for all numbers; element in logical order.
template <class T, class F>
void forEachElement(const TensorView<T>& view, F f)
{
    const std::int64_t count = view.elements();
    for (std::int64_t n = 0; n < view.batch(); ++n)
        for (std::int64_t i = 0; i < count; ++i)
            f(n, i);
}

/// The same for the numbers that are wanted.
template <class T, class F>
void forEachElement(const TensorView<T>& view, const Only& only, F f)
{
    if (only.image >= 0 && only.element >= 0)
        return f(only.image, only.element);
    forEachElement(view, [&](std::int64_t n, std::int64_t i) {
        if (!only.skips(n, i))
            f(n, i);
    });
}

/// Calls f(image, element) where each number of the output and of input 0's gradient depends on its own place alone.
template <class T, class F>
void forEachPlace(const ReferenceCall<T>& call, F f)
{
    const bool own = call.focus.of == Focus::Of::Output || call.focus.of == Focus::Of::InputGradient;
    forEachElement(call.output, own ? call.focus.only : Only(), f);
}

/// For layers that join the maps at each place: is any number of image n at place p wanted?
template <class T>
bool wantsPlace(const ReferenceCall<T>& call, Focus::Of of, std::int64_t n, std::int64_t p)
{
    const Only only = call.only(of);
    const std::int64_t places = call.output.elements() / call.output.shape().channels();
    return !only.skips(n, only.element) && (only.element < 0 || only.element % places == p);
}

/// Element (i, j) of a tensor of rank 2 and (i, j, k, l) of one of rank 4 without a batch.
template <class T>
T& element(const TensorView<T>& v, std::int64_t i, std::int64_t j)
{
    return v.data()[i * v.stride(0) + j * v.stride(1)];
}
template <class T>
T& element(const TensorView<T>& v, std::int64_t i, std::int64_t j, std::int64_t k, std::int64_t l)
{
    return v.data()[i * v.stride(0) + j * v.stride(1) + k * v.stride(2) + l * v.stride(3)];
}

/// Does the caller want this gradient?
template <class T>
bool wanted(const std::vector<TensorView<T>>& gradients, std::size_t i)
{
    return i < gradients.size() && gradients[i].data() != nullptr;
}

/// Adds a sum to a gradient.
template <class T>
void addTo(T& gradient, const std::type_identity_t<Wide<T>>& sum)
{
    gradient = static_cast<T>(wide(gradient) + sum);
}

/// The output has the shape of the (first) input and there are no weights.
struct SameShapeFormulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        LayerFormulas<I> f;
        f.output = c.inputs[0];
        return f;
    }
};

/// A layer that is one expression without an attribute: "torch.relu({0})".
inline void setTorchCall(LayerDescriptor& d, const std::string& expression)
{
    d.torch = [expression](const TorchCall&) {
        TorchCode code;
        code.call = expression;
        return code;
    };
}

inline Result<void> anyShape(std::span<const Shape>, const Params&)
{
    return {};
}

inline std::vector<TensorInfo> noTensors(std::span<const Shape>, const Params&)
{
    return {};
}

} // namespace convarium::engine
