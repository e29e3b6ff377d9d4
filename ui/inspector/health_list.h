// "Health": what training shows of a layer, and what is wrong with it in words.
#pragma once

#include "engine/health/health.h"
#include "ui/inspector/why_list.h"

#include <QWidget>

namespace convarium::ui
{

class ProjectDocument;
struct Repair;

/// One layer's measurements and diagnoses, or those of the whole run; experiments that are edits can be tried. Rows are
/// reused.
class HealthList final : public QWidget
{
    Q_OBJECT
public:
    explicit HealthList(ProjectDocument* document, QWidget* parent = nullptr);
    /// Null: nothing has been checked yet.
    void setReport(engine::HealthPtr report);
    /// kNoNode: the whole run.
    void setNode(engine::NodeId node);
    /// The diagnoses shown, words and experiment of each.
    [[nodiscard]] QStringList diagnoses() const;
    [[nodiscard]] WhyList* numbers() const { return m_numbers; }
    [[nodiscard]] QString state() const { return m_state->text(); }
    /// The experiments shown that can be tried.
    [[nodiscard]] QList<QPushButton*> tryButtons() const;
    /// What has been tried and how it is taken back; empty: nothing.
    [[nodiscard]] QString tried() const { return m_tried->text(); }

private:
    void refresh();
    void refreshSoon();
    void tryOut(const Repair& edit);
    void showDiagnoses(std::vector<engine::Diagnosis> diagnoses);
    void addBox(const engine::Diagnosis& diagnosis);

    ProjectDocument* m_document;
    engine::HealthPtr m_report;
    engine::NodeId m_node = engine::kNoNode;
    Sign* m_lamp;
    TextLabel* m_state;
    QWidget* m_boxes;
    std::vector<engine::Diagnosis> m_shown;
    std::vector<TextLabel*> m_words; ///< two for each of them
    bool m_stale = false;            ///< the document has changed since the boxes were made
    TextLabel* m_tried;
    int m_triedAt = 0; ///< place on the undo stack
    bool m_pending = false;
    WhyList* m_numbers;
};

} // namespace convarium::ui
