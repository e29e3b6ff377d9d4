// The update of single weights, taken apart, against what the optimizers' kernels do.
#include "engine/explain/explain_update.h"
#include "engine/plan/executor.h"
#include "tests/engine/explain/arithmetic.h"
#include "tests/support/graphs.h"
#include "tests/support/noise_images.h"

#include <QTest>

#include <cmath>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

constexpr int kPositions = 200;

GraphSpec network()
{
    GraphMaker m;
    m.input(1, 8, 8);
    m.conv(4, 3);
    m.add("batch_norm");
    m.add("relu");
    m.add("flatten");
    m.dense(3);
    return m.graph();
}

InMemoryDataset images()
{
    return noiseImages({1, 8, 8}, 8, 3);
}

} // namespace

class ExplainUpdateTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<Executor> executor(const std::string& optimizer) const
    {
        PlanOptions o;
        o.batch = 8;
        o.threads = 1;
        o.optimizer = optimizer;
        auto made = Executor::create(*makePlan(network(), o));
        return std::move(made).value();
    }

private Q_SLOTS:
    void newWeightsEqualTheKernels_data()
    {
        QTest::addColumn<QString>("optimizer");
        QTest::addColumn<QString>("extra");
        for (const OptimizerInfo& o : optimizerRegistry())
            for (const char* extra : {"plain", "decay", "l1", "clip value", "clip norm"})
                QTest::addRow("%s, %s", o.id.c_str(), extra) << QString::fromStdString(o.id) << extra;
    }

    void newWeightsEqualTheKernels()
    {
        QFETCH(const QString, optimizer);
        QFETCH(const QString, extra);
        TrainConfig c;
        useOptimizer(c, *findOptimizer(optimizer.toStdString()));
        if (extra == QLatin1String("decay"))
            c.weightDecay = 0.05;
        if (extra == QLatin1String("l1"))
            c.l1 = 0.01;
        if (extra == QLatin1String("clip value"))
            c.clipValue = 0.02;
        if (extra == QLatin1String("clip norm"))
            c.clipNorm = 0.1;
        const InMemoryDataset data = images();
        const std::vector<std::uint32_t> all{0, 1, 2, 3, 4, 5, 6, 7};
        const BatchSource batch{&data, all};
        const GraphSpec graph = network();
        const auto& table = kernels::active();
        auto run = executor(c.optimizer);
        run->setWeights(*initialWeights(graph, 1));
        constexpr std::int64_t kSteps = 3;
        for (std::int64_t t = 1; t < kSteps; ++t)
            run->trainStep(batch, 1, static_cast<std::uint32_t>(t), makeUpdateRule(c, table, c.rate, t));
        const WeightMap before = run->weights(), state1 = run->optimizerState(0), state2 = run->optimizerState(1);

        // A velocity that remembers nothing is the gradient, bit for bit.
        TrainConfig plain;
        plain.optimizer = "momentum";
        plain.momentum = 0;
        auto second = executor(plain.optimizer);
        second->setWeights(before);
        second->trainStep(batch, 1, kSteps, makeUpdateRule(plain, table, 0, 1));
        const WeightMap gradient = second->optimizerState(0);

        run->trainStep(batch, 1, kSteps, makeUpdateRule(c, table, c.rate, kSteps));
        const WeightMap after = run->weights(), after1 = run->optimizerState(0), after2 = run->optimizerState(1);
        UpdateSetting setting{&c, c.rate, kSteps, gradientScale(c, gradient), false};
        if (extra == QLatin1String("clip norm"))
            QVERIFY(setting.gradientScale < 1);
        for (const auto& [key, g] : gradient) {
            setting.decays = key.second == "weight";
            const auto stateOf = [key = key](const WeightMap& map, std::int64_t i) {
                const auto found = map.find(key);
                return found == map.end() ? 0.0 : static_cast<double>(found->second[i]);
            };
            for (int p = 0; p < kPositions; ++p) {
                const std::int64_t i =
                    CountedRng(11, RandomPurpose::Test)
                        .below(static_cast<std::uint32_t>(g.elements()), 0, static_cast<std::uint32_t>(p));
                const UpdateExplanation e =
                    explainUpdate(setting, {static_cast<double>(before.at(key)[i]), static_cast<double>(g[i]),
                                            stateOf(state1, i), stateOf(state2, i)});
                checkArithmetic(e.weight);
                const auto got = static_cast<double>(after.at(key)[i]);
                QVERIFY2(std::abs(e.weight.value - got) <= 1e-6 * e.weight.magnitude,
                         qPrintable(QStringLiteral("%1 [%2]: engine %3, terms %4")
                                        .arg(QString::fromStdString(key.second))
                                        .arg(i)
                                        .arg(got, 0, 'g', 10)
                                        .arg(e.weight.value, 0, 'g', 10)));
                QVERIFY(e.weight.value != static_cast<double>(before.at(key)[i]) || g[i] == 0);
                if (!after1.empty())
                    QVERIFY(std::abs(e.state1 - stateOf(after1, i)) <=
                            1e-6 * (std::abs(e.state1) + std::abs(stateOf(state1, i))) + 1e-12);
                if (!after2.empty())
                    QVERIFY(std::abs(e.state2 - stateOf(after2, i)) <= 1e-6 * (e.state2 + stateOf(state2, i)) + 1e-20);
            }
        }
    }

    void everyOptimizerHasAReference()
    {
        for (const OptimizerInfo& o : optimizerRegistry())
            QVERIFY2(o.reference && o.referenceTraced, o.id.c_str());
    }

    /// The parts stand by their names, so that a view can show them: w, gradient, velocity, rate.
    void partsHaveNames()
    {
        TrainConfig c;
        useOptimizer(c, *findOptimizer("momentum"));
        const UpdateExplanation e = explainUpdate({&c, 0.01, 1, 1, false}, {0.5, 0.2, 0.1, 0});
        QCOMPARE(e.weight.terms.size(), std::size_t(2));
        QVERIFY(std::abs(e.state1 - 0.29) < 1e-7);
        std::vector<std::string> names;
        for (const Part& p : e.weight.parts)
            names.push_back(p.name);
        QCOMPARE(names, (std::vector<std::string>{"rate", "momentum", "gradient", "velocity"}));
    }
};

QTEST_APPLESS_MAIN(ExplainUpdateTest)
#include "explain_update_test.moc"
