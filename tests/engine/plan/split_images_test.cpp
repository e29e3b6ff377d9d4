// Threads that share an image: no bit of a result, and no weight after a step, shows how many there were.
#include "engine/plan/executor.h"
#include "engine/train/reference_run.h"
#include "tests/support/graphs.h"
#include "tests/support/weights.h"

#include <QTest>

#include <numeric>
#include <set>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

Params window(std::int64_t height, std::int64_t width, std::int64_t stride, Params more = {})
{
    Params p{{"kernelHeight", height},
             {"kernelWidth", width},
             {"strideHeight", stride},
             {"strideWidth", stride},
             {"padding", std::string("same")}};
    for (const auto& [key, value] : more.values())
        p.set(key, value);
    return p;
}

/// Every op that is cut, in sizes that no number of threads and no vector divides: by pixels, by maps and by rows, with
/// borders and without, some behind each other on images that are cut into rows as it is.
GraphSpec largeNetwork()
{
    GraphMaker m("large");
    m.input(3, 131, 117);
    m.add("conv2d", window(7, 7, 2, {{"filters", std::int64_t{40}}}));
    m.add("relu");
    m.add("lrn");
    const NodeId left = m.conv(70, 1);
    m.add("silu");
    m.add("depthwise_conv2d", window(5, 3, 1));
    m.add("relu6");
    const NodeId narrow = m.conv(20, 1);
    m.addAfter(left, "conv2d", window(3, 3, 1, {{"filters", std::int64_t{20}}}));
    const NodeId slides = m.add("relu");
    const NodeId grouped =
        m.addAfter(left, "conv2d", window(3, 3, 1, {{"filters", std::int64_t{30}}, {"groups", std::int64_t{5}}}));
    const NodeId dilated = m.addAfter(
        left, "conv2d",
        window(
            3, 3, 1,
            {{"filters", std::int64_t{9}}, {"dilationHeight", std::int64_t{2}}, {"dilationWidth", std::int64_t{3}}}));
    m.merge("concat", {narrow, slides, grouped, dilated});
    m.add("batch_norm");
    m.add("relu");
    m.add("dropout", {{"rate", 0.25}});
    const NodeId first = m.conv(64, 1, 0, 1, false);
    const NodeId second = m.add("batch_norm");
    const NodeId third = m.conv(64, 3, -1);
    m.merge("add", {first, second, third});
    m.add("relu");
    m.add("max_pool", window(3, 2, 2));
    m.conv(130, 1);
    m.add("depthwise_conv2d", window(3, 3, 1, {{"multiplier", std::int64_t{2}}}));
    m.add("avg_pool", window(3, 3, 2, {{"countPadding", true}}));
    m.conv(150, 3);
    m.add("tanh");
    m.add("max_pool", window(2, 2, 2));
    m.add("flatten");
    m.dense(120);
    m.add("sigmoid");
    m.dense(5);
    m.add("softmax");
    return m.graph();
}

/// Norms whose gradient a depthwise convolution makes twice: of an image that is small enough to go through whole, and
/// of one that goes through some rows at a time.
GraphSpec remadeNetwork(std::int64_t size, std::int64_t stride)
{
    GraphMaker m("remade");
    m.input(3, size + 2, size + 2);
    m.conv(16, 3);
    m.add("batch_norm");
    m.add("relu");
    m.add("depthwise_conv2d", window(3, 3, stride, {{"padding", std::string(stride > 1 ? "valid" : "same")}}));
    m.conv(200, 1);
    m.conv(64, 3, -1);
    m.add("global_avg_pool");
    m.dense(5);
    m.add("softmax");
    return m.graph();
}

/// Scores for each pixel: what is seen from outside is the output of an op that is cut.
GraphSpec imageToImage()
{
    GraphMaker m("image to image");
    m.input(3, 101, 103);
    for (const int maps : {64, 32})
        m.conv(maps, 1);
    m.add("depthwise_conv2d", window(3, 3, 1));
    m.conv(40, 1);
    m.conv(4, 3, -1);
    return m.graph();
}

