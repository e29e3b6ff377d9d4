// Presenter mode: the whole screen with larger type, and back to exactly what was there before.
#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/shell/main_window.h"
#include "ui/shell/pages.h"
#include "ui/theme/settings.h"
#include "ui/training/training_dock.h"

#include <QMenuBar>
#include <QStatusBar>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

using namespace convarium;
using namespace convarium::ui;

class WindowPresenterTest : public QObject
{
    Q_OBJECT

    struct Opened {
        MainWindow window;
        Opened()
        {
            window.setWindowState(Qt::WindowNoState); // a small screen would make it compact
            window.resize(1600, 1000);
            window.show();
            window.open(QStringLiteral("lenet-5"));
            (void)QTest::qWaitForWindowActive(&window);
        }
        [[nodiscard]] CanvasView* canvas() const { return window.canvas(); }
        [[nodiscard]] QWidget* palette() const { return window.findChild<QWidget*>(QStringLiteral("Layers")); }
    };

    /// All that must be as it was.
    struct Seen {
        Qt::WindowStates state;
        QSize size;
        double textScale, zoom;
        QPointF corner;
        bool palette, inspector, totals, menu;
        int dock;
        explicit Seen(const Opened& w)
            : state(w.window.windowState()), size(w.window.size()), textScale(ThemeManager::instance().textScale()),
              zoom(w.canvas()->zoom()), corner(w.canvas()->place().corner), palette(w.palette()->isVisible()),
              inspector(w.window.inspector()->isVisible()), totals(w.window.statusBar()->isVisible()),
              menu(w.window.menuBar()->height() > 0), dock(w.window.trainingDock()->height())
        {
        }
        [[nodiscard]] bool sameAs(const Seen& o) const
        {
            return state == o.state && size == o.size && textScale == o.textScale && qFuzzyCompare(zoom, o.zoom) &&
                   (corner - o.corner).manhattanLength() < 2 && palette == o.palette && inspector == o.inspector &&
                   totals == o.totals && menu == o.menu && dock == o.dock;
        }
    };

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
        QVERIFY(m_folder.isValid());
        if (qEnvironmentVariableIsEmpty("CONVARIUM_DATA"))
            qputenv("CONVARIUM_DATA", m_folder.path().toUtf8());
    }

    void f11ShowsTheNetworkLargeAndBringsAllBack()
    {
        Opened w;
        QTRY_COMPARE(w.window.document()->graph().nodes.size(), 13u);
        w.canvas()->setZoom(0.7);
        w.canvas()->setFocus();
        const Seen before(w);
        QVERIFY(before.palette && before.inspector && before.totals && before.menu);
        QTest::keyClick(w.canvas(), Qt::Key_F11);
        QVERIFY(w.window.isPresenting());
        QVERIFY(w.window.isFullScreen());
        QVERIFY(!w.palette()->isVisible());
        QVERIFY(!w.window.inspector()->isVisible());
        QVERIFY(!w.window.statusBar()->isVisible());
        QTRY_COMPARE(w.window.menuBar()->height(), 0);
        QCOMPARE(ThemeManager::instance().textScale(), 1.5);
        QVERIFY(w.canvas()->zoom() >= 0.85);
        QCOMPARE(Settings::instance().get(setting::textScale), 1.0); // for a while only
        QTest::keyClick(w.canvas(), Qt::Key_F11);                    // the keys of a menu without height still work
        QVERIFY(!w.window.isPresenting());
        QTRY_VERIFY(Seen(w).sameAs(before));
    }

    void escGoesOneLevelUpAndThenLeaves()
    {
        Opened w;
        QTRY_COMPARE(w.window.document()->graph().nodes.size(), 13u);
        w.window.inspector()->parentWidget()->hide(); // as chosen in the View menu
        w.canvas()->setFocus();
        const Seen before(w);
        QVERIFY(!before.inspector);
        for (auto* button : w.window.findChildren<QToolButton*>())
            if (button->accessibleName() == QLatin1String("Presenter mode"))
                QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(w.window.isPresenting());
        w.canvas()->setFocus();
        QTest::keyClick(w.canvas(), Qt::Key_D);
        QVERIFY(!w.window.pages()->isHome());
        QTest::keyClick(w.window.pages()->currentWidget()->focusProxy(), Qt::Key_Escape);
        QVERIFY(w.window.pages()->isHome());
        QVERIFY(w.window.isPresenting());
        QTest::keyClick(w.canvas(), Qt::Key_Escape);
        QVERIFY(!w.window.isPresenting());
        QTRY_VERIFY(Seen(w).sameAs(before));
    }

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(WindowPresenterTest)
#include "window_presenter_test.moc"
