#include "ui/training/training_history.h"

#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

double valueOf(const HistoryPoint& point, Measure measure)
{
    return measure == Measure::Loss ? point.loss : point.accuracy;
}

/// Calls visit(column, point) for the points in [xMin, xMax] with a finite value, in order.
template <class Visit>
void visitColumns(const TrainingHistory& history, Measure measure, double xMin, double xMax, int columns, Visit visit)
{
    const double scale = xMax > xMin ? columns / (xMax - xMin) : 0;
    for (const auto& p : history.steps) {
        if (p.epoch < xMin || p.epoch > xMax || !std::isfinite(valueOf(p, measure)))
            continue;
        visit(std::clamp(static_cast<int>((p.epoch - xMin) * scale), 0, columns - 1),
              QPointF(p.epoch, valueOf(p, measure)));
    }
}

} // namespace

void TrainingHistory::append(const engine::StepEvent& event)
{
    // A run that went back (same network trained again from a kept state) replaces what it repeats.
    while (!steps.empty() && steps.back().step >= event.step)
        steps.pop_back();
    steps.push_back({event.step, event.epochPosition, event.loss, event.accuracy, event.rate});
}

void TrainingHistory::append(const engine::EpochEvent& event)
{
    while (!epochs.empty() && epochs.back().epoch >= event.epoch)
        epochs.pop_back();
    epochs.push_back({event.epoch, event.step, event.trainLoss, event.trainAccuracy, event.validationLoss,
                      event.validationAccuracy, event.seconds});
}

void TrainingHistory::clear()
{
    steps.clear();
    epochs.clear();
}

QList<QPointF> thinMinMax(const TrainingHistory& history, Measure measure, double xMin, double xMax, int columns)
{
    columns = std::max(columns, 1);
    QList<QPointF> points;
    if (history.steps.size() <= static_cast<std::size_t>(2 * columns)) {
        visitColumns(history, measure, xMin, xMax, columns, [&](int, QPointF p) { points.append(p); });
        return points;
    }
    int current = -1;
    QPointF low, high;
    const auto flush = [&] {
        if (current < 0)
            return;
        points.append(low.x() <= high.x() ? low : high);
        if (low != high)
            points.append(low.x() <= high.x() ? high : low);
    };
    visitColumns(history, measure, xMin, xMax, columns, [&](int column, QPointF p) {
        if (column != current) {
            flush();
            current = column;
            low = high = p;
            return;
        }
        if (p.y() < low.y())
            low = p;
        if (p.y() > high.y())
            high = p;
    });
    flush();
    return points;
}

QList<QPointF> columnMeans(const TrainingHistory& history, Measure measure, double xMin, double xMax, int columns)
{
    columns = std::max(columns, 1);
    QList<QPointF> points;
    int current = -1;
    int count = 0;
    double x = 0, y = 0;
    const auto flush = [&] {
        if (count > 0)
            points.append({x / count, y / count});
    };
    visitColumns(history, measure, xMin, xMax, columns, [&](int column, QPointF p) {
        if (column != current) {
            flush();
            current = column;
            count = 0;
            x = y = 0;
        }
        ++count;
        x += p.x();
        y += p.y();
    });
    flush();
    return points;
}

QList<QPointF> validationPoints(const TrainingHistory& history, Measure measure)
{
    QList<QPointF> points;
    for (const auto& e : history.epochs) {
        const auto value = measure == Measure::Loss ? e.validationLoss : e.validationAccuracy;
        if (value && std::isfinite(*value))
            points.append({static_cast<double>(e.epoch), *value});
    }
    return points;
}

QByteArray historyCsv(const TrainingHistory& history)
{
    const auto number = [](double v) { return QByteArray::number(v, 'g', 9); };
    QByteArray csv = "step,epoch,loss,accuracy,rate,validation_loss,validation_accuracy\n";
    auto epoch = history.epochs.begin();
    for (const auto& p : history.steps) {
        while (epoch != history.epochs.end() && epoch->step < p.step)
            ++epoch;
        csv += QByteArray::number(static_cast<qlonglong>(p.step)) + ',' + number(p.epoch) + ',' + number(p.loss) + ',' +
               number(p.accuracy) + ',' + number(p.rate) + ',';
        const bool ends = epoch != history.epochs.end() && epoch->step == p.step;
        if (ends && epoch->validationLoss)
            csv += number(*epoch->validationLoss);
        csv += ',';
        if (ends && epoch->validationAccuracy)
            csv += number(*epoch->validationAccuracy);
        csv += '\n';
    }
    return csv;
}

} // namespace convarium::ui
