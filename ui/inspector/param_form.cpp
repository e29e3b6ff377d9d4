#include "ui/inspector/param_form.h"

#include "ui/document/edit_builder.h"
#include "ui/document/edit_texts.h"
#include "ui/document/project_document.h"

#include <QGridLayout>
#include <QLocale>
#include <algorithm>

namespace convarium::ui
{

using engine::NodeId;
using engine::ParamInfo;
using engine::ParamValue;

namespace
{

constexpr int kLabelWidth = 104, kNarrowLabelWidth = 62;
const std::string kFrozenKey = "frozen"; ///< not a setting of a layer but of the node

const engine::LayerDescriptor* layerOf(const ProjectDocument& document, NodeId id)
{
    const auto* node = document.graph().node(id);
    return node ? engine::findLayer(node->type) : nullptr;
}

bool ownsWeights(const ProjectDocument& document, NodeId id)
{
    const auto counts = document.counts(id);
    return counts.parameters() > 0;
}

} // namespace

ParamForm::ParamForm(ProjectDocument* document, QWidget* parent)
    : QWidget(parent), m_document(document), m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(0);
    m_grid->setVerticalSpacing(scaled(6));
    m_grid->setColumnStretch(1, 1);
}

void ParamForm::setNodes(const std::vector<NodeId>& nodes)
{
    std::vector<std::string> types;
    for (NodeId id : nodes)
        if (const auto* node = m_document->graph().node(id))
            types.push_back(node->type);
    const bool same = types == m_types && nodes == m_nodes;
    m_nodes = nodes;
    m_types = types;
    if (!same)
        build();
    updateValues();
}

void ParamForm::build()
{
    for (auto& row : m_rows) {
        delete row.title;
        delete row.field;
        delete row.message;
    }
    m_rows.clear();
    const auto* first = m_nodes.empty() ? nullptr : layerOf(*m_document, m_nodes.front());
    if (!first)
        return;
    // Shared: the same key of the same kind in every selected layer.
    const auto shared = [&](const ParamInfo& info) {
        return std::all_of(m_nodes.begin(), m_nodes.end(), [&](NodeId id) {
            const auto* layer = layerOf(*m_document, id);
            return layer &&
                   std::any_of(layer->parameters.begin(), layer->parameters.end(), [&](const ParamInfo& other) {
                       return other.key == info.key && other.type == info.type && other.choices == info.choices;
                   });
        });
    };
    std::vector<std::string> taken;
    for (const auto& info : first->parameters) {
        if (!shared(info) || std::find(taken.begin(), taken.end(), info.key) != taken.end())
            continue;
        const auto second = std::find_if(first->parameters.begin(), first->parameters.end(),
                                         [&](const ParamInfo& other) { return other.key == info.pairedWith; });
        const bool pair = !info.pairedWith.empty() && second != first->parameters.end() && shared(*second);
        if (pair)
            taken.push_back(second->key);
        addRow(info, pair ? &*second : nullptr);
    }
    addFrozen();
}

void ParamForm::addRow(const ParamInfo& info, const ParamInfo* second)
{
    Row row;
    row.info = info;
    row.second = second ? second->key : std::string();
    const QString title = QString::fromStdString(info.title);
    row.title = new TextLabel(title, TextRole::Body, ColorRole::Text2);
    row.title->setWordWrap(true);
    row.title->setFixedWidth(scaled(m_narrow ? kNarrowLabelWidth : kLabelWidth));
    row.field = makeParamField(info, second);
    row.field->setNarrow(m_narrow);
    row.message = new TextLabel({}, TextRole::Small, ColorRole::Error);
    row.message->setWordWrap(true);
    row.message->hide();
    row.field->focusTarget()->setAccessibleName(title);
    const bool number = info.type == engine::ParamType::Integer || info.type == engine::ParamType::Real ||
                        info.type == engine::ParamType::List;
    const QString help =
        QString::fromStdString(info.help) + (number ? QStringLiteral(" (%1)").arg(rangeText(info)) : QString());
    for (QWidget* widget : {static_cast<QWidget*>(row.title), row.field->focusTarget()})
        widget->setToolTip(help);
    row.title->setBuddy(row.field->focusTarget());
    const int line = 2 * static_cast<int>(m_rows.size());
    m_grid->addWidget(row.title, line, 0, Qt::AlignVCenter);
    m_grid->addWidget(row.field, line, 1);
    m_grid->addWidget(row.message, line + 1, 0, 1, 2);
    const std::size_t index = m_rows.size();
    connect(row.field, &ParamField::edited, this, &ParamForm::apply);
    connect(row.field, &ParamField::gestureEnded, m_document, &ProjectDocument::endGesture);
    connect(row.field, &ParamField::faultChanged, this, [this, index](const QString& fault) {
        m_rows[index].typed = fault;
        showMessage(m_rows[index]);
    });
    m_rows.push_back(std::move(row));
}

