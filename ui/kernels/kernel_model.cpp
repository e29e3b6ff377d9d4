#include "ui/kernels/kernel_model.h"

#include "ui/inside/number_text.h"
#include "ui/theme/colormap.h"

#include <QLocale>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

std::optional<float> weightIn(const QString& text)
{
    const QString plain = text.trimmed().replace(QChar(0x2212), QLatin1Char('-'));
    QLocale here;
    here.setNumberOptions(QLocale::RejectGroupSeparator);
    bool ok = false;
    double value = here.toDouble(plain, &ok);
    if (!ok)
        value = QLocale::c().toDouble(plain, &ok);
    const auto weight = static_cast<float>(value);
    return ok && std::isfinite(weight) ? std::optional(weight) : std::nullopt;
}

void KernelModel::setKernel(std::vector<float> values, int rows, int columns)
{
    const bool same = rows == m_rows && columns == m_columns;
    if (same && values == m_values)
        return;
    if (!same)
        beginResetModel();
    m_values = std::move(values);
    m_rows = rows;
    m_columns = columns;
    m_scale = symmetricScale(m_values.data(), m_values.size());
    m_decimals = std::clamp(decimalsFor(m_scale, 3), 1, 6);
    if (!same)
        endResetModel();
    else if (!m_values.empty())
        Q_EMIT dataChanged(index(0, 0), index(rows - 1, columns - 1));
}

void KernelModel::setEditable(bool editable)
{
    m_editable = editable;
}

int KernelModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_rows;
}

int KernelModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_columns;
}

float KernelModel::at(const QModelIndex& index) const
{
    return m_values[static_cast<std::size_t>(index.row() * m_columns + index.column())];
}

QVariant KernelModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const double value = static_cast<double>(at(index));
    switch (role) {
    case Qt::DisplayRole: return numberText(value, m_decimals);
    case Qt::EditRole: {
        QLocale here;
        here.setNumberOptions(QLocale::OmitGroupSeparator);
        return here.toString(value, 'g', 7);
    }
    case Qt::AccessibleTextRole:
    case Qt::ToolTipRole:
        return tr("Row %1, column %2: %3").arg(index.row() + 1).arg(index.column() + 1).arg(numberText(value));
    default: return {};
    }
}

Qt::ItemFlags KernelModel::flags(const QModelIndex& index) const
{
    const auto flags = QAbstractTableModel::flags(index);
    return m_editable ? flags | Qt::ItemIsEditable : flags;
}

bool KernelModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (role != Qt::EditRole || !index.isValid() || !m_editable)
        return false;
    const QString text = value.toString();
    if (text == data(index, Qt::EditRole).toString())
        return true; // looked at only: what is not shown of its digits stays
    const auto weight = weightIn(text);
    if (!weight) {
        Q_EMIT refused(tr("\u201c%1\u201d is no weight. Type a number, for example %2 or %3.")
                           .arg(text.left(20), numberText(0.25), numberText(-1, 0)));
        return false;
    }
    Q_EMIT edited(index.row() * m_columns + index.column(), *weight);
    return true;
}

} // namespace convarium::ui
