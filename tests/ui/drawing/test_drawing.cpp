// What is computed of a drawing: what-ifs, neighbours, inputs of other sizes, networks that name no class.
#include "tests/support/graphs.h"
#include "ui/drawing/drawing_field.h"
#include "ui/drawing/drawing_worker.h"
#include "ui/drawing/example_strokes.h"
#include "ui/drawing/neighbour_search.h"
#include "ui/theme/settings.h"

#include <QSignalSpy>
#include <QTest>

#include <future>
#include <numeric>

using namespace convarium;
using namespace convarium::ui;
using datasets::DrawnStrokes;
using datasets::GreyPicture;

namespace
{

/// A bar from (8, 6) to (8, 20).
DrawnStrokes bar()
{
    return {{{{8, 6, 1}, {8, 20, 1}}, false}};
}

struct Answer {
    DrawingResult result;
    std::optional<PlainReading> plain;
};

/// The worker's answer, and its second one where there is one.
Answer ask(const engine::GraphSpec& graph, const DrawnStrokes& strokes, const datasets::MnistSteps& steps = {},
           const WhatIf& whatIf = {})
{
    std::promise<DrawingResult> promise;
    Answer answer;
    {
        DrawingWorker worker(
            engineServices(), [&](DrawingResult r) { promise.set_value(std::move(r)); },
            [&](PlainReading p) { answer.plain = std::move(p); });
        DrawingRequest request;
        request.id = 1;
        request.graph = std::make_shared<const engine::GraphSpec>(graph);
        request.strokes = strokes;
        request.steps = steps;
        request.whatIf = whatIf;
        worker.request(request);
        answer.result = promise.get_future().get();
    } // joined: the second answer is there
    return answer;
}

engine::GraphSpec classifier(std::int64_t channels, std::int64_t height, std::int64_t width)
{
    test::GraphMaker make;
    make.input(channels, height, width);
    make.conv(4, 3);
    make.add("relu");
    make.add("global_avg_pool");
    make.add("dense", {{"units", std::int64_t{10}}});
    return make.graph();
}

int sum(const std::vector<std::uint8_t>& pixels)
{
    return std::accumulate(pixels.begin(), pixels.end(), 0);
}

} // namespace

