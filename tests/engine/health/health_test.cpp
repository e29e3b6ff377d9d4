// Real short training runs on generated digits: each ill one lights the right lamp with the right words, healthy ones
// light none, and looking changes nothing.
#include "datasets/datasets.h"
#include "engine/health/diagnoses.h"
#include "engine/health/health_monitor.h"
#include "engine/health/loss_watch.h"
#include "engine/layers/initialize.h"
#include "tests/support/training_runs.h"

#include <QTest>

#include <numeric>
#include <set>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

const DatasetBundle& digits()
{
    static const DatasetBundle bundle = convarium::datasets::open("digits").value();
    return bundle;
}

/// The digits ordered by class.
DatasetBundle sortedDigits()
{
    DatasetBundle bundle = digits();
    std::vector<std::int64_t> order(static_cast<std::size_t>(bundle.train->size()));
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = static_cast<std::int64_t>(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return bundle.train->label(a) < bundle.train->label(b); });
    bundle.train = std::make_shared<SubsetDataset>(bundle.train, order);
    return bundle;
}

TrainConfig config(double rate, std::int64_t steps, std::int64_t batch = 32)
{
    TrainConfig c;
    c.optimizer = "adam";
    c.rate = rate;
    c.steps = steps;
    c.batch = batch;
    c.threads = 2;
    return c;
}

struct Watched : Recorder {
    std::vector<HealthPtr> reports;
    void healthChecked(HealthPtr r) override { reports.push_back(std::move(r)); }
};

struct Outcome {
    DoneEvent done;
    std::vector<HealthPtr> reports;
    std::vector<double> losses;
    WeightsPtr weights;
    /// The first diagnosis of this kind.
    [[nodiscard]] const Diagnosis* find(Illness illness) const
    {
        for (const HealthPtr& r : reports)
            for (const Diagnosis& d : r->diagnoses)
                if (d.illness == illness)
                    return &d;
        return nullptr;
    }
    [[nodiscard]] std::string text() const
    {
        std::string all;
        for (const HealthPtr& r : reports)
            for (const Diagnosis& d : r->diagnoses)
                all += std::to_string(r->step) + " " + illnessTitle(d.illness) + ": " + d.words + "\n";
        return all;
    }
};

Outcome train(const GraphSpec& graph, const TrainConfig& c, const DatasetBundle& data = digits(), WeightsPtr start = {},
              bool watch = true)
{
    TrainControl control;
    control.setWatching(watch, 100); // checks at the same steps on any machine
    Watched sink;
    // The test images would be evaluated at the end.
    Trainer trainer(graph, c, {data.name, data.title, data.train, {}, {}}, {}, std::move(start));
    Outcome out;
    out.done = trainer.run(control, sink);
    out.reports = sink.reports;
    out.losses = losses(sink);
    out.weights = trainer.state()->weights;
    return out;
}

/// Dense layers with an activation between them.
GraphSpec deep(const std::string& activation, int layers, std::int64_t units)
{
    GraphMaker m("deep");
    m.input();
    m.add("flatten");
    for (int i = 0; i < layers; ++i) {
        m.dense(units);
        m.add(activation);
    }
    m.dense(10);
    return m.graph();
}

/// The usual starting weights with those of kernels changed.
WeightsPtr startWith(const GraphSpec& graph, const std::function<float(float)>& change)
{
    auto weights = std::make_shared<WeightMap>(*initialWeights(graph, 1));
    for (auto& [key, tensor] : *weights)
        if (key.second == "weight")
            for (float& v : tensor.values())
                v = change(v);
    return weights;
}

} // namespace

