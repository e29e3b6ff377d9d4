#include "engine/train/evaluator.h"

#include "engine/data/masks.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace convarium::engine
{

Result<std::pair<float, float>> inputScale(const GraphSpec& graph)
{
    return pixelScale(graph.inputs.empty() ? "unit" : graph.inputs.front().scale);
}

namespace
{

Result<void> checkTargets(const OpGraph& g, const Dataset& data, const std::string& dataName)
{
    const ValueInfo& logits = g.values[static_cast<std::size_t>(g.logits)];
    const auto classes = static_cast<std::int64_t>(data.classNames().size());
    const Shape images = data.imageShape();
    const bool masks = g.loss.info->target == TargetKind::Mask;
    if (data.targetKind() != g.loss.info->target)
        return Error{ErrorCode::ShapeMismatch,
                     "The loss " + g.loss.info->id + " needs " + (masks ? "a mask" : "a class") +
                         " for every image; the data set '" + dataName + "' has " +
                         (data.targetKind() == TargetKind::Mask    ? "masks"
                          : data.targetKind() == TargetKind::Class ? "classes"
                                                                   : "neither classes nor masks") +
                         ".",
                     masks ? "Choose data with masks or classes."
                           : "End the network with one map per class, or choose other data.",
                     {logits.node, {}, {}, -1}};
    if (!masks && (logits.layout.pixels() != 1 || logits.layout.kind == Layout::Kind::Dense))
        return Error{ErrorCode::ShapeMismatch,
                     "The loss needs a list with one number per class; the network ends with " + logits.shape.text() +
                         " (maps x height x width).",
                     "End the network with Flatten and Dense, or with GlobalAvgPool.",
                     {logits.node, {}, {}, -1}};
    if (masks && (logits.shape.rank() != 3 || logits.shape[1] != images[1] || logits.shape[2] != images[2]))
        return Error{ErrorCode::ShapeMismatch,
                     "The loss " + g.loss.info->id + " needs maps of the size of the images, " +
                         std::to_string(images[1]) + " x " + std::to_string(images[2]) + "; the network ends with " +
                         logits.shape.text() + " (maps x height x width).",
                     "End the network with a convolution that keeps the size, one map per class.",
                     {logits.node, {}, {}, -1}};
    if (logits.layout.channels != classes)
        return Error{
            ErrorCode::ShapeMismatch,
            "The data set '" + dataName + "' has " + std::to_string(classes) +
                (masks ? " classes with the background; the network ends with " : " classes; the network ends with ") +
                std::to_string(logits.layout.channels) + (masks ? " maps." : " numbers."),
            "Give the last layer " + std::to_string(classes) + (masks ? " maps." : " units."),
            {logits.node, {}, {}, -1}};
    return {};
}

} // namespace

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
    return checkTargets(g, data, dataName);
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

namespace
{

/// Mean intersection over union: per class the pixels that are of it in truth and in prediction, as a share of those
/// that are in one of both; mean over the classes that occur.
double meanOverlap(const std::vector<std::vector<std::int64_t>>& confusion)
{
    double sum = 0;
    int present = 0;
    for (std::size_t k = 0; k < confusion.size(); ++k) {
        std::int64_t either = -confusion[k][k];
        for (std::size_t j = 0; j < confusion.size(); ++j)
            either += confusion[k][j] + confusion[j][k];
        if (either <= 0)
            continue;
        sum += static_cast<double>(confusion[k][k]) / static_cast<double>(either);
        ++present;
    }
    return present > 0 ? sum / present : 0;
}

} // namespace

Result<Evaluation> Evaluator::run(const Dataset& data, std::span<const std::uint32_t> indices,
                                  const std::atomic<bool>* stop, const std::function<void(const RowView&)>& seen)
{
    const ExecutionPlan& p = plan();
    std::vector<std::uint32_t> all;
    if (indices.empty()) {
        all.resize(static_cast<std::size_t>(data.size()));
        std::iota(all.begin(), all.end(), 0u);
        indices = all;
    }
    const auto classes = static_cast<std::size_t>(p.graph->layoutOf(p.graph->logits).channels);
    const Loss& loss = p.graph->loss;
    const std::int64_t places = p.graph->layoutOf(p.graph->logits).pixels();
    struct Sums {
        double loss = 0;
        std::int64_t correct = 0;
        std::vector<std::int64_t> confusion;
        std::vector<std::int32_t> labels;
        std::optional<Error> error;
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
                const std::int64_t rows = c.count * places;
                s.labels.resize(static_cast<std::size_t>(rows));
                const auto images = part.subspan(static_cast<std::size_t>(c.first), static_cast<std::size_t>(c.count));
                if (auto read =
                        readTargets(data, loss.info->target, images, c.layout->channels, places, s.labels.data());
                    !read) {
                    s.error = read.error();
                    return;
                }
                (p.options.kernels->*loss.info->kernel)({c.logits, s.labels.data(), nullptr, rows, c.layout->channels,
                                                         c.layout->lanes, 1.0f, static_cast<float>(loss.smoothing),
                                                         &s.loss, &s.correct});
                for (std::int64_t i = 0; i < rows; ++i) {
                    const std::int32_t label = s.labels[static_cast<std::size_t>(i)];
                    if (label < 0)
                        continue;
                    const float* row = c.logits + i * c.layout->lanes;
                    if (seen)
                        seen({(static_cast<std::int64_t>(at) + c.first) * places + i, {row, classes}, label});
                    const auto predicted = static_cast<std::size_t>(std::max_element(row, row + classes) - row);
                    ++s.confusion[static_cast<std::size_t>(label) * classes + predicted];
                }
            },
            stop);
        if (!inferred)
            return inferred.error();
        for (const Sums& s : sums)
            if (s.error)
                return *s.error;
    }
    Evaluation e;
    e.images = static_cast<std::int64_t>(indices.size());
    e.confusion.assign(classes, std::vector<std::int64_t>(classes));
    std::int64_t correct = 0;
    for (const Sums& s : sums) {
        e.loss += s.loss;
        correct += s.correct;
        for (std::size_t i = 0; i < classes * classes; ++i)
            e.confusion[i / classes][i % classes] += s.confusion[i];
    }
    for (const auto& row : e.confusion)
        e.targets = std::accumulate(row.begin(), row.end(), e.targets);
    e.loss /= loss.divisor(e.targets, static_cast<std::int64_t>(classes));
    if (e.targets > 0)
        e.accuracy = static_cast<double>(correct) / static_cast<double>(e.targets);
    if (loss.info->target == TargetKind::Mask)
        e.meanIntersectionOverUnion = meanOverlap(e.confusion);
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
    // The data set is the caller's: this pointer does not own it.
    const DatasetPtr whole = *scaled ? *scaled : DatasetPtr(DatasetPtr(), &data);
    const DatasetPtr read = withTargets(whole, plan.graph->loss.info->target);
    if (auto fits = checkData(plan, *read, "the data set"); !fits)
        return fits.error();
    (*evaluator)->setWeights(weights);
    return (*evaluator)->run(*read, {}, stop);
}

} // namespace convarium::engine
