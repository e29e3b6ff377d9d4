// The lamps: what a run shows reaches the training bar, the list of problems, the card and the inspector.
#include "scripted_run.h"
#include "tests/support/training_runs.h"
#include "ui/canvas/card_content.h"
#include "ui/inspector/experiments.h"
#include "ui/inspector/health_list.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/inspector/problems_panel.h"
#include "ui/theme/settings.h"
#include "ui/training/training_bar.h"
#include "ui/training/training_controller.h"

#include <QPushButton>
#include <QUndoStack>
#include <QtTest>

using namespace convarium;
using namespace convarium::ui;

namespace
{

constexpr engine::NodeId kDense = 3;

engine::HealthPtr report(bool ill)
{
    auto r = std::make_shared<engine::HealthReport>();
    r->step = 8;
    engine::LayerHealth& dense = r->layers.emplace_back();
    dense.node = kDense;
    dense.gradient = 0.25;
    if (ill) {
        r->diagnoses.push_back(
            {engine::Illness::HighRate, kDense, 0.5, 0.15, "One step changes too much.", "Lower it."});
        r->diagnoses.push_back(
            {engine::Illness::OneClassBatches, engine::kNoNode, 1, 0.7, "Batches hold one class.", "Shuffle."});
    }
    return r;
}

} // namespace

class TestHealth : public QObject
{
    Q_OBJECT

