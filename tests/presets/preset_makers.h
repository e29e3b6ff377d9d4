// The built-in networks as programs. make_presets writes their files; a test compares those with what is written here.
#pragma once

#include "engine/io/project.h"

#include <string>
#include <vector>

namespace convarium::presets
{

struct PresetMaker {
    std::string name;
    engine::Result<engine::Project> (*make)();
};

/// Networks for images of MNIST size, and three-conv.
const std::vector<PresetMaker>& smallNetworks();
/// Networks of the size they were published in.
const std::vector<PresetMaker>& publishedNetworks();
/// All of them.
std::vector<PresetMaker> allNetworks();

/// The published GoogLeNet with its two auxiliary classifiers, which the gallery leaves out.
engine::Result<engine::Project> googlenetWithAuxiliaryHeads();

} // namespace convarium::presets
