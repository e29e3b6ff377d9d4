// Reading and writing IDX: good files, and every way a file can be bad.
#include "datasets/idx.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <zlib.h>

using namespace convarium;
using engine::ErrorCode;

namespace
{

QByteArray idx(const std::vector<quint32>& sizes, const QByteArray& data, char type = '\x08')
{
    QByteArray out(4, '\0');
    out[2] = type;
    out[3] = static_cast<char>(sizes.size());
    for (const quint32 s : sizes)
        for (int shift = 24; shift >= 0; shift -= 8)
            out.append(static_cast<char>((s >> shift) & 0xff));
    return out + data;
}

QByteArray counting(int n)
{
    QByteArray out;
    for (int i = 0; i < n; ++i)
        out.append(static_cast<char>(i % 251));
    return out;
}

QByteArray gzip(const QByteArray& data)
{
    z_stream stream{};
    if (deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return {};
    QByteArray out(static_cast<qsizetype>(deflateBound(&stream, static_cast<uLong>(data.size()))), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(static_cast<qsizetype>(stream.total_out));
    deflateEnd(&stream);
    return out;
}

QByteArray withByteFlipped(QByteArray data, qsizetype at)
{
    data[at] = static_cast<char>(data[at] ^ 0x55);
    return data;
}

} // namespace

class TestIdx : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
    }

