// Values of options: checks with a readable text, and what several commands share.
#pragma once

#include "engine/core/result.h"
#include "engine/io/project.h"
#include "engine/train/train_config.h"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace convarium::cli
{

/// A whole number from minimum to maximum, else "a whole number from 1 to 10 is needed, found 'x'".
CLI::Validator wholeNumber(std::int64_t minimum, std::int64_t maximum);
/// A finite number from minimum to maximum.
CLI::Validator number(double minimum, double maximum);
CLI::Validator oneOf(std::vector<std::string> words);
/// "fused" or "layerwise".
CLI::Validator executionWord();
engine::ExecutionMode executionOf(const std::string& word);
/// "unit", "byte" or "MEAN,STD".
CLI::Validator pixelScale();
/// "3x200x300": maps, height, width.
CLI::Validator imageSize();

inline constexpr std::int64_t kMaxCount = std::int64_t{1} << 40;
inline constexpr std::int64_t kMaxBatch = 1 << 20;
inline constexpr std::int64_t kMaxThreads = 1024;

/// --batch, --optimizer, --precision, --execution, --threads as `summary` and `train` have them.
struct PlanFlags {
    std::optional<std::int64_t> batch;
    std::optional<std::string> optimizer;
    std::optional<std::string> precision;
    std::optional<std::string> execution;
    std::optional<int> threads;
    void add(CLI::App& command);
    /// Puts the given ones into the configuration. Without a rate of its own, another optimizer brings its usual one.
    engine::Result<void> apply(engine::TrainConfig& config) const;
};

/// fp32 is what there is.
engine::Result<void> checkPrecision(const std::string& precision);

/// A checked scale becomes the scaling of all inputs of the network.
void applyScale(engine::GraphSpec& graph, const std::string& scale);

/// A checked size becomes that of the network's only input.
engine::Result<void> applyInput(engine::GraphSpec& graph, const std::string& size);

/// The first fault of the network that keeps it from working, if any.
engine::Result<void> checkGraph(const engine::GraphSpec& graph, std::optional<std::int64_t> classes = {});

/// The weights of a safetensors file, if one is named, else those that came with the network; null for none. They fit.
engine::Result<engine::WeightsPtr> givenWeights(const engine::Project& project, const std::string& weightsFile);

/// Ids of the Input nodes.
std::vector<engine::NodeId> inputNodes(const engine::GraphSpec& graph);

/// Suffix of a path in lower case, with the dot; empty when there is none.
std::string suffixOf(const std::string& path);

} // namespace convarium::cli
