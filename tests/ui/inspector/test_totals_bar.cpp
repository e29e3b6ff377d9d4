#include "engine/analysis/derivation.h"
#include "sample_graphs.h"
#include "ui/inspector/totals_bar.h"
#include "ui/theme/settings.h"
#include <QLayout>

#include <QUndoStack>
#include <QtTest>

using namespace convarium;
using namespace convarium::ui;

class TestTotalsBar : public QObject
{
    Q_OBJECT

    static QWidget* item(const TotalsBar& bar, const QString& name)
    {
        for (auto* widget : bar.findChildren<QWidget*>())
            if (widget->accessibleName() == name)
                return widget;
        return nullptr;
    }
    /// The number, as shown; what is read aloud begins with it.
    static QString value(const TotalsBar& bar, const QString& name)
    {
        const QWidget* box = item(bar, name);
        for (auto* label : box ? box->findChildren<TextLabel*>() : QList<TextLabel*>())
            if (label->font().bold() && box->accessibleDescription().startsWith(label->text() + QLatin1Char(' ')))
                return label->text();
        return {};
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void countsFollowTheDocument()
    {
        ProjectDocument document;
        document.reset(test::lenetPart(), {}, {});
        TotalsBar bar(&document);
        bar.resize(1600, 32);
        bar.show();
        QCOMPARE(bar.accessibleName(), QStringLiteral("Totals"));
        // 16 (5·5·6 + 1) + 8 (3·3·16 + 1) + 10 (800 + 1)
        QCOMPARE(value(bar, QStringLiteral("Parameters")), QStringLiteral("11,586"));
        document.setParam(2, "filters", std::int64_t{1});
        QVERIFY(value(bar, QStringLiteral("Parameters")) != QStringLiteral("11,586"));
        document.undoStack()->undo();
        QCOMPARE(value(bar, QStringLiteral("Parameters")), QStringLiteral("11,586"));
    }

    void memoryIsThatOfTheExecutionPlan()
    {
        ProjectDocument document;
        document.reset(test::lenetPart(), {}, {});
        TotalsBar bar(&document);
        const auto estimate = estimateMemory(document.graph(), document.trainConfig());
        QVERIFY(estimate.training > estimate.inference);
        QVERIFY(estimate.inference > 4 * 11586);
        QTRY_COMPARE(value(bar, QStringLiteral("Training memory")),
                     QString::fromStdString(engine::bytesText(estimate.training)));
    }

    void faultsAreCountedOnTheButton()
    {
        ProjectDocument document;
        document.reset(test::lenetPart(), {}, {});
        TotalsBar bar(&document);
        QCOMPARE(bar.problemsButton()->text(), QStringLiteral("No problems"));
        document.setParam(2, "groups", std::int64_t{4});
        QCOMPARE(bar.problemsButton()->text(), QStringLiteral("1 problem"));
        QSignalSpy clicked(&bar, &TotalsBar::problemsClicked);
        bar.problemsButton()->click();
        QCOMPARE(clicked.count(), 1);
    }

    void aFaultKeepsTheLastGoodNumbersGreyed()
    {
        ProjectDocument document;
        document.reset(test::lenetPart(), {}, {});
        TotalsBar bar(&document);
        bar.resize(1100, 32);
        bar.show();
        const QStringList names{QStringLiteral("Parameters"), QStringLiteral("MACs"), QStringLiteral("Training memory"),
                                QStringLiteral("Inference")};
        QStringList good;
        QTRY_VERIFY(value(bar, names[2]) != QStringLiteral("?"));
        for (const QString& name : names)
            good << value(bar, name);
        const auto colour = [&](const QString& name) {
            for (auto* label : item(bar, name)->findChildren<TextLabel*>())
                if (label->text() == value(bar, name))
                    return label->palette().color(QPalette::WindowText);
            return QColor();
        };
        const QColor black = colour(names[0]);
        document.setParam(2, "groups", std::int64_t{4}); // six maps cannot be divided by it
        for (int i = 0; i < names.size(); ++i) {
            QCOMPARE(value(bar, names[i]), good[i]);
            QVERIFY2(colour(names[i]) != black, qPrintable(names[i]));
            const QString told = item(bar, names[i])->accessibleDescription();
            QVERIFY2(told.endsWith(QStringLiteral("last that worked")), qPrintable(told));
        }
        // The words are seen, however narrow the bar is.
        for (auto* label : item(bar, names[0])->findChildren<TextLabel*>())
            QVERIFY(label->isVisible());
        document.undoStack()->undo();
        QCOMPARE(value(bar, names[0]), good[0]);
        QCOMPARE(colour(names[0]), black);
        QTRY_COMPARE(value(bar, names[2]), good[2]);
        QTRY_COMPARE(colour(names[2]), black);
        // Another network has no good numbers of its own yet.
        engine::GraphSpec broken = test::lenetPart();
        broken.node(2)->params.set("groups", std::int64_t{4});
        document.reset(broken, {}, {});
        QTRY_COMPARE(value(bar, names[2]), QStringLiteral("?"));
        QCOMPARE(value(bar, names[0]), QStringLiteral("?"));
    }

    void aNarrowBarDropsWordsBeforeNumbers()
    {
        ProjectDocument document;
        document.reset(test::lenetPart(), {}, {});
        TotalsBar bar(&document);
        bar.show();
        for (const int width : {1600, 1280, 1024, 700}) {
            bar.resize(width, 32);
            QCoreApplication::processEvents();
            QVERIFY2(bar.layout()->minimumSize().width() <= width, qPrintable(QString::number(width)));
            for (const char* name : {"Parameters", "MACs"}) {
                const QWidget* box = item(bar, QString::fromLatin1(name));
                QVERIFY(box && box->isVisible());
                for (auto* label : box->findChildren<TextLabel*>())
                    QVERIFY(label->isVisible() || label->text() != value(bar, box->accessibleName()));
            }
        }
    }
};

QTEST_MAIN(TestTotalsBar)
#include "test_totals_bar.moc"
