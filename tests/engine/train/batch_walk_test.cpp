// A batch taken apart: the numbers are those of the step itself, and looking changes no bit of a run.
#include "engine/train/batch_walk.h"
#include "tests/support/training_runs.h"

#include <QTest>

#include <cmath>

using namespace convarium::engine;
using namespace convarium::test;

class BatchWalkTest : public QObject
{
    Q_OBJECT

    using Walk = Result<std::unique_ptr<BatchWalk>>;

    static double distance(const WeightMap& a, const WeightMap& b)
    {
        double most = 0;
        for (const auto& [key, tensor] : a)
            for (std::int64_t i = 0; i < tensor.elements(); ++i)
                most = std::max(most, std::abs(static_cast<double>(tensor[i]) - static_cast<double>(b.at(key)[i])));
        return most;
    }

    static bool same(const std::shared_ptr<const WeightMap>& a, const std::shared_ptr<const WeightMap>& b)
    {
        return (!a && !b) || (a && b && *a == *b);
    }

    static TrainConfig demanding()
    {
        TrainConfig c = quick();
        c.optimizer = "adam";
        c.augment = "shift:1";
        c.clipNorm = 0.5;
        c.averageDecay = 0.9;
        c.schedule = "cosine";
        return c;
    }

private Q_SLOTS:
    void goesForwardThroughTheLossBackwardAndUpdates()
    {
        const GraphSpec graph = smallNetwork();
        const Walk walk = BatchWalk::create(graph, quick(), corners(200), nullptr, initialWeights(graph, quick().seed));
        QVERIFY2(walk, walk ? "" : walk.error().text().c_str());
        QString order;
        for (const WalkStage& s : (*walk)->stages()) {
            order += QStringLiteral("IFLBU").at(static_cast<int>(s.kind));
            if (s.node != kNoNode)
                order += QString::fromStdString(graph.node(s.node)->type).left(4) + u' ';
        }
        QCOMPARE(order, QStringLiteral("Iinpu Fconv Fbatc Frelu Fmax_ Fdrop Fflat Fdens L"
                                       "Bdens Bflat Bdrop Bmax_ Brelu Bbatc Bconv Uconv Ubatc Udens "));
        for (const WalkStage& s : (*walk)->stages()) {
            QCOMPARE(s.largest > 0, s.kind == WalkStage::Kind::Backward || s.kind == WalkStage::Kind::Update);
            if (s.kind == WalkStage::Kind::Forward)
                QVERIFY((*walk)->output(s.node, 15).elements() > 0);
            if (s.kind == WalkStage::Kind::Backward)
                QVERIFY((*walk)->gradient(s.node, 15).elements() > 0);
        }
        QCOMPARE((*walk)->images(), 16);
    }

    /// At every pause the walk says what the next step then does, to the last bit.
    void tellsWhatTheStepThenDoes()
    {
        const GraphSpec graph = smallNetwork();
        const DatasetBundle data = corners(200);
        for (const char* optimizer : {"sgd", "momentum", "adam"}) {
            TrainConfig config = demanding();
            config.optimizer = optimizer;
            Trainer t(graph, config, data);
            TrainControl control;
            Recorder r;
            std::unique_ptr<BatchWalk> walk;
            QString failure;
            r.onPause = [&] {
                const auto& now = r.snapshots.back();
                if (walk) {
                    const double off = distance(walk->weights(), *now->weights);
                    if (off != 0)
                        failure = QStringLiteral("%1, step %2: off by %3").arg(optimizer).arg(now->step).arg(off);
                    const double loss = r.steps.back().loss;
                    if (walk->loss() != loss)
                        failure = QStringLiteral("%1, step %2: loss %3, not %4")
                                      .arg(optimizer)
                                      .arg(now->step)
                                      .arg(walk->loss())
                                      .arg(loss);
                }
                Walk made = BatchWalk::create(graph, config, data, now, nullptr);
                if (!made)
                    failure = QString::fromStdString(made.error().text());
                if (!failure.isEmpty() || now->step >= 12) // beyond the end of an epoch
                    return control.stop();
                walk = *std::move(made);
                if (walk->next().step != now->step)
                    failure = QStringLiteral("another step");
                control.singleStep();
            };
            t.run(control, r, true);
            QVERIFY2(failure.isEmpty(), qPrintable(failure));
            QCOMPARE(r.steps.size(), 12u);
        }
    }

    void lookingChangesNoBit()
    {
        std::shared_ptr<const TrainingState> ends[2];
        std::vector<double> lost[2];
        for (int pass = 0; pass < 2; ++pass) {
            const GraphSpec graph = smallNetwork();
            Trainer t(graph, demanding(), corners(200));
            TrainControl control;
            Recorder r;
            bool walked = true;
            r.onPause = [&] {
                for (int again = 0; again < 2; ++again) // one is left, the other is finished
                    walked = walked && BatchWalk::create(graph, demanding(), corners(200), r.snapshots.back(), nullptr);
                r.snapshots.back()->step < 3 ? control.singleStep() : control.resume();
            };
            r.onStep = [&](const StepEvent& e) {
                if (pass == 1 && e.step == 17)
                    control.pause();
            };
            t.run(control, r, pass == 1);
            QVERIFY(walked);
            QCOMPARE(r.pauses, pass == 1 ? 5 : 0);
            ends[pass] = r.snapshots.back();
            lost[pass] = losses(r);
        }
        QCOMPARE(lost[0], lost[1]);
        QVERIFY(same(ends[0]->weights, ends[1]->weights));
        QVERIFY(ends[0]->optimizer1 && same(ends[0]->optimizer1, ends[1]->optimizer1));
        QVERIFY(ends[0]->optimizer2 && same(ends[0]->optimizer2, ends[1]->optimizer2));
        QVERIFY(ends[0]->average && same(ends[0]->average, ends[1]->average));
        QCOMPARE(ends[0]->step, ends[1]->step);
        QCOMPARE(ends[0]->seed, ends[1]->seed);
    }

    void saysWhatIsMissing()
    {
        const GraphSpec graph = smallNetwork();
        const auto weights = initialWeights(graph, 1);
        QVERIFY(!BatchWalk::create(graph, quick(), {}, nullptr, weights));
        TrainConfig huge = quick();
        huge.batch = 1000;
        const Walk walk = BatchWalk::create(graph, huge, corners(200), nullptr, weights);
        QVERIFY(walk); // no more than there are
        QCOMPARE((*walk)->images(), 150);
        TrainConfig wrong = quick();
        wrong.rate = -1;
        QVERIFY(!BatchWalk::create(graph, wrong, corners(200), nullptr, weights));
    }
};

QTEST_APPLESS_MAIN(BatchWalkTest)
#include "batch_walk_test.moc"
