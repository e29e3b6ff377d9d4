// A canvas in a window of its own, with a small network at known places, and a hand to drag on it.
#pragma once

#include "tests/support/graphs.h"
#include "ui/canvas/canvas_view.h"
#include "ui/theme/settings.h"

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

} // namespace convarium::test
