#include "ui/canvas/canvas_view.h"

#include "ui/canvas/block_form.h"
#include "ui/canvas/canvas_accessible.h"
#include "ui/canvas/canvas_actions.h"
#include "ui/canvas/canvas_notice.h"
#include "ui/canvas/fault_card.h"
#include "ui/canvas/gestures/connect_gesture.h"
#include "ui/canvas/keyboard_link.h"
#include "ui/canvas/layer_search.h"
#include "ui/canvas/layout.h"
#include "ui/canvas/note_editor.h"
#include "ui/canvas/placement.h"
#include "ui/document/own_blocks.h"
#include "ui/theme/widgets.h"

#include <QAccessible>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

using engine::kNoNode;
using What = DocumentChange::What;

namespace
{
constexpr double kDotPitch = 24;
constexpr double kTopMargin = 34;  ///< of a fitted picture that leaves room below
constexpr QSizeF kMargins(12, 28); ///< both sides together
} // namespace

CanvasView::CanvasView(ProjectDocument* document, QWidget* parent)
    : QGraphicsView(parent), m_document(document), m_scene(new CanvasScene(document, this))
{
    installCanvasAccessibility();
    setScene(m_scene);
    setAccessibleName(tr("Network canvas"));
    tellKeys();
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTransformationAnchor(QGraphicsView::NoAnchor);
    setResizeAnchor(QGraphicsView::NoAnchor);
    setCacheMode(QGraphicsView::CacheBackground);
    setViewportUpdateMode(QGraphicsView::MinimalViewportUpdate);
    setAcceptDrops(true);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    viewport()->setMouseTracking(true);
    setMinimumSize(160, 120);
    m_faultCard = new FaultCard(m_document, viewport());
    m_faultCard->hide();
    m_notice = new CanvasNotice(viewport());
    m_search = new LayerSearch(viewport());
    m_noteEditor = new NoteEditor(m_document, viewport());
    connect(m_noteEditor, &NoteEditor::closed, this, [this](bool byKey) {
        if (byKey)
            setFocus(Qt::OtherFocusReason);
    });
    m_blockForm = new BlockForm(viewport());
    connect(m_blockForm, &BlockForm::accepted, this,
            [this](const QString& name, const std::vector<engine::BlockParameter>& parameters, bool keep) {
                setFocus(Qt::OtherFocusReason);
                m_blockChosen({name, parameters, keep});
            });
    connect(m_blockForm, &BlockForm::cancelled, this, [this] { setFocus(Qt::OtherFocusReason); });
    m_actions = new CanvasActions(this);
    connect(&m_edgeTimer, &QTimer::timeout, this, &CanvasView::scrollAtEdge);
    connect(m_search, &LayerSearch::chosen, this, [this](const LayerChoice& choice) {
        m_offered.reset();
        setFocus(Qt::OtherFocusReason);
        showAdded(m_add(choice));
    });
    connect(m_search, &LayerSearch::cancelled, this, [this](bool byKey) {
        m_offered.reset();
        viewport()->update();
        if (byKey)
            setFocus(Qt::OtherFocusReason);
    });

    connect(m_scene, &CanvasScene::layersSelected, this, [this](const QList<NodeId>& ids) {
        m_faultWanted = kNoNode;
        showFault();
        m_blockForm->hide(); // it was about other layers
        Q_EMIT selectionChanged(ids);
    });
    connect(m_scene, &CanvasScene::arranged, this, [this] {
        updateSceneRect();
        showFault();
    });
    connect(m_document, &ProjectDocument::changed, this, [this](const DocumentChange& change) {
        // What is half drawn on the network as it was has lost its meaning.
        if (m_link && change.what != What::TrainConfigChanged && change.what != What::FileChanged &&
            change.what != What::WarningsChanged)
            endLink({});
        if (m_gesture && change.what != What::TrainConfigChanged && change.what != What::FileChanged &&
            change.what != What::WarningsChanged)
            endGesture(nullptr);
        if (change.what == What::Reset) {
            m_search->hide();
            m_offered.reset();
            placeMissing();
            m_fitted = true;
            fit();
        } else if (change.what == What::ShapesChanged) {
            showFault();
        }
    });
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, [this] {
        resetCachedContent();
        applyZoom(m_zoom);
        m_scene->refresh();
        if (m_fitted)
            fitAgain();
        viewport()->update();
    });
    placeMissing();
    applyZoom(1);
}

CanvasView::~CanvasView()
{
    m_document->disconnect(this);
    m_link.reset();
    m_gesture.reset();
}

void CanvasView::placeMissing()
{
    const auto& nodes = m_document->graph().nodes;
    const auto missing = [&](const engine::Node& n) { return !m_document->positions().contains(n.id); };
    if (std::any_of(nodes.begin(), nodes.end(), missing))
        m_document->placeNodes(layoutOf(m_document->state()));
}

