#include "ui/inspector/block_settings.h"

#include "engine/layers/layer.h"
#include "ui/document/blocks.h"
#include "ui/document/edit_builder.h"
#include "ui/document/edit_texts.h"
#include "ui/inspector/param_field.h"
#include "ui/theme/type.h"
#include "ui/theme/widgets.h"

#include <QGridLayout>
#include <algorithm>

namespace convarium::ui
{

namespace
{

constexpr int kLabelWidth = 104, kNarrowLabelWidth = 62;

/// Range and kind of a parameter are those of the first setting it stands for.
const engine::ParamInfo* infoOf(const ProjectDocument& document, const engine::BlockParameter& parameter)
{
    const auto& [id, key] = parameter.settings.front();
    const engine::Node* node = document.graph().node(id);
    const engine::LayerDescriptor* layer = node ? engine::findLayer(node->type) : nullptr;
    if (!layer)
        return nullptr;
    const auto it = std::find_if(layer->parameters.begin(), layer->parameters.end(),
                                 [&key = key](const engine::ParamInfo& info) { return info.key == key; });
    return it == layer->parameters.end() ? nullptr : &*it;
}

} // namespace

BlockSettings::BlockSettings(ProjectDocument* document, QWidget* parent)
    : QWidget(parent), m_document(document), m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(0);
    m_grid->setVerticalSpacing(scaled(6));
    m_grid->setColumnStretch(1, 1);
}

void BlockSettings::setBlock(std::int64_t group)
{
    const engine::BlockCard* card = group == -1 ? nullptr : findBlockCard(m_document->blocks(), group);
    const auto parameters = card ? card->parameters : std::vector<engine::BlockParameter>();
    const bool same = group == m_group && parameters == m_parameters;
    m_group = group;
    m_parameters = parameters;
    if (!same)
        build();
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        std::vector<engine::ParamValue> values;
        for (const auto& [id, key] : m_parameters[i].settings)
            if (const engine::Node* node = m_document->graph().node(id))
                if (const engine::ParamValue* value = node->params.find(key))
                    values.push_back(*value);
        if (!values.empty())
            m_rows[i].field->setValues(values);
    }
}

void BlockSettings::build()
{
    for (const Row& row : m_rows) {
        delete row.title;
        delete row.field;
    }
    m_rows.clear();
    std::erase_if(m_parameters, [&](const engine::BlockParameter& p) { return !infoOf(*m_document, p); });
    for (std::size_t i = 0; i < m_parameters.size(); ++i)
        addRow(i);
}

void BlockSettings::addRow(std::size_t index)
{
    const engine::ParamInfo& info = *infoOf(*m_document, m_parameters[index]);
    const QString title = QString::fromStdString(m_parameters[index].title);
    auto* label = new TextLabel(title, TextRole::Body, ColorRole::Text2);
    label->setWordWrap(true);
    ParamField* field = makeParamField(info, nullptr);
    QStringList layers;
    for (const auto& [id, key] : m_parameters[index].settings)
        if (const QString name = shortLabel(m_document->graph(), id); !layers.contains(name))
            layers << name;
    field->focusTarget()->setAccessibleName(title);
    for (QWidget* widget : {static_cast<QWidget*>(label), field->focusTarget()})
        widget->setToolTip(tr("Of %1. %2").arg(layers.join(QStringLiteral(", ")), QString::fromStdString(info.help)));
    label->setBuddy(field->focusTarget());
    connect(field, &ParamField::edited, this,
            [this, index](const std::vector<std::pair<std::string, engine::ParamValue>>& changes, bool) {
                apply(index, changes.front().second);
            });
    const int line = static_cast<int>(index);
    m_grid->addWidget(label, line, 0, Qt::AlignVCenter);
    m_grid->addWidget(field, line, 1);
    m_rows.push_back({label, field});
    setNarrow(m_narrow);
}

void BlockSettings::setNarrow(bool narrow)
{
    m_narrow = narrow;
    for (const Row& row : m_rows) {
        row.title->setFixedWidth(scaled(narrow ? kNarrowLabelWidth : kLabelWidth));
        row.field->setNarrow(narrow);
    }
}

void BlockSettings::apply(std::size_t index, const engine::ParamValue& value)
{
    const engine::BlockParameter parameter = m_parameters[index];
    QString title = QString::fromStdString(parameter.title);
    title[0] = title[0].toLower();
    m_document->edit(
        tr("Change %1 of %2 to %3")
            .arg(title, blockName(m_document->graph(), m_group), QString::fromStdString(engine::paramText(value))),
        [&](EditBuilder& b) {
            for (const auto& [id, key] : parameter.settings)
                b.setParam(id, key, value);
        });
}

ParamField* BlockSettings::field(std::size_t parameter) const
{
    return parameter < m_rows.size() ? m_rows[parameter].field : nullptr;
}

} // namespace convarium::ui
