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

const std::string& Params::text(const std::string& key) const
{
    const ParamValue* value = find(key);
    assert(value);
    return std::get<std::string>(*value);
}

} // namespace convarium::engine
