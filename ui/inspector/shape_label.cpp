#include "ui/inspector/shape_label.h"

#include "engine/graph/shape_text.h"
#include "ui/theme/settings.h"
#include "ui/theme/type.h"

#include <QPainter>

namespace convarium::ui
{

namespace
{

const QChar kTimes(0xD7);

/// Calls visit(text, light) for the pieces between the signs and for the signs.
template <class Visit>
void visitPieces(const QString& text, Visit visit)
{
    const auto parts = text.split(kTimes);
    for (qsizetype i = 0; i < parts.size(); ++i) {
        if (i > 0)
            visit(QString(kTimes), true);
        visit(parts[i], false);
    }
}

QFont lightFont()
{
    QFont light = ui::font(TextRole::ShapeLarge);
    light.setWeight(QFont::Normal);
    return light;
}

} // namespace

ShapeLabel::ShapeLabel(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(QStringLiteral("Shape"));
    const auto refresh = [this] {
        updateGeometry();
        update();
    };
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, refresh);
}

void ShapeLabel::setShape(const std::optional<engine::Shape>& shape, bool stale, bool faulty)
{
    m_stale = stale;
    m_faulty = faulty;
    m_text = QStringLiteral("?");
    m_words.clear();
    if (shape) {
        const bool maps = shape->isMaps();
        if (maps && Settings::instance().get(setting::shapeOrder) == ShapeOrder::MapsHeightWidth) {
            m_text = QStringLiteral("%2%1%3%1%4")
                         .arg(kTimes)
                         .arg(shape->channels())
                         .arg(shape->height())
                         .arg(shape->width());
            m_words = tr("maps × height × width");
        } else {
            m_text = QString::fromStdString(engine::shapeText(*shape));
            m_words = maps ? tr("height × width × maps") : tr("numbers");
        }
        if (stale)
            m_words = tr("last size that worked");
    }
    setAccessibleDescription(m_text + QLatin1Char(' ') + m_words);
    setToolTip(m_words);
    updateGeometry();
    update();
}

QSize ShapeLabel::minimumSizeHint() const
{
    int width = 0;
    const QFontMetrics bold(ui::font(TextRole::ShapeLarge)), light(lightFont());
    visitPieces(m_text, [&](const QString& piece, bool isLight) {
        width += (isLight ? light : bold).horizontalAdvance(piece);
    });
    return {width, lineHeight(TextRole::ShapeLarge)};
}

QSize ShapeLabel::sizeHint() const
{
    return minimumSizeHint();
}

void ShapeLabel::paintEvent(QPaintEvent*)
{
    const auto& theme = Theme::current();
    QPainter painter(this);
    const QFont bold = ui::font(TextRole::ShapeLarge);
    const QFontMetrics metrics(bold);
    const int baseline = (height() + metrics.ascent() - metrics.descent()) / 2;
    int x = 0;
    visitPieces(m_text, [&](const QString& piece, bool isLight) {
        painter.setFont(isLight ? lightFont() : bold);
        painter.setPen(isLight || m_stale ? theme.text3 : m_faulty ? theme.error : theme.text);
        painter.drawText(x, baseline, piece);
        x += painter.fontMetrics().horizontalAdvance(piece);
    });
    painter.setFont(ui::font(TextRole::Body));
    if (x + scaled(12) + painter.fontMetrics().horizontalAdvance(m_words) <= width()) {
        painter.setPen(theme.text2);
        painter.drawText(x + scaled(12), baseline, m_words);
    }
}

} // namespace convarium::ui
