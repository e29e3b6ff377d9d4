#include "ui/inside/operand_list.h"

#include "ui/inside/number_text.h"
#include "ui/theme/colormap.h"
#include "ui/theme/own_keys.h"
#include "ui/theme/type.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

constexpr int kRow = 96, kMap = 84, kPatch = 50;
constexpr int kMostDecimals = 5; ///< of a subtotal
constexpr int kBeside = 144;     ///< number, signs and subtotal beside the pictures

/// The picture of w x h numbers within `box`, its proportions kept; where it was drawn.
QRect drawMap(QPainter& painter, const QRect& box, const float* values, int w, int h, double scale)
{
    const QSize size = QSize(w, h).scaled(box.size(), Qt::KeepAspectRatio).expandedTo({1, std::min(6, box.height())});
    const QRect target(box.left() + (box.width() - size.width()) / 2, box.top() + (box.height() - size.height()) / 2,
                       size.width(), size.height());
    painter.drawImage(target, mapImage(values, w, h, w, scale));
    painter.setPen(QPen(Theme::current().line, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(target.adjusted(-1, -1, 0, 0));
    return target;
}

} // namespace

OperandList::OperandList(QWidget* parent) : QScrollArea(parent), m_rows(new QWidget)
{
    setAccessibleName(QStringLiteral("Incoming maps"));
    tellOwnKeys(this, {{tr("Arrow keys"), tr("Another incoming map")},
                       {keyName(Qt::Key_Return), tr("How the number in the middle of its patch comes about")}});
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    m_rows->installEventFilter(this);
    setWidget(m_rows);
    viewport()->setAutoFillBackground(false);
    m_rows->setAutoFillBackground(false);
    connect(&ThemeManager::instance(), &ThemeManager::changed, m_rows, qOverload<>(&QWidget::update));
}

void OperandList::setModel(const NumberModel& model, const std::vector<NumberMaps>& maps, int decimals)
{
    m_model = model;
    m_maps = maps;
    double largest = 0;
    for (const NumberGroup& g : model.groups)
        largest = std::max(largest, std::abs(g.subtotal));
    m_unit =
        decimals <= kMostDecimals && largest < 1e4 ? NumberUnit{0, decimals} : NumberUnit{unitFor(largest).power, 3};
    m_factorScale = 0;
    for (const NumberGroup& g : model.groups)
        for (const NumberCell& c : g.cells)
            if (c.used)
                m_factorScale = std::max(m_factorScale, std::abs(c.factor));
    const int rows = static_cast<int>(model.groups.size());
    m_current = std::clamp(m_current, 0, std::max(0, rows - 1));
    m_rows->setMinimumHeight(rows * scaled(kRow));
    QStringList texts;
    for (int i = 0; i < std::min(rows, 32); ++i)
        texts << tr("map %1: %2")
                     .arg(model.groups[static_cast<std::size_t>(i)].map + 1)
                     .arg(numberText(model.groups[static_cast<std::size_t>(i)].subtotal, decimals));
    setAccessibleDescription(texts.join(QStringLiteral("; ")));
    m_rows->update();
}

void OperandList::setCurrent(int row)
{
    row = std::clamp(row, 0, std::max(0, static_cast<int>(m_model.groups.size()) - 1));
    if (row == m_current)
        return;
    m_current = row;
    ensureVisible(0, rowRect(row).center().y(), 0, scaled(kRow) / 2);
    m_rows->update();
    Q_EMIT currentChanged(row);
}

QRect OperandList::rowRect(int row) const
{
    return {0, row * scaled(kRow), m_rows->width(), scaled(kRow)};
}

void OperandList::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Up: setCurrent(m_current - 1); return;
    case Qt::Key_Down: setCurrent(m_current + 1); return;
    case Qt::Key_Home: setCurrent(0); return;
    case Qt::Key_End: setCurrent(static_cast<int>(m_model.groups.size()) - 1); return;
    case Qt::Key_Return:
    case Qt::Key_Enter: Q_EMIT opened(m_current); return;
    default: QScrollArea::keyPressEvent(event);
    }
}

