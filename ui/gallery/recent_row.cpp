#include "ui/gallery/recent_row.h"

#include "ui/theme/type.h"

#include <QFileInfo>
#include <QKeyEvent>
#include <QPainter>

namespace convarium::ui
{

RecentRow::RecentRow(RecentFile file, QWidget* parent) : QAbstractButton(parent), m_file(std::move(file))
{
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setText(QFileInfo(m_file.path).completeBaseName());
    setAccessibleName(text());
    setAccessibleDescription(m_file.detail);
    setToolTip(m_file.path);
    setEnabled(m_file.readable);
    connect(this, &QAbstractButton::clicked, this, [this] { Q_EMIT chosen(m_file.path); });
}

QSize RecentRow::sizeHint() const
{
    return {scaled(200), scaled(62)};
}

void RecentRow::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        click();
    else
        QAbstractButton::keyPressEvent(event);
}

void RecentRow::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (underMouse() && isEnabled())
        painter.fillRect(rect(), theme.sunken);
    const QRectF picture(scaled(2), scaled(8), scaled(92), height() - scaled(16));
    painter.setPen(theme.line);
    painter.setBrush(theme.canvas);
    painter.drawRoundedRect(picture.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    paintSilhouette(&painter, picture.adjusted(6, 5, -6, -5), m_file.silhouette);
    const int left = scaled(106), room = width() - left - scaled(4);
    const auto put = [&](int top, const QString& text, TextRole role, const QColor& color) {
        painter.setFont(ui::font(role));
        painter.setPen(color);
        painter.drawText(QRect(left, top, room, lineHeight(role)), Qt::AlignVCenter | Qt::TextSingleLine,
                         painter.fontMetrics().elidedText(text, Qt::ElideMiddle, room));
    };
    put(scaled(12), text(), TextRole::BodyMedium, m_file.readable ? theme.text : theme.text3);
    put(scaled(32), m_file.detail, TextRole::Small, theme.text2);
    painter.fillRect(QRect(0, height() - 1, width(), 1), theme.line);
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme.accent, 2));
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -2), 6, 6);
    }
}

} // namespace convarium::ui
