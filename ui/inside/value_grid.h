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
/// Where its numbers can be opened, a click or Enter does, and arrow keys lead from cell to cell.
class ValueGrid final : public QWidget, public AccessibleCells
{
    Q_OBJECT
public:
    ValueGrid(GridColumn kind, const QString& accessibleName, QWidget* parent = nullptr);
    void setGroup(const NumberGroup& group, const QString& title, const QString& line, double scale);
    /// hint: what opening one shows; empty: they cannot be opened.
    void setOpens(const QString& hint);
    [[nodiscard]] QRect cellRect(int row, int column) const override;
    [[nodiscard]] QSize cells() const override { return {m_group.columns, m_group.rows}; }
    [[nodiscard]] QString cellWords(int row, int column) const override;
    /// As it is written in the cell.
    [[nodiscard]] QString cellText(int row, int column) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void opened(const convarium::ui::NumberCell& cell);

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] const NumberCell& numberAt(int row, int column) const;
    [[nodiscard]] double valueOf(const NumberCell& cell) const;
    [[nodiscard]] QSize cellSize() const;
    [[nodiscard]] const NumberCell* cellAt(const QPoint& position) const; ///< null: none that is used
    void open(const NumberCell* cell);
    void updateFocus();
    [[nodiscard]] int top() const;

    GridColumn m_kind;
    NumberGroup m_group;
    QString m_title, m_line, m_hint;
    int m_row = -1, m_column = -1; ///< where the arrow keys are
    double m_scale = 1;
    NumberUnit m_unit;
};

/// The colour of text or its opposite, whichever stands out more on `fill`.
[[nodiscard]] QColor inkOn(const QColor& fill);

} // namespace convarium::ui
