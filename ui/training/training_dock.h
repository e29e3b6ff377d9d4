// The lower part of the window: training bar, curves and feature maps.
#pragma once

#include <QLayout>
#include <QWidget>

QT_BEGIN_NAMESPACE
class QStackedWidget;
class QTabBar;
QT_END_NAMESPACE

namespace convarium::ui
{

class AccuracyChart;
class FeatureMapPanel;
class HistogramView;
class LossChart;
class MapService;
class ProjectDocument;
class RunLibrary;
class RunsTable;
class SpeedView;
class TrainingBar;
class TrainingController;
class TrainingNotice;
class WalkBar;
class WalkController;

/// Curves and maps side by side in a large window, with the speed as a page in their place; tabs in a small one.
class TrainingDock final : public QWidget
{
    Q_OBJECT
public:
    TrainingDock(TrainingController* controller, MapService* maps, ProjectDocument* document,
                 QWidget* parent = nullptr);

    /// Tabs Curves, Feature maps, Engine speed, Histograms (and those of addTab) instead of columns.
    void setCompact(bool compact);
    /// The bar alone, with what has to be said; the rest belongs to the canvas.
    void setBarOnly(bool alone);
    [[nodiscard]] bool isBarOnly() const { return m_barOnly; }
    /// Height of what is left of it then.
    [[nodiscard]] int barHeight() const { return layout()->minimumSize().height(); }
    /// One more page that exists in the compact form only: "Problems".
    void addTab(QWidget* page, const QString& title);
    void showTab(const QString& title);
    /// Runs that are kept, as a page of their own and over the curves.
    void setRuns(RunLibrary* runs);
    void showRuns(bool show);
    /// The feature maps: beside the curves, or their tab.
    void showMaps();
    /// "Engine speed" instead of curves and maps, or back.
    void showSpeed(bool show);
    /// "Histograms over time" instead of curves and maps, or back.
    void showHistograms(bool show);

    [[nodiscard]] TrainingBar* bar() const { return m_bar; }
    [[nodiscard]] WalkController* walk() const { return m_walk; }
    [[nodiscard]] WalkBar* walkBar() const { return m_walkBar; }
    /// What the row of a walk adds to the height; 0 while there is none.
    [[nodiscard]] int walkHeight() const;
    [[nodiscard]] TrainingNotice* notice() const { return m_notice; }
    [[nodiscard]] LossChart* lossChart() const { return m_loss; }
    [[nodiscard]] AccuracyChart* accuracyChart() const { return m_accuracy; }
    [[nodiscard]] FeatureMapPanel* featureMaps() const { return m_maps; }
    [[nodiscard]] SpeedView* speed() const { return m_speed; }
    [[nodiscard]] HistogramView* histograms() const { return m_histograms; }
    [[nodiscard]] RunsTable* runsTable() const { return m_runsTable; }
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void speedShown(bool shown);
    void histogramsShown(bool shown);
    /// What is to be said, or the row of a walk, came or went.
    void barHeightChanged();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void connectWalk();
    void updateCharts();
    void updateRuns();
    void showPage(QWidget* page, bool show);

    TrainingController* m_controller;
    TrainingBar* m_bar;
    TrainingNotice* m_notice;
    WalkController* m_walk;
    WalkBar* m_walkBar;
    LossChart* m_loss;
    AccuracyChart* m_accuracy;
    FeatureMapPanel* m_maps;
    SpeedView* m_speed;
    HistogramView* m_histograms;
    RunLibrary* m_runs = nullptr;
    RunsTable* m_runsTable = nullptr;
    QTabBar* m_tabs;
    QStackedWidget* m_pages;
    QWidget* m_curves;
    QWidget* m_mapSeparator;
    bool m_compact = false;
    bool m_barOnly = false;
};

} // namespace convarium::ui
