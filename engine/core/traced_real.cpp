#include "engine/core/traced_real.h"

#include <functional>
#include <set>

namespace convarium::engine
{

namespace
{

using Kind = TapeNode::Kind;

} // namespace

thread_local Tape* Tape::s_current = nullptr;

Tape::Tape() : m_outer(s_current)
{
    s_current = this;
}

Tape::~Tape()
{
    s_current = m_outer;
}

std::int32_t Tape::add(TapeNode::Kind kind, const char* name, std::int32_t a, std::int32_t b, double value,
                       double magnitude)
{
    m_nodes.push_back({kind, name, a, b, 0, value, magnitude});
    return static_cast<std::int32_t>(m_nodes.size()) - 1;
}

std::int32_t Tape::nodeOf(const TracedReal& x)
{
    if (x.m_node >= 0)
        return x.m_node;
    if (x.isConstant())
        return add(Kind::Constant, nullptr, -1, -1, x.m_value, std::abs(x.m_value));
    const std::int32_t leaf = add(Kind::Leaf, nullptr, -2 - x.m_node, -1, x.m_value, std::abs(x.m_value));
    m_nodes.back().element = x.m_element;
    return leaf;
}

std::vector<std::int32_t> Tape::lookedAt()
{
    std::vector<std::int32_t> all;
    std::set<std::pair<std::int32_t, std::uint32_t>> seen;
    for (const TracedReal& x : m_looked)
        if (seen.insert({x.m_node, x.m_element}).second)
            all.push_back(nodeOf(x));
    return all;
}

void TracedReal::looked(const TracedReal& a, const TracedReal& b)
{
    if (!Tape::s_current)
        return;
    for (const TracedReal* x : {&a, &b})
        if (!x->isConstant())
            Tape::s_current->m_looked.push_back(*x);
}

/// magnitude: of the result, from those of the operands.
template <class F>
TracedReal TracedReal::combined(TapeNode::Kind kind, const TracedReal& a, const TracedReal& b, double value,
                                F magnitude)
{
    TracedReal r(value);
    Tape* tape = Tape::s_current;
    if (!tape || (a.isConstant() && b.isConstant()))
        return r;
    const std::int32_t i = tape->nodeOf(a), j = tape->nodeOf(b);
    r.m_node = tape->add(kind, nullptr, i, j, value, magnitude(tape->node(i).magnitude, tape->node(j).magnitude));
    return r;
}

TracedReal operator+(const TracedReal& a, const TracedReal& b)
{
    // Sums start at zero and gradients are added to zero: no term.
    if (a.isConstant() && a.m_value == 0)
        return b;
    if (b.isConstant() && b.m_value == 0)
        return a;
    return TracedReal::combined(Kind::Sum, a, b, a.m_value + b.m_value, std::plus<>());
}

TracedReal operator-(const TracedReal& a, const TracedReal& b)
{
    if (b.isConstant() && b.m_value == 0)
        return a;
    return TracedReal::combined(Kind::Difference, a, b, a.m_value - b.m_value, std::plus<>());
}

TracedReal operator*(const TracedReal& a, const TracedReal& b)
{
    if (a.isConstant() && a.m_value == 1)
        return b;
    if (b.isConstant() && b.m_value == 1)
        return a;
    return TracedReal::combined(Kind::Product, a, b, a.m_value * b.m_value, std::multiplies<>());
}

TracedReal operator/(const TracedReal& a, const TracedReal& b)
{
    if (b.isConstant() && b.m_value == 1)
        return a;
    return TracedReal::combined(Kind::Quotient, a, b, a.m_value / b.m_value,
                                [&](double x, double y) { return x * y / (b.m_value * b.m_value); });
}

TracedReal TracedReal::operator-() const
{
    TracedReal r(-m_value);
    Tape* tape = Tape::s_current;
    if (!tape || isConstant())
        return r;
    const std::int32_t i = tape->nodeOf(*this);
    r.m_node = tape->add(Kind::Negative, nullptr, i, -1, r.m_value, tape->node(i).magnitude);
    return r;
}

/// An argument that is a sum has rounding errors of its own, which the slope carries on.
TracedReal TracedReal::function(const char* name, const TracedReal& x, double value, double slope, double exponent)
{
    TracedReal r(value);
    Tape* tape = Tape::s_current;
    if (!tape || x.isConstant())
        return r;
    const std::int32_t i = tape->nodeOf(x);
    const TapeNode& argument = tape->node(i);
    const double carried = argument.kind == Kind::Leaf ? 0 : std::abs(slope) * argument.magnitude;
    const std::int32_t second = exponent == 1 ? -1 : tape->nodeOf(exponent);
    r.m_node = tape->add(Kind::Function, name, i, second, value, std::abs(value) + carried);
    return r;
}

TracedReal exp(const TracedReal& x)
{
    const double y = std::exp(x.m_value);
    return TracedReal::function("exp", x, y, y);
}

TracedReal expm1(const TracedReal& x)
{
    const double y = std::expm1(x.m_value);
    return TracedReal::function("expm1", x, y, y + 1);
}

TracedReal log(const TracedReal& x)
{
    return TracedReal::function("ln", x, std::log(x.m_value), 1 / x.m_value);
}

TracedReal log1p(const TracedReal& x)
{
    return TracedReal::function("log1p", x, std::log1p(x.m_value), 1 / (1 + x.m_value));
}

TracedReal sqrt(const TracedReal& x)
{
    const double y = std::sqrt(x.m_value);
    return TracedReal::function("sqrt", x, y, y > 0 ? 0.5 / y : 0);
}

TracedReal tanh(const TracedReal& x)
{
    const double y = std::tanh(x.m_value);
    return TracedReal::function("tanh", x, y, 1 - y * y);
}

TracedReal erfc(const TracedReal& x)
{
    constexpr double kTwoByRootPi = 1.1283791670955126;
    return TracedReal::function("erfc", x, std::erfc(x.m_value), kTwoByRootPi * std::exp(-x.m_value * x.m_value));
}

TracedReal abs(const TracedReal& x)
{
    return x.m_value < 0 ? -x : x;
}

TracedReal pow(const TracedReal& x, double exponent)
{
    const double y = std::pow(x.m_value, exponent);
    return TracedReal::function("pow", x, y, exponent * y / x.m_value, exponent);
}

TracedReal called(const TracedReal& x, const char* name)
{
    Tape* tape = Tape::s_current;
    if (!tape)
        return x;
    TracedReal r(x.m_value);
    const std::int32_t i = tape->nodeOf(x);
    r.m_node = tape->add(Kind::Named, name, i, -1, x.m_value, tape->node(i).magnitude);
    return r;
}

} // namespace convarium::engine
