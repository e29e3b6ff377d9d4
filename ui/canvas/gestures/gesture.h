// A drag in progress. It starts with its constructor and changes the document only in finish().
#pragma once

#include <QPoint>
#include <QPointF>
#include <Qt>

class QPainter;

namespace convarium::ui
{

struct GesturePoint {
    QPointF scene;
    QPoint view; ///< in the viewport
    Qt::KeyboardModifiers modifiers;
};

class Gesture
{
public:
    Gesture() = default;
    Gesture(const Gesture&) = delete;
    Gesture& operator=(const Gesture&) = delete;
    virtual ~Gesture() = default;
    virtual void move(const GesturePoint& point) = 0;
    virtual void finish(const GesturePoint& point) = 0;
    /// Leaves document, undo stack and picture as they were.
    virtual void cancel() = 0;
    /// On top of everything, in scene coordinates.
    virtual void paint(QPainter*) const {}
    /// Held at the edge of the view it moves the view on.
    [[nodiscard]] virtual bool scrollsAtEdge() const { return true; }
    [[nodiscard]] virtual Qt::CursorShape cursor() const { return Qt::ArrowCursor; }
};

} // namespace convarium::ui
