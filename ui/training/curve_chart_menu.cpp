// What the three dots of a chart offer.
#include "ui/training/curve_chart.h"

#include <QActionGroup>
#include <QContextMenuEvent>
#include <QHBoxLayout>
#include <QMenu>
#include <QSlider>
#include <QWidgetAction>

namespace convarium::ui
{

namespace
{
constexpr double kStep = 0.5; ///< of zooming and moving
}

void CurveChart::showMenu(const QPoint& globalPos)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto choice = [menu](QActionGroup* group, const QString& text, bool on) {
        QAction* a = group->addAction(menu->addAction(text));
        a->setCheckable(true);
        a->setChecked(on);
        return a;
    };
    menu->addSection(tr("Curve"));
    auto* curves = new QActionGroup(menu);
    for (const auto& [measure, text] : {std::pair{Measure::Loss, tr("Loss")},
                                        {Measure::Accuracy, tr("Accuracy")},
                                        {Measure::Rate, tr("Learning rate")},
                                        {Measure::Speed, tr("Images per second")}})
        connect(choice(curves, text, m_measure == measure), &QAction::triggered, this,
                [this, m = measure] { setMeasure(m); });
    menu->addSection(tr("Against"));
    auto* axes = new QActionGroup(menu);
    for (const auto& [axis, text] : {std::pair{CurveAxis::Epochs, tr("Epochs")},
                                     {CurveAxis::Steps, tr("Steps")},
                                     {CurveAxis::Seconds, tr("Seconds of training")},
                                     {CurveAxis::Macs, tr("Multiply-adds")}})
        connect(choice(axes, text, m_axis == axis), &QAction::triggered, this, [this, a = axis] { setAxis(a); });
    addZoom(menu);
    menu->addSeparator();
    addSmoothing(menu);
    if (m_measure != Measure::Accuracy) {
        auto* log = menu->addAction(tr("Logarithmic scale"));
        log->setCheckable(true);
        log->setChecked(m_log);
        connect(log, &QAction::toggled, this, &CurveChart::setLogScale);
    }
    auto* batches = menu->addAction(tr("Show single batches"));
    batches->setCheckable(true);
    batches->setChecked(m_batches);
    connect(batches, &QAction::toggled, this, &CurveChart::setShowBatches);
    menu->addSeparator();
    connect(menu->addAction(tr("Compare runs")), &QAction::triggered, this, &CurveChart::runsRequested);
    auto* save = menu->addAction(tr("Export as CSV…"));
    save->setEnabled(m_history && !m_history->empty());
    connect(save, &QAction::triggered, this, &CurveChart::exportCsv);
    connect(menu->addAction(tr("Export as picture…")), &QAction::triggered, this, &CurveChart::exportPicture);
    menu->popup(globalPos);
}

void CurveChart::addSmoothing(QMenu* menu)
{
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(scaled(12), scaled(4), scaled(12), scaled(4));
    layout->addWidget(new TextLabel(tr("Smoothing")));
    auto* slider = new QSlider(Qt::Horizontal);
    slider->setAccessibleName(tr("Smoothing"));
    slider->setRange(0, 98);
    slider->setValue(qRound(100 * m_smoothing));
    slider->setMinimumWidth(scaled(120));
    connect(slider, &QSlider::valueChanged, this, [this](int value) { setSmoothing(value / 100.0); });
    layout->addWidget(slider, 1);
    auto* action = new QWidgetAction(menu);
    action->setDefaultWidget(row);
    menu->addAction(action);
}

void CurveChart::contextMenuEvent(QContextMenuEvent* event)
{
    showMenu(event->globalPos());
}

void CurveChart::addZoom(QMenu* menu)
{
    menu->addSection(tr("Part of the run"));
    const auto add = [&](const QString& text, bool enabled, auto act) {
        QAction* a = menu->addAction(text);
        a->setEnabled(enabled);
        connect(a, &QAction::triggered, this, act);
    };
    const bool any = m_history && !m_history->steps.empty();
    add(tr("Zoom in"), any, [this] { zoom(kStep); });
    add(tr("Zoom out"), isZoomed(), [this] { zoom(1 / kStep); });
    add(tr("Earlier"), isZoomed(), [this] { pan(-kStep); });
    add(tr("Later"), isZoomed(), [this] { pan(kStep); });
    add(tr("Whole run"), isZoomed(), [this] { showWholeRun(); });
}

} // namespace convarium::ui
