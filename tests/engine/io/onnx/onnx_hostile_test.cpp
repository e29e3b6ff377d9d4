// Damaged and hostile models: one sentence, no crash, bounded memory.
#include "tests/engine/io/onnx/model_builder.h"
#include "tests/engine/io/onnx/onnx_data.h"

#include <QTemporaryDir>

#include <random>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

Result<Project> readBytes(const std::string& bytes, const std::string& path = "bad.onnx")
{
    return importOnnx({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, path);
}

/// A small network of several families.
ModelBuilder sound()
{
    ModelBuilder m;
    m.input("x", {0, 2, 6, 6}).output("y");
    m.weight("w", {3, 2, 3, 3}, std::vector<float>(54, 0.1f)).weight("b", {3}, {1, 2, 3});
    m.weight("m", {27, 4}, std::vector<float>(108, 0.2f)).weight("c", {1, 4}, {1, 2, 3, 4});
    m.integers("shape", {0, -1});
    m.node("Conv", {"x", "w", "b"}, {"conv"}, {{"pads", Sizes{1, 1, 1, 1}}});
    m.node("Relu", {"conv"}, {"relu"});
    m.node("MaxPool", {"relu"}, {"pool"}, {{"kernel_shape", Sizes{2, 2}}, {"strides", Sizes{2, 2}}});
    m.node("Reshape", {"pool", "shape"}, {"flat"});
    m.node("MatMul", {"flat", "m"}, {"product"});
    m.node("Add", {"product", "c"}, {"y"});
    return m;
}

/// A convolution whose attributes are to be wrong.
ModelBuilder convolution(const std::vector<Attribute>& attributes, const Sizes& weights = {3, 2, 3, 3})
{
    ModelBuilder m;
    std::int64_t count = 1;
    for (const std::int64_t size : weights)
        count *= size;
    m.input("x", {0, 2, 6, 6})
        .output("y")
        .weight("w", weights, std::vector<float>(static_cast<std::size_t>(count), 0.5f));
    return m.node("Conv", {"x", "w"}, {"y"}, attributes);
}

/// Two bytes per message in the file, far more in memory.
std::string emptyNodes(std::size_t count)
{
    std::string graph;
    for (std::size_t i = 0; i < count; ++i)
        graph += std::string("\x0a\x00", 2);
    std::string model("\x3a");
    for (std::size_t length = graph.size();; length >>= 7) {
        model += static_cast<char>((length & 127) | (length > 127 ? 128 : 0));
        if (length <= 127)
            break;
    }
    return model + graph;
}

std::string nested(int depth)
{
    ModelBuilder m = sound();
    onnx::GraphProto* graph = &m.graph();
    for (int i = 0; i < depth; ++i) {
        onnx::NodeProto* node = graph->add_node();
        node->set_op_type("If");
        graph = node->add_attribute()->mutable_g();
    }
    return m.bytes();
}

} // namespace

class OnnxHostileTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theSoundOneOpens()
    {
        const auto project = sound().read();
        QVERIFY2(project, faultOf(project).c_str());
        QCOMPARE(project->graph.nodes.size(), std::size_t{6}); // the bias went into Dense
    }

    void wrongOnesAreRefusedInOneSentence_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("words");
        const auto raw = [](const char* name, const std::string& bytes, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << QByteArray(words);
        };
        const auto row = [&](const char* name, const ModelBuilder& m, const char* words) {
            raw(name, m.bytes(), words);
        };
        raw("empty", "", "is empty");
        raw("text", "This is not a model at all.", "not an ONNX model");
        raw("zeros", std::string(1000, '\0'), "not an ONNX model");
        raw("a million empty parts", emptyNodes(30'000'000), "far more parts");
        raw("too many nodes", emptyNodes(100'001), "100001 nodes");
        raw("nested graphs", nested(500), "not an ONNX model");
        {
            ModelBuilder m;
            m.input("x", {0, 3}).output("x");
            row("no nodes", m, "no network");
        }
        for (const int opset : {5, 18, 1'000'000}) {
            ModelBuilder m = sound();
            m.proto.mutable_opset_import(0)->set_version(opset);
            raw(qPrintable(QStringLiteral("opset %1").arg(opset)), m.bytes(), "6 to 17");
        }
        {
            ModelBuilder m = sound();
            m.graph().mutable_node(1)->set_op_type("Frobnicate");
            row("unknown operator", m, "Frobnicate 'Relu_2'");
            m.graph().mutable_node(1)->set_op_type("Relu");
            m.graph().mutable_node(1)->set_domain("com.example");
            row("foreign operator set", m, "com.example");
        }
        {
            ModelBuilder m = sound();
            m.graph().mutable_node(1)->set_input(0, "pool");
            row("cycle", m, "circle");
            m.graph().mutable_node(1)->set_input(0, "nowhere");
            row("undefined input", m, "'nowhere', which nothing gives");
            m.graph().mutable_node(1)->set_input(0, "conv");
            m.graph().mutable_node(1)->set_output(0, "conv");
            row("two nodes give one value", m, "Two nodes give");
        }
        {
            ModelBuilder m = sound();
            m.graph().mutable_output(0)->set_name("nothing");
            row("undefined output", m, "'nothing'");
            m.graph().mutable_output(0)->set_name("w");
            row("a weight as output", m, "no input");
            m.graph().clear_output();
            row("no output", m, "no output");
        }
        for (const std::int64_t size :
             {std::int64_t{-1}, std::int64_t{-5}, std::int64_t{1} << 40, std::int64_t{1} << 62}) {
            ModelBuilder m = sound();
            m.graph()
                .mutable_input(0)
                ->mutable_type()
                ->mutable_tensor_type()
                ->mutable_shape()
                ->mutable_dim(2)
                ->set_dim_value(size);
            raw(qPrintable(QStringLiteral("input of %1").arg(size)), m.bytes(), "'x'");
        }
        {
            ModelBuilder m;
            m.input("x", {0, 1 << 24, 1 << 24, 1 << 24}).output("y").node("Relu", {"x"}, {"y"});
            row("input too large for any computer", m, "too large");
            ModelBuilder open;
            open.input("x", {0, 3, 0, 5}).output("y").node("Relu", {"x"}, {"y"});
            row("open height", open, "leaves size 3 open");
        }
        {
            ModelBuilder m = sound();
            m.graph().mutable_initializer(0)->set_raw_data(std::string(54 * 4 - 1, 'a'));
            row("raw data too short", m, "215 bytes");
            m.graph().mutable_initializer(0)->set_dims(0, -3);
            row("negative weights", m, "negative size");
            m.graph().mutable_initializer(0)->set_dims(0, std::int64_t{1} << 61);
            row("weights overflow", m, "too large");
            m.graph().mutable_initializer(0)->clear_raw_data();
            m.graph().mutable_initializer(0)->set_dims(0, 3);
            row("no data", m, "as many numbers");
            m.graph().mutable_initializer(0)->set_data_type(8);
            row("texts as weights", m, "kind 8");
        }
        row("stride 0", convolution({{"strides", Sizes{0, 1}}}), "Conv_1");
        row("stride -1", convolution({{"strides", Sizes{1, -1}}}), "Conv_1");
        row("huge padding", convolution({{"pads", Sizes{INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX}}}), "Conv_1");
        row("negative padding", convolution({{"pads", Sizes{-1, -1, -1, -1}}}), "Conv_1");
        row("huge dilation", convolution({{"dilations", Sizes{INT64_MAX, 1}}}), "Conv_1");
        row("SAME_LOWER with a huge stride",
            convolution({{"auto_pad", std::string("SAME_LOWER")}, {"strides", Sizes{INT64_MAX, 1}}}), "Conv_1");
        row("three strides", convolution({{"strides", Sizes{1, 1, 1}}}), "3 numbers");
        row("unknown padding", convolution({{"auto_pad", std::string("SAME")}}), "auto_pad");
        row("no groups", convolution({{"group", std::int64_t{0}}}), "groups");
        row("strides as text", convolution({{"strides", std::string("2, 2")}}), "'strides' is not a list");
        row("kernel too large", convolution({}, {3, 2, 9, 9}), "larger than its input");
        row("another kernel", convolution({{"kernel_shape", Sizes{5, 5}}}), "5x5");
        row("wrong maps", convolution({}, {3, 4, 3, 3}), "made for 4 maps");
        row("flat weights", convolution({}, {3, 18}), "3x18");
        {
            ModelBuilder m = sound();
            m.graph().mutable_initializer(2)->set_dims(0, 54);
            m.graph().mutable_initializer(2)->set_dims(1, 2);
            row("matrix of another size", m, "54 numbers");
        }
        {
            ModelBuilder m;
            m.integers("s", {std::int64_t{1} << 31, std::int64_t{1} << 31});
            m.node("ConstantOfShape", {"s"}, {"big"}).input("x", {0, 4}).output("y").node("Add", {"x", "big"}, {"y"});
            row("a constant of any size", m, "too large");
        }
        {
            ModelBuilder m;
            m.integers("s", {1 << 28}).integers("i", {0});
            m.node("ConstantOfShape", {"s"}, {"a"})
                .node("ConstantOfShape", {"s"}, {"b"})
                .node("Add", {"a", "b"}, {"c"});
            m.input("x", {0, 4}).output("y").node("Add", {"x", "c"}, {"y"});
            row("constants that add up", m, "too large");
        }
        {
            ModelBuilder m;
            m.tensor("e", {std::int64_t{1} << 40, std::int64_t{1} << 40, 0}).set_raw_data("");
            m.node("Concat", {"e", "e"}, {"c"}, {{"axis", std::int64_t{2}}});
            m.input("x", {0, 4}).output("y").node("Add", {"x", "c"}, {"y"});
            row("nothing, but very often", m, "too large");
        }
        {
            ModelBuilder m;
            m.integers("s", {1 << 26}).integers("t", {1, 1 << 26}).node("ConstantOfShape", {"s"}, {"v0"});
            for (int i = 0; i < 100; ++i)
                m.node("Reshape", {"v" + std::to_string(i), "t"}, {"v" + std::to_string(i + 1)});
            m.input("x", {0, 4}).output("y").node("Add", {"x", "v100"}, {"y"});
            row("copies of a large constant", m, "too large");
        }
        {
            ModelBuilder m;
            m.integers("s", {1 << 13, 1 << 13}).node("ConstantOfShape", {"s"}, {"w"});
            m.input("v0", {0, 1 << 13}).output("v50");
            for (int i = 0; i < 50; ++i)
                m.node("MatMul", {"v" + std::to_string(i), "w"}, {"v" + std::to_string(i + 1)});
            row("one large matrix in many layers", m, "too large");
        }
        {
            ModelBuilder m;
            m.input("v0", {0, 4}).output("v20000");
            for (int i = 0; i < 20'000; ++i)
                m.node("Relu", {"v" + std::to_string(i)}, {"v" + std::to_string(i + 1)});
            row("too many layers", m, "more than 10000 layers");
        }
        {
            ModelBuilder m;
            m.input("x", {0, 2, 3})
                .output("y")
                .integers("i", {7})
                .node("Shape", {"x"}, {"s"})
                .node("Gather", {"s", "i"}, {"g"});
            m.node("Reshape", {"x", "g"}, {"y"});
            row("a size that is not there", m, "number 7 of 3");
        }
        {
            ModelBuilder m;
            m.weight("c", {1, 3}, {1, 2, 3}).weight("i", {2}, {0, 1}).input("x", {0, 2}).output("y");
            m.node("Gather", {"c", "i"}, {"g"}, {{"axis", std::int64_t{1}}}).node("Add", {"x", "g"}, {"y"});
            row("real numbers as places", m, "not whole numbers");
        }
        {
            ModelBuilder m;
            m.weight("m", {2, 2}, {1, 2, 3, 4}).input("x", {0, 2}).output("y").node("MatMul", {"m", "x"}, {"y"});
            row("a constant on the left", m, "first factor");
        }
        {
            ModelBuilder m;
            m.input("x", {0, 2, 3}).output("y").integers("s", {0, 5, -1}).node("Reshape", {"x", "s"}, {"y"});
            row("reshape that does not fit", m, "Reshape_1");
        }
        {
            ModelBuilder m;
            m.input("x", {0, 8})
                .output("y")
                .integers("a", {INT64_MAX})
                .integers("b", {2})
                .node("Mul", {"a", "b"}, {"c"});
            m.node("Reshape", {"x", "c"}, {"y"});
            row("whole numbers overflow", m, "overflow");
            m.graph().mutable_node(0)->set_op_type("Div");
            m.graph().mutable_initializer(1)->set_int64_data(0, 0);
            row("division by zero", m, "divide by zero");
        }
    }
    void wrongOnesAreRefusedInOneSentence()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, words);
        const auto project = readBytes(bytes.toStdString());
        QVERIFY(!project);
        const QByteArray text = QByteArray::fromStdString(project.error().text());
        QVERIFY2(text.contains(words), text.constData());
        QVERIFY2(text.contains("bad.onnx"), text.constData());
        QVERIFY2(!project.error().hint.empty() && !text.contains('\n'), text.constData());
    }

    void weightsBesideTheModelStayInItsFolder()
    {
        QTemporaryDir outer;
        const QString folder = outer.filePath(QStringLiteral("model"));
        QVERIFY(QDir().mkpath(folder + QStringLiteral("/part")));
        for (const QString& name : {QStringLiteral("/model/weights.bin"), QStringLiteral("/model/part/weights.bin"),
                                    QStringLiteral("/secret.bin")}) {
            QFile file(outer.path() + name);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(QByteArray(16 + 54 * 4, 'a'));
        }
        QVERIFY(QFile::link(outer.filePath(QStringLiteral("secret.bin")), folder + QStringLiteral("/link.bin")));
        const auto read = [&](const std::string& location, const std::string& offset, const std::string& length) {
            ModelBuilder m = convolution({});
            onnx::TensorProto& t = *m.graph().mutable_initializer(0);
            t.clear_raw_data();
            t.set_data_location(onnx::TensorProto::EXTERNAL);
            for (const auto& [key, value] : {std::pair{"location", location}, {"offset", offset}, {"length", length}}) {
                onnx::StringStringEntryProto& entry = *t.add_external_data();
                entry.set_key(key);
                entry.set_value(value);
            }
            return m.read((folder + QStringLiteral("/m.onnx")).toStdString());
        };
        const auto good = read("weights.bin", "16", "216");
        QVERIFY2(good, faultOf(good).c_str());
        QVERIFY(read("part/weights.bin", "0", "216"));
        for (const char* location : {"../secret.bin", "part/../../secret.bin", "/etc/passwd", "link.bin", "",
                                     "gone.bin", ".", "part", "..\\secret.bin"})
            QVERIFY2(!read(location, "0", "216"), location);
        QVERIFY(!read(outer.filePath(QStringLiteral("model/weights.bin")).toStdString(), "0", "216"));
        QVERIFY(!read("weights.bin", "17", "216"));
        QVERIFY(!read("weights.bin", "-1", "216"));
        QVERIFY(!read("weights.bin", "0", "215"));
        QVERIFY(!read("weights.bin", "99999999999999999999", "216"));
    }

    void namesAreOnlyNames()
    {
        ModelBuilder m;
        const std::string evil = "a'; drop\n\x1b[31m\"\xff__import__('os')";
        m.input("x", {0, 3}).output("y").node("Relu", {"x"}, {"a"}).node("Tanh", {"a"}, {"y"});
        m.graph().mutable_node(0)->set_name(evil);
        const auto project = m.read();
        QVERIFY2(project, faultOf(project).c_str());
        const std::string& name = project->graph.nodes[1].name;
        QCOMPARE(name, std::string("a'; drop__[31m\"___import__('os')"));
        m.graph().mutable_node(0)->set_op_type("Foo\n\x1b[2J");
        const auto refused = m.read();
        QVERIFY(!refused);
        for (const char c : refused.error().text())
            QVERIFY(static_cast<unsigned char>(c) >= 0x20);
    }

    void cutAnywhere()
    {
        const std::string bytes = sound().bytes();
        for (std::size_t length = 0; length < bytes.size(); length += length < 200 ? 1 : 7)
            if (const auto project = readBytes(bytes.substr(0, length)); !project)
                QVERIFY(!project.error().message.empty());
    }

    /// Random changes of good files, small ones also computed: nothing may crash or hang.
    void changedAtRandom()
    {
        std::vector<std::string> files{sound().bytes(), convolution({{"pads", Sizes{1, 1, 1, 1}}}).bytes()};
        const QString folder = dataFolder("onnx");
        if (!folder.isEmpty())
            for (const QString& name :
                 QDir(folder + QStringLiteral("/node")).entryList(QDir::Dirs | QDir::NoDotAndDotDot))
                files.push_back(
                    contentOf(folder + QStringLiteral("/node/") + name + QStringLiteral("/model.onnx")).toStdString());
        if (!folder.isEmpty())
            for (const char* name : {"/mnist_cntk_opset8.onnx", "/light/light_squeezenet.onnx"})
                files.push_back(contentOf(folder + QLatin1String(name)).toStdString());
        std::mt19937 random(5);
        int opened = 0, refused = 0;
        for (const std::string& file : files) {
            for (int i = 0; i < 60 && !file.empty(); ++i) {
                std::string changed = file;
                for (unsigned k = 0; k <= random() % 4; ++k) {
                    const std::size_t at = random() % changed.size();
                    if (random() % 5 == 0)
                        changed.erase(at, 1 + random() % 3);
                    else if (random() % 5 == 0)
                        changed.insert(at, 1 + random() % 3, static_cast<char>(random()));
                    else
                        changed[at] = static_cast<char>(random());
                    if (changed.empty())
                        break;
                }
                const auto project = readBytes(changed);
                ++(project ? opened : refused);
                if (!project) {
                    QVERIFY(!project.error().text().empty());
                    continue;
                }
                std::int64_t numbers = 0;
                for (const auto& [id, shape] : inferShapes(project->graph).shapes)
                    numbers += shape.elements();
                std::vector<StoredTensor> inputs;
                for (const NetworkInput& input : networkInputs(project->graph)) {
                    inputs.emplace_back();
                    for (int d = 0; d < input.shape.rank(); ++d)
                        inputs.back().sizes.push_back(input.shape[d]);
                    if (numbers < 100'000)
                        inputs.back().values.resize(static_cast<std::size_t>(input.shape.elements()), 0.5f);
                }
                if (numbers < 100'000)
                    static_cast<void>(computed(*project, inputs));
            }
        }
        qInfo("%d opened, %d refused", opened, refused);
        QVERIFY(opened > 0 && refused > 0);
    }
};

QTEST_GUILESS_MAIN(OnnxHostileTest)
#include "onnx_hostile_test.moc"
