// Augmentation: geometry on pictures that show it, randomness that depends on seed, epoch and image alone, masks that
// move with their images, and runs that repeat and resume bit for bit.
#include "engine/data/augment.h"
#include "engine/data/masks.h"
#include "engine/train/reference_run.h"
#include "tests/support/training_runs.h"

#include <QTest>

#include <cmath>
#include <thread>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

using Picture = std::vector<std::uint8_t>;

/// 40 copies of one picture of 15 x 15 pixels, a bright square of 5 x 5 off the centre on a dark ground.
DatasetPtr squares(std::int64_t images = 40)
{
    Picture pixels(static_cast<std::size_t>(225 * images));
    for (std::int64_t i = 0; i < images; ++i)
        for (std::int64_t y = 4; y < 9; ++y)
            for (std::int64_t x = 3; x < 8; ++x)
                pixels[static_cast<std::size_t>(225 * i + 15 * y + x)] = 240;
    return std::make_shared<InMemoryDataset>(Shape{1, 15, 15}, pixels, Picture(static_cast<std::size_t>(images), 1),
                                             std::vector<std::string>{"none", "square"});
}

Picture imageOf(const Dataset& data, std::int64_t i)
{
    Picture p(static_cast<std::size_t>(data.imageShape().elements()));
    if (!data.image(i, p))
        p.clear();
    return p;
}

Picture maskOf(const Dataset& data, std::int64_t i)
{
    Picture p(static_cast<std::size_t>(data.imageShape()[1] * data.imageShape()[2]));
    if (!data.mask(i, p))
        p.clear();
    return p;
}

struct Moments {
    double mass = 0, x = 0, y = 0, spread = 0;
};

Moments momentsOf(const Picture& p, int width = 15)
{
    Moments m;
    for (std::size_t i = 0; i < p.size(); ++i) {
        m.mass += p[i];
        m.x += p[i] * static_cast<double>(i % static_cast<std::size_t>(width));
        m.y += p[i] * static_cast<double>(i / static_cast<std::size_t>(width));
    }
    m.x /= m.mass;
    m.y /= m.mass;
    for (std::size_t i = 0; i < p.size(); ++i)
        m.spread += p[i] / m.mass *
                    (std::pow(static_cast<double>(i % static_cast<std::size_t>(width)) - m.x, 2) +
                     std::pow(static_cast<double>(i / static_cast<std::size_t>(width)) - m.y, 2));
    return m;
}

AugmentedDataset augmented(const char* text, std::uint64_t seed = 1, std::uint32_t epoch = 0,
                           DatasetPtr base = squares())
{
    return {std::move(base), parseAugmentation(text).value(), seed, epoch};
}

} // namespace

class AugmentTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingChangesNothing()
    {
        for (const char* text : {"", "none", "shift:0,rotate:0,zoom:0"})
            QCOMPARE(imageOf(augmented(text), 3), imageOf(*squares(), 3));
    }

    void aFlipMirrorsAboutHalfOfTheImages()
    {
        const Picture plain = imageOf(*squares(), 0);
        Picture mirrored(plain.size());
        for (std::size_t i = 0; i < plain.size(); ++i)
            mirrored[i / 15 * 15 + 14 - i % 15] = plain[i];
        const auto data = augmented("flip");
        int flipped = 0;
        for (std::int64_t i = 0; i < 40; ++i) {
            const Picture p = imageOf(data, i);
            QVERIFY(p == plain || p == mirrored);
            flipped += p == mirrored;
        }
        QVERIFY2(flipped > 8 && flipped < 32, qPrintable(QString::number(flipped)));
    }

    void aShiftMovesTheSquareAndNothingElse()
    {
        const Moments before = momentsOf(imageOf(*squares(), 0));
        const auto data = augmented("shift:3");
        double most = 0, least = 0;
        for (std::int64_t i = 0; i < 40; ++i) {
            const Moments m = momentsOf(imageOf(data, i));
            QVERIFY(std::abs(m.mass - before.mass) < 0.01 * before.mass);
            QVERIFY(std::abs(m.x - before.x) <= 3.01 && std::abs(m.y - before.y) <= 3.01);
            most = std::max(most, m.x - before.x);
            least = std::min(least, m.x - before.x);
        }
        QVERIFY(most > 1.5 && least < -1.5);
    }

    void aTurnKeepsTheDistanceFromTheCentre()
    {
        const Moments before = momentsOf(imageOf(*squares(), 0));
        const double distance = std::hypot(before.x - 7, before.y - 7), angle = std::atan2(before.y - 7, before.x - 7);
        const auto data = augmented("rotate:30");
        double most = 0;
        for (std::int64_t i = 0; i < 40; ++i) {
            const Moments m = momentsOf(imageOf(data, i));
            QVERIFY(std::abs(std::hypot(m.x - 7, m.y - 7) - distance) < 0.05);
            const double turned = std::remainder(std::atan2(m.y - 7, m.x - 7) - angle, 2 * std::acos(-1.0));
            QVERIFY(std::abs(turned) < 30.5 / 180 * std::acos(-1.0));
            most = std::max(most, std::abs(turned));
        }
        QVERIFY(most > 0.3);
    }

    void aZoomScalesTheArea()
    {
        const Moments before = momentsOf(imageOf(*squares(), 0));
        const auto data = augmented("zoom:0.3");
        double least = 1, most = 1;
        for (std::int64_t i = 0; i < 40; ++i) {
            const double factor = std::sqrt(momentsOf(imageOf(data, i)).mass / before.mass);
            least = std::min(least, factor);
            most = std::max(most, factor);
        }
        QVERIFY2(least > 0.65 && least < 0.85 && most < 1.35 && most > 1.15,
                 qPrintable(QString("%1 %2").arg(least).arg(most)));
    }

    void bendingIsSmoothAndOfTheStatedSize()
    {
        const auto data = augmented("elastic");
        double moved = 0;
        int changed = 0;
        const Picture plain = imageOf(*squares(), 0);
        const Moments before = momentsOf(plain);
        for (std::int64_t i = 0; i < 40; ++i) {
            const Picture p = imageOf(data, i);
            const Moments m = momentsOf(p);
            moved += std::pow(m.x - before.x, 2) / 40;
            changed += p != plain;
            // Smooth: the square stays one piece of about its size.
            QVERIFY(m.mass > 0.4 * before.mass && m.mass < 2 * before.mass);
            QVERIFY(m.spread < 3 * before.spread);
        }
        QCOMPARE(changed, 40);
        QVERIFY2(moved > 0.1 && moved < 2, qPrintable(QString::number(moved)));
    }

    void numbersDependOnSeedEpochAndImageAlone()
    {
        const char* all = "shift:2,rotate:10,zoom:0.1,elastic,flip";
        const auto data = augmented(all);
        const Picture first = imageOf(data, 5);
        QCOMPARE(imageOf(augmented(all), 5), first);
        QVERIFY(imageOf(data, 6) != first);
        QVERIFY(imageOf(augmented(all, 2), 5) != first);
        QVERIFY(imageOf(augmented(all, 1, 1), 5) != first);
        Picture elsewhere;
        std::thread([&] {
            imageOf(data, 9);
            elsewhere = imageOf(data, 5);
        }).join();
        QCOMPARE(elsewhere, first);
    }

    void masksMoveWithTheirImages()
    {
        const auto data =
            augmented("shift:2,rotate:20,zoom:0.2,elastic,flip", 1, 0, withTargets(squares(), TargetKind::Mask));
        QCOMPARE(data.targetKind(), TargetKind::Mask);
        for (std::int64_t i = 0; i < 40; ++i) {
            const Picture image = imageOf(data, i), mask = maskOf(data, i);
            int object = 0;
            for (std::size_t p = 0; p < mask.size(); ++p) {
                QVERIFY(mask[p] == 0 || mask[p] == 2); // classes, not mixtures of them
                object += mask[p] == 2;
                if (image[p] > 200)
                    QCOMPARE(int(mask[p]), 2);
                if (image[p] < 20)
                    QCOMPARE(int(mask[p]), 0);
            }
            QVERIFY(object > 8);
        }
    }

    void severalChannelsMoveTogether()
    {
        Picture pixels;
        for (int c = 0; c < 3; ++c)
            for (std::uint8_t p : imageOf(*squares(1), 0))
                pixels.push_back(static_cast<std::uint8_t>(p / (c + 1)));
        const auto base =
            std::make_shared<InMemoryDataset>(Shape{3, 15, 15}, pixels, Picture{0}, std::vector<std::string>{"a"});
        const Picture p = imageOf(augmented("shift:2,rotate:15,elastic", 1, 0, base), 0);
        for (std::size_t i = 0; i < 225; ++i) {
            QVERIFY(std::abs(p[i] / 2.0 - p[225 + i]) <= 1);
            QVERIFY(std::abs(p[i] / 3.0 - p[450 + i]) <= 1);
        }
    }

    void textsRoundTripAndWrongOnesAreNamed()
    {
        for (const char* text : {"", "shift:2", "shift:2,rotate:10,zoom:0.1,elastic,flip", "rotate:7.5,flip"})
            QCOMPARE(augmentationText(parseAugmentation(text).value()), std::string(text));
        for (const auto& [text, says] : {std::pair{"blur", "'blur'"},
                                         {"shift", "shift:PX"},
                                         {"shift:", "shift:PX"},
                                         {"rotate:far", "rotate:DEG"},
                                         {"zoom:1", "from 0 to 0.9"},
                                         {"shift:-1", "from 0"},
                                         {"flip:2", "'flip:2'"},
                                         {"flip,", "''"},
                                         {"shift:nan", "from 0"}}) {
            TrainConfig c;
            c.augment = text;
            const auto valid = validate(c);
            QVERIFY2(!valid.has_value(), text);
            QVERIFY2(valid.error().text().find(says) != std::string::npos, valid.error().text().c_str());
        }
    }

    void onlyTrainingImagesAreChangedAndARunResumesBitForBit()
    {
        TrainConfig c = quick();
        c.augment = "shift:1,rotate:10,zoom:0.1,elastic,flip";
        c.rate = 1e-12; // losses then show the images alone
        const auto run = [](const TrainConfig& config, std::shared_ptr<const TrainingState> from, std::int64_t stop) {
            auto r = std::make_unique<Recorder>();
            TrainControl control;
            r->onStep = [&](const StepEvent& e) {
                if (e.step == stop)
                    control.stop();
            };
            Trainer t(smallNetwork(), config, corners(100), std::move(from));
            t.run(control, *r);
            return std::pair(std::move(r), t.state());
        };
        const auto whole = run(c, {}, 0);
        const auto first = run(c, {}, 8);
        const auto rest = run(c, first.second, 0);
        auto both = losses(*first.first);
        for (double loss : losses(*rest.first))
            both.push_back(loss);
        QVERIFY(both == losses(*whole.first));
        QVERIFY(*whole.second->weights == *rest.second->weights);
        TrainConfig three = c;
        three.threads = 2;
        QVERIFY(losses(*run(three, {}, 0).first) == losses(*whole.first));
        TrainConfig plain = c;
        plain.augment.clear();
        const auto without = run(plain, {}, 0);
        QVERIFY(losses(*without.first) != losses(*whole.first));
    }

    /// A record says how its images were changed, so that a panel computes with the same ones.
    void aRecordReplaysAugmentedImages()
    {
        TrainConfig c = quick();
        c.optimizer = "sgd";
        c.validation = 0;
        c.augment = "shift:2,flip";
        c.loss = "mean-squared-error";
        const DatasetBundle data = corners(100);
        TrainControl control;
        Recorder r;
        r.onStep = [&](const StepEvent& e) {
            if (e.step == 9)
                control.requestRecord();
            if (e.step == 10)
                control.stop();
        };
        Trainer t(smallNetwork(), c, data);
        t.run(control, r);
        QVERIFY(r.record);
        const auto pass = replay(smallNetwork(), *r.record, *data.train);
        QVERIFY2(pass.has_value(), pass ? "" : pass.error().text().c_str());
        QVERIFY(std::abs(pass->loss - r.steps[9].loss) < 1e-5);
    }
};

QTEST_GUILESS_MAIN(AugmentTest)
#include "augment_test.moc"
