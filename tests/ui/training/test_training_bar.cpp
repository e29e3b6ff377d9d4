#include "scripted_run.h"
#include "ui/document/project_document.h"
#include "ui/document/repairs.h"
#include "ui/theme/dialogs.h"
#include "ui/theme/settings.h"
#include "ui/theme/widgets.h"
#include "ui/training/training_bar.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_form.h"
#include "ui/training/training_notice.h"
#include "ui/training/training_texts.h"

#include <QComboBox>
#include <QMenu>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QUndoStack>
#include <QtTest>

using namespace convarium;
using namespace convarium::ui;

class TestTrainingBar : public QObject
{
    Q_OBJECT

    std::shared_ptr<test::Script> m_script;
    std::unique_ptr<ProjectDocument> m_document;
    std::unique_ptr<TrainingController> m_controller;
    std::unique_ptr<TrainingBar> m_bar;

    QPushButton* button(const QString& name) const
    {
        for (auto* b : m_bar->findChildren<QPushButton*>())
            if (b->accessibleName() == name)
                return b;
        return nullptr;
    }
    template <class W>
    W* field(const QString& name) const
    {
        for (auto* f : m_bar->form()->findChildren<W*>())
            if (f->accessibleName() == name)
                return f;
        return nullptr;
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }
    void init()
    {
        m_script = std::make_shared<test::Script>();
        m_document = std::make_unique<ProjectDocument>();
        m_document->reset(test::smallGraph(), {}, {});
        m_controller = std::make_unique<TrainingController>(test::scriptedServices(m_script));
        m_controller->follow(m_document.get());
        m_bar = std::make_unique<TrainingBar>(m_controller.get(), m_document.get());
        m_bar->resize(1000, 52);
        m_bar->show();
        QTRY_VERIFY(m_controller->data().test);
    }
    void cleanup()
    {
        m_bar.reset();
        m_controller.reset();
        m_document.reset();
    }

    void buttonsFollowTheState()
    {
        m_script->holdAfterEachStep = true;
        QVERIFY(button(QStringLiteral("Train"))->isEnabled());
        QVERIFY(!button(QStringLiteral("Stop"))->isEnabled());
        QVERIFY(!button(QStringLiteral("Reset"))->isEnabled());
        QTest::mouseClick(button(QStringLiteral("Train")), Qt::LeftButton);
        QTRY_COMPARE(m_controller->state(), RunState::Running);
        QVERIFY(button(QStringLiteral("Pause")));
        QVERIFY(button(QStringLiteral("Stop"))->isEnabled());
        m_script->allow(1);
        QTRY_COMPARE(m_bar->progressLine(), QStringLiteral("Epoch 1 of 5, step 1 of 4"));
        QTest::mouseClick(button(QStringLiteral("Pause")), Qt::LeftButton);
        QTRY_COMPARE(m_controller->state(), RunState::Paused);
        QVERIFY(button(QStringLiteral("Train")));
        QTest::mouseClick(button(QStringLiteral("Stop")), Qt::LeftButton);
        QTRY_COMPARE(m_controller->state(), RunState::Idle);
        QVERIFY(button(QStringLiteral("Reset"))->isEnabled());
        QTest::mouseClick(button(QStringLiteral("Reset")), Qt::LeftButton);
        QCOMPARE(m_bar->progressLine(), QStringLiteral("Ready: 5 epochs"));
    }

    void stepsOfThreeSizesStandBesideStep()
    {
        m_script->holdAfterEachStep = true;
        QCOMPARE(m_bar->stepsButton()->accessibleName(), QStringLiteral("Step by image, batch or epoch"));
        const auto open = [&] {
            QTest::mouseClick(m_bar->stepsButton(), Qt::LeftButton);
            return m_bar->findChild<QMenu*>();
        };
        const auto closed = [&] { return !m_bar->findChild<QMenu*>(); };
        QMenu* menu = open();
        QVERIFY(menu);
        QStringList texts;
        for (const QAction* action : menu->actions())
            texts << action->text();
        QCOMPARE(texts, (QStringList{QStringLiteral("One image: walk through the next batch\tF7"),
                                     QStringLiteral("One batch\tF10"), QStringLiteral("One epoch\tCtrl+F10")}));
        QSignalSpy walk(m_bar.get(), &TrainingBar::walkRequested);
        menu->actions()[0]->trigger();
        QCOMPARE(walk.count(), 1);
        QVERIFY(!m_controller->isActive());
        menu->actions()[1]->trigger();
        m_script->allow(1);
        QTRY_COMPARE(m_controller->history().steps.size(), 1u);
        QTRY_COMPARE(m_controller->state(), RunState::Paused);
        menu->close();
        QTRY_VERIFY(closed());

        m_bar->setWalking(true);
        QSignalSpy image(m_bar.get(), &TrainingBar::imageRequested);
        menu = open();
        QVERIFY(menu->actions()[0]->text().endsWith(QStringLiteral("\tCtrl+F7")));
        menu->actions()[0]->trigger();
        QCOMPARE(image.count(), 1);
        QCOMPARE(walk.count(), 1);
        menu->close();
        QTRY_VERIFY(closed());
        m_controller->stop();
        QTRY_COMPARE(m_controller->state(), RunState::Idle);
    }

