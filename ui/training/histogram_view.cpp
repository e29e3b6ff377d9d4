#include "ui/training/histogram_view.h"

#include "engine/layers/layer.h"
#include "ui/training/change_bars.h"
#include "ui/training/map_worker.h"
#include "ui/training/training_controller.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QScrollArea>

namespace convarium::ui
{

HistogramView::HistogramView(TrainingController* controller, QWidget* parent)
    : QWidget(parent), m_controller(controller), m_service(new HistogramService(controller, this)),
      m_outputTitle(new ElidedLabel({}, TextRole::BodyMedium)),
      m_gradientTitle(new ElidedLabel({}, TextRole::BodyMedium)),
      m_changeTitle(new TextLabel({}, TextRole::BodyMedium)), m_outputs(new HistogramStrip(HistogramOf::Output)),
      m_gradients(new HistogramStrip(HistogramOf::Gradient)), m_changes(new ChangeBars),
      m_changeHint(new TextLabel({}, TextRole::Body, ColorRole::Text2)),
      m_told(new ElidedLabel({}, TextRole::Small, ColorRole::Text2))
{
    setAccessibleName(tr("Histograms over time"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(scaled(14), scaled(6), scaled(6), scaled(6));
    layout->setSpacing(scaled(4));
    layout->addWidget(makeTitle());
    auto* row = new QHBoxLayout;
    row->setSpacing(scaled(12));
    row->addWidget(column(m_outputTitle, m_outputs), 1);
    row->addWidget(new Hairline(Qt::Vertical));
    row->addWidget(column(m_gradientTitle, m_gradients), 1);
    row->addWidget(new Hairline(Qt::Vertical));
    auto* bars = new QScrollArea;
    bars->setFrameShape(QFrame::NoFrame);
    bars->setWidgetResizable(true);
    bars->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    bars->setAccessibleName(tr("Layers with weights"));
    bars->viewport()->setAutoFillBackground(false);
    auto* rows = new QWidget;
    auto* inner = new QVBoxLayout(rows);
    inner->setContentsMargins(0, 0, scaled(4), 0);
    inner->addWidget(m_changeHint);
    inner->addWidget(m_changes);
    inner->addStretch(1);
    m_changeHint->setWordWrap(true);
    bars->setWidget(rows);
    rows->setAutoFillBackground(false);
    m_changeColumn = column(m_changeTitle, bars);
    row->addWidget(m_changeColumn);
    layout->addLayout(row, 1);
    m_told->setElideMode(Qt::ElideRight);
    m_told->setAccessibleName(tr("Number of the histogram"));
    layout->addWidget(m_told);

    connect(m_service, &HistogramService::changed, this, &HistogramView::refresh);
    connect(controller, &TrainingController::healthChanged, this, [this] {
        if (isVisible())
            refresh();
    });
    connect(controller, &TrainingController::networkChanged, this, [this] {
        if (isVisible())
            refresh();
    });
    connect(m_changes, &ChangeBars::nodeChosen, this, &HistogramView::nodeChosen);
    for (HistogramStrip* strip : {m_outputs, m_gradients})
        connect(strip, &HistogramStrip::told, this, &HistogramView::tell);
}

QWidget* HistogramView::makeTitle()
{
    m_title = new QWidget;
    auto* row = rowIn(m_title);
    row->addWidget(new TextLabel(tr("Histograms over time"), TextRole::SectionBold));
    row->addWidget(
        new TextLabel(tr("what the numbers of a layer do while it trains"), TextRole::Body, ColorRole::Text2), 1);
    auto* close = new IconButton(QStringLiteral("close"), tr("Back to the curves"), this, ColorRole::Text2);
    connect(close, &QToolButton::clicked, this, &HistogramView::closed);
    row->addWidget(close);
    return m_title;
}

QWidget* HistogramView::column(TextLabel* title, QWidget* content)
{
    auto* part = new QWidget;
    auto* lines = columnIn(part, scaled(2));
    lines->addWidget(title);
    lines->addWidget(content, 1);
    return part;
}

void HistogramView::setTitled(bool titled)
{
    m_title->setVisible(titled);
}

void HistogramView::setNode(engine::NodeId node)
{
    m_node = node;
    m_changes->setNode(node);
    if (isVisible())
        refresh();
}

void HistogramView::tell(const QString& text)
{
    const auto images = static_cast<int>(m_service->images());
    m_told->setText(!text.isEmpty() ? text
                    : images > 0    ? tr("Counted on %1, always the same ones, while this view is open.")
                                       .arg(images == 1 ? tr("1 training image") : tr("%1 training images").arg(images))
                                 : QString());
}

void HistogramView::refresh()
{
    const engine::GraphSpec& graph = m_controller->graph();
    const engine::Node* node = graph.node(m_node);
    QString name, docked;
    bool ofWeights = false;
    engine::NodeId shown = m_node;
    if (node) {
        name = QString::fromStdString(node->name);
        shown = dockedEnd(graph, m_node);
        if (shown != m_node)
            if (const auto* layer = engine::findLayer(graph.node(shown)->type))
                docked = QString::fromStdString(layer->title);
        const auto& columns = m_service->history().columns();
        if (!columns.empty())
            if (const auto found = columns.back().layers.find(m_node); found != columns.back().layers.end())
                ofWeights = found->second.ofWeights;
    }
    m_outputTitle->setText(!node              ? tr("Outputs")
                           : docked.isEmpty() ? tr("Outputs of %1").arg(name)
                                              : tr("Outputs of %1, after %2").arg(name, docked));
    m_gradientTitle->setText(!node       ? tr("Gradients")
                             : ofWeights ? tr("Gradients of the weights of %1").arg(name)
                                         : tr("Gradients of the outputs of %1").arg(name));
    const QString hint = !m_service->fault().isEmpty()            ? m_service->fault()
                         : !node                                  ? tr("Select a layer on the canvas")
                         : m_service->history().columns().empty() ? tr("Counting\u2026")
                                                                  : QString();
    m_outputs->setHint(hint);
    m_gradients->setHint(hint.isEmpty() ? tr("No gradient reaches this layer") : hint);
    const HistogramHistory* history = node ? &m_service->history() : nullptr;
    m_outputs->setData(history, shown);
    m_gradients->setData(history, m_node);

    const auto& report = m_controller->health();
    m_changes->setReport(report, graph);
    m_changeTitle->setText(
        m_changes->rows().empty()
            ? tr("Change of the weights")
            : tr("Change of the weights, step %1").arg(QLocale().toString(static_cast<qlonglong>(report->step))));
    m_changeHint->setVisible(m_changes->rows().empty());
    m_changeHint->setText(tr("Press Train: how far a step moves the weights of each layer appears here."));
    m_changes->setVisible(!m_changes->rows().empty());
    if (!m_outputs->underMouse() && !m_gradients->underMouse() && !m_outputs->hasFocus() && !m_gradients->hasFocus())
        tell({});
}

void HistogramView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_service->setWatched(true);
    refresh();
}

void HistogramView::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_service->setWatched(false);
}

void HistogramView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_changeColumn->setFixedWidth(scaled(width() < scaled(860) ? 200 : 250));
}

} // namespace convarium::ui
