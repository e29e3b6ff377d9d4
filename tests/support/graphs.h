// Networks for tests, built by hand in the order of their layers.
#pragma once

#include "engine/layers/layer.h"

#include <cassert>
#include <string>

namespace convarium::test
{

using namespace convarium::engine;

/// Adds layers one after the other; each is joined to the one before unless told otherwise.
class GraphMaker
{
public:
    explicit GraphMaker(std::string name = "test") { m_graph.name = std::move(name); }

    /// A layer with these differences from the default settings, fed by the last node.
    NodeId add(const std::string& type, const Params& params = {}) { return addAfter(m_last, type, params); }
    /// Fed by `from` (kNoNode: by nothing).
    NodeId addAfter(NodeId from, const std::string& type, const Params& params = {})
    {
        const LayerDescriptor* layer = findLayer(type);
        assert(layer);
        Node node = makeNode(m_graph, *layer);
        for (const auto& [key, value] : params.values())
            node.params.set(key, value);
        m_graph.nextId = node.id + 1;
        m_graph.nodes.push_back(node);
        if (from != kNoNode && layer->maxInputs > 0)
            wire(from, node.id);
        m_last = node.id;
        return node.id;
    }
    /// A layer with several inputs, slots in this order.
    NodeId merge(const std::string& type, const std::vector<NodeId>& from)
    {
        const NodeId id = addAfter(kNoNode, type);
        for (std::size_t i = 0; i < from.size(); ++i)
            wire(from[i], id, static_cast<int>(i));
        return id;
    }
    void wire(NodeId from, NodeId to, int slot = 0) { m_graph.edges.push_back({from, 0, to, 0, slot}); }

    NodeId input(std::int64_t channels = 1, std::int64_t height = 28, std::int64_t width = 28)
    {
        return addAfter(kNoNode, "input", {{"channels", channels}, {"height", height}, {"width", width}});
    }
    /// Square convolution. pad < 0: "same"; 0: "valid"; else explicit.
    NodeId conv(std::int64_t filters, std::int64_t kernel, std::int64_t pad = 0, std::int64_t stride = 1,
                bool bias = true)
    {
        Params p{{"filters", filters},
                 {"kernelHeight", kernel},
                 {"kernelWidth", kernel},
                 {"strideHeight", stride},
                 {"strideWidth", stride},
                 {"bias", bias},
                 {"padding", std::string(pad < 0    ? "same"
                                         : pad == 0 ? "valid"
                                                    : "explicit")}};
        if (pad > 0) {
            p.set("padHeight", pad);
            p.set("padWidth", pad);
        }
        return add("conv2d", p);
    }
    NodeId dense(std::int64_t units) { return add("dense", {{"units", units}}); }

    [[nodiscard]] NodeId last() const { return m_last; }
    void setLast(NodeId id) { m_last = id; }
    GraphSpec& graph() { return m_graph; }

private:
    GraphSpec m_graph;
    NodeId m_last = kNoNode;
};

/// 61,706 parameters, 416,520 MACs.
inline GraphSpec lenet5()
{
    GraphMaker m("lenet-5");
    m.input();
    m.conv(6, 5, 2);
    m.add("tanh");
    m.add("avg_pool");
    m.conv(16, 5);
    m.add("tanh");
    m.add("avg_pool");
    m.conv(120, 5);
    m.add("tanh");
    m.add("flatten");
    m.dense(84);
    m.add("tanh");
    m.dense(10);
    return m.graph();
}

/// 93,322 parameters, 2,794,240 MACs.
inline GraphSpec mnistCnn()
{
    GraphMaker m("mnist-cnn");
    m.input();
    m.conv(32, 3);
    m.add("relu");
    m.add("max_pool");
    m.conv(64, 3);
    m.add("relu");
    m.add("max_pool");
    m.conv(64, 3);
    m.add("relu");
    m.add("flatten");
    m.dense(64);
    m.add("relu");
    m.dense(10);
    return m.graph();
}

inline GraphSpec mlp()
{
    GraphMaker m("mlp");
    m.input();
    m.add("flatten");
    m.dense(128);
    m.add("relu");
    m.dense(10);
    return m.graph();
}

/// 272,186 parameters + 1,568 statistics, 31,021,952 MACs.
inline GraphSpec resnet20()
{
    GraphMaker m("resnet-20");
    m.input();
    m.conv(16, 3, 1, 1, false);
    m.add("batch_norm");
    m.add("relu");
    for (const std::int64_t maps : {16, 32, 64})
        for (int block = 0; block < 3; ++block) {
            const NodeId start = m.last();
            const bool narrower = maps != 16 && block == 0;
            m.conv(maps, 3, 1, narrower ? 2 : 1, false);
            m.add("batch_norm");
            m.add("relu");
            m.conv(maps, 3, 1, 1, false);
            const NodeId main = m.add("batch_norm");
            NodeId shortcut = start;
            if (narrower) {
                m.setLast(start);
                m.conv(maps, 1, 0, 2, false);
                shortcut = m.add("batch_norm");
            }
            m.merge("add", {main, shortcut});
            m.add("relu");
        }
    m.add("global_avg_pool");
    m.dense(10);
    return m.graph();
}

/// 3x200x300 in, Conv 100, 200, 400, stride 2, same; 903,400 parameters.
inline GraphSpec threeConv()
{
    GraphMaker m("three-conv");
    m.input(3, 200, 300);
    m.conv(100, 3, -1, 2);
    m.conv(200, 3, -1, 2);
    m.conv(400, 3, -1, 2);
    return m.graph();
}

} // namespace convarium::test