    void readsWhatTheHeaderAnnounces_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QList<int>>("sizes");
        const QByteArray data = counting(24);
        QTest::newRow("labels") << idx({24}, data) << QList<int>{24};
        QTest::newRow("rank 2") << idx({4, 6}, data) << QList<int>{4, 6};
        QTest::newRow("images") << idx({2, 3, 4}, data) << QList<int>{2, 3, 4};
        QTest::newRow("colour images") << idx({2, 3, 2, 2}, data) << QList<int>{2, 3, 2, 2};
        QTest::newRow("gzip") << gzip(idx({2, 3, 4}, data)) << QList<int>{2, 3, 4};
        const QByteArray whole = idx({2, 3, 4}, data);
        QTest::newRow("gzip in two members") << gzip(whole.left(20)) + gzip(whole.mid(20)) << QList<int>{2, 3, 4};
    }
    void readsWhatTheHeaderAnnounces()
    {
        QFETCH(QByteArray, file);
        QFETCH(QList<int>, sizes);
        const auto array = datasets::readIdx(write("file", file));
        QVERIFY2(array, array ? "" : array.error().text().c_str());
        QCOMPARE(array->sizes.size(), static_cast<std::size_t>(sizes.size()));
        for (int i = 0; i < sizes.size(); ++i)
            QCOMPARE(array->sizes[static_cast<std::size_t>(i)], std::int64_t{sizes[i]});
        const QByteArray expected = counting(24);
        QCOMPARE(
            QByteArray(reinterpret_cast<const char*>(array->bytes.data()), static_cast<qsizetype>(array->bytes.size())),
            expected);
    }

    void refusesBadFilesWithAReason_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says");
        const auto bad = static_cast<int>(ErrorCode::BadFormat);
        const QByteArray good = idx({2, 3, 4}, counting(24));
        const QByteArray packed = gzip(good);
        QTest::newRow("empty") << QByteArray() << bad << "truncated";
        QTest::newRow("three bytes") << good.left(3) << bad << "truncated";
        QTest::newRow("half a header") << good.left(10) << bad << "header needs 16 bytes";
        QTest::newRow("text") << QByteArray("hello, this is no IDX file") << bad << "0x68656c6c";
        QTest::newRow("float type") << idx({2, 3, 4}, counting(96), '\x0d') << bad << "0x00000d03";
        QTest::newRow("rank 0") << idx({}, {}) << bad << "0x00000800";
        QTest::newRow("rank 5") << idx({1, 1, 1, 1, 1}, counting(1)) << bad << "0x00000805";
        QTest::newRow("one byte short") << good.chopped(1) << bad << "only 23";
        QTest::newRow("no data") << good.left(16) << bad << "only 0";
        QTest::newRow("one byte more") << good + 'x' << bad << "too long";
        QTest::newRow("no images") << idx({0, 28, 28}, {}) << bad << "at least 1";
        QTest::newRow("no width") << idx({2, 28, 0}, {}) << bad << "at least 1";
        QTest::newRow("absurd side") << idx({1, 70000, 1}, counting(100)) << bad << "65535";
        QTest::newRow("overflowing sizes") << idx({0xffffffffu, 0xffffu, 0xffffu, 0xffffu}, {}) << bad << "8 GiB";
        QTest::newRow("claims 4 GB") << idx({0xffffffffu}, counting(100)) << bad << "only 100";
        QTest::newRow("gzip cut") << packed.chopped(12) << bad << "truncated";
        QTest::newRow("gzip without its last bytes") << packed.chopped(4) << bad << "truncated";
        QTest::newRow("gzip with wrong checksum") << withByteFlipped(packed, packed.size() - 6) << bad << "damaged";
        QTest::newRow("gzip with damaged data") << withByteFlipped(packed, 10) << bad << "damaged";
        QTest::newRow("gzip with a tail") << packed + "tail" << bad << "damaged";
        QTest::newRow("gzip of one byte short") << gzip(good.chopped(1)) << bad << "only 23";
        QTest::newRow("gzip of one byte more") << gzip(good + 'x') << bad << "too long";
        QTest::newRow("gzip bomb") << gzip(good + QByteArray(50'000'000, '\0')) << bad << "too long";
        QTest::newRow("gzip that claims 4 GB") << gzip(idx({0xffffffffu}, counting(100))) << bad << "at most";
    }
    void refusesBadFilesWithAReason()
    {
        QFETCH(QByteArray, file);
        QFETCH(int, code);
        QFETCH(QString, says);
        const std::string path = write("bad-file", file);
        const auto array = datasets::readIdx(path);
        QVERIFY(!array);
        QCOMPARE(static_cast<int>(array.error().code), code);
        QCOMPARE(array.error().place.file, path);
        const QString message = QString::fromStdString(array.error().message);
        QVERIFY2(message.contains(says), qPrintable(message));
        QVERIFY2(message.contains(QStringLiteral("bad-file")), qPrintable(message));
        QVERIFY(!array.error().hint.empty());
    }

    void aMissingFileIsNamed()
    {
        const auto array = datasets::readIdx(path("nowhere"));
        QVERIFY(!array);
        QCOMPARE(array.error().code, ErrorCode::NotFound);
        QCOMPARE(array.error().place.file, path("nowhere"));
    }

    void aFolderIsNoFile()
    {
        const auto array = datasets::readIdx(path("."));
        QVERIFY(!array);
        QCOMPARE(array.error().code, ErrorCode::Io);
    }

    void readingCanBeCancelled()
    {
        const std::string file = write("file", idx({3000, 28, 28}, counting(3000 * 784)));
        int calls = 0;
        const auto array =
            datasets::readIdx(file, [&](const std::string&, std::int64_t, std::int64_t) { return ++calls < 2; });
        QVERIFY(!array);
        QCOMPARE(array.error().code, ErrorCode::Cancelled);
        QCOMPARE(calls, 2);
    }

    void writesWhatItReads()
    {
        const std::vector<std::uint8_t> bytes{0, 1, 2, 253, 254, 255};
        const std::vector<std::int64_t> sizes{1, 2, 3};
        QVERIFY(datasets::writeIdx(path("out"), sizes, bytes));
        QCOMPARE(content("out"), idx({1, 2, 3}, QByteArray("\x00\x01\x02\xfd\xfe\xff", 6)));
        const auto back = datasets::readIdx(path("out"));
        QVERIFY(back);
        QCOMPARE(back->sizes, sizes);
        QCOMPARE(back->bytes, bytes);
    }

    void refusesToWriteSizesThatDoNotFit()
    {
        const std::vector<std::uint8_t> bytes(6);
        for (const std::vector<std::int64_t>& sizes :
             {std::vector<std::int64_t>{7}, {}, {-6}, {6, 1, 1, 1, 1}, {std::int64_t{1} << 32, 1}}) {
            const auto ok = datasets::writeIdx(path("out"), sizes, bytes);
            QVERIFY(!ok);
            QCOMPARE(ok.error().code, ErrorCode::InvalidArgument);
        }
        QVERIFY(!QFile::exists(QString::fromStdString(path("out"))));
    }

    void writingIntoAMissingFolderIsAnError()
    {
        const std::vector<std::uint8_t> bytes(6);
        const std::vector<std::int64_t> sizes{6};
        const auto ok = datasets::writeIdx(path("no/such/folder/out"), sizes, bytes);
        QVERIFY(!ok);
        QCOMPARE(ok.error().code, ErrorCode::Io);
    }

    void findsTheUsualNames_data()
    {
        QTest::addColumn<QStringList>("names");
        QTest::newRow("dash") << QStringList{"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                             "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
        QTest::newRow("dot") << QStringList{"train-images.idx3-ubyte", "train-labels.idx1-ubyte",
                                            "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"};
        QTest::newRow("gz") << QStringList{"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
                                           "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"};
        QTest::newRow("mixed") << QStringList{"train-images.idx3-ubyte.gz", "train-labels-idx1-ubyte",
                                              "test-images-idx3-ubyte", "t10k-labels.idx1-ubyte.gz"};
    }
    void findsTheUsualNames()
    {
        QFETCH(QStringList, names);
        writePart(names[0], names[1], {3, 5, 4}, {1, 0, 7});
        writePart(names[2], names[3], {2, 5, 4}, {9, 2});
        const auto bundle = datasets::openIdxFolder(path("."));
        QVERIFY2(bundle, bundle ? "" : bundle.error().text().c_str());
        QVERIFY(bundle->train && bundle->test && !bundle->validation);
        QCOMPARE(bundle->train->size(), 3);
        QCOMPARE(bundle->train->imageShape(), (engine::Shape{1, 5, 4}));
        QCOMPARE(bundle->train->label(2), 7);
        QCOMPARE(bundle->test->size(), 2);
        QCOMPARE(bundle->test->label(0), 9);
        QCOMPARE(bundle->train->classNames().size(), 10u);
        std::vector<std::uint8_t> pixels(20);
        QVERIFY(bundle->train->image(1, pixels));
        QCOMPARE(int{pixels[0]}, 20);
        QCOMPARE(int{pixels[19]}, 39);
    }

    void withoutTestFilesThereIsNoTestPart()
    {
        writePart("train-images-idx3-ubyte", "train-labels-idx1-ubyte", {2, 2, 2}, {1, 0});
        const auto bundle = datasets::openIdxFolder(path("."));
        QVERIFY(bundle);
        QVERIFY(bundle->train);
        QVERIFY(!bundle->test);
    }

    void colourImagesKeepTheirChannels()
    {
        writePart("train-images-idx4-ubyte", "train-labels-idx1-ubyte", {2, 3, 4, 5}, {1, 0});
        const auto bundle = datasets::openIdxFolder(path("."));
        QVERIFY(bundle);
        QCOMPARE(bundle->train->imageShape(), (engine::Shape{3, 4, 5}));
    }

    void thereAreAsManyClassesAsLabelsOfBothPartsNeed()
    {
        writePart("train-images-idx3-ubyte", "train-labels-idx1-ubyte", {2, 2, 2}, {1, 20});
        writePart("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", {1, 2, 2}, {25});
        const auto bundle = datasets::openIdxFolder(path("."));
        QVERIFY(bundle);
        QCOMPARE(bundle->train->classNames().size(), 26u);
        QCOMPARE(bundle->test->classNames().back(), std::string("25"));
    }

    void filesThatDisagreeAreRefused_data()
    {
        QTest::addColumn<QString>("change");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("at");
        QTest::newRow("one label missing")
            << "count" << static_cast<int>(ErrorCode::BadFormat) << "train-images-idx3-ubyte";
        QTest::newRow("no labels file") << "labels" << static_cast<int>(ErrorCode::NotFound)
                                        << "train-labels-idx1-ubyte";
        QTest::newRow("no images file") << "images" << static_cast<int>(ErrorCode::NotFound)
                                        << "train-images-idx3-ubyte";
        QTest::newRow("half a test part")
            << "half" << static_cast<int>(ErrorCode::NotFound) << "t10k-labels-idx1-ubyte";
        QTest::newRow("other half") << "other" << static_cast<int>(ErrorCode::NotFound) << "t10k-images-idx3-ubyte";
        QTest::newRow("swapped") << "swapped" << static_cast<int>(ErrorCode::BadFormat) << "train-labels-idx1-ubyte";
        QTest::newRow("labels as images")
            << "flat" << static_cast<int>(ErrorCode::BadFormat) << "train-images-idx3-ubyte";
        QTest::newRow("other image size")
            << "size" << static_cast<int>(ErrorCode::ShapeMismatch) << "t10k-images-idx3-ubyte";
    }
    void filesThatDisagreeAreRefused()
    {
        QFETCH(QString, change);
        QFETCH(int, code);
        QFETCH(QString, at);
        const auto remove = [this](const char* name) { QVERIFY(QFile::remove(m_dir->filePath(QLatin1String(name)))); };
        writePart("train-images-idx3-ubyte", "train-labels-idx1-ubyte", {3, 5, 4}, {1, 0, 7});
        writePart("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", {2, 5, 4}, {9, 2});
        if (change == u"count")
            write("train-labels-idx1-ubyte", idx({2}, counting(2)));
        else if (change == u"labels")
            remove("train-labels-idx1-ubyte");
        else if (change == u"images")
            remove("train-images-idx3-ubyte");
        else if (change == u"half")
            remove("t10k-labels-idx1-ubyte");
        else if (change == u"other")
            remove("t10k-images-idx3-ubyte");
        else if (change == u"swapped")
            writePart("train-labels-idx1-ubyte", "train-images-idx3-ubyte", {3, 5, 4}, {1, 0, 7});
        else if (change == u"flat")
            write("train-images-idx3-ubyte", idx({3}, counting(3)));
        else
            write("t10k-images-idx3-ubyte", idx({2, 4, 5}, counting(40)));
        const auto bundle = datasets::openIdxFolder(path("."));
        QVERIFY(!bundle);
        QCOMPARE(static_cast<int>(bundle.error().code), code);
        QVERIFY2(QString::fromStdString(bundle.error().place.file).endsWith(at), bundle.error().place.file.c_str());
    }

    void aFolderIsWrittenAndReadBack()
    {
        const std::vector<std::string> names(10, "n");
        const engine::InMemoryDataset train({1, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}, {3, 4}, names);
        const engine::InMemoryDataset test({1, 2, 2}, {9, 8, 7, 6}, {5}, names);
        const std::string folder = path("deep/er");
        QVERIFY(datasets::writeIdxFolder(folder, train, test));
        const auto bundle = datasets::openIdxFolder(folder);
        QVERIFY(bundle);
        QCOMPARE(bundle->name, std::string("er"));
        QCOMPARE(bundle->train->label(1), 4);
        std::vector<std::uint8_t> pixels(4);
        QVERIFY(bundle->test->image(0, pixels));
        QCOMPARE(pixels, (std::vector<std::uint8_t>{9, 8, 7, 6}));
    }

    void realMnistIsReadAsItIs()
    {
        const std::string folder = CONVARIUM_SOURCE_DIR "/../shared/data/mnist";
        if (!datasets::findIdx(folder).complete())
            QSKIP("shared/data/mnist is not there; the rest was tested");
        const auto bundle = datasets::openIdxFolder(folder);
        QVERIFY2(bundle, bundle ? "" : bundle.error().text().c_str());
        QCOMPARE(bundle->train->size(), 60000);
        QCOMPARE(bundle->test->size(), 10000);
        QCOMPARE(bundle->train->imageShape(), (engine::Shape{1, 28, 28}));
        const std::vector<int> trainLabels{5, 0, 4, 1, 9, 2, 1, 3, 1, 4};
        const std::vector<int> testLabels{7, 2, 1, 0, 4, 1, 4, 9, 5, 9};
        for (std::size_t i = 0; i < 10; ++i) {
            QCOMPARE(bundle->train->label(static_cast<std::int64_t>(i)), trainLabels[i]);
            QCOMPARE(bundle->test->label(static_cast<std::int64_t>(i)), testLabels[i]);
        }
        const auto info = datasets::describeSource(*bundle);
        QCOMPARE(info.splits.size(), 2u);
        QCOMPARE(info.splits[0].perClass,
                 (std::vector<std::int64_t>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}));
        QCOMPARE(info.splits[1].perClass,
                 (std::vector<std::int64_t>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}));
    }

private:
    std::string path(const char* name) const { return m_dir->filePath(QLatin1String(name)).toStdString(); }
    std::string write(const QString& name, const QByteArray& data) const
    {
        QFile file(m_dir->filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(data) != data.size())
            qFatal("cannot write the test file");
        return file.fileName().toStdString();
    }
    QByteArray content(const char* name) const
    {
        QFile file(m_dir->filePath(QLatin1String(name)));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    /// Images that count upwards and the given labels, gzipped where the name says so.
    void writePart(const QString& images, const QString& labels, const std::vector<quint32>& sizes,
                   const std::vector<int>& values) const
    {
        int n = 1;
        for (const quint32 s : sizes)
            n *= static_cast<int>(s);
        QByteArray bytes;
        for (const int v : values)
            bytes.append(static_cast<char>(v));
        const auto put = [this](const QString& name, const QByteArray& data) {
            write(name, name.endsWith(u".gz") ? gzip(data) : data);
        };
        put(images, idx(sizes, counting(n)));
        put(labels, idx({static_cast<quint32>(values.size())}, bytes));
    }

    std::unique_ptr<QTemporaryDir> m_dir;
};

QTEST_GUILESS_MAIN(TestIdx)
#include "test_idx.moc"
