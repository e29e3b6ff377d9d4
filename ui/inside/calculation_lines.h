// Calculations in words and numbers, line by line: each quantity with what gives it.
#pragma once

#include "ui/inside/number_values.h"

#include <QLocale>

namespace convarium::ui
{

/// "velocity", "momentum 0.9 × first state before 0.1 + gradient 0.2", "0.29".
struct CalculationLine {
    QString name, calculation, result;
};

/// The terms with their names and numbers, without the result.
[[nodiscard]] QString calculationText(const engine::Explanation& explanation, const std::vector<QString>& tensorKeys,
                                      const QLocale& locale = QLocale());
/// The intermediate values that have names (mean, deviation ...), each after those it is made of. Settings that are
/// plain numbers stand where they are used.
[[nodiscard]] std::vector<CalculationLine> partLines(const engine::Explanation& explanation,
                                                     const std::vector<QString>& tensorKeys,
                                                     const QLocale& locale = QLocale());
/// Those of an update, the new weight last.
[[nodiscard]] std::vector<CalculationLine> updateLines(const engine::Explanation& weight,
                                                       const QLocale& locale = QLocale());

} // namespace convarium::ui
