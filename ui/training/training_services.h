// What the training part of the window asks of the engine and of the data sets, as an interface that a test can script.
#pragma once

#include "datasets/datasets.h"
#include "engine/train/trainer.h"

#include <functional>
#include <memory>

namespace convarium::ui
{

/// Everything one run needs; a value.
struct RunRequest {
    engine::GraphSpec graph;
    engine::TrainConfig config;
    engine::DatasetBundle data;
    std::shared_ptr<const engine::TrainingState> resume; ///< null: from the initial weights
    bool startPaused = false;
};

/// One run and its controls. The controls may be used from any thread, also before run() begins.
class TrainingRun
{
public:
    virtual ~TrainingRun() = default;
    virtual void pause() = 0;
    virtual void resume() = 0;
    virtual void singleStep() = 0;
    virtual void stepEpoch() = 0;
    virtual void stop() = 0;
    virtual void requestSnapshot() = 0;
    virtual void setMeasuring(bool on) = 0;
    virtual void setWatching(bool on) = 0;
    virtual void changeConfig(const engine::TrainConfig& config) = 0;
    virtual void editWeights(const engine::WeightEdit& edit) = 0;
    /// Blocks its thread until the end; calls sink.done() exactly once.
    virtual void run(RunRequest request, engine::TrainingSink& sink) = 0;
};

struct TrainingServices {
    std::function<std::unique_ptr<TrainingRun>()> newRun;
    std::function<engine::Result<engine::DatasetBundle>(const std::string& source, const datasets::Progress&)> openData;
    std::function<engine::Result<void>(const std::string& name, const datasets::Progress&)> download;
    std::function<std::vector<datasets::CatalogueEntry>()> catalogue;
    std::function<engine::Result<std::unique_ptr<engine::Inspector>>(const engine::GraphSpec&)> newInspector;
    /// engine::startWeights(): the initial weights, but for what fits of `kept` (may be null). Takes a while.
    std::function<engine::WeightsPtr(const engine::GraphSpec&, std::uint64_t seed, const engine::WeightsPtr& kept)>
        startWeights;
};

/// The real ones: engine::Trainer, engine::Inspector and the datasets module.
TrainingServices engineServices();

} // namespace convarium::ui
