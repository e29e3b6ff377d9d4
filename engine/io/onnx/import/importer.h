// Builds a network from an ONNX graph, node by node. What the converters (one small function per operator) talk to.
#pragma once

#include "engine/io/onnx/import/host_tensor.h"
#include "engine/io/onnx/import/model_file.h"
#include "engine/io/onnx/import/node_view.h"
#include "engine/io/onnx/unique_names.h"
#include "engine/io/project.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace convarium::engine
{

/// How axis 0 of the graph is read. Batch: as the batch, which the network's shapes leave out. Whole: as an axis like
/// the others; the whole tensor is one sample (graphs without a batch, and those that compute with it).
enum class AxisReading { Batch, Whole };

/// A value that the network computes. Reshaping costs nothing until a layer needs the new shape: then it becomes a
/// Flatten or Reshape layer.
struct Wire {
    NodeId node = kNoNode;
    Shape actual;      ///< what the node gives
    Shape shape;       ///< what the graph sees, without the batch where that is left out
    std::string named; ///< the ONNX node that reshaped it
};

class Importer
{
public:
    Importer(const ModelFile& file, std::string folder, AxisReading reading);

    Result<Project> run();
    /// The failure has to do with the batch axis; the other reading may succeed.
    [[nodiscard]] bool failedOnBatch() const { return m_batchTrouble; }

    // ---- for converters
    [[nodiscard]] int opset() const { return m_file.opset; }
    [[nodiscard]] bool batched() const { return m_reading == AxisReading::Batch; }
    /// Size of the batch where the model fixes it.
    [[nodiscard]] std::optional<std::int64_t> fixedBatch() const { return m_fixedBatch; }
    [[nodiscard]] bool readsIntegers() const { return m_integerInput; }

    /// Numbers that are known before the network runs; null where the network computes them or the input is left out.
    [[nodiscard]] HostTensorPtr constant(const std::string& value) const;
    [[nodiscard]] HostTensorPtr constant(const NodeView& node, int input) const { return constant(node.input(input)); }
    /// Weights and settings have to be known. what: "the weights".
    Result<HostTensorPtr> needConstant(const NodeView& node, int input, const std::string& what) const;
    /// Whole numbers from an attribute (older operator sets) or an input (newer ones); nothing where there is neither.
    Result<std::optional<std::vector<std::int64_t>>> settings(const NodeView& node, const std::string& attribute,
                                                              int input) const;

    /// Does training change these numbers where they scale, shift or are added to something? Named ones (initializers)
    /// are weights; those that stand in the graph itself (Constant nodes) or are computed are part of its formula.
    /// Kernels, matrices, slopes and all that a BatchNormalization has are weights wherever they stand.
    [[nodiscard]] bool isLearned(const HostTensor& tensor) const;
    /// A value as the graph sees it. A constant becomes a Constant layer of `rank` axes (as many as it has where 0).
    Result<Wire> wire(const NodeView& node, int input, int rank = 0);
    /// A constant, read with these sizes, as a Constant layer of `rank` axes.
    Result<Wire> constantWire(const NodeView& node, int input, std::vector<std::int64_t> sizes, int rank);
    /// A Constant layer that training leaves alone, all of one value.
    Result<Wire> fixedNumber(float value, const Shape& shape, const std::string& name);
    /// A value of one sample, without the batch axis, whichever way axis 0 is read.
    Result<Wire> sample(const NodeView& node, int input);
    /// Number of axes that the ONNX graph counts for this value.
    [[nodiscard]] int rankOf(const Wire& wire) const { return wire.shape.rank() + (batched() ? 1 : 0); }
    /// Axis of wire.shape for an axis of the graph, which may count from the end. Fails for the batch.
    Result<int> axisOf(const Wire& wire, std::int64_t axis);
    /// The same numbers in another shape.
    [[nodiscard]] static Wire reshaped(Wire wire, const Shape& shape, const NodeView* by = nullptr);

    /// Adds a layer, checks it and works out its shape. name: a hint, made unique.
    Result<Wire> addLayer(const std::string& type, const Params& params, std::vector<Wire> inputs,
                          const std::string& name);
    /// Gives a layer's tensor its numbers. shape: that of the layer's tensor. transposed: `values` are the layer's
    /// matrix lying on its side.
    Result<void> setTensor(const Wire& layer, const std::string& key, TensorRole role, const Shape& shape,
                           const HostTensor& values, bool transposed = false);

    /// What the node gives, as the graph sees it.
    void give(const NodeView& node, Wire wire, int output = 0);
    /// Likewise from a value of one sample.
    void giveSample(const NodeView& node, Wire wire, int output = 0);
    void giveConstant(const NodeView& node, HostTensor tensor, int output = 0);
    /// The first output is the first input.
    Result<void> pass(const NodeView& node);

    /// The layer a wire comes from, where nothing but this one value's reader sees it: it may still be changed.
    Node* soleProducer(const NodeView& reader, int input);

    /// Fails because the batch axis cannot be what the node makes of it.
    Error batchTrouble(const std::string& what);
    ElementBudget& budget() { return m_budget; }
    [[nodiscard]] const std::string& folder() const { return m_folder; }
    /// All sizes that the graph sees, the batch as kBatchSize.
    [[nodiscard]] std::vector<std::int64_t> sizesOf(const Wire& wire) const;

private:
    struct Value {
        HostTensorPtr constant;
        std::optional<Wire> wire;
    };

    Result<void> indexGraph();
    /// The node, or what stands for a group of nodes that ends in it.
    [[nodiscard]] const schema::NodeProto& nodeAt(int index) const;
    Result<void> findNeeded();
    Result<void> declareInputs();
    Result<void> addInput(const schema::ValueInfoProto& info, const std::vector<std::int64_t>& sizes);
    Result<void> convertNode(const schema::NodeProto& proto);
    Result<void> finish(Project& project);
    Result<NodeId> materialized(Wire& wire);
    Result<HostTensorPtr> initializer(const schema::TensorProto& proto);
    Error missing(const NodeView& node, int input) const;

    const ModelFile& m_file;
    const schema::GraphProto& m_graph;
    std::string m_folder;
    AxisReading m_reading;
    bool m_batchTrouble = false;
    bool m_integerInput = false;
    std::optional<std::int64_t> m_fixedBatch;
    ElementBudget m_budget, m_weightBudget;

    std::unordered_map<std::string, const schema::TensorProto*> m_initializers;
    std::unordered_map<std::string, int> m_producers; ///< node that gives a value
    std::unordered_map<std::string, int> m_readers;   ///< how often a value is read, by needed nodes and as an output
    std::map<int, schema::NodeProto> m_replaced;
    std::vector<int> m_order; ///< needed nodes, producers first
    std::set<std::string> m_inputs, m_neededInputs;
    std::unordered_map<std::string, Value> m_values;

    GraphSpec m_network;
    WeightMap m_weights;
    std::map<NodeId, Shape> m_shapes;
    std::unordered_map<NodeId, int> m_uses; ///< how often the values that a layer gives are read
    UniqueNames m_names;
};

} // namespace convarium::engine
