#include "ui/training/run_library.h"

#include "engine/analysis/counts.h"
#include "ui/theme/settings.h"
#include "ui/training/training_controller.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

constexpr std::size_t kSteps = 400;

QJsonValue optional(const std::optional<double>& value)
{
    return value ? QJsonValue(*value) : QJsonValue();
}

std::optional<double> optional(const QJsonValue& value)
{
    return value.isDouble() ? std::optional(value.toDouble()) : std::nullopt;
}

/// A number that is not finite was written as null.
double real(const QJsonValue& value)
{
    return value.isDouble() ? value.toDouble() : std::nan("");
}

QJsonObject toJson(const RunRecord& r)
{
    QJsonArray steps, epochs, marks;
    for (const auto& s : r.history->steps)
        steps.append(QJsonArray{static_cast<qint64>(s.step), s.epoch, s.loss, s.accuracy, s.rate, s.imagesPerSecond});
    for (const auto& e : r.history->epochs)
        epochs.append(QJsonArray{static_cast<qint64>(e.epoch), static_cast<qint64>(e.step), e.trainLoss,
                                 e.trainAccuracy, optional(e.validationLoss), optional(e.validationAccuracy),
                                 e.seconds});
    for (const auto& m : r.history->marks)
        marks.append(QJsonArray{static_cast<qint64>(m.step), m.epoch, QString::fromStdString(m.words)});
    return {{"when", r.when.toString(Qt::ISODate)},
            {"network", r.network},
            {"name", r.name},
            {"parameters", r.parameters},
            {"data", r.data},
            {"optimizer", r.optimizer},
            {"schedule", r.schedule},
            {"rate", r.rate},
            {"decay", r.weightDecay},
            {"augment", r.augment},
            {"batch", r.batch},
            {"seed", r.seed},
            {"epochs", r.epochs},
            {"seconds", r.seconds},
            {"loss", optional(r.loss)},
            {"validation", optional(r.validationAccuracy)},
            {"test", optional(r.testAccuracy)},
            {"diverged", r.diverged},
            {"shown", r.shown},
            {"imagesPerEpoch", static_cast<qint64>(r.history->imagesPerEpoch)},
            {"macs", static_cast<qint64>(r.history->macsPerImage)},
            {"steps", steps},
            {"epochList", epochs},
            {"marks", marks}};
}

RunRecord fromJson(const QJsonObject& o)
{
    RunRecord r;
    r.when = QDateTime::fromString(o["when"].toString(), Qt::ISODate);
    r.network = o["network"].toString();
    r.name = o["name"].toString();
    r.parameters = o["parameters"].toInteger();
    r.data = o["data"].toString();
    r.optimizer = o["optimizer"].toString();
    r.schedule = o["schedule"].toString();
    r.rate = o["rate"].toDouble();
    r.weightDecay = o["decay"].toDouble();
    r.augment = o["augment"].toString();
    r.batch = o["batch"].toInteger();
    r.seed = o["seed"].toInteger();
    r.epochs = o["epochs"].toDouble();
    r.seconds = o["seconds"].toDouble();
    r.loss = optional(o["loss"]);
    r.validationAccuracy = optional(o["validation"]);
    r.testAccuracy = optional(o["test"]);
    r.diverged = o["diverged"].toBool();
    r.shown = o["shown"].toBool();
    auto history = std::make_shared<TrainingHistory>();
    history->imagesPerEpoch = o["imagesPerEpoch"].toInteger();
    history->macsPerImage = o["macs"].toInteger();
    for (const auto& value : o["steps"].toArray()) {
        const auto s = value.toArray();
        history->steps.push_back(
            {s[0].toInteger(), s[1].toDouble(), real(s[2]), real(s[3]), s[4].toDouble(), s[5].toDouble()});
    }
    for (const auto& value : o["epochList"].toArray()) {
        const auto e = value.toArray();
        history->epochs.push_back({e[0].toInteger(), e[1].toInteger(), real(e[2]), real(e[3]), optional(e[4]),
                                   optional(e[5]), e[6].toDouble()});
    }
    for (const auto& value : o["marks"].toArray()) {
        const auto m = value.toArray();
        history->marks.push_back({m[0].toInteger(), m[1].toDouble(), m[2].toString().toStdString()});
    }
    r.history = std::move(history);
    return r;
}

} // namespace

TrainingHistory thinnedHistory(const TrainingHistory& history, std::size_t most)
{
    if (history.steps.size() <= most)
        return history;
    TrainingHistory out{{}, history.epochs, history.marks, history.imagesPerEpoch, history.macsPerImage};
    for (std::size_t i = 0; i < most; ++i) {
        const std::size_t from = i * history.steps.size() / most, to = (i + 1) * history.steps.size() / most;
        HistoryPoint mean = history.steps[to - 1];
        mean.loss = mean.accuracy = 0;
        for (std::size_t s = from; s < to; ++s) {
            mean.loss += history.steps[s].loss / static_cast<double>(to - from);
            mean.accuracy += history.steps[s].accuracy / static_cast<double>(to - from);
        }
        out.steps.push_back(mean);
    }
    return out;
}

