// Every number of every layer, taken apart: the terms must give what the engine computed, forward and backward.
#include "tests/engine/explain/arithmetic.h"
#include "tests/engine/explain/computed_numbers.h"
#include "tests/support/graphs.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

constexpr int kPositions = 200;
constexpr int kClasses = 3;

struct Setup {
    GraphSpec graph;
    NodeId node = kNoNode;
};

/// The sample's inputs are tensors made of the image, so that every input has a gradient; its output goes into the
/// loss.
Setup networkAround(const LayerDescriptor& layer, const LayerSample& sample)
{
    GraphMaker m("sample");
    const NodeId list = m.addAfter(m.input(1, 2, 3), "flatten");
    std::vector<NodeId> inputs;
    for (const Shape& shape : sample.inputs) {
        std::vector<std::int64_t> sizes;
        for (int d = 0; d < shape.rank(); ++d)
            sizes.push_back(shape[d]);
        m.addAfter(list, "dense", {{"units", shape.elements()}});
        m.add("tanh");
        inputs.push_back(shape.isList() ? m.last() : m.add("reshape", {{"shape", listText(sizes)}}));
    }
    const NodeId node = m.addAfter(kNoNode, layer.id, sample.params);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        m.wire(inputs[i], node, static_cast<int>(i));
    m.add("flatten");
    m.add("dense", {{"units", std::int64_t{kClasses}}});
    return {m.graph(), node};
}

/// Weights that leave no tensor at a value that hides mistakes (zeros and ones).
WeightsPtr spreadWeights(const GraphSpec& graph, NodeId node)
{
    auto weights = std::make_shared<WeightMap>(*initialWeights(graph, 3));
    const CountedRng rng(9, RandomPurpose::Test);
    std::uint32_t tensor = 0;
    for (auto& [key, values] : *weights) {
        if (key.first != node)
            continue;
        for (std::int64_t i = 0; i < values.elements(); ++i) {
            const double u = rng.uniform(tensor, static_cast<std::uint32_t>(i));
            values[i] = static_cast<float>(key.second == "runningVariance" ? 0.5 + u : 2 * u - 1);
        }
        ++tensor;
    }
    return weights;
}

std::int64_t place(std::int64_t count, int position)
{
    return CountedRng(11, RandomPurpose::Test)
        .below(static_cast<std::uint32_t>(count), 0, static_cast<std::uint32_t>(position));
}

QString told(const char* what, std::int64_t element, double got, const Explanation& e)
{
    return QStringLiteral("%1 %2: engine %3, terms %4, off by %5 of the absolute sum %6")
        .arg(QLatin1String(what))
        .arg(element)
        .arg(got, 0, 'g', 12)
        .arg(e.value, 0, 'g', 12)
        .arg(std::abs(e.value - got) / e.magnitude)
        .arg(e.magnitude);
}

} // namespace

class ExplainLayerTest : public QObject
{
    Q_OBJECT

    static void compare(const char* what, std::int64_t element, float engine, const Result<Explanation>& e)
    {
        QVERIFY2(e.has_value(), e ? "" : e.error().message.c_str());
        const auto got = static_cast<double>(engine);
        QVERIFY2(std::abs(e->value - got) <= 1e-6 * e->magnitude + 1e-38, qPrintable(told(what, element, got, *e)));
        checkArithmetic(*e);
    }

    static void addRows()
    {
        QTest::addColumn<QString>("layer");
        QTest::addColumn<int>("sample");
        for (const LayerDescriptor& layer : layerRegistry())
            for (std::size_t s = 0; s < layer.samples.size() && layer.maxInputs > 0; ++s)
                QTest::addRow("%s, %s", layer.id.c_str(), layer.samples[s].name.c_str())
                    << QString::fromStdString(layer.id) << static_cast<int>(s);
    }

    /// One image as an evaluation sees it, or a batch as a training step does.
    static void check(const QString& layer, int sample, bool training)
    {
        const LayerDescriptor& d = *findLayer(layer.toStdString());
        const auto [graph, node] = networkAround(d, d.samples[static_cast<std::size_t>(sample)]);
        const auto computed = computedNumbers(graph, spreadWeights(graph, node), training, kClasses);
        QVERIFY2(computed.has_value(), computed ? "" : computed.error().message.c_str());
        const NetworkNumbers& numbers = **computed;
        const LayerNumbers n = numbers.layer(node);
        QVERIFY(!n.output.empty() && !n.outputGradient.empty());

        const auto outputs = static_cast<std::int64_t>(n.output.size());
        for (int i = 0; i < kPositions; ++i) {
            const std::int64_t at = place(outputs, i), one = outputs / n.batch();
            compare("output", at, n.output[static_cast<std::size_t>(at)], explainOutput(n, at / one, at % one));
            if (QTest::currentTestFailed())
                return;
        }
        for (std::size_t k = 0; k < n.inputs.size(); ++k) {
            const std::vector<float> engine = numbers.gradient(graph.edgesInto(node)[k].from);
            const auto count = static_cast<std::int64_t>(engine.size()), one = count / n.batch();
            for (int i = 0; i < kPositions; ++i) {
                const std::int64_t at = place(count, i);
                compare("input gradient", at, engine[static_cast<std::size_t>(at)],
                        explainInputGradient(n, k, at / one, at % one));
                if (QTest::currentTestFailed())
                    return;
            }
        }
        if (!training)
            return; // no weight is trained here
        const WeightMap gradients = numbers.weightGradients();
        for (std::size_t t = 0; t < n.tensors.size(); ++t) {
            const auto engine = gradients.find({node, n.tensorInfos[t].key});
            if (engine == gradients.end())
                continue;
            for (int i = 0; i < kPositions; ++i) {
                const std::int64_t at = place(engine->second.elements(), i);
                compare("weight gradient", at, engine->second[at], explainTensorGradient(n, t, at));
                if (QTest::currentTestFailed())
                    return;
            }
        }
    }

private Q_SLOTS:
    void numbersOfAnImage_data() { addRows(); }
    void numbersOfAnImage()
    {
        QFETCH(const QString, layer);
        QFETCH(const int, sample);
        check(layer, sample, false);
    }

    void numbersOfATrainingStep_data() { addRows(); }
    void numbersOfATrainingStep()
    {
        QFETCH(const QString, layer);
        QFETCH(const int, sample);
        check(layer, sample, true);
    }
};

QTEST_APPLESS_MAIN(ExplainLayerTest)
#include "explain_layer_test.moc"
