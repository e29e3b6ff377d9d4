// Which parts of a sum, and which numbers of a choice, get bars where there is no room for all.
#include "ui/inside/sum_chart.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace convarium::ui;

class SumChartTest : public QObject
{
    Q_OBJECT

    static NumberModel sumOf(const std::vector<double>& subtotals)
    {
        NumberModel model;
        for (const double subtotal : subtotals) {
            NumberGroup g;
            g.map = static_cast<int>(model.groups.size());
            g.rows = g.columns = 1;
            g.cells = {{true, false, 0, 0, subtotal, 1, subtotal}};
            g.subtotal = subtotal;
            g.adds = true;
            model.groups.push_back(g);
            model.sum += subtotal;
        }
        return model;
    }
    /// One map of a row of numbers.
    static NumberModel choiceOf(const std::vector<double>& values, std::size_t taken)
    {
        NumberModel model;
        model.isChoice = true;
        model.sum = values[taken];
        NumberGroup g;
        g.rows = 1;
        g.columns = static_cast<int>(values.size());
        for (std::size_t i = 0; i < values.size(); ++i)
            g.cells.push_back({true, i == taken, 0, static_cast<int>(i), values[i], i == taken ? 1.0 : 0.0, 0});
        model.groups = {g};
        return model;
    }
    /// In a chart that is just wide enough for so many bars beside that of the sum.
    static std::vector<SumChart::Bar> shown(const NumberModel& model, int current, std::size_t room)
    {
        SumChart chart;
        chart.setModel(model, current);
        chart.resize(1, 120);
        while (chart.shownBars().size() < room && chart.width() < 2000)
            chart.resize(chart.width() + 1, 120);
        return chart.shownBars();
    }

private Q_SLOTS:
    void theLargestPartsHaveBarsOfTheirOwnAndTheRestIsASum()
    {
        const std::vector<double> parts{0.1, -5, 0.2, 4, 0.3, 3, 2, 0.4};
        const auto bars = shown(sumOf(parts), 0, 4);
        QCOMPARE(bars.size(), 4u);
        QCOMPARE(bars[0].name, QStringLiteral("map 1")); // chosen, though small
        QVERIFY(bars[0].current);
        QCOMPARE(bars[1].name, QStringLiteral("map 2"));
        QCOMPARE(bars[2].name, QStringLiteral("map 4"));
        QCOMPARE(bars[3].name, QStringLiteral("5 more"));
        double sum = 0;
        for (const SumChart::Bar& bar : bars)
            sum += bar.value;
        QVERIFY(std::abs(sum - 5) < 1e-12);
    }

    void theChosenPartIsShownBehindLargerOnesToo()
    {
        const auto bars = shown(sumOf({9, 8, 7, 6, 5, 4, 3, 0.5}), 7, 4);
        QCOMPARE(bars.size(), 4u);
        QCOMPARE(std::count_if(bars.begin(), bars.end(), [](const auto& bar) { return bar.current; }), 1);
    }

    void equalPartsHaveBarsAsFarAsThereIsRoom()
    {
        const auto bars = shown(sumOf(std::vector<double>(9, 0.5)), 2, 5);
        QCOMPARE(bars.size(), 5u);
        QCOMPARE(bars[4].name, QStringLiteral("5 more"));
    }

    /// Of a maximum among negative numbers those far away have nothing to say, and the one that was taken is there.
    void ofAChoiceTheNumbersNearestToTheTakenOneAreShown()
    {
        std::vector<double> values;
        for (int i = 0; i < 400; ++i)
            values.push_back(-1000 + i);
        values.push_back(-0.5);
        values.push_back(0.25);
        values.push_back(-2);
        const auto bars = shown(choiceOf(values, 401), 0, 3);
        QCOMPARE(bars.size(), 3u);
        QCOMPARE(bars[0].value, -0.5);
        QCOMPARE(bars[1].value, 0.25);
        QVERIFY(bars[1].current && !bars[0].current && !bars[2].current);
        QCOMPARE(bars[2].value, -2.0);
    }

    void numbersThatAreNoneComeLast()
    {
        const auto bars = shown(choiceOf({std::nan(""), 1, 2, std::nan(""), 3, 4}, 5), 0, 3);
        QCOMPARE(bars.size(), 3u);
        for (const SumChart::Bar& bar : bars)
            QVERIFY(bar.value >= 2);
    }

    void ofSeveralInputsTheBarsAreNamedByThem()
    {
        SumChart chart;
        NumberModel model = choiceOf({1, 2}, 1);
        NumberGroup other = model.groups.front();
        model.groups[0].cells.resize(1);
        other.cells.erase(other.cells.begin());
        other.input = 1;
        model.groups.push_back(other);
        chart.setModel(model, 0);
        QCOMPARE(chart.bars().size(), 2u);
        QCOMPARE(chart.bars()[0].name, QStringLiteral("input 1"));
        QCOMPARE(chart.bars()[1].name, QStringLiteral("input 2"));
        QVERIFY(chart.bars()[1].current);
    }
};

QTEST_MAIN(SumChartTest)
#include "test_sum_chart.moc"
