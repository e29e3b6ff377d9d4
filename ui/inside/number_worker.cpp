#include "ui/inside/number_worker.h"

#include "engine/analysis/seen_box.h"
#include "engine/data/masks.h"
#include "engine/train/evaluator.h"
#include "engine/train/kept_weights.h"
#include "engine/train/network_loss.h"
#include "engine/train/next_step.h"
#include "ui/training/map_worker.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <exception>
#include <map>

namespace convarium::ui
{

namespace
{

using engine::NodeId;
using engine::Shape;

QString sentence(const char* text)
{
    return QCoreApplication::translate("NumberWorker", text);
}

engine::Error fault(const char* text)
{
    return {engine::ErrorCode::InvalidArgument, sentence(text).toStdString(), {}, {}};
}

NumberMaps mapsOf(const Shape& shape, std::vector<float> values, const QString& name)
{
    NumberMaps m;
    m.shape = shape;
    m.values = std::move(values);
    m.name = name;
    for (const float v : m.values)
        m.scale = std::max(m.scale, std::abs(static_cast<double>(v)));
    return m;
}

/// Those of one image of a batch.
NumberMaps mapsOf(const Shape& shape, const std::vector<float>& values, std::int64_t image, const QString& name)
{
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(image * shape.elements());
    return values.empty() ? mapsOf(shape, {}, name)
                          : mapsOf(shape, std::vector<float>(first, first + shape.elements()), name);
}

QString nameOf(const engine::GraphSpec& graph, NodeId id)
{
    const auto* node = graph.node(id);
    return node ? QString::fromStdString(node->name) : QString();
}

/// Where the numbers of an input come from: a Flatten between is seen through, so that a Dense layer shows maps.
NodeId sourceOf(const engine::GraphSpec& graph, NodeId id)
{
    for (std::size_t guard = 0; guard < graph.nodes.size(); ++guard) {
        const auto* layer = engine::findLayer(graph.node(id)->type);
        const auto into = graph.edgesInto(id);
        if (!layer || !layer->isView || into.size() != 1)
            break;
        id = into.front().from;
    }
    return id;
}

/// The layer whose page has the numbers of this one: the first of its card, but not an Input, which has pixels.
NodeId pageNode(const engine::GraphSpec& graph, NodeId node)
{
    const auto stages = dockedStages(graph, node);
    return stages.front() != node && graph.edgesInto(stages.front()).empty() ? stages[1] : stages.front();
}

/// Where the output of a layer is explained.
NumberPage pageOf(const engine::GraphSpec& graph, NodeId output)
{
    NumberPage page;
    if (!graph.edgesInto(output).empty() || engine::findLayer(graph.node(output)->type)->isInput)
        page.node = pageNode(graph, output);
    return page;
}

/// Where the gradient of the output of a layer is explained.
NumberPage gradientPageOf(const engine::GraphSpec& graph, const engine::NetworkNumbers& all, NodeId output)
{
    const auto readers = all.readers(output);
    if (readers.empty())
        return {};
    const engine::ValueReader& first = readers.front();
    return first.isLoss() ? NumberPage{NumberMode::Loss, pageNode(graph, all.end()), 0}
                          : NumberPage{NumberMode::Backward, first.node, first.input};
}

/// An activation as a function of one number; null for other layers.
std::function<double(double)> functionOf(const engine::LayerNumbers& n)
{
    if (n.layer->family != "activation" || !n.tensors.empty() || !n.layer->inPlace)
        return {};
    return [layer = n.layer, params = n.params](double x) {
        double y = 0;
        engine::ReferenceCall<double> call;
        call.params = &params;
        call.inputs.push_back(engine::TensorView<double>(&x, 1, Shape{1}));
        call.output = engine::TensorView<double>(&y, 1, Shape{1});
        layer->referenceDouble.forward(call);
        return y;
    };
}

NumberStep stepOf(const engine::GraphSpec& graph, const engine::LayerNumbers& n, engine::Explanation explanation)
{
    NumberStep s;
    s.node = n.node;
    s.title = QString::fromStdString(graph.label(n.node));
    s.kind = QString::fromStdString(n.layer->title);
    s.explanation = std::move(explanation);
    for (const auto& info : n.tensorInfos)
        s.tensorKeys.push_back(QString::fromStdString(info.key));
    return s;
}

/// The class, from `first` on, that most places are read as: of one place the one with the largest number. values: for
/// each class its places.
int mostRead(const std::vector<float>& values, std::int64_t classes, int first)
{
    const auto places = static_cast<std::int64_t>(values.size()) / classes;
    std::vector<std::int64_t> times(static_cast<std::size_t>(classes));
    for (std::int64_t p = 0; p < places; ++p) {
        const auto at = [&](std::int64_t c) { return values[static_cast<std::size_t>(c * places + p)]; };
        std::int64_t best = 0;
        for (std::int64_t c = 1; c < classes; ++c)
            if (at(c) > at(best))
                best = c;
        ++times[static_cast<std::size_t>(best)];
    }
    return static_cast<int>(std::max_element(times.begin() + first, times.end()) - times.begin());
}

/// While a run goes on with the network as it was before an edit, the next one begins without its moments: null.
const engine::TrainingState* goesOnFrom(const engine::GraphSpec& graph, const NumberRequest& request)
{
    return request.state && engine::goesOn(graph, *request.state) ? request.state.get() : nullptr;
}

} // namespace

NumberResult NumberWorker::compute(const NumberRequest& request)
{
    NumberResult result;
    result.id = request.id;
    try {
        if (const auto filled = fill(request, result); !filled)
            result.error = QString::fromStdString(filled.error().text());
    } catch (const std::exception&) {
        forgetNetworks();
        result.error = sentence("There is not enough memory to take this number apart.");
    }
    result.request = request;
    return result;
}

void NumberWorker::forgetNetworks()
{
    for (Cached* cached : {&m_forward, &m_backward, &m_step})
        *cached = Cached();
}

void NumberWorker::useNetwork(const NumberRequest& request)
{
    if (m_asked != request.graph || m_loss != request.config.loss) {
        m_asked = request.graph;
        m_loss = request.config.loss;
        m_graph = std::make_shared<const engine::GraphSpec>(engine::withLoss(*m_asked, m_loss));
        m_startWeights.forget();
        forgetNetworks();
    }
    m_weights = m_startWeights.of(*m_graph, request.seed, request.weights);
}

engine::Result<engine::NetworkNumbers*> NumberWorker::prepared(Cached& cached, const engine::NumbersOptions& options,
                                                               const engine::DatasetPtr& images,
                                                               const std::vector<std::uint32_t>& indices,
                                                               std::uint64_t seed, std::int64_t step)
{
    if (!cached.numbers || (options.batch > 1 && cached.indices.size() != indices.size())) {
        cached = Cached();
        auto made = engine::NetworkNumbers::create(*m_graph, options);
        if (!made)
            return made.error();
        cached.numbers = std::move(*made);
    }
    const bool newWeights = cached.weights != m_weights;
    if (newWeights) {
        cached.numbers->setWeights(m_weights);
        cached.weights = m_weights;
    }
    if (newWeights || cached.images != images || cached.indices != indices || cached.step != step) {
        cached.images.reset();
        const engine::DatasetPtr read = engine::withTargets(images, engine::targetOf(*m_graph, m_loss));
        if (auto ran = cached.numbers->run(*read, indices, seed, static_cast<std::uint32_t>(step)); !ran)
            return ran.error();
        cached.images = images;
        cached.indices = indices;
        cached.step = step;
    }
    return cached.numbers.get();
}

engine::Result<void> NumberWorker::fill(const NumberRequest& request, NumberResult& result)
{
    useNetwork(request);
    const auto* node = m_graph->node(request.node);
    if (!node)
        return fault("This layer is gone.");
    result.title = QString::fromStdString(m_graph->label(request.node));
    result.differences = engine::trainingDifferences(*m_graph);
    result.training = request.mode == NumberMode::Update || (request.training && result.differences.any());
    if (m_graph->edgesInto(request.node).empty())
        return request.mode == NumberMode::Forward && engine::findLayer(node->type)->isInput
                   ? pixel(request, result)
                   : fault("Here the numbers enter the network: there is nothing to compute.");
    result.meetsLoss = m_graph->edgesFrom(dockedEnd(*m_graph, request.node)).empty();
    switch (request.mode) {
    case NumberMode::Forward: return forward(request, result);
    case NumberMode::Backward: return backward(request, result);
    case NumberMode::Update: return update(request, result);
    case NumberMode::Loss: return loss(request, result);
    }
    return {};
}

engine::Result<void> NumberWorker::readPixels(const engine::DatasetPtr& images, std::int64_t image,
                                              NumberResult& result)
{
    result.imageShape = images->imageShape();
    result.pixels.resize(static_cast<std::size_t>(result.imageShape.elements()));
    return images->image(image, result.pixels);
}

/// The images, with a class to compare with: one that is assumed where they have none.
engine::Result<engine::DatasetPtr> NumberWorker::withClass(const NumberRequest& request, NumberResult& result)
{
    if (request.images->targetKind() != engine::TargetKind::None)
        return request.images;
    const auto numbers =
        prepared(m_forward, {}, request.images, {static_cast<std::uint32_t>(request.image)}, request.seed, 0);
    if (!numbers)
        return numbers.error();
    const NodeId read = (*numbers)->lossReads();
    const std::int64_t channels = (*numbers)->shapes().shapes.at(read).channels();
    const engine::TargetKind kind = engine::targetOf(*m_graph, m_loss);
    result.assumesMask = kind == engine::TargetKind::Mask;
    const auto first = static_cast<int>(result.assumesMask); // background is no choice
    if (channels <= first)
        return fault("A drawing has no class, and this network knows none that it could be taken for.");
    result.readClass = mostRead((*numbers)->output(read), channels, first) - first;
    const engine::DatasetPtr named = engine::withTargets(request.data.shown(), kind);
    for (int i = first; i < channels; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const bool known = named && at < named->classNames().size() && !named->classNames()[at].empty();
        result.classes << (known ? QString::fromStdString(named->classNames()[at]) : QString::number(i));
    }
    const bool asked = request.assumedClass >= 0 && request.assumedClass < result.classes.size();
    result.assumedClass = asked ? request.assumedClass : result.readClass;
    if (!m_assumed || m_assumed->base() != request.images || m_assumed->label(0) != result.assumedClass)
        m_assumed = std::make_shared<const AssumedClass>(request.images, result.assumedClass);
    return engine::DatasetPtr(m_assumed);
}

/// The numbers that are looked at; which image of their batch is left in the result.
engine::Result<engine::NetworkNumbers*> NumberWorker::numbersOf(const NumberRequest& request, bool gradients,
                                                                NumberResult& result)
{
    if (result.training) {
        const auto numbers = nextStep(request, result);
        if (!numbers)
            return numbers.error();
        result.image = std::clamp<std::int64_t>(request.batchImage, 0, result.images - 1);
        const auto index = static_cast<std::int64_t>(m_step.indices[static_cast<std::size_t>(result.image)]);
        if (const auto read = readPixels(m_step.images, index, result); !read)
            return read.error();
        return numbers;
    }
    if (const auto read = readPixels(request.images, request.image, result); !read)
        return read.error();
    engine::NumbersOptions options;
    options.gradients = gradients;
    const auto images = gradients ? withClass(request, result) : request.images;
    if (!images)
        return images.error();
    return prepared(gradients ? m_backward : m_forward, options, *images, {static_cast<std::uint32_t>(request.image)},
                    request.seed, 0);
}

/// Everything of the step that training does next.
engine::Result<engine::NetworkNumbers*> NumberWorker::nextStep(const NumberRequest& request, NumberResult& result)
{
    const auto next = engine::nextStep(*m_graph, request.config, request.data, goesOnFrom(*m_graph, request));
    if (!next)
        return next.error();
    engine::NumbersOptions options;
    options.gradients = options.training = true;
    options.batch = result.images = static_cast<std::int64_t>(next->indices.size());
    result.step = next->step + 1;
    result.rate = next->rate;
    // The images of a step are made anew each time; the step number tells them apart.
    const bool same = m_step.step == next->step && m_step.indices == next->indices && m_step.images;
    return prepared(m_step, options, same ? m_step.images : next->images, next->indices, request.config.seed,
                    next->step);
}

engine::Result<void> NumberWorker::forward(const NumberRequest& request, NumberResult& result)
{
    const auto numbers = numbersOf(request, false, result);
    if (!numbers)
        return numbers.error();
    const engine::NetworkNumbers& all = **numbers;
    std::vector<NodeId> chain = dockedStages(*m_graph, request.node);
    chain.erase(chain.begin(), std::find(chain.begin(), chain.end(), request.node));
    const Shape shape = all.shapes().shapes.at(request.node);
    result.element = std::clamp<std::int64_t>(request.element, 0, shape.elements() - 1);
    for (const NodeId id : chain) {
        const engine::LayerNumbers n = all.layer(id);
        auto explanation = engine::explainOutput(n, result.image, result.element);
        if (!explanation)
            return explanation.error();
        NumberStep step = stepOf(*m_graph, n, *std::move(explanation));
        step.engineValue = n.output[static_cast<std::size_t>(result.image * shape.elements() + result.element)];
        step.function = functionOf(n);
        result.steps.push_back(std::move(step));
        if (id != request.node)
            continue;
        for (const auto& edge : m_graph->edgesInto(id)) {
            const NodeId source = sourceOf(*m_graph, edge.from);
            result.inputs.push_back(
                mapsOf(all.shapes().shapes.at(source), all.output(source), result.image, nameOf(*m_graph, source)));
            result.inputs.back().page = pageOf(*m_graph, source);
        }
        for (const auto& info : n.tensorInfos) {
            result.tensorShapes.push_back(info.shape);
            result.tensorKeys.push_back(QString::fromStdString(info.key));
        }
    }
    result.shown = mapsOf(shape, all.output(chain.back()), result.image, nameOf(*m_graph, request.node));
    result.field = engine::seenBox(*m_graph, all.shapes(), request.node, result.element).inside;
    result.seesBatch = result.training && engine::trainingDifferences(*m_graph, chain.back()).statistics;
    return {};
}

/// Where the numbers enter the network: a byte of the image is scaled.
engine::Result<void> NumberWorker::pixel(const NumberRequest& request, NumberResult& result)
{
    const auto numbers = numbersOf(request, false, result);
    if (!numbers)
        return numbers.error();
    const auto scale = engine::inputScale(*m_graph);
    if (!scale)
        return scale.error();
    const engine::LayerNumbers n = (*numbers)->layer(request.node);
    if (n.outputShape != result.imageShape)
        return fault("Here the numbers enter the network: there is nothing to compute.");
    result.element = std::clamp<std::int64_t>(request.element, 0, n.outputShape.elements() - 1);
    result.inputs.push_back(mapsOf(n.outputShape, {result.pixels.begin(), result.pixels.end()}, sentence("image")));
    result.shown = mapsOf(n.outputShape, n.output, result.image, nameOf(*m_graph, request.node));
    const std::int64_t at = result.image * n.outputShape.elements() + result.element;
    engine::Tape tape;
    const auto byte = static_cast<double>(result.pixels[static_cast<std::size_t>(result.element)]);
    NumberStep step = stepOf(*m_graph, n,
                             engine::explain(tape,
                                             engine::TracedReal::leaf(byte, 0, at) * static_cast<double>(scale->first) +
                                                 static_cast<double>(scale->second),
                                             {{engine::OperandOf::Input, 0, n.outputShape.elements()}}));
    step.engineValue = n.output[static_cast<std::size_t>(at)];
    result.steps.push_back(std::move(step));
    result.field = engine::seenBox(*m_graph, (*numbers)->shapes(), request.node, result.element).inside;
    return {};
}

engine::Result<void> NumberWorker::backward(const NumberRequest& request, NumberResult& result)
{
    const auto numbers = numbersOf(request, true, result);
    if (!numbers)
        return numbers.error();
    const engine::NetworkNumbers& all = **numbers;
    const auto edges = m_graph->edgesInto(request.node);
    const std::size_t input = std::min(request.input, edges.size() - 1);
    const NodeId source = edges[input].from;
    if (all.gradient(request.node).empty() && source != all.lossReads())
        return fault("No gradient reaches this layer.");
    for (const auto& edge : edges)
        result.sources.push_back(QString::fromStdString(m_graph->label(sourceOf(*m_graph, edge.from))));
    result.input = static_cast<int>(input);
    const NodeId shown = sourceOf(*m_graph, source);
    result.shown = mapsOf(all.shapes().shapes.at(shown), all.gradient(source), result.image, nameOf(*m_graph, shown));
    return gradient(all, source, {request.node, input}, request, result);
}

engine::Result<void> NumberWorker::loss(const NumberRequest& request, NumberResult& result)
{
    const auto numbers = numbersOf(request, true, result);
    if (!numbers)
        return numbers.error();
    const engine::NetworkNumbers& all = **numbers;
    if (!result.meetsLoss)
        return fault("Only the numbers of the last layer enter the loss: look at that one.");
    const NodeId source = all.lossReads();
    result.shown = mapsOf(all.shapes().shapes.at(source), all.gradient(source), result.image, nameOf(*m_graph, source));
    return gradient(all, source, {}, request, result);
}

/// The sum over all readers of an output, and the share of one of them: `own` unless another is asked for. `shown` is
/// there.
engine::Result<void> NumberWorker::gradient(const engine::NetworkNumbers& all, NodeId source,
                                            const engine::ValueReader& own, const NumberRequest& request,
                                            NumberResult& result)
{
    result.element = std::clamp<std::int64_t>(request.element, 0, result.shown.shape.elements() - 1);
    auto whole = engine::explainGradient(all, source, result.image, result.element);
    if (!whole)
        return whole.error();
    if (whole->shares.empty())
        return fault("No gradient reaches this layer.");
    NumberGradient& g = result.gradient;
    g.value = whole->value;
    g.magnitude = whole->magnitude;
    g.engineValue = result.shown.values[static_cast<std::size_t>(result.element)];
    result.loss = QString::fromStdString(all.lossNumbers().loss.info->title);
    std::map<NodeId, int> times;
    for (const engine::GradientShare& share : whole->shares) {
        const int before = times[share.reader.node]++;
        QString name = share.reader.isLoss() ? sentence("Loss %1").arg(result.loss)
                                             : QString::fromStdString(m_graph->label(share.reader.node));
        if (before > 0)
            name = sentence("%1, input %2").arg(name).arg(share.reader.input + 1);
        if (share.reader == own)
            g.reader = static_cast<int>(g.shares.size());
        g.shares.push_back({name, share.explanation.value});
    }
    if (request.reader >= 0 && request.reader < static_cast<int>(g.shares.size()))
        g.reader = request.reader;
    engine::GradientShare& chosen = whole->shares[static_cast<std::size_t>(g.reader)];
    result.ofLoss = chosen.reader.isLoss();
    if (result.ofLoss) {
        const NodeId read = all.lossReads();
        const engine::LossNumbers n = all.lossNumbers();
        result.inputs.push_back(mapsOf(n.shape, n.logits, result.image, nameOf(*m_graph, read)));
        result.inputs.back().page = pageOf(*m_graph, read);
        result.lossValue =
            engine::explainLoss(n, result.image, result.element % (n.shape.elements() / n.shape.channels()));
        result.lossTerms = static_cast<std::int64_t>(n.labels.size()) -
                           std::count_if(n.labels.begin(), n.labels.end(), [](int label) { return label < 0; });
        result.meanLoss = engine::meanLoss(n);
        result.engineLoss = all.loss();
        result.steps.push_back(stepOf(*m_graph, all.layer(read), std::move(chosen.explanation)));
        return {};
    }
    const engine::LayerNumbers n = all.layer(chosen.reader.node);
    result.outputGradient =
        mapsOf(n.outputShape, n.outputGradient, result.image, sentence("Gradient of %1").arg(nameOf(*m_graph, n.node)));
    result.outputGradient.page = gradientPageOf(*m_graph, all, n.node);
    const auto edges = m_graph->edgesInto(n.node);
    for (std::size_t i = 0; i < n.inputs.size(); ++i)
        result.inputs.push_back(mapsOf(n.inputShapes[i], n.inputs[i], result.image, nameOf(*m_graph, edges[i].from)));
    for (const auto& info : n.tensorInfos) {
        result.tensorShapes.push_back(info.shape);
        result.tensorKeys.push_back(QString::fromStdString(info.key));
    }
    result.steps.push_back(stepOf(*m_graph, n, std::move(chosen.explanation)));
    return {};
}

engine::Result<void> NumberWorker::update(const NumberRequest& request, NumberResult& result)
{
    const engine::TrainingState* state = goesOnFrom(*m_graph, request);
    const auto numbers = nextStep(request, result);
    if (!numbers)
        return numbers.error();
    const engine::NetworkNumbers& all = **numbers;
    const engine::LayerNumbers n = all.layer(request.node);
    for (const auto& info : n.tensorInfos) {
        result.tensorShapes.push_back(info.shape);
        result.tensorKeys.push_back(QString::fromStdString(info.key));
    }
    const auto tensor = static_cast<std::size_t>(std::find_if(n.tensorInfos.begin(), n.tensorInfos.end(),
                                                              [&](const auto& t) { return t.key == request.tensor; }) -
                                                 n.tensorInfos.begin());
    const engine::WeightMap gradients = all.weightGradients();
    const engine::TensorKey key{request.node, request.tensor};
    if (tensor == n.tensorInfos.size() || !gradients.contains(key))
        return fault("This layer has no weight that is trained.");
    const Shape shape = n.tensorInfos[tensor].shape;
    result.element = std::clamp<std::int64_t>(request.weight, 0, shape.elements() - 1);
    auto gradient = engine::explainTensorGradient(n, tensor, result.element);
    if (!gradient)
        return gradient.error();
    result.imageSums.assign(static_cast<std::size_t>(result.images), 0);
    for (const engine::Term& t : gradient->terms) {
        std::int64_t image = 0;
        for (const engine::Factor& f : t.factors)
            if (f.kind == engine::Factor::Kind::Operand && f.operand.of != engine::OperandOf::LayerTensor)
                image = f.operand.image;
        result.imageSums[static_cast<std::size_t>(image)] += t.value;
    }
    const auto stateOf = [&](const std::shared_ptr<const engine::WeightMap>& map) {
        if (!map)
            return 0.0;
        const auto found = map->find(key);
        return found == map->end() ? 0.0 : static_cast<double>(found->second[result.element]);
    };
    result.before.weight = static_cast<double>(m_weights->at(key)[result.element]);
    result.before.gradient = static_cast<double>(gradients.at(key)[result.element]);
    if (state) {
        result.before.state1 = stateOf(state->optimizer1);
        result.before.state2 = stateOf(state->optimizer2);
    }
    engine::UpdateSetting setting;
    setting.config = &request.config;
    setting.rate = result.rate;
    setting.t = result.step;
    setting.gradientScale = engine::gradientScale(request.config, gradients);
    setting.decays = n.tensorInfos[tensor].decay;
    result.update = engine::explainUpdate(setting, result.before);
    result.optimizer = QString::fromStdString(engine::findOptimizer(request.config.optimizer)->title);
    result.steps.push_back(stepOf(*m_graph, n, *std::move(gradient)));
    result.shown = mapsOf(shape, m_weights->at(key).values(), QString::fromStdString(request.tensor));
    return {};
}

} // namespace convarium::ui
