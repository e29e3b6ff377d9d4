#include "ui/training/speed_list.h"

#include "ui/theme/icons.h"
#include "ui/theme/type.h"

#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>

namespace convarium::ui
{

namespace
{

constexpr int kRowHeight = 26, kBarHeight = 10;

class RowPainter final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override
    {
        return {scaled(300), scaled(kRowHeight)};
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const SpeedRow& row = static_cast<const SpeedList*>(option.widget)->rows()->row(index.row());
        const Theme& theme = Theme::current();
        const QRectF area = option.rect;
        const auto at = SpeedList::columns(area);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const bool selected = option.state & QStyle::State_Selected;
        if (selected || option.state & QStyle::State_MouseOver) {
            const bool focus = selected && option.state & QStyle::State_HasFocus;
            painter->setPen(focus ? QPen(theme.accent, 2) : Qt::NoPen);
            painter->setBrush(selected ? theme.accentTint : theme.sunken);
            painter->drawRoundedRect(area.adjusted(1, 1, -1, -1), 6, 6);
        }
        paintName(painter, row, at);
        if (row.gflops > 0 && at.bar.width() > 0)
            paintBar(painter, row, at.bar);
        painter->setFont(ui::font(TextRole::BodyMedium));
        painter->setPen(theme.text);
        painter->drawText(at.milliseconds, Qt::AlignVCenter | Qt::AlignRight, figure(row.milliseconds));
        if (row.gflops > 0) {
            if (!at.gflops.isEmpty())
                painter->drawText(at.gflops, Qt::AlignVCenter | Qt::AlignRight, figure(row.gflops));
            if (!at.peak.isEmpty())
                painter->drawText(at.peak, Qt::AlignVCenter | Qt::AlignRight, percentFigure(row.peakShare));
        }
        painter->restore();
    }

private:
    static void paintName(QPainter* painter, const SpeedRow& row, const SpeedList::Columns& at)
    {
        const Theme& theme = Theme::current();
        const double side = scaled(18);
        const QRectF tile(at.layer.left(), at.layer.center().y() - side / 2, side, side);
        const bool ofLayer = row.node != engine::kNoNode;
        paintIcon(painter, tile, row.icon, ofLayer ? theme.familyInk(row.family) : theme.text3);
        QRectF text = at.layer;
        text.setLeft(tile.right() + scaled(8));
        if (row.direction().isEmpty())
            text.setRight(at.bar.right());
        painter->setFont(ui::font(TextRole::BodyMedium));
        painter->setPen(ofLayer ? theme.text : theme.text2);
        painter->drawText(text, Qt::AlignVCenter | Qt::AlignLeft,
                          painter->fontMetrics().elidedText(row.layer, Qt::ElideMiddle, qFloor(text.width())));
        painter->setFont(ui::font(TextRole::Body));
        painter->setPen(theme.text2);
        painter->drawText(at.direction, Qt::AlignVCenter | Qt::AlignLeft, row.direction());
    }

    /// The track ends at the machine's peak, marked by a line through all rows that have products.
    static void paintBar(QPainter* painter, const SpeedRow& row, const QRectF& place)
    {
        const Theme& theme = Theme::current();
        const double height = scaled(kBarHeight);
        QRectF track(place.left(), place.center().y() - height / 2, place.width(), height);
        painter->setPen(Qt::NoPen);
        painter->setBrush(theme.dark ? theme.line : theme.sunken);
        painter->drawRoundedRect(track, 2, 2);
        painter->fillRect(QRectF(track.right() - 1, place.top() + 3, 1, place.height() - 6), theme.text3);
        track.setWidth(std::max(2.0, track.width() * std::min(row.peakShare, 1.0)));
        painter->setBrush(theme.familyInk(row.family));
        painter->drawRoundedRect(track, 2, 2);
    }
};

} // namespace

SpeedList::SpeedList(SpeedModel* model, QWidget* parent) : QListView(parent), m_model(model)
{
    setAccessibleName(tr("Speed of the layers"));
    setFrameShape(QFrame::NoFrame);
    setModel(model);
    setItemDelegate(new RowPainter(this));
    setUniformItemSizes(true);
    setMouseTracking(true); // rows answer to the pointer
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn); // the columns keep their places
    setMinimumSize(scaled(300), scaled(2 * kRowHeight));
}

SpeedList::Columns SpeedList::columns(const QRectF& row)
{
    const double gap = scaled(8), direction = scaled(66), leastBar = scaled(64);
    Columns at;
    for (int dropped = 0; dropped <= 2; ++dropped) { // what does not fit is still in the sentence of the row
        QRectF left = row.adjusted(gap, 0, -gap, 0);
        for (auto [place, width] : {std::pair{&at.peak, dropped < 2 ? scaled(64) : 0},
                                    {&at.gflops, dropped < 1 ? scaled(72) : 0},
                                    {&at.milliseconds, scaled(64)}}) {
            *place = left;
            place->setLeft(left.right() - width);
            left.setRight(place->left());
        }
        const double most = left.width() - direction - 3 * gap - leastBar;
        at.layer = at.direction = at.bar = left;
        at.layer.setWidth(std::clamp<double>(most, scaled(76), std::max<double>(scaled(130), 0.4 * left.width())));
        at.direction.setLeft(at.layer.right() + gap);
        at.direction.setWidth(direction);
        at.bar.setLeft(at.direction.right() + gap);
        at.bar.setRight(left.right() - gap);
        if (most >= scaled(110)) // of a name
            break;
    }
    return at;
}

SpeedListHeader::SpeedListHeader(SpeedList* list, QWidget* control, QWidget* parent)
    : QWidget(parent), m_list(list), m_control(control)
{
    control->setParent(this);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize SpeedListHeader::sizeHint() const
{
    return {m_list->sizeHint().width(), m_control->sizeHint().height() + scaled(4)};
}

void SpeedListHeader::resizeEvent(QResizeEvent*)
{
    m_control->setGeometry(QRect({scaled(8), 0}, m_control->sizeHint()));
}

void SpeedListHeader::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(ui::font(TextRole::Small));
    painter.setPen(Theme::current().text2);
    const auto at = SpeedList::columns(QRectF(0, 0, m_list->viewport()->width(), height() - scaled(4)));
    const auto bottom = Qt::AlignBottom | Qt::AlignRight;
    const QString full = tr("100 %");
    QRectF title = at.bar;
    title.setLeft(std::max<double>(title.left(), m_control->geometry().right() + scaled(8)));
    const auto width = [&](const QString& text) { return painter.fontMetrics().horizontalAdvance(text); };
    if (title.width() >= width(full)) {
        painter.drawText(title, bottom, full);
        title.setRight(title.right() - width(full) - scaled(12));
        painter.drawText(title, Qt::AlignBottom | Qt::AlignLeft,
                         width(tr("Share of the peak")) <= title.width() ? tr("Share of the peak") : QString());
    }
    painter.drawText(at.milliseconds, bottom, tr("ms a step"));
    if (!at.gflops.isEmpty())
        painter.drawText(at.gflops, bottom, tr("GFLOP/s"));
    if (!at.peak.isEmpty())
        painter.drawText(at.peak, bottom, tr("of peak"));
}

} // namespace convarium::ui
