#include "ui/drawing/drawing_reader.h"

#include "ui/drawing/drawn_image.h"
#include "ui/training/map_service.h"
#include "ui/training/training_controller.h"

namespace convarium::ui
{

namespace
{
/// While training runs a pen must not take more of the machine than the page needs to follow it.
constexpr int kFrameMs = 33;
constexpr int kNeighbourMs = 150, kNeighbourTrainingMs = 400, kSnapshotMs = 100, kSlowestSnapshotMs = 2000;
/// Of one core, for following the weights while nobody draws.
constexpr double kShare = 0.03;
} // namespace

DrawingReader::DrawingReader(TrainingController* controller, MapService* maps, QObject* parent)
    : QObject(parent), m_controller(controller), m_maps(maps)
{
    m_search = std::make_unique<NeighbourSearch>([this](NeighbourResult result) {
        m_mailbox.post([this, result = std::move(result)] {
            if (result.id == m_searchId)
                Q_EMIT neighboursFound(result);
        });
    });
    m_worker = std::make_unique<DrawingWorker>(
        controller->services(),
        [this](DrawingResult result) { m_mailbox.post([this, result = std::move(result)] { receive(result); }); },
        [this](PlainReading plain) { m_mailbox.post([this, plain = std::move(plain)] { Q_EMIT readPlain(plain); }); });
    m_neighbourTimer.setSingleShot(true);
    m_sendTimer.setSingleShot(true);
    connect(&m_sendTimer, &QTimer::timeout, this, &DrawingReader::send);
    connect(&m_neighbourTimer, &QTimer::timeout, this, &DrawingReader::findNeighbours);
    m_snapshotTimer.setInterval(kSnapshotMs);
    connect(&m_snapshotTimer, &QTimer::timeout, this, [this] {
        const double period = std::clamp(m_milliseconds / kShare, double{kSnapshotMs}, double{kSlowestSnapshotMs});
        if (m_sinceSnapshot.isValid() && m_sinceSnapshot.elapsed() < static_cast<qint64>(period))
            return;
        m_sinceSnapshot.start();
        m_controller->requestSnapshot();
    });
    connect(controller, &TrainingController::snapshotArrived, this, &DrawingReader::schedule);
    connect(controller, &TrainingController::stateChanged, this, &DrawingReader::followTraining);
    connect(controller, &TrainingController::networkChanged, this, &DrawingReader::networkChanged);
    connect(controller, &TrainingController::configChanged, this, &DrawingReader::schedule);
    connect(controller, &TrainingController::dataReady, this, [this] {
        m_pixels.clear(); // there are other neighbours now
        schedule();
    });
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &DrawingReader::schedule);
    networkChanged();
}

DrawingReader::~DrawingReader()
{
    m_worker.reset(); // their threads use this object
    m_search.reset();
}

void DrawingReader::setWatched(bool watched)
{
    m_watched = watched;
    followTraining();
    schedule();
}

void DrawingReader::setStrokes(const datasets::DrawnStrokes& strokes)
{
    m_strokes = strokes;
    schedule();
}

void DrawingReader::setSteps(const datasets::MnistSteps& steps)
{
    m_steps = steps;
    schedule();
}

void DrawingReader::setWhatIf(const WhatIf& whatIf)
{
    m_whatIf = whatIf;
    schedule();
}

QString DrawingReader::className(int index, std::size_t classes) const
{
    const auto& images = m_controller->data().shown();
    return images && images->classNames().size() == classes ? m_maps->className(index) : QString::number(index);
}

void DrawingReader::followTraining()
{
    const bool follow = m_watched && m_controller->isActive();
    if (follow != m_snapshotTimer.isActive())
        follow ? m_snapshotTimer.start() : m_snapshotTimer.stop();
}

void DrawingReader::networkChanged()
{
    const bool works = m_controller->blockedReason().isEmpty() && !m_controller->graph().nodes.empty();
    if (!works)
        m_graph.reset();
    else if (!m_graph || trainedCore(*m_graph) != trainedCore(m_controller->graph()))
        m_graph = std::make_shared<const engine::GraphSpec>(m_controller->graph());
    schedule();
}

void DrawingReader::schedule()
{
    if (!m_watched && !m_maps->hasDrawing())
        return;
    // One at a time: the next one is then of the newest strokes, however slow the network is.
    if (m_inHand) {
        m_again = true;
        return;
    }
    if (m_sendTimer.isActive())
        return;
    const bool spares = m_controller->state() == RunState::Running && m_sinceSend.isValid();
    const qint64 wait = spares ? kFrameMs - m_sinceSend.elapsed() : 0;
    wait > 0 ? m_sendTimer.start(static_cast<int>(wait)) : send();
}

void DrawingReader::send()
{
    m_inHand = true;
    m_again = false;
    m_sinceSend.start();
    DrawingRequest request;
    request.id = ++m_requestId;
    request.graph = m_graph;
    request.weights = m_controller->shownWeights();
    request.seed = m_controller->config().seed;
    request.strokes = m_strokes;
    request.steps = m_steps;
    request.whatIf = m_whatIf;
    request.dark = Theme::current().dark;
    m_worker->request(std::move(request));
}

void DrawingReader::receive(const DrawingResult& result)
{
    m_inHand = false;
    m_milliseconds = result.milliseconds;
    const bool moved = result.pixels != m_pixels;
    m_pixels = result.pixels;
    if (moved)
        ++m_searchId;
    const bool drawn = result.ink != datasets::InkBox{} && !m_pixels.empty();
    if (moved && drawn && (m_watched || m_maps->showsDrawing()))
        m_maps->setDrawing(std::make_shared<DrawnImage>(result.shape, m_pixels));
    else if (!drawn && m_maps->hasDrawing())
        m_maps->setDrawing(nullptr);
    Q_EMIT read(result);
    if (m_watched && moved && drawn && !m_neighbourTimer.isActive())
        m_neighbourTimer.start(m_controller->state() == RunState::Running ? kNeighbourTrainingMs : kNeighbourMs);
    if (m_again)
        schedule();
}

void DrawingReader::findNeighbours()
{
    if (const auto& images = m_controller->data().train; images && !m_pixels.empty())
        m_search->request(m_searchId, images, m_pixels, kNeighbours);
}

} // namespace convarium::ui
