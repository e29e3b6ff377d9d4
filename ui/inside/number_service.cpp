#include "ui/inside/number_service.h"

#include "ui/training/map_service.h"
#include "ui/training/training_controller.h"

namespace convarium::ui
{

namespace
{
constexpr int kLiveMs = 250;
}

NumberService::NumberService(MapService* maps, QObject* parent)
    : QObject(parent), m_maps(maps), m_controller(maps->controller()),
      m_worker(std::make_shared<NumberWorker>(maps->controller()->services()))
{
    m_snapshots.setInterval(kLiveMs);
    connect(&m_snapshots, &QTimer::timeout, m_controller, &TrainingController::requestSnapshot);
    m_send.setSingleShot(true);
    connect(&m_send, &QTimer::timeout, this, &NumberService::send);
    connect(m_controller, &TrainingController::snapshotArrived, this, &NumberService::schedule);
    connect(m_controller, &TrainingController::stateChanged, this, &NumberService::schedule);
    connect(m_controller, &TrainingController::networkChanged, this, &NumberService::schedule);
    connect(m_controller, &TrainingController::configChanged, this, &NumberService::schedule);
    connect(m_controller, &TrainingController::dataReady, this, &NumberService::schedule);
    connect(maps, &MapService::imageChanged, this, &NumberService::schedule);
}

NumberService::~NumberService() = default;

void NumberService::show(const NumberRequest& request)
{
    m_request = request;
    m_open = true;
    m_send.start(0);
    schedule();
}

void NumberService::stop()
{
    m_open = false;
    schedule();
}

void NumberService::schedule()
{
    const bool live = m_open && m_controller->isActive();
    if (live != m_snapshots.isActive())
        live ? m_snapshots.start() : m_snapshots.stop();
    if (!m_open || m_send.isActive())
        return;
    const auto since = m_sinceSend.isValid() ? m_sinceSend.elapsed() : kLiveMs;
    m_send.start(live ? static_cast<int>(std::max<qint64>(0, kLiveMs - since)) : 0);
}

void NumberService::send()
{
    if (!m_open)
        return;
    if (m_busy) { // the newest question is asked when the one in hand is answered
        m_again = true;
        return;
    }
    const auto [images, image] = m_maps->shownImage();
    NumberResult nothing;
    nothing.request = m_request;
    if (!m_controller->blockedReason().isEmpty())
        nothing.error = m_controller->blockedReason();
    else if (!images)
        nothing.error = tr("The images are not read yet.");
    if (!nothing.error.isEmpty()) {
        Q_EMIT ready(nothing);
        return;
    }
    if (!m_graph || trainedCore(*m_graph) != trainedCore(m_controller->graph())) {
        m_graph = std::make_shared<const engine::GraphSpec>(m_controller->graph());
        m_differs = engine::trainingDifferences(*m_graph).any();
    }
    NumberRequest request = m_request;
    request.id = ++m_id;
    request.graph = m_graph;
    request.weights = m_controller->shownWeights();
    request.seed = m_controller->config().seed;
    request.images = images;
    request.image = image;
    request.config = m_controller->config();
    request.data = m_controller->data();
    request.training = request.training && m_differs;
    // A step starts from what training would start from; what is looked at otherwise are the weights that are used.
    if (request.training || request.mode == NumberMode::Update) {
        NextStart next = m_controller->nextStart();
        request.config = std::move(next.config);
        request.state = std::move(next.state);
        request.weights = request.state ? request.state->weights : nullptr;
    }
    m_busy = true;
    m_again = false;
    m_sinceSend.start();
    m_thread.post([this, worker = m_worker, request = std::move(request)] {
        NumberResult result = worker->compute(request);
        m_mailbox.post([this, result = std::move(result)]() mutable { receive(std::move(result)); });
    });
}

void NumberService::receive(NumberResult result)
{
    m_busy = false;
    if (m_again)
        m_send.start(0);
    if (m_open)
        Q_EMIT ready(result);
}

} // namespace convarium::ui
