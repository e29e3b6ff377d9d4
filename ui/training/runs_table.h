// The runs that were kept: settings and results side by side, and which of them are drawn over the curves.
#pragma once

#include <QAbstractTableModel>
#include <QWidget>

QT_BEGIN_NAMESPACE
class QPushButton;
class QTableView;
QT_END_NAMESPACE

namespace convarium::ui
{

class RunLibrary;

class RunsModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Run, When, Data, Optimizer, Rate, Batch, Seed, Epochs, Seconds, Loss, Validation, Test, Columns };

    explicit RunsModel(RunLibrary* library, QObject* parent = nullptr);
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    [[nodiscard]] QString text(int row, int column) const;
    RunLibrary* m_library;
};

/// The check box at a run draws it over the curves; Delete removes it from the list.
class RunsTable final : public QWidget
{
    Q_OBJECT
public:
    explicit RunsTable(RunLibrary* library, QWidget* parent = nullptr);
    [[nodiscard]] QTableView* table() const { return m_table; }
    [[nodiscard]] QPushButton* removeButton() const { return m_remove; }
    /// The list as a table with a decimal point, whatever the locale.
    [[nodiscard]] QByteArray csv() const;

Q_SIGNALS:
    void closed();

private:
    void removeCurrent();
    void exportCsv();
    RunLibrary* m_library;
    RunsModel* m_model;
    QTableView* m_table;
    QPushButton* m_remove;
};

} // namespace convarium::ui
