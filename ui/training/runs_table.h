// The runs that were kept: settings and results side by side, and which of them are drawn over the curves.
#pragma once

#include <QAbstractTableModel>
#include <QWidget>

QT_BEGIN_NAMESPACE
class QPushButton;
class QSortFilterProxyModel;
class QTableView;
QT_END_NAMESPACE

namespace convarium::ui
{

class RunLibrary;

class RunsModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        Run,
        When,
        Parameters,
        Data,
        Augmentation,
        Optimizer,
        Rate,
        Batch,
        Decay,
        Seed,
        Epochs,
        Seconds,
        Loss,
        Validation,
        Test,
        Columns
    };
    /// What a column is sorted by.
    static constexpr int kSortRole = Qt::UserRole;

    explicit RunsModel(RunLibrary* library, QObject* parent = nullptr);
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    void libraryChanged();
    [[nodiscard]] QString text(int row, int column) const;
    [[nodiscard]] QVariant sortValue(int row, int column) const;
    RunLibrary* m_library;
    int m_rows;
};

/// The check box at a run, or Space, draws it over the curves; F2 renames it, Delete removes it from the list. A click
/// on the title of a column, or S in it, sorts by it.
class RunsTable final : public QWidget
{
    Q_OBJECT
public:
    explicit RunsTable(RunLibrary* library, QWidget* parent = nullptr);
    [[nodiscard]] QTableView* table() const { return m_table; }
    [[nodiscard]] QPushButton* removeButton() const { return m_remove; }
    [[nodiscard]] QPushButton* renameButton() const { return m_rename; }
    /// The list as a table with a decimal point, whatever the locale.
    [[nodiscard]] QByteArray csv() const;

Q_SIGNALS:
    void closed();

private:
    void addAction(const QString& text, const QKeySequence& key, void (RunsTable::*act)());
    /// Of the library; -1: none.
    [[nodiscard]] int currentRun() const;
    void toggleCurrent();
    void renameCurrent();
    void removeCurrent();
    void sortByCurrent();
    void updateButtons();
    void exportCsv();
    RunLibrary* m_library;
    RunsModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_table;
    QPushButton* m_rename;
    QPushButton* m_remove;
};

} // namespace convarium::ui
