#include "canvas_window.h"
#include "ui/canvas/placement.h"

#include <QAccessible>

using namespace convarium;
using namespace convarium::ui;
using namespace convarium::test;

namespace
{

QAccessibleInterface* child(const CanvasWindow& w, const QString& name)
{
    QAccessibleInterface* face = QAccessible::queryAccessibleInterface(w.view.get());
    for (int i = 0; face && i < face->childCount(); ++i)
        if (QAccessibleInterface* c = face->child(i); c && c->text(QAccessible::Name) == name)
            return c;
    return nullptr;
}

QString label(const CanvasWindow& w, NodeId id)
{
    return QString::fromStdString(w.document.graph().label(id));
}

} // namespace

class TestCanvasAccessible : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void theCanvasListsLayersAndPortsAtTheirPlaces()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        QAccessibleInterface* canvas = QAccessible::queryAccessibleInterface(w.view.get());
        QCOMPARE(canvas->role(), QAccessible::Canvas);
        QCOMPARE(canvas->text(QAccessible::Name), QStringLiteral("Network canvas"));
        for (const engine::Node& node : w.document.graph().nodes) {
            QAccessibleInterface* layer = child(w, label(w, node.id));
            QVERIFY2(layer, node.name.c_str());
            QVERIFY(layer->isValid());
            QCOMPARE(layer->parent(), canvas);
            QCOMPARE(canvas->child(canvas->indexOfChild(layer)), layer);
            const QPoint middle = w.view->viewport()->mapToGlobal(w.middle(node.id));
            QVERIFY(layer->rect().contains(middle));
            QCOMPARE(canvas->childAt(middle.x(), middle.y()), layer);
            QVERIFY(child(w, label(w, node.id) + QStringLiteral(" out")));
            // A docked row is entered through its card.
            QCOMPARE(child(w, label(w, node.id) + QStringLiteral(" in")) != nullptr,
                     node.id != kInput && node.id != kRelu);
        }
        const QPoint port = w.view->viewport()->mapToGlobal(w.output(kPool));
        QAccessibleInterface* out = child(w, label(w, kPool) + QStringLiteral(" out"));
        QCOMPARE(out->role(), QAccessible::Button);
        QVERIFY((out->rect().center() - port).manhattanLength() <= 2);
        QCOMPARE(canvas->childAt(port.x(), port.y()), out);
    }

    void dockedRowsAreLayersOfTheirOwn()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        QAccessibleInterface* row = child(w, label(w, kRelu));
        QAccessibleInterface* card = child(w, label(w, kConv));
        QVERIFY(row && card);
        QVERIFY(row->rect().top() >= card->rect().bottom() - 1);
        QVERIFY(!row->rect().intersects(card->rect().adjusted(1, 1, -1, -1)));
    }

    void silhouettesHaveNoPortsToTakeHoldOf()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        QAccessibleInterface* canvas = QAccessible::queryAccessibleInterface(w.view.get());
        const int near = canvas->childCount();
        w.view->setZoom(0.4);
        QCOMPARE(canvas->childCount(), static_cast<int>(w.document.graph().nodes.size()));
        w.view->setZoom(1);
        QCOMPARE(canvas->childCount(), near);
    }

    void theDescriptionTellsSizesAndFaults()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        QCOMPARE(child(w, label(w, kConv))->text(QAccessible::Description),
                 QStringLiteral("Conv2D 3x3, 4 filters, input 28x28x1, output 26x26x4, 40 parameters"));
        w.document.removeNodes({kFlatten}, true);
        const QString text = child(w, label(w, kDense))->text(QAccessible::Description);
        const QString fault = QString::fromStdString(w.document.problemsOf(kDense).front().error.text());
        QVERIFY2(text.endsWith(fault), qPrintable(text));
    }

    void portsTellWhatRunsThroughThem()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const auto described = [&](const QString& name) { return child(w, name)->text(QAccessible::Description); };
        QCOMPARE(described(label(w, kConv) + QStringLiteral(" in")), QStringLiteral("28x28x1, from Input In1"));
        QCOMPARE(described(label(w, kConv) + QStringLiteral(" out")),
                 QStringLiteral("26x26x4, to %1").arg(label(w, kRelu)));
        QCOMPARE(described(label(w, kDense) + QStringLiteral(" out")), QStringLiteral("10, no wire yet"));
        w.document.removeEdge(w.wireInto(kConv));
        QCOMPARE(described(label(w, kConv) + QStringLiteral(" in")), QStringLiteral("no wire yet"));
        QCOMPARE(described(label(w, kConv) + QStringLiteral(" out")),
                 QStringLiteral("size not known yet, to %1").arg(label(w, kRelu)));
    }

    void anOpenBlockIsToldAndAFoldedOneStandsForItsLayers()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const auto made = makeBlock(w.document, {kConv, kRelu, kPool}, QStringLiteral("Stage"));
        QVERIFY(made);
        QAccessibleInterface* frame = child(w, QStringLiteral("Block Stage"));
        QVERIFY(frame);
        QVERIFY(frame->state().expanded);
        QVERIFY2(frame->text(QAccessible::Description)
                     .startsWith(QStringLiteral("open, 28\u00D728\u00D71 to 13\u00D713\u00D74, 40 parameters")),
                 qPrintable(frame->text(QAccessible::Description)));
        w.view->select({});
        frame->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
        QCOMPARE(w.view->selection().size(), 3);
        QVERIFY(frame->state().selected);
        w.view->setFolded(*made, true);
        QAccessibleInterface* card = child(w, QStringLiteral("Block Stage"));
        QVERIFY(card && card->state().collapsed);
        QCOMPARE(card->text(QAccessible::Description),
                 QStringLiteral("folded, 3 layers, input 28x28x1, output 13x13x4, 40 parameters"));
        QCOMPARE(child(w, QStringLiteral("Block Stage in"))->text(QAccessible::Description),
                 QStringLiteral("28x28x1, from Input In1"));
        QCOMPARE(child(w, QStringLiteral("Block Stage out"))->text(QAccessible::Description),
                 QStringLiteral("13x13x4, to %1").arg(label(w, kFlatten)));
    }

    void theInputsOfAMergeAreCounted()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const NodeId add = w.document.addNode("add", {432, 320});
        QVERIFY(child(w, label(w, add) + QStringLiteral(" in 1")));
        QVERIFY(child(w, label(w, add) + QStringLiteral(" in 2")));
        QVERIFY(!child(w, label(w, add) + QStringLiteral(" in 3")));
    }

    void deletedLayersDisappearAndComeBackWithUndo()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        const QString name = label(w, kPool);
        QAccessibleInterface* canvas = QAccessible::queryAccessibleInterface(w.view.get());
        const int children = canvas->childCount();
        const QAccessible::Id id = QAccessible::uniqueId(child(w, name));
        QVERIFY(QAccessible::accessibleInterface(id));
        w.document.removeNodes({kPool}, true);
        QVERIFY(!QAccessible::accessibleInterface(id));
        QVERIFY(!child(w, name));
        QVERIFY(!child(w, name + QStringLiteral(" out")));
        QCOMPARE(canvas->childCount(), children - 4); // two wires became one
        w.document.undoStack()->undo();
        QVERIFY(child(w, name));
        QVERIFY(child(w, name)->isValid());
        const QAccessible::Id again = QAccessible::uniqueId(child(w, name));
        w.document.reset(lenet5(), {}, {});
        QVERIFY(!QAccessible::accessibleInterface(again));
        QVERIFY(child(w, label(w, 2)));
    }

    void pressSelectsAndFocusFocuses()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        QAccessibleInterface* pool = child(w, label(w, kPool));
        QVERIFY(!pool->state().selected);
        pool->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
        QCOMPARE(w.view->selection(), QList<NodeId>{kPool});
        QVERIFY(pool->state().selected);
        child(w, label(w, kDense))->actionInterface()->doAction(QAccessibleActionInterface::setFocusAction());
        QVERIFY(child(w, label(w, kDense))->state().focused);
        QVERIFY(!pool->state().focused);
    }
};

QTEST_MAIN(TestCanvasAccessible)
#include "test_canvas_accessible.moc"
