#include "engine/graph/formula.h"
#include "engine/graph/params.h"
#include "engine/graph/shape_text.h"

#include <QtTest>

#include <limits>

using namespace convarium::engine;

class FormulaTest : public QObject
{
    Q_OBJECT

    static Traced named(std::int64_t value, const char* name) { return Traced(Checked(value), name); }

private Q_SLOTS:
    void overflowSticksToTheResult()
    {
        const Checked largest = std::numeric_limits<std::int64_t>::max();
        QVERIFY((largest + 1).overflow);
        QVERIFY((largest * 2).overflow);
        QVERIFY((Checked(std::numeric_limits<std::int64_t>::min()) - 1).overflow);
        QVERIFY(((largest + 1) * 0 + 5).overflow);
        QVERIFY(floorDiv(largest + 1, 2).overflow);
        QVERIFY(floorDiv(Checked(3), Checked(0)).overflow);
        QVERIFY(!(largest - 1).overflow);
    }

    void divisionRoundsTheRightWay_data()
    {
        QTest::addColumn<int>("a");
        QTest::addColumn<int>("b");
        QTest::addColumn<int>("down");
        QTest::addColumn<int>("up");
        QTest::newRow("exact") << 6 << 3 << 2 << 2;
        QTest::newRow("rest") << 7 << 3 << 2 << 3;
        QTest::newRow("negative") << -7 << 3 << -3 << -2;
        QTest::newRow("zero") << 0 << 3 << 0 << 0;
    }

    void divisionRoundsTheRightWay()
    {
        QFETCH(const int, a);
        QFETCH(const int, b);
        QFETCH(const int, down);
        QFETCH(const int, up);
        QCOMPARE(floorDiv(Checked(a), Checked(b)).value, std::int64_t(down));
        QCOMPARE(ceilDiv(Checked(a), Checked(b)).value, std::int64_t(up));
    }

    void textsReadAsInTheInspector()
    {
        const Traced kernel = named(5, "kernel");
        const Traced maps = named(6, "maps in");
        const Traced parameters = (kernel * kernel * maps + 1) * named(16, "filters");
        QCOMPARE(parameters.symbols, std::string("(kernel · kernel · maps in + 1) · filters"));
        QCOMPARE(parameters.numbers, std::string("(5 · 5 · 6 + 1) · 16"));
        QCOMPARE(parameters.value.value, std::int64_t(2416));
        const Traced size =
            floorDiv(named(14, "size in") + Traced(2) * named(0, "padding") - kernel, named(1, "stride")) + 1;
        QCOMPARE(size.symbols, std::string("⌊(size in + 2 · padding − kernel) / stride⌋ + 1"));
        QCOMPARE(size.numbers, std::string("⌊(14 + 2 · 0 − 5) / 1⌋ + 1"));
        const Traced macs = renamed(size, "height") * grouped(kernel * maps);
        QCOMPARE(macs.symbols, std::string("height · (kernel · maps in)"));
        QCOMPARE(macs.numbers, std::string("10 · (5 · 6)"));
        QCOMPARE((kernel - (maps - 1)).numbers, std::string("5 − (6 − 1)"));
        QCOMPARE((kernel * exactDiv(maps, named(2, "groups"))).symbols, std::string("kernel · (maps in / groups)"));
    }

    void digitsAreGrouped()
    {
        QCOMPARE(groupDigits(0), std::string("0"));
        QCOMPARE(groupDigits(999), std::string("999"));
        QCOMPARE(groupDigits(18496), std::string("18,496"));
        QCOMPARE(groupDigits(-1234567), std::string("-1,234,567"));
        QCOMPARE(groupDigits(std::numeric_limits<std::int64_t>::min()), std::string("-9,223,372,036,854,775,808"));
    }

    void shapesAreWrittenHeightWidthMaps()
    {
        QCOMPARE(shapeText({16, 28, 30}), std::string("28×30×16"));
        QCOMPARE(shapeText({84}), std::string("84"));
        QCOMPARE(shapeText({}), std::string("one number"));
        QCOMPARE(shapeWords({84}), std::string("a list of 84 numbers"));
    }

    void settingsHaveOneText()
    {
        QCOMPARE(paramText(true), std::string("on"));
        QCOMPARE(paramText(std::int64_t{-3}), std::string("-3"));
        QCOMPARE(paramText(0.1), std::string("0.1"));
        QCOMPARE(paramText(std::string("same")), std::string("same"));
    }
};

QTEST_APPLESS_MAIN(FormulaTest)
#include "formula_test.moc"
