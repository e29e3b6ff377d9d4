#include "engine/layers/messages.h"

#include "engine/graph/shape_text.h"

namespace convarium::engine
{

std::string fromSlot(int slot)
{
    return "{from " + std::to_string(slot) + "}";
}

std::string nameSources(std::string text, std::span<const std::string> names)
{
    const std::string open = "{from ";
    for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
        const std::size_t end = text.find('}', at);
        if (end == std::string::npos)
            break;
        const std::size_t slot = std::stoul(text.substr(at + open.size(), end - at - open.size()));
        const bool known = slot < names.size() && !names[slot].empty();
        const std::string source = known ? " from " + names[slot] : std::string();
        text.replace(at, end + 1 - at, source);
        at += source.size();
    }
    return text;
}

Result<void> needMaps(const std::string& title, const Shape& input)
{
    if (input.isMaps())
        return {};
    return Error{ErrorCode::ShapeMismatch,
                 title + " needs maps with height and width. It gets " + shapeWords(input) + fromSlot(0) + ".",
                 "Put it before the Flatten or GlobalAvgPool layer.",
                 {}};
}

Result<void> needAxes(const std::string& title, const Shape& input)
{
    if (input.rank() > 0)
        return {};
    return Error{ErrorCode::ShapeMismatch,
                 title + " needs a list or maps. It gets a single number" + fromSlot(0) + ".",
                 "Put a Flatten layer before it.",
                 {}};
}

std::string listShapes(std::span<const Shape> inputs)
{
    std::string text;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (i > 0)
            text += i + 1 == inputs.size() ? " and " : ", ";
        text += shapeText(inputs[i]) + fromSlot(static_cast<int>(i));
    }
    return text;
}

} // namespace convarium::engine
