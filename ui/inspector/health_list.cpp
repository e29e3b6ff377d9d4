#include "ui/inspector/health_list.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QVBoxLayout>
#include <algorithm>

namespace convarium::ui
{

namespace
{

std::string percent(double share)
{
    return QLocale().toString(100 * share, 'f', share < 0.01 && share > 0 ? 2 : 0).toStdString() + " %";
}

std::string small(double value)
{
    return QLocale().toString(value, 'g', 3).toStdString();
}

std::vector<engine::Derivation> numbersOf(const engine::LayerHealth& layer)
{
    std::vector<engine::Derivation> rows;
    if (layer.deadShare)
        rows.push_back(
            {"Dead units", percent(*layer.deadShare), "never above zero on 64 images",
             QLocale().toString(std::llround(*layer.deadShare * static_cast<double>(layer.units))).toStdString() +
                 " of " + QLocale().toString(static_cast<qlonglong>(layer.units)).toStdString()});
    if (layer.saturatedShare)
        rows.push_back({"Saturated", percent(*layer.saturatedShare), "of its numbers lie at a flat end", {}});
    if (layer.gradient)
        rows.push_back({"Gradient", small(*layer.gradient), "root mean square, per weight", {}});
    if (layer.weights)
        rows.push_back({"Weights", small(*layer.weights), "root mean square", {}});
    if (layer.change)
        rows.push_back({"Change per step", percent(*layer.change), "of the size of the weights", {}});
    return rows;
}

} // namespace

HealthList::HealthList(QWidget* parent)
    : QWidget(parent), m_lamp(new Sign(SignKind::Info, 18)), m_state(new TextLabel), m_boxes(new QWidget),
      m_numbers(new WhyList)
{
    setAccessibleName(QStringLiteral("Health"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(scaled(6));
    auto* head = new QHBoxLayout;
    head->setSpacing(scaled(8));
    head->addWidget(m_lamp, 0, Qt::AlignTop);
    m_state->setWordWrap(true);
    head->addWidget(m_state, 1);
    layout->addLayout(head);
    auto* boxes = new QVBoxLayout(m_boxes);
    boxes->setContentsMargins(0, 0, 0, 0);
    boxes->setSpacing(scaled(8));
    layout->addWidget(m_boxes);
    layout->addWidget(m_numbers);
    refresh();
}

void HealthList::setReport(engine::HealthPtr report)
{
    m_report = std::move(report);
    refresh();
}

void HealthList::setNode(engine::NodeId node)
{
    if (node == m_node)
        return;
    m_node = node;
    refresh();
}

void HealthList::refresh()
{
    qDeleteAll(m_boxes->findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
    int count = 0;
    if (m_report)
        for (const auto& diagnosis : m_report->diagnoses)
            if (diagnosis.node == m_node) {
                addDiagnosis(diagnosis);
                ++count;
            }
    const auto* layer = m_report ? m_report->layer(m_node) : nullptr;
    const auto ill = m_report ? static_cast<int>(m_report->diagnoses.size()) : 0;
    if (!m_report)
        m_state->setText(tr("Press Train: what goes wrong appears here."));
    else if (count > 0)
        m_state->setText(tr("At step %1").arg(QLocale().toString(static_cast<qlonglong>(m_report->step))));
    else if (m_node == engine::kNoNode && ill > 0)
        m_state->setText(ill == 1 ? tr("One layer has a warning; it stands in the list of problems.")
                                  : tr("Layers have %1 warnings; they stand in the list of problems.").arg(ill));
    else
        m_state->setText(m_node != engine::kNoNode && !layer
                             ? tr("There is nothing to measure in this layer.")
                             : tr("Well, at step %1").arg(QLocale().toString(static_cast<qlonglong>(m_report->step))));
    m_lamp->setKind(!m_report || (m_node != engine::kNoNode && !layer && count == 0) ? SignKind::Info
                    : count > 0 || (m_node == engine::kNoNode && ill > 0)            ? SignKind::Warning
                                                                                     : SignKind::Ok);
    m_boxes->setVisible(count > 0);
    m_numbers->setDerivations(layer ? numbersOf(*layer) : std::vector<engine::Derivation>());
    QStringList told{m_state->text()};
    told += diagnoses();
    setAccessibleDescription(told.join(u' '));
}

void HealthList::addDiagnosis(const engine::Diagnosis& diagnosis)
{
    auto* box = new Panel(Panel::Fill::WarningTint, true);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(scaled(10), scaled(8), scaled(10), scaled(8));
    column->setSpacing(scaled(4));
    const auto add = [&](const QString& text, TextRole role) {
        auto* label = new TextLabel(text, role);
        label->setWordWrap(true);
        column->addWidget(label);
        return label;
    };
    add(QString::fromStdString(engine::illnessTitle(diagnosis.illness)), TextRole::BodyMedium);
    add(QString::fromStdString(diagnosis.words), TextRole::Body)->setObjectName(QStringLiteral("words"));
    add(tr("Experiment: %1").arg(QString::fromStdString(diagnosis.experiment)), TextRole::Body)
        ->setObjectName(QStringLiteral("words"));
    m_boxes->layout()->addWidget(box);
}

QStringList HealthList::diagnoses() const
{
    QStringList out;
    for (const auto* label : m_boxes->findChildren<TextLabel*>(QStringLiteral("words")))
        out << label->text();
    return out;
}

} // namespace convarium::ui
