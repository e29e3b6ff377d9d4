// Kernels written by hand: typed, chosen, refused, undone, before, during and after training.
#include "engine/layers/layer.h"
#include "engine/train/kept_weights.h"
#include "ui/document/project_document.h"
#include "ui/kernels/kernel_arrows.h"
#include "ui/kernels/kernel_model.h"
#include "ui/kernels/kernel_page.h"
#include "ui/kernels/kernel_patterns.h"
#include "ui/kernels/kernel_table.h"
#include "ui/theme/settings.h"
#include "ui/training/map_grid.h"
#include "ui/training/map_service.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_texts.h"

#include <QCheckBox>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QtTest>

#include <cmath>
#include <numeric>

using namespace convarium;
using namespace convarium::ui;

namespace
{

constexpr int kSide = 8;

/// Images of 8x8 whose class is where the bright row lies.
engine::DatasetBundle rows()
{
    constexpr int kCount = 64;
    std::vector<std::uint8_t> pixels(kCount * kSide * kSide), labels;
    for (int i = 0; i < kCount; ++i) {
        labels.push_back(static_cast<std::uint8_t>(i % 2));
        for (int x = 0; x < kSide; ++x)
            pixels[static_cast<std::size_t>((i * kSide + 2 + 3 * (i % 2)) * kSide + x)] =
                static_cast<std::uint8_t>(100 + 10 * x);
    }
    const auto set = std::make_shared<engine::InMemoryDataset>(engine::Shape{1, kSide, kSide}, pixels, labels,
                                                               std::vector<std::string>{"up", "down"});
    return {"rows", "Rows", set, nullptr, set};
}

/// Input (1), Conv2D "A" of 2 filters 3x3 (2), Conv2D "B" of 3 filters 3x3 (3), Flatten, Dense 2.
engine::GraphSpec graph()
{
    engine::GraphSpec g;
    const auto add = [&](const std::string& type, const std::string& name, const engine::Params& params) {
        engine::Node node;
        node.id = g.nextId++;
        node.type = type;
        node.name = name;
        node.params = engine::completeParams(*engine::findLayer(type), params).value();
        g.nodes.push_back(node);
        if (node.id > 1)
            g.edges.push_back({node.id - 1, 0, node.id, 0, 0});
    };
    const auto number = [](std::int64_t v) { return engine::ParamValue(v); };
    add("input", "In", {{"channels", number(1)}, {"height", number(kSide)}, {"width", number(kSide)}});
    add("conv2d", "A", {{"filters", number(2)}});
    add("conv2d", "B", {{"filters", number(3)}});
    add("flatten", "F", {});
    add("dense", "D", {{"units", number(2)}});
    return g;
}

struct Opened {
    ProjectDocument document;
    TrainingController controller;
    MapService maps;
    KernelPage page;

    static TrainingServices services()
    {
        auto s = engineServices();
        s.openData = [](const std::string&, const datasets::Progress&) -> engine::Result<engine::DatasetBundle> {
            return rows();
        };
        return s;
    }

    Opened() : controller(services()), maps(&controller), page(&document, &maps)
    {
        engine::TrainConfig config;
        config.epochs = 100000;
        config.batch = 16;
        controller.follow(&document);
        document.setClasses(2);
        document.reset(graph(), {}, config);
        page.resize(1200, 700);
        page.show();
    }

    void open(engine::NodeId node)
    {
        page.open(node);
        QTRY_VERIFY(page.table()->model()->rowCount() == 3);
        QTRY_COMPARE(page.grid()->result().node, node);
    }
    [[nodiscard]] const engine::WeightMap& weights() const { return *controller.trainingState()->weights; }
    [[nodiscard]] float weight(engine::NodeId node, std::int64_t i) const { return weights().at({node, "weight"})[i]; }
    [[nodiscard]] QPushButton* button(const QString& text) const
    {
        for (auto* b : page.findChildren<QPushButton*>())
            if (b->text() == text)
                return b;
        return nullptr;
    }
    /// Walks to a cell with the arrow keys and types.
    void type(int row, int column, const QString& text)
    {
        QTRY_VERIFY(button(QStringLiteral("Zero"))->isEnabled());
        KernelTable* table = page.table();
        for (int i = 0; i < 3; ++i) {
            QTest::keyClick(table, Qt::Key_Up);
            QTest::keyClick(table, Qt::Key_Left);
        }
        for (int i = 0; i < row; ++i)
            QTest::keyClick(table, Qt::Key_Down);
        for (int i = 0; i < column; ++i)
            QTest::keyClick(table, Qt::Key_Right);
        QTest::keyClick(table, Qt::Key_Return);
        QVERIFY(editor());
        QTest::keyClicks(editor(), text);
        QTest::keyClick(editor(), Qt::Key_Return);
        if (weightIn(text))
            QTRY_VERIFY(!editor()); // taken when the key has been dealt with
    }
    /// In a run that then ends.
    void trainAStep()
    {
        controller.step();
        QTRY_COMPARE(controller.state(), RunState::Paused);
        controller.stop();
        QTRY_VERIFY(!controller.isActive());
    }
    [[nodiscard]] QLineEdit* editor() const { return page.table()->viewport()->findChild<QLineEdit*>(); }
};

} // namespace

