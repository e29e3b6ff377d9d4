// The meeting point of one run's two threads: the engine thread fills it, the UI thread empties it.
#pragma once

#include "ui/training/training_services.h"

#include <QString>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

namespace convarium::ui
{

/// Everything that arrived since the last look. All values, nothing live.
struct SessionNews {
    std::optional<engine::StartEvent> started;
    std::vector<engine::StepEvent> steps;
    std::vector<engine::EpochEvent> epochs;
    std::shared_ptr<const engine::TrainingState> snapshot; ///< the latest only
    std::shared_ptr<const engine::SpeedEvent> speed;       ///< the latest only
    engine::HealthPtr health;                              ///< the latest only
    std::optional<bool> paused;                            ///< the latest of paused() and resumed()
    std::optional<engine::DoneEvent> done;
    std::optional<engine::DatasetBundle> data;
    std::string phase; ///< what preparing is doing, with its progress
    std::int64_t phaseDone = 0, phaseTotal = 0;
};

/// One run: id, controls, inbox. Shared by both threads; goes away with the last of them.
class RunSession final : public engine::TrainingSink
{
public:
    /// wake is called on the engine thread when there is news, at most once between two calls of take().
    RunSession(int id, std::unique_ptr<TrainingRun> run, std::function<void(int)> wake);

    [[nodiscard]] int id() const { return m_id; }
    [[nodiscard]] TrainingRun& run() { return *m_run; }

    /// UI thread: everything since the last call.
    [[nodiscard]] SessionNews take();
    /// Any thread: ends preparing as well as training.
    void requestStop();
    [[nodiscard]] bool stopRequested() const { return m_stop.load(std::memory_order_relaxed); }
    /// Any thread; counts until run() begins.
    void setStartPaused(bool paused) { m_startPaused.store(paused, std::memory_order_relaxed); }
    [[nodiscard]] bool startPaused() const { return m_startPaused.load(std::memory_order_relaxed); }

    // Engine thread.
    bool progress(const std::string& phase, std::int64_t done, std::int64_t total);
    void dataOpened(const engine::DatasetBundle& data);
    void started(const engine::StartEvent& event) override;
    void stepDone(const engine::StepEvent& event) override;
    void epochDone(const engine::EpochEvent& event) override;
    void snapshot(std::shared_ptr<const engine::TrainingState> state) override;
    void speedMeasured(std::shared_ptr<const engine::SpeedEvent> event) override;
    void healthChecked(engine::HealthPtr report) override;
    void paused() override;
    void resumed() override;
    void done(const engine::DoneEvent& event) override;

private:
    template <class Change>
    void put(Change change);

    const int m_id;
    std::unique_ptr<TrainingRun> m_run;
    std::function<void(int)> m_wake;
    std::atomic<bool> m_stop{false};
    std::atomic<bool> m_startPaused{false};
    std::atomic<bool> m_pending{false};
    std::mutex m_mutex;
    SessionNews m_news;
};

/// Opened data sets by source name, the two used last. Engine thread only.
class DataStore final
{
public:
    explicit DataStore(const TrainingServices& services) : m_open(services.openData) {}
    engine::Result<engine::DatasetBundle> open(const std::string& source, const datasets::Progress& progress);

private:
    std::function<engine::Result<engine::DatasetBundle>(const std::string&, const datasets::Progress&)> m_open;
    std::vector<std::pair<std::string, engine::DatasetBundle>> m_recent;
};

/// Body of the engine thread's task: opens the data, trains, reports everything into the session. Lets no exception
/// out.
void runSession(RunSession& session, DataStore& store, RunRequest request);

} // namespace convarium::ui
