#include "ui/training/speed_view.h"

#include "engine/core/parallel.h"
#include "engine/kernels/kernel_table.h"
#include "ui/document/project_document.h"
#include "ui/theme/accessible_tree.h"
#include "ui/training/training_controller.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QScopedValueRollback>
#include <QSpinBox>
#include <QStackedWidget>

#include <cmath>

namespace convarium::ui
{

namespace
{

/// The kernel level in words: "AVX-512: 16 numbers at a time".
QString kernelText(const QString& name, int width)
{
    const QString title = name == QLatin1String("avx512") ? QStringLiteral("AVX-512")
                          : name == QLatin1String("avx2") ? QStringLiteral("AVX2")
                          : name == QLatin1String("neon") ? QStringLiteral("NEON")
                                                          : SpeedView::tr("Plain kernels");
    return width == 1 ? SpeedView::tr("%1: one number at a time").arg(title)
                      : SpeedView::tr("%1: %2 numbers at a time").arg(title).arg(width);
}

} // namespace

SpeedView::SpeedView(TrainingController* controller, ProjectDocument* document, QWidget* parent)
    : QWidget(parent), m_controller(controller), m_document(document), m_model(new SpeedModel(this)),
      m_list(new SpeedList(m_model))
{
    setAccessibleName(tr("Engine speed"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(scaled(14), scaled(6), scaled(6), scaled(6));
    column->setSpacing(scaled(4));
    column->addWidget(makeTitle());
    auto* row = new QHBoxLayout;
    row->setSpacing(scaled(12));
    row->addWidget(makeFigures());
    row->addWidget(new Hairline(Qt::Vertical));
    row->addWidget(makeRows(), 1);
    column->addLayout(row, 1);

    connect(controller, &TrainingController::speedMeasured, this, &SpeedView::showSpeed);
    connect(controller, &TrainingController::snapshotArrived, this, [this](const auto& state) {
        if (!state) // back to the initial weights
            showSpeed({});
    });
    connect(controller, &TrainingController::stateChanged, this, &SpeedView::refresh);
    connect(controller, &TrainingController::configChanged, this, &SpeedView::showThreads);
    connect(controller, &TrainingController::networkChanged, this, [this] { showSpeed(m_event); });
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, &SpeedView::choose);
    connect(m_list, &QListView::clicked, this, &SpeedView::choose);
    showThreads();
    refresh();
}

QWidget* SpeedView::makeTitle()
{
    m_title = new QWidget;
    auto* row = rowIn(m_title);
    row->addWidget(new TextLabel(tr("Engine speed"), TextRole::SectionBold));
    row->addWidget(new TextLabel(tr("where the time of a step goes"), TextRole::Body, ColorRole::Text2), 1);
    auto* close = new IconButton(QStringLiteral("close"), tr("Back to the curves"), this, ColorRole::Text2);
    connect(close, &QToolButton::clicked, this, &SpeedView::closed);
    row->addWidget(close);
    return m_title;
}

QWidget* SpeedView::makeFigures()
{
    m_left = new QWidget;
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &SpeedView::fit);
    auto* column = columnIn(m_left, scaled(4));
    auto* figures = new QHBoxLayout;
    figures->setSpacing(scaled(12));
    const QString units[] = {tr("images/s"), tr("GFLOP/s"), tr("ms a step")};
    for (int i = 0; i < 3; ++i) {
        auto* figure = new QWidget;
        figure->setAccessibleName(units[i]);
        setReadsAsOne(figure);
        auto* lines = columnIn(figure, 0);
        m_figures[i] = new TextLabel({}, TextRole::Shape);
        lines->addWidget(m_figures[i]);
        lines->addWidget(new TextLabel(units[i], TextRole::Small, ColorRole::Text2));
        figures->addWidget(figure, 1);
    }
    m_figures[1]->parentWidget()->setToolTip(
        tr("Billions of multiplications and additions a second that the network needs."));
    column->addLayout(figures);
    m_peak = new TextLabel({}, TextRole::BodyMedium);
    m_peak->setWordWrap(true);
    m_peak->setToolTip(
        tr("The peak is what all threads could do if they did nothing but multiply and add in registers; "
           "measured on this machine. A layer can be above it: counted is what it needs in principle, and some "
           "convolutions are computed with fewer multiplications."));
    m_kernels = new TextLabel({}, TextRole::Body, ColorRole::Text2);
    m_kernels->setWordWrap(true);
    column->addWidget(m_peak);
    column->addWidget(m_kernels);
    column->addWidget(makeThreads());
    column->addStretch(1);
    return m_left;
}

QWidget* SpeedView::makeThreads()
{
    auto* box = new QWidget;
    auto* row = rowIn(box, scaled(8));
    auto* label = new TextLabel(tr("Threads"));
    m_threads = new QSpinBox;
    m_threads->setAccessibleName(tr("Threads"));
    m_threads->setKeyboardTracking(false);
    m_threads->setFixedWidth(scaled(72));
    label->setBuddy(m_threads);
    const QString help = tr("How many threads share the images of a step, from the next step on; everything else goes "
                            "on as it was. Other numbers of threads add up in another order: losses may differ in "
                            "their last digits.");
    label->setToolTip(help);
    m_threads->setToolTip(help);
    const int cores = engine::availableThreads();
    row->addWidget(label);
    row->addWidget(m_threads);
    row->addWidget(
        new TextLabel(cores == 1 ? tr("of 1 core") : tr("of %1 cores").arg(cores), TextRole::Body, ColorRole::Text2),
        1);
    connect(m_threads, &QSpinBox::valueChanged, this, [this, cores](int value) {
        engine::TrainConfig config = m_document->trainConfig();
        config.threads = value == cores ? 0 : value; // all of them, also on another machine
        m_document->setTrainConfig(config, true);
    });
    connect(m_threads, &QSpinBox::editingFinished, m_document, &ProjectDocument::endGesture);
    return box;
}

QWidget* SpeedView::makeRows()
{
    auto* order = new SegmentedControl;
    order->addSegment(tr("in order"), {}, tr("As in the network"));
    order->addSegment(tr("by time"), {}, tr("What takes longest comes first"));
    order->setAccessibleName(tr("Order of the layers"));
    connect(order, &SegmentedControl::currentChanged, this, [this](int index) {
        m_model->setOrder(index == 0 ? SpeedModel::Order::Network : SpeedModel::Order::Time);
        m_list->scrollToTop();
    });
    auto* bars = new QWidget;
    auto* column = columnIn(bars, 0);
    column->addWidget(new SpeedListHeader(m_list, order));
    column->addWidget(m_list, 1);
    m_hint = new TextLabel({}, TextRole::Body, ColorRole::Text2);
    m_hint->setAlignment(Qt::AlignCenter);
    m_pages = new QStackedWidget;
    m_pages->addWidget(m_hint);
    m_pages->addWidget(bars);
    return m_pages;
}

/// Little room: the time of a step gives way to the bars.
void SpeedView::fit()
{
    const bool narrow = width() < scaled(720);
    m_left->setFixedWidth(scaled(narrow ? 220 : 264));
    m_figures[2]->parentWidget()->setVisible(!narrow);
}

void SpeedView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fit();
}

