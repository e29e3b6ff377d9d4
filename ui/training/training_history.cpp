#include "ui/training/training_history.h"

#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

/// Calls visit(column, sum) along the points in [xMin, xMax]: for whole blocks where they lie within a column.
template <class Visit>
void visitColumns(const HistorySteps& steps, Measure measure, double xMin, double xMax, int columns, Visit visit)
{
    const double scale = xMax > xMin ? columns / (xMax - xMin) : 0;
    const auto columnOf = [&](std::size_t i) {
        return std::clamp(static_cast<int>((steps[i].epoch - xMin) * scale), 0, columns - 1);
    };
    const auto [first, last] = steps.between(xMin, xMax);
    for (std::size_t i = first; i < last;) {
        const int column = columnOf(i);
        std::size_t level = HistorySteps::kBlock.size();
        const auto fits = [&](std::size_t size) {
            return i % size == 0 && i + size <= last && columnOf(i + size - 1) == column;
        };
        while (level > 0 && !fits(HistorySteps::kBlock[level - 1]))
            --level;
        if (level > 0) {
            const std::size_t size = HistorySteps::kBlock[level - 1];
            visit(column, steps.blockSum(level - 1, i / size, measure));
            i += size;
        } else {
            visit(column, HistorySum(steps[i++], measure));
        }
    }
}

/// One sum per column that has any, in order.
std::vector<HistorySum> columnSums(const HistorySteps& steps, Measure measure, double xMin, double xMax, int columns)
{
    std::vector<HistorySum> sums;
    int current = -1;
    visitColumns(steps, measure, xMin, xMax, columns, [&](int column, const HistorySum& sum) {
        if (sum.count == 0)
            return;
        if (column != current)
            sums.emplace_back();
        current = column;
        sums.back().add(sum);
    });
    return sums;
}

} // namespace

void TrainingHistory::append(const engine::StepEvent& event)
{
    // A run that went back (same network trained again from a kept state) replaces what it repeats.
    goBackTo(event.step - 1);
    steps.push_back({event.step, event.epochPosition, event.loss, event.accuracy, event.rate, event.imagesPerSecond});
}

void TrainingHistory::append(const engine::EpochEvent& event)
{
    while (!epochs.empty() && epochs.back().epoch >= event.epoch)
        epochs.pop_back();
    epochs.push_back({event.epoch, event.step, event.trainLoss, event.trainAccuracy, event.validationLoss,
                      event.validationAccuracy, event.seconds});
}

void TrainingHistory::goBackTo(std::int64_t step)
{
    while (!steps.empty() && steps.back().step > step)
        steps.pop_back();
    while (!epochs.empty() && epochs.back().step > step)
        epochs.pop_back();
    while (!marks.empty() && marks.back().step > step)
        marks.pop_back();
}

void TrainingHistory::mark(const std::string& words)
{
    const std::int64_t step = steps.empty() ? 0 : steps.back().step;
    if (!marks.empty() && marks.back().step == step)
        marks.back().words += ", " + words;
    else
        marks.push_back({step, steps.empty() ? 0 : steps.back().epoch, words});
}

void TrainingHistory::clear()
{
    *this = {};
}

AxisScale::AxisScale(const TrainingHistory& history, CurveAxis axis) : m_axis(axis)
{
    switch (axis) {
    case CurveAxis::Epochs: break;
    case CurveAxis::Steps:
        if (!history.steps.empty() && history.steps.back().epoch > 0)
            m_perEpoch = static_cast<double>(history.steps.back().step) / history.steps.back().epoch;
        break;
    case CurveAxis::Macs:
        m_perEpoch = std::max(1.0, 3.0 * static_cast<double>(history.macsPerImage) *
                                       static_cast<double>(history.imagesPerEpoch));
        break;
    case CurveAxis::Seconds: {
        m_ends = {0};
        for (const auto& e : history.epochs)
            if (e.seconds > 0)
                m_ends.push_back(m_ends.back() + e.seconds);
        const double speed = history.steps.empty() ? 0 : history.steps.back().imagesPerSecond;
        if (speed > 0 && history.imagesPerEpoch > 0)
            m_perEpoch = static_cast<double>(history.imagesPerEpoch) / speed;
        else if (m_ends.size() > 1)
            m_perEpoch = m_ends.back() / static_cast<double>(m_ends.size() - 1);
        break;
    }
    }
}

