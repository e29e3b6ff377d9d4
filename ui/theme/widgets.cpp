#include "ui/theme/widgets.h"

#include "ui/theme/calm_style.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QHBoxLayout>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QStyle>
#include <QStyleOption>
#include <QTextLayout>
#include <QToolTip>
#include <QVBoxLayout>
#include <cmath>

namespace convarium::ui
{
namespace
{

void setFlag(QWidget* widget, const char* name, bool on)
{
    widget->setProperty(name, on);
    // Buttons keep their size hint until the style changes.
    QEvent event(QEvent::StyleChange);
    QCoreApplication::sendEvent(widget, &event);
}

/// Calls `refresh` now and after each change of the theme while the widget lives.
template <class Function>
void followTheme(QObject* widget, Function refresh)
{
    QObject::connect(&ThemeManager::instance(), &ThemeManager::changed, widget, refresh);
    refresh();
}

template <class Layout>
Layout* layoutIn(QWidget* widget, int spacing)
{
    auto* layout = new Layout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    if (spacing >= 0)
        layout->setSpacing(spacing);
    return layout;
}

} // namespace

QHBoxLayout* rowIn(QWidget* widget, int spacing)
{
    return layoutIn<QHBoxLayout>(widget, spacing);
}

QVBoxLayout* columnIn(QWidget* widget, int spacing)
{
    return layoutIn<QVBoxLayout>(widget, spacing);
}

void setPrimary(QPushButton* button, bool primary)
{
    setFlag(button, property::kPrimary, primary);
}

void setLarge(QWidget* button, bool large)
{
    setFlag(button, property::kLarge, large);
}

void setOutlined(QToolButton* button, bool outlined)
{
    setFlag(button, property::kOutlined, outlined);
}

void setInvalid(QWidget* field, bool invalid)
{
    setFlag(field, property::kInvalid, invalid);
}

TextLabel::TextLabel(const QString& text, TextRole role, ColorRole color, QWidget* parent)
    : QLabel(text, parent), m_role(role), m_color(color)
{
    // Otherwise the role follows the ground of the parent and our colour is lost on some of them.
    setForegroundRole(QPalette::WindowText);
    followTheme(this, [this] { refresh(); });
}

void TextLabel::setRole(TextRole role)
{
    if (role == m_role)
        return;
    m_role = role;
    refresh();
}

void TextLabel::setColorRole(ColorRole color)
{
    if (color == m_color)
        return;
    m_color = color;
    refresh();
}

void TextLabel::refresh()
{
    setFont(convarium::ui::font(m_role));
    QPalette own;
    own.setColor(QPalette::WindowText, Theme::current().color(m_color));
    own.setColor(QPalette::Disabled, QPalette::WindowText, Theme::current().text3);
    own.setColor(QPalette::Link, Theme::current().accent);
    setPalette(own);
}

ElidedLabel::ElidedLabel(const QString& text, TextRole role, ColorRole color, QWidget* parent)
    : TextLabel(text, role, color, parent)
{
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void ElidedLabel::setElideMode(Qt::TextElideMode mode)
{
    m_mode = mode;
    update();
}

void ElidedLabel::setMostLines(int lines)
{
    m_mostLines = lines;
    setSizePolicy(QSizePolicy::Preferred, lines > 1 ? QSizePolicy::Preferred : QSizePolicy::Fixed);
}

QStringList ElidedLabel::lines(int width) const
{
    const QString whole = text();
    QStringList lines;
    qsizetype used = 0;
    QTextLayout layout(whole, font());
    layout.beginLayout();
    while (lines.size() + 1 < m_mostLines) {
        QTextLine line = layout.createLine();
        line.setLineWidth(width);
        const qsizetype end = line.textStart() + line.textLength();
        if (end >= whole.size())
            break;
        lines << whole.mid(used, end - used).trimmed();
        used = end;
    }
    layout.endLayout();
    return lines << whole.mid(used);
}

bool ElidedLabel::isElided() const
{
    const QStringList all = lines(contentsRect().width());
    return QFontMetricsF(font()).horizontalAdvance(all.last()) > contentsRect().width() + 0.5;
}

int ElidedLabel::heightForWidth(int width) const
{
    const QMargins around = contentsMargins();
    const auto count = lines(width - around.left() - around.right()).size();
    return minimumSizeHint().height() + static_cast<int>(count - 1) * fontMetrics().lineSpacing();
}

QSize ElidedLabel::minimumSizeHint() const
{
    const int some = m_mode == Qt::ElideNone ? 0 : qRound(QFontMetricsF(font()).averageCharWidth() * 4);
    return {std::min(QLabel::sizeHint().width(), some), QLabel::sizeHint().height()};
}

bool ElidedLabel::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && toolTip().isEmpty() && isElided()) {
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), text(), this);
        return true;
    }
    return TextLabel::event(event);
}

