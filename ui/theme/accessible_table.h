// Numbers that a widget paints in cells, as a table for assistive technology.
#pragma once

#include <QAccessibleInterface>
#include <QRect>
#include <QSize>
#include <QString>

QT_BEGIN_NAMESPACE
class QWidget;
QT_END_NAMESPACE

namespace convarium::ui
{

/// A widget that also is this reads as a table.
class AccessibleCells
{
public:
    virtual ~AccessibleCells() = default;
    /// Columns and rows.
    [[nodiscard]] virtual QSize cells() const = 0;
    /// What a cell says, its place included.
    [[nodiscard]] virtual QString cellWords(int row, int column) const = 0;
    [[nodiscard]] virtual QRect cellRect(int row, int column) const = 0;
};

/// For installAccessibleTree(); null where the widget has no cells.
QAccessibleInterface* makeTableInterface(QWidget* widget);

} // namespace convarium::ui
