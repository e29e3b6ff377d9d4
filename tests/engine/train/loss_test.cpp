// Losses: numbers worked out by hand, finite differences, the kernels against the model in double, PyTorch's
// numbers, extreme logits; whole networks with each loss, and masks.
#include "engine/data/masks.h"
#include "engine/losses/loss.h"
#include "engine/plan/executor.h"
#include "engine/train/network_loss.h"
#include "engine/train/reference_run.h"
#include "tests/support/pytorch.h"
#include "tests/support/training_runs.h"

#include <QJsonArray>
#include <QTest>

#include <cmath>
#include <limits>
#include <numeric>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

/// Rows of logits in the kernels' layout, with their labels.
struct Rows {
    Rows(const kernels::KernelTable& t, std::int64_t rows, std::int64_t count)
        : table(t), classes(count), lanes((count + t.width - 1) / t.width * t.width),
          logits(static_cast<std::size_t>(rows * lanes), 0.25f), gradient(logits.size(), 9.0f),
          labels(static_cast<std::size_t>(rows))
    {
    }
    float& at(std::int64_t row, std::int64_t c) { return logits[static_cast<std::size_t>(row * lanes + c)]; }
    float gradientAt(std::int64_t row, std::int64_t c) const
    {
        return gradient[static_cast<std::size_t>(row * lanes + c)];
    }
    /// The sum of the rows' losses.
    double run(const Loss& l, float scale = 1)
    {
        double loss = 0;
        correct = 0;
        kernels::LossArgs a{logits.data(), labels.data(), gradient.data(), static_cast<std::int64_t>(labels.size()),
                            classes,       lanes,         scale,           static_cast<float>(l.smoothing),
                            &loss,         &correct};
        (table.*l.info->kernel)(a);
        return loss;
    }

    const kernels::KernelTable& table;
    std::int64_t classes, lanes;
    std::vector<float> logits, gradient;
    std::vector<std::int32_t> labels;
    std::int64_t correct = 0;
};

std::vector<Loss> everyLoss()
{
    std::vector<Loss> all;
    for (const LossInfo& info : lossRegistry()) {
        all.push_back({&info, 0});
        if (info.takesSmoothing)
            all.push_back({&info, 0.1});
    }
    return all;
}

Loss lossOf(const char* text)
{
    return parseLoss(text).value();
}

/// The logits both programs use: row r, class c.
double logitAt(int r, int c)
{
    return 3 * std::sin(1.1 * r + 0.7 * c);
}

const QByteArray kTorchLosses = R"(
import json, math, torch
F = torch.nn.functional
def logits():
    return torch.tensor([[3 * math.sin(1.1 * r + 0.7 * c) for c in range(5)] for r in range(6)], requires_grad=True)
labels = torch.tensor([0, 3, 4, 1, 1, 2])
hot = F.one_hot(labels, 5).float()
cases = {
  'cross-entropy': lambda z: F.cross_entropy(z, labels),
  'cross-entropy:0.1': lambda z: F.cross_entropy(z, labels, label_smoothing=0.1),
  'binary-cross-entropy': lambda z: F.binary_cross_entropy_with_logits(z, hot),
  'mean-squared-error': lambda z: F.mse_loss(z, hot),
  'pixel-cross-entropy': lambda z: F.cross_entropy(z.reshape(1, 6, 5).permute(0, 2, 1),
      torch.tensor([[0, 3, 255, 1, 1, 255]]), ignore_index=255),
  'pixel-cross-entropy:0.2': lambda z: F.cross_entropy(z.reshape(1, 6, 5).permute(0, 2, 1),
      torch.tensor([[0, 3, 255, 1, 1, 255]]), ignore_index=255, label_smoothing=0.2),
}
out = {}
for name, f in cases.items():
    z = logits()
    loss = f(z)
    loss.backward()
    out[name] = {'loss': loss.item(), 'gradient': z.grad.flatten().tolist()}
print(json.dumps(out))
)";

