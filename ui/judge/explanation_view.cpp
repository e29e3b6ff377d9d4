#include "ui/judge/explanation_view.h"

#include "ui/theme/accessible_tree.h"
#include "ui/theme/colormap.h"
#include "ui/theme/theme.h"
#include "ui/theme/type.h"

#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

constexpr int kGap = 10, kLine = 18, kLargest = 132, kLabel = 86, kSide = 76, kLowSide = 46;

/// Sum over the maps of a colour image, one number per pixel.
std::vector<float> flattened(const engine::Tensor& map, int& height, int& width)
{
    const engine::Shape& shape = map.shape();
    const int rank = shape.rank();
    height = static_cast<int>(shape[rank - 2]);
    width = static_cast<int>(shape[rank - 1]);
    const auto places = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
    std::vector<float> sum(places);
    for (std::size_t i = 0; i < map.values().size(); ++i)
        sum[i % places] += map.values()[i];
    return sum;
}

} // namespace

ExplanationView::ExplanationView(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Why this class"));
    setReadsAsOne(this);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, [this] {
        updateGeometry();
        update();
    });
}

QSize ExplanationView::sizeHint() const
{
    return {scaled(400), 2 * scaled(kLine) + 2 * scaled(m_low ? kLowSide : kSide) + 2 * scaled(kGap)};
}

void ExplanationView::setLow(bool low)
{
    if (low == m_low)
        return;
    m_low = low;
    updateGeometry();
}

std::vector<ExplanationView::Tile> ExplanationView::tiles() const
{
    const engine::Attribution &a = m_explanation->learnt, &b = m_explanation->random;
    const auto like = [](const engine::Tensor& x, const engine::Tensor& y) {
        const double alike = engine::likeness(x, y);
        const QString sign = alike <= -0.005 ? QString(QChar(0x2212)) : QString();
        return x.elements() == 0 ? QString() : tr("alike %1").arg(sign + QLocale().toString(std::abs(alike), 'f', 2));
    };
    return {{tr("Grad-CAM"), like(a.gradCam, b.gradCam), &a.gradCam, &b.gradCam, true},
            {tr("Gradient"), like(a.inputGradient, b.inputGradient), &a.inputGradient, &b.inputGradient, false},
            {tr("Occlusion"), like(a.occlusion, b.occlusion), &a.occlusion, &b.occlusion, true}};
}

void ExplanationView::setExplanation(ExplanationPtr explanation, const QString& className)
{
    m_explanation = std::move(explanation);
    m_className = className;
    QStringList words;
    if (m_explanation && m_explanation->fault.isEmpty()) {
        words << tr("Why %1").arg(className);
        for (const Tile& tile : tiles())
            words << tile.title + QStringLiteral(" ") + tile.note;
    }
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    update();
}

int ExplanationView::side() const
{
    const int across = (width() - scaled(kLabel) - 4 * scaled(kGap)) / 4;
    const int down = (height() - 2 * scaled(kLine) - scaled(kGap)) / 2;
    return std::clamp(std::min(across, down), 20, scaled(kLargest));
}

/// Signed colours: what speaks for the class orange, against it blue. Over the image, so that the place is seen.
void ExplanationView::paintMap(QPainter* painter, const QRect& place, const engine::Tensor& map, bool onImage) const
{
    int height = 0, width = 0;
    const auto values = flattened(map, height, width);
    const QImage colours =
        mapImage(values.data(), width, height, width, symmetricScale(values.data(), values.size()), ColorMap::Signed);
    if (!onImage) {
        painter->drawImage(place, colours);
        return;
    }
    painter->drawImage(place, m_explanation->picture);
    painter->setOpacity(0.7);
    painter->setRenderHint(QPainter::SmoothPixmapTransform);
    painter->drawImage(place, colours);
    painter->setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter->setOpacity(1);
}

void ExplanationView::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.surface);
    painter.setFont(ui::font(TextRole::Body));
    painter.setPen(theme.text3);
    if (!m_explanation || !m_explanation->fault.isEmpty()) {
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, m_explanation ? m_explanation->fault : QString());
        return;
    }
    const int s = side(), line = scaled(kLine), gap = scaled(kGap), left = scaled(kLabel);
    const auto column = [&](int i) { return left + gap + i * (s + gap); };
    const auto words = [&](const QRect& place, const QString& text, TextRole role, const QColor& color) {
        painter.setFont(ui::font(role));
        painter.setPen(color);
        painter.drawText(place, Qt::AlignCenter | Qt::TextWordWrap, text);
    };
    const auto frame = [&](const QRect& place) {
        painter.setPen(theme.line);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(place.adjusted(-1, -1, 0, 0));
    };
    words({0, line, left, s}, tr("learnt:\nwhy %1").arg(m_className), TextRole::Small, theme.text2);
    words({0, line + s + gap, left, s}, tr("random\nweights"), TextRole::Small, theme.text2);
    const QRect image(column(0), line, s, s);
    words({image.left(), 0, s, line}, tr("Image"), TextRole::SmallMedium, theme.text);
    painter.drawImage(image, m_explanation->picture);
    frame(image);
    int i = 1;
    for (const Tile& tile : tiles()) {
        const QRect place(column(i++), line, s, s), below = place.translated(0, s + gap);
        words({place.left() - gap / 2, 0, s + gap, line}, tile.title, TextRole::SmallMedium, theme.text);
        if (tile.map->elements() == 0) {
            words(place, tr("no maps"), TextRole::Small, theme.text3);
            continue;
        }
        paintMap(&painter, place, *tile.map, tile.onImage);
        frame(place);
        paintMap(&painter, below, *tile.random, tile.onImage);
        frame(below);
        words({below.left() - gap / 2, below.bottom() + 1, s + gap, line}, tile.note, TextRole::Small, theme.text2);
    }
}

} // namespace convarium::ui
