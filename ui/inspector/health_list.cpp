#include "ui/inspector/health_list.h"

#include "ui/document/project_document.h"
#include "ui/inspector/experiments.h"
#include "ui/theme/widgets.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QLocale>
#include <QUndoStack>
#include <QVBoxLayout>
#include <algorithm>
#include <iterator>
#include <utility>

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

HealthList::HealthList(ProjectDocument* document, QWidget* parent)
    : QWidget(parent), m_document(document), m_lamp(new Sign(SignKind::Info, 18)), m_state(new TextLabel),
      m_boxes(new QWidget), m_tried(new TextLabel), m_numbers(new WhyList)
{
    setAccessibleName(QStringLiteral("Health"));
    auto* layout = columnIn(this, scaled(6));
    auto* head = new QHBoxLayout;
    head->setSpacing(scaled(8));
    head->addWidget(m_lamp, 0, Qt::AlignTop);
    m_state->setWordWrap(true);
    head->addWidget(m_state, 1);
    layout->addLayout(head);
    columnIn(m_boxes, scaled(8));
    layout->addWidget(m_boxes);
    m_tried->setWordWrap(true);
    m_tried->hide();
    layout->addWidget(m_tried);
    layout->addWidget(m_numbers);
    connect(document, &ProjectDocument::changed, this, &HealthList::refreshSoon);
    connect(document->undoStack(), &QUndoStack::indexChanged, this, &HealthList::refreshSoon);
    refresh();
}

/// An edit reports many small changes, and may come from a button that is made anew.
void HealthList::refreshSoon()
{
    if (m_document->undoStack()->index() < m_triedAt) {
        m_tried->clear();
        m_tried->hide();
    }
    if (m_boxes->isHidden() || std::exchange(m_pending, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_pending = false;
            m_stale = true;
            const bool focus = m_boxes->isAncestorOf(QApplication::focusWidget());
            refresh();
            if (focus && !tryButtons().isEmpty())
                tryButtons().first()->setFocus();
        },
        Qt::QueuedConnection);
}

void HealthList::setReport(engine::HealthPtr report)
{
    m_report = std::move(report);
    if (m_report && m_report->diagnoses.empty())
        m_tried->hide(); // it has helped
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
    std::vector<engine::Diagnosis> shown;
    if (m_report)
        std::copy_if(m_report->diagnoses.begin(), m_report->diagnoses.end(), std::back_inserter(shown),
                     [&](const auto& diagnosis) { return diagnosis.node == m_node; });
    const auto count = static_cast<int>(shown.size());
    showDiagnoses(std::move(shown));
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

/// While training runs a new report comes every now and then with other numbers: what stands there stays, so that a
/// button can be pressed.
void HealthList::showDiagnoses(std::vector<engine::Diagnosis> diagnoses)
{
    const bool same =
        std::equal(diagnoses.begin(), diagnoses.end(), m_shown.begin(), m_shown.end(),
                   [](const auto& a, const auto& b) { return a.illness == b.illness && a.node == b.node; });
    m_shown = std::move(diagnoses);
    if (!same || std::exchange(m_stale, false)) {
        qDeleteAll(m_boxes->findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
        m_words.clear();
        for (const auto& diagnosis : m_shown)
            addBox(diagnosis);
    }
    for (std::size_t i = 0; i < m_shown.size(); ++i) {
        m_words[2 * i]->setText(QString::fromStdString(m_shown[i].words));
        m_words[2 * i + 1]->setText(tr("Experiment: %1").arg(QString::fromStdString(m_shown[i].experiment)));
    }
}

void HealthList::addBox(const engine::Diagnosis& diagnosis)
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
    for (int i = 0; i < 2; ++i) // what is wrong, and the experiment
        m_words.push_back(add({}, TextRole::Body));
    for (const Experiment& experiment : experimentsFor(*m_document, diagnosis)) {
        auto* button = new QPushButton(experiment.button);
        button->setAccessibleName(experiment.button);
        button->setToolTip(tr("%1. Undo takes it back.").arg(experiment.edit.text));
        connect(button, &QPushButton::clicked, this, [this, edit = experiment.edit] { tryOut(edit); });
        column->addWidget(button, 0, Qt::AlignLeft);
    }
    m_boxes->layout()->addWidget(box);
}

void HealthList::tryOut(const Repair& edit)
{
    applyRepair(*m_document, edit);
    m_triedAt = m_document->undoStack()->index();
    m_tried->setText(
        tr("Done: %1. Press Reset, then Train, to see what comes of it; Ctrl+Z takes it back.").arg(edit.text));
    m_tried->show();
}

QList<QPushButton*> HealthList::tryButtons() const
{
    return m_boxes->findChildren<QPushButton*>();
}

QStringList HealthList::diagnoses() const
{
    QStringList out;
    for (const TextLabel* label : m_words)
        out << label->text();
    return out;
}

} // namespace convarium::ui
