// One training step by the executor and by the reference path, on random images.
#pragma once

#include "engine/plan/executor.h"
#include "engine/train/reference_run.h"
#include "tests/support/graphs.h"
#include "tests/support/weights.h"

#include <QTest>
#include <cmath>
#include <numeric>

namespace convarium::test
{

using namespace convarium::engine;

struct Fixture {
    std::shared_ptr<InMemoryDataset> data;
    std::vector<std::uint32_t> indices;
    ReferenceInput reference;
};

inline Fixture makeData(const Shape& shape, std::int64_t images, int classes)
{
    Fixture f;
    const CountedRng rng(3, RandomPurpose::Test);
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(shape.elements() * images)),
        labels(static_cast<std::size_t>(images));
    for (std::size_t i = 0; i < pixels.size(); ++i)
        pixels[i] = static_cast<std::uint8_t>(rng.word(0, static_cast<std::uint32_t>(i)) >> 24);
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] =
            static_cast<std::uint8_t>(rng.below(static_cast<std::uint32_t>(classes), 1, static_cast<std::uint32_t>(i)));
    f.indices.resize(labels.size());
    std::iota(f.indices.begin(), f.indices.end(), 0u);
    f.reference.pixels = pixels;
    f.reference.labels.assign(labels.begin(), labels.end());
    f.reference.indices = f.indices;
    f.reference.training = true;
    f.reference.seed = 7;
    f.reference.step = 5;
    f.data = std::make_shared<InMemoryDataset>(shape, pixels, labels,
                                               std::vector<std::string>(static_cast<std::size_t>(classes)));
    return f;
}

/// One plain SGD step of rate 1 turns weights into gradients.
inline StepResult oneStep(Executor& e, const Fixture& f, double rate = 1)
{
    TrainConfig c;
    c.optimizer = "sgd";
    const UpdateRule rule = makeUpdateRule(c, *e.plan().options.kernels, rate, 1);
    return e.trainStep({f.data.get(), f.indices, 1.0f / 255.0f, 0}, 7, 5, rule);
}

inline Shape inputShape(const GraphSpec& g)
{
    return inferShapes(g).shapes.at(g.nodes.front().id);
}

/// One training step by the executor and by the reference path.
inline void compareWithReference(const GraphSpec& g, const Fixture& f, PlanOptions o)
{
    o.batch = static_cast<std::int64_t>(f.indices.size());
    o.optimizer = "sgd";
    const auto plan = makePlan(g, o);
    QVERIFY2(plan.has_value(), plan ? "" : plan.error().text().c_str());
    auto executor = Executor::create(*plan);
    QVERIFY(executor.has_value());
    const WeightsPtr weights = initialWeights(g, 1);
    (*executor)->setWeights(*weights);
    const StepResult step = oneStep(**executor, f);
    const auto reference = runReference<double>(g, *weights, f.reference);
    QVERIFY2(reference.has_value(), reference ? "" : reference.error().text().c_str());
    QVERIFY(std::abs(step.loss - reference->loss) < 1e-5 * (1 + reference->loss));
    QCOMPARE(step.correct, reference->correct);
    const WeightMap after = (*executor)->weights();
    double largest = 0;
    for (const auto& [key, gradient] : reference->tensorGradients)
        for (double x : gradient.values())
            largest = std::max(largest, std::abs(x));
    for (const auto& [key, gradient] : reference->tensorGradients) {
        double peak = 1e-3 * largest; // gradients that cancel to nothing are compared with the network's scale
        for (double x : gradient.values())
            peak = std::max(peak, std::abs(x));
        for (std::int64_t i = 0; i < gradient.elements(); ++i) {
            const double got = static_cast<double>(weights->at(key)[i]) - static_cast<double>(after.at(key)[i]);
            QVERIFY2(std::abs(got - gradient[i]) <= 2e-4 * peak + 2e-7,
                     qPrintable(QString("node %1 %2 [%3]: %4, reference %5")
                                    .arg(key.first)
                                    .arg(QString::fromStdString(key.second))
                                    .arg(i)
                                    .arg(got)
                                    .arg(gradient[i])));
        }
    }
    for (const auto& [key, value] : reference->newStatistics)
        for (std::int64_t i = 0; i < value.elements(); ++i)
            QVERIFY(std::abs(static_cast<double>(after.at(key)[i]) - value[i]) < 1e-4 * (1 + std::abs(value[i])));
}

inline void compareWithReference(const GraphSpec& g, const Fixture& f, int threads, bool layerwise)
{
    PlanOptions o;
    o.threads = threads;
    o.execution = layerwise ? ExecutionMode::Layerwise : ExecutionMode::Fused;
    compareWithReference(g, f, o);
}

/// Minimal filtering in all its roles: behind a norm and folded with one, two readers of the same value, a sum taken
/// along, an odd image of more tiles than one group takes.
inline GraphSpec filteredNetwork()
{
    GraphMaker m("many maps");
    m.input(3, 27, 29);
    m.conv(32, 3, -1);
    m.add("batch_norm");
    const NodeId both = m.add("relu");
    const NodeId left = m.conv(36, 3, -1);
    m.addAfter(both, "conv2d", {{"filters", std::int64_t{36}}, {"padding", std::string("same")}});
    const NodeId right = m.add("batch_norm");
    m.merge("add", {left, right});
    m.add("relu");
    m.add("conv2d", {{"filters", std::int64_t{40}}, {"padding", std::string("valid")}});
    m.add("global_avg_pool");
    m.dense(4);
    return m.graph();
}

} // namespace convarium::test
