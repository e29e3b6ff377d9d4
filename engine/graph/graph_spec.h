// The network as a plain value: what is edited, saved, validated and trained. Knows no weights and no pictures.
#pragma once

#include "engine/core/result.h"
#include "engine/graph/params.h"
#include "engine/tensor/shape.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace convarium::engine
{

using NodeId = std::int64_t;
inline constexpr NodeId kNoNode = -1;

enum class TensorRole { Weight, Statistic, Constant, Saved };

/// A tensor a node owns beyond what its layer type implies (imported names, transposed storage). Usually empty.
struct TensorRecord {
    std::string key;
    TensorRole role = TensorRole::Weight;
    Shape shape;
    std::string externalName;
    bool transposed = false;
    friend bool operator==(const TensorRecord&, const TensorRecord&) = default;
};

struct Node {
    NodeId id = kNoNode;
    std::string type; ///< LayerDescriptor::id
    int version = 1;  ///< of the layer type
    std::string name; ///< free text, e.g. "C3"
    Params params;
    bool frozen = false; ///< weights are not trained; batch norm uses its running values
    std::int64_t group = -1;
    std::vector<TensorRecord> tensors;
    friend bool operator==(const Node&, const Node&) = default;
};

struct Edge {
    NodeId from = kNoNode;
    int fromPort = 0;
    NodeId to = kNoNode;
    int toPort = 0;
    int slot = 0; ///< order of the inputs of a merge (Add, Concat)
    friend bool operator==(const Edge&, const Edge&) = default;
    friend auto operator<=>(const Edge&, const Edge&) = default;
};

/// Groups form a tree that the engine ignores; a block's ports are the wires that cross it.
struct Group {
    std::int64_t id = -1;
    std::int64_t parent = -1;
    std::string name;
    std::string templateName; ///< empty once layers or wires inside are others
    Params arguments;
    friend bool operator==(const Group&, const Group&) = default;
};

/// Preprocessing of input node `node`: x = (byte / 255 - mean) / deviation, or the byte itself.
struct InputSpec {
    NodeId node = kNoNode;
    std::string scale = "unit"; ///< "unit", "byte" or "MEAN,STD"
    friend bool operator==(const InputSpec&, const InputSpec&) = default;
};

struct OutputSpec {
    NodeId node = kNoNode;
    std::string loss = "cross-entropy";
    double weight = 1;
    friend bool operator==(const OutputSpec&, const OutputSpec&) = default;
};

struct GraphSpec {
    static constexpr int kFormat = 1;
    int format = kFormat;
    std::string name; ///< "lenet-5"; for people: title
    std::string title;
    NodeId nextId = 1; ///< never reused; undo restores it
    std::vector<Node> nodes;
    std::vector<Edge> edges;
    std::vector<Group> groups;
    std::vector<InputSpec> inputs;   ///< empty: every Input node with scale "unit"
    std::vector<OutputSpec> outputs; ///< empty: the nodes without consumers, cross-entropy

    [[nodiscard]] const Node* node(NodeId id) const;
    [[nodiscard]] Node* node(NodeId id);
    /// Wires into a node, by slot.
    [[nodiscard]] std::vector<Edge> edgesInto(NodeId id) const;
    [[nodiscard]] std::vector<Edge> edgesFrom(NodeId id) const;
    /// "Conv2D C3": the descriptor's title and the node's name.
    [[nodiscard]] std::string label(NodeId id) const;
    friend bool operator==(const GraphSpec&, const GraphSpec&) = default;
};

/// One fault, to be shown at its node.
struct Problem {
    Error error;          ///< place.node names the node
    bool warning = false; ///< training is still possible
    /// Shapes that do not fit, one per input slot, for the table in the fault card. May be empty.
    std::vector<Shape> inputShapes;
};

/// What shape inference found: one entry per node that could be worked out.
struct ShapedGraph {
    std::vector<NodeId> order;      ///< topological order of all nodes that are not in a cycle
    std::map<NodeId, Shape> shapes; ///< output shape, without the batch
    std::vector<Problem> problems;
    [[nodiscard]] bool ok() const; ///< no problem that is not a warning
    [[nodiscard]] std::vector<Shape> inputShapes(const GraphSpec&, NodeId) const;
};

/// Works out all shapes and lists every fault: unknown layer types, bad parameters, cycles, missing inputs, shapes that
/// do not work, heads that do not fit `classes` (if given). Pure; takes microseconds per node; allocates no weights.
ShapedGraph inferShapes(const GraphSpec& graph, std::optional<std::int64_t> classes = {});

/// May this wire be drawn? The one rule book for mouse, keyboard, paste and files.
Result<void> canConnect(const GraphSpec& graph, const Edge& edge);

} // namespace convarium::engine