class TestKernels : public QObject
{
    Q_OBJECT

    static std::vector<float> pattern(const QString& title, int height, int width)
    {
        for (const KernelPattern& p : kernelPatterns())
            if (p.title == title)
                return p.make({height, width, 1}).value_or(std::vector<float>());
        qFatal("no such pattern");
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void patternsAreThoseOfTheBooks()
    {
        QCOMPARE(pattern("Sobel vertical", 3, 3), (std::vector<float>{-1, 0, 1, -2, 0, 2, -1, 0, 1}));
        QCOMPARE(pattern("Laplacian", 3, 3), (std::vector<float>{0, 1, 0, 1, -4, 1, 0, 1, 0}));
        const auto gaussian = pattern("Gaussian blur", 3, 3);
        QCOMPARE(gaussian, (std::vector<float>{1 / 16.F, 2 / 16.F, 1 / 16.F, 2 / 16.F, 4 / 16.F, 2 / 16.F, 1 / 16.F,
                                               2 / 16.F, 1 / 16.F}));
        for (const auto& [h, w] : {std::pair{5, 5}, {1, 3}, {4, 2}}) {
            for (const char* blur : {"Gaussian blur", "Box blur", "Identity"}) {
                const auto k = pattern(blur, h, w);
                QCOMPARE(int(k.size()), h * w);
                QVERIFY(std::abs(std::accumulate(k.begin(), k.end(), 0.F) - 1) < 1e-6F);
            }
        }
        // In the middle of a larger kernel.
        const auto sharpen = pattern("Sharpen", 5, 5);
        QCOMPARE(sharpen[12], 5.F);
        QCOMPARE(sharpen[11], -1.F);
        QCOMPARE(sharpen[0], 0.F);
        QVERIFY(pattern("Sobel horizontal", 2, 3).empty());
        QVERIFY(pattern("Random (He)", 3, 3) != pattern("Random (He)", 3, 3));
    }

    void numbersAreReadAsTyped_data()
    {
        QTest::addColumn<QString>("locale");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("good");
        QTest::addColumn<float>("value");
        QTest::newRow("point") << "C"
                               << "0.25" << true << 0.25F;
        QTest::newRow("German comma") << "de"
                                      << "0,25" << true << 0.25F;
        QTest::newRow("German, point") << "de"
                                       << "0.25" << true << 0.25F;
        QTest::newRow("true minus") << "en" << QString(QChar(0x2212)) + "1.5" << true << -1.5F;
        QTest::newRow("power") << "en"
                               << " 1e-3 " << true << 0.001F;
        QTest::newRow("comma in English") << "en"
                                          << "1,5" << false << 0.F;
        QTest::newRow("word") << "en"
                              << "two" << false << 0.F;
        QTest::newRow("nothing") << "en"
                                 << "" << false << 0.F;
        QTest::newRow("infinite") << "en"
                                  << "inf" << false << 0.F;
        QTest::newRow("not a number") << "en"
                                      << "nan" << false << 0.F;
        QTest::newRow("too large") << "en"
                                   << "1e60" << false << 0.F;
    }

    void numbersAreReadAsTyped()
    {
        QFETCH(QString, locale);
        QFETCH(QString, text);
        QFETCH(bool, good);
        QFETCH(float, value);
        const QLocale before;
        QLocale::setDefault(QLocale(locale));
        const auto read = weightIn(text);
        QLocale::setDefault(before);
        QCOMPARE(read.has_value(), good);
        QCOMPARE(read.value_or(0.F), value);
    }

    void typingChangesTheMapAtOnceAndUndoGivesBackTheSame()
    {
        Opened w;
        w.open(2);
        const auto initial = engine::initialWeights(w.document.graph(), 1)->at({2, "weight"});
        const auto map = w.page.grid()->result().values;
        w.type(0, 2, QStringLiteral("0.75"));
        QVERIFY(w.page.messageText().isEmpty());
        QCOMPARE(w.weight(2, 2), 0.75F);
        QCOMPARE(w.weight(2, 1), initial[1]);
        QTRY_VERIFY(w.page.grid()->result().values != map);
        QCOMPARE(w.document.undoStack()->count(), 1);
        QCOMPARE(w.document.undoStack()->undoText(), QStringLiteral("Set a weight of filter 1 of A"));
        QVERIFY(w.document.isModified());
        w.document.undoStack()->undo();
        QVERIFY(w.weights().at({2, "weight"}) == initial);
        QTRY_VERIFY(w.page.grid()->result().values == map);
        w.document.undoStack()->redo();
        QCOMPARE(w.weight(2, 2), 0.75F);
        // Looked at without a change: no edit.
        QTest::keyClick(w.page.table(), Qt::Key_F2);
        QTest::keyClick(w.editor(), Qt::Key_Return);
        QTRY_VERIFY(!w.editor());
        QCOMPARE(w.document.undoStack()->count(), 1);
        QTest::keyClick(w.page.table(), Qt::Key_Delete);
        QCOMPARE(w.weight(2, 2), 0.F);
    }

    void identityShowsTheImage()
    {
        Opened w;
        w.open(2);
        QTest::mouseClick(w.button(QStringLiteral("Identity")), Qt::LeftButton);
        QCOMPARE(w.document.undoStack()->undoText(), QStringLiteral("Identity as filter 1 of A"));
        const auto bright = [&] { return w.page.grid()->result().values[2 * kSide + 3]; };
        const auto dark = [&] { return w.page.grid()->result().values[0]; };
        // The image is scaled on its way in, so only differences are compared: 0, 130 and 140 of 255.
        const auto next = [&] { return w.page.grid()->result().values[2 * kSide + 4]; };
        QTRY_VERIFY(std::abs((next() - dark()) / (bright() - dark()) - 140.F / 130) < 1e-4F);
        QCOMPARE(w.page.grid()->result().kernelValues, pattern("Identity", 3, 3));
    }

    void aClickOnAMapChoosesItsFilter()
    {
        Opened w;
        w.open(3);
        QTest::mouseClick(w.page.grid(), Qt::LeftButton, {}, w.page.grid()->cellRect(2).center());
        QTRY_COMPARE(w.page.grid()->result().map, 2);
        auto* input = w.page.findChild<QSpinBox*>(QString());
        for (auto* box : w.page.findChildren<QSpinBox*>())
            if (box->accessibleName() == QLatin1String("Input map"))
                input = box;
        input->setFocus();
        QTest::keyClick(input, Qt::Key_Up);
        QTest::mouseClick(w.button(QStringLiteral("Laplacian")), Qt::LeftButton);
        // Filter 3, input map 2 of (3, 2, 3, 3).
        QCOMPARE(w.weight(3, (2 * 2 + 1) * 9 + 4), -4.F);
        QVERIFY(w.weight(3, 2 * 2 * 9 + 4) != -4.F);
        QTest::mouseClick(w.page.findChild<QCheckBox*>(), Qt::LeftButton, {}, {8, 8});
        QVERIFY(w.page.findChild<QCheckBox*>()->isChecked());
        w.type(1, 1, QStringLiteral("-5"));
        QCOMPARE(w.weight(3, 2 * 2 * 9 + 4), -5.F);
        QCOMPARE(w.weight(3, (2 * 2 + 1) * 9 + 4), -5.F);
        QCOMPARE(w.weight(3, (2 * 2 + 0) * 9 + 1), 1.F); // the rest of the kernel as well
    }

    void arrowsAreKernelsAndChooseThem()
    {
        Opened w;
        w.open(3);
        for (auto* segment : w.page.findChildren<QRadioButton*>())
            if (segment->text() == QStringLiteral("Channels and arrows"))
                QTest::mouseClick(segment, Qt::LeftButton);
        KernelArrows* arrows = w.page.arrows();
        QVERIFY(arrows->isVisible());
        const auto weight = engine::initialWeights(w.document.graph(), 1)->at({3, "weight"});
        double squares = 0, sum = 0;
        for (int i = 0; i < 9; ++i) { // filter 3, input map 1
            squares += std::pow(static_cast<double>(weight[2 * 2 * 9 + i]), 2);
            sum += static_cast<double>(weight[2 * 2 * 9 + i]);
        }
        QVERIFY(std::abs(static_cast<double>(arrows->strength(2, 0)) - std::copysign(std::sqrt(squares), sum)) < 1e-5);
        // A click where the arrow from map 2 to filter 3 runs alone: near its end.
        const QPointF from = arrows->inputCentre(1), to = arrows->filterCentre(2);
        QTest::mouseClick(arrows, Qt::LeftButton, {}, (from + 0.8 * (to - from)).toPoint());
        QTRY_COMPARE(w.page.grid()->result().map, 2);
        QVERIFY(arrows->accessibleDescription().startsWith(QStringLiteral("Filter 3, input map 2")));
        QTest::keyClick(arrows, Qt::Key_Up);
        QTRY_COMPARE(w.page.grid()->result().map, 1);
        QTest::keyClick(arrows, Qt::Key_Left);
        QTRY_VERIFY(arrows->accessibleDescription().startsWith(QStringLiteral("Filter 2, input map 1")));
        QTest::mouseClick(w.button(QStringLiteral("Zero")), Qt::LeftButton);
        QTRY_COMPARE(arrows->strength(1, 0), 0.F);
    }

    void whatIsNoNumberIsRefusedAndStaysOpen()
    {
        Opened w;
        w.open(2);
        w.type(1, 1, QStringLiteral("two"));
        QVERIFY(w.page.messageText().contains(QStringLiteral("two")));
        QVERIFY(w.editor());
        QCOMPARE(w.document.undoStack()->count(), 0);
        w.editor()->selectAll();
        QTest::keyClicks(w.editor(), QStringLiteral("inf"));
        QTest::keyClick(w.editor(), Qt::Key_Return);
        QCOMPARE(w.document.undoStack()->count(), 0);
        w.editor()->selectAll();
        QTest::keyClicks(w.editor(), QStringLiteral("2"));
        QTest::keyClick(w.editor(), Qt::Key_Return);
        QTRY_VERIFY(!w.editor());
        QVERIFY(w.page.messageText().isEmpty());
        QCOMPARE(w.weight(2, 4), 2.F);
    }

    void handMadeKernelsAreTrainedOnAndKeptByOtherSettings()
    {
        Opened w;
        w.open(2);
        QTest::mouseClick(w.button(QStringLiteral("Zero")), Qt::LeftButton);
        auto config = w.document.trainConfig();
        config.optimizer = "adam";
        config.rate = 0.01;
        w.document.setTrainConfig(config);
        QVERIFY(w.controller.canContinue());
        w.controller.step();
        QTRY_COMPARE(w.controller.state(), RunState::Paused);
        QTRY_COMPARE(w.controller.trainingState()->step, 1);
        // Adam's first step moves a weight by the rate at most: it began at zero.
        QVERIFY(std::abs(w.weight(2, 0)) <= 0.0101F);
        w.controller.stop();
        QTRY_VERIFY(!w.controller.isActive());
    }

    void aRunTakesTheEditBetweenTwoSteps()
    {
        Opened w;
        w.open(2);
        w.controller.step();
        QTRY_VERIFY(w.controller.trainingState() && w.controller.trainingState()->step == 1);
        QTRY_COMPARE(w.controller.state(), RunState::Paused);
        w.type(0, 0, QStringLiteral("3"));
        QTRY_COMPARE(w.weight(2, 0), 3.F);
        w.controller.step();
        QTRY_COMPARE(w.controller.trainingState()->step, 2);
        QVERIFY(std::abs(w.weight(2, 0) - 3) < 0.5F); // trained on from there
        QVERIFY(w.weight(2, 0) != 3.F);
        w.controller.train();
        QTRY_COMPARE(w.controller.state(), RunState::Running);
        const auto step = w.controller.progress().step;
        QTRY_VERIFY(w.controller.progress().step > step + 5);
        w.type(0, 0, QStringLiteral("-3"));
        w.controller.pause();
        QTRY_COMPARE(w.controller.state(), RunState::Paused);
        QVERIFY(w.weight(2, 0) < -1);
        // Undo gives back what stood there, redo what training has made of it.
        const float trained = w.weight(2, 0);
        w.document.undoStack()->undo();
        QVERIFY(w.weight(2, 0) > 1);
        w.document.undoStack()->redo();
        QCOMPARE(w.weight(2, 0), trained);
        w.controller.stop();
        QTRY_VERIFY(!w.controller.isActive());
    }

    void undoSaysWhenTheWeightsAreGone()
    {
        Opened w;
        w.open(2);
        w.type(0, 0, QStringLiteral("3"));
        w.controller.reset();
        QVERIFY(!w.controller.trainingState());
        QSignalSpy said(&w.controller, &TrainingController::message);
        w.document.undoStack()->undo();
        QCOMPARE(said.size(), 1);
        QVERIFY(!w.controller.trainingState());
        QCOMPARE(w.document.undoStack()->count(), 0);
    }

    void whileAnotherNetworkIsTrainedNothingIsWritten()
    {
        Opened w;
        w.open(2);
        w.controller.step();
        QTRY_COMPARE(w.controller.state(), RunState::Paused);
        w.document.setParam(3, "filters", std::int64_t{4});
        QVERIFY(w.page.messageText().contains(QStringLiteral("Press Stop")));
        QVERIFY(!w.button(QStringLiteral("Zero"))->isEnabled());
        QTest::keyClick(w.page.table(), Qt::Key_5);
        QVERIFY(!w.editor());
        w.controller.stop();
        QTRY_VERIFY(!w.controller.isActive());
        QTRY_VERIFY(w.button(QStringLiteral("Zero"))->isEnabled());
        QVERIFY(w.page.messageText().isEmpty());
    }

    void handMadeKernelsStayWhenTheNetworkChangesElsewhere()
    {
        Opened w;
        w.open(2);
        w.type(0, 0, QStringLiteral("3"));
        w.document.setParam(3, "filters", std::int64_t{4}); // B, and with it the input of D
        QCOMPARE(progressText(w.controller),
                 QStringLiteral("The network has changed: Train keeps the weights of 1 layer, B and D start afresh"));
        const auto shown = [&] { return w.page.table()->model()->index(0, 0).data(Qt::EditRole).toDouble(); };
        QTRY_COMPARE(shown(), 3.0);
        w.type(0, 1, QStringLiteral("-2")); // and can be written on
        QCOMPARE(w.weight(2, 0), 3.F);
        QCOMPARE(w.weight(2, 1), -2.F);
        // A new run begins with them.
        w.controller.step();
        QTRY_COMPARE(w.controller.state(), RunState::Paused);
        QTRY_COMPARE(w.controller.trainingState()->step, 1);
        QVERIFY(std::abs(w.weight(2, 0) - 3) < 0.5F);
        QCOMPARE(w.weights().at({3, "weight"}).shape(), (engine::Shape{4, 2, 3, 3}));
        w.controller.stop();
        QTRY_VERIFY(!w.controller.isActive());
    }

    void undoBringsBackWhatWasThere()
    {
        Opened w;
        w.open(2);
        w.trainAStep();
        const auto trained = w.controller.trainingState();
        QCOMPARE(trained->step, 1);
        w.document.setParam(3, "kernelHeight", std::int64_t{1});
        QVERIFY(!w.controller.canContinue());
        w.document.undoStack()->undo();
        QCOMPARE(w.controller.trainingState(), trained);
        QVERIFY(w.controller.canContinue());
        // Also when what begins anew has been written to in between.
        w.document.setParam(3, "filters", std::int64_t{4});
        w.open(3);
        QTRY_COMPARE(w.page.grid()->result().count, 4);
        w.type(0, 0, QStringLiteral("7"));
        QCOMPARE(w.weight(3, 0), 7.F);
        QCOMPARE(w.weights().at({3, "weight"}).shape().elements(), 4 * 2 * 3 * 3);
        QCOMPARE(w.weights().at({2, "weight"}), trained->weights->at({2, "weight"}));
        w.document.undoStack()->undo();
        w.document.undoStack()->undo();
        QCOMPARE(w.controller.trainingState(), trained);
        QVERIFY(w.controller.canContinue());
        w.document.undoStack()->redo();
        w.document.undoStack()->redo();
        QCOMPARE(w.weight(3, 0), 7.F);
    }

    void anEditedNetworkIsWrittenToInARunOfItsOwn()
    {
        Opened w;
        w.open(2);
        w.trainAStep();
        const auto trained = w.controller.trainingState();
        w.document.setParam(3, "filters", std::int64_t{4});
        const auto known = [&] {
            const auto& weights = w.page.grid()->result().weights;
            return weights && engine::keptLayers(w.document.graph(), *weights).anew.empty();
        };
        QTRY_VERIFY(known());
        w.type(0, 0, QStringLiteral("5"));
        QCOMPARE(w.weight(2, 0), 5.F);
        QVERIFY(w.controller.weightsFitNetwork());
        // Trained on: undo cannot take the number back from there, nor need it.
        w.trainAStep();
        w.document.undoStack()->undo();
        w.document.undoStack()->undo();
        QCOMPARE(w.controller.trainingState(), trained);
    }

    void undoReachesTheRunOfBeforeWhileAnotherNetworkIsTrained()
    {
        Opened w;
        w.open(2);
        const float initial = engine::initialWeights(w.document.graph(), 1)->at({2, "weight"})[0];
        w.type(0, 0, QStringLiteral("3"));
        w.document.setParam(3, "filters", std::int64_t{4});
        w.controller.step();
        QTRY_COMPARE(w.controller.state(), RunState::Paused);
        QTRY_COMPARE(w.controller.trainingState()->step, 1);
        const QSignalSpy said(&w.controller, &TrainingController::message);
        w.document.undoStack()->undo();
        w.document.undoStack()->undo();
        QCOMPARE(said.size(), 0);
        QCOMPARE(w.document.undoStack()->count(), 2);
        w.controller.stop();
        QTRY_VERIFY(!w.controller.isActive());
        QCOMPARE(w.weight(2, 0), initial);
        w.document.undoStack()->redo();
        QCOMPARE(w.weight(2, 0), 3.F);
    }

    void undoReachesARunWithOtherFrozenLayers()
    {
        Opened w;
        w.open(2);
        const float initial = engine::initialWeights(w.document.graph(), 1)->at({2, "weight"})[0];
        w.type(0, 0, QStringLiteral("3"));
        w.document.setFrozen(2, true);
        w.controller.step();
        QTRY_COMPARE(w.controller.state(), RunState::Paused);
        QTRY_COMPARE(w.controller.trainingState()->step, 1);
        w.document.undoStack()->undo();
        w.document.undoStack()->undo();
        QCOMPARE(w.weight(2, 0), initial);
        w.controller.stop();
        QTRY_VERIFY(!w.controller.isActive());
        QCOMPARE(w.weight(2, 0), initial); // the run has taken it, too
    }

    void untilTheEditedNetworkIsKnownNothingIsWritten()
    {
        Opened w;
        w.open(2);
        w.trainAStep();
        const auto trained = w.controller.trainingState();
        QTRY_VERIFY(w.button(QStringLiteral("Zero"))->isEnabled());
        w.document.setParam(3, "filters", std::int64_t{4});
        QVERIFY(!w.button(QStringLiteral("Zero"))->isEnabled());
        QTest::keyClick(w.page.table(), Qt::Key_5);
        QVERIFY(!w.editor());
        w.type(0, 0, QStringLiteral("5"));
        QCOMPARE(w.weight(2, 0), 5.F);
        QVERIFY(w.controller.weightsFitNetwork()); // in a run of its own
        w.document.undoStack()->undo();
        w.document.undoStack()->undo();
        QCOMPARE(w.controller.trainingState(), trained);
    }

    void kernelEditsOfDifferentNetworksAreAllUndone()
    {
        Opened w;
        w.open(2);
        const auto initial = engine::initialWeights(w.document.graph(), 1);
        w.type(0, 0, QStringLiteral("3"));
        w.document.setParam(3, "filters", std::int64_t{4});
        w.type(0, 1, QStringLiteral("4"));
        for (int i = 0; i < 3; ++i)
            w.document.undoStack()->undo(); // at once: nothing may have to be computed for it
        QCOMPARE(w.weight(2, 0), initial->at({2, "weight"})[0]);
        QCOMPARE(w.weight(2, 1), initial->at({2, "weight"})[1]);
        for (int i = 0; i < 3; ++i)
            w.document.undoStack()->redo();
        QCOMPARE(w.weight(2, 0), 3.F);
        QCOMPARE(w.weight(2, 1), 4.F);
        QCOMPARE(w.document.undoStack()->count(), 3);
    }
};

QTEST_MAIN(TestKernels)
#include "test_kernels.moc"
