#include "engine/blocks/graph_writer.h"

#include "engine/layers/layer.h"

#include <algorithm>

namespace convarium::engine
{

NodeId GraphWriter::add(const std::string& type, const std::string& name, const Params& differences,
                        const std::vector<NodeId>& inputs)
{
    if (!m_status)
        return kNoNode;
    const LayerDescriptor* layer = findLayer(type);
    if (!layer) {
        fail({ErrorCode::UnknownName,
              "There is no layer '" + type + "'.",
              "Check its spelling, or install the newest Convarium.",
              {}});
        return kNoNode;
    }
    auto params = completeParams(*layer, differences);
    if (!params) {
        fail(params.error());
        return kNoNode;
    }
    Node node;
    node.id = m_graph.nextId++;
    node.type = type;
    node.version = layer->version;
    node.name = freeName((m_levels.empty() ? "" : m_levels.back().prefix) + name);
    node.params = std::move(*params);
    node.group = m_levels.empty() ? -1 : m_levels.back().group;
    m_graph.nodes.push_back(node);
    for (std::size_t slot = 0; slot < inputs.size(); ++slot)
        if (inputs[slot] != kNoNode)
            m_graph.edges.push_back({inputs[slot], 0, node.id, 0, static_cast<int>(slot)});
    return node.id;
}

std::int64_t GraphWriter::beginGroup(const std::string& name, const std::string& prefix,
                                     const std::string& templateName, const Params& arguments)
{
    Group group;
    group.id = m_graph.nextId++;
    group.parent = m_levels.empty() ? -1 : m_levels.back().group;
    group.name = name;
    group.templateName = templateName;
    group.arguments = arguments;
    m_graph.groups.push_back(group);
    m_levels.push_back({group.id, (m_levels.empty() ? "" : m_levels.back().prefix) + prefix});
    return group.id;
}

void GraphWriter::endGroup()
{
    m_levels.pop_back();
}

void GraphWriter::fail(Error error)
{
    if (m_status)
        m_status = std::move(error);
}

std::string GraphWriter::freeName(const std::string& wanted) const
{
    const auto taken = [this](const std::string& name) {
        return std::any_of(m_graph.nodes.begin(), m_graph.nodes.end(), [&](const Node& n) { return n.name == name; });
    };
    std::string name = wanted;
    for (int n = 2; taken(name); ++n)
        name = wanted + "_" + std::to_string(n);
    return name;
}

} // namespace convarium::engine
