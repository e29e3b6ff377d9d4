#include "ui/canvas/keyboard_link.h"

#include "ui/canvas/gestures/connect_gesture.h"
#include "ui/theme/theme.h"

#include <QPainter>
#include <algorithm>

namespace convarium::ui
{

KeyboardLink::KeyboardLink(CanvasScene* scene, NodeId source, const std::vector<NodeId>& order)
    : m_scene(scene), m_source(source)
{
    // What comes after the source is meant more often than what comes before it.
    auto start = std::find(order.begin(), order.end(), source);
    std::vector<NodeId> turned(start, order.end());
    turned.insert(turned.end(), order.begin(), start);
    for (const NodeId id : turned)
        if (scene->canConnect(source, id))
            m_targets.push_back(id);
    show();
}

KeyboardLink::KeyboardLink(CanvasScene* scene, NoteIndex note, const std::vector<NodeId>& order)
    : m_scene(scene), m_note(note), m_targets(order)
{
    show();
}

KeyboardLink::~KeyboardLink()
{
    m_scene->setWireDraft(std::nullopt);
}

QPointF KeyboardLink::targetPort() const
{
    const NodeItem* item = m_scene->itemOf(target());
    return item ? item->inputPort(std::max(0, m_scene->inputPortCount(target()) - 1)) : QPointF();
}

void KeyboardLink::show()
{
    if (m_note || m_targets.empty())
        return m_scene->update();
    WireDraft draft;
    draft.from = m_scene->outputPort(m_source);
    for (const engine::Node& node : m_scene->document()->graph().nodes)
        draft.fits[node.id] = std::find(m_targets.begin(), m_targets.end(), node.id) != m_targets.end();
    m_scene->setWireDraft(draft); // gives merges the port that the wire ends at
    draft.to = targetPort();
    m_scene->setWireDraft(draft);
}

void KeyboardLink::step(int by)
{
    const auto count = static_cast<int>(m_targets.size());
    m_at = static_cast<std::size_t>((static_cast<int>(m_at) + by + count) % count);
    show();
}

engine::Result<void> KeyboardLink::finish()
{
    ProjectDocument* document = m_scene->document();
    if (!m_note)
        return m_scene->connectCards(m_source, target());
    engine::Note note = document->notes().at(*m_note);
    const engine::NoteArrow arrow{target(), 0, 0};
    if (std::find(note.arrows.begin(), note.arrows.end(), arrow) == note.arrows.end())
        note.arrows.push_back(arrow);
    document->setNote(*m_note, note);
    return {};
}

void KeyboardLink::paint(QPainter* painter) const
{
    if (m_targets.empty())
        return;
    const QColor color = Theme::current().accent;
    if (m_note) {
        painter->setRenderHint(QPainter::Antialiasing);
        const QRectF rect = m_scene->noteItem(*m_note).rect();
        paintNoteArrow(painter, arrowLine(rect, m_scene->arrowTarget({target(), 0, 0})), color, 2);
    } else {
        paintWireDraft(painter, m_scene->outputPort(m_source), targetPort(), targetPort(), color);
    }
}

} // namespace convarium::ui
