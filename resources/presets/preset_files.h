// The built-in networks as bytes. engine/io/presets.h reads them.
#pragma once

#include <QByteArray>

#include <span>

namespace convarium::engine
{

/// What a built-in network is for: where the gallery lists it.
enum class PresetKind {
    Small,     ///< for images of MNIST size
    Published, ///< in the size it was published in
    Exercise,  ///< for counting, not for training
};

struct PresetFile {
    const char* name;
    PresetKind kind;
};

/// In the order of the gallery: the default first.
std::span<const PresetFile> presetFiles();

/// The network file of one of presetFiles().
QByteArray presetBytes(const char* name);

} // namespace convarium::engine
