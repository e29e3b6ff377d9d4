// What the window costs training and how smoothly it drags meanwhile: rounds of four windows of time in one run, which
// share the machine's moods: nobody touches the window, a card is dragged, a digit is drawn, training is paused and the
// command line trains the same network. Needs a display (or xvfb-run); run it by hand on a machine that does nothing
// else:
//   window_benchmark [PRESET] [ROUNDS] [SECONDS]
#include "ui/canvas/canvas_view.h"
#include "ui/canvas/node_item.h"
#include "ui/document/project_document.h"
#include "ui/drawing/drawing_field.h"
#include "ui/drawing/drawing_page.h"
#include "ui/shell/main_window.h"
#include "ui/shell/pages.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"
#include "ui/training/training_controller.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>
#include <QTimer>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

using namespace convarium;
using namespace convarium::ui;

namespace
{

/// Counts the frames a widget paints and the longest pause between two.
class FrameCounter final : public QObject
{
public:
    explicit FrameCounter(QWidget* widget) { widget->installEventFilter(this); }
    bool eventFilter(QObject*, QEvent* event) override
    {
        if (event->type() == QEvent::Paint) {
            ++frames;
            longest = std::max(longest, m_since.isValid() ? m_since.elapsed() : 0);
            m_since.start();
        }
        return false;
    }
    void restart()
    {
        frames = 0;
        longest = 0;
        m_since.start();
    }
    int frames = 0;
    qint64 longest = 0; ///< milliseconds

private:
    QElapsedTimer m_since;
};

struct Speed {
    double imagesPerSecond = 0, uiShare = 0; ///< share of one core the UI thread took
};

double threadSeconds()
{
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

/// Serves events for `seconds` and says how fast the run went meanwhile.
Speed measure(const TrainingController& controller, double seconds)
{
    const std::int64_t step = controller.progress().step;
    const double cpu = threadSeconds();
    QElapsedTimer clock;
    clock.start();
    QEventLoop loop;
    QTimer::singleShot(int(seconds * 1000), &loop, &QEventLoop::quit);
    loop.exec();
    const double took = double(clock.nsecsElapsed()) * 1e-9;
    const double images = double(controller.progress().step - step) * double(controller.config().batch);
    return {images / took, (threadSeconds() - cpu) / took};
}

struct Moves {
    Speed speed;
    double fps = 0;
    qint64 longest = 0; ///< milliseconds between two frames
};

/// Presses at `start` and moves about it for `seconds`, 125 movements a second, as a mouse sends them. giveUp: Esc
/// before the button is let go.
Moves moveOver(QWidget* target, QPoint start, const TrainingController& controller, double seconds, bool giveUp)
{
    FrameCounter counter(target);
    QTest::mousePress(target, Qt::LeftButton, {}, start);
    QTimer hand;
    hand.setTimerType(Qt::PreciseTimer);
    QElapsedTimer clock;
    clock.start();
    QObject::connect(&hand, &QTimer::timeout, target, [&] {
        const double t = double(clock.elapsed()) / 1000;
        QTest::mouseMove(target, start + QPoint(int(120 * std::sin(2 * t)), int(60 * std::sin(3 * t))));
    });
    hand.start(8);
    counter.restart();
    const Speed speed = measure(controller, seconds);
    hand.stop();
    if (giveUp)
        QTest::keyClick(target, Qt::Key_Escape);
    QTest::mouseRelease(target, Qt::LeftButton, {}, start);
    return {speed, counter.frames / seconds, counter.longest};
}

/// The images/s of one epoch of `images` images as the command line trains the same network.
double commandLine(const QString& preset, const engine::TrainConfig& config, double images)
{
    QProcess cli;
    cli.start(QStringLiteral(CONVARIUM_CLI),
              {QStringLiteral("train"), preset, QStringLiteral("--data"), QString::fromStdString(config.data),
               QStringLiteral("--batch"), QString::number(config.batch), QStringLiteral("--limit"),
               QString::number(std::clamp<std::int64_t>(std::llround(images), 640, 60000)), QStringLiteral("--epochs"),
               QStringLiteral("1"), QStringLiteral("--json")});
    if (!cli.waitForFinished(120000))
        return 0;
    for (const QByteArray& line : cli.readAllStandardOutput().split('\n')) {
        const QJsonObject event = QJsonDocument::fromJson(line).object();
        if (event[QStringLiteral("event")].toString() == QLatin1String("epoch"))
            return event[QStringLiteral("images_per_second")].toDouble();
    }
    return 0;
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

bool waitFor(const TrainingController& controller, RunState state)
{
    return QTest::qWaitFor([&] { return controller.state() == state; }, 120000);
}

} // namespace

int main(int argc, char** argv)
{
    const QApplication app(argc, argv);
    const QString preset = argc > 1 ? QString::fromLocal8Bit(argv[1]) : QStringLiteral("resnet-20");
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
    const double seconds = argc > 3 ? std::atof(argv[3]) : 4;
    Settings::instance().useTestMode();
    ThemeManager::instance().install();
    MainWindow window;
    window.resize(1600, 980);
    window.show();
    if (!QTest::qWaitForWindowExposed(&window))
        return 1;
    window.open(preset);
    TrainingController* controller = window.controller();
    auto* canvas = window.findChild<CanvasView*>();
    if (!canvas || !QTest::qWaitFor([&] {
            return !window.document()->graph().nodes.empty() && controller->blockedReason().isEmpty();
        }))
        return 1;
    engine::TrainConfig config = window.document()->trainConfig();
    config.epochs = 1000; // longer than this program runs
    window.document()->setTrainConfig(config);
    const engine::NodeId node = window.document()->graph().nodes[window.document()->graph().nodes.size() / 2].id;
    std::vector<double> untouched, dragged, drawn, shell, frames, drawnFrames;
    for (int round = 0; round < rounds; ++round) {
        controller->train();
        if (!waitFor(*controller, RunState::Running))
            return 1;
        measure(*controller, 1);
        const Speed quiet = measure(*controller, seconds);

        canvas->focusNode(node);
        const QPoint start = canvas->mapFromScene(canvas->canvasScene()->itemOf(node)->sceneBoundingRect().center());
        const Moves drag = moveOver(canvas->viewport(), start, *controller, seconds, true);
        window.pages()->open(window.drawing());
        DrawingField* field = window.drawing()->field();
        const Moves draw = moveOver(field, field->area().center(), *controller, seconds, false);
        window.drawing()->clear();
        window.pages()->goHome();

        controller->pause();
        if (!waitFor(*controller, RunState::Paused))
            return 1;
        const double cli = commandLine(preset, controller->config(), quiet.imagesPerSecond * seconds);
        std::printf(
            "round %d: untouched %.0f images/s (UI thread %.1f %% of a core), dragging %.0f images/s at %.0f frames/s "
            "(UI thread %.0f %%, longest pause %lld ms), drawing %.0f images/s at %.0f frames/s (UI thread %.0f %%, "
            "longest pause %lld ms), command line %.0f images/s\n",
            round + 1, quiet.imagesPerSecond, 100 * quiet.uiShare, drag.speed.imagesPerSecond, drag.fps,
            100 * drag.speed.uiShare, static_cast<long long>(drag.longest), draw.speed.imagesPerSecond, draw.fps,
            100 * draw.speed.uiShare, static_cast<long long>(draw.longest), cli);
        std::fflush(stdout);
        untouched.push_back(quiet.imagesPerSecond);
        dragged.push_back(drag.speed.imagesPerSecond);
        drawn.push_back(draw.speed.imagesPerSecond);
        shell.push_back(cli);
        frames.push_back(drag.fps);
        drawnFrames.push_back(draw.fps);
    }
    std::printf("%s: untouched %.2f of the command line, dragging %.2f of untouched (%.2f of the command line) at %.0f "
                "frames/s, drawing %.2f of untouched at %.0f frames/s\n",
                qPrintable(preset), median(untouched) / median(shell), median(dragged) / median(untouched),
                median(dragged) / median(shell), median(frames), median(drawn) / median(untouched),
                median(drawnFrames));
    controller->stop();
    waitFor(*controller, RunState::Finished);
    return 0;
}