bool OperandList::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_rows)
        return QScrollArea::eventFilter(watched, event);
    if (event->type() == QEvent::Paint) {
        paintRows(static_cast<QPaintEvent*>(event)->rect());
        return true;
    }
    if (event->type() == QEvent::MouseButtonPress) {
        setFocus(Qt::MouseFocusReason);
        setCurrent(static_cast<QMouseEvent*>(event)->position().toPoint().y() / scaled(kRow));
        return true;
    }
    if (event->type() == QEvent::MouseButtonDblClick) {
        Q_EMIT opened(m_current);
        return true;
    }
    return false;
}

void OperandList::paintRows(const QRect& area)
{
    QPainter painter(m_rows);
    const int last = static_cast<int>(m_model.groups.size()) - 1;
    for (int row = area.top() / scaled(kRow); row <= std::min(last, area.bottom() / scaled(kRow)); ++row)
        paintRow(painter, row);
}

void OperandList::paintRow(QPainter& painter, int row)
{
    const Theme& theme = Theme::current();
    const NumberGroup& g = m_model.groups[static_cast<std::size_t>(row)];
    const NumberMaps& maps = m_maps[static_cast<std::size_t>(g.input)];
    const QRect r = rowRect(row).adjusted(2, 2, -2, -2);
    if (row == m_current) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(theme.accent, hasFocus() ? 3 : 2));
        painter.setBrush(theme.accentTint);
        painter.drawRoundedRect(QRectF(r).adjusted(1, 1, -1, -1), scaled(6), scaled(6));
        painter.setRenderHint(QPainter::Antialiasing, false);
    }
    const int middle = r.center().y();
    // The subtotal is never cut: the pictures give way.
    const double fit = std::min(1.0, static_cast<double>(r.width() - scaled(kBeside)) / scaled(kMap + 2 * kPatch));
    const int mapSide = static_cast<int>(fit * scaled(kMap)), patchSide = static_cast<int>(fit * scaled(kPatch));
    int x = r.left() + scaled(6);
    painter.setFont(ui::font(TextRole::Small));
    painter.setPen(theme.text2);
    const bool several = m_maps.size() > 1;
    const QString name = several ? QStringLiteral("%1\n%2").arg(maps.name).arg(g.map + 1) : QString::number(g.map + 1);
    const int nameWidth = scaled(several ? 34 : 22);
    painter.drawText(QRect(x, r.top(), nameWidth, r.height()), Qt::AlignCenter, name);
    x += nameWidth + scaled(4);
    const QRect box(x, middle - mapSide / 2, mapSide, mapSide);
    const QRect drawn = drawMap(painter, box, maps.map(g.map), maps.width(), maps.height(), maps.scale);
    const QRect place = g.place();
    const double sx = static_cast<double>(drawn.width()) / maps.width();
    const double sy = static_cast<double>(drawn.height()) / maps.height();
    painter.setPen(QPen(theme.accent, 2));
    painter.drawRect(QRectF(drawn.left() + place.left() * sx, drawn.top() + place.top() * sy, place.width() * sx,
                            place.height() * sy));
    x = box.right() + scaled(8);

    std::vector<float> values, factors;
    for (const NumberCell& c : g.cells) {
        values.push_back(static_cast<float>(c.used ? c.value : 0));
        factors.push_back(static_cast<float>(c.used ? c.factor : 0));
    }
    const QSize patch(patchSide, patchSide);
    painter.setFont(ui::font(TextRole::Body));
    const auto sign = [&](const QString& text) {
        painter.setPen(theme.text2);
        painter.drawText(QRect(x, r.top(), scaled(18), r.height()), Qt::AlignCenter, text);
        x += scaled(18);
    };
    drawMap(painter, {QPoint(x, middle - patch.height() / 2), patch}, values.data(), g.columns, g.rows, maps.scale);
    x += patch.width();
    if (m_model.hasFactors) {
        sign(QStringLiteral("×"));
        drawMap(painter, {QPoint(x, middle - patch.height() / 2), patch}, factors.data(), g.columns, g.rows,
                m_factorScale);
        x += patch.width();
    }
    if (!g.adds)
        return;
    painter.setFont(ui::font(TextRole::Result));
    painter.setPen(theme.text);
    const QRect room(x, r.top(), r.right() - scaled(6) - x, r.height());
    QString written = m_unit.text(g.subtotal);
    if (painter.fontMetrics().horizontalAdvance(written) > room.width())
        written = powerText(g.subtotal, 2);
    painter.drawText(room, Qt::AlignRight | Qt::AlignVCenter, written);
}

} // namespace convarium::ui
