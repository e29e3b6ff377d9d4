// run, export and train with ONNX models, as a script would.
#include "engine/io/atomic_file.h"
#include "engine/io/npy.h"
#include "tests/app/cli_run.h"
#include "tests/engine/io/onnx/model_builder.h"

#include <QTemporaryDir>

#if defined(Q_OS_UNIX)
#include <sys/stat.h>
#endif

using namespace convarium::engine;
using namespace convarium::test;

class CliOnnxTest : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;

    [[nodiscard]] QString path(const char* name) const { return m_folder.filePath(QLatin1String(name)); }
    void write(const char* name, const std::string& content)
    {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content.data(), static_cast<qint64>(content.size()));
    }
    [[nodiscard]] NpyArray read(const char* name) const
    {
        const auto bytes = readWholeFile(path(name).toStdString(), 1 << 30);
        const auto array = bytes ? decodeNpy(*bytes, name) : Result<NpyArray>(bytes.error());
        return array ? *array : NpyArray();
    }
    static NpyArray numbers(const std::vector<std::int64_t>& sizes)
    {
        NpyArray array{sizes, {}};
        std::int64_t count = 1;
        for (const std::int64_t size : sizes)
            count *= size;
        for (std::int64_t i = 0; i < count; ++i)
            array.values.push_back(static_cast<float>(i % 17) / 8 - 1);
        return array;
    }

