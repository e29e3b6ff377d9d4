// Histograms over time: what is kept of a long run, what a strip shows and says, and that looking changes no bit.
#include "engine/core/memory.h"
#include "tests/ui/training/training_desk.h"
#include "ui/theme/colormap.h"
#include "ui/theme/settings.h"
#include "ui/training/change_bars.h"
#include "ui/training/histogram_view.h"

#include <QSignalSpy>
#include <QtTest>

using namespace convarium;
using namespace convarium::ui;
using engine::Histogram;

namespace
{

engine::HistogramMap layer(std::vector<float> outputs, std::vector<float> gradients)
{
    engine::HistogramMap map;
    map[1].output.add(outputs);
    map[1].gradient.add(gradients);
    return map;
}

} // namespace

class TestHistograms : public QObject
{
    Q_OBJECT

    static constexpr int kPatience = 60'000;

    struct Desk : test::TrainingDesk {
        explicit Desk(std::int64_t epochs, std::int64_t steps = 0) : TrainingDesk(settings(epochs, steps), {1400, 316})
        {
        }
        static engine::TrainConfig settings(std::int64_t epochs, std::int64_t steps)
        {
            engine::TrainConfig config;
            config.batch = 20;
            config.epochs = epochs;
            config.steps = steps;
            config.optimizer = "adam";
            return config;
        }
        [[nodiscard]] HistogramView* view() const { return dock->histograms(); }
        [[nodiscard]] const std::vector<HistogramColumn>& columns() const
        {
            return view()->service().history().columns();
        }
        /// -1: there are none.
        [[nodiscard]] std::int64_t lastStep() const { return columns().empty() ? -1 : columns().back().to; }
    };

private Q_SLOTS:
    void initTestCase()
    {
        QLocale::setDefault(QLocale::c());
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void aLongRunKeepsABoundedHistory()
    {
        HistogramHistory history;
        for (int step = 0; step < 10'000; ++step) {
            history.add(step, layer({step < 5000 ? 1.0f : -1.0f}, {0}), step > 0);
            QVERIFY(history.columns().size() <= HistogramHistory::kMostColumns);
        }
        const auto& columns = history.columns();
        QVERIFY(columns.size() > HistogramHistory::kMostColumns / 2);
        QCOMPARE(columns.front().from, 0);
        QCOMPARE(columns.back().to, 9999);
        std::int64_t numbers = 0;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            numbers += columns[i].layers.at(1).output.numbers();
            if (i > 0)
                QCOMPARE(columns[i].from, columns[i - 1].to);
            QVERIFY(columns[i].to - columns[i].from <= 10'000 / 120 + 1); // all alike
        }
        QCOMPARE(numbers, 10'000);
        QCOMPARE(columns.front().layers.at(1).output.share(Histogram::binOf(1)), 1.0);
        QCOMPARE(columns.back().layers.at(1).output.share(Histogram::binOf(-1)), 1.0);

        history.add(10'500, layer({2}, {0}), false); // nobody looked between
        QCOMPARE(history.columns().back().from, 10'500);
        history.add(10'500, layer({3}, {0}), true); // the weights were edited by hand
        QCOMPARE(history.columns().back().layers.at(1).output.share(Histogram::binOf(3)), 1.0);
        history.add(3, layer({2}, {0}), true); // another run
        QCOMPARE(history.columns().size(), 1u);

        // Weights edited at the end of a merged column are a column of their own.
        HistogramHistory edits;
        for (int step = 0; step < 400; ++step)
            edits.add(step, layer({1}, {0}), step > 0);
        QVERIFY(edits.columns().back().counts > 1);
        const std::size_t count = edits.columns().size();
        edits.add(399, layer({2}, {0}), true);
        QCOMPARE(edits.columns().size(), count + 1);
        QCOMPARE(edits.columns().back().from, 399);
        QCOMPARE(edits.columns().back().layers.at(1).output.share(Histogram::binOf(2)), 1.0);

        // Large networks have fewer columns.
        engine::HistogramMap many;
        for (int i = 0; i < 2000; ++i)
            many[i].output.add(std::vector<float>{1});
        HistogramHistory large;
        for (int step = 0; step < 300; ++step) {
            large.add(step, many, true);
            QVERIFY(large.columns().size() * 2000 * sizeof(engine::LayerHistograms) <= HistogramHistory::kMostBytes);
        }
    }

    void columnsAreNotMergedAcrossAGap()
    {
        const auto isGap = [](std::int64_t step) { return step % 7 == 0; }; // nobody looked in the step before
        HistogramHistory history;
        for (int step = 0; step < 1000; ++step) {
            history.add(10 * step, layer({1}, {0}), !isGap(step));
            QVERIFY(history.columns().size() <= HistogramHistory::kMostColumns);
            for (const HistogramColumn& column : history.columns())
                for (std::int64_t gap = column.from / 10 + 1; gap <= column.to / 10; ++gap)
                    QVERIFY(!isGap(gap));
        }
        for (int step = 1000; step < 2000; ++step) { // gaps only
            history.add(10 * step, layer({1}, {0}), false);
            QVERIFY(history.columns().size() <= HistogramHistory::kMostColumns);
        }
        QCOMPARE(history.columns().back().to, 19'990);
    }

    void aStripShowsSharesAndSaysThem()
    {
        HistogramHistory history;
        history.add(0, layer({0, 0, 0, 1.2f}, {-0.5f}), false);
        history.add(100, layer({0, 1.2f, 1.2f, 12}, {-0.5f}), true);
        HistogramStrip strip(HistogramOf::Output);
        strip.resize(400, 200);
        strip.setData(&history, 1);
        strip.show();
        QVERIFY(QTest::qWaitForWindowExposed(&strip));
        const HistogramRows rows = strip.rows();
        QCOMPARE(rows.count(), 25); // four powers of ten and zero; nothing below it
        QCOMPARE(rows.zeroRow(), 24);
        QCOMPARE(rows.bins(0).first, Histogram::binOf(12));
        const QRect plot = strip.plot();
        const auto y = [&](int row) {
            return plot.top() + static_cast<int>((row + 0.5) * plot.height() / rows.count());
        };
        QSignalSpy told(&strip, &HistogramStrip::told);
        QTest::mouseMove(&strip, QPoint(plot.right() - 5, y(0)));
        QTRY_VERIFY(!told.isEmpty());
        QCOMPARE(told.back().front().toString(), QStringLiteral("Steps 0 to 100: 25.0 % between 10 and 14.7"));
        QCOMPARE(strip.textAt({plot.right() - 5, y(6)}), QStringLiteral("Steps 0 to 100: 50.0 % between 1 and 1.47"));
        QCOMPARE(strip.textAt({plot.right() - 5, y(24)}),
                 QStringLiteral("Steps 0 to 100: 25.0 % are nearer to zero than 0.00147"));
        QCOMPARE(strip.textAt({plot.left() - 2, y(0)}), QString());
        QVERIFY(strip.accessibleDescription().contains(QStringLiteral("Steps 0 to 100")));

        // The darkest colour is the largest share beside zero, the surface is none.
        const QImage picture = strip.grab().toImage();
        const auto color = [&](int row) { return picture.pixelColor(plot.right() - 5, y(row)); };
        QCOMPARE(color(6).rgb(), mapColor(ColorMap::Ink, 1, 1));
        QCOMPARE(color(0).rgb(), mapColor(ColorMap::Ink, 0.5, 1));
        QCOMPARE(color(3).rgb(), Theme::current().surface.rgb());

        // With the keyboard.
        strip.activateWindow();
        strip.setFocus();
        QTRY_VERIFY(strip.hasFocus());
        QTest::keyClick(&strip, Qt::Key_Left);
        QCOMPARE(told.back().front().toString(), QStringLiteral("Step 0: 75.0 % are nearer to zero than 0.00147"));
        for (int i = 0; i < 18; ++i)
            QTest::keyClick(&strip, Qt::Key_Up);
        QCOMPARE(told.back().front().toString(), QStringLiteral("Step 0: 25.0 % between 1 and 1.47"));

        QCOMPARE(strip.accessibleDescription(), told.back().front().toString());
        // What is counted meanwhile does not take the cell away.
        history.add(200, layer({0, 1.2f, 1.2f, 12}, {-0.5f}), true);
        strip.setData(&history, 1);
        QCOMPARE(strip.accessibleDescription(), QStringLiteral("Step 0: 25.0 % between 1 and 1.47"));

        HistogramStrip gradients(HistogramOf::Gradient);
        gradients.resize(400, 200);
        gradients.setData(&history, 1);
        QCOMPARE(gradients.rows().zeroRow(), 0);
        QCOMPARE(gradients.textAt({plot.right() - 5, plot.bottom() - 1}),
                 QStringLiteral("Steps 100 to 200: 100.0 % between \u22120.681 and \u22120.464"));
        gradients.setData(&history, 2);
        QVERIFY(!gradients.hasData());
    }

    void lookingChangesNoBitAndNothingIsCountedUnseen()
    {
        Desk watched(1000);
        watched.view()->setNode(watched.node("C1"));
        QCOMPARE(watched.columns().size(), 0u);
        watched.click("Histograms over time");
        QVERIFY(watched.view()->isVisible());
        watched.controller->openData();
        QTRY_VERIFY_WITH_TIMEOUT(watched.view()->outputs()->hasData(), kPatience); // of the initial weights
        QCOMPARE(watched.lastStep(), 0);
        // Until something was counted while it trained, and some steps more.
        watched.click("Train");
        QTRY_VERIFY_WITH_TIMEOUT(watched.lastStep() > 0, kPatience);
        const std::int64_t counted = watched.lastStep();
        QCOMPARE(watched.controller->state(), RunState::Running);
        QTRY_VERIFY_WITH_TIMEOUT(watched.controller->progress().step > counted + 2, kPatience);
        watched.click("Stop");
        QTRY_COMPARE_WITH_TIMEOUT(watched.controller->state(), RunState::Idle, kPatience);
        const std::int64_t last = watched.controller->trainingState()->step;
        QVERIFY(last > counted);
        QTRY_COMPARE_WITH_TIMEOUT(watched.lastStep(), last, kPatience);
        Desk plain(1, last);
        plain.click("Train");
        QTRY_COMPARE_WITH_TIMEOUT(plain.controller->state(), RunState::Finished, kPatience);
        QVERIFY(watched.view()->gradients()->hasData());
        QVERIFY(!watched.view()->changes()->rows().empty());
        QCOMPARE(watched.losses(), plain.losses());
        QVERIFY(*watched.controller->trainingState()->weights == *plain.controller->trainingState()->weights);
        QCOMPARE(plain.columns().size(), 0u);

        const auto count = watched.columns().size();
        watched.click("Histograms over time");
        QVERIFY(!watched.view()->isVisible());
        watched.click("Step");
        QTRY_COMPARE_WITH_TIMEOUT(watched.controller->state(), RunState::Paused, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(watched.controller->trainingState()->step, last + 1, kPatience);
        QCOMPARE(watched.columns().size(), count);
        watched.click("Histograms over time");
        QTRY_COMPARE_WITH_TIMEOUT(watched.lastStep(), last + 1, kPatience);
        QCOMPARE(watched.columns().back().from, last + 1); // nobody looked between

        // A reset begins afresh.
        watched.click("Reset");
        QTRY_VERIFY_WITH_TIMEOUT(watched.columns().size() == 1 && watched.lastStep() == 0, kPatience);
    }

    void otherThingsBeginAStripAfreshAndUnseenNothingIsHeld()
    {
        Desk desk(1);
        desk.view()->setNode(desk.node("C1"));
        desk.controller->openData();
        QTRY_VERIFY_WITH_TIMEOUT(desk.controller->data().train, kPatience);
        const auto before = engine::memoryInUse();
        desk.click("Histograms over time");
        desk.click("Step");
        QTRY_COMPARE_WITH_TIMEOUT(desk.lastStep(), 1, kPatience);
        desk.click("Step");
        QTRY_COMPARE_WITH_TIMEOUT(desk.lastStep(), 2, kPatience);
        QVERIFY(desk.columns().size() > 1);
        desk.click("Stop");
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller->state(), RunState::Idle, kPatience);
        const auto share = [&] { return desk.columns().back().layers.at(desk.node("C1")).gradient; };
        const Histogram first = share();
        engine::TrainConfig config = desk.document.trainConfig();
        config.loss = "mean-squared-error";
        desk.document.setTrainConfig(config);
        QTRY_VERIFY_WITH_TIMEOUT(desk.columns().size() == 1 && share() != first, kPatience);

        desk.click("Reset");
        QTRY_VERIFY_WITH_TIMEOUT(desk.lastStep() == 0, kPatience);
        QVERIFY(engine::memoryInUse()[engine::MemoryCategory::Gradients] > before[engine::MemoryCategory::Gradients]);
        desk.click("Histograms over time");
        QTRY_COMPARE_WITH_TIMEOUT(engine::memoryInUse()[engine::MemoryCategory::Gradients],
                                  before[engine::MemoryCategory::Gradients], kPatience);
    }

    void aLayerIsNamedAndChosenByItsBar()
    {
        Desk desk(1);
        desk.click("Histograms over time");
        desk.controller->openData();
        QVERIFY(desk.view()->outputs()->accessibleDescription().contains(QStringLiteral("Select a layer")));
        desk.click("Train");
        QTRY_VERIFY_WITH_TIMEOUT(desk.view()->changes()->rows().size() == 5, kPatience);
        QSignalSpy chosen(desk.view(), &HistogramView::nodeChosen);
        ChangeBars* bars = desk.view()->changes();
        QTest::mouseClick(bars, Qt::LeftButton, {}, bars->rowRect(1).center());
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen.front().front().value<engine::NodeId>(), desk.node("C3"));
        desk.view()->setNode(desk.node("C3"));
        QTRY_VERIFY_WITH_TIMEOUT(desk.view()->gradients()->hasData(), kPatience);
        QStringList titles;
        for (auto* label : desk.view()->findChildren<ElidedLabel*>())
            titles << label->text();
        QVERIFY2(titles.contains(QStringLiteral("Outputs of C3, after Tanh")), qPrintable(titles.join(u'|')));
        QVERIFY2(titles.contains(QStringLiteral("Gradients of the weights of C3")), qPrintable(titles.join(u'|')));
        // In a small window it is a tab.
        desk.dock->setCompact(true);
        QVERIFY(desk.view()->isVisible());
        desk.dock->showHistograms(false);
        QVERIFY(!desk.view()->isVisible());
        desk.dock->showHistograms(true);
        QVERIFY(desk.view()->isVisible());
        desk.dock->setCompact(false);
        QVERIFY(desk.view()->isVisible());
    }
};

QTEST_MAIN(TestHistograms)
#include "test_histograms.moc"