std::shared_ptr<InMemoryDataset> imagesFor(const GraphSpec& g, std::int64_t count)
{
    const Shape shape = inferShapes(g).shapes.at(g.nodes.front().id);
    const CountedRng rng(3, RandomPurpose::Test);
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(shape.elements() * count));
    for (std::size_t i = 0; i < pixels.size(); ++i)
        pixels[i] = static_cast<std::uint8_t>(rng.word(0, static_cast<std::uint32_t>(i)) >> 24);
    std::vector<std::uint8_t> labels(static_cast<std::size_t>(count));
    std::iota(labels.begin(), labels.end(), std::uint8_t{1});
    return std::make_shared<InMemoryDataset>(shape, pixels, labels, std::vector<std::string>(5));
}

PlanOptions optionsFor(int images, int threads)
{
    PlanOptions o;
    o.batch = images;
    o.threads = threads;
    o.training = false;
    return o;
}

/// The kinds of ops that threads share in this direction.
std::set<std::string> sharedKinds(const ExecutionPlan& plan, Pass pass = Pass::Forward)
{
    std::set<std::string> kinds;
    for (const Segment& s : plan.segments)
        for (int i = s.first; s.parts > 1 && i < s.first + s.count; ++i)
            if (const Instruction& in = plan.tape[static_cast<std::size_t>(i)]; in.pass == pass)
                kinds.insert(plan.graph->ops[static_cast<std::size_t>(in.op)]->kind());
    return kinds;
}

} // namespace

class SplitImagesTest : public QObject
{
    Q_OBJECT

    /// The numbers that the network ends with, image by image.
    static std::vector<float> scores(const GraphSpec& g, const PlanOptions& options)
    {
        const auto plan = makePlan(g, options);
        auto executor = Executor::create(*plan);
        (*executor)->setWeights(unevenWeights(g));
        const auto data = imagesFor(g, options.batch);
        std::vector<std::uint32_t> indices(static_cast<std::size_t>(options.batch));
        std::iota(indices.begin(), indices.end(), 0u);
        const auto floats = static_cast<std::size_t>((*plan)->graph->layoutOf((*plan)->graph->logits).floats());
        std::vector<float> all(indices.size() * floats);
        std::atomic<std::int64_t> seen{0};
        for (int round = 0; round < 3; ++round)
            if (!(*executor)->infer({data.get(), indices, 1.0f / 255.0f, 0}, [&](const Executor::ChunkView& chunk) {
                    seen += chunk.count;
                    std::copy_n(chunk.logits, static_cast<std::size_t>(chunk.count) * floats,
                                all.data() + static_cast<std::size_t>(chunk.first) * floats);
                }))
                return {};
        return seen == 3 * options.batch ? all : std::vector<float>();
    }

private Q_SLOTS:
    void everyCutIsSeen()
    {
        const auto plan = makePlan(largeNetwork(), optionsFor(1, 3));
        QVERIFY((*plan)->splitsImages());
        QVERIFY(sharedKinds(**plan) ==
                (std::set<std::string>{"convolution", "depthwise", "lrn", "pointwise", "normalise", "concat", "add",
                                       "max_pool", "average_pool"}));
        const bool turns = std::any_of((*plan)->segments.begin(), (*plan)->segments.end(),
                                       [](const Segment& s) { return s.parts > 1 && s.pieces.front().count > 1; });
        QVERIFY(turns);
        PlanOptions o = optionsFor(1, 3);
        o.training = true;
        const auto back = makePlan(largeNetwork(), o);
        QVERIFY(sharedKinds(**back, Pass::Backward) ==
                (std::set<std::string>{"convolution", "depthwise", "lrn", "pointwise", "batch_norm", "concat", "add"}));
    }

    void noBitDependsOnTheThreads_data()
    {
        QTest::addColumn<bool>("classes");
        QTest::addColumn<int>("images");
        QTest::addColumn<bool>("layerwise");
        for (const int images : {1, 2})
            for (const bool layerwise : {false, true}) {
                const char* mode = layerwise ? "layerwise" : "fused";
                QTest::addRow("classes, %d images, %s", images, mode) << true << images << layerwise;
                QTest::addRow("image to image, %d images, %s", images, mode) << false << images << layerwise;
            }
    }

