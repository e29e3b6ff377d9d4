// Finding a layer by its name on the canvas.
#include "canvas_window.h"
#include "ui/canvas/canvas_notice.h"
#include "ui/canvas/layer_search.h"
#include "ui/theme/widgets.h"

#include <QListWidget>

using namespace convarium;
using namespace convarium::ui;
using namespace convarium::test;

class TestCanvasSearch : public QObject
{
    Q_OBJECT

    static QStringList titles(const CanvasWindow& w)
    {
        QStringList list;
        for (int i = 0; i < w.view->search()->list()->count(); ++i)
            list << w.view->search()->list()->item(i)->text();
        return list;
    }
    static void type(CanvasWindow& w, const QString& text) { QTest::keyClicks(w.view->search()->field(), text); }
    static void key(CanvasWindow& w, Qt::Key key) { QTest::keyClick(w.view->search()->field(), key); }
    static void doubleClick(CanvasWindow& w, QPoint at)
    {
        w.click(at);
        QTest::mouseDClick(w.view->viewport(), Qt::LeftButton, {}, at);
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void aLetterOpensTheSearchAndTheLayerFollowsTheSelectedOne()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.click(w.middle(kPool));
        QTest::keyClick(w.view.get(), 'd');
        QVERIFY(w.view->search()->isVisible() && w.view->search()->field()->hasFocus());
        QCOMPARE(w.view->search()->field()->text(), QStringLiteral("d"));
        type(w, QStringLiteral("ropo"));
        QCOMPARE(titles(w), QStringList{QStringLiteral("Dropout")});
        key(w, Qt::Key_Return);
        QVERIFY(!w.view->search()->isVisible() && w.view->hasFocus());
        const NodeId added = w.view->selection().first();
        QCOMPARE(w.wireInto(added).from, kPool);
        QCOMPARE(w.wireInto(kFlatten).from, added);
        QCOMPARE(w.document.undoStack()->count(), 1);
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == w.before);
    }

    void settingsAreTypedBehindTheName()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.click(w.middle(kPool));
        w.key(Qt::Key_Slash);
        type(w, QStringLiteral("conv2d 6 5x3 /2 v"));
        QCOMPARE(titles(w).first(), QStringLiteral("Conv2D   6 filters 5\u00D73, stride 2, valid"));
        key(w, Qt::Key_Return);
        const engine::Params& params = w.document.graph().nodes.back().params;
        QCOMPARE(params.integer("filters"), std::int64_t(6));
        QCOMPARE(params.integer("kernelHeight"), std::int64_t(5));
        QCOMPARE(params.integer("kernelWidth"), std::int64_t(3));
        QCOMPARE(params.integer("strideWidth"), std::int64_t(2));
        QCOMPARE(params.text("padding"), std::string("valid"));
        QCOMPARE(w.document.undoStack()->count(), 1);
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == w.before);
    }

    void whatAWordSets_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("first");
        const auto row = [](const char* text, const QString& first) { QTest::newRow(text) << text << first; };
        row("dense 84", QStringLiteral("Dense   84 units"));
        row("dropout .3", QStringLiteral("Dropout   drops 30 %"));
        row("input 32x48x3", QStringLiteral("Input   32\u00D748 pixels, colour"));
        row("maxpool 3", QStringLiteral("MaxPool   3\u00D73, stride 2"));
        row("conv2d 5000", QString()); // out of range
        row("conv2d 8 blue", QString());
        row("relu6 3", QString());
        row("inception 3", QString()); // blocks are set in the inspector
        row("conv2d ", QStringLiteral("Conv2D"));
    }

    void whatAWordSets()
    {
        QFETCH(QString, text);
        QFETCH(QString, first);
        CanvasWindow w;
        QVERIFY(w.ready());
        w.key(Qt::Key_Slash);
        type(w, text);
        QCOMPARE(titles(w).value(0), first);
    }

    void arrowsChooseAndEscapeLeavesEverything()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.key(Qt::Key_Slash);
        QVERIFY(w.view->search()->isVisible());
        type(w, QStringLiteral("conv"));
        QCOMPARE(titles(w).first(), QStringLiteral("Conv2D"));
        QVERIFY(titles(w).size() > 2);
        key(w, Qt::Key_Down);
        QCOMPARE(w.view->search()->list()->currentRow(), 1);
        key(w, Qt::Key_Up);
        key(w, Qt::Key_Up);
        QCOMPARE(w.view->search()->list()->currentRow(), 0);
        key(w, Qt::Key_Escape);
        QVERIFY(!w.view->search()->isVisible() && w.view->hasFocus());
        QVERIFY(w.untouched());
    }

    void aNameNobodyHasIsSaidAndTakesNothing()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.key(Qt::Key_Slash);
        type(w, QStringLiteral("foo"));
        QVERIFY(titles(w).isEmpty());
        key(w, Qt::Key_Return);
        QVERIFY(w.view->search()->isVisible());
        w.click(w.at({500, 450})); // a click elsewhere closes
        QVERIFY(!w.view->search()->isVisible());
        QVERIFY(w.untouched());
    }

    void aDoubleClickAddsThereAndConnectsBehindWhatWasSelected()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.click(w.middle(kDense));
        const QPoint where = w.at({600, 420});
        doubleClick(w, where);
        QVERIFY(w.view->search()->isVisible());
        type(w, QStringLiteral("relu"));
        key(w, Qt::Key_Return);
        const NodeId added = w.document.graph().nodes.back().id;
        QCOMPARE(w.document.graph().node(added)->type, std::string("relu"));
        QCOMPARE(w.wireInto(added).from, kDense);
        QCOMPARE(w.document.undoStack()->count(), 1);
        // Without a selection it stands alone, where the pointer was.
        w.document.undoStack()->undo();
        w.key(Qt::Key_Escape);
        doubleClick(w, where);
        type(w, QStringLiteral("max"));
        key(w, Qt::Key_Return);
        const NodeId pool = w.document.graph().nodes.back().id;
        QVERIFY(w.document.graph().edgesInto(pool).empty());
        QVERIFY(w.scene().itemOf(pool)->fullRect().contains(QPointF(600, 420)));
    }

    /// Found by random edits: a block was written behind a layer that was gone.
    void aDoubleClickFollowsNothingThatIsGone()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.click(w.middle(kDense));
        const QPoint where = w.at({600, 420});
        w.click(where);
        w.document.removeNodes({kDense}, false);
        QTest::mouseDClick(w.view->viewport(), Qt::LeftButton, {}, where); // the second press came before
        type(w, QStringLiteral("squeeze"));
        key(w, Qt::Key_Return);
        QVERIFY(w.document.graph().nodes.size() > 6);
        for (const Edge& edge : w.document.graph().edges)
            QVERIFY(w.document.graph().node(edge.from) && w.document.graph().node(edge.to));
    }

    void aSelectedWireTakesTheLayer()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.click(w.onWire(w.wireInto(kPool)));
        QVERIFY(w.scene().selectedWire());
        QTest::keyClick(w.view.get(), 'b');
        type(w, QStringLiteral("atchn"));
        key(w, Qt::Key_Return);
        const NodeId added = w.view->selection().first();
        QCOMPARE(w.wireInto(added).from, kRelu);
        QCOMPARE(w.wireInto(kPool).from, added);
    }

    void aWireLetGoInTheOpenOffersWhatFits()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.drag(w.output(kFlatten), w.at({700, 400}));
        QVERIFY(w.view->search()->isVisible());
        QVERIFY(titles(w).contains(QStringLiteral("Dense")));
        QVERIFY(titles(w).contains(QStringLiteral("Add")));
        for (const char* no : {"Conv2D", "MaxPool", "Input", "Inception module"})
            QVERIFY2(!titles(w).contains(QLatin1String(no)), no);
        type(w, QStringLiteral("dense"));
        key(w, Qt::Key_Return);
        const NodeId added = w.view->selection().first();
        QCOMPARE(w.wireInto(added).from, kFlatten);
        QCOMPARE(w.document.undoStack()->count(), 1);
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == w.before);
        // Backwards, from an input without a wire.
        w.document.removeEdge(w.wireInto(kConv));
        w.drag(w.input(kConv), w.at({100, 400}));
        QVERIFY(titles(w).contains(QStringLiteral("Input")));
        type(w, QStringLiteral("input"));
        key(w, Qt::Key_Return);
        QCOMPARE(w.document.graph().node(w.wireInto(kConv).from)->type, std::string("input"));
        QCOMPARE(w.document.undoStack()->count(), 2);
    }

    void anEmptyCanvasIsFilledByTyping()
    {
        CanvasWindow w(GraphSpec{}, {});
        QVERIFY(w.ready());
        // F fits and C connects once there are layers; what is typed after it still finds the layer.
        for (const QString& name :
             {QStringLiteral("input"), QStringLiteral("flatten"), QStringLiteral("conv2"), QStringLiteral("dense")}) {
            for (const QChar letter : name)
                QTest::keyClicks(w.view->search()->isVisible() ? static_cast<QWidget*>(w.view->search()->field())
                                                               : w.view.get(),
                                 QString(letter));
            QVERIFY2(w.view->search()->isVisible(), qPrintable(name));
            key(w, Qt::Key_Return);
            QVERIFY(QString::fromStdString(w.document.graph().nodes.back().type).startsWith(name));
        }
        QCOMPARE(w.document.graph().nodes.size(), std::size_t(4));
    }

    void refusalsAreSaidOnTheCanvas()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.drag(w.output(kPool), w.input(kConv));
        QVERIFY2(w.view->notice()->text().contains(QStringLiteral("circle")), qPrintable(w.said));
        QCOMPARE(w.view->notice()->accessibleDescription(), w.said);
    }
};

QTEST_MAIN(TestCanvasSearch)
#include "test_canvas_search.moc"
