// The executor against the reference path: both execution modes, odd sizes.
#include "tests/engine/plan/one_step.h"

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

/// Layers that do not stand in the presets, in sizes that fit no vector.
GraphSpec oddNetwork()
{
    GraphMaker m("odd");
    m.add("input", {{"channels", std::int64_t{3}}, {"height", std::int64_t{13}}, {"width", std::int64_t{11}}});
    const NodeId first = m.add("conv2d", {{"filters", std::int64_t{9}},
                                          {"kernelHeight", std::int64_t{3}},
                                          {"kernelWidth", std::int64_t{5}},
                                          {"padding", std::string("same")}});
    const NodeId act = m.add("relu");
    const NodeId grouped = m.add("conv2d", {{"filters", std::int64_t{6}},
                                            {"kernelHeight", std::int64_t{3}},
                                            {"kernelWidth", std::int64_t{3}},
                                            {"padding", std::string("same")},
                                            {"groups", std::int64_t{3}}});
    const NodeId dilated = m.addAfter(act, "conv2d",
                                      {{"filters", std::int64_t{6}},
                                       {"kernelHeight", std::int64_t{3}},
                                       {"kernelWidth", std::int64_t{3}},
                                       {"padding", std::string("explicit")},
                                       {"padHeight", std::int64_t{2}},
                                       {"padWidth", std::int64_t{2}},
                                       {"dilationHeight", std::int64_t{2}},
                                       {"dilationWidth", std::int64_t{2}},
                                       {"bias", false}});
    m.merge("concat", {grouped, dilated, first});
    m.add("sigmoid");
    m.add("dropout", {{"rate", 0.3}});
    m.add("conv2d", {{"filters", std::int64_t{5}},
                     {"kernelHeight", std::int64_t{3}},
                     {"kernelWidth", std::int64_t{2}},
                     {"strideHeight", std::int64_t{3}},
                     {"strideWidth", std::int64_t{2}},
                     {"padding", std::string("same")}});
    m.add("batch_norm");
    m.add("tanh");
    m.add("avg_pool", {{"kernelHeight", std::int64_t{3}},
                       {"kernelWidth", std::int64_t{3}},
                       {"strideHeight", std::int64_t{2}},
                       {"strideWidth", std::int64_t{2}},
                       {"padding", std::string("same")}});
    m.add("flatten");
    m.add("tanh");
    m.add("dense", {{"units", std::int64_t{4}}});
    m.add("softmax");
    return m.graph();
}

/// Large windows over small maps, two on each value: their input gradients go by kernel rows and add up, through an
/// image without padding lanes (6 maps) and in place (16). Of the windows on 6 maps the first and the last of a row,
/// 7 places, stand in the same product.
GraphSpec wideWindowNetwork()
{
    GraphMaker m("wide windows");
    m.add("input", {{"channels", std::int64_t{1}}, {"height", std::int64_t{13}}, {"width", std::int64_t{11}}});
    NodeId value = m.add("conv2d", {{"filters", std::int64_t{6}}, {"padding", std::string("same")}});
    for (const std::int64_t filters : {16, 6}) {
        std::vector<NodeId> both;
        for (int i = 0; i < 2; ++i)
            both.push_back(m.addAfter(value, "conv2d",
                                      {{"filters", filters},
                                       {"kernelHeight", std::int64_t{5}},
                                       {"kernelWidth", std::int64_t{5}},
                                       {"padding", std::string("valid")}}));
        m.merge("add", both);
        value = m.add("tanh");
    }
    m.add("flatten");
    m.add("dense", {{"units", std::int64_t{3}}});
    return m.graph();
}

GraphSpec residualNetwork()
{
    GraphMaker m("residual");
    m.add("input", {{"channels", std::int64_t{1}}, {"height", std::int64_t{9}}, {"width", std::int64_t{9}}});
    const NodeId a = m.add("conv2d", {{"filters", std::int64_t{8}}, {"padding", std::string("same")}});
    m.add("batch_norm");
    const NodeId r = m.add("relu");
    m.add("conv2d", {{"filters", std::int64_t{8}}, {"padding", std::string("same")}});
    const NodeId b = m.add("batch_norm");
    m.merge("add", {b, r, a});
    m.add("relu");
    m.add("max_pool", {{"kernelHeight", std::int64_t{3}},
                       {"kernelWidth", std::int64_t{3}},
                       {"strideHeight", std::int64_t{2}},
                       {"strideWidth", std::int64_t{2}},
                       {"padding", std::string("same")}});
    m.add("global_avg_pool");
    m.add("dense", {{"units", std::int64_t{3}}});
    return m.graph();
}

