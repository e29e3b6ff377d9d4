// Weights as safetensors, out and in again, and every way in which a file may not fit.
#include "engine/io/weights_file.h"

#include "engine/io/atomic_file.h"
#include "engine/io/safetensors.h"
#include "tests/engine/io/projects.h"

#include <QTemporaryDir>
#include <QTest>

using namespace convarium::test;

namespace
{

/// Conv, batch norm and dense, the first two in a group with a group inside.
GraphSpec grouped()
{
    GraphMaker m;
    m.input(1, 6, 6);
    m.conv(2, 3);
    m.add("batch_norm");
    m.add("flatten");
    m.dense(3);
    GraphSpec graph = m.graph();
    graph.groups = {{1, -1, "Stage 1", {}, {}}, {2, 1, "block", {}, {}}};
    graph.nodes[1].group = 1;
    graph.nodes[1].name = "conv.a";
    graph.nodes[2].group = 2;
    graph.nodes[2].name = "norm";
    graph.nodes[4].name = "head";
    return graph;
}

using Tensors = std::map<std::string, Tensor>;

Result<void> write(const Tensors& tensors, const std::string& path)
{
    TensorRefs refs;
    for (const auto& [name, tensor] : tensors)
        refs.emplace(name, &tensor);
    const auto bytes = encodeSafetensors(refs);
    return writeFileAtomically(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Tensors read(const std::string& path)
{
    const auto bytes = readWholeFile(path, 1 << 20);
    return bytes ? decodeSafetensors(*bytes, path).value() : Tensors();
}

} // namespace

class WeightsFileTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::string m_path = m_folder.filePath(QStringLiteral("w.safetensors")).toStdString();

private Q_SLOTS:
    void namesAreThoseOfTheModule()
    {
        const Project p = trainedProject(1, grouped());
        QVERIFY(exportWeights(p.graph, *p.state->weights, m_path));
        QStringList names;
        for (const auto& [name, tensor] : read(m_path))
            names.append(QString::fromStdString(name));
        QCOMPARE(names, QStringList({"Stage_1.block.norm.bias", "Stage_1.block.norm.running_mean",
                                     "Stage_1.block.norm.running_var", "Stage_1.block.norm.weight",
                                     "Stage_1.conv_a.bias", "Stage_1.conv_a.weight", "head.bias", "head.weight"}));
    }

    void weightsComeBackBitForBit()
    {
        const Project p = trainedProject(2, grouped());
        QVERIFY(exportWeights(p.graph, *p.state->weights, m_path));
        const auto weights = importWeights(p.graph, m_path);
        QVERIFY2(weights.has_value(), weights ? "" : weights.error().text().c_str());
        QVERIFY(*weights == *p.state->weights);
    }

    void ourOwnKeysAndThePrefixOfParallelTrainingAreUnderstood()
    {
        const Project p = trainedProject(3, grouped());
        QVERIFY(exportWeights(p.graph, *p.state->weights, m_path));
        Tensors renamed;
        for (auto& [name, tensor] : read(m_path))
            renamed.emplace(name == "Stage_1.block.norm.running_var" ? "Stage_1.block.norm.runningVariance"
                                                                     : "module." + name,
                            tensor);
        renamed.emplace("module.Stage_1.block.norm.num_batches_tracked", Tensor(Shape{}));
        QVERIFY(write(renamed, m_path));
        const auto weights = importWeights(p.graph, m_path);
        QVERIFY2(weights.has_value(), weights ? "" : weights.error().text().c_str());
        QVERIFY(*weights == *p.state->weights);
    }

    void whatDoesNotFitIsNamedInOneSentence_data()
    {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("words");
        QTest::newRow("missing") << "drop"
                                 << "'head.bias' is missing";
        QTest::newRow("several missing") << "drop all of norm"
                                         << "'Stage_1.block.norm.weight' and 3 more are missing";
        QTest::newRow("superfluous") << "extra"
                                     << "no place for 'other.weight'";
        QTest::newRow("unequal") << "reshape"
                                 << "'head.weight' is ";
        QTest::newRow("all three") << "drop extra reshape"
                                   << "'head.bias' is missing, the network has no place for";
    }

    void whatDoesNotFitIsNamedInOneSentence()
    {
        QFETCH(const QString, change);
        QFETCH(const QString, words);
        const Project p = trainedProject(4, grouped());
        QVERIFY(exportWeights(p.graph, *p.state->weights, m_path));
        Tensors tensors = read(m_path);
        if (change.contains(QStringLiteral("norm")))
            std::erase_if(tensors, [](const auto& item) { return item.first.find("norm") != std::string::npos; });
        else if (change.contains(QStringLiteral("drop")))
            tensors.erase("head.bias");
        if (change.contains(QStringLiteral("extra")))
            tensors.emplace("other.weight", Tensor(Shape{2}));
        if (change.contains(QStringLiteral("reshape")))
            tensors["head.weight"] = Tensor(Shape{3, 33});
        QVERIFY(write(tensors, m_path));
        const auto weights = importWeights(p.graph, m_path);
        QVERIFY(!weights);
        QCOMPARE(weights.error().code, ErrorCode::ShapeMismatch);
        QVERIFY2(weights.error().message.find(words.toStdString()) != std::string::npos,
                 weights.error().message.c_str());
        QCOMPARE(weights.error().place.file, m_path);
    }

    void namesInTheFileAreQuotedShortAndPrintable()
    {
        const Project p = trainedProject(6, grouped());
        for (const std::string& name : {std::string("\x1b[31mRED\n"), std::string(100'000, 'n')}) {
            QVERIFY(exportWeights(p.graph, *p.state->weights, m_path));
            Tensors tensors = read(m_path);
            tensors.emplace(name, Tensor(Shape{2}));
            QVERIFY(write(tensors, m_path));
            const auto weights = importWeights(p.graph, m_path);
            QVERIFY(!weights);
            const std::string text = weights.error().text();
            QVERIFY2(text.size() < 800 + m_path.size(), std::to_string(text.size()).c_str());
            QVERIFY(std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; }));
        }
    }

    void weightsOfAnotherKindAreRefused()
    {
        const std::string header = R"({"head.bias":{"dtype":"F64","shape":[3],"data_offsets":[0,24]}})";
        std::string file(8 + header.size() + 24, '\0');
        const std::uint64_t length = header.size();
        std::memcpy(file.data(), &length, 8);
        std::memcpy(file.data() + 8, header.data(), header.size());
        QVERIFY(writeFileAtomically(m_path, file));
        GraphMaker m;
        m.addAfter(kNoNode, "tensor_input");
        m.dense(3);
        m.graph().nodes[1].name = "head";
        m.graph().nodes[1].params.set("bias", true);
        const auto weights = importWeights(m.graph(), m_path);
        QVERIFY(!weights);
        // The kernel is looked for first and is missing; the bias is there, but of the wrong kind.
        QCOMPARE(weights.error().code, ErrorCode::BadFormat);
        QVERIFY2(weights.error().message.find("F64") != std::string::npos, weights.error().message.c_str());
    }

    void damagedFilesNeverGetThrough()
    {
        const Project p = trainedProject(5, grouped());
        QVERIFY(exportWeights(p.graph, *p.state->weights, m_path));
        const auto good = readWholeFile(m_path, 1 << 20);
        QVERIFY(good.has_value());
        std::mt19937 random(11);
        int refused = 0;
        for (int round = 0; round < 300; ++round) {
            std::vector<std::uint8_t> bad = *good;
            if (round % 3 == 0)
                bad.resize(random() % bad.size());
            else // within length and header, where every byte counts
                for (int i = 0; i < 1 + round % 4; ++i)
                    bad[random() % 700] = static_cast<std::uint8_t>(random());
            QVERIFY(writeFileAtomically(m_path, {reinterpret_cast<const char*>(bad.data()), bad.size()}));
            const auto weights = importWeights(p.graph, m_path);
            refused += !weights;
            if (!weights)
                QVERIFY(!weights.error().message.empty());
        }
        QVERIFY2(refused > 250, std::to_string(refused).c_str());
    }
};

QTEST_APPLESS_MAIN(WeightsFileTest)
#include "weights_file_test.moc"
