#include "ui/inside/number_worker.h"

#include "engine/analysis/seen_box.h"
#include "engine/data/masks.h"
#include "engine/train/kept_weights.h"
#include "engine/train/network_loss.h"
#include "engine/train/next_step.h"
#include "ui/training/map_worker.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <exception>

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

/// The layers docked to `node`, in order.
std::vector<NodeId> dockedTo(const engine::GraphSpec& graph, NodeId node)
{
    std::vector<NodeId> chain;
    const NodeId end = dockedEnd(graph, node);
    while (node != end) {
        node = graph.edgesFrom(node).front().to;
        chain.push_back(node);
    }
    return chain;
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
    return s;
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
    result.imageShape = request.images->imageShape();
    result.pixels.resize(static_cast<std::size_t>(result.imageShape.elements()));
    if (auto read = request.images->image(request.image, result.pixels); !read)
        return read;
    if (m_graph->edgesInto(request.node).empty())
        return fault("Here the numbers enter the network: there is nothing to compute.");
    result.meetsLoss = m_graph->edgesFrom(dockedEnd(*m_graph, request.node)).empty();
    switch (request.mode) {
    case NumberMode::Forward: return forward(request, result);
    case NumberMode::Backward: return backward(request, result);
    case NumberMode::Update: return update(request, result);
    case NumberMode::Loss: return loss(request, result);
    }
    return {};
}

engine::Result<void> NumberWorker::forward(const NumberRequest& request, NumberResult& result)
{
    const auto numbers =
        prepared(m_forward, {}, request.images, {static_cast<std::uint32_t>(request.image)}, request.seed, 0);
    if (!numbers)
        return numbers.error();
    const engine::NetworkNumbers& all = **numbers;
    std::vector<NodeId> chain = dockedTo(*m_graph, request.node);
    chain.insert(chain.begin(), request.node);
    const Shape shape = all.shapes().shapes.at(request.node);
    result.element = std::clamp<std::int64_t>(request.element, 0, shape.elements() - 1);
    for (const NodeId id : chain) {
        const engine::LayerNumbers n = all.layer(id);
        auto explanation = engine::explainOutput(n, 0, result.element);
        if (!explanation)
            return explanation.error();
        NumberStep step = stepOf(*m_graph, n, *std::move(explanation));
        step.engineValue = n.output[static_cast<std::size_t>(result.element)];
        step.function = functionOf(n);
        result.steps.push_back(std::move(step));
        if (id != request.node)
            continue;
        for (const auto& edge : m_graph->edgesInto(id)) {
            const NodeId source = sourceOf(*m_graph, edge.from);
            result.inputs.push_back(
                mapsOf(all.shapes().shapes.at(source), all.output(source), nameOf(*m_graph, source)));
        }
        for (const auto& info : n.tensorInfos) {
            result.tensorShapes.push_back(info.shape);
            result.tensorKeys.push_back(QString::fromStdString(info.key));
        }
    }
    result.shown = mapsOf(shape, all.output(chain.back()), nameOf(*m_graph, request.node));
    result.field = engine::seenBox(*m_graph, all.shapes(), request.node, result.element).inside;
    return {};
}

engine::Result<engine::NetworkNumbers*> NumberWorker::gradientsOf(const NumberRequest& request)
{
    engine::NumbersOptions options;
    options.gradients = true;
    return prepared(m_backward, options, request.images, {static_cast<std::uint32_t>(request.image)}, request.seed, 0);
}

