// "Health": what training shows of a layer, and what is wrong with it in words.
#pragma once

#include "engine/health/health.h"
#include "ui/inspector/why_list.h"

#include <QWidget>

namespace convarium::ui
{

/// One layer's measurements and diagnoses, or those of the whole run. Rows are reused.
class HealthList final : public QWidget
{
    Q_OBJECT
public:
    explicit HealthList(QWidget* parent = nullptr);
    /// Null: nothing has been checked yet.
    void setReport(engine::HealthPtr report);
    /// kNoNode: the whole run.
    void setNode(engine::NodeId node);
    /// The diagnoses shown, words and experiment of each.
    [[nodiscard]] QStringList diagnoses() const;
    [[nodiscard]] WhyList* numbers() const { return m_numbers; }
    [[nodiscard]] QString state() const { return m_state->text(); }

private:
    void refresh();
    void addDiagnosis(const engine::Diagnosis& diagnosis);

    engine::HealthPtr m_report;
    engine::NodeId m_node = engine::kNoNode;
    Sign* m_lamp;
    TextLabel* m_state;
    QWidget* m_boxes;
    WhyList* m_numbers;
};

} // namespace convarium::ui
