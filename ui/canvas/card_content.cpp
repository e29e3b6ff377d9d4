#include "ui/canvas/card_content.h"

#include "engine/analysis/derivation.h"
#include "engine/layers/layer.h"
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

QString sizes(const engine::Shape& shape, QChar times, bool mapsLast)
{
    QStringList parts;
    for (int i = 0; i < shape.rank(); ++i)
        parts << QString::number(shape[i]);
    if (mapsLast && shape.isMaps())
        parts.append(parts.takeFirst());
    return parts.join(times);
}

QString plain(const engine::Shape& shape)
{
    return sizes(shape, u'x', true);
}

} // namespace

QString shapeText(const engine::Shape& shape)
{
    const bool mapsLast = Settings::instance().get(setting::shapeOrder) == ShapeOrder::HeightWidthMaps;
    return sizes(shape, QChar(0x00D7), mapsLast);
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
    const engine::Counts counts = document.counts(id);
    if (shape) {
        const qint64 n = counts.parameters();
        c.count = n == 0 ? tr("no parameters") : n == 1 ? tr("1 parameter") : tr("%1 parameters").arg(numberText(n));
    } else if (good) {
        c.count = tr("last size that worked");
    }
    for (const engine::Problem& problem : document.problemsOf(id)) {
        c.fault = QString::fromStdString(problem.error.text());
        c.warning = problem.warning;
        if (!problem.warning)
            break;
    }
    for (const engine::Problem& warning : document.warnings())
        if (c.fault.isEmpty() && warning.error.place.node == id) {
            c.fault = QString::fromStdString(warning.error.text());
            c.warning = true;
        }
    return c;
}

QString accessibleName(const ProjectDocument& document, NodeId id)
{
    const engine::Node* node = document.graph().node(id);
    const engine::LayerDescriptor* layer = node ? engine::findLayer(node->type) : nullptr;
    if (layer && node->name == layer->title)
        return QString::fromStdString(layer->title);
    return QString::fromStdString(document.graph().label(id));
}

QString accessibleDescription(const ProjectDocument& document, NodeId id)
{
    const engine::Node* node = document.graph().node(id);
    if (!node)
        return {};
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
        parts << tr("output %1").arg(plain(*shape));
        const qint64 n = document.counts(id).parameters();
        parts << (n == 0 ? tr("no parameters") : n == 1 ? tr("1 parameter") : tr("%1 parameters").arg(n));
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
