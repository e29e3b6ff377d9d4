#include "engine/layers/layer.h"
#include "scripted_run.h"
#include "ui/theme/colormap.h"
#include "ui/theme/settings.h"
#include "ui/threads/task_thread.h"
#include "ui/training/feature_map_panel.h"
#include "ui/training/image_search.h"
#include "ui/training/map_pictures.h"
#include "ui/training/map_service.h"
#include "ui/training/training_controller.h"

#include <QComboBox>
#include <QMenu>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QToolTip>
#include <QtTest>

using namespace convarium;
using namespace convarium::ui;

class TestMapPictures : public QObject
{
    Q_OBJECT

    /// A grid that shows maps without a network.
    struct Grid {
        MapGrid grid;
        explicit Grid(const engine::Tensor& output)
        {
            grid.resize(400, 120);
            grid.show();
            show(output);
        }
        void show(const engine::Tensor& output)
        {
            MapResult result;
            result.node = result.shown = 1;
            layMaps(result, output, false, ColorMap::Signed, lightTheme());
            grid.setResult(result);
        }
        [[nodiscard]] QPoint middleOf(int map, int row, int column) const
        {
            const MapResult& r = grid.result();
            const QRect cell = grid.cellRect(map);
            const QSize size = QSize(r.width, r.height).scaled(cell.size(), Qt::KeepAspectRatio);
            const QPoint corner = cell.center() - QPoint(size.width() / 2, size.height() / 2);
            return corner + QPoint((2 * column + 1) * size.width() / (2 * r.width),
                                   (2 * row + 1) * size.height() / (2 * r.height));
        }
        [[nodiscard]] QString told() const { return grid.numberWords(grid.toldNumber()); }
    };
    /// 0, 1, 2, ... less by 6.
    static engine::Tensor counted(const engine::Shape& shape)
    {
        std::vector<float> values(static_cast<std::size_t>(shape.elements()));
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(i) - 6;
        return {shape, values};
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
        ThemeManager::instance().setMode(ThemeMode::Light);
    }

    void mapsShareOneScaleUnlessToldOtherwise()
    {
        const engine::Tensor output(engine::Shape{2, 1, 2}, {1.0F, -1.0F, 0.5F, 0.0F});
        MapResult result;
        layMaps(result, output, false, ColorMap::Signed, lightTheme());
        QCOMPARE(result.count, 2);
        QCOMPARE(result.scale, 1.0);
        QCOMPARE(result.columns, 2);
        QCOMPARE(result.atlas.size(), QSize(4, 1));
        QCOMPARE(result.atlas.pixel(0, 0), mapColor(ColorMap::Signed, 1, 1, lightTheme()));
        QCOMPARE(result.atlas.pixel(2, 0), mapColor(ColorMap::Signed, 0.5, 1, lightTheme()));
        QCOMPARE(result.atlas.pixel(3, 0), lightTheme().surface.rgb()); // zero fades into the surface
        layMaps(result, output, true, ColorMap::Signed, lightTheme());
        QCOMPARE(result.atlas.pixel(2, 0), mapColor(ColorMap::Signed, 1, 1, lightTheme()));
    }

    void theNumberUnderThePointerIsToldAtOnce()
    {
        Grid g(counted({5, 3, 4}));
        QSignalSpy told(&g.grid, &MapGrid::numberTold);
        for (const auto& [map, row, column] : {std::array{0, 0, 0}, std::array{1, 2, 3}, std::array{4, 1, 0}}) {
            QTest::mouseMove(&g.grid, g.middleOf(map, row, column));
            QCOMPARE(g.grid.toldNumber(), (std::array{map, row, column}));
            QCOMPARE(told.takeLast(), (QVariantList{map, row, column}));
            const QString words = QStringLiteral("Map %1, row %2, column %3: %4")
                                      .arg(map + 1)
                                      .arg(row + 1)
                                      .arg(column + 1)
                                      .arg(numberText(map * 12 + row * 4 + column - 6));
            QCOMPARE(g.told(), words);
            QVERIFY2(g.grid.accessibleDescription().startsWith(words), qPrintable(g.grid.accessibleDescription()));
        }
        QCOMPARE(g.grid.accessibleDescription(),
                 QStringLiteral("Map 5, row 2, column 1: 46.0; Map 5: from 42.0 to 53.0"));
        g.show(counted({5, 3, 4})); // new numbers, the same place
        QCOMPARE(g.told(), QStringLiteral("Map 5, row 2, column 1: 46.0"));
        QTest::mouseMove(&g.grid, QPoint(399, 119));
        QCOMPARE(g.grid.toldNumber()[0], -1);
        QCOMPARE(g.told(), QString());
        QVERIFY(g.grid.accessibleDescription().startsWith(QStringLiteral("Map 1, row 2, column 3: 0.000;")));
    }

