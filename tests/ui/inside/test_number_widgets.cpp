// Sizes of cells and units of subtotals on the page of a number, also for what is hardly ever there.
#include "ui/inside/operand_list.h"
#include "ui/inside/value_grid.h"
#include "ui/theme/settings.h"
#include "ui/theme/type.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace convarium;
using namespace convarium::ui;

class NumberWidgetsTest : public QObject
{
    Q_OBJECT

    static NumberGroup groupOf(int rows, int columns, double value)
    {
        NumberGroup g;
        g.rows = rows;
        g.columns = columns;
        for (int y = 0; y < rows; ++y)
            for (int x = 0; x < columns; ++x)
                g.cells.push_back({true, false, y, x, value, 1, value});
        g.subtotal = value;
        g.adds = true;
        return g;
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void cellsFillTheirPlaceAndStayInIt_data()
    {
        QTest::addColumn<double>("textScale");
        QTest::addRow("as designed") << 1.0;
        QTest::addRow("for a presenter") << 1.6;
    }

    void cellsFillTheirPlaceAndStayInIt()
    {
        QFETCH(const double, textScale);
        ThemeManager::instance().setTextScale(textScale, false);
        ValueGrid grid(GridColumn::Values, QStringLiteral("Patch"));
        for (const auto& [rows, columns] : {std::pair(1, 1), std::pair(2, 2), std::pair(3, 3), std::pair(3, 2),
                                            std::pair(5, 5), std::pair(7, 7), std::pair(1, 200), std::pair(28, 28)}) {
            grid.setGroup(groupOf(rows, columns, -0.123), QStringLiteral("Patch"), QStringLiteral("map 1"), 1);
            for (const QSize& size : {grid.sizeHint(), grid.minimumSizeHint(), QSize(scaled(96), scaled(300)),
                                      QSize(scaled(600), scaled(600)), QSize(0, 0), QSize(1, 1)}) {
                grid.resize(size);
                const QRect first = grid.cellRect(0, 0), last = grid.cellRect(rows - 1, columns - 1);
                QVERIFY(first.width() >= 1 && first.height() >= 1);
                if (size.width() > columns + 2 && size.height() > first.top() + rows + 2)
                    QVERIFY2(grid.rect().contains(last), qPrintable(QStringLiteral("%1x%2").arg(rows).arg(columns)));
                grid.grab(); // without a fault
            }
            grid.resize(scaled(600), scaled(600));
            const int cell = grid.cellRect(0, 0).width();
            QCOMPARE(grid.cellRect(0, 0).height(), cell);
            const int most = std::max(rows, columns);
            if (most <= 5)
                QVERIFY(most == 1 || std::abs(cell * most - scaled(most == 2 ? 144 : 215)) <= most);
            QVERIFY(cell >= scaled(most <= 5 ? 42 : 1) && cell <= scaled(72));
        }
        ThemeManager::instance().setTextScale(1, false);
    }

    void subtotalsShareOneUnit_data()
    {
        QTest::addColumn<QList<double>>("subtotals");
        QTest::addColumn<int>("decimals");
        QTest::addColumn<QString>("words");
        QTest::addColumn<QString>("first");
        const double infinite = std::numeric_limits<double>::infinity();
        QTest::addRow("as they are") << QList{0.5, -0.25} << 3 << QString() << QStringLiteral("0.500");
        QTest::addRow("zeros") << QList{0.0, 0.0} << 3 << QString() << QStringLiteral("0.000");
        QTest::addRow("none") << QList<double>{} << 3 << QString() << QString();
        QTest::addRow("small") << QList{3e-7, -1e-8} << 9 << QStringLiteral("in 10\u207b\u2077")
                               << QStringLiteral("3.000");
        QTest::addRow("huge") << QList{-2.5e6, 3.0} << 0 << QStringLiteral("in 10\u2076")
                              << QStringLiteral("\u22122.500");
        QTest::addRow("one row") << QList{12.3456} << 2 << QString() << QStringLiteral("12.35");
        QTest::addRow("no number") << QList{std::nan(""), 0.5} << 3 << QString() << QStringLiteral("not a number");
        QTest::addRow("no end") << QList{infinite, 0.5} << 3 << QString() << QStringLiteral("\u221e");
    }

    void subtotalsShareOneUnit()
    {
        QFETCH(const QList<double>, subtotals);
        QFETCH(const int, decimals);
        QFETCH(const QString, words);
        QFETCH(const QString, first);
        QLocale::setDefault(QLocale::c());
        NumberMaps maps;
        maps.shape = {8, 3, 3};
        maps.values.assign(72, 0.5F);
        maps.scale = 1;
        NumberModel model;
        for (const double subtotal : subtotals) {
            model.groups.push_back(groupOf(3, 3, subtotal));
            model.groups.back().map = static_cast<int>(model.groups.size()) - 1;
        }
        OperandList list;
        list.setModel(model, {maps}, decimals);
        QCOMPARE(list.unit().words(), words);
        if (!subtotals.isEmpty())
            QCOMPARE(list.unit().text(subtotals.front()), first);
        for (const int width : {1, 120, 400}) {
            list.resize(width, 200);
            list.grab(); // without a fault
        }
    }
};

QTEST_MAIN(NumberWidgetsTest)
#include "test_number_widgets.moc"
