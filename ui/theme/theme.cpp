#include "ui/theme/theme.h"

#include <QStringList>
#include <cmath>

namespace convarium::ui
{
namespace
{

const QStringList& familyNames()
{
    static const QStringList names{QStringLiteral("data"),      QStringLiteral("convolution"),
                                   QStringLiteral("pooling"),   QStringLiteral("activation"),
                                   QStringLiteral("normalise"), QStringLiteral("dense"),
                                   QStringLiteral("merge"),     QStringLiteral("block")};
    return names;
}

Theme makeLight()
{
    Theme t;
    t.dark = false;
    t.window = 0xF3F4F7;
    t.surface = 0xFFFFFF;
    t.sunken = 0xECEEF2;
    t.canvas = 0xF8F9FB;
    t.dot = 0xDADEE6;
    t.line = 0xD5DAE2;
    t.line2 = 0x8A94A4;
    t.text = 0x18202E;
    t.text2 = 0x465062;
    t.text3 = 0x626D80;
    t.accent = 0x4450C9;
    t.onAccent = 0xFFFFFF;
    t.accentTint = 0xECEEFC;
    t.success = 0x1B7A4B;
    t.successTint = 0xE3F4EA;
    t.warning = 0x8F5B00;
    t.warningTint = 0xFFF3D6;
    t.error = 0xC2271C;
    t.errorTint = 0xFDEAE7;
    t.wire = 0x7B8798;
    t.chartGrid = 0xE6E9EE;
    t.training = 0x1F6FC4;
    t.validation = 0xB4480A;
    t.inks = {0x31353E, 0x4992E4, 0x913200, 0xB78315, 0x1B7559, 0x853FA7, 0xE4457F, 0x5B6678};
    t.tints = {0xEEF0F3, 0xF2F8FF, 0xF8EBE4, 0xFAF3E0, 0xE4F3EE, 0xF5ECF9, 0xFDEAF1, 0xEEF0F4};
    return t;
}

Theme makeDark()
{
    Theme t;
    t.dark = true;
    t.window = 0x14171C;
    t.surface = 0x20252D;
    t.sunken = 0x191D23;
    t.canvas = 0x181B21;
    t.dot = 0x2B313A;
    t.line = 0x383F4B;
    t.line2 = 0x7A8596;
    t.text = 0xECEFF4;
    t.text2 = 0xBAC3D0;
    t.text3 = 0x97A2B2;
    t.accent = 0x9AA5FF;
    t.onAccent = 0x14171C;
    t.accentTint = 0x2B3052;
    t.success = 0x86E0B4;
    t.successTint = 0x17362A;
    t.warning = 0xF0B849;
    t.warningTint = 0x3A2E12;
    t.error = 0xFF7566;
    t.errorTint = 0x43211E;
    t.wire = 0x8C98A9;
    t.chartGrid = 0x2D333D;
    t.training = 0x58B4FF;
    t.validation = 0xF79A4B;
    t.inks = {0xD8DDE8, 0x3FBAFF, 0xC26A0F, 0xECCA56, 0x119E96, 0x786DDD, 0xF13A7E, 0x97A2B2};
    t.tints = {0x2C323B, 0x1E3342, 0x3A2A1A, 0x38331F, 0x183431, 0x2B2A47, 0x41212F, 0x2A303A};
    return t;
}

double relativeLuminance(const QColor& color)
{
    const auto linear = [](double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

} // namespace

Family familyFromName(const QString& name)
{
    const auto index = familyNames().indexOf(name.toLower());
    return index < 0 ? Family::Block : static_cast<Family>(index);
}

QString familyName(Family family)
{
    return familyNames().at(static_cast<int>(family));
}

const QColor& Theme::color(ColorRole role) const
{
    switch (role) {
    case ColorRole::Text: return text;
    case ColorRole::Text2: return text2;
    case ColorRole::Text3: return text3;
    case ColorRole::Accent: return accent;
    case ColorRole::OnAccent: return onAccent;
    case ColorRole::Success: return success;
    case ColorRole::Warning: return warning;
    case ColorRole::Error: return error;
    case ColorRole::Line: return line;
    case ColorRole::Line2: return line2;
    case ColorRole::Wire: return wire;
    case ColorRole::Training: return training;
    case ColorRole::Validation: return validation;
    default: return inks[static_cast<std::size_t>(role) - static_cast<std::size_t>(ColorRole::DataInk)];
    }
}

const Theme& lightTheme()
{
    static const Theme theme = makeLight();
    return theme;
}

const Theme& darkTheme()
{
    static const Theme theme = makeDark();
    return theme;
}

const Theme& Theme::current()
{
    return ThemeManager::instance().current();
}

QColor blend(const QColor& under, const QColor& over, double amount)
{
    const auto mix = [amount](int a, int b) { return qRound(a + (b - a) * amount); };
    return {mix(under.red(), over.red()), mix(under.green(), over.green()), mix(under.blue(), over.blue())};
}

double contrastRatio(const QColor& a, const QColor& b)
{
    const double la = relativeLuminance(a);
    const double lb = relativeLuminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

} // namespace convarium::ui