    /// In a small window it takes a second line, above the line of the progress.
    void whatTrainDoesWithAnEditedNetworkIsSaidWhole()
    {
        m_bar->setCompact(true);
        m_bar->resize(scaled(640), m_bar->height());
        m_bar->show();
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        engine::TrainConfig config = m_document->trainConfig();
        config.seed = 7;
        m_document->setTrainConfig(config);
        ElidedLabel* label = nullptr;
        for (auto* l : m_bar->findChildren<ElidedLabel*>())
            if (l->text() == progressText(*m_controller))
                label = l;
        QVERIFY(label);
        QVERIFY2(label->text().startsWith(QStringLiteral("The network")), qPrintable(label->text()));
        QTRY_VERIFY(label->height() > label->minimumSizeHint().height());
        QVERIFY(!label->isElided());
        const auto* line = m_bar->findChild<ProgressLine*>();
        QVERIFY(label->geometry().top() >= 0 && label->geometry().bottom() < line->geometry().top());
        QVERIFY(m_bar->rect().contains(line->geometry()));
    }

    void aNetworkWithFaultsIsNotTrainedAndTrainSaysWhy()
    {
        const auto edges = m_document->graph().edges;
        m_document->removeEdge(edges.back());
        QVERIFY(m_bar->trainButton()->toolTip().contains(QStringLiteral("Softmax")));
        QSignalSpy refused(m_controller.get(), &TrainingController::message);
        QTest::mouseClick(m_bar->trainButton(), Qt::LeftButton);
        QCOMPARE(refused.size(), 1); // the window shows what is in the way
        QVERIFY(!m_controller->isActive());
        QVERIFY(!button(QStringLiteral("Step"))->isEnabled());
        m_document->undoStack()->undo();
        QVERIFY(m_bar->trainButton()->isEnabled());
    }

    void anEditOfTheSettingsIsOneUndoStep()
    {
        auto* batch = field<QSpinBox>(QStringLiteral("Batch"));
        batch->setFocus();
        batch->selectAll();
        QTest::keyClicks(batch, QStringLiteral("128"));
        QCOMPARE(m_document->undoStack()->count(), 0); // nothing while typing
        QTest::keyClick(batch, Qt::Key_Return);
        QCOMPARE(m_document->trainConfig().batch, 128);
        QCOMPARE(m_document->undoStack()->count(), 1);
        m_document->undoStack()->undo();
        QCOMPARE(batch->value(), 64);
    }

    void aRateThatIsNoneIsSaidAndNotTaken()
    {
        auto* rate = field<QLineEdit>(QStringLiteral("Rate"));
        rate->selectAll();
        QTest::keyClicks(rate, QStringLiteral("quick"));
        QVERIFY(m_bar->form()->fault().contains(QStringLiteral("quick")));
        QTest::keyClick(rate, Qt::Key_Return);
        QCOMPARE(m_document->trainConfig().rate, 0.001);
        QCOMPARE(rate->text(), QStringLiteral("0.001"));
        QVERIFY(m_bar->form()->fault().isEmpty());
        rate->selectAll();
        QTest::keyClicks(rate, QStringLiteral("-1"));
        QVERIFY(!m_bar->form()->fault().isEmpty());
        rate->selectAll();
        QTest::keyClicks(rate, QStringLiteral("0.02"));
        QTest::keyClick(rate, Qt::Key_Return);
        QCOMPARE(m_document->trainConfig().rate, 0.02);
        QCOMPARE(m_document->undoStack()->count(), 1);
    }

    void momentumIsShownForOptimizersThatUseIt()
    {
        auto* momentum = field<QLineEdit>(QStringLiteral("Momentum"));
        for (const auto& optimizer : engine::optimizerRegistry()) {
            auto config = m_document->trainConfig();
            config.optimizer = optimizer.id;
            m_bar->form()->setConfig(config);
            QCOMPARE(!momentum->isHidden(), optimizer.usesMomentum);
        }
    }