/// Max pooling that convolutions do the backward of: padded and not, strided, dilated in rows, overlapping windows,
/// with and without an activation, an input gradient that others add to, dropout that works in place; and pooling that
/// they must leave alone, because somebody else reads the maps or its windows are too dense.
GraphSpec pooledNetwork()
{
    const auto pool = [](std::int64_t kernel, std::int64_t stride, const char* padding) {
        return Params{{"kernelHeight", kernel},
                      {"kernelWidth", kernel},
                      {"strideHeight", stride},
                      {"strideWidth", stride},
                      {"padding", std::string(padding)}};
    };
    GraphMaker m("pooled");
    m.add("input", {{"channels", std::int64_t{2}}, {"height", std::int64_t{19}}, {"width", std::int64_t{17}}});
    const NodeId first = m.add("conv2d", {{"filters", std::int64_t{19}}, {"padding", std::string("same")}});
    m.add("conv2d", {{"filters", std::int64_t{9}}, {"padding", std::string("valid")}});
    m.add("tanh");
    m.add("max_pool", pool(2, 2, "valid"));
    const NodeId valid = m.add("dropout", {{"rate", 0.3}});
    m.addAfter(first, "conv2d",
               {{"filters", std::int64_t{21}},
                {"kernelHeight", std::int64_t{5}},
                {"kernelWidth", std::int64_t{3}},
                {"padding", std::string("same")},
                {"dilationHeight", std::int64_t{2}},
                {"bias", false}});
    const NodeId same = m.add("max_pool", pool(3, 2, "same"));
    m.addAfter(first, "conv2d",
               {{"filters", std::int64_t{35}},
                {"kernelHeight", std::int64_t{2}},
                {"kernelWidth", std::int64_t{5}},
                {"strideHeight", std::int64_t{2}},
                {"strideWidth", std::int64_t{1}},
                {"padding", std::string("same")}});
    m.add("relu");
    const NodeId strided = m.add("max_pool", pool(3, 3, "same"));
    const NodeId shared = m.addAfter(first, "conv2d", {{"filters", std::int64_t{4}}});
    const NodeId sharedPool = m.add("max_pool", pool(2, 2, "valid"));
    m.addAfter(first, "conv2d", {{"filters", std::int64_t{4}}});
    const NodeId dense = m.add("max_pool", pool(2, 1, "valid"));
    std::vector<NodeId> ends;
    for (const NodeId end : {valid, same, strided, shared, sharedPool, dense}) {
        m.addAfter(end, "flatten");
        ends.push_back(m.add("dense", {{"units", std::int64_t{4}}}));
    }
    m.merge("add", ends);
    return m.graph();
}

} // namespace

/// Weights of which a private sum per thread would be more than all that they are multiplied with.
GraphSpec largeWeightsNetwork()
{
    GraphMaker m("large weights");
    m.input(3, 8, 7);
    m.conv(170, 3, -1);
    m.add("max_pool");
    m.add("relu");
    m.conv(200, 3, -1);
    m.add("relu");
    m.add("flatten");
    m.dense(150);
    m.add("tanh");
    m.dense(4);
    return m.graph();
}

class ExecutorTest : public QObject
{
    Q_OBJECT

