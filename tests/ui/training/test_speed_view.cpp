// The "Engine speed" view with a made-up measurement: figures, rows, orders, selection, threads, and who measures when.
#include "engine/core/parallel.h"
#include "scripted_run.h"
#include "ui/document/project_document.h"
#include "ui/theme/settings.h"
#include "ui/training/speed_view.h"
#include "ui/training/training_controller.h"

#include <QAccessible>
#include <QSignalSpy>
#include <QSpinBox>
#include <QtTest>

using namespace convarium;
using namespace convarium::ui;

namespace
{

/// smallGraph() has the nodes In, F, D, S: the softmax runs with D forwards and alone backwards.
std::shared_ptr<const engine::SpeedEvent> measured(const engine::GraphSpec& graph, double forward = 0.5)
{
    using Direction = engine::LayerSpeed::Direction;
    const auto id = [&](std::size_t i) { return graph.nodes[i].id; };
    auto event = std::make_shared<engine::SpeedEvent>();
    event->imagesPerSecond = 12345.4;
    event->stepMilliseconds = 4.123;
    event->gflops = 61.7;
    event->peakGflops = 206;
    event->peakShare = event->gflops / event->peakGflops;
    event->threads = 2;
    event->kernels = "avx512";
    event->kernelWidth = 16;
    event->step.layers = {{{id(0)}, Direction::Forward, 0.02, 0.01, 0, 0},
                          {{id(2), id(3)}, Direction::Forward, forward, 0.25, 80, 0.39},
                          {{id(2), id(3)}, Direction::Backward, 1.5, 0.5, 51.5, 0.25},
                          {{id(3)}, Direction::Backward, 0.01, 0.0004, 0, 0}};
    event->step.updateMilliseconds = 0.25;
    event->step.waitingMilliseconds = 0.75;
    return event;
}

QStringList names(const SpeedModel& model)
{
    QStringList list;
    for (int i = 0; i < model.rowCount(); ++i)
        list.append((model.row(i).layer + u' ' + model.row(i).direction()).trimmed());
    return list;
}

} // namespace

class TestSpeedView : public QObject
{
    Q_OBJECT

    std::shared_ptr<test::Script> m_script;
    std::unique_ptr<ProjectDocument> m_document;
    std::unique_ptr<TrainingController> m_controller;
    std::unique_ptr<SpeedView> m_view;

    SpeedModel& model() const { return *m_view->list()->rows(); }
    void measure(double forward = 0.5) { Q_EMIT m_controller->speedMeasured(measured(m_document->graph(), forward)); }

private Q_SLOTS:
    void initTestCase()
    {
        QLocale::setDefault(QLocale::c());
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }
    void init()
    {
        m_script = std::make_shared<test::Script>();
        m_document = std::make_unique<ProjectDocument>();
        m_document->reset(test::smallGraph(), {}, {});
        m_controller = std::make_unique<TrainingController>(test::scriptedServices(m_script));
        m_controller->follow(m_document.get());
        m_view = std::make_unique<SpeedView>(m_controller.get(), m_document.get());
        m_view->resize(940, 154);
        QTRY_VERIFY(m_controller->data().test);
        m_view->show();
    }
    void cleanup()
    {
        m_view.reset();
        m_controller.reset();
        m_document.reset();
    }

    void saysWhatToDoWhileThereIsNothing()
    {
        QCOMPARE(m_view->hint(), QStringLiteral("Press Train to see where the time goes."));
        QCOMPARE(m_view->figures().first(), QStringLiteral("\u2013"));
    }

    void showsFiguresAndOneRowPerLayerAndDirection()
    {
        measure();
        QCOMPARE(m_view->hint(), QString());
        QCOMPARE(m_view->figures(), QStringList({"12345", "61.7", "4.12"}));
        QVERIFY2(m_view->accessibleDescription().contains("30 % of the peak of 206 GFLOP/s"),
                 qPrintable(m_view->accessibleDescription()));
        QCOMPARE(names(model()), QStringList({"In forward", "D + S forward", "D + S backward", "S backward",
                                              "Optimizer update", "Threads wait for each other"}));
        const auto text = [&](int row) { return model().index(row).data().toString(); };
        QCOMPARE(text(0), QStringLiteral("In, forward: 0.020 ms"));
        QCOMPARE(text(1), QStringLiteral("D + S, forward: 0.50 ms, 80.0 GFLOP/s, 39 % of the peak"));
        QVERIFY(model().index(0).data(Qt::ToolTipRole).toString().contains("no products"));
        QCOMPARE(model().row(1).family, Family::Dense);
    }

    void aboveThePeakItSaysWhy()
    {
        measure();
        QVERIFY(!m_view->accessibleDescription().contains("fewer multiplications"));
        auto event = std::make_shared<engine::SpeedEvent>(*measured(m_document->graph(), 0.5));
        event->peakShare = 1.39;
        Q_EMIT m_controller->speedMeasured(event);
        QVERIFY2(m_view->accessibleDescription().contains("139 % of the peak of 206 GFLOP/s: fewer multiplications"),
                 qPrintable(m_view->accessibleDescription()));
    }

