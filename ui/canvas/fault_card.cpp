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

namespace convarium::ui
{

namespace
{

constexpr int kTip = 10; ///< height of the pointer
constexpr int kMargin = 16;
constexpr int kWidth = 380;
constexpr int kWideWidth = 476; ///< with a table of shapes

/// "+544", "−9,312" or nothing.
QString price(qint64 parameters)
{
    if (parameters == 0)
        return {};
    return parameters > 0 ? u'+' + numberText(parameters) : QChar(0x2212) + numberText(-parameters);
}

} // namespace

FaultCard::FaultCard(ProjectDocument* document, QWidget* parent) : QFrame(parent), m_document(document)
{
    setAccessibleName(tr("Fault"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kMargin, kMargin + kTip, kMargin, kMargin + kTip);
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
    auto* column = new QVBoxLayout(m_body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(scaled(8));
    const bool table = problem.inputShapes.size() > 1;

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
    if (table)
        addTable(column, problem);
    for (std::size_t i = 0; i < m_repairs.size(); ++i) {
        const QString cost = price(m_repairs[i].parameters);
        auto* button =
            new QPushButton(m_repairs[i].text + (cost.isEmpty() ? QString() : QStringLiteral("   ") + cost), m_body);
        button->setAccessibleName(m_repairs[i].text);
        button->setToolTip(cost.isEmpty() ? QString() : tr("%1 parameters").arg(cost));
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
    setFixedWidth(scaled(table ? kWideWidth : kWidth));
    m_body->show();
    layout()->activate();
    resize(width(), layout()->hasHeightForWidth() ? layout()->totalHeightForWidth(width()) : sizeHint().height());
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

void FaultCard::placeAt(const QRect& card, const QRect& window)
{
    m_below = card.bottom() + height() + 4 <= window.bottom() || card.top() - height() < window.top();
    int x = std::clamp(card.center().x() - width() / 3, window.left() + 8,
                       std::max(window.left() + 8, window.right() - width() - 8));
    int y = m_below ? card.bottom() + 4 : card.top() - height() - 4;
    // Where neither side has room, it may cover the card rather than leave the window.
    y = std::clamp(y, window.top() + 2, std::max(window.top() + 2, window.bottom() - height() - 2));
    m_pointer = std::clamp(card.center().x() - x, 24, width() - 24);
    if (pos() != QPoint(x, y))
        move(x, y);
    update();
}

void FaultCard::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath path;
    path.addRoundedRect(QRectF(rect()).adjusted(1, kTip, -1, -kTip), 8, 8);
    QPainterPath tip;
    const double base = m_below ? kTip + 1 : height() - kTip - 1;
    tip.addPolygon(QPolygonF({{m_pointer - 10.0, base},
                              {static_cast<double>(m_pointer), m_below ? 1.0 : height() - 1.0},
                              {m_pointer + 10.0, base},
                              {m_pointer - 10.0, base}}));
    path = path.united(tip);
    painter.setBrush(theme.surface);
    painter.setPen(QPen(theme.error, 1.5));
    painter.drawPath(path);
}

} // namespace convarium::ui
