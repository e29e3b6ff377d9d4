// The popover below a faulty layer: what is wrong, the shapes, and repairs as buttons.
#pragma once

#include "ui/document/repairs.h"

#include <QFrame>

class QVBoxLayout;

namespace convarium::ui
{

class FaultCard final : public QFrame
{
    Q_OBJECT
public:
    FaultCard(ProjectDocument* document, QWidget* parent);
    /// Fills the card with the fault of the layer. False when there is nothing to show: no fault, or, unless `always`,
    /// none that could be repaired, or only something that is still to be added.
    bool setNode(NodeId id, bool always);
    /// Below the card (above it when there is no room), inside the window.
    void placeAt(const QRect& card, const QRect& window);
    [[nodiscard]] const std::vector<Repair>& repairs() const { return m_repairs; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void fill(const engine::Problem& problem);
    void addTable(QVBoxLayout* layout, const engine::Problem& problem);

    ProjectDocument* m_document;
    NodeId m_node = engine::kNoNode;
    QString m_shown; ///< what is on the card, to leave it alone while nothing changes
    std::vector<Repair> m_repairs;
    QWidget* m_body = nullptr;
    int m_pointer = 0; ///< x of the tip
    bool m_below = true;
};

} // namespace convarium::ui
