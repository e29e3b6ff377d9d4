// JSON text with fields in the order they are written, for files people read and for lines scripts read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace convarium::engine
{

/// Builds one JSON value. Calls follow the structure: beginObject, key, value ..., endObject. Doubles are written in
/// the shortest form that reads back to the same bits; values that are not finite become null, which JSON has instead.
class JsonWriter
{
public:
    /// Compact writes everything on one line; Pretty indents by two and keeps what is inside beginArray(true) or
    /// beginObject(true) on one line.
    enum class Style { Compact, Pretty };
    explicit JsonWriter(Style style = Style::Compact) : m_style(style) {}

    JsonWriter& beginObject(bool inOneLine = false) { return open('{', inOneLine); }
    JsonWriter& endObject() { return close('}'); }
    JsonWriter& beginArray(bool inOneLine = false) { return open('[', inOneLine); }
    JsonWriter& endArray() { return close(']'); }
    JsonWriter& key(std::string_view name);
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(bool truth) { return raw(truth ? "true" : "false"); }
    JsonWriter& value(double number);
    template <class I, class = std::enable_if_t<std::is_integral_v<I> && !std::is_same_v<I, bool>>>
    JsonWriter& value(I number)
    {
        return raw(std::to_string(number));
    }
    JsonWriter& null() { return raw("null"); }
    template <class T>
    JsonWriter& value(const std::optional<T>& maybe)
    {
        return maybe ? value(*maybe) : null();
    }
    /// key and value in one call.
    template <class T>
    JsonWriter& field(std::string_view name, const T& v)
    {
        return key(name).value(v);
    }

    [[nodiscard]] const std::string& text() const { return m_text; }

private:
    struct Level {
        bool inOneLine = false;
        bool empty = true;
    };
    JsonWriter& open(char bracket, bool inOneLine);
    JsonWriter& close(char bracket);
    JsonWriter& raw(std::string_view text);
    void beforeItem();
    void newLine();

    Style m_style;
    std::string m_text;
    std::vector<Level> m_levels;
    bool m_afterKey = false;
};

/// A string as JSON, with quotes. Input is UTF-8.
std::string jsonQuoted(std::string_view text);

} // namespace convarium::engine