    void keysWalkThroughTheNumbersOfAMap()
    {
        Grid g(counted({5, 3, 4}));
        g.grid.activateWindow();
        g.grid.setFocus();
        QTRY_VERIFY(g.grid.hasFocus());
        QSignalSpy chosen(&g.grid, &MapGrid::numberChosen);
        QTest::keyClick(&g.grid, Qt::Key_Return);
        QCOMPARE(chosen.takeLast(), (QVariantList{0, 1, 2})); // the middle
        QTest::keyClick(&g.grid, Qt::Key_Right);
        QTest::keyClick(&g.grid, Qt::Key_Right, Qt::ShiftModifier);
        QTest::keyClick(&g.grid, Qt::Key_Up, Qt::ShiftModifier);
        QCOMPARE(g.told(), QStringLiteral("Map 2, row 1, column 4: 9.00"));
        QTest::keyClick(&g.grid, Qt::Key_Right, Qt::ShiftModifier); // no farther
        QVERIFY(g.grid.accessibleDescription().startsWith(g.told()));
        QTest::keyClick(&g.grid, Qt::Key_Return);
        QCOMPARE(chosen.takeLast(), (QVariantList{1, 0, 3}));
        QTest::keyClick(&g.grid, Qt::Key_Left); // the same place of another map
        QCOMPARE(g.told(), QStringLiteral("Map 1, row 1, column 4: \u22123.00"));
        // A pointer that rests on a number does not hold the keys back.
        QTest::mouseMove(&g.grid, g.grid.cellRect(4).center());
        QVERIFY2(g.told().startsWith(QStringLiteral("Map 5")), qPrintable(g.told()));
        QTest::keyClick(&g.grid, Qt::Key_Left, Qt::ShiftModifier);
        QVERIFY2(g.told().startsWith(QStringLiteral("Map 1, row 1, column 3")), qPrintable(g.told()));
        g.grid.clearFocus();
        QCOMPARE(g.told(), QString());
    }

    void numbersOfAListAreToldWithoutRows()
    {
        Grid g(counted({9}));
        QTest::mouseMove(&g.grid, g.grid.cellRect(8).center());
        QCOMPARE(g.told(), QStringLiteral("Number 9: 2.00"));
        QCOMPARE(g.grid.accessibleDescription(), QStringLiteral("Number 9: 2.00"));
    }

    void thumbnailsKnowTheRangeOfEachMap()
    {
        const CardThumbnail maps = thumbnail(counted({8, 2, 2}), ColorMap::Signed, lightTheme());
        QCOMPARE(maps.count, 6);
        QCOMPARE(maps.ranges.size(), 6);
        QVERIFY((maps.ranges[1] == NumberRange{-2, 1}));
        QCOMPARE(mapWords(1, maps.ranges[1]), QStringLiteral("Map 2: from \u22122.00 to 1.00"));
        const CardThumbnail list = thumbnail(counted({8}), ColorMap::Signed, lightTheme());
        QCOMPARE(list.ranges.size(), 1);
        QCOMPARE(rangeWords(list.ranges[0]), QStringLiteral("Numbers from \u22126.00 to 1.00"));
    }