void CanvasView::applyZoom(double zoom)
{
    m_zoom = std::clamp(zoom, kMinZoom, kMaxZoom);
    const double scale = m_zoom * ThemeManager::instance().textScale();
    m_updating = true;
    setTransform(QTransform::fromScale(scale, scale));
    m_scene->setViewScale(scale);
    updateSceneRect();
    m_updating = false;
    updateFaultCard();
}

void CanvasView::setZoom(double zoom)
{
    const QPointF centre = mapToScene(viewport()->rect().center());
    m_fitted = false;
    applyZoom(zoom);
    centerOn(centre);
    showFault();
    Q_EMIT zoomChanged(m_zoom);
}

void CanvasView::updateSceneRect()
{
    const double scale = std::max(0.01, transform().m11());
    const QSizeF window(viewport()->width() / scale, viewport()->height() / scale);
    QRectF rect = m_scene->contentRect();
    // Room to push any part of the picture to any part of the window.
    rect.adjust(-window.width(), -window.height(), window.width(), window.height());
    // A scene rectangle that only grows keeps the picture still while cards move.
    if (m_updating || !rect.isValid() || !sceneRect().contains(rect)) {
        const QPointF corner = mapToScene(QPoint(0, 0));
        setSceneRect(rect);
        showFrom(corner);
    }
}

void CanvasView::showFrom(QPointF corner)
{
    const QPoint shift = mapFromScene(corner);
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() + shift.x());
    verticalScrollBar()->setValue(verticalScrollBar()->value() + shift.y());
}

void CanvasView::showRect(const QRectF& rect, double margin)
{
    if (!rect.isValid())
        return;
    const double text = ThemeManager::instance().textScale();
    const double sx = (viewport()->width() - kMargins.width() - margin) / std::max(1.0, rect.width());
    const double sy = (viewport()->height() - kMargins.height() - margin) / std::max(1.0, rect.height());
    applyZoom(std::min({1.0, sx / text, sy / text}));
    const double scale = transform().m11();
    const QSizeF window(viewport()->width() / scale, viewport()->height() / scale);
    const double top = std::min((window.height() - rect.height()) / 2, kTopMargin / scale);
    showFrom(QPointF(rect.center().x() - window.width() / 2, rect.top() - top));
    Q_EMIT zoomChanged(m_zoom);
}

void CanvasView::fit(double leastZoom)
{
    m_leastZoom = leastZoom;
    fitAgain();
}

void CanvasView::fitAgain()
{
    QRectF rect = m_scene->contentRect();
    // While no layer answers, there is room for the next one to be let go behind the last.
    if (!m_document->graph().nodes.empty() && !m_scene->outputItem()->isVisible())
        rect.setRight(rect.right() + kColumnGap + kCardWidth);
    showRect(rect, 0);
    if (m_zoom < m_leastZoom) {
        const QRectF chosen = m_scene->rectOf(m_scene->selection());
        applyZoom(1);
        Q_EMIT zoomChanged(m_zoom);
        centerOn(chosen.isNull() ? QPointF(rect.left() + viewport()->width() / transform().m11() / 2, rect.center().y())
                                 : chosen.center());
    }
    m_fitted = true;
}

void CanvasView::fitSelection()
{
    QRectF rect = m_scene->rectOf(m_scene->selection());
    for (const NoteIndex i : m_scene->selectedNotes())
        rect |= m_scene->noteItem(i).boundingRect();
    showRect(rect, 48);
    m_fitted = false;
}

void CanvasView::comeBackTo(const Place& place)
{
    if (place.fitted)
        return fit();
    m_fitted = false;
    applyZoom(place.zoom);
    showFrom(place.corner);
    Q_EMIT zoomChanged(m_zoom);
}

void CanvasView::tidy()
{
    m_document->arrange(layoutOf(m_document->state()));
    fit();
}

void CanvasView::showNode(NodeId id)
{
    if (!m_document->graph().node(id))
        return;
    m_scene->select({id});
    ensureVisible(m_scene->rectOf({id}), 8, 8); // a node that can be seen does not move
}

void CanvasView::focusNode(NodeId id)
{
    if (!m_document->graph().node(id))
        return;
    if (const std::int64_t block = foldedAround(m_document->state(), id); block != -1)
        setFolded(block, false); // what is meant lies in it
    m_scene->setFocusedNode(id, true);
    m_scene->select({id});
    m_faultWanted = id;
    ensureVisible(m_scene->rectOf({id}), 60, 60);
    showFault();
    setFocus(Qt::OtherFocusReason);
}