double AxisScale::at(double epoch) const
{
    if (m_axis != CurveAxis::Seconds)
        return epoch * m_perEpoch;
    const auto done = static_cast<double>(m_ends.size() - 1);
    if (epoch >= done)
        return m_ends.back() + (epoch - done) * m_perEpoch;
    const auto whole = static_cast<std::size_t>(epoch);
    return m_ends[whole] + (epoch - static_cast<double>(whole)) * (m_ends[whole + 1] - m_ends[whole]);
}

double AxisScale::epoch(double at) const
{
    if (m_axis != CurveAxis::Seconds)
        return at / m_perEpoch;
    at = std::max(at, 0.0);
    const auto end = std::upper_bound(m_ends.begin(), m_ends.end(), at);
    const double begun = *(end - 1);
    return static_cast<double>(end - m_ends.begin() - 1) +
           (at - begun) / (end == m_ends.end() ? m_perEpoch : *end - begun);
}

QList<QPointF> smoothed(QList<QPointF> points, double weight)
{
    if (weight <= 0)
        return points;
    double mean = 0, share = 1;
    for (QPointF& p : points) {
        mean = weight * mean + (1 - weight) * p.y();
        share *= weight;
        p.setY(mean / (1 - share));
    }
    return points;
}

std::string changeWords(const engine::TrainConfig& before, const engine::TrainConfig& after)
{
    std::string words;
    const auto add = [&](const std::string& name, const std::string& from, const std::string& to) {
        if (from != to)
            words += (words.empty() ? "" : ", ") + name + " " + from + " \u2192 " + to;
    };
    const auto number = [](double v) { return QByteArray::number(v, 'g', 4).toStdString(); };
    add("rate", number(before.rate), number(after.rate));
    add("momentum", number(before.momentum), number(after.momentum));
    add("schedule", before.schedule, after.schedule);
    add("weight decay", number(before.weightDecay), number(after.weightDecay));
    add("L1", number(before.l1), number(after.l1));
    add("clipping", number(before.clipValue), number(after.clipValue));
    add("norm limit", number(before.clipNorm), number(after.clipNorm));
    add("threads", std::to_string(before.threads), std::to_string(after.threads));
    return words;
}

QList<QPointF> thinMinMax(const TrainingHistory& history, Measure measure, double xMin, double xMax, int columns)
{
    columns = std::max(columns, 1);
    QList<QPointF> points;
    const auto [first, last] = history.steps.between(xMin, xMax);
    if (last - first <= static_cast<std::size_t>(2 * columns)) {
        for (std::size_t i = first; i < last; ++i)
            if (const double y = valueOf(history.steps[i], measure); std::isfinite(y))
                points.append({history.steps[i].epoch, y});
        return points;
    }
    for (const HistorySum& sum : columnSums(history.steps, measure, xMin, xMax, columns)) {
        points.append(sum.low.x() <= sum.high.x() ? sum.low : sum.high);
        if (sum.low != sum.high)
            points.append(sum.low.x() <= sum.high.x() ? sum.high : sum.low);
    }
    return points;
}

QList<QPointF> columnMeans(const TrainingHistory& history, Measure measure, double xMin, double xMax, int columns)
{
    QList<QPointF> points;
    for (const HistorySum& sum : columnSums(history.steps, measure, xMin, xMax, std::max(columns, 1)))
        points.append({sum.x / sum.count, sum.y / sum.count});
    return points;
}

QList<QPointF> validationPoints(const TrainingHistory& history, Measure measure)
{
    QList<QPointF> points;
    for (const auto& e : history.epochs) {
        const auto value = measure == Measure::Loss       ? e.validationLoss
                           : measure == Measure::Accuracy ? e.validationAccuracy
                                                          : std::nullopt;
        if (value && std::isfinite(*value))
            points.append({static_cast<double>(e.epoch), *value});
    }
    return points;
}

QByteArray historyCsv(const TrainingHistory& history)
{
    const auto number = [](double v) { return QByteArray::number(v, 'g', 9); };
    QByteArray csv = "step,epoch,loss,accuracy,rate,images_per_second,validation_loss,validation_accuracy\n";
    auto epoch = history.epochs.begin();
    for (const auto& p : history.steps) {
        while (epoch != history.epochs.end() && epoch->step < p.step)
            ++epoch;
        csv += QByteArray::number(static_cast<qlonglong>(p.step)) + ',' + number(p.epoch) + ',' + number(p.loss) + ',' +
               number(p.accuracy) + ',' + number(p.rate) + ',' + number(p.imagesPerSecond) + ',';
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
