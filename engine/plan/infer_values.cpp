#include "engine/plan/infer_values.h"

#include "engine/layers/layer.h"
#include "engine/plan/executor.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

constexpr std::int64_t kLargestBatch = 64;
constexpr std::int64_t kMemoryLimit = std::int64_t{1} << 30;

/// The largest batch of at most `images` whose plan stays within the limit; one image at least.
Result<std::shared_ptr<const ExecutionPlan>> planWithin(const GraphSpec& graph, std::int64_t images, int threads)
{
    PlanOptions options;
    options.threads = threads;
    options.training = false;
    options.keepAll = true;
    options.severalInputs = true;
    for (options.batch = std::min(images, kLargestBatch);; options.batch = (options.batch + 1) / 2) {
        auto plan = makePlan(graph, options);
        if (!plan || options.batch == 1 || (*plan)->memory.total() <= kMemoryLimit)
            return plan;
    }
}

} // namespace

std::vector<NetworkInput> networkInputs(const GraphSpec& graph)
{
    const ShapedGraph shaped = inferShapes(graph);
    std::vector<NetworkInput> inputs;
    for (const NodeId id : shaped.order) {
        const LayerDescriptor* layer = findLayer(graph.node(id)->type);
        if (const auto shape = shaped.shapes.find(id); layer && layer->isInput && shape != shaped.shapes.end())
            inputs.push_back({id, shape->second});
    }
    return inputs;
}

NodeId resultNode(const GraphSpec& graph)
{
    if (!graph.outputs.empty())
        return graph.outputs.front().node;
    for (const NodeId id : inferShapes(graph).order)
        if (graph.edgesFrom(id).empty())
            return id;
    return kNoNode;
}

Result<InferredValues> inferValues(const GraphSpec& graph, const WeightMap& weights, NodeId node,
                                   const std::vector<const float*>& inputs, std::int64_t images, int threads,
                                   const std::atomic<bool>* stop)
{
    GraphSpec wanted = graph;
    wanted.outputs = {{node, "cross-entropy", 1}};
    auto plan = planWithin(wanted, images, threads);
    if (!plan)
        return plan.error();
    auto executor = Executor::create(*plan);
    if (!executor)
        return executor.error();
    (*executor)->setWeights(weights);

    const std::vector<NetworkInput> read = networkInputs(graph);
    std::int64_t numbers = 0;
    for (const NetworkInput& input : read)
        numbers += input.shape.elements();
    const std::int64_t batch = (*plan)->options.batch;
    std::vector<float> joined;
    InferredValues result;
    for (std::int64_t first = 0; first < images; first += batch) {
        const std::int64_t count = std::min(batch, images - first);
        const float* samples = inputs.front() + first * numbers;
        if (read.size() > 1) {
            joined.clear();
            for (std::int64_t i = first; i < first + count; ++i)
                for (std::size_t k = 0; k < read.size(); ++k) {
                    const std::int64_t size = read[k].shape.elements();
                    joined.insert(joined.end(), inputs[k] + i * size, inputs[k] + (i + 1) * size);
                }
            samples = joined.data();
        }
        if (!(*executor)->inferValues(samples, count, stop))
            return Error{ErrorCode::Cancelled, "The run was stopped.", {}, {}};
        for (std::int64_t i = 0; i < count; ++i) {
            const Tensor output = (*executor)->output(node, i);
            result.shape = output.shape();
            result.values.insert(result.values.end(), output.values().begin(), output.values().end());
        }
    }
    return result;
}

} // namespace convarium::engine
