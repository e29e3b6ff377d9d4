// Every built-in network, exported to PyTorch and run there: the same outputs. Large networks with two images.
#include "engine/io/atomic_file.h"
#include "engine/io/presets.h"
#include "engine/io/safetensors.h"
#include "engine/io/torch/torch_export.h"
#include "engine/layers/layer.h"
#include "engine/plan/infer_values.h"
#include "engine/train/trainer.h"
#include "tests/support/python.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

constexpr std::int64_t kImages = 2;
constexpr std::int64_t kMaxParameters = 2'000'000'000 / 16; // both programs hold the weights about twice, as float32

struct Preset {
    std::string name;
    Project project;
    WeightsPtr weights;
    Tensor images;
    Tensor theirs;
};

std::int64_t parameters(const WeightMap& weights)
{
    std::int64_t count = 0;
    for (const auto& [key, tensor] : weights)
        count += tensor.elements();
    return count;
}

double norm(const std::vector<float>& values)
{
    double sum = 0;
    for (const float v : values)
        sum += static_cast<double>(v) * v;
    return std::sqrt(sum);
}

} // namespace

class TorchPresetsTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::vector<Preset> m_presets;

    static std::int64_t weightCount(const GraphSpec& graph)
    {
        std::int64_t count = 0;
        const ShapedGraph shaped = inferShapes(graph);
        for (const Node& node : graph.nodes)
            for (const TensorInfo& tensor : findLayer(node.type)->tensors(
                     shaped.inputShapes(graph, node.id), completeParams(*findLayer(node.type), node.params).value()))
                count += tensor.shape.elements();
        return count;
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (!hasPyTorch())
            QSKIP("There is no PyTorch for /usr/bin/python3 on this machine.");
        QStringList arguments{QStringLiteral(CONVARIUM_SOURCE_DIR "/tests/engine/peer/peer.py"), m_folder.path()};
        for (const PresetInfo& info : presets()) {
            Preset p;
            p.name = info.name;
            p.project = loadPreset(info.name).value();
            if (weightCount(p.project.graph) > kMaxParameters) {
                qInfo("%s is left out: its weights would need more than 2 GB here and there.", info.name.c_str());
                continue;
            }
            p.weights = initialWeights(p.project.graph, 1);
            Shape all{kImages};
            const std::vector<NetworkInput> inputs = networkInputs(p.project.graph);
            QCOMPARE(inputs.size(), 1U);
            for (int i = 0; i < inputs[0].shape.rank(); ++i)
                all.append(inputs[0].shape[i]);
            p.images = Tensor(all);
            const CountedRng rng(4, RandomPurpose::Test);
            for (std::int64_t i = 0; i < p.images.elements(); ++i)
                p.images[i] = static_cast<float>(rng.word(0, static_cast<std::uint32_t>(i))) * 0x1p-32F;
            const std::string stem = m_folder.filePath(QString::fromStdString(info.name)).toStdString();
            const auto written = exportTorch(p.project, *p.weights, stem + ".py");
            QVERIFY2(written.has_value(), written ? "" : written.error().text().c_str());
            const Tensor labels(Shape{kImages});
            const auto bytes = encodeSafetensors({{"images", &p.images}, {"labels", &labels}});
            QVERIFY(writeFileAtomically(stem + ".batch.safetensors",
                                        {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
            arguments.append(QString::fromStdString(info.name) + QStringLiteral(":forward"));
            m_presets.push_back(std::move(p));
        }
        const PythonResult run = runPython(arguments, 600'000);
        QVERIFY2(run.status == 0, run.err.constData());
        for (Preset& p : m_presets) {
            const std::string file =
                m_folder.filePath(QString::fromStdString(p.name)).toStdString() + ".theirs.safetensors";
            const auto bytes = readWholeFile(file, std::int64_t{1} << 30);
            QVERIFY(bytes.has_value());
            p.theirs = decodeSafetensors(*bytes, file).value().at("output");
        }
    }

    void outputsAgree_data()
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < m_presets.size(); ++i)
            QTest::newRow(m_presets[i].name.c_str()) << static_cast<int>(i);
    }

    void outputsAgree()
    {
        QFETCH(const int, index);
        const Preset& p = m_presets[static_cast<std::size_t>(index)];
        const GraphSpec& graph = p.project.graph;
        auto ours = inferValues(graph, *p.weights, resultNode(graph), {p.images.data()}, kImages, 2);
        QVERIFY2(ours.has_value(), ours ? "" : ours.error().text().c_str());
        QCOMPARE(static_cast<std::int64_t>(ours->values.size()), p.theirs.elements());
        std::vector<float> difference = ours->values;
        for (std::size_t i = 0; i < difference.size(); ++i)
            difference[i] -= p.theirs.values()[i];
        const double share = norm(difference) / norm(p.theirs.values());
        qInfo("%lld weights, relative difference %.2g", static_cast<long long>(parameters(*p.weights)), share);
        QVERIFY(share < 1e-4);
    }
};

QTEST_APPLESS_MAIN(TorchPresetsTest)
#include "torch_presets_test.moc"
