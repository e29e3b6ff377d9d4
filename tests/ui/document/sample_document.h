// A document with a small network for its tests.
#pragma once

#include "tests/support/graphs.h"
#include "ui/document/project_document.h"

namespace convarium::test
{

using ui::Positions;
using ui::ProjectDocument;

/// input I1 (1), conv C1 (2), relu (3), conv C2 (4), add (5) of both, flatten (6), dense (7)
inline engine::GraphSpec sample()
{
    GraphMaker m("sample");
    m.input();
    const NodeId first = m.conv(4, 3, -1);
    m.add("relu");
    const NodeId second = m.conv(4, 3, -1);
    m.merge("add", {second, first});
    m.add("flatten");
    m.dense(10);
    m.graph().inputs = {{1, "byte"}};
    m.graph().outputs = {{7, "cross-entropy", 1.0}};
    return m.graph();
}

constexpr NodeId kInput = 1, kConv = 2, kRelu = 3, kConv2 = 4, kAdd = 5, kFlatten = 6, kDense = 7;

inline void fill(ProjectDocument& document, const engine::GraphSpec& graph = sample())
{
    Positions places;
    for (const engine::Node& node : graph.nodes)
        places[node.id] = QPointF(200.0 * static_cast<double>(node.id), 16);
    document.reset(graph, places, {});
}

/// Every fact the document derives must be that of its graph as it is now.
inline bool derivedFactsFit(const ProjectDocument& document)
{
    const engine::ShapedGraph fresh = engine::inferShapes(document.graph(), 10);
    return fresh.shapes == document.shaped().shapes && fresh.order == document.shaped().order &&
           fresh.problems.size() == document.problems().size();
}

} // namespace convarium::test
