// Presenter mode: the whole screen with larger type, and back to exactly what was there before.
#include "tests/app/window_setup.h"
#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/shell/main_window.h"
#include "ui/shell/notice_bar.h"
#include "ui/shell/pages.h"
#include "ui/theme/settings.h"
#include "ui/training/speed_view.h"
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

    struct Opened : test::OpenedWindow {
        Opened() { (void)QTest::qWaitForWindowActive(&window); }
        [[nodiscard]] CanvasView* canvas() const { return window.canvas(); }
        [[nodiscard]] QWidget* palette() const { return window.findChild<QWidget*>(QStringLiteral("Layers")); }
    };

    /// All that must be as it was.
    struct Seen {
        QVariantMap all;
        explicit Seen(const Opened& w)
        {
            QCoreApplication::processEvents(); // layouts that wait
            const CanvasView::Place place = w.canvas()->place();
            const QWidget* dock = w.window.trainingDock();
            const bool seen = w.canvas()->isVisible();
            all = {{QStringLiteral("state"), int(w.window.windowState())},
                   {QStringLiteral("size"), w.window.size()},
                   {QStringLiteral("text"), ThemeManager::instance().textScale()},
                   {QStringLiteral("page"), w.window.pages()->currentIndex()},
                   {QStringLiteral("zoom"), seen && !place.fitted ? qRound(1000 * w.canvas()->zoom()) : 0},
                   {QStringLiteral("fitted"), seen && place.fitted},
                   {QStringLiteral("corner"), seen && !place.fitted ? place.corner.toPoint() : QPoint()},
                   {QStringLiteral("palette"), w.palette()->isVisible()},
                   {QStringLiteral("inspector"), w.window.inspector()->isVisible()},
                   {QStringLiteral("totals"), w.window.statusBar()->isVisible()},
                   {QStringLiteral("menu"), w.window.menuBar()->height()},
                   {QStringLiteral("dock"), dock->isVisible() ? dock->height() : 0},
                   {QStringLiteral("bar only"), w.window.trainingDock()->isBarOnly()}};
        }
        /// Names of what differs.
        [[nodiscard]] QString unlike(const Seen& o) const
        {
            QStringList names;
            for (auto it = all.begin(); it != all.end(); ++it)
                if (it.value() != o.all.value(it.key()))
                    names << it.key();
            return names.join(QStringLiteral(", "));
        }
    };

    /// Pages of the window, by their place in it.
    enum Page { Canvas, Drawing, Number, Judge, Kernels, Gallery };
    static void show(const Opened& w, int page) { w.window.pages()->open(w.window.pages()->widget(page)); }

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
        QTest::keyClick(w.canvas(), Qt::Key_F11);
        QVERIFY(w.window.isPresenting());
        QVERIFY(w.window.isFullScreen());
        QVERIFY(!w.palette()->isVisible());
        QVERIFY(!w.window.inspector()->isVisible());
        QVERIFY(!w.window.statusBar()->isVisible());
        QTRY_COMPARE(w.window.menuBar()->height(), 0);
        QCOMPARE(ThemeManager::instance().textScale(), 1.5);
        QVERIFY(w.canvas()->zoom() >= 0.5);
        QCOMPARE(Settings::instance().get(setting::textScale), 1.0); // for a while only
        QTest::keyClick(w.canvas(), Qt::Key_F11);                    // the keys of a menu without height still work
        QVERIFY(!w.window.isPresenting());
        QTRY_COMPARE(Seen(w).unlike(before), QString());
    }

    void textSizedForTheAudienceIsNotKept()
    {
        Opened w;
        QTRY_COMPARE(w.window.document()->graph().nodes.size(), 13u);
        w.canvas()->setFocus();
        const Seen before(w);
        QTest::keyClick(w.canvas(), Qt::Key_F11);
        QTest::keyClick(w.canvas(), Qt::Key_Minus, Qt::ControlModifier);
        QTRY_COMPARE(ThemeManager::instance().textScale(), 1.4);
        QCOMPARE(Settings::instance().get(setting::textScale), 1.0);
        QTest::keyClick(w.canvas(), Qt::Key_0, Qt::ControlModifier); // what is normal for an audience
        QTRY_COMPARE(ThemeManager::instance().textScale(), 1.5);
        QTest::keyClick(w.canvas(), Qt::Key_F11);
        QTRY_COMPARE(Seen(w).unlike(before), QString());
        QTest::keyClick(w.canvas(), Qt::Key_Plus, Qt::ControlModifier);
        QTRY_COMPARE(ThemeManager::instance().textScale(), 1.1);
        QCOMPARE(Settings::instance().get(setting::textScale), 1.1);
        QTest::keyClick(w.canvas(), Qt::Key_0, Qt::ControlModifier);
        QTRY_COMPARE(Settings::instance().get(setting::textScale), 1.0);
    }

    void escGoesOneLevelUpAndThenLeaves()
    {
        Opened w;
        QTRY_COMPARE(w.window.document()->graph().nodes.size(), 13u);
        w.window.inspector()->parentWidget()->hide(); // as chosen in the View menu
        w.canvas()->setFocus();
        const Seen before(w);
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
        QTRY_COMPARE(Seen(w).unlike(before), QString());
    }

    void everyPageAndDockComesBack_data()
    {
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("to");
        QTest::addColumn<QString>("dock");
        for (const int from : {Canvas, Drawing, Number, Judge, Kernels, Gallery})
            for (const int to : {Canvas, Drawing})
                QTest::addRow("page %d to page %d", from, to) << from << to << QString();
        for (const char* dock : {"hidden", "speed", "problems", "runs"})
            QTest::addRow("dock %s", dock) << int(Canvas) << int(Drawing) << QString::fromLatin1(dock);
    }

    void everyPageAndDockComesBack()
    {
        QFETCH(const int, from);
        QFETCH(const int, to);
        QFETCH(const QString, dock);
        Opened w;
        QTRY_COMPARE(w.window.document()->graph().nodes.size(), 13u);
        w.canvas()->select({2});
        w.canvas()->setZoom(0.7);
        if (dock == QLatin1String("hidden"))
            w.window.findChild<QWidget*>(QStringLiteral("Training panel"))->hide();
        else if (dock == QLatin1String("speed"))
            w.window.trainingDock()->showSpeed(true);
        else if (dock == QLatin1String("runs"))
            w.window.trainingDock()->showRuns(true);
        else if (dock == QLatin1String("problems"))
            for (QAction* action : w.window.findChildren<QAction*>())
                if (action->text().contains(QLatin1String("roblems")))
                    action->trigger();
        show(w, from);
        const Seen before(w);
        w.window.present(true);
        QVERIFY(w.window.isPresenting());
        QVERIFY(!w.window.inspector()->isVisible());
        show(w, to);
        show(w, Canvas);
        QVERIFY(!w.window.inspector()->isVisible());
        // The bar alone: most of the screen is the network's.
        QTRY_VERIFY(w.canvas()->height() * 5 > w.window.height() * 3);
        show(w, to);
        w.window.present(false);
        QTRY_COMPARE(Seen(w).unlike(before), QString());
        // And what lay below the page.
        show(w, Canvas);
        QTRY_VERIFY(w.window.inspector()->isVisible());
        QTRY_COMPARE(qRound(100 * w.canvas()->zoom()), 70);
    }

    void whatIsAskedForIsShown()
    {
        Opened w;
        QTRY_COMPARE(w.window.document()->graph().nodes.size(), 13u);
        const Seen before(w);
        w.window.present(true);
        QVERIFY(!w.window.trainingDock()->speed()->isVisible());
        QTest::keyClick(w.canvas(), Qt::Key_F9);
        QTRY_VERIFY(w.window.trainingDock()->speed()->isVisible());
        QVERIFY(w.window.trainingDock()->speed()->height() > 100);
        QTest::keyClick(w.canvas(), Qt::Key_F9);
        w.window.present(false);
        QTRY_COMPARE(Seen(w).unlike(before), QString());
    }

    void aStripThatComesMeanwhileDoesNotTakeTheCanvasAway()
    {
        Opened w;
        QTRY_COMPARE(w.window.document()->graph().nodes.size(), 13u);
        w.canvas()->setZoom(0.7);
        const QPoint corner = w.canvas()->place().corner.toPoint();
        const int height = w.canvas()->height();
        w.window.present(true);
        for (auto* bar : w.window.findChildren<NoticeBar*>())
            if (bar->accessibleName() == QLatin1String("Story"))
                bar->say(SignKind::Info, QStringLiteral("Something happened"), {});
        w.window.present(false);
        QTRY_VERIFY(w.canvas()->height() < height && w.window.inspector()->isVisible());
        QCOMPARE(qRound(100 * w.canvas()->zoom()), 70);
        QCOMPARE(w.canvas()->place().corner.toPoint(), corner);
    }

    void anotherNetworkIsShownFromItsBeginning()
    {
        Opened w;
        QTRY_COMPARE(w.window.document()->graph().nodes.size(), 13u);
        w.canvas()->setZoom(0.7);
        show(w, Drawing);
        w.window.present(true);
        w.window.open(QStringLiteral("mlp"));
        QTRY_VERIFY(w.window.document()->graph().nodes.size() != 13u);
        QTRY_VERIFY(w.window.pages()->isHome());
        w.window.present(false);
        QVERIFY(w.window.pages()->isHome());
        QVERIFY(w.canvas()->place().fitted);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(WindowPresenterTest)
#include "window_presenter_test.moc"
