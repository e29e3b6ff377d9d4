// Pictures of a network as files: other programs open them and see what the PNG shows, whatever the window shows.
#include "engine/io/presets.h"
#include "tests/ui/canvas/canvas_window.h"
#include "ui/canvas/network_picture.h"
#include "ui/theme/colormap.h"
#include "ui/theme/theme.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <thread>

using namespace convarium;
using namespace convarium::test;
using namespace convarium::ui;

namespace
{

const PictureFormat& format(const QString& title)
{
    for (const PictureFormat& f : pictureFormats())
        if (f.title.startsWith(title))
            return f;
    qFatal("no such format");
}

QImage pngOf(const NetworkPicture& picture, const QString& title = QStringLiteral("PNG picture, 1"))
{
    const auto bytes = format(title).encode(picture);
    return bytes ? QImage::fromData(*bytes, "PNG") : QImage();
}

/// Mean distance of two pictures of about the same size, 0 .. 255, after both are made small: letters may be drawn by
/// other rules, but what is where must agree.
double distance(const QImage& a, const QImage& b)
{
    const QSize size(a.width() / 4, a.height() / 4);
    const auto small = [&](const QImage& image) {
        return image.scaled(size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
            .convertToFormat(QImage::Format_RGB32);
    };
    const QImage x = small(a), y = small(b);
    double sum = 0;
    for (int row = 0; row < size.height(); ++row)
        for (int column = 0; column < size.width(); ++column)
            sum += std::abs(qGray(x.pixel(column, row)) - qGray(y.pixel(column, row)));
    return sum / (size.width() * size.height());
}

bool run(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(program, arguments);
    return process.waitForFinished(120000) && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
}

bool write(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

} // namespace

class NetworkPictureTest : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;

    NetworkPicture preset(const char* name)
    {
        const auto project = engine::loadPreset(name);
        Positions places;
        for (const auto& [id, at] : project->positions)
            places[id] = {at[0], at[1]};
        CanvasWindow w(project->graph, places);
        w.view->setZoom(0.2);
        return w.scene().print();
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
        QVERIFY(m_folder.isValid());
    }

    void theViewDoesNotMatterAndNoticesNothing()
    {
        CanvasWindow w;
        const QImage without = pngOf(w.scene().print());
        std::vector<float> values(384);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(i % 97) / 48 - 1;
        const auto maps = [&] { return mapImage(values.data(), 48, 8, 48, 1); };
        w.view->setThumbnails(kConv, maps(), 6);
        const QImage plain = pngOf(w.scene().print());
        QVERIFY(plain.width() > 900 && plain != without);
        ThemeManager::instance().setMode(ThemeMode::Dark);
        w.view->setZoom(0.3);
        w.view->setThumbnails(kConv, maps(), 6); // the same numbers in other colours
        w.scene().select({kConv, kRelu});
        w.scene().setFocusedNode(kConv, true);
        const QImage shownBefore = w.view->grab().toImage();
        QCOMPARE(pngOf(w.scene().print()), plain);
        QCOMPARE(w.view->grab().toImage(), shownBefore);
        QVERIFY(Theme::current().dark);
        QCOMPARE(w.scene().selection(), QList<NodeId>({kConv, kRelu}));
        w.scene().select({});
        w.scene().selectWire(w.wireInto(kPool));
        QCOMPARE(pngOf(w.scene().print()), plain);
        ThemeManager::instance().setMode(ThemeMode::Light);
    }

    void mapsAreInThePicture()
    {
        CanvasWindow w;
        const QImage without = pngOf(w.scene().print());
        QImage day(48, 8, QImage::Format_RGB32);
        day.fill(Qt::darkGreen);
        w.view->setThumbnails(kConv, day, 6);
        QVERIFY(pngOf(w.scene().print()) != without);
        QVERIFY(format(QStringLiteral("SVG")).encode(w.scene().print())->contains("<image"));
    }

    void aLargerScaleHasMorePixelsOfTheSamePicture()
    {
        CanvasWindow w;
        const NetworkPicture picture = w.scene().print();
        const QImage one = pngOf(picture), four = pngOf(picture, QStringLiteral("PNG picture, 4"));
        QCOMPARE(four.size(), one.size() * 4);
        QVERIFY2(distance(one, four) < 3, qPrintable(QString::number(distance(one, four))));
    }

    void curvesAndLettersStayCurvesAndLetters()
    {
        CanvasWindow w;
        const NetworkPicture picture = w.scene().print();
        const auto svg = format(QStringLiteral("SVG")).encode(picture);
        QVERIFY(svg);
        QVERIFY(svg->contains("Conv2D"));
        QVERIFY2(!svg->contains("<image"), "something was drawn as pixels");
        const auto pdf = format(QStringLiteral("PDF")).encode(picture);
        QVERIFY(pdf);
        QVERIFY2(!pdf->contains("/Subtype /Image"), "something was drawn as pixels");
        QVERIFY(pdf->contains("/FontFile"));
    }

    void aPictureOfTooManyPixelsIsRefusedInWords()
    {
        NetworkPicture huge;
        huge.size = {40000, 30000};
        const auto refused = format(QStringLiteral("PNG picture, 1")).encode(huge);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, engine::ErrorCode::InvalidArgument);
        QVERIFY(!refused.error().hint.empty());
    }

