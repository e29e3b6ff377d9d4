// The numbers that the bars on the cards compare.
#pragma once

#include "ui/document/project_document.h"

#include <QString>
#include <map>

namespace convarium::ui
{

/// Which quantity the bars show.
enum class BarMode { Parameters, Macs, Memory, Time, None };

/// One number for each layer, as large as it is in this network with these settings.
struct LayerBars {
    BarMode mode = BarMode::None;
    std::map<NodeId, double> numbers;
    [[nodiscard]] double of(NodeId id) const;
};

/// milliseconds: of a training step, as measured; only BarMode::Time needs them.
[[nodiscard]] LayerBars layerBars(const ProjectDocument& document, BarMode mode,
                                  const std::map<NodeId, double>& milliseconds);
/// "2,416 parameters", "1.2 MB in training at batch 64"; empty where the bars show nothing of the layer.
[[nodiscard]] QString barText(const ProjectDocument& document, const LayerBars& bars, NodeId id);

} // namespace convarium::ui
