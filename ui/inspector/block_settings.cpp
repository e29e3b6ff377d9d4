#include "ui/inspector/block_settings.h"

#include "engine/blocks/groups.h"
#include "ui/canvas/placement.h"
#include "ui/document/blocks.h"
#include "ui/document/edit_builder.h"
#include "ui/document/edit_texts.h"
#include "ui/inspector/param_field.h"
#include "ui/theme/type.h"
#include "ui/theme/widgets.h"

#include <QGridLayout>
#include <algorithm>
#include <utility>

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

std::vector<BlockSettings::Parameter> BlockSettings::parametersOf(std::int64_t group) const
{
    std::vector<Parameter> parameters;
    const engine::Group* block = engine::findGroup(m_document->graph(), group);
    if (const engine::BlockDescriptor* known = block ? engine::findBlock(block->templateName) : nullptr)
        for (const engine::ParamInfo& info : known->parameters)
            parameters.push_back({info, {}});
    if (const engine::BlockCard* card = findBlockCard(m_document->blocks(), group))
        for (const engine::BlockParameter& shared : card->parameters)
            if (const engine::ParamInfo* info = infoOf(*m_document, shared)) {
                parameters.push_back({*info, shared});
                parameters.back().info.title = shared.title;
            }
    return parameters;
}

std::vector<engine::ParamValue> BlockSettings::valuesOf(const Parameter& parameter) const
{
    std::vector<engine::ParamValue> values;
    if (parameter.shared.settings.empty()) {
        const engine::Group* block = engine::findGroup(m_document->graph(), m_group);
        const engine::ParamValue* value = block ? block->arguments.find(parameter.info.key) : nullptr;
        values.push_back(value ? *value : parameter.info.defaultValue);
    }
    for (const auto& [id, key] : parameter.shared.settings)
        if (const engine::Node* node = m_document->graph().node(id))
            if (const engine::ParamValue* value = node->params.find(key))
                values.push_back(*value);
    return values;
}

void BlockSettings::setBlock(std::int64_t group)
{
    auto parameters = parametersOf(group);
    const bool same = group == m_group && parameters == m_parameters;
    m_group = group;
    m_parameters = std::move(parameters);
    if (!same)
        build();
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        if (const auto values = valuesOf(m_parameters[i]); !values.empty())
            m_rows[i].field->setValues(values);
}

void BlockSettings::build()
{
    for (const Row& row : m_rows) {
        delete row.title;
        delete row.field;
        delete row.message;
    }
    m_rows.clear();
    for (const Parameter& parameter : m_parameters)
        addRow(parameter);
}

void BlockSettings::addRow(const Parameter& parameter)
{
    const engine::ParamInfo& info = parameter.info;
    const QString title = QString::fromStdString(info.title);
    auto* label = new TextLabel(title, TextRole::Body, ColorRole::Text2);
    label->setWordWrap(true);
    ParamField* field = makeParamField(info, nullptr);
    QStringList layers;
    for (const auto& [id, key] : parameter.shared.settings)
        if (const QString name = shortLabel(m_document->graph(), id); !layers.contains(name))
            layers << name;
    QString help = QString::fromStdString(info.help);
    if (!layers.isEmpty())
        help = tr("Of %1. %2").arg(layers.join(QStringLiteral(", ")), help);
    field->focusTarget()->setAccessibleName(title);
    for (QWidget* widget : {static_cast<QWidget*>(label), field->focusTarget()})
        widget->setToolTip(help);
    label->setBuddy(field->focusTarget());
    auto* message = new TextLabel({}, TextRole::Small, ColorRole::Error);
    message->setWordWrap(true);
    message->hide();
    const std::size_t index = m_rows.size();
    connect(field, &ParamField::edited, this,
            [this, index](const std::vector<std::pair<std::string, engine::ParamValue>>& changes, bool dragging) {
                apply(index, changes.front().second, dragging);
            });
    connect(field, &ParamField::gestureEnded, this, [this, index] {
        m_document->endGesture();
        if (const auto value = std::exchange(m_rows[index].dragged, std::nullopt))
            apply(index, *value, false);
    });
    connect(field, &ParamField::faultChanged, this, [this, index](const QString& fault) { showMessage(index, fault); });
    const int line = 2 * static_cast<int>(index);
    m_grid->addWidget(label, line, 0, Qt::AlignVCenter);
    m_grid->addWidget(field, line, 1);
    m_grid->addWidget(message, line + 1, 0, 1, 2);
    m_rows.push_back({label, field, message, std::nullopt});
    setNarrow(m_narrow);
}

void BlockSettings::showMessage(std::size_t index, const QString& text)
{
    m_rows[index].message->setText(text);
    m_rows[index].message->setVisible(!text.isEmpty());
}

void BlockSettings::setNarrow(bool narrow)
{
    m_narrow = narrow;
    for (const Row& row : m_rows) {
        row.title->setFixedWidth(scaled(narrow ? kNarrowLabelWidth : kLabelWidth));
        row.field->setNarrow(narrow);
    }
}

void BlockSettings::apply(std::size_t index, const engine::ParamValue& value, bool dragging)
{
    const Parameter parameter = m_parameters[index];
    if (parameter.shared.settings.empty()) {
        if (dragging) { // other layers at every step of the hand would be a flicker
            m_rows[index].field->setValues({value});
            m_rows[index].dragged = value;
            return;
        }
        const auto set = setBlockArgument(*m_document, m_group, parameter.info, value);
        showMessage(index, set ? QString() : QString::fromStdString(set.error().text()));
        if (!set)
            m_rows[index].field->setValues(valuesOf(parameter));
        return;
    }
    QString title = QString::fromStdString(parameter.info.title);
    title[0] = title[0].toLower();
    m_document->edit(
        tr("Change %1 of %2 to %3")
            .arg(title, blockName(m_document->graph(), m_group), QString::fromStdString(engine::paramText(value))),
        [&](EditBuilder& b) {
            for (const auto& [id, key] : parameter.shared.settings)
                b.setParam(id, key, value);
        },
        dragging);
}

ParamField* BlockSettings::field(std::size_t parameter) const
{
    return parameter < m_rows.size() ? m_rows[parameter].field : nullptr;
}

QString BlockSettings::message(std::size_t parameter) const
{
    return m_rows[parameter].message->isHidden() ? QString() : m_rows[parameter].message->text();
}

} // namespace convarium::ui
