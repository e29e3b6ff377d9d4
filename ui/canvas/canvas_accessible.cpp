#include "ui/canvas/canvas_accessible.h"

#include "engine/blocks/groups.h"
#include "ui/canvas/canvas_view.h"
#include "ui/theme/accessible_tree.h"

#include <QAccessible>
#include <QPointer>
#include <compare>
#include <map>

namespace convarium::ui
{

namespace
{

/// One accessible thing: a layer, one of its inputs, its output, the wire into one of its inputs, the frame of an open
/// block, or a note.
struct Part {
    enum class Kind { Layer, Input, Output, Wire, Block, Note } kind = Kind::Layer;
    NodeId node = engine::kNoNode; ///< Wire: where it ends
    std::int64_t slot = 0;         ///< Block: its group; Note: which one
    [[nodiscard]] bool isPort() const { return kind == Kind::Input || kind == Kind::Output; }
    friend auto operator<=>(const Part&, const Part&) = default;
};

/// Layers, and the ports one can take hold of: docked rows are entered through their card, silhouettes have none.
/// Wires, open blocks and notes.
std::vector<Part> partsOf(const CanvasView& view)
{
    std::vector<Part> parts;
    const CanvasScene& scene = *view.canvasScene();
    for (const engine::Node& node : view.document()->graph().nodes) {
        if (scene.stacks().isHidden(node.id))
            continue;
        parts.push_back({Part::Kind::Layer, node.id, 0});
        if (scene.level() == Level::Far)
            continue;
        const NodeItem* card = scene.itemOf(node.id);
        const int inputs = card && card->head() == node.id ? scene.inputPortCount(node.id) : 0;
        for (int slot = 0; slot < inputs; ++slot)
            parts.push_back({Part::Kind::Input, node.id, slot});
        parts.push_back({Part::Kind::Output, node.id, 0});
    }
    for (const engine::Edge& edge : view.document()->graph().edges)
        if (scene.level() != Level::Far && scene.wireOf(edge))
            parts.push_back({Part::Kind::Wire, edge.to, edge.slot});
    for (const engine::Group& group : view.document()->graph().groups)
        if (scene.blockOf(group.id))
            parts.push_back({Part::Kind::Block, engine::kNoNode, group.id});
    for (std::size_t i = 0; i < view.document()->notes().size(); ++i)
        parts.push_back({Part::Kind::Note, engine::kNoNode, static_cast<std::int64_t>(i)});
    return parts;
}

/// Says what it knows of its part; becomes invalid with the view or the node.
class PartAccessible final : public QAccessibleInterface, public QAccessibleActionInterface
{
public:
    PartAccessible(CanvasView* view, Part part) : m_view(view), m_part(part) {}

    [[nodiscard]] bool isValid() const override
    {
        if (!m_view)
            return false;
        if (m_part.kind == Part::Kind::Note)
            return note() < m_view->document()->notes().size();
        if (m_part.kind == Part::Kind::Wire)
            return wire() != nullptr;
        if (m_part.kind == Part::Kind::Block)
            return block() != nullptr;
        return m_view->canvasScene()->itemOf(m_part.node) && m_view->document()->graph().node(m_part.node);
    }
    [[nodiscard]] QObject* object() const override { return nullptr; }
    [[nodiscard]] QWindow* window() const override { return m_view ? m_view->window()->windowHandle() : nullptr; }
    [[nodiscard]] QAccessibleInterface* parent() const override
    {
        return m_view ? QAccessible::queryAccessibleInterface(m_view) : nullptr;
    }
    [[nodiscard]] QAccessibleInterface* child(int) const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    [[nodiscard]] int childCount() const override { return 0; }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface*) const override { return -1; }

