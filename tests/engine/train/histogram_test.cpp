// Histograms of a network's numbers: bins worked out by hand, and the probe against numbers counted one by one.
#include "engine/core/memory.h"
#include "engine/explain/network_numbers.h"
#include "engine/train/histogram_probe.h"
#include "tests/support/training_runs.h"

#include <QtTest>
#include <cmath>
#include <limits>

using namespace convarium;
using namespace convarium::engine;

class HistogramTest : public QObject
{
    Q_OBJECT

    /// The share of the values whose size lies in a bin, by comparing with its edges.
    static double counted(const std::vector<float>& values, int bin)
    {
        const int distance = std::abs(bin - Histogram::kMiddle);
        double n = 0;
        for (const float v : values) {
            const double size = std::abs(static_cast<double>(v));
            const bool side = distance == 0 || (v > 0) == (bin > Histogram::kMiddle);
            n += side && size < Histogram::magnitude(distance) * (1 + 1e-6) &&
                 (distance == 0 || size >= Histogram::magnitude(distance - 1) * (1 - 1e-6));
        }
        return n / static_cast<double>(values.size());
    }

private Q_SLOTS:
    void binsAreSixForEachPowerOfTen()
    {
        QCOMPARE(Histogram::binOf(0), Histogram::kMiddle);
        QCOMPARE(Histogram::binOf(-0.0f), Histogram::kMiddle);
        QCOMPARE(Histogram::binOf(1e-10f), Histogram::kMiddle);
        QCOMPARE(Histogram::binOf(1.2f) - Histogram::kMiddle, 9 * 6 + 1);
        QCOMPARE(Histogram::kMiddle - Histogram::binOf(-1.2f), 9 * 6 + 1);
        QCOMPARE(Histogram::binOf(12.0f) - Histogram::binOf(1.2f), 6);
        QCOMPARE(Histogram::binOf(1e30f), Histogram::kBins - 1);
        QCOMPARE(Histogram::binOf(-1e30f), 0);
        QVERIFY(std::abs(Histogram::magnitude(9 * 6) - 1) < 1e-12);
    }

    void sharesAddUpAndHistogramsCanBeAdded()
    {
        Histogram a, b;
        const std::vector<float> values{
            0, 0, 2, -2, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()};
        a.add(values);
        QCOMPARE(a.numbers(), 4);
        QCOMPARE(a.share(Histogram::kMiddle), 0.5);
        QCOMPARE(a.share(Histogram::binOf(2)), 0.25);
        QCOMPARE(a.share(0, Histogram::kBins - 1), 1.0);
        b.add(std::vector<float>{2, 2, 2, 2});
        b.add(a);
        QCOMPARE(b.numbers(), 8);
        QCOMPARE(b.share(Histogram::binOf(2)), 5.0 / 8);
        Histogram some;
        some.add(std::vector<float>(1000, 3.0f), 10);
        QCOMPARE(some.numbers(), 10);
    }

    void theProbeCountsWhatAStepWouldSee()
    {
        const GraphSpec graph = test::smallNetwork();
        const DatasetBundle data = test::corners(64);
        TrainConfig config;
        auto probe = HistogramProbe::create(graph, config, data);
        QVERIFY(probe);
        QCOMPARE((*probe)->images(), 16);
        const WeightsPtr weights = initialWeights(graph, 3);
        const auto layers = (*probe)->measure(*weights);
        QVERIFY(layers);

        auto numbers = NetworkNumbers::create(graph, {16, true, true});
        QVERIFY(numbers);
        (*numbers)->setWeights(weights);
        std::vector<std::uint32_t> images;
        for (std::uint32_t i = 0; i < 16; ++i)
            images.push_back(4 * i);
        QVERIFY((*numbers)->run(*data.train, images, config.seed, 0));
        const WeightMap gradients = (*numbers)->weightGradients();
        int checked = 0;
        for (const Node& node : graph.nodes) {
            const LayerHistograms& layer = layers->at(node.id);
            const auto kernel = gradients.find({node.id, "weight"});
            QCOMPARE(layer.ofWeights, kernel != gradients.end());
            const auto gradient = layer.ofWeights ? kernel->second.values() : (*numbers)->gradient(node.id);
            for (const auto& [histogram, values] :
                 {std::pair{&layer.output, (*numbers)->output(node.id)}, {&layer.gradient, gradient}}) {
                QVERIFY2((histogram->numbers() > 0) == !values.empty(), node.name.c_str());
                for (int bin = 0; bin < Histogram::kBins && !values.empty(); ++bin)
                    QVERIFY2(std::abs(histogram->share(bin) - counted(values, bin)) <= 2.0 / 384, node.name.c_str());
                checked += !values.empty();
            }
        }
        QVERIFY(checked >= 12);
        // Again the same numbers, and others for other weights.
        QVERIFY(*layers == *(*probe)->measure(*weights));
        QVERIFY(*layers != *(*probe)->measure(*initialWeights(graph, 4)));
    }

    void itHoldsNothingForAnOptimizerAndCanBeStopped()
    {
        const GraphSpec graph = test::smallNetwork();
        const std::int64_t before = memoryInUse()[MemoryCategory::Optimizer];
        auto probe = HistogramProbe::create(graph, {}, test::corners(64));
        QVERIFY(probe);
        const auto numbers = NetworkNumbers::create(graph, {16, true, true});
        QVERIFY(numbers);
        QCOMPARE(memoryInUse()[MemoryCategory::Optimizer], before);
        const std::atomic<bool> stop = true;
        const auto stopped = (*probe)->measure(*initialWeights(graph, 1), &stop);
        QVERIFY(!stopped);
        QCOMPARE(stopped.error().code, ErrorCode::Cancelled);
        QVERIFY((*probe)->measure(*initialWeights(graph, 1)));
    }

    void itSaysWhatIsWrong()
    {
        const GraphSpec graph = test::smallNetwork();
        QVERIFY(!HistogramProbe::create(graph, {}, {}));
        auto probe = HistogramProbe::create(graph, {}, test::corners(8));
        QVERIFY(probe);
        QCOMPARE((*probe)->images(), 8);
        auto weights = *initialWeights(graph, 1);
        for (auto& [key, tensor] : weights)
            for (float& v : tensor.values())
                v = std::numeric_limits<float>::quiet_NaN();
        const auto broken = (*probe)->measure(weights);
        QVERIFY(!broken);
        QCOMPARE(broken.error().code, ErrorCode::Diverged);
    }
};

QTEST_MAIN(HistogramTest)
#include "histogram_test.moc"