    void theStrongestMapsComeFirstAndKeepTheirPlaces()
    {
        const engine::Tensor first(engine::Shape{3, 1, 2}, {1.0F, -1.0F, 0.0F, 0.5F, -4.0F, 0.0F});
        const MapOrderPtr order = strongestFirst(7, first, nullptr);
        QCOMPARE(order->maps, (std::vector<int>{2, 0, 1})); // by magnitude
        QCOMPARE(order->places, (std::vector<int>{1, 2, 0}));
        const engine::Tensor later(engine::Shape{3, 1, 2}, {9.0F, -1.0F, 0.0F, 0.5F, -4.0F, 0.0F});
        QCOMPARE(strongestFirst(7, later, order), order);
        QCOMPARE(strongestFirst(7, later, nullptr)->maps, (std::vector<int>{0, 2, 1}));
        QVERIFY(strongestFirst(8, later, order) != order); // of another layer
        QVERIFY(strongestFirst(7, counted({4, 1, 2}), order) != order);

        Grid g(first);
        MapResult result = g.grid.result();
        const QRect places[] = {g.grid.cellRect(0), g.grid.cellRect(1), g.grid.cellRect(2)};
        result.order = order;
        g.grid.setResult(result);
        QCOMPARE(g.grid.cellRect(2), places[0]);
        QCOMPARE(g.grid.cellRect(0), places[1]);
        QTest::mouseClick(&g.grid, Qt::LeftButton, {}, places[0].center());
        QCOMPARE(g.grid.current(), 2);
        QTest::keyClick(&g.grid, Qt::Key_Right);
        QCOMPARE(g.grid.current(), 0);
        QTest::keyClick(&g.grid, Qt::Key_End);
        QCOMPARE(g.grid.current(), 1);
    }

    void thousandsOfMapsScrollByBarWheelAndKeys()
    {
        Grid g(counted({2000, 2, 2}));
        auto* bar = g.grid.findChild<QScrollBar*>();
        QVERIFY(bar->isVisible());
        QVERIFY(g.grid.cellRect(0).right() < bar->geometry().left());
        QVERIFY(g.grid.cellRect(1999).top() > g.grid.height());
        const auto seen = [&](int map) {
            return g.grid.rect().contains(g.grid.cellRect(map)) && g.grid.current() == map;
        };
        QTest::keyClick(&g.grid, Qt::Key_End);
        QVERIFY(seen(1999));
        QCOMPARE(bar->value(), bar->maximum());
        QTest::keyClick(&g.grid, Qt::Key_PageUp);
        const int before = g.grid.current();
        QVERIFY(before < 1999 && seen(before));
        QTest::keyClick(&g.grid, Qt::Key_PageDown);
        QVERIFY(seen(1999));
        QTest::keyClick(&g.grid, Qt::Key_Home);
        QVERIFY(seen(0));
        QCOMPARE(bar->value(), 0);
        QTest::keyClick(&g.grid, Qt::Key_PageUp); // no farther
        QVERIFY(seen(0));
        QWheelEvent wheel(QPointF(50, 50), g.grid.mapToGlobal(QPointF(50, 50)), {}, {0, -120}, Qt::NoButton, {},
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&g.grid, &wheel);
        QCOMPARE(bar->value(), 60);
        g.show(counted({20, 2, 2}));
        QVERIFY(!bar->isVisible());
        QVERIFY(seen(0));
    }

    void kernelsOfTheChosenMapLieSideBySide()
    {
        std::vector<float> values(2 * 3 * 4, 0.0F);
        values[12 + 4] = 2.0F; // map 1, second kernel, first weight
        const engine::Tensor weight(engine::Shape{2, 3, 2, 2}, values);
        MapResult result;
        layKernels(result, weight, 1, lightTheme());
        QCOMPARE(result.kernelCount, 3);
        QCOMPARE(result.kernels.size(), QSize(6, 2));
        QCOMPARE(result.kernels.pixel(2, 0), mapColor(ColorMap::Signed, 1, 1, lightTheme()));
        QCOMPARE(result.kernels.pixel(0, 0), lightTheme().surface.rgb());
    }

    void theWeightsOfAKernelAreTold()
    {
        MapResult result;
        layKernels(result, counted({2, 3, 2, 2}), 1, lightTheme());
        KernelStrip strip;
        strip.resize(200, 40);
        strip.setResult(result);
        strip.show();
        const auto told = [&](const QPoint& at) {
            QHelpEvent help(QEvent::ToolTip, at, strip.mapToGlobal(at));
            QCoreApplication::sendEvent(&strip, &help);
            return QToolTip::text();
        };
        QCOMPARE(told(strip.kernelRect(1).topLeft() + QPoint(2, 2)), QStringLiteral("Kernel 2, row 1, column 1: 10.0"));
        QCOMPARE(told(strip.kernelRect(2).bottomRight() - QPoint(2, 2)),
                 QStringLiteral("Kernel 3, row 2, column 2: 17.0"));
    }

    void scalesMoveInSteps()
    {
        QCOMPARE(calmScale(0.97), 1.0);
        QCOMPARE(calmScale(1.2), 1.5);
        QCOMPARE(calmScale(0.034), 0.04);
        QCOMPARE(calmScale(0), 1.0);
    }

