#include "engine/train/layer_speed.h"

#include "engine/layers/messages.h"
#include "engine/plan/plan.h"

#include <algorithm>
#include <numeric>

namespace convarium::engine
{

namespace
{

/// A node of several ops with weights is asked once.
std::map<NodeId, double> macsPerImage(const GraphSpec& graph, const ExecutionPlan& plan, const ShapedGraph& shaped,
                                      Pass pass)
{
    std::map<NodeId, double> macs;
    for (std::size_t i = 0; i < plan.graph->ops.size(); ++i) {
        const Op& op = *plan.graph->ops[i];
        const OpBinding& b = plan.bindings[i];
        if (op.params.empty() || b.weights.empty() || macs.contains(op.node))
            continue;
        const Node& node = *graph.node(op.node);
        const LayerDescriptor& layer = *findLayer(node.type);
        const auto params = completeParams(layer, node.params);
        const auto inputs = shaped.inputShapes(graph, op.node);
        const int times = pass == Pass::Forward ? 1 : int{b.inputGradients[0] >= 0} + int{b.weightGradients[0] >= 0};
        macs[op.node] =
            times * static_cast<double>(layer.formulas(formulaContext<Checked>(*params, inputs)).macs.value);
    }
    return macs;
}

} // namespace

double StepSpeed::milliseconds() const
{
    double sum = updateMilliseconds + waitingMilliseconds;
    for (const LayerSpeed& layer : layers)
        sum += layer.milliseconds;
    return sum;
}

double NetworkMacs::perImage() const
{
    double sum = 0;
    for (const auto* pass : {&forward, &backward})
        for (const auto& [node, macs] : *pass)
            sum += macs;
    return sum;
}

NetworkMacs countMacs(const GraphSpec& graph, const ExecutionPlan& plan)
{
    const ShapedGraph shaped = inferShapes(graph);
    NetworkMacs macs{macsPerImage(graph, plan, shaped, Pass::Forward), {}};
    if (plan.options.training)
        macs.backward = macsPerImage(graph, plan, shaped, Pass::Backward);
    return macs;
}

StepSpeed readProfile(const ExecutionPlan& plan, const NetworkMacs& macs, const StepProfile& profile,
                      double imagesPerStep, double peakGflops)
{
    StepSpeed out;
    const double perStep = 1e3 / (static_cast<double>(profile.steps) * plan.options.threads);
    out.updateMilliseconds = profile.update * perStep;
    const double work = std::accumulate(profile.instructions.begin(), profile.instructions.end(), profile.update);
    out.waitingMilliseconds = std::max(0.0, profile.threadSeconds - work) * perStep;
    const auto direction = [](Pass pass) { return pass == Pass::WeightGradient ? Pass::Backward : pass; };
    for (const Pass pass : {Pass::Forward, Pass::Backward}) {
        std::map<NodeId, std::size_t> place;
        const std::size_t begin = out.layers.size();
        for (std::size_t i = 0; i < plan.graph->ops.size(); ++i) {
            const Op& op = *plan.graph->ops[i];
            double seconds = 0;
            for (std::size_t k = 0; k < plan.tape.size(); ++k)
                if (plan.tape[k].op == static_cast<int>(i) && direction(plan.tape[k].pass) == pass)
                    seconds += profile.instructions[k];
            if (seconds <= 0)
                continue;
            const auto [at, isNew] = place.emplace(op.node, out.layers.size());
            if (isNew)
                out.layers.push_back(
                    {{op.node},
                     pass == Pass::Forward ? LayerSpeed::Direction::Forward : LayerSpeed::Direction::Backward});
            out.layers[at->second].milliseconds += seconds * perStep;
        }
        const auto& products = pass == Pass::Forward ? macs.forward : macs.backward;
        for (std::size_t i = begin; i < out.layers.size(); ++i)
            if (const auto m = products.find(out.layers[i].nodes.front()); m != products.end())
                out.layers[i].gflops = 2e-6 * m->second * imagesPerStep / out.layers[i].milliseconds;
    }
    for (const auto& [op, producer] : plan.fusedInto)
        for (LayerSpeed& layer : out.layers)
            if (layer.nodes.front() == plan.graph->ops[static_cast<std::size_t>(producer)]->node)
                layer.nodes.push_back(plan.graph->ops[static_cast<std::size_t>(op)]->node);
    const double whole = out.milliseconds();
    for (LayerSpeed& layer : out.layers) {
        layer.share = layer.milliseconds / whole;
        layer.peakShare = peakGflops > 0 ? layer.gflops / peakGflops : 0;
    }
    return out;
}

} // namespace convarium::engine
