// Networks written as ONNX and read again compute the same, and onnx.checker accepts what was written.
#include "engine/analysis/counts.h"
#include "engine/io/onnx/onnx_export.h"
#include "engine/io/presets.h"
#include "engine/layers/layer.h"
#include "tests/engine/io/onnx/model_builder.h"
#include "tests/engine/io/onnx/onnx_data.h"

#include <QProcess>
#include <QTemporaryDir>

#include <random>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

constexpr std::int64_t kImages = 3;
/// Networks beyond this take too long for a test; the largest ones are tried by hand.
constexpr std::int64_t kMostParameters = 30'000'000;

Project withWeights(GraphSpec graph)
{
    Project project;
    project.graph = std::move(graph);
    auto state = std::make_shared<TrainingState>();
    state->weights = initialWeights(project.graph, 7);
    // Biases and statistics that do something.
    auto weights = std::make_shared<WeightMap>(*state->weights);
    std::mt19937 random(11);
    for (auto& [key, tensor] : *weights)
        if (tensor.shape().rank() <= 1)
            for (float& value : tensor.values())
                value = 0.5f + static_cast<float>(random() % 1000) / 1000.0f;
    state->weights = weights;
    project.state = state;
    return project;
}

std::int64_t learned(const GraphSpec& graph)
{
    return countNetwork(graph, inferShapes(graph)).total.trainable;
}

std::vector<StoredTensor> someInputs(const GraphSpec& graph)
{
    std::mt19937 random(3);
    std::vector<StoredTensor> inputs;
    for (const NetworkInput& input : networkInputs(graph)) {
        StoredTensor& t = inputs.emplace_back();
        t.sizes.push_back(kImages);
        for (int d = 0; d < input.shape.rank(); ++d)
            t.sizes.push_back(input.shape[d]);
        for (std::int64_t i = 0; i < kImages * input.shape.elements(); ++i)
            t.values.push_back(static_cast<float>(random() % 2001) / 1000.0f - 1.0f);
    }
    return inputs;
}

/// The layer alone, each of its inputs an input of the network.
GraphSpec networkOf(const LayerDescriptor& layer, const LayerSample& sample)
{
    GraphSpec graph;
    graph.name = "sample";
    Node node;
    node.id = 1;
    node.type = layer.id;
    node.version = layer.version;
    node.name = "layer";
    node.params = *completeParams(layer, sample.params);
    graph.nodes.push_back(node);
    int slot = 0;
    for (const Shape& shape : sample.inputs) {
        std::vector<std::int64_t> sizes;
        for (int d = 0; d < shape.rank(); ++d)
            sizes.push_back(shape[d]);
        Node input;
        input.id = slot + 2;
        input.type = "tensor_input";
        input.name = "x" + std::to_string(slot);
        input.params.set("shape", listText(sizes));
        graph.nodes.push_back(input);
        graph.edges.push_back({input.id, 0, 1, 0, slot++});
    }
    graph.nextId = slot + 2;
    return graph;
}

} // namespace

