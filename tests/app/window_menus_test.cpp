// Every menu of the window, with its submenus, and the menu of the canvas for whatever is selected: each entry has
// words of its own, for eyes and for assistive technology, and is reached by keys alone.
#include "tests/app/window_setup.h"
#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/shell/main_window.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"

#include <QAccessible>
#include <QContextMenuEvent>
#include <QMenu>
#include <QMenuBar>
#include <QTemporaryDir>
#include <QTest>

using namespace convarium;
using namespace convarium::ui;

namespace
{

QString plain(QString text)
{
    return text.remove(u'&').trimmed();
}

/// What was found in a menu and all below it.
struct Walk {
    QStringList reached, faults;
};

void checkTexts(const QMenu& menu, const QString& path, Walk& walk)
{
    QStringList texts;
    for (const QAction* action : menu.actions()) {
        if (!action->isVisible() || action->isSeparator())
            continue;
        const QString text = plain(action->text());
        if (text.isEmpty())
            walk.faults << path + QStringLiteral(" has an entry without words");
        if (texts.contains(text))
            walk.faults << path + QStringLiteral(" has two entries called ") + text;
        texts << text;
    }
    QStringList told;
    QAccessibleInterface* face = QAccessible::queryAccessibleInterface(const_cast<QMenu*>(&menu));
    for (int i = 0; i < face->childCount(); ++i)
        if (const QAccessibleInterface* child = face->child(i); child && child->role() != QAccessible::Separator)
            told << plain(child->text(QAccessible::Name));
    for (const QString& text : texts)
        if (!told.contains(text))
            walk.faults << path + QStringLiteral(" does not tell of ") + text;
}

/// With the arrow keys, as far as they lead.
void walkThrough(QMenu* menu, const QString& path, Walk& walk)
{
    checkTexts(*menu, path, walk);
    QList<QAction*> wanted, reached;
    for (QAction* action : menu->actions())
        if (action->isVisible() && action->isEnabled() && !action->isSeparator())
            wanted << action;
    for (qsizetype i = 0; i < menu->actions().size(); ++i) {
        QTest::keyClick(menu, Qt::Key_Down);
        QAction* action = menu->activeAction();
        if (!action || reached.contains(action))
            continue;
        reached << action;
        const QString here = path + QStringLiteral(" > ") + plain(action->text());
        walk.reached << here;
        if (auto* below = action->menu<QMenu*>()) {
            QTest::keyClick(menu, Qt::Key_Right);
            if (QTest::qWaitFor([below] { return below->isVisible(); }, 2000)) {
                walkThrough(below, here, walk);
                QTest::keyClick(below, Qt::Key_Left);
            }
            if (below->isVisible() || !menu->isVisible())
                walk.faults << here + QStringLiteral(" does not open and close by keys");
        }
    }
    for (const QAction* action : wanted)
        if (!reached.contains(action))
            walk.faults << path + QStringLiteral(" > ") + plain(action->text()) + QStringLiteral(" is not reached");
}

} // namespace

class WindowMenusTest : public QObject
{
    Q_OBJECT

    struct Opened {
        MainWindow window;
        explicit Opened(const QString& network)
        {
            window.setWindowState(Qt::WindowNoState);
            window.resize(1600, 1000);
            window.show();
            window.open(network);
        }
        [[nodiscard]] ProjectDocument& document() const { return *window.document(); }
        [[nodiscard]] CanvasScene& scene() const { return *window.canvas()->canvasScene(); }
        [[nodiscard]] bool ready() const
        {
            return QTest::qWaitForWindowActive(const_cast<MainWindow*>(&window)) &&
                   QTest::qWaitFor([this] { return !document().graph().nodes.empty(); }, 10000);
        }
    };

    static Walk walkOpened()
    {
        Walk walk;
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        if (!menu) {
            walk.faults << QStringLiteral("no menu");
            return walk;
        }
        walkThrough(menu, QStringLiteral("canvas"), walk);
        QTest::keyClick(menu, Qt::Key_Escape);
        return walk;
    }
    /// What the menu key shows on the canvas now.
    static Walk contextMenu(const Opened& w)
    {
        QContextMenuEvent event(QContextMenuEvent::Keyboard, QPoint(300, 200),
                                w.window.canvas()->mapToGlobal(QPoint(300, 200)));
        QCoreApplication::sendEvent(w.window.canvas(), &event);
        return walkOpened();
    }

private Q_SLOTS:
    void initTestCase()
    {
        test::setUpWindows(m_folder);
        for (const char* name : {"one.json", "two.convarium"})
            Settings::instance().addRecentFile(m_folder.filePath(QString::fromLatin1(name)));
    }

