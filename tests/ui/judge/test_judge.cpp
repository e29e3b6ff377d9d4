// The judge page on a real engine: the matrix grows with the epochs, a cell leads to its images, an image to its maps.
#include "engine/data/masks.h"
#include "engine/train/judgement.h"
#include "tests/support/training_runs.h"
#include "ui/drawing/drawn_image.h"
#include "ui/judge/confusion_model.h"
#include "ui/judge/confusion_view.h"
#include "ui/judge/explanation_view.h"
#include "ui/judge/judge_service.h"
#include "ui/judge/judge_view.h"
#include "ui/judge/verdict_list.h"
#include "ui/theme/settings.h"
#include "ui/training/map_service.h"
#include "ui/training/training_controller.h"

#include <QComboBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QtTest>

using namespace convarium;
using namespace convarium::ui;

class TestJudge : public QObject
{
    Q_OBJECT

    std::unique_ptr<TrainingController> m_controller;
    std::unique_ptr<MapService> m_maps;
    std::unique_ptr<JudgeView> m_view;

    /// A class for every pixel: background and the four.
    static engine::GraphSpec maskNetwork()
    {
        convarium::test::GraphMaker m("masks");
        m.input(1, 8, 8);
        m.conv(6, 3, 1);
        m.add("relu");
        m.conv(5, 3, 1);
        return m.graph();
    }
    [[nodiscard]] const std::vector<engine::JudgementPtr>& judged() const { return m_view->service()->judgements(); }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }
    void init()
    {
        TrainingServices services = engineServices();
        services.openData = [](const std::string&, const datasets::Progress&) -> engine::Result<engine::DatasetBundle> {
            return convarium::test::corners(200);
        };
        m_controller = std::make_unique<TrainingController>(services);
        engine::TrainConfig config = convarium::test::quick();
        config.epochs = 3;
        m_controller->setConfig(config);
        m_controller->setNetwork(convarium::test::smallNetwork(), {});
        m_controller->openData();
        m_maps = std::make_unique<MapService>(m_controller.get());
        m_view = std::make_unique<JudgeView>(m_controller.get(), m_maps.get());
        m_view->resize(1300, 700);
        m_view->show();
        QTRY_VERIFY(m_controller->data().test);
    }
    void cleanup()
    {
        m_view.reset();
        m_maps.reset();
        m_controller.reset();
    }

    void everyVerdictAgreesWithTheEvaluation()
    {
        const auto graph = convarium::test::smallNetwork();
        const auto weights = engine::initialWeights(graph, 3);
        const auto data = convarium::test::corners(200).test;
        const auto judged = engine::judge(graph, *weights, data, {}, 2);
        QVERIFY(judged);
        const auto plain = engine::evaluate(graph, *weights, *data, 1);
        QVERIFY(judged->summary.confusion == plain->confusion);
        std::vector<std::vector<std::int64_t>> counted(4, std::vector<std::int64_t>(4));
        for (const auto& v : judged->verdicts) {
            ++counted[static_cast<std::size_t>(v.label)][static_cast<std::size_t>(v.predicted)];
            QVERIFY(v.certainty >= 0.25F && v.certainty <= 1);
        }
        QVERIFY(counted == plain->confusion);
        // Some of the images only: theirs, in their order.
        const auto few = engine::judge(graph, *weights, data, {5, 3}, 1);
        QCOMPARE(few->verdicts.size(), 2u);
        QCOMPARE(few->verdicts[1].predicted, judged->verdicts[3].predicted);
        QCOMPARE(few->verdicts[0].certainty, judged->verdicts[5].certainty);
    }

    void scoresAreThoseOfTheBook()
    {
        engine::Evaluation e;
        e.confusion = {{8, 2}, {4, 6}};
        const auto scores = engine::classScores(e);
        QCOMPARE(scores[0].images, 10);
        QCOMPARE(scores[0].named, 12);
        QCOMPARE(scores[0].recall, 0.8);
        QCOMPARE(scores[1].precision, 0.75);
    }

    void theMatrixFollowsTheEpochsAndTheSliderGoesBack()
    {
        QCOMPARE(m_view->matrix()->rowCount(), 6); // four classes, sums, precision
        QVERIFY(!m_view->service()->reason().isEmpty());
        m_controller->train();
        QTRY_COMPARE_WITH_TIMEOUT(m_controller->state(), RunState::Finished, 20000);
        QTRY_VERIFY(!judged().empty() && judged().back()->epoch == 3 && judged().back()->images.size() == 64);
        const auto* matrix = m_view->matrix();
        std::int64_t sum = 0;
        for (int r = 0; r < 4; ++r)
            for (int c = 0; c < 4; ++c)
                sum += static_cast<std::int64_t>(matrix->index(r, c).data(ConfusionModel::CountRole).toDouble());
        QCOMPARE(sum, 64);
        QCOMPARE(matrix->index(4, 4).data().toString(), QStringLiteral("64"));
        QVERIFY(matrix->index(5, 5).data().toString().endsWith(QStringLiteral("%")));
        QCOMPARE(m_view->epochSlider()->value(), static_cast<int>(judged().size()) - 1);
        m_view->epochSlider()->setValue(0);
        QCOMPARE(matrix->index(4, 4).data().toString(), QString::number(judged().front()->images.size()));
    }

    void aCellLeadsToItsImagesAndAnImageToItsMaps()
    {
        m_controller->train();
        QTRY_COMPARE_WITH_TIMEOUT(m_controller->state(), RunState::Finished, 20000);
        QTRY_VERIFY(!judged().empty() && judged().back()->images.size() == 64);
        auto* table = m_view->matrixView();
        table->setFocus(Qt::TabFocusReason); // alone it chooses nothing: the errors stay
        QVERIFY(m_view->images()->rowCount() == 0 || !m_view->images()->verdict(0).right());
        const QModelIndex cell = m_view->matrix()->index(2, 2);
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(cell).center());
        const int count = static_cast<int>(cell.data(ConfusionModel::CountRole).toDouble());
        QVERIFY(count > 1);
        QCOMPARE(m_view->images()->rowCount(), count);
        for (int i = 1; i < count; ++i) {
            QVERIFY(m_view->images()->verdict(i).certainty <= m_view->images()->verdict(i - 1).certainty);
            QCOMPARE(m_view->images()->verdict(i).label, 2);
        }
        QTRY_VERIFY(!m_view->images()->picture(1).isNull());
        auto* list = m_view->imageList();
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualRect(m_view->images()->index(1)).center());
        QCOMPARE(m_maps->image(), static_cast<std::int64_t>(m_view->images()->image(1)));
        // And it is explained, beside what random weights would say.
        // Until then the image chosen before it may be.
        QTRY_VERIFY_WITH_TIMEOUT(m_view->explanation()->explanation() &&
                                     m_view->explanation()->explanation()->image == m_view->images()->image(1),
                                 60000);
        const auto& why = *m_view->explanation()->explanation();
        QVERIFY2(why.fault.isEmpty(), qPrintable(why.fault));
        QCOMPARE(why.learnt.classIndex, 2);
        QCOMPARE(why.learnt.gradCam.shape(), (engine::Shape{8, 8}));
        QVERIFY(why.learnt.gradCam.values() != why.random.gradCam.values());
        QVERIFY(m_view->explanation()->accessibleDescription().contains(QStringLiteral("Grad-CAM alike")));
        // Any class can be explained, by keys too; the choice stays for the next image.
        QComboBox* choice = m_view->classChoice();
        QCOMPARE(choice->count(), 6); // what it says, the true one, each of the four
        QCOMPARE(choice->currentText(), QStringLiteral("what it says: ") + m_view->service()->className(2));
        choice->setFocus();
        QTest::keyClick(choice, Qt::Key_End);
        const auto explained = [&] { return m_view->explanation()->explanation()->learnt.classIndex; };
        QTRY_COMPARE_WITH_TIMEOUT(explained(), 3, 60000);
        QVERIFY(m_view->explanation()->accessibleDescription().startsWith(QStringLiteral("Why ") +
                                                                          m_view->service()->className(3)));
        QTest::keyClick(list, Qt::Key_Left);
        QTRY_VERIFY_WITH_TIMEOUT(m_view->explanation()->explanation()->image == m_view->images()->image(0), 60000);
        QCOMPARE(explained(), 3);
        QTest::keyClick(choice, Qt::Key_Home);
        QTRY_COMPARE_WITH_TIMEOUT(explained(), 2, 60000);
        // Its way through the network.
        QSignalSpy asked(m_view.get(), &JudgeView::networkRequested);
        m_maps->setImage(m_view->images()->image(1)); // another one meanwhile
        QTest::mouseClick(m_view->networkButton(), Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(m_maps->image(), static_cast<std::int64_t>(m_view->images()->image(0)));
        QTest::keyClick(list, Qt::Key_Return);
        QCOMPARE(asked.count(), 2);
        const QPoint at = list->visualRect(list->currentIndex()).center();
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, at);
        QTest::mouseDClick(list->viewport(), Qt::LeftButton, {}, at);
        QCOMPARE(asked.count(), 3);
        // Keys do the same.
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Right);
        QCOMPARE(m_view->images()->rowCount(),
                 static_cast<int>(m_view->matrix()->index(2, 3).data(ConfusionModel::CountRole).toDouble()));
    }

    void aDrawingIsExplainedToo()
    {
        m_controller->train();
        QTRY_COMPARE_WITH_TIMEOUT(m_controller->state(), RunState::Finished, 20000);
        QVERIFY(!m_view->drawingButton()->isEnabled());
        std::vector<std::uint8_t> pixels(64);
        for (int i = 0; i < 4; ++i)
            pixels[static_cast<std::size_t>(9 * i)] = 200;
        const auto drawing = std::make_shared<DrawnImage>(engine::Shape{1, 8, 8}, pixels);
        m_view->setDrawing(drawing, 1);
        QVERIFY(!m_view->explanation()->isVisible()); // the room belongs to the images until one is chosen
        QVERIFY(!m_view->networkButton()->isEnabled());
        QTest::mouseClick(m_view->drawingButton(), Qt::LeftButton);
        QVERIFY(m_maps->showsDrawing());
        QTRY_VERIFY_WITH_TIMEOUT(m_view->explanation()->explanation(), 60000);
        const auto& why = *m_view->explanation()->explanation();
        QVERIFY2(why.fault.isEmpty(), qPrintable(why.fault));
        QCOMPARE(why.images, engine::DatasetPtr(drawing));
        QCOMPARE(why.learnt.classIndex, 1);
        QVERIFY(m_view->explanation()->isVisible());
        QComboBox* choice = m_view->classChoice();
        QVERIFY(choice->itemText(1).contains(QStringLiteral("not known")));
        QVERIFY(!(choice->model()->flags(choice->model()->index(1, 0)) & Qt::ItemIsEnabled));
        choice->setFocus();
        QTest::keyClick(choice, Qt::Key_End);
        QTRY_COMPARE_WITH_TIMEOUT(m_view->explanation()->explanation()->learnt.classIndex, 3, 60000);
        QSignalSpy asked(m_view.get(), &JudgeView::networkRequested);
        m_maps->setImage(0);
        QTest::mouseClick(m_view->networkButton(), Qt::LeftButton);
        QVERIFY(asked.count() == 1 && m_maps->showsDrawing());
        m_view->setDrawing(nullptr, -1); // rubbed out
        QVERIFY(!m_view->explanation()->isVisible());
        QVERIFY(!m_view->drawingButton()->isEnabled());
        // Whoever looked at the true class of an image is not left with a class that is not known.
        m_view->matrixView()->setCurrentIndex(m_view->matrix()->index(2, 2));
        QTRY_VERIFY(m_view->images()->rowCount() > 0);
        m_view->imageList()->setCurrentIndex(m_view->images()->index(0));
        choice->setCurrentIndex(1);
        m_view->setDrawing(drawing, 2);
        QTest::mouseClick(m_view->drawingButton(), Qt::LeftButton);
        QCOMPARE(choice->currentIndex(), 0);
        const auto explained = [&] {
            const auto explanation = m_view->explanation()->explanation();
            return explanation && explanation->images == engine::DatasetPtr(drawing) &&
                   explanation->learnt.classIndex == 2;
        };
        QTRY_VERIFY_WITH_TIMEOUT(explained(), 60000);
    }

    void aLowPageShowsTwoRowsOfImagesAndAllOfTheRest()
    {
        m_controller->train();
        QTRY_COMPARE_WITH_TIMEOUT(m_controller->state(), RunState::Finished, 20000);
        QTRY_VERIFY(!judged().empty() && judged().back()->images.size() == 64);
        const QModelIndex cell = m_view->matrix()->index(2, 2);
        m_view->matrixView()->setCurrentIndex(cell);
        auto* list = m_view->imageList();
        QVERIFY(m_view->images()->rowCount() > 1);
        for (const QSize& size : {QSize(1224, 440), QSize(1224, 507), QSize(1224, 552), QSize(1544, 832)}) {
            m_view->resize(size);
            list->setCurrentIndex(m_view->images()->index(0));
            QTRY_VERIFY(m_view->explanation()->isVisible());
            QTRY_VERIFY2(list->viewport()->height() >= 2 * list->visualRect(m_view->images()->index(0)).height(),
                         qPrintable(QStringLiteral("%1 at %2").arg(list->viewport()->height()).arg(size.height())));
            for (const QWidget* part :
                 {static_cast<QWidget*>(m_view->explanation()), static_cast<QWidget*>(m_view->classChoice()),
                  static_cast<QWidget*>(m_view->networkButton()), static_cast<QWidget*>(m_view->drawingButton())}) {
                QCOMPARE(part->visibleRegion().boundingRect(), part->rect());
                QVERIFY(part->width() >= part->minimumSizeHint().width());
            }
        }
    }

    void masksAreJudgedByTheirOverlap()
    {
        const auto graph = maskNetwork();
        const auto weights = engine::initialWeights(graph, 3);
        const auto data = convarium::test::corners(200).test;
        const auto judged = engine::judge(graph, *weights, data, {}, 2);
        QVERIFY2(judged.has_value(), judged ? "" : judged.error().message.c_str());
        const auto plain = engine::evaluate(graph, *weights, *data, 1);
        QVERIFY(judged->masks && judged->verdicts.empty());
        QVERIFY(judged->summary.confusion == plain->confusion);
        QCOMPARE(judged->worst.size(), std::min<std::size_t>(engine::kWorstMasks, 64));
        const auto scores = engine::classScores(judged->summary);
        double sum = 0;
        int present = 0;
        for (const auto& s : scores) {
            sum += s.overlap;
            present += s.images + s.named > 0 ? 1 : 0;
        }
        QVERIFY(std::abs(sum / present - *plain->meanIntersectionOverUnion) < 1e-12);
        // What is said of an image is what gives its overlap, counted anew.
        const auto truth = engine::withTargets(data, engine::TargetKind::Mask);
        float before = 0;
        for (const auto& v : judged->worst) {
            std::vector<std::uint8_t> mask(64);
            QVERIFY(truth->mask(v.image, mask));
            double overlaps = 0;
            int classes = 0;
            for (int c = 0; c < 5; ++c) {
                int both = 0, either = 0;
                for (std::size_t p = 0; p < 64; ++p) {
                    both += mask[p] == c && v.said[p] == c;
                    either += mask[p] == c || v.said[p] == c;
                }
                overlaps += either > 0 ? static_cast<double>(both) / either : 0;
                classes += either > 0;
            }
            QVERIFY(std::abs(overlaps / classes - static_cast<double>(v.overlap)) < 1e-6);
            QVERIFY(v.overlap >= before);
            before = v.overlap;
        }
    }

    void theWorstMasksAreShownBesideTheTrueOnes()
    {
        engine::TrainConfig config = convarium::test::quick();
        config.epochs = 1;
        m_controller->setConfig(config);
        m_controller->setNetwork(maskNetwork(), {});
        m_controller->train();
        QTRY_COMPARE_WITH_TIMEOUT(m_controller->state(), RunState::Finished, 20000);
        QTRY_VERIFY(!judged().empty() && judged().back()->images.size() == 64);
        const auto* matrix = m_view->matrix();
        QCOMPARE(matrix->rowCount(), 7); // background, four classes, sums, precision
        QCOMPARE(matrix->columnCount(), 8);
        QCOMPARE(matrix->headerData(0, Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("background"));
        QCOMPARE(matrix->headerData(7, Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("Overlap"));
        QVERIFY(matrix->index(0, 7).data().toString().endsWith(QStringLiteral("%")));
        QVERIFY(!m_view->drawingButton()->isVisible());
        VerdictModel* images = m_view->images();
        QVERIFY(images->rowCount() > 0 && images->ofMasks());
        QTRY_VERIFY(!images->picture(0).isNull());
        QCOMPARE(images->picture(0).size(), QSize(24, 8));
        QVERIFY(images->index(0).data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("overlap by")));
        auto* list = m_view->imageList();
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualRect(images->index(0)).center());
        QCOMPARE(m_maps->image(), static_cast<std::int64_t>(images->image(0)));
        QVERIFY(m_view->networkButton()->isEnabled());
        QVERIFY(!m_view->explanation()->isVisible());
        // Back to a network with one class for each image.
        m_controller->setNetwork(convarium::test::smallNetwork(), {});
        QCOMPARE(matrix->rowCount(), 6);
        QCOMPARE(matrix->columnCount(), 6);
        QVERIFY(m_view->drawingButton()->isVisible());
    }

    void aResetForgetsTheJudgements()
    {
        m_controller->train();
        QTRY_COMPARE_WITH_TIMEOUT(m_controller->state(), RunState::Finished, 20000);
        QTRY_VERIFY(!judged().empty());
        m_controller->reset();
        QVERIFY(judged().empty());
        QCOMPARE(m_view->images()->rowCount(), 0);
    }
};

QTEST_MAIN(TestJudge)
#include "test_judge.moc"
