#include "ui/document/edit_texts.h"

#include "engine/layers/layer.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

namespace convarium::ui
{

namespace
{

QString tr(const char* text, int n = -1)
{
    return QCoreApplication::translate("convarium::ui::Edit", text, nullptr, n);
}

QString paramTitle(const engine::GraphSpec& graph, NodeId id, const std::string& key)
{
    const engine::Node* node = graph.node(id);
    if (const engine::LayerDescriptor* layer = node ? engine::findLayer(node->type) : nullptr)
        for (const engine::ParamInfo& info : layer->parameters)
            if (info.key == key && !info.title.empty()) {
                QString title = QString::fromStdString(info.title);
                title[0] = title[0].toLower();
                return title;
            }
    return QString::fromStdString(key);
}

QString valueText(const engine::ParamValue& value)
{
    return QString::fromStdString(engine::paramText(value));
}

QString notesText(const step::NotesStep& s)
{
    if (s.before.size() != s.after.size())
        return s.before.size() < s.after.size() ? tr("Add a note") : tr("Delete a note");
    for (std::size_t i = 0; i < s.before.size(); ++i) {
        const engine::Note &a = s.before[i], &b = s.after[i];
        if (a.text != b.text)
            return tr("Change the text of a note");
        if (a.arrows.size() != b.arrows.size())
            return a.arrows.size() < b.arrows.size() ? tr("Add an arrow") : tr("Delete an arrow");
        if (a.arrows != b.arrows)
            return tr("Move an arrow");
        if (a.width != b.width || a.height != b.height)
            return tr("Resize a note");
    }
    return tr("Move a note");
}

/// The one setting that differs, or a general text.
QString trainText(const engine::TrainConfig& a, const engine::TrainConfig& b)
{
    QStringList changes;
    const auto note = [&](const QString& what, const QString& before, const QString& after) {
        if (before != after)
            changes << tr("Change %1 from %2 to %3").arg(what, before, after);
    };
    const auto number = [](auto value) { return QLocale().toString(value); };
    const auto real = [](double value) { return QLocale().toString(value, 'g', 6); };
    const auto text = [](const std::string& value) { return QString::fromStdString(value); };
    note(tr("data set"), text(a.data), text(b.data));
    note(tr("epochs"), number(qint64(a.epochs)), number(qint64(b.epochs)));
    note(tr("steps"), number(qint64(a.steps)), number(qint64(b.steps)));
    note(tr("batch size"), number(qint64(a.batch)), number(qint64(b.batch)));
    note(tr("optimizer"), text(a.optimizer), text(b.optimizer));
    note(tr("learning rate"), real(a.rate), real(b.rate));
    note(tr("momentum"), real(a.momentum), real(b.momentum));
    note(tr("weight decay"), real(a.weightDecay), real(b.weightDecay));
    note(tr("schedule"), text(a.schedule), text(b.schedule));
    note(tr("beta 1"), real(a.beta1), real(b.beta1));
    note(tr("beta 2"), real(a.beta2), real(b.beta2));
    note(tr("alpha"), real(a.alpha), real(b.alpha));
    note(tr("epsilon"), real(a.epsilon), real(b.epsilon));
    note(tr("L1 factor"), real(a.l1), real(b.l1));
    note(tr("largest gradient norm"), real(a.clipNorm), real(b.clipNorm));
    note(tr("largest gradient value"), real(a.clipValue), real(b.clipValue));
    note(tr("weight averaging"), real(a.averageDecay), real(b.averageDecay));
    note(tr("early stopping"), number(qint64(a.earlyStopping)), number(qint64(b.earlyStopping)));
    note(tr("keeping the best epoch"), a.restoreBest ? tr("on") : tr("off"), b.restoreBest ? tr("on") : tr("off"));
    const auto orNone = [](const std::string& value) {
        return value.empty() ? tr("none") : QString::fromStdString(value);
    };
    note(tr("augmentation"), orNone(a.augment), orNone(b.augment));
    note(tr("loss"), orNone(a.loss), orNone(b.loss));
    note(tr("seed"), QString::number(a.seed), QString::number(b.seed));
    note(tr("threads"), number(a.threads), number(b.threads));
    note(tr("validation share"), real(a.validation), real(b.validation));
    note(tr("image limit"), number(qint64(a.limit)), number(qint64(b.limit)));
    return changes.size() == 1 ? changes.front() : tr("Change the training settings");
}

} // namespace

QString lastGoodWords()
{
    return tr("last that worked");
}

QString numberText(qint64 value)
{
    return QLocale().toString(value);
}

QString shortLabel(const engine::GraphSpec& graph, NodeId id)
{
    const engine::Node* node = graph.node(id);
    if (!node)
        return tr("a layer");
    if (!node->name.empty())
        return QString::fromStdString(node->name);
    const engine::LayerDescriptor* layer = engine::findLayer(node->type);
    return QString::fromStdString(layer ? layer->title : node->type);
}

QString countedText(const QString& verb, const engine::GraphSpec& graph, const std::vector<NodeId>& ids,
                    std::size_t notes)
{
    QStringList things;
    if (!ids.empty())
        things << (ids.size() == 1 ? shortLabel(graph, ids.front()) : tr("%1 layers").arg(ids.size()));
    if (notes > 0)
        things << (notes == 1 ? tr("a note") : tr("%1 notes").arg(notes));
    return verb + u' ' + things.join(tr(" and "));
}

QString stepText(const engine::GraphSpec& graph, const Step& given)
{
    if (const auto* s = std::get_if<step::ParamStep>(&given))
        return tr("Change %1 of %2 from %3 to %4")
            .arg(paramTitle(graph, s->node, s->key), shortLabel(graph, s->node), valueText(s->before),
                 valueText(s->after));
    if (const auto* s = std::get_if<step::NameStep>(&given)) {
        const QString after = QString::fromStdString(s->after);
        return s->node == engine::kNoNode ? tr("Rename the network to %1").arg(after)
                                          : tr("Rename %1 to %2").arg(QString::fromStdString(s->before), after);
    }
    if (const auto* s = std::get_if<step::FrozenStep>(&given))
        return (s->after ? tr("Freeze %1") : tr("Unfreeze %1")).arg(shortLabel(graph, s->node));
    if (const auto* s = std::get_if<step::MoveStep>(&given)) {
        std::vector<NodeId> ids;
        std::transform(s->moves.begin(), s->moves.end(), std::back_inserter(ids),
                       [](const auto& m) { return m.first; });
        return countedText(tr("Move"), graph, ids);
    }
    if (const auto* s = std::get_if<step::NotesStep>(&given))
        return notesText(*s);
    if (const auto* s = std::get_if<step::TrainStep>(&given))
        return trainText(s->before, s->after);
    if (const auto* s = std::get_if<step::EdgeStep>(&given))
        return (s->added ? tr("Connect %1 to %2") : tr("Remove the wire from %1 to %2"))
            .arg(shortLabel(graph, s->edge.from), shortLabel(graph, s->edge.to));
    return {};
}

} // namespace convarium::ui