    /// The scores of all images, with their padding.
    static std::vector<float> evaluate(const GraphSpec& g, const Fixture& f, const PlanOptions& options,
                                       const WeightMap& weights)
    {
        const auto plan = makePlan(g, options);
        auto executor = Executor::create(*plan);
        (*executor)->setWeights(weights);
        const std::int64_t floats = (*plan)->graph->layoutOf((*plan)->graph->logits).floats();
        std::vector<float> all(f.indices.size() * static_cast<std::size_t>(floats));
        const auto done =
            (*executor)->infer({f.data.get(), f.indices, 1.0f / 255.0f, 0}, [&](const Executor::ChunkView& chunk) {
                std::copy_n(chunk.logits, chunk.count * floats, all.data() + chunk.first * floats);
            });
        return done ? all : std::vector<float>();
    }

private Q_SLOTS:
    /// Pixelwise layers behind each other on images that leave the cache: the plan cuts them into rows, which no number
    /// may show.
    void largeImagesAreCutIntoRows()
    {
        GraphMaker m("large");
        m.input(3, 101, 97);
        m.conv(17, 3, -1);
        m.add("batch_norm");
        const NodeId left = m.add("relu6");
        m.conv(33, 1);
        m.add("batch_norm");
        m.add("relu");
        m.conv(17, 1);
        const NodeId right = m.add("batch_norm");
        m.merge("add", {right, left});
        m.add("relu");
        m.conv(24, 1);
        m.add("batch_norm");
        m.add("relu6");
        // Their borders are made band by band.
        m.add("depthwise_conv2d", {{"padding", std::string("same")}});
        m.add("batch_norm");
        m.add("relu6");
        m.add("depthwise_conv2d", {{"padding", std::string("same")},
                                   {"kernelHeight", std::int64_t{5}},
                                   {"strideHeight", std::int64_t{2}},
                                   {"strideWidth", std::int64_t{2}}});
        m.add("global_avg_pool");
        m.dense(3);
        const Fixture f = makeData(inputShape(m.graph()), 3, 3);
        const kernels::KernelTable* const table = &kernels::active();
        PlanOptions o;
        o.batch = 3;
        o.threads = 2;
        o.kernels = table;
        std::int64_t cut = 0;
        const auto plan = makePlan(m.graph(), o);
        for (const Segment& s : (*plan)->segments)
            for (const Piece& piece : s.pieces) {
                if (piece.rows == 0)
                    continue;
                cut += piece.count;
                QVERIFY(piece.rows < piece.height && piece.height == 101);
            }
        QVERIFY2(cut >= 8, table->name);
        // Three norms are left to the pixelwise and the depthwise convolutions that alone read them; the depthwise ones
        // make their gradients twice.
        QCOMPARE(std::count_if((*plan)->bindings.begin(), (*plan)->bindings.end(),
                               [](const OpBinding& b) { return b.prologue >= 0; }),
                 3);
        QCOMPARE(std::count_if((*plan)->graph->ops.begin(), (*plan)->graph->ops.end(),
                               [](const auto& op) { return op->remakesGradient; }),
                 2);
        compareWithReference(m.graph(), f, 2, false);
    }

    /// Instructions that pass over a large image together, some rows at a time: what one of them writes must not lie
    /// where another still has to read.
    void rowsOfLargeImagesLeaveEachOtherAlone()
    {
        GraphMaker m("chain");
        m.input(3, 101, 101);
        for (const int maps : {16, 64, 16, 80, 32, 96})
            m.conv(maps, 1);
        m.add("global_avg_pool");
        m.dense(4);
        GraphMaker image("chain to an image"); // what is read when all have had their turns
        image.input(3, 101, 101);
        for (const int maps : {64, 32, 4})
            image.conv(maps, 1);
        compareWithReference(m.graph(), makeData(inputShape(m.graph()), 2, 4), 2, false);
        for (const GraphSpec& g : {m.graph(), image.graph()}) {
            const Fixture f = makeData(inputShape(g), 2, 4);
            std::vector<float> scores[2];
            for (const bool apart : {false, true}) {
                PlanOptions o;
                o.batch = 2;
                o.threads = 2;
                o.training = false;
                o.keepAll = apart;
                scores[apart] = evaluate(g, f, o, *initialWeights(g, 3));
            }
            QVERIFY(!scores[0].empty());
            QCOMPARE(scores[0], scores[1]);
        }
    }

