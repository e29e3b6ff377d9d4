#include "tests/engine/peer/peer_networks.h"

#include "engine/core/rng.h"
#include "engine/io/presets.h"
#include "engine/train/trainer.h"

#include <cctype>
#include <map>

namespace convarium::test
{

namespace
{

/// Branches, groups, dilation, strides and padding of all kinds in sizes that fit no vector; ends in Softmax.
GraphSpec odd()
{
    GraphMaker m("odd");
    m.input(3, 13, 11);
    const NodeId first = m.add("conv2d", {{"filters", std::int64_t{9}},
                                          {"kernelHeight", std::int64_t{3}},
                                          {"kernelWidth", std::int64_t{5}},
                                          {"padding", std::string("same")}});
    const NodeId act = m.add("relu");
    const NodeId grouped =
        m.add("conv2d", {{"filters", std::int64_t{6}}, {"padding", std::string("same")}, {"groups", std::int64_t{3}}});
    const NodeId dilated = m.addAfter(act, "conv2d",
                                      {{"filters", std::int64_t{6}},
                                       {"padding", std::string("explicit")},
                                       {"padHeight", std::int64_t{2}},
                                       {"padWidth", std::int64_t{2}},
                                       {"dilationHeight", std::int64_t{2}},
                                       {"dilationWidth", std::int64_t{2}},
                                       {"bias", false}});
    m.merge("concat", {grouped, dilated, first});
    m.add("sigmoid");
    m.conv(5, 3, -1, 3);
    m.add("batch_norm");
    m.add("tanh");
    m.add("avg_pool", {{"kernelHeight", std::int64_t{3}},
                       {"kernelWidth", std::int64_t{3}},
                       {"strideHeight", std::int64_t{2}},
                       {"strideWidth", std::int64_t{2}},
                       {"padding", std::string("same")}});
    m.add("flatten");
    m.dense(4);
    m.add("softmax");
    return m.graph();
}

GraphSpec residual()
{
    GraphMaker m("residual");
    m.input(1, 9, 9);
    const NodeId a = m.conv(8, 3, -1);
    m.add("batch_norm");
    const NodeId r = m.add("relu");
    m.conv(8, 3, -1);
    const NodeId b = m.add("batch_norm");
    m.merge("add", {b, r, a});
    m.add("relu");
    m.add("max_pool", {{"kernelHeight", std::int64_t{3}},
                       {"kernelWidth", std::int64_t{3}},
                       {"strideHeight", std::int64_t{2}},
                       {"strideWidth", std::int64_t{2}},
                       {"padding", std::string("same")}});
    m.add("global_avg_pool");
    m.dense(3);
    return m.graph();
}

/// The first layers are frozen, batch norm with them.
GraphSpec frozen()
{
    GraphMaker m("frozen");
    m.input(1, 8, 8);
    for (const NodeId id : {m.conv(6, 3), m.add("batch_norm")})
        m.graph().node(id)->frozen = true;
    m.add("relu");
    m.conv(5, 3);
    m.add("batch_norm");
    m.add("flatten");
    m.dense(4);
    return m.graph();
}

/// A Dense stack with batch norm on lists.
GraphSpec lists()
{
    GraphMaker m("lists");
    m.input(1, 7, 5);
    m.add("flatten");
    m.dense(33);
    m.add("batch_norm");
    m.add("relu");
    m.dense(17);
    m.add("tanh");
    m.dense(10);
    return m.graph();
}

/// Convolutions that end at one place, as LeNet-5's last one.
GraphSpec towards1x1()
{
    GraphMaker m("to-one-place");
    m.input(2, 11, 11);
    m.conv(7, 5, 2, 2);
    m.add("relu");
    m.conv(19, 6);
    m.add("tanh");
    m.conv(6, 1);
    m.add("flatten");
    return m.graph();
}

/// The numbers that Dropout draws differ, so it lets everything pass.
GraphSpec withoutDropout(GraphSpec graph)
{
    for (Node& node : graph.nodes)
        if (node.type == "dropout")
            node.params.set("rate", 0.0);
    return graph;
}

/// What feeds a layer with this shape: a convolution or Dense with weights of its own, then a reshape where it needs
/// one.
NodeId feed(GraphMaker& m, NodeId input, const Shape& inputShape, const Shape& shape, bool bias)
{
    if (shape.isMaps() && shape.height() == inputShape.height() && shape.width() == inputShape.width())
        return m.addAfter(input, "conv2d",
                          {{"filters", shape[0]},
                           {"kernelHeight", std::int64_t{1}},
                           {"kernelWidth", std::int64_t{1}},
                           {"padding", std::string("valid")},
                           {"bias", bias}});
    m.addAfter(input, "flatten");
    m.add("dense", {{"units", shape.elements()}, {"bias", bias}});
    if (shape.isList())
        return m.last();
    std::vector<std::int64_t> sizes;
    for (int i = 0; i < shape.rank(); ++i)
        sizes.push_back(shape[i]);
    return m.add("reshape", {{"shape", listText(sizes)}});
}

/// Image -> layers that make the sample's inputs -> the layer -> Dense. Empty where the parts for it are not there.
GraphSpec around(const LayerDescriptor& layer, const LayerSample& sample)
{
    GraphMaker m(layer.id + " " + sample.name);
    Shape image{2, 3, 4};
    for (const Shape& shape : sample.inputs) {
        if (shape.isMaps())
            image = {2, shape.height(), shape.width()};
        else if (!shape.isList() && !findLayer("reshape"))
            return {};
    }
    const NodeId input = m.input(image[0], image[1], image[2]);
    std::vector<NodeId> inputs;
    for (const Shape& shape : sample.inputs) {
        inputs.push_back(feed(m, input, image, shape, false));
        if (layer.id == "divide" && inputs.size() > 1)
            inputs.back() = m.add("sigmoid"); // no division by almost nothing
    }
    const NodeId node = m.addAfter(kNoNode, layer.id, sample.params);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        m.wire(inputs[i], node, static_cast<int>(i));
    m.add("flatten");
    const NodeId score = m.dense(3);
    if (sample.inputs.empty()) { // a constant joins what the image says
        m.addAfter(input, "flatten");
        m.merge("add", {m.dense(3), score});
    }
    return withoutDropout(m.graph());
}

std::int64_t inputElements(const GraphSpec& graph)
{
    const ShapedGraph shaped = inferShapes(graph);
    for (const Node& node : graph.nodes)
        if (findLayer(node.type)->isInput)
            return shaped.shapes.at(node.id).elements();
    return 0;
}

std::string fileName(const std::string& text)
{
    std::string name;
    for (const char c : text)
        name += std::isalnum(static_cast<unsigned char>(c)) ? c : '-';
    return name;
}

} // namespace

std::vector<PeerNetwork> peerNetworks()
{
    std::vector<PeerNetwork> all{{"lenet-5", lenet5()},
                                 {"mnist-cnn", mnistCnn(), true},
                                 {"mlp", mlp()},
                                 {"resnet-20", resnet20(), true},
                                 {"odd", odd()},
                                 {"residual", residual()},
                                 {"frozen", frozen()},
                                 {"lists", lists()},
                                 {"to-one-place", towards1x1()}};
    for (const PresetInfo& info : presets())
        if (auto project = loadPreset(info.name); project && inputElements(project->graph) <= 28 * 28)
            all.push_back({info.name + "-preset", withoutDropout(std::move(project->graph)), true});
    for (const LayerDescriptor& layer : layerRegistry()) {
        if (layer.isInput || !layer.torch)
            continue;
        for (const LayerSample& sample : layer.samples)
            if (GraphSpec graph = around(layer, sample); !graph.nodes.empty())
                all.push_back({fileName(graph.name), std::move(graph)});
    }
    return all;
}

WeightMap peerWeights(const GraphSpec& graph)
{
    WeightMap weights = *initialWeights(graph, 5);
    const CountedRng rng(5, RandomPurpose::Test);
    std::uint32_t number = 0;
    for (auto& [key, tensor] : weights) {
        const bool kernel = key.second == "weight" && tensor.shape().rank() > 1;
        for (float& value : tensor.values()) {
            const auto random = static_cast<float>(rng.word(0, number++)) * 0x1p-31F - 1; // -1 .. 1
            if (key.second == "runningVariance")
                value = 1 + 0.5F * random;
            else if (!kernel)
                value += 0.3F * random;
        }
    }
    return weights;
}

} // namespace convarium::test
