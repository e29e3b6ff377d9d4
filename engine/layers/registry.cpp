#include "engine/layers/layer.h"

#include "engine/graph/shape_text.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace convarium::engine
{

std::vector<LayerDescriptor> describeAllLayers(); // written by CMake from the list of layers

namespace
{

std::string numberText(double value)
{
    return std::floor(value) == value && std::abs(value) < 1e15 ? groupDigits(static_cast<std::int64_t>(value))
                                                                : paramText(value);
}

Error parameterError(const std::string& key, const std::string& message, const std::string& hint)
{
    Error error{ErrorCode::InvalidArgument, message, hint, {}};
    error.place.port = key;
    return error;
}

/// The value in the kind that the descriptor asks for, or nothing.
std::optional<ParamValue> converted(const ParamInfo& info, const ParamValue& value)
{
    switch (info.type) {
    case ParamType::Flag:
        if (std::holds_alternative<bool>(value))
            return value;
        break;
    case ParamType::Integer:
        if (std::holds_alternative<std::int64_t>(value))
            return value;
        // Files of other programs write 5.0 for 5.
        if (const auto* real = std::get_if<double>(&value);
            real && std::floor(*real) == *real && std::abs(*real) < 9e15)
            return static_cast<std::int64_t>(*real);
        break;
    case ParamType::Real:
        if (std::holds_alternative<double>(value))
            return value;
        if (const auto* integer = std::get_if<std::int64_t>(&value))
            return static_cast<double>(*integer);
        break;
    case ParamType::Choice:
        if (std::holds_alternative<std::string>(value))
            return value;
        break;
    case ParamType::List:
        if (const auto* text = std::get_if<std::string>(&value))
            if (const auto numbers = readList(*text))
                return listText(*numbers);
        break;
    }
    return std::nullopt;
}

Result<void> checkList(const std::string& subject, const ParamInfo& info, const std::string& text)
{
    const std::vector<std::int64_t> numbers = readList(text).value();
    const auto count = static_cast<int>(numbers.size());
    if (count < info.minItems || count > info.maxItems) {
        const std::string needed = info.minItems == info.maxItems
                                       ? std::to_string(info.minItems)
                                       : std::to_string(info.minItems) + " to " + std::to_string(info.maxItems);
        return parameterError(info.key,
                              subject + " must be a list of " + needed + " whole numbers. It has " +
                                  std::to_string(count) + ".",
                              "Write them with commas between them.");
    }
    for (const std::int64_t number : numbers)
        if (static_cast<double>(number) < info.minimum || static_cast<double>(number) > info.maximum) {
            const std::string range = numberText(info.minimum) + " to " + numberText(info.maximum);
            return parameterError(info.key,
                                  "Each number of " + subject + " must be " + range + ". One is " +
                                      std::to_string(number) + ".",
                                  "Use values from " + range + ".");
        }
    return {};
}

Result<void> checkValue(const std::string& title, const ParamInfo& info, const ParamValue& value)
{
    const std::string subject = info.title + " of " + title;
    if (info.type == ParamType::Choice) {
        const std::string& text = std::get<std::string>(value);
        if (std::find(info.choices.begin(), info.choices.end(), text) != info.choices.end())
            return {};
        std::string list;
        for (const std::string& choice : info.choices)
            list += (list.empty() ? "" : ", ") + choice;
        return parameterError(info.key, subject + " must be one of " + list + ". It is '" + text + "'.",
                              "Choose one of them.");
    }
    if (info.type == ParamType::Flag)
        return {};
    if (info.type == ParamType::List)
        return checkList(subject, info, std::get<std::string>(value));
    const double number = std::holds_alternative<double>(value) ? std::get<double>(value)
                                                                : static_cast<double>(std::get<std::int64_t>(value));
    if (number >= info.minimum && number <= info.maximum) // false for NaN
        return {};
    const std::string range = numberText(info.minimum) + " to " + numberText(info.maximum);
    return parameterError(info.key, subject + " must be " + range + ". It is " + paramText(value) + ".",
                          "Use a value from " + range + ".");
}

const char* kindWords(ParamType type)
{
    switch (type) {
    case ParamType::Integer: return "a whole number";
    case ParamType::Real: return "a number";
    case ParamType::Flag: return "on or off";
    case ParamType::Choice: return "a word";
    case ParamType::List: return "a list of whole numbers with commas between them";
    }
    return "";
}

} // namespace

const std::vector<LayerDescriptor>& layerRegistry()
{
    static const std::vector<LayerDescriptor> layers = describeAllLayers();
    return layers;
}

const LayerDescriptor* findLayer(const std::string& id)
{
    const auto& layers = layerRegistry();
    const auto it = std::find_if(layers.begin(), layers.end(), [&](const LayerDescriptor& d) { return d.id == id; });
    return it == layers.end() ? nullptr : &*it;
}

Result<Params> completeParams(const LayerDescriptor& layer, const Params& given)
{
    return completeParams(layer.title, layer.parameters, given);
}

Result<Params> completeParams(const std::string& title, std::span<const ParamInfo> parameters, const Params& given)
{
    Params complete;
    for (const ParamInfo& info : parameters) {
        const ParamValue* found = given.find(info.key);
        if (!found) {
            complete.set(info.key, info.defaultValue);
            continue;
        }
        const std::optional<ParamValue> value = converted(info, *found);
        if (!value)
            return parameterError(info.key,
                                  info.title + " of " + title + " must be " + kindWords(info.type) + ". It is '" +
                                      paramText(*found) + "'.",
                                  "Enter " + std::string(kindWords(info.type)) + ".");
        if (auto valid = checkValue(title, info, *value); !valid)
            return valid.error();
        complete.set(info.key, *value);
    }
    for (const auto& [key, value] : given.values())
        if (!complete.find(key))
            return parameterError(key, title + " has no setting '" + key + "'.",
                                  "Remove it, or open the network with the version that wrote it.");
    return complete;
}

Node makeNode(const GraphSpec& graph, const LayerDescriptor& layer)
{
    std::set<std::string> taken;
    for (const Node& node : graph.nodes)
        taken.insert(node.name);
    int number = 1;
    while (taken.count(layer.shortName + std::to_string(number)) != 0)
        ++number;
    Node node;
    node.id = graph.nextId;
    node.type = layer.id;
    node.version = layer.version;
    node.name = layer.shortName + std::to_string(number);
    for (const ParamInfo& info : layer.parameters)
        node.params.set(info.key, info.defaultValue);
    return node;
}

} // namespace convarium::engine
