#include "engine/io/onnx/unique_names.h"

namespace convarium::engine
{

namespace
{

/// Bytes of the UTF-8 character at `at`; 0 where there is none.
std::size_t characterLength(const std::string& text, std::size_t at)
{
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const unsigned first = byte(at);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xC2 ? 0
                               : first < 0xE0 ? 2
                               : first < 0xF0 ? 3
                               : first < 0xF5 ? 4
                                              : 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(at + i) & 0xC0) != 0x80)
            return 0;
    // Overlong forms, surrogates and what lies beyond the last code point.
    const unsigned second = byte(at + 1);
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
        (first == 0xF4 && second > 0x8F))
        return 0;
    return length;
}

/// C0, DEL, the C1 controls, which some terminals obey too, and what breaks lines or turns the direction of writing.
bool isControl(const std::string& character)
{
    if (character.size() == 1)
        return static_cast<unsigned char>(character[0]) < 0x20 || character[0] == 0x7F;
    const auto between = [&](const char* first, const char* last) { return character >= first && character <= last; };
    return between("\xC2\x80", "\xC2\x9F") || between("\xE2\x80\xA8", "\xE2\x80\xAE") ||
           between("\xE2\x81\xA6", "\xE2\x81\xA9");
}

} // namespace

std::string printableName(const std::string& text, std::size_t longest)
{
    std::string name;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = characterLength(text, at);
        if (name.size() + std::max<std::size_t>(length, 1) > longest)
            break;
        if (length == 0 || isControl(text.substr(at, length)))
            name += '_';
        else
            name.append(text, at, length);
        at += std::max<std::size_t>(length, 1);
    }
    return name;
}

std::string UniqueNames::take(const std::string& wanted)
{
    const std::string base = wanted.empty() ? "unnamed" : wanted;
    std::string name = base;
    for (int& next = m_next.emplace(base, 2).first->second; !m_taken.insert(name).second; ++next)
        name = base + "_" + std::to_string(next);
    return name;
}

} // namespace convarium::engine
