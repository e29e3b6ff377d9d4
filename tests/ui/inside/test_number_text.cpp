// What is shown must add up: whoever types the shown numbers into a calculator gets the shown result.
#include "engine/explain/explain_update.h"
#include "ui/inside/calculation_lines.h"
#include "ui/inside/number_text.h"

#include <QTest>

#include <cmath>

using namespace convarium;
using namespace convarium::ui;

class NumberTextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void numbersByLocale()
    {
        const QLocale c = QLocale::c(), german(QLocale::German);
        QCOMPARE(numberText(-0.3561, 3, c), QStringLiteral("\u22120.356"));
        QCOMPARE(numberText(-0.3561, 3, german), QStringLiteral("\u22120,356"));
        QCOMPARE(numberText(-0.0004, 2, c), QStringLiteral("0.00"));
        QCOMPARE(numberText(0.5961, c), QStringLiteral("0.596"));
        QCOMPARE(numberText(1.5e-12, c), QStringLiteral("1.50e\u221212"));
        QCOMPARE(numberText(-1.5e-12, c), QStringLiteral("\u22121.50e\u221212"));
        QCOMPARE(numberText(-3.14e-6, c), QStringLiteral("\u22123.14e\u221206"));
        QVERIFY(numberText(std::nan(""), c).contains(QLatin1String("not")));
        QCOMPARE(numberText(HUGE_VAL, c), QStringLiteral("\u221E"));
        QCOMPARE(numberText(-HUGE_VAL, c), QStringLiteral("\u2212\u221E"));
    }

    /// Five signs at most, whatever the size: that is what a cell holds.
    void numbersOfAnySizeFitACell_data()
    {
        QTest::addColumn<double>("largest");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("words");
        QTest::newRow("tiny") << -3.1415e-7 << QStringLiteral("\u22123.14") << QStringLiteral("in 10\u207b\u2077");
        QTest::newRow("small") << 0.00954 << "9.54" << QStringLiteral("in 10\u207b\u00b3");
        QTest::newRow("usual") << -0.512 << QStringLiteral("\u22120.51") << "";
        QTest::newRow("a hundredth") << 0.0123 << "0.012"
                                     << "";
        QTest::newRow("hundreds") << 341.26 << "341.3"
                                  << "";
        QTest::newRow("large") << 1.5e12 << "1.50" << QStringLiteral("in 10\u00b9\u00b2");
        QTest::newRow("zero") << 0.0 << "0.00"
                              << "";
    }
    void numbersOfAnySizeFitACell()
    {
        QFETCH(const double, largest);
        QFETCH(const QString, text);
        QFETCH(const QString, words);
        const NumberUnit unit = unitFor(std::abs(largest));
        QCOMPARE(unit.text(largest, QLocale::c()), text);
        QCOMPARE(unit.words(), words);
    }

    void sumsReproduce_data()
    {
        QTest::addColumn<int>("terms");
        QTest::addColumn<bool>("tanh");
        for (const int n : {1, 2, 6, 17})
            for (const bool tanh : {false, true})
                QTest::addRow("%d terms%s", n, tanh ? ", tanh" : "") << n << tanh;
    }

    void sumsReproduce()
    {
        QFETCH(const int, terms);
        QFETCH(const bool, tanh);
        const engine::CountedRng rng(3, engine::RandomPurpose::Test);
        const auto f = tanh ? std::function<double(double)>([](double x) { return std::tanh(x); })
                            : std::function<double(double)>();
        for (std::uint32_t round = 0; round < 500; ++round) {
            std::vector<double> operands;
            double sum = 0;
            for (int i = 0; i < terms; ++i) {
                operands.push_back(2 * rng.uniform(round, static_cast<std::uint32_t>(i)) - 1);
                sum += operands.back();
            }
            const double result = f ? f(sum) : sum;
            const LineDigits d = lineDigits(operands, sum, f, result);
            QVERIFY(d.operands >= d.sum && d.sum >= d.result);
            double typed = 0;
            for (const double x : operands)
                typed += rounded(x, d.operands);
            QCOMPARE(numberText(typed, d.sum, QLocale::c()), numberText(sum, d.sum, QLocale::c()));
            if (f)
                QCOMPARE(numberText(f(rounded(sum, d.sum)), d.result, QLocale::c()),
                         numberText(result, d.result, QLocale::c()));
        }
    }

    /// tanh(0.6876) is 0.596, tanh(0.688) is not.
    void aDigitIsAddedWhereRoundingBreaksIt()
    {
        const auto f = [](double x) { return std::tanh(x); };
        const double sum = 0.68763;
        QVERIFY(rounded(f(rounded(sum, 3)), 3) != rounded(f(sum), 3));
        QCOMPARE(lineDigits({sum}, sum, f, f(sum)).sum, 4);
    }

    void anUpdateInLines()
    {
        engine::TrainConfig c;
        engine::useOptimizer(c, *engine::findOptimizer("momentum"));
        const auto e = engine::explainUpdate({&c, 0.01, 1, 1, false}, {0.5, 0.2, 0.1, 0});
        const auto lines = updateLines(e.weight, QLocale::c());
        QCOMPARE(lines.size(), 3u);
        QCOMPARE(lines[1].name, QStringLiteral("velocity"));
        QCOMPARE(lines[1].calculation,
                 QStringLiteral("momentum 0.9 \u00d7 first state before 0.1000 + gradient 0.2000"));
        QCOMPARE(lines[1].result, QStringLiteral("0.2900"));
        QCOMPARE(lines[2].calculation, QStringLiteral("w 0.5000 \u2212 rate 0.01 \u00d7 velocity 0.2900"));
        QCOMPARE(lines[2].result, QStringLiteral("0.4971"));
    }
};

QTEST_APPLESS_MAIN(NumberTextTest)
#include "test_number_text.moc"