    void sortsByTimeAndKeepsTheSelection()
    {
        measure();
        m_view->list()->setCurrentIndex(model().index(1));
        model().setOrder(SpeedModel::Order::Time);
        QCOMPARE(names(model()).first(), QStringLiteral("D + S backward"));
        QCOMPARE(model().row(m_view->list()->currentIndex().row()).kind, SpeedRow::Kind::Forward);
        measure(99); // now the forward pass takes longest, and its row moves up
        QCOMPARE(names(model()).first(), QStringLiteral("D + S forward"));
        QCOMPARE(m_view->list()->currentIndex().row(), 0);
        QVERIFY(std::abs(model().row(0).milliseconds - (2 * 0.5 + 99) / 3) < 1e-9); // a running mean
        QVERIFY(std::abs(model().row(0).gflops * model().row(0).milliseconds / (80 * 99) - 1) < 1e-9);
        model().setOrder(SpeedModel::Order::Network);
        QCOMPARE(m_view->list()->currentIndex().row(), 1);
    }

    void choosingARowTellsItsLayerAndFollowingDoesNot()
    {
        measure();
        QSignalSpy chosen(m_view.get(), &SpeedView::nodeChosen);
        const auto id = [&](std::size_t i) { return m_document->graph().nodes[i].id; };
        const auto press = [&](int row) {
            QTest::mouseClick(m_view->list()->viewport(), Qt::LeftButton, {},
                              m_view->list()->visualRect(model().index(row)).center());
        };
        press(2);
        QVERIFY(!chosen.isEmpty());
        QCOMPARE(chosen.last().first().value<engine::NodeId>(), id(2));
        chosen.clear();
        m_view->list()->scrollToBottom();
        press(4); // the optimizer is no layer
        QCOMPARE(chosen.count(), 0);
        m_view->setNode(id(3)); // it runs with D
        QCOMPARE(m_view->list()->currentIndex().row(), 1);
        m_view->setNode(engine::kNoNode);
        QVERIFY(!m_view->list()->currentIndex().isValid());
        QCOMPARE(chosen.count(), 0);
    }

    void onlyAVisibleViewMeasures()
    {
        m_script->holdAfterEachStep = true;
        m_script->speed = measured(m_document->graph());
        m_view->hide();
        m_controller->train();
        m_script->allow(1);
        QTRY_COMPARE(m_controller->progress().step, 1);
        QVERIFY(!m_script->measuring);
        QVERIFY(!m_view->hint().isEmpty());
        m_view->show();
        QVERIFY(m_script->measuring);
        QCOMPARE(m_view->hint(), QStringLiteral("Measuring\u2026"));
        m_script->allow(1);
        QTRY_COMPARE(m_view->hint(), QString());
        m_view->hide();
        QVERIFY(!m_script->measuring);
        m_controller->reset();
        QTRY_COMPARE(m_controller->state(), RunState::Idle);
        QTRY_COMPARE(model().rowCount(), 0);
        m_view->show(); // before the next run begins
        m_controller->train();
        QTRY_VERIFY(m_script->measuring);
    }

    void threadsReachTheRunThatIsUnderWayAndCanBeUndone()
    {
        m_script->holdAfterEachStep = true;
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Running);
        const int all = engine::availableThreads();
        QCOMPARE(m_view->threads()->value(), all);
        QCOMPARE(m_view->threads()->minimum(), 1);
        m_view->threads()->setMaximum(all + 1); // so that there is a choice on any machine
        m_view->threads()->setValue(all + 1);
        QCOMPARE(m_document->trainConfig().threads, all + 1);
        {
            const std::scoped_lock lock(m_script->mutex);
            QVERIFY(!m_script->changes.empty());
            QCOMPARE(m_script->changes.back().threads, all + 1);
        }
        QVERIFY(!m_controller->isOutOfDate());
        m_document->endGesture();
        m_view->threads()->setValue(all);
        QCOMPARE(m_document->trainConfig().threads, 0); // all cores, wherever the file is opened
        m_document->undoStack()->undo();
        QCOMPARE(m_view->threads()->value(), all + 1);
    }

    void everythingHasANameAndRowsCanBeRead()
    {
        measure();
        QAccessibleInterface* view = QAccessible::queryAccessibleInterface(m_view.get());
        QCOMPARE(view->text(QAccessible::Name), QStringLiteral("Engine speed"));
        QCOMPARE(QAccessible::queryAccessibleInterface(m_view->threads())->text(QAccessible::Name),
                 QStringLiteral("Threads"));
        QAccessibleInterface* list = QAccessible::queryAccessibleInterface(m_view->list());
        QCOMPARE(list->text(QAccessible::Name), QStringLiteral("Speed of the layers"));
        QCOMPARE(list->childCount(), 6);
        QVERIFY(list->child(1)->text(QAccessible::Name).startsWith("D + S, forward: 0.50 ms"));
    }
};

QTEST_MAIN(TestSpeedView)
#include "test_speed_view.moc"
