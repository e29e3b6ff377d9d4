// Small networks for the tests of the inspector.
#pragma once

#include "engine/layers/layer.h"
#include "ui/document/project_document.h"

namespace convarium::ui::test
{

using namespace convarium::engine;

/// Input 14x14x6 (1), Conv2D 16 filters 5x5 valid "C3" (2), Conv2D 8 filters 3x3 "C4" (3), Flatten (4), Dense 10 "Out"
/// (5).
inline GraphSpec lenetPart()
{
    GraphSpec graph;
    graph.title = "Part of LeNet";
    const auto add = [&](const std::string& type, const std::string& name, const Params& params) {
        Node node;
        node.id = graph.nextId++;
        node.type = type;
        node.name = name;
        node.params = completeParams(*findLayer(type), params).value();
        graph.nodes.push_back(node);
        if (node.id > 1)
            graph.edges.push_back({node.id - 1, 0, node.id, 0, 0});
    };
    const auto number = [](std::int64_t v) { return ParamValue(v); };
    add("input", "In", {{"channels", number(6)}, {"height", number(14)}, {"width", number(14)}});
    add("conv2d", "C3",
        {{"filters", number(16)},
         {"kernelHeight", number(5)},
         {"kernelWidth", number(5)},
         {"padding", std::string("valid")}});
    add("conv2d", "C4", {{"filters", number(8)}, {"kernelHeight", number(3)}, {"kernelWidth", number(3)}});
    add("flatten", "F", {});
    add("dense", "Out", {{"units", number(10)}});
    return graph;
}

} // namespace convarium::ui::test
