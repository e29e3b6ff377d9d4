#include "ui/inside/number_text.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

constexpr int kMostDecimals = 9;           ///< of decimalsFor()
constexpr std::size_t kMostOperands = 256; ///< written out one by one

QString bold(const QString& text)
{
    return QStringLiteral("<b>%1</b>").arg(text);
}

/// In brackets behind a plus where it is negative.
QString summand(const QString& text, bool first)
{
    return first || !text.startsWith(QChar(0x2212)) ? text : QStringLiteral("(%1)").arg(text);
}

} // namespace

NumberUnit unitFor(double largest)
{
    NumberUnit unit;
    if (largest > 0 && std::isfinite(largest) && (largest < 0.01 || largest >= 1e4))
        unit.power = static_cast<int>(std::floor(std::log10(largest)));
    else if (!(largest >= 0.1 && largest < 10))
        unit.decimals = std::clamp(decimalsFor(largest, 2), 1, 3);
    return unit;
}

QString NumberUnit::text(double value, const QLocale& locale) const
{
    return numberText(value / std::pow(10.0, power), decimals, locale);
}

QString NumberUnit::words() const
{
    if (power == 0)
        return {};
    constexpr char16_t kRaised[] = u"\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";
    QString raised = power < 0 ? QString(QChar(0x207b)) : QString();
    for (const QChar digit : QString::number(std::abs(power)))
        raised += QChar(kRaised[digit.digitValue()]);
    return QCoreApplication::translate("Number", "in 10%1").arg(raised);
}

LineDigits lineDigits(const std::vector<double>& operands, double sum, const std::function<double(double)>& function,
                      double result)
{
    LineDigits d;
    d.result = std::max(decimalsFor(result), 1);
    d.sum = function ? std::max(d.result, decimalsFor(sum)) : d.result;
    // The rounded sum must lead to the rounded result ...
    while (function && d.sum < kMostDecimals &&
           rounded(function(rounded(sum, d.sum)), d.result) != rounded(result, d.result))
        ++d.sum;
    // ... and the rounded operands to the rounded sum.
    for (d.operands = d.sum; d.operands < kMostDecimals; ++d.operands) {
        double shown = 0;
        for (const double x : operands)
            shown += rounded(x, d.operands);
        // Sums of decimal fractions are exact but for the last bits.
        if (std::abs(rounded(shown, d.sum) - rounded(sum, d.sum)) < 0.25 * std::pow(10.0, -d.sum))
            break;
    }
    return d;
}

QString oneLine(const NumberModel& model, const std::vector<NumberStep>& steps, const QLocale& locale)
{
    const double result = steps.back().explanation.value;
    const bool activated = steps.size() == 2 && steps[1].function;
    const std::vector<double> operands = model.operands();
    const LineDigits d =
        lineDigits(operands, model.sum, activated ? steps[1].function : std::function<double(double)>(),
                   activated ? result : model.sum);
    QString line;
    if (model.isChoice) {
        std::vector<double> used;
        for (const NumberGroup& g : model.groups)
            for (const NumberCell& c : g.cells)
                if (c.used)
                    used.push_back(c.value);
        QString from;
        if (used.size() > kMostOperands) {
            from = QCoreApplication::translate("Number", "%1 numbers").arg(locale.toString(qulonglong(used.size())));
        } else {
            QStringList all;
            for (const double value : used)
                all << numberText(value, d.sum, locale);
            from = all.join(QStringLiteral("; "));
        }
        line = QCoreApplication::translate("Number", "chosen from %1: %2")
                   .arg(from, bold(numberText(model.sum, d.sum, locale)));
    } else if (!model.calculation.isEmpty()) {
        line = model.calculation.toHtmlEscaped() + QStringLiteral(" = ") + bold(numberText(model.sum, d.sum, locale));
    } else if (operands.size() > kMostOperands) {
        line = QCoreApplication::translate("Number", "%1 sums added up = %2")
                   .arg(locale.toString(static_cast<int>(operands.size())), bold(numberText(model.sum, d.sum, locale)));
    } else {
        for (const NumberGroup& g : model.groups)
            if (g.adds)
                line += (line.isEmpty() ? QString() : QStringLiteral(" + ")) +
                        summand(numberText(g.subtotal, d.operands, locale), line.isEmpty());
        for (const NumberExtra& x : model.extras)
            line += (line.isEmpty() ? QString() : QStringLiteral(" + ")) + x.name.toHtmlEscaped() + QLatin1Char(' ') +
                    summand(numberText(x.value, d.operands, locale), line.isEmpty());
        if (line.isEmpty())
            line = numberText(0, d.sum, locale);
        line += QStringLiteral(" = ") + bold(numberText(model.sum, d.sum, locale));
    }
    for (std::size_t i = 1; i < steps.size(); ++i) {
        const double before = steps[i - 1].explanation.value;
        const double value = steps[i].explanation.value;
        const int in = activated ? d.sum : decimalsFor(before, 4), out = activated ? d.result : decimalsFor(value, 3);
        line += QStringLiteral(",&nbsp; ") + steps[i].kind.toHtmlEscaped() + QLatin1Char('(') +
                numberText(before, in, locale) + QStringLiteral(") = ") + bold(numberText(value, out, locale));
    }
    return line;
}

LineDigits shareDigits(const NumberGradient& gradient)
{
    std::vector<double> values;
    for (const NumberShare& share : gradient.shares)
        values.push_back(share.value);
    return lineDigits(values, gradient.value, {}, gradient.value);
}

QString sharesLine(const NumberGradient& gradient, const QLocale& locale)
{
    const LineDigits d = shareDigits(gradient);
    QString line;
    for (const NumberShare& share : gradient.shares)
        line += (line.isEmpty() ? QString() : QStringLiteral(" + ")) +
                QCoreApplication::translate("Number", "from %1")
                    .arg(share.name.toHtmlEscaped() + QLatin1Char(' ') +
                         summand(numberText(share.value, d.operands, locale), line.isEmpty()));
    return line + QStringLiteral(" = ") + bold(numberText(gradient.value, d.sum, locale));
}

} // namespace convarium::ui
