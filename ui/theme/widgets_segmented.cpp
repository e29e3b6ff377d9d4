#include "ui/theme/calm_style.h"
#include "ui/theme/widgets.h"

#include <QFontMetricsF>
#include <QHBoxLayout>
#include <QPainter>
#include <QPainterPath>
#include <QRadioButton>
#include <cmath>

namespace convarium::ui
{
namespace
{

/// A radio button for keyboard and assistive technology, painted as one part of a bar.
class Segment final : public QRadioButton
{
public:
    Segment(const QString& text, const QString& iconName, QWidget* parent)
        : QRadioButton(text, parent), m_iconName(iconName)
    {
        setAttribute(Qt::WA_Hover);
        setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
        setTextRole(this, TextRole::BodyMedium);
    }

    void setEnds(bool first, bool last)
    {
        m_first = first;
        m_last = last;
        update();
    }

    [[nodiscard]] QSize sizeHint() const override
    {
        double wide = text().isEmpty() ? 0.0 : QFontMetricsF(font()).horizontalAdvance(text());
        if (!m_iconName.isEmpty()) {
            wide += scaled(18) + (text().isEmpty() ? 0 : 6);
        }
        return {static_cast<int>(std::ceil(wide)) + scaled(24), scaled(32)};
    }
    [[nodiscard]] QSize minimumSizeHint() const override
    {
        return {sizeHint().width() - scaled(12), sizeHint().height()};
    }

protected:
    [[nodiscard]] bool hitButton(const QPoint& position) const override { return rect().contains(position); }

    void paintEvent(QPaintEvent*) override
    {
        const Theme& theme = Theme::current();
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        // The bar is one rounded frame: draw all of it, reaching beyond this part where a neighbour follows.
        const double beyond = 12;
        const QRectF frame = QRectF(rect()).adjusted(m_first ? 0 : -beyond, 0, m_last ? 0 : beyond, 0);
        QColor fill = theme.surface;
        if (isChecked() && isEnabled()) {
            fill = theme.accent;
        } else if (!isEnabled()) {
            fill = isChecked() ? theme.sunken : theme.surface;
        } else if (underMouse()) {
            fill = isDown() ? blend(theme.surface, theme.text, 0.12) : blend(theme.surface, theme.text, 0.06);
        }
        const bool lit = isChecked() && isEnabled();
        paintBox(&painter, frame, 6, fill, lit ? theme.accent : theme.line2);
        if (!m_last && !isChecked()) {
            painter.fillRect(QRectF(width() - 1, 1, 1, height() - 2), theme.line2);
        }

        const QColor ink = !isEnabled() ? theme.text3 : isChecked() ? theme.onAccent : theme.text2;
        const double side = m_iconName.isEmpty() ? 0.0 : scaled(18);
        const double gap = side > 0 && !text().isEmpty() ? 6 : 0;
        const QFontMetricsF metrics(font());
        const QString words = metrics.elidedText(text(), Qt::ElideMiddle, width() - side - gap - 8);
        const double whole = side + gap + metrics.horizontalAdvance(words);
        double x = (width() - whole) / 2;
        if (side > 0) {
            paintIcon(&painter, {x, (height() - side) / 2, side, side}, m_iconName, ink);
            x += side + gap;
        }
        painter.setFont(font());
        painter.setPen(ink);
        painter.drawText(QRectF(x, 0, width() - x, height()), Qt::AlignLeft | Qt::AlignVCenter, words);
        if (hasFocus()) {
            // Inside the part, since its neighbours would cover a ring outside it.
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(isChecked() ? theme.onAccent : theme.accent, 2));
            painter.drawRoundedRect(QRectF(rect()).adjusted(3.5, 3.5, -3.5, -3.5), 3, 3);
        }
    }

private:
    QString m_iconName;
    bool m_first = true;
    bool m_last = true;
};

} // namespace

SegmentedControl::SegmentedControl(QWidget* parent) : QWidget(parent)
{
    rowIn(this, 0);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

SegmentedControl::SegmentedControl(const QStringList& labels, QWidget* parent) : SegmentedControl(parent)
{
    for (const QString& label : labels) {
        addSegment(label);
    }
}

int SegmentedControl::addSegment(const QString& text, const QString& iconName, const QString& toolTip)
{
    const int index = count();
    auto* segment = new Segment(text, iconName, this);
    segment->setToolTip(toolTip);
    segment->setAccessibleName(text.isEmpty() ? toolTip : text);
    m_segments.append(segment);
    layout()->addWidget(segment);
    segment->setChecked(index == 0);
    connect(segment, &QRadioButton::toggled, this, [this, index](bool on) {
        if (on) {
            Q_EMIT currentChanged(index);
        }
    });
    updateEnds();
    return index;
}

int SegmentedControl::currentIndex() const
{
    for (int i = 0; i < count(); ++i) {
        if (m_segments.at(i)->isChecked()) {
            return i;
        }
    }
    return -1;
}

void SegmentedControl::setCurrentIndex(int index)
{
    if (index >= 0 && index < count()) {
        m_segments.at(index)->setChecked(true);
    }
}

QString SegmentedControl::segmentText(int index) const
{
    return m_segments.at(index)->text();
}

void SegmentedControl::setSegmentEnabled(int index, bool enabled, const QString& reason)
{
    m_segments.at(index)->setEnabled(enabled);
    m_segments.at(index)->setToolTip(reason);
}

void SegmentedControl::updateEnds()
{
    for (int i = 0; i < count(); ++i) {
        static_cast<Segment*>(m_segments.at(i))->setEnds(i == 0, i == count() - 1);
    }
}

} // namespace convarium::ui
