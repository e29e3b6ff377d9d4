// A real number that remembers how it came about. Templates on the scalar (the layers' reference passes, the
// optimizers' steps) run on it and leave their arithmetic on a tape, from which any single result can be taken apart.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace convarium::engine
{

/// What a tape holds for one number.
struct TapeNode {
    enum class Kind : std::uint8_t { Constant, Leaf, Named, Sum, Difference, Product, Quotient, Negative, Function };
    Kind kind = Kind::Constant;
    const char* name = nullptr;  ///< of Named and Function; static text
    std::int32_t a = -1, b = -1; ///< operands; -1: none. b of a power: its exponent. Leaf: a is the
                                 ///< group of operands, `element` the place in it
    std::int64_t element = 0;
    double value = 0;
    /// Sum of the absolute values of the terms, carried through products and functions: what a rounding error is
    /// measured by.
    double magnitude = 0;
};

class Tape;

/// Behaves like double. Without a tape it is only that.
class TracedReal
{
public:
    TracedReal() = default;
    template <class N>
    requires std::is_arithmetic_v<N> TracedReal(N value)
        : m_value(static_cast<double>(value)) // NOLINT: numbers are numbers
    {
    }
    /// A number from outside: element `element` of the operand group `group`.
    static TracedReal leaf(double value, int group, std::int64_t element)
    {
        TracedReal t;
        t.m_value = value;
        t.m_node = -2 - group;
        t.m_element = static_cast<std::uint32_t>(element);
        return t;
    }

    [[nodiscard]] double value() const { return m_value; }

    friend TracedReal operator+(const TracedReal& a, const TracedReal& b);
    friend TracedReal operator-(const TracedReal& a, const TracedReal& b);
    friend TracedReal operator*(const TracedReal& a, const TracedReal& b);
    friend TracedReal operator/(const TracedReal& a, const TracedReal& b);
    TracedReal operator-() const;
    TracedReal& operator+=(const TracedReal& o) { return *this = *this + o; }
    TracedReal& operator-=(const TracedReal& o) { return *this = *this - o; }
    TracedReal& operator*=(const TracedReal& o) { return *this = *this * o; }
    TracedReal& operator/=(const TracedReal& o) { return *this = *this / o; }

    // A comparison decides what a result is made of: the numbers that were looked at are noted.
    friend bool operator<(const TracedReal& a, const TracedReal& b) { return looked(a, b), a.m_value < b.m_value; }
    friend bool operator>(const TracedReal& a, const TracedReal& b) { return looked(a, b), a.m_value > b.m_value; }
    friend bool operator<=(const TracedReal& a, const TracedReal& b) { return looked(a, b), a.m_value <= b.m_value; }
    friend bool operator>=(const TracedReal& a, const TracedReal& b) { return looked(a, b), a.m_value >= b.m_value; }
    friend bool operator==(const TracedReal& a, const TracedReal& b) { return looked(a, b), a.m_value == b.m_value; }

    friend TracedReal exp(const TracedReal& x);
    friend TracedReal expm1(const TracedReal& x);
    friend TracedReal log(const TracedReal& x);
    friend TracedReal log1p(const TracedReal& x);
    friend TracedReal sqrt(const TracedReal& x);
    friend TracedReal tanh(const TracedReal& x);
    friend TracedReal erfc(const TracedReal& x);
    friend TracedReal abs(const TracedReal& x);
    friend TracedReal pow(const TracedReal& x, double exponent);
    friend bool isnan(const TracedReal& x) { return std::isnan(x.m_value); }
    friend TracedReal called(const TracedReal& x, const char* name);

private:
    friend class Tape;
    static void looked(const TracedReal& a, const TracedReal& b);
    template <class F>
    static TracedReal combined(TapeNode::Kind kind, const TracedReal& a, const TracedReal& b, double value,
                               F magnitude);
    static TracedReal function(const char* name, const TracedReal& x, double value, double slope, double exponent = 1);
    [[nodiscard]] bool isConstant() const { return m_node == -1; }

    double m_value = 0;
    std::int32_t m_node = -1; ///< index on the tape; -1: a constant; -2 - group: a leaf that is not on it yet
    std::uint32_t m_element = 0;
};

/// Gives an intermediate value a name under which learners know it ("mean"): it then stands as one number where it is
/// used and is taken apart on its own. Nothing happens to plain numbers.
inline double called(double x, const char*)
{
    return x;
}
inline float called(float x, const char*)
{
    return x;
}
TracedReal called(const TracedReal& x, const char* name);

/// While it lives, the traced numbers of this thread leave their arithmetic here.
class Tape
{
public:
    Tape();
    ~Tape();
    Tape(const Tape&) = delete;
    Tape& operator=(const Tape&) = delete;

    /// The node of a number; constants and leaves get one now.
    std::int32_t nodeOf(const TracedReal& x);
    [[nodiscard]] const TapeNode& node(std::int32_t index) const { return m_nodes[static_cast<std::size_t>(index)]; }
    [[nodiscard]] std::size_t size() const { return m_nodes.size(); }
    /// The numbers that comparisons looked at, each once, in order.
    [[nodiscard]] std::vector<std::int32_t> lookedAt();

private:
    friend class TracedReal;
    friend TracedReal called(const TracedReal& x, const char* name);
    std::int32_t add(TapeNode::Kind kind, const char* name, std::int32_t a, std::int32_t b, double value,
                     double magnitude);

    static thread_local Tape* s_current;
    Tape* m_outer;
    std::vector<TapeNode> m_nodes;
    std::vector<TracedReal> m_looked;
};

/// What sums run in: double whatever the scalar is, so that the float reference is a good model for the fast kernels.
template <class T>
using Wide = std::conditional_t<std::is_same_v<std::remove_const_t<T>, TracedReal>, TracedReal, double>;
template <class T>
Wide<T> wide(const T& x)
{
    return static_cast<Wide<T>>(x);
}

} // namespace convarium::engine
