#include "app/cli/training_report.h"

#include "engine/analysis/derivation.h"
#include "engine/graph/formula.h"
#include "engine/io/json_writer.h"
#include "engine/io/project_file.h"

namespace convarium::cli
{

using namespace engine;

namespace
{

constexpr auto kLinePause = std::chrono::milliseconds(100); // at most ten step lines a second

std::string secondsText(double seconds)
{
    if (seconds < 60)
        return shortNumber(seconds) + " s";
    const auto whole = static_cast<std::int64_t>(seconds);
    return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
}

std::string speedText(double imagesPerSecond)
{
    return groupDigits(static_cast<std::int64_t>(imagesPerSecond)) + " images/s";
}

} // namespace

TrainingReport::TrainingReport(ReportOptions options, Project& project)
    : m_options(std::move(options)), m_project(project), m_bar(!m_options.json)
{
}

void TrainingReport::started(const StartEvent& event)
{
    m_start = event;
    const TrainConfig& c = m_project.train;
    if (!m_options.json) {
        printLine(m_options.model + " on " + m_options.data + ": " + groupDigits(event.parameters) + " parameters, " +
                  groupDigits(event.trainImages) + " training images, " + groupDigits(event.totalSteps) + " steps of " +
                  std::to_string(c.batch) + ", " + c.optimizer + " " + shortNumber(c.rate) + " (" + c.schedule +
                  "), seed " + std::to_string(c.seed) + ", " + std::to_string(event.threads) + " threads, " +
                  event.kernels + " kernels");
        return;
    }
    JsonWriter json;
    json.beginObject().field("event", "start").field("model", m_options.model).field("data", m_options.data);
    json.field("train_images", event.trainImages).field("validation_images", event.validationImages);
    json.field("test_images", event.testImages)
        .field("steps_per_epoch", event.stepsPerEpoch)
        .field("steps", event.totalSteps);
    json.field("batch", c.batch).field("optimizer", c.optimizer).field("rate", c.rate).field("schedule", c.schedule);
    json.field("seed", c.seed)
        .field("threads", event.threads)
        .field("kernels", event.kernels)
        .field("precision", "fp32");
    json.field("execution", c.execution == ExecutionMode::Fused ? "fused" : "layerwise")
        .field("parameters", event.parameters);
    json.field("predicted_memory", event.predicted.total()).endObject();
    printLine(json.text());
}

void TrainingReport::stepDone(const StepEvent& event)
{
    m_project.history.steps.push_back(
        {event.step, event.epochPosition, event.loss, event.accuracy, event.rate, event.imagesPerSecond});
    if (!m_options.json) {
        m_bar.show(static_cast<double>(event.step) / static_cast<double>(m_start.totalSteps),
                   "epoch " + std::to_string(event.epoch) + ", step " + groupDigits(event.step) + " of " +
                       groupDigits(m_start.totalSteps) + ", loss " + shortNumber(event.loss) + ", " +
                       speedText(event.imagesPerSecond));
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    if (!m_options.everyStep && now - m_lastLine < kLinePause)
        return;
    m_lastLine = now;
    JsonWriter json;
    json.beginObject().field("event", "step").field("step", event.step).field("epoch", event.epoch);
    json.field("loss", event.loss).field("accuracy", event.accuracy).field("images_per_second", event.imagesPerSecond);
    json.endObject();
    printLine(json.text());
}

void TrainingReport::epochDone(const EpochEvent& event)
{
    m_project.history.epochs.push_back(event);
    if (m_options.json) {
        JsonWriter json;
        json.beginObject().field("event", "epoch").field("epoch", event.epoch).field("train_loss", event.trainLoss);
        json.field("train_accuracy", event.trainAccuracy).field("validation_loss", event.validationLoss);
        json.field("validation_accuracy", event.validationAccuracy).field("seconds", event.seconds);
        json.field("images_per_second", event.imagesPerSecond).endObject();
        printLine(json.text());
    } else {
        m_bar.clear();
        std::string line = "Epoch " + std::to_string(event.epoch) + ": loss " + shortNumber(event.trainLoss) +
                           ", accuracy " + percent(event.trainAccuracy);
        if (event.validationLoss && event.validationAccuracy)
            line += ", validation loss " + shortNumber(*event.validationLoss) + ", accuracy " +
                    percent(*event.validationAccuracy);
        printLine(line + ", " + secondsText(event.seconds) + ", " + speedText(event.imagesPerSecond));
    }
    saveCheckpoint(); // after the epoch's snapshot, so that the file holds this epoch's line too
}

void TrainingReport::snapshot(std::shared_ptr<const TrainingState> state)
{
    m_project.state = std::move(state);
}

void TrainingReport::finishCheckpoint()
{
    if (m_project.state && m_project.state->step != m_savedStep)
        saveCheckpoint();
}

void TrainingReport::saveCheckpoint()
{
    if (m_options.checkpoint.empty() || !m_project.state)
        return;
    m_savedStep = m_project.state->step;
    const auto saved = saveProject(m_project, m_options.checkpoint);
    if (saved || m_checkpointError)
        return;
    m_checkpointError = saved.error();
    m_bar.clear();
    warn(saved.error().text());
}

void TrainingReport::printDone(const DoneEvent& event, const std::string& file)
{
    m_bar.clear();
    const std::int64_t peak = peakMemory();
    if (m_options.json) {
        JsonWriter json;
        json.beginObject().field("event", "done");
        json.field("test_loss", event.test ? std::optional(event.test->loss) : std::nullopt);
        json.field("test_accuracy", event.test ? std::optional(event.test->accuracy) : std::nullopt);
        json.field("seconds", event.seconds).field("peak_memory", peak);
        json.field("file", file.empty() ? std::nullopt : std::optional(file));
        if (event.stoppedEarly)
            json.field("stopped_early", true).field("best_epoch", event.bestEpoch);
        json.endObject();
        printLine(json.text());
        return;
    }
    std::string line =
        event.reason == StopReason::Stopped  ? "Stopped after step " + groupDigits(event.step)
        : event.reason == StopReason::Failed ? "Failed after step " + groupDigits(event.step)
        : event.test ? "Test: loss " + shortNumber(event.test->loss) + ", accuracy " + percent(event.test->accuracy)
                     : std::string("Done");
    if (event.stoppedEarly || (m_project.train.restoreBest && event.bestEpoch > 0))
        line += std::string(event.stoppedEarly ? ", stopped early" : "") + ", lowest validation loss after epoch " +
                groupDigits(event.bestEpoch);
    line += ", " + secondsText(event.seconds) + ", peak memory " + bytesText(peak);
    printLine(file.empty() ? line : line + ", saved as " + file);
}

void TrainingReport::printDiverged(const DoneEvent& event)
{
    m_bar.clear();
    if (!m_options.json)
        return;
    JsonWriter json;
    json.beginObject().field("event", "diverged").field("step", event.step + 1);
    json.field("message", event.error ? event.error->message : std::string());
    json.field("hint", event.error ? event.error->hint : std::string()).field("seconds", event.seconds).endObject();
    printLine(json.text());
}

} // namespace convarium::cli