void ElidedLabel::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QRect area = contentsRect();
    if (m_mode == Qt::ElideNone && isElided())
        return;
    painter.setPen(palette().color(QPalette::WindowText));
    QStringList shown = lines(area.width());
    shown.last() = QFontMetricsF(font()).elidedText(shown.last(), m_mode, area.width() + 0.5);
    const int flags = static_cast<int>(alignment()) | (m_mostLines == 1 ? Qt::TextSingleLine : 0);
    painter.drawText(area, flags, shown.join(u'\n'));
}

SearchField::SearchField(const QString& placeholder, QWidget* parent) : QLineEdit(parent)
{
    setPlaceholderText(placeholder);
    setAccessibleName(placeholder);
    setClearButtonEnabled(true);
    for (auto* clear : findChildren<QToolButton*>())
        clear->setAccessibleName(tr("Clear the search"));
    // Painted: an action would be a button that does nothing.
    const auto makeRoom = [this] { setTextMargins(scaled(20), 0, 0, 0); };
    makeRoom();
    followTheme(this, makeRoom);
}

void SearchField::setKeyHint(const QString& key)
{
    m_keyHint = key;
    update();
}

void SearchField::paintEvent(QPaintEvent* event)
{
    QLineEdit::paintEvent(event);
    {
        QPainter painter(this);
        const double side = scaled(16);
        paintIcon(&painter, QRectF(scaled(8), std::floor((height() - side) / 2), side, side), QStringLiteral("search"),
                  Theme::current().text2);
    }
    if (m_keyHint.isEmpty() || !text().isEmpty() || hasFocus()) {
        return;
    }
    QPainter painter(this);
    const double words = QFontMetricsF(convarium::ui::font(TextRole::Small)).horizontalAdvance(m_keyHint);
    const double side = scaled(18);
    const double wide = std::max(side, words + 10);
    paintKeyCap(&painter, {width() - wide - 8, std::floor((height() - side) / 2), wide, side}, m_keyHint);
}

void SearchField::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape && !text().isEmpty()) {
        clear();
        event->accept();
        return;
    }
    QLineEdit::keyPressEvent(event);
}

SectionHeader::SectionHeader(const QString& title, QWidget* parent) : QPushButton(title, parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFocusPolicy(Qt::NoFocus);
    setAttribute(Qt::WA_Hover);
    setAutoDefault(false);
    setFont(convarium::ui::font(m_role));
    followTheme(this, [this] {
        setFont(convarium::ui::font(m_role));
        updateGeometry();
    });
    connect(this, &QPushButton::clicked, this, [this] {
        if (m_content != nullptr) {
            setExpanded(!m_expanded);
        }
    });
}

void SectionHeader::setContent(QWidget* content)
{
    m_content = content;
    setFocusPolicy(content != nullptr ? Qt::TabFocus : Qt::NoFocus);
    setCursor(content != nullptr ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (content != nullptr) {
        content->setVisible(m_expanded);
    }
    updateGeometry();
    update();
}

void SectionHeader::setNote(const QString& note)
{
    m_note = note;
    setAccessibleDescription(note);
    updateGeometry();
    update();
}

void SectionHeader::setTextRole(TextRole role, ColorRole color)
{
    m_role = role;
    m_color = color;
    setFont(convarium::ui::font(m_role));
    updateGeometry();
}

void SectionHeader::setExpanded(bool expanded)
{
    if (expanded == m_expanded) {
        return;
    }
    m_expanded = expanded;
    if (m_content != nullptr) {
        m_content->setVisible(expanded);
    }
    update();
    Q_EMIT expandedChanged(expanded);
}

QSize SectionHeader::sizeHint() const
{
    double wide = QFontMetricsF(font()).horizontalAdvance(text());
    if (!m_note.isEmpty()) {
        wide += 12 + QFontMetricsF(convarium::ui::font(TextRole::Small)).horizontalAdvance(m_note);
    }
    if (m_content != nullptr) {
        wide += scaled(16) + 6;
    }
    return {static_cast<int>(std::ceil(wide)), std::max(scaled(28), lineHeight(m_role) + 4)};
}

void SectionHeader::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Theme& theme = Theme::current();
    QRectF area = rect();
    if (m_content != nullptr) {
        const double side = scaled(16);
        paintIcon(&painter, {0, (height() - side) / 2.0, side, side},
                  m_expanded ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right"),
                  underMouse() ? theme.text : theme.text3);
        area.setLeft(side + 6);
    }
    painter.setFont(font());
    painter.setPen(isEnabled() ? theme.color(m_color) : theme.text3);
    painter.drawText(area, Qt::AlignLeft | Qt::AlignVCenter, text());
    if (!m_note.isEmpty()) {
        painter.setFont(convarium::ui::font(TextRole::Small));
        painter.setPen(theme.text3);
        painter.drawText(area, Qt::AlignRight | Qt::AlignVCenter, m_note);
    }
    if (hasFocus()) {
        paintFocusRing(&painter, rect(), 4);
    }
}

IconButton::IconButton(const QString& iconName, const QString& text, QWidget* parent, ColorRole role)
    : QToolButton(parent)
{
    setText(text);
    setToolTip(text);
    setAccessibleName(text);
    setToolButtonStyle(Qt::ToolButtonIconOnly);
    setAutoRaise(true);
    setFocusPolicy(Qt::TabFocus);
    setIconName(iconName, role);
}

