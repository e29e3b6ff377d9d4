#include "engine/explain/explanation.h"

#include <algorithm>
#include <map>

namespace convarium::engine
{

namespace
{

using Kind = TapeNode::Kind;

class Reader
{
public:
    Reader(Tape& tape, const std::vector<OperandGroup>& groups) : m_tape(tape), m_groups(groups) {}

    Explanation read(const TracedReal& result)
    {
        const std::int32_t node = m_tape.nodeOf(result);
        m_out.value = m_tape.node(node).value;
        m_out.magnitude = m_tape.node(node).magnitude;
        m_out.terms = terms(node);
        for (const std::int32_t looked : m_tape.lookedAt())
            if (m_tape.node(looked).kind == Kind::Leaf)
                m_out.looked.push_back(operand(m_tape.node(looked)));
        return std::move(m_out);
    }

private:
    Operand operand(const TapeNode& leaf) const
    {
        const OperandGroup& g = m_groups[static_cast<std::size_t>(leaf.a)];
        return {g.of, g.slot, leaf.element / g.elements, leaf.element % g.elements, leaf.value};
    }

    /// The products whose sum a node is. Sums are as long as a layer has operands: no recursion along them.
    std::vector<Term> terms(std::int32_t root)
    {
        std::vector<Term> all;
        std::vector<std::pair<std::int32_t, bool>> open{{root, false}};
        while (!open.empty()) {
            const auto [index, negative] = open.back();
            open.pop_back();
            const TapeNode& n = m_tape.node(index);
            if (n.kind == Kind::Sum || n.kind == Kind::Difference) {
                open.emplace_back(n.b, negative != (n.kind == Kind::Difference));
                open.emplace_back(n.a, negative);
            } else if (n.kind == Kind::Negative) {
                open.emplace_back(n.a, !negative);
            } else {
                for (Term& t : product(index)) {
                    if (negative) {
                        t.negative = !t.negative;
                        t.value = -t.value;
                    }
                    all.push_back(std::move(t));
                }
            }
        }
        return all;
    }

    std::vector<Term> product(std::int32_t index)
    {
        const TapeNode& n = m_tape.node(index);
        if (n.kind != Kind::Product && n.kind != Kind::Quotient)
            return {term(atom(index))};
        std::vector<Term> left = terms(n.a);
        std::vector<Term> right = terms(n.b);
        const bool divides = n.kind == Kind::Quotient;
        // Multiplied out where that gives no more terms than there were.
        if (right.size() > 1 && (divides || left.size() > 1))
            right = {term(partFactor(n.b))};
        if (left.empty())
            left.push_back(Term{{}, false, 1});
        std::vector<Term> all;
        all.reserve(left.size() * right.size());
        for (const Term& x : left)
            for (const Term& y : right) {
                Term t = x;
                t.negative = x.negative != y.negative;
                t.value = divides ? x.value / y.value : x.value * y.value;
                for (Factor f : y.factors) {
                    f.divides = f.divides != divides;
                    t.factors.push_back(f);
                }
                all.push_back(std::move(t));
            }
        return all;
    }

    static Term term(const Factor& f) { return {{f}, false, f.value}; }

    Factor atom(std::int32_t index)
    {
        const TapeNode& n = m_tape.node(index);
        if (n.kind == Kind::Named || n.kind == Kind::Function)
            return partFactor(index);
        Factor f;
        f.value = n.value;
        if (n.kind == Kind::Leaf) {
            f.kind = Factor::Kind::Operand;
            f.operand = operand(n);
        }
        return f;
    }

    /// An intermediate value that stands as one number: named, a function, or a sum that is not multiplied out.
    Factor partFactor(std::int32_t index)
    {
        auto known = m_parts.find(index);
        if (known == m_parts.end()) {
            const TapeNode n = m_tape.node(index);
            Part p;
            const bool wrapped = n.kind == Kind::Named || n.kind == Kind::Function;
            if (wrapped)
                p.name = n.name;
            p.isFunction = n.kind == Kind::Function;
            p.value = n.value;
            p.magnitude = n.magnitude;
            p.terms = terms(wrapped ? n.a : index);
            if (p.isFunction) {
                p.argument = m_tape.node(n.a).value;
                if (n.b >= 0)
                    p.exponent = m_tape.node(n.b).value;
            }
            m_out.parts.push_back(std::move(p));
            known = m_parts.emplace(index, static_cast<int>(m_out.parts.size()) - 1).first;
        }
        Factor f;
        f.kind = Factor::Kind::Part;
        f.part = known->second;
        f.value = m_tape.node(index).value;
        return f;
    }

    Tape& m_tape;
    const std::vector<OperandGroup>& m_groups;
    std::map<std::int32_t, int> m_parts;
    Explanation m_out;
};

} // namespace

Explanation explain(Tape& tape, const TracedReal& result, const std::vector<OperandGroup>& groups)
{
    return Reader(tape, groups).read(result);
}

} // namespace convarium::engine