    void noBitDependsOnTheThreads()
    {
        QFETCH(const bool, classes);
        QFETCH(const int, images);
        QFETCH(const bool, layerwise);
        const GraphSpec graph = classes ? largeNetwork() : imageToImage();
        // With fewer threads than images several of them may go through one product, whose tiles sum in another order.
        std::vector<float> alone;
        for (const int threads : {images, 2, 3, 5}) {
            PlanOptions o = optionsFor(images, threads);
            o.execution = layerwise ? ExecutionMode::Layerwise : ExecutionMode::Fused;
            QCOMPARE((*makePlan(graph, o))->splitsImages(), threads > images);
            const std::vector<float> all = scores(graph, o);
            QVERIFY(!all.empty());
            QVERIFY(std::any_of(all.begin(), all.end(), [](float v) { return v != 0; }));
            if (alone.empty())
                alone = all;
            else
                QVERIFY2(all == alone, qPrintable(QString("%1 threads").arg(threads)));
        }
    }

    /// Panels read every layer of such plans.
    void everyLayerKeepsItsBits()
    {
        const GraphSpec g = largeNetwork();
        const std::int64_t numbers = inferShapes(g).shapes.at(g.nodes.front().id).elements();
        std::vector<float> values(static_cast<std::size_t>(2 * numbers));
        const CountedRng rng(5, RandomPurpose::Test);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(rng.word(0, static_cast<std::uint32_t>(i))) * 0x1p-32f - 0.5f;
        std::map<std::pair<NodeId, std::int64_t>, Tensor> alone;
        for (const int threads : {2, 3}) {
            PlanOptions o = optionsFor(2, threads);
            o.keepAll = true;
            auto executor = Executor::create(*makePlan(g, o));
            QCOMPARE((*executor)->plan().splitsImages(), threads == 3);
            (*executor)->setWeights(unevenWeights(g));
            QVERIFY((*executor)->inferValues(values.data(), 2));
            for (const Node& node : g.nodes)
                for (const std::int64_t image : {0, 1}) {
                    const Tensor out = (*executor)->output(node.id, image);
                    if (threads == 2)
                        alone.emplace(std::pair{node.id, image}, out);
                    else
                        QVERIFY2(out == alone.at({node.id, image}), qPrintable(QString("node %1").arg(node.id)));
                }
        }
    }

    /// Both ways of training steps are shared.
    void noWeightDependsOnTheThreads_data()
    {
        QTest::addColumn<int>("network");
        QTest::newRow("large") << 0;
        QTest::newRow("remade as a whole") << 1;
        QTest::newRow("remade by rows") << 2;
    }

    void noWeightDependsOnTheThreads()
    {
        QFETCH(const int, network);
        const GraphSpec g = network == 0 ? largeNetwork() : network == 1 ? remadeNetwork(56, 2) : remadeNetwork(96, 1);
        const auto data = imagesFor(g, 1);
        const std::vector<std::uint32_t> indices{0};
        std::map<int, WeightMap> after;
        for (const int threads : {1, 2, 3, 5}) {
            PlanOptions o = optionsFor(1, threads);
            o.training = true;
            auto executor = Executor::create(*makePlan(g, o));
            QCOMPARE((*executor)->plan().splitsImages(), threads > 1);
            (*executor)->setWeights(unevenWeights(g));
            TrainConfig c;
            for (std::uint32_t step = 0; step < 3; ++step) {
                const UpdateRule rule = makeUpdateRule(c, *(*executor)->plan().options.kernels, 0.01, step + 1);
                const StepResult r = (*executor)->trainStep({data.get(), indices, 1.0f / 255.0f, 0}, 7, step, rule);
                QVERIFY(!r.diverged && !r.cancelled && !r.dataError);
            }
            after[threads] = (*executor)->weights();
        }
        QVERIFY(after[1] != unevenWeights(g));
        QVERIFY(after[2] == after[1]);
        QVERIFY(after[3] == after[1]);
        QVERIFY(after[5] == after[1]);
    }

