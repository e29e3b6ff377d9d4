// Every layer inside the executor: each sample case, at every kernel level, against the reference path.
#include "engine/plan/executor.h"
#include "engine/train/reference_run.h"
#include "tests/support/graphs.h"

#include <QTest>
#include <cmath>
#include <numeric>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

constexpr std::int64_t kImages = 5;
constexpr int kClasses = 3;

/// Every input of the sample is a reshaped Dense layer of the image, so that images differ and the gradient of each
/// input shows in the weights; the output goes through Flatten and Dense into the loss.
GraphSpec networkAround(const LayerDescriptor& layer, const LayerSample& sample)
{
    GraphMaker m("sample");
    const NodeId image = m.input(1, 2, 3);
    const NodeId list = m.addAfter(image, "flatten");
    std::vector<NodeId> inputs;
    for (const Shape& shape : sample.inputs) {
        std::vector<std::int64_t> sizes;
        for (int d = 0; d < shape.rank(); ++d)
            sizes.push_back(shape[d]);
        m.addAfter(list, "dense", {{"units", shape.elements()}});
        inputs.push_back(shape.isList() ? m.add("tanh") : m.add("reshape", {{"shape", listText(sizes)}}));
    }
    const NodeId node = m.addAfter(kNoNode, layer.id, sample.params);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        m.wire(inputs[i], node, static_cast<int>(i));
    m.add("flatten");
    m.add("dense", {{"units", std::int64_t{kClasses}}});
    return m.graph();
}

struct Images {
    std::vector<std::uint8_t> pixels, labels;
    std::vector<std::uint32_t> indices;
};

Images images()
{
    Images all;
    const CountedRng rng(5, RandomPurpose::Test);
    for (std::uint32_t i = 0; i < kImages * 6; ++i)
        all.pixels.push_back(static_cast<std::uint8_t>(rng.word(0, i) >> 24));
    for (std::uint32_t i = 0; i < kImages; ++i) {
        all.labels.push_back(static_cast<std::uint8_t>(i % kClasses));
        all.indices.push_back(i);
    }
    return all;
}

ReferenceInput referenceInput(const Images& from, bool training)
{
    ReferenceInput input;
    input.pixels = from.pixels;
    if (training)
        input.labels.assign(from.labels.begin(), from.labels.end());
    input.indices = from.indices;
    input.training = training;
    input.seed = 7;
    input.step = 5;
    return input;
}

double largest(const TensorOf<double>& t)
{
    double peak = 0;
    for (const double x : t.values())
        peak = std::max(peak, std::abs(x));
    return peak;
}

} // namespace

class LayerSamplesTest : public QObject
{
    Q_OBJECT

    static void addRows()
    {
        QTest::addColumn<QString>("layer");
        QTest::addColumn<int>("sample");
        for (const LayerDescriptor& layer : layerRegistry())
            for (std::size_t s = 0; s < layer.samples.size() && layer.maxInputs > 0; ++s)
                QTest::addRow("%s, %s", layer.id.c_str(), layer.samples[s].name.c_str())
                    << QString::fromStdString(layer.id) << static_cast<int>(s);
    }

private Q_SLOTS:
    void gradientsEqualTheReference_data() { addRows(); }