    void everyMenuIsOpenedByItsLetterAndWalkedByArrows()
    {
        Opened w(QStringLiteral("lenet-5"));
        QVERIFY(w.ready());
        w.window.canvas()->select({2, 3}); // more can be done then
        QStringList letters;
        Walk walk;
        for (QAction* title : w.window.menuBar()->actions()) {
            const QString text = title->text();
            const qsizetype mark = text.indexOf(u'&');
            QVERIFY2(mark >= 0 && mark + 1 < text.size(), qPrintable(text));
            const QString letter = text.mid(mark + 1, 1).toUpper();
            QVERIFY2(!letters.contains(letter), qPrintable(text));
            letters << letter;
            auto* menu = title->menu<QMenu*>();
            QVERIFY2(menu, qPrintable(text));
            QTest::keyClick(&w.window, static_cast<Qt::Key>(Qt::Key_A + letter[0].unicode() - 'A'), Qt::AltModifier);
            QTRY_VERIFY2(menu->isVisible(), qPrintable(text));
            walkThrough(menu, plain(text), walk);
            QTest::keyClick(menu, Qt::Key_Escape);
            QTRY_VERIFY(!menu->isVisible());
        }
        QVERIFY2(walk.faults.isEmpty(), qPrintable(walk.faults.join(u'\n')));
        for (const char* entry : {"File > New", "File > Recent files > two.convarium", "View > Dark",
                                  "Network > Make block\u2026", "Train > One step", "Help > About Convarium"})
            QVERIFY2(walk.reached.contains(QString::fromUtf8(entry)), qPrintable(walk.reached.join(u'\n')));
        const auto below = [&](const char* path) {
            return std::ranges::count_if(walk.reached,
                                         [path](const QString& p) { return p.startsWith(QLatin1String(path)); });
        };
        QVERIFY(below("File > Built-in networks > ") > 20); // three levels down
        QVERIFY(below("File > Export > ") >= 6);
    }

    void theMenuOfTheCanvasFitsWhatIsSelected_data()
    {
        QTest::addColumn<QString>("selected");
        QTest::addColumn<QStringList>("possible");
        QTest::addColumn<QStringList>("impossible");
        QTest::newRow("nothing") << QString() << QStringList{"Add a layer\u2026", "Paste", "Add a note", "Tidy", "Fit"}
                                 << QStringList{"Delete", "Rename", "Settings"};
        QTest::newRow("node") << QStringLiteral("node") << QStringList{"Settings",        "The number behind a pixel",
                                                                       "Kernels by hand", "Replace with\u2026",
                                                                       "Rename",          "Freeze weights",
                                                                       "Delete",          "Copy"}
                              << QStringList{"Dissolve the block", "Tidy"};
        QTest::newRow("wire") << QStringLiteral("wire") << QStringList{"Insert a layer\u2026", "Delete"}
                              << QStringList{"Copy", "Rename", "Settings"};
        QTest::newRow("frame") << QStringLiteral("frame")
                               << QStringList{"Dissolve the block", "Fold the block", "Save to My blocks", "Delete"}
                               << QStringList();
        QTest::newRow("note") << QStringLiteral("note") << QStringList{"Write in the note", "Delete", "Copy", "Cut"}
                              << QStringList{"Rename", "Freeze weights"};
    }

    void theMenuOfTheCanvasFitsWhatIsSelected()
    {
        QFETCH(const QString, selected);
        QFETCH(const QStringList, possible);
        QFETCH(const QStringList, impossible);
        Opened w(QStringLiteral("resnet-20"));
        QVERIFY(w.ready());
        const engine::GraphSpec& graph = w.document().graph();
        engine::Note note;
        note.text = "Here the block begins";
        note.y = -200;
        w.document().addNote(note);
        w.scene().select({});
        if (selected == QLatin1String("node")) {
            w.scene().select({graph.nodes[1].id});
        } else if (selected == QLatin1String("wire")) {
            w.scene().selectWire(graph.edges.front());
        } else if (selected == QLatin1String("note")) {
            w.scene().selectNotes({0});
        } else if (selected == QLatin1String("frame")) {
            QList<NodeId> members;
            for (const engine::Node& node : graph.nodes)
                if (node.group == graph.groups.back().id)
                    members << node.id;
            QVERIFY(members.size() > 1);
            w.scene().select(members);
        }
        const Walk walk = contextMenu(w);
        QVERIFY2(walk.faults.isEmpty(), qPrintable(walk.faults.join(u'\n')));
        for (const QString& entry : possible)
            QVERIFY2(walk.reached.contains(QStringLiteral("canvas > ") + entry), qPrintable(walk.reached.join(u'\n')));
        for (const QString& entry : impossible)
            QVERIFY2(!walk.reached.contains(QStringLiteral("canvas > ") + entry), qPrintable(entry));
    }

