#include "ui/theme/dialogs.h"
#include "ui/theme/settings.h"
#include "ui/training/curve_chart.h"
#include "ui/training/curve_view.h"

#include <QChart>
#include <QLineSeries>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QValueAxis>
#include <QWheelEvent>
#include <QtTest>

using namespace convarium;
using namespace convarium::ui;

class TestCurveChart : public QObject
{
    Q_OBJECT

    static void grow(TrainingHistory& history, int steps)
    {
        const auto first = static_cast<int>(history.steps.size());
        for (int i = first + 1; i <= first + steps; ++i) {
            engine::StepEvent e;
            e.step = i;
            e.epochPosition = i / 1000.0;
            e.loss = 2.0 / (1 + i / 100.0);
            e.accuracy = 1 - 0.5 / (1 + i / 100.0);
            history.append(e);
        }
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void pointsAreReplacedAsAWholeAndThinned()
    {
        TrainingHistory history;
        LossChart chart;
        chart.resize(400, 240);
        chart.setHistory(&history);
        chart.setEpochs(5);
        chart.show();
        QSignalSpy added(chart.trainingSeries(), &QXYSeries::pointAdded);
        QSignalSpy replaced(chart.trainingSeries(), &QXYSeries::pointsReplaced);
        grow(history, 5000);
        chart.dataChanged();
        chart.dataChanged();
        chart.dataChanged();
        const int before = static_cast<int>(replaced.count());
        QTRY_VERIFY(replaced.count() > before);
        chart.dataChanged(); // a redraw that was still due would come before the one for this change
        QTRY_VERIFY(replaced.count() > before + 1);
        QCOMPARE(replaced.count(), before + 2); // three changes, one redraw
        QCOMPARE(added.count(), 0);
        QVERIFY(chart.trainingSeries()->count() > 20);
        QVERIFY(chart.trainingSeries()->count() <= 400);
    }

    void aHiddenChartDoesNothingUntilItIsShown()
    {
        TrainingHistory history;
        AccuracyChart chart;
        chart.setHistory(&history);
        QSignalSpy replaced(chart.trainingSeries(), &QXYSeries::pointsReplaced);
        LossChart shown; // changed later and redrawn: a redraw of the hidden one would have come first
        shown.setHistory(&history);
        shown.show();
        QSignalSpy redrawn(shown.trainingSeries(), &QXYSeries::pointsReplaced);
        grow(history, 100);
        chart.dataChanged();
        shown.dataChanged();
        const auto before = redrawn.count();
        QTRY_VERIFY(redrawn.count() > before);
        QCOMPARE(replaced.count(), 0);
        chart.show();
        QVERIFY(chart.trainingSeries()->count() > 0);
    }

    void lastValuesAreTheDescription()
    {
        TrainingHistory history;
        LossChart chart;
        chart.setHistory(&history);
        QCOMPARE(chart.accessibleName(), QStringLiteral("Loss chart"));
        QCOMPARE(chart.accessibleDescription(), QStringLiteral("Press Train: the loss appears here"));
        grow(history, 1500);
        engine::EpochEvent epoch;
        epoch.epoch = 1;
        epoch.step = 1000;
        epoch.validationLoss = 0.25;
        history.append(epoch);
        chart.refresh();
        QVERIFY2(chart.accessibleDescription().startsWith(QStringLiteral("loss 0.1")),
                 qPrintable(chart.accessibleDescription()));
        QVERIFY(chart.accessibleDescription().contains(QStringLiteral("epoch 2")));
        QVERIFY(chart.accessibleDescription().endsWith(QStringLiteral("validation 0.250")));
        QCOMPARE(chart.validationSeries()->points(), (QList<QPointF>{{1, 0.25}}));
    }

    void theLogarithmicScaleKeepsTheCurve()
    {
        TrainingHistory history;
        grow(history, 2000);
        LossChart chart;
        chart.resize(400, 240);
        chart.setHistory(&history);
        chart.show();
        const auto points = chart.trainingSeries()->points();
        chart.setLogScale(true);
        QCOMPARE(chart.trainingSeries()->points(), points);
        QVERIFY(!chart.grab().isNull());
        chart.setLogScale(false);
        QCOMPARE(chart.trainingSeries()->points(), points);
    }

    void themesRecolourTheCurves()
    {
        LossChart chart;
        ThemeManager::instance().setMode(ThemeMode::Light);
        QCOMPARE(chart.trainingSeries()->pen().color(), lightTheme().training);
        ThemeManager::instance().setMode(ThemeMode::Dark);
        QCOMPARE(chart.trainingSeries()->pen().color(), darkTheme().training);
        QCOMPARE(chart.trainingSeries()->pen().widthF(), 1.5);
        ThemeManager::instance().setMode(ThemeMode::Light);
    }

    void theExportWritesTheTable()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("curves.csv"));
        const dialogs::ScopedAnswers answers({}, [&](const dialogs::FileRequest&) { return path; });
        TrainingHistory history;
        grow(history, 3);
        LossChart chart;
        chart.setHistory(&history);
        chart.exportCsv();
        QTRY_VERIFY(QFile::exists(path)); // it appears as a whole
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), historyCsv(history));
    }

    void anExportThatFailsIsReported()
    {
        QString said;
        const dialogs::ScopedAnswers answers(
            [&](const dialogs::Message& m) {
                said = m.text;
                return 0;
            },
            [](const dialogs::FileRequest&) { return QStringLiteral("/nowhere/at/all.csv"); });
        TrainingHistory history;
        LossChart chart;
        chart.setHistory(&history);
        chart.exportCsv();
        QTRY_VERIFY(!said.isEmpty());
    }

    void theChartShowsOtherCurvesAgainstOtherAxes()
    {
        TrainingHistory history;
        grow(history, 3000);
        history.mark("rate 0.1 \u2192 0.01");
        LossChart chart;
        chart.resize(500, 300);
        chart.setHistory(&history);
        chart.setEpochs(3);
        const double lossAtEnd = chart.trainingSeries()->points().last().y();
        chart.setAxis(CurveAxis::Steps);
        QVERIFY(std::abs(chart.trainingSeries()->points().last().x() - 3000) < 50);
        QCOMPARE(chart.view()->marks().size(), 1);
        QCOMPARE(chart.view()->marks()[0].x, 3000.0);
        QVERIFY(std::abs(chart.trainingSeries()->points().last().y() - lossAtEnd) < 0.1 * lossAtEnd);
        chart.setMeasure(Measure::Accuracy);
        QVERIFY(chart.trainingSeries()->points().last().y() > 90); // per cent
        chart.setMeasure(Measure::Loss);
        chart.setSmoothing(0.9);
        QVERIFY(chart.trainingSeries()->points().last().y() > lossAtEnd); // it lags behind what falls
    }

    void otherRunsAreDrawnOverIt()
    {
        auto other = std::make_shared<TrainingHistory>();
        grow(*other, 6000);
        TrainingHistory history;
        grow(history, 1000);
        AccuracyChart chart;
        chart.resize(500, 300);
        chart.setHistory(&history);
        chart.setEpochs(1);
        chart.setRuns({{other, QStringLiteral("mlp, adam"), 0}, {other, QStringLiteral("again"), 1}});
        QCOMPARE(chart.runSeries().size(), 2u);
        QVERIFY(chart.runSeries()[0]->count() > 20);
        QVERIFY(chart.runSeries()[0]->points().last().x() > 5.9);
        QVERIFY(chart.runSeries()[0]->pen().color() != chart.runSeries()[1]->pen().color());
        QVERIFY(chart.runSeries()[0]->pen().dashPattern() != chart.runSeries()[1]->pen().dashPattern());
        QCOMPARE(chart.view()->endLabels()[0].words, QStringLiteral("mlp, adam"));
        chart.setRuns({});
        QCOMPARE(chart.runSeries().size(), 0u);
        QVERIFY(chart.view()->endLabels().isEmpty());
    }

    void theWheelZoomsTheMouseMovesAndADoubleClickShowsAll()
    {
        TrainingHistory history;
        grow(history, 20000);
        LossChart chart;
        chart.resize(600, 300);
        chart.setHistory(&history);
        chart.setEpochs(20);
        chart.show();
        QVERIFY(QTest::qWaitForWindowExposed(&chart));
        const auto* axis = static_cast<QValueAxis*>(chart.chart()->axes(Qt::Horizontal).first());
        QWidget* area = chart.view()->viewport();
        const QRectF plot = chart.chart()->plotArea();
        const auto at = [&](double place) { return QPointF(plot.left() + place * plot.width(), plot.center().y()); };
        const auto valueAt = [&](double place) { return axis->min() + place * (axis->max() - axis->min()); };
        QCOMPARE(axis->max(), 20.0);
        const double before = valueAt(0.25);
        QWheelEvent wheel(at(0.25), area->mapToGlobal(at(0.25).toPoint()), {}, {0, 480}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(area, &wheel);
        QTRY_VERIFY(axis->max() < 15);
        QVERIFY(chart.isZoomed());
        QVERIFY(std::abs(valueAt(0.25) - before) < 0.2); // what is under the pointer stays there
        for (const QPointF& p : chart.trainingSeries()->points())
            QVERIFY(p.x() >= axis->min() - 0.01 && p.x() <= axis->max() + 0.01);

        const double length = axis->max() - axis->min(), left = axis->min();
        QTest::mousePress(area, Qt::LeftButton, {}, at(0.75).toPoint());
        QTest::mouseMove(area, at(0.65).toPoint());
        QTest::mouseMove(area, at(0.55).toPoint());
        QTest::mouseRelease(area, Qt::LeftButton, {}, at(0.55).toPoint());
        QTRY_VERIFY(std::abs(axis->min() - left - 0.2 * length) < 0.02 * length);
        QVERIFY(std::abs(axis->max() - axis->min() - length) < 1e-6);
        // The value under the pointer.
        QTest::mouseMove(area, at(0.5).toPoint());
        QVERIFY(chart.view()->reading());
        QVERIFY(std::abs(chart.view()->reading()->at.x() - valueAt(0.5)) < 0.02 * length);
        QVERIFY2(chart.view()->reading()->words.startsWith(QStringLiteral("epoch ")),
                 qPrintable(chart.view()->reading()->words));

        QTest::mouseDClick(area, Qt::LeftButton, {}, at(0.5).toPoint());
        QTRY_COMPARE(axis->max(), 20.0);
        QVERIFY(!chart.isZoomed());
        chart.zoom(1e-9); // never to less than a few steps
        QTRY_VERIFY(chart.isZoomed());
        QTRY_VERIFY(axis->max() - axis->min() < 0.1);
        QVERIFY(chart.trainingSeries()->count() >= 10);
        history.clear();
        chart.refresh();
        QVERIFY(!chart.isZoomed()); // the part was of a run that is gone
    }

    void aPictureTellsByItselfWhatItShows()
    {
        TrainingHistory history;
        grow(history, 3000);
        for (int i = 1; i <= 3; ++i) {
            engine::EpochEvent epoch;
            epoch.epoch = i;
            epoch.step = 1000 * i;
            epoch.validationLoss = 1.0 / i;
            history.append(epoch);
        }
        auto other = std::make_shared<TrainingHistory>();
        grow(*other, 2000);
        LossChart chart;
        chart.resize(220, 120); // a picture does not depend on the window: here the axis would have no title
        chart.setRunName(QStringLiteral("LeNet-5"));
        chart.setLossName(QStringLiteral("squared error"));
        chart.setHistory(&history);
        chart.setEpochs(3);
        chart.setAxis(CurveAxis::Seconds);
        chart.setRuns({{other, QStringLiteral("mlp, sgd 0.1"), 0}});
        ThemeManager::instance().setMode(ThemeMode::Dark);
        QTemporaryDir folder;
        QString path = folder.filePath(QStringLiteral("c.svg"));
        const dialogs::ScopedAnswers answers({}, [&](const dialogs::FileRequest&) { return path; });
        chart.exportPicture();
        QTRY_VERIFY(QFile::exists(path)); // it appears as a whole
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString svg = QString::fromUtf8(file.readAll());
        for (const char* words : {"LeNet-5: loss", "squared error", "seconds", "LeNet-5, training",
                                  "LeNet-5, validation", "LeNet-5, best epoch", "mlp, sgd 0.1"})
            QVERIFY2(svg.contains(QLatin1String(words)), words);
        // The first steps lie far above the axis: nothing of them is drawn over the title.
        QVERIFY(!svg.contains(QRegularExpression(QStringLiteral("points=\"[^\"]*-[0-9]"))));
        QVERIFY(svg.contains(lightTheme().training.name())); // for paper, whatever the window shows
        QVERIFY(!svg.contains(darkTheme().training.name()));
        QCOMPARE(Theme::current().dark, true);
        QCOMPARE(chart.trainingSeries()->pen().color(), darkTheme().training);

        path = folder.filePath(QStringLiteral("c.png"));
        chart.setAxis(CurveAxis::Epochs);
        chart.exportPicture();
        QTRY_VERIFY(QFile::exists(path));
        const QImage image(path);
        QVERIFY(image.width() > 1800 && image.height() > 1200);
        QCOMPARE(QColor(image.pixel(2, 2)), lightTheme().surface);
        // Each curve has its colour in the legend, above the plot.
        for (const QColor& color : {lightTheme().training, lightTheme().validation, runColor(0, lightTheme())}) {
            bool found = false;
            for (int y = 80; y < 180 && !found; ++y)
                for (int x = 0; x < image.width() && !found; ++x)
                    found = QColor(image.pixel(x, y)) == color;
            QVERIFY2(found, qPrintable(color.name()));
        }
        ThemeManager::instance().setMode(ThemeMode::Light);
    }

    void aPictureThatCannotBeWrittenIsReported()
    {
        QString said;
        const dialogs::ScopedAnswers answers(
            [&](const dialogs::Message& m) {
                said = m.text;
                return 0;
            },
            [](const dialogs::FileRequest&) { return QStringLiteral("/nowhere/at/all.png"); });
        LossChart chart;
        chart.exportPicture();
        QTRY_COMPARE(said, QStringLiteral("The chart could not be written."));
    }
};

QTEST_MAIN(TestCurveChart)
#include "test_curve_chart.moc"
