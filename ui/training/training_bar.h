// Train, Pause, Step, Walk, Stop, Reset; how far it is; the settings in one line.
#pragma once

#include "ui/theme/widgets.h"

#include <QTimer>
#include <QWidget>

namespace convarium::ui
{

class Popover;
class ProjectDocument;
class TrainingController;
class TrainingForm;

/// A thin bar that fills from the left.
class ProgressLine final : public QWidget
{
    Q_OBJECT
public:
    explicit ProgressLine(QWidget* parent = nullptr);
    void setFraction(double fraction);
    [[nodiscard]] double fraction() const { return m_fraction; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double m_fraction = 0;
};

/// 52 high. Drives the controller; edits of the settings go through the document, so that they can be undone.
class TrainingBar final : public QWidget
{
    Q_OBJECT
public:
    TrainingBar(TrainingController* controller, ProjectDocument* document, QWidget* parent = nullptr);

    /// Labels of Step, Walk, Stop, Reset and of the settings become tooltips. Those of Stop and Reset do in any bar
    /// that is short of room.
    void setCompact(bool compact);
    /// Why a walk cannot begin; empty when it can.
    void setWalkBlocked(const QString& reason);
    /// A batch is walked through, and it has other images.
    void setWalking(bool walking) { m_walking = walking; }
    /// What the button beside Step offers.
    [[nodiscard]] QToolButton* stepsButton() const { return m_steps; }
    /// The buttons beside the images a second tell whether their views are open.
    void setSpeedShown(bool shown);
    void setHistogramsShown(bool shown);
    [[nodiscard]] QPushButton* trainButton() const { return m_train; }
    void openSettings();
    [[nodiscard]] TrainingForm* form();
    [[nodiscard]] QPushButton* healthButton() const { return m_health; }
    [[nodiscard]] QString progressLine() const { return m_text->text(); }

Q_SIGNALS:
    /// Step through the next batch layer by layer.
    void walkRequested();
    /// The next image of the batch that is walked through.
    void imageRequested();
    void speedToggled(bool shown);
    void histogramsToggled(bool shown);
    /// The lamp: show what is unhealthy.
    void healthClicked();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void updateLabels();
    QPushButton* addButton(const QString& text, const QString& icon, const QString& toolTip);
    void showSteps();
    void updateButtons();
    void updateProgress();
    void updateSummary();
    void updateHealth();

    TrainingController* m_controller;
    ProjectDocument* m_document;
    QPushButton* m_train;
    QPushButton* m_step;
    IconButton* m_steps;
    QPushButton* m_walk;
    QPushButton* m_stop;
    QPushButton* m_reset;
    Sign* m_sign;
    ElidedLabel* m_text;
    TextLabel* m_left;
    ProgressLine* m_line;
    TextLabel* m_speed;
    TextLabel* m_speedUnit;
    IconButton* m_speedButton;
    IconButton* m_histogramButton;
    QPushButton* m_health;
    QPushButton* m_settings;
    QString m_summary;
    QString m_shortSummary; ///< without the data
    TrainingForm* m_form = nullptr;
    Popover* m_popover = nullptr;
    QTimer m_textTimer; ///< numbers change at most 5 times a second
    bool m_compact = false;
    bool m_walking = false;
};

} // namespace convarium::ui
