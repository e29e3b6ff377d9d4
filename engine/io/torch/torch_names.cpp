#include "engine/io/torch/torch_names.h"

#include "engine/io/torch/python_text.h"

#include <algorithm>
#include <set>

namespace convarium::engine
{

namespace
{

/// Containers for the groups that hold layers, made as they are met.
class Paths
{
public:
    Paths(const GraphSpec& graph, TorchNames& out) : m_graph(graph), m_out(out) {}

    /// Path of a child of this group: "" + name at the top.
    std::string child(std::int64_t group, const std::string& name, const std::string& fallback)
    {
        const std::string parent = pathOf(group, 0);
        auto names = m_names.try_emplace(parent, torchModuleAttributes()).first;
        const std::string own = names->second.unique(name, fallback);
        return parent.empty() ? own : parent + "." + own;
    }

private:
    const std::string& pathOf(std::int64_t id, int depth)
    {
        static const std::string kTop;
        const auto group =
            std::find_if(m_graph.groups.begin(), m_graph.groups.end(), [id](const Group& g) { return g.id == id; });
        // A file with groups in a circle has been refused before; the depth only makes sure.
        if (group == m_graph.groups.end() || depth > 64)
            return kTop;
        if (const auto known = m_groups.find(id); known != m_groups.end())
            return known->second;
        const std::string parent = pathOf(group->parent, depth + 1);
        auto names = m_names.try_emplace(parent, torchModuleAttributes()).first;
        const std::string own = names->second.unique(group->name, "block");
        const std::string path = parent.empty() ? own : parent + "." + own;
        m_out.groups.push_back({path, group->name});
        return m_groups[id] = path;
    }

    const GraphSpec& m_graph;
    TorchNames& m_out;
    std::map<std::int64_t, std::string> m_groups;
    std::map<std::string, PythonNames> m_names; ///< taken names, by the container's path
};

std::string withoutDots(std::string path)
{
    std::replace(path.begin(), path.end(), '.', '_');
    return path;
}

} // namespace

const TorchNode* TorchNames::find(NodeId id) const
{
    const auto it = std::find_if(nodes.begin(), nodes.end(), [id](const TorchNode& n) { return n.id == id; });
    return it == nodes.end() ? nullptr : &*it;
}

Result<TorchNames> torchNames(const GraphSpec& graph)
{
    const ShapedGraph shaped = inferShapes(graph);
    for (const Problem& problem : shaped.problems)
        if (!problem.warning)
            return problem.error;
    TorchNames out;
    Paths paths(graph, out);
    // Names that forward() itself uses, and builtins that layers' expressions may call.
    PythonNames locals({"self", "torch", "nn", "F", "x", "logits", "len", "range", "int", "float", "bool", "tuple",
                        "list", "min", "max", "sum", "abs", "super", "slice"});
    for (const NodeId id : shaped.order) {
        const Node& node = *graph.node(id);
        const LayerDescriptor& layer = *findLayer(node.type);
        auto params = completeParams(layer, node.params);
        if (!params)
            return params.error();
        TorchNode made;
        made.id = id;
        made.path = paths.child(node.group, node.name, layer.id);
        made.local = locals.unique(withoutDots(made.path), layer.id);
        const std::vector<Shape> inputs = shaped.inputShapes(graph, id);
        if (layer.tensors)
            made.tensors = layer.tensors(inputs, *params);
        if (!layer.isInput && layer.torch)
            made.code = layer.torch({&*params, inputs, shaped.shapes.at(id)});
        else if (!layer.isInput && !out.fault)
            out.fault = Error{ErrorCode::InvalidGraph,
                              graph.label(id) + " cannot be written for PyTorch: " +
                                  (layer.notExportable.empty() ? "it has no counterpart there." : layer.notExportable),
                              "Replace it by layers that PyTorch has.",
                              {id, {}, {}, -1}};
        for (const TensorInfo& tensor : made.tensors) {
            const auto key = std::find_if(made.code.tensors.begin(), made.code.tensors.end(),
                                          [&](const auto& pair) { return pair.first == tensor.key; });
            const std::string last = key == made.code.tensors.end() ? tensor.key : key->second;
            out.tensors[{id, tensor.key}] = made.path + (last.empty() ? "" : ".") + last;
        }
        out.nodes.push_back(std::move(made));
    }
    return out;
}

} // namespace convarium::engine
