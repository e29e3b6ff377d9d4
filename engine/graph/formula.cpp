#include "engine/graph/formula.h"

#include <utility>

namespace convarium::engine
{
namespace
{

enum Precedence { Sum = 1, Product = 2, Atom = 3 };

std::string wrapped(const std::string& text, bool parentheses)
{
    if (!parentheses)
        return text;
    std::string inside(1, '(');
    inside += text;
    inside += ')';
    return inside;
}

/// Joins two expressions; an operand that binds weaker than its side needs gets parentheses.
Traced joined(const Traced& a, const char* sign, const Traced& b, Checked value, int precedence, int leftNeeds,
              int rightNeeds)
{
    Traced r(value);
    r.symbols = wrapped(a.symbols, a.precedence < leftNeeds) + sign + wrapped(b.symbols, b.precedence < rightNeeds);
    r.numbers = wrapped(a.numbers, a.precedence < leftNeeds) + sign + wrapped(b.numbers, b.precedence < rightNeeds);
    r.precedence = precedence;
    return r;
}

Traced bracketed(Traced r, const char* open, const char* close)
{
    r.symbols = open + r.symbols + close;
    r.numbers = open + r.numbers + close;
    r.precedence = Atom;
    return r;
}

/// Quotient rounded down; a zero divisor counts as an overflow.
Checked quotient(Checked a, Checked b, bool up)
{
    Checked r;
    r.overflow = a.overflow || b.overflow || b.value <= 0;
    if (r.overflow)
        return r;
    r.value = a.value / b.value;
    const std::int64_t rest = a.value % b.value;
    if (up && rest > 0)
        ++r.value;
    else if (!up && rest < 0)
        --r.value;
    return r;
}

} // namespace

Traced::Traced(Checked literal) : value(literal), symbols(std::to_string(literal.value)), numbers(symbols) {}

Traced::Traced(Checked v, std::string name) : value(v), symbols(std::move(name)), numbers(std::to_string(v.value)) {}

Traced operator+(const Traced& a, const Traced& b)
{
    return joined(a, " + ", b, a.value + b.value, Sum, Sum, Sum);
}

Traced operator-(const Traced& a, const Traced& b)
{
    return joined(a, " − ", b, a.value - b.value, Sum, Sum, Product);
}

Traced operator*(const Traced& a, const Traced& b)
{
    return joined(a, " · ", b, a.value * b.value, Product, Product, Product);
}

Checked floorDiv(Checked a, Checked b)
{
    return quotient(a, b, false);
}

Traced floorDiv(const Traced& a, const Traced& b)
{
    return bracketed(joined(a, " / ", b, floorDiv(a.value, b.value), Product, Product, Atom), "⌊", "⌋");
}

Checked ceilDiv(Checked a, Checked b)
{
    return quotient(a, b, true);
}

Traced ceilDiv(const Traced& a, const Traced& b)
{
    return bracketed(joined(a, " / ", b, ceilDiv(a.value, b.value), Product, Product, Atom), "⌈", "⌉");
}

Checked exactDiv(Checked a, Checked b)
{
    return quotient(a, b, false);
}

Traced exactDiv(const Traced& a, const Traced& b)
{
    // As a factor of a product the quotient keeps its parentheses: 3 · (6 / 2), not 3 · 6 / 2.
    return joined(a, " / ", b, exactDiv(a.value, b.value), Sum, Product, Atom);
}

Traced grouped(Traced a)
{
    return a.precedence == Atom ? std::move(a) : bracketed(std::move(a), "(", ")");
}

std::string groupDigits(std::int64_t value)
{
    std::string text = std::to_string(value);
    const std::size_t first = value < 0 ? 1 : 0;
    for (std::size_t i = text.size(); i > first + 3;) {
        i -= 3;
        text.insert(i, 1, ',');
    }
    return text;
}

} // namespace convarium::engine
