#include "ui/training/run_session.h"

#include <algorithm>
#include <exception>
#include <new>

namespace convarium::ui
{

using engine::Error;
using engine::ErrorCode;

RunSession::RunSession(int id, std::unique_ptr<TrainingRun> run, std::function<void(int)> wake)
    : m_id(id), m_run(std::move(run)), m_wake(std::move(wake))
{
}

template <class Change>
void RunSession::put(Change change)
{
    {
        const std::scoped_lock lock(m_mutex);
        change(m_news);
    }
    if (!m_pending.exchange(true))
        m_wake(m_id);
}

SessionNews RunSession::take()
{
    // Cleared first: whatever comes after this line wakes the UI again.
    m_pending.store(false);
    SessionNews news;
    const std::scoped_lock lock(m_mutex);
    std::swap(news, m_news);
    return news;
}

void RunSession::requestStop()
{
    m_stop.store(true, std::memory_order_relaxed);
    m_run->stop();
}

bool RunSession::progress(const std::string& phase, std::int64_t done, std::int64_t total)
{
    put([&](SessionNews& n) {
        n.phase = phase;
        n.phaseDone = done;
        n.phaseTotal = total;
    });
    return !stopRequested();
}

void RunSession::dataOpened(const engine::DatasetBundle& data)
{
    put([&](SessionNews& n) { n.data = data; });
}

void RunSession::started(const engine::StartEvent& event)
{
    put([&](SessionNews& n) { n.started = event; });
}

void RunSession::stepDone(const engine::StepEvent& event)
{
    put([&](SessionNews& n) { n.steps.push_back(event); });
}

void RunSession::epochDone(const engine::EpochEvent& event)
{
    put([&](SessionNews& n) { n.epochs.push_back(event); });
}

void RunSession::snapshot(std::shared_ptr<const engine::TrainingState> state)
{
    put([&](SessionNews& n) { n.snapshot.swap(state); });
}

void RunSession::speedMeasured(std::shared_ptr<const engine::SpeedEvent> event)
{
    put([&](SessionNews& n) { n.speed.swap(event); });
}

void RunSession::healthChecked(engine::HealthPtr report)
{
    put([&](SessionNews& n) { n.health.swap(report); });
}

void RunSession::paused()
{
    put([](SessionNews& n) { n.paused = true; });
}

void RunSession::resumed()
{
    put([](SessionNews& n) { n.paused = false; });
}

void RunSession::done(const engine::DoneEvent& event)
{
    put([&](SessionNews& n) { n.done = event; });
}

engine::Result<engine::DatasetBundle> DataStore::open(const std::string& source, const datasets::Progress& progress)
{
    const auto found = std::find_if(m_recent.begin(), m_recent.end(), [&](const auto& r) { return r.first == source; });
    if (found != m_recent.end()) {
        std::rotate(m_recent.begin(), found, found + 1);
        return m_recent.front().second;
    }
    auto opened = m_open(source, progress);
    if (opened) {
        m_recent.insert(m_recent.begin(), {source, *opened});
        if (m_recent.size() > 2)
            m_recent.pop_back();
    }
    return opened;
}

void runSession(RunSession& session, DataStore& store, RunRequest request)
{
    const auto fail = [&](Error error) {
        engine::DoneEvent done;
        done.reason = error.code == ErrorCode::Cancelled || session.stopRequested() ? engine::StopReason::Stopped
                                                                                    : engine::StopReason::Failed;
        if (done.reason == engine::StopReason::Failed)
            done.error = std::move(error);
        session.done(done);
    };
    try {
        auto data =
            store.open(request.config.data, [&](const std::string& phase, std::int64_t done, std::int64_t total) {
                return session.progress(phase, done, total);
            });
        if (!data)
            return fail(data.error());
        session.dataOpened(*data);
        if (session.stopRequested())
            return fail({ErrorCode::Cancelled, "Training was stopped.", {}, {}});
        request.data = std::move(data).value();
        request.startPaused = session.startPaused();
        session.run().run(std::move(request), session);
    } catch (const std::bad_alloc&) {
        fail({ErrorCode::OutOfMemory,
              "There is not enough memory to train this network.",
              "Choose a smaller batch, or smaller layers.",
              {}});
    } catch (const std::exception& e) {
        fail({ErrorCode::Internal,
              std::string("Training ended by an unexpected fault: ") + e.what() + ".",
              "Save the project and start training again.",
              {}});
    }
}

} // namespace convarium::ui
