#include "ui/drawing/drawing_worker.h"

#include "engine/analysis/never_negative.h"
#include "engine/graph/shape_text.h"
#include "engine/layers/layer.h"
#include "engine/plan/infer_values.h"
#include "ui/theme/colormap.h"
#include "ui/training/map_pictures.h"

#include <QCoreApplication>
#include <chrono>

namespace convarium::ui
{

namespace
{

constexpr int kWayLayers = 4;

QString sentence(const char* text)
{
    return QCoreApplication::translate("DrawingWorker", text);
}

QImage picture(const datasets::GreyPicture& p, const Theme& theme)
{
    QImage image(p.width, p.height, QImage::Format_RGB32);
    const auto& ink = colorTable(ColorMap::Ink, theme);
    for (int y = 0; y < p.height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < p.width; ++x)
            line[x] = ink[p.pixels[static_cast<std::size_t>(y * p.width + x)]];
    }
    return image;
}

/// The drawing in every channel of the network's size.
std::vector<std::uint8_t> inputPixels(const datasets::GreyPicture& p, const engine::Shape& shape)
{
    const datasets::GreyPicture sized =
        datasets::resampled(p, static_cast<int>(shape.width()), static_cast<int>(shape.height()));
    std::vector<std::uint8_t> pixels;
    for (std::int64_t c = 0; c < shape.channels(); ++c)
        pixels.insert(pixels.end(), sized.pixels.begin(), sized.pixels.end());
    return pixels;
}

/// The shape the network reads; rank 0 with a sentence where no drawing can be made for it.
engine::Shape inputShape(const engine::GraphSpec& graph, QString& trouble)
{
    const auto inputs = engine::networkInputs(graph);
    if (inputs.size() == 1 && inputs.front().shape.isMaps())
        return inputs.front().shape;
    trouble = inputs.size() == 1 ? sentence("This network reads %1, not a picture, so it cannot look at a drawing.")
                                       .arg(QString::fromStdString(engine::shapeWords(inputs.front().shape)))
                                 : sentence("This network reads several inputs, so one drawing is not enough for it.");
    return {};
}

/// A few layers with maps from the first to the last.
std::vector<engine::NodeId> layersOnTheWay(const engine::GraphSpec& graph)
{
    const engine::ShapedGraph shaped = engine::inferShapes(graph);
    std::vector<engine::NodeId> maps;
    for (const engine::NodeId id : shaped.order) {
        const engine::LayerDescriptor* layer = engine::findLayer(graph.node(id)->type);
        const auto shape = shaped.shapes.find(id);
        if (layer && !layer->isInput && !layer->docks && shape != shaped.shapes.end() && shape->second.isMaps() &&
            shape->second.width() > 1)
            maps.push_back(id);
    }
    std::vector<engine::NodeId> chosen;
    const auto count = std::min<std::size_t>(maps.size(), kWayLayers);
    for (std::size_t i = 0; i < count; ++i)
        chosen.push_back(maps[count == 1 ? 0 : i * (maps.size() - 1) / (count - 1)]);
    return chosen;
}

} // namespace

DrawingWorker::DrawingWorker(const TrainingServices& services, std::function<void(DrawingResult)> result,
                             std::function<void(PlainReading)> plain)
    : m_probe(services), m_result(std::move(result)), m_plain(std::move(plain))
{
}

void DrawingWorker::request(DrawingRequest request)
{
    m_newest = request.id;
    m_thread.postOnly([this, request = std::move(request)] { work(request); });
}

void DrawingWorker::work(const DrawingRequest& request)
{
    const auto begin = std::chrono::steady_clock::now();
    try {
        DrawingResult result = compute(request);
        const bool read = result.reading.best >= 0;
        result.milliseconds =
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
        m_result(std::move(result));
        if (read && m_newest == request.id && request.steps != datasets::MnistSteps{false, false, false})
            computePlain(request);
    } catch (const std::exception&) {
        m_probe.forget();
        DrawingResult result;
        result.id = request.id;
        result.trouble = sentence("There is not enough memory to run this network.");
        m_result(std::move(result));
    }
}

void DrawingWorker::drawSteps(const DrawingRequest& request)
{
    const bool same = request.strokes == m_seen.strokes && request.steps == m_seen.steps &&
                      request.whatIf == m_seen.whatIf && request.dark == m_seen.dark;
    if (same && !m_drawn.strokes.isNull())
        return;
    m_seen = request;
    m_seen.graph.reset();
    m_seen.weights.reset();
    const Theme& theme = request.dark ? darkTheme() : lightTheme();
    const auto pictures = m_painter.paint(rotated(request.strokes, request.whatIf.rotate), request.steps);
    m_drawn.ink = pictures.ink;
    m_drawn.right = pictures.right;
    m_drawn.down = pictures.down;
    m_drawn.strokes = picture(pictures.strokes, theme);
    m_drawn.cropped = picture(pictures.cropped, theme);
    m_drawn.scaled = picture(pictures.scaled, theme);
    m_drawn.centred = picture(pictures.centred, theme);
    m_input28 = spoiled(pictures.centred, request.whatIf);
    m_plain28 = spoiled(pictures.strokes, request.whatIf);
    m_drawn.input = picture(m_input28, theme);
}

DrawingResult DrawingWorker::compute(const DrawingRequest& request)
{
    const Theme& theme = request.dark ? darkTheme() : lightTheme();
    drawSteps(request);
    DrawingResult result = m_drawn;
    result.id = request.id;
    if (!request.graph)
        return result;
    result.shape = inputShape(*request.graph, result.trouble);
    if (result.shape.rank() == 0)
        return result;
    result.converted = result.shape != engine::Shape{1, datasets::kDigitSize, datasets::kDigitSize};
    result.pixels = inputPixels(m_input28, result.shape);
    if (const QImage own = inputPicture(result.pixels, result.shape, theme); !own.isNull())
        result.input = own;
    if (result.ink == datasets::InkBox{})
        return result;
    if (const auto ready = m_probe.prepare(request.graph, request.weights, request.seed); !ready) {
        result.trouble = QString::fromStdString(ready.error().text());
        return result;
    }
    engine::Inspector& inspector = m_probe.inspector();
    inspector.run(result.pixels);
    const std::set<engine::NodeId> neverNegative = engine::neverNegative(*request.graph);
    for (const engine::NodeId id : layersOnTheWay(*request.graph)) {
        const engine::NodeId end = dockedEnd(*request.graph, id);
        result.way.push_back({request.graph->node(id)->name,
                              thumbnail(inspector.output(end), colorsFor(neverNegative.contains(end)), theme)});
    }
    const engine::Shape output = inspector.output(engine::resultNode(*request.graph)).shape();
    if (output.isList() && output.elements() > 1)
        result.reading = readingOf(*request.graph, inspector);
    else
        result.trouble = sentence("This network ends in %1 and does not name a class. Its maps show what it sees.")
                             .arg(QString::fromStdString(engine::shapeWords(output)));
    return result;
}

void DrawingWorker::computePlain(const DrawingRequest& request)
{
    QString trouble;
    m_probe.inspector().run(inputPixels(m_plain28, inputShape(*request.graph, trouble)));
    m_plain({request.id, picture(m_plain28, request.dark ? darkTheme() : lightTheme()),
             readingOf(*request.graph, m_probe.inspector())});
}

} // namespace convarium::ui
