// Settings of a layer: a small ordered map from key to value, as it stands in files.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace convarium::engine
{

using ParamValue = std::variant<bool, std::int64_t, double, std::string>;

/// Text of a value for messages and undo names.
std::string paramText(const ParamValue& value);

/// Whole numbers as they stand in a text parameter: "1,28,28". Empty for no numbers.
std::string listText(const std::vector<std::int64_t>& numbers);
/// Reads such a text; spaces are allowed. Nothing where it is no list of whole numbers.
std::optional<std::vector<std::int64_t>> readList(const std::string& text);

class Params
{
public:
    Params() = default;
    Params(std::initializer_list<std::pair<const std::string, ParamValue>> values) : m_values(values) {}

    void set(const std::string& key, ParamValue value) { m_values[key] = std::move(value); }
    [[nodiscard]] const ParamValue* find(const std::string& key) const
    {
        const auto it = m_values.find(key);
        return it == m_values.end() ? nullptr : &it->second;
    }
    /// Typed access; a validated node has every parameter of its descriptor, so a missing key is our own mistake.
    [[nodiscard]] std::int64_t integer(const std::string& key) const;
    [[nodiscard]] double real(const std::string& key) const; ///< also reads an integer
    [[nodiscard]] bool flag(const std::string& key) const;
    [[nodiscard]] const std::string& text(const std::string& key) const;
    [[nodiscard]] std::vector<std::int64_t> list(const std::string& key) const;

    [[nodiscard]] const std::map<std::string, ParamValue>& values() const { return m_values; }
    friend bool operator==(const Params&, const Params&) = default;

private:
    std::map<std::string, ParamValue> m_values;
};

} // namespace convarium::engine
