// "Engine speed": how fast training runs, where the time of a step goes, and how many threads share it.
#pragma once

#include "ui/theme/widgets.h"
#include "ui/training/speed_list.h"

QT_BEGIN_NAMESPACE
class QSpinBox;
class QStackedWidget;
QT_END_NAMESPACE

namespace convarium::ui
{

class ProjectDocument;
class TrainingController;

/// Figures and threads at the left, one bar per layer and direction at the right. The engine measures only while this
/// is visible.
class SpeedView final : public QWidget
{
    Q_OBJECT
public:
    SpeedView(TrainingController* controller, ProjectDocument* document, QWidget* parent = nullptr);

    /// A line with the title and a button that leads back, for a view that no tab names.
    void setTitled(bool titled);
    /// Shows which row belongs to the layer that is selected elsewhere.
    void setNode(engine::NodeId node);
    [[nodiscard]] SpeedList* list() const { return m_list; }
    [[nodiscard]] QSpinBox* threads() const { return m_threads; }
    /// The large figures as text: images/s, GFLOP/s, ms a step.
    [[nodiscard]] QStringList figures() const;
    /// What stands in place of the bars while there is nothing to show; empty when there is.
    [[nodiscard]] QString hint() const;

Q_SIGNALS:
    /// The user chose a row.
    void nodeChosen(convarium::engine::NodeId node);
    void closed();

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeTitle();
    QWidget* makeFigures();
    QWidget* makeThreads();
    QWidget* makeRows();
    void showSpeed(const std::shared_ptr<const engine::SpeedEvent>& event);
    void refresh();
    void fit();
    void showThreads();
    void choose(const QModelIndex& index);

    TrainingController* m_controller;
    ProjectDocument* m_document;
    std::shared_ptr<const engine::SpeedEvent> m_event; ///< the latest; null: nothing measured yet
    SpeedModel* m_model;
    SpeedList* m_list;
    QWidget* m_title;
    QWidget* m_left;
    TextLabel* m_figures[3];
    TextLabel* m_peak;
    TextLabel* m_kernels;
    QSpinBox* m_threads;
    QStackedWidget* m_pages;
    TextLabel* m_hint;
    bool m_following = false; ///< a row is being selected for setNode()
};

} // namespace convarium::ui
