// The confusion matrix as a table: true classes down, predicted ones across, then totals, precision and recall; of
// masks also the overlap.
#pragma once

#include "engine/train/judgement.h"

#include <QAbstractTableModel>
#include <QStringList>

namespace convarium::ui
{

class ConfusionModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Role { ShareRole = Qt::UserRole, CountRole }; ///< of the row's images, 0 .. 1; the number itself

    using QAbstractTableModel::QAbstractTableModel;
    /// Null: an empty matrix of these classes.
    void setJudgement(engine::JudgementPtr judgement, const QStringList& classes, bool masks = false);
    [[nodiscard]] int classes() const { return static_cast<int>(m_names.size()); }
    /// Pixels are counted, not images; cells then tell shares, and a column the overlap of each class.
    [[nodiscard]] bool ofMasks() const { return m_masks; }
    /// Both belong to the matrix itself, not to its sums.
    [[nodiscard]] bool isCell(const QModelIndex& index) const;
    [[nodiscard]] QString className(int index) const { return m_names.value(index); }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] QString text(int row, int column) const;
    [[nodiscard]] QString words(int row, int column) const;

    engine::JudgementPtr m_judgement;
    std::vector<engine::ClassScore> m_scores;
    QStringList m_names;
    bool m_masks = false;
};

} // namespace convarium::ui