    void itIsWrittenInAnyThread()
    {
        const NetworkPicture picture = preset("lenet-5");
        QImage there;
        std::thread([&] { there = pngOf(picture, QStringLiteral("PNG picture, 2")); }).join();
        QVERIFY(distance(pngOf(picture, QStringLiteral("PNG picture, 2")), there) < 0.2);
        for (const char* title : {"SVG", "PDF"}) {
            const PictureFormat& f = format(QString::fromLatin1(title));
            qsizetype size = 0;
            std::thread([&] {
                const auto bytes = f.encode(picture);
                size = bytes ? bytes->size() : 0;
            }).join();
            QVERIFY2(std::abs(size - f.encode(picture)->size()) < 16, title); // the date in a PDF may differ
        }
    }

    void otherProgramsSeeTheSamePicture_data()
    {
        QTest::addColumn<QString>("preset");
        for (const char* name : {"lenet-5", "googlenet"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }

    void otherProgramsSeeTheSamePicture()
    {
        QFETCH(QString, preset);
        const NetworkPicture picture = this->preset(preset.toLatin1().constData());
        const QImage png = pngOf(picture);
        QCOMPARE(png.size(), picture.size.toSize());
        const auto path = [&](const char* suffix) { return m_folder.filePath(preset + QLatin1String(suffix)); };
        int programs = 0;
        if (const QString rsvg = QStandardPaths::findExecutable(QStringLiteral("rsvg-convert")); !rsvg.isEmpty()) {
            QVERIFY(write(path(".svg"), *format(QStringLiteral("SVG")).encode(picture)));
            QVERIFY(run(rsvg, {QStringLiteral("-b"), QStringLiteral("white"), QStringLiteral("-w"),
                               QString::number(png.width()), QStringLiteral("-o"), path("-svg.png"), path(".svg")}));
            const QImage seen(path("-svg.png"));
            QVERIFY(std::abs(seen.height() - png.height()) <= 2);
            QVERIFY2(distance(png, seen) < 2.5, qPrintable(QString::number(distance(png, seen))));
            ++programs;
        }
        if (const QString poppler = QStandardPaths::findExecutable(QStringLiteral("pdftoppm")); !poppler.isEmpty()) {
            QVERIFY(write(path(".pdf"), *format(QStringLiteral("PDF")).encode(picture)));
            QVERIFY(run(poppler, {QStringLiteral("-png"), QStringLiteral("-singlefile"), QStringLiteral("-scale-to-x"),
                                  QString::number(png.width()), QStringLiteral("-scale-to-y"),
                                  QString::number(png.height()), path(".pdf"), path("-pdf")}));
            const QImage seen(path("-pdf.png"));
            QVERIFY2(distance(png, seen) < 2.5, qPrintable(QString::number(distance(png, seen))));
            ++programs;
        }
        if (programs == 0)
            QSKIP("neither rsvg-convert nor pdftoppm is installed");
    }
};

QTEST_MAIN(NetworkPictureTest)
#include "test_network_picture.moc"
