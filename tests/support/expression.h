// Evaluates formula texts as they are shown: numbers, + − · / ( ) and the brackets that round down and up.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <string_view>

namespace convarium::test
{

class Expression
{
public:
    /// The value, or nothing when the text is not an expression.
    static std::optional<double> evaluate(std::string_view text)
    {
        Expression e(text);
        const auto value = e.sum();
        e.spaces();
        return e.m_rest.empty() ? value : std::nullopt;
    }
    /// The text with every name and number replaced by "#": symbols and numbers of one formula have the same skeleton.
    static std::string skeleton(std::string_view text)
    {
        std::string result;
        while (!text.empty()) {
            bool sign = false;
            for (const std::string_view s : {" + ", " − ", " · ", " / ", "(", ")", "⌊", "⌋", "⌈", "⌉"})
                if (text.starts_with(s)) {
                    result += s;
                    text.remove_prefix(s.size());
                    sign = true;
                    break;
                }
            if (sign)
                continue;
            if (!result.ends_with('#'))
                result += '#';
            text.remove_prefix(1);
        }
        return result;
    }

private:
    explicit Expression(std::string_view text) : m_rest(text) {}

    void spaces()
    {
        while (m_rest.starts_with(' '))
            m_rest.remove_prefix(1);
    }
    bool take(std::string_view sign)
    {
        spaces();
        if (!m_rest.starts_with(sign))
            return false;
        m_rest.remove_prefix(sign.size());
        return true;
    }
    std::optional<double> sum()
    {
        auto value = product();
        while (value) {
            const bool plus = take("+");
            if (!plus && !take("−"))
                break;
            const auto next = product();
            value = next ? std::optional(plus ? *value + *next : *value - *next) : std::nullopt;
        }
        return value;
    }
    std::optional<double> product()
    {
        auto value = atom();
        while (value) {
            const bool times = take("·");
            if (!times && !take("/"))
                break;
            const auto next = atom();
            value = next ? std::optional(times ? *value * *next : *value / *next) : std::nullopt;
        }
        return value;
    }
    std::optional<double> atom()
    {
        if (take("("))
            return closed(sum(), ")");
        if (take("⌊")) {
            const auto value = closed(sum(), "⌋");
            return value ? std::optional(std::floor(*value)) : value;
        }
        if (take("⌈")) {
            const auto value = closed(sum(), "⌉");
            return value ? std::optional(std::ceil(*value)) : value;
        }
        spaces();
        std::size_t digits = 0;
        double value = 0;
        for (; digits < m_rest.size() && m_rest[digits] >= '0' && m_rest[digits] <= '9'; ++digits)
            value = 10 * value + (m_rest[digits] - '0');
        if (digits == 0)
            return std::nullopt;
        m_rest.remove_prefix(digits);
        return value;
    }
    std::optional<double> closed(std::optional<double> value, std::string_view sign)
    {
        return take(sign) ? value : std::nullopt;
    }

    std::string_view m_rest;
};

} // namespace convarium::test
