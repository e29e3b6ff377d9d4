// Kernels written by hand in the window: from the inspector, from the canvas by a key, and back.
#include "tests/app/window_setup.h"
#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/kernels/kernel_page.h"
#include "ui/kernels/kernel_table.h"
#include "ui/shell/main_window.h"
#include "ui/shell/pages.h"
#include "ui/theme/settings.h"
#include "ui/training/feature_map_panel.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_dock.h"

#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>

using namespace convarium;
using namespace convarium::ui;

class WindowKernelsTest : public QObject
{
    Q_OBJECT

    struct Opened : test::OpenedWindow {
        [[nodiscard]] MapGrid* maps() const { return window.trainingDock()->featureMaps()->grid(); }
    };

    static void choose(Opened& w, const std::string& name, int maps)
    {
        QTRY_COMPARE(w.window.document()->graph().nodes.size(), 13u);
        w.window.canvas()->focusNode(w.node(name));
        // The first time the digits are generated.
        QTRY_COMPARE_WITH_TIMEOUT(w.maps()->result().count, maps, 120000);
        QTRY_COMPARE(w.maps()->result().node, w.node(name));
    }

private Q_SLOTS:
    void initTestCase() { test::setUpWindows(m_folder); }

    void theInspectorLeadsToThemAndUndoWorksThere()
    {
        Opened w;
        choose(w, "C1", 6);
        const auto before = w.maps()->result().values;
        auto* page = w.window.kernels();
        QTest::mouseClick(w.window.inspector()->kernelsButton(), Qt::LeftButton);
        QVERIFY(page->isVisible());
        QCOMPARE(w.window.pages()->title(), QStringLiteral("Kernels of C1"));
        QCOMPARE(page->table()->model()->rowCount(), 5);
        for (auto* button : page->findChildren<QPushButton*>())
            if (button->text() == QStringLiteral("Gaussian blur"))
                QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY(page->grid()->result().values != before);
        QCOMPARE(w.window.document()->undoStack()->undoText(), QStringLiteral("Gaussian blur as filter 1 of C1"));
        QTest::keyClick(page->table(), Qt::Key_Z, Qt::ControlModifier);
        QTRY_VERIFY(page->grid()->result().values == before);
        QTest::keyClick(page->table(), Qt::Key_Escape);
        QVERIFY(w.window.pages()->isHome());
        QVERIFY(w.window.canvas()->isVisible());
    }

    void aKeyOnTheCanvasLeadsToThem()
    {
        Opened w;
        choose(w, "S2", 6);
        QVERIFY(!w.window.inspector()->kernelsButton()->isVisible());
        QTest::keyClick(w.window.canvas(), Qt::Key_K);
        QVERIFY(w.window.pages()->isHome()); // pooling has no kernels
        QTest::keyClick(w.window.canvas(), Qt::Key_Escape);
        choose(w, "C3", 16);
        QTest::keyClick(w.window.canvas(), Qt::Key_K);
        QVERIFY(w.window.kernels()->isVisible());
        QCOMPARE(w.window.kernels()->grid()->result().kernelCount, 6);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(WindowKernelsTest)
#include "window_kernels_test.moc"
