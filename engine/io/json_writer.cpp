#include "engine/io/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>

namespace convarium::engine
{

std::string jsonQuoted(std::string_view text)
{
    static constexpr char kHex[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
            if (static_cast<unsigned char>(c) < 0x20) {
                out += "\\u00";
                out += kHex[static_cast<unsigned char>(c) >> 4];
                out += kHex[static_cast<unsigned char>(c) & 15];
            } else {
                out += c;
            }
        }
    }
    return out + '"';
}

JsonWriter& JsonWriter::key(std::string_view name)
{
    beforeItem();
    m_text += jsonQuoted(name);
    const bool spaced = m_style == Style::Pretty;
    m_text += spaced ? ": " : ":";
    m_afterKey = true;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text)
{
    return raw(jsonQuoted(text));
}

JsonWriter& JsonWriter::value(double number)
{
    if (!std::isfinite(number))
        return null();
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    return raw(std::string_view(buffer.data(), static_cast<std::size_t>(end - buffer.data())));
}

JsonWriter& JsonWriter::raw(std::string_view text)
{
    beforeItem();
    m_text += text;
    return *this;
}

JsonWriter& JsonWriter::open(char bracket, bool inOneLine)
{
    beforeItem();
    m_text += bracket;
    const bool inherited = !m_levels.empty() && m_levels.back().inOneLine;
    m_levels.push_back({inOneLine || inherited || m_style == Style::Compact, true});
    return *this;
}

JsonWriter& JsonWriter::close(char bracket)
{
    const Level level = m_levels.back();
    m_levels.pop_back();
    if (!level.inOneLine && !level.empty)
        newLine();
    m_text += bracket;
    return *this;
}

void JsonWriter::beforeItem()
{
    if (m_afterKey) {
        m_afterKey = false;
        return;
    }
    if (m_levels.empty())
        return;
    Level& level = m_levels.back();
    if (!level.empty)
        m_text += level.inOneLine && m_style == Style::Pretty ? ", " : ",";
    level.empty = false;
    if (!level.inOneLine)
        newLine();
}

void JsonWriter::newLine()
{
    m_text += '\n';
    m_text.append(2 * m_levels.size(), ' ');
}

} // namespace convarium::engine
