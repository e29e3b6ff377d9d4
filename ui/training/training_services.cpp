#include "ui/training/training_services.h"

#include "engine/train/kept_weights.h"

#include <utility>

namespace convarium::ui
{

namespace
{

class EngineRun final : public TrainingRun
{
public:
    void pause() override { m_control.pause(); }
    void resume() override { m_control.resume(); }
    void singleStep() override { m_control.singleStep(); }
    void stepEpoch() override { m_control.stepEpoch(); }
    void stop() override { m_control.stop(); }
    void requestSnapshot() override { m_control.requestSnapshot(); }
    void setMeasuring(bool on) override { m_control.setMeasuring(on); }
    void setWatching(bool on) override { m_control.setWatching(on); }
    void changeConfig(const engine::TrainConfig& config) override { m_control.changeConfig(config); }
    void editWeights(const engine::WeightEdit& edit) override { m_control.editWeights(edit); }
    void run(RunRequest request, engine::TrainingSink& sink) override
    {
        // Only the trainer holds it, and lets go of it as soon as its own weights are in place.
        auto resume = engine::startState(request.graph, std::exchange(request.resume, nullptr));
        engine::Trainer trainer(std::move(request.graph), std::move(request.config), std::move(request.data),
                                std::move(resume));
        trainer.run(m_control, sink, request.startPaused);
    }

private:
    engine::TrainControl m_control;
};

} // namespace

TrainingServices engineServices()
{
    TrainingServices services;
    services.newRun = [] { return std::make_unique<EngineRun>(); };
    services.openData = [](const std::string& source, const datasets::Progress& progress) {
        return datasets::open(source, progress);
    };
    services.download = [](const std::string& name, const datasets::Progress& progress) {
        return datasets::download(name, progress);
    };
    services.catalogue = [] { return datasets::catalogue(); };
    services.newInspector = [](const engine::GraphSpec& graph) { return engine::Inspector::create(graph); };
    services.startWeights = engine::startWeights;
    return services;
}

} // namespace convarium::ui
