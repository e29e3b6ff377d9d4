// A layer or block to be added, as one writes it: "conv2d 16 5x5 valid".
#pragma once

#include "engine/layers/layer.h"

#include <QStringList>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace convarium::ui
{

using LayerSettings = std::vector<std::pair<std::string, engine::ParamValue>>;

/// Its id is enough; the settings are those that are not to have their defaults.
struct LayerChoice {
    LayerChoice() = default;
    LayerChoice(std::string layerId, LayerSettings with = {}) : id(std::move(layerId)), settings(std::move(with)) {}
    LayerChoice(const char* layerId) : id(layerId) {}
    std::string id;
    LayerSettings settings;
};

/// What the words behind a layer's name set: "5x5" height and width of its first window, "/2" its stride, a number the
/// first setting that is a number and has not been set yet (a window is square then), another word the choice that
/// begins so. Nothing when a word means nothing to the layer or a value is out of range.
[[nodiscard]] std::optional<LayerSettings> settingsFrom(const engine::LayerDescriptor& layer, const QStringList& words);

} // namespace convarium::ui
