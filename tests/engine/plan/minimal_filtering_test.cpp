// Where 3x3 convolutions go by tiles, and that their steps equal the reference then: every way of cutting the work.
#include "tests/engine/plan/one_step.h"

using namespace convarium::engine;
using namespace convarium::test;

Q_DECLARE_METATYPE(convarium::engine::GraphSpec)

namespace
{

using PlanPtr = std::shared_ptr<const ExecutionPlan>;

/// One convolution of stride 1 between many maps, behind a first one of few.
GraphSpec twoConvolutions(std::int64_t from, std::int64_t to, std::int64_t height, std::int64_t width)
{
    GraphMaker m("two convolutions");
    m.input(3, height, width);
    m.conv(from, 1);
    m.add("tanh");
    m.conv(to, 3, -1);
    m.add("global_avg_pool");
    m.dense(4);
    return m.graph();
}

/// Few rows, so many columns that several groups of tiles are needed, the last block of columns a narrow one.
GraphSpec manyColumns()
{
    return twoConvolutions(8, 1030, 21, 22);
}

/// Rows and columns in pieces, each with a narrow last one.
GraphSpec rowsAndColumns()
{
    return twoConvolutions(90, 88, 9, 10);
}

/// In pieces with tiles of 2x2 too.
GraphSpec manyOfBoth()
{
    return twoConvolutions(130, 136, 5, 6);
}

PlanPtr planOf(const GraphSpec& g, std::int64_t images, bool training, bool keepAll)
{
    PlanOptions o;
    o.batch = images;
    o.threads = 1;
    o.training = training;
    o.keepAll = keepAll;
    const auto plan = makePlan(g, o);
    return plan ? *plan : nullptr;
}

/// What the convolutions of a plan derive of their weights.
std::vector<std::int64_t> derivedFloats(const PlanPtr& plan)
{
    std::vector<std::int64_t> floats;
    for (std::size_t i = 0; i < plan->graph->ops.size(); ++i)
        if (plan->graph->ops[i]->kind() == std::string("convolution") && plan->bindings[i].derived >= 0 &&
            plan->graph->ops[i]->derivedFloats() > 0) // else only those times the scale of a norm
            floats.push_back(plan->graph->ops[i]->derivedFloats());
    return floats;
}

std::int64_t lanes(std::int64_t maps)
{
    const std::int64_t width = kernels::active().width;
    return (maps + width - 1) / width * width;
}

/// Are these the transformed weights of filteredNetwork(), so many numbers for each, and nothing else? Some lines of
/// the cache lie between the matrices.
bool areTransformed(const std::vector<std::int64_t>& floats, std::int64_t numbers)
{
    const std::int64_t matrix[] = {32 * lanes(36), 32 * lanes(36), 36 * lanes(40)};
    bool are = floats.size() == 3;
    for (std::size_t i = 0; are && i < 3; ++i)
        are = floats[i] >= numbers * matrix[i] && floats[i] < numbers * (matrix[i] + 48);
    return are;
}

} // namespace

class MinimalFilteringTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tilesAreLargeExceptWhereNumbersAreLookedAt()
    {
        QVERIFY(areTransformed(derivedFloats(planOf(filteredNetwork(), 4, false, false)), 36));
        QVERIFY(areTransformed(derivedFloats(planOf(filteredNetwork(), 4, false, true)), 16));
    }

    /// The way back has transformed weights only where somebody asks for it.
    void frozenConvolutionsHaveNoWayBack()
    {
        GraphSpec frozen = filteredNetwork();
        for (auto& node : frozen.nodes)
            node.frozen = node.type != "dense";
        const auto forward = derivedFloats(planOf(frozen, 4, true, false));
        QVERIFY(areTransformed(forward, 36));
        const auto trained = derivedFloats(planOf(filteredNetwork(), 4, true, false));
        QCOMPARE(trained.size(), std::size_t(4)); // the dense layer's way back too
        for (std::size_t i = 0; i < forward.size(); ++i)
            QVERIFY(trained[i] > forward[i]);
    }

    /// Weights are transformed after each update, which many images must pay for.
    void fewImagesGoDirectly()
    {
        const auto perWeight = [](std::int64_t images) {
            return derivedFloats(planOf(manyOfBoth(), images, true, false)).front() / (130 * lanes(136));
        };
        QVERIFY2(perWeight(1) < 16, "turned round, not transformed");
        QVERIFY2(perWeight(32) >= 2 * 16, "transformed for both ways");
    }

    void stepsEqualTheReference_data()
    {
        QTest::addColumn<GraphSpec>("network");
        QTest::addColumn<int>("images");
        QTest::addColumn<int>("threads");
        QTest::addColumn<bool>("layerwise");
        QTest::addColumn<bool>("keepAll");
        for (int threads : {1, 2, 3})
            for (bool layerwise : {false, true})
                QTest::addRow("filtered, %d threads, %s", threads, layerwise ? "layerwise" : "fused")
                    << filteredNetwork() << (threads == 3 ? 2 : 7) << threads << layerwise << false;
        QTest::newRow("filtered, looked at") << filteredNetwork() << 3 << 1 << false << true;
        QTest::newRow("many columns") << manyColumns() << 2 << 1 << false << false;
        QTest::newRow("rows and columns") << rowsAndColumns() << 5 << 1 << false << false;
        QTest::newRow("rows and columns, layerwise") << rowsAndColumns() << 5 << 1 << true << false;
        QTest::newRow("many of both") << manyOfBoth() << 6 << 1 << false << false;
        QTest::newRow("many of both, looked at") << manyOfBoth() << 6 << 1 << false << true;
    }

    void stepsEqualTheReference()
    {
        QFETCH(GraphSpec, network);
        QFETCH(int, images);
        QFETCH(int, threads);
        QFETCH(bool, layerwise);
        QFETCH(bool, keepAll);
        PlanOptions o;
        o.threads = threads;
        o.execution = layerwise ? ExecutionMode::Layerwise : ExecutionMode::Fused;
        o.keepAll = keepAll;
        compareWithReference(network, makeData(inputShape(network), images, 4), o);
    }

    /// The steps above, of which the direct product would take the weight gradient in blocks of maps.
    void weightGradientsGoByTiles()
    {
        for (const auto& [network, images, keepAll] :
             {std::tuple{manyColumns(), 2, false}, std::tuple{rowsAndColumns(), 5, false},
              std::tuple{manyOfBoth(), 6, false}, std::tuple{manyOfBoth(), 6, true}}) {
            const PlanPtr plan = planOf(network, images, true, keepAll);
            std::int64_t fewest = 100;
            for (const auto& op : plan->graph->ops)
                if (op->kind() == std::string("convolution") && op->backwardParts() > 0 && op->inputs.size() == 1 &&
                    plan->graph->layoutOf(op->output).channels >= 88 &&
                    plan->graph->layoutOf(op->inputs[0]).channels > 3)
                    fewest = std::min(fewest, op->weightGradientParts());
            QCOMPARE(fewest, std::int64_t(1));
        }
    }
};

QTEST_APPLESS_MAIN(MinimalFilteringTest)
#include "minimal_filtering_test.moc"
