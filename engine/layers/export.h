// What a layer's export hooks are written with: the layer stated in ONNX and in PyTorch. Hooks know no file format; the
// writers in engine/io implement the builder and own names, weights and text.
#pragma once

#include "engine/graph/params.h"
#include "engine/tensor/shape.h"

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace convarium::engine
{

/// One attribute of an ONNX node.
struct OnnxAttribute {
    std::string name;
    std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>> value;
};

/// Takes the ONNX nodes of one layer, default domain, opset 17. Values are names; the batch is axis 0 of every value.
class OnnxBuilder
{
public:
    virtual ~OnnxBuilder() = default;
    /// One operator with one output, whose name is returned. An empty input name leaves an optional input out.
    virtual std::string add(const std::string& op, const std::vector<std::string>& inputs,
                            const std::vector<OnnxAttribute>& attributes = {}) = 0;
    /// The layer's own tensor, logical order, as it stands in the descriptor. The writer sees to names and orders that
    /// an imported network brought along. `shape` (as many elements) asks for another shape: {64, 1, 1} for a slope.
    virtual std::string tensor(const std::string& key) = 0;
    virtual std::string tensor(const std::string& key, const Shape& shape) = 0;
    /// Numbers that belong to the operator, not to the weights: limits, scales. A rank of 0 is a scalar.
    virtual std::string constant(const Shape& shape, const std::vector<float>& values) = 0;
    /// A list of whole numbers: pads, axes, a new shape.
    virtual std::string integers(const std::vector<std::int64_t>& values) = 0;
};

struct OnnxCall {
    OnnxBuilder* builder = nullptr;
    const Params* params = nullptr;
    std::vector<std::string> inputs; ///< names, by slot
    std::vector<Shape> inputShapes;  ///< without the batch
    Shape outputShape;
};

/// A layer as PyTorch code (torch 1.13 and newer; `nn` is torch.nn, `F` is torch.nn.functional).
struct TorchCode {
    /// What the constructor assigns to the layer's attribute: "nn.Conv2d(1, 6, 5, padding=2)". Empty: no attribute.
    std::string module;
    /// Expression in forward(): {self} is the attribute, {0}, {1} ... are the inputs, {all} all of them, separated by
    /// commas: "{self}({0})", "torch.cat(({all}), 1)".
    std::string call = "{self}({0})";
    /// Key of each tensor of the layer in the attribute's state dict: {"gamma", "weight"}. An empty text: the attribute
    /// itself is the parameter. Shapes are those of the descriptor.
    std::vector<std::pair<std::string, std::string>> tensors;
};

struct TorchCall {
    const Params* params = nullptr;
    std::vector<Shape> inputShapes; ///< without the batch
    Shape outputShape;
};

/// "3" where all are equal, else "(3, 5)".
std::string torchTuple(const std::vector<std::int64_t>& values);

} // namespace convarium::engine
