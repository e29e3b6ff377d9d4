// Names that stand in a file: free of control characters, valid UTF-8, none of them twice.
#pragma once

#include <map>
#include <set>
#include <string>

namespace convarium::engine
{

/// The text with control characters and bytes that are no UTF-8 replaced by '_', at most `longest` bytes.
std::string printableName(const std::string& text, std::size_t longest = 200);

class UniqueNames
{
public:
    [[nodiscard]] bool isFree(const std::string& name) const { return m_taken.count(name) == 0; }
    /// The name itself if it is free, else "name_2", "name_3" ...; an empty one becomes "unnamed".
    std::string take(const std::string& wanted);

private:
    std::set<std::string> m_taken;
    std::map<std::string, int> m_next; ///< number to try first, so that many equal names stay quick
};

} // namespace convarium::engine