    void gridsFillTheirAreaAndPreferWholePixels()
    {
        const auto grid = layOutGrid(16, 404, 100, 46, 10);
        QCOMPARE(grid.cell, 40); // whole multiple of a map of 10 values
        QVERIFY(grid.rows(16) * (grid.cell + grid.gap) - grid.gap <= 100);
        const auto many = layOutGrid(512, 404, 100, 46, 7);
        QVERIFY(many.cell >= 12 - 6);
        for (int i = 1; i < 16; ++i)
            QVERIFY(!grid.rect(i).intersects(grid.rect(i - 1)));
    }

    void probabilitiesOfLogitsSumToOne()
    {
        const auto p = probabilitiesOf(engine::Tensor(engine::Shape{3}, {1000.0F, 1000.0F, -1000.0F}), false);
        QCOMPARE(p[0], 0.5F);
        QCOMPARE(p[2], 0.0F);
    }

    void dockedLayersAreFollowedToTheirEnd()
    {
        const auto graph = test::smallGraph();
        QCOMPARE(dockedEnd(graph, 3), engine::NodeId(4)); // Dense, then Softmax
        QCOMPARE(dockedEnd(graph, 1), engine::NodeId(1)); // Flatten does not dock
    }

    void theLayersOfACardShowTheirOwnMaps()
    {
        engine::GraphSpec graph = test::smallGraph();
        graph.nodes.resize(1);
        graph.edges.clear();
        graph.nextId = 2;
        for (const char* type : {"conv2d", "batch_norm", "relu", "flatten"}) {
            engine::Node node = engine::makeNode(graph, *engine::findLayer(type));
            node.id = graph.nextId++;
            if (node.type == "conv2d")
                node.params.set("filters", std::int64_t{8});
            graph.edges.push_back({node.id - 1, 0, node.id, 0, 0});
            graph.nodes.push_back(node);
        }
        using Ids = std::vector<engine::NodeId>;
        for (const engine::NodeId of : {2, 3, 4})
            QCOMPARE(dockedStages(graph, of), (Ids{2, 3, 4}));
        QCOMPARE(dockedStages(graph, 5), Ids{5});
        QCOMPARE(dockedStage(graph, 2, 3), engine::NodeId(3));
        QCOMPARE(dockedStage(graph, 2, 5), engine::NodeId(4)); // of another card
        QCOMPARE(dockedStage(graph, 2, engine::kNoNode), engine::NodeId(4));

        auto services = test::scriptedServices(std::make_shared<test::Script>());
        services.newInspector = engineServices().newInspector;
        services.startWeights = engineServices().startWeights;
        TrainingController controller(services);
        controller.setNetwork(graph, {});
        MapService service(&controller);
        FeatureMapPanel panel(&service);
        panel.resize(600, 260);
        panel.show();
        controller.openData();
        panel.setNode(2, QStringLiteral("C1"));
        auto* stages = panel.findChild<QComboBox*>();
        QCOMPARE(stages->accessibleName(), QStringLiteral("Layer of the card"));
        QVERIFY(stages->isVisible());
        QCOMPARE(stages->count(), 3);
        QCOMPARE(stages->currentText(), QStringLiteral("ReLU"));
        const MapResult& result = panel.grid()->result();
        QTRY_COMPARE(result.count, 8);
        QCOMPARE(result.shown, engine::NodeId(4));
        QCOMPARE(result.colors, ColorMap::Sequential); // nothing below zero comes out of it
        auto* legend = panel.findChild<ScaleBar*>();
        QVERIFY(legend->isVisible());
        QVERIFY2(legend->accessibleName().startsWith(QStringLiteral("Colour scale from 0 to ")),
                 qPrintable(legend->accessibleName()));
        const auto negative = [](float v) { return v < 0; };
        QVERIFY(std::none_of(result.values.begin(), result.values.end(), negative));
        QSignalSpy chosen(&panel, &FeatureMapPanel::numberChosen);
        QTest::mouseClick(panel.grid(), Qt::LeftButton, {}, panel.grid()->cellRect(2).center());
        QCOMPARE(chosen.takeLast().front().toLongLong(), 2); // the whole card

        stages->setFocus();
        QTest::keyClick(stages, Qt::Key_Up);
        QTRY_COMPARE(result.shown, engine::NodeId(3));
        QCOMPARE(result.colors, ColorMap::Signed);
        QVERIFY(legend->accessibleName().startsWith(QStringLiteral("Colour scale from \u2212")));
        service.setColors(MapColors::Sequential);
        QTRY_COMPARE(result.colors, ColorMap::Sequential);
        service.setColors(MapColors::ByLayer);
        QTRY_COMPARE(result.colors, ColorMap::Signed);
        QVERIFY(std::any_of(result.values.begin(), result.values.end(), negative));
        QTest::mouseClick(panel.grid(), Qt::LeftButton, {}, panel.grid()->cellRect(2).center());
        QCOMPARE(chosen.takeLast().front().toLongLong(), 3);
        QTest::keyClick(stages, Qt::Key_Up);
        QTRY_COMPARE(result.shown, engine::NodeId(2));
        panel.setNode(3, QStringLiteral("BN1")); // a row of the same card keeps it
        QCOMPARE(stages->currentText(), QStringLiteral("Conv2D"));
        panel.setNode(5, QStringLiteral("F1"));
        QVERIFY(!stages->isVisible());
        panel.setNode(2, QStringLiteral("C1"));
        QCOMPARE(stages->currentText(), QStringLiteral("ReLU"));
    }

