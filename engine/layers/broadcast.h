// What the merges share that join their inputs number by number: sizes of 1 stretch.
#pragma once

#include "engine/layers/reference.h"
#include "engine/ops/op_graph_builder.h"

namespace convarium::engine
{

/// Along each axis the size of the first input that is not stretched.
struct BroadcastFormulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        LayerFormulas<I> f;
        std::vector<bool> stretches;
        for (std::size_t k = 0; k < c.inputs.size(); ++k)
            for (int d = 0; d < c.inputShapes[k].rank(); ++d) {
                const auto axis = static_cast<std::size_t>(d);
                const bool one = c.inputShapes[k][d] == 1;
                if (axis == f.output.sizes.size()) {
                    f.output.sizes.push_back(c.inputs[k].sizes[axis]);
                    stretches.push_back(one);
                } else if (stretches[axis] && !one) {
                    f.output.sizes[axis] = c.inputs[k].sizes[axis];
                    stretches[axis] = false;
                }
            }
        return f;
    }
};

/// The element of an input that meets element i of the output; both in logical order.
std::int64_t broadcastElement(const Shape& input, const Shape& output, std::int64_t i);

/// Op has value(a, b), byLeft(a, b) and byRight(a, b), the derivatives. Several inputs: f(f(a, b), c).
template <class Op>
struct BroadcastReference {
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        forEachElement(call.output, call.only(Focus::Of::Output), [&](std::int64_t n, std::int64_t i) {
            T left = at(call, 0, n, i);
            for (std::size_t k = 1; k < call.inputs.size(); ++k)
                left = Op::value(left, at(call, k, n, i));
            call.output.flat(n, i) = left;
        });
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        std::vector<T> left(call.inputs.size());
        const auto give = [&](std::size_t k, std::int64_t n, std::int64_t i, T gradient) {
            if (wanted(call.inputGradients, k))
                call.inputGradients[k].flat(n, broadcastElement(call.inputs[k].shape(), call.output.shape(), i)) +=
                    gradient;
        };
        const Only only = call.only(Focus::Of::InputGradient);
        const auto isWanted = [&](std::int64_t n, std::int64_t i) {
            for (std::size_t k = 0; k < left.size(); ++k)
                if (wanted(call.inputGradients, k) &&
                    !only.skips(n, broadcastElement(call.inputs[k].shape(), call.output.shape(), i)))
                    return true;
            return false;
        };
        forEachElement(call.output, [&](std::int64_t n, std::int64_t i) {
            if (!isWanted(n, i))
                return;
            left[0] = at(call, 0, n, i);
            for (std::size_t k = 1; k < left.size(); ++k)
                left[k] = Op::value(left[k - 1], at(call, k, n, i));
            T gradient = call.outputGradient.flat(n, i);
            for (std::size_t k = left.size(); k-- > 1;) {
                const T right = at(call, k, n, i);
                give(k, n, i, gradient * Op::byRight(left[k - 1], right));
                gradient *= Op::byLeft(left[k - 1], right);
            }
            give(0, n, i, gradient);
        });
    }

private:
    template <class T>
    static T at(const ReferenceCall<T>& call, std::size_t k, std::int64_t n, std::int64_t i)
    {
        return call.inputs[k].flat(n, broadcastElement(call.inputs[k].shape(), call.output.shape(), i));
    }
};

/// Do all shapes fit together? title: "Multiply".
Result<void> checkBroadcast(const std::string& title, std::span<const Shape> inputs);
/// The names of the inputs, those with fewer axes than the output brought to as many.
std::vector<std::string> onnxBroadcast(const OnnxCall& call);
/// Likewise as PyTorch expressions: "{0}", "{1}[..., None, None]".
std::vector<std::string> torchBroadcast(const TorchCall& call);

/// A merge to which only the words are missing. torchWord: an operator (" * ") or a function of two
/// ("torch.maximum"). most: inputs it takes.
LayerDescriptor broadcastLayer(const std::string& id, const std::string& title, kernels::Binary function,
                               const std::string& onnxName, const std::string& torchWord, int most);

} // namespace convarium::engine
