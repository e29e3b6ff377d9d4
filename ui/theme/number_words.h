// Numbers as people read them, and the words for a number of a map and for a whole map.
#pragma once

#include <QLocale>
#include <QString>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

/// Of the numbers of a map, or of a list.
struct NumberRange {
    float low = 0, high = 0;
    [[nodiscard]] float largest() const { return std::max(std::abs(low), std::abs(high)); }
    friend bool operator==(const NumberRange&, const NumberRange&) = default;
};

/// Decimals with which a number has `significant` digits; 0..9.
[[nodiscard]] int decimalsFor(double value, int significant = 3);
/// By locale, with a true minus, never "-0.00". Very small numbers as powers of ten, without given decimals those below
/// 0.00001.
[[nodiscard]] QString numberText(double value, int decimals, const QLocale& locale = QLocale());
[[nodiscard]] QString numberText(double value, const QLocale& locale = QLocale());
/// "3.12e−6".
[[nodiscard]] QString powerText(double value, int decimals, const QLocale& locale = QLocale());
/// The value of what numberText() shows.
[[nodiscard]] double rounded(double value, int decimals);

/// "Row 12, column 7: 0.83"; places count from 0 and are told from 1.
[[nodiscard]] QString cellWords(int row, int column, double value);
/// "Map 5, row 12, column 7: 0.83".
[[nodiscard]] QString cellWords(int map, int row, int column, double value);
/// "Kernel 5, row 2, column 1: 0.83".
[[nodiscard]] QString kernelWords(int kernel, int row, int column, double value);
/// "Number 5: 0.83", of a list.
[[nodiscard]] QString listWords(int index, double value);
/// "Map 5: from −0.2 to 1.4".
[[nodiscard]] QString mapWords(int map, const NumberRange& range);
/// "Numbers from −0.2 to 1.4".
[[nodiscard]] QString rangeWords(const NumberRange& range);

} // namespace convarium::ui
