#include "ui/canvas/canvas_scene.h"

#include "engine/blocks/groups.h"
#include "engine/graph/unfinished.h"
#include "engine/layers/layer.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace convarium::ui
{

using engine::Edge;
using engine::kNoNode;
using What = DocumentChange::What;

namespace
{
constexpr double kOutputDistance = kCardWidth + kColumnGap;
constexpr int kChangedMs = 1200;
constexpr int kGlideMs = 200;
constexpr int kFlowMs = 300;     ///< from the place of one dot to that of the next
constexpr double kShortWay = 24; ///< steps by keys are shown at once
} // namespace

CanvasScene::CanvasScene(ProjectDocument* document, QObject* parent)
    : QGraphicsScene(parent), m_document(document), m_outputOwner(std::make_unique<OutputItem>(this)),
      m_output(m_outputOwner.get())
{
    // Positions change in bursts while dragging; an index would be rebuilt each time.
    setItemIndexMethod(QGraphicsScene::NoIndex);
    addItem(m_output);
    m_changedTimer.setSingleShot(true);
    m_changedTimer.setInterval(kChangedMs);
    connect(&m_changedTimer, &QTimer::timeout, this, [this] {
        m_changed.clear();
        for (auto& [id, item] : m_items)
            if (!std::exchange(item->picture().change, {}).isEmpty())
                item->update();
        refreshWires();
    });
    m_flow.setStartValue(0.0);
    m_flow.setEndValue(1.0);
    m_flow.setLoopCount(-1);
    connect(&m_flow, &QVariantAnimation::valueChanged, this, [this] {
        for (auto& wire : m_wires)
            if (wire->look().flow != Work::None)
                wire->update();
    });
    m_glide.setStartValue(0.0);
    m_glide.setEndValue(1.0);
    m_glide.setEasingCurve(QEasingCurve::OutCubic);
    connect(&m_glide, &QVariantAnimation::valueChanged, this, [this](const QVariant& value) {
        const double done = value.toDouble();
        m_preview.clear();
        for (const auto& [id, from] : m_glideFrom)
            m_preview[id] = from + (m_document->position(id) - from) * done;
        if (done >= 1)
            m_preview.clear();
        place();
    });
    connect(document, &ProjectDocument::changed, this, &CanvasScene::documentChanged);
    rebuild();
}

CanvasScene::~CanvasScene()
{
    // The items go before the scene; it must not own them.
    for (auto& [id, item] : m_items)
        removeItem(item.get());
    for (auto& wire : m_wires)
        removeItem(wire.get());
    for (auto& [id, block] : m_blocks)
        removeItem(block.get());
    for (auto& note : m_notes)
        removeItem(note.get());
    removeItem(m_output);
}

void CanvasScene::setViewScale(double scale)
{
    if (scale == m_scale)
        return;
    m_scale = scale;
    m_level = levelFor(scale);
    refreshNotes();
    update();
}

void CanvasScene::documentChanged(const DocumentChange& change)
{
    switch (change.what) {
    case What::Reset:
        m_selection.clear();
        m_selectedNotes.clear();
        m_selectedArrow.reset();
        m_selectedWire.reset();
        m_focused = kNoNode;
        m_thumbnails.clear();
        m_preview.clear();
        m_shapes.clear();
        m_changed.clear();
        setReading({});
        rebuild();
        stopGlide(); // from the places in another network
        Q_EMIT layersSelected({});
        break;
    case What::NodeAboutToBeRemoved:
        Q_EMIT nodeGoing(change.node);
        m_thumbnails.erase(change.node);
        m_structureStale = true;
        break;
    case What::BlocksChanged: rebuild(); break;
    case What::NodeAdded:
    case What::EdgeAdded:
    case What::EdgeRemoved: m_structureStale = true; break;
    case What::NodesMoved: glide(shownPlaces()); break;
    case What::NotesChanged:
        m_notePreview.clear();
        refreshNotes();
        Q_EMIT arranged();
        break;
    case What::NodeRenamed:
    case What::FrozenChanged:
    case What::ParamChanged:
    case What::NodeRemoved:
    case What::FileChanged: break;
    case What::TrainConfigChanged: refreshBars(); break; // the batch size
    case What::WarningsChanged: refreshPictures(false); break;
    case What::ShapesChanged:
        if (m_structureStale)
            rebuild();
        else
            refreshPictures(true);
        break;
    }
}

void CanvasScene::rebuild()
{
    m_structureStale = false;
    const engine::GraphSpec& graph = m_document->graph();
    m_stacks = stacksOf(m_document->state());
    Positions shown = shownPlaces();
    std::map<NodeId, std::unique_ptr<NodeItem>> kept;
    bool fresh = m_items.empty();
    for (const Stack& stack : m_stacks.all) {
        auto it = m_items.find(stack.head);
        if (it != m_items.end()) {
            it->second->setStack(stack);
            kept[stack.head] = std::move(it->second);
        } else {
            auto item = std::make_unique<NodeItem>(this, stack);
            addItem(item.get());
            kept[stack.head] = std::move(item);
        }
    }
    for (auto& [id, item] : m_items)
        if (item)
            removeItem(item.get());
    m_items = std::move(kept);

    for (auto& wire : m_wires)
        removeItem(wire.get());
    m_wires.clear();
    m_hover = {};
    m_dropWire.reset();
    std::set<std::pair<NodeId, NodeId>> drawn; // what feeds several layers of a folded block is one wire
    for (const Edge& edge : graph.edges)
        if (m_stacks.of(edge.from) && m_stacks.of(edge.to) && m_stacks.headOf(edge.from) != m_stacks.headOf(edge.to) &&
            (!m_stacks.of(edge.to)->isFolded() || drawn.insert({edge.from, m_stacks.headOf(edge.to)}).second)) {
            m_wires.push_back(std::make_unique<WireItem>(this, edge));
            addItem(m_wires.back().get());
        }

    const QList<NodeId> before = m_selection;
    m_selection.removeIf([&](NodeId id) { return graph.node(id) == nullptr; });
    // A block that was selected as a whole stays so whatever comes into it.
    for (const auto& [group, frame] : m_blocks)
        if (frame->content().selected)
            for (const NodeId member : engine::membersOf(graph, group))
                if (!m_selection.contains(member))
                    m_selection << member;
    m_selection = whole(m_selection);
    rebuildBlocks();
    if (m_selectedWire && !wireOf(*m_selectedWire))
        m_selectedWire.reset();
    m_focused = graph.node(m_focused) ? m_stacks.isHidden(m_focused) ? m_stacks.headOf(m_focused) : m_focused : kNoNode;
    refreshPictures(!fresh);
    glide(std::move(shown));
    if (!std::equal(m_selection.begin(), m_selection.end(), before.begin(), before.end()))
        Q_EMIT layersSelected(m_selection);
}

void CanvasScene::refreshPictures(bool markChanges)
{
    const engine::GraphSpec& graph = m_document->graph();
    noteChanges(markChanges);
    for (auto& [id, item] : m_items) {
        const Stack& stack = item->stack();
        CardPicture p;
        p.content = cardContent(*m_document, stack);
        p.metrics = cardMetrics(graph, stack);
        for (NodeId row : stack.docked()) {
            p.rows.push_back({cardContent(*m_document, row), {}});
            // The sign sits on the card, whichever of its layers is at fault.
            const CardContent& docked = p.rows.back().content;
            if (!docked.fault.isEmpty() && (p.content.fault.isEmpty() || (p.content.warning && !docked.warning))) {
                p.content.fault = docked.fault;
                p.content.warning = docked.warning;
            }
        }
        p.inputPorts = item->picture().inputPorts;
        p.change = changeOf(stack.isFolded() ? stack.tail() : id);
        for (NodeId layer : {id, stack.tail()})
            if (const auto it = m_thumbnails.find(layer); it != m_thumbnails.end())
                p.thumbnails = it->second;
        const auto shape = m_document->lastGoodShape(stack.tail());
        // Maps of one value each are read like a list.
        p.thumbnails.strip = shape && (shape->isList() || (shape->isMaps() && shape->height() * shape->width() == 1));
        p.thumbnails.bars = outputBars(*item);
        p.thumbnails.seen = m_seen;
        item->setOutputShape(shape);
        item->setPicture(std::move(p));
    }
    refreshBars();
    refreshStates();
    refreshWires();
    refreshBlocks();
}

void CanvasScene::noteChanges(bool mark)
{
    bool any = false;
    for (const auto& [id, shape] : m_document->shaped().shapes) {
        const auto [known, fresh] = m_shapes.try_emplace(id, shape);
        if (fresh || known->second == shape)
            continue;
        if (mark) {
            // One of a series, as from a slider: the first shape is told.
            const auto first = m_changed.try_emplace(id, known->second).first;
            if (first->second == shape)
                m_changed.erase(first);
            any = true;
        }
        known->second = shape;
    }
    if (any)
        m_changedTimer.start();
}

QStringList CanvasScene::changeOf(NodeId id) const
{
    const auto before = m_changed.find(id);
    const auto now = m_document->shape(id);
    return before != m_changed.end() && now ? shapeChange(before->second, *now) : QStringList();
}

/// A card's bar stands for all its layers.
void CanvasScene::refreshBars()
{
    m_bars = layerBars(*m_document, m_bars.mode, m_stepTimes);
    std::map<NodeId, double> sums;
    double largest = 0;
    for (const auto& [id, item] : m_items) {
        double& sum = sums[id] = m_bars.of(id);
        for (const NodeId row : item->stack().rows)
            sum += m_bars.of(row);
        largest = std::max(largest, sum);
    }
    for (auto& [id, item] : m_items) {
        const double share = largest > 0 && !item->picture().content.stale ? sums[id] / largest : 0;
        if (item->picture().content.share == share)
            continue;
        item->picture().content.share = share;
        item->update();
    }
}

void CanvasScene::refreshStates()
{
    for (auto& [id, item] : m_items) {
        CardPicture& p = item->picture();
        bool differs = false;
        const auto set = [&](CardState& state, NodeId layer) {
            const CardState before = state;
            state.selected = m_selection.contains(layer);
            state.focused = m_focusVisible && m_focused == layer;
            state.hovered = m_hover.node == layer && m_hover.kind != Hit::Kind::Wire;
            // Within a folded block its card is at work.
            const bool works = m_walk && (m_walk->working == layer || (m_stacks.isHidden(m_walk->working) &&
                                                                       m_stacks.headOf(m_walk->working) == layer));
            state.work = works ? m_walk->work : Work::None;
            differs = differs || state != before;
        };
        set(p.state, id);
        for (std::size_t i = 0; i < p.rows.size(); ++i)
            set(p.rows[i].state, item->stack().rows[i]);
        const std::size_t ports = p.inputPorts.size();
        int state = 1;
        if (m_draft && m_draft->toInput) {
            const auto fits = m_draft->fits.find(id);
            state = fits != m_draft->fits.end() && fits->second ? 2 : 0;
        }
        const std::vector<int> portStates(ports, state);
        differs = differs || portStates != p.inputPortStates;
        p.inputPortStates = portStates;
        if (differs)
            item->update();
        // A card waits until the first of its layers is reached, from whichever side.
        const auto waits = [this](NodeId layer) { return m_walk->waiting.contains(layer); };
        const auto& rows = item->stack().rows;
        item->setOpacity(m_walk && waits(id) && std::all_of(rows.begin(), rows.end(), waits) ? kFadedOpacity : 1);
    }
}

void CanvasScene::refreshWires()
{
    for (auto& wire : m_wires) {
        const Edge& edge = wire->edge();
        WireLook look;
        const auto shape = m_document->shape(edge.from);
        look.waiting = !shape;
        const auto problems = m_document->problemsOf(edge.to);
        look.faulty = shape && std::any_of(problems.begin(), problems.end(), [&](const engine::Problem& p) {
                          if (!engine::isFault(m_document->graph(), m_document->shaped(), p))
                              return false;
                          // With a table of inputs only the ones that differ from the last are to blame.
                          return p.inputShapes.size() < 2 || *shape != p.inputShapes.back();
                      });
        const QStringList change = changeOf(edge.from);
        look.changed = !change.isEmpty();
        if (wire->route().labelled || look.faulty)
            look.label = look.changed ? change.join(QStringLiteral(", "))
                         : shape      ? shapeText(*shape)
                                      : QStringLiteral("?");
        look.selected = m_selectedWire == edge;
        look.hovered = m_hover.kind == Hit::Kind::Wire && m_hover.edge == edge;
        look.dropTarget = m_dropWire == edge;
        look.flow = m_walk && m_walk->flowing.contains(edge) ? m_walk->work : Work::None;
        look.faded = m_walk && look.flow == Work::None &&
                     m_walk->waiting.contains(m_walk->work == Work::Backward ? edge.from : edge.to);
        wire->setLook(look);
        wire->setVisible(!(m_draft && m_draft->lifted == edge));
    }
}

void CanvasScene::place()
{
    for (auto& [id, item] : m_items) {
        const auto preview = m_preview.find(id);
        item->setPos(preview != m_preview.end() ? preview->second : m_document->position(id));
    }
    reroute();
    placeOutput();
    refreshNotes();
    Q_EMIT arranged();
}

Positions CanvasScene::shownPlaces() const
{
    Positions places;
    for (const auto& [id, item] : m_items)
        places[id] = item->pos();
    return places;
}

void CanvasScene::stopGlide()
{
    m_glide.stop();
    m_glideStarts = false;
    m_preview.clear();
}

void CanvasScene::glide(Positions from)
{
    stopGlide();
    place();
    std::erase_if(from, [this](const auto& entry) { return !m_items.contains(entry.first); });
    const bool worth = std::any_of(from.begin(), from.end(), [this](const auto& entry) {
        return (m_document->position(entry.first) - entry.second).manhattanLength() > kShortWay;
    });
    const int ms = motionMs(kGlideMs);
    if (!worth || ms == 0)
        return;
    std::erase_if(from, [this](const auto& entry) { return m_document->position(entry.first) == entry.second; });
    m_glideFrom = std::move(from);
    m_glide.setDuration(ms);
    // Whoever made the edit first sees everything in its final place, to fit the view to it.
    m_glideStarts = true;
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (std::exchange(m_glideStarts, false))
                m_glide.start();
        },
        Qt::QueuedConnection);
}

