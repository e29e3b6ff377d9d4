// Text for Python source: whatever a name or a description holds, it stays data.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace convarium::engine
{

/// A string literal with double quotes, plain ASCII: everything else is escaped. Broken UTF-8 becomes U+FFFD.
std::string pythonString(const std::string& text);

/// One line for a comment: line breaks, control characters and direction marks become spaces. Broken UTF-8 becomes
/// U+FFFD.
std::string pythonComment(const std::string& text);

/// The comment in lines of at most `width` characters, each behind "# ". No text, no lines.
std::string pythonCommentBlock(const std::string& text, std::size_t width = 100);

/// The shortest text that reads back as this number: "0.001", "1e-08". Finite numbers only.
std::string pythonNumber(double value);

/// A name that Python accepts, in ASCII: other characters become "_", a leading digit gets `fallback` before it, and
/// keywords get "_" behind them. Never starts with "_"; at most 60 characters. An empty name gives `fallback`.
std::string pythonIdentifier(const std::string& name, const std::string& fallback);

/// Hands out identifiers that differ from one another and from the reserved ones.
class PythonNames
{
public:
    explicit PythonNames(std::vector<std::string> reserved = {}) : m_used(reserved.begin(), reserved.end()) {}
    /// pythonIdentifier(), with "_2", "_3" ... behind it where it is taken.
    std::string unique(const std::string& name, const std::string& fallback);

private:
    std::set<std::string> m_used;
};

/// Attributes of torch.nn.Module, which a layer's name must not hide.
const std::vector<std::string>& torchModuleAttributes();

} // namespace convarium::engine