NodeId CanvasView::addLayer(const QString& layerId)
{
    const NodeId after = m_scene->selection().isEmpty() ? kNoNode : m_scene->selection().last();
    if (findBlock(layerId.toStdString())) {
        const auto members = addBlockAfter(*m_document, layerId.toStdString(), after);
        showAdded(members);
        return members.empty() ? kNoNode : members.front();
    }
    const NodeId added = addAfter(*m_document, layerId.toStdString(), after);
    showAdded(added);
    return added;
}

void CanvasView::showAdded(NodeId id)
{
    if (id != kNoNode)
        showAdded(std::vector<NodeId>{id});
}

void CanvasView::showAdded(const std::vector<NodeId>& ids)
{
    if (ids.empty())
        return;
    const QList<NodeId> list(ids.begin(), ids.end());
    m_scene->select(list);
    m_scene->setFocusedNode(ids.front(), false);
    if (m_fitted)
        fit();
    else
        ensureVisible(m_scene->rectOf(list), 40, 40);
    Q_EMIT statusMessage(m_document->undoStack()->undoText());
}

void CanvasView::updateFaultCard()
{
    if (!m_faultCard)
        return;
    const QList<NodeId>& ids = m_scene->selection();
    const NodeId id = ids.size() == 1 ? ids.first() : kNoNode;
    const NodeItem* item = m_scene->itemOf(id);
    if (!item || m_gesture || !m_faultCard->setNode(id, m_faultWanted == id)) {
        m_faultCard->hide();
        m_faultRoom = {};
        return;
    }
    const QRectF card = item->shownRect();
    m_faultRoom =
        m_faultCard->placeAt(QRect(mapFromScene(card.topLeft()), mapFromScene(card.bottomRight())), viewport()->rect());
    m_faultCard->show();
    m_faultCard->raise();
}

void CanvasView::showFault()
{
    updateFaultCard();
    const QPoint shift = m_faultRoom;
    if (shift.isNull())
        return;
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() - shift.x());
    verticalScrollBar()->setValue(verticalScrollBar()->value() - shift.y());
}

void CanvasView::drawBackground(QPainter* painter, const QRectF& rect)
{
    const Theme& theme = Theme::current();
    painter->fillRect(rect, theme.canvas);
    const double scale = transform().m11();
    if (scale < kMiddleScale)
        return;
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(theme.dot);
    QVector<QRectF> dots;
    for (double x = std::floor(rect.left() / kDotPitch) * kDotPitch; x < rect.right() + 1; x += kDotPitch)
        for (double y = std::floor(rect.top() / kDotPitch) * kDotPitch; y < rect.bottom() + 1; y += kDotPitch)
            dots << QRectF(x - 0.75, y - 0.75, 1.5, 1.5);
    painter->drawRects(dots);
}

void CanvasView::drawForeground(QPainter* painter, const QRectF&)
{
    if (m_gesture)
        m_gesture->paint(painter);
    if (m_link)
        m_link->paint(painter);
    if (m_offered)
        paintWireDraft(painter, (*m_offered)[0], (*m_offered)[1], (*m_offered)[2], Theme::current().accent);
    if (!m_document->graph().nodes.empty() || !m_document->notes().empty())
        return;
    const Theme& theme = Theme::current();
    painter->save();
    painter->resetTransform();
    const QRectF window = viewport()->rect();
    const QRectF ghost(window.center() - QPointF(kCardWidth / 2, 60), QSizeF(kCardWidth, 80));
    QPen pen(theme.line2, 1);
    pen.setDashPattern({4, 3});
    painter->setPen(pen);
    painter->setBrush(Qt::NoBrush);
    painter->drawRoundedRect(ghost, kCardRadius, kCardRadius);
    painter->setPen(theme.text3);
    painter->setFont(cardFont(14, QFont::Medium));
    painter->drawText(ghost, Qt::AlignCenter, tr("Input"));
    painter->drawText(window.adjusted(0, 80, 0, 0), Qt::AlignCenter, tr("Drag a layer here, or type its name"));
    painter->restore();
}

void CanvasView::resizeEvent(QResizeEvent* event)
{
    updateSceneRect(); // first: a scene without room for the new size would move the corner
    QGraphicsView::resizeEvent(event);
    if (m_fitted)
        fitAgain();
    showFault();
    m_notice->place();
}

void CanvasView::showEvent(QShowEvent* event)
{
    QGraphicsView::showEvent(event);
    if (m_fitted)
        fitAgain();
}

void CanvasView::scrollContentsBy(int dx, int dy)
{
    QGraphicsView::scrollContentsBy(dx, dy);
    if (!m_updating)
        updateFaultCard();
}

} // namespace convarium::ui