RunLibrary::RunLibrary(QString file, QObject* parent) : QObject(parent), m_file(std::move(file))
{
    read();
}

QString RunLibrary::usualFile()
{
    return Settings::instance().ownFile(QStringLiteral("runs.json"));
}

void RunLibrary::follow(TrainingController* controller, std::function<QString()> title)
{
    connect(controller, &TrainingController::snapshotArrived, this, [this](const auto& state) {
        if (!state) // other weights
            m_continues = false;
    });
    connect(controller, &TrainingController::runEnded, this, [this, controller, title = std::move(title)] {
        if (controller->state() != RunState::Failed && !controller->history().steps.empty())
            add(controller, title());
    });
}

void RunLibrary::add(TrainingController* controller, const QString& title)
{
    const TrainingHistory& history = controller->history();
    const engine::TrainConfig& config = controller->config();
    RunRecord r;
    r.when = QDateTime::currentDateTime();
    r.network = title;
    r.data = QString::fromStdString(config.data);
    r.optimizer = QString::fromStdString(config.optimizer);
    r.schedule = QString::fromStdString(config.schedule);
    r.rate = config.rate;
    r.weightDecay = config.weightDecay;
    r.augment = QString::fromStdString(config.augment);
    const engine::GraphSpec& graph = controller->trainedGraph();
    r.parameters = engine::countNetwork(graph, engine::inferShapes(graph)).total.parameters();
    r.batch = config.batch;
    r.seed = static_cast<qint64>(config.seed);
    r.epochs = history.steps.back().epoch;
    r.seconds = AxisScale(history, CurveAxis::Seconds).at(r.epochs);
    const auto points = history.steps.size();
    double loss = 0;
    const std::size_t last = std::min<std::size_t>(points, 20);
    for (std::size_t i = points - last; i < points; ++i)
        loss += history.steps[i].loss / static_cast<double>(last);
    r.loss = loss;
    for (const auto& e : history.epochs)
        if (e.validationAccuracy)
            r.validationAccuracy = std::max(r.validationAccuracy.value_or(0), *e.validationAccuracy);
    if (controller->testResult())
        r.testAccuracy = controller->testResult()->accuracy;
    r.diverged = controller->state() == RunState::Diverged;
    r.history = std::make_shared<const TrainingHistory>(thinnedHistory(history, kSteps));
    if (m_continues && !m_runs.empty()) {
        r.shown = m_runs.front().shown;
        r.name = m_runs.front().name;
        m_runs.front() = std::move(r);
    } else {
        m_runs.insert(m_runs.begin(), std::move(r));
        if (m_runs.size() > kMostRuns)
            m_runs.pop_back();
    }
    m_continues = true;
    write();
    Q_EMIT changed();
}

void RunLibrary::setShown(int index, bool shown)
{
    m_runs[static_cast<std::size_t>(index)].shown = shown;
    write();
    Q_EMIT changed();
}

void RunLibrary::remove(int index)
{
    m_runs.erase(m_runs.begin() + index);
    if (index == 0)
        m_continues = false;
    write();
    Q_EMIT changed();
}

void RunLibrary::rename(int index, const QString& name)
{
    RunRecord& run = m_runs[static_cast<std::size_t>(index)];
    run.name = name.trimmed() == run.network ? QString() : name.trimmed();
    write();
    Q_EMIT changed();
}

/// What cannot be read is left out: runs are a convenience, no document.
void RunLibrary::read()
{
    QFile file(m_file);
    if (m_file.isEmpty() || !file.open(QIODevice::ReadOnly))
        return;
    for (const auto& value : QJsonDocument::fromJson(file.readAll()).object()["runs"].toArray())
        if (m_runs.size() < kMostRuns)
            m_runs.push_back(fromJson(value.toObject()));
}

void RunLibrary::write()
{
    if (m_file.isEmpty())
        return;
    m_thread.postOnly([runs = m_runs, path = m_file] {
        QJsonArray list;
        for (const auto& r : runs)
            list.append(toJson(r));
        QDir().mkpath(QFileInfo(path).absolutePath());
        QSaveFile file(path);
        if (file.open(QIODevice::WriteOnly)) {
            file.write(QJsonDocument(QJsonObject{{"runs", list}}).toJson(QJsonDocument::Compact));
            file.commit();
        }
    });
}

} // namespace convarium::ui