    void thePanelShowsTheChosenLayerAndTheReadingArrives()
    {
        const auto script = std::make_shared<test::Script>();
        TrainingController controller(test::scriptedServices(script));
        controller.setNetwork(test::smallGraph(), {});
        MapService service(&controller);
        FeatureMapPanel panel(&service);
        panel.resize(436, 260);
        panel.show();
        service.setThumbnailsWanted(true);
        OutputReading reading;
        QHash<engine::NodeId, CardThumbnail> thumbnails;
        connect(&service, &MapService::readingReady, [&](const OutputReading& r) { reading = r; });
        connect(&service, &MapService::thumbnailsReady,
                [&](const QHash<engine::NodeId, CardThumbnail>& t) { thumbnails = t; });
        controller.openData();
        panel.setNode(3, QStringLiteral("D"));
        QTRY_COMPARE(panel.grid()->result().count, 4);
        QTRY_COMPARE(reading.node, engine::NodeId(4));
        QCOMPARE(reading.label, 0);
        QCOMPARE(thumbnails.size(), 4);
        QCOMPARE(panel.accessibleName(), QStringLiteral("Feature maps"));

        QSignalSpy ready(&service, &MapService::mapsReady);
        QTest::mouseClick(panel.grid(), Qt::LeftButton, {}, panel.grid()->cellRect(2).center());
        QTRY_VERIFY(ready.count() > 0);
        QTRY_COMPARE(panel.grid()->result().map, 2);

        service.nextImage();
        QCOMPARE(service.image(), 1);
        service.previousImage();
        service.previousImage();
        QCOMPARE(service.image(), 4); // wraps
    }

    void theOrderIsCalmWhileNumbersStreamIn()
    {
        auto services = test::scriptedServices(std::make_shared<test::Script>());
        const auto strongest = std::make_shared<std::atomic<int>>(3);
        class Changing final : public engine::Inspector
        {
        public:
            explicit Changing(std::shared_ptr<std::atomic<int>> strongest) : m_strongest(std::move(strongest)) {}
            void setWeights(const engine::WeightMap&) override {}
            void run(std::span<const std::uint8_t>) override {}
            engine::Tensor output(engine::NodeId) const override
            {
                engine::Tensor t(engine::Shape{6});
                t[*m_strongest] = 5;
                return t;
            }

        private:
            std::shared_ptr<std::atomic<int>> m_strongest;
        };
        services.newInspector =
            [strongest](const engine::GraphSpec&) -> engine::Result<std::unique_ptr<engine::Inspector>> {
            return std::unique_ptr<engine::Inspector>(std::make_unique<Changing>(strongest));
        };
        TrainingController controller(services);
        controller.setNetwork(test::smallGraph(), {});
        MapService service(&controller);
        FeatureMapPanel panel(&service);
        panel.resize(436, 260);
        panel.show();
        controller.openData();
        panel.setNode(3, QStringLiteral("D"));
        QTRY_COMPARE(panel.grid()->result().count, 6);
        QVERIFY(!panel.grid()->result().order);
        panel.grid()->setFocus();
        QTest::keyClick(panel.grid(), Qt::Key_S);
        QTRY_VERIFY(panel.grid()->result().order);
        const MapOrderPtr order = panel.grid()->result().order;
        QCOMPARE(order->maps.front(), 3);
        *strongest = 1;
        service.setMap(2); // a question about the same maps
        QTRY_COMPARE(panel.grid()->result().values[1], 5.0F);
        QCOMPARE(panel.grid()->result().order, order);
        QTest::keyClick(panel.grid(), Qt::Key_S, Qt::ShiftModifier);
        QTRY_COMPARE(panel.grid()->result().order->maps.front(), 1);
        *strongest = 4;
        service.nextImage();
        QTRY_COMPARE(panel.grid()->result().order->maps.front(), 4);
        QTest::keyClick(panel.grid(), Qt::Key_S);
        QTRY_VERIFY(!panel.grid()->result().order);
    }

