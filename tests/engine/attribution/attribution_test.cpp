// Grad-CAM, input gradient and occlusion of LeNet-5 against a LeNet-5 written down once more, in double, whose slopes
// are measured instead of derived; and the check that random weights give another explanation.
#include "engine/attribution/attribution.h"

#include "datasets/datasets.h"
#include "tests/support/training_runs.h"

#include <QTest>
#include <cmath>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

using Values = std::vector<double>;

/// Maps of one size, map after map.
struct Maps {
    int count, side;
    Values v;
    [[nodiscard]] double at(int m, int y, int x) const
    {
        return y < 0 || x < 0 || y >= side || x >= side ? 0 : v[static_cast<std::size_t>((m * side + y) * side + x)];
    }
};

/// LeNet-5 as in tests/support/graphs.h, by hand.
class Lenet
{
public:
    explicit Lenet(const WeightMap& weights) : m_weights(weights) {}

    [[nodiscard]] Maps second(const Values& pixels) const // 16 maps of 10x10 after their tanh
    {
        return tanh(conv(halved(tanh(conv({1, 28, pixels}, 2, 2))), 5, 0));
    }
    [[nodiscard]] double score(const Maps& maps, int index) const
    {
        Values x = tanh(conv(halved(maps), 8, 0)).v;
        x = dense(x, 11);
        for (double& v : x)
            v = std::tanh(v);
        return dense(x, 13)[static_cast<std::size_t>(index)];
    }
    [[nodiscard]] double score(const Values& pixels, int index) const { return score(second(pixels), index); }

private:
    [[nodiscard]] Maps conv(const Maps& in, NodeId node, int pad) const
    {
        const Tensor& w = m_weights.at({node, "weight"});
        const Tensor& b = m_weights.at({node, "bias"});
        Maps out{static_cast<int>(w.shape()[0]), in.side + 2 * pad - 4, {}};
        for (int k = 0; k < out.count; ++k)
            for (int y = 0; y < out.side; ++y)
                for (int x = 0; x < out.side; ++x) {
                    double sum = static_cast<double>(b[k]);
                    for (int c = 0; c < in.count; ++c)
                        for (int i = 0; i < 25; ++i)
                            sum += static_cast<double>(w[(k * in.count + c) * 25 + i]) *
                                   in.at(c, y - pad + i / 5, x - pad + i % 5);
                    out.v.push_back(sum);
                }
        return out;
    }
    static Maps halved(const Maps& in)
    {
        Maps out{in.count, in.side / 2, {}};
        for (int c = 0; c < in.count; ++c)
            for (int y = 0; y < out.side; ++y)
                for (int x = 0; x < out.side; ++x)
                    out.v.push_back((in.at(c, 2 * y, 2 * x) + in.at(c, 2 * y, 2 * x + 1) + in.at(c, 2 * y + 1, 2 * x) +
                                     in.at(c, 2 * y + 1, 2 * x + 1)) /
                                    4);
        return out;
    }
    static Maps tanh(Maps maps)
    {
        for (double& v : maps.v)
            v = std::tanh(v);
        return maps;
    }
    [[nodiscard]] Values dense(const Values& in, NodeId node) const
    {
        const Tensor& w = m_weights.at({node, "weight"});
        const Tensor& b = m_weights.at({node, "bias"});
        Values out;
        for (std::int64_t u = 0; u < w.shape()[0]; ++u) {
            double sum = static_cast<double>(b[u]);
            for (std::size_t i = 0; i < in.size(); ++i)
                sum += static_cast<double>(w[u * w.shape()[1] + static_cast<std::int64_t>(i)]) * in[i];
            out.push_back(sum);
        }
        return out;
    }
    const WeightMap& m_weights;
};

Values scaled(const std::vector<std::uint8_t>& pixels)
{
    Values out;
    for (const auto p : pixels)
        out.push_back(p / 255.0);
    return out;
}

} // namespace

class AttributionTest : public QObject
{
    Q_OBJECT

    GraphSpec m_graph = lenet5();
    WeightsPtr m_weights;
    std::vector<std::uint8_t> m_pixels = std::vector<std::uint8_t>(28 * 28);
    int m_label = -1;

private Q_SLOTS:
    void initTestCase()
    {
        const DatasetBundle digits = convarium::datasets::open("digits").value();
        TrainConfig config;
        config.steps = 150;
        config.batch = 32;
        config.threads = 2;
        Trainer trainer(m_graph, config, {digits.name, digits.title, digits.train, {}, {}});
        TrainControl control;
        Recorder sink;
        QCOMPARE(trainer.run(control, sink).reason, StopReason::Finished);
        m_weights = trainer.state()->weights;
        QVERIFY(digits.test->image(4, m_pixels));
        m_label = digits.test->label(4);
    }

