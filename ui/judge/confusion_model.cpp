#include "ui/judge/confusion_model.h"

#include <QLocale>

namespace convarium::ui
{

namespace
{

QString number(std::int64_t value)
{
    return QLocale().toString(static_cast<qlonglong>(value));
}

QString percent(double share)
{
    return QLocale().toString(100 * share, 'f', 1) + QStringLiteral(" %");
}

} // namespace

void ConfusionModel::setJudgement(engine::JudgementPtr judgement, const QStringList& classes, bool masks)
{
    const bool sameSize = classes.size() == m_names.size() && masks == m_masks;
    if (!sameSize)
        beginResetModel();
    m_judgement = std::move(judgement);
    m_scores = m_judgement ? engine::classScores(m_judgement->summary)
                           : std::vector<engine::ClassScore>(static_cast<std::size_t>(classes.size()));
    m_names = classes;
    m_masks = masks;
    if (!sameSize) {
        endResetModel();
    } else if (rowCount() > 0) {
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
        Q_EMIT headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
        Q_EMIT headerDataChanged(Qt::Vertical, 0, rowCount() - 1);
    }
}

int ConfusionModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || classes() == 0 ? 0 : classes() + 2;
}

int ConfusionModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() || classes() == 0 ? 0 : classes() + (m_masks ? 3 : 2);
}

bool ConfusionModel::isCell(const QModelIndex& index) const
{
    return index.isValid() && index.row() < classes() && index.column() < classes();
}

QString ConfusionModel::text(int row, int column) const
{
    if (!m_judgement)
        return {};
    const int n = classes();
    const auto& scores = m_scores;
    if (row < n && column < n) {
        const auto count =
            m_judgement->summary.confusion[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
        if (count == 0 || !m_masks)
            return count == 0 ? QString() : number(count);
        const double share =
            static_cast<double>(count) / static_cast<double>(scores[static_cast<std::size_t>(row)].images);
        return share < 0.0005 ? QStringLiteral("<0.1") : QLocale().toString(100 * share, 'f', 1);
    }
    if (row < n) {
        const engine::ClassScore& score = scores[static_cast<std::size_t>(row)];
        return column == n ? number(score.images) : percent(column == n + 1 ? score.recall : score.overlap);
    }
    if (column < n)
        return row == n ? number(scores[static_cast<std::size_t>(column)].named)
                        : percent(scores[static_cast<std::size_t>(column)].precision);
    if (row == n && column == n)
        return number(m_judgement->summary.targets);
    if (row == n + 1 && column == n + 1)
        return percent(m_judgement->summary.accuracy);
    return row == n + 1 && column == n + 2 ? percent(m_judgement->summary.meanIntersectionOverUnion.value_or(0))
                                           : QString();
}

/// The tooltip, and what is read aloud.
QString ConfusionModel::words(int row, int column) const
{
    const int n = classes();
    const QString value = text(row, column).isEmpty() ? QStringLiteral("0") : text(row, column);
    if (column == n + 2)
        return row < n
                   ? tr("Overlap of %1: %2 of the pixels that are of it or named so are both").arg(m_names[row], value)
                   : tr("Overlap, mean over the classes: %1").arg(value);
    if (m_masks && row < n && column < n)
        return tr("%1 taken for %2: %3 % of its pixels").arg(m_names[row], m_names[column], value);
    if (row < n && column < n)
        return row == column ? tr("%1: %2 right").arg(m_names[row], value)
                             : tr("%1 taken for %2: %3").arg(m_names[row], m_names[column], value);
    if (row < n)
        return column != n ? (m_masks ? tr("Recall of %1: %2 of its pixels are named so")
                                      : tr("Recall of %1: %2 of its images are named so"))
                                 .arg(m_names[row], value)
                           : (m_masks ? tr("Pixels of %1: %2") : tr("Images of %1: %2")).arg(m_names[row], value);
    if (column < n)
        return row == n ? tr("Named %1: %2").arg(m_names[column], value)
                        : tr("Precision of %1: %2 of what is named so is").arg(m_names[column], value);
    return row == n ? (m_masks ? tr("Pixels: %1") : tr("Images: %1")).arg(value) : tr("Accuracy: %1").arg(value);
}

QVariant ConfusionModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const int row = index.row(), column = index.column();
    switch (role) {
    case Qt::DisplayRole: return text(row, column);
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole: return words(row, column);
    case Qt::TextAlignmentRole: return int(Qt::AlignCenter);
    case CountRole:
    case ShareRole: {
        if (!isCell(index) || !m_judgement)
            return 0.0;
        const auto count = static_cast<double>(
            m_judgement->summary.confusion[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)]);
        const auto all = static_cast<double>(m_scores[static_cast<std::size_t>(row)].images);
        return role == CountRole ? count : all > 0 ? count / all : 0.0;
    }
    default: return {};
    }
}

QVariant ConfusionModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    const int n = classes();
    const bool across = orientation == Qt::Horizontal;
    if (role == Qt::DisplayRole)
        return section < n        ? m_names[section]
               : section == n     ? tr("All")
               : !across          ? tr("Precision")
               : section == n + 1 ? tr("Recall")
                                  : tr("Overlap");
    if (role == Qt::ToolTipRole && section < n)
        return across ? tr("Named %1 by the network").arg(m_names[section]) : tr("Images of %1").arg(m_names[section]);
    return {};
}

} // namespace convarium::ui