engine::Result<void> NumberWorker::backward(const NumberRequest& request, NumberResult& result)
{
    const auto numbers = gradientsOf(request);
    if (!numbers)
        return numbers.error();
    const engine::NetworkNumbers& all = **numbers;
    const auto edges = m_graph->edgesInto(request.node);
    const std::size_t input = std::min(request.input, edges.size() - 1);
    const engine::LayerNumbers n = all.layer(request.node);
    if (n.outputGradient.empty())
        return result.meetsLoss ? loss(request, result) : fault("No gradient reaches this layer.");
    const NodeId source = edges[input].from;
    result.outputGradient = mapsOf(n.outputShape, n.outputGradient,
                                   sentence("gradient of %1").arg(nameOf(*m_graph, dockedEnd(*m_graph, request.node))));
    result.shown =
        mapsOf(all.shapes().shapes.at(sourceOf(*m_graph, source)), all.gradient(source), nameOf(*m_graph, source));
    result.element = std::clamp<std::int64_t>(request.element, 0, result.shown.shape.elements() - 1);
    auto explanation = engine::explainInputGradient(n, input, 0, result.element);
    if (!explanation)
        return explanation.error();
    NumberStep step = stepOf(*m_graph, n, *std::move(explanation));
    if (!result.shown.values.empty())
        step.engineValue = result.shown.values[static_cast<std::size_t>(result.element)];
    result.steps.push_back(std::move(step));
    for (std::size_t i = 0; i < n.inputs.size(); ++i)
        result.inputs.push_back(mapsOf(n.inputShapes[i], n.inputs[i], nameOf(*m_graph, edges[i].from)));
    for (const auto& info : n.tensorInfos) {
        result.tensorShapes.push_back(info.shape);
        result.tensorKeys.push_back(QString::fromStdString(info.key));
    }
    return {};
}

engine::Result<void> NumberWorker::loss(const NumberRequest& request, NumberResult& result)
{
    const auto numbers = gradientsOf(request);
    if (!numbers)
        return numbers.error();
    const engine::NetworkNumbers& all = **numbers;
    if (!result.meetsLoss)
        return fault("Only the numbers of the last layer enter the loss: look at that one.");
    const engine::LossNumbers n = all.lossNumbers();
    const QString name = nameOf(*m_graph, all.lossReads());
    result.ofLoss = true;
    result.loss = QString::fromStdString(n.loss.info->title);
    result.inputs.push_back(mapsOf(n.shape, n.logits, name));
    result.shown = mapsOf(n.shape, all.gradient(all.lossReads()), name);
    result.element = std::clamp<std::int64_t>(request.element, 0, n.shape.elements() - 1);
    NumberStep step = stepOf(*m_graph, all.layer(all.lossReads()), engine::explainLossGradient(n, 0, result.element));
    step.engineValue = result.shown.values[static_cast<std::size_t>(result.element)];
    result.steps.push_back(std::move(step));
    return {};
}

engine::Result<void> NumberWorker::update(const NumberRequest& request, NumberResult& result)
{
    // While a run goes on with the network as it was before an edit, the next one begins without its moments.
    const engine::TrainingState* state =
        request.state && engine::goesOn(*m_graph, *request.state) ? request.state.get() : nullptr;
    const auto next = engine::nextStep(*m_graph, request.config, request.data, state);
    if (!next)
        return next.error();
    engine::NumbersOptions options;
    options.gradients = options.training = true;
    options.batch = static_cast<std::int64_t>(next->indices.size());
    // The images of a step are made anew each time; the step number tells them apart.
    const bool same = m_step.step == next->step && m_step.indices == next->indices && m_step.images;
    const auto numbers =
        prepared(m_step, options, same ? m_step.images : next->images, next->indices, request.config.seed, next->step);
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
    result.imageSums.assign(next->indices.size(), 0);
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
    setting.rate = result.rate = next->rate;
    setting.t = next->step + 1;
    setting.gradientScale = engine::gradientScale(request.config, gradients);
    setting.decays = n.tensorInfos[tensor].decay;
    result.update = engine::explainUpdate(setting, result.before);
    result.optimizer = QString::fromStdString(engine::findOptimizer(request.config.optimizer)->title);
    result.step = next->step + 1;
    result.steps.push_back(stepOf(*m_graph, n, *std::move(gradient)));
    result.shown = mapsOf(shape, m_weights->at(key).values(), QString::fromStdString(request.tensor));
    return {};
}

} // namespace convarium::ui
