// What each incoming map brings: its picture with the patch, times the kernel, the subtotal. One row is chosen.
#pragma once

#include "ui/inside/number_text.h"

#include <QScrollArea>

namespace convarium::ui
{

class OperandList final : public QScrollArea
{
    Q_OBJECT
public:
    explicit OperandList(QWidget* parent = nullptr);
    /// maps: per input. decimals: of the subtotals, where so many are short enough to be read.
    void setModel(const NumberModel& model, const std::vector<NumberMaps>& maps, int decimals);
    [[nodiscard]] int current() const { return m_current; }
    void setCurrent(int row);
    [[nodiscard]] QRect rowRect(int row) const; ///< in the coordinates of widget()
    [[nodiscard]] const NumberModel& model() const { return m_model; }
    /// In which the subtotals are written, all alike.
    [[nodiscard]] const NumberUnit& unit() const { return m_unit; }

Q_SIGNALS:
    void currentChanged(int row);
    void opened(int row);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void paintRows(const QRect& area);
    void paintRow(QPainter& painter, int row);

    NumberModel m_model;
    std::vector<NumberMaps> m_maps;
    double m_factorScale = 1;
    NumberUnit m_unit;
    int m_current = 0;
    QWidget* m_rows;
};

} // namespace convarium::ui
