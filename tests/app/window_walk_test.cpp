// A walk through a batch on the real window: keys, cards and wires follow it; without motion nothing moves.
#include "ui/canvas/canvas_view.h"
#include "ui/shell/main_window.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"
#include "ui/training/map_service.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_dock.h"
#include "ui/training/walk_bar.h"
#include "ui/training/walk_controller.h"

#include <QTest>

using namespace convarium;
using namespace convarium::ui;
using Kind = engine::WalkStage::Kind;

class WindowWalkTest : public QObject
{
    Q_OBJECT

    static constexpr int kPatience = 120'000; ///< the digits are drawn first

    static const engine::Node& named(const MainWindow& window, const std::string& name)
    {
        const auto& nodes = window.document()->graph().nodes;
        return *std::find_if(nodes.begin(), nodes.end(), [&](const auto& n) { return n.name == name; });
    }
    /// Presses F7 until the walk is there.
    static void goTo(MainWindow& window, Kind kind, NodeId node)
    {
        WalkController* walk = window.trainingDock()->walk();
        for (int i = 0; i < 100 && walk->isWalking() && (walk->stage().kind != kind || walk->stage().node != node); ++i)
            QTest::keyClick(&window, Qt::Key_F7);
        QVERIFY(walk->isWalking());
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void cardsAndWiresFollowTheBatch()
    {
        MainWindow window;
        window.setWindowState(Qt::WindowNoState); // a small screen would make it compact
        window.resize(1600, 1000);
        window.show();
        window.open(QStringLiteral("lenet-5"));
        QTRY_COMPARE(window.document()->graph().nodes.size(), 13u);
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QTRY_VERIFY_WITH_TIMEOUT(window.controller()->dataIsCurrent(), kPatience);
        WalkController* walk = window.trainingDock()->walk();
        CanvasScene* scene = window.canvas()->canvasScene();
        const NodeId c1 = named(window, "C1").id, c3 = named(window, "C3").id, s2 = named(window, "S2").id;
        const auto picture = [&](NodeId id) { return scene->itemOf(id)->picture().thumbnails.atlas; };
        QTRY_VERIFY_WITH_TIMEOUT(!picture(c3).isNull(), kPatience);
        const QImage live = picture(c3);

        QTest::keyClick(&window, Qt::Key_F7);
        QTRY_VERIFY_WITH_TIMEOUT(walk->isWalking() && !walk->pictures().outputs.isEmpty(), kPatience);
        QTRY_VERIFY(window.trainingDock()->walkBar()->isVisible());
        QVERIFY(picture(c1).isNull() && picture(c3).isNull());
        QVERIFY(scene->itemOf(c1)->opacity() < 1);
        // Maps and number page are of the image that walks, not of the test set.
        auto* maps = window.findChild<MapService*>();
        const auto& train = window.controller()->data().train;
        const auto [images, index] = maps->shownImage();
        std::vector<std::uint8_t> walking(784), stored(784);
        QVERIFY(images->image(index, walking) && train->image(index, stored));
        QVERIFY(walking == stored);
        QCOMPARE(maps->shownText(),
                 QStringLiteral("Image 1 of the batch, label %1").arg(maps->className(train->label(index))));
        QTRY_COMPARE(maps->latest().thumbnails.value(s2).atlas, walk->pictures().outputs.value(s2).atlas);
        walk->nextImage();
        QTRY_VERIFY(maps->shownText().startsWith(QStringLiteral("Image 2 of the batch")));
        QVERIFY(maps->shownImage().second != index);
        maps->nextImage(); // who wants to compare may
        QCOMPARE(maps->shownText().section(u',', 0, 0), QStringLiteral("Test image 1"));
        goTo(window, Kind::Forward, c1);
        QCOMPARE(maps->shownText().section(u',', 0, 0), QStringLiteral("Test image 1"));
        walk->setImage(0);
        QTRY_VERIFY(maps->shownText().startsWith(QStringLiteral("Image 1 of the batch")));
        maps->setImage(0);
        walk->setImage(1);
        QTRY_VERIFY(maps->shownText().startsWith(QStringLiteral("Image 2 of the batch")));
        QCOMPARE(scene->itemOf(c1)->picture().state.work, Work::Forward);
        QCOMPARE(scene->itemOf(c1)->opacity(), 1.0);
        QVERIFY(scene->itemOf(c3)->opacity() < 1);
        QVERIFY(!picture(c1).isNull() && picture(c3).isNull());
        const engine::Edge into = window.document()->graph().edgesInto(c1).front();
        QCOMPARE(scene->wireOf(into)->look().flow, Work::Forward);
        QTRY_VERIFY(scene->flowPhase().has_value());
        const double phase = *scene->flowPhase();
        QTRY_VERIFY(scene->flowPhase() && *scene->flowPhase() != phase);
        ThemeManager::instance().setReducedMotion(true);
        QVERIFY(!scene->flowPhase());
        QCOMPARE(scene->wireOf(into)->look().flow, Work::Forward);
        ThemeManager::instance().setReducedMotion(false);
        QVERIFY(scene->flowPhase());

        QVERIFY(scene->outputItem()->reading().answer.isEmpty());
        goTo(window, Kind::Loss, engine::kNoNode);
        QVERIFY(!scene->outputItem()->reading().answer.isEmpty());
        const QImage outputs = picture(c3);
        QVERIFY(!outputs.isNull());
        goTo(window, Kind::Backward, c3);
        QVERIFY(picture(c3) != outputs);
        QCOMPARE(picture(c3), walk->pictures().gradients.value(c3).atlas);
        QCOMPARE(scene->itemOf(c3)->picture().state.work, Work::Backward);
        const engine::Edge out = window.document()->graph().edgesInto(c3).front();
        goTo(window, Kind::Backward, s2);
        QCOMPARE(scene->wireOf(out)->look().flow, Work::Backward);
        QVERIFY(scene->itemOf(c1)->opacity() < 1);
        QTest::keyClick(&window, Qt::Key_F7, Qt::ShiftModifier);
        QVERIFY(scene->wireOf(out)->look().flow == Work::None);
        goTo(window, Kind::Update, c1);
        QCOMPARE(scene->itemOf(c1)->picture().state.work, Work::Update);

        walk->leave();
        QVERIFY(!scene->walk());
        QVERIFY(!scene->flowPhase());
        QCOMPARE(scene->itemOf(c3)->opacity(), 1.0);
        QCOMPARE(maps->shownText().section(u',', 0, 0), QStringLiteral("Test image 0"));
        QTRY_COMPARE(picture(c3), live);
        QVERIFY(!window.controller()->trainingState());
        QVERIFY(window.trainingDock()->walkBar()->isHidden());
    }
};

QTEST_MAIN(WindowWalkTest)
#include "window_walk_test.moc"
