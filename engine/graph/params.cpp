#include "engine/graph/params.h"

#include <cassert>
#include <charconv>

namespace convarium::engine
{

std::string paramText(const ParamValue& value)
{
    if (const auto* flag = std::get_if<bool>(&value))
        return *flag ? "on" : "off";
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return std::to_string(*integer);
    if (const auto* real = std::get_if<double>(&value)) {
        char text[32];
        const auto end = std::to_chars(text, text + sizeof text, *real); // shortest form, any locale
        return {text, end.ptr};
    }
    return std::get<std::string>(value);
}

std::string listText(const std::vector<std::int64_t>& numbers)
{
    std::string text;
    for (const std::int64_t number : numbers)
        text += (text.empty() ? "" : ",") + std::to_string(number);
    return text;
}

std::optional<std::vector<std::int64_t>> readList(const std::string& text)
{
    std::vector<std::int64_t> numbers;
    const char* at = text.data();
    const char* const end = at + text.size();
    const auto skipSpaces = [&] {
        while (at != end && *at == ' ')
            ++at;
    };
    for (skipSpaces(); at != end; skipSpaces()) {
        if (!numbers.empty()) {
            if (*at != ',')
                return std::nullopt;
            ++at;
            skipSpaces();
        }
        std::int64_t number = 0;
        const auto [next, fault] = std::from_chars(at, end, number);
        if (fault != std::errc())
            return std::nullopt;
        numbers.push_back(number);
        at = next;
    }
    return numbers;
}

std::int64_t Params::integer(const std::string& key) const
{
    const ParamValue* value = find(key);
    assert(value);
    return std::get<std::int64_t>(*value);
}

double Params::real(const std::string& key) const
{
    const ParamValue* value = find(key);
    assert(value);
    if (const auto* integer = std::get_if<std::int64_t>(value))
        return static_cast<double>(*integer);
    return std::get<double>(*value);
}

bool Params::flag(const std::string& key) const
{
    const ParamValue* value = find(key);
    assert(value);
    return std::get<bool>(*value);
}

std::vector<std::int64_t> Params::list(const std::string& key) const
{
    const auto numbers = readList(text(key));
    assert(numbers);
    return *numbers;
}

const std::string& Params::text(const std::string& key) const
{
    const ParamValue* value = find(key);
    assert(value);
    return std::get<std::string>(*value);
}

} // namespace convarium::engine
