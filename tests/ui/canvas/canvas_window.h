// A canvas in a window of its own, with a small network at known places, and a hand to drag on it.
#pragma once

#include "tests/support/graphs.h"
#include "ui/canvas/canvas_view.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"

#include <QMimeData>
#include <QSignalSpy>
#include <QtTest>
#include <optional>

namespace convarium::test
{

using ui::CanvasView;
using ui::Positions;
using ui::ProjectDocument;

constexpr NodeId kInput = 1, kConv = 2, kRelu = 3, kPool = 4, kFlatten = 5, kDense = 6;

inline GraphSpec smallNet()
{
    GraphMaker m("small");
    m.input();
    m.conv(4, 3);
    m.add("relu");
    m.add("max_pool");
    m.add("flatten");
    m.dense(10);
    return m.graph();
}

inline Positions smallPlaces()
{
    return {{kInput, {0, 0}},  {kConv, {216, 0}},    {kRelu, {216, 200}},
            {kPool, {432, 0}}, {kFlatten, {648, 0}}, {kDense, {864, 0}}};
}

class CanvasWindow
{
public:
    explicit CanvasWindow(const GraphSpec& graph = smallNet(), const Positions& places = smallPlaces())
    {
        ui::ThemeManager::instance().setReducedMotion(true); // cards are where the document has them
        document.reset(graph, places, {});
        view = std::make_unique<CanvasView>(&document);
        view->resize(1300, 700);
        view->show();
        view->activateWindow();
        view->setFocus();
        before = document.state();
        QObject::connect(view.get(), &CanvasView::statusMessage, view.get(),
                         [this](const QString& text) { said = text; });
    }
    [[nodiscard]] bool ready() const { return QTest::qWaitForWindowActive(view.get()) && view->hasFocus(); }
    [[nodiscard]] ui::CanvasScene& scene() const { return *view->canvasScene(); }
    [[nodiscard]] QPoint at(QPointF scenePos) const { return view->mapFromScene(scenePos); }
    [[nodiscard]] QPoint output(NodeId id) const { return at(scene().outputPort(id)); }
    [[nodiscard]] QPoint input(NodeId id, int slot = 0) const { return at(scene().inputPort(id, slot)); }
    /// A point of the layer away from its ports.
    [[nodiscard]] QPoint middle(NodeId id) const { return at(scene().itemOf(id)->layerRect(id).center()); }
    /// A point of the wire away from both ends.
    [[nodiscard]] QPoint onWire(const Edge& edge) const
    {
        const auto& points = scene().wireOf(edge)->route().points;
        return at((points[0] + points[1]) / 2);
    }
    [[nodiscard]] Edge wireInto(NodeId id) const { return document.graph().edgesInto(id).front(); }

    void press(QPoint from) { QTest::mousePress(view->viewport(), Qt::LeftButton, {}, from); }
    void moveTo(QPoint from, QPoint to)
    {
        for (int i = 1; i <= 6; ++i)
            QTest::mouseMove(view->viewport(), from + (to - from) * i / 6);
    }
    void release(QPoint to) { QTest::mouseRelease(view->viewport(), Qt::LeftButton, {}, to); }
    void drag(QPoint from, QPoint to)
    {
        press(from);
        moveTo(from, to);
        release(to);
    }
    void altDrag(QPoint from, QPoint to)
    {
        QTest::mousePress(view->viewport(), Qt::LeftButton, Qt::AltModifier, from);
        for (int i = 1; i <= 6; ++i) {
            QMouseEvent move(QEvent::MouseMove, from + (to - from) * i / 6,
                             view->viewport()->mapToGlobal(from + (to - from) * i / 6), Qt::NoButton, Qt::LeftButton,
                             Qt::AltModifier);
            QApplication::sendEvent(view->viewport(), &move);
        }
        QTest::mouseRelease(view->viewport(), Qt::LeftButton, Qt::AltModifier, to);
    }
    void click(QPoint where, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::mouseClick(view->viewport(), Qt::LeftButton, modifiers, where);
    }
    void key(int key, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::keyClick(view.get(), static_cast<Qt::Key>(key), modifiers);
    }
    /// Neither document, undo stack nor anything half done differs from the beginning.
    [[nodiscard]] bool untouched()
    {
        for (const auto& [id, place] : document.positions())
            if (const auto* item = scene().itemOf(id); item && item->head() == id && item->pos() != place)
                return false;
        return document.state() == before && document.undoStack()->count() == 0 && !view->gestureActive() &&
               !scene().wireDraft();
    }

    ProjectDocument document;
    std::unique_ptr<CanvasView> view;
    ui::DocumentState before;
    QString said;
};

/// A drag from outside over the canvas, as the window system would send it.
class OutsideDrag
{
public:
    OutsideDrag(CanvasWindow& window, const QByteArray& format, const QByteArray& data) : m_window(window)
    {
        m_mime.setData(QString::fromLatin1(format), data);
    }
    bool enter(QPoint where)
    {
        QDragEnterEvent event(where, Qt::CopyAction, &m_mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(m_window.view->viewport(), &event);
        return event.isAccepted();
    }
    bool move(QPoint where)
    {
        QDragMoveEvent event(where, Qt::CopyAction, &m_mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(m_window.view->viewport(), &event);
        return event.isAccepted();
    }
    bool drop(QPoint where)
    {
        QDropEvent event(where, Qt::CopyAction, &m_mime, Qt::LeftButton, Qt::NoModifier);
        event.ignore();
        QApplication::sendEvent(m_window.view->viewport(), &event);
        return event.isAccepted();
    }
    void leave()
    {
        QDragLeaveEvent event;
        QApplication::sendEvent(m_window.view->viewport(), &event);
    }

private:
    CanvasWindow& m_window;
    QMimeData m_mime;
};

} // namespace convarium::test