    void theInputGradientIsTheSlopeOfTheScore()
    {
        const auto a = attribute(m_graph, *m_weights, m_pixels, m_label);
        QVERIFY(a);
        const Lenet lenet(*m_weights);
        Values x = scaled(m_pixels);
        QVERIFY(std::abs(a->score - lenet.score(x, m_label)) < 1e-4);
        double largest = 0;
        for (const float g : a->inputGradient.values())
            largest = std::max(largest, static_cast<double>(std::abs(g)));
        for (std::size_t i = 0; i < x.size(); i += 7) { // every seventh pixel meets every row and column
            const double before = x[i], step = 1e-5;
            x[i] = before + step;
            const double up = lenet.score(x, m_label);
            x[i] = before - step;
            const double slope = (up - lenet.score(x, m_label)) / (2 * step);
            x[i] = before;
            QVERIFY(std::abs(slope - static_cast<double>(a->inputGradient[static_cast<std::int64_t>(i)])) <
                    1e-4 * largest);
        }
    }

    void gradCamIsThatOfThePaper()
    {
        const auto a = attribute(m_graph, *m_weights, m_pixels, m_label);
        QCOMPARE(a->gradCamNode, 6); // the tanh of the second convolution: the third has a single place
        QCOMPARE(a->gradCam.shape(), (Shape{10, 10}));
        const Lenet lenet(*m_weights);
        const Maps maps = lenet.second(scaled(m_pixels));
        Values sum(100);
        for (int k = 0; k < 16; ++k) {
            // All places of a map moved together: the sum of their slopes.
            const double step = 1e-5;
            Maps up = maps, down = maps;
            for (int i = 0; i < 100; ++i) {
                up.v[static_cast<std::size_t>(100 * k + i)] += step;
                down.v[static_cast<std::size_t>(100 * k + i)] -= step;
            }
            const double mean = (lenet.score(up, m_label) - lenet.score(down, m_label)) / (2 * step) / 100;
            for (int i = 0; i < 100; ++i)
                sum[static_cast<std::size_t>(i)] += mean * maps.v[static_cast<std::size_t>(100 * k + i)];
        }
        const double largest = *std::max_element(sum.begin(), sum.end());
        QVERIFY(largest > 0);
        for (int i = 0; i < 100; ++i)
            QVERIFY(std::abs(std::max(0.0, sum[static_cast<std::size_t>(i)]) - static_cast<double>(a->gradCam[i])) <
                    1e-4 * largest);
    }

    void occlusionIsTheFallOfTheScore()
    {
        const auto a = attribute(m_graph, *m_weights, m_pixels, m_label, {4, 3});
        QCOMPARE(a->occlusion.shape(), (Shape{9, 9}));
        const Lenet lenet(*m_weights);
        const double whole = lenet.score(scaled(m_pixels), m_label);
        for (int place = 0; place < 81; ++place) {
            auto hidden = m_pixels;
            for (int y = 0; y < 4; ++y)
                for (int x = 0; x < 4; ++x)
                    hidden[static_cast<std::size_t>((place / 9 * 3 + y) * 28 + place % 9 * 3 + x)] = 0; // the paper
            const double fall = whole - lenet.score(scaled(hidden), m_label);
            QVERIFY(std::abs(fall - static_cast<double>(a->occlusion[place])) < 1e-4 * (1 + std::abs(whole)));
        }
    }

    /// An explanation of what was learnt must change when what was learnt is thrown away.
    void randomWeightsChangeEveryMap()
    {
        const auto learnt = attribute(m_graph, *m_weights, m_pixels, m_label);
        const auto random = attribute(m_graph, *initialWeights(m_graph, 99), m_pixels, m_label);
        QVERIFY(std::abs(likeness(learnt->inputGradient, random->inputGradient)) < 0.5);
        QVERIFY(std::abs(likeness(learnt->gradCam, random->gradCam)) < 0.8);
        QVERIFY(std::abs(likeness(learnt->occlusion, random->occlusion)) < 0.8);
        QVERIFY(std::abs(likeness(learnt->gradCam, learnt->gradCam) - 1) < 1e-6);
    }

    void anotherClassHasAnotherExplanation()
    {
        const auto own = attribute(m_graph, *m_weights, m_pixels, m_label);
        const auto other = attribute(m_graph, *m_weights, m_pixels, (m_label + 1) % 10);
        QVERIFY(own->score > other->score);
        QVERIFY(own->inputGradient.values() != other->inputGradient.values());
    }

    void whatCannotBeDoneIsToldInWords()
    {
        QVERIFY(!attribute(m_graph, *m_weights, m_pixels, 10));
        QVERIFY(!attribute(m_graph, *m_weights, std::span(m_pixels).first(100), 1));
        // No map of more than one place: no Grad-CAM, but the rest.
        const GraphSpec flat = mlp();
        const auto a = attribute(flat, *initialWeights(flat, 1), m_pixels, 1);
        QVERIFY(a);
        QCOMPARE(a->gradCamNode, kNoNode);
        QCOMPARE(a->gradCam.elements(), 0);
    }
};

QTEST_GUILESS_MAIN(AttributionTest)
#include "attribution_test.moc"
