// What can be wrong with a training run, as values: seen where, how much, against which limit, in words.
#pragma once

#include "engine/graph/graph_spec.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace convarium::engine
{

enum class Illness {
    DeadUnits,
    Saturation,
    VanishingGradient,
    ExplodingGradient,
    HighRate,
    EqualWeights,
    LargeWeights,
    BatchNormOfOne,
    OneClassBatches,
    ConstantLoss,
    Diverging
};

/// "Dead units".
std::string illnessTitle(Illness illness);

struct Diagnosis {
    Illness illness = Illness::DeadUnits;
    NodeId node = kNoNode;  ///< kNoNode: the whole run
    double found = 0;       ///< in the unit of `limit`
    double limit = 0;       ///< from here on it is an illness
    std::string words;      ///< what was found, and what it does to training
    std::string experiment; ///< what shows it or cures it
    friend bool operator==(const Diagnosis&, const Diagnosis&) = default;
};

/// What was measured in one layer. Empty where the layer has nothing of that kind, or it was not measured.
struct LayerHealth {
    NodeId node = kNoNode;
    std::optional<double> deadShare;      ///< of the units: never above zero on the probe images
    std::int64_t units = 0;               ///< maps, or numbers of a list; with deadShare
    std::optional<double> saturatedShare; ///< of the numbers: at one of the flat ends
    std::optional<double> gradient;       ///< root mean square, per weight
    std::optional<double> weights;        ///< root mean square
    std::optional<double> change;         ///< of the weights in one step, as a share of their size
    friend bool operator==(const LayerHealth&, const LayerHealth&) = default;
};

struct HealthReport {
    std::int64_t step = 0;
    std::vector<LayerHealth> layers; ///< in the order of the computation
    std::vector<Diagnosis> diagnoses;
    [[nodiscard]] const LayerHealth* layer(NodeId node) const;
};

using HealthPtr = std::shared_ptr<const HealthReport>;

} // namespace convarium::engine