    [[nodiscard]] QString text(QAccessible::Text kind) const override
    {
        if (!isValid())
            return {};
        const ProjectDocument& document = *m_view->document();
        if (m_part.kind == Part::Kind::Note)
            return kind == QAccessible::Name          ? QStringLiteral("Note %1").arg(m_part.slot + 1)
                   : kind == QAccessible::Description ? noteText()
                                                      : QString();
        if (m_part.kind == Part::Kind::Wire)
            return wireText(kind);
        if (m_part.kind == Part::Kind::Block)
            return kind == QAccessible::Name          ? CanvasView::tr("Block %1").arg(block()->content().name)
                   : kind == QAccessible::Description ? CanvasView::tr("open, %1").arg(block()->content().details)
                                                      : QString();
        const QString name = accessibleName(document, m_part.node);
        if (kind == QAccessible::Name) {
            const int inputs = m_view->canvasScene()->inputPortCount(m_part.node);
            switch (m_part.kind) {
            case Part::Kind::Layer: return name;
            case Part::Kind::Output: return name + QStringLiteral(" out");
            default:
                return inputs > 1 ? name + QStringLiteral(" in %1").arg(m_part.slot + 1) : name + QStringLiteral(" in");
            }
        }
        if (kind != QAccessible::Description)
            return {};
        switch (m_part.kind) {
        case Part::Kind::Output: return outputDescription(document, stack().isFolded() ? stack().tail() : m_part.node);
        case Part::Kind::Input: return inputDescription(document, wireInto());
        default: {
            const QString bar = barText(document, m_view->canvasScene()->bars(), m_part.node);
            return accessibleDescription(document, m_part.node) + (bar.isEmpty() ? bar : QStringLiteral(", ") + bar);
        }
        }
    }
    void setText(QAccessible::Text, const QString&) override {}

    [[nodiscard]] QRect rect() const override
    {
        if (!isValid())
            return {};
        const CanvasScene* scene = m_view->canvasScene();
        QRectF area;
        if (m_part.kind == Part::Kind::Note) {
            area = scene->noteItem(note()).rect();
        } else if (m_part.kind == Part::Kind::Wire) {
            const auto& points = wire()->route().points;
            area = QRectF(points[0], points[1]).normalized().adjusted(0, -4, 0, 4);
        } else if (m_part.kind == Part::Kind::Block) {
            area = block()->handleRect();
        } else if (m_part.kind == Part::Kind::Layer) {
            area = scene->itemOf(m_part.node)->layerRect(m_part.node);
        } else {
            const QPointF centre = m_part.kind == Part::Kind::Output ? scene->outputPort(m_part.node)
                                                                     : scene->inputPort(m_part.node, slot());
            area = QRectF(centre - QPointF(6, 6), QSizeF(12, 12));
        }
        const QRect inView(m_view->mapFromScene(area.topLeft()), m_view->mapFromScene(area.bottomRight()));
        return {m_view->viewport()->mapToGlobal(inView.topLeft()), inView.size()};
    }

    [[nodiscard]] QAccessible::Role role() const override
    {
        return m_part.isPort() ? QAccessible::Button : QAccessible::ListItem;
    }
    [[nodiscard]] QAccessible::State state() const override
    {
        QAccessible::State state;
        state.invalid = !isValid();
        if (state.invalid || m_part.isPort())
            return state;
        state.selectable = state.focusable = true;
        const CanvasScene* scene = m_view->canvasScene();
        if (m_part.kind == Part::Kind::Layer) {
            state.selected = m_view->selection().contains(m_part.node);
            state.focused = m_view->hasFocus() && !scene->selectedWire() && scene->focusedNode() == m_part.node;
            state.expandable = state.collapsed = stack().isFolded();
        } else if (m_part.kind == Part::Kind::Block) {
            state.focusable = false; // its layers are
            state.selected = block()->content().selected;
            state.expandable = state.expanded = true;
        } else {
            state.selected = m_part.kind == Part::Kind::Note ? scene->selectedNotes().contains(note())
                                                             : scene->selectedWire() == wire()->edge();
            state.focused = state.selected && m_view->hasFocus() && scene->focusedNode() == engine::kNoNode;
        }
        return state;
    }

