#include "ui/gallery/gallery_card.h"

#include "ui/theme/own_keys.h"
#include "ui/theme/type.h"
#include "ui/theme/widgets.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QPainterPath>

namespace convarium::ui
{

namespace
{
constexpr double kPicture = 140; ///< height of the part with the silhouette
constexpr double kRadius = 8, kSide = 14;
} // namespace

GalleryCard::GalleryCard(GalleryEntry entry, QWidget* parent) : QAbstractButton(parent), m_entry(std::move(entry))
{
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setText(m_entry.title);
    setAccessibleName(m_entry.title);
    QStringList words{m_entry.year, m_entry.authors, m_entry.idea};
    words += m_entry.sizeTexts();
    words.removeAll(QString());
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    setToolTip(QStringLiteral("<p>%1</p>").arg(m_entry.detail.toHtmlEscaped()));
    connect(this, &QAbstractButton::clicked, this, [this] { Q_EMIT chosen(m_entry.sizes.front().preset); });
    m_about = new IconButton(QStringLiteral("info"), tr("About %1").arg(m_entry.title), this, ColorRole::Text2);
    m_about->setToolTip(tr("Its story and its paper (I)"));
    connect(m_about, &QToolButton::clicked, this, &GalleryCard::detailsRequested);
    tellOwnKeys(this, {{tr("I"), tr("Story and paper of the network")}});
    if (m_entry.sizes.size() > 1) {
        m_more = new IconButton(QStringLiteral("dots"), tr("Sizes of %1").arg(m_entry.title), this);
        connect(m_more, &QToolButton::clicked, this,
                [this] { offerSizes(m_more->mapToGlobal(QPoint(0, m_more->height()))); });
    }
}

QSize GalleryCard::sizeHint() const
{
    return {scaled(kWidth), scaled(kHeight)};
}

QRect GalleryCard::sizesRect() const
{
    const int left = scaled(kSide) + 3,
              height = static_cast<int>(m_entry.sizeTexts().size()) * lineHeight(TextRole::Small);
    return {left, this->height() - scaled(8) - height, m_about->x() - scaled(4) - left, height};
}

void GalleryCard::offerSizes(QPoint global)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const GallerySize& size : m_entry.sizes)
        menu->addAction(size.text.isEmpty() ? size.title : tr("%1: %2").arg(size.title, size.text), this,
                        [this, preset = size.preset] { Q_EMIT chosen(preset); });
    menu->popup(global);
}

void GalleryCard::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter: click(); return;
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_Home:
    case Qt::Key_End: Q_EMIT arrowPressed(event->key()); return;
    case Qt::Key_I: Q_EMIT detailsRequested(); return;
    default: QAbstractButton::keyPressEvent(event);
    }
}

void GalleryCard::contextMenuEvent(QContextMenuEvent* event)
{
    offerSizes(event->globalPos());
}

void GalleryCard::enterEvent(QEnterEvent* event)
{
    QAbstractButton::enterEvent(event);
    update();
}

void GalleryCard::leaveEvent(QEvent* event)
{
    QAbstractButton::leaveEvent(event);
    update();
}

void GalleryCard::resizeEvent(QResizeEvent* event)
{
    QAbstractButton::resizeEvent(event);
    int right = width() - scaled(6);
    for (QToolButton* button : {m_more, m_about}) {
        if (!button)
            continue;
        button->resize(button->sizeHint());
        right -= button->width();
        button->move(right, height() - button->height() - scaled(6));
    }
}

void GalleryCard::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF card = QRectF(rect()).adjusted(2.5, 2.5, -2.5, -2.5);
    QPainterPath outline;
    outline.addRoundedRect(card, kRadius, kRadius);
    painter.fillPath(outline, theme.surface);
    const double line = scaled(kPicture);
    painter.save();
    painter.setClipPath(outline);
    painter.fillRect(QRectF(card.left(), card.top(), card.width(), line - card.top()), theme.canvas);
    painter.fillRect(QRectF(card.left(), line, card.width(), 1), theme.line);
    painter.restore();
    const double side = scaled(kSide);
    paintSilhouette(
        &painter, QRectF(card.left() + side, card.top() + side, card.width() - 2 * side, line - card.top() - 2 * side),
        m_entry.silhouette);

    double y = line + scaled(8);
    const double left = card.left() + side, right = card.right() - side;
    const auto put = [&](const QString& text, TextRole role, const QColor& color, double to, Qt::Alignment align) {
        painter.setFont(ui::font(role));
        painter.setPen(color);
        const QRectF place(left, y, to - left, lineHeight(role));
        painter.drawText(place, static_cast<int>(align) | Qt::AlignVCenter | Qt::TextSingleLine,
                         painter.fontMetrics().elidedText(text, Qt::ElideRight, static_cast<int>(place.width())));
    };
    double nameEnd = right;
    if (!m_entry.year.isEmpty()) {
        put(m_entry.year, TextRole::SectionBold, theme.text2, right, Qt::AlignRight);
        nameEnd -= painter.fontMetrics().horizontalAdvance(m_entry.year) + scaled(8);
    }
    put(m_entry.title, TextRole::Gallery, theme.text, nameEnd, Qt::AlignLeft);
    y += lineHeight(TextRole::Gallery) + scaled(1);
    if (!m_entry.authors.isEmpty())
        put(m_entry.authors, TextRole::Small, theme.text2, right, Qt::AlignLeft);
    y += lineHeight(TextRole::Small) + scaled(6);
    put(m_entry.idea, TextRole::BodyMedium, theme.text, right, Qt::AlignLeft);
    const QRect sizes = sizesRect();
    y = sizes.top();
    for (const QString& size : m_entry.sizeTexts()) {
        put(size, TextRole::Small, theme.text2, sizes.right(), Qt::AlignLeft);
        y += lineHeight(TextRole::Small);
    }

    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(isDown() ? theme.accent : underMouse() ? theme.text2 : theme.line, 1));
    painter.drawRoundedRect(card, kRadius, kRadius);
    if (hasFocus()) {
        painter.setPen(QPen(theme.accent, 2));
        painter.drawRoundedRect(card.adjusted(-1, -1, 1, 1), kRadius + 1, kRadius + 1);
    }
}

} // namespace convarium::ui
