// The built-in networks: network files in the format users save, compiled into the program.
#pragma once

#include "engine/io/project.h"
#include "resources/presets/preset_files.h"

#include <string>
#include <vector>

namespace convarium::engine
{

struct PresetInfo {
    std::string name; ///< part of the command line's contract
    std::string title;
    PresetKind kind = PresetKind::Small;
    About about;
    /// The one idea, or the description's first sentence, for a line in a list.
    [[nodiscard]] std::string idea() const;
};

/// "MNIST size", "Published size", "Exercises": heading of a kind in lists.
const char* presetKindTitle(PresetKind kind);

/// All presets in the order of the gallery. Read once, any thread.
const std::vector<PresetInfo>& presets();

/// UnknownName for a name nobody knows; the hint offers the nearest one.
Result<Project> loadPreset(const std::string& name);

} // namespace convarium::engine
