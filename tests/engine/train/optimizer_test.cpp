// Optimizers, regularisation and clipping: numbers worked out by hand, and PyTorch's after many steps.
#include "engine/optimizers/optimizers.h"
#include "engine/plan/executor.h"
#include "tests/support/pytorch.h"
#include "tests/support/training_runs.h"

#include <QJsonArray>
#include <QTest>

#include <cmath>
#include <numeric>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

TrainConfig configFor(const std::string& optimizer)
{
    TrainConfig c;
    useOptimizer(c, *findOptimizer(optimizer));
    return c;
}

/// Weights that are moved by a rule, all of them tensors that decay.
struct Weights {
    explicit Weights(std::vector<float> start) : w(std::move(start)), s1(w.size()), s2(w.size()) {}

    void step(const TrainConfig& c, const kernels::KernelTable& table, const std::vector<float>& gradient)
    {
        UpdateRule rule = makeUpdateRule(c, table, c.rate, ++t);
        const float* g = gradient.data();
        kernels::UpdateArgs& a = rule.args;
        a.weights = w.data();
        a.state1 = s1.data();
        a.state2 = s2.data();
        a.gradients = &g;
        a.slots = 1;
        a.count = static_cast<std::int64_t>(w.size());
        a.l2 = rule.l2;
        a.l1 = rule.l1;
        a.decay = rule.decay;
        rule.kernel(a);
    }

    std::vector<float> w, s1, s2;
    std::int64_t t = 0;
};

/// Gradient of number i at step t (0-based): a formula both programs know.
float gradientAt(std::int64_t t, std::size_t i)
{
    return static_cast<float>(std::sin(0.7 * static_cast<double>(t) + 1.3 * static_cast<double>(i)) *
                              (1.0 + 0.1 * static_cast<double>(i)));
}

constexpr std::size_t kNumbers = 11;
constexpr int kSteps = 25;

const QByteArray kTorchOptimizers = R"(
import json, math, torch
cases = {
  'sgd': lambda p: torch.optim.SGD(p, lr=0.01, weight_decay=0.1),
  'momentum': lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, weight_decay=0.1),
  'nesterov': lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.1),
  'rmsprop': lambda p: torch.optim.RMSprop(p, lr=0.01, weight_decay=0.1),
  'adagrad': lambda p: torch.optim.Adagrad(p, lr=0.01, weight_decay=0.1),
  'adam': lambda p: torch.optim.Adam(p, lr=0.001, weight_decay=0.1),
  'adamw': lambda p: torch.optim.AdamW(p, lr=0.001, weight_decay=0.1),
}
out = {}
for name, make in cases.items():
    w = torch.nn.Parameter(torch.tensor([0.3 * i - 1.0 for i in range(11)]))
    optimizer = make([w])
    for t in range(25):
        w.grad = torch.tensor([math.sin(0.7 * t + 1.3 * i) * (1.0 + 0.1 * i) for i in range(11)])
        optimizer.step()
    out[name] = w.tolist()
print(json.dumps(out))
)";

} // namespace

class OptimizerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyOptimizerIsDescribed()
    {
        QStringList ids;
        for (const OptimizerInfo& o : optimizerRegistry()) {
            ids << QString::fromStdString(o.id);
            QVERIFY2(!o.title.empty() && !o.help.empty() && !o.paper.empty() && o.fill && o.defaultRate > 0,
                     o.id.c_str());
        }
        QCOMPARE(ids, QStringList({"sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw"}));
    }

    void stepsWorkedOutByHand_data()
    {
        QTest::addColumn<QString>("optimizer");
        QTest::addColumn<double>("first"); // from weight 1 with gradients 0.5 and 0.25, rate 0.1
        QTest::addColumn<double>("second");
        QTest::newRow("sgd") << "sgd" << 1 - 0.1 * 0.5 << 1 - 0.1 * 0.5 - 0.1 * 0.25;
        QTest::newRow("momentum") << "momentum" << 0.95 << 0.95 - 0.1 * (0.9 * 0.5 + 0.25);
        QTest::newRow("nesterov") << "nesterov" << 1 - 0.1 * (0.5 + 0.9 * 0.5)
                                  << 0.905 - 0.1 * (0.25 + 0.9 * (0.9 * 0.5 + 0.25));
        // u = 0.01 * 0.25 = 0.0025, root 0.05; then 0.99 * 0.0025 + 0.01 * 0.0625 = 0.0031
        QTest::newRow("rmsprop") << "rmsprop" << 0.0 << 0.0 - 0.1 * 0.25 / std::sqrt(0.0031);
        // u = 0.25, root 0.5; then 0.25 + 0.0625 = 0.3125
        QTest::newRow("adagrad") << "adagrad" << 0.9 << 0.9 - 0.1 * 0.25 / std::sqrt(0.3125);
        // Adam's first step has the length of the rate. m = 0.07 / 0.19, u = 0.00031225 / 0.001999
        QTest::newRow("adam") << "adam" << 0.9 << 0.9 - 0.1 * (0.07 / 0.19) / std::sqrt(0.00031225 / 0.001999);
        QTest::newRow("adamw") << "adamw" << 0.9 << 0.9 - 0.1 * (0.07 / 0.19) / std::sqrt(0.00031225 / 0.001999);
    }

    void stepsWorkedOutByHand()
    {
        QFETCH(QString, optimizer);
        QFETCH(double, first);
        QFETCH(double, second);
        const kernels::KernelTable* const table = &kernels::active();
        TrainConfig c = configFor(optimizer.toStdString());
        c.rate = 0.1;
        Weights w({1.0f});
        w.step(c, *table, {0.5f});
        QVERIFY2(std::abs(static_cast<double>(w.w[0]) - first) < 1e-6, table->name);
        w.step(c, *table, {0.25f});
        QVERIFY2(std::abs(static_cast<double>(w.w[0]) - second) < 2e-6, table->name);
    }

    void decayAndL1WorkedOutByHand()
    {
        const kernels::KernelTable* const table = &kernels::active();
        TrainConfig c = configFor("sgd");
        c.rate = 0.1;
        c.weightDecay = 0.2;
        c.l1 = 0.05;
        Weights w({2.0f, -2.0f, 0.0f});
        w.step(c, *table, {0.5f, 0.5f, 0.5f});
        QVERIFY2(std::abs(w.w[0] - (2.0f - 0.1f * (0.5f + 0.4f + 0.05f))) < 1e-6f, table->name);
        QVERIFY2(std::abs(w.w[1] - (-2.0f - 0.1f * (0.5f - 0.4f - 0.05f))) < 1e-6f, table->name);
        QVERIFY2(std::abs(w.w[2] + 0.05f) < 1e-6f, table->name);
        // Decoupled: the weight loses rate * decay of itself, and Adam's step does not see the decay.
        TrainConfig d = configFor("adamw");
        d.rate = 0.1;
        d.weightDecay = 0.2;
        Weights v({2.0f});
        v.step(d, *table, {0.5f});
        QVERIFY2(std::abs(v.w[0] - (2.0f - 0.1f * 0.2f * 2.0f - 0.1f)) < 1e-6f, table->name);
    }

    void weightsEqualPyTorchsAfterManySteps()
    {
        const auto torch = runPyTorch(kTorchOptimizers);
        if (!torch)
            QSKIP("PyTorch (python3-torch) is not installed: nothing to compare with.");
        QVERIFY2(!torch->contains("error"), qPrintable(torch->value("error").toString()));
        const kernels::KernelTable* const table = &kernels::active();
        for (const OptimizerInfo& o : optimizerRegistry()) {
            TrainConfig c = configFor(o.id);
            c.weightDecay = 0.1;
            std::vector<float> start, gradient(kNumbers);
            for (std::size_t i = 0; i < kNumbers; ++i)
                start.push_back(static_cast<float>(0.3 * static_cast<double>(i) - 1.0));
            Weights w(start);
            for (int t = 0; t < kSteps; ++t) {
                for (std::size_t i = 0; i < kNumbers; ++i)
                    gradient[i] = gradientAt(t, i);
                w.step(c, *table, gradient);
            }
            const QJsonArray expected = torch->value(QString::fromStdString(o.id)).toArray();
            QCOMPARE(expected.size(), qsizetype(kNumbers));
            for (std::size_t i = 0; i < kNumbers; ++i) {
                const double want = expected[static_cast<qsizetype>(i)].toDouble();
                QVERIFY2(std::abs(static_cast<double>(w.w[i]) - want) < 2e-6 * (1 + std::abs(want)),
                         qPrintable(QString("%1 on %2, number %3: %4, PyTorch %5")
                                        .arg(QString::fromStdString(o.id), QString::fromLatin1(table->name))
                                        .arg(i)
                                        .arg(static_cast<double>(w.w[i]), 0, 'g', 9)
                                        .arg(want, 0, 'g', 9)));
            }
        }
    }

    /// With plain SGD of rate 1 the change of the weights is the gradient.
    void theGradientOfAllWeightsIsScaledToTheNorm()
    {
        const GraphSpec graph = smallNetwork();
        const DatasetBundle data = corners(48);
        std::vector<std::uint32_t> images(48);
        std::iota(images.begin(), images.end(), 0u);
        const WeightsPtr start = initialWeights(graph, 1);
        const auto change = [&](const kernels::KernelTable* table, int threads, double clipNorm, double clipValue) {
            PlanOptions o;
            o.batch = 48;
            o.threads = threads;
            o.optimizer = "sgd";
            o.kernels = table;
            auto executor = Executor::create(*makePlan(graph, o)).value().release();
            const std::unique_ptr<Executor> owner(executor);
            owner->setWeights(*start);
            TrainConfig c = configFor("sgd");
            c.clipNorm = clipNorm;
            c.clipValue = clipValue;
            owner->trainStep({data.train.get(), images}, 1, 0, makeUpdateRule(c, *table, 1, 1));
            std::vector<double> out;
            for (const auto& [key, tensor] : owner->weights())
                if (key.second.find("running") == std::string::npos)
                    for (std::int64_t i = 0; i < tensor.elements(); ++i)
                        out.push_back(static_cast<double>(start->at(key)[i]) - static_cast<double>(tensor[i]));
            return out;
        };
        const auto norm = [](const std::vector<double>& v) {
            return std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
        };
        const kernels::KernelTable* const table = &kernels::active();
        for (int threads : {1, 2}) {
            const auto whole = change(table, threads, 0, 0);
            const double length = norm(whole);
            QVERIFY(length > 0.1);
            QVERIFY(std::abs(norm(change(table, threads, length / 4, 0)) - length / 4) < 1e-4 * length);
            QCOMPARE(norm(change(table, threads, length * 4, 0)), length); // small enough: untouched
            // Values first, then the norm of what is left.
            const auto cut = change(table, threads, 0, 0.01);
            double largest = 0;
            for (std::size_t i = 0; i < whole.size(); ++i) {
                largest = std::max(largest, std::abs(cut[i]));
                QVERIFY(std::abs(cut[i] - std::clamp(whole[i], -0.01, 0.01)) < 1e-6);
            }
            QVERIFY(largest > 0.0099);
            const double shorter = norm(cut) / 2;
            QVERIFY(std::abs(norm(change(table, threads, shorter, 0.01)) - shorter) < 1e-4 * shorter);
        }
    }

    void theAverageForgetsItsStartQuickly()
    {
        QCOMPARE(averageShare(0.999, 1), 1 - 2.0 / 11);
        QCOMPARE(averageShare(0.999, 90), 1 - 91.0 / 100);
        QVERIFY(std::abs(averageShare(0.999, 1000000) - 0.001) < 1e-12);
        QCOMPARE(averageShare(0.5, 100), 0.5);
    }
};

QTEST_GUILESS_MAIN(OptimizerTest)
#include "optimizer_test.moc"