void SpeedView::setTitled(bool titled)
{
    m_title->setVisible(titled);
}

void SpeedView::showSpeed(const std::shared_ptr<const engine::SpeedEvent>& event)
{
    m_event = event;
    m_model->setEvent(event, m_controller->graph());
    refresh();
}

void SpeedView::refresh()
{
    const bool measured = m_event != nullptr;
    const bool running = m_controller->state() == RunState::Running;
    const QString none = QStringLiteral("\u2013");
    m_figures[0]->setText(measured ? QLocale().toString(std::lround(m_event->imagesPerSecond)) : none);
    m_figures[1]->setText(measured ? figure(m_event->gflops) : none);
    m_figures[2]->setText(measured ? figure(m_event->stepMilliseconds) : none);
    // What is not true at this moment is drawn back.
    for (TextLabel* label : m_figures) {
        label->setColorRole(running && measured ? ColorRole::Text : ColorRole::Text3);
        label->parentWidget()->setAccessibleDescription(label->text());
    }
    QString peak;
    if (measured)
        peak = tr("%1 of the peak of %2 GFLOP/s").arg(percentFigure(m_event->peakShare), figure(m_event->peakGflops));
    if (measured && m_event->peakShare > 1)
        peak += tr(": fewer multiplications than counted");
    m_peak->setText(peak);
    const auto& active = engine::kernels::active();
    m_kernels->setText(measured ? kernelText(QString::fromStdString(m_event->kernels), m_event->kernelWidth)
                                : kernelText(QString::fromLatin1(active.name), active.width));
    m_hint->setText(running || m_controller->state() == RunState::Preparing
                        ? tr("Measuring\u2026")
                        : tr("Press Train to see where the time goes."));
    m_pages->setCurrentIndex(measured ? 1 : 0);
    setAccessibleDescription(
        measured ? tr("%1 images/s, %2 GFLOP/s, %3").arg(m_figures[0]->text(), m_figures[1]->text(), m_peak->text())
                 : m_hint->text());
}

void SpeedView::showThreads()
{
    const int cores = engine::availableThreads();
    const int wanted = m_document->trainConfig().threads;
    const QSignalBlocker blocker(m_threads);
    m_threads->setRange(1, std::max(cores, wanted));
    m_threads->setValue(wanted > 0 ? wanted : cores);
}

void SpeedView::choose(const QModelIndex& index)
{
    if (index.isValid() && !m_following && m_model->row(index.row()).node != engine::kNoNode)
        Q_EMIT nodeChosen(m_model->row(index.row()).node);
}

void SpeedView::setNode(engine::NodeId node)
{
    const QScopedValueRollback following(m_following, true);
    const QModelIndex current = m_list->currentIndex();
    if (current.isValid() && m_model->row(current.row()).node == node)
        return;
    const int row = m_event ? m_model->rowOf(node) : -1;
    if (row < 0)
        m_list->setCurrentIndex({});
    else
        m_list->setCurrentIndex(m_model->index(row));
}

QStringList SpeedView::figures() const
{
    return {m_figures[0]->text(), m_figures[1]->text(), m_figures[2]->text()};
}

QString SpeedView::hint() const
{
    return m_pages->currentIndex() == 0 ? m_hint->text() : QString();
}

void SpeedView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_controller->setMeasuring(true);
}

void SpeedView::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_controller->setMeasuring(false);
}

} // namespace convarium::ui