    /// An evaluation goes image by image as long as images are large, then many at a time through large weights.
    void evaluationsShareLargeWeights()
    {
        GraphMaker m("small maps, large weights");
        m.input(1, 52, 52);
        m.conv(16, 3);
        m.add("max_pool", {{"kernelHeight", std::int64_t{10}},
                           {"kernelWidth", std::int64_t{10}},
                           {"strideHeight", std::int64_t{10}},
                           {"strideWidth", std::int64_t{10}}});
        m.conv(128, 3);
        m.conv(136, 3);
        m.add("flatten");
        m.dense(5);
        const Fixture f = makeData(inputShape(m.graph()), 11, 5);
        const auto weights = initialWeights(m.graph(), 3);
        PlanOptions o;
        o.training = false;
        o.batch = 11;
        o.threads = 2;
        const auto plan = makePlan(m.graph(), o);
        QCOMPARE((*plan)->segments.size(), 2u);
        QVERIFY((*plan)->segments[0].chunk < 6);
        QCOMPARE((*plan)->segments[1].chunk, 6);
        const std::vector<float> together = evaluate(m.graph(), f, o, *weights);
        o.threads = 1;
        o.keepAll = true;
        const std::vector<float> apart = evaluate(m.graph(), f, o, *weights);
        QCOMPARE(together.size(), apart.size());
        for (std::size_t i = 0; i < apart.size(); ++i)
            QVERIFY(std::abs(together[i] - apart[i]) < 1e-5f * (1 + std::abs(apart[i])));
    }

    /// The first bands of a large image lie in the border altogether.
    void bordersMayBeWiderThanABand()
    {
        for (const bool norm : {false, true}) {
            GraphMaker m("wide border");
            m.input(3, 90, 90);
            m.conv(32, 1);
            m.add(norm ? "batch_norm" : "tanh");
            m.add(
                "depthwise_conv2d",
                {{"padding", std::string("explicit")}, {"padHeight", std::int64_t{16}}, {"padWidth", std::int64_t{9}}});
            m.add("global_avg_pool");
            m.dense(3);
            compareWithReference(m.graph(), makeData(inputShape(m.graph()), 2, 3), 2, false);
        }
    }

    /// In evaluation a batch norm behind a convolution becomes part of its weights and a sum is done along the way: the
    /// scores stay those of a plan that keeps every layer apart.
    void evaluationFoldsNormsAndSums()
    {
        GraphMaker m("folded");
        m.input(3, 11, 9);
        m.conv(20, 3, -1);
        m.add("batch_norm");
        m.add("relu");
        m.conv(33, 3, -1);
        m.add("batch_norm");
        const NodeId left = m.add("relu");
        m.add("depthwise_conv2d", {{"padding", std::string("same")}});
        m.add("batch_norm");
        m.add("relu6");
        m.conv(33, 1, 0, 1, false);
        const NodeId right = m.add("batch_norm");
        m.merge("add", {left, right});
        const NodeId sum = m.add("relu");
        const NodeId last = m.conv(33, 3, -1);
        m.merge("add", {last, sum});
        m.add("global_avg_pool");
        m.dense(4);
        const GraphSpec& g = m.graph();
        const Fixture f = makeData(inputShape(g), 5, 4);
        const WeightMap weights = unevenWeights(g);
        const kernels::KernelTable* const table = &kernels::active();
        std::vector<float> scores[2];
        for (const bool apart : {false, true}) {
            PlanOptions o;
            o.batch = 5;
            o.threads = 2;
            o.training = false;
            o.keepAll = apart;
            o.kernels = table;
            const auto plan = makePlan(g, o);
            const auto folded =
                std::count_if((*plan)->scaledBy.begin(), (*plan)->scaledBy.end(), [](int by) { return by >= 0; });
            const auto sums = std::count_if((*plan)->bindings.begin(), (*plan)->bindings.end(),
                                            [](const OpBinding& b) { return b.addend >= 0; });
            QCOMPARE(folded, apart ? 0 : 4);
            QCOMPARE(sums, apart ? 0 : 2);
            auto executor = Executor::create(*plan);
            (*executor)->setWeights(weights);
            QVERIFY((*executor)->weights() == weights);
            std::vector<float>& all = scores[apart];
            all.resize(5 * 4);
            QVERIFY(
                (*executor)->infer({f.data.get(), f.indices, 1.0f / 255.0f, 0}, [&](const Executor::ChunkView& chunk) {
                    for (std::int64_t i = 0; i < chunk.count; ++i)
                        std::copy_n(chunk.logits + i * chunk.layout->lanes, 4, all.data() + (chunk.first + i) * 4);
                }));
        }
        for (std::size_t i = 0; i < scores[0].size(); ++i)
            QVERIFY2(std::abs(scores[0][i] - scores[1][i]) < 2e-5f * (1 + std::abs(scores[1][i])), table->name);
    }