class HealthTest : public QObject
{
    Q_OBJECT

private:
    /// The run shows this illness, in words that name the layer, with a number beyond the limit.
    void expect(const Outcome& o, Illness illness, const QString& word, bool atLayer)
    {
        QVERIFY2(!o.reports.empty(), "no report");
        const Diagnosis* d = o.find(illness);
        QVERIFY2(d, o.text().c_str());
        QCOMPARE(d->node != kNoNode, atLayer);
        QVERIFY2(QString::fromStdString(d->words).contains(word), d->words.c_str());
        QVERIFY(!d->experiment.empty());
    }

private Q_SLOTS:
    void healthyRunsLightNoLamp_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("steps");
        QTest::newRow("lenet-5") << "lenet-5" << 260;
        QTest::newRow("mnist-cnn") << "mnist-cnn" << 130;
        QTest::newRow("resnet-20") << "resnet-20" << 66;
    }
    void healthyRunsLightNoLamp()
    {
        QFETCH(QString, name);
        QFETCH(int, steps);
        const GraphSpec graph = name == "lenet-5" ? lenet5() : name == "mnist-cnn" ? mnistCnn() : resnet20();
        const Outcome o = train(graph, config(0.001, steps, 16));
        QVERIFY(o.reports.size() >= 2);
        QVERIFY2(o.text().empty(), o.text().c_str());
        // All that can be measured was.
        const auto& layers = o.reports.back()->layers;
        QVERIFY(std::any_of(layers.begin(), layers.end(), [](auto& l) { return l.gradient.has_value(); }));
        QVERIFY(std::any_of(layers.begin(), layers.end(), [](auto& l) { return l.deadShare || l.saturatedShare; }));
    }

    /// Its first losses are small and tremble, as all of them do.
    void aRunThatGoesOnDoesNotDivergeByALittle()
    {
        const DatasetBundle& data = digits();
        std::vector<std::uint32_t> all(1000);
        std::iota(all.begin(), all.end(), 0u);
        const auto judged = [&](double later) {
            LossWatch losses(*data.train, all);
            for (int step = 0; step < 200; ++step)
                losses.stepDone(step < 5 ? 0.04 : later, 0.98, all, *data.train);
            const auto found = judgeLosses(losses, config(0.001, 200));
            return std::ranges::count(found, Illness::Diverging, &Diagnosis::illness);
        };
        QCOMPARE(judged(0.07), 0);
        QCOMPARE(judged(0.3), 0);
        QCOMPARE(judged(1.5), 1);
    }

    void aRateTooHighKillsUnits()
    {
        const Outcome o = train(mnistCnn(), config(0.3, 270, 16));
        expect(o, Illness::DeadUnits, "never above zero", true);
        expect(o, Illness::ConstantLoss, "no better than guessing", false);
    }
    void aRateTooHighChangesTheWeightsTooFast()
    {
        expect(train(lenet5(), config(0.1, 12)), Illness::HighRate, "The rate 0.1 is too high", true);
    }
    void aLossThatRunsAwayIsToldAtOnce()
    {
        TrainConfig c = config(50, 60);
        c.optimizer = "sgd";
        const Outcome o = train(deep("leaky_relu", 2, 32), c);
        QCOMPARE(o.done.reason, StopReason::Diverged);
        expect(o, Illness::Diverging, "The rate 50 is probably too high", false);
    }
    void saturatedTanhIsSeen()
    {
        const GraphSpec graph = lenet5();
        const Outcome o =
            train(graph, config(0.001, 70, 16), digits(), startWith(graph, [](float v) { return 20 * v; }));
        expect(o, Illness::Saturation, "flat ends", true);
        expect(o, Illness::LargeWeights, "times as large", true);
    }
    void theGradientVanishesInADeepSigmoidNetwork()
    {
        const Outcome o = train(deep("sigmoid", 9, 32), config(0.001, 70, 16));
        expect(o, Illness::VanishingGradient, "hardly learns", true);
        if (!QTest::currentTestFailed())
            QCOMPARE(o.find(Illness::VanishingGradient)->node, 3); // the first Dense
    }
    void theGradientExplodes()
    {
        const GraphSpec graph = deep("relu", 6, 64);
        const Outcome o = train(graph, config(1e-6, 70), digits(), startWith(graph, [](float v) { return 8 * v; }));
        expect(o, Illness::ExplodingGradient, "times as large as its weights", true);
    }
    void equalWeightsAreSeen()
    {
        const GraphSpec graph = mnistCnn();
        const Outcome o = train(graph, config(0.001, 4), digits(), startWith(graph, [](float) { return 0.01F; }));
        expect(o, Illness::EqualWeights, "are equal", true);
    }
    void dataInTheOrderOfTheirClassesAreSeen()
    {
        TrainConfig c = config(0.001, 70, 16);
        c.shuffle = false;
        expect(train(lenet5(), c, sortedDigits()), Illness::OneClassBatches, "of one class", false);
        c.shuffle = true; // the cure that the experiment names
        QVERIFY(!train(lenet5(), c, sortedDigits()).find(Illness::OneClassBatches));
    }
    void batchNormOfOneImageIsSeen()
    {
        expect(train(resnet20(), config(0.001, 4, 1)), Illness::BatchNormOfOne, "a batch of 1 image", true);
    }

    void lookingChangesNothing()
    {
        const Outcome with = train(smallNetwork(), quick(), corners(200));
        const Outcome without = train(smallNetwork(), quick(), corners(200), {}, false);
        QVERIFY(!with.reports.empty());
        QVERIFY(without.reports.empty());
        QVERIFY(with.losses == without.losses);
        QVERIFY(*with.weights == *without.weights);
    }
};

QTEST_GUILESS_MAIN(HealthTest)
#include "health_test.moc"
