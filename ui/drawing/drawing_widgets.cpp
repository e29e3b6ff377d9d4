#include "ui/drawing/drawing_widgets.h"

#include "ui/theme/theme.h"

#include <QBoxLayout>
#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <numeric>

namespace convarium::ui
{

namespace
{

constexpr int kBars = 10, kBarPitch = 26, kBarHeight = 14;

void paintFrame(QPainter& painter, const QRectF& rect)
{
    painter.setPen(QPen(Theme::current().line2, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5));
}

} // namespace

QString percentText(double share, int decimals)
{
    return QLocale().toString(share * 100, 'f', decimals) + QStringLiteral("\u00a0%"); // stays on one line
}

ValuePicture::ValuePicture(int side, QWidget* parent) : QWidget(parent), m_side(side)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAttribute(Qt::WA_OpaquePaintEvent);
}

void ValuePicture::setImage(const QImage& image)
{
    if (image == m_image)
        return;
    m_image = image;
    update();
}

void ValuePicture::setSide(int side)
{
    m_side = side;
    updateGeometry();
}

void ValuePicture::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    const QRect area = rect().adjusted(1, 1, -1, -1);
    painter.fillRect(rect(), theme.surface);
    if (!m_image.isNull()) {
        const QSize size = m_image.size().scaled(area.size(), Qt::KeepAspectRatio);
        const QRect target(
            area.topLeft() + QPoint((area.width() - size.width()) / 2, (area.height() - size.height()) / 2), size);
        painter.setRenderHint(QPainter::SmoothPixmapTransform, size.width() < m_image.width());
        painter.drawImage(target, m_image);
    }
    if (m_guides) {
        const double field = area.width() / 28.0;
        painter.setPen(QPen(theme.accent, 1));
        painter.drawRect(QRectF(area).adjusted(4 * field, 4 * field, -4 * field, -4 * field));
        painter.setPen(QPen(theme.accent, 1, Qt::DashLine));
        const QPointF middle = QRectF(area).center();
        painter.drawLine(QPointF(middle.x(), area.top()), QPointF(middle.x(), area.bottom()));
        painter.drawLine(QPointF(area.left(), middle.y()), QPointF(area.right(), middle.y()));
    }
    paintFrame(painter, rect());
}

StepRow::StepRow(const QString& title, bool optional, QWidget* parent)
    : QWidget(parent), m_picture(new ValuePicture(100)), m_text(new ElidedLabel({}, TextRole::Body, ColorRole::Text2))
{
    auto* row = rowIn(this, scaled(16));
    row->addWidget(m_picture);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(scaled(2));
    texts->addStretch(1);
    if (optional) {
        m_box = new QCheckBox(title);
        m_box->setChecked(true);
        setTextRole(m_box, TextRole::BodyMedium);
        connect(m_box, &QCheckBox::toggled, this, &StepRow::toggled);
        texts->addWidget(m_box);
    } else {
        texts->addWidget(new TextLabel(title, TextRole::BodyMedium));
    }
    texts->addWidget(m_text);
    texts->addStretch(1);
    row->addLayout(texts, 1);
}

SliderRow::SliderRow(const QString& name, int low, int high, int value, std::function<QString(int)> text,
                     QWidget* parent)
    : QWidget(parent), m_slider(new QSlider(Qt::Horizontal)), m_value(new TextLabel({}, TextRole::BodyMedium)),
      m_text(std::move(text))
{
    auto* row = rowIn(this, scaled(8));
    auto* label = new TextLabel(name, TextRole::Body, ColorRole::Text2);
    label->setFixedWidth(scaled(74));
    row->addWidget(label);
    m_slider->setAccessibleName(name);
    m_slider->setRange(low, high);
    m_slider->setValue(value);
    row->addWidget(m_slider, 1);
    m_value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_value->setFixedWidth(scaled(64));
    m_value->setText(m_text(value));
    row->addWidget(m_value);
    connect(m_slider, &QSlider::valueChanged, this, [this](int v) {
        m_value->setText(m_text(v));
        m_slider->setAccessibleDescription(m_text(v));
        Q_EMIT valueChanged(v);
    });
}

ClassBars::ClassBars(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Class bars"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAttribute(Qt::WA_OpaquePaintEvent);
}

QSize ClassBars::sizeHint() const
{
    return {scaled(300), scaled(kBarPitch * kBars)};
}

QSize ClassBars::minimumSizeHint() const
{
    return {scaled(200), scaled(20 * kBars)};
}

