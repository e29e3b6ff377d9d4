#include "ui/theme/number_words.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

constexpr int kMostDecimals = 9;

QString words(const char* text)
{
    return QCoreApplication::translate("Number", text);
}

} // namespace

int decimalsFor(double value, int significant)
{
    const double size = std::abs(value);
    if (!(size > 0) || !std::isfinite(size))
        return significant;
    return std::clamp(significant - 1 - static_cast<int>(std::floor(std::log10(size))), 0, kMostDecimals);
}

double rounded(double value, int decimals)
{
    const double scale = std::pow(10.0, decimals);
    return std::round(value * scale) / scale;
}

QString numberText(double value, int decimals, const QLocale& locale)
{
    if (!std::isfinite(value))
        return std::isnan(value) ? words("not a number")
                                 : (value < 0 ? QStringLiteral("\u2212\u221E") : QStringLiteral("\u221E"));
    if (value != 0 && std::abs(value) < 0.5 * std::pow(10.0, -decimals) && decimals >= kMostDecimals)
        return powerText(value, 2, locale);
    const QString text = locale.toString(std::abs(rounded(value, decimals)), 'f', decimals);
    return rounded(value, decimals) < 0 ? QChar(0x2212) + text : text;
}

QString numberText(double value, const QLocale& locale)
{
    constexpr double kSmall = 1e-5;
    return value != 0 && std::abs(value) < kSmall ? powerText(value, 2, locale)
                                                  : numberText(value, decimalsFor(value), locale);
}

QString powerText(double value, int decimals, const QLocale& locale)
{
    return locale.toString(value, 'e', decimals).replace(QLatin1Char('-'), QChar(0x2212));
}

QString cellWords(int row, int column, double value)
{
    return words("Row %1, column %2: %3").arg(row + 1).arg(column + 1).arg(numberText(value));
}

QString cellWords(int map, int row, int column, double value)
{
    return words("Map %1, row %2, column %3: %4").arg(map + 1).arg(row + 1).arg(column + 1).arg(numberText(value));
}

QString kernelWords(int kernel, int row, int column, double value)
{
    return words("Kernel %1, row %2, column %3: %4")
        .arg(kernel + 1)
        .arg(row + 1)
        .arg(column + 1)
        .arg(numberText(value));
}

QString listWords(int index, double value)
{
    return words("Number %1: %2").arg(index + 1).arg(numberText(value));
}

QString mapWords(int map, const NumberRange& range)
{
    return words("Map %1: from %2 to %3")
        .arg(map + 1)
        .arg(numberText(static_cast<double>(range.low)), numberText(static_cast<double>(range.high)));
}

QString rangeWords(const NumberRange& range)
{
    return words("Numbers from %1 to %2")
        .arg(numberText(static_cast<double>(range.low)), numberText(static_cast<double>(range.high)));
}

} // namespace convarium::ui