    void gradientsEqualTheReference()
    {
        QFETCH(const QString, layer);
        QFETCH(const int, sample);
        const LayerDescriptor& d = *findLayer(layer.toStdString());
        const GraphSpec g = networkAround(d, d.samples[static_cast<std::size_t>(sample)]);
        const Images all = images();
        const InMemoryDataset data({1, 2, 3}, all.pixels, all.labels, std::vector<std::string>(kClasses));
        const WeightsPtr weights = initialWeights(g, 1);
        const auto reference = runReference<double>(g, *weights, referenceInput(all, true));
        QVERIFY2(reference.has_value(), reference ? "" : reference.error().text().c_str());
        const kernels::KernelTable* const level = &kernels::active();
        for (const auto execution : {ExecutionMode::Fused, ExecutionMode::Layerwise}) {
            PlanOptions o;
            o.batch = kImages;
            o.threads = 2;
            o.execution = execution;
            o.optimizer = "sgd";
            o.kernels = level;
            const auto plan = makePlan(g, o);
            QVERIFY2(plan.has_value(), plan ? "" : plan.error().text().c_str());
            auto executor = Executor::create(*plan);
            QVERIFY(executor.has_value());
            (*executor)->setWeights(*weights);
            TrainConfig c;
            c.optimizer = "sgd";
            const UpdateRule rule = makeUpdateRule(c, *level, 1, 1); // turns weights into gradients
            const StepResult step = (*executor)->trainStep({&data, all.indices, 1.0f / 255.0f, 0}, 7, 5, rule, nullptr);
            QVERIFY2(std::abs(step.loss - reference->loss) < 1e-5 * (1 + reference->loss), level->name);
            compareGradients(*weights, (*executor)->weights(), *reference, level->name);
        }
    }

    void evaluationEqualsTheReference_data() { addRows(); }

    /// With values in place of one another, and with all of them kept.
    void evaluationEqualsTheReference()
    {
        QFETCH(const QString, layer);
        QFETCH(const int, sample);
        const LayerDescriptor& d = *findLayer(layer.toStdString());
        const GraphSpec g = networkAround(d, d.samples[static_cast<std::size_t>(sample)]);
        const Images all = images();
        const WeightsPtr weights = initialWeights(g, 2);
        const auto reference = runReference<double>(g, *weights, referenceInput(all, false));
        QVERIFY(reference.has_value());
        std::vector<float> values;
        for (const std::uint8_t pixel : all.pixels)
            values.push_back(static_cast<float>(pixel) / 255.0f);
        const kernels::KernelTable* const level = &kernels::active();
        for (const bool keepAll : {false, true}) {
            PlanOptions o;
            o.batch = kImages;
            o.threads = 1;
            o.training = false;
            o.keepAll = keepAll;
            o.execution = ExecutionMode::Layerwise;
            o.kernels = level;
            auto executor = Executor::create(*makePlan(g, o));
            QVERIFY(executor.has_value());
            (*executor)->setWeights(*weights);
            QVERIFY((*executor)->inferValues(values.data(), kImages, nullptr));
            for (const auto& [node, expected] : reference->outputs) {
                if (!keepAll && node != g.nodes.back().id)
                    continue;
                const double scale = std::max(1.0, largest(expected));
                const std::int64_t numbers = expected.elements() / kImages;
                for (std::int64_t n = 0; n < kImages; ++n) {
                    const Tensor got = (*executor)->output(node, n);
                    QCOMPARE(got.elements(), numbers);
                    for (std::int64_t i = 0; i < numbers; ++i)
                        QVERIFY2(std::abs(static_cast<double>(got[i]) - expected[n * numbers + i]) < 2e-5 * scale,
                                 qPrintable(QStringLiteral("%1, node %2").arg(level->name).arg(node)));
                }
            }
        }
    }

private:
    template <class R>
    static void compareGradients(const WeightMap& before, const WeightMap& after, const R& reference, const char* level)
    {
        double all = 0;
        for (const auto& [key, gradient] : reference.tensorGradients)
            all = std::max(all, largest(gradient));
        for (const auto& [key, gradient] : reference.tensorGradients) {
            const double scale = std::max(largest(gradient), 1e-3 * all);
            for (std::int64_t i = 0; i < gradient.elements(); ++i) {
                const double got = static_cast<double>(before.at(key)[i]) - static_cast<double>(after.at(key)[i]);
                QVERIFY2(std::abs(got - gradient[i]) <= 2e-4 * scale + 3e-7,
                         qPrintable(QStringLiteral("%1, node %2 %3 [%4]: %5, reference %6")
                                        .arg(QLatin1String(level))
                                        .arg(key.first)
                                        .arg(QString::fromStdString(key.second))
                                        .arg(i)
                                        .arg(got)
                                        .arg(gradient[i])));
            }
        }
    }
};

QTEST_APPLESS_MAIN(LayerSamplesTest)
#include "layer_samples_test.moc"