    /// What lies in a thread's own memory is used by one segment alone, and by one part of it.
    void nothingLooksIntoTheMemoryOfAnotherThread()
    {
        int remade = 0;
        for (const GraphSpec& g : {largeNetwork(), remadeNetwork(56, 2), remadeNetwork(96, 1), resnet20()})
            for (const int threads : {2, 5}) {
                PlanOptions o = optionsFor(1, threads);
                o.training = true;
                const auto plan = makePlan(g, o);
                QVERIFY((*plan)->splitsImages());
                for (const auto& op : (*plan)->graph->ops)
                    remade += op->remakesGradient;
                // Writes before reads: a gradient that is made twice lives twice.
                std::map<int, std::size_t> writtenIn;
                for (std::size_t s = 0; s < (*plan)->segments.size(); ++s) {
                    const Segment& segment = (*plan)->segments[s];
                    if (segment.scope == PhaseScope::Once) // reads sums, whatever it is said to read
                        continue;
                    const auto isOwn = [&](int b) {
                        return (*plan)->buffers[static_cast<std::size_t>(b)].scope == BufferScope::Chunk;
                    };
                    const auto inOneThread = [&] {
                        const Piece& piece = segment.pieces.front();
                        return segment.parts == 1 || (piece.rows > 0 && !piece.sharesTurns);
                    };
                    for (int i = segment.first; i < segment.first + segment.count; ++i) {
                        const Instruction& in = (*plan)->tape[static_cast<std::size_t>(i)];
                        for (const int b : in.reads)
                            QVERIFY(!isOwn(b) || (inOneThread() && (!writtenIn.contains(b) || writtenIn.at(b) == s)));
                        for (const int b : in.writes) {
                            QVERIFY(!isOwn(b) || inOneThread());
                            writtenIn[b] = s;
                        }
                    }
                }
            }
        if (kernels::active().width >= 16)
            QVERIFY(remade > 0);
    }

    /// A barrier takes longer than what it would save there: how long that is follows from the width of the vectors.
    void smallNetworksStayWithOneThread()
    {
        const bool fast = kernels::active().width >= 8;
        for (const bool training : {false, true})
            for (const GraphSpec& g : {lenet5(), mlp(), fast && !training ? mnistCnn() : mlp()}) {
                PlanOptions o = optionsFor(1, 2);
                o.training = training;
                QVERIFY2(!(*makePlan(g, o))->splitsImages(), g.name.c_str());
            }
        QVERIFY((*makePlan(resnet20(), optionsFor(1, 2)))->splitsImages());
        QVERIFY(!(*makePlan(resnet20(), optionsFor(2, 2)))->splitsImages());
    }

    void whatTheAllocatorCountsIsWhatThePlanPredicts()
    {
        for (const GraphSpec& g : {largeNetwork(), imageToImage(), resnet20()})
            for (const bool training : {false, true}) {
                PlanOptions o = optionsFor(1, 3);
                o.training = training;
                const auto predicted = predictMemory(g, o);
                const MemoryUse before = memoryInUse();
                auto executor = Executor::create(*makePlan(g, o));
                QVERIFY(executor.has_value() && (*executor)->plan().splitsImages());
                MemoryUse grown = memoryInUse();
                for (std::size_t i = 0; i < grown.bytes.size(); ++i)
                    grown.bytes[i] -= before.bytes[i];
                grown[MemoryCategory::Workspace] += (*executor)->plan().tableBytes;
                QVERIFY(grown == *predicted);
            }
    }

    void aStoppedRunSaysSo()
    {
        auto executor = Executor::create(*makePlan(largeNetwork(), optionsFor(1, 2)));
        const auto data = imagesFor(largeNetwork(), 1);
        const std::vector<std::uint32_t> indices{0};
        const std::atomic<bool> stop{true};
        const auto run = (*executor)->infer({data.get(), indices, 1.0f, 0}, {}, &stop);
        QVERIFY(!run.has_value());
        QCOMPARE(run.error().code, ErrorCode::Cancelled);
    }
};

QTEST_APPLESS_MAIN(SplitImagesTest)
#include "split_images_test.moc"
