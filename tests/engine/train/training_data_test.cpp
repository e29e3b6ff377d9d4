// What training asks of its data: images in the network's size, a validation part, and a clear end when one is broken.
#include "engine/train/trainer.h"
#include "engine/train/training_split.h"
#include "tests/support/graphs.h"

#include <QTest>
#include <algorithm>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

/// Images of one brightness per class, in any size with one map; one of them may be broken.
class Plain final : public Dataset
{
public:
    Plain(std::int64_t images, Shape shape, std::int64_t broken = -1)
        : m_images(images), m_shape(shape), m_broken(broken)
    {
    }
    [[nodiscard]] std::int64_t size() const override { return m_images; }
    [[nodiscard]] Shape imageShape() const override { return m_shape; }
    [[nodiscard]] const std::vector<std::string>& classNames() const override { return m_names; }
    [[nodiscard]] int label(std::int64_t i) const override { return static_cast<int>(i % 2); }
    [[nodiscard]] Result<void> image(std::int64_t i, std::span<std::uint8_t> out) const override
    {
        if (i == m_broken)
            return Error{ErrorCode::BadFormat, "The picture 'x.png' is broken.", "Replace it.", {-1, {}, "x.png", -1}};
        std::fill(out.begin(), out.end(), static_cast<std::uint8_t>(40 + 120 * (i % 2) + i));
        return {};
    }
    [[nodiscard]] Result<DatasetPtr> scaledTo(const Shape& shape) const override
    {
        if (shape.channels() != 1)
            return Error{ErrorCode::ShapeMismatch, "One map is all there is.", {}, {}};
        return DatasetPtr(std::make_shared<Plain>(m_images, shape, m_broken));
    }

private:
    std::int64_t m_images;
    Shape m_shape;
    std::int64_t m_broken;
    std::vector<std::string> m_names{"dark", "bright"};
};

GraphSpec network(std::int64_t channels = 1)
{
    GraphMaker m("small");
    m.add("input", {{"channels", channels}, {"height", std::int64_t{4}}, {"width", std::int64_t{6}}});
    m.add("flatten");
    m.add("dense", {{"units", std::int64_t{2}}});
    return m.graph();
}

TrainConfig config()
{
    TrainConfig c;
    c.epochs = 1;
    c.batch = 4;
    c.threads = 2;
    return c;
}

DatasetBundle bundle(std::int64_t broken = -1)
{
    const Shape native{1, 9, 9};
    return {"plain", "Plain", std::make_shared<Plain>(20, native, broken), nullptr, std::make_shared<Plain>(6, native)};
}

struct Recorder : TrainingSink {
    void started(const StartEvent& e) override { start = e; }
    void epochDone(const EpochEvent& e) override { epochs.push_back(e); }
    StartEvent start;
    std::vector<EpochEvent> epochs;
};

} // namespace

class TrainingDataTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theNetworkDecidesOnTheSizeOfScalableImages()
    {
        TrainControl control;
        Recorder r;
        Trainer trainer(network(), config(), bundle());
        const DoneEvent done = trainer.run(control, r);
        QVERIFY2(!done.error, done.error ? done.error->message.c_str() : "");
        QCOMPARE(done.reason, StopReason::Finished);
        QCOMPARE(done.test->images, 6);
        const auto again = evaluate(network(), *trainer.state()->weights, *bundle().test, 1);
        QVERIFY(again);
        QCOMPARE(again->loss, done.test->loss);
    }

    void aShapeTheDataCannotTakeEndsTheRunInItsWords()
    {
        TrainControl control;
        Recorder r;
        const DoneEvent done = Trainer(network(2), config(), bundle()).run(control, r);
        QCOMPARE(done.reason, StopReason::Failed);
        QCOMPARE(done.error->message, std::string("One map is all there is."));
    }

    void aSubsetScalesWithItsSource()
    {
        const auto source = std::make_shared<Plain>(10, Shape{1, 9, 9});
        const SubsetDataset subset(source, {7, 3});
        const auto scaled = subset.scaledTo({1, 2, 2});
        QVERIFY(scaled && *scaled);
        QCOMPARE((*scaled)->size(), 2);
        std::vector<std::uint8_t> pixels(4);
        QVERIFY((*scaled)->image(0, pixels));
        QCOMPARE(int{pixels[3]}, 40 + 120 + 7);
        const InMemoryDataset fixed({1, 1, 1}, {5}, {0}, {"a"});
        QVERIFY(fixed.scaledTo({1, 2, 2}));
        QVERIFY(!*fixed.scaledTo({1, 2, 2}));
    }

    void aBrokenImageEndsTrainingWithItsFileAndReason()
    {
        TrainConfig c = config();
        c.shuffle = false;
        TrainControl control;
        Recorder r;
        const DoneEvent done = Trainer(network(), c, bundle(13)).run(control, r);
        QCOMPARE(done.reason, StopReason::Failed);
        QCOMPARE(done.step, 3); // images 12 to 15 are the fourth step
        QCOMPARE(done.error->code, ErrorCode::BadFormat);
        QCOMPARE(done.error->message, std::string("The picture 'x.png' is broken."));
        QCOMPARE(done.error->place.file, std::string("x.png"));
    }

    void aBrokenImageEndsAnEvaluationInTheSameWords()
    {
        const auto weights = initialWeights(network(), 1);
        const auto result = evaluate(network(), *weights, *bundle(13).train, 2);
        QVERIFY(!result);
        QCOMPARE(result.error().message, std::string("The picture 'x.png' is broken."));
    }

    void anOwnValidationPartIsNotAddedTo()
    {
        DatasetBundle data = bundle();
        data.validation = std::make_shared<Plain>(8, Shape{1, 9, 9});
        TrainConfig c = config();
        c.validation = 0.5;
        TrainControl control;
        Recorder r;
        Trainer(network(), c, data).run(control, r);
        QCOMPARE(r.start.trainImages, 20);
        QCOMPARE(r.start.validationImages, 8);
        QVERIFY(r.epochs[0].validationLoss.has_value());
        QCOMPARE(*validationPart(data, c), data.validation);
    }

    void whatWasSetAsideIsFoundAgain()
    {
        TrainConfig c = config();
        c.validation = 0.25;
        c.limit = 16;
        c.seed = 5;
        TrainControl control;
        Recorder r;
        Trainer trainer(network(), c, bundle());
        trainer.run(control, r);
        QCOMPARE(r.start.validationImages, 4);
        const auto part = validationPart(bundle(), c);
        QVERIFY(part && *part);
        const auto again = evaluate(network(), *trainer.state()->weights, **part, 2);
        QVERIFY(again);
        QCOMPARE(again->images, 4);
        QCOMPARE(again->loss, *r.epochs[0].validationLoss);

        const auto split = splitTraining(bundle(), c);
        QVERIFY(split);
        QCOMPARE(split->train.size(), 12u);
        std::vector<std::uint32_t> all = split->train;
        all.insert(all.end(), split->validation.begin(), split->validation.end());
        std::sort(all.begin(), all.end());
        for (std::size_t i = 0; i < all.size(); ++i)
            QCOMPARE(std::size_t{all[i]}, i);
        c.seed = 6;
        QVERIFY(splitTraining(bundle(), c)->validation != split->validation);
        c.validation = 0;
        QVERIFY(!*validationPart(bundle(), c));
    }
};

QTEST_APPLESS_MAIN(TrainingDataTest)
#include "training_data_test.moc"