    void* interface_cast(QAccessible::InterfaceType type) override
    {
        return type == QAccessible::ActionInterface && !m_part.isPort() ? static_cast<QAccessibleActionInterface*>(this)
                                                                        : nullptr;
    }
    [[nodiscard]] QStringList actionNames() const override
    {
        return {pressAction(), setFocusAction(), showMenuAction()};
    }
    void doAction(const QString& name) override
    {
        if (!isValid())
            return;
        if (m_part.kind == Part::Kind::Note)
            m_view->canvasScene()->selectNotes({note()});
        else if (m_part.kind == Part::Kind::Block)
            selectBlock();
        else if (m_part.kind == Part::Kind::Wire)
            m_view->canvasScene()->selectWire(wire()->edge());
        else if (name == setFocusAction())
            m_view->focusNode(m_part.node);
        else
            m_view->select({m_part.node});
        if (name == showMenuAction()) // later: the answer to the client must not wait for it
            QMetaObject::invokeMethod(m_view, &CanvasView::openMenu, Qt::QueuedConnection);
    }
    [[nodiscard]] QStringList keyBindingsForAction(const QString&) const override { return {}; }

private:
    [[nodiscard]] NoteIndex note() const { return static_cast<NoteIndex>(m_part.slot); }
    [[nodiscard]] int slot() const { return static_cast<int>(m_part.slot); }
    [[nodiscard]] const BlockItem* block() const { return m_view->canvasScene()->blockOf(m_part.slot); }
    void selectBlock()
    {
        const std::vector<NodeId> members = engine::membersOf(m_view->document()->graph(), m_part.slot);
        m_view->select({members.begin(), members.end()});
    }
    [[nodiscard]] const Stack& stack() const { return *m_view->canvasScene()->stacks().of(m_part.node); }
    [[nodiscard]] const WireItem* wire() const
    {
        for (const engine::Edge& edge : m_view->document()->graph().edgesInto(m_part.node))
            if (edge.slot == slot())
                return m_view->canvasScene()->wireOf(edge);
        return nullptr;
    }
    /// What ends at an input port: several layers of a folded block have theirs on its card, counted from the top.
    [[nodiscard]] std::optional<engine::Edge> wireInto() const
    {
        const CanvasScene* scene = m_view->canvasScene();
        for (const NodeId part : scene->wholeOf(m_part.node))
            for (const engine::Edge& edge : m_view->document()->graph().edgesInto(part))
                if (const WireItem* item = scene->wireOf(edge);
                    item && (stack().isFolded() ? item->route().port : edge.slot) == slot())
                    return edge;
        return std::nullopt;
    }
    [[nodiscard]] QString wireText(QAccessible::Text kind) const
    {
        const ProjectDocument& document = *m_view->document();
        const engine::Edge& edge = wire()->edge();
        if (kind == QAccessible::Name)
            return QStringLiteral("%1 to %2")
                .arg(accessibleName(document, edge.from), accessibleName(document, edge.to));
        const auto shape = document.shape(edge.from);
        return kind != QAccessible::Description ? QString()
               : shape                          ? shapeText(*shape)
                                                : CanvasView::tr("size not known yet");
    }
    [[nodiscard]] QString noteText() const
    {
        const ProjectDocument& document = *m_view->document();
        const engine::Note& shown = document.notes()[note()];
        QString text = QString::fromStdString(shown.text);
        for (const engine::NoteArrow& arrow : shown.arrows)
            if (arrow.node != engine::kNoNode)
                text += CanvasView::tr(", points at %1").arg(accessibleName(document, arrow.node));
        return text;
    }
    QPointer<CanvasView> m_view;
    Part m_part;
};

/// The view itself: layers and ports come before the widgets on it.
class CanvasAccessible final : public ContainerAccessible
{
public:
    explicit CanvasAccessible(CanvasView* view) : ContainerAccessible(view, QAccessible::Canvas), m_view(view)
    {
        m_going =
            QObject::connect(view->canvasScene(), &CanvasScene::nodeGoing, view, [this](qint64 node) { drop(node); });
        m_reset = QObject::connect(view->document(), &ProjectDocument::changed, view, [this](const DocumentChange& c) {
            if (c.what == DocumentChange::What::Reset)
                dropAll();
        });
    }
    ~CanvasAccessible() override
    {
        QObject::disconnect(m_going);
        QObject::disconnect(m_reset);
        dropAll();
    }

