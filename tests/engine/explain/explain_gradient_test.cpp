// Numbers that several layers read: what the readers send back must add up to the gradient of the engine.
#include "engine/explain/explain_gradient.h"
#include "engine/explain/training_differences.h"
#include "tests/engine/explain/arithmetic.h"
#include "tests/engine/explain/computed_numbers.h"
#include "tests/support/graphs.h"

#include <QTest>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

constexpr int kClasses = 3, kPositions = 40;

/// A network, and how many readers some of its layers have.
struct Fork {
    const char* name;
    GraphSpec graph;
    std::map<NodeId, std::size_t> readers;
};

void finish(GraphMaker& m)
{
    m.add("global_avg_pool");
    m.dense(kClasses);
}

/// Two residual blocks: the shortcut is the value itself, then a convolution.
Fork residual()
{
    GraphMaker m;
    const NodeId input = m.input(1, 8, 8);
    m.conv(4, 3, -1);
    m.add("batch_norm");
    const NodeId start = m.add("relu");
    m.conv(4, 3, -1);
    m.add("batch_norm");
    m.add("relu");
    const NodeId main = m.conv(4, 3, -1);
    m.merge("add", {main, start});
    const NodeId second = m.add("relu");
    const NodeId narrow = m.conv(6, 3, -1, 2);
    m.setLast(second);
    const NodeId shortcut = m.conv(6, 1, 0, 2);
    const NodeId sum = m.merge("add", {narrow, shortcut});
    finish(m);
    return {"residual", m.graph(), {{input, 1}, {start, 2}, {main, 1}, {second, 2}, {sum, 1}}};
}

/// Four branches, joined; one of them is the value itself.
Fork inception()
{
    GraphMaker m;
    m.input(1, 7, 7);
    m.conv(3, 3, -1);
    const NodeId stem = m.add("tanh");
    const NodeId one = m.conv(2, 1);
    m.setLast(stem);
    const NodeId three = m.conv(3, 3, -1);
    m.setLast(stem);
    m.add("max_pool", {{"kernelHeight", std::int64_t{3}},
                       {"kernelWidth", std::int64_t{3}},
                       {"strideHeight", std::int64_t{1}},
                       {"strideWidth", std::int64_t{1}},
                       {"padding", std::string("same")}});
    const NodeId pooled = m.conv(2, 1);
    const NodeId joined = m.merge("concat", {one, stem, three, pooled});
    finish(m);
    return {"inception", m.graph(), {{stem, 4}, {one, 1}, {joined, 1}}};
}

/// One layer reads a value twice, a gate multiplies it, a third layer reads it as well.
Fork twice()
{
    GraphMaker m;
    m.input(1, 6, 6);
    const NodeId value = m.conv(3, 3);
    const NodeId doubled = m.merge("add", {value, value});
    m.setLast(value);
    const NodeId gate = m.add("sigmoid");
    const NodeId gated = m.merge("multiply", {value, gate});
    m.merge("concat", {doubled, gated});
    finish(m);
    return {"twice", m.graph(), {{value, 4}, {gate, 1}, {doubled, 1}}};
}

/// Layers that only change the shape share the memory of a gradient with what they read.
Fork views()
{
    GraphMaker m;
    m.input(1, 4, 4);
    m.conv(2, 3, -1);
    const NodeId value = m.add("relu");
    const NodeId flat = m.add("flatten");
    const NodeId list = m.dense(5);
    const NodeId again = m.addAfter(flat, "flatten");
    const NodeId second = m.dense(5);
    m.setLast(value);
    m.conv(5, 4);
    const NodeId third = m.add("flatten");
    m.merge("add", {list, second, third});
    m.dense(kClasses);
    // The convolution, the Dense behind the list, and the one behind the list of the list.
    return {"views", m.graph(), {{value, 3}, {flat, 3}, {again, 3}, {third, 1}}};
}

/// Without a fork a Flatten is a reader like any other; a list that ends in Softmax is read by the loss.
Fork ending()
{
    GraphMaker m;
    m.input(1, 4, 4);
    m.add("dropout");
    const NodeId value = m.conv(kClasses, 4);
    const NodeId flat = m.add("flatten");
    const NodeId end = m.add("softmax");
    return {"ending", m.graph(), {{value, 1}, {flat, 1}, {end, 0}}};
}

/// Dropout beside another reader, in a block that is dense in the sense of DenseNet.
Fork dropping()
{
    GraphMaker m;
    m.input(1, 6, 6);
    const NodeId value = m.conv(4, 3);
    const NodeId dropped = m.add("dropout");
    m.conv(3, 3, -1);
    const NodeId second = m.add("relu");
    const NodeId both = m.merge("concat", {value, second});
    m.conv(2, 3, -1);
    m.merge("concat", {both, value, m.last()});
    finish(m);
    return {"dropping", m.graph(), {{value, 3}, {dropped, 1}, {both, 2}}};
}

} // namespace

class ExplainGradientTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theSharesOfTheReadersAreTheGradient_data()
    {
        QTest::addColumn<int>("fork");
        QTest::addColumn<bool>("training");
        for (int i = 0; i < static_cast<int>(m_forks.size()); ++i)
            for (const bool training : {false, true})
                QTest::addRow("%s, %s", m_forks[static_cast<std::size_t>(i)].name, training ? "training" : "evaluation")
                    << i << training;
    }

    void theSharesOfTheReadersAreTheGradient()
    {
        QFETCH(const int, fork);
        QFETCH(const bool, training);
        const auto& [name, graph, readers] = m_forks[static_cast<std::size_t>(fork)];
        const auto computed = computedNumbers(graph, initialWeights(graph, 3), training, kClasses);
        QVERIFY2(computed.has_value(), computed ? "" : computed.error().message.c_str());
        const NetworkNumbers& numbers = **computed;
        for (const auto& [node, count] : readers)
            QCOMPARE(numbers.readers(node).size(), count);
        int forks = 0;
        for (const Node& node : graph.nodes) {
            const std::vector<float> engine = numbers.gradient(node.id);
            const auto all = static_cast<std::int64_t>(engine.size()),
                       one = numbers.shapes().shapes.at(node.id).elements();
            QCOMPARE(engine.empty(), numbers.readers(node.id).empty());
            forks += numbers.readers(node.id).size() > 1;
            for (std::uint32_t p = 0; p < kPositions && all > 0; ++p) {
                const std::int64_t at =
                    CountedRng(11, RandomPurpose::Test)
                        .below(static_cast<std::uint32_t>(all), static_cast<std::uint32_t>(node.id), p);
                const auto e = explainGradient(numbers, node.id, at / one, at % one);
                QVERIFY2(e.has_value(), e ? "" : e.error().message.c_str());
                const auto got = static_cast<double>(engine[static_cast<std::size_t>(at)]);
                QVERIFY2(std::abs(e->value - got) <= 1e-6 * e->magnitude + 1e-38,
                         qPrintable(QStringLiteral("%1 [%2]: engine %3, shares %4")
                                        .arg(QString::fromStdString(node.name))
                                        .arg(at)
                                        .arg(got, 0, 'g', 10)
                                        .arg(e->value, 0, 'g', 10)));
                double sum = 0;
                for (const GradientShare& share : e->shares) {
                    checkArithmetic(share.explanation);
                    sum += share.explanation.value;
                }
                QCOMPARE(sum, e->value);
                if (QTest::currentTestFailed())
                    return;
            }
        }
        QVERIFY(forks > 0 || name == std::string("ending"));
    }

    void layersThatDifferInTrainingAreFound()
    {
        QStringList found;
        for (const LayerDescriptor& layer : layerRegistry()) {
            if (layer.maxInputs != 1 || layer.samples.empty())
                continue;
            const LayerSample& sample = layer.samples.front();
            GraphMaker m;
            m.input(1, 6, 6);
            m.conv(6, 3);
            if (sample.inputs.front().isList())
                m.add("flatten");
            m.add(layer.id, sample.params);
            const TrainingDifferences d = trainingDifferences(m.graph());
            if (d.statistics)
                found << QString::fromStdString(layer.id) + " statistics";
            if (d.masks)
                found << QString::fromStdString(layer.id) + " mask";
        }
        found.sort();
        QCOMPARE(found, QStringList({"batch_norm statistics", "dropout mask"}));

        GraphSpec graph = residual().graph;
        const NodeId before = graph.nodes[1].id, norm = graph.nodes[2].id;
        QVERIFY(trainingDifferences(graph).statistics && !trainingDifferences(graph).masks);
        QVERIFY(!trainingDifferences(graph, before).any());
        QVERIFY(trainingDifferences(graph, norm).statistics);
        QVERIFY(trainingDifferences(graph, graph.nodes.back().id).statistics);
        for (Node& node : graph.nodes)
            node.frozen = true;
        QVERIFY(!trainingDifferences(graph).any());
    }

    void withoutGradientsNobodyReads()
    {
        const GraphSpec graph = residual().graph;
        auto made = NetworkNumbers::create(graph, {});
        QVERIFY(made.has_value());
        QVERIFY((*made)->readers(graph.nodes[3].id).empty());
    }

private:
    const std::vector<Fork> m_forks{residual(), inception(), twice(), views(), ending(), dropping()};
};

QTEST_APPLESS_MAIN(ExplainGradientTest)
#include "explain_gradient_test.moc"
