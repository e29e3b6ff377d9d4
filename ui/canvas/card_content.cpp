#include "ui/canvas/card_content.h"

#include "engine/analysis/derivation.h"
#include "engine/graph/unfinished.h"
#include "engine/layers/layer.h"
#include "ui/document/blocks.h"
#include "ui/document/edit_texts.h"
#include "ui/theme/settings.h"

#include <QCoreApplication>
#include <algorithm>

namespace convarium::ui
{

namespace
{

QString tr(const char* text)
{
    return QCoreApplication::translate("convarium::ui::Card", text);
}

QStringList sizes(const engine::Shape& shape, bool mapsLast)
{
    QStringList parts;
    for (int i = 0; i < shape.rank(); ++i)
        parts << QString::number(shape[i]);
    if (mapsLast && shape.isMaps())
        parts.append(parts.takeFirst());
    return parts;
}

/// In the order the user chose.
QStringList sizes(const engine::Shape& shape)
{
    return sizes(shape, Settings::instance().get(setting::shapeOrder) == ShapeOrder::HeightWidthMaps);
}

QString plain(const engine::Shape& shape)
{
    return sizes(shape, true).join(u'x');
}

QString parametersText(qint64 n)
{
    return n == 0 ? tr("no parameters") : n == 1 ? tr("1 parameter") : tr("%1 parameters").arg(numberText(n));
}

} // namespace

QString shapeText(const engine::Shape& shape)
{
    return sizes(shape).join(QChar(0x00D7));
}

QStringList shapeChange(const engine::Shape& before, const engine::Shape& now)
{
    const QString arrow = QStringLiteral("%1 \u2192 %2");
    const QStringList old = sizes(before), current = sizes(now);
    if (old.size() != current.size())
        return {arrow.arg(shapeText(before), shapeText(now))};
    QStringList changes;
    for (qsizetype i = 0; i < old.size(); ++i)
        if (old[i] != current[i])
            changes << arrow.arg(old[i], current[i]);
    changes.removeDuplicates();
    return changes;
}

QStringList outputFormula(const ProjectDocument& document, NodeId id)
{
    QStringList lines;
    for (const engine::Derivation& d : engine::deriveOutput(document.graph(), document.shaped(), id))
        if (!d.numbers.empty())
            lines += QString::fromStdString(d.title + ": " + d.numbers);
    return lines;
}

CardContent cardContent(const ProjectDocument& document, NodeId id)
{
    CardContent c;
    const engine::Node* node = document.graph().node(id);
    if (!node)
        return c;
    c.name = QString::fromStdString(node->name);
    c.frozen = node->frozen;
    const engine::LayerDescriptor* layer = engine::findLayer(node->type);
    if (layer) {
        c.title = QString::fromStdString(layer->title);
        c.icon = QString::fromStdString(layer->icon);
        c.family = familyFromName(QString::fromStdString(layer->family));
        c.settings = layer->summary ? QString::fromStdString(layer->summary(node->params)) : QString();
    } else {
        c.title = QString::fromStdString(node->type);
        c.icon = QStringLiteral("block");
        c.settings = tr("unknown layer");
    }
    if (c.name == c.title)
        c.name.clear(); // "Flatten Flatten" tells nothing more
    const auto shape = document.shape(id);
    const auto good = document.lastGoodShape(id);
    c.shape = shape ? shapeText(*shape) : good ? shapeText(*good) : QStringLiteral("?");
    c.stale = !shape;
    if (good)
        c.count = parametersText(document.lastGoodCounts(id).parameters());
    for (const engine::Problem& problem : document.problemsOf(id)) {
        const bool faulty = engine::isFault(document.graph(), document.shaped(), problem);
        if (c.fault.isEmpty() || (c.warning && faulty)) {
            c.fault = QString::fromStdString(problem.error.text());
            c.warning = !faulty;
        }
    }
    for (const engine::Problem& warning : document.warnings())
        if (c.fault.isEmpty() && warning.error.place.node == id) {
            c.fault = QString::fromStdString(warning.error.text());
            c.warning = true;
        }
    return c;
}

CardContent cardContent(const ProjectDocument& document, const Stack& stack)
{
    if (!stack.isFolded())
        return cardContent(document, stack.head);
    CardContent c = cardContent(document, stack.tail());
    c.title = blockName(document.graph(), stack.block);
    c.name.clear();
    c.icon = QStringLiteral("block");
    c.family = Family::Block;
    c.settings = tr("%1 layers").arg(stack.rows.size() + 1);
    c.frozen = false;
    c.folded = true;
    qint64 n = document.lastGoodCounts(stack.head).parameters();
    CardContent first = cardContent(document, stack.head);
    for (const NodeId id : stack.rows) {
        n += document.lastGoodCounts(id).parameters();
        if (const CardContent inside = cardContent(document, id);
            !inside.fault.isEmpty() && (first.fault.isEmpty() || (first.warning && !inside.warning)))
            first = inside;
    }
    c.fault = first.fault;
    c.warning = first.warning;
    if (!c.count.isEmpty())
        c.count = parametersText(n);
    return c;
}

QString accessibleName(const ProjectDocument& document, NodeId id)
{
    const engine::Node* node = document.graph().node(id);
    if (const std::int64_t block = foldedAround(document.state(), id); block != -1)
        return tr("Block %1").arg(blockName(document.graph(), block));
    const engine::LayerDescriptor* layer = node ? engine::findLayer(node->type) : nullptr;
    if (layer && node->name == layer->title)
        return QString::fromStdString(layer->title);
    return QString::fromStdString(document.graph().label(id));
}

namespace
{

QString sizeOf(const ProjectDocument& document, NodeId id)
{
    const auto shape = document.shape(id);
    return shape ? plain(*shape) : tr("size not known yet");
}

} // namespace

QString inputDescription(const ProjectDocument& document, const std::optional<engine::Edge>& wire)
{
    return wire ? tr("%1, from %2").arg(sizeOf(document, wire->from), accessibleName(document, wire->from))
                : tr("no wire yet");
}

QString outputDescription(const ProjectDocument& document, NodeId id)
{
    QStringList readers;
    for (const engine::Edge& edge : document.graph().edgesFrom(id))
        readers << accessibleName(document, edge.to);
    readers.removeDuplicates();
    return readers.isEmpty() ? tr("%1, no wire yet").arg(sizeOf(document, id))
                             : tr("%1, to %2").arg(sizeOf(document, id), readers.join(tr(" and ")));
}

QString accessibleDescription(const ProjectDocument& document, NodeId id)
{
    const engine::Node* node = document.graph().node(id);
    if (!node)
        return {};
    if (foldedAround(document.state(), id) != -1) {
        const Stacks stacks = stacksOf(document.state());
        const Stack& card = *stacks.of(id);
        const CardContent c = cardContent(document, card);
        QStringList parts{tr("folded"), c.settings};
        QStringList inputs;
        for (const engine::Edge& edge : document.graph().edges)
            if (stacks.headOf(edge.to) == card.head && stacks.headOf(edge.from) != card.head)
                inputs << sizeOf(document, edge.from);
        inputs.removeDuplicates(); // one layer may feed several of the block
        if (!inputs.isEmpty())
            parts << tr("input %1").arg(inputs.join(tr(" and ")));
        const auto good = document.lastGoodShape(card.tail());
        parts << tr("output %1").arg(sizeOf(document, card.tail()));
        if (c.stale && good)
            parts << tr("last that worked: output %1, %2").arg(plain(*good), c.count);
        else if (!c.count.isEmpty())
            parts << c.count;
        return parts.join(QStringLiteral(", ")) + (c.fault.isEmpty() ? QString() : QStringLiteral(". ") + c.fault);
    }
    const engine::LayerDescriptor* layer = engine::findLayer(node->type);
    QString first = QString::fromStdString(layer ? layer->title : node->type);
    const auto integer = [&](const char* key) -> std::optional<qint64> {
        const engine::ParamValue* value = node->params.find(key);
        const auto* number = value ? std::get_if<std::int64_t>(value) : nullptr;
        return number ? std::optional<qint64>(*number) : std::nullopt;
    };
    const auto height = integer("kernelHeight"), width = integer("kernelWidth");
    if (height && width)
        first += QStringLiteral(" %1x%2").arg(*height).arg(*width);
    QStringList parts{first};
    if (const auto filters = integer("filters"))
        parts << tr("%1 filters").arg(*filters);
    if (const auto units = integer("units"))
        parts << tr("%1 units").arg(*units);
    QStringList inputs;
    for (const engine::Edge& edge : document.graph().edgesInto(id))
        if (const auto shape = document.shape(edge.from))
            inputs << plain(*shape);
    if (!inputs.isEmpty())
        parts << tr("input %1").arg(inputs.join(tr(" and ")));
    if (const auto shape = document.shape(id)) {
        parts << tr("output %1").arg(plain(*shape)) << parametersText(document.counts(id).parameters());
    } else if (const auto good = document.lastGoodShape(id)) {
        parts << tr("last that worked: output %1, %2")
                     .arg(plain(*good), parametersText(document.lastGoodCounts(id).parameters()));
    }
    if (node->frozen)
        parts << tr("frozen");
    QString text = parts.join(QStringLiteral(", "));
    const auto problems = document.problemsOf(id);
    if (!problems.empty())
        text += QStringLiteral(". ") + QString::fromStdString(problems.front().error.text());
    return text;
}

} // namespace convarium::ui