/// Images of 6 x 5 pixels with masks of their own, some pixels of which do not count.
class MaskedDataset final : public Dataset
{
public:
    explicit MaskedDataset(std::int64_t images, std::uint8_t ignored = kIgnoredPixel)
        : m_images(images), m_ignored(ignored)
    {
    }
    std::int64_t size() const override { return m_images; }
    Shape imageShape() const override { return {1, 6, 5}; }
    TargetKind targetKind() const override { return TargetKind::Mask; }
    const std::vector<std::string>& classNames() const override { return m_names; }
    Result<void> image(std::int64_t i, std::span<std::uint8_t> out) const override
    {
        for (std::size_t p = 0; p < out.size(); ++p)
            out[p] = static_cast<std::uint8_t>(
                m_rng.below(256, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(p)));
        return {};
    }
    Result<void> mask(std::int64_t i, std::span<std::uint8_t> out) const override
    {
        for (std::size_t p = 0; p < out.size(); ++p) {
            const auto c = m_rng.below(4, static_cast<std::uint32_t>(i), 1000 + static_cast<std::uint32_t>(p));
            out[p] = c == 3 ? m_ignored : static_cast<std::uint8_t>(c);
        }
        return {};
    }
    bool hasIgnoredPixels() const override { return true; }
    int label(std::int64_t) const override { return -1; }

private:
    std::int64_t m_images;
    std::uint8_t m_ignored;
    CountedRng m_rng{5, RandomPurpose::Test};
    std::vector<std::string> m_names{"ground", "one", "two"};
};

GraphSpec segmenter(std::int64_t classes, std::int64_t height = 6, std::int64_t width = 5)
{
    GraphMaker m("segmenter");
    m.input(1, height, width);
    m.conv(7, 3, -1);
    m.add("relu");
    m.conv(classes, 3, -1);
    return m.graph();
}

} // namespace

class LossTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyLossIsDescribed()
    {
        QStringList ids;
        for (const LossInfo& l : lossRegistry()) {
            ids << QString::fromStdString(l.id);
            QVERIFY2(!l.title.empty() && !l.help.empty() && !l.paper.empty() && !l.formula.empty() && l.kernel &&
                         l.reference,
                     l.id.c_str());
        }
        QCOMPARE(ids,
                 QStringList({"cross-entropy", "binary-cross-entropy", "mean-squared-error", "pixel-cross-entropy"}));
    }

    void numbersWorkedOutByHand()
    {
        // Two classes, logits 0 and ln 3: probabilities 1/4 and 3/4, as softmax; as sigmoids 1/2 and 3/4.
        const double z = std::log(3.0);
        const kernels::KernelTable* const table = &kernels::active();
        Rows rows(*table, 1, 2);
        rows.at(0, 0) = 0;
        rows.at(0, 1) = static_cast<float>(z);
        rows.labels[0] = 0;
        QVERIFY(std::abs(rows.run(lossOf("cross-entropy")) - std::log(4.0)) < 1e-6);
        QVERIFY(std::abs(rows.gradientAt(0, 0) + 0.75f) < 1e-6f && std::abs(rows.gradientAt(0, 1) - 0.75f) < 1e-6f);
        QCOMPARE(rows.correct, 0);
        // Smoothing 0.2: target 0.9 and 0.1.
        QVERIFY(std::abs(rows.run(lossOf("cross-entropy:0.2")) - (0.9 * std::log(4.0) + 0.1 * std::log(4.0 / 3))) <
                1e-6);
        QVERIFY(std::abs(rows.gradientAt(0, 0) - (0.25f - 0.9f)) < 1e-6f);
        QVERIFY(std::abs(rows.run(lossOf("binary-cross-entropy")) - (std::log(2.0) + std::log(4.0))) < 1e-6);
        QVERIFY(std::abs(rows.gradientAt(0, 0) + 0.5f) < 1e-6f && std::abs(rows.gradientAt(0, 1) - 0.75f) < 1e-6f);
        QVERIFY(std::abs(rows.run(lossOf("mean-squared-error")) - (1 + z * z)) < 1e-6);
        QVERIFY(std::abs(rows.gradientAt(0, 0) + 2) < 1e-6f);
        rows.labels[0] = 1;
        rows.run(lossOf("mean-squared-error"));
        QCOMPARE(rows.correct, 1);
    }

    void referencesAgreeWithFiniteDifferences()
    {
        for (const Loss& loss : everyLoss())
            for (int label = 0; label < 5; ++label) {
                std::vector<double> z(5), gradient(5);
                for (int c = 0; c < 5; ++c)
                    z[static_cast<std::size_t>(c)] = logitAt(label, c);
                loss.info->reference(z.data(), label, 5, loss.smoothing, gradient.data());
                for (std::size_t c = 0; c < 5; ++c) {
                    constexpr double kStep = 1e-5;
                    std::vector<double> up = z, down = z;
                    up[c] += kStep;
                    down[c] -= kStep;
                    const double slope = (loss.info->reference(up.data(), label, 5, loss.smoothing, nullptr) -
                                          loss.info->reference(down.data(), label, 5, loss.smoothing, nullptr)) /
                                         (2 * kStep);
                    QVERIFY2(std::abs(slope - gradient[c]) < 1e-8 * (1 + std::abs(slope)), loss.info->id.c_str());
                }
            }
    }

    void kernelsEqualTheReference()
    {
        const CountedRng rng(9, RandomPurpose::Test);
        const kernels::KernelTable* const table = &kernels::active();
        for (const Loss& loss : everyLoss())
            for (std::int64_t classes : {1, 2, 3, table->width - 1, table->width, table->width + 1, 37}) {
                Rows rows(*table, 9, classes);
                double expected = 0;
                std::vector<double> z(static_cast<std::size_t>(classes)), gradient(z.size());
                std::vector<std::vector<double>> gradients;
                std::int64_t correct = 0;
                for (std::int64_t r = 0; r < 9; ++r) {
                    for (std::int64_t c = 0; c < classes; ++c)
                        rows.at(r, c) = static_cast<float>(
                            6 * rng.uniform(static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(c)) - 3);
                    const auto label = static_cast<int>(
                        rng.below(static_cast<std::uint32_t>(classes), 77, static_cast<std::uint32_t>(r)));
                    rows.labels[static_cast<std::size_t>(r)] = r % 4 == 3 ? -1 : label; // some do not count
                    std::fill(gradient.begin(), gradient.end(), 0.0);
                    for (std::int64_t c = 0; c < classes; ++c)
                        z[static_cast<std::size_t>(c)] = static_cast<double>(rows.at(r, c));
                    if (r % 4 != 3) {
                        expected += loss.info->reference(z.data(), label, classes, loss.smoothing, gradient.data());
                        correct += std::max_element(z.begin(), z.end()) - z.begin() == label;
                    }
                    gradients.push_back(gradient);
                }
                const double found = rows.run(loss, 0.25f);
                QVERIFY2(std::abs(found - expected) < 2e-6 * (1 + std::abs(expected)), table->name);
                QCOMPARE(rows.correct, correct);
                for (std::int64_t r = 0; r < 9; ++r)
                    for (std::int64_t c = 0; c < rows.lanes; ++c) {
                        const double want =
                            c < classes ? 0.25 * gradients[static_cast<std::size_t>(r)][static_cast<std::size_t>(c)]
                                        : 0;
                        QVERIFY2(std::abs(static_cast<double>(rows.gradientAt(r, c)) - want) <
                                     1e-6 * (1 + std::abs(want)),
                                 loss.info->id.c_str());
                    }
            }
    }

    void lossesAndGradientsEqualPyTorchs()
    {
        const auto torch = runPyTorch(kTorchLosses);
        if (!torch)
            QSKIP("PyTorch (python3-torch) is not installed: nothing to compare with.");
        QVERIFY2(!torch->contains("error"), qPrintable(torch->value("error").toString()));
        const kernels::KernelTable* const table = &kernels::active();
        for (const QString& name : torch->keys()) {
            const Loss loss = lossOf(name.toUtf8().constData());
            const bool pixels = loss.info->target == TargetKind::Mask;
            Rows rows(*table, 6, 5);
            rows.labels =
                pixels ? std::vector<std::int32_t>{0, 3, -1, 1, 1, -1} : std::vector<std::int32_t>{0, 3, 4, 1, 1, 2};
            for (int r = 0; r < 6; ++r)
                for (int c = 0; c < 5; ++c)
                    rows.at(r, c) = static_cast<float>(logitAt(r, c));
            const double divisor = loss.divisor(pixels ? 4 : 6, 5);
            const double found = rows.run(loss, static_cast<float>(1 / divisor)) / divisor;
            const QJsonObject want = torch->value(name).toObject();
            QVERIFY2(std::abs(found - want.value("loss").toDouble()) < 1e-6, qPrintable(name));
            for (int i = 0; i < 30; ++i)
                QVERIFY2(std::abs(static_cast<double>(rows.gradientAt(i / 5, i % 5)) -
                                  want.value("gradient").toArray()[i].toDouble()) < 1e-6,
                         qPrintable(name));
        }
    }

    void logitsOfTenThousandStayFinite()
    {
        const kernels::KernelTable* const table = &kernels::active();
        for (const Loss& loss : everyLoss())
            for (float sign : {1.0f, -1.0f})
                for (std::int32_t label : {0, 1}) {
                    Rows rows(*table, 1, 3);
                    rows.at(0, 0) = 1e4f * sign;
                    rows.at(0, 1) = -1e4f * sign;
                    rows.labels[0] = label;
                    std::vector<double> z{1e4 * static_cast<double>(sign), -1e4 * static_cast<double>(sign), 0.25},
                        gradient(3);
                    const double want = loss.info->reference(z.data(), label, 3, loss.smoothing, gradient.data());
                    const double found = rows.run(loss);
                    QVERIFY2(std::isfinite(found) && std::abs(found - want) <= 1e-6 * std::abs(want),
                             loss.info->id.c_str());
                    for (std::int64_t c = 0; c < 3; ++c)
                        QVERIFY2(std::abs(static_cast<double>(rows.gradientAt(0, c)) -
                                          gradient[static_cast<std::size_t>(c)]) <=
                                     1e-6 * (1 + std::abs(gradient[static_cast<std::size_t>(c)])),
                                 loss.info->id.c_str());
                }
    }

    void logitsThatAreNotFiniteShow()
    {
        const float infinity = std::numeric_limits<float>::infinity();
        const kernels::KernelTable* const table = &kernels::active();
        for (const Loss& loss : everyLoss())
            for (float bad : {std::numeric_limits<float>::quiet_NaN(), infinity})
                for (std::int64_t at : {0, 1}) {
                    Rows rows(*table, 1, 3);
                    rows.at(0, at) = bad;
                    QVERIFY2(!std::isfinite(rows.run(loss)), loss.info->id.c_str());
                }
    }

    void textsRoundTripAndWrongOnesAreNamed()
    {
        for (const char* text :
             {"cross-entropy", "cross-entropy:0.1", "mean-squared-error", "pixel-cross-entropy:0.25"})
            QCOMPARE(lossText(lossOf(text)), std::string(text));
        for (const auto& [text, says] : {std::pair{"entropy", "cross-entropy, binary-cross-entropy"},
                                         {"cross-entropy:1", "from 0 to below 1"},
                                         {"cross-entropy:-0.1", "from 0 to below 1"},
                                         {"cross-entropy:", "from 0 to below 1"},
                                         {"cross-entropy:0.1x", "from 0 to below 1"},
                                         {"cross-entropy:nan", "from 0 to below 1"},
                                         {"mean-squared-error:0.1", "no label smoothing"}}) {
            const auto loss = parseLoss(text);
            QVERIFY2(!loss.has_value(), text);
            QVERIFY2(loss.error().text().find(says) != std::string::npos, loss.error().text().c_str());
        }
    }

    void wholeNetworksEqualTheReference_data()
    {
        QTest::addColumn<QString>("loss");
        QTest::addColumn<bool>("layerwise");
        for (const char* loss : {"cross-entropy:0.1", "binary-cross-entropy", "mean-squared-error",
                                 "pixel-cross-entropy", "pixel-cross-entropy:0.2"})
            for (bool layerwise : {false, true})
                QTest::addRow("%s, %s", loss, layerwise ? "layerwise" : "fused") << loss << layerwise;
    }

    void wholeNetworksEqualTheReference()
    {
        QFETCH(QString, loss);
        QFETCH(bool, layerwise);
        const bool pixels = loss.startsWith("pixel");
        const DatasetPtr data = pixels ? std::make_shared<MaskedDataset>(7) : corners(7).train;
        const GraphSpec graph = withLoss(pixels ? segmenter(3) : smallNetwork(), loss.toStdString());
        std::vector<std::uint32_t> images(7);
        std::iota(images.begin(), images.end(), 0u);
        PlanOptions o;
        o.batch = 7;
        o.threads = 2;
        o.execution = layerwise ? ExecutionMode::Layerwise : ExecutionMode::Fused;
        o.optimizer = "sgd";
        o.kernels = &kernels::active();
        const auto plan = makePlan(graph, o);
        QVERIFY2(plan.has_value(), plan ? "" : plan.error().text().c_str());
        auto executor = Executor::create(*plan).value().release();
        const std::unique_ptr<Executor> owner(executor);
        const WeightsPtr weights = initialWeights(graph, 1);
        owner->setWeights(*weights);
        TrainConfig c;
        c.optimizer = "sgd";
        const StepResult step = owner->trainStep({data.get(), images}, 1, 0, makeUpdateRule(c, *o.kernels, 1, 1));
        StepRecord record;
        auto state = std::make_shared<TrainingState>();
        state->weights = weights;
        record.before = state;
        record.images = images;
        const auto reference = replay(graph, record, *data);
        QVERIFY2(reference.has_value(), reference ? "" : reference.error().text().c_str());
        QVERIFY(std::abs(step.loss - reference->loss) < 1e-5 * (1 + reference->loss));
        QCOMPARE(step.correct, reference->correct);
        QCOMPARE(step.targets, reference->targets);
        QVERIFY(pixels ? step.targets > 100 && step.targets < 7 * 30 : step.targets == 7);
        const WeightMap after = owner->weights();
        for (const auto& [key, gradient] : reference->tensorGradients)
            for (std::int64_t i = 0; i < gradient.elements(); ++i) {
                const double got = static_cast<double>(weights->at(key)[i]) - static_cast<double>(after.at(key)[i]);
                QVERIFY2(std::abs(got - gradient[i]) < 2e-6 + 2e-4 * std::abs(gradient[i]), key.second.c_str());
            }
    }

    void masksOfDigitsAreTheirBrightPixels()
    {
        std::vector<std::uint8_t> pixels{0, 127, 128, 255, 200, 5, 0, 130};
        const auto base = std::make_shared<InMemoryDataset>(Shape{2, 2, 2}, pixels, std::vector<std::uint8_t>{1},
                                                            std::vector<std::string>{"a", "b"});
        const DatasetPtr masks = withTargets(base, TargetKind::Mask);
        QCOMPARE(masks->targetKind(), TargetKind::Mask);
        QVERIFY((masks->classNames() == std::vector<std::string>{"background", "a", "b"}));
        std::vector<std::uint8_t> mask(4);
        QVERIFY(masks->mask(0, mask));
        QVERIFY((mask == std::vector<std::uint8_t>{2, 0, 2, 2})); // the brighter of both channels decides
        QVERIFY(withTargets(masks, TargetKind::Mask) == masks);
        QVERIFY(withTargets(base, TargetKind::Class) == DatasetPtr(base));
        QVERIFY(!base->mask(0, mask)); // classes have no masks of their own
    }

    /// Corners: squares of one class on a noisy ground; masks make the problem a segmentation.
    void aNetworkLearnsMasksAndIsJudgedByPixels()
    {
        TrainConfig c = quick();
        c.epochs = 30;
        c.rate = 0.02;
        TrainControl control;
        Recorder r;
        Trainer trainer(segmenter(5, 8, 8), c, corners(200));
        const DoneEvent done = trainer.run(control, r);
        QVERIFY2(done.reason == StopReason::Finished, done.error ? done.error->text().c_str() : "");
        QVERIFY(r.epochs.back().trainLoss < 0.5 * r.epochs.front().trainLoss);
        const Evaluation& test = done.test.value();
        QCOMPARE(test.images, 64);
        QCOMPARE(test.targets, 64 * 64);
        QCOMPARE(test.confusion.size(), 5u);
        std::int64_t sum = 0, right = 0;
        double overlap = 0;
        int present = 0;
        for (std::size_t k = 0; k < 5; ++k) {
            std::int64_t row = 0, column = 0;
            for (std::size_t j = 0; j < 5; ++j) {
                row += test.confusion[k][j];
                column += test.confusion[j][k];
            }
            sum += row;
            right += test.confusion[k][k];
            if (row + column > 0) {
                overlap += static_cast<double>(test.confusion[k][k]) /
                           static_cast<double>(row + column - test.confusion[k][k]);
                ++present;
            }
        }
        QCOMPARE(sum, 64 * 64);
        QCOMPARE(test.accuracy, static_cast<double>(right) / static_cast<double>(sum));
        QCOMPARE(test.meanIntersectionOverUnion.value(), overlap / present);
        QVERIFY(test.accuracy > 0.85);
    }

    void ignoredPixelsAreNotJudged()
    {
        const MaskedDataset data(5);
        const auto e = evaluate(segmenter(3), *initialWeights(segmenter(3), 1), data, 2);
        QVERIFY2(e.has_value(), e ? "" : e.error().text().c_str());
        std::int64_t counted = 0;
        for (const auto& row : e->confusion)
            counted += std::accumulate(row.begin(), row.end(), std::int64_t{0});
        QCOMPARE(counted, e->targets);
        QVERIFY(e->targets < 5 * 30 && e->targets > 80);
    }

    void faultsAreNamed_data()
    {
        QTest::addColumn<QString>("loss");
        QTest::addColumn<int>("network"); // 0: list of 4, 1: maps
        QTest::addColumn<int>("classes");
        QTest::addColumn<QString>("says");
        QTest::newRow("unknown") << "surprise" << 0 << 4 << "surprise";
        QTest::newRow("list for masks") << "pixel-cross-entropy" << 0 << 4 << "maps";
        QTest::newRow("maps for classes") << "mean-squared-error" << 1 << 5 << "list";
        QTest::newRow("one map too few") << "pixel-cross-entropy" << 1 << 4 << "5 classes";
    }

    void faultsAreNamed()
    {
        QFETCH(QString, loss);
        QFETCH(int, network);
        QFETCH(int, classes);
        QFETCH(QString, says);
        TrainConfig c = quick();
        c.loss = loss.toStdString();
        TrainControl control;
        Recorder r;
        const DoneEvent done =
            Trainer(network == 0 ? smallNetwork() : segmenter(classes, 8, 8), c, corners(40)).run(control, r);
        QCOMPARE(done.reason, StopReason::Failed);
        QVERIFY2(QString::fromStdString(done.error->text()).contains(says), done.error->text().c_str());
    }

    void aMaskWithAForeignClassEndsTheRunInWords()
    {
        TrainConfig c = quick();
        c.validation = 0;
        TrainControl control;
        Recorder r;
        const DatasetBundle bundle{"masks", "Masks", std::make_shared<MaskedDataset>(20, 7), nullptr, nullptr};
        const DoneEvent done = Trainer(segmenter(3), c, bundle).run(control, r);
        QCOMPARE(done.reason, StopReason::Failed);
        QVERIFY2(done.error->message.find("class 7") != std::string::npos, done.error->message.c_str());
    }
};

QTEST_GUILESS_MAIN(LossTest)
#include "loss_test.moc"
