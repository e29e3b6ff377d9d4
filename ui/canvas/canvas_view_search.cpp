// The part of CanvasView that finds layers by name and speaks to the user.
#include "ui/canvas/canvas_view.h"

#include "ui/canvas/canvas_notice.h"
#include "ui/canvas/layer_search.h"
#include "ui/canvas/placement.h"
#include "ui/document/own_blocks.h"
#include "ui/theme/widgets.h"

namespace convarium::ui
{

using engine::kNoNode;

namespace
{

std::vector<NodeId> listOf(NodeId id)
{
    return id == kNoNode ? std::vector<NodeId>() : std::vector<NodeId>{id};
}

} // namespace

void CanvasView::say(const QString& text, bool stays)
{
    m_notice->say(text, stays);
    Q_EMIT statusMessage(text);
}

void CanvasView::openSearch(std::vector<LayerEntry> entries, QPoint at, const QString& text,
                            std::function<std::vector<NodeId>(const LayerChoice&)> add, const QString& prompt)
{
    m_add = std::move(add);
    m_search->open(std::move(entries), at, text, prompt);
}

NodeId CanvasView::replaceable() const
{
    const QList<NodeId>& ids = m_scene->selection();
    const Stack* card = ids.size() == 1 ? m_scene->stacks().of(ids.first()) : nullptr;
    return card && !card->isFolded() ? ids.first() : kNoNode;
}

void CanvasView::searchReplacement()
{
    const NodeId old = replaceable();
    if (m_gesture || old == kNoNode)
        return;
    if (m_link)
        endLink({});
    const QRectF card = m_scene->itemOf(old)->layerRect(old);
    openSearch(
        layersInstead(*m_document, old), mapFromScene(card.topRight()) + QPoint(16, 0), {},
        [this, old](const LayerChoice& choice) { return listOf(replaceLayer(*m_document, old, choice)); },
        tr("Replace %1 with").arg(ui::accessibleName(*m_document, old)));
}

void CanvasView::searchLayer(const QString& text)
{
    if (m_gesture)
        return;
    if (m_link)
        endLink({}); // the C was the first letter of a name
    if (const auto wire = m_scene->selectedWire()) {
        const RoutedWire& route = m_scene->wireOf(*wire)->route();
        const QPoint at = mapFromScene(route.points[route.points.size() / 2 - 1]) + QPoint(0, 12);
        openSearch(layersBehind(*m_document, wire->from), at, text, [this, wire = *wire](const LayerChoice& choice) {
            return findBlock(choice.id) ? insertBlock(*m_document, choice.id, wire, kNoNode, {})
                                        : listOf(insertIntoWire(*m_document, wire, choice));
        });
    } else if (!m_scene->selection().isEmpty()) {
        const NodeId after = m_scene->selection().last();
        const QRectF card = m_scene->rectOf({after});
        openSearch(layerCatalogue(), mapFromScene(card.topRight()) + QPoint(16, 0), text,
                   [this, after](const LayerChoice& choice) {
                       return findBlock(choice.id) ? addBlockAfter(*m_document, choice.id, after)
                                                   : listOf(addAfter(*m_document, choice, after));
                   });
    } else {
        searchAt(pointedAt().value_or(mapToScene(viewport()->rect().center())), kNoNode);
        m_search->field()->setText(text);
    }
}

void CanvasView::searchAt(QPointF place, NodeId after)
{
    const QPointF corner = place - QPointF(kCardWidth / 2, kPortY);
    openSearch(layerCatalogue(), mapFromScene(place), {}, [this, corner, after](const LayerChoice& choice) {
        return findBlock(choice.id) ? insertBlock(*m_document, choice.id, std::nullopt, after, corner)
                                    : listOf(m_document->addNodeAfter(choice, freePlace(*m_document, corner), after));
    });
}

void CanvasView::offerAtPort(NodeId node, bool fromOutput, QPointF port, QPointF at)
{
    if (fromOutput)
        openSearch(layersBehind(*m_document, node), mapFromScene(at), {}, [this, node, at](const LayerChoice& choice) {
            const QPointF corner = at - QPointF(0, kPortY);
            return findBlock(choice.id)
                       ? insertBlock(*m_document, choice.id, std::nullopt, node, corner)
                       : listOf(m_document->addNodeAfter(choice, freePlace(*m_document, corner), node));
        });
    else
        openSearch(layersBefore(*m_document, node), mapFromScene(at), {}, [this, node, at](const LayerChoice& choice) {
            const QPointF corner = at - QPointF(kCardWidth, kPortY);
            return listOf(addBefore(*m_document, choice, freePlace(*m_document, corner), node));
        });
    m_offered = fromOutput ? std::array{port, at, at} : std::array{at, port, at};
    viewport()->update();
}

} // namespace convarium::ui