private Q_SLOTS:
    void initTestCase()
    {
        writeTinyData(path("data"));
        write("x.npy", encodeNpy(numbers({70, 1, 28, 28})));
    }

    void anExportedNetworkComputesTheSame()
    {
        QCOMPARE(runCli({"export", "mnist-cnn", "--format", "onnx", "-o", path("cnn.onnx")}).status, 0);
        QCOMPARE(runCli({"run", "mnist-cnn", "--input", path("x.npy"), "--output", path("a.npy")}).status, 0);
        QCOMPARE(runCli({"run", path("cnn.onnx"), "--input", path("x.npy"), "--output", path("b.npy")}).status, 0);
        const NpyArray a = read("a.npy"), b = read("b.npy");
        QCOMPARE(a.sizes, (std::vector<std::int64_t>{70, 10}));
        QVERIFY(a.values == b.values);
        // The same by layer, and for one sample without a batch axis.
        QCOMPARE(runCli({"run", path("cnn.onnx"), "--input", path("x.npy"), "--output", path("c.npy"), "--layer", "C1"})
                     .status,
                 0);
        QCOMPARE(read("c.npy").sizes, (std::vector<std::int64_t>{70, 32, 26, 26}));
        write("one.npy", encodeNpy(numbers({1, 28, 28})));
        QCOMPARE(runCli({"run", path("cnn.onnx"), "--input", path("one.npy"), "--output", path("d.npy")}).status, 0);
        QCOMPARE(read("d.npy").sizes, (std::vector<std::int64_t>{10}));
        for (std::size_t i = 0; i < 10; ++i)
            QVERIFY(std::abs(a.values[i] - read("d.npy").values[i]) < 1e-5f);
        const QJsonObject summary = runCli({"summary", path("cnn.onnx"), "--json"}).object();
        QCOMPARE(summary.value("totals").toObject().value("trainable").toInt(), 93'322);
        QCOMPARE(runCli({"bench", path("cnn.onnx"), "--seconds", "0.5", "--json"}).status, 0);
    }

    void anyRankAndSeveralInputs()
    {
        ModelBuilder m;
        m.input("p", {2, 3}).input("q", {3}).output("y").node("Sub", {"p", "q"}, {"y"});
        write("two.onnx", m.bytes());
        write("p.npy", encodeNpy({{2, 3}, {1, 2, 3, 4, 5, 6}}));
        write("q.npy", encodeNpy({{3}, {1, 0, -1}}));
        const CliResult good = runCli(
            {"run", path("two.onnx"), "--input", path("p.npy"), "--input", path("q.npy"), "--output", path("y.npy")});
        QVERIFY2(good.status == 0, good.err.constData());
        QCOMPARE(read("y.npy").sizes, (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(read("y.npy").values, (std::vector<float>{0, 2, 4, 3, 5, 7}));
        const CliResult few = runCli({"run", path("two.onnx"), "--input", path("p.npy"), "--output", path("y.npy")});
        QCOMPARE(few.status, 1);
        QVERIFY2(few.err.contains("2 inputs"), few.err.constData());

        ModelBuilder five;
        five.input("x", {0, 2, 1, 3, 1, 2}).output("y").node("Tanh", {"x"}, {"y"});
        write("five.onnx", five.bytes());
        write("x5.npy", encodeNpy(numbers({3, 2, 1, 3, 1, 2})));
        QCOMPARE(runCli({"run", path("five.onnx"), "--input", path("x5.npy"), "--output", path("y5.npy")}).status, 0);
        QCOMPARE(read("y5.npy").sizes, (std::vector<std::int64_t>{3, 2, 1, 3, 1, 2}));
        for (std::size_t i = 0; i < 36; ++i)
            QVERIFY(std::abs(read("y5.npy").values[i] - std::tanh(numbers({36}).values[i])) < 1e-6f);
    }

    void wrongNumbersAreRefused()
    {
        write("flat.npy", encodeNpy(numbers({70, 784})));
        const CliResult shape = runCli({"run", "lenet-5", "--input", path("flat.npy"), "--output", path("y.npy")});
        QCOMPARE(shape.status, 1);
        QVERIFY2(shape.err.contains("70x784") && shape.err.contains("Nx1x28x28"), shape.err.constData());
        write("text.npy", "no numbers");
        QCOMPARE(runCli({"run", "lenet-5", "--input", path("text.npy"), "--output", path("y.npy")}).status, 1);
        const CliResult layer =
            runCli({"run", "lenet-5", "--input", path("x.npy"), "--output", path("y.npy"), "--layer", "Z9"});
        QCOMPARE(layer.status, 1);
        QVERIFY2(layer.err.contains("Z9") && layer.err.contains("C1"), layer.err.constData());
        write("bad.onnx", "this is not a model");
        const CliResult bad = runCli({"summary", path("bad.onnx")});
        QCOMPARE(bad.status, 1);
        QCOMPARE(bad.err.count('\n'), 1);
        QVERIFY2(bad.err.contains("bad.onnx"), bad.err.constData());
    }

    void longNamesLeaveTheColumnsOfTheSummaryStraight()
    {
        ModelBuilder m;
        m.input("x", {0, 4}).output("y").node("Relu", {"x"}, {"a"}).node("Tanh", {"a"}, {"y"});
        m.graph().mutable_node(0)->set_name("/a/rather/deep\xE2\x80\xA8/" + std::string(100, 'n'));
        write("long.onnx", m.bytes());
        const CliResult run = runCli({"summary", path("long.onnx")});
        QCOMPARE(run.status, 0);
        const QStringList lines = QString::fromUtf8(run.out).split(QLatin1Char('\n'));
        QVERIFY(!run.out.contains("\xE2\x80\xA8"));
        const qsizetype column = lines[1].indexOf(QStringLiteral("type"));
        QCOMPARE(lines[3].indexOf(QStringLiteral("ReLU")), column);
        QCOMPARE(lines[4].indexOf(QStringLiteral("Tanh")), column);
        QVERIFY2(lines[3].size() < 130, qPrintable(lines[3]));
    }

#if defined(Q_OS_UNIX)
    void aPipeIsNoFileToReadFrom()
    {
        QCOMPARE(::mkfifo(QFile::encodeName(path("pipe.npy")).constData(), 0600), 0);
        const CliResult run = runCli({"run", "lenet-5", "--input", path("pipe.npy"), "--output", path("y.npy")});
        QCOMPARE(run.status, 1);
        QVERIFY2(run.err.contains("no ordinary file"), run.err.constData());
    }
#endif

    void trainingTellsWhichWeightsComeApart()
    {
        ModelBuilder m;
        std::vector<float> unit(784 * 784, 0.0f), last(784 * 10, 0.01f);
        for (std::size_t i = 0; i < 784; ++i)
            unit[785 * i] = 1;
        m.weight("tied", {784, 784}, unit).weight("last", {784, 10}, last).input("x", {0, 1, 28, 28}).output("y");
        m.node("Flatten", {"x"}, {"flat"})
            .node("MatMul", {"flat", "tied"}, {"a"})
            .node("MatMul", {"a", "tied"}, {"b"})
            .node("MatMul", {"b", "last"}, {"y"});
        write("tied.onnx", m.bytes());
        const CliResult run = runCli({"train", path("tied.onnx"), "--data", path("data"), "--steps", "1", "--json"});
        QVERIFY2(run.status == 0, run.err.constData());
        QVERIFY2(run.err.contains("share the weights 'tied'"), run.err.constData());
        QCOMPARE(run.err.count('\n'), 1);
    }

    void trainingKeepsNamesShapesAndOrientation()
    {
        ModelBuilder m(9);
        m.input("digits", {1, 1, 28, 28}).output("scores");
        std::vector<float> kernel(4 * 9), matrix(4 * 14 * 14 * 10);
        for (std::size_t i = 0; i < kernel.size(); ++i)
            kernel[i] = static_cast<float>(i % 5) * 0.1f - 0.2f;
        for (std::size_t i = 0; i < matrix.size(); ++i)
            matrix[i] = static_cast<float>(i * 7 % 11) * 0.01f - 0.05f;
        m.weight("conv.kernel", {4, 1, 3, 3}, kernel).weight("conv.shift", {4, 1, 1}, {0, 0, 0, 0});
        m.weight("matrix", {784, 10}, matrix).weight("shift", {1, 10}, std::vector<float>(10, 0.0f));
        m.node("Conv", {"digits", "conv.kernel"}, {"a"}, {{"auto_pad", std::string("SAME_UPPER")}});
        m.node("Add", {"a", "conv.shift"}, {"b"}).node("Relu", {"b"}, {"c"});
        m.node("MaxPool", {"c"}, {"d"}, {{"kernel_shape", Sizes{2, 2}}, {"strides", Sizes{2, 2}}});
        m.node("Flatten", {"d"}, {"e"}).node("MatMul", {"e", "matrix"}, {"f"}).node("Add", {"f", "shift"}, {"scores"});
        write("start.onnx", m.bytes());
        const CliResult run =
            runCli({"train", path("start.onnx"), "--data", path("data"), "--steps", "3", "--no-shuffle", "--optimizer",
                    "sgd", "--lr", "0.1", "-o", path("end.onnx"), "--json"});
        QVERIFY2(run.status == 0, run.err.constData());
        onnx::ModelProto written;
        const auto bytes = readWholeFile(path("end.onnx").toStdString(), 1 << 30);
        QVERIFY(bytes && written.ParseFromArray(bytes->data(), static_cast<int>(bytes->size())));
        QCOMPARE(written.graph().input(0).name(), std::string("digits"));
        for (const onnx::TensorProto& before : m.graph().initializer()) {
            bool found = false;
            for (const onnx::TensorProto& after : written.graph().initializer()) {
                if (after.name() != before.name())
                    continue;
                found = true;
                QVERIFY(
                    std::equal(before.dims().begin(), before.dims().end(), after.dims().begin(), after.dims().end()));
                QVERIFY2(before.raw_data() != after.raw_data(), before.name().c_str());
                // Three small steps leave a matrix near where it was; on its side it would be far off.
                const auto* a = reinterpret_cast<const float*>(before.raw_data().data());
                const auto* b = reinterpret_cast<const float*>(after.raw_data().data());
                double change = 0, size = 1e-3;
                for (std::size_t i = 0; i < before.raw_data().size() / 4; ++i) {
                    change += std::pow(static_cast<double>(a[i]) - b[i], 2);
                    size += std::pow(static_cast<double>(a[i]), 2);
                }
                if (before.name() == "matrix")
                    QVERIFY2(change < 0.2 * size, qPrintable(QString::number(change / size)));
            }
            QVERIFY2(found, before.name().c_str());
        }
        QCOMPARE(runCli({"eval", path("end.onnx"), "--data", path("data"), "--json"}).status, 0);
    }
};

QTEST_GUILESS_MAIN(CliOnnxTest)
#include "cli_onnx_test.moc"
