#include "tests/support/layer_case.h"

#include <QtTest>

using namespace convarium::test;

/// Every layer's backward pass against central differences in double, each input and tensor by itself. The loss is a
/// random weighted sum of the outputs: a plain sum hides errors of softmax and normalisation.
class GradientTest : public QObject
{
    Q_OBJECT

    using Case = LayerCase<double>;
    static constexpr double kStep = 1e-5;
    static constexpr double kTolerance = 1e-6;
    /// Of the differences: the last digits of a loss of about 1, divided by two steps.
    static constexpr double kRounding = 1e-10;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
    static constexpr std::size_t kMost = 300; ///< numbers of a tensor: many times slower, and other builds try all
#else
    static constexpr std::size_t kMost = 1'000'000;
#endif

    /// Change of the loss when `value` goes up and down by a step, divided by two steps.
    static double numericSlope(Case& c, double& value, const std::vector<double>& lossWeights, bool training)
    {
        const double old = value;
        value = old + kStep;
        const std::vector<double> up = c.forward(training);
        value = old - kStep;
        const std::vector<double> down = c.forward(training);
        value = old;
        double change = 0;
        for (std::size_t i = 0; i < up.size(); ++i)
            change += lossWeights[i] * (up[i] - down[i]);
        return change / (2 * kStep);
    }

    static void compare(Case& c, std::vector<double>& values, const std::vector<double>& analytic,
                        const std::vector<double>& lossWeights, bool training, const QString& what)
    {
        double largest = 0;
        for (const double a : analytic)
            largest = std::max(largest, std::abs(a));
        for (std::size_t i = 0; i < values.size(); i += values.size() / kMost + 1) {
            const double numeric = numericSlope(c, values[i], lossWeights, training);
            const double scale = std::max({std::abs(analytic[i]), std::abs(numeric), 1e-3 * largest});
            QVERIFY2(std::isfinite(analytic[i]) && std::abs(analytic[i] - numeric) <= kTolerance * scale + kRounding,
                     qPrintable(QStringLiteral("%1 element %2: backward gives %3, differences give %4")
                                    .arg(what)
                                    .arg(i)
                                    .arg(analytic[i], 0, 'g', 12)
                                    .arg(numeric, 0, 'g', 12)));
        }
    }

private Q_SLOTS:
    void backwardEqualsCentralDifferences_data()
    {
        QTest::addColumn<QString>("layer");
        QTest::addColumn<int>("sample");
        QTest::addColumn<bool>("training");
        for (const LayerDescriptor& layer : layerRegistry())
            for (std::size_t s = 0; s < layer.samples.size(); ++s)
                for (const bool training : {true, false})
                    QTest::addRow("%s, %s, %s", layer.id.c_str(), layer.samples[s].name.c_str(),
                                  training ? "training" : "evaluation")
                        << QString::fromStdString(layer.id) << static_cast<int>(s) << training;
    }

    void backwardEqualsCentralDifferences()
    {
        QFETCH(const QString, layer);
        QFETCH(const int, sample);
        QFETCH(const bool, training);
        const LayerDescriptor* descriptor = findLayer(layer.toStdString());
        Case c(*descriptor, descriptor->samples[static_cast<std::size_t>(sample)], 3);

        const std::vector<double> lossWeights = Case::spread(static_cast<std::int64_t>(c.output().size()));
        std::vector<std::vector<double>> inputGradients, tensorGradients;
        for (const auto& values : c.inputs())
            inputGradients.emplace_back(values.size(), 0.25); // gradients are added to what is there
        for (const auto& values : c.tensors())
            tensorGradients.emplace_back(values.size(), 0.25);
        c.forward(training);
        ReferenceCall<double> call = c.call(training);
        call.outputGradient = TensorView<const double>(lossWeights.data(), c.batch(), c.outputShape());
        for (std::size_t i = 0; i < inputGradients.size(); ++i)
            call.inputGradients.push_back({inputGradients[i].data(), c.batch(), c.inputShapes()[i]});
        for (std::size_t i = 0; i < tensorGradients.size(); ++i) {
            const bool weight = c.infos()[i].role == TensorRole::Weight;
            call.tensorGradients.push_back(weight ? TensorView<double>(tensorGradients[i].data(), 1, c.infos()[i].shape)
                                                  : TensorView<double>());
        }
        c.functions().backward(call);

        for (std::size_t i = 0; i < inputGradients.size(); ++i) {
            for (double& g : inputGradients[i])
                g -= 0.25;
            compare(c, c.inputs()[i], inputGradients[i], lossWeights, training, QStringLiteral("input %1").arg(i));
        }
        for (std::size_t i = 0; i < tensorGradients.size(); ++i) {
            if (c.infos()[i].role != TensorRole::Weight)
                continue;
            for (double& g : tensorGradients[i])
                g -= 0.25;
            compare(c, c.tensors()[i], tensorGradients[i], lossWeights, training,
                    QString::fromStdString(c.infos()[i].key));
        }
    }

    void gradientsNobodyWantsAreLeftAlone()
    {
        for (const LayerDescriptor& layer : layerRegistry()) {
            if (layer.minInputs == 0)
                continue;
            Case c(layer, layer.samples.front(), 2);
            c.forward(true);
            const std::vector<double> gradient(c.output().size(), 1.0);
            ReferenceCall<double> call = c.call(true);
            call.outputGradient = TensorView<const double>(gradient.data(), c.batch(), c.outputShape());
            call.inputGradients.resize(c.inputs().size());
            call.tensorGradients.resize(c.tensors().size());
            const auto inputs = c.inputs();
            c.functions().backward(call); // a null view must not be written to
            QVERIFY2(inputs == c.inputs(), layer.id.c_str());
        }
    }
};

QTEST_APPLESS_MAIN(GradientTest)
#include "gradient_test.moc"
