// What a run has measured so far, as a value: every step and every epoch. Knows no widgets.
#pragma once

#include "engine/train/trainer.h"

#include <QByteArray>
#include <QList>
#include <QPointF>
#include <optional>
#include <vector>

namespace convarium::ui
{

/// One training step: loss and accuracy are means over its batch.
struct HistoryPoint {
    std::int64_t step = 0;
    double epoch = 0; ///< epochs done including this step, e.g. 1.25
    double loss = 0;
    double accuracy = 0; ///< 0..1
    double rate = 0;
    friend bool operator==(const HistoryPoint&, const HistoryPoint&) = default;
};

/// One finished epoch.
struct HistoryEpoch {
    std::int64_t epoch = 0;
    std::int64_t step = 0;
    double trainLoss = 0, trainAccuracy = 0;
    std::optional<double> validationLoss, validationAccuracy;
    double seconds = 0;
    friend bool operator==(const HistoryEpoch&, const HistoryEpoch&) = default;
};

/// Which curve of a point.
enum class Measure { Loss, Accuracy };

struct TrainingHistory {
    std::vector<HistoryPoint> steps;
    std::vector<HistoryEpoch> epochs;

    void append(const engine::StepEvent& event);
    void append(const engine::EpochEvent& event);
    void clear();
    [[nodiscard]] bool empty() const { return steps.empty() && epochs.empty(); }
    friend bool operator==(const TrainingHistory&, const TrainingHistory&) = default;
};

/// At most two points (the smallest and the largest, in their order) per column of [xMin, xMax]; short histories come
/// back whole. x is the epoch position. Values that are not finite are left out.
QList<QPointF> thinMinMax(const TrainingHistory& history, Measure measure, double xMin, double xMax, int columns);
/// One mean per column: the calm line.
QList<QPointF> columnMeans(const TrainingHistory& history, Measure measure, double xMin, double xMax, int columns);
/// (epoch, value) of every epoch that was validated.
QList<QPointF> validationPoints(const TrainingHistory& history, Measure measure);

/// Table with one row per step: step,epoch,loss,accuracy,rate,validation_loss,validation_accuracy (the last two only in
/// rows that end an epoch). Decimal point, whatever the locale; enough digits to read back the same numbers as float.
QByteArray historyCsv(const TrainingHistory& history);

} // namespace convarium::ui
