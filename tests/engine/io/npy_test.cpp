#include "engine/io/npy.h"

#include <QTest>

using namespace convarium::engine;

namespace
{

/// A file of version 1 with this header and so many bytes of numbers.
std::string npy(const std::string& header, std::size_t bytes)
{
    std::string file("\x93NUMPY\1\0", 8);
    file += static_cast<char>(header.size() & 0xFF);
    file += static_cast<char>(header.size() >> 8);
    return file + header + std::string(bytes, '\0');
}

Result<NpyArray> decode(const std::string& file)
{
    return decodeNpy({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()}, "a.npy");
}

std::string header(const char* type, const char* order, const char* shape)
{
    return std::string("{'descr': ") + type + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

} // namespace

class NpyTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsWrittenIsRead_data()
    {
        QTest::addColumn<QList<qint64>>("sizes");
        QTest::newRow("a number") << QList<qint64>{};
        QTest::newRow("a list") << QList<qint64>{5};
        QTest::newRow("images") << QList<qint64>{2, 3, 4, 5};
        QTest::newRow("seven axes") << QList<qint64>{1, 2, 1, 2, 1, 2, 3};
    }
    void whatIsWrittenIsRead()
    {
        QFETCH(QList<qint64>, sizes);
        NpyArray array;
        std::size_t count = 1;
        for (const qint64 size : sizes) {
            array.sizes.push_back(size);
            count *= static_cast<std::size_t>(size);
        }
        for (std::size_t i = 0; i < count; ++i)
            array.values.push_back(static_cast<float>(i) * 0.5f - 3);
        const std::string file = encodeNpy(array);
        QCOMPARE((file.size() - count * 4) % 64, std::size_t{0});
        const auto read = decode(file);
        QVERIFY(read);
        QCOMPARE(read->sizes, array.sizes);
        QCOMPARE(read->values, array.values);
    }

    void theHeaderIsNumPys()
    {
        const std::string file = encodeNpy({{3}, {1, 2, 3}});
        QCOMPARE(file.substr(0, 10), std::string("\x93NUMPY\1\0\x76\0", 10));
        QVERIFY(file.find("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }") == 10);
    }

    void otherFilesAreRefusedInOneSentence_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("word");
        const auto row = [](const char* name, const std::string& file, const char* word) {
            QTest::newRow(name) << QByteArray::fromStdString(file) << QByteArray(word);
        };
        row("empty", "", "not an .npy");
        row("text", "hello, this is a text", "not an .npy");
        row("doubles", npy(header("'<f8'", "False", "(2,)"), 16), "'<f8'");
        row("big-endian", npy(header("'>f4'", "False", "(2,)"), 8), "'>f4'");
        row("a record", npy(header("[('a', '<f4')]", "False", "(2,)"), 8), "type");
        row("Fortran order", npy(header("'<f4'", "True", "(2, 2)"), 16), "Fortran");
        row("too short", npy(header("'<f4'", "False", "(2, 2)"), 12), "12 bytes");
        row("too long", npy(header("'<f4'", "False", "(2, 2)"), 20), "20 bytes");
        row("nothing in it", npy(header("'<f4'", "False", "(0, 2)"), 0), "0x2");
        row("negative size", npy(header("'<f4'", "False", "(-1, -4)"), 16), "-1x-4");
        row("overflow", npy(header("'<f4'", "False", "(4294967296, 4294967296, 4)"), 16), "more than any file");
        row("a size beyond int64", npy(header("'<f4'", "False", "(99999999999999999999,)"), 16), "shape");
        row("no shape", npy("{'descr': '<f4', 'fortran_order': False}", 4), "without");
        row("shape is a number", npy(header("'<f4'", "False", "4"), 16), "shape");
        row("unclosed shape", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4", 16), "shape");
        row("eight axes", npy(header("'<f4'", "False", "(1,1,1,1,1,1,1,1)"), 4), "8 axes");
        row("cut header", npy(header("'<f4'", "False", "(2,)"), 0).substr(0, 30), "within its header");
        row("version 9", std::string("\x93NUMPY\x09\0\0\0\0\0\0\0", 14), "version 9");
    }
    void otherFilesAreRefusedInOneSentence()
    {
        QFETCH(QByteArray, file);
        QFETCH(QByteArray, word);
        const auto read = decode(file.toStdString());
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::BadFormat);
        QCOMPARE(read.error().place.file, std::string("a.npy"));
        QVERIFY2(QByteArray::fromStdString(read.error().text()).contains(word), read.error().text().c_str());
    }

    void cuttingAnywhereIsHarmless()
    {
        const std::string file = encodeNpy({{2, 3}, {1, 2, 3, 4, 5, 6}});
        for (std::size_t length = 0; length < file.size(); ++length)
            QVERIFY(!decode(file.substr(0, length)));
    }
};

QTEST_GUILESS_MAIN(NpyTest)
#include "npy_test.moc"
