// The real window, the real pointer: drags a layer from the palette, wires it, undoes. Needs an X server and xdotool.
#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/palette/layer_palette.h"
#include "ui/shell/main_window.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"

#include <QAccessible>
#include <QGuiApplication>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QUndoStack>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace convarium;
using namespace convarium::ui;

namespace
{

/// Not a QProcess: its child would use this thread's memory, after which a thread sanitizer no longer follows the
/// thread.
bool run(const QStringList& xdotool)
{
    std::vector<QByteArray> words{"xdotool"};
    for (const QString& word : xdotool)
        words.push_back(word.toUtf8());
    std::vector<char*> argv;
    for (QByteArray& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_t pid = 0;
    if (posix_spawnp(&pid, argv.front(), nullptr, nullptr, argv.data(), environ) != 0)
        return false;
    int status = 0;
    return QTest::qWaitFor([&] { return waitpid(pid, &status, WNOHANG) == pid; }, 20000) && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

/// The middle of an accessible child of the canvas, on the screen.
QPoint middleOf(CanvasView* canvas, const QString& name)
{
    QAccessibleInterface* view = QAccessible::queryAccessibleInterface(canvas);
    for (int i = 0; view && i < view->childCount(); ++i) {
        QAccessibleInterface* child = view->child(i);
        if (child && child->text(QAccessible::Name) == name)
            return child->rect().center();
        for (int k = 0; child && k < child->childCount(); ++k)
            if (child->child(k) && child->child(k)->text(QAccessible::Name) == name)
                return child->child(k)->rect().center();
    }
    return {};
}

/// The lowest place with room for a node on every side, where a drop neither replaces a layer nor goes into a wire.
QPoint emptyPlace(CanvasView* canvas)
{
    const QSize room(160, 100);
    for (int y = canvas->height() - room.height() / 2; y > room.height(); y -= 20)
        for (int x = canvas->width() / 2; x < canvas->width() - room.width(); x += 20) {
            const QRect place(QPoint(x, y) - QPoint(room.width(), room.height()) / 2, room);
            if (canvas->items(place).isEmpty())
                return {x, y};
        }
    return {};
}

/// Presses, moves in small steps, rests over the target, releases: what the drag protocol of X needs.
bool drag(QPoint from, QPoint to)
{
    QStringList a{QStringLiteral("mousemove"), QString::number(from.x()), QString::number(from.y()),
                  QStringLiteral("mousedown"), QStringLiteral("1")};
    const auto move = [&a](QPointF p, double pause) {
        a << QStringLiteral("mousemove") << QString::number(qRound(p.x())) << QString::number(qRound(p.y()))
          << QStringLiteral("sleep") << QString::number(pause);
    };
    for (int i = 1; i <= 12; ++i)
        move(from + QPointF(to - from) * i / 12.0, 0.03);
    move(to + QPoint(1, 0), 0.05);
    move(to, 0.2);
    a << QStringLiteral("mouseup") << QStringLiteral("1");
    return run(a);
}

} // namespace

class WindowDragTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (QGuiApplication::platformName() != QLatin1String("xcb") ||
            QStandardPaths::findExecutable(QStringLiteral("xdotool")).isEmpty())
            QSKIP("needs an X server and xdotool; test.sh provides both");
        QVERIFY(m_folder.isValid()); // what an earlier run left to recover would push the canvas down
        qputenv("CONVARIUM_DATA", m_folder.path().toUtf8());
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void aLayerIsDraggedInWiredAndTakenBack()
    {
        MainWindow window;
        window.resize(1600, 980);
        window.move(0, 0);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        window.open(QStringLiteral("lenet-5"));
        ProjectDocument* document = window.document();
        QTRY_VERIFY(document->graph().nodes.size() == 13);
        const engine::GraphSpec before = document->graph();
        auto* palette = window.findChild<LayerPalette*>();
        QVERIFY(palette);
        QTRY_VERIFY(palette->row(QStringLiteral("conv2d"))->isVisible());
        QTRY_VERIFY(!middleOf(window.canvas(), QStringLiteral("Conv2D C1")).isNull());

        LayerRow* row = palette->row(QStringLiteral("conv2d"));
        const QPoint source = row->mapToGlobal(row->rect().center());
        QTRY_VERIFY(!emptyPlace(window.canvas()).isNull());
        const QPoint empty = emptyPlace(window.canvas());
        QVERIFY(drag(source, window.canvas()->mapToGlobal(empty)));
        QTRY_COMPARE(document->graph().nodes.size(), before.nodes.size() + 1);
        QCOMPARE(document->graph().nodes.back().type, std::string("conv2d"));

        const QString added = QString::fromStdString(document->graph().label(document->graph().nodes.back().id));
        QTRY_VERIFY(!middleOf(window.canvas(), added + QStringLiteral(" in")).isNull());
        QVERIFY(drag(middleOf(window.canvas(), QStringLiteral("Input out")),
                     middleOf(window.canvas(), added + QStringLiteral(" in"))));
        QTRY_COMPARE(document->graph().edges.size(), before.edges.size() + 1);

        const engine::GraphSpec after = document->graph();
        while (document->undoStack()->canUndo())
            document->undoStack()->undo();
        QVERIFY(document->graph() == before);
        while (document->undoStack()->canRedo())
            document->undoStack()->redo();
        QVERIFY(document->graph() == after);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(WindowDragTest)
#include "window_drag_test.moc"
