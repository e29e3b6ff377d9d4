#include "ui/training/walk_texts.h"

#include "engine/graph/shape_text.h"
#include "engine/losses/loss.h"
#include "engine/train/network_loss.h"
#include "ui/training/training_controller.h"

#include <QCoreApplication>
#include <QLocale>

namespace convarium::ui
{

namespace
{

using engine::WalkStage;

QString tr(const char* text)
{
    return QCoreApplication::translate("Walk", text);
}

QString number(double value)
{
    return QLocale().toString(value, 'g', 3);
}

QString count(std::int64_t value)
{
    return QLocale().toString(static_cast<qlonglong>(value));
}

/// What the network is trained to make small: "cross-entropy".
QString lossName(const TrainingController& controller)
{
    const engine::GraphSpec graph = engine::withLoss(controller.graph(), controller.config().loss);
    const auto loss =
        engine::parseLoss(graph.outputs.empty() || graph.outputs.front().loss.empty() ? std::string("cross-entropy")
                                                                                      : graph.outputs.front().loss);
    return loss ? QString::fromStdString(loss->info->title).toLower() : QString();
}

QString forwardText(const engine::GraphSpec& graph, const engine::ShapedGraph& shaped, const WalkStage& stage)
{
    QStringList in;
    for (const engine::Shape& shape : shaped.inputShapes(graph, stage.node))
        in << QString::fromStdString(engine::shapeText(shape));
    // Many inputs, as in a dense block, would be longer than the line.
    const QString from = in.size() > 3 ? tr("%1 inputs").arg(in.size()) : in.join(tr(" and "));
    return tr("Forward: %1 turns %2 into %3")
        .arg(QString::fromStdString(graph.label(stage.node)), from,
             QString::fromStdString(engine::shapeText(shaped.shapes.at(stage.node))));
}

QString stageText(const WalkController& walk)
{
    const WalkStage& stage = walk.stage();
    const WalkNumbers& n = walk.numbers();
    const engine::GraphSpec& graph = walk.controller()->graph();
    const QString layer = QString::fromStdString(graph.label(stage.node));
    const auto shaped = engine::inferShapes(graph);
    switch (stage.kind) {
    case WalkStage::Kind::Input:
        return tr("Input: batch %1 brings %2 images of %3")
            .arg(count(n.step + 1), count(n.images),
                 QString::fromStdString(engine::shapeText(shaped.shapes.at(stage.node))));
    case WalkStage::Kind::Forward: return forwardText(graph, shaped, stage);
    case WalkStage::Kind::Loss:
        return tr("Loss: %1 %2, the mean of %3 images")
            .arg(lossName(*walk.controller()), number(n.loss), count(n.images));
    case WalkStage::Kind::Backward:
        return stage.hasWeights
                   ? tr("Backward: gradient of the weights of %1, largest %2").arg(layer, number(stage.largest))
                   : tr("Backward: %1 passes the gradient on, largest %2").arg(layer, number(stage.largest));
    case WalkStage::Kind::Update:
        return tr("Update: the weights of %1 move by at most %2 (rate %3)")
            .arg(layer, number(stage.largest), number(n.rate));
    }
    return {};
}

} // namespace

QString walkText(const WalkController& walk)
{
    switch (walk.state()) {
    case WalkState::Off: return {};
    case WalkState::Preparing:
        return walk.controller()->isActive() && walk.controller()->state() != RunState::Paused
                   ? tr("Training pauses after this batch")
                   : tr("Working out the next batch");
    case WalkState::Walking: return stageText(walk);
    case WalkState::Finishing: return tr("Training batch %1").arg(count(walk.numbers().step + 1));
    case WalkState::Done: {
        const auto& steps = walk.controller()->history().steps;
        return tr("Done: batch %1 is trained, its loss was %2")
            .arg(count(walk.numbers().step + 1), number(steps.empty() ? walk.numbers().loss : steps.back().loss));
    }
    case WalkState::Ended: return walk.reason();
    }
    return {};
}

QString walkPlace(const WalkController& walk)
{
    return walk.isWalking()
               ? tr("%1 of %2")
                     .arg(count(walk.index() + 1), count(static_cast<std::int64_t>(walk.numbers().stages.size())))
               : QString();
}

QString walkSpeedText(int speed)
{
    return tr("%1 a second").arg(QLocale().toString(WalkController::kSpeeds[static_cast<std::size_t>(speed)]));
}

} // namespace convarium::ui