class OnnxRoundTripTest : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    int m_written = 0;

    void checkRoundTrip(const Project& project)
    {
        const auto bytes = onnxModel(project, *project.state->weights);
        QVERIFY2(bytes, faultOf(bytes).c_str());
        QFile file(m_folder.filePath(QStringLiteral("%1.onnx").arg(++m_written)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes->data(), static_cast<qint64>(bytes->size()));
        file.close();
        const auto again = openOnnx(file.fileName().toStdString());
        QVERIFY2(again, faultOf(again).c_str());
        const auto inputs = someInputs(project.graph);
        const auto before = computed(project, inputs), after = computed(*again, inputs);
        QVERIFY2(before, faultOf(before).c_str());
        QVERIFY2(after, faultOf(after).c_str());
        QCOMPARE(after->sizes, before->sizes);
        double scale = 1e-3;
        for (const float value : before->values)
            scale = std::max(scale, std::abs(static_cast<double>(value)));
        double worst = 0;
        for (std::size_t i = 0; i < before->values.size(); ++i)
            if (before->values[i] != after->values[i])
                worst = std::max(worst, std::abs(static_cast<double>(before->values[i]) - after->values[i]) / scale);
        QVERIFY2(worst < 1e-5, qPrintable(QString::number(worst)));
        // What is fixed is not learned after the way through the file, and the other way round.
        QCOMPARE(learned(again->graph), learned(project.graph));
    }

private Q_SLOTS:
    void everyLayersSamples_data()
    {
        QTest::addColumn<QString>("layer");
        QTest::addColumn<int>("sample");
        for (const LayerDescriptor& layer : layerRegistry())
            for (std::size_t i = 0; i < layer.samples.size() && layer.minInputs > 0 && layer.onnx; ++i)
                QTest::newRow((layer.id + ", " + layer.samples[i].name).c_str())
                    << QString::fromStdString(layer.id) << static_cast<int>(i);
    }
    void everyLayersSamples()
    {
        QFETCH(QString, layer);
        QFETCH(int, sample);
        const LayerDescriptor& d = *findLayer(layer.toStdString());
        checkRoundTrip(withWeights(networkOf(d, d.samples[static_cast<std::size_t>(sample)])));
    }

    void everyPreset_data()
    {
        QTest::addColumn<QString>("name");
        for (const PresetInfo& preset : presets())
            QTest::newRow(preset.name.c_str()) << QString::fromStdString(preset.name);
    }
    void everyPreset()
    {
        QFETCH(QString, name);
        const auto preset = loadPreset(name.toStdString());
        QVERIFY2(preset, faultOf(preset).c_str());
        if (learned(preset->graph) > kMostParameters)
            QSKIP("Too large for a test.");
        checkRoundTrip(withWeights(preset->graph));
    }

    void namesOfInitializersComeBack()
    {
        ModelBuilder m;
        m.input("picture", {0, 2, 6, 6}).output("y");
        m.weight("first.weight", {3, 2, 3, 3}, std::vector<float>(54, 0.1f))
            .weight("first shift", {3, 1, 1}, {1, 2, 3});
        std::vector<float> matrix(36 * 3 * 4 / 4);
        for (std::size_t i = 0; i < matrix.size(); ++i)
            matrix[i] = static_cast<float>(i);
        m.weight("matrix", {3, 3, 3, 4}, matrix).weight("last shift", {1, 4}, {1, 2, 3, 4});
        m.integers("flat", {0, -1}).integers("two", {27, 4});
        m.node("Conv", {"picture", "first.weight"}, {"a"}, {{"pads", Sizes{1, 1, 1, 1}}});
        m.node("Add", {"a", "first shift"}, {"b"}).node("Relu", {"b"}, {"c"});
        m.node("MaxPool", {"c"}, {"d"}, {{"kernel_shape", Sizes{2, 2}}, {"strides", Sizes{2, 2}}});
        m.node("Reshape", {"d", "flat"}, {"e"}).node("Reshape", {"matrix", "two"}, {"f"});
        m.node("MatMul", {"e", "f"}, {"g"}).node("Add", {"g", "last shift"}, {"y"});
        const auto project = m.read();
        QVERIFY2(project, faultOf(project).c_str());
        QCOMPARE(project->graph.nodes.size(), std::size_t{6});
        const auto bytes = onnxModel(*project, *project->state->weights);
        QVERIFY2(bytes, faultOf(bytes).c_str());
        onnx::ModelProto written;
        QVERIFY(written.ParseFromString(*bytes));
        std::map<std::string, const onnx::TensorProto*> tensors;
        for (const onnx::TensorProto& tensor : written.graph().initializer())
            tensors[tensor.name()] = &tensor;
        for (const onnx::TensorProto& given : m.graph().initializer()) {
            if (given.data_type() != onnx::TensorProto::FLOAT)
                continue;
            QVERIFY2(tensors.contains(given.name()), given.name().c_str());
            const onnx::TensorProto& kept = *tensors.at(given.name());
            QVERIFY2(std::equal(given.dims().begin(), given.dims().end(), kept.dims().begin(), kept.dims().end()),
                     given.name().c_str());
            QVERIFY2(given.raw_data() == kept.raw_data(), given.name().c_str());
        }
        QCOMPARE(written.graph().input(0).name(), std::string("picture"));
        QCOMPARE(written.graph().output(0).name(), std::string("y"));
        checkRoundTrip(*project);
    }

    void namesOfInputsAndOutputsComeBack()
    {
        ModelBuilder m;
        m.input("x", {0, 3, 2}).input("other", {0, 3, 4});
        for (const char* name : {"scores", "copy", "hidden", "kept", "x2"})
            m.output(name);
        m.weight("w", {2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}).integers("flat", {0, -1});
        m.node("MatMul", {"x", "w"}, {"hidden"}).node("Add", {"hidden", "other"}, {"a"});
        m.node("Reshape", {"a", "flat"}, {"scores"}).node("Identity", {"scores"}, {"copy"});
        m.node("Dropout", {"a"}, {"kept"}).node("Tanh", {"x"}, {"x2"});
        m.graph().mutable_node(5)->set_name("hidden"); // another node has the name of an output
        const auto project = m.read();
        QVERIFY2(project, faultOf(project).c_str());
        const auto bytes = onnxModel(*project, *project->state->weights);
        QVERIFY2(bytes, faultOf(bytes).c_str());
        onnx::ModelProto written;
        QVERIFY(written.ParseFromString(*bytes));
        QCOMPARE(written.graph().input(0).name(), std::string("x"));
        QCOMPARE(written.graph().input(1).name(), std::string("other"));
        QCOMPARE(written.graph().output_size(), 5);
        for (const int i : {0, 2, 3, 4}) // number 1 is the layer of number 0 once more
            QCOMPARE(written.graph().output(i).name(), m.graph().output(i).name());
        const auto& weights = written.graph().initializer();
        QVERIFY(std::any_of(weights.begin(), weights.end(), [](const onnx::TensorProto& t) {
            return t.name() == "w" && t.dims_size() == 2 && t.dims(0) == 2;
        }));
        checkRoundTrip(*project);
    }

    /// A Constant layer is called like the initializer it holds; still the initializer has the name in the file.
    void namesOfNumbersThatAreMultipliedAndAddedComeBack()
    {
        ModelBuilder m;
        m.input("x", {0, 2, 3, 3}).output("y");
        m.weight("w", {4, 2, 1, 1}, std::vector<float>(8, 0.5f)).weight("3.weight", {4, 1, 1}, {1, 2, 3, 4});
        m.weight("shift", {4, 1, 1}, {4, 3, 2, 1}).weight("Relu_4", {1, 4, 1, 1}, {1, 1, 2, 2});
        m.node("Conv", {"x", "w"}, {"a"}).node("Mul", {"a", "3.weight"}, {"b"}).node("Add", {"b", "shift"}, {"c"});
        m.node("Relu", {"c"}, {"d"}).node("Add", {"d", "Relu_4"}, {"y"});
        const auto project = m.read();
        QVERIFY2(project, faultOf(project).c_str());
        const auto bytes = onnxModel(*project, *project->state->weights);
        QVERIFY2(bytes, faultOf(bytes).c_str());
        onnx::ModelProto written;
        QVERIFY(written.ParseFromString(*bytes));
        std::set<std::string> names;
        for (const onnx::TensorProto& tensor : written.graph().initializer())
            names.insert(tensor.name());
        for (const onnx::TensorProto& given : m.graph().initializer())
            QVERIFY2(names.contains(given.name()), given.name().c_str());
        checkRoundTrip(*project);
    }

    void whatIsWrittenDescribesItself()
    {
        auto project = loadPreset("lenet-5");
        QVERIFY(project);
        project->graph.inputs = {{project->graph.nodes.front().id, "0.1,0.5"}};
        const auto bytes = onnxModel(*project, *initialWeights(project->graph, 1));
        QVERIFY(bytes);
        onnx::ModelProto model;
        QVERIFY(model.ParseFromString(*bytes));
        QCOMPARE(model.producer_name(), std::string("Convarium"));
        QCOMPARE(model.ir_version(), std::int64_t{8});
        QCOMPARE(model.opset_import(0).version(), std::int64_t{17});
        QCOMPARE(model.graph().input(0).type().tensor_type().shape().dim(0).dim_param(), std::string("N"));
        const auto again = importOnnx({reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()}, "a.onnx");
        QVERIFY(again);
        QCOMPARE(again->graph.inputs.front().scale, std::string("0.1,0.5"));
        QCOMPARE(again->graph.nodes.size(), project->graph.nodes.size());
        for (std::size_t i = 0; i < again->graph.nodes.size(); ++i)
            QVERIFY(again->graph.nodes[i].type == project->graph.nodes[i].type);
    }

    void namesOfLayersAreUniqueAndHarmless()
    {
        auto project = loadPreset("mlp");
        QVERIFY(project);
        for (Node& node : project->graph.nodes)
            node.name = "same \"name\"\n\x01\xff";
        const auto bytes = onnxModel(*project, *initialWeights(project->graph, 1));
        QVERIFY(bytes);
        onnx::ModelProto model;
        QVERIFY(model.ParseFromString(*bytes));
        std::set<std::string> names;
        for (const onnx::NodeProto& node : model.graph().node()) {
            QVERIFY2(names.insert(node.output(0)).second, node.output(0).c_str());
            QVERIFY(QString::fromStdString(node.output(0)).toUtf8().toStdString() == node.output(0));
        }
        checkRoundTrip(withWeights(project->graph));
    }

    /// Last: everything that was written, in one go of Python.
    void theCheckerAcceptsThem()
    {
        QProcess python;
        python.start(QStringLiteral("/usr/bin/python3"),
                     {QStringLiteral("-c"),
                      QStringLiteral("import sys, glob\n"
                                     "try:\n    import onnx, onnx.checker\nexcept ImportError:\n    sys.exit(77)\n"
                                     "for f in sorted(glob.glob(sys.argv[1] + '/*.onnx')):\n"
                                     "    onnx.checker.check_model(f, full_check=True)\n"
                                     "    print(f)\n"),
                      m_folder.path()});
        if (!python.waitForStarted())
            QSKIP("There is no /usr/bin/python3.");
        QVERIFY(python.waitForFinished(250'000));
        if (python.exitCode() == 77)
            QSKIP("Debian's python3-onnx is not installed.");
        QVERIFY2(python.exitCode() == 0, python.readAllStandardError().constData());
        QCOMPARE(python.readAllStandardOutput().count('\n'), m_written);
        qInfo("%d models accepted", m_written);
    }
};

QTEST_GUILESS_MAIN(OnnxRoundTripTest)
#include "onnx_round_trip_test.moc"
