// Models that others trained classify as well here as where they come from. Data: ../shared/data.
#include "datasets/datasets.h"
#include "engine/train/evaluator.h"
#include "tests/engine/io/onnx/model_builder.h"
#include "tests/engine/io/onnx/onnx_data.h"

#include <QImage>

#include <numeric>

using namespace convarium::engine;
using namespace convarium::test;

class OnnxAccuracyTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void digits_data()
    {
        QTest::addColumn<QString>("scale");
        // Of the first 500 test digits, as PyTorch computes them; the models' README says the same of two and 0.995 of
        // the first one, which holds for its first 200 digits.
        QTest::addColumn<double>("accuracy");
        QTest::newRow("mnist_cntk_opset8") << "byte" << 0.986;
        QTest::newRow("lenet_mnist_opset11") << "0.1307,0.3081" << 0.986;
        QTest::newRow("lenet_dynamic_batch_opset10") << "byte" << 0.988;
    }
    void digits()
    {
        QFETCH(QString, scale);
        QFETCH(double, accuracy);
        const QString models = dataFolder("onnx"), mnist = dataFolder("mnist");
        if (models.isEmpty() || mnist.isEmpty())
            QSKIP("The stored models and MNIST are not beside the checkout (../shared/data).");
        const QString file =
            models + QLatin1Char('/') + QLatin1String(QTest::currentDataTag()) + QStringLiteral(".onnx");
        auto project = openOnnx(file.toStdString());
        QVERIFY2(project, faultOf(project).c_str());
        for (const NetworkInput& input : networkInputs(project->graph))
            project->graph.inputs = {{input.node, scale.toStdString()}};
        const auto data = convarium::datasets::open(mnist.toStdString());
        QVERIFY2(data, faultOf(data).c_str());
        auto evaluator = Evaluator::create(project->graph, 2, 100);
        QVERIFY2(evaluator, faultOf(evaluator).c_str());
        (*evaluator)->setWeights(*project->state->weights);
        std::vector<std::uint32_t> first(500);
        std::iota(first.begin(), first.end(), 0u);
        const auto result = (*evaluator)->run(*data->test, first);
        QVERIFY2(result, faultOf(result).c_str());
        qInfo("%s: %.3f", QTest::currentDataTag(), result->accuracy);
        QVERIFY(std::abs(result->accuracy - accuracy) < 0.0021);
    }

    /// Every 125th logit of PyTorch's network with these weights, for a made-up picture.
    void mobileNetGivesPyTorchsLogits()
    {
        const QString folder = dataFolder("mobilenet_v2");
        if (folder.isEmpty())
            QSKIP("MobileNetV2 is not beside the checkout (../shared/data/mobilenet_v2).");
        const auto project = openOnnx((folder + QStringLiteral("/mobilenet_v2_1.0_224.onnx")).toStdString());
        QVERIFY2(project, faultOf(project).c_str());
        StoredTensor picture{{1, 3, 224, 224}, {}};
        for (std::int64_t i = 0; i < 3 * 224 * 224; ++i)
            picture.values.push_back(static_cast<float>(static_cast<double>(i * 7919 % 1000) / 500 - 1));
        const auto logits = computed(*project, {picture});
        QVERIFY2(logits, faultOf(logits).c_str());
        const double expected[] = {-1.3422, -1.38518, -1.0153, -1.57462, -0.53637, -3.07351, 5.21526, 0.31545};
        for (std::size_t i = 0; i < 8; ++i)
            QVERIFY(std::abs(static_cast<double>(logits->values[i * 125]) - expected[i]) < 1e-3);
    }

    /// At least 85 % of the photographs of daisies have daisy (class 985) among the first five.
    void mobileNetKnowsDaisies()
    {
        const QString folder = dataFolder("mobilenet_v2"), photographs = dataFolder("images/daisy");
        if (folder.isEmpty() || photographs.isEmpty())
            QSKIP("MobileNetV2 and the photographs are not beside the checkout (../shared/data).");
        const auto project = openOnnx((folder + QStringLiteral("/mobilenet_v2_1.0_224.onnx")).toStdString());
        QVERIFY2(project, faultOf(project).c_str());
        const QStringList files = QDir(photographs).entryList(QDir::Files, QDir::Name);
        const float mean[] = {0.485f, 0.456f, 0.406f}, deviation[] = {0.229f, 0.224f, 0.225f};
        int known = 0, seen = 0;
        for (qsizetype at = 0; at < files.size() && seen < 24; at += std::max<qsizetype>(1, files.size() / 24)) {
            QImage image(photographs + QLatin1Char('/') + files[at]);
            if (image.isNull())
                continue;
            const int side = std::min(image.width(), image.height());
            image = image
                        .scaled(image.width() * 256 / side, image.height() * 256 / side, Qt::IgnoreAspectRatio,
                                Qt::SmoothTransformation)
                        .convertToFormat(QImage::Format_RGB888);
            const int left = (image.width() - 224) / 2, top = (image.height() - 224) / 2;
            StoredTensor picture{{1, 3, 224, 224}, {}};
            for (int c = 0; c < 3; ++c)
                for (int y = 0; y < 224; ++y)
                    for (int x = 0; x < 224; ++x) {
                        const uchar byte = image.constScanLine(top + y)[(left + x) * 3 + c];
                        picture.values.push_back((static_cast<float>(byte) / 255 - mean[c]) / deviation[c]);
                    }
            const auto logits = computed(*project, {picture});
            QVERIFY2(logits, faultOf(logits).c_str());
            const float daisy = logits->values[985];
            const auto better =
                std::count_if(logits->values.begin(), logits->values.end(), [&](float v) { return v > daisy; });
            known += better < 5 ? 1 : 0;
            ++seen;
        }
        qInfo("daisy among the first five: %d of %d", known, seen);
        QVERIFY(seen >= 10 && known >= 0.85 * seen);
    }
};

QTEST_GUILESS_MAIN(OnnxAccuracyTest)
#include "onnx_accuracy_test.moc"