void IconButton::setIconName(const QString& iconName, ColorRole role)
{
    m_iconName = iconName;
    setIcon(convarium::ui::icon(iconName, role));
}

Hairline::Hairline(Qt::Orientation orientation, QWidget* parent) : QWidget(parent)
{
    if (orientation == Qt::Horizontal) {
        setFixedHeight(1);
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    } else {
        setFixedWidth(1);
        setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    }
}

void Hairline::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(rect(), Theme::current().line);
}

void paintSign(QPainter* painter, const QPointF& centre, double diameter, SignKind kind, bool filled)
{
    const Theme& theme = Theme::current();
    QColor ink = theme.accent;
    QColor tint = theme.accentTint;
    QString symbol = QStringLiteral("info");
    switch (kind) {
    case SignKind::Ok:
        ink = theme.success;
        tint = theme.successTint;
        symbol = QStringLiteral("ok");
        break;
    case SignKind::Warning:
        ink = theme.warning;
        tint = theme.warningTint;
        symbol = QStringLiteral("warn");
        break;
    case SignKind::Error:
        ink = theme.error;
        tint = theme.errorTint;
        symbol = QStringLiteral("warn");
        break;
    case SignKind::Info: break;
    }
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(filled ? ink : tint);
    painter->drawEllipse(centre, diameter / 2, diameter / 2);
    painter->restore();
    const double side = std::round(diameter * 0.6);
    // The triangle's weight lies low: lift it by a hair so that it looks centred.
    const double lift = symbol == QLatin1String("warn") ? diameter * 0.03 : 0.0;
    paintIcon(painter, {centre.x() - side / 2, centre.y() - side / 2 - lift, side, side}, symbol,
              filled ? (theme.dark ? theme.window : theme.surface) : ink);
}

Sign::Sign(SignKind kind, int diameter, QWidget* parent) : QWidget(parent), m_kind(kind), m_diameter(diameter)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setKind(kind);
    followTheme(this, [this] { updateGeometry(); });
}

void Sign::setKind(SignKind kind)
{
    m_kind = kind;
    switch (kind) {
    case SignKind::Ok: setAccessibleName(tr("Good")); break;
    case SignKind::Info: setAccessibleName(tr("Note")); break;
    case SignKind::Warning: setAccessibleName(tr("Warning")); break;
    case SignKind::Error: setAccessibleName(tr("Fault")); break;
    }
    update();
}

void Sign::setFilled(bool filled)
{
    m_filled = filled;
    update();
}

QSize Sign::sizeHint() const
{
    return {scaled(m_diameter), scaled(m_diameter)};
}

void Sign::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintSign(&painter, QRectF(rect()).center(), std::min(width(), height()), m_kind, m_filled);
}

void paintKeyCap(QPainter* painter, const QRectF& rect, const QString& key)
{
    const Theme& theme = Theme::current();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    paintBox(painter, rect, 4, theme.surface, theme.line2);
    // The thicker lower edge makes it a key.
    painter->setPen(QPen(theme.line2, 1));
    painter->drawLine(QPointF(rect.left() + 3, rect.bottom() - 1.5), QPointF(rect.right() - 3, rect.bottom() - 1.5));
    painter->setPen(theme.text2);
    painter->setFont(font(TextRole::SmallMedium));
    painter->drawText(rect, Qt::AlignCenter, key);
    painter->restore();
}

KeyCap::KeyCap(const QString& key, QWidget* parent) : QLabel(key, parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setTextRole(this, TextRole::SmallMedium);
}

QSize KeyCap::sizeHint() const
{
    const double words = QFontMetricsF(font()).horizontalAdvance(text());
    const int high = scaled(20);
    return {std::max(high, static_cast<int>(std::ceil(words)) + 14), high};
}

void KeyCap::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintKeyCap(&painter, rect(), text());
}

Panel::Panel(Fill fill, bool bordered, QWidget* parent) : QFrame(parent), m_fill(fill), m_bordered(bordered)
{
    setFrameShape(QFrame::NoFrame);
}

void Panel::setFill(Fill fill)
{
    m_fill = fill;
    update();
}

void Panel::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QColor fill = theme.surface;
    QColor border = theme.line2;
    switch (m_fill) {
    case Fill::Surface: break;
    case Fill::Sunken: fill = theme.sunken; break;
    case Fill::Canvas: fill = theme.canvas; break;
    case Fill::AccentTint:
        fill = theme.accentTint;
        border = theme.accent;
        break;
    case Fill::SuccessTint:
        fill = theme.successTint;
        border = theme.success;
        break;
    case Fill::WarningTint:
        fill = theme.warningTint;
        border = theme.warning;
        break;
    case Fill::ErrorTint:
        fill = theme.errorTint;
        border = theme.error;
        break;
    }
    QPainter painter(this);
    if (!m_bordered) {
        painter.fillRect(rect(), fill);
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing);
    paintBox(&painter, rect(), 8, fill, border);
}

} // namespace convarium::ui
