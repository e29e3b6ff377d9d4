// Everything anyone needs to know about a kind of layer, in one value. One file per layer fills one in.
#pragma once

#include "engine/core/result.h"
#include "engine/core/rng.h"
#include "engine/core/traced_real.h"
#include "engine/graph/formula.h"
#include "engine/graph/graph_spec.h"
#include "engine/layers/export.h"
#include "engine/tensor/tensor.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace convarium::engine
{

class OpGraphBuilder;

/// List: whole numbers, stored as a text with commas ("1,28,28").
enum class ParamType { Integer, Real, Flag, Choice, List };

/// One setting of a layer: what the inspector shows, the loader accepts and validation checks.
struct ParamInfo {
    std::string key;
    std::string title; ///< "Filters"
    ParamType type = ParamType::Integer;
    ParamValue defaultValue;
    double minimum = 0, maximum = 0;       ///< inclusive, for Integer and Real, and for each number of a List
    std::string unit;                      ///< "pixels", "maps"; may be empty
    std::string help;                      ///< one sentence
    std::vector<std::string> choices;      ///< for Choice
    int minItems = 0, maxItems = kMaxRank; ///< for List
    /// Parameters that the inspector shows side by side and can link ("kernelHeight" names "kernelWidth").
    std::string pairedWith;
    /// Shown only while parameter `key` has value `value`: {"padding", "explicit"}. Empty: always.
    std::pair<std::string, std::string> visibleWhen;
};

/// How a weight starts. Keyed by node id, so editing one layer leaves the others' start alone.
enum class Initializer { HeNormal, GlorotUniform, Zeros, Ones, Quarter };

/// A tensor that a layer with these inputs and settings owns.
struct TensorInfo {
    std::string key; ///< "weight", "bias", "runningMean"; saved as `id.key`
    TensorRole role = TensorRole::Weight;
    Shape shape; ///< convolution: maps out, maps in / groups, kernel height, kernel width; dense: units, inputs
    Initializer initializer = Initializer::Zeros;
    std::int64_t fanIn = 0, fanOut = 0;
    bool decay = false; ///< weight decay applies (kernels yes, biases and normalisation no)
};

/// Shape whose sizes are formulas.
template <class I>
struct FormulaShape {
    std::vector<I> sizes; ///< logical order, without the batch
};

/// What a formula may read.
template <class I>
struct FormulaContext {
    std::vector<FormulaShape<I>> inputs; ///< named "maps in", "height in", "width in" / "numbers in"
    const Params* params = nullptr;
    std::span<const Shape> inputShapes;
    /// Integer parameter as a named quantity; name is what the learner reads ("kernel", "stride", "filters").
    [[nodiscard]] I integer(const std::string& key, const std::string& name) const
    {
        return named(params->integer(key), name);
    }
    [[nodiscard]] static I named(std::int64_t value, const std::string& name)
    {
        if constexpr (std::is_same_v<I, Traced>)
            return Traced(Checked(value), name);
        else
            return I(value);
    }
};

/// All counted quantities of a layer. macs: multiply-accumulates of convolution and dense weights for one image.
template <class I>
struct LayerFormulas {
    FormulaShape<I> output;
    I weights = I(0);    ///< parameters of role Weight
    I statistics = I(0); ///< running mean and variance
    I macs = I(0);
};

/// Random numbers a layer may use: the same for the same image, whatever the batch or chunk it is in.
struct LayerRandomness {
    std::uint64_t seed = 1;
    NodeId node = 0;
    std::uint32_t step = 0;
    std::span<const std::uint32_t> imageIndices; ///< index in the data set of every image of the batch
};

/// One number of a tensor: which image, which element in logical order. -1: all of them.
struct Only {
    std::int64_t image = -1, element = -1;
    [[nodiscard]] bool skips(std::int64_t n, std::int64_t i) const
    {
        return (image >= 0 && image != n) || (element >= 0 && element != i);
    }
};

/// What a caller wants to know who takes one number apart: the reference may leave all others out. A layer that
/// computes them all the same is right, only slower.
struct Focus {
    enum class Of : std::uint8_t { Everything, Output, InputGradient, TensorGradient };
    Of of = Of::Everything;
    Only only;
};

/// One call of the reference implementation on a whole batch. Views may have any layout.
template <class T>
struct ReferenceCall {
    const Params* params = nullptr;
    bool training = false; ///< batch norm uses batch statistics, dropout drops
    LayerRandomness random;
    std::vector<TensorView<const T>> inputs;
    std::vector<TensorView<const T>> tensors; ///< in the order of LayerDescriptor::tensors; batch() is 1
    TensorView<T> output;
    /// Forward in training: updated statistics are written here, in the order of `tensors` (empty views for others).
    std::vector<TensorView<T>> newStatistics;
    // Backward only. Gradients are added to what is there; a view with null data is not wanted.
    TensorView<const T> outputGradient;
    std::vector<TensorView<T>> inputGradients;
    std::vector<TensorView<T>> tensorGradients;
    Focus focus; ///< on a gradient: only that gradient's view has data
    /// The number that is wanted of the output or of one of the gradients.
    [[nodiscard]] Only only(Focus::Of of) const { return focus.of == of ? focus.only : Only(); }
};

template <class T>
struct ReferenceFunctions {
    void (*forward)(const ReferenceCall<T>&) = nullptr;
    void (*backward)(const ReferenceCall<T>&) = nullptr; ///< reads inputs, tensors, output, outputGradient
};

/// A small case that tests run gradient, shape, executor, save and load checks on.
struct LayerSample {
    std::string name;
    std::vector<Shape> inputs;
    Params params; ///< differences from the defaults
};

/// Which part of a node's id goes on: ids of the lowered values of its inputs, and what lower() returns.
struct LowerCall {
    OpGraphBuilder* builder = nullptr;
    NodeId node = kNoNode;
    const Params* params = nullptr;
    std::vector<int> inputs; ///< value ids
    std::vector<Shape> inputShapes;
    Shape outputShape;
    bool frozen = false;
    bool training = false;           ///< else for evaluation: running statistics, no dropout
    std::vector<TensorInfo> tensors; ///< of the node, filled by the driver
};

/// What one output place sees of the layer's input, for the receptive field.
struct SeenWindow {
    std::int64_t kernelHeight = 1, kernelWidth = 1;
    std::int64_t dilationHeight = 1, dilationWidth = 1;
    std::int64_t strideHeight = 1, strideWidth = 1;
    std::int64_t spreadHeight = 1, spreadWidth = 1; ///< how many output places stand for one of the input (upsampling)
    /// Where the window of the first output place begins, in steps of 1 / spread: minus the padding.
    std::int64_t startHeight = 0, startWidth = 0;
    /// From the beginning of a window to its last place, in the same steps; -1: what kernel and dilation say.
    std::int64_t reachHeight = -1, reachWidth = -1;
    bool everything = false; ///< each output depends on the whole input (Dense)
};

struct LayerDescriptor {
    std::string id; ///< "conv2d": stable, saved in files
    int version = 1;
    std::string title;     ///< "Conv2D"
    std::string family;    ///< "data", "convolution", "pooling", "activation", "normalise", "dense", "merge"
    std::string icon;      ///< name of an icon in resources/icons
    std::string shortName; ///< prefix of automatic node names: "C"
    std::string help;      ///< one or two sentences: what it does and what for
    std::string paper;     ///< author, title, year, identifier; empty for what has no single source
    int minInputs = 1;
    int maxInputs = 1; ///< merges: 64
    /// Images enter the network here (Input). A layer without inputs that is none is a constant.
    bool isInput = false;
    std::vector<ParamInfo> parameters;
    /// Words for a card: "16 filters 5×5, valid".
    std::function<std::string(const Params&)> summary;
    /// Faults beyond the parameter ranges. Called before the formulas; inputs are known.
    std::function<Result<void>(std::span<const Shape> inputs, const Params&)> check;
    std::function<LayerFormulas<Checked>(const FormulaContext<Checked>&)> formulas;
    std::function<LayerFormulas<Traced>(const FormulaContext<Traced>&)> tracedFormulas;
    std::function<std::vector<TensorInfo>(std::span<const Shape> inputs, const Params&)> tensors;
    /// Computed in place of its input by the textbook memory model (pointwise, Dropout, Flatten).
    bool inPlace = false;
    /// The output is the input's numbers in another shape (Flatten): never a tensor of its own.
    bool isView = false;
    /// Null: each output place sees its own place only (pointwise layers, merges).
    std::function<SeenWindow(std::span<const Shape> inputs, const Params&)> seen;
    /// Makes sense as the last layer only (Softmax): one that feeds further layers is worth a hint.
    bool belongsAtEnd = false;
    /// Sets negative numbers to zero, also in backward: a unit that is never above zero learns nothing any more.
    bool rectifies = false;
    /// Lowest and highest output of a function that is flat at both ends: there it learns hardly anything.
    std::optional<std::pair<double, double>> squashesTo;
    /// Tensor "weight" holds a kernel for each pair of maps (maps out, maps in, height, width): people may draw them.
    bool hasKernels = false;
    /// Docked below its producer on the canvas (activation, BatchNorm, Dropout).
    bool docks = false;
    ReferenceFunctions<float> reference;
    ReferenceFunctions<double> referenceDouble;
    ReferenceFunctions<TracedReal> referenceTraced; ///< for engine/explain
    /// Adds ops to the builder and returns the output value's id. Null: the layer runs as one `reference` op.
    std::function<int(const LowerCall&)> lower;
    /// States the layer in ONNX operators and returns the name of its value.
    std::function<std::string(const OnnxCall&)> onnx;
    std::function<TorchCode(const TorchCall&)> torch;
    /// Why one of the two hooks is missing; empty where both are there.
    std::string notExportable;
    std::vector<LayerSample> samples;
};

/// Fills both formula members from one template: struct F { template <class I> static LayerFormulas<I> eval(const
/// FormulaContext<I>&); }.
template <class F>
void setFormulas(LayerDescriptor& d)
{
    d.formulas = [](const FormulaContext<Checked>& c) { return F::template eval<Checked>(c); };
    d.tracedFormulas = [](const FormulaContext<Traced>& c) { return F::template eval<Traced>(c); };
}

/// Fills all reference members from one template: struct R { template <class T> static void forward(const
/// ReferenceCall<T>&); ... backward }.
template <class R>
void setReference(LayerDescriptor& d)
{
    d.reference = {&R::template forward<float>, &R::template backward<float>};
    d.referenceDouble = {&R::template forward<double>, &R::template backward<double>};
    d.referenceTraced = {&R::template forward<TracedReal>, &R::template backward<TracedReal>};
}

/// All layers, in palette order. Built from the list that convarium_add_layer() writes.
const std::vector<LayerDescriptor>& layerRegistry();
/// Null when unknown.
const LayerDescriptor* findLayer(const std::string& id);

/// Settings with every missing key filled from the defaults; an error for unknown keys, wrong kinds and values out of
/// range.
Result<Params> completeParams(const LayerDescriptor& layer, const Params& given);
/// The same for anything with settings; title: "Conv2D", for messages.
Result<Params> completeParams(const std::string& title, std::span<const ParamInfo> parameters, const Params& given);

/// A node with default settings; name "C3" from the short name and the first free number in the graph.
Node makeNode(const GraphSpec& graph, const LayerDescriptor& layer);

} // namespace convarium::engine
