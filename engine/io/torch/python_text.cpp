#include "engine/io/torch/python_text.h"

#include <QString>

#include <algorithm>
#include <charconv>

namespace convarium::engine
{

namespace
{

constexpr std::size_t kMaxName = 60;

/// Keywords of Python 3, the soft ones too.
const std::set<std::string>& keywords()
{
    static const std::set<std::string> all{
        "False",  "None",     "True",   "and",    "as",   "assert", "async",  "await",    "break", "case",
        "class",  "continue", "def",    "del",    "elif", "else",   "except", "finally",  "for",   "from",
        "global", "if",       "import", "in",     "is",   "lambda", "match",  "nonlocal", "not",   "or",
        "pass",   "print",    "raise",  "return", "try",  "type",   "while",  "with",     "yield"};
    return all;
}

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

} // namespace

std::string pythonString(const std::string& text)
{
    static const char* const kHex = "0123456789abcdef";
    const auto hex = [](char32_t value, int digits) {
        std::string out;
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
            out += kHex[(value >> shift) & 15];
        return out;
    };
    std::string out = "\"";
    for (const char32_t c : QString::fromStdString(text).toStdU32String()) {
        if (c == '"' || c == '\\')
            (out += '\\') += static_cast<char>(c);
        else if (c >= 32 && c < 127)
            out += static_cast<char>(c);
        else if (c <= 0xFFFF)
            out += "\\u" + hex(c, 4);
        else
            out += "\\U" + hex(c, 8);
    }
    return out + "\"";
}

std::string pythonComment(const std::string& text)
{
    QString out;
    for (const char32_t c : QString::fromStdString(text).toStdU32String()) {
        if (c == ' ' || QChar::isPrint(c))
            out += QString::fromUcs4(&c, 1);
        else
            out += QLatin1Char(' ');
    }
    return out.simplified().toStdString();
}

std::string pythonCommentBlock(const std::string& text, std::size_t width)
{
    std::string out, line;
    const auto flush = [&] {
        if (!line.empty())
            out += "# " + line + "\n";
        line.clear();
    };
    const std::string words = pythonComment(text);
    for (std::size_t from = 0; from < words.size();) {
        const std::size_t to = std::min(words.find(' ', from), words.size());
        if (line.size() + (to - from) + 3 > width)
            flush();
        line += (line.empty() ? "" : " ") + words.substr(from, to - from);
        from = to + 1;
    }
    flush();
    return out;
}

std::string pythonNumber(double value)
{
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string pythonIdentifier(const std::string& name, const std::string& fallback)
{
    std::string out;
    for (const char c : name) {
        if (isLetter(c) || isDigit(c))
            out += c;
        else if (!out.empty() && out.back() != '_')
            out += '_'; // runs of other characters, and bytes of one character, become one
        if (out.size() == kMaxName)
            break;
    }
    while (!out.empty() && out.back() == '_')
        out.pop_back();
    if (out.empty())
        out = fallback;
    else if (isDigit(out.front()))
        out = fallback + "_" + out;
    return keywords().contains(out) ? out + "_" : out;
}

std::string PythonNames::unique(const std::string& name, const std::string& fallback)
{
    const std::string base = pythonIdentifier(name, fallback);
    std::string candidate = base;
    for (int number = 2; !m_used.insert(candidate).second; ++number)
        candidate = base + "_" + std::to_string(number);
    return candidate;
}

const std::vector<std::string>& torchModuleAttributes()
{
    static const std::vector<std::string> all{"T_destination",
                                              "add_module",
                                              "apply",
                                              "bfloat16",
                                              "buffers",
                                              "call_super_init",
                                              "children",
                                              "compile",
                                              "cpu",
                                              "cuda",
                                              "double",
                                              "dump_patches",
                                              "eval",
                                              "extra_repr",
                                              "float",
                                              "forward",
                                              "get_buffer",
                                              "get_extra_state",
                                              "get_parameter",
                                              "get_submodule",
                                              "half",
                                              "ipu",
                                              "load_state_dict",
                                              "modules",
                                              "mtia",
                                              "named_buffers",
                                              "named_children",
                                              "named_modules",
                                              "named_parameters",
                                              "parameters",
                                              "register_backward_hook",
                                              "register_buffer",
                                              "register_forward_hook",
                                              "register_forward_pre_hook",
                                              "register_full_backward_hook",
                                              "register_full_backward_pre_hook",
                                              "register_load_state_dict_post_hook",
                                              "register_load_state_dict_pre_hook",
                                              "register_module",
                                              "register_parameter",
                                              "register_state_dict_post_hook",
                                              "register_state_dict_pre_hook",
                                              "requires_grad_",
                                              "set_extra_state",
                                              "set_submodule",
                                              "share_memory",
                                              "state_dict",
                                              "to",
                                              "to_empty",
                                              "train",
                                              "training",
                                              "type",
                                              "xpu",
                                              "zero_grad"};
    return all;
}

} // namespace convarium::engine