void CanvasScene::reroute()
{
    std::map<NodeId, RouteCard> cards;
    for (auto& [id, item] : m_items)
        cards[id] = {item->fullRect(), inputPortCount(id)};
    std::vector<RouteWire> wires;
    std::map<NodeId, int> arrived; // at a folded block, wires to different layers may have the same slot
    for (const auto& wire : m_wires) {
        const Stack* to = m_stacks.of(wire->edge().to);
        wires.push_back(
            {m_stacks.headOf(wire->edge().from), to->head, to->isFolded() ? arrived[to->head]++ : wire->edge().slot});
    }
    Routes routes = routeWires(cards, wires, m_frames);
    for (auto& [id, block] : m_blocks)
        block->setRect(routes.frames[id]);
    for (auto& [id, item] : m_items) {
        auto ports = inputPortCount(id) > 0 ? routes.inputPorts[id] : std::vector<double>();
        if (ports == item->picture().inputPorts)
            continue;
        item->picture().inputPorts = std::move(ports);
        item->update();
    }
    for (std::size_t i = 0; i < m_wires.size(); ++i)
        m_wires[i]->setRoute(std::move(routes.wires[i]));
    refreshStates();
    refreshWires();
}

NodeId CanvasScene::outputSource() const
{
    const engine::GraphSpec& graph = m_document->graph();
    if (!graph.outputs.empty())
        return graph.node(graph.outputs.front().node) ? graph.outputs.front().node : kNoNode;
    for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
        const auto shape = m_document->shape(node->id);
        if (shape && shape->isList() && graph.edgesFrom(node->id).empty() && !graph.edgesInto(node->id).empty())
            return node->id;
    }
    return kNoNode;
}

