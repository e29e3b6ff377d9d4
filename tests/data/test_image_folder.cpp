// Folders of pictures as data: classes, parts, the cache, and everything that can be wrong with a folder.
#include "datasets/image_folder.h"
#include "tests/data/pictures.h"

#include <QTemporaryDir>

#include <algorithm>
#include <set>
#include <thread>

#if defined(Q_OS_UNIX)
#include <unistd.h>
#endif

using namespace convarium;
using namespace convarium::test;
using datasets::PictureSet;
using engine::DatasetBundle;
using engine::DatasetPtr;
using engine::ErrorCode;
using engine::MemoryCategory;
using engine::Shape;

class TestImageFolder : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;

    QString path(const QString& name = {}) const { return m_dir->filePath(name); }
    /// n grey pictures of 4x4; the level of each says class and number.
    void addClass(const QString& folder, int n, int level = 0)
    {
        for (int i = 0; i < n; ++i)
            writeFile(path(QStringLiteral("%1/%2.png").arg(folder).arg(i, 3, 10, QLatin1Char('0'))),
                      encoded(plain(4, 4, qRgb(level + i, level + i, level + i), QImage::Format_Grayscale8), "png"));
    }
    engine::Result<DatasetBundle> open(std::int64_t budget = datasets::kPictureBudget) const
    {
        return datasets::openImageFolder(path().toStdString(), {}, budget);
    }
    static std::vector<std::int64_t> perClass(const DatasetPtr& part)
    {
        std::vector<std::int64_t> counts(part->classNames().size());
        for (std::int64_t i = 0; i < part->size(); ++i)
            ++counts[static_cast<std::size_t>(part->label(i))];
        return counts;
    }
    static std::vector<std::string> files(const DatasetPtr& part)
    {
        std::vector<std::string> names;
        for (const auto& entry : static_cast<const PictureSet&>(*part).list().entries)
            names.push_back(entry.file);
        return names;
    }
    static int level(const DatasetPtr& part, std::int64_t i)
    {
        std::vector<std::uint8_t> pixels(static_cast<std::size_t>(part->imageShape().elements()));
        return part->image(i, pixels) ? pixels.front() : -1;
    }
    static std::int64_t dataBytes() { return engine::memoryInUse()[MemoryCategory::Data]; }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
    }

    void aFifthOfEachClassIsSetAside()
    {
        addClass(QStringLiteral("b"), 10);
        addClass(QStringLiteral("a"), 23, 50);
        addClass(QStringLiteral("C"), 2, 100);
        addClass(QStringLiteral("d"), 1, 200);
        writeFile(path(QStringLiteral("README.md")), "text");
        writeFile(path(QStringLiteral("a/list.csv")), "text");
        writeFile(path(QStringLiteral("a/.hidden.png")), "text");
        writeFile(path(QStringLiteral(".cache/x.png")), "text");
        const auto bundle = open();
        QVERIFY2(bundle, bundle ? "" : bundle.error().text().c_str());
        QCOMPARE(bundle->train->classNames(), (std::vector<std::string>{"C", "a", "b", "d"}));
        QVERIFY(!bundle->validation);
        QCOMPARE(perClass(bundle->train), (std::vector<std::int64_t>{1, 18, 8, 1}));
        QCOMPARE(perClass(bundle->test), (std::vector<std::int64_t>{1, 5, 2, 0}));
        QCOMPARE(bundle->train->imageShape(), (Shape{1, 4, 4}));
        // Each picture is in one part, under its own label.
        std::set<int> seen;
        for (const auto& part : {bundle->train, bundle->test})
            for (std::int64_t i = 0; i < part->size(); ++i) {
                const int value = level(part, i);
                QVERIFY(seen.insert(value).second);
                QCOMPARE(part->label(i), value >= 200 ? 3 : value >= 100 ? 0 : value >= 50 ? 1 : 2);
            }
        QCOMPARE(seen.size(), 36u);
    }

    void thePartsAreTheSameEveryTimeAndMixed()
    {
        addClass(QStringLiteral("a"), 30);
        addClass(QStringLiteral("b"), 30, 100);
        const auto first = open();
        const auto second = open();
        QVERIFY(first && second);
        QCOMPARE(files(first->train), files(second->train));
        QCOMPARE(files(first->test), files(second->test));
        // The known split: a change here would put pictures a network was trained on into its test.
        QCOMPARE(files(first->test).size(), 12u);
        std::int64_t ofA = 0;
        for (std::int64_t i = 0; i < 16; ++i)
            ofA += first->train->label(i) == 0;
        QVERIFY2(ofA >= 3 && ofA <= 13, "the first sixteen pictures are a fair sample of both classes");
        QVERIFY(files(first->test) != files(first->train));
        auto sorted = files(first->test);
        std::sort(sorted.begin(), sorted.end());
        QCOMPARE(sorted, (std::vector<std::string>{"a/000.png", "a/014.png", "a/016.png", "a/018.png", "a/020.png",
                                                   "a/029.png", "b/001.png", "b/002.png", "b/007.png", "b/022.png",
                                                   "b/024.png", "b/028.png"}));
    }

    void foldersForThePartsAreUsedAsTheyAre()
    {
        for (const char* part : {"train", "Val", "test"}) {
            addClass(QString::fromLatin1(part) + QStringLiteral("/cat"), 3);
            if (*part != 't' || part[1] == 'r')
                addClass(QString::fromLatin1(part) + QStringLiteral("/dog"), 2, 100);
        }
        const auto bundle = open();
        QVERIFY2(bundle, bundle ? "" : bundle.error().text().c_str());
        QCOMPARE(perClass(bundle->train), (std::vector<std::int64_t>{3, 2}));
        QCOMPARE(perClass(bundle->validation), (std::vector<std::int64_t>{3, 2}));
        QCOMPARE(perClass(bundle->test), (std::vector<std::int64_t>{3, 0}));
        QVERIFY(QDir(path(QStringLiteral("test"))).removeRecursively());
        const auto without = open();
        QVERIFY(without);
        QVERIFY(!without->test);
        QCOMPARE(without->train->size(), 5);
    }

    void aClassMayBeCalledTrain()
    {
        addClass(QStringLiteral("bus"), 5);
        addClass(QStringLiteral("train"), 5, 100);
        const auto bundle = open();
        QVERIFY(bundle);
        QCOMPARE(bundle->train->classNames(), (std::vector<std::string>{"bus", "train"}));
    }

    void picturesTakeTheSizeThatIsAskedFor()
    {
        addClass(QStringLiteral("a"), 5, 10);
        addClass(QStringLiteral("b"), 5, 100);
        const auto bundle = open();
        const auto colour = engine::scaledTo(*bundle, {3, 6, 2});
        QVERIFY(colour);
        QCOMPARE(colour->train->imageShape(), (Shape{3, 6, 2}));
        QCOMPARE(colour->test->imageShape(), (Shape{3, 6, 2}));
        std::vector<std::uint8_t> pixels(36);
        QVERIFY(colour->train->image(0, pixels));
        QVERIFY(std::all_of(pixels.begin(), pixels.end(), [&](std::uint8_t p) { return p == pixels[0]; }));
        QCOMPARE(int{pixels[0]}, level(bundle->train, 0));
        const auto two = engine::scaledTo(*bundle, {2, 6, 2});
        QVERIFY(!two);
        QCOMPARE(two.error().code, ErrorCode::ShapeMismatch);
        QVERIFY(!engine::scaledTo(*bundle, {5}));
    }

    void decodedPicturesAreKeptAndCounted()
    {
        addClass(QStringLiteral("a"), 5);
        addClass(QStringLiteral("b"), 5, 100);
        const std::int64_t before = dataBytes();
        {
            const auto bundle = open();
            QCOMPARE(bundle->train->residentBytes(), 0);
            std::vector<int> levels;
            for (std::int64_t i = 0; i < 8; ++i)
                levels.push_back(level(bundle->train, i));
            QCOMPARE(bundle->train->residentBytes(), 8 * 16);
            QCOMPARE(dataBytes() - before, 8 * 16);
            QVERIFY(QDir(path(QStringLiteral("a"))).removeRecursively() &&
                    QDir(path(QStringLiteral("b"))).removeRecursively());
            for (std::int64_t i = 0; i < 8; ++i)
                QCOMPARE(level(bundle->train, i), levels[static_cast<std::size_t>(i)]);
            std::vector<std::uint8_t> pixels(16);
            const auto gone = bundle->test->image(0, pixels); // never read before
            QVERIFY(!gone);
            QCOMPARE(gone.error().code, ErrorCode::NotFound);
            QVERIFY(gone.error().place.file.ends_with(".png"));
        }
        QCOMPARE(dataBytes(), before);
    }

    void theBudgetBoundsWhatIsKept()
    {
        addClass(QStringLiteral("a"), 10);
        addClass(QStringLiteral("b"), 10, 100);
        const auto bundle = open(3 * 16 + 5);
        std::vector<int> first;
        for (int pass = 0; pass < 3; ++pass)
            for (std::int64_t i = 0; i < bundle->train->size(); ++i) {
                const int value = level(bundle->train, i);
                if (pass == 0)
                    first.push_back(value);
                else
                    QCOMPARE(value, first[static_cast<std::size_t>(i)]);
            }
        QVERIFY(level(bundle->test, 0) >= 0);
        QCOMPARE(bundle->train->residentBytes() + bundle->test->residentBytes(), 3 * 16);
    }

    void equalSizesShareWhatIsDecoded()
    {
        addClass(QStringLiteral("a"), 5);
        addClass(QStringLiteral("b"), 5);
        const auto bundle = open(20 * 64);
        auto one = *bundle->train->scaledTo({1, 8, 8});
        QVERIFY(level(one, 0) >= 0);
        const auto same = *bundle->train->scaledTo({1, 8, 8});
        QCOMPARE(same, one);
        QCOMPARE(*one->scaledTo({1, 8, 8}), one);
        const auto other = *one->scaledTo({1, 4, 8});
        QVERIFY(other != one);
        QCOMPARE(other->residentBytes(), 0);
        QCOMPARE(*bundle->train->scaledTo({1, 4, 8}), other);
    }

    void roomIsGivenBackWithASizeNobodyUses()
    {
        addClass(QStringLiteral("a"), 5);
        addClass(QStringLiteral("b"), 5);
        const auto bundle = open(64); // one picture of 8x8
        auto one = *bundle->train->scaledTo({1, 8, 8});
        QVERIFY(level(one, 0) >= 0);
        QCOMPARE(one->residentBytes(), 64);
        const auto other = *bundle->train->scaledTo({1, 4, 16});
        QVERIFY(level(other, 0) >= 0);
        QCOMPARE(other->residentBytes(), 0);
        one.reset();
        QVERIFY(level(other, 1) >= 0);
        QCOMPARE(other->residentBytes(), 64);
    }

    void manyThreadsReadTheSamePictures()
    {
        for (const char* name : {"a", "b"})
            for (int i = 0; i < 10; ++i)
                writeFile(path(QStringLiteral("%1/%2.jpg").arg(QLatin1String(name)).arg(i)),
                          encoded(plain(32, 24, qRgb(10 * i, 100, 3)), "jpeg"));
        const auto bundle = engine::scaledTo(*open(), {3, 16, 16});
        const auto alone = engine::scaledTo(*open(), {3, 16, 16});
        const auto n = bundle->train->size();
        std::atomic<int> wrong{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                for (std::int64_t k = 0; k < 3 * n; ++k) {
                    const std::int64_t i = (k * (t + 1)) % n;
                    std::vector<std::uint8_t> a(768), b(768);
                    const bool read = bundle->train->image(i, a).has_value() && alone->train->image(i, b).has_value();
                    wrong += read && a == b ? 0 : 1;
                }
            });
        for (auto& thread : threads)
            thread.join();
        QCOMPARE(wrong.load(), 0);
        QCOMPARE(bundle->train->residentBytes(), n * 768);
    }

    void whatIsWrongWithAFolderIsSaid_data()
    {
        QTest::addColumn<QStringList>("entries"); // "class/file" of one grey picture, or "class/" for an empty folder
        QTest::addColumn<QString>("broken");      // a file with text in it, or empty
        QTest::addColumn<QString>("words");
        QTest::newRow("single class") << QStringList{"a/1.png", "a/2.png"} << ""
                                      << "at least two";
        QTest::newRow("empty class") << QStringList{"a/1.png", "b/"} << ""
                                     << "/b' holds no pictures.";
        QTest::newRow("class of other files") << QStringList{"a/1.png", "b/"} << "b/1.webp"
                                              << "only files such as '1.webp'";
        QTest::newRow("no pictures at all") << QStringList{"a/", "b/"} << ""
                                            << "holds no pictures";
        QTest::newRow("pictures one level too deep") << QStringList{"x/a/1.png", "x/b/1.png"} << ""
                                                     << "no pictures";
        QTest::newRow("text named png") << QStringList{"a/1.png", "b/1.png"} << "b/2.png"
                                        << "/b/2.png' cannot be read";
        QTest::newRow("class that training does not know")
            << QStringList{"train/a/1.png", "train/b/1.png", "test/c/1.png"} << ""
            << "not in";
        QTest::newRow("empty test folder") << QStringList{"train/a/1.png", "train/b/1.png", "test/"} << ""
                                           << "/test' holds no pictures";
        QTest::newRow("empty class in train") << QStringList{"train/a/1.png", "train/b/"} << ""
                                              << "/train/b' holds no pictures";
    }

    void whatIsWrongWithAFolderIsSaid()
    {
        QFETCH(const QStringList, entries);
        QFETCH(const QString, broken);
        QFETCH(const QString, words);
        for (const QString& entry : entries) {
            if (entry.endsWith(u'/'))
                QVERIFY(QDir(path()).mkpath(entry));
            else
                writeFile(path(entry), encoded(plain(2, 2, 0), "png"));
        }
        if (!broken.isEmpty())
            writeFile(path(broken), "no picture");
        const auto bundle = open();
        QVERIFY(!bundle);
        QCOMPARE(bundle.error().code, ErrorCode::BadFormat);
        QVERIFY2(QString::fromStdString(bundle.error().message).contains(words), bundle.error().text().c_str());
        QVERIFY(!bundle.error().hint.empty());
    }

    void theFirstOfSeveralBrokenPicturesIsNamedAndTheOthersCounted()
    {
        addClass(QStringLiteral("a"), 5);
        addClass(QStringLiteral("b"), 5);
        for (const char* name : {"b/004.png", "a/001.png", "b/002.png"})
            writeFile(path(QString::fromLatin1(name)), "no picture");
        const auto bundle = open();
        QVERIFY(!bundle);
        QVERIFY2(bundle.error().message.find("a/001.png") != std::string::npos, bundle.error().message.c_str());
        QVERIFY(bundle.error().message.find("2 other pictures") != std::string::npos);
    }

    void anEnormousHeaderIsRefusedOnOpening()
    {
        addClass(QStringLiteral("a"), 3);
        addClass(QStringLiteral("b"), 3);
        writeFile(path(QStringLiteral("b/huge.png")), pngClaiming(100000, 100000));
        const auto bundle = open();
        QVERIFY(!bundle);
        QVERIFY(bundle.error().message.find("100000x100000") != std::string::npos);
    }

    void linksThatLoopEndInASentence()
    {
        addClass(QStringLiteral("a"), 3);
        addClass(QStringLiteral("b"), 3);
        QVERIFY(QFile::link(path(QStringLiteral("a")), path(QStringLiteral("c")))); // a linked class is fine
        QCOMPARE(open()->train->classNames().size(), 3u);
        QVERIFY(QFile::link(path(), path(QStringLiteral("a/up")))); // inside a class: not searched
        QVERIFY(open());
        QVERIFY(QFile::link(path(), path(QStringLiteral("loop"))));
        const auto looped = open();
        QVERIFY(!looped);
        QVERIFY(looped.error().message.find("/loop' holds no pictures") != std::string::npos);
        QVERIFY(QFile::remove(path(QStringLiteral("loop"))));
        QVERIFY(QFile::link(path(QStringLiteral("a/x.png")), path(QStringLiteral("a/x.png"))));
        const auto nothing = open();
        QVERIFY(!nothing);
        QVERIFY2(nothing.error().message.find("link to nothing") != std::string::npos, nothing.error().text().c_str());
    }

    void aFolderWithoutPermissionIsNamed()
    {
#if defined(Q_OS_UNIX)
        if (geteuid() == 0)
            QSKIP("the superuser may read everything");
#endif
        addClass(QStringLiteral("a"), 3);
        addClass(QStringLiteral("b"), 3);
        QFile::setPermissions(path(QStringLiteral("b")), {});
        const auto bundle = open();
        QFile::setPermissions(path(QStringLiteral("b")), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        QVERIFY(!bundle);
        QCOMPARE(bundle.error().code, ErrorCode::Io);
    }

    void openingCanBeCancelled()
    {
        addClass(QStringLiteral("a"), 3);
        addClass(QStringLiteral("b"), 3);
        const auto bundle = datasets::openImageFolder(
            path().toStdString(), [](const std::string&, std::int64_t, std::int64_t) { return false; });
        QVERIFY(!bundle);
        QCOMPARE(bundle.error().code, ErrorCode::Cancelled);
    }

    void theDescriptionCountsSizesAndColours()
    {
        addClass(QStringLiteral("a"), 3);
        addClass(QStringLiteral("b"), 2);
        writeFile(path(QStringLiteral("b/wide.png")), encoded(plain(30, 2, qRgb(1, 2, 3)), "png"));
        writeFile(path(QStringLiteral("a/high.bmp")), encoded(plain(2, 3, qRgb(1, 2, 3)), "bmp"));
        writeFile(path(QStringLiteral("a/notes.txt")), "text");
        const auto bundle = datasets::open(path().toStdString());
        QVERIFY(bundle);
        const auto info = datasets::describeSource(*bundle);
        QVERIFY(info.pictures);
        QCOMPARE(info.pictures->smallest.height, 3);
        QCOMPARE(info.pictures->median.width, 4);
        QCOMPARE(info.pictures->largest.width, 30);
        QCOMPARE(info.pictures->grey, 5);
        QCOMPARE(info.pictures->colour, 2);
        QCOMPARE(info.pictures->otherFiles, 1);
        QCOMPARE(info.imageShape.channels(), 3);
        QCOMPARE(info.splits.size(), 2u);
        QVERIFY(!info.splits[0].origin.empty());
        QCOMPARE(info.splits[0].images + info.splits[1].images, 7);
    }
};

QTEST_GUILESS_MAIN(TestImageFolder)
#include "test_image_folder.moc"