class TestDrawing : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void turningIsAboutTheMiddleOfTheDrawing()
    {
        const DrawnStrokes turned = rotated(bar(), 90);
        QVERIFY(std::abs(turned[0].line[0].x - 15) < 1e-4F); // up goes to the right
        QVERIFY(std::abs(turned[0].line[0].y - 13) < 1e-4F);
        QVERIFY(std::abs(turned[0].line[1].x - 1) < 1e-4F);
        QVERIFY(rotated(bar(), 0) == bar());
    }

    void whatIfsMoveCoverAndBlur()
    {
        GreyPicture p{3, 3, {0, 0, 0, 0, 200, 0, 0, 0, 0}};
        QVERIFY(spoiled(p, {}) == p);
        QCOMPARE(spoiled(p, {0, 1, -1, 0, 0}).pixels[2], std::uint8_t(200)); // right and up
        QCOMPARE(sum(spoiled(p, {0, 2, 0, 0, 0}).pixels), 0);                // out of the picture
        QCOMPARE(sum(spoiled(p, {0, 0, 0, 0, 1}).pixels), 200);
        QCOMPARE(sum(spoiled(p, {0, 0, 0, 0, 2}).pixels), 0);
        const GreyPicture noisy = spoiled(p, {0, 0, 0, 30, 0});
        QVERIFY(noisy != p);
        QVERIFY(noisy == spoiled(p, {0, 0, 0, 30, 0})); // the same noise, so that nothing flickers
    }

    void theNearestImagesComeFirst()
    {
        std::vector<std::uint8_t> pixels;
        std::vector<std::uint8_t> labels;
        for (int i = 0; i < 600; ++i) {
            pixels.insert(pixels.end(), {std::uint8_t(i % 251), std::uint8_t(i / 251)});
            labels.push_back(std::uint8_t(i % 10));
        }
        const engine::InMemoryDataset set(engine::Shape{1, 1, 2}, pixels, labels, {});
        const auto nearest = nearestImages(set, {100, 0}, 3, [] { return false; });
        QCOMPARE(nearest.size(), std::size_t(3));
        QCOMPARE(nearest[0].image, 100);
        QCOMPARE(nearest[0].distance, 0);
        QCOMPARE(nearest[0].label, 0);
        for (const auto& n : {nearest[1], nearest[2]}) {
            QCOMPARE(n.distance, 1);
            QVERIFY(n.image == 99 || n.image == 101 || n.image == 351);
        }
        QVERIFY(nearestImages(set, {100, 0}, 3, [] { return true; }).empty());
        QVERIFY(nearestImages(set, {1, 2, 3}, 3, [] { return false; }).empty());
    }

    void theStepsReachTheNetworkAndThePlainReadingFollows()
    {
        const Answer answer = ask(classifier(1, 28, 28), bar());
        const DrawingResult& r = answer.result;
        QCOMPARE(r.trouble, QString());
        QCOMPARE(r.ink, (datasets::InkBox{126, 90, 162, 378}));
        QVERIFY(!r.converted);
        QVERIFY(r.pixels == datasets::mnistPictures(bar(), {}).centred.pixels);
        QCOMPARE(r.reading.probabilities.size(), std::size_t(10));
        QVERIFY(r.reading.best >= 0);
        QCOMPARE(r.way.size(), std::size_t(1));
        QVERIFY(answer.plain.has_value());
        const Answer raw = ask(classifier(1, 28, 28), bar(), {false, false, false});
        QVERIFY(raw.result.reading.probabilities == answer.plain->reading.probabilities);
        QVERIFY(!raw.plain.has_value()); // it would be the same
        const Answer moved = ask(classifier(1, 28, 28), bar(), {}, {0, 3, 0, 0, 0});
        QVERIFY(moved.result.pixels != r.pixels);
        QCOMPARE(sum(moved.result.pixels), sum(r.pixels));
    }

    void otherInputsGetTheDrawingInTheirSizeAndEveryChannel()
    {
        const DrawingResult r = ask(classifier(3, 40, 32), bar()).result;
        QVERIFY(r.converted);
        QCOMPARE(r.trouble, QString());
        QCOMPARE(r.pixels.size(), std::size_t(3 * 40 * 32));
        const auto plane = std::ptrdiff_t(40 * 32);
        QVERIFY(std::equal(r.pixels.begin(), r.pixels.begin() + plane, r.pixels.begin() + plane));
        QVERIFY(std::equal(r.pixels.begin(), r.pixels.begin() + plane, r.pixels.begin() + 2 * plane));
        QVERIFY(sum(r.pixels) > 0);
        QVERIFY(r.reading.best >= 0);
    }

    void nothingDrawnIsNotRead()
    {
        const Answer answer = ask(classifier(1, 28, 28), {});
        QCOMPARE(answer.result.reading.best, -1);
        QCOMPARE(answer.result.trouble, QString());
        QVERIFY(!answer.plain.has_value());
    }

    void aNetworkWithoutClassesSaysSo()
    {
        test::GraphMaker maps;
        maps.input();
        maps.conv(4, 3);
        const DrawingResult r = ask(maps.graph(), bar()).result;
        QVERIFY2(r.trouble.contains(QStringLiteral("does not name a class")), qPrintable(r.trouble));
        QCOMPARE(r.reading.best, -1);
        QCOMPARE(r.way.size(), std::size_t(1)); // its maps are shown all the same
    }

    void examplesLieInTheField()
    {
        for (int digit = 0; digit < 10; ++digit)
            for (int variant = 0; variant < 20; ++variant) {
                const DrawnStrokes strokes = exampleStrokes(digit, variant);
                QVERIFY(strokes == exampleStrokes(digit, variant));
                for (const auto& stroke : strokes)
                    for (const auto& p : stroke.line)
                        QVERIFY(p.x >= 1 && p.x <= 27 && p.y >= 1 && p.y <= 27);
            }
        QVERIFY(exampleStrokes(7, 0) != exampleStrokes(7, 1));
    }

    void aStrokeOfThePointerIsInFields()
    {
        DrawingField field;
        field.resize(28 * 10 + 2, 28 * 10 + 2);
        field.setPen(1.5F);
        field.show();
        QVERIFY(QTest::qWaitForWindowExposed(&field));
        QCOMPARE(field.fieldSize(), 10);
        QSignalSpy finished(&field, &DrawingField::strokeFinished);
        const QPoint origin = field.area().topLeft();
        QTest::mousePress(&field, Qt::LeftButton, {}, origin + QPoint(50, 60));
        for (int i = 1; i <= 10; ++i)
            QTest::mouseMove(&field, origin + QPoint(50 + 10 * i, 60));
        QCOMPARE(field.strokes().size(), std::size_t(1)); // also while it grows
        QTest::mouseRelease(&field, Qt::LeftButton, {}, origin + QPoint(150, 60));
        QCOMPARE(finished.size(), 1);
        const auto stroke = field.strokes().front();
        QCOMPARE(stroke.line.front(), (datasets::InkPoint{5, 6, 1.5F}));
        QCOMPARE(stroke.line.back(), (datasets::InkPoint{15, 6, 1.5F}));
        QVERIFY(!stroke.erases);
        // The ink is on the screen, and the rubber takes it off.
        const auto dark = [&] {
            const QImage image = field.grab().toImage();
            return image.pixelColor(origin + QPoint(105, 62)).lightness() < 90;
        };
        QVERIFY(dark());
        field.setErasing(true);
        QTest::mousePress(&field, Qt::LeftButton, {}, origin + QPoint(100, 60));
        QTest::mouseMove(&field, origin + QPoint(110, 60));
        QTest::mouseRelease(&field, Qt::LeftButton, {}, origin + QPoint(110, 60));
        QVERIFY(!dark());
        QVERIFY(field.strokes().back().erases);
    }
};

QTEST_MAIN(TestDrawing)
#include "test_drawing.moc"