void CanvasScene::placeOutput()
{
    const NodeItem* item = itemOf(outputSource());
    m_output->setVisible(item != nullptr);
    if (!item)
        return;
    m_output->setPos(item->pos() + QPointF(kOutputDistance, 0));
    m_output->setSource(item->outputPort());
}

void CanvasScene::setBars(BarMode mode)
{
    m_bars.mode = mode;
    refreshBars();
}

void CanvasScene::setStepTimes(const std::map<NodeId, double>& milliseconds)
{
    m_stepTimes = milliseconds;
    if (m_bars.mode == BarMode::Time)
        refreshBars();
}

void CanvasScene::setThumbnails(NodeId id, const QImage& atlas, int count, const QList<NumberRange>& ranges)
{
    m_thumbnails[id] = {atlas, count, Theme::current().dark, false, {}, m_seen, ranges};
    if (NodeItem* item = itemOf(id)) {
        // The last layer of a card that has maps wins over the ones above it.
        if (item->stack().tail() != id && (m_thumbnails.contains(item->stack().tail()) || m_stacks.isHidden(id)))
            return;
        Thumbnails shown = item->picture().thumbnails;
        shown.atlas = atlas;
        shown.count = count;
        shown.ranges = ranges;
        shown.dark = Theme::current().dark;
        item->setThumbnails(std::move(shown));
    }
}

