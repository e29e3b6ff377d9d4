// A training run without an engine: does what the test says, honours all controls.
#pragma once

#include "ui/training/training_services.h"

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace convarium::ui::test
{

using namespace convarium::engine;

/// What the next runs do; shared by the test and the engine thread.
struct Script {
    std::mutex mutex;
    std::condition_variable wake;
    std::int64_t stepsPerEpoch = 4;
    std::int64_t divergeAt = -1; ///< step at which the run diverges; its weights are not shown any more
    bool failsToBegin = false;
    WeightsPtr firstWeights;        ///< before the first step; null: nothing
    std::optional<Evaluation> test; ///< of a run that ends
    bool holdAfterEachStep = false; ///< waits for allow() before each step
    std::int64_t allowed = 0;
    bool dataMissing = false;
    std::atomic<int> runs{0};
    std::atomic<int> snapshotsAsked{0};
    std::atomic<int> opened{0};
    std::atomic<int> pauses{0}; ///< that were told
    std::atomic<bool> measuring{false};
    std::atomic<bool> watching{false};
    HealthPtr health;                        ///< reported after each step that is watched
    std::shared_ptr<const SpeedEvent> speed; ///< reported after each step that is measured
    std::vector<RunRequest> requests;
    std::vector<TrainConfig> changes;
    std::vector<WeightEdit> edits;

    void allow(std::int64_t steps)
    {
        {
            const std::scoped_lock lock(mutex);
            allowed += steps;
        }
        wake.notify_all();
    }
};

class ScriptedRun final : public TrainingRun
{
public:
    explicit ScriptedRun(std::shared_ptr<Script> script) : m_script(std::move(script)) {}
    void pause() override
    {
        set([this] { m_paused = true; });
    }
    void resume() override
    {
        set([this] { m_paused = false; });
    }
    void singleStep() override
    {
        set([this] { ++m_single; });
    }
    void stepEpoch() override { resume(); }
    void stop() override
    {
        set([this] { m_stop = true; });
    }
    void requestSnapshot() override { ++m_script->snapshotsAsked; }
    void setMeasuring(bool on) override { m_script->measuring = on; }
    void setWatching(bool on) override { m_script->watching = on; }
    void changeConfig(const TrainConfig& config) override
    {
        set([&] {
            m_config = config;
            m_script->changes.push_back(config);
        });
    }
    void editWeights(const WeightEdit& edit) override
    {
        set([&] { m_script->edits.push_back(edit); });
    }
    void run(RunRequest request, TrainingSink& sink) override
    {
        ++m_script->runs;
        std::unique_lock lock(m_script->mutex);
        m_script->requests.push_back(request);
        m_config = request.config;
        m_paused = m_paused || request.startPaused;
        if (m_script->failsToBegin) {
            DoneEvent failed;
            failed.reason = StopReason::Failed;
            failed.error = Error{ErrorCode::InvalidArgument, "Too few images.", {}, {}};
            sink.done(failed);
            return;
        }
        const std::int64_t perEpoch = m_script->stepsPerEpoch;
        StartEvent start;
        start.stepsPerEpoch = perEpoch;
        start.totalSteps = m_config.epochs * perEpoch;
        start.trainImages = perEpoch * m_config.batch;
        sink.started(start);
        std::int64_t step = request.resume ? request.resume->step : 0;
        const auto snapshot = [&] {
            auto state = std::make_shared<TrainingState>();
            state->weights =
                m_script->firstWeights && step == 0 ? m_script->firstWeights : std::make_shared<WeightMap>();
            state->step = step;
            state->epoch = step / perEpoch;
            sink.snapshot(state);
        };
        bool told = false;
        DoneEvent done;
        while (step < m_config.epochs * perEpoch) {
            if (m_paused && m_single == 0 && !told) {
                snapshot();
                sink.paused();
                ++m_script->pauses;
                told = true;
            }
            m_script->wake.wait(lock, [&] {
                const bool held = m_script->holdAfterEachStep && m_script->allowed == 0;
                return m_stop || m_single > 0 || (m_paused ? !told : !held);
            });
            if (m_paused && !told && m_single == 0 && !m_stop)
                continue; // to say that it pauses
            if (m_stop) {
                done.reason = StopReason::Stopped;
                break;
            }
            if (m_single > 0) {
                --m_single;
                told = false;
            } else {
                if (told)
                    sink.resumed();
                told = false;
                if (m_script->holdAfterEachStep)
                    --m_script->allowed;
            }
            ++step;
            StepEvent event;
            event.step = step;
            event.epoch = (step - 1) / perEpoch + 1;
            event.epochPosition = static_cast<double>(step) / static_cast<double>(perEpoch);
            event.loss = 1.0 / static_cast<double>(step);
            event.accuracy = 1 - event.loss;
            event.imagesPerSecond = 1000;
            if (step == m_script->divergeAt) {
                done.reason = StopReason::Diverged;
                done.error = Error{ErrorCode::Diverged, "The loss is no longer a number.", "Lower the rate.", {}};
                done.step = step - 1;
                sink.done(done);
                return;
            }
            sink.stepDone(event);
            if (m_script->measuring && m_script->speed)
                sink.speedMeasured(m_script->speed);
            if (m_script->watching && m_script->health)
                sink.healthChecked(m_script->health);
            if (step % perEpoch == 0) {
                EpochEvent epoch;
                epoch.epoch = step / perEpoch;
                epoch.step = step;
                epoch.validationLoss = event.loss;
                epoch.validationAccuracy = event.accuracy;
                sink.epochDone(epoch);
                snapshot();
            }
        }
        done.step = step;
        done.test = m_script->test;
        snapshot();
        sink.done(done);
    }

private:
    template <class Change>
    void set(Change change)
    {
        {
            const std::scoped_lock lock(m_script->mutex);
            change();
        }
        m_script->wake.notify_all();
    }
    std::shared_ptr<Script> m_script;
    TrainConfig m_config;
    bool m_paused = false, m_stop = false;
    int m_single = 0;
};

/// 2x2 images of two classes.
inline DatasetBundle smallData()
{
    const auto set = std::make_shared<InMemoryDataset>(Shape{1, 2, 2}, std::vector<std::uint8_t>(5 * 4, 128),
                                                       std::vector<std::uint8_t>{0, 1, 0, 1, 1},
                                                       std::vector<std::string>{"zero", "one"});
    return {"small", "Small", set, nullptr, set};
}

/// An engine that says the activations are the pixels, for every node.
class ScriptedInspector final : public Inspector
{
public:
    void setWeights(const WeightMap&) override {}
    void run(std::span<const std::uint8_t> pixels) override
    {
        m_output = Tensor(Shape{static_cast<std::int64_t>(pixels.size())});
        for (std::size_t i = 0; i < pixels.size(); ++i)
            m_output[static_cast<std::int64_t>(i)] = static_cast<float>(pixels[i]) / 255.0F;
    }
    Tensor output(NodeId) const override { return m_output; }

private:
    Tensor m_output;
};

inline TrainingServices scriptedServices(const std::shared_ptr<Script>& script)
{
    TrainingServices services;
    services.newRun = [script] { return std::make_unique<ScriptedRun>(script); };
    services.openData = [script](const std::string& source, const datasets::Progress&) -> Result<DatasetBundle> {
        ++script->opened;
        if (script->dataMissing && source == "mnist")
            return Error{ErrorCode::NotFound, "MNIST is not on this computer.", "Download it.", {}};
        return smallData();
    };
    services.download = [](const std::string&, const datasets::Progress& progress) -> Result<void> {
        for (int i = 0; i <= 10; ++i)
            if (!progress("Downloading", i, 10))
                return Error{ErrorCode::Cancelled, "The download was cancelled.", {}, {}};
        return {};
    };
    services.catalogue = [script] {
        return std::vector<datasets::CatalogueEntry>{
            {"digits", "Generated digits", "Drawn by the program.", 0, true},
            {"mnist", "MNIST", "Handwritten digits.", 11'000'000, !script->dataMissing},
        };
    };
    services.newInspector = [](const GraphSpec&) -> Result<std::unique_ptr<Inspector>> {
        return std::unique_ptr<Inspector>(std::make_unique<ScriptedInspector>());
    };
    services.startWeights = [](const GraphSpec&, std::uint64_t, const WeightsPtr& kept) {
        return kept ? kept : std::make_shared<WeightMap>();
    };
    return services;
}

/// Input 2x2, Flatten, Dense 2, Softmax: small, but whole.
inline GraphSpec smallGraph()
{
    GraphSpec graph;
    graph.title = "Small";
    const auto add = [&](const std::string& type, const std::string& name, Params params) {
        Node node;
        node.id = graph.nextId++;
        node.type = type;
        node.name = name;
        node.params = std::move(params);
        graph.nodes.push_back(node);
        if (node.id > 1)
            graph.edges.push_back({node.id - 1, 0, node.id, 0, 0});
    };
    add("input", "In", {{"channels", std::int64_t{1}}, {"height", std::int64_t{2}}, {"width", std::int64_t{2}}});
    add("flatten", "F", {});
    add("dense", "D", {{"units", std::int64_t{2}}});
    add("softmax", "S", {});
    return graph;
}

} // namespace convarium::ui::test