    void gradientsEqualTheReference_data()
    {
        QTest::addColumn<QString>("network");
        QTest::addColumn<int>("images");
        QTest::addColumn<int>("threads");
        QTest::addColumn<bool>("layerwise");
        for (const char* network : {"lenet", "cnn", "mlp", "odd", "wide", "residual", "pooled", "large weights"})
            for (int threads : {1, 2, 3})
                for (bool layerwise : {false, true}) {
                    const int images = threads == 3 ? 2 : 7; // fewer images than threads too
                    QTest::addRow("%s, %d images, %d threads, %s", network, images, threads,
                                  layerwise ? "layerwise" : "fused")
                        << QString::fromLatin1(network) << images << threads << layerwise;
                }
    }

    void gradientsEqualTheReference()
    {
        QFETCH(QString, network);
        QFETCH(int, images);
        QFETCH(int, threads);
        QFETCH(bool, layerwise);
        const GraphSpec g = network == "lenet"      ? lenet5()
                            : network == "cnn"      ? mnistCnn()
                            : network == "mlp"      ? mlp()
                            : network == "residual" ? residualNetwork()
                            : network == "wide"     ? wideWindowNetwork()
                            : network == "pooled"   ? pooledNetwork()
                            : network == "odd"      ? oddNetwork()
                                                    : largeWeightsNetwork();
        const QStringList four{"odd", "pooled", "large weights"};
        const int classes = four.contains(network) ? 4 : network == "residual" || network == "wide" ? 3 : 10;
        compareWithReference(g, makeData(inputShape(g), images, classes), threads, layerwise);
    }

    void evaluationReadsEveryNodeAsTheReferenceDoes()
    {
        for (const auto& g : {oddNetwork(), residualNetwork(), lenet5(), filteredNetwork()}) {
            const Fixture f = makeData(inputShape(g), 1, 3);
            auto inspector = Inspector::create(g);
            QVERIFY(inspector.has_value());
            const WeightsPtr weights = initialWeights(g, 2);
            (*inspector)->setWeights(*weights);
            (*inspector)->run(f.reference.pixels);
            ReferenceInput input = f.reference;
            input.training = false;
            input.labels.clear();
            const auto reference = runReference<double>(g, *weights, input);
            QVERIFY(reference.has_value());
            for (const auto& [node, expected] : reference->outputs) {
                const Tensor got = (*inspector)->output(node);
                QCOMPARE(got.elements(), expected.elements());
                for (std::int64_t i = 0; i < got.elements(); ++i)
                    QVERIFY2(std::abs(static_cast<double>(got[i]) - expected[i]) < 1e-4,
                             qPrintable(QString("node %1").arg(node)));
            }
        }
    }

    void twoEqualStepsGiveEqualBits()
    {
        const GraphSpec g = residualNetwork();
        const Fixture f = makeData(inputShape(g), 23, 3);
        WeightMap first;
        for (int run = 0; run < 3; ++run) {
            PlanOptions o;
            o.batch = 23;
            o.threads = 2;
            auto executor = Executor::create(*makePlan(g, o));
            QVERIFY(executor.has_value());
            (*executor)->setWeights(*initialWeights(g, 1));
            for (int s = 0; s < 5; ++s)
                oneStep(**executor, f, 0.1);
            if (run == 0)
                first = (*executor)->weights();
            else
                QVERIFY(first == (*executor)->weights());
        }
    }

    void aFrozenNodeKeepsItsWeightsAndItsStatistics()
    {
        GraphSpec g = residualNetwork();
        for (Node& n : g.nodes)
            n.frozen = n.type == "batch_norm" || n.id == g.nodes[1].id;
        const Fixture f = makeData(inputShape(g), 6, 3);
        PlanOptions o;
        o.batch = 6;
        o.threads = 2;
        auto executor = Executor::create(*makePlan(g, o));
        QVERIFY(executor.has_value());
        const WeightsPtr before = initialWeights(g, 1);
        (*executor)->setWeights(*before);
        const StepResult step = oneStep(**executor, f);
        const WeightMap after = (*executor)->weights();
        int changed = 0;
        for (const auto& [key, t] : after) {
            if (g.node(key.first)->frozen)
                QVERIFY(t == before->at(key));
            else
                changed += !(t == before->at(key));
        }
        QVERIFY(changed > 0);
        const auto reference = runReference<double>(g, *before, f.reference);
        QVERIFY(std::abs(step.loss - reference->loss) < 1e-5 * (1 + reference->loss));
    }

