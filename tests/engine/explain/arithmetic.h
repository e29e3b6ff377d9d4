// What must hold of any explanation, whatever it explains.
#pragma once

#include "engine/explain/explanation.h"

#include <QTest>

#include <cmath>

namespace convarium::test
{

using namespace convarium::engine;

inline double sumOf(const std::vector<Term>& terms)
{
    double sum = 0;
    for (const Term& t : terms)
        sum += t.value;
    return sum;
}

/// Every term must be the product of its factors and every part the sum or function of its terms: what is shown is
/// consistent in itself.
inline void checkArithmetic(const Explanation& e)
{
    const auto checkTerms = [&](const std::vector<Term>& terms) {
        for (const Term& t : terms) {
            double product = t.negative ? -1 : 1;
            for (const Factor& f : t.factors) {
                if (f.kind == Factor::Kind::Part)
                    QCOMPARE(f.value, e.parts[static_cast<std::size_t>(f.part)].value);
                product = f.divides ? product / f.value : product * f.value;
            }
            QVERIFY2(std::abs(product - t.value) <= 1e-12 * std::abs(t.value) + 1e-300, "term");
        }
    };
    checkTerms(e.terms);
    QVERIFY(std::abs(sumOf(e.terms) - e.value) <= 1e-12 * e.magnitude + 1e-300);
    for (const Part& p : e.parts) {
        checkTerms(p.terms);
        const double target = p.isFunction ? p.argument : p.value;
        double magnitude = std::abs(target);
        for (const Term& t : p.terms)
            magnitude += std::abs(t.value);
        QVERIFY2(std::abs(sumOf(p.terms) - target) <= 1e-12 * magnitude + 1e-300, p.name.c_str());
    }
}

} // namespace convarium::test
