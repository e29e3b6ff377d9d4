// Writes layers and wires into a graph, inside groups where wanted: how blocks and built-in networks are made.
#pragma once

#include "engine/core/result.h"
#include "engine/graph/graph_spec.h"

#include <string>
#include <vector>

namespace convarium::engine
{

class GraphWriter final
{
public:
    /// Adds to what is in the graph already. The graph must outlive the writer.
    explicit GraphWriter(GraphSpec& graph) : m_graph(graph) {}

    /// A layer in the group that is open. `differences` from the defaults of the layer type; `inputs` in the order of
    /// the slots, kNoNode where a wire comes later. In a group the name gets the group's prefix ("3a." + "b1"), and a
    /// name that is taken gets a number. After the first fault (see status()) nothing more is added.
    NodeId add(const std::string& type, const std::string& name, const Params& differences,
               const std::vector<NodeId>& inputs);

    /// Layers from here to endGroup() belong to a new group, inside the group that is open. prefix: of their names,
    /// after the prefix of the outer group; may be empty. Returns the group's id.
    std::int64_t beginGroup(const std::string& name, const std::string& prefix, const std::string& templateName = {},
                            const Params& arguments = {});
    void endGroup();

    [[nodiscard]] GraphSpec& graph() { return m_graph; }
    /// The first fault: an unknown layer type or settings it does not have.
    [[nodiscard]] const Result<void>& status() const { return m_status; }
    void fail(Error error);

private:
    struct Level {
        std::int64_t group;
        std::string prefix;
    };
    [[nodiscard]] std::string freeName(const std::string& wanted) const;

    GraphSpec& m_graph;
    std::vector<Level> m_levels;
    Result<void> m_status;
};

} // namespace convarium::engine
