// What looking costs training, and how smoothly the window answers meanwhile. Open at once, as a user has them: the
// window with canvas, curves and maps, and windows of their own for the histograms and for drawing. Rounds of four
// windows of time in one run, which share the machine's moods: nobody touches anything, a card is dragged, a digit is
// drawn, training is paused and the command line trains the same network. Then the curves of a run of a million steps
// are zoomed, moved and pointed at while training goes on adding to them.
// A hand on a thread of its own posts 125 inputs a second (untouched: 20 that nothing answers to). The latency of one
// is the time from then until the UI thread has handled it and painted what it changed, so also how long it had to
// wait, for its turn and for the next frame. Needs a display with room for three windows; run it by hand on a machine
// that does nothing else:
//   xvfb-run -s "-screen 0 2600x1700x24" window_benchmark [PRESET] [ROUNDS] [SECONDS] [STEPS]
#include "ui/canvas/canvas_view.h"
#include "ui/canvas/node_item.h"
#include "ui/document/project_document.h"
#include "ui/drawing/drawing_field.h"
#include "ui/drawing/drawing_page.h"
#include "ui/shell/main_window.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"
#include "ui/training/curve_chart.h"
#include "ui/training/curve_view.h"
#include "ui/training/histogram_view.h"
#include "ui/training/map_service.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_dock.h"

#include <QApplication>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QSet>
#include <QTest>
#include <QTimer>
#include <QWheelEvent>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <functional>
#include <limits>
#include <thread>
#include <unistd.h>

using namespace convarium;
using namespace convarium::ui;

namespace
{

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point time)
{
    return std::chrono::duration<double>(Clock::now() - time).count();
}

double threadSeconds()
{
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

/// Of this process, in MB.
double residentMemory()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    const bool open = file.open(QIODevice::ReadOnly);
    return open ? file.readAll().split(' ').value(1).toDouble() * double(sysconf(_SC_PAGESIZE)) / 1e6 : 0;
}

double percentile(std::vector<double> values, double share)
{
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[std::min(values.size() - 1, std::size_t(share * double(values.size())))];
}

double median(const std::vector<double>& values)
{
    return percentile(values, 0.5);
}

/// Which windows are to be painted and are not yet: the program holds paintings back to a frame rate.
class PaintWatch final : public QObject
{
public:
    /// painted: called in the middle of the painting of a window.
    explicit PaintWatch(std::function<void(QObject*)> painted) : m_painted(std::move(painted))
    {
        qApp->installEventFilter(this);
    }
    bool eventFilter(QObject* object, QEvent* event) override
    {
        if (event->type() == QEvent::UpdateRequest && object->isWidgetType())
            m_waiting.insert(object);
        else if (event->type() == QEvent::Hide)
            painted(object);
        else if (event->type() == QEvent::Paint && object->isWidgetType())
            painted(static_cast<QWidget*>(object)->window());
        return false;
    }
    [[nodiscard]] const QSet<QObject*>& waiting() const { return m_waiting; }

private:
    void painted(QObject* window)
    {
        if (m_waiting.remove(window))
            m_painted(window);
    }

    std::function<void(QObject*)> m_painted;
    QSet<QObject*> m_waiting;
};

/// Takes the inputs that the hand posts, in the UI thread. An input is done when every window that was to be painted
/// after it was handled has been painted; what other inputs change later is theirs. Events of the lowest priority are
/// served behind everything else, so behind the painting too.
class Receiver final : public QObject
{
public:
    struct Input final : QEvent {
        Input(Type type, Clock::time_point posted) : QEvent(type), posted(posted) {}
        const Clock::time_point posted;
    };
    static constexpr auto kInput = QEvent::Type(QEvent::User + 1), kHandled = QEvent::Type(QEvent::User + 2),
                          kPainted = QEvent::Type(QEvent::User + 3);

    explicit Receiver(std::function<void(double)> act) : m_act(std::move(act)) {}
    bool event(QEvent* event) override
    {
        if (event->type() == kInput) {
            if (m_act)
                m_act(secondsSince(m_start));
            QCoreApplication::postEvent(this, new Input(kHandled, static_cast<Input*>(event)->posted),
                                        std::numeric_limits<int>::min());
        } else if (event->type() == kHandled) {
            m_open.push_back({static_cast<Input*>(event)->posted, m_watch.waiting()});
            settle();
        } else if (event->type() == kPainted) {
            settle();
        }
        return QObject::event(event);
    }
    /// Inputs that are still open count with what they have waited so far.
    void finish()
    {
        for (const Open& open : m_open)
            latencies.push_back(1000 * secondsSince(open.posted));
        m_open.clear();
    }
    std::vector<double> latencies; ///< milliseconds

private:
    struct Open {
        Clock::time_point posted;
        QSet<QObject*> windows; ///< not painted since
    };

