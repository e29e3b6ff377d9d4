#include "engine/train/evaluator.h"

#include <numeric>

namespace convarium::engine
{

Result<std::pair<float, float>> inputScale(const GraphSpec& graph)
{
    return pixelScale(graph.inputs.empty() ? "unit" : graph.inputs.front().scale);
}

Result<void> checkData(const ExecutionPlan& plan, const Dataset& data, const std::string& dataName)
{
    const OpGraph& g = *plan.graph;
    const ValueInfo& input = g.values[static_cast<std::size_t>(g.inputValue)];
    if (!(input.shape == data.imageShape()))
        return Error{ErrorCode::ShapeMismatch,
                     "The images of '" + dataName + "' are " + data.imageShape().text() +
                         " (maps x height x width); the Input layer is set to " + input.shape.text() + ".",
                     "Change the Input layer or choose other data.",
                     {input.node, {}, {}, -1}};
    const ValueInfo& logits = g.values[static_cast<std::size_t>(g.logits)];
    const auto classes = static_cast<std::int64_t>(data.classNames().size());
    if (logits.layout.pixels() != 1 || logits.layout.kind == Layout::Kind::Dense)
        return Error{ErrorCode::ShapeMismatch,
                     "The loss needs a list with one number per class; the network ends with " + logits.shape.text() +
                         " (maps x height x width).",
                     "End the network with Flatten and Dense, or with GlobalAvgPool.",
                     {logits.node, {}, {}, -1}};
    if (logits.layout.channels != classes)
        return Error{ErrorCode::ShapeMismatch,
                     "The data set '" + dataName + "' has " + std::to_string(classes) +
                         " classes; the network ends with " + std::to_string(logits.layout.channels) + " numbers.",
                     "Give the last layer " + std::to_string(classes) + " units.",
                     {logits.node, {}, {}, -1}};
    return {};
}

Result<std::unique_ptr<Evaluator>> Evaluator::create(const GraphSpec& graph, int threads, std::int64_t batch)
{
    PlanOptions options;
    options.batch = batch;
    options.threads = threads;
    options.training = false;
    auto scale = inputScale(graph);
    if (!scale)
        return scale.error();
    auto plan = makePlan(graph, options);
    if (!plan)
        return plan.error();
    auto executor = Executor::create(*plan);
    if (!executor)
        return executor.error();
    auto out = std::make_unique<Evaluator>();
    out->m_executor = std::move(*executor);
    out->m_scale = scale->first;
    out->m_shift = scale->second;
    return out;
}

Result<Evaluation> Evaluator::run(const Dataset& data, std::span<const std::uint32_t> indices,
                                  const std::atomic<bool>* stop)
{
    const ExecutionPlan& p = plan();
    std::vector<std::uint32_t> all;
    if (indices.empty()) {
        all.resize(static_cast<std::size_t>(data.size()));
        std::iota(all.begin(), all.end(), 0u);
        indices = all;
    }
    const auto classes = static_cast<std::size_t>(p.graph->layoutOf(p.graph->logits).channels);
    struct Sums {
        double loss = 0;
        std::int64_t correct = 0;
        std::vector<std::int64_t> confusion;
        std::vector<std::int32_t> labels;
    };
    std::vector<Sums> sums(static_cast<std::size_t>(p.slots));
    for (Sums& s : sums)
        s.confusion.resize(classes * classes);
    const auto batch = static_cast<std::size_t>(p.options.batch);
    for (std::size_t at = 0; at < indices.size(); at += batch) {
        const auto part = indices.subspan(at, std::min(batch, indices.size() - at));
        const auto inferred = m_executor->infer(
            {&data, part, m_scale, m_shift},
            [&](const Executor::ChunkView& c) {
                Sums& s = sums[static_cast<std::size_t>(c.slot)];
                s.labels.resize(static_cast<std::size_t>(c.count));
                for (std::int64_t i = 0; i < c.count; ++i)
                    s.labels[static_cast<std::size_t>(i)] = data.label(part[static_cast<std::size_t>(c.first + i)]);
                p.options.kernels->softmaxCrossEntropy(c.logits, s.labels.data(), nullptr, c.count, c.layout->channels,
                                                       c.layout->lanes, 1, &s.loss, &s.correct);
                for (std::int64_t i = 0; i < c.count; ++i) {
                    const float* row = c.logits + i * c.layout->lanes;
                    const auto predicted = static_cast<std::size_t>(std::max_element(row, row + classes) - row);
                    ++s.confusion[static_cast<std::size_t>(s.labels[static_cast<std::size_t>(i)]) * classes +
                                  predicted];
                }
            },
            stop);
        if (!inferred)
            return inferred.error();
    }
    Evaluation e;
    e.images = static_cast<std::int64_t>(indices.size());
    e.confusion.assign(classes, std::vector<std::int64_t>(classes));
    for (const Sums& s : sums) {
        e.loss += s.loss;
        e.accuracy += static_cast<double>(s.correct);
        for (std::size_t i = 0; i < classes * classes; ++i)
            e.confusion[i / classes][i % classes] += s.confusion[i];
    }
    if (e.images > 0) {
        e.loss /= static_cast<double>(e.images);
        e.accuracy /= static_cast<double>(e.images);
    }
    return e;
}

Result<Evaluation> evaluate(const GraphSpec& graph, const WeightMap& weights, const Dataset& data, int threads,
                            std::int64_t batch, const std::atomic<bool>* stop)
{
    auto evaluator = Evaluator::create(graph, threads, batch);
    if (!evaluator)
        return evaluator.error();
    const ExecutionPlan& plan = (*evaluator)->plan();
    auto scaled = data.scaledTo(plan.graph->values[static_cast<std::size_t>(plan.graph->inputValue)].shape);
    if (!scaled)
        return scaled.error();
    const Dataset& read = *scaled ? **scaled : data;
    if (auto fits = checkData(plan, read, "the data set"); !fits)
        return fits.error();
    (*evaluator)->setWeights(weights);
    return (*evaluator)->run(read, {}, stop);
}

} // namespace convarium::engine