void CanvasScene::clearThumbnails()
{
    m_thumbnails.clear();
    m_output->setReading({});
    refreshPictures(false);
}

void CanvasScene::setSeen(const FieldMark& mark)
{
    if (mark == m_seen)
        return;
    m_seen = mark;
    for (const auto& [id, item] : m_items) {
        if (!item->picture().metrics.image)
            continue;
        Thumbnails shown = item->picture().thumbnails;
        shown.seen = mark;
        item->setThumbnails(std::move(shown));
    }
}

void CanvasScene::setReading(const Reading& reading)
{
    m_output->setReading(reading);
    if (NodeItem* item = itemOf(outputSource())) {
        Thumbnails shown = item->picture().thumbnails;
        shown.bars = outputBars(*item);
        item->setThumbnails(std::move(shown));
    }
}

QVector<double> CanvasScene::outputBars(const NodeItem& item) const
{
    const auto& bars = m_output->reading().probabilities;
    const bool shown = !bars.isEmpty() && bars.size() <= 20 && item.stack().tail() == outputSource();
    return shown ? bars : QVector<double>();
}

void CanvasScene::setWalk(const std::optional<CanvasWalk>& walk)
{
    if (walk == m_walk)
        return;
    m_walk = walk;
    refreshStates();
    refreshWires();
    runFlow();
    m_output->update();
}

/// The dots move only while there is something to see, and where motion is wanted.
void CanvasScene::runFlow()
{
    const int ms = motionMs(kFlowMs);
    const bool runs = m_walk && !m_walk->flowing.empty() && ms > 0;
    if (runs == (m_flow.state() == QAbstractAnimation::Running))
        return;
    if (!runs) {
        m_flow.stop();
        return;
    }
    m_flow.setDuration(ms);
    m_flow.start();
}

std::optional<double> CanvasScene::flowPhase() const
{
    if (m_flow.state() != QAbstractAnimation::Running)
        return std::nullopt;
    return m_flow.currentValue().toDouble();
}

void CanvasScene::refresh()
{
    refreshPictures(false);
    runFlow();
    update();
}

} // namespace convarium::ui
