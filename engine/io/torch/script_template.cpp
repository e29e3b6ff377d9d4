#include "engine/io/torch/script_template.h"

#include <cassert>
#include <vector>

namespace convarium::engine
{

std::string filledTemplate(const std::string& text, const std::set<std::string>& conditions,
                           const std::map<std::string, std::string>& values)
{
    std::string kept;
    std::vector<bool> keep{true};
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t to = std::min(text.find('\n', from), text.size() - 1);
        const std::string line = text.substr(from, to + 1 - from);
        from = to + 1;
        if (line.starts_with("#if "))
            keep.push_back(keep.back() && conditions.contains(line.substr(4, line.size() - 5)));
        else if (line == "#end\n")
            keep.pop_back();
        else if (keep.back())
            kept += line;
    }
    assert(keep.size() == 1);

    std::string out;
    for (std::size_t at = 0; at < kept.size();) {
        const std::size_t open = kept.find('@', at);
        const std::size_t close = open == std::string::npos ? open : kept.find('@', open + 1);
        if (close == std::string::npos) {
            out += kept.substr(at);
            break;
        }
        const auto value = values.find(kept.substr(open + 1, close - open - 1));
        assert(value != values.end());
        out += kept.substr(at, open - at) + value->second;
        at = close + 1;
    }
    return out;
}

} // namespace convarium::engine