    void theRestOfTheSettingsIsAClickAway()
    {
        auto* more = m_bar->form()->findChild<QPushButton*>();
        QVERIFY(more && more->isCheckable());
        auto* decay = field<QLineEdit>(QStringLiteral("Weight decay"));
        QVERIFY(decay->parentWidget()->isHidden());
        more->click();
        QVERIFY(!decay->parentWidget()->isHidden());
        decay->selectAll();
        QTest::keyClicks(decay, QStringLiteral("0.01"));
        QTest::keyClick(decay, Qt::Key_Return);
        QCOMPARE(m_document->trainConfig().weightDecay, 0.01);
        auto* augment = field<QLineEdit>(QStringLiteral("Augmentation"));
        QTest::keyClicks(augment, QStringLiteral("shift:2, blur"));
        QVERIFY(m_bar->form()->fault().contains(QStringLiteral("blur")));
        augment->selectAll();
        QTest::keyClicks(augment, QStringLiteral("shift:2, flip"));
        QTest::keyClick(augment, Qt::Key_Return);
        QCOMPARE(m_document->trainConfig().augment, std::string("shift:2,flip"));
        auto* smoothing = field<QLineEdit>(QStringLiteral("Label smoothing"));
        smoothing->selectAll();
        QTest::keyClicks(smoothing, QStringLiteral("0.1"));
        QTest::keyClick(smoothing, Qt::Key_Return);
        QCOMPARE(m_document->trainConfig().loss, std::string("cross-entropy:0.1"));
        QCOMPARE(m_document->undoStack()->count(), 3);
        QCOMPARE(m_document->undoStack()->undoText(), QStringLiteral("Change loss from none to cross-entropy:0.1"));
        m_document->undoStack()->undo();
        QCOMPARE(smoothing->text(), QStringLiteral("0"));
    }

    void aScheduleShowsItsNumbers()
    {
        auto* schedule = field<QComboBox>(QStringLiteral("Schedule"));
        auto* first = field<QLineEdit>(QStringLiteral("Schedule, first number"));
        auto* second = field<QLineEdit>(QStringLiteral("Schedule, second number"));
        QVERIFY(first->isHidden() && second->isHidden());
        schedule->setCurrentIndex(schedule->findData(QStringLiteral("step")));
        Q_EMIT schedule->activated(schedule->currentIndex());
        QCOMPARE(m_document->trainConfig().schedule, std::string("step:2,0.5"));
        QVERIFY(!first->isHidden() && !second->isHidden());
        second->selectAll();
        QTest::keyClicks(second, QStringLiteral("0.1"));
        QTest::keyClick(second, Qt::Key_Return);
        QCOMPARE(m_document->trainConfig().schedule, std::string("step:2,0.1"));
        first->selectAll();
        QTest::keyClicks(first, QStringLiteral("2.5"));
        QVERIFY(m_bar->form()->fault().contains(QStringLiteral("whole number")));
        QTest::keyClick(first, Qt::Key_Return);
        QCOMPARE(m_document->trainConfig().schedule, std::string("step:2,0.1"));
    }

    void theSummaryNamesWhatMatters()
    {
        QCOMPARE(settingsSummary(m_document->trainConfig(), QStringLiteral("MNIST")),
                 QStringLiteral("MNIST, batch 64, Adam 0.001"));
    }