    void aCancelledStepLeavesTheWeightsUntouched()
    {
        const GraphSpec g = residualNetwork();
        const Fixture f = makeData(inputShape(g), 8, 3);
        PlanOptions o;
        o.batch = 8;
        o.threads = 2;
        auto executor = Executor::create(*makePlan(g, o));
        const WeightsPtr before = initialWeights(g, 1);
        (*executor)->setWeights(*before);
        const std::atomic<bool> stop{true};
        TrainConfig c;
        c.optimizer = "sgd";
        const StepResult r =
            (*executor)->trainStep({f.data.get(), f.indices, 1.0f / 255.0f, 0}, 1, 0,
                                   makeUpdateRule(c, *(*executor)->plan().options.kernels, 1, 1), &stop);
        QVERIFY(r.cancelled);
        QVERIFY((*executor)->weights() == *before);
    }

    void whatTheAllocatorCountsIsWhatThePlanPredicts_data()
    {
        QTest::addColumn<bool>("layerwise");
        QTest::addColumn<bool>("training");
        QTest::newRow("fused training") << false << true;
        QTest::newRow("layerwise training") << true << true;
        QTest::newRow("inference") << false << false;
    }

    void whatTheAllocatorCountsIsWhatThePlanPredicts()
    {
        QFETCH(bool, layerwise);
        QFETCH(bool, training);
        for (const auto& g : {lenet5(), mnistCnn(), resnet20(), pooledNetwork(), largeWeightsNetwork()}) {
            PlanOptions o;
            o.batch = 16;
            o.threads = 2;
            o.training = training;
            o.execution = layerwise ? ExecutionMode::Layerwise : ExecutionMode::Fused;
            const auto predicted = predictMemory(g, o);
            QVERIFY(predicted.has_value());
            const MemoryUse before = memoryInUse();
            auto executor = Executor::create(*makePlan(g, o));
            QVERIFY(executor.has_value());
            MemoryUse grown = memoryInUse();
            for (std::size_t i = 0; i < grown.bytes.size(); ++i)
                grown.bytes[i] -= before.bytes[i];
            grown[MemoryCategory::Workspace] += (*executor)->plan().tableBytes; // offset tables live in ordinary memory
            QCOMPARE(grown.total(), predicted->total());
            QVERIFY(grown == *predicted);
        }
    }

    /// Read anew for each image, weights that do not fit the cache would cost more than the images.
    void largeWeightsAreSharedByManyImages()
    {
        const auto chunk = [](std::int64_t units) {
            GraphMaker m("wide");
            m.add("input",
                  {{"channels", std::int64_t{1}}, {"height", std::int64_t{160}}, {"width", std::int64_t{160}}});
            m.add("conv2d", {{"filters", std::int64_t{16}}, {"padding", std::string("same")}});
            m.add("max_pool", {{"kernelHeight", std::int64_t{8}},
                               {"kernelWidth", std::int64_t{8}},
                               {"strideHeight", std::int64_t{8}},
                               {"strideWidth", std::int64_t{8}}});
            m.add("flatten");
            m.add("dense", {{"units", units}});
            m.add("dense", {{"units", std::int64_t{3}}});
            PlanOptions o;
            o.batch = 16;
            o.threads = 2;
            return (*makePlan(m.graph(), o))->segments.front().chunk;
        };
        QCOMPARE(chunk(8), 1);
        QVERIFY(chunk(2048) >= 4);
    }