void ClassBars::setReading(const OutputReading& reading, const std::function<QString(int)>& name)
{
    std::vector<int> order(reading.probabilities.size());
    std::iota(order.begin(), order.end(), 0);
    const auto share = [&](int i) { return reading.probabilities[static_cast<std::size_t>(i)]; };
    if (order.size() > kBars) {
        std::partial_sort(order.begin(), order.begin() + kBars, order.end(),
                          [&](int a, int b) { return share(a) > share(b); });
        order.resize(kBars);
    }
    m_bars.clear();
    QStringList texts;
    for (const int i : order) {
        m_bars.append({name(i), static_cast<double>(share(i)), i == reading.best});
        texts += name(i) + QLatin1Char(' ') + percentText(m_bars.back().share);
    }
    setAccessibleDescription(texts.join(QStringLiteral(", ")));
    update();
}

void ClassBars::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.surface);
    painter.setRenderHint(QPainter::Antialiasing);
    const QFont nameFont = ui::font(TextRole::Totals), shareFont = ui::font(TextRole::Body);
    const QFontMetricsF metrics(nameFont);
    double names = scaled(16);
    for (const Bar& bar : m_bars)
        names = std::max(names, metrics.horizontalAdvance(bar.name));
    names = std::min(names, width() * 0.35);
    const double shares = QFontMetricsF(ui::font(TextRole::BodyBold)).horizontalAdvance(percentText(1)) + 4;
    const double pitch = static_cast<double>(height()) / kBars, high = std::min<double>(scaled(kBarHeight), pitch - 6);
    for (qsizetype i = 0; i < m_bars.size(); ++i) {
        const Bar& bar = m_bars[i];
        const QRectF line(0, static_cast<double>(i) * pitch, width(), pitch);
        painter.setPen(theme.text);
        painter.setFont(nameFont);
        painter.drawText(QRectF(0, line.top(), names, pitch), Qt::AlignVCenter | Qt::AlignLeft,
                         metrics.elidedText(bar.name, Qt::ElideMiddle, names));
        const QRectF track(names + scaled(12), line.center().y() - high / 2,
                           width() - names - scaled(12) - shares - scaled(8), high);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.sunken);
        painter.drawRoundedRect(track, 2, 2);
        painter.setBrush(bar.best ? theme.accent : theme.line2);
        painter.drawRoundedRect(QRectF(track.topLeft(), QSizeF(std::max(1.5, track.width() * bar.share), high)), 2, 2);
        painter.setPen(bar.best ? theme.text : theme.text2);
        painter.setFont(bar.best ? ui::font(TextRole::BodyBold) : shareFont);
        painter.drawText(QRectF(width() - shares, line.top(), shares, pitch), Qt::AlignVCenter | Qt::AlignRight,
                         percentText(bar.share));
    }
}

PictureStrip::PictureStrip(int height, QWidget* parent) : QWidget(parent), m_height(height)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAttribute(Qt::WA_OpaquePaintEvent);
}

void PictureStrip::setPictureHeight(int height)
{
    m_height = height;
    updateGeometry();
    update();
}

void PictureStrip::setPictures(const QList<std::pair<QImage, QString>>& pictures)
{
    if (pictures == m_pictures)
        return;
    m_pictures = pictures;
    QStringList texts;
    for (const auto& picture : pictures)
        texts += picture.second;
    setAccessibleDescription(texts.join(QStringLiteral(", ")));
    update();
}

QSize PictureStrip::sizeHint() const
{
    return {scaled(300), scaled(m_height) + 4 + lineHeight(TextRole::Small)};
}

QSize PictureStrip::minimumSizeHint() const
{
    return {scaled(m_height), sizeHint().height()};
}

void PictureStrip::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.surface);
    painter.setFont(ui::font(TextRole::Small));
    const QFontMetricsF metrics(painter.font());
    int x = 0;
    for (const auto& [image, text] : m_pictures) {
        if (image.isNull())
            continue;
        const int w = static_cast<int>(std::lround(double(scaled(m_height)) * image.width() / image.height()));
        if (x + w > width())
            break;
        const QRect target(x, 0, w, scaled(m_height));
        painter.setRenderHint(QPainter::SmoothPixmapTransform, w < image.width());
        painter.drawImage(target.adjusted(1, 1, -1, -1), image);
        paintFrame(painter, target);
        painter.setPen(theme.text2);
        painter.drawText(QRectF(x, target.bottom() + 3, w, lineHeight(TextRole::Small)), Qt::AlignHCenter,
                         metrics.elidedText(text, Qt::ElideMiddle, w));
        x += w + scaled(10);
    }
}

} // namespace convarium::ui
