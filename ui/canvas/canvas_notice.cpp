#include "ui/canvas/canvas_notice.h"

#include "ui/theme/widgets.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QTimer>
#include <algorithm>

namespace convarium::ui
{

namespace
{
constexpr int kReadMs = 2000, kPerLetterMs = 60; ///< slow readers have time for it
} // namespace

CanvasNotice::CanvasNotice(QWidget* parent)
    : QFrame(parent), m_label(new TextLabel({}, TextRole::Body)), m_timer(new QTimer(this))
{
    setAccessibleName(tr("Notice"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(scaled(14), scaled(8), scaled(14), scaled(8));
    row->addWidget(m_label);
    m_label->setWordWrap(true);
    m_timer->setSingleShot(true);
    connect(m_timer, &QTimer::timeout, this, &QWidget::hide);
    hide();
}

void CanvasNotice::say(const QString& text, bool stays)
{
    m_label->setText(text);
    setAccessibleDescription(text);
    setVisible(!text.isEmpty());
    if (stays || text.isEmpty())
        m_timer->stop();
    else
        m_timer->start(kReadMs + kPerLetterMs * static_cast<int>(text.size()));
    place();
    raise();
}

QString CanvasNotice::text() const
{
    return isHidden() ? QString() : m_label->text();
}

void CanvasNotice::place()
{
    const QSize room = parentWidget()->size();
    const int widest = std::min(scaled(560), room.width() - scaled(32));
    const QFontMetrics metrics(m_label->font());
    const int line = metrics.horizontalAdvance(m_label->text()) + scaled(30);
    resize(std::min(line, widest), layout()->heightForWidth(std::min(line, widest)));
    move((room.width() - width()) / 2, room.height() - height() - scaled(16));
}

void CanvasNotice::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme.line2, 1));
    painter.setBrush(theme.surface);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
}

} // namespace convarium::ui
