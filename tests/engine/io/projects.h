// Projects for the tests of files.
#pragma once

#include "engine/io/project.h"
#include "tests/support/graphs.h"

#include <random>

namespace convarium::test
{

inline Tensor randomTensor(const Shape& shape, std::mt19937& random)
{
    Tensor tensor(shape);
    std::uniform_int_distribution<std::uint32_t> bits;
    for (float& value : tensor.values()) {
        // Any bits but NaN, which would not compare equal to itself.
        do {
            const std::uint32_t word = bits(random);
            std::memcpy(&value, &word, sizeof value);
        } while (value != value);
    }
    return tensor;
}

/// The network with weights and two moments of any bits, history, notes and a picture.
inline Project trainedProject(unsigned seed, GraphSpec graph = mlp())
{
    std::mt19937 random(seed);
    Project p;
    p.graph = std::move(graph);
    auto weights = std::make_shared<WeightMap>();
    const ShapedGraph shapes = inferShapes(p.graph);
    for (const Node& node : p.graph.nodes)
        for (const TensorInfo& t : findLayer(node.type)->tensors(shapes.inputShapes(p.graph, node.id), node.params))
            weights->emplace(TensorKey{node.id, t.key}, randomTensor(t.shape, random));
    auto moments = std::make_shared<WeightMap>(*weights);
    for (auto& [key, tensor] : *moments)
        tensor = randomTensor(tensor.shape(), random);
    auto state = std::make_shared<TrainingState>();
    state->weights = weights;
    state->optimizer1 = moments;
    state->optimizer2 = weights;
    auto average = std::make_shared<WeightMap>(*weights);
    for (auto& [key, tensor] : *average)
        tensor = randomTensor(tensor.shape(), random);
    state->average = average;
    state->best = moments;
    state->progress = {0.1, 2.5, 7, 9, 8, {0.3, true, 2, 1}, 4, 1.0 / 3, 2.25, 3};
    state->step = 938;
    state->epoch = 1;
    state->seed = 0xFFFFFFFFFFFFFFFFull - seed;
    p.state = state;
    double x = 0;
    for (const Node& node : p.graph.nodes)
        p.positions[node.id] = {x += 218, -0.5 * static_cast<double>(seed)};
    p.notes = {{"Zeile \"eins\"\n\tzwei \u00fc", 1, 2.5, 100, 50}};
    p.about = {"about", 1998, "paper", "", "", "", "", {}};
    for (int i = 1; i <= 10; ++i)
        p.history.steps.push_back({i, i / 10.0, 1.0 / i, i / 11.0, 0.01 / i, 100.0 * i});
    p.history.marks.push_back({3, 0.3, "rate 0.1 \u2192 0.01"});
    p.history.epochs.push_back({1, 938, 0.25, 0.9, std::nullopt, std::nullopt, 1.5, 40000});
    p.history.epochs.push_back({2, 1876, 0.125, 0.95, 0.2, 0.94, 1.5, 40000});
    p.thumbnailPng = {0x89, 'P', 'N', 'G', 0, 1, 2};
    p.train.seed = state->seed;
    return p;
}

inline bool sameTensors(const std::shared_ptr<const WeightMap>& a, const std::shared_ptr<const WeightMap>& b)
{
    return (!a && !b) || (a && b && *a == *b);
}

inline bool sameState(const Project& a, const Project& b)
{
    if (!a.state || !b.state)
        return a.state == b.state;
    return sameTensors(a.state->weights, b.state->weights) && sameTensors(a.state->optimizer1, b.state->optimizer1) &&
           sameTensors(a.state->optimizer2, b.state->optimizer2) && sameTensors(a.state->average, b.state->average) &&
           sameTensors(a.state->best, b.state->best) && a.state->progress == b.state->progress &&
           a.state->step == b.state->step && a.state->epoch == b.state->epoch && a.state->seed == b.state->seed;
}

} // namespace convarium::test
