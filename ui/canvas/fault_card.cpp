#include "ui/canvas/fault_card.h"

#include "engine/graph/unfinished.h"
#include "engine/layers/layer.h"
#include "ui/canvas/card_content.h"
#include "ui/document/edit_texts.h"
#include "ui/theme/widgets.h"

#include <QGridLayout>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>

namespace convarium::ui
{

namespace
{

constexpr int kTip = 10; ///< height of the pointer
constexpr int kTipHalf = 10;
constexpr int kGap = 4;    ///< between the tip and the card
constexpr int kBorder = 4; ///< to the window's edge
constexpr int kMargin = 16;
constexpr int kWidth = 380;
constexpr int kWideWidth = 476; ///< with a table of shapes

/// Room for the tip at one edge.
QMargins tipMargins(Qt::Edge edge)
{
    return {edge == Qt::LeftEdge ? kTip : 0, edge == Qt::TopEdge ? kTip : 0, edge == Qt::RightEdge ? kTip : 0,
            edge == Qt::BottomEdge ? kTip : 0};
}

/// What has to be added to a stretch of numbers to bring it into another one, its beginning first.
int shiftInto(int from, int length, int low, int high)
{
    return std::max(std::min(0, high + 1 - length - from), low - from);
}

QPoint shiftInto(const QRect& r, const QRect& room)
{
    return {shiftInto(r.left(), r.width(), room.left(), room.right()),
            shiftInto(r.top(), r.height(), room.top(), room.bottom())};
}

/// Less of a card than that beside the popover would look as if it belonged to something else.
int reach(int extent)
{
    return std::min(extent, kMargin + 2 * kTipHalf);
}

/// Touches the card with that edge; moved into the room along the card, as far as it still lies beside it, but not
/// across it.
QRect besideCard(Qt::Edge edge, QSize size, const QRect& card, const QRect& room)
{
    QRect r({card.center().x() - size.width() / 3, card.center().y() - size.height() / 3}, size);
    switch (edge) {
    case Qt::TopEdge: r.moveTop(card.bottom() + 1 + kGap); break;
    case Qt::BottomEdge: r.moveBottom(card.top() - 1 - kGap); break;
    case Qt::LeftEdge: r.moveLeft(card.right() + 1 + kGap); break;
    case Qt::RightEdge: r.moveRight(card.left() - 1 - kGap); break;
    }
    const QPoint shift = shiftInto(r, room);
    if (edge == Qt::TopEdge || edge == Qt::BottomEdge)
        return r.translated(std::clamp(shift.x(), card.left() + reach(card.width()) - r.right(),
                                       card.right() - reach(card.width()) - r.left()),
                            0);
    return r.translated(0, std::clamp(shift.y(), card.top() + reach(card.height()) - r.bottom(),
                                      card.bottom() - reach(card.height()) - r.top()));
}

} // namespace

FaultCard::FaultCard(ProjectDocument* document, QWidget* parent) : QFrame(parent), m_document(document)
{
    setAccessibleName(tr("Fault"));
    new QVBoxLayout(this);
    setCursor(Qt::ArrowCursor);
}

bool FaultCard::setNode(NodeId id, bool always)
{
    const std::vector<engine::Problem> problems = m_document->problemsOf(id);
    if (problems.empty()) {
        m_node = engine::kNoNode;
        m_shown.clear();
        return false;
    }
    const engine::Problem& problem = problems.front();
    QString key = QString::number(id) + QString::fromStdString(problem.error.text());
    for (const engine::Problem& other : m_document->problems())
        key += QString::fromStdString(other.error.message);
    if (key != m_shown) {
        m_node = id;
        m_shown = key;
        m_repairs = repairsFor(*m_document, problem);
        fill(problem);
    }
    // Who is still building sees the sign on the layer; the card comes when it is asked for, or with Train.
    return always || (!m_repairs.empty() && !engine::isUnfinished(m_document->graph(), m_document->shaped(), problem));
}

void FaultCard::fill(const engine::Problem& problem)
{
    if (m_body) {
        m_body->hide();
        m_body->deleteLater();
    }
    m_body = new QWidget(this);
    auto* column = columnIn(m_body, scaled(8));
    m_hasTable = problem.inputShapes.size() > 1;

    // The first sentence is the headline, what was found follows.
    const QString message = QString::fromStdString(problem.error.message);
    const qsizetype end = message.indexOf(QStringLiteral(". "));
    auto* head = new QHBoxLayout;
    head->setSpacing(scaled(8));
    head->addWidget(new Sign(problem.warning ? SignKind::Warning : SignKind::Error, 22, m_body), 0, Qt::AlignTop);
    auto* title =
        new TextLabel(end < 0 ? message : message.left(end + 1), TextRole::SectionBold, ColorRole::Text, m_body);
    title->setWordWrap(true);
    head->addWidget(title, 1);
    column->addLayout(head);
    QStringList rest;
    if (end >= 0)
        rest << message.mid(end + 2);
    if (!problem.error.hint.empty())
        rest << QString::fromStdString(problem.error.hint);
    if (!rest.isEmpty()) {
        auto* text = new TextLabel(rest.join(u' '), TextRole::Body, ColorRole::Text2, m_body);
        text->setWordWrap(true);
        column->addWidget(text);
    }
    if (m_hasTable)
        addTable(column, problem);
    for (std::size_t i = 0; i < m_repairs.size(); ++i) {
        const auto parameters = m_repairs[i].parameters;
        const QString then =
            parameters ? QStringLiteral("   ") + tr("then %1 parameters").arg(numberText(*parameters)) : QString();
        auto* button = new QPushButton(m_repairs[i].text + then, m_body);
        button->setAccessibleName(m_repairs[i].text);
        setPrimary(button, i == 0);
        connect(button, &QPushButton::clicked, this, [this, i] {
            if (i >= m_repairs.size())
                return;
            // Applying it rebuilds this card and deletes the button that is being clicked.
            const Repair repair = m_repairs[i];
            QTimer::singleShot(0, m_document, [document = m_document, repair] { applyRepair(*document, repair); });
        });
        column->addWidget(button);
    }
    static_cast<QVBoxLayout*>(layout())->addWidget(m_body);
    m_body->show();
}

void FaultCard::addTable(QVBoxLayout* column, const engine::Problem& problem)
{
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(scaled(12));
    grid->setVerticalSpacing(scaled(4));
    const std::vector<engine::Edge> edges = m_document->graph().edgesInto(m_node);
    const bool maps = std::all_of(problem.inputShapes.begin(), problem.inputShapes.end(),
                                  [](const engine::Shape& s) { return s.isMaps(); });
    const QStringList names = maps ? QStringList{tr("height"), tr("width"), tr("maps")} : QStringList{tr("shape")};
    for (int c = 0; c < names.size(); ++c)
        grid->addWidget(new TextLabel(names[c], TextRole::Small, ColorRole::Text2, m_body), 0, c + 1, Qt::AlignHCenter);
    const engine::Shape& last = problem.inputShapes.back();
    for (std::size_t row = 0; row < problem.inputShapes.size(); ++row) {
        const engine::Shape& shape = problem.inputShapes[row];
        const int line = static_cast<int>(row) + 1;
        const QString from = row < edges.size() ? QString::fromStdString(m_document->graph().label(edges[row].from))
                                                : tr("input %1").arg(line);
        grid->addWidget(new TextLabel(tr("from %1").arg(from), TextRole::Body, ColorRole::Text, m_body), line, 0);
        const auto cell = [&](int c, const QString& text, bool odd) {
            auto* label = new TextLabel(text, TextRole::BodyBold, odd ? ColorRole::Error : ColorRole::Text, m_body);
            grid->addWidget(label, line, c, Qt::AlignHCenter);
        };
        if (maps) {
            cell(1, QString::number(shape.height()), shape.height() != last.height());
            cell(2, QString::number(shape.width()), shape.width() != last.width());
            cell(3, QString::number(shape.channels()), shape.channels() != last.channels());
        } else {
            cell(1, shapeText(shape), shape != last);
        }
    }
    grid->setColumnStretch(0, 1);
    column->addLayout(grid);
}

QPoint FaultCard::placeAt(const QRect& card, const QRect& window)
{
    const QRect room = window.adjusted(kBorder, kBorder, -kBorder, -kBorder);
    QRect place;
    QPoint missing;
    const auto choose = [&](int width) {
        const int inner = width - 2 * kMargin;
        const QSize panel(width, m_body->layout()->totalHeightForWidth(inner) + 2 * kMargin);
        int least = std::numeric_limits<int>::max();
        for (const Qt::Edge edge : {Qt::TopEdge, Qt::BottomEdge, Qt::LeftEdge, Qt::RightEdge}) {
            const QRect r = besideCard(edge, panel.grownBy(tipMargins(edge)), card, room);
            const QPoint shift = shiftInto(r, room);
            if (shift.manhattanLength() >= least)
                continue;
            least = shift.manhattanLength();
            m_tipEdge = edge;
            place = r;
            missing = shift;
        }
        return least == 0;
    };
    if (!m_hasTable || !choose(scaled(kWideWidth)))
        choose(scaled(kWidth));
    // There is room on no side of a card that fills the window: then it is covered.
    const bool covers = card.width() + place.width() > room.width() && card.height() + place.height() > room.height();
    if (covers)
        place.translate(missing);
    const bool across = m_tipEdge == Qt::TopEdge || m_tipEdge == Qt::BottomEdge;
    const int side = across ? place.width() : place.height();
    m_tip = std::clamp(across ? card.center().x() - place.left() : card.center().y() - place.top(), kMargin + kTipHalf,
                       side - kMargin - kTipHalf);
    layout()->setContentsMargins(QMargins(kMargin, kMargin, kMargin, kMargin) + tipMargins(m_tipEdge));
    setGeometry(place);
    update();
    // A card that is half outside stays where it is.
    const bool possible = !covers && window.contains(card) && window.contains(card.translated(missing));
    return possible ? missing : QPoint();
}

void FaultCard::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF panel = QRectF(rect().marginsRemoved(tipMargins(m_tipEdge))).adjusted(1, 1, -1, -1);
    QPainterPath path;
    path.addRoundedRect(panel, 8, 8);
    // The tip as if it were at the top, turned to its edge. It reaches a little into the panel.
    const bool across = m_tipEdge == Qt::TopEdge || m_tipEdge == Qt::BottomEdge;
    const bool far = m_tipEdge == Qt::BottomEdge || m_tipEdge == Qt::RightEdge;
    const double point = far ? (across ? height() : width()) - 1.0 : 1.0;
    const double base = far ? point - kTip - 1 : point + kTip + 1;
    QPolygonF tip{{m_tip - double(kTipHalf), base}, {double(m_tip), point}, {m_tip + double(kTipHalf), base}};
    if (!across)
        for (QPointF& p : tip)
            p = p.transposed();
    QPainterPath tipPath;
    tipPath.addPolygon(tip);
    tipPath.closeSubpath();
    path = path.united(tipPath);
    painter.setBrush(theme.surface);
    painter.setPen(QPen(theme.error, 1.5));
    painter.drawPath(path);
}

} // namespace convarium::ui
