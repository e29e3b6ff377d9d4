// The images that drive a unit highest, against looking at them one by one.
#include "engine/explain/network_numbers.h"
#include "engine/train/strongest_images.h"
#include "tests/support/training_runs.h"

#include <QtTest>
#include <algorithm>

using namespace convarium;
using namespace convarium::engine;

class StrongestImagesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theyAreTheLargestOfAll()
    {
        const GraphSpec graph = test::smallNetwork();
        const DatasetPtr images = test::corners(100).train;
        const WeightsPtr weights = initialWeights(graph, 5);
        const std::atomic<bool> stop{false};
        auto numbers = NetworkNumbers::create(graph, {});
        QVERIFY(numbers);
        (*numbers)->setWeights(weights);
        for (const auto& [place, unit] : {std::pair{1, 4}, {3, 0}, {4, 5}, {7, 2}}) {
            const Node& node = graph.nodes[static_cast<std::size_t>(place)];
            std::vector<StrongestImage> all;
            for (std::uint32_t i = 0; i < 100; ++i) {
                const std::vector<std::uint32_t> one{i};
                QVERIFY((*numbers)->run(*images, one));
                const auto values = (*numbers)->output(node.id);
                const std::int64_t units = (*numbers)->shapes().shapes.at(node.id)[0];
                const auto places = static_cast<std::int64_t>(values.size()) / units;
                const auto first = values.begin() + unit * places;
                const auto largest = std::max_element(first, first + places);
                all.push_back({i, *largest, largest - values.begin()});
            }
            std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.value > b.value; });
            all.resize(9);
            std::int64_t looked = 0;
            const auto found = strongestImages({graph, weights, images, node.id, unit}, stop,
                                               [&](std::int64_t done, const auto& best) {
                                                   QVERIFY(done > looked && best.size() <= 9);
                                                   looked = done;
                                               });
            QVERIFY(found);
            QCOMPARE(looked, 100);
            QCOMPARE(found->size(), 9u);
            for (std::size_t i = 0; i < 9; ++i) {
                QCOMPARE((*found)[i].image, all[i].image);
                QCOMPARE((*found)[i].element, all[i].element);
                QVERIFY(std::abs((*found)[i].value - all[i].value) <= 1e-5f);
            }
        }
    }

    void fewImagesAndNoneAndStopping()
    {
        const GraphSpec graph = test::smallNetwork();
        const WeightsPtr weights = initialWeights(graph, 5);
        std::atomic<bool> stop{false};
        const auto few = strongestImages({graph, weights, test::corners(3).train, graph.nodes[1].id, 0}, stop);
        QVERIFY(few);
        QCOMPARE(few->size(), 3u);
        QVERIFY(!strongestImages({graph, weights, nullptr, graph.nodes[1].id, 0}, stop));
        QVERIFY(!strongestImages({graph, weights, test::corners(3).train, graph.nodes[1].id, 6}, stop));
        int batches = 0;
        const auto stopped = strongestImages({graph, weights, test::corners(200).train, graph.nodes[1].id, 0}, stop,
                                             [&](std::int64_t, const auto&) {
                                                 ++batches;
                                                 stop = true;
                                             });
        QVERIFY(!stopped);
        QCOMPARE(stopped.error().code, ErrorCode::Cancelled);
        QCOMPARE(batches, 1);
    }
};

QTEST_MAIN(StrongestImagesTest)
#include "strongest_images_test.moc"
