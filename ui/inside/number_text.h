// Calculations as text, with as many digits as a calculator needs to get the shown result from the shown operands.
#pragma once

#include "ui/inside/number_model.h"
#include "ui/theme/number_words.h"

namespace convarium::ui
{

/// How numbers of one size stand in little room: below 0.01 and from 10,000 in units of a power of ten.
struct NumberUnit {
    int power = 0; ///< of ten
    int decimals = 2;
    [[nodiscard]] QString text(double value, const QLocale& locale = QLocale()) const;
    /// "in 10⁻⁶"; empty where they are written as they are.
    [[nodiscard]] QString words() const;
};
[[nodiscard]] NumberUnit unitFor(double largest);

/// With how many decimals a sum and what follows from it are written.
struct LineDigits {
    int operands = 3, sum = 3, result = 3;
};
/// operands: the numbers that are added. function: what the sum goes through, null for nothing.
[[nodiscard]] LineDigits lineDigits(const std::vector<double>& operands, double sum,
                                    const std::function<double(double)>& function, double result);

/// "0.465 + 0.036 + bias 0.015 = 0.6877, tanh(0.6877) = 0.596" as rich text; results bold.
[[nodiscard]] QString oneLine(const NumberModel& model, const std::vector<NumberStep>& steps,
                              const QLocale& locale = QLocale());

/// With how many decimals the shares of a gradient and their sum are written.
[[nodiscard]] LineDigits shareDigits(const NumberGradient& gradient);
/// "from Conv2D C2 0.0123 + from Add A3 (−0.004) = 0.0083" as rich text; the sum bold.
[[nodiscard]] QString sharesLine(const NumberGradient& gradient, const QLocale& locale = QLocale());

} // namespace convarium::ui
