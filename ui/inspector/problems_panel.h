// All faults of the network in a list that leads to them.
#pragma once

#include "ui/document/project_document.h"
#include "ui/theme/widgets.h"

#include <QScrollArea>

QT_BEGIN_NAMESPACE
class QVBoxLayout;
QT_END_NAMESPACE

namespace convarium::ui
{

class ProblemsPanel final : public QScrollArea
{
    Q_OBJECT
public:
    explicit ProblemsPanel(ProjectDocument* document, QWidget* parent = nullptr);
    [[nodiscard]] int count() const { return static_cast<int>(m_rows.size()); }
    [[nodiscard]] QString text(int index) const;
    [[nodiscard]] QPushButton* showButton(int index) const { return m_rows[static_cast<std::size_t>(index)].button; }

Q_SIGNALS:
    /// Lead the user to this node.
    void showNode(convarium::engine::NodeId node);
    /// Faults and warnings there are now.
    void countChanged(int faults, int warnings);

private:
    struct Row {
        QWidget* widget = nullptr;
        QPushButton* button = nullptr;
        QString text;
    };
    void rebuild();
    void addRow(const engine::Problem& problem);

    ProjectDocument* m_document;
    QVBoxLayout* m_layout;
    TextLabel* m_none;
    std::vector<Row> m_rows;
};

} // namespace convarium::ui
