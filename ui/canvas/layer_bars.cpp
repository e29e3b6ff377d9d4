#include "ui/canvas/layer_bars.h"

#include "engine/analysis/derivation.h"
#include "engine/analysis/textbook_memory.h"

#include <QCoreApplication>
#include <QLocale>

namespace convarium::ui
{

namespace
{

QString tr(const char* text)
{
    return QCoreApplication::translate("convarium::ui::LayerBars", text);
}

} // namespace

double LayerBars::of(NodeId id) const
{
    const auto found = numbers.find(id);
    return found == numbers.end() ? 0 : found->second;
}

LayerBars layerBars(const ProjectDocument& document, BarMode mode, const std::map<NodeId, double>& milliseconds)
{
    LayerBars bars{mode, {}};
    switch (mode) {
    case BarMode::Parameters:
    case BarMode::Macs:
        for (const engine::Node& node : document.graph().nodes) {
            const engine::Counts counts = document.counts(node.id);
            bars.numbers[node.id] = static_cast<double>(mode == BarMode::Macs ? counts.macs : counts.parameters());
        }
        break;
    case BarMode::Memory:
        for (const auto& [id, bytes] :
             engine::textbookTrainingMemory(document.graph(), document.shaped(), document.trainConfig().batch))
            bars.numbers[id] = static_cast<double>(bytes);
        break;
    case BarMode::Time: bars.numbers = milliseconds; break;
    case BarMode::None: break;
    }
    return bars;
}

QString barText(const ProjectDocument& document, const LayerBars& bars, NodeId id)
{
    const double number = bars.of(id);
    if (number <= 0)
        return {};
    const QLocale locale;
    switch (bars.mode) {
    case BarMode::Macs: return tr("%1 MACs").arg(locale.toString(static_cast<qint64>(number)));
    case BarMode::Memory:
        return tr("%1 in training at batch %2, by the textbook")
            .arg(QString::fromStdString(engine::bytesText(static_cast<std::int64_t>(number))))
            .arg(document.trainConfig().batch);
    case BarMode::Time: return tr("%1 ms of a step").arg(locale.toString(number, 'g', 3));
    case BarMode::Parameters: // every card says them
    case BarMode::None: break;
    }
    return {};
}

} // namespace convarium::ui
