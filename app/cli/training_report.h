// What a training run shows and keeps: lines or a progress bar, the history, and a checkpoint each epoch.
#pragma once

#include "app/cli/terminal.h"
#include "engine/io/project.h"

#include <chrono>
#include <optional>
#include <string>

namespace convarium::cli
{

struct ReportOptions {
    bool json = false;
    bool everyStep = false;
    std::string model, data;
    std::string checkpoint; ///< empty: none
};

/// Receives the trainer's events on the training thread, which is the main thread here.
class TrainingReport final : public engine::TrainingSink
{
public:
    /// project is completed with state and history as training goes on, and is what checkpoints and the result hold.
    TrainingReport(ReportOptions options, engine::Project& project);

    void started(const engine::StartEvent& event) override;
    void stepDone(const engine::StepEvent& event) override;
    void epochDone(const engine::EpochEvent& event) override;
    void snapshot(std::shared_ptr<const engine::TrainingState> state) override;

    /// Writes the last checkpoint where the run ended within an epoch.
    void finishCheckpoint();
    void printDone(const engine::DoneEvent& event, const std::string& file);
    void printDiverged(const engine::DoneEvent& event);
    /// The first failure to write a checkpoint; training went on.
    [[nodiscard]] const std::optional<engine::Error>& checkpointError() const { return m_checkpointError; }

private:
    void saveCheckpoint();

    ReportOptions m_options;
    engine::Project& m_project;
    ProgressBar m_bar;
    engine::StartEvent m_start;
    std::chrono::steady_clock::time_point m_lastLine{};
    std::int64_t m_savedStep = -1;
    std::optional<engine::Error> m_checkpointError;
};

} // namespace convarium::cli