    void aFolderOfPicturesIsChosenAndCounted()
    {
        QTemporaryDir folder;
        for (const char* name : {"cat", "dog", "emu"})
            for (int i = 0; i < 10; ++i) {
                QVERIFY(QDir(folder.path()).mkpath(QLatin1String(name)));
                QImage image(6, 6, QImage::Format_Grayscale8);
                image.fill(20 * i);
                QVERIFY(image.save(folder.filePath(QStringLiteral("%1/%2.png").arg(QLatin1String(name)).arg(i))));
            }
        auto services = test::scriptedServices(m_script);
        services.openData = [](const std::string& source, const datasets::Progress& progress) {
            return source == "digits" ? test::smallData() : datasets::open(source, progress);
        };
        m_bar.reset();
        m_controller = std::make_unique<TrainingController>(services);
        m_bar = std::make_unique<TrainingBar>(m_controller.get(), m_document.get());
        m_bar->show();
        m_controller->follow(m_document.get());
        TrainingNotice notice(m_controller.get(), m_document.get());
        auto* data = field<QComboBox>(QStringLiteral("Data set"));
        QString asked;
        const dialogs::ScopedAnswers answers({}, [&](const dialogs::FileRequest& request) {
            asked = request.title;
            return folder.path();
        });
        QTest::keyClick(data, Qt::Key_End); // "Folder…"
        QVERIFY(asked.contains(QStringLiteral("subfolder of images per class")));
        QCOMPARE(m_document->trainConfig().data, folder.path().toStdString());
        QTRY_COMPARE(m_bar->form()->dataNote(), QStringLiteral("3 classes: 24 training, 6 test images"));
        // The last layer has two units: a fault with a repair, not a run that fails.
        QVERIFY(!m_controller->blockedReason().isEmpty());
        const auto problem = m_document->problems().front();
        const auto repairs = repairsFor(*m_document, problem);
        QCOMPARE(repairs.front().text, QStringLiteral("Give D 3 units"));
        applyRepair(*m_document, repairs.front());
        QVERIFY2(m_controller->blockedReason().isEmpty(), qPrintable(m_controller->blockedReason()));

        m_document->setParam(1, "channels", std::int64_t{2});
        QVERIFY(!notice.isHidden());
        QVERIFY2(notice.text().contains(QStringLiteral("grey (1 channel) or colour (3)")), qPrintable(notice.text()));
        QCOMPARE(m_bar->form()->dataNote(), QString());
        m_document->setParam(1, "channels", std::int64_t{3});
        QVERIFY(notice.isHidden());
        QVERIFY(!m_bar->form()->dataNote().isEmpty());
    }

    void missingDataOffersTheDigitsAndADownload()
    {
        m_script->dataMissing = true;
        TrainingNotice notice(m_controller.get(), m_document.get());
        auto config = m_document->trainConfig();
        config.data = "mnist";
        m_document->setTrainConfig(config);
        QTRY_VERIFY(!notice.isHidden());
        QCOMPARE(notice.text(),
                 QStringLiteral("MNIST is not on this computer. The generated digits need no download."));
        const auto buttons = notice.findChildren<QPushButton*>();
        QCOMPARE(buttons.size(), 2);
        QCOMPARE(buttons[1]->text(), QStringLiteral("Download MNIST, 11 MB"));
        QSignalSpy finished(&notice.download(), &DownloadTask::finished);
        QTest::mouseClick(buttons[1], Qt::LeftButton);
        QTRY_COMPARE(finished.count(), 1);
        QTRY_VERIFY(notice.isHidden() || notice.findChildren<QPushButton*>().size() == 2);
    }

    void useDigitsChangesTheDataSetBack()
    {
        m_script->dataMissing = true;
        TrainingNotice notice(m_controller.get(), m_document.get());
        auto config = m_document->trainConfig();
        config.data = "mnist";
        m_document->setTrainConfig(config);
        QTRY_VERIFY(!notice.isHidden());
        QTest::mouseClick(notice.findChildren<QPushButton*>().front(), Qt::LeftButton);
        QTRY_COMPARE(m_document->trainConfig().data, std::string("digits"));
        QTRY_VERIFY(notice.isHidden());
    }

    void divergenceOffersALowerRate()
    {
        m_script->divergeAt = 2;
        auto config = m_document->trainConfig();
        config.rate = 1000;
        m_document->setTrainConfig(config);
        TrainingNotice notice(m_controller.get(), m_document.get());
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Diverged);
        QVERIFY(!notice.isHidden());
        QTest::mouseClick(notice.findChildren<QPushButton*>().front(), Qt::LeftButton);
        QVERIFY(m_document->trainConfig().rate < 1);
        QTRY_COMPARE(m_controller->state(), RunState::Idle);
    }

    void aLowerRateKeepsTheWeightsThereWere_data()
    {
        QTest::addColumn<int>("at");
        QTest::newRow("before the run showed weights") << 2;
        QTest::newRow("later") << 6;
    }

    void aLowerRateKeepsTheWeightsThereWere()
    {
        QFETCH(const int, at);
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Finished);
        const auto state = m_controller->trainingState();
        auto graph = test::smallGraph();
        graph.nodes[2].params.set("units", std::int64_t{7});
        m_controller->setNetwork(graph, {});
        m_script->divergeAt = at;
        TrainingNotice notice(m_controller.get(), m_document.get());
        m_controller->train();
        QTRY_COMPARE(m_controller->state(), RunState::Diverged);
        QTest::mouseClick(notice.findChildren<QPushButton*>().front(), Qt::LeftButton);
        QVERIFY(m_document->trainConfig().rate < 0.001);
        QVERIFY(notice.isHidden());
        QVERIFY(m_controller->keptState());
        QCOMPARE(m_controller->keptState()->weights, state->weights);
    }
};

QTEST_MAIN(TestTrainingBar)
#include "test_training_bar.moc"