    void settle()
    {
        std::erase_if(m_open, [this](const Open& open) {
            if (open.windows.isEmpty())
                latencies.push_back(1000 * secondsSince(open.posted));
            return open.windows.isEmpty();
        });
    }

    std::function<void(double)> m_act;
    const Clock::time_point m_start = Clock::now();
    PaintWatch m_watch{[this](QObject* window) {
        for (Open& open : m_open)
            open.windows.remove(window);
        QCoreApplication::postEvent(this, new QEvent(kPainted), std::numeric_limits<int>::min());
    }};
    std::vector<Open> m_open; ///< handled, but not painted yet
};

/// Counts what a widget paints.
class FrameCounter final : public QObject
{
public:
    explicit FrameCounter(QWidget* widget) { widget->installEventFilter(this); }
    bool eventFilter(QObject*, QEvent* event) override
    {
        frames += event->type() == QEvent::Paint;
        return false;
    }
    int frames = 0;
};

struct Figures {
    std::vector<double> images, uiShare, frames, latencies; ///< per second; of a core; per second; milliseconds

    void print(const char* name) const
    {
        std::printf("  %-10s %6.0f images/s, UI thread %.3f s CPU/s, %3.0f frames/s, event latency p50 %.1f, p99 %.1f, "
                    "maximum %.1f ms\n",
                    name, median(images), median(uiShare), median(frames), median(latencies),
                    percentile(latencies, 0.99), percentile(latencies, 1));
        std::fflush(stdout);
    }
};

/// For `seconds` the hand posts an input each `every`; each is handled by act(seconds since the start), if there is
/// one.
void measure(Figures& figures, const TrainingController& controller, double seconds, QWidget* target,
             std::chrono::milliseconds every, std::function<void(double)> act)
{
    FrameCounter counter(target);
    Receiver receiver(std::move(act));
    std::jthread hand([&](const std::stop_token& stop) {
        auto next = Clock::now();
        while (!stop.stop_requested()) {
            QCoreApplication::postEvent(&receiver, new Receiver::Input(Receiver::kInput, Clock::now()));
            std::this_thread::sleep_until(next += every);
        }
    });
    const std::int64_t step = controller.progress().step;
    const double cpu = threadSeconds();
    const auto start = Clock::now();
    QEventLoop loop;
    QTimer::singleShot(int(seconds * 1000), &loop, &QEventLoop::quit);
    loop.exec();
    const double took = secondsSince(start);
    receiver.finish();
    figures.uiShare.push_back((threadSeconds() - cpu) / took);
    figures.frames.push_back(counter.frames / took);
    figures.images.push_back(double(controller.progress().step - step) * double(controller.config().batch) / took);
    figures.latencies.insert(figures.latencies.end(), receiver.latencies.begin(), receiver.latencies.end());
}

constexpr std::chrono::milliseconds kHand{8}, kQuiet{50};

QPoint around(QPoint middle, double t)
{
    return middle + QPoint(int(120 * std::sin(2 * t)), int(60 * std::sin(3 * t)));
}

/// Moves about `start` with the button held. giveUp: Esc before it is let go.
void moveHeld(Figures& figures, const TrainingController& controller, double seconds, QWidget* target, QPoint start,
              bool giveUp)
{
    QTest::mousePress(target, Qt::LeftButton, {}, start);
    measure(figures, controller, seconds, target, kHand, [&](double t) { QTest::mouseMove(target, around(start, t)); });
    if (giveUp)
        QTest::keyClick(target, Qt::Key_Escape);
    QTest::mouseRelease(target, Qt::LeftButton, {}, start);
}

