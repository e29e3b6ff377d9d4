#include "engine/explain/network_numbers.h"

#include "engine/data/masks.h"
#include "engine/train/evaluator.h"

#include <algorithm>

namespace convarium::engine
{

Result<std::unique_ptr<NetworkNumbers>> NetworkNumbers::create(const GraphSpec& graph, const NumbersOptions& options)
{
    std::unique_ptr<NetworkNumbers> n(new NetworkNumbers);
    n->m_graph = graph;
    n->m_options = options;
    n->m_shaped = inferShapes(graph);
    auto scale = inputScale(graph);
    if (!scale)
        return scale.error();
    n->m_scale = *scale;
    PlanOptions plan;
    plan.batch = options.batch;
    plan.threads = 1;
    plan.training = options.gradients;
    plan.optimizer = "sgd"; // never updates: room for an optimizer's numbers would be wasted
    plan.eachByItself = !options.training;
    auto made = makePlanThatKeepsAll(graph, plan);
    if (!made)
        return made.error();
    auto executor = Executor::create(*made);
    if (!executor)
        return executor.error();
    n->m_executor = std::move(*executor);
    return n;
}

void NetworkNumbers::setWeights(WeightsPtr weights)
{
    m_weights = std::move(weights);
    m_executor->setWeights(*m_weights);
}

Result<void> NetworkNumbers::run(const Dataset& data, std::span<const std::uint32_t> images, std::uint64_t seed,
                                 std::uint32_t step)
{
    m_images.assign(images.begin(), images.end());
    m_seed = seed;
    m_step = step;
    const BatchSource source{&data, m_images, m_scale.first, m_scale.second};
    if (!m_options.gradients)
        return m_executor->infer(source);
    const StepResult result = m_executor->gradients(source, seed, step);
    if (result.dataError)
        return *result.dataError;
    if (result.diverged)
        return Error{ErrorCode::Diverged, "The loss of these images is no number.", "Reset the weights.", {}};
    m_loss = result.loss;
    const OpGraph& g = *m_executor->plan().graph;
    const Layout& logits = g.layoutOf(g.logits);
    const std::int64_t places = g.loss.info->target == TargetKind::Mask ? logits.pixels() : 1;
    m_labels.resize(m_images.size() * static_cast<std::size_t>(places));
    return readTargets(data, g.loss.info->target, m_images, logits.channels, places, m_labels.data());
}

NodeId NetworkNumbers::end() const
{
    for (const auto& [node, value] : m_executor->plan().graph->nodeValue)
        if (value == m_executor->plan().graph->result && m_graph.edgesFrom(node).empty())
            return node;
    return kNoNode;
}

NodeId NetworkNumbers::lossReads() const
{
    const OpGraph& g = *m_executor->plan().graph;
    return g.logits == g.result ? end() : m_graph.edgesInto(end()).front().from;
}

LossNumbers NetworkNumbers::lossNumbers() const
{
    LossNumbers n;
    n.loss = m_executor->plan().graph->loss;
    n.shape = m_shaped.shapes.at(lossReads());
    n.logits = output(lossReads());
    n.labels = m_labels;
    n.divisor =
        n.loss.divisor(std::count_if(m_labels.begin(), m_labels.end(), [](std::int32_t label) { return label >= 0; }),
                       n.shape.channels());
    return n;
}

template <class F>
std::vector<float> NetworkNumbers::joined(F value) const
{
    std::vector<float> all;
    for (std::size_t i = 0; i < m_images.size(); ++i) {
        const Tensor one = value(static_cast<std::int64_t>(i));
        if (one.elements() == 0)
            return {};
        all.insert(all.end(), one.values().begin(), one.values().end());
    }
    return all;
}

std::vector<float> NetworkNumbers::output(NodeId node) const
{
    return joined([&](std::int64_t image) { return m_executor->output(node, image); });
}

std::vector<float> NetworkNumbers::gradient(NodeId node) const
{
    return joined([&](std::int64_t image) { return m_executor->gradient(node, image); });
}

/// Values that differ in their shape alone have one; -1: no gradient is kept.
int NetworkNumbers::gradientBuffer(NodeId node) const
{
    const ExecutionPlan& plan = m_executor->plan();
    const auto value = plan.graph->nodeValue.find(node);
    return value == plan.graph->nodeValue.end() || plan.gradientBuffer.empty()
               ? -1
               : plan.gradientBuffer[static_cast<std::size_t>(value->second)];
}

std::vector<ValueReader> NetworkNumbers::readers(NodeId node) const
{
    std::vector<ValueReader> all;
    const int buffer = gradientBuffer(node);
    if (buffer < 0)
        return all;
    // The buffer holds what reaches the first of the values that share it.
    std::vector<NodeId> way{node};
    for (auto into = m_graph.edgesInto(node); into.size() == 1 && gradientBuffer(into.front().from) == buffer;
         into = m_graph.edgesInto(way.back()))
        way.push_back(into.front().from);
    while (way.size() > 1 && m_graph.edgesFrom(way.back()).size() == 1)
        way.pop_back();
    addReaders(way.back(), m_graph.edgesFrom(way.back()).size() > 1, all);
    return all;
}

/// forked: a layer that shares the gradient's buffer has no gradient of its own.
void NetworkNumbers::addReaders(NodeId node, bool forked, std::vector<ValueReader>& all) const
{
    if (node == lossReads())
        all.push_back({});
    for (const Edge& edge : m_graph.edgesFrom(node)) {
        const int buffer = gradientBuffer(edge.to);
        if (buffer < 0)
            continue;
        const auto into = m_graph.edgesInto(edge.to);
        if (forked && buffer == gradientBuffer(node))
            addReaders(edge.to, true, all);
        else
            all.push_back(
                {edge.to, static_cast<std::size_t>(std::find(into.begin(), into.end(), edge) - into.begin())});
    }
}

LayerNumbers NetworkNumbers::layer(NodeId id) const
{
    const Node& node = *m_graph.node(id);
    LayerNumbers n;
    n.layer = findLayer(node.type);
    n.params = completeParams(*n.layer, node.params).value();
    n.seed = m_seed;
    n.node = id;
    n.step = m_step;
    n.images = m_images;
    n.inputShapes = m_shaped.inputShapes(m_graph, id);
    n.outputShape = m_shaped.shapes.at(id);
    n.tensorInfos = n.layer->tensors(n.inputShapes, n.params);
    n.training = m_options.training && !(node.frozen && !n.tensorInfos.empty());
    for (const Edge& e : m_graph.edgesInto(id))
        n.inputs.push_back(output(e.from));
    for (const TensorInfo& info : n.tensorInfos)
        n.tensors.push_back(m_weights->at({id, info.key}).values());
    n.output = output(id);
    n.outputGradient = gradient(id);
    return n;
}

} // namespace convarium::engine