void ParamForm::addFrozen()
{
    if (!std::all_of(m_nodes.begin(), m_nodes.end(), [&](NodeId id) { return ownsWeights(*m_document, id); }))
        return;
    ParamInfo info;
    info.key = kFrozenKey;
    info.title = tr("Frozen").toStdString();
    info.type = engine::ParamType::Flag;
    info.defaultValue = false;
    info.unit = tr("keeps its weights").toStdString();
    info.help = tr("Training leaves the weights of this layer as they are.").toStdString();
    addRow(info, nullptr);
}

void ParamForm::setNarrow(bool narrow)
{
    m_narrow = narrow;
    for (auto& row : m_rows) {
        row.title->setFixedWidth(scaled(narrow ? kNarrowLabelWidth : kLabelWidth));
        row.field->setNarrow(narrow);
    }
}

std::vector<ParamValue> ParamForm::values(const std::string& key) const
{
    std::vector<ParamValue> result;
    for (NodeId id : m_nodes) {
        const auto* node = m_document->graph().node(id);
        const auto* layer = layerOf(*m_document, id);
        if (!node || !layer)
            continue;
        if (key == kFrozenKey) {
            result.emplace_back(node->frozen);
            continue;
        }
        if (const auto* value = node->params.find(key)) {
            result.push_back(*value);
            continue;
        }
        for (const auto& info : layer->parameters)
            if (info.key == key)
                result.push_back(info.defaultValue);
    }
    return result;
}

void ParamForm::updateValues()
{
    for (auto& row : m_rows) {
        const auto now = values(row.info.key);
        if (now.empty())
            continue;
        const auto second = row.second.empty() ? std::vector<ParamValue>() : values(row.second);
        if (now != row.shown || second != row.secondShown) { // else the field may be being typed in
            row.field->setValues(now);
            if (!second.empty())
                row.field->setSecondValues(second);
            row.shown = now;
            row.secondShown = second;
        }
        bool visible = true;
        if (const auto& [key, value] = row.info.visibleWhen; !key.empty())
            for (const auto& other : values(key))
                visible = visible && engine::paramText(other) == value;
        row.title->setVisible(visible);
        row.field->setVisible(visible);
        showMessage(row);
    }
}

void ParamForm::showMessage(Row& row)
{
    QString text = row.typed;
    if (text.isEmpty())
        for (NodeId id : m_nodes)
            for (const auto& problem : m_document->problemsOf(id))
                if (problem.error.place.port == row.info.key ||
                    (!row.second.empty() && problem.error.place.port == row.second))
                    text = QString::fromStdString(problem.error.text());
    row.message->setText(text);
    row.message->setVisible(!text.isEmpty() && !row.field->isHidden());
}

void ParamForm::apply(const std::vector<std::pair<std::string, ParamValue>>& changes, bool dragging)
{
    if (changes.front().first == kFrozenKey) {
        m_document->setFrozen(m_nodes, std::get<bool>(changes.front().second));
    } else if (m_nodes.size() == 1 && changes.size() == 1) {
        m_document->setParam(m_nodes.front(), changes.front().first, changes.front().second, dragging);
    } else if (m_nodes.size() == 1 && !dragging) {
        m_document->setParams(m_nodes.front(), changes);
    } else {
        QString title = QString::fromStdString(changes.front().first);
        for (const auto& row : m_rows)
            if (row.info.key == changes.front().first)
                title = QString::fromStdString(row.info.title).toLower();
        const QString layers = m_nodes.size() == 1
                                   ? shortLabel(m_document->graph(), m_nodes.front())
                                   : tr("%1 layers").arg(QLocale().toString(static_cast<int>(m_nodes.size())));
        m_document->edit(
            tr("Change %1 of %2").arg(title, layers),
            [&](EditBuilder& builder) {
                for (NodeId id : m_nodes)
                    for (const auto& [key, value] : changes)
                        builder.setParam(id, key, value);
            },
            dragging);
    }
}

QWidget* ParamForm::firstField() const
{
    for (const auto& row : m_rows)
        if (!row.field->isHidden())
            return row.field->focusTarget();
    return nullptr;
}

ParamField* ParamForm::field(const std::string& key) const
{
    for (const auto& row : m_rows)
        if (row.info.key == key || (!key.empty() && row.second == key))
            return row.field;
    return nullptr;
}

QString ParamForm::message(const std::string& key) const
{
    for (const auto& row : m_rows)
        if ((row.info.key == key || (!key.empty() && row.second == key)) && !row.message->isHidden())
            return row.message->text();
    return {};
}

} // namespace convarium::ui
