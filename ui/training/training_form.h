// The training settings as a form: data, batch, optimizer, rate, schedule, epochs, seed, validation.
#pragma once

#include "ui/theme/widgets.h"
#include "ui/training/training_services.h"

#include <QList>
#include <QWidget>

QT_BEGIN_NAMESPACE
class QComboBox;
class QGridLayout;
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
    void addRow(const QString& title, QWidget* field, const QString& note, const QString& help);
    void connectChoices();
    void edit(const std::function<void(engine::TrainConfig&)>& change, bool gesture = false);
    void say(const QString& fault);
    void chooseFolder();
    void showValues();

    TrainingServices m_services;
    engine::TrainConfig m_config;
    QGridLayout* m_grid;
    QComboBox* m_data;
    TextLabel* m_dataNote;
    QSpinBox* m_batch;
    QComboBox* m_optimizer;
    QLineEdit* m_rate;
    QLineEdit* m_momentum;
    QComboBox* m_schedule;
    QSpinBox* m_epochs;
    QSpinBox* m_seed;
    QSpinBox* m_validation;
    QSpinBox* m_limit;
    TextLabel* m_fault;
    QList<QWidget*> m_momentumRow;
    bool m_filling = false;
};

} // namespace convarium::ui
