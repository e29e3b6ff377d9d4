// What may cure an illness of a run, as edits that can be tried and taken back.
#pragma once

#include "engine/health/health.h"
#include "ui/document/repairs.h"

namespace convarium::ui
{

/// A button and the edit behind it.
struct Experiment {
    QString button; ///< "Try a rate of 0.0001"
    Repair edit;    ///< `text`: what it does, "Change rate from 0.001 to 0.0001"
};

/// Those of the diagnosis' experiment that change a setting or a layer, best first, and leave the network without new
/// faults. Empty where there is nothing to edit: "Press Reset".
[[nodiscard]] std::vector<Experiment> experimentsFor(const ProjectDocument& document,
                                                     const engine::Diagnosis& diagnosis);

} // namespace convarium::ui