    std::shared_ptr<ui::test::Script> m_script;
    std::unique_ptr<ProjectDocument> m_document;
    std::unique_ptr<TrainingController> m_controller;
    std::unique_ptr<TrainingBar> m_bar;
    std::unique_ptr<ProblemsPanel> m_problems;
    std::unique_ptr<InspectorPanel> m_inspector;

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }
    void init()
    {
        m_script = std::make_shared<ui::test::Script>();
        m_document = std::make_unique<ProjectDocument>();
        m_document->reset(ui::test::smallGraph(), {}, {});
        m_controller = std::make_unique<TrainingController>(ui::test::scriptedServices(m_script));
        m_controller->follow(m_document.get());
        m_bar = std::make_unique<TrainingBar>(m_controller.get(), m_document.get());
        m_bar->resize(1200, 52);
        m_bar->show();
        m_problems = std::make_unique<ProblemsPanel>(m_document.get());
        m_inspector = std::make_unique<InspectorPanel>(m_document.get());
        connect(m_controller.get(), &TrainingController::healthChanged, m_inspector.get(), &InspectorPanel::setHealth);
        QTRY_VERIFY(m_controller->data().test);
    }
    void cleanup()
    {
        m_inspector.reset();
        m_problems.reset();
        m_bar.reset();
        m_controller.reset();
        m_document.reset();
    }

    void anIllRunLightsTheLampsWithWords()
    {
        m_script->health = report(true);
        QVERIFY(m_bar->healthButton()->isHidden());
        m_inspector->setSelection({kDense});
        QVERIFY(m_inspector->healthList()->state().contains(QStringLiteral("Press Train")));
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QCOMPARE(m_bar->healthButton()->text(), QStringLiteral("2"));
        QVERIFY(m_bar->healthButton()->toolTip().contains(QStringLiteral("Rate too high")));
        QCOMPARE(m_problems->count(), 2);
        QVERIFY(m_problems->text(0).contains(QStringLiteral("One step changes too much. Lower it.")));
        QVERIFY(m_problems->showButton(0)->isEnabled());
        QVERIFY(!m_problems->showButton(1)->isEnabled()); // of the whole run
        const CardContent card = cardContent(*m_document, kDense);
        QVERIFY(card.warning);
        QVERIFY(card.fault.startsWith(QStringLiteral("One step changes")));
        QCOMPARE(m_inspector->healthList()->diagnoses(),
                 (QStringList{QStringLiteral("One step changes too much."), QStringLiteral("Experiment: Lower it.")}));
        QCOMPARE(m_inspector->healthList()->numbers()->rows().size(), 1u);
        m_inspector->setSelection({});
        QCOMPARE(m_inspector->healthList()->diagnoses().first(), QStringLiteral("Batches hold one class."));
        // Warnings are no faults: training goes on, and nothing of it is an edit.
        QVERIFY(m_controller->blockedReason().isEmpty());
        QVERIFY(!m_document->isModified());
    }

    void anExperimentIsOneEditThatCanBeTakenBack()
    {
        m_script->health = report(true);
        m_inspector->setSelection({kDense});
        m_inspector->show();
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        HealthList* list = m_inspector->healthList();
        QCOMPARE(list->tryButtons().size(), 1);
        QPushButton* button = list->tryButtons().first();
        QCOMPARE(button->text(), QStringLiteral("Try a rate of 0.0001"));
        QVERIFY(list->tried().isEmpty());
        QTest::keyClick(button, Qt::Key_Space);
        QCOMPARE(m_document->trainConfig().rate, 0.0001);
        QCOMPARE(m_document->undoStack()->count(), 1);
        QCOMPARE(m_document->undoStack()->undoText(), QStringLiteral("Change learning rate from 0.001 to 0.0001"));
        QVERIFY2(list->tried().startsWith(QStringLiteral("Done: Change learning rate from 0.001 to 0.0001.")),
                 qPrintable(list->tried()));
        QTRY_COMPARE(list->tryButtons().first()->text(), QStringLiteral("Try a rate of 1e-05")); // of what is now
        m_document->undoStack()->undo();
        QCOMPARE(m_document->trainConfig().rate, 0.001);
        QVERIFY(list->tried().isEmpty());
        QTRY_COMPARE(list->tryButtons().first()->text(), QStringLiteral("Try a rate of 0.0001"));
        // Of the whole run: batches are mixed already, so there is nothing to change.
        m_inspector->setSelection({});
        QVERIFY(list->tryButtons().isEmpty());
        auto config = m_document->trainConfig();
        config.shuffle = false;
        m_document->setTrainConfig(config);
        QTRY_COMPARE(list->tryButtons().size(), 1);
        QTest::mouseClick(list->tryButtons().first(), Qt::LeftButton);
        QVERIFY(m_document->trainConfig().shuffle);
        QTRY_VERIFY(list->tryButtons().isEmpty());
        // A tenth of a rate is what one would type, to the last bit.
        config = m_document->trainConfig();
        config.rate = 0.003;
        m_document->setTrainConfig(config);
        m_inspector->setSelection({kDense});
        QTRY_COMPARE(list->tryButtons().size(), 1);
        QTest::mouseClick(list->tryButtons().first(), Qt::LeftButton);
        QVERIFY(m_document->trainConfig().rate == 0.0003);
    }

    void everyExperimentLeavesASoundNetwork_data()
    {
        QTest::addColumn<int>("illness");
        QTest::addColumn<QString>("layer");
        QTest::addColumn<QStringList>("buttons");
        const auto row = [](const char* name, engine::Illness illness, const char* layer, const QStringList& buttons) {
            QTest::newRow(name) << static_cast<int>(illness) << QString::fromLatin1(layer) << buttons;
        };
        using enum engine::Illness;
        row("dead", DeadUnits, "relu", {"Try a rate of 0.0001", "Try LeakyReLU here"});
        row("saturated", Saturation, "tanh", {"Try a rate of 0.0001", "Try BatchNorm before it"});
        row("vanishing", VanishingGradient, "conv2d", {"Try BatchNorm behind it", "Try ReLU in all such places"});
        row("exploding", ExplodingGradient, "conv2d", {"Try a limit of 1", "Try BatchNorm behind it"});
        row("rate", HighRate, "conv2d", {"Try a rate of 0.0001"});
        row("equal", EqualWeights, "conv2d", {});
        row("large", LargeWeights, "conv2d", {});
        row("batch of one", BatchNormOfOne, "batch_norm", {"Try a batch of 16", "Try GroupNorm here"});
        row("constant", ConstantLoss, "", {"Try a rate of 0.01", "Try a rate of 0.0001"});
        row("diverging", Diverging, "", {"Try a rate of 0.0001"});
    }

    void everyExperimentLeavesASoundNetwork()
    {
        QFETCH(int, illness);
        QFETCH(QString, layer);
        QFETCH(QStringList, buttons);
        convarium::test::GraphMaker m("experiments");
        m.input(1, 8, 8);
        m.conv(8, 3, 1);
        m.add("batch_norm");
        m.add("relu");
        m.conv(8, 3, 1);
        m.add("tanh");
        m.add("flatten");
        m.dense(10);
        m.add("softmax");
        ProjectDocument document;
        engine::TrainConfig config;
        config.batch = 1;
        document.reset(m.graph(), {}, config);
        QVERIFY(document.problems().empty());
        engine::NodeId node = engine::kNoNode;
        for (const engine::Node& n : document.graph().nodes)
            if (n.type == layer.toStdString() && node == engine::kNoNode)
                node = n.id;
        const auto before = document.state();
        QStringList found;
        for (const Experiment& experiment :
             experimentsFor(document, {static_cast<engine::Illness>(illness), node, 1, 1, {}, {}})) {
            found << experiment.button;
            applyRepair(document, experiment.edit);
            QVERIFY(!(document.state() == before));
            QVERIFY2(document.problems().empty(), qPrintable(experiment.button));
            QCOMPARE(document.undoStack()->count(), 1);
            document.undoStack()->undo();
            QVERIFY(document.state() == before);
        }
        QCOMPARE(found, buttons);
    }

    void theLampIsAButtonThatLeadsToTheWords()
    {
        m_script->health = report(true);
        m_controller->train();
        QTRY_VERIFY(m_bar->healthButton()->isVisible());
        QSignalSpy clicked(m_bar.get(), &TrainingBar::healthClicked);
        QTest::mouseClick(m_bar->healthButton(), Qt::LeftButton);
        QCOMPARE(clicked.count(), 1);
        QCOMPARE(m_bar->healthButton()->accessibleName(), QStringLiteral("Health: 2 warnings"));
    }

    void aHealthyRunAndAResetPutThemOut()
    {
        m_script->health = report(true);
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        m_controller->reset();
        QVERIFY(m_bar->healthButton()->isHidden());
        QCOMPARE(m_problems->count(), 0);
        QVERIFY(m_inspector->healthList()->diagnoses().isEmpty());
        m_script->health = report(false);
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        QCOMPARE(m_bar->healthButton()->accessibleName(), QStringLiteral("Health: Healthy"));
        QCOMPARE(m_problems->count(), 0);
        QVERIFY(!cardContent(*m_document, kDense).warning);
    }
};

QTEST_MAIN(TestHealth)
#include "test_health.moc"
