#include "engine/layers/dropout_mask.h"
#include "engine/layers/initialize.h"
#include "tests/support/layer_case.h"

#include <QtTest>

using namespace convarium::test;

class LayerRandomnessTest : public QObject
{
    Q_OBJECT

    static std::vector<float> initial(const TensorInfo& info, std::uint64_t seed, NodeId node)
    {
        std::vector<float> values(static_cast<std::size_t>(info.shape.elements()));
        fillInitial(info, seed, node, values.data());
        return values;
    }
    static double meanSquare(const std::vector<float>& values)
    {
        double sum = 0;
        for (const float v : values)
            sum += static_cast<double>(v) * v;
        return sum / static_cast<double>(values.size());
    }

private Q_SLOTS:
    void dropoutFollowsItsDefinitionWhateverTheBatch()
    {
        const LayerDescriptor& layer = *findLayer("dropout");
        const Params params{{"rate", 0.25}};
        const Shape shape{3, 5, 7};
        const std::vector<std::uint32_t> images{9, 4000000000u, 0};
        const std::vector<float> ones(static_cast<std::size_t>(shape.elements()), 1.0f);
        const CountedRng rng(11, RandomPurpose::Dropout, 6, 2);
        int kept = 0;
        for (std::size_t n = 0; n < images.size(); ++n) { // one by one: the mask belongs to the image, not to its place
            std::vector<float> out(ones.size());
            ReferenceCall<float> call;
            call.params = &params;
            call.training = true;
            call.random = {11, 6, 2, std::span(images).subspan(n, 1)};
            call.inputs = {{ones.data(), 1, shape}};
            call.output = {out.data(), 1, shape};
            layer.reference.forward(call);
            for (std::size_t i = 0; i < out.size(); ++i) {
                const bool keeps = rng.word(images[n], static_cast<std::uint32_t>(i)) >= 0x40000000u;
                QCOMPARE(out[i], keeps ? 1 / 0.75f : 0.0f);
                kept += keeps ? 1 : 0;
                std::uint8_t quad[4];
                dropoutKeepsQuad(rng, dropoutThreshold(0.25), images[n], static_cast<std::uint32_t>(i / 4), quad);
                QCOMPARE(quad[i % 4] != 0, keeps);
            }
        }
        QVERIFY2(kept > 200 && kept < 270, qPrintable(QString::number(kept))); // 315 in all, 236 expected
    }

    void initialWeightsDependOnSeedNodeAndKeyOnly()
    {
        TensorInfo info;
        info.key = "weight";
        info.shape = {4, 3};
        info.initializer = Initializer::HeNormal;
        info.fanIn = 3;
        const auto first = initial(info, 1, 5);
        QCOMPARE(initial(info, 1, 5), first);
        QVERIFY(initial(info, 2, 5) != first);
        QVERIFY(initial(info, 1, 6) != first);
        info.key = "other";
        QVERIFY(initial(info, 1, 5) != first);
        info.key = "weight";
        info.shape = {5, 3};
        const auto larger = initial(info, 1, 5);
        QVERIFY(std::equal(first.begin(), first.end(), larger.begin())); // more rows leave the first ones alone
    }

    void initialWeightsHaveTheSpreadTheirPapersGive()
    {
        TensorInfo info;
        info.key = "weight";
        info.shape = {200, 100};
        info.fanIn = 100;
        info.fanOut = 200;
        info.initializer = Initializer::HeNormal;
        QVERIFY(std::abs(meanSquare(initial(info, 3, 1)) / (2.0 / 100) - 1) < 0.05);
        info.initializer = Initializer::GlorotUniform; // variance limit^2 / 3 = 2 / (fan in + fan out)
        const auto uniform = initial(info, 3, 1);
        QVERIFY(std::abs(meanSquare(uniform) / (2.0 / 300) - 1) < 0.05);
        for (const float v : uniform)
            QVERIFY(std::abs(v) <= std::sqrt(6.0 / 300) + 1e-7);
        info.initializer = Initializer::Ones;
        QCOMPARE(initial(info, 3, 1), std::vector<float>(20000, 1.0f));
        info.initializer = Initializer::Quarter;
        QCOMPARE(initial(info, 3, 1), std::vector<float>(20000, 0.25f));
        info.initializer = Initializer::Zeros;
        QCOMPARE(initial(info, 3, 1), std::vector<float>(20000, 0.0f));
    }
};

QTEST_APPLESS_MAIN(LayerRandomnessTest)
#include "layer_randomness_test.moc"