    /// Images 1, 3 and 4 are of class 1, which the scripted network never names.
    void theNextImageOfAClassAndTheNextMisclassifiedOneAreFound()
    {
        TrainingController controller(test::scriptedServices(std::make_shared<test::Script>()));
        controller.setNetwork(test::smallGraph(), {});
        MapService service(&controller);
        FeatureMapPanel panel(&service);
        panel.resize(436, 260);
        panel.show();
        panel.activateWindow();
        panel.grid()->setFocus();
        QTRY_VERIFY(panel.grid()->hasFocus());
        QTest::keyClick(panel.grid(), Qt::Key_1);
        QCOMPARE(panel.seenText(), QStringLiteral("The images are not read yet."));
        controller.openData();
        QTRY_VERIFY(controller.dataIsCurrent());
        QCOMPARE(panel.seenText(), QString());
        QTest::keyClick(panel.grid(), Qt::Key_1);
        QTRY_COMPARE(service.image(), 1);
        QTest::keyClick(panel.grid(), Qt::Key_C);
        QTRY_COMPARE(service.image(), 3);
        QTest::keyClick(panel.grid(), Qt::Key_0);
        QTRY_COMPARE(service.image(), 0); // round the end
        QTest::keyClick(panel.grid(), Qt::Key_7);
        QCOMPARE(panel.seenText(), QStringLiteral("There are only 2 classes."));
        QTest::keyClick(panel.grid(), Qt::Key_Escape);
        QCOMPARE(panel.seenText(), QString());
        QTest::keyClick(panel.grid(), Qt::Key_N);
        QCOMPARE(service.image(), 1);
        QTest::keyClick(panel.grid(), Qt::Key_P);
        QCOMPARE(service.image(), 0);

        QTest::keyClick(panel.grid(), Qt::Key_M);
        QVERIFY2(panel.seenText().startsWith(QStringLiteral("Train first")), qPrintable(panel.seenText()));
        controller.train();
        QTRY_COMPARE(controller.state(), RunState::Finished);
        for (const int image : {1, 3, 4, 1}) {
            QTest::keyClick(panel.grid(), Qt::Key_M);
            QTRY_COMPARE(service.image(), image);
            QCOMPARE(panel.seenText(), QString());
        }
        QStringList entries;
        for (const QMenu* menu : panel.findChildren<QMenu*>())
            for (const QAction* action : menu->actions())
                entries << action->text();
        for (const char* text : {"Next image of class", "Next image of the same class", "Next misclassified image"})
            QVERIFY2(entries.contains(QLatin1String(text)), text);
    }

