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
#include <QTimer>

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

    /// What the menu key shows on the canvas now.
    static Walk contextMenu(const Opened& w)
    {
        Walk walk;
        bool shown = false;
        QTimer::singleShot(0, w.window.canvas(), [&] {
            auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            if (!menu)
                return;
            shown = true;
            walkThrough(menu, QStringLiteral("canvas"), walk);
            QTest::keyClick(menu, Qt::Key_Escape);
        });
        QContextMenuEvent event(QContextMenuEvent::Keyboard, QPoint(300, 200),
                                w.window.canvas()->mapToGlobal(QPoint(300, 200)));
        QCoreApplication::sendEvent(w.window.canvas(), &event);
        if (!shown)
            walk.faults << QStringLiteral("no menu");
        return walk;
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
        QTest::newRow("nothing") << QString() << QStringList{"Add a note", "Tidy", "Fit"}
                                 << QStringList{"Delete", "Rename"};
        QTest::newRow("node") << QStringLiteral("node")
                              << QStringList{"The number behind a pixel", "Rename", "Freeze weights", "Delete", "Copy"}
                              << QStringList{"Dissolve the block"};
        QTest::newRow("wire") << QStringLiteral("wire") << QStringList{"Delete"} << QStringList{"Copy", "Rename"};
        QTest::newRow("frame") << QStringLiteral("frame")
                               << QStringList{"Dissolve the block", "Fold the block", "Save to My blocks", "Delete"}
                               << QStringList();
        QTest::newRow("note") << QStringLiteral("note") << QStringList{"Delete", "Copy", "Cut"}
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

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(WindowMenusTest)
#include "window_menus_test.moc"