    [[nodiscard]] int childCount() const override
    {
        return static_cast<int>(partsOf(*m_view).size()) + ContainerAccessible::childCount();
    }
    [[nodiscard]] QAccessibleInterface* child(int index) const override
    {
        const std::vector<Part> parts = partsOf(*m_view);
        const auto count = static_cast<int>(parts.size());
        return index >= 0 && index < count ? interfaceOf(parts[static_cast<std::size_t>(index)])
                                           : ContainerAccessible::child(index - count);
    }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface* wanted) const override
    {
        const std::vector<Part> parts = partsOf(*m_view);
        for (std::size_t i = 0; i < parts.size(); ++i)
            if (interfaceOf(parts[i]) == wanted)
                return static_cast<int>(i);
        const int index = ContainerAccessible::indexOfChild(wanted);
        return index < 0 ? index : index + static_cast<int>(parts.size());
    }
    [[nodiscard]] QAccessibleInterface* childAt(int x, int y) const override
    {
        // Ports lie on the cards' edges, so they come first.
        const std::vector<Part> parts = partsOf(*m_view);
        for (const bool ports : {true, false})
            for (const Part& part : parts)
                if (part.isPort() == ports && interfaceOf(part)->rect().contains(x, y))
                    return interfaceOf(part);
        return ContainerAccessible::childAt(x, y);
    }

private:
    QAccessibleInterface* interfaceOf(const Part& part) const
    {
        const auto it = m_ids.find(part);
        if (it != m_ids.end())
            return QAccessible::accessibleInterface(it->second);
        auto* created = new PartAccessible(m_view, part);
        m_ids[part] = QAccessible::registerAccessibleInterface(created);
        return created;
    }
    void drop(NodeId node)
    {
        for (auto it = m_ids.begin(); it != m_ids.end();) {
            if (it->first.node == node) {
                QAccessible::deleteAccessibleInterface(it->second);
                it = m_ids.erase(it);
            } else {
                ++it;
            }
        }
    }
    void dropAll()
    {
        for (const auto& [part, id] : m_ids)
            QAccessible::deleteAccessibleInterface(id);
        m_ids.clear();
    }

    CanvasView* m_view;
    mutable std::map<Part, QAccessible::Id> m_ids;
    QMetaObject::Connection m_going, m_reset;
};

QAccessibleInterface* makeInterface(const QString&, QObject* object)
{
    auto* view = dynamic_cast<CanvasView*>(object);
    return view ? new CanvasAccessible(view) : nullptr;
}

} // namespace

void tellFocus(CanvasView* view)
{
    if (!QAccessible::isActive())
        return;
    QAccessibleInterface* canvas = QAccessible::queryAccessibleInterface(view);
    for (int i = 0; canvas && i < canvas->childCount(); ++i)
        if (QAccessibleInterface* part = canvas->child(i); part && part->state().focused) {
            QAccessibleEvent event(part, QAccessible::Focus);
            QAccessible::updateAccessibility(&event);
            return;
        }
}

void installCanvasAccessibility()
{
    static bool installed = false;
    if (!installed)
        QAccessible::installFactory(makeInterface);
    installed = true;
}

} // namespace convarium::ui
