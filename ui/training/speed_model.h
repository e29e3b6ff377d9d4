// The rows of the "Engine speed" view: what each layer takes of a step, forward and backward.
#pragma once

#include "engine/train/trainer.h"
#include "ui/theme/theme.h"

#include <QAbstractListModel>

#include <memory>
#include <vector>

namespace convarium::ui
{

/// One bar, ready to be painted.
struct SpeedRow {
    enum class Kind { Forward, Backward, Update, Waiting };
    Kind kind = Kind::Forward;
    engine::NodeId node = engine::kNoNode; ///< kNoNode: of all layers
    QString layer;                         ///< "C1 + T1": these run as one
    QString icon;
    Family family = Family::Block;
    double milliseconds = 0; ///< a running mean over a second or so, as all that follows
    double share = 0;        ///< of the step
    double gflops = 0;       ///< 0: no products here
    double peakShare = 0;

    /// "forward", "backward", "update"; empty for waiting.
    [[nodiscard]] QString direction() const;
};

/// In the order of the network, forward and backward of a layer side by side, or the longest first. UI thread.
class SpeedModel final : public QAbstractListModel
{
    Q_OBJECT
public:
    enum class Order { Network, Time };

    using QAbstractListModel::QAbstractListModel;
    /// Null: no rows. Names come from the graph. Rows that were there before keep their selection.
    void setEvent(const std::shared_ptr<const engine::SpeedEvent>& event, const engine::GraphSpec& graph);
    void setOrder(Order order);
    [[nodiscard]] const SpeedRow& row(int index) const { return m_rows[static_cast<std::size_t>(index)]; }
    /// Index of a layer's first row; -1: none. Layers that were fused into another one are found there.
    [[nodiscard]] int rowOf(engine::NodeId node) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    /// The row as a sentence (DisplayRole), and what it means (ToolTipRole).
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    [[nodiscard]] std::vector<SpeedRow> makeRows(const engine::GraphSpec& graph) const;
    void calm(std::vector<SpeedRow>& rows) const;
    void sort(std::vector<SpeedRow>& rows) const;
    void put(std::vector<SpeedRow> rows);

    std::shared_ptr<const engine::SpeedEvent> m_event;
    std::vector<SpeedRow> m_rows;
    std::vector<engine::NodeId> m_nodes; ///< first nodes of the layers, in the order of the network
    Order m_order = Order::Network;
};

/// Three digits or so, never fewer decimals than needed to compare: "0.035", "4.12", "21.9", "485".
[[nodiscard]] QString figure(double value);
/// "8.7 %"; never "0 %" for something.
[[nodiscard]] QString percentFigure(double share);

} // namespace convarium::ui
