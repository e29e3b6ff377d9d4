// The colour tokens keep the contrasts and distances that the design promises; value images keep their ends and centre.
#include "ui/theme/colormap.h"
#include "ui/theme/theme.h"

#include <QtTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

using namespace convarium::ui;

namespace
{

using Triple = std::array<double, 3>;
using Matrix = std::array<Triple, 3>;

Triple linearRgb(const QColor& color)
{
    const auto linear = [](double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
    return {linear(color.redF()), linear(color.greenF()), linear(color.blueF())};
}

/// Simulated sight, in linear RGB. Machado, Oliveira, Fernandes 2009, doi 10.1109/TVCG.2009.113, severity 1.
const Matrix kNormal{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
const Matrix kDeuteranopia{
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
const Matrix kProtanopia{
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};

Triple seen(const Matrix& m, const Triple& rgb)
{
    Triple out{};
    for (std::size_t i = 0; i < 3; ++i) {
        out[i] = std::clamp(m[i][0] * rgb[0] + m[i][1] * rgb[1] + m[i][2] * rgb[2], 0.0, 1.0);
    }
    return out;
}

/// CIELAB, white D65.
Triple lab(const Triple& r)
{
    const auto f = [](double t) {
        const double d = 6.0 / 29;
        return t > d * d * d ? std::cbrt(t) : t / (3 * d * d) + 4.0 / 29;
    };
    const double x = f((0.4124564 * r[0] + 0.3575761 * r[1] + 0.1804375 * r[2]) / 0.95047);
    const double y = f(0.2126729 * r[0] + 0.7151522 * r[1] + 0.0721750 * r[2]);
    const double z = f((0.0193339 * r[0] + 0.1191920 * r[1] + 0.9503041 * r[2]) / 1.08883);
    return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

/// Colour difference CIEDE2000 (Sharma, Wu, Dalal 2005, doi 10.1002/col.20070).
double ciede2000(const Triple& one, const Triple& two)
{
    constexpr double kDegree = std::numbers::pi / 180;
    const auto seventh = [](double c) { return std::sqrt(std::pow(c, 7) / (std::pow(c, 7) + std::pow(25.0, 7))); };
    const auto cosine = [](double degrees) { return std::cos(degrees * kDegree); };
    const double meanChroma = (std::hypot(one[1], one[2]) + std::hypot(two[1], two[2])) / 2;
    const double stretch = 1.5 - 0.5 * seventh(meanChroma);
    const double a1 = one[1] * stretch;
    const double a2 = two[1] * stretch;
    const double c1 = std::hypot(a1, one[2]);
    const double c2 = std::hypot(a2, two[2]);
    const auto hue = [](double a, double b) {
        const double h = std::atan2(b, a) / kDegree;
        return h < 0 ? h + 360 : h;
    };
    const double h1 = hue(a1, one[2]);
    const double h2 = hue(a2, two[2]);
    const bool coloured = c1 * c2 != 0;
    double dh = coloured ? h2 - h1 : 0;
    dh += dh > 180 ? -360 : dh < -180 ? 360 : 0;
    double hm = h1 + h2;
    if (coloured) {
        hm = std::abs(h1 - h2) <= 180 ? hm / 2 : hm < 360 ? (hm + 360) / 2 : (hm - 360) / 2;
    }
    const double dL = two[0] - one[0];
    const double dC = c2 - c1;
    const double dH = 2 * std::sqrt(c1 * c2) * std::sin(dh * kDegree / 2);
    const double lm = (one[0] + two[0]) / 2;
    const double cm = (c1 + c2) / 2;
    const double t =
        1 - 0.17 * cosine(hm - 30) + 0.24 * cosine(2 * hm) + 0.32 * cosine(3 * hm + 6) - 0.20 * cosine(4 * hm - 63);
    const double sl = 1 + 0.015 * std::pow(lm - 50, 2) / std::sqrt(20 + std::pow(lm - 50, 2));
    const double sc = 1 + 0.045 * cm;
    const double sh = 1 + 0.015 * cm * t;
    const double turn = -std::sin(60 * kDegree * std::exp(-std::pow((hm - 275) / 25, 2))) * 2 * seventh(cm);
    return std::sqrt(std::pow(dL / sl, 2) + std::pow(dC / sc, 2) + std::pow(dH / sh, 2) + turn * dC / sc * dH / sh);
}

/// Over the seven coloured families; blocks are neutral and never compared.
double smallestDistance(const Theme& theme, const Matrix& eye)
{
    double smallest = 1000;
    for (int i = 0; i < kFamilyCount - 1; ++i) {
        for (int j = 0; j < i; ++j) {
            const auto colorOf = [&](int k) {
                return lab(seen(eye, linearRgb(theme.familyInk(static_cast<Family>(k)))));
            };
            smallest = std::min(smallest, ciede2000(colorOf(i), colorOf(j)));
        }
    }
    return smallest;
}

} // namespace

class TestThemeColors : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void contrastOfBlackOnWhiteIsTwentyOne();
    void textAndControlsKeepTheirContrast_data();
    void textAndControlsKeepTheirContrast();
    void familyInksStandOutFromSurfaceAndTint();
    void wordsAreReadableOnEveryTint();
    void colourDifferenceAgreesWithPublishedPairs();
    void familiesStayDistinctForEveryEye_data();
    void familiesStayDistinctForEveryEye();
    void familyNamesGoThereAndBack();
    void everyColourIsSetAndOpaque();
    void signedMapHasTheStopsOfTheDesign();
    void zeroIsExactlyTheSurface();
    void inkMapRunsFromSurfaceToInk();
    void sequentialMapIsReadByEveryEye_data();
    void sequentialMapIsReadByEveryEye();
    void mapImageReadsRowsWithTheirStride();
    void mapImageClampsAndMarksWhatIsNotANumber();
    void mapIntoLeavesTheRestOfTheAtlasAlone();
    void symmetricScaleIsTheLargestFiniteMagnitude();
};

void TestThemeColors::contrastOfBlackOnWhiteIsTwentyOne()
{
    QCOMPARE(contrastRatio(Qt::black, Qt::white), 21.0);
    QCOMPARE(contrastRatio(Qt::white, Qt::white), 1.0);
}

void TestThemeColors::textAndControlsKeepTheirContrast_data()
{
    QTest::addColumn<QColor>("ink");
    QTest::addColumn<QColor>("ground");
    QTest::addColumn<double>("stated");
    QTest::addColumn<double>("needed");
    const auto pairs = [](const char* name, QColor Theme::*ink, QColor Theme::*ground, double inLight, double inDark,
                          double needed) {
        QTest::addRow("%s, light", name) << lightTheme().*ink << lightTheme().*ground << inLight << needed;
        QTest::addRow("%s, dark", name) << darkTheme().*ink << darkTheme().*ground << inDark << needed;
    };
    pairs("text on surface", &Theme::text, &Theme::surface, 16.3, 13.4, 4.5);
    pairs("text2 on surface", &Theme::text2, &Theme::surface, 8.1, 8.7, 4.5);
    pairs("text3 on surface", &Theme::text3, &Theme::surface, 5.2, 6.0, 4.5);
    pairs("text3 on canvas", &Theme::text3, &Theme::canvas, 5.0, 6.7, 4.5);
    pairs("accent on surface", &Theme::accent, &Theme::surface, 6.5, 6.8, 4.5);
    pairs("on-accent on accent", &Theme::onAccent, &Theme::accent, 6.5, 7.9, 4.5);
    pairs("success on surface", &Theme::success, &Theme::surface, 5.3, 9.8, 4.5);
    pairs("error on surface", &Theme::error, &Theme::surface, 5.8, 5.9, 4.5);
    pairs("warning on its tint", &Theme::warning, &Theme::warningTint, 5.2, 7.4, 4.5);
    pairs("error on its tint", &Theme::error, &Theme::errorTint, 5.0, 5.4, 4.5);
    pairs("training series", &Theme::training, &Theme::surface, 5.1, 6.9, 3.0);
    pairs("validation series", &Theme::validation, &Theme::surface, 5.4, 7.1, 3.0);
    pairs("line2 on surface", &Theme::line2, &Theme::surface, 3.1, 4.1, 3.0);
    pairs("wire on canvas", &Theme::wire, &Theme::canvas, 3.5, 5.9, 3.0);
}

void TestThemeColors::textAndControlsKeepTheirContrast()
{
    QFETCH(QColor, ink);
    QFETCH(QColor, ground);
    QFETCH(double, stated);
    QFETCH(double, needed);
    const double ratio = contrastRatio(ink, ground);
    QVERIFY2(ratio >= needed, qPrintable(QString::number(ratio)));
    // Stated with one digit.
    QVERIFY2(std::abs(ratio - stated) <= 0.06, qPrintable(QString::number(ratio)));
}

void TestThemeColors::familyInksStandOutFromSurfaceAndTint()
{
    for (const Theme* theme : {&lightTheme(), &darkTheme()}) {
        double onSurface = 100;
        double onTint = 100;
        for (int i = 0; i < kFamilyCount; ++i) {
            const auto family = static_cast<Family>(i);
            onSurface = std::min(onSurface, contrastRatio(theme->familyInk(family), theme->surface));
            onTint = std::min(onTint, contrastRatio(theme->familyInk(family), theme->familyTint(family)));
        }
        QVERIFY2(onSurface >= (theme->dark ? 3.65 : 3.15), qPrintable(QString::number(onSurface)));
        QVERIFY2(onTint >= (theme->dark ? 3.25 : 3.0), qPrintable(QString::number(onTint)));
    }
}

void TestThemeColors::wordsAreReadableOnEveryTint()
{
    for (const Theme* theme : {&lightTheme(), &darkTheme()}) {
        for (const QColor& tint : theme->tints) {
            QVERIFY(contrastRatio(theme->text, tint) >= 4.5);
        }
        for (const QColor& tint : {theme->accentTint, theme->successTint, theme->warningTint, theme->errorTint}) {
            QVERIFY(contrastRatio(theme->text, tint) >= 4.5);
        }
    }
}

void TestThemeColors::colourDifferenceAgreesWithPublishedPairs()
{
    // The first and the last rows of Sharma's table of test data.
    QVERIFY(std::abs(ciede2000({50, 2.6772, -79.7751}, {50, 0, -82.7485}) - 2.0425) < 1e-4);
    QVERIFY(std::abs(ciede2000({50, 2.5, 0}, {58, 24, 15}) - 19.4535) < 1e-4);
    QVERIFY(std::abs(ciede2000({2.0776, 0.0795, -1.1350}, {0.9033, -0.0636, -0.5514}) - 0.9082) < 1e-4);
}

void TestThemeColors::familiesStayDistinctForEveryEye_data()
{
    QTest::addColumn<bool>("dark");
    QTest::addColumn<int>("eye");
    QTest::addColumn<double>("stated");
    QTest::newRow("light, normal") << false << 0 << 24.7;
    QTest::newRow("light, deuteranopia") << false << 1 << 16.5;
    QTest::newRow("light, protanopia") << false << 2 << 17.0;
    QTest::newRow("dark, normal") << true << 0 << 23.8;
    QTest::newRow("dark, deuteranopia") << true << 1 << 16.0;
    QTest::newRow("dark, protanopia") << true << 2 << 16.9;
}

void TestThemeColors::familiesStayDistinctForEveryEye()
{
    QFETCH(bool, dark);
    QFETCH(int, eye);
    QFETCH(double, stated);
    const std::array<const Matrix*, 3> eyes{&kNormal, &kDeuteranopia, &kProtanopia};
    const double distance = smallestDistance(dark ? darkTheme() : lightTheme(), *eyes[static_cast<std::size_t>(eye)]);
    QVERIFY2(std::abs(distance - stated) <= 0.06, qPrintable(QString::number(distance)));
}

void TestThemeColors::familyNamesGoThereAndBack()
{
    const QStringList names{"data", "convolution", "pooling", "activation", "normalise", "dense", "merge", "block"};
    for (int i = 0; i < kFamilyCount; ++i) {
        QCOMPARE(familyFromName(names.at(i)), static_cast<Family>(i));
        QCOMPARE(familyName(static_cast<Family>(i)), names.at(i));
        QCOMPARE(lightTheme().color(familyRole(static_cast<Family>(i))),
                 lightTheme().familyInk(static_cast<Family>(i)));
    }
    QCOMPARE(familyFromName("Pooling"), Family::Pooling);
    QCOMPARE(familyFromName("nobody knows"), Family::Block);
}

void TestThemeColors::everyColourIsSetAndOpaque()
{
    for (const Theme* theme : {&lightTheme(), &darkTheme()}) {
        for (int role = 0; role <= static_cast<int>(ColorRole::BlockInk); ++role) {
            const QColor& color = theme->color(static_cast<ColorRole>(role));
            QVERIFY(color.isValid() && color.alpha() == 255);
        }
        for (const QColor& color : {theme->window, theme->sunken, theme->dot, theme->accentTint, theme->chartGrid}) {
            QVERIFY(color.isValid() && color.alpha() == 255);
        }
    }
    QVERIFY(darkTheme().dark && !lightTheme().dark);
    QCOMPARE(lightTheme().accent, QColor("#4450C9"));
    QCOMPARE(darkTheme().accent, QColor("#9AA5FF"));
}

void TestThemeColors::signedMapHasTheStopsOfTheDesign()
{
    const ColorTable& light = colorTable(ColorMap::Signed, lightTheme());
    QCOMPARE(light[1], qRgb(0x05, 0x3A, 0x75));
    QCOMPARE(light[255], qRgb(0x7A, 0x2B, 0x02));
    QCOMPARE(light[0], light[1]);
    const ColorTable& dark = colorTable(ColorMap::Signed, darkTheme());
    QCOMPARE(dark[1], qRgb(0x8F, 0xCB, 0xFF));
    QCOMPARE(dark[255], qRgb(0xFF, 0xBE, 0x70));
    // 0.6 * 127 = 76.2: one entry off the stop, so one or two steps of colour.
    const QRgb near = mapColor(ColorMap::Signed, 0.6, 1.0, lightTheme());
    QVERIFY(std::abs(qRed(near) - 0xE2) <= 2 && std::abs(qGreen(near) - 0x71) <= 2 &&
            std::abs(qBlue(near) - 0x1D) <= 2);
}

void TestThemeColors::zeroIsExactlyTheSurface()
{
    for (const Theme* theme : {&lightTheme(), &darkTheme()}) {
        QCOMPARE(mapColor(ColorMap::Signed, 0.0, 3.0, *theme), theme->surface.rgb());
        QCOMPARE(mapColor(ColorMap::Ink, 0.0, 3.0, *theme), theme->surface.rgb());
        // A scale of zero has no colours to give.
        QCOMPARE(mapColor(ColorMap::Signed, 5.0, 0.0, *theme), theme->surface.rgb());
    }
}

void TestThemeColors::inkMapRunsFromSurfaceToInk()
{
    QCOMPARE(mapColor(ColorMap::Ink, 1.0, 1.0, lightTheme()), qRgb(0x18, 0x20, 0x2E));
    QCOMPARE(mapColor(ColorMap::Ink, 255.0, 255.0, darkTheme()), qRgb(0xF4, 0xF6, 0xFA));
    const ColorTable& light = colorTable(ColorMap::Ink, lightTheme());
    for (std::size_t i = 1; i < light.size(); ++i) {
        QVERIFY(qGray(light[i]) <= qGray(light[i - 1]));
    }
}

void TestThemeColors::sequentialMapIsReadByEveryEye_data()
{
    QTest::addColumn<bool>("dark");
    QTest::addColumn<int>("eye");
    for (const bool dark : {false, true})
        for (int eye = 0; eye < 3; ++eye)
            QTest::addRow("%s %d", dark ? "dark" : "light", eye) << dark << eye;
}

/// Larger is always farther from the surface in lightness, and ten values are told apart.
void TestThemeColors::sequentialMapIsReadByEveryEye()
{
    QFETCH(const bool, dark);
    QFETCH(const int, eye);
    const Matrix* eyes[] = {&kNormal, &kDeuteranopia, &kProtanopia};
    const ColorTable& table = colorTable(ColorMap::Sequential, dark ? darkTheme() : lightTheme());
    QCOMPARE(table[0], (dark ? darkTheme() : lightTheme()).surface.rgb());
    std::vector<Triple> labs;
    for (const QRgb color : table)
        labs.push_back(lab(seen(*eyes[eye], linearRgb(QColor(color)))));
    for (std::size_t i = 8; i < 256; ++i)
        QVERIFY2(dark ? labs[i][0] > labs[i - 8][0] : labs[i][0] < labs[i - 8][0], qPrintable(QString::number(i)));
    for (std::size_t i = 0; i < 9; ++i) {
        const double distance = ciede2000(labs[i * 28], labs[(i + 1) * 28]);
        QVERIFY2(distance > 4, qPrintable(QStringLiteral("%1: %2").arg(i).arg(distance)));
    }
    QVERIFY(std::abs(labs[255][0] - labs[0][0]) > 70);
}

void TestThemeColors::mapImageReadsRowsWithTheirStride()
{
    const std::array<float, 6> values{1, -1, 99, 0, 1, 99};
    const QImage image = mapImage(values.data(), 2, 2, 3, 1.0, ColorMap::Signed, lightTheme());
    QCOMPARE(image.size(), QSize(2, 2));
    QCOMPARE(image.format(), QImage::Format_RGB32);
    const ColorTable& table = colorTable(ColorMap::Signed, lightTheme());
    QCOMPARE(image.pixel(0, 0), table[255]);
    QCOMPARE(image.pixel(1, 0), table[1]);
    QCOMPARE(image.pixel(0, 1), table[128]);
    QCOMPARE(image.pixel(1, 1), table[255]);
}

void TestThemeColors::mapImageClampsAndMarksWhatIsNotANumber()
{
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const std::array<float, 4> values{10, -kInfinity, std::numeric_limits<float>::quiet_NaN(), kInfinity};
    const ColorTable& table = colorTable(ColorMap::Signed, darkTheme());
    const QImage image = mapImage(values.data(), 4, 1, 4, 2.0, ColorMap::Signed, darkTheme());
    QCOMPARE(image.pixel(0, 0), table[255]);
    QCOMPARE(image.pixel(1, 0), table[1]);
    QCOMPARE(image.pixel(2, 0), darkTheme().error.rgb());
    QCOMPARE(image.pixel(3, 0), table[255]);
    const QImage flat = mapImage(values.data(), 4, 1, 4, 0.0, ColorMap::Signed, darkTheme());
    QCOMPARE(flat.pixel(3, 0), table[128]);
    // Image and single colour agree everywhere, also between the entries.
    for (int i = -40; i <= 40; ++i) {
        const float v = static_cast<float>(i) / 32.0F;
        for (const ColorMap map : {ColorMap::Signed, ColorMap::Sequential, ColorMap::Ink}) {
            QCOMPARE(mapImage(&v, 1, 1, 1, 1.0, map, lightTheme()).pixel(0, 0), mapColor(map, v, 1.0, lightTheme()));
        }
    }
}

void TestThemeColors::mapIntoLeavesTheRestOfTheAtlasAlone()
{
    QImage atlas(4, 4, QImage::Format_RGB32);
    atlas.fill(Qt::magenta);
    const std::array<float, 4> values{1, 1, 1, 1};
    mapInto(atlas, 1, 1, values.data(), 2, 2, 2, 1.0, ColorMap::Ink, lightTheme());
    int changed = 0;
    for (int y = 0; y < 4; ++y) {
        for (int x = 0; x < 4; ++x) {
            const bool inside = x >= 1 && x <= 2 && y >= 1 && y <= 2;
            QCOMPARE(atlas.pixelColor(x, y) != QColor(Qt::magenta), inside);
            changed += inside ? 1 : 0;
        }
    }
    QCOMPARE(changed, 4);
}

void TestThemeColors::symmetricScaleIsTheLargestFiniteMagnitude()
{
    const std::array<float, 4> values{1, -3, std::numeric_limits<float>::quiet_NaN(),
                                      std::numeric_limits<float>::infinity()};
    QCOMPARE(symmetricScale(values.data(), values.size()), 3.0);
    QCOMPARE(symmetricScale(values.data(), 0), 0.0);
}

QTEST_GUILESS_MAIN(TestThemeColors)
#include "test_theme_colors.moc"
