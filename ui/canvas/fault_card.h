// The popover beside a faulty layer: what is wrong, the shapes, and repairs as buttons.
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
    /// Beside the layer's card: below it, or where else the window has room. Where it has none, the result is how far
    /// the card would have to move to make it. With a card that leaves the window it leaves as well.
    QPoint placeAt(const QRect& card, const QRect& window);
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
    bool m_hasTable = false;
    Qt::Edge m_tipEdge = Qt::TopEdge; ///< of this popover: towards the card
    int m_tip = 0;                    ///< along that edge
};

} // namespace convarium::ui
