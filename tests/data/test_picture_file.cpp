// One picture: every kind of file gives the right pixels or one clear sentence.
#include "datasets/picture_file.h"
#include "tests/data/pictures.h"

#include <QTemporaryDir>

#if defined(Q_OS_UNIX)
#include <unistd.h>
#endif

using namespace convarium;
using namespace convarium::test;
using datasets::PictureColours;
using datasets::PictureInfo;
using engine::ErrorCode;
using engine::Shape;
using Pixels = std::vector<std::uint8_t>;

class TestPictureFile : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;

    std::string put(const QByteArray& bytes, const char* name = "p.png")
    {
        const QString path = m_dir.filePath(QString::fromLatin1(name));
        writeFile(path, bytes);
        return path.toStdString();
    }
    static Pixels read(const std::string& path, const Shape& shape)
    {
        Pixels pixels(static_cast<std::size_t>(shape.elements()));
        const auto result = datasets::readPicture(path, shape, pixels);
        if (!result)
            qWarning("%s", result.error().text().c_str());
        return result ? pixels : Pixels{};
    }
    static bool near(const Pixels& found, const Pixels& expected, int tolerance)
    {
        bool same = found.size() == expected.size();
        for (std::size_t i = 0; same && i < found.size(); ++i)
            same = std::abs(int{found[i]} - int{expected[i]}) <= tolerance;
        if (!same)
            for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i)
                qWarning("%zu: %d, not %d", i, int{found[i]}, int{expected[i]});
        return same;
    }