    void drawingsAndImagesOfABatchComeAndGoInAnyOrder()
    {
        TrainingController controller(test::scriptedServices(std::make_shared<test::Script>()));
        controller.setNetwork(test::smallGraph(), {});
        MapService service(&controller);
        controller.openData();
        QTRY_VERIFY(controller.dataIsCurrent());
        const QSignalSpy told(&service, &MapService::imageChanged);
        QString seen; // what a view that listens to the signal shows
        connect(&service, &MapService::imageChanged, this, [&] { seen = service.shownText(); });
        const auto one = [] {
            return std::make_shared<engine::InMemoryDataset>(engine::Shape{1, 2, 2}, std::vector<std::uint8_t>(4, 9),
                                                             std::vector<std::uint8_t>{0}, std::vector<std::string>{});
        };
        const engine::DatasetPtr drawing = one(), batch = controller.data().train;
        const auto isBatch = [&](int place) {
            return seen.startsWith(QStringLiteral("Image %1 of the batch").arg(place)) && !service.showsData() &&
                   !service.showsDrawing() && service.shownImage().first == batch;
        };
        const auto isDrawing = [&](const engine::DatasetPtr& image) {
            return seen == QLatin1String("Own drawing") && service.showsDrawing() && !service.showsData() &&
                   service.shownImage() == std::pair(image, std::int64_t(0)) && service.shownKind() == "Drawing";
        };
        const auto isData = [&](int index) {
            return seen == service.imageText(index, service.label()) && service.showsData() &&
                   !service.showsDrawing() && service.shownImage().second == index;
        };
        service.setImage(1);
        QVERIFY(isData(1));
        service.setDrawing(drawing);
        QVERIFY(isDrawing(drawing));
        service.setBatchImage(batch, 2, 0);
        QVERIFY(isBatch(1));
        service.setBatchImage(nullptr, 0, 0); // the walk has ended
        QVERIFY(isDrawing(drawing));
        service.setBatchImage(batch, 3, 4);
        QVERIFY(isBatch(5));
        const engine::DatasetPtr longer = one();
        service.setDrawing(longer); // the pen went on
        QVERIFY(isDrawing(longer));
        const auto before = told.count();
        service.setBatchImage(nullptr, 0, 0);
        QVERIFY(isDrawing(longer));
        QCOMPARE(told.count(), before);
        service.setBatchImage(batch, 0, 1);
        service.setDrawing(nullptr); // rubbed out behind the batch
        QVERIFY(isBatch(2));
        service.setBatchImage(nullptr, 0, 0);
        QVERIFY(isData(1));
        service.setBatchImage(batch, 0, 1);
        service.setImage(1); // the one behind the batch
        QVERIFY(isData(1));
        service.setDrawing(drawing);
        service.setDrawing(nullptr);
        QVERIFY(isData(1));
    }

    void searchesThatFindNothingSaySo()
    {
        auto services = test::scriptedServices(std::make_shared<test::Script>());
        services.openData = [](const std::string&, const datasets::Progress&) -> engine::Result<engine::DatasetBundle> {
            const auto set = std::make_shared<engine::InMemoryDataset>(
                engine::Shape{1, 2, 2}, std::vector<std::uint8_t>(12, 128), std::vector<std::uint8_t>{0, 1, 0},
                std::vector<std::string>{"zero", "one", "two"});
            return engine::DatasetBundle{"small", "Small", set, nullptr, set};
        };
        TrainingController controller(services);
        controller.setNetwork(test::smallGraph(), {});
        MapService service(&controller);
        ImageSearch search(&service);
        controller.train();
        QTRY_COMPARE(controller.state(), RunState::Finished);
        search.findClass(2);
        QTRY_COMPARE(search.text(), QStringLiteral("None of the 3 images is of class two."));
        service.setImage(1);
        QCOMPARE(search.text(), QString());
        search.findSameClass();
        QTRY_COMPARE(search.text(), QStringLiteral("Of 3 images this is the only one of class one."));
        search.findMisclassified();
        QTRY_COMPARE(search.text(), QStringLiteral("Of 3 images this is the only misclassified one."));
        service.setImage(0);
        search.findMisclassified();
        QVERIFY(search.isLooking());
        controller.setNetwork(test::smallGraph(), QStringLiteral("Dense needs a list."));
        QVERIFY(!search.isLooking());
        search.findMisclassified();
        QCOMPARE(search.text(), QStringLiteral("Dense needs a list."));
    }

    void aPictureThatCannotBeReadIsNamedByTheWorker()
    {
        QTemporaryDir folder;
        for (const char* name : {"a", "b"})
            for (int i = 0; i < 5; ++i) {
                QVERIFY(QDir(folder.path()).mkpath(QLatin1String(name)));
                QImage image(4, 4, QImage::Format_Grayscale8);
                image.fill(9);
                QVERIFY(image.save(folder.filePath(QStringLiteral("%1/%2.png").arg(QLatin1String(name)).arg(i))));
            }
        auto services = test::scriptedServices(std::make_shared<test::Script>());
        services.openData = engineServices().openData;
        TrainingController controller(services);
        controller.setNetwork(test::smallGraph(), {});
        engine::TrainConfig config;
        config.data = folder.path().toStdString();
        controller.setConfig(config);
        MapService service(&controller);
        QSignalSpy unavailable(&service, &MapService::unavailable);
        QSignalSpy ready(&service, &MapService::mapsReady);
        controller.openData();
        QTRY_VERIFY(controller.dataIsCurrent());
        QVERIFY(QDir(folder.filePath(QStringLiteral("a"))).removeRecursively());
        QVERIFY(QDir(folder.filePath(QStringLiteral("b"))).removeRecursively());
        service.setThumbnailsWanted(true);
        QTRY_COMPARE(unavailable.count(), 1);
        QVERIFY(unavailable.front().front().toString().contains(QStringLiteral(".png' cannot be read: it is gone")));
        QCOMPARE(ready.count(), 0);
    }

