#include "tests/support/expression.h"
#include "tests/support/layer_case.h"

#include <QtTest>

using namespace convarium::test;

/// What the learner reads is what the program computes with.
class FormulaTextTest : public QObject
{
    Q_OBJECT

    static void compare(const Traced& traced, const Checked& checked)
    {
        QVERIFY(!checked.overflow);
        QCOMPARE(traced.value.value, checked.value);
        const auto value = Expression::evaluate(traced.numbers);
        QVERIFY2(value, traced.numbers.c_str());
        QVERIFY2(*value == static_cast<double>(checked.value), traced.numbers.c_str());
        QCOMPARE(Expression::skeleton(traced.symbols), Expression::skeleton(traced.numbers));
    }

private Q_SLOTS:
    void everyFormulaTextGivesTheValueInUse_data()
    {
        QTest::addColumn<QString>("layer");
        QTest::addColumn<int>("sample");
        for (const LayerDescriptor& layer : layerRegistry())
            for (std::size_t s = 0; s < layer.samples.size(); ++s)
                QTest::addRow("%s, %s", layer.id.c_str(), layer.samples[s].name.c_str())
                    << QString::fromStdString(layer.id) << static_cast<int>(s);
    }

    void everyFormulaTextGivesTheValueInUse()
    {
        QFETCH(const QString, layer);
        QFETCH(const int, sample);
        const LayerDescriptor* d = findLayer(layer.toStdString());
        const LayerSample& s = d->samples[static_cast<std::size_t>(sample)];
        const auto params = completeParams(*d, s.params);
        QVERIFY(params);
        const auto checked = d->formulas(formulaContext<Checked>(*params, s.inputs));
        const auto traced = d->tracedFormulas(formulaContext<Traced>(*params, s.inputs));
        QCOMPARE(traced.output.sizes.size(), checked.output.sizes.size());
        for (std::size_t i = 0; i < checked.output.sizes.size(); ++i)
            compare(traced.output.sizes[i], checked.output.sizes[i]);
        compare(traced.weights, checked.weights);
        compare(traced.statistics, checked.statistics);
        compare(traced.macs, checked.macs);
    }

    void theEvaluatorItselfIsRight_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<double>("value");
        QTest::newRow("precedence") << QStringLiteral("2 + 3 · 4") << 14.0;
        QTest::newRow("parentheses") << QStringLiteral("(2 + 3) · 4") << 20.0;
        QTest::newRow("rounded down") << QStringLiteral("⌊(14 + 2 · 0 − 5) / 2⌋ + 1") << 5.0;
        QTest::newRow("rounded up") << QStringLiteral("⌈7 / 2⌉") << 4.0;
        QTest::newRow("from left to right") << QStringLiteral("10 − 3 − 2") << 5.0;
    }

    void theEvaluatorItselfIsRight()
    {
        QFETCH(const QString, text);
        QFETCH(const double, value);
        const auto result = Expression::evaluate(text.toStdString());
        QVERIFY(result);
        QCOMPARE(*result, value);
        QVERIFY(!Expression::evaluate(text.toStdString() + ")"));
        QVERIFY(!Expression::evaluate(text.toStdString() + " +"));
    }
};

QTEST_APPLESS_MAIN(FormulaTextTest)
#include "formula_text_test.moc"
