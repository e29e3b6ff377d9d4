#include "ui/training/training_texts.h"

#include "engine/losses/loss.h"
#include "engine/train/kept_weights.h"
#include "engine/train/network_loss.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLocale>
#include <cmath>

namespace convarium::ui
{

namespace
{

QString tr(const char* text)
{
    return QCoreApplication::translate("Training", text);
}

QString count(std::int64_t value)
{
    return QLocale().toString(static_cast<qlonglong>(value));
}

} // namespace

QString rateText(double rate)
{
    return QLocale().toString(rate, 'g', QLocale::FloatingPointShortest);
}

QString settingsSummary(const engine::TrainConfig& config, const QString& title)
{
    const auto* optimizer = engine::findOptimizer(config.optimizer);
    const QString batch = count(config.batch);
    const QString images = title.isEmpty() ? tr("Batch %1").arg(batch) : tr("%1, batch %2").arg(title, batch);
    return tr("%1, %2 %3")
        .arg(images, optimizer ? QString::fromStdString(optimizer->title) : QString::fromStdString(config.optimizer),
             rateText(config.rate));
}

QString lossTitle(const engine::GraphSpec& graph, const std::string& loss)
{
    const std::string own = graph.outputs.empty() ? std::string() : graph.outputs.front().loss;
    const bool maps = engine::targetOf(graph, loss) == engine::TargetKind::Mask;
    const auto found = engine::lossFor(loss.empty() ? own : loss, maps);
    if (!found)
        return QString::fromStdString(loss);
    const QString title = QString::fromStdString(found->info->title);
    return title.left(1).toLower() + title.mid(1);
}

QString durationText(double seconds)
{
    const auto s = static_cast<qint64>(std::ceil(std::max(seconds, 0.0)));
    if (s < 100)
        return tr("%1 s").arg(s);
    const qint64 minutes = (s + 30) / 60;
    if (minutes < 100)
        return tr("%1 min").arg(minutes);
    return tr("%1 h %2 min").arg(minutes / 60).arg(minutes % 60);
}

QString newRunText(const TrainingController& controller)
{
    const auto state = controller.keptState();
    const auto layers = state ? engine::keptLayers(controller.graph(), *state->weights) : engine::KeptLayers();
    if (layers.kept.empty())
        return tr("The network or its settings have changed: Train starts afresh");
    if (layers.anew.empty())
        return tr("The network has changed: Train begins a new run with the weights there are");
    const auto number = static_cast<std::int64_t>(layers.kept.size());
    const QString kept = number == 1 ? tr("1 layer") : tr("%1 layers").arg(count(number));
    const auto name = [&](std::size_t i) {
        return QString::fromStdString(controller.graph().node(layers.anew[i])->name);
    };
    const QString anew = layers.anew.size() == 1   ? tr("%1 starts afresh").arg(name(0))
                         : layers.anew.size() == 2 ? tr("%1 and %2 start afresh").arg(name(0), name(1))
                                                   : tr("%1 start afresh").arg(layers.anew.size());
    return tr("The network has changed: Train keeps the weights of %1, %2").arg(kept, anew);
}

QString progressText(const TrainingController& controller)
{
    const bool rests = controller.state() == RunState::Idle || controller.state() == RunState::Finished;
    if (rests && controller.blockedReason().isEmpty() && controller.isOutOfDate())
        return newRunText(controller);
    const auto& p = controller.progress();
    const QString place = p.epochs > 1 || controller.config().steps <= 0
                              ? tr("epoch %1 of %2, step %3 of %4")
                                    .arg(count(p.epoch), count(p.epochs), count(p.stepInEpoch), count(p.stepsPerEpoch))
                              : tr("step %1 of %2").arg(count(p.step), count(p.totalSteps));
    const auto capital = [](QString text) {
        text[0] = text[0].toUpper();
        return text;
    };
    switch (controller.state()) {
    case RunState::Preparing:
        if (p.phase.isEmpty())
            return tr("Getting ready");
        return p.phaseTotal > 0 ? tr("%1: %2 of %3").arg(p.phase, count(p.phaseDone), count(p.phaseTotal)) : p.phase;
    case RunState::Running:
        if (controller.isStopping())
            return tr("Stopping after this batch");
        return capital(place);
    case RunState::Paused: return controller.isStopping() ? tr("Stopping") : tr("Paused in %1").arg(place);
    case RunState::Finished:
        if (controller.testResult())
            return tr("Finished: %1 % of the test images are right")
                .arg(QLocale().toString(100 * controller.testResult()->accuracy, 'f', 1));
        return tr("Finished: %1 epochs").arg(count(p.epoch));
    case RunState::Diverged:
    case RunState::Failed:
        return controller.lastError() ? QString::fromStdString(controller.lastError()->text()) : tr("Training ended");
    case RunState::Idle: break;
    }
    if (!controller.blockedReason().isEmpty())
        return controller.blockedReason();
    if (controller.trainingState() && p.step > 0)
        return p.totalSteps > 0 ? tr("Stopped in %1").arg(place) : tr("Trained for %1 steps").arg(count(p.step));
    const auto& config = controller.config();
    return config.steps > 0     ? tr("Ready: %1 steps").arg(count(config.steps))
           : config.epochs == 1 ? tr("Ready: 1 epoch")
                                : tr("Ready: %1 epochs").arg(count(config.epochs));
}

QString dataSummary(const engine::DatasetBundle& data)
{
    if (!data.train)
        return {};
    QStringList parts{tr("%1 training").arg(count(data.train->size()))};
    if (data.validation)
        parts << tr("%1 validation").arg(count(data.validation->size()));
    if (data.test)
        parts << tr("%1 test").arg(count(data.test->size()));
    return tr("%1 classes: %2 images")
        .arg(count(static_cast<std::int64_t>(data.train->classNames().size())), parts.join(QStringLiteral(", ")));
}

QString dataTitle(const TrainingServices& services, const std::string& source)
{
    for (const auto& entry : services.catalogue())
        if (entry.name == source)
            return QString::fromStdString(entry.title);
    return QFileInfo(QString::fromStdString(source)).fileName();
}

} // namespace convarium::ui
