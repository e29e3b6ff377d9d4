#include "engine/io/safetensors.h"

#include "tests/engine/io/projects.h"

#include <QTest>

using namespace convarium::test;

namespace
{

std::vector<std::uint8_t> fileWith(const std::string& header, std::size_t dataBytes)
{
    std::vector<std::uint8_t> bytes(8 + header.size() + dataBytes);
    const std::uint64_t length = header.size();
    std::memcpy(bytes.data(), &length, 8);
    std::memcpy(bytes.data() + 8, header.data(), header.size());
    return bytes;
}

} // namespace

class SafetensorsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tensorsOfAnyRankComeBackBitForBit()
    {
        std::mt19937 random(7);
        std::map<std::string, Tensor> tensors;
        const std::vector<Shape> shapes{{}, {1}, {17}, {0}, {3, 4}, {2, 3, 5, 5}, {1, 2, 1, 2, 1, 2}};
        for (std::size_t i = 0; i < shapes.size(); ++i)
            tensors.emplace(std::to_string(i) + ".weight", randomTensor(shapes[i], random));
        TensorRefs refs;
        for (const auto& [name, tensor] : tensors)
            refs.emplace(name, &tensor);
        const auto read = decodeSafetensors(encodeSafetensors(refs), "x");
        QVERIFY2(read.has_value(), read ? "" : read.error().text().c_str());
        QVERIFY(*read == tensors);
    }

    void valuesStartAtAMultipleOfEight()
    {
        const Tensor tensor(Shape{3});
        const auto bytes = encodeSafetensors({{"a", &tensor}});
        QCOMPARE((bytes.size() - 12) % 8, std::size_t{0});
    }

    void metadataIsSkipped()
    {
        const std::string header =
            R"({"__metadata__":{"by":"x"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
        QVERIFY(decodeSafetensors(fileWith(header, 4), "x").has_value());
    }

    void shorterFloatsAreReadExactly()
    {
        // 1, -2, 65504 (the largest), 2^-24 (the smallest), infinity as float16; 1, -2, 3.140625 as bfloat16.
        auto bytes = fileWith(R"({"h":{"dtype":"F16","shape":[5],"data_offsets":[0,10]},)"
                              R"("b":{"dtype":"BF16","shape":[3],"data_offsets":[10,16]}})",
                              16);
        const std::uint16_t words[] = {0x3C00, 0xC000, 0x7BFF, 0x0001, 0x7C00, 0x3F80, 0xC000, 0x4049};
        std::memcpy(bytes.data() + bytes.size() - sizeof words, words, sizeof words);
        const auto read = decodeSafetensors(bytes, "x");
        QVERIFY2(read.has_value(), read ? "" : read.error().text().c_str());
        const std::vector<float> half{1, -2, 65504, 0x1p-24F, std::numeric_limits<float>::infinity()};
        QCOMPARE(read->at("h").values(), half);
        QCOMPARE(read->at("b").values(), (std::vector<float>{1, -2, 3.140625F}));
    }

    void otherKindsAreNamed()
    {
        const auto bytes = fileWith(R"({"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]}})", 8);
        const auto read = readSafetensors(bytes, "x");
        QVERIFY(read.has_value());
        QVERIFY(read->tensors.empty());
        QCOMPARE(read->others.at("n"), std::string("I64"));
    }

    void badFilesGiveAnErrorWithItsPlace_data()
    {
        QTest::addColumn<QString>("header");
        QTest::addColumn<int>("dataBytes");
        QTest::addColumn<QString>("place");
        const auto one = [](const char* fields) { return QStringLiteral(R"({"a":{%1}})").arg(QLatin1String(fields)); };
        QTest::newRow("no JSON") << "{\"a\":" << 0 << "";
        QTest::newRow("a list") << "[]" << 0 << "";
        QTest::newRow("unknown kind") << one(R"("dtype":"F12","shape":[2],"data_offsets":[0,4])") << 4 << "a.dtype";
        QTest::newRow("whole numbers") << one(R"("dtype":"I32","shape":[1],"data_offsets":[0,4])") << 4 << "";
        QTest::newRow("half floats of the wrong length")
            << one(R"("dtype":"F16","shape":[1],"data_offsets":[0,4])") << 4 << "a.data_offsets";
        QTest::newRow("a name twice")
            << R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})"
            << 4 << "";
        QTest::newRow("a name twice, once with an escape")
            << R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})"
            << 4 << "";
        QTest::newRow("no type") << one(R"("shape":[1],"data_offsets":[0,4])") << 4 << "a.dtype";
        QTest::newRow("no shape") << one(R"("dtype":"F32","data_offsets":[0,4])") << 4 << "a.shape";
        QTest::newRow("negative size") << one(R"("dtype":"F32","shape":[-1],"data_offsets":[0,4])") << 4
                                       << "a.shape[0]";
        QTest::newRow("rank 7") << one(R"("dtype":"F32","shape":[1,1,1,1,1,1,1],"data_offsets":[0,4])") << 4
                                << "a.shape";
        QTest::newRow("overflowing shape")
            << one(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4])") << 4 << "a.data_offsets";
        QTest::newRow("one offset") << one(R"("dtype":"F32","shape":[1],"data_offsets":[0])") << 4 << "a.data_offsets";
        QTest::newRow("reversed offsets")
            << one(R"("dtype":"F32","shape":[1],"data_offsets":[4,0])") << 4 << "a.data_offsets";
        QTest::newRow("too few bytes for the shape")
            << one(R"("dtype":"F32","shape":[2],"data_offsets":[0,4])") << 8 << "a.data_offsets";
        QTest::newRow("a gap before") << one(R"("dtype":"F32","shape":[1],"data_offsets":[4,8])") << 8
                                      << "a.data_offsets";
        QTest::newRow("overlap")
            << R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})"
            << 8 << "b.data_offsets";
        QTest::newRow("cut off") << one(R"("dtype":"F32","shape":[2],"data_offsets":[0,8])") << 4 << "";
        QTest::newRow("bytes of nobody") << one(R"("dtype":"F32","shape":[1],"data_offsets":[0,4])") << 5 << "";
        QTest::newRow("unknown field") << one(R"("dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1)") << 4 << "a.x";
    }

    void badFilesGiveAnErrorWithItsPlace()
    {
        QFETCH(const QString, header);
        QFETCH(const int, dataBytes);
        QFETCH(const QString, place);
        const auto read = decodeSafetensors(fileWith(header.toStdString(), static_cast<std::size_t>(dataBytes)), "w");
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::BadFormat);
        QCOMPARE(QString::fromStdString(read.error().place.port), place);
        QCOMPARE(read.error().place.file, std::string("w"));
    }

    void whatTheFileSaysIsQuotedShortAndPrintable_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("kind");
        QTest::newRow("controls in the name") << QByteArray(R"(a\u001b[31m\u0007\n\u2028\u202e)") << QByteArray("F12");
        QTest::newRow("controls in the name of whole numbers") << QByteArray(R"(\u001b[31m)") << QByteArray("I32");
        QTest::newRow("controls in the kind") << QByteArray("a") << QByteArray(R"(\u001b[31mX\n)");
        QTest::newRow("long name") << QByteArray(200'000, 'n') << QByteArray("F12");
        QTest::newRow("long name of whole numbers") << QByteArray(200'000, 'n') << QByteArray("I32");
        QTest::newRow("long kind") << QByteArray("a") << QByteArray(300'000, 'F');
    }
    void whatTheFileSaysIsQuotedShortAndPrintable()
    {
        QFETCH(const QByteArray, name);
        QFETCH(const QByteArray, kind);
        const QByteArray header =
            "{\"" + name + "\":{\"dtype\":\"" + kind + "\",\"shape\":[1],\"data_offsets\":[0,4]}}";
        const auto read = decodeSafetensors(fileWith(header.toStdString(), 4), "w");
        QVERIFY(!read);
        const QString text = QString::fromStdString(read.error().text());
        QVERIFY2(text.size() < 600, qPrintable(QString::number(text.size())));
        for (const QChar c : text)
            QVERIFY2(c.isPrint(), qPrintable(text));
        if (kind != "I32")
            QVERIFY2(text.contains(QStringLiteral("no data type")), qPrintable(text));
    }

    void wrongHeaderLengthsAreRefusedWithoutReadingOn()
    {
        auto bytes = fileWith("{}", 0);
        for (const std::uint64_t length : {std::uint64_t{3}, std::uint64_t{100'000'001}, ~std::uint64_t{0}}) {
            std::memcpy(bytes.data(), &length, 8);
            const auto read = decodeSafetensors(bytes, "w");
            QVERIFY(!read);
            QCOMPARE(read.error().code, ErrorCode::BadFormat);
        }
        QVERIFY(!decodeSafetensors(std::span(bytes).first(5), "w"));
        QVERIFY(!decodeSafetensors({}, "w"));
    }
};

QTEST_APPLESS_MAIN(SafetensorsTest)
#include "safetensors_test.moc"
