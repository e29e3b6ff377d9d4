// How the learning rate changes during a run: "constant", "step:EPOCHS,FACTOR", "exp:FACTOR", "cosine", "one-cycle",
// "warmup:STEPS", "plateau:PATIENCE,FACTOR".
#pragma once

#include "engine/train/train_config.h"

namespace convarium::engine
{

/// One number of a schedule, in the order it is written.
struct ScheduleParam {
    std::string title; ///< "epochs"
    std::string help;
    bool whole = false; ///< whole numbers only
    double minimum = 0, maximum = 0, usual = 0;
};

/// Where a run stands.
struct ScheduleCall {
    double rate = 0; ///< TrainConfig::rate
    std::int64_t step = 0, stepsPerEpoch = 1, totalSteps = 1;
    int cuts = 0; ///< how often a plateau was met
};

struct ScheduleInfo {
    std::string id, title, help; ///< id is what stands before ':' on the command line
    std::vector<ScheduleParam> params;
    double (*rate)(const ScheduleCall&, const std::vector<double>& values) = nullptr;
    bool watchesLoss = false; ///< its cuts follow the loss at the ends of epochs (PlateauState)
};
const std::vector<ScheduleInfo>& scheduleRegistry();

/// A schedule's text, taken apart.
struct Schedule {
    const ScheduleInfo* info = nullptr;
    std::vector<double> values; ///< one per parameter
};
/// With the usual number for every parameter.
Schedule usualSchedule(const ScheduleInfo& info);
/// An unknown name, and numbers that are missing, superfluous or out of range, are errors.
Result<Schedule> parseSchedule(const std::string& text);
/// The text that parseSchedule() reads back.
std::string scheduleText(const Schedule& schedule);

/// Learning rate at step `step` of `totalSteps` (0-based). The schedule text has been validated.
double scheduledRate(const TrainConfig& config, std::int64_t step, std::int64_t stepsPerEpoch, std::int64_t totalSteps,
                     int cuts = 0);

/// PyTorch's ReduceLROnPlateau: an epoch is better where its loss lies more than 0.01 % below the best one; after more
/// than `patience` epochs in a row that are not, the rate is cut. Saved in checkpoints.
struct PlateauState {
    double best = 0; ///< means nothing before the first epoch
    bool any = false;
    std::int64_t bad = 0; ///< epochs in a row that were not better
    int cuts = 0;
    friend bool operator==(const PlateauState&, const PlateauState&) = default;
};
void watchPlateau(PlateauState& state, double loss, std::int64_t patience);

} // namespace convarium::engine
