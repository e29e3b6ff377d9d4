#include "app/cli/options.h"

#include "engine/graph/formula.h"
#include "engine/io/weights_file.h"
#include "engine/layers/layer.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace convarium::cli
{

using engine::Error;
using engine::ErrorCode;
using engine::Result;

namespace
{

template <class T>
std::optional<T> parsed(std::string_view text)
{
    T value{};
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size())
        return {};
    return value;
}

std::string plain(double value)
{
    std::string text(32, ' ');
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    text.resize(static_cast<std::size_t>(end - text.data()));
    return text;
}

/// Maps, height and width; empty when the text is no image size.
std::vector<std::int64_t> parsedSizes(std::string_view text)
{
    std::vector<std::int64_t> sizes;
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t to = std::min(text.find('x', from), text.size());
        sizes.push_back(parsed<std::int64_t>(text.substr(from, to - from)).value_or(0));
        from = to + 1;
    }
    if (sizes.size() != 3 || *std::min_element(sizes.begin(), sizes.end()) < 1)
        sizes.clear();
    return sizes;
}

Error usage(const std::string& message, const std::string& hint = {})
{
    return {ErrorCode::InvalidArgument, message, hint, {}};
}

std::vector<std::string> optimizerIds()
{
    std::vector<std::string> ids;
    for (const engine::OptimizerInfo& known : engine::optimizerRegistry())
        ids.push_back(known.id);
    return ids;
}

} // namespace

CLI::Validator wholeNumber(std::int64_t minimum, std::int64_t maximum)
{
    return CLI::Validator(
        [=](std::string& text) {
            const auto value = parsed<std::int64_t>(text);
            if (value && *value >= minimum && *value <= maximum)
                return std::string();
            return "a whole number from " + engine::groupDigits(minimum) + " to " + engine::groupDigits(maximum) +
                   " is needed, found '" + text + "'";
        },
        "N");
}

CLI::Validator number(double minimum, double maximum)
{
    return CLI::Validator(
        [=](std::string& text) {
            const auto value = parsed<double>(text);
            if (value && *value >= minimum && *value <= maximum)
                return std::string();
            return "a number from " + plain(minimum) + " to " + plain(maximum) + " is needed, found '" + text + "'";
        },
        "X");
}

CLI::Validator oneOf(std::vector<std::string> words)
{
    std::string list;
    for (const std::string& word : words)
        list += (list.empty() ? "" : "|") + word;
    return CLI::Validator(
        [words = std::move(words), list](std::string& text) {
            if (std::find(words.begin(), words.end(), text) != words.end())
                return std::string();
            return "one of " + list + " is needed, found '" + text + "'";
        },
        list);
}

CLI::Validator pixelScale()
{
    return CLI::Validator(
        [](std::string& text) {
            const auto comma = text.find(',');
            const auto mean = parsed<double>(std::string_view(text).substr(0, comma));
            const auto deviation =
                parsed<double>(comma == std::string::npos ? "" : std::string_view(text).substr(comma + 1));
            if (text == "unit" || text == "byte" ||
                (mean && deviation && std::isfinite(*mean) && std::isfinite(*deviation) && *deviation > 0))
                return std::string();
            return "unit, byte or MEAN,STD with STD above 0 is needed, found '" + text + "'";
        },
        "unit|byte|MEAN,STD");
}

CLI::Validator imageSize()
{
    return CLI::Validator(
        [](std::string& text) {
            return parsedSizes(text).empty()
                       ? "maps, height and width such as 3x200x300 are needed, found '" + text + "'"
                       : std::string();
        },
        "CxHxW");
}

CLI::Validator executionWord()
{
    return oneOf({"fused", "layerwise"});
}

engine::ExecutionMode executionOf(const std::string& word)
{
    return word == "layerwise" ? engine::ExecutionMode::Layerwise : engine::ExecutionMode::Fused;
}

void PlanFlags::add(CLI::App& command)
{
    command.add_option("--batch", batch, "Images per step")->check(wholeNumber(1, 65536));
    command.add_option("--optimizer", optimizer, "How weights are changed")->check(oneOf(optimizerIds()));
    command.add_option("--precision", precision, "Kind of numbers")->check(oneOf({"fp32", "bf16"}));
    command.add_option("--execution", execution, "fused needs much less memory")->check(executionWord());
    command.add_option("--threads", threads, "Threads (all cores)")->check(wholeNumber(1, kMaxThreads));
}

Result<void> PlanFlags::apply(engine::TrainConfig& config) const
{
    if (precision)
        if (auto known = checkPrecision(*precision); !known)
            return known;
    if (batch)
        config.batch = *batch;
    if (threads)
        config.threads = *threads;
    if (execution)
        config.execution = executionOf(*execution);
    if (!optimizer || *optimizer == config.optimizer)
        return {};
    if (const engine::OptimizerInfo* info = engine::findOptimizer(*optimizer))
        engine::useOptimizer(config, *info);
    return {};
}

Result<void> checkPrecision(const std::string& precision)
{
    if (precision == "fp32")
        return {};
    return usage("The precision " + precision + " is not part of this version.", "Use --precision fp32.");
}

void applyScale(engine::GraphSpec& graph, const std::string& scale)
{
    graph.inputs.clear();
    for (const engine::NodeId id : inputNodes(graph))
        graph.inputs.push_back({id, scale});
}

Result<void> applyInput(engine::GraphSpec& graph, const std::string& size)
{
    const auto inputs = inputNodes(graph);
    if (inputs.size() != 1)
        return usage("--input needs a network with one Input; '" + graph.name + "' has " +
                     std::to_string(inputs.size()) + ".");
    engine::Node& node = *graph.node(inputs.front());
    const std::vector<std::int64_t> sizes = parsedSizes(size);
    const char* keys[] = {"channels", "height", "width"};
    for (std::size_t i = 0; i < sizes.size(); ++i)
        node.params.set(keys[i], sizes[i]);
    const auto complete = engine::completeParams(*engine::findLayer(node.type), node.params);
    if (!complete)
        return complete.error();
    return {};
}

Result<void> checkGraph(const engine::GraphSpec& graph, std::optional<std::int64_t> classes)
{
    for (const engine::Problem& problem : engine::inferShapes(graph, classes).problems) {
        if (problem.warning)
            continue;
        Error error = problem.error;
        if (error.place.node != engine::kNoNode)
            error.message = graph.label(error.place.node) + ": " + error.message;
        return error;
    }
    return {};
}

Result<engine::WeightsPtr> givenWeights(const engine::Project& project, const std::string& weightsFile)
{
    if (!weightsFile.empty()) {
        auto read = engine::importWeights(project.graph, weightsFile);
        if (!read)
            return read.error();
        return engine::WeightsPtr(std::make_shared<engine::WeightMap>(*std::move(read)));
    }
    if (!project.state || !project.state->weights)
        return engine::WeightsPtr();
    if (auto fit = engine::matchWeights(project.graph, *project.state->resultWeights()); !fit)
        return fit.error();
    return project.state->resultWeights();
}

std::vector<engine::NodeId> inputNodes(const engine::GraphSpec& graph)
{
    std::vector<engine::NodeId> ids;
    for (const engine::Node& node : graph.nodes)
        if (const auto* layer = engine::findLayer(node.type); layer && layer->isInput)
            ids.push_back(node.id);
    return ids;
}

std::string suffixOf(const std::string& path)
{
    const auto dot = path.find_last_of("./\\");
    if (dot == std::string::npos || path[dot] != '.')
        return {};
    std::string suffix = path.substr(dot);
    std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return suffix;
}

} // namespace convarium::cli