void turnWheel(QWidget* target, QPoint at, int angle)
{
    QWheelEvent event(at, target->mapToGlobal(at), {}, {0, angle}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QApplication::sendEvent(target, &event);
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

bool waitFor(const TrainingController& controller, RunState state)
{
    return QTest::qWaitFor([&] { return controller.state() == state; }, 120000);
}

/// A curve that falls and trembles.
TrainingHistory longHistory(std::int64_t steps, double stepsPerEpoch)
{
    TrainingHistory history;
    for (std::int64_t i = 1; i <= steps; ++i) {
        const double shake = 0.1 * std::sin(double(i % 9973));
        const double loss = 2 / (1 + double(i) / 50000.0) + shake;
        history.steps.push_back({i, double(i) / stepsPerEpoch, loss, 1 / (1 + loss), 0.001, 3000 + 100 * shake});
    }
    return history;
}

/// The paused run goes on behind `steps` steps.
bool measureHistory(TrainingController& controller, CurveChart& chart, std::int64_t steps, double seconds)
{
    const auto perEpoch = controller.progress().stepsPerEpoch;
    const std::int64_t epochs = (steps + perEpoch - 1) / perEpoch;
    auto state = std::make_shared<engine::TrainingState>(*controller.trainingState());
    state->epoch = epochs;
    state->step = epochs * perEpoch;
    state->progress = {};
    const double before = residentMemory();
    controller.restore(state, longHistory(state->step, double(perEpoch)));
    if (!QTest::qWaitFor([&] { return controller.history().steps.size() == std::size_t(state->step); }))
        return false;
    controller.train();
    if (!waitFor(controller, RunState::Running))
        return false;
    Figures untouched, zooming, panning, hovering;
    QWidget* target = chart.view()->viewport();
    const QPoint middle = target->rect().center();
    Figures warm;
    measure(warm, controller, 1, target, kQuiet, {});
    measure(untouched, controller, seconds, target, kQuiet, {});
    // In to a few steps and out again, a second each.
    measure(zooming, controller, seconds, target, kHand,
            [&](double t) { turnWheel(target, around(middle, t), std::int64_t(t) % 2 == 0 ? 60 : -60); });
    chart.showWholeRun();
    chart.zoom(0.3);
    moveHeld(panning, controller, seconds, target, middle, false);
    measure(hovering, controller, seconds, target, kHand,
            [&](double t) { QTest::mouseMove(target, around(middle, t)); });
    chart.showWholeRun();
    std::printf("curves of %lld steps while training goes on: %.0f MB more resident memory\n",
                static_cast<long long>(controller.history().steps.size()), residentMemory() - before);
    untouched.print("untouched");
    zooming.print("zooming");
    panning.print("panning");
    hovering.print("hovering");
    return controller.history().steps.size() > std::size_t(state->step);
}

} // namespace

int main(int argc, char** argv)
{
    const QApplication app(argc, argv);
    const QString preset = argc > 1 ? QString::fromLocal8Bit(argv[1]) : QStringLiteral("resnet-20");
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
    const double seconds = argc > 3 ? std::atof(argv[3]) : 4;
    const std::int64_t steps = argc > 4 ? std::atoll(argv[4]) : 1'000'000;
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
    auto* maps = window.findChild<MapService*>();
    auto* chart = window.findChild<LossChart*>();
    if (!canvas || !maps || !chart || !QTest::qWaitFor([&] {
            return !window.document()->graph().nodes.empty() && controller->blockedReason().isEmpty();
        }))
        return 1;
    engine::TrainConfig config = window.document()->trainConfig();
    config.epochs = 100000; // longer than this program runs
    window.document()->setTrainConfig(config);
    const engine::NodeId node = window.document()->graph().nodes[window.document()->graph().nodes.size() / 2].id;
    canvas->focusNode(node);

    HistogramView histograms(controller);
    histograms.setNode(node);
    histograms.setGeometry(0, 1000, 1600, 320);
    histograms.show();
    DrawingPage drawing(controller, maps);
    drawing.setGeometry(1610, 0, 980, 980);
    drawing.show();
    if (!QTest::qWaitForWindowExposed(&histograms) || !QTest::qWaitForWindowExposed(&drawing))
        return 1;
    DrawingField* field = drawing.field();

    Figures warm, untouched, dragging, drawn;
    std::vector<double> shell;
    for (int round = 0; round < rounds; ++round) {
        controller->train();
        if (!waitFor(*controller, RunState::Running))
            return 1;
        moveHeld(warm, *controller, 1, field, field->area().center(), false); // a drawing that is read all the time
        measure(untouched, *controller, seconds, &window, kQuiet, {});
        const QPoint card = canvas->mapFromScene(canvas->canvasScene()->itemOf(node)->sceneBoundingRect().center());
        moveHeld(dragging, *controller, seconds, canvas->viewport(), card, true);
        drawing.clear();
        moveHeld(drawn, *controller, seconds, field, field->area().center(), false);
        drawing.clear();
        controller->pause();
        if (!waitFor(*controller, RunState::Paused))
            return 1;
        shell.push_back(commandLine(preset, controller->config(), untouched.images.back() * seconds));
        if (shell.back() <= 0) {
            std::printf("The command line did not train.\n");
            return 1;
        }
        std::printf("round %d: %.0f images/s untouched, %.0f dragging, %.0f drawing, %.0f on the command line\n",
                    round + 1, untouched.images.back(), dragging.images.back(), drawn.images.back(), shell.back());
        std::fflush(stdout);
    }
    // Round by round: a round's windows of time share the machine's mood.
    const auto ofShell = [&shell](const Figures& figures) {
        std::vector<double> ratios;
        for (std::size_t i = 0; i < shell.size(); ++i)
            ratios.push_back(figures.images[i] / shell[i]);
        return median(ratios);
    };
    std::printf("%s with maps, histograms, curves and drawing open: of the command line's images/s %.2f untouched, "
                "%.2f dragging, %.2f drawing\n",
                qPrintable(preset), ofShell(untouched), ofShell(dragging), ofShell(drawn));
    untouched.print("untouched");
    dragging.print("dragging");
    drawn.print("drawing");
    if (steps > 0 && !measureHistory(*controller, *chart, steps, seconds))
        return 1;
    controller->stop();
    waitFor(*controller, RunState::Idle);
    return 0;
}
