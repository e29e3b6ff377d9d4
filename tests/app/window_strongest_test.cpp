// The test images that most activate a map, from the dock and by key, and one of them chosen with a press.
#include "tests/app/window_setup.h"
#include "ui/canvas/canvas_view.h"
#include "ui/inside/strongest_page.h"
#include "ui/shell/main_window.h"
#include "ui/shell/pages.h"
#include "ui/theme/settings.h"
#include "ui/training/feature_map_panel.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_dock.h"

#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

using namespace convarium;
using namespace convarium::ui;

class WindowStrongestTest : public QObject
{
    Q_OBJECT

    static constexpr int kPatience = 120'000; ///< the digits are drawn first

private Q_SLOTS:
    void initTestCase() { test::setUpWindows(m_folder); }

    void aMapsImagesAreFoundFramedAndChosen()
    {
        MainWindow window;
        window.setWindowState(Qt::WindowNoState); // a small screen would make it compact
        window.resize(1600, 1000);
        window.show();
        window.open(QStringLiteral("lenet-5"));
        QTRY_COMPARE(window.document()->graph().nodes.size(), 13u);
        engine::NodeId c3 = engine::kNoNode;
        for (const engine::Node& n : window.document()->graph().nodes)
            if (n.name == "C3")
                c3 = n.id;
        window.canvas()->focusNode(c3);
        MapGrid* grid = window.trainingDock()->featureMaps()->grid();
        QTRY_VERIFY_WITH_TIMEOUT(grid->result().node == c3 && grid->result().count == 16, kPatience);
        StrongestPage* page = window.strongest();
        QAbstractButton* open = nullptr;
        for (auto* b : window.trainingDock()->findChildren<QAbstractButton*>())
            if (b->accessibleName() == QLatin1String("Images that most activate the chosen map"))
                open = b;
        QVERIFY(open && open->isVisible());
        QTest::mouseClick(open, Qt::LeftButton);
        QVERIFY(page->isVisible());
        QVERIFY(page->isLooking());
        QTest::keyClick(page, Qt::Key_Escape); // leaving stops it
        QVERIFY(!page->isVisible());
        QVERIFY(!page->isLooking());

        QTest::keyClick(&window, Qt::Key_F4);
        QVERIFY(page->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!page->isLooking(), kPatience);
        QVERIFY2(page->note().contains(QStringLiteral("untrained")), qPrintable(page->note()));
        QCOMPARE(page->found().size(), 9u);
        for (std::size_t i = 1; i < 9; ++i)
            QVERIFY(page->found()[i - 1].value >= page->found()[i].value);
        const engine::StrongestImage third = page->found()[2];
        const QRectF part = page->tile(2)->mark().part;
        QVERIFY(part.width() <= 14.0 / 28 + 1e-9 && !part.isEmpty()); // C3 sees 14x14 pixels
        QTest::mouseClick(page->tile(2), Qt::LeftButton);
        QVERIFY(page->tile(2)->isChecked());
        QVERIFY(page->tile(2)->accessibleName().contains(QString::number(third.image)));
        // Under view, the image has that very number in the map.
        QTest::keyClick(page, Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(grid->result().node == c3 &&
                                     grid->result().values[static_cast<std::size_t>(third.element)] == third.value,
                                 kPatience);

        // Another map is looked for at once.
        QTest::keyClick(&window, Qt::Key_F4);
        QTRY_VERIFY_WITH_TIMEOUT(!page->isLooking(), kPatience);
        page->unit()->setFocus();
        QTest::keyClick(page->unit(), Qt::Key_Up);
        QVERIFY(page->isLooking());
        QTRY_VERIFY_WITH_TIMEOUT(!page->isLooking(), kPatience);
        QCOMPARE(page->found().front().element / 100, 1);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(WindowStrongestTest)
#include "window_strongest_test.moc"
