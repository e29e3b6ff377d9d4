// What a run has measured so far, as a value: every step and every epoch. Knows no widgets.
#pragma once

#include "engine/io/project.h"
#include "engine/train/trainer.h"
#include "ui/training/history_steps.h"

#include <QByteArray>
#include <QList>
#include <optional>
#include <vector>

namespace convarium::ui
{

/// One finished epoch.
struct HistoryEpoch {
    std::int64_t epoch = 0;
    std::int64_t step = 0;
    double trainLoss = 0, trainAccuracy = 0;
    std::optional<double> validationLoss, validationAccuracy;
    double seconds = 0;
    friend bool operator==(const HistoryEpoch&, const HistoryEpoch&) = default;
};

using engine::HistoryMark;

/// What a curve is drawn against.
enum class CurveAxis { Epochs, Steps, Seconds, Macs };

struct TrainingHistory {
    HistorySteps steps;
    std::vector<HistoryEpoch> epochs;
    std::vector<HistoryMark> marks;
    std::int64_t imagesPerEpoch = 0; ///< 0: not known
    std::int64_t macsPerImage = 0;   ///< multiply-adds of the network forward; 0: not known

    void append(const engine::StepEvent& event);
    void append(const engine::EpochEvent& event);
    /// What was measured or changed after this step is taken back: training goes on from there.
    void goBackTo(std::int64_t step);
    /// Notes the change at the last step; two changes at one step share a mark.
    void mark(const std::string& words);
    void clear();
    [[nodiscard]] bool empty() const { return steps.empty() && epochs.empty(); }
    friend bool operator==(const TrainingHistory&, const TrainingHistory&) = default;
};

/// At most two points (the smallest and the largest, in their order) per column of [xMin, xMax]; few points come back
/// whole. x is the epoch position. Values that are not finite are left out.
QList<QPointF> thinMinMax(const TrainingHistory& history, Measure measure, double xMin, double xMax, int columns);
/// One mean per column: the calm line.
QList<QPointF> columnMeans(const TrainingHistory& history, Measure measure, double xMin, double xMax, int columns);
/// (epoch, value) of every epoch that was validated.
QList<QPointF> validationPoints(const TrainingHistory& history, Measure measure);

/// Where an epoch position lies on an axis: steps, seconds of training (as the epochs took), or multiply-adds (three
/// times those of the network for each image: forward, and backward twice as many). Increasing.
class AxisScale
{
public:
    AxisScale(const TrainingHistory& history, CurveAxis axis);
    [[nodiscard]] double at(double epoch) const;
    /// The other way round.
    [[nodiscard]] double epoch(double at) const;

private:
    CurveAxis m_axis;
    double m_perEpoch = 1;      ///< beyond the finished epochs
    std::vector<double> m_ends; ///< seconds at the ends of epochs 0, 1, 2 ...
};

/// Exponential mean of the points before, 0 (none) to below 1; without the pull towards the first point.
QList<QPointF> smoothed(QList<QPointF> points, double weight);

/// What differs between two settings that may change while a run goes on: "rate 0.001 → 0.0001"; empty: nothing.
std::string changeWords(const engine::TrainConfig& before, const engine::TrainConfig& after);

/// Table with one row per step: step,epoch,loss,accuracy,rate,images_per_second,validation_loss,validation_accuracy
/// (the last two only in rows that end an epoch). Decimal point, whatever the locale; enough digits to read back the
/// same numbers as float.
QByteArray historyCsv(const TrainingHistory& history);

} // namespace convarium::ui
