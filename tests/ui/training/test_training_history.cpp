#include "ui/training/chart_axis.h"
#include "ui/training/training_history.h"

#include <QtTest>
#include <cmath>
#include <limits>

using namespace convarium;
using namespace convarium::ui;

namespace
{

TrainingHistory history(int steps, int perEpoch = 100)
{
    TrainingHistory h;
    for (int i = 1; i <= steps; ++i) {
        engine::StepEvent e;
        e.step = i;
        e.epochPosition = static_cast<double>(i) / perEpoch;
        e.loss = 1.0 / i + (i % 7 == 0 ? 0.5 : 0);
        e.accuracy = 1 - 1.0 / i;
        e.rate = 0.001;
        h.append(e);
    }
    return h;
}

} // namespace

class TestTrainingHistory : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void thinningKeepsTheExtremesOfEveryColumn()
    {
        const auto h = history(10000);
        const auto thin = thinMinMax(h, Measure::Loss, 0, 100, 200);
        QVERIFY(thin.size() <= 400);
        QVERIFY(thin.size() > 300);
        for (int column = 0; column < 200; ++column) { // 50 steps each
            double low = 1e9, high = -1e9;
            for (const auto& p : h.steps)
                if (static_cast<int>(p.epoch * 2) == column || (column == 199 && p.epoch == 100)) {
                    low = std::min(low, p.loss);
                    high = std::max(high, p.loss);
                }
            QVERIFY(std::any_of(thin.begin(), thin.end(), [&](const QPointF& p) { return p.y() == low; }));
            QVERIFY(std::any_of(thin.begin(), thin.end(), [&](const QPointF& p) { return p.y() == high; }));
        }
        QVERIFY(std::is_sorted(thin.begin(), thin.end(), [](auto a, auto b) { return a.x() < b.x(); }));
    }

    /// Blocks are taken whole where they fit, also after steps were taken back; the sums stay those of the points.
    void columnsOfManyPointsAreThoseOfThePointsThemselves_data()
    {
        QTest::addColumn<int>("columns");
        QTest::newRow("small blocks") << 37;
        QTest::newRow("large blocks") << 2;
    }
    void columnsOfManyPointsAreThoseOfThePointsThemselves()
    {
        QFETCH(const int, columns);
        auto h = history(20000, 1000);
        while (h.steps.size() > 15001)
            h.steps.pop_back();
        for (int i = 15002; i <= 20000; ++i)
            h.steps.push_back({i, i / 1000.0, 2.0 + i % 5});
        constexpr double kFrom = 2.345, kTo = 19.9;
        const auto means = columnMeans(h, Measure::Loss, kFrom, kTo, columns);
        const auto ends = thinMinMax(h, Measure::Loss, kFrom, kTo, columns);
        QCOMPARE(means.size(), columns);
        QCOMPARE(ends.size(), 2 * columns);
        for (int column = 0; column < columns; ++column) {
            double sum = 0, low = 1e9, high = -1e9;
            int count = 0;
            for (const auto& p : h.steps)
                if (p.epoch >= kFrom && p.epoch <= kTo &&
                    std::min(static_cast<int>((p.epoch - kFrom) * (columns / (kTo - kFrom))), columns - 1) == column) {
                    sum += p.loss;
                    low = std::min(low, p.loss);
                    high = std::max(high, p.loss);
                    ++count;
                }
            QVERIFY(std::abs(means[column].y() - sum / count) < 1e-12);
            const double a = ends[2 * column].y(), b = ends[2 * column + 1].y();
            QCOMPARE(std::min(a, b), low);
            QCOMPARE(std::max(a, b), high);
        }
    }

    void aShortHistoryIsNotThinned() { QCOMPARE(thinMinMax(history(300), Measure::Accuracy, 0, 5, 200).size(), 300); }

    void valuesThatAreNoNumbersAreLeftOut()
    {
        auto h = history(1);
        h.steps.push_back({2, 0.02, std::numeric_limits<double>::quiet_NaN()});
        h.steps.push_back({3, 0.03, std::numeric_limits<double>::infinity()});
        QCOMPARE(thinMinMax(h, Measure::Loss, 0, 1, 10).size(), 1);
        QCOMPARE(columnMeans(h, Measure::Loss, 0, 1, 10).size(), 1);
    }

    void columnMeansAreTheMeansOfTheirColumns()
    {
        TrainingHistory h;
        for (int i = 1; i <= 4; ++i) {
            engine::StepEvent e;
            e.step = i;
            e.epochPosition = i / 4.0 - 0.1;
            e.loss = i;
            h.append(e);
        }
        const auto means = columnMeans(h, Measure::Loss, 0, 1, 2);
        QCOMPARE(means.size(), 2);
        QCOMPARE(means[0].y(), 1.5);
        QCOMPARE(means[1].y(), 3.5);
    }

    void aRepeatedStepReplacesWhatWasThere()
    {
        auto h = history(10);
        engine::StepEvent e;
        e.step = 6;
        e.loss = 42;
        h.append(e);
        QCOMPARE(h.steps.size(), std::size_t(6));
        QCOMPARE(h.steps.back().loss, 42.0);
    }

    /// As after opening a file that was saved in the midst of an epoch.
    void marksAndEpochsGoBackWithTheSteps()
    {
        auto h = history(4, 2);
        h.mark("stays");
        for (int step = 5; step <= 8; ++step) {
            engine::StepEvent e;
            e.step = step;
            h.append(e);
            if (step % 4 == 0) {
                engine::EpochEvent epoch;
                epoch.epoch = step / 4;
                epoch.step = step;
                h.append(epoch);
            }
        }
        h.mark("goes");
        engine::StepEvent e;
        e.step = 5;
        h.append(e);
        QCOMPARE(h.steps.size(), std::size_t(5));
        QCOMPARE(h.marks.size(), 1u);
        QCOMPARE(h.marks[0].words, "stays");
        QVERIFY(h.epochs.empty());
    }

    void csvHasOneRowPerStepAndValidationAtTheEndOfEpochs()
    {
        auto h = history(4, 2);
        engine::EpochEvent e;
        e.epoch = 1;
        e.step = 2;
        e.validationLoss = 0.25;
        e.validationAccuracy = 0.5;
        h.append(e);
        const auto lines = historyCsv(h).split('\n');
        QCOMPARE(lines.size(), 6); // heading, four steps, the end
        QCOMPARE(lines[0],
                 QByteArray("step,epoch,loss,accuracy,rate,images_per_second,validation_loss,validation_accuracy"));
        QCOMPARE(lines[1], QByteArray("1,0.5,1,0,0.001,0,,"));
        QCOMPARE(lines[2], QByteArray("2,1,0.5,0.5,0.001,0,0.25,0.5"));
        QVERIFY(lines[3].endsWith(",,"));
    }

    void everyAxisRunsAlongTheEpochs()
    {
        auto h = history(8, 2); // four epochs of two steps
        for (auto [epoch, seconds] : {std::pair{1, 10.0}, {2, 30.0}}) {
            engine::EpochEvent e;
            e.epoch = epoch;
            e.seconds = seconds;
            h.append(e);
        }
        h.imagesPerEpoch = 100;
        h.macsPerImage = 7;
        h.steps.pop_back();
        h.steps.push_back({8, 4, 0, 0, 0, 50});
        QCOMPARE(AxisScale(h, CurveAxis::Epochs).at(1.5), 1.5);
        QCOMPARE(AxisScale(h, CurveAxis::Steps).at(1.5), 3.0);
        QCOMPARE(AxisScale(h, CurveAxis::Macs).at(2), 2.0 * 3 * 7 * 100);
        const AxisScale seconds(h, CurveAxis::Seconds);
        QCOMPARE(seconds.at(0.5), 5.0);
        QCOMPARE(seconds.at(1.5), 25.0);
        QCOMPARE(seconds.at(3), 42.0); // the third epoch at 50 images a second
        for (const auto axis : {CurveAxis::Epochs, CurveAxis::Steps, CurveAxis::Seconds, CurveAxis::Macs})
            for (const double epoch : {0.0, 0.5, 1.0, 1.75, 2.0, 3.5}) {
                const AxisScale scale(h, axis);
                QVERIFY(std::abs(scale.epoch(scale.at(epoch)) - epoch) < 1e-12);
            }
    }

    void smoothingIsAMeanThatBeginsAtTheFirstPoint()
    {
        QCOMPARE(smoothed({{0, 4}, {1, 2}}, 0), (QList<QPointF>{{0, 4}, {1, 2}}));
        const auto s = smoothed({{0, 4}, {1, 2}}, 0.5);
        QCOMPARE(s[0].y(), 4.0);
        QCOMPARE(s[1].y(), (0.25 * 4 + 0.5 * 2) / 0.75);
    }

    void changesOfSettingsAreToldInWords()
    {
        engine::TrainConfig a, b;
        QVERIFY(changeWords(a, b).empty());
        b.rate = 0.0005;
        b.momentum = 0.8;
        QCOMPARE(QString::fromStdString(changeWords(a, b)),
                 QStringLiteral("rate 0.001 \u2192 0.0005, momentum 0.9 \u2192 0.8"));
        auto h = history(4, 2);
        h.mark("rate up");
        h.mark("rate down");
        QCOMPARE(h.marks.size(), 1u);
        QCOMPARE(h.marks[0].epoch, 2.0);
        QCOMPARE(h.marks[0].words, "rate up, rate down");
    }

    void axesHaveNiceStepsAndCoverTheirValues_data()
    {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::addColumn<int>("ticks");
        QTest::addColumn<AxisRange>("expected");
        QTest::newRow("loss") << 0.0 << 0.74 << 5 << AxisRange{0, 0.8, 0.2};
        QTest::newRow("accuracy") << 81.0 << 100.0 << 5 << AxisRange{80, 100, 5};
        QTest::newRow("few ticks") << 0.0 << 0.74 << 3 << AxisRange{0, 1, 0.5};
        QTest::newRow("exact") << 0.0 << 1.0 << 5 << AxisRange{0, 1, 0.2};
        QTest::newRow("empty") << 1.0 << 1.0 << 5 << AxisRange{1, 2, 0.2};
    }
    void axesHaveNiceStepsAndCoverTheirValues()
    {
        QFETCH(double, low);
        QFETCH(double, high);
        QFETCH(int, ticks);
        QFETCH(AxisRange, expected);
        const auto range = niceRange(low, high, ticks);
        QVERIFY(std::abs(range.minimum - expected.minimum) < 1e-9);
        QVERIFY(std::abs(range.maximum - expected.maximum) < 1e-9);
        QVERIFY(std::abs(range.step - expected.step) < 1e-9);
    }

    void labelsShowAsManyDecimalsAsTheStepNeeds()
    {
        QCOMPARE(decimalsOf(0.2), 1);
        QCOMPARE(decimalsOf(0.05), 2);
        QCOMPARE(decimalsOf(5), 0);
        QCOMPARE(decimalsOf(1), 0);
    }
};

QTEST_GUILESS_MAIN(TestTrainingHistory)
#include "test_training_history.moc"
