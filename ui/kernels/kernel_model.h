// The numbers of one kernel as a table that can be written to.
#pragma once

#include <QAbstractTableModel>
#include <optional>
#include <vector>

namespace convarium::ui
{

/// A number as people type it here, or with a point everywhere; a true minus is one too. Nothing for text and for what
/// a weight cannot hold.
[[nodiscard]] std::optional<float> weightIn(const QString& text);

/// Writing tells of the wish: whoever owns the weights shows the kernel anew.
class KernelModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    using QAbstractTableModel::QAbstractTableModel;

    /// values: row by row.
    void setKernel(std::vector<float> values, int rows, int columns);
    [[nodiscard]] const std::vector<float>& values() const { return m_values; }
    /// Of the colours: the largest magnitude.
    [[nodiscard]] double scale() const { return m_scale; }
    void setEditable(bool editable);
    [[nodiscard]] bool isEditable() const { return m_editable; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

Q_SIGNALS:
    /// cell: counted row by row.
    void edited(int cell, float value);
    /// What was typed is no weight; a sentence.
    void refused(const QString& reason);

private:
    [[nodiscard]] float at(const QModelIndex& index) const;
    std::vector<float> m_values;
    int m_rows = 0, m_columns = 0;
    double m_scale = 0;
    int m_decimals = 2;
    bool m_editable = true;
};

} // namespace convarium::ui
