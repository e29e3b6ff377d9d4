// "Draw a digit" as a page of the window: the ways to it and back, and what Undo means meanwhile.
#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/drawing/drawing_field.h"
#include "ui/drawing/drawing_page.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/shell/main_window.h"
#include "ui/shell/pages.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"
#include "ui/training/feature_map_panel.h"
#include "ui/training/training_dock.h"

#include <QAction>
#include <QMenu>
#include <QMenuBar>
#include <QScrollArea>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>

using namespace convarium;
using namespace convarium::ui;

class WindowDrawingTest : public QObject
{
    Q_OBJECT

    template <class T>
    static T* named(const QWidget& parent, const char* name)
    {
        for (T* w : parent.findChildren<T*>())
            if (w->accessibleName() == QLatin1String(name))
                return w;
        return nullptr;
    }

    static void stroke(DrawingField* field)
    {
        const QPoint middle = field->area().center();
        QTest::mousePress(field, Qt::LeftButton, {}, middle);
        QTest::mouseMove(field, middle + QPoint(30, 10));
        QTest::mouseMove(field, middle + QPoint(60, 10));
        QTest::mouseRelease(field, Qt::LeftButton, {}, middle + QPoint(60, 10));
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
        QVERIFY(m_folder.isValid());
        qputenv("CONVARIUM_DATA", m_folder.path().toUtf8());
    }

    void init()
    {
        m_window = std::make_unique<MainWindow>();
        m_window->setWindowState(Qt::WindowNoState);
        m_window->resize(1600, 1000);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_window->open(QStringLiteral("mlp"));
        QTRY_VERIFY(!m_window->document()->graph().nodes.empty());
    }

    void cleanup() { m_window.reset(); }

    void theKeyLeadsToThePageAndEscBack()
    {
        auto* breadcrumb = named<QLabel>(*m_window, "Breadcrumb");
        QVERIFY(breadcrumb);
        const int full = m_window->trainingDock()->height();
        m_window->canvas()->setFocus();
        QTest::keyClick(m_window->canvas(), Qt::Key_D);
        QVERIFY(!m_window->pages()->isHome());
        QVERIFY(m_window->drawing()->isVisible());
        QCOMPARE(breadcrumb->text(), QStringLiteral("Draw a digit"));
        QTRY_VERIFY(m_window->trainingDock()->height() < full / 2); // the bar stays
        QTest::keyClick(m_window->drawing()->field(), Qt::Key_Escape);
        QVERIFY(m_window->pages()->isHome());
        QTRY_COMPARE(m_window->trainingDock()->height(), full);
        QVERIFY(breadcrumb->text() != QStringLiteral("Draw a digit"));
    }

    void buttonsOfHeaderMenuAndMapsLeadThereToo()
    {
        QToolButton* draw = named<QToolButton>(*m_window, "Draw a digit");
        QVERIFY(draw);
        QTest::mouseClick(draw, Qt::LeftButton);
        QVERIFY(m_window->drawing()->isVisible());
        QToolButton* back = named<QToolButton>(*m_window, "Back to the canvas");
        QVERIFY(back && back->isVisible());
        QTest::mouseClick(back, Qt::LeftButton);
        QVERIFY(m_window->pages()->isHome());
        bool inMenu = false;
        for (const QAction* menu : m_window->menuBar()->actions())
            for (const QAction* a : menu->menu() ? menu->menu()->actions() : QList<QAction*>())
                inMenu = inMenu || a->text() == QStringLiteral("Draw a digit");
        QVERIFY(inMenu);
        Q_EMIT m_window->trainingDock()->featureMaps()->drawingRequested();
        QVERIFY(m_window->drawing()->isVisible());
    }

    void undoTakesBackAStrokeThereAndAnEditHere()
    {
        const auto nodes = m_window->document()->graph().nodes.size();
        m_window->document()->removeNodes({m_window->document()->graph().nodes.back().id}, false);
        m_window->canvas()->setFocus();
        QTest::keyClick(m_window->canvas(), Qt::Key_D);
        DrawingField* field = m_window->drawing()->field();
        stroke(field);
        QCOMPARE(field->strokes().size(), std::size_t(1));
        QTest::keyClick(field, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(field->strokes().size(), std::size_t(0));
        QTest::keyClick(field, Qt::Key_Z, Qt::ControlModifier); // nothing more to take back here
        QCOMPARE(m_window->document()->graph().nodes.size(), nodes - 1);
        QTest::keyClick(field, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(field->strokes().size(), std::size_t(1));
        QTest::keyClick(field, Qt::Key_Escape);
        QTest::keyClick(m_window->canvas(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(m_window->document()->graph().nodes.size(), nodes);
        QCOMPARE(field->strokes().size(), std::size_t(1));
    }

    void theInspectorComesBackAsItWas()
    {
        const auto shown = [&] { return m_window->inspector()->isVisible(); };
        QVERIFY(shown());
        m_window->pages()->open(m_window->drawing());
        QVERIFY(!shown());
        m_window->pages()->goHome();
        QVERIFY(shown());
    }

    void nothingHasToBeScrolledInASmallWindow()
    {
        m_window->pages()->open(m_window->drawing());
        for (const QSize size : {QSize(1600, 1000), QSize(1280, 720)}) {
            m_window->resize(size);
            QTRY_COMPARE(m_window->size(), size);
            QTest::keyClick(m_window->drawing()->field(), Qt::Key_7);
            QTRY_VERIFY(!m_window->drawing()->reading().isEmpty());
            const auto* area = m_window->drawing()->findChild<QScrollArea*>();
            QVERIFY(area);
            QTRY_COMPARE(area->verticalScrollBar()->maximum(), 0);
            QCOMPARE(area->horizontalScrollBar()->maximum(), 0);
        }
    }

    void openingANetworkLeadsToTheCanvas()
    {
        m_window->pages()->open(m_window->drawing());
        m_window->open(QStringLiteral("lenet-5"));
        QTRY_VERIFY(m_window->pages()->isHome());
    }

private:
    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(WindowDrawingTest)
#include "window_drawing_test.moc"
