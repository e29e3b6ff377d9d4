#include "ui/theme/accessible_table.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QPointer>
#include <QWidget>
#include <QWindow>
#include <map>

namespace convarium::ui
{

namespace
{

/// Clients ask for every cell: a table that large has no cells for them, only its description.
constexpr int kMostCells = 1024;

/// Valid while the widget lives and the table has such a cell.
class CellAccessible final : public QAccessibleInterface, public QAccessibleTableCellInterface
{
public:
    CellAccessible(QWidget* widget, const AccessibleCells* cells, int row, int column)
        : m_widget(widget), m_cells(cells), m_row(row), m_column(column)
    {
    }
    [[nodiscard]] bool isValid() const override
    {
        return m_widget && m_row < m_cells->cells().height() && m_column < m_cells->cells().width();
    }
    [[nodiscard]] QObject* object() const override { return nullptr; }
    [[nodiscard]] QWindow* window() const override { return m_widget ? m_widget->window()->windowHandle() : nullptr; }
    [[nodiscard]] QAccessibleInterface* parent() const override { return table(); }
    [[nodiscard]] QAccessibleInterface* child(int) const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    [[nodiscard]] int childCount() const override { return 0; }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    [[nodiscard]] QString text(QAccessible::Text kind) const override
    {
        return isValid() && kind == QAccessible::Name ? m_cells->cellWords(m_row, m_column) : QString();
    }
    void setText(QAccessible::Text, const QString&) override {}
    [[nodiscard]] QRect rect() const override
    {
        if (!isValid())
            return {};
        const QRect area = m_cells->cellRect(m_row, m_column);
        return {m_widget->mapToGlobal(area.topLeft()), area.size()};
    }
    [[nodiscard]] QAccessible::Role role() const override { return QAccessible::Cell; }
    [[nodiscard]] QAccessible::State state() const override
    {
        QAccessible::State state;
        state.readOnly = true;
        state.invisible = !m_widget || !m_widget->isVisible();
        return state;
    }
    void* interface_cast(QAccessible::InterfaceType type) override
    {
        return type == QAccessible::TableCellInterface ? static_cast<QAccessibleTableCellInterface*>(this) : nullptr;
    }

    [[nodiscard]] bool isSelected() const override { return false; }
    [[nodiscard]] QList<QAccessibleInterface*> columnHeaderCells() const override { return {}; }
    [[nodiscard]] QList<QAccessibleInterface*> rowHeaderCells() const override { return {}; }
    [[nodiscard]] int columnIndex() const override { return m_column; }
    [[nodiscard]] int rowIndex() const override { return m_row; }
    [[nodiscard]] int columnExtent() const override { return 1; }
    [[nodiscard]] int rowExtent() const override { return 1; }
    [[nodiscard]] QAccessibleInterface* table() const override
    {
        return m_widget ? QAccessible::queryAccessibleInterface(m_widget) : nullptr;
    }

private:
    QPointer<QWidget> m_widget;
    const AccessibleCells* m_cells; ///< the widget itself
    int m_row, m_column;
};

class TableAccessible final : public QAccessibleWidget, public QAccessibleTableInterface
{
public:
    TableAccessible(QWidget* widget, const AccessibleCells* cells)
        : QAccessibleWidget(widget, QAccessible::Table), m_cells(cells)
    {
    }
    ~TableAccessible() override
    {
        for (const auto& [place, id] : m_ids)
            QAccessible::deleteAccessibleInterface(id);
    }
    void* interface_cast(QAccessible::InterfaceType type) override
    {
        return type == QAccessible::TableInterface ? static_cast<QAccessibleTableInterface*>(this)
                                                   : QAccessibleWidget::interface_cast(type);
    }
    [[nodiscard]] int childCount() const override { return rowCount() * columnCount(); }
    [[nodiscard]] QAccessibleInterface* child(int index) const override
    {
        return index >= 0 && index < childCount() ? cellAt(index / columnCount(), index % columnCount()) : nullptr;
    }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface* wanted) const override
    {
        for (const auto& [place, id] : m_ids)
            if (QAccessible::accessibleInterface(id) == wanted)
                return place.first < rowCount() && place.second < columnCount()
                           ? place.first * columnCount() + place.second
                           : -1;
        return -1;
    }
    [[nodiscard]] QAccessibleInterface* childAt(int x, int y) const override
    {
        const QPoint at = widget()->mapFromGlobal(QPoint(x, y));
        for (int row = 0; row < rowCount(); ++row)
            for (int column = 0; column < columnCount(); ++column)
                if (m_cells->cellRect(row, column).contains(at))
                    return cellAt(row, column);
        return nullptr;
    }

    [[nodiscard]] QAccessibleInterface* cellAt(int row, int column) const override
    {
        if (row < 0 || column < 0 || row >= rowCount() || column >= columnCount())
            return nullptr;
        auto& id = m_ids[{row, column}];
        if (id == 0)
            id = QAccessible::registerAccessibleInterface(new CellAccessible(widget(), m_cells, row, column));
        return QAccessible::accessibleInterface(id);
    }
    [[nodiscard]] int columnCount() const override { return isOpen() ? m_cells->cells().width() : 0; }
    [[nodiscard]] int rowCount() const override { return isOpen() ? m_cells->cells().height() : 0; }
    [[nodiscard]] QAccessibleInterface* caption() const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface* summary() const override { return nullptr; }
    [[nodiscard]] QString columnDescription(int) const override { return {}; }
    [[nodiscard]] QString rowDescription(int) const override { return {}; }
    // Nothing is chosen here.
    [[nodiscard]] int selectedCellCount() const override { return 0; }
    [[nodiscard]] QList<QAccessibleInterface*> selectedCells() const override { return {}; }
    [[nodiscard]] int selectedColumnCount() const override { return 0; }
    [[nodiscard]] int selectedRowCount() const override { return 0; }
    [[nodiscard]] QList<int> selectedColumns() const override { return {}; }
    [[nodiscard]] QList<int> selectedRows() const override { return {}; }
    [[nodiscard]] bool isColumnSelected(int) const override { return false; }
    [[nodiscard]] bool isRowSelected(int) const override { return false; }
    bool selectRow(int) override { return false; }
    bool selectColumn(int) override { return false; }
    bool unselectRow(int) override { return false; }
    bool unselectColumn(int) override { return false; }
    void modelChange(QAccessibleTableModelChangeEvent*) override {}

private:
    [[nodiscard]] bool isOpen() const
    {
        const QSize size = m_cells->cells();
        return !size.isEmpty() && size.width() * size.height() <= kMostCells;
    }
    const AccessibleCells* m_cells;
    mutable std::map<std::pair<int, int>, QAccessible::Id> m_ids;
};

} // namespace

QAccessibleInterface* makeTableInterface(QWidget* widget)
{
    const auto* cells = dynamic_cast<AccessibleCells*>(widget);
    return cells ? new TableAccessible(widget, cells) : nullptr;
}

} // namespace convarium::ui