    void snapshotsAreAskedForOnlyWhileSomeoneWatches()
    {
        const auto script = std::make_shared<test::Script>();
        script->holdAfterEachStep = true;
        TrainingController controller(test::scriptedServices(script));
        controller.setNetwork(test::smallGraph(), {});
        MapService service(&controller);
        controller.train();
        QTRY_COMPARE(controller.state(), RunState::Running);
        QVERIFY(!service.followsTraining());
        QCOMPARE(script->snapshotsAsked.load(), 0);
        service.setThumbnailsWanted(true);
        QVERIFY(service.followsTraining());
        QTRY_VERIFY(script->snapshotsAsked.load() > 0);
        service.setThumbnailsWanted(false);
        QVERIFY(!service.followsTraining());
    }

    /// Drawing asks for pictures again and again: dear ones wait for each other while training runs.
    void dearPicturesComeLessOftenWhileTrainingRuns()
    {
        class Slow final : public engine::Inspector
        {
        public:
            explicit Slow(std::shared_ptr<std::atomic<int>> cost) : m_cost(std::move(cost)) {}
            void setWeights(const engine::WeightMap&) override {}
            void run(std::span<const std::uint8_t>) override
            {
                const double begin = ownMilliseconds();
                while (ownMilliseconds() - begin < *m_cost) {
                }
            }
            engine::Tensor output(engine::NodeId) const override { return engine::Tensor(engine::Shape{3}); }

        private:
            std::shared_ptr<std::atomic<int>> m_cost;
        };
        const auto script = std::make_shared<test::Script>();
        script->holdAfterEachStep = true;
        const auto cost = std::make_shared<std::atomic<int>>(25);
        auto services = test::scriptedServices(script);
        services.newInspector = [cost](const engine::GraphSpec&) -> engine::Result<std::unique_ptr<engine::Inspector>> {
            return std::unique_ptr<engine::Inspector>(std::make_unique<Slow>(cost));
        };
        TrainingController controller(services);
        controller.setNetwork(test::smallGraph(), {});
        MapService service(&controller);
        service.setThumbnailsWanted(true);
        controller.openData();
        QTRY_VERIFY(service.latest().milliseconds >= 25);
        QCOMPARE(service.picturePeriod(), 100); // training rests
        controller.train();
        QTRY_COMPARE(controller.state(), RunState::Running);
        QVERIFY2(service.picturePeriod() >= 250, qPrintable(QString::number(service.picturePeriod())));
        *cost = 300;
        QTRY_VERIFY((service.nextImage(), service.latest().milliseconds >= 300));
        QCOMPARE(service.picturePeriod(), 400); // and still answers
        *cost = 0;
        QTRY_VERIFY((service.nextImage(), service.latest().milliseconds < 5));
        QCOMPARE(service.picturePeriod(), 100);
        script->allow(1000);
        QTRY_COMPARE(controller.state(), RunState::Finished);
    }

    void aNetworkWithFaultsSaysSoInsteadOfShowingOldMaps()
    {
        const auto script = std::make_shared<test::Script>();
        TrainingController controller(test::scriptedServices(script));
        controller.setNetwork(test::smallGraph(), {});
        MapService service(&controller);
        QSignalSpy unavailable(&service, &MapService::unavailable);
        controller.setNetwork(test::smallGraph(), QStringLiteral("Dense needs a list."));
        QCOMPARE(unavailable.count(), 1);
        QCOMPARE(unavailable.front().front().toString(), QStringLiteral("Dense needs a list."));
    }
};

QTEST_MAIN(TestMapPictures)
#include "test_map_pictures.moc"
