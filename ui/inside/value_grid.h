// Numbers in coloured cells: a patch, a kernel, products.
#pragma once

#include "ui/inside/number_model.h"
#include "ui/inside/number_text.h"
#include "ui/theme/accessible_table.h"

#include <QWidget>

namespace convarium::ui
{

enum class GridColumn { Values, Factors, Products };

/// Title, a line below it, and the cells with as many digits as fit. Hover: the exact number. Read aloud as a table.
class ValueGrid final : public QWidget, public AccessibleCells
{
    Q_OBJECT
public:
    ValueGrid(GridColumn column, const QString& accessibleName, QWidget* parent = nullptr);
    void setGroup(const NumberGroup& group, const QString& title, const QString& line, double scale);
    [[nodiscard]] QRect cellRect(int row, int column) const override;
    [[nodiscard]] QSize cells() const override { return {m_group.columns, m_group.rows}; }
    [[nodiscard]] QString cellWords(int row, int column) const override;
    /// As it is written in the cell.
    [[nodiscard]] QString cellText(int row, int column) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] const NumberCell& numberAt(int row, int column) const;
    [[nodiscard]] double valueOf(const NumberCell& cell) const;
    [[nodiscard]] QSize cellSize() const;
    [[nodiscard]] int top() const;

    GridColumn m_column;
    NumberGroup m_group;
    QString m_title, m_line;
    double m_scale = 1;
    NumberUnit m_unit;
};

/// The colour of text or its opposite, whichever stands out more on `fill`.
[[nodiscard]] QColor inkOn(const QColor& fill);

} // namespace convarium::ui
