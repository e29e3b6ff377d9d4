// Which pixels the reference path reads for a number, found by taking numbers apart: slow, and independent of the rules
// by which seenBox() works.
#pragma once

#include "engine/analysis/pixel_box.h"
#include "engine/explain/network_numbers.h"

#include <algorithm>
#include <map>

namespace convarium::test
{

using namespace convarium::engine;

inline PixelBox whole(const Shape& shape)
{
    return {0, 0, shape.isMaps() ? shape[1] - 1 : 0, (shape.isMaps() ? shape[2] : shape.elements()) - 1};
}

/// What one number of a layer reads of each input.
inline std::vector<PixelBox> readBy(const LayerNumbers& n, std::int64_t element)
{
    std::vector<PixelBox> boxes(n.inputShapes.size());
    const auto e = explainOutput(n, 0, element);
    if (!e) { // too large to look: all of it
        for (std::size_t k = 0; k < boxes.size(); ++k)
            boxes[k] = whole(n.inputShapes[k]);
        return boxes;
    }
    const auto add = [&](const Operand& o) {
        if (o.of != OperandOf::Input)
            return;
        const Shape& shape = n.inputShapes[static_cast<std::size_t>(o.slot)];
        const std::int64_t width = shape.isMaps() ? shape[2] : shape.elements();
        const std::int64_t height = shape.isMaps() ? shape[1] : 1;
        boxes[static_cast<std::size_t>(o.slot)].add(o.element / width % height, o.element % width);
    };
    const auto addTerms = [&](const std::vector<Term>& terms) {
        for (const Term& t : terms)
            for (const Factor& f : t.factors)
                if (f.kind == Factor::Kind::Operand)
                    add(f.operand);
    };
    addTerms(e->terms);
    for (const Part& p : e->parts)
        addTerms(p.terms);
    for (const Operand& o : e->looked)
        add(o);
    return boxes;
}

/// numbers: after run(). Not for layers beside Pad that read nothing of their input.
inline PixelBox referenceReads(const NetworkNumbers& numbers, const GraphSpec& graph, NodeId node, std::int64_t element)
{
    std::map<NodeId, PixelBox> boxes;
    const auto& order = numbers.shapes().order;
    const auto begin = std::find(order.rbegin(), order.rend(), node);
    for (auto id = begin; id != order.rend(); ++id) {
        const bool first = id == begin;
        if (!first && boxes[*id].isEmpty())
            continue;
        if (findLayer(graph.node(*id)->type)->isInput)
            return boxes[*id];
        const LayerNumbers n = numbers.layer(*id);
        const Shape& out = n.outputShape;
        // Windows move with the places: the box that the corners read is what all of it reads.
        std::vector<std::int64_t> corners{element};
        const bool maps = out.isMaps();
        const PixelBox box = boxes[*id];
        if (!first && maps)
            corners = {box.top * out[2] + box.left, box.bottom * out[2] + box.right};
        else if (!first)
            corners = {box.left};
        std::vector<PixelBox> read(n.inputShapes.size());
        for (const std::int64_t corner : corners) {
            const auto some = readBy(n, corner);
            for (std::size_t k = 0; k < read.size(); ++k)
                read[k].add(some[k]);
        }
        const auto edges = graph.edgesInto(*id);
        for (std::size_t k = 0; k < read.size(); ++k) {
            const Shape& in = n.inputShapes[k];
            // The first map alone was looked at: others may read other inputs (Concat), and lists have no places.
            if (!first && (!maps && box.left != box.right))
                read[k] = whole(in);
            else if (!first && read[k].isEmpty())
                read[k] = maps && in.isMaps() && in[1] == out[1] && in[2] == out[2] ? box : whole(in);
            boxes[edges[k].from].add(read[k]);
        }
    }
    return {};
}

} // namespace convarium::test
