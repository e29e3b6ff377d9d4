// What small models written by hand mean: the numbers they give, and which of theirs are learned.
#include "engine/analysis/counts.h"
#include "tests/engine/io/onnx/model_builder.h"
#include "tests/engine/io/onnx/onnx_data.h"

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

/// The model's first output for 1, 2, 3, ...
Result<StoredTensor> given(const ModelBuilder& m, const Sizes& sizes)
{
    const auto project = m.read();
    if (!project)
        return project.error();
    StoredTensor input{sizes, {}};
    std::int64_t count = 1;
    for (const std::int64_t size : sizes)
        count *= size;
    for (std::int64_t i = 0; i < count; ++i)
        input.values.push_back(static_cast<float>(i + 1));
    return computed(*project, {input});
}

} // namespace

class OnnxImportTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Padding as PyTorch writes it: pairs from the last axis on, turned round by a Slice with step -1.
    void paddingComputedFromAListInTheOtherOrder()
    {
        ModelBuilder m;
        m.input("x", {0, 1, 2, 2}).output("y");
        m.integers("pairs", {1, 2, 0, 1, 0, 0, 0, 0}).integers("two columns", {-1, 2}).integers("list", {-1});
        m.integers("from", {-1}).integers("to", {-INT64_MAX}).integers("axis", {0}).integers("step", {-1});
        m.node("Reshape", {"pairs", "two columns"}, {"a"}).node("Slice", {"a", "from", "to", "axis", "step"}, {"b"});
        m.node("Transpose", {"b"}, {"c"}, {{"perm", Sizes{1, 0}}}).node("Reshape", {"c", "list"}, {"d"});
        m.node("Pad", {"x", "d"}, {"y"});
        const auto y = given(m, {1, 1, 2, 2});
        QVERIFY2(y, faultOf(y).c_str());
        QCOMPARE(y->sizes, (Sizes{1, 1, 3, 5}));
        QCOMPARE(y->values, (std::vector<float>{0, 1, 2, 0, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0}));
    }

    void slicesOfConstants_data()
    {
        QTest::addColumn<QList<qint64>>("cut"); // start, end, step
        QTest::addColumn<QList<float>>("kept");
        const auto row = [](const char* name, QList<qint64> cut, QList<float> kept) {
            QTest::newRow(name) << cut << kept;
        };
        row("neighbours", {1, 4, 1}, {1, 2, 3});
        row("every second", {0, 6, 2}, {0, 2, 4});
        row("every second from one on", {1, 6, 2}, {1, 3, 5});
        row("every fourth", {0, 99, 4}, {0, 4});
        row("backwards", {-1, -99, -1}, {5, 4, 3, 2, 1, 0});
        row("backwards without the first", {-1, 0, -1}, {5, 4, 3, 2, 1});
        row("backwards by two", {99, -99, -2}, {5, 3, 1});
        row("backwards by far", {4, INT64_MIN, INT64_MIN}, {4});
        row("forwards by far", {4, INT64_MAX, INT64_MAX}, {4});
    }
    void slicesOfConstants()
    {
        QFETCH(QList<qint64>, cut);
        QFETCH(QList<float>, kept);
        ModelBuilder m;
        m.weight("numbers", {6, 1}, {0, 1, 2, 3, 4, 5}).integers("axis", {0}).integers("count", {1, -1, 1});
        m.integers("from", {cut[0]}).integers("to", {cut[1]}).integers("step", {cut[2]});
        m.node("Slice", {"numbers", "from", "to", "axis", "step"}, {"a"}).node("Reshape", {"a", "count"}, {"b"});
        m.input("x", {0, 1, 1}).output("y").node("Add", {"x", "b"}, {"y"});
        const auto y = given(m, {1, 1, 1});
        QVERIFY2(y, faultOf(y).c_str());
        QCOMPARE(y->sizes, (Sizes{1, kept.size(), 1}));
        for (qsizetype i = 0; i < kept.size(); ++i)
            QCOMPARE(y->values[static_cast<std::size_t>(i)], kept[i] + 1);
    }

    void aSliceOfTheNetworkThatSkipsIsRefusedByItsStep()
    {
        ModelBuilder m;
        m.input("x", {0, 6}).output("y").integers("from", {0}).integers("to", {6}).integers("axis", {1});
        m.integers("step", {2}).node("Slice", {"x", "from", "to", "axis", "step"}, {"y"});
        const auto project = m.read();
        QVERIFY(!project);
        QVERIFY2(faultOf(project).find("in steps of 2") != std::string::npos, faultOf(project).c_str());
    }

    void aMatrixMultipliesEachRow()
    {
        ModelBuilder m;
        m.input("x", {0, 1, 3, 2}).output("y").weight("w", {2, 3}, {1, 0, 1, 0, 1, 1}).weight("b", {3}, {0, 0, 100});
        m.node("MatMul", {"x", "w"}, {"a"}).node("Add", {"a", "b"}, {"y"});
        const auto y = given(m, {1, 1, 3, 2});
        QVERIFY2(y, faultOf(y).c_str());
        QCOMPARE(y->sizes, (Sizes{1, 1, 3, 3}));
        QCOMPARE(y->values, (std::vector<float>{1, 2, 103, 3, 4, 107, 5, 6, 111}));
    }

    void settingsAtTheEdgeOfTheirRange()
    {
        ModelBuilder m;
        m.weight("ratio", {}, {1}).input("x", {0, 3}).output("y").node("Dropout", {"x", "ratio"}, {"y"});
        const auto kept = given(m, {1, 3});
        QVERIFY2(kept, faultOf(kept).c_str());
        QCOMPARE(kept->values, (std::vector<float>{1, 2, 3}));
        ModelBuilder crossed; // min above max: all numbers become max
        crossed.weight("min", {}, {2.5f}).weight("max", {}, {1.5f}).input("x", {0, 3}).output("y");
        crossed.node("Clip", {"x", "min", "max"}, {"y"});
        const auto same = given(crossed, {1, 3});
        QVERIFY2(same, faultOf(same).c_str());
        QCOMPARE(same->values, (std::vector<float>{1.5f, 1.5f, 1.5f}));
    }

    void constantsAreSpreadAndCounted()
    {
        ModelBuilder m;
        m.weight("row", {1, 2}, {1, 2}).integers("shape", {2, 1}).input("x", {0, 2, 2}).output("y");
        m.node("Expand", {"row", "shape"}, {"rows"}); // 2x2
        m.node("Size", {"rows"}, {"four"}).node("Cast", {"four"}, {"f"}, {{"to", std::int64_t{1}}});
        m.node("Mul", {"rows", "f"}, {"c"}).integers("front", {0}).node("Unsqueeze", {"c", "front"}, {"d"});
        m.node("Add", {"x", "d"}, {"y"});
        const auto y = given(m, {1, 2, 2});
        QVERIFY2(y, faultOf(y).c_str());
        QCOMPARE(y->values, (std::vector<float>{5, 10, 7, 12}));
    }

    void oldUpsamplingHasAScalePerAxis()
    {
        ModelBuilder m(6);
        m.input("x", {0, 1, 1, 2}).output("y");
        m.node("Upsample", {"x"}, {"y"}, {{"height_scale", 2.0f}, {"width_scale", 3.0f}});
        const auto y = given(m, {1, 1, 1, 2});
        QVERIFY2(y, faultOf(y).c_str());
        QCOMPARE(y->sizes, (Sizes{1, 1, 2, 6}));
        QCOMPARE(y->values, (std::vector<float>{1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2}));
    }

    void nearestNeighboursAreJudgedByWhichTheyTake_data()
    {
        QTest::addColumn<QString>("places");
        QTest::addColumn<QString>("rounding");
        QTest::addColumn<float>("factor");
        QTest::addColumn<bool>("known");
        const auto row = [](const char* places, const char* rounding, float factor, bool known) {
            QTest::addRow("%s %s %g", places, rounding, static_cast<double>(factor))
                << QString::fromLatin1(places) << QString::fromLatin1(rounding) << factor << known;
        };
        row("asymmetric", "floor", 3, true);
        row("asymmetric", "ceil", 3, false);
        row("asymmetric", "round_prefer_floor", 2, true);
        row("asymmetric", "round_prefer_floor", 3, false);
        row("half_pixel", "round_prefer_ceil", 4, true);
        row("half_pixel", "floor", 2, false);
        row("pytorch_half_pixel", "round_prefer_floor", 3, true);
        row("tf_half_pixel_for_nn", "floor", 3, true);
        row("align_corners", "floor", 2, false);
        row("align_corners", "round_prefer_ceil", 2, true); // 0 1/3 2/3 1 of two pixels
    }
    void nearestNeighboursAreJudgedByWhichTheyTake()
    {
        QFETCH(QString, places);
        QFETCH(QString, rounding);
        QFETCH(float, factor);
        QFETCH(bool, known);
        ModelBuilder m;
        m.weight("scales", {4}, {1, 1, factor, factor}).input("x", {0, 1, 2, 2}).output("y");
        m.node("Resize", {"x", "", "scales"}, {"y"},
               {{"mode", std::string("nearest")},
                {"coordinate_transformation_mode", places.toStdString()},
                {"nearest_mode", rounding.toStdString()}});
        const auto y = given(m, {1, 1, 2, 2});
        QCOMPARE(y.has_value(), known);
        if (y)
            QCOMPARE(y->values[static_cast<std::size_t>(factor)], 2.0f);
    }

    /// A constant with more axes than the product makes a product with more axes: no bias.
    void aConstantOfMoreAxesIsNoBias()
    {
        ModelBuilder m;
        m.weight("w", {3, 2}, {1, 0, 0, 1, 1, 1}).weight("b", {1, 1, 2}, {10, 20}).input("x", {1, 3}).output("y");
        m.node("MatMul", {"x", "w"}, {"a"}).node("Add", {"a", "b"}, {"y"});
        const auto y = given(m, {1, 3});
        if (y) // else it was refused, which is honest too
            QCOMPARE(y->sizes, (Sizes{1, 1, 2}));
        m.graph().mutable_initializer(1)->mutable_dims()->RemoveLast();
        m.graph().mutable_initializer(1)->set_dims(1, 2);
        const auto flat = given(m, {1, 3});
        QVERIFY2(flat, faultOf(flat).c_str());
        QCOMPARE(flat->sizes, (Sizes{1, 2}));
        QCOMPARE(flat->values, (std::vector<float>{14, 25}));
    }

    void scaleAndShiftAreLearnedWhereTheyAreNamed_data()
    {
        QTest::addColumn<QString>("op");
        QTest::addColumn<bool>("namedScale");
        QTest::addColumn<QList<float>>("shift"); // empty: none
        QTest::addColumn<bool>("namedShift");
        QTest::addColumn<qint64>("learned");
        for (const char* op : {"InstanceNormalization", "LayerNormalization"}) {
            const auto row = [&](const char* words, bool scale, QList<float> shift, bool isNamed, qint64 learned) {
                QTest::addRow("%s, %s", op, words) << QString::fromLatin1(op) << scale << shift << isNamed << learned;
            };
            row("both named", true, {1, 2}, true, 4);
            row("ones and zeros of the graph", false, {0, 0}, false, 0);
            row("other numbers of the graph", false, {3, 4}, false, 0);
            row("only the scale named", true, {0, 0}, false, 2);
            row("only the shift named", false, {5, 6}, true, 2);
        }
        QTest::newRow("LayerNormalization, no shift")
            << QStringLiteral("LayerNormalization") << true << QList<float>() << false << qint64{2};
    }
    void scaleAndShiftAreLearnedWhereTheyAreNamed()
    {
        QFETCH(QString, op);
        QFETCH(bool, namedScale);
        QFETCH(QList<float>, shift);
        QFETCH(bool, namedShift);
        QFETCH(qint64, learned);
        const bool instance = op == QLatin1String("InstanceNormalization");
        ModelBuilder m(17);
        const auto numbers = [&](const std::string& name, bool isNamed, const std::vector<float>& values) {
            m.weight(name, {static_cast<std::int64_t>(values.size())}, values);
            if (isNamed)
                return;
            onnx::TensorProto tensor = m.graph().initializer(m.graph().initializer_size() - 1);
            m.graph().mutable_initializer()->RemoveLast();
            m.node("Constant", {}, {name});
            onnx::AttributeProto& value = *m.graph().mutable_node(m.graph().node_size() - 1)->add_attribute();
            value.set_name("value");
            value.set_type(onnx::AttributeProto::TENSOR);
            *value.mutable_t() = std::move(tensor);
        };
        const std::vector<float> scales = namedScale ? std::vector<float>{2, 3} : std::vector<float>{1, 1};
        numbers("scale", namedScale, scales);
        std::vector<std::string> inputs{"x", "scale"};
        if (!shift.isEmpty()) {
            numbers("shift", namedShift, {shift.begin(), shift.end()});
            inputs.push_back("shift");
        }
        m.input("x", {0, 2, 2}).output("y").node(op.toStdString(), inputs, {"y"});
        const auto project = m.read();
        QVERIFY2(project, faultOf(project).c_str());
        QCOMPARE(countNetwork(project->graph, inferShapes(project->graph)).total.trainable, learned);
        const auto y = given(m, {1, 2, 2}); // rows of two neighbours: -1 and 1 before scale and shift
        QVERIFY2(y, faultOf(y).c_str());
        for (std::size_t row = 0; row < 2; ++row)
            for (std::size_t column = 0; column < 2; ++column) {
                const std::size_t at = instance ? row : column;
                const float b = shift.isEmpty() ? 0 : shift[static_cast<qsizetype>(at)];
                const float wanted = (column == 0 ? -1.0f : 1.0f) * scales[at] + b;
                QVERIFY2(std::abs(y->values[2 * row + column] - wanted) < 1e-3f,
                         qPrintable(QString::number(static_cast<double>(y->values[2 * row + column]))));
            }
    }

    void layersThatShareWeightsInTheFileAreNamedInAWarning()
    {
        ModelBuilder m;
        m.weight("w", {2, 2}, {1, 2, 3, 4}).input("x", {0, 2}).output("y");
        m.node("MatMul", {"x", "w"}, {"a"}).node("Tanh", {"a"}, {"b"}).node("MatMul", {"b", "w"}, {"y"});
        auto project = m.read();
        QVERIFY2(project, faultOf(project).c_str());
        const auto problems = inferShapes(project->graph).problems;
        QCOMPARE(problems.size(), std::size_t{1});
        QVERIFY(problems[0].warning);
        QVERIFY2(problems[0].error.message.find("share the weights 'w'") != std::string::npos,
                 problems[0].error.message.c_str());
        for (Node& node : project->graph.nodes)
            node.frozen = true;
        QVERIFY(inferShapes(project->graph).problems.empty());
    }

    void batchNormalisationThatTrainsIsRefused_data()
    {
        QTest::addColumn<int>("opset");
        QTest::addColumn<int>("outputs");
        QTest::addColumn<int>("attribute"); // is_test or training_mode; -1: absent
        QTest::addColumn<bool>("refused");
        QTest::newRow("6, one output") << 6 << 1 << -1 << false;
        QTest::newRow("6, five outputs") << 6 << 5 << -1 << true;
        QTest::newRow("6, five outputs, testing") << 6 << 5 << 1 << false;
        QTest::newRow("9, one output") << 9 << 1 << -1 << false;
        QTest::newRow("9, five outputs") << 9 << 5 << -1 << true;
        QTest::newRow("13, five outputs") << 13 << 5 << -1 << true;
        QTest::newRow("14, training") << 14 << 3 << 1 << true;
        QTest::newRow("14") << 14 << 1 << 0 << false;
    }
    void batchNormalisationThatTrainsIsRefused()
    {
        QFETCH(int, opset);
        QFETCH(int, outputs);
        QFETCH(int, attribute);
        QFETCH(bool, refused);
        ModelBuilder m(opset);
        m.input("x", {0, 2, 3, 3}).output("y");
        for (const char* name : {"scale", "shift", "mean", "variance"})
            m.weight(name, {2}, {1, 2});
        std::vector<std::string> names{"y", "m", "v", "sm", "sv"};
        names.resize(static_cast<std::size_t>(outputs));
        std::vector<Attribute> attributes;
        if (attribute >= 0)
            attributes.push_back({opset < 14 ? "is_test" : "training_mode", std::int64_t{attribute}});
        m.node("BatchNormalization", {"x", "scale", "shift", "mean", "variance"}, names, attributes);
        const auto project = m.read();
        QCOMPARE(!project, refused);
        if (refused)
            QVERIFY2(faultOf(project).find("statistics of the batch") != std::string::npos, faultOf(project).c_str());
    }
};

QTEST_GUILESS_MAIN(OnnxImportTest)
#include "onnx_import_test.moc"
