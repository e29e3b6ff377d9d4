// A wire or an arrow that is drawn by keys: arrow keys choose where it ends.
#pragma once

#include "ui/canvas/canvas_scene.h"

class QPainter;

namespace convarium::ui
{

class KeyboardLink final
{
public:
    /// A wire from the output of a layer to the ports that may take it, tried in this order.
    KeyboardLink(CanvasScene* scene, NodeId source, const std::vector<NodeId>& order);
    /// An arrow from a note to any layer.
    KeyboardLink(CanvasScene* scene, NoteIndex note, const std::vector<NodeId>& order);
    ~KeyboardLink();
    KeyboardLink(const KeyboardLink&) = delete;
    KeyboardLink& operator=(const KeyboardLink&) = delete;

    [[nodiscard]] bool hasTargets() const { return !m_targets.empty(); }
    [[nodiscard]] NodeId target() const { return m_targets.at(m_at); }
    void step(int by);
    /// Draws it into the document.
    engine::Result<void> finish();
    void paint(QPainter* painter) const;

private:
    void show();
    [[nodiscard]] QPointF targetPort() const;

    CanvasScene* m_scene;
    NodeId m_source = engine::kNoNode;
    std::optional<NoteIndex> m_note;
    std::vector<NodeId> m_targets;
    std::size_t m_at = 0;
};

} // namespace convarium::ui
