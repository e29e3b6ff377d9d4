#include "ui/inspector/problems_panel.h"

#include "engine/graph/unfinished.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

namespace convarium::ui
{

ProblemsPanel::ProblemsPanel(ProjectDocument* document, QWidget* parent)
    : QScrollArea(parent), m_document(document),
      m_none(new TextLabel(tr("No problems"), TextRole::Body, ColorRole::Text3))
{
    setAccessibleName(QStringLiteral("Problems"));
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* page = new ui::Panel(ui::Panel::Fill::Surface);
    m_layout = new QVBoxLayout(page);
    m_layout->setContentsMargins(scaled(16), scaled(10), scaled(16), scaled(10));
    m_layout->setSpacing(scaled(6));
    m_none->setAlignment(Qt::AlignCenter);
    m_layout->addWidget(m_none);
    m_layout->addStretch(1);
    setWidget(page);
    connect(document, &ProjectDocument::changed, this, [this](const DocumentChange& change) {
        if (change.what == DocumentChange::What::ShapesChanged || change.what == DocumentChange::What::Reset ||
            change.what == DocumentChange::What::NodeRenamed || change.what == DocumentChange::What::WarningsChanged)
            rebuild();
    });
    rebuild();
}

void ProblemsPanel::rebuild()
{
    for (const auto& row : m_rows)
        row.widget->deleteLater(); // the change may come from one of these buttons
    m_rows.clear();
    int faults = 0, warnings = 0;
    for (const auto* list : {&m_document->problems(), &m_document->warnings()})
        for (const auto& problem : *list) {
            addRow(problem);
            ++(problem.warning ? warnings : faults);
        }
    m_none->setVisible(m_rows.empty());
    setAccessibleDescription(m_rows.empty() ? tr("No problems") : tr("%n problem(s)", nullptr, count()));
    Q_EMIT countChanged(faults, warnings);
}

void ProblemsPanel::addRow(const engine::Problem& problem)
{
    Row row;
    row.text = QString::fromStdString(problem.error.text());
    row.widget = new QWidget;
    auto* line = rowIn(row.widget, scaled(10));
    line->addWidget(new Sign(engine::isFault(m_document->graph(), m_document->shaped(), problem) ? SignKind::Error
                                                                                                 : SignKind::Warning,
                             22),
                    0, Qt::AlignTop);
    const NodeId id = problem.error.place.node;
    const bool known = m_document->graph().node(id) != nullptr;
    const QString label = known ? QString::fromStdString(m_document->graph().label(id)) : tr("Network");
    auto* name = new TextLabel(label, TextRole::BodyMedium);
    name->setMinimumWidth(scaled(110));
    line->addWidget(name, 0, Qt::AlignTop);
    auto* words = new TextLabel(row.text);
    words->setWordWrap(true);
    line->addWidget(words, 1);
    row.button = new QPushButton(tr("Show"));
    row.button->setAccessibleName(tr("Show %1").arg(label));
    row.button->setEnabled(known);
    connect(row.button, &QPushButton::clicked, this, [this, id] { Q_EMIT showNode(id); });
    line->addWidget(row.button, 0, Qt::AlignTop);
    m_layout->insertWidget(static_cast<int>(m_rows.size()), row.widget);
    m_rows.push_back(row);
}

QString ProblemsPanel::text(int index) const
{
    return m_rows[static_cast<std::size_t>(index)].text;
}

} // namespace convarium::ui
