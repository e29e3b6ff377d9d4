// The generated digits: the same for everyone, and normalised as MNIST is.
#include "datasets/digit_renderer.h"
#include "datasets/digits.h"
#include "datasets/idx.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <set>

using namespace convarium;
using engine::ErrorCode;

namespace
{

using DigitsPtr = std::shared_ptr<const engine::InMemoryDataset>;

DigitsPtr make(const datasets::DigitsRequest& request)
{
    auto set = datasets::generateDigits(request);
    return set ? *set : nullptr;
}

std::span<const std::uint8_t> image(const DigitsPtr& set, std::int64_t i)
{
    return set->pixels().subspan(static_cast<std::size_t>(i) * datasets::kDigitPixels, datasets::kDigitPixels);
}

std::vector<std::uint8_t> copy(std::span<const std::uint8_t> bytes)
{
    return {bytes.begin(), bytes.end()};
}

std::vector<std::uint8_t> pixelsOf(const engine::Dataset& set, std::int64_t i)
{
    std::vector<std::uint8_t> out(static_cast<std::size_t>(set.imageShape().elements()));
    return set.image(i, out) ? out : std::vector<std::uint8_t>{};
}

} // namespace

class TestDigits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_data.isValid());
        qputenv("CONVARIUM_DATA", m_data.path().toUtf8());
    }

    void theThreadCountDoesNotChangeABit()
    {
        const auto one = make({7, 0, 1230, 1});
        QVERIFY(one);
        for (const int threads : {2, 3, 5}) {
            const auto many = make({7, 0, 1230, threads});
            QVERIFY(many);
            QVERIFY(copy(many->pixels()) == copy(one->pixels()));
            QVERIFY(copy(many->labels()) == copy(one->labels()));
        }
    }

    void aShortSetIsTheStartOfALongOne()
    {
        const auto brief = make({3, 0, 150, 2});
        const auto longer = make({3, 0, 900, 2});
        QVERIFY(brief && longer);
        QVERIFY(copy(longer->pixels().first(150 * datasets::kDigitPixels)) == copy(brief->pixels()));
        QVERIFY(copy(longer->labels().first(150)) == copy(brief->labels()));
    }

    void seedAndSplitChangeEveryImage()
    {
        const auto a = make({1, 0, 200, 2});
        const auto b = make({2, 0, 200, 2});
        const auto c = make({1, 1, 200, 2});
        QVERIFY(a && b && c);
        for (std::int64_t i = 0; i < 200; ++i) {
            QVERIFY(copy(image(a, i)) != copy(image(b, i)));
            QVERIFY(copy(image(a, i)) != copy(image(c, i)));
        }
        QVERIFY(copy(a->labels()) != copy(b->labels()));
    }

    void noTwoImagesAreTheSame()
    {
        const auto set = make({1, 0, 2000, 2});
        QVERIFY(set);
        std::set<std::vector<std::uint8_t>> seen;
        for (std::int64_t i = 0; i < 2000; ++i)
            seen.insert(copy(image(set, i)));
        QCOMPARE(seen.size(), 2000u);
    }

    void everyHundredHoldsEachDigitTenTimesInRandomOrder()
    {
        const auto set = make({1, 0, 1000, 2});
        QVERIFY(set);
        std::set<std::vector<std::uint8_t>> orders;
        for (std::size_t block = 0; block < 10; ++block) {
            const auto labels = set->labels().subspan(block * 100, 100);
            std::vector<int> counts(10);
            for (const std::uint8_t label : labels)
                ++counts.at(label);
            QCOMPARE(counts, std::vector<int>(10, 10));
            orders.insert(copy(labels));
        }
        QCOMPARE(orders.size(), 10u);
    }

    void inkFitsTheBoxAndIsCentredByMass()
    {
        const auto set = make({5, 0, 3000, 2});
        QVERIFY(set);
        int offCentre = 0;
        int fillTheBox = 0;
        for (std::int64_t i = 0; i < set->size(); ++i) {
            const auto pixels = image(set, i);
            int left = 28, right = -1, top = 28, bottom = -1, peak = 0;
            double mass = 0, mx = 0, my = 0;
            for (int y = 0; y < 28; ++y) {
                for (int x = 0; x < 28; ++x) {
                    const int v = pixels[static_cast<std::size_t>(y * 28 + x)];
                    peak = std::max(peak, v);
                    if (v == 0)
                        continue;
                    left = std::min(left, x);
                    right = std::max(right, x);
                    top = std::min(top, y);
                    bottom = std::max(bottom, y);
                    mass += v;
                    mx += v * (x + 0.5);
                    my += v * (y + 0.5);
                }
            }
            QVERIFY2(mass > 255 * 8, "hardly any ink");
            QVERIFY2(mass < 255 * 320, "hardly any paper");
            QVERIFY2(peak > 150, "pale ink");
            QVERIFY(right - left < datasets::kDigitBoxSize);
            QVERIFY(bottom - top < datasets::kDigitBoxSize);
            fillTheBox += std::max(right - left, bottom - top) >= datasets::kDigitBoxSize - 2;
            const bool touches = left == 0 || top == 0 || right == 27 || bottom == 27;
            offCentre += !touches && (std::abs(mx / mass - 14) > 0.51 || std::abs(my / mass - 14) > 0.51);
        }
        // Only where the box would leave the picture may the centre of mass stay off the middle.
        QVERIFY2(offCentre <= 10, qPrintable(QString::number(offCentre)));
        QVERIFY2(fillTheBox >= 2990, qPrintable(QString::number(fillTheBox)));
    }

    void eachDigitHasItsOwnLook()
    {
        // The mean picture of each digit, far apart from those of the others: no label is attached to another's form.
        const auto set = make({9, 0, 4000, 2});
        QVERIFY(set);
        std::vector<std::vector<double>> means(10, std::vector<double>(datasets::kDigitPixels));
        for (std::int64_t i = 0; i < 2000; ++i)
            for (std::size_t p = 0; p < datasets::kDigitPixels; ++p)
                means[static_cast<std::size_t>(set->label(i))][p] += image(set, i)[p] / 200.0;
        int right = 0;
        for (std::int64_t i = 2000; i < 4000; ++i) {
            std::size_t best = 0;
            double least = 1e300;
            for (std::size_t d = 0; d < 10; ++d) {
                double distance = 0;
                for (std::size_t p = 0; p < datasets::kDigitPixels; ++p)
                    distance += std::pow(image(set, i)[p] - means[d][p], 2);
                if (distance < least) {
                    least = distance;
                    best = d;
                }
            }
            right += static_cast<int>(best) == set->label(i);
        }
        QVERIFY2(right > 1200, qPrintable(QString::number(right))); // guessing gives 200
        QVERIFY2(right < 1950, qPrintable(QString::number(right))); // more would mean too little variety
    }

    void impossibleCountsAreRefused()
    {
        for (const std::int64_t count : {std::int64_t{-1}, std::int64_t{1} << 40}) {
            const auto set = datasets::generateDigits({1, 0, count, 1});
            QVERIFY(!set);
            QCOMPARE(set.error().code, ErrorCode::InvalidArgument);
        }
        const auto none = make({1, 0, 0, 2});
        QVERIFY(none);
        QCOMPARE(none->size(), 0);
    }

    void generationCanBeCancelled()
    {
        const auto set = datasets::generateDigits(
            {1, 0, 20000, 1}, [](const std::string&, std::int64_t done, std::int64_t) { return done < 500; });
        QVERIFY(!set);
        QCOMPARE(set.error().code, ErrorCode::Cancelled);
    }

    void theFullSetIsGeneratedOnceAndThenCached()
    {
        QElapsedTimer timer;
        timer.start();
        bool drew = false;
        const auto watch = [&drew](const std::string& phase, std::int64_t, std::int64_t) {
            drew = drew || phase.starts_with("Drawing");
            return true;
        };
        const auto first = datasets::open("digits", watch);
        QVERIFY2(first, first ? "" : first.error().text().c_str());
        qInfo("generated and cached in %lld ms", static_cast<long long>(timer.restart()));
        QVERIFY(drew);
        QCOMPARE(first->name, std::string("digits"));
        QCOMPARE(first->train->size(), 60000);
        QCOMPARE(first->test->size(), 10000);
        QVERIFY(datasets::findIdx(datasets::digitsCacheFolder()).complete());
        drew = false;
        const auto second = datasets::open("digits", watch);
        qInfo("read from the cache in %lld ms", static_cast<long long>(timer.elapsed()));
        QVERIFY(second);
        QVERIFY(!drew);
        for (const std::int64_t i : {0, 1, 777, 59999}) {
            QCOMPARE(second->train->label(i), first->train->label(i));
            QCOMPARE(pixelsOf(*second->train, i), pixelsOf(*first->train, i));
        }
        QCOMPARE(second->name, std::string("digits"));
        const auto direct = make({datasets::kDigitsSeed, 1, 300, 2});
        QVERIFY(direct);
        QCOMPARE(pixelsOf(*second->test, 299), copy(image(direct, 299)));
    }

    void aDamagedCacheIsMadeAnew_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("damage");
        QTest::newRow("truncated images") << "train-images-idx3-ubyte"
                                          << "truncate";
        QTest::newRow("a changed pixel") << "train-images-idx3-ubyte"
                                         << "flip";
        QTest::newRow("a changed label") << "t10k-labels-idx1-ubyte"
                                         << "flip";
        QTest::newRow("labels gone") << "t10k-labels-idx1-ubyte"
                                     << "remove";
        QTest::newRow("checksum gone") << "checksum.txt"
                                       << "remove";
    }
    void aDamagedCacheIsMadeAnew()
    {
        QFETCH(QString, file);
        QFETCH(QString, damage);
        QTemporaryDir folder; // a small set of its own: quick under every sanitizer
        QVERIFY(folder.isValid());
        qputenv("CONVARIUM_DATA", folder.path().toUtf8());
        const auto restore = qScopeGuard([this] { qputenv("CONVARIUM_DATA", m_data.path().toUtf8()); });
        bool drew = false;
        const auto openSmall = [&drew] {
            drew = false;
            return datasets::openDigits(
                [&drew](const std::string& phase, std::int64_t, std::int64_t) {
                    drew = drew || phase.starts_with("Drawing");
                    return true;
                },
                8000, 5000);
        };
        QVERIFY(openSmall());
        QVERIFY(drew);
        QVERIFY(openSmall());
        QVERIFY2(!drew, "the cache was not used");
        const QString path = QString::fromStdString(datasets::digitsCacheFolder()) + u'/' + file;
        QFile target(path);
        if (damage == u"remove") {
            QVERIFY(target.remove());
        } else {
            QVERIFY(target.open(QIODevice::ReadWrite));
            if (damage == u"truncate") {
                QVERIFY(target.resize(target.size() / 2));
            } else {
                QVERIFY(target.seek(4000));
                const char old = target.read(1).at(0);
                QVERIFY(target.seek(4000));
                QCOMPARE(target.write(QByteArray(1, static_cast<char>(old == 3 ? 4 : 3))), 1);
            }
            target.close();
        }
        const auto again = openSmall();
        QVERIFY(again);
        QVERIFY(drew);
        QCOMPARE(again->train->size(), 8000);
        QVERIFY(openSmall());
        QVERIFY2(!drew, "the repaired cache was not used");
    }

    void withoutAPlaceForTheCacheItStillWorks()
    {
        QFile blocker(m_data.filePath(QStringLiteral("blocker")));
        QVERIFY(blocker.open(QIODevice::WriteOnly));
        qputenv("CONVARIUM_DATA", blocker.fileName().toUtf8()); // a file: no folder can be made in it
        const auto bundle = datasets::openDigits({}, 500, 200);
        qputenv("CONVARIUM_DATA", m_data.path().toUtf8());
        QVERIFY2(bundle, bundle ? "" : bundle.error().text().c_str());
        QCOMPARE(bundle->train->size(), 500);
        QCOMPARE(bundle->test->size(), 200);
    }

    void writtenDigitsCanBeOpenedAsAFolder()
    {
        const std::string folder = m_data.filePath(QStringLiteral("written")).toStdString();
        const auto ok = datasets::writeDigits(folder);
        QVERIFY2(ok, ok ? "" : ok.error().text().c_str());
        const auto written = datasets::open(folder);
        const auto own = datasets::open("digits");
        QVERIFY(written && own);
        QCOMPARE(written->train->size(), own->train->size());
        QCOMPARE(written->test->size(), own->test->size());
        for (const std::int64_t i : {0, 4321, 9999}) {
            QCOMPARE(written->test->label(i), own->test->label(i));
            QCOMPARE(pixelsOf(*written->test, i), pixelsOf(*own->test, i));
        }
    }

private:
    QTemporaryDir m_data;
};

QTEST_GUILESS_MAIN(TestDigits)
#include "test_digits.moc"
