// Models that others made: single operators with their outputs, and whole networks. They lie in ../shared/data/onnx.
#include "engine/analysis/counts.h"
#include "tests/engine/io/onnx/model_builder.h"
#include "tests/engine/io/onnx/onnx_data.h"

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

/// Operators that the importer must know.
const QStringList kOperators =
    QStringLiteral("Conv ConvTranspose MaxPool AveragePool GlobalAveragePool GlobalMaxPool "
                   "BatchNormalization InstanceNormalization LRN Gemm MatMul Relu LeakyRelu PRelu Elu "
                   "Selu Softplus Sigmoid Tanh Softmax LogSoftmax Clip HardSigmoid HardSwish Add Sub Mul "
                   "Div Neg Sum Max Min Concat Split Flatten Reshape Squeeze Unsqueeze Transpose Pad Resize "
                   "Upsample ReduceMean Dropout Identity Constant ConstantOfShape")
        .split(QLatin1Char(' '));

bool isKnown(const QString& ops)
{
    for (const QString& op : ops.split(QLatin1Char('+')))
        if (!kOperators.contains(op))
            return false;
    return true;
}

/// Windows in three dimensions are what no layer has.
bool isVolume(const QString& name, const QString& ops)
{
    return name.contains(QLatin1String("3d")) &&
           (ops.contains(QLatin1String("Conv")) || ops.contains(QLatin1String("Pool")));
}

} // namespace

class OnnxModelsTest : public QObject
{
    Q_OBJECT
    const QString m_folder = dataFolder("onnx");

private Q_SLOTS:
    void initTestCase()
    {
        if (m_folder.isEmpty())
            QSKIP("The stored ONNX models are not beside the checkout (../shared/data/onnx).");
    }

    void singleOperatorsGiveTheStoredOutputs_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<bool>("expected");
        const QList<QByteArray> lines = contentOf(m_folder + QStringLiteral("/node/INDEX.csv")).split('\n');
        int known = 0;
        for (const QByteArray& line : lines.mid(1)) {
            const QStringList fields = QString::fromUtf8(line).split(QLatin1Char(','));
            if (fields.size() < 4)
                continue;
            const bool expected = isKnown(fields[2]) && !isVolume(fields[0], fields[2]);
            known += expected ? 1 : 0;
            QTest::newRow(qPrintable(fields[0])) << m_folder + QStringLiteral("/node/") + fields[0] << expected;
        }
        QVERIFY(known > 40);
    }
    void singleOperatorsGiveTheStoredOutputs()
    {
        QFETCH(QString, folder);
        QFETCH(bool, expected);
        const auto project = openOnnx((folder + QStringLiteral("/model.onnx")).toStdString());
        if (!expected) {
            QVERIFY(!project);
            QVERIFY2(!project.error().hint.empty(), project.error().text().c_str());
            return;
        }
        QVERIFY2(project, faultOf(project).c_str());
        std::vector<StoredTensor> inputs;
        for (int i = 0;; ++i) {
            const QString path = folder + QStringLiteral("/test_data_set_0/input_%1.pb").arg(i);
            if (!QFile::exists(path))
                break;
            inputs.push_back(storedTensor(path));
        }
        const int outputs = std::max(1, static_cast<int>(project->graph.outputs.size()));
        for (int i = 0; i < outputs; ++i) {
            const StoredTensor wanted = storedTensor(folder + QStringLiteral("/test_data_set_0/output_%1.pb").arg(i));
            const auto found = computed(*project, inputs, i);
            QVERIFY2(found, faultOf(found).c_str());
            QCOMPARE(found->sizes, wanted.sizes);
            QVERIFY2(worstDifference(found->values, wanted.values, 1e-3) < 1,
                     qPrintable(QString::number(worstDifference(found->values, wanted.values, 1e-3))));
        }
    }

    void wholeNetworksOpen_data()
    {
        QTest::addColumn<int>("layers");
        QTest::addColumn<qint64>("parameters");
        // Parameters: LeNet variants by hand from their initializers, the others from their papers' tables (AlexNet
        // with two groups, DenseNet-121 with scale and shift twice).
        QTest::newRow("lenet_dynamic_batch_opset10") << 13 << qint64{61'706};
        QTest::newRow("lenet_mnist_opset11") << 14 << qint64{44'426};
        QTest::newRow("lenet_tanh_pad_opset9") << 14 << qint64{61'706};
        QTest::newRow("mnist_cntk_opset8") << 9 << qint64{5'994};
        QTest::newRow("light/light_bvlc_alexnet") << 25 << qint64{60'965'224};
        QTest::newRow("light/light_squeezenet") << 68 << qint64{1'235'496};
        QTest::newRow("light/light_resnet50") << 177 << qint64{25'557'032};
        QTest::newRow("light/light_shufflenet") << 0 << qint64{0};
        QTest::newRow("light/light_densenet121") << 0 << qint64{0};
    }
    void wholeNetworksOpen()
    {
        QFETCH(int, layers);
        QFETCH(qint64, parameters);
        const QString path =
            m_folder + QLatin1Char('/') + QLatin1String(QTest::currentDataTag()) + QStringLiteral(".onnx");
        const auto project = openOnnx(path.toStdString());
        QVERIFY2(project, faultOf(project).c_str());
        const ShapedGraph shaped = inferShapes(project->graph);
        QVERIFY(shaped.ok());
        const std::int64_t found = countNetwork(project->graph, shaped).total.trainable;
        qInfo("%s: %d layers, %lld parameters", QTest::currentDataTag(), static_cast<int>(project->graph.nodes.size()),
              static_cast<long long>(found));
        if (layers > 0)
            QCOMPARE(static_cast<int>(project->graph.nodes.size()), layers);
        if (parameters > 0)
            QCOMPARE(found, parameters);
        std::size_t stored = 0;
        for (const auto& [key, tensor] : *project->state->weights)
            stored += static_cast<std::size_t>(tensor.elements());
        QVERIFY(stored >= static_cast<std::size_t>(found));
    }
};

QTEST_GUILESS_MAIN(OnnxModelsTest)
#include "onnx_models_test.moc"
