#include "ui/inside/calculation_lines.h"

#include "ui/inside/number_text.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

using engine::Factor;
using engine::OperandOf;
using engine::Part;
using engine::Term;

/// A setting, or made of settings alone.
bool isPlain(const engine::Explanation& e, const Part& p)
{
    return !p.isFunction && std::all_of(p.terms.begin(), p.terms.end(), [&](const Term& t) {
        return std::all_of(t.factors.begin(), t.factors.end(), [&](const Factor& f) {
            return f.kind == Factor::Kind::Number ||
                   (f.kind == Factor::Kind::Part && isPlain(e, e.parts[static_cast<std::size_t>(f.part)]));
        });
    });
}

class Writer
{
public:
    Writer(const engine::Explanation& e, const std::vector<QString>& tensorKeys, const QLocale& locale)
        : m_e(e), m_tensorKeys(tensorKeys), m_locale(locale)
    {
    }

    /// Four digits, also of very small numbers.
    QString number(double v) const
    {
        constexpr double kSmall = 1e-5;
        if (v != 0 && std::abs(v) < kSmall)
            return powerText(v, 3, m_locale);
        return numberText(v, decimalsFor(v, 4), m_locale);
    }
    /// A number that somebody chose: without the digits that its 32 bits add.
    QString setting(double v) const { return m_locale.toString(v, 'g', 5).replace(QLatin1Char('-'), QChar(0x2212)); }
    /// Of the weight itself from now on; < 0: as of other numbers.
    void setWeightDecimals(int decimals) { m_weightDecimals = decimals; }
    /// The calculation, or how many terms there are.
    QString shortSum(const std::vector<Term>& terms) const
    {
        constexpr std::size_t kMostTerms = 10; // as many as digits
        return terms.size() <= kMostTerms ? sum(terms)
                                          : QCoreApplication::translate("Calculation", "sum of %1 terms")
                                                .arg(m_locale.toString(static_cast<qulonglong>(terms.size())));
    }
    QString sum(const std::vector<Term>& terms) const
    {
        QString text;
        for (const Term& t : terms) {
            if (!text.isEmpty())
                text += t.negative ? QStringLiteral(" \u2212 ") : QStringLiteral(" + ");
            else if (t.negative)
                text += QChar(0x2212);
            text += product(t);
        }
        return text.isEmpty() ? number(0) : text;
    }

private:
    QString operandName(const engine::Operand& o) const
    {
        switch (o.of) {
        case OperandOf::Input: return QCoreApplication::translate("Calculation", "x");
        case OperandOf::Output: return QCoreApplication::translate("Calculation", "y");
        case OperandOf::Target: return QCoreApplication::translate("Calculation", "target");
        case OperandOf::OutputGradient: return QCoreApplication::translate("Calculation", "gradient");
        case OperandOf::LayerTensor: return m_tensorKeys[static_cast<std::size_t>(o.slot)];
        case OperandOf::Weight: return QCoreApplication::translate("Calculation", "w");
        case OperandOf::Gradient: return QCoreApplication::translate("Calculation", "g");
        case OperandOf::State: break;
        }
        return o.slot == 0 ? QCoreApplication::translate("Calculation", "first state before")
                           : QCoreApplication::translate("Calculation", "second state before");
    }
    QString factor(const Factor& f) const
    {
        QString name;
        if (f.kind == Factor::Kind::Operand)
            name = operandName(f.operand);
        else if (f.kind == Factor::Kind::Part)
            name = partText(m_e.parts[static_cast<std::size_t>(f.part)]);
        if (f.kind == Factor::Kind::Part && m_e.parts[static_cast<std::size_t>(f.part)].isFunction)
            return name;
        const bool isWeight = f.kind == Factor::Kind::Operand && f.operand.of == OperandOf::Weight;
        const bool isSetting =
            f.kind == Factor::Kind::Number || (f.kind == Factor::Kind::Operand && f.operand.of == OperandOf::Target) ||
            (f.kind == Factor::Kind::Part && isPlain(m_e, m_e.parts[static_cast<std::size_t>(f.part)]));
        QString value = number(f.value);
        if (isSetting)
            value = setting(f.value);
        else if (isWeight && m_weightDecimals >= 0)
            value = numberText(f.value, m_weightDecimals, m_locale);
        if (value.startsWith(QChar(0x2212)))
            value = QStringLiteral("(%1)").arg(value);
        if (name.contains(QStringLiteral(" \u2212 ")))
            name = QStringLiteral("(%1)").arg(name);
        return name.isEmpty() ? value : name + QLatin1Char(' ') + value;
    }
    QString partText(const Part& p) const
    {
        if (!p.isFunction)
            return QString::fromStdString(p.name);
        const QString name = p.name == "sqrt" ? QString(QChar(0x221A)) : QString::fromStdString(p.name);
        return QStringLiteral("%1(%2)").arg(name, sum(p.terms));
    }
    QString product(const Term& t) const
    {
        QString text;
        for (const bool divides : {false, true})
            for (const Factor& f : t.factors)
                if (f.divides == divides)
                    text += (text.isEmpty() ? (divides ? QStringLiteral("1 / ") : QString())
                             : divides      ? QStringLiteral(" / ")
                                            : QStringLiteral(" \u00d7 ")) +
                            factor(f);
        return text;
    }

    const engine::Explanation& m_e;
    const std::vector<QString>& m_tensorKeys;
    QLocale m_locale;
    int m_weightDecimals = -1;
};

} // namespace

QString calculationText(const engine::Explanation& e, const std::vector<QString>& tensorKeys, const QLocale& locale)
{
    return Writer(e, tensorKeys, locale).shortSum(e.terms);
}

std::vector<CalculationLine> partLines(const engine::Explanation& e, const std::vector<QString>& tensorKeys,
                                       const QLocale& locale)
{
    const Writer writer(e, tensorKeys, locale);
    std::vector<CalculationLine> lines;
    for (const Part& p : e.parts)
        if (!p.name.empty() && !p.isFunction && !isPlain(e, p))
            lines.push_back({QString::fromStdString(p.name), writer.shortSum(p.terms), writer.number(p.value)});
    return lines;
}

std::vector<CalculationLine> updateLines(const engine::Explanation& weight, const QLocale& locale)
{
    const std::vector<QString> noTensors;
    std::vector<CalculationLine> lines = partLines(weight, noTensors, locale);
    double step = 0, old = 0;
    for (const Term& t : weight.terms) {
        const bool isWeight = t.factors.size() == 1 && t.factors[0].kind == Factor::Kind::Operand;
        (isWeight ? old : step) += t.value;
    }
    // A small step must be seen in the weight, and the shown numbers must give the shown result.
    int decimals = std::clamp(std::max(decimalsFor(old, 4), decimalsFor(step, 2)), 3, 9);
    while (decimals < 9 && rounded(rounded(old, decimals) + step, decimals) != rounded(weight.value, decimals))
        ++decimals;
    Writer writer(weight, noTensors, locale);
    writer.setWeightDecimals(decimals);
    lines.push_back({QCoreApplication::translate("Calculation", "new w"), writer.sum(weight.terms),
                     numberText(weight.value, decimals, locale)});
    return lines;
}

} // namespace convarium::ui