private Q_SLOTS:
    void everyKindOfPixelBecomesBytes_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QList<int>>("rgb");
        QTest::addColumn<int>("tolerance");
        const QRgb c = qRgb(200, 100, 50);
        const QList<int> rgb{200, 100, 50};
        for (const char* format : {"png", "bmp"})
            QTest::newRow(QByteArray("rgb ").append(format).constData()) << encoded(plain(8, 8, c), format) << rgb << 0;
        QTest::newRow("rgb jpeg") << encoded(plain(8, 8, c), "jpeg") << rgb << 2;
        QImage palette(8, 8, QImage::Format_Indexed8);
        palette.setColorTable({qRgb(1, 2, 3), c});
        palette.fill(1);
        for (const char* format : {"png", "bmp"})
            QTest::newRow(QByteArray("palette ").append(format).constData()) << encoded(palette, format) << rgb << 0;
        QTest::newRow("16 bit colour") << encoded(plain(8, 8, c, QImage::Format_RGBX64), "png") << rgb << 0;
        QTest::newRow("grey") << encoded(plain(8, 8, qRgb(90, 90, 90), QImage::Format_Grayscale8), "png")
                              << QList<int>{90, 90, 90} << 0;
        QTest::newRow("16 bit grey") << encoded(plain(8, 8, qRgb(90, 90, 90), QImage::Format_Grayscale16), "png")
                                     << QList<int>{90, 90, 90} << 0;
        QTest::newRow("black and white") << encoded(plain(8, 8, qRgb(255, 255, 255), QImage::Format_Mono), "png")
                                         << QList<int>{255, 255, 255} << 0;
        QTest::newRow("opaque rgba") << encoded(plain(8, 8, c, QImage::Format_ARGB32), "png") << rgb << 0;
        QTest::newRow("transparent is white")
            << encoded(plain(8, 8, qRgba(10, 20, 30, 0), QImage::Format_ARGB32), "png") << QList<int>{255, 255, 255}
            << 0;
        QTest::newRow("half transparent") << encoded(plain(8, 8, qRgba(200, 100, 50, 51), QImage::Format_ARGB32), "png")
                                          << QList<int>{244, 224, 214} << 1; // 255 - (255 - c) / 5
        QTest::newRow("16 bit transparent")
            << encoded(plain(8, 8, qRgba(0, 0, 0, 0), QImage::Format_RGBA64), "png") << QList<int>{255, 255, 255} << 0;
        QTest::newRow("grey jpeg") << jpegOfLevels({77}) << QList<int>{77, 77, 77} << 0;
        QTest::newRow("rgb jpeg without transform") << jpegOfLevels({200, 100, 50}) << rgb << 0;
        QTest::newRow("cmyk jpeg") << jpegOfLevels({200, 100, 50, 255}) << rgb << 0;
        QTest::newRow("dark cmyk jpeg") << jpegOfLevels({200, 100, 50, 51}) << QList<int>{40, 20, 10} << 1;
    }

    void everyKindOfPixelBecomesBytes()
    {
        QFETCH(const QByteArray, file);
        QFETCH(const QList<int>, rgb);
        QFETCH(const int, tolerance);
        const std::string path = put(file); // the name says png: the content decides
        const auto info = datasets::readPictureInfo(path);
        QVERIFY2(info, info ? "" : info.error().text().c_str());
        QCOMPARE(info->width, std::int64_t{8});
        Pixels expected;
        for (const int value : rgb)
            expected.insert(expected.end(), 4, static_cast<std::uint8_t>(value));
        QVERIFY(near(read(path, {3, 2, 2}), expected, tolerance));
        const auto luma = static_cast<std::uint8_t>((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
        QVERIFY(near(read(path, {1, 2, 2}), Pixels(4, luma), tolerance));
    }

    void theHeaderTellsSizeAndColours()
    {
        const auto info = [&](const QImage& image) {
            return datasets::readPictureInfo(put(encoded(image, "png"))).value();
        };
        QCOMPARE(info(plain(5, 3, 0xff112233u)), (PictureInfo{5, 3, PictureColours::Colour}));
        QCOMPARE(info(plain(5, 3, 0xff111111u, QImage::Format_Grayscale8)), (PictureInfo{5, 3, PictureColours::Grey}));
        QCOMPARE(info(plain(5, 3, 0xff112233u, QImage::Format_Indexed8)), (PictureInfo{5, 3, PictureColours::Palette}));
    }

    void theCentreIsCutOut()
    {
        QImage image(6, 2, QImage::Format_Grayscale8);
        for (int y = 0; y < 2; ++y)
            for (int x = 0; x < 6; ++x)
                image.scanLine(y)[x] = static_cast<uchar>(10 * x + y);
        const std::string path = put(encoded(image, "png"));
        QCOMPARE(read(path, {1, 2, 2}), (Pixels{20, 30, 21, 31}));
        QCOMPARE(read(path, {1, 2, 6}), (Pixels{0, 10, 20, 30, 40, 50, 1, 11, 21, 31, 41, 51}));
        const std::string tall = put(encoded(image.transformed(QTransform().rotate(90)), "png"));
        QCOMPARE(read(tall, {1, 2, 2}), (Pixels{21, 20, 31, 30}));
    }

    void theShorterSideIsScaled()
    {
        QImage image(8, 4, QImage::Format_Grayscale8); // blocks of 2x2 with the values 0, 40, 80, 120
        for (int y = 0; y < 4; ++y)
            for (int x = 0; x < 8; ++x)
                image.scanLine(y)[x] = static_cast<uchar>(40 * (x / 2) + 10 * (y / 2));
        const std::string path = put(encoded(image, "png"));
        QVERIFY(near(read(path, {1, 2, 2}), {40, 80, 50, 90}, 1));
        QCOMPARE(read(put(encoded(plain(1, 1, qRgb(7, 7, 7)), "png")), {1, 3, 5}), Pixels(15, 7));
    }

    void aVeryLongPictureNeedsLittleMemory()
    {
        QCOMPARE(read(put(encoded(plain(1, 20000, qRgb(9, 9, 9)), "png")), {1, 64, 64}), Pixels(64 * 64, 9));
    }

    void aLargeJpegIsShrunkWhileItIsDecoded()
    {
        QImage image(640, 480, QImage::Format_RGB32);
        for (int y = 0; y < 480; ++y)
            for (int x = 0; x < 640; ++x)
                image.setPixel(x, y, qRgb(x * 255 / 640, y * 255 / 480, 128));
        const Pixels png = read(put(encoded(image, "png")), {3, 32, 32});
        QVERIFY(near(read(put(encoded(image, "jpeg")), {3, 32, 32}), png, 4));
    }

    void theExifOrientationIsHonoured_data()
    {
        QTest::addColumn<int>("orientation");
        QTest::addColumn<QByteArray>("shown"); // colours of the quarters in reading order; stored: r g b w
        const char* shown[] = {"rgbw", "grwb", "wbgr", "bwrg", "rbgw", "brwg", "wgbr", "gwrb"};
        for (int i = 0; i < 8; ++i)
            QTest::newRow(QByteArray::number(i + 1).constData()) << i + 1 << QByteArray(shown[i]);
    }

    void theExifOrientationIsHonoured()
    {
        QFETCH(const int, orientation);
        QFETCH(const QByteArray, shown);
        const std::map<char, QRgb> colours{
            {'r', qRgb(255, 0, 0)}, {'g', qRgb(0, 255, 0)}, {'b', qRgb(0, 0, 255)}, {'w', qRgb(255, 255, 255)}};
        for (const int size : {32, 256}) { // the larger one is shrunk while it is decoded
            QImage image(size, size / 2, QImage::Format_RGB32);
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < size; ++x)
                    image.setPixel(x, y, colours.at("rgbw"[2 * (y >= size / 4) + (x >= size / 2)]));
            const std::string path = put(withOrientation(encoded(image, "jpeg"), orientation), "p.jpg");
            const auto info = datasets::readPictureInfo(path);
            QVERIFY(info);
            const bool upright = orientation >= 5;
            QCOMPARE(info->width, std::int64_t{upright ? size / 2 : size});
            QCOMPARE(info->height, std::int64_t{upright ? size : size / 2});
            const Shape shape = upright ? Shape{3, 16, 8} : Shape{3, 8, 16};
            const Pixels pixels = read(path, shape);
            QCOMPARE(pixels.size(), 384u);
            for (int quarter = 0; quarter < 4; ++quarter) {
                const std::int64_t y = shape.height() * (1 + 2 * (quarter / 2)) / 4;
                const std::int64_t x = shape.width() * (1 + 2 * (quarter % 2)) / 4;
                const auto at = static_cast<std::size_t>(y * shape.width() + x);
                const QRgb expected = colours.at(shown[quarter]);
                QVERIFY(near({pixels[at], pixels[at + 128], pixels[at + 256]},
                             {static_cast<std::uint8_t>(qRed(expected)), static_cast<std::uint8_t>(qGreen(expected)),
                              static_cast<std::uint8_t>(qBlue(expected))},
                             8));
            }
        }
    }

    void aFileThatEndsTooEarlyIsRefused_data()
    {
        QTest::addColumn<QByteArray>("format");
        QTest::addColumn<int>("left"); // per thousand; negative: so many bytes less
        for (const char* format : {"png", "jpeg", "bmp"})
            for (const int left : {600, 950, -3})
                QTest::addRow("%s %d", format, left) << QByteArray(format) << left;
    }

    void aFileThatEndsTooEarlyIsRefused()
    {
        QFETCH(const QByteArray, format);
        QFETCH(const int, left);
        const QByteArray whole = encoded(noisy(40, 40), format.constData());
        QVERIFY(!read(put(whole), {3, 8, 8}).empty());
        const std::string path = put(whole.left(left < 0 ? whole.size() + left : whole.size() * left / 1000));
        QVERIFY(datasets::readPictureInfo(path)); // the header is whole
        Pixels pixels(192);
        const auto result = datasets::readPicture(path, {3, 8, 8}, pixels);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::BadFormat);
        QCOMPARE(result.error().place.file, path);
        QVERIFY2(result.error().message.find("it ends") != std::string::npos, result.error().message.c_str());
    }

    void whatIsNoPictureSaysSo_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("reason");
        QTest::newRow("text") << QByteArray("This is no picture at all.\n") << "neither PNG nor JPEG nor BMP";
        QTest::newRow("svg") << QByteArray("<svg xmlns='http://www.w3.org/2000/svg'/>") << "neither PNG nor JPEG";
        QTest::newRow("empty") << QByteArray() << "empty";
        QTest::newRow("one byte") << QByteArray("\x89") << "neither PNG";
        QTest::newRow("png signature alone") << encoded(plain(4, 4, 0), "png").left(8) << "header is damaged";
        QTest::newRow("jpeg signature alone") << QByteArray("\xff\xd8\xff\xe0") << "header is damaged";
        QTest::newRow("bmp signature alone") << QByteArray("BM") << "header is damaged";
        QTest::newRow("enormous png") << pngClaiming(100000, 100000) << "100000x100000 pixels";
        QTest::newRow("png beyond all limits") << pngClaiming(0x7fffffff, 0x7fffffff) << "cannot be read";
        QByteArray jpeg = jpegOfLevels({1});
        const qsizetype size = jpeg.indexOf("\xff\xc0") + 5;
        jpeg.replace(size, 4, "\xfd\xe8\xfd\xe8");
        QTest::newRow("enormous jpeg") << jpeg << "65000x65000 pixels";
        QByteArray bmp = encoded(plain(4, 4, 0), "bmp");
        bmp.replace(18, 8, QByteArray("\x10\x27\0\0\x10\x27\0\0", 8));
        QTest::newRow("enormous bmp") << bmp << "10000x10000 pixels";
    }

    void whatIsNoPictureSaysSo()
    {
        QFETCH(const QByteArray, file);
        QFETCH(const QString, reason);
        const std::string path = put(file);
        const auto info = datasets::readPictureInfo(path);
        QVERIFY(!info);
        QCOMPARE(info.error().code, ErrorCode::BadFormat);
        QCOMPARE(info.error().place.file, path);
        QVERIFY2(QString::fromStdString(info.error().message).contains(reason), info.error().message.c_str());
        QVERIFY(!info.error().hint.empty());
        Pixels pixels(192);
        const auto result = datasets::readPicture(path, {3, 8, 8}, pixels);
        QVERIFY(!result);
        QCOMPARE(result.error().message, info.error().message);
    }

    void damagedPixelsOfAPngAreRefused()
    {
        QByteArray png = encoded(noisy(40, 40), "png");
        png[png.size() / 2] = static_cast<char>(png[png.size() / 2] ^ 0x55);
        Pixels pixels(192);
        const auto result = datasets::readPicture(put(png), {3, 8, 8}, pixels);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::BadFormat);
    }

    /// Whatever the bytes are: an answer, no crash. Run under the sanitizers this looks into the format checks too.
    void changedBytesNeverCrash()
    {
        quint32 state = 7;
        const auto next = [&state] { return (state = state * 1664525u + 1013904223u) >> 8; };
        int refused = 0;
        for (const char* format : {"png", "jpeg", "bmp"}) {
            const QByteArray whole = encoded(noisy(12, 9), format);
            for (int i = 0; i < 200; ++i) {
                QByteArray changed = whole;
                for (int k = 0; k < 3; ++k)
                    changed[static_cast<qsizetype>(next() % static_cast<quint32>(whole.size()))] =
                        static_cast<char>(next());
                Pixels pixels(48);
                refused += datasets::readPicture(put(changed), {3, 4, 4}, pixels) ? 0 : 1;
            }
        }
        QVERIFY(refused > 50);
    }

    void aMissingFileAndALinkToNothingAreNamed()
    {
        const auto gone = datasets::readPictureInfo(m_dir.filePath("gone.png").toStdString());
        QVERIFY(!gone);
        QCOMPARE(gone.error().code, ErrorCode::NotFound);
        const QString loop = m_dir.filePath("loop.png");
        QVERIFY(QFile::link(loop, loop));
        const auto linked = datasets::readPictureInfo(loop.toStdString());
        QVERIFY(!linked);
        QVERIFY(linked.error().message.find("link to nothing") != std::string::npos);
        const auto folder = datasets::readPictureInfo(m_dir.path().toStdString());
        QVERIFY(!folder);
        QCOMPARE(folder.error().code, ErrorCode::Io);
    }

    void aFileWithoutPermissionIsNamed()
    {
#if defined(Q_OS_UNIX)
        if (geteuid() == 0)
            QSKIP("the superuser may read everything");
#endif
        const std::string path = put(encoded(plain(4, 4, 0), "png"), "locked.png");
        QFile::setPermissions(QString::fromStdString(path), {});
        const auto info = datasets::readPictureInfo(path);
        QVERIFY(!info);
        QCOMPARE(info.error().code, ErrorCode::Io);
    }
};

QTEST_GUILESS_MAIN(TestPictureFile)
#include "test_picture_file.moc"
