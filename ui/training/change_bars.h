// How far one step moved the weights of each layer, as bars.
#pragma once

#include "engine/graph/graph_spec.h"
#include "engine/health/health.h"

#include <QWidget>
#include <vector>

namespace convarium::ui
{

/// A row for each layer with weights; the length is the change as a share of the size of the weights, logarithmic from
/// a millionth to one. As high as its rows.
class ChangeBars final : public QWidget
{
    Q_OBJECT
public:
    struct Row {
        engine::NodeId node = engine::kNoNode;
        QString name;
        double change = 0;
        friend bool operator==(const Row&, const Row&) = default;
    };

    explicit ChangeBars(QWidget* parent = nullptr);
    /// Null: nothing was measured yet.
    void setReport(const engine::HealthPtr& report, const engine::GraphSpec& graph);
    void setNode(engine::NodeId node);
    [[nodiscard]] const std::vector<Row>& rows() const { return m_rows; }
    [[nodiscard]] QRect rowRect(int row) const;

Q_SIGNALS:
    /// A row was clicked.
    void nodeChosen(qint64 node);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    void fit();
    std::vector<Row> m_rows;
    engine::NodeId m_node = engine::kNoNode;
};

} // namespace convarium::ui
