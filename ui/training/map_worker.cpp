#include "ui/training/map_worker.h"

#include "engine/analysis/never_negative.h"
#include "engine/graph/shape_text.h"
#include "engine/layers/layer.h"
#include "ui/threads/task_thread.h"
#include "ui/training/map_pictures.h"

#include <QCoreApplication>
#include <algorithm>
#include <exception>

namespace convarium::ui
{

namespace
{

QString sentence(const char* text)
{
    return QCoreApplication::translate("MapWorker", text);
}

bool isInput(const engine::Node& node)
{
    const engine::LayerDescriptor* layer = engine::findLayer(node.type);
    return layer && layer->isInput;
}

/// Below what feeds it, if that feeds nothing else.
bool docks(const engine::GraphSpec& graph, engine::NodeId id)
{
    const engine::Node* node = graph.node(id);
    const engine::LayerDescriptor* layer = node ? engine::findLayer(node->type) : nullptr;
    return layer && layer->docks && graph.edgesInto(id).size() == 1;
}

} // namespace

engine::NodeId dockedEnd(const engine::GraphSpec& graph, engine::NodeId node)
{
    for (std::size_t guard = 0; guard < graph.nodes.size(); ++guard) {
        const auto out = graph.edgesFrom(node);
        if (out.size() != 1 || !docks(graph, out.front().to))
            break;
        node = out.front().to;
    }
    return node;
}

std::vector<engine::NodeId> dockedStages(const engine::GraphSpec& graph, engine::NodeId node)
{
    for (std::size_t guard = 0; guard < graph.nodes.size() && docks(graph, node); ++guard) {
        const engine::NodeId producer = graph.edgesInto(node).front().from;
        if (graph.edgesFrom(producer).size() != 1)
            break;
        node = producer;
    }
    std::vector<engine::NodeId> stages{node};
    for (const engine::NodeId end = dockedEnd(graph, node); stages.back() != end;)
        stages.push_back(graph.edgesFrom(stages.back()).front().to);
    return stages;
}

engine::NodeId dockedStage(const engine::GraphSpec& graph, engine::NodeId node, engine::NodeId wanted)
{
    const auto stages = dockedStages(graph, node);
    return std::find(stages.begin(), stages.end(), wanted) != stages.end() ? wanted : stages.back();
}

QString imageFault(const engine::GraphSpec& graph, const engine::Shape& image)
{
    const auto shaped = engine::inferShapes(graph);
    for (const auto& node : graph.nodes) {
        const auto shape = shaped.shapes.find(node.id);
        if (isInput(node) && shape != shaped.shapes.end() && shape->second != image)
            return sentence("The network reads %1, but the test images are %2.")
                .arg(QString::fromStdString(engine::shapeText(shape->second)),
                     QString::fromStdString(engine::shapeText(image)));
    }
    return {};
}

MapWorker::MapWorker(const TrainingServices& services, std::function<void(MapResult)> result)
    : m_result(std::move(result)), m_probe(services), m_thread([this] { work(); })
{
}

MapWorker::~MapWorker()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_quit = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

void MapWorker::request(MapRequest request)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_next = std::move(request);
    }
    m_wake.notify_one();
}

void MapWorker::work()
{
    lowerOwnPriority(Priority::Spare);
    for (;;) {
        MapRequest request;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [this] { return m_quit || m_next; });
            if (m_quit)
                return;
            request = std::move(*m_next);
            m_next.reset();
        }
        MapResult result;
        const double begin = ownMilliseconds();
        try {
            result = compute(request);
        } catch (const std::exception&) {
            m_probe.forget();
            result.error = sentence("There is not enough memory to show the maps of this network.");
        }
        result.id = request.id;
        result.node = request.node;
        result.milliseconds = ownMilliseconds() - begin;
        m_result(std::move(result));
    }
}

/// A picture file is decoded here, not on the UI thread.
engine::Result<void> MapWorker::readImage(const MapRequest& request)
{
    if (m_images == request.images && m_image == request.image)
        return {};
    m_images.reset();
    m_pixels.resize(static_cast<std::size_t>(request.images->imageShape().elements()));
    if (auto read = request.images->image(request.image, m_pixels); !read)
        return read;
    m_images = request.images;
    m_image = request.image;
    return {};
}

MapResult MapWorker::compute(const MapRequest& request)
{
    MapResult result;
    const Theme& theme = request.dark ? darkTheme() : lightTheme();
    if (const auto read = readImage(request); !read) {
        result.error = QString::fromStdString(read.error().text());
        return result;
    }
    const engine::Shape imageShape = m_images->imageShape();
    result.input = inputPicture(m_pixels, imageShape, theme);
    if (const auto ready = m_probe.prepare(request.graph, request.weights, request.seed); !ready) {
        result.error = QString::fromStdString(ready.error().text());
        return result;
    }
    engine::Inspector& inspector = m_probe.inspector();
    const auto& graph = *request.graph;
    result.error = imageFault(graph, imageShape);
    if (!result.error.isEmpty())
        return result;
    if (m_graph != request.graph) {
        m_graph = request.graph;
        m_neverNegative = engine::neverNegative(graph);
    }
    const auto colors = [&](engine::NodeId id) { return colorsFor(m_neverNegative.contains(id), request.colors); };
    inspector.run(m_pixels);
    result.weights = m_probe.weights();
    result.given = request.weights;

    if (const auto* node = graph.node(request.node)) {
        result.shown = dockedStage(graph, node->id, request.stage);
        result.picture = isInput(*graph.node(result.shown));
        const engine::Tensor output = inspector.output(result.shown);
        layMaps(result, output, request.ownScales, colors(result.shown), theme);
        if (request.strongestFirst && !result.picture)
            result.order = strongestFirst(result.shown, output, request.order);
        result.map = std::clamp(request.map, 0, std::max(result.count - 1, 0));
        if (request.ownScales && result.map < result.ranges.size())
            result.scale = static_cast<double>(result.ranges[result.map].largest());
        if (const auto w = result.weights->find({node->id, "weight"}); w != result.weights->end())
            layKernels(result, w->second, result.map, theme);
        if (result.picture && !result.input.isNull()) {
            result.atlas = result.input;
            result.columns = result.count = 1;
        }
    }
    if (request.thumbnails) {
        for (const auto& node : graph.nodes) {
            const auto end = dockedEnd(graph, node.id);
            const CardThumbnail picture = isInput(node) && !result.input.isNull()
                                              ? CardThumbnail{result.input, 1, {}}
                                              : thumbnail(inspector.output(end), colors(end), theme);
            if (!picture.atlas.isNull())
                result.thumbnails.insert(node.id, picture);
        }
    }
    result.reading = readingOf(graph, inspector);
    result.reading.label = m_images->label(m_image);
    return result;
}

} // namespace convarium::ui
