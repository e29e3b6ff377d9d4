#include "ui/training/histogram_service.h"

#include "ui/training/start_weights.h"
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

/// What is counted but for the weights: counts with another key are of other things.
struct HistogramService::Key {
    std::shared_ptr<const engine::GraphSpec> graph;
    engine::DatasetPtr images;
    std::uint64_t seed = 0;
    std::string loss;
    friend bool operator==(const Key&, const Key&) = default;
};

/// The pointers lead to immutable things.
struct HistogramService::Request {
    int id = 0;
    Key key;
    std::shared_ptr<const std::atomic<bool>> stop;
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
    bool stopped = false;
    double milliseconds = 0; ///< of one core
};

/// Keeps the compiled network between requests; one thread.
class HistogramService::Worker
{
public:
    explicit Worker(const TrainingServices& services) : m_startWeights(services) {}

    Answer compute(const Request& request)
    {
        Answer answer;
        answer.id = request.id;
        answer.step = request.step;
        const double begin = ownMilliseconds();
        try {
            if (auto done = fill(request, answer); !done) {
                answer.stopped = done.error().code == engine::ErrorCode::Cancelled;
                answer.fault = QString::fromStdString(done.error().text());
            }
        } catch (const std::exception&) {
            m_probe.reset();
            answer.fault = tr("There is not enough memory to count the numbers of this network.");
        }
        answer.milliseconds = ownMilliseconds() - begin;
        return answer;
    }

    /// Gives its memory back until the next request.
    void rest()
    {
        m_probe.reset();
        m_startWeights.forget();
    }

private:
    engine::Result<void> fill(const Request& request, Answer& answer)
    {
        if (!m_probe || m_key != request.key) {
            m_probe.reset();
            auto made = engine::HistogramProbe::create(*request.key.graph, request.config, request.data);
            if (!made)
                return made.error();
            m_probe = *std::move(made);
            m_key = request.key;
            m_startWeights.forget();
        }
        const auto& weights = m_startWeights.of(*m_key.graph, m_key.seed, request.weights);
        auto measured = m_probe->measure(*weights, request.stop.get());
        if (!measured)
            return measured.error();
        answer.layers = *std::move(measured);
        answer.images = m_probe->images();
        return {};
    }

    StartWeights m_startWeights;
    Key m_key;
    std::unique_ptr<engine::HistogramProbe> m_probe;
};

HistogramService::HistogramService(TrainingController* controller, QObject* parent)
    : QObject(parent), m_controller(controller), m_period(kFastestMs),
      m_worker(std::make_shared<Worker>(controller->services()))
{
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

HistogramService::~HistogramService()
{
    *m_stop = true;
}

void HistogramService::setWatched(bool watched)
{
    if (watched == m_watched)
        return;
    m_watched = watched;
    m_connected = false;
    m_stale = true;
    if (watched) {
        m_stop = std::make_shared<std::atomic<bool>>(false);
    } else {
        *m_stop = true;
        m_thread.post([worker = m_worker] { worker->rest(); });
    }
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
    const engine::TrainConfig& config = m_controller->config();
    Key key{m_key ? m_key->graph : nullptr, m_controller->data().train, config.seed, config.loss};
    if (!key.graph || trainedCore(*key.graph) != trainedCore(m_controller->graph()))
        key.graph = std::make_shared<const engine::GraphSpec>(m_controller->graph());
    if (!m_key || *m_key != key || m_origin != m_controller->weightsOrigin()) {
        m_key = std::make_unique<Key>(key);
        m_origin = m_controller->weightsOrigin();
        forget();
    }
    const auto state = m_controller->weightsFitNetwork() ? m_controller->trainingState() : nullptr;
    Request request{++m_id,
                    std::move(key),
                    m_stop,
                    config,
                    m_controller->data(),
                    state ? state->weights : m_controller->shownWeights(),
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
    if (answer.stopped)
        return schedule();
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
