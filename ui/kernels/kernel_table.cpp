#include "ui/kernels/kernel_table.h"

#include "ui/inside/value_grid.h"
#include "ui/kernels/kernel_model.h"
#include "ui/theme/colormap.h"
#include "ui/theme/own_keys.h"
#include "ui/theme/widgets.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPainter>
#include <QStyledItemDelegate>
#include <algorithm>

namespace convarium::ui
{

namespace
{

constexpr int kSmallest = 44, kLargest = 84;

/// Paints a weight in its colour, and edits it in place.
class WeightDelegate final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const auto* model = static_cast<const KernelModel*>(index.model());
        const Theme& theme = Theme::current();
        const QRect area = option.rect.adjusted(0, 0, -1, -1);
        const auto cell = static_cast<std::size_t>(index.row() * model->columnCount() + index.column());
        const QColor fill(
            mapColor(ColorMap::Signed, static_cast<double>(model->values()[cell]), model->scale(), theme));
        painter->save();
        painter->fillRect(area, fill);
        painter->setPen(theme.line);
        painter->drawRect(area.adjusted(0, 0, -1, -1));
        painter->setFont(font(TextRole::Body));
        painter->setPen(inkOn(fill));
        painter->drawText(area, Qt::AlignCenter, index.data().toString());
        if (option.state & QStyle::State_Selected) {
            painter->setPen(QPen(theme.accent, 3));
            painter->drawRect(area.adjusted(1, 1, -2, -2));
        }
        painter->restore();
    }

    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex& index) const override
    {
        auto* line = new QLineEdit(parent);
        line->setAlignment(Qt::AlignCenter);
        line->setAccessibleName(
            KernelTable::tr("Weight in row %1, column %2").arg(index.row() + 1).arg(index.column() + 1));
        connect(line, &QLineEdit::textEdited, line, [line] { setInvalid(line, false); });
        return line;
    }

    /// Once: training goes on and must not write over what is being typed.
    void setEditorData(QWidget* editor, const QModelIndex& index) const override
    {
        auto* line = static_cast<QLineEdit*>(editor);
        if (line->text().isEmpty() && !line->isModified())
            line->setText(index.data(Qt::EditRole).toString());
    }

    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override
    {
        model->setData(index, static_cast<QLineEdit*>(editor)->text(), Qt::EditRole);
    }

    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        editor->setGeometry(option.rect.adjusted(0, 0, -1, -1));
    }

protected:
    /// What is no number stays open to be mended.
    bool eventFilter(QObject* editor, QEvent* event) override
    {
        auto* line = qobject_cast<QLineEdit*>(editor);
        if (line && event->type() == QEvent::KeyPress) {
            const int key = static_cast<QKeyEvent*>(event)->key();
            const bool takes =
                key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Tab || key == Qt::Key_Backtab;
            if (takes && !weightIn(line->text())) {
                setInvalid(line);
                line->selectAll();
                Q_EMIT commitData(line); // the model says why
                return true;
            }
        }
        return QStyledItemDelegate::eventFilter(editor, event);
    }
};

} // namespace

KernelTable::KernelTable(KernelModel* model, QWidget* parent) : QTableView(parent), m_model(model)
{
    setAccessibleName(QStringLiteral("Kernel weights"));
    tellOwnKeys(this,
                {{keyName(Qt::Key_Return), tr("Write the weight")}, {keyName(Qt::Key_Delete), tr("Set it to 0")}});
    setModel(model);
    setItemDelegate(new WeightDelegate(this));
    setFrameShape(QFrame::NoFrame);
    setShowGrid(false);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::AnyKeyPressed | QAbstractItemView::EditKeyPressed |
                    QAbstractItemView::DoubleClicked);
    setTabKeyNavigation(false); // Tab leads on to the next control
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    for (QHeaderView* header : {horizontalHeader(), verticalHeader()}) {
        header->setSectionResizeMode(QHeaderView::Fixed);
        header->setMinimumSectionSize(scaled(20));
        header->hide();
    }
    connect(model, &QAbstractItemModel::modelReset, this, &KernelTable::fit);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &KernelTable::fit);
}

QSize KernelTable::sizeHint() const
{
    return {scaled(5 * kSmallest) + 2, scaled(5 * kSmallest) + 2}; // a small window needs no scroll bar
}

QSize KernelTable::minimumSizeHint() const
{
    return {scaled(5 * kSmallest) + 2, scaled(3 * kSmallest) + 2};
}

void KernelTable::resizeEvent(QResizeEvent* event)
{
    QTableView::resizeEvent(event);
    fit();
}

/// Squares as large as fit; those of a large kernel keep a size at which they can be read.
void KernelTable::fit()
{
    const int rows = m_model->rowCount(), columns = m_model->columnCount();
    if (rows == 0 || columns == 0)
        return;
    const int side =
        std::clamp(std::min((width() - 2) / columns, (height() - 2) / rows), scaled(kSmallest), scaled(kLargest));
    horizontalHeader()->setDefaultSectionSize(side);
    verticalHeader()->setDefaultSectionSize(side);
    viewport()->update();
}

void KernelTable::keyPressEvent(QKeyEvent* event)
{
    const QModelIndex cell = currentIndex();
    const bool enters = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enters && cell.isValid() && m_model->isEditable() && state() != EditingState) // else its editor lets it pass
        edit(cell);
    else if (event->key() == Qt::Key_Delete && cell.isValid())
        m_model->setData(cell, QStringLiteral("0"), Qt::EditRole);
    else
        QTableView::keyPressEvent(event);
}

} // namespace convarium::ui
