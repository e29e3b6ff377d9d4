// Integers that check themselves (Checked) or explain themselves (Traced): the same formula gives the number that is
// used and the text that is shown.
#pragma once

#include <cstdint>
#include <string>

namespace convarium::engine
{

/// int64 with a sticky overflow mark.
struct Checked {
    std::int64_t value = 0;
    bool overflow = false;

    Checked() = default;
    Checked(std::int64_t v) : value(v) {}
    friend Checked operator+(Checked a, Checked b)
    {
        return apply(a, b, [](auto x, auto y, auto* r) { return __builtin_add_overflow(x, y, r); });
    }
    friend Checked operator-(Checked a, Checked b)
    {
        return apply(a, b, [](auto x, auto y, auto* r) { return __builtin_sub_overflow(x, y, r); });
    }
    friend Checked operator*(Checked a, Checked b)
    {
        return apply(a, b, [](auto x, auto y, auto* r) { return __builtin_mul_overflow(x, y, r); });
    }

private:
    template <class F>
    static Checked apply(Checked a, Checked b, F f)
    {
        Checked r;
        r.overflow = f(a.value, b.value, &r.value) || a.overflow || b.overflow;
        return r;
    }
};

/// Value + expression over names ("kernel · kernel · maps in") + the same expression with the values filled in
/// ("5 · 5 · 6"). Texts use U+00B7, U+2212 and U+230A/U+230B and contain no spaces around parentheses.
struct Traced {
    Checked value;
    std::string symbols;
    std::string numbers;
    int precedence = 3; ///< 1 sum, 2 product, 3 atom

    Traced() : Traced(Checked(0)) {}
    Traced(int literal) : Traced(Checked(literal)) {}
    Traced(std::int64_t literal) : Traced(Checked(literal)) {}
    explicit Traced(Checked literal);
    Traced(Checked v, std::string name); ///< a named quantity

    friend Traced operator+(const Traced& a, const Traced& b);
    friend Traced operator-(const Traced& a, const Traced& b);
    friend Traced operator*(const Traced& a, const Traced& b);
};

/// floor(a / b) and ceil(a / b), b > 0.
Checked floorDiv(Checked a, Checked b);
Traced floorDiv(const Traced& a, const Traced& b);
Checked ceilDiv(Checked a, Checked b);
Traced ceilDiv(const Traced& a, const Traced& b);

/// a / b where b divides a: "maps in / groups".
Checked exactDiv(Checked a, Checked b);
Traced exactDiv(const Traced& a, const Traced& b);

/// Keeps a product together in parentheses: "(kernel · kernel · maps in)".
inline Checked grouped(Checked a)
{
    return a;
}
Traced grouped(Traced a);

/// The value under a new name: an output height, worked out elsewhere, is just "height" in the next formula.
inline Checked renamed(Checked a, const std::string&)
{
    return a;
}
inline Traced renamed(const Traced& a, const std::string& name)
{
    return Traced(a.value, name);
}

/// Thousands separated by commas: "18,496".
std::string groupDigits(std::int64_t value);

} // namespace convarium::engine
