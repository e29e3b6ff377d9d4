// What large networks cost the window: opening, an edit with all that follows from it, and the UI thread's time for a
// frame while the canvas is moved and zoomed. Needs a display (or xvfb-run); run it by hand on a machine that does
// nothing else:
//   canvas_benchmark [PRESET...]
// Without arguments: resnet-50, googlenet and a network of 1,000 layers.
#include "engine/blocks/graph_writer.h"
#include "engine/io/network_json.h"
#include "engine/io/project.h"
#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/shell/main_window.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTest>
#include <QUndoStack>
#include <QWheelEvent>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <vector>

using namespace convarium;
using namespace convarium::ui;

namespace
{

double threadSeconds()
{
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

struct Times {
    double median = 0, p95 = 0; ///< milliseconds
};

Times summary(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return {values[values.size() / 2], values[values.size() * 95 / 100]};
}

/// Milliseconds of this thread for each of `count` calls.
Times timed(int count, const std::function<void(int)>& once)
{
    std::vector<double> all;
    for (int i = 0; i < count; ++i) {
        const double start = threadSeconds();
        once(i);
        all.push_back(1000 * (threadSeconds() - start));
        QCoreApplication::processEvents(); // what others have to do meanwhile is not the frame's
    }
    return summary(std::move(all));
}

/// Residual blocks of two convolutions each, one after the other.
engine::GraphSpec thousandLayers()
{
    using engine::ParamValue;
    const auto whole = [](std::int64_t n) { return ParamValue(n); };
    engine::GraphSpec graph;
    engine::GraphWriter writer(graph);
    const auto conv = [&](engine::NodeId from) {
        return writer.add("conv2d", "c", {{"filters", whole(16)}, {"padding", ParamValue(std::string("same"))}},
                          {from});
    };
    engine::NodeId last =
        conv(writer.add("input", "", {{"channels", whole(1)}, {"height", whole(28)}, {"width", whole(28)}}, {}));
    while (graph.nodes.size() < 994) {
        const auto first = writer.add("relu", "r", {}, {writer.add("batch_norm", "b", {}, {conv(last)})});
        const auto second = writer.add("batch_norm", "b", {}, {conv(first)});
        last = writer.add("relu", "r", {}, {writer.add("add", "a", {}, {second, last})});
    }
    writer.add("dense", "", {{"units", whole(10)}}, {writer.add("global_avg_pool", "", {}, {last})});
    if (!writer.status())
        std::fprintf(stderr, "%s\n", writer.status().error().text().c_str());
    return graph;
}

void measure(const QString& name)
{
    MainWindow window;
    window.resize(1600, 1000);
    window.show();
    if (!QTest::qWaitForWindowExposed(&window))
        return;
    ProjectDocument* document = window.document();
    CanvasView* canvas = window.canvas();
    QTest::qWait(500);

    QElapsedTimer clock;
    clock.start();
    bool opened = false;
    QObject::connect(document, &ProjectDocument::changed, &window, [&](const DocumentChange& change) {
        opened = opened || change.what == DocumentChange::What::Reset;
    });
    window.open(name);
    while (!opened && clock.elapsed() < 30000)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 5);
    canvas->viewport()->repaint();
    const double open = double(clock.nsecsElapsed()) * 1e-6;
    const std::size_t layers = document->graph().nodes.size();
    QTest::qWait(1000);

    std::vector<engine::NodeId> convolutions;
    for (const engine::Node& node : document->graph().nodes)
        if (node.type == "conv2d" && node.params.find("filters"))
            convolutions.push_back(node.id);
    if (convolutions.empty()) {
        std::fprintf(stderr, "%s has no Conv2D\n", qPrintable(name));
        return;
    }
    const engine::NodeId middle = convolutions[convolutions.size() / 2];
    const auto filters = document->graph().node(middle)->params.integer("filters");
    const Times edit = timed(40, [&](int i) { document->setParam(middle, "filters", filters + (i % 2 == 0 ? 1 : 0)); });
    const Times undo = timed(40, [&](int) { document->undoStack()->undo(); });

    canvas->fit();
    QWidget* viewport = canvas->viewport();
    const QPointF centre = viewport->rect().center();
    const auto wheel = [&](int delta) {
        QWheelEvent event(centre, viewport->mapToGlobal(centre), {}, QPoint(0, delta), Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(viewport, &event);
        viewport->grab(); // the whole of it at once: the window itself waits for the next frame's time
    };
    const Times zoom = timed(200, [&](int i) { wheel(i % 100 < 50 ? 40 : -40); });
    std::printf("%s, %zu layers: open %.0f ms; edit %.1f ms (p95 %.1f), undo %.1f (p95 %.1f); zooming %.1f ms a frame "
                "(p95 %.1f)",
                qPrintable(name), layers, open, edit.median, edit.p95, undo.median, undo.p95, zoom.median, zoom.p95);
    for (const double scale : {0.0, 0.6, 1.0, 2.0}) {
        if (scale > 0)
            canvas->setZoom(scale);
        QScrollBar* bar = canvas->horizontalScrollBar();
        bar->setValue((bar->minimum() + bar->maximum()) / 2);
        const Times pan = timed(150, [&](int i) {
            bar->setValue(bar->value() + (i % 100 < 50 ? 16 : -16));
            viewport->grab();
        });
        std::printf("; panning at %.0f %%: %.1f (p95 %.1f)", 100 * canvas->zoom(), pan.median, pan.p95);
    }
    std::printf("\n");
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv)
{
    const QApplication app(argc, argv);
    const QTemporaryDir folder;
    qputenv("CONVARIUM_DATA", folder.path().toUtf8());
    Settings::instance().useTestMode();
    ThemeManager::instance().install();
    QStringList names = app.arguments().mid(1);
    if (names.isEmpty()) {
        QFile file(folder.filePath(QStringLiteral("thousand.json")));
        engine::Project project;
        project.graph = thousandLayers();
        if (!file.open(QIODevice::WriteOnly) ||
            file.write(QByteArray::fromStdString(engine::networkToJson(project))) < 0)
            return 1;
        file.close();
        names = {QStringLiteral("resnet-50"), QStringLiteral("googlenet"), file.fileName()};
    }
    for (const QString& name : names)
        measure(name);
    return 0;
}
