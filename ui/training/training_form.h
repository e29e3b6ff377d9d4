// The training settings as a form: what everyone sets on the left, the rest behind "More settings".
#pragma once

#include "ui/theme/widgets.h"
#include "ui/training/training_services.h"

#include <QWidget>

#include <functional>
#include <vector>

QT_BEGIN_NAMESPACE
class QCheckBox;
class QComboBox;
class QGridLayout;
class QPushButton;
class QSpinBox;
QT_END_NAMESPACE

namespace convarium::ui
{

/// Shows a configuration and reports each valid change as a whole new configuration. Knows no document.
class TrainingForm final : public QWidget
{
    Q_OBJECT
public:
    explicit TrainingForm(const TrainingServices& services, QWidget* parent = nullptr);

    void setConfig(const engine::TrainConfig& config);
    [[nodiscard]] const engine::TrainConfig& config() const { return m_config; }
    /// What the chosen data set holds, in a line below its name; empty: nothing is known yet.
    void setDataNote(const QString& note);
    [[nodiscard]] QString dataNote() const { return m_dataNote->text(); }
    /// What is wrong with the field that was edited last; empty when all is well.
    [[nodiscard]] QString fault() const { return m_fault->text(); }

Q_SIGNALS:
    /// gesture: the same field may change again at once (arrow keys held down).
    void configEdited(const convarium::engine::TrainConfig& config, bool gesture);
    void gestureEnded();

private:
    QSpinBox* addSpin(const QString& title, int low, int high, const QString& note, const QString& help,
                      std::function<void(engine::TrainConfig&, int)> write);
    QLineEdit* addNumber(const QString& title, const QString& note, const QString& help,
                         double engine::TrainConfig::*field);
    QComboBox* addChoice(const QString& title, const QString& help);
    /// A number or text that becomes a change of the configuration; write returns false where the text cannot be read.
    QLineEdit* addLine(const QString& title, const QString& note, const QString& help,
                       std::function<bool(engine::TrainConfig&, const QString&)> write);
    void addRow(const QString& title, QWidget* field, const QString& note, const QString& help);
    void addBasics();
    void addMore();
    void addScheduleNumbers();
    void connectChoices();
    void showChoices();
    void showScheduleNumbers();
    void setRowVisible(QWidget* field, bool visible);
    void edit(const std::function<void(engine::TrainConfig&)>& change, bool gesture = false);
    void say(const QString& fault);
    void chooseFolder();
    void showValues();

    struct Row {
        TextLabel* title;
        QWidget* field;
        TextLabel* note; ///< null: none
    };
    struct NumberField {
        QLineEdit* line;
        double engine::TrainConfig::*value;
    };

    TrainingServices m_services;
    engine::TrainConfig m_config;
    QGridLayout* m_grid; ///< that rows are added to
    QWidget* m_more;
    QPushButton* m_moreButton;
    std::vector<Row> m_rows;
    std::vector<NumberField> m_numbers;
    QComboBox* m_data;
    TextLabel* m_dataNote;
    QSpinBox* m_batch;
    QComboBox* m_optimizer;
    QLineEdit* m_momentum;
    QLineEdit* m_beta1;
    QLineEdit* m_beta2;
    QLineEdit* m_alpha;
    QLineEdit* m_epsilon;
    QComboBox* m_schedule;
    QLineEdit* m_scheduleNumbers[2];
    QComboBox* m_loss;
    QLineEdit* m_smoothing;
    QLineEdit* m_augment;
    QSpinBox* m_earlyStopping;
    QCheckBox* m_restoreBest;
    QSpinBox* m_epochs;
    QSpinBox* m_seed;
    QSpinBox* m_validation;
    QSpinBox* m_limit;
    TextLabel* m_fault;
    bool m_filling = false;
};

} // namespace convarium::ui