    /// One sum for the whole batch in place of one per thread, where that is less memory. No sum depends on how many
    /// threads share it, and steps with fewer images than planned leave nothing behind.
    void largeWeightGradientsAreMadeOnce()
    {
        const GraphSpec g = largeWeightsNetwork();
        const Fixture f = makeData(inputShape(g), 9, 4);
        const WeightMap weights = *initialWeights(g, 1);
        PlanOptions o;
        o.batch = 9;
        o.threads = 1;
        const auto gradientBytes = [&] { return (*predictMemory(g, o))[MemoryCategory::Gradients]; };
        const std::int64_t alone = gradientBytes();
        std::map<int, WeightMap> gradients;
        for (const int threads : {1, 2, 3, 9, 10, 13}) {
            o.threads = threads;
            QVERIFY(gradientBytes() < alone + alone / 50 * threads);
            auto executor = Executor::create(*makePlan(g, o));
            (*executor)->setWeights(weights);
            const auto step = [&](std::size_t images) {
                return (*executor)->gradients({f.data.get(), std::span(f.indices).first(images), 1.0f / 255.0f, 0}, 7,
                                              5);
            };
            QVERIFY(std::isfinite(step(9).loss));
            QVERIFY(std::isfinite(step(4).loss));
            gradients[threads] = (*executor)->weightGradients();
            const auto& segments = (*executor)->plan().segments;
            QCOMPARE(std::count_if(segments.begin(), segments.end(),
                                   [](const Segment& s) { return s.scope == PhaseScope::WholeBatch; }),
                     threads > 1);
        }
        QVERIFY(gradients[10] == gradients[9]);
        QVERIFY(gradients[13] == gradients[9]);
        for (const auto& [key, tensor] : gradients[1])
            for (const int threads : {2, 3, 9, 10, 13})
                for (std::int64_t i = 0; i < tensor.elements(); ++i)
                    QVERIFY(std::abs(gradients[threads].at(key)[i] - tensor[i]) < 1e-5f * (1 + std::abs(tensor[i])));
    }

    /// Updates with all that reads gradients: the limit on their norm, the average, what is observed.
    void stepsWithLargeWeightsEqualThoseOfOneThread()
    {
        const GraphSpec g = largeWeightsNetwork();
        const Fixture f = makeData(inputShape(g), 9, 4);
        std::map<int, WeightMap> weights, averages;
        std::map<int, std::vector<TensorStep>> seen;
        for (const int threads : {1, 2, 3}) {
            PlanOptions o;
            o.batch = 9;
            o.threads = threads;
            o.optimizer = "sgd";
            o.average = true;
            auto executor = Executor::create(*makePlan(g, o));
            (*executor)->setWeights(*initialWeights(g, 1));
            (*executor)->setAverage(*initialWeights(g, 1));
            (*executor)->observeNextStep();
            TrainConfig c;
            c.optimizer = "sgd";
            c.clipNorm = 0.5;
            c.averageDecay = 0.9;
            for (std::uint32_t step = 0; step < 3; ++step) {
                const auto images = std::span(f.indices).first(step == 1 ? 4 : 9);
                const UpdateRule rule = makeUpdateRule(c, *(*executor)->plan().options.kernels, 0.1, step + 1);
                const StepResult r = (*executor)->trainStep({f.data.get(), images, 1.0f / 255.0f, 0}, 7, step, rule);
                QVERIFY(!r.diverged && !r.cancelled && !r.dataError);
            }
            weights[threads] = (*executor)->weights();
            averages[threads] = (*executor)->average();
            seen[threads] = (*executor)->takeObservation();
            QVERIFY(!seen[threads].empty());
        }
        const auto close = [](double a, double b) { return std::abs(a - b) < 1e-5 * (1 + std::abs(b)); };
        for (const int threads : {2, 3}) {
            for (const auto* maps : {&weights, &averages})
                for (const auto& [key, tensor] : maps->at(1))
                    for (std::int64_t i = 0; i < tensor.elements(); ++i)
                        QVERIFY(
                            close(static_cast<double>(maps->at(threads).at(key)[i]), static_cast<double>(tensor[i])));
            QCOMPARE(seen[threads].size(), seen[1].size());
            for (std::size_t i = 0; i < seen[1].size(); ++i) {
                QVERIFY(close(seen[threads][i].gradient, seen[1][i].gradient));
                QVERIFY(close(seen[threads][i].change, seen[1][i].change));
            }
        }
    }

    void layerwiseKeepsMoreThanFused()
    {
        PlanOptions o;
        o.batch = 64;
        o.threads = 2;
        const auto fused = predictMemory(mnistCnn(), o);
        o.execution = ExecutionMode::Layerwise;
        const auto layerwise = predictMemory(mnistCnn(), o);
        QVERIFY((*layerwise)[MemoryCategory::Activations] > 4 * (*fused)[MemoryCategory::Activations]);
    }
};

QTEST_APPLESS_MAIN(ExecutorTest)
#include "executor_test.moc"
