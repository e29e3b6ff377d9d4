#include "ui/judge/confusion_view.h"

#include "ui/judge/confusion_model.h"
#include "ui/theme/colormap.h"
#include "ui/theme/type.h"

#include <QAbstractButton>
#include <QEvent>
#include <QHeaderView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

constexpr int kSmallest = 30, kLargest = 72, kRow = 32, kSums = 70;

class CellPainter final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const auto* model = static_cast<const ConfusionModel*>(index.model());
        const Theme& theme = Theme::current();
        const QRect area = option.rect.adjusted(0, 0, -1, -1);
        QColor ink = theme.text;
        painter->save();
        if (model->isCell(index)) {
            // A few errors among a thousand images must be seen: the root of the share lifts them.
            const double share = std::sqrt(index.data(ConfusionModel::ShareRole).toDouble());
            const QColor fill(mapColor(ColorMap::Ink, share, 1, theme));
            painter->fillRect(area, fill);
            if (contrastRatio(fill, theme.surface) > contrastRatio(fill, theme.text))
                ink = theme.surface;
        }
        painter->setFont(font(model->isCell(index) ? TextRole::Body : TextRole::BodyMedium));
        painter->setPen(model->isCell(index) ? ink : theme.text2);
        painter->drawText(area, Qt::AlignCenter, index.data().toString());
        if (option.state & QStyle::State_Selected) {
            painter->setPen(QPen(theme.accent, 2));
            painter->drawRect(area.adjusted(1, 1, -1, -1));
        }
        painter->restore();
    }
};

/// Names without lines around them.
class NameHeader final : public QHeaderView
{
public:
    using QHeaderView::QHeaderView;

protected:
    void paintEvent(QPaintEvent* event) override
    {
        QHeaderView::paintEvent(event);
        QRect rest = viewport()->rect();
        orientation() == Qt::Horizontal ? rest.setLeft(length() - offset()) : rest.setTop(length() - offset());
        if (rest.isValid())
            QPainter(viewport()).fillRect(rest, Theme::current().surface);
    }
    void paintSection(QPainter* painter, const QRect& rect, int section) const override
    {
        const Qt::Alignment side =
            orientation() == Qt::Horizontal ? Qt::AlignCenter : Qt::AlignRight | Qt::AlignVCenter;
        painter->setFont(ui::font(TextRole::SmallMedium));
        painter->setPen(Theme::current().text2);
        const QRect place = rect.adjusted(scaled(3), 0, -scaled(6), 0);
        painter->drawText(place, side,
                          painter->fontMetrics().elidedText(model()->headerData(section, orientation()).toString(),
                                                            Qt::ElideRight, place.width()));
    }
};

} // namespace

ConfusionView::ConfusionView(ConfusionModel* model, QWidget* parent) : QTableView(parent), m_model(model)
{
    setAccessibleName(tr("Confusion matrix"));
    setHorizontalHeader(new NameHeader(Qt::Horizontal, this));
    setVerticalHeader(new NameHeader(Qt::Vertical, this));
    setModel(model);
    setItemDelegate(new CellPainter(this));
    setFrameShape(QFrame::NoFrame);
    setShowGrid(false);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setCornerButtonEnabled(false);
    m_corner = findChild<QAbstractButton*>(QString(), Qt::FindDirectChildrenOnly);
    if (m_corner)
        m_corner->installEventFilter(this);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    for (QHeaderView* header : {horizontalHeader(), verticalHeader()}) {
        header->setHighlightSections(false);
        header->setSectionResizeMode(QHeaderView::Fixed);
        header->setMinimumSectionSize(scaled(kSmallest));
        header->setTextElideMode(Qt::ElideRight);
        header->setSectionsClickable(false);
    }
    connect(model, &QAbstractItemModel::modelReset, this, &ConfusionView::fit);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &ConfusionView::fit);
}

/// Nothing stands where the names meet, not even the line that the style draws below headers.
bool ConfusionView::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_corner || event->type() != QEvent::Paint)
        return QTableView::eventFilter(watched, event);
    QPainter(m_corner).fillRect(m_corner->rect(), Theme::current().surface);
    return true;
}

void ConfusionView::resizeEvent(QResizeEvent* event)
{
    QTableView::resizeEvent(event);
    fit();
}

void ConfusionView::fit()
{
    const int n = m_model->classes();
    if (n == 0)
        return;
    verticalHeader()->setMaximumWidth(scaled(120));
    const int sums = m_model->columnCount() - n;
    const int room = viewport()->width() - sums * scaled(kSums);
    const int side = std::clamp(room / n, scaled(kSmallest), scaled(kLargest));
    const int row = std::clamp(viewport()->height() / (n + 2), scaled(kRow), std::max(scaled(kRow), side * 3 / 4));
    horizontalHeader()->setDefaultSectionSize(side);
    for (int i = 0; i < n; ++i)
        setColumnWidth(i, side);
    for (int i = n; i < n + sums; ++i)
        setColumnWidth(i, scaled(kSums));
    for (int i = 0; i < n + 2; ++i)
        setRowHeight(i, row);
    viewport()->update();
}

void ConfusionView::focusInEvent(QFocusEvent* event)
{
    m_entering = true;
    QTableView::focusInEvent(event);
    m_entering = false;
}

void ConfusionView::currentChanged(const QModelIndex& current, const QModelIndex& previous)
{
    QTableView::currentChanged(current, previous);
    if (m_entering)
        return;
    const bool cell = m_model->isCell(current);
    Q_EMIT cellChosen(cell ? current.row() : -1, cell ? current.column() : -1);
}

} // namespace convarium::ui