    void theRightButtonAsksAboutWhatItIsPressedOnAndPansWhenDragged()
    {
        Opened w(QStringLiteral("resnet-20"));
        QVERIFY(w.ready());
        CanvasView* canvas = w.window.canvas();
        engine::Note note;
        note.text = "Here";
        note.y = -200;
        w.document().addNote(note);
        const engine::GraphSpec& graph = w.document().graph();
        const NodeId input = graph.nodes.front().id;
        canvas->setZoom(1);
        canvas->focusNode(input);
        canvas->select({});
        const auto press = [&](QPointF scene) {
            QTest::mouseClick(canvas->viewport(), Qt::RightButton, {}, canvas->mapFromScene(scene));
            return walkOpened();
        };
        const auto has = [](const Walk& walk, const char* entry) {
            return walk.reached.contains(QStringLiteral("canvas > ") + QString::fromUtf8(entry));
        };
        Walk walk = press(w.scene().itemOf(input)->layerRect(input).center());
        QVERIFY2(walk.faults.isEmpty(), qPrintable(walk.faults.join(u'\n')));
        QCOMPARE(canvas->selection(), QList<NodeId>{input});
        QVERIFY(has(walk, "Rename") && !has(walk, "Tidy"));
        const engine::Edge wire = graph.edgesFrom(input).front();
        const auto& points = w.scene().wireOf(wire)->route().points;
        walk = press((points[0] + points[1]) / 2);
        QVERIFY(w.scene().selectedWire() == wire);
        QVERIFY(has(walk, "Insert a layer\u2026") && has(walk, "Delete"));
        const QRectF paper = w.scene().noteItem(0).rect();
        canvas->ensureVisible(paper);
        walk = press(paper.center());
        QCOMPARE(w.scene().selectedNotes(), std::set<NoteIndex>{0});
        QVERIFY(has(walk, "Write in the note"));
        const std::int64_t block = graph.groups.front().id;
        QVERIFY(w.scene().blockOf(block));
        const QRectF head = w.scene().blockOf(block)->headRect();
        canvas->ensureVisible(QRectF(head.topLeft(), QSizeF(60, head.height())));
        walk = press(head.topLeft() + QPointF(40, head.height() / 2));
        QCOMPARE(canvas->selectedBlock(), block);
        QVERIFY(has(walk, "Fold the block") && has(walk, "Dissolve the block"));
        // Several that are selected stay so.
        canvas->select({graph.nodes[0].id, graph.nodes[1].id});
        canvas->ensureVisible(w.scene().rectOf({input}));
        press(w.scene().itemOf(input)->layerRect(input).center());
        QCOMPARE(canvas->selection().size(), 2);
        walk = press(canvas->mapToScene(QPoint(4, canvas->viewport()->height() - 4)));
        QVERIFY(canvas->selection().isEmpty() && has(walk, "Tidy"));
        // Dragged, it moves the picture and asks nothing.
        const QPoint from(300, 200);
        const QPointF there = canvas->mapToScene(from);
        QTest::mousePress(canvas->viewport(), Qt::RightButton, {}, from);
        for (int i = 1; i <= 4; ++i)
            QTest::mouseMove(canvas->viewport(), from + QPoint(20, 10) * i);
        QTest::mouseRelease(canvas->viewport(), Qt::RightButton, {}, from + QPoint(80, 40));
        QVERIFY(!QApplication::activePopupWidget());
        QVERIFY((canvas->mapToScene(from + QPoint(80, 40)) - there).manhattanLength() < 2);
    }

    void assistiveTechnologyOpensTheMenuOfALayer()
    {
        Opened w(QStringLiteral("lenet-5"));
        QVERIFY(w.ready());
        QAccessibleInterface* canvas = QAccessible::queryAccessibleInterface(w.window.canvas());
        QAccessibleInterface* layer = nullptr;
        for (int i = 0; i < canvas->childCount() && !layer; ++i)
            if (canvas->child(i)->text(QAccessible::Name).startsWith(QStringLiteral("Conv2D")))
                layer = canvas->child(i);
        QVERIFY(layer && layer->actionInterface());
        QVERIFY(layer->actionInterface()->actionNames().contains(QAccessibleActionInterface::showMenuAction()));
        layer->actionInterface()->doAction(QAccessibleActionInterface::showMenuAction());
        QTRY_VERIFY(QApplication::activePopupWidget());
        QCOMPARE(QApplication::activePopupWidget()->accessibleName(), QStringLiteral("What can be done"));
        const Walk walk = walkOpened();
        QVERIFY2(walk.faults.isEmpty(), qPrintable(walk.faults.join(u'\n')));
        QVERIFY(walk.reached.contains(QStringLiteral("canvas > Rename")));
        QCOMPARE(w.window.canvas()->selection().size(), 1);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(WindowMenusTest)
#include "window_menus_test.moc"
