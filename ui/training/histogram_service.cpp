#include "ui/training/histogram_service.h"

#include "ui/training/training_controller.h"

#include <algorithm>
#include <exception>

namespace convarium::ui
{

namespace
{
constexpr qint64 kFastestMs = 250, kSlowestMs = 10'000;
constexpr double kShare = 0.025; ///< of one core
} // namespace

/// The pointers lead to immutable things.
struct HistogramService::Request {
    int id = 0;
    std::shared_ptr<const engine::GraphSpec> graph;
    engine::TrainConfig config;
    engine::DatasetBundle data;
    engine::WeightsPtr weights; ///< null: the initial weights of the seed
    std::int64_t step = 0;
};

struct HistogramService::Answer {
    int id = 0;
    std::int64_t step = 0, images = 0;
    engine::HistogramMap layers;
    QString fault;
    double milliseconds = 0; ///< of one core
};

/// Keeps the compiled network between requests; one thread.
class HistogramService::Worker
{
public:
    explicit Worker(const TrainingServices& services) : m_initialWeights(services.initialWeights) {}

    Answer compute(const Request& request)
    {
        Answer answer;
        answer.id = request.id;
        answer.step = request.step;
        const double begin = ownMilliseconds();
        try {
            if (auto done = fill(request, answer); !done)
                answer.fault = QString::fromStdString(done.error().text());
        } catch (const std::exception&) {
            m_probe.reset();
            answer.fault = tr("There is not enough memory to count the numbers of this network.");
        }
        answer.milliseconds = ownMilliseconds() - begin;
        return answer;
    }

private:
    engine::Result<void> fill(const Request& request, Answer& answer)
    {
        if (!m_probe || m_graph != request.graph || m_data != request.data.train || m_seed != request.config.seed ||
            m_loss != request.config.loss) {
            m_probe.reset();
            auto made = engine::HistogramProbe::create(*request.graph, request.config, request.data);
            if (!made)
                return made.error();
            m_probe = *std::move(made);
            m_graph = request.graph;
            m_data = request.data.train;
            m_seed = request.config.seed;
            m_loss = request.config.loss;
        }
        const auto weights = request.weights ? request.weights : m_initialWeights(*m_graph, m_seed);
        auto measured = m_probe->measure(*weights);
        if (!measured)
            return measured.error();
        answer.layers = *std::move(measured);
        answer.images = m_probe->images();
        return {};
    }

    std::function<engine::WeightsPtr(const engine::GraphSpec&, std::uint64_t)> m_initialWeights;
    std::shared_ptr<const engine::GraphSpec> m_graph;
    engine::DatasetPtr m_data;
    std::uint64_t m_seed = 0;
    std::string m_loss;
    std::unique_ptr<engine::HistogramProbe> m_probe;
};

HistogramService::HistogramService(TrainingController* controller, QObject* parent)
    : QObject(parent), m_controller(controller), m_period(kFastestMs),
      m_worker(std::make_shared<Worker>(controller->services()))
{
    m_thread.post([] { lowerOwnPriority(); });
    m_snapshots.setInterval(kFastestMs);
    connect(&m_snapshots, &QTimer::timeout, this, [this] {
        if (!m_busy && (!m_sinceSend.isValid() || m_sinceSend.elapsed() >= m_period))
            m_controller->requestSnapshot();
    });
    m_send.setSingleShot(true);
    connect(&m_send, &QTimer::timeout, this, &HistogramService::send);
    const auto again = [this] {
        m_stale = true;
        schedule();
    };
    connect(controller, &TrainingController::snapshotArrived, this, again);
    connect(controller, &TrainingController::stateChanged, this, &HistogramService::schedule);
    connect(controller, &TrainingController::dataReady, this, again);
    connect(controller, &TrainingController::configChanged, this, again);
    connect(controller, &TrainingController::networkChanged, this, again);
}

HistogramService::~HistogramService() = default;

void HistogramService::setWatched(bool watched)
{
    if (watched == m_watched)
        return;
    m_watched = watched;
    m_connected = false;
    m_stale = true;
    schedule();
}

void HistogramService::schedule()
{
    const bool live = m_watched && m_controller->isActive();
    if (live != m_snapshots.isActive())
        live ? m_snapshots.start() : m_snapshots.stop();
    if (!m_watched || !m_stale || m_busy || m_send.isActive())
        return;
    const bool running = m_controller->state() == RunState::Running;
    const auto since = m_sinceSend.isValid() ? m_sinceSend.elapsed() : m_period;
    m_send.start(static_cast<int>(std::max<qint64>(0, (running ? m_period : kFastestMs) - since)));
}

/// Counts of other weights do not belong with what comes.
void HistogramService::forget()
{
    m_history.clear();
    m_connected = false;
    m_firstId = m_id + 1;
    Q_EMIT changed();
}

void HistogramService::setFault(const QString& fault)
{
    if (fault == m_fault)
        return;
    m_fault = fault;
    Q_EMIT changed();
}

void HistogramService::send()
{
    if (!m_watched || m_busy)
        return;
    m_stale = false;
    if (!m_controller->blockedReason().isEmpty()) {
        setFault(m_controller->blockedReason());
        return;
    }
    if (!m_controller->data().train) {
        setFault(tr("The images are not read yet."));
        return;
    }
    const bool other = !m_graph || trainedCore(*m_graph) != trainedCore(m_controller->graph());
    if (other)
        m_graph = std::make_shared<const engine::GraphSpec>(m_controller->graph());
    if (other || m_origin != m_controller->weightsOrigin()) {
        m_origin = m_controller->weightsOrigin();
        forget();
    }
    const auto state = m_controller->weightsFitNetwork() ? m_controller->trainingState() : nullptr;
    Request request{++m_id,
                    m_graph,
                    m_controller->config(),
                    m_controller->data(),
                    state ? state->weights : nullptr,
                    state ? state->step : 0};
    m_busy = true;
    m_sinceSend.start();
    m_thread.post([this, worker = m_worker, request = std::move(request)] {
        Answer answer = worker->compute(request);
        m_mailbox.post([this, answer = std::move(answer)]() mutable { receive(std::move(answer)); });
    });
}

void HistogramService::receive(Answer answer)
{
    m_busy = false;
    m_period = static_cast<qint64>(
        std::clamp(answer.milliseconds / kShare, static_cast<double>(kFastestMs), static_cast<double>(kSlowestMs)));
    if (answer.id >= m_firstId) {
        if (answer.fault.isEmpty()) {
            m_history.add(answer.step, std::move(answer.layers), m_connected);
            m_images = answer.images;
            m_connected = true;
        }
        m_fault = answer.fault;
        Q_EMIT changed();
    }
    schedule();
}

} // namespace convarium::ui
