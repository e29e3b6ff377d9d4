#include "engine/layers/export.h"

#include <algorithm>

namespace convarium::engine
{

std::string torchTuple(const std::vector<std::int64_t>& values)
{
    if (std::all_of(values.begin(), values.end(), [&](std::int64_t v) { return v == values.front(); }))
        return std::to_string(values.front());
    std::string text;
    for (const std::int64_t value : values)
        text += (text.empty() ? "(" : ", ") + std::to_string(value);
    return text + ")";
}

} // namespace convarium::engine
