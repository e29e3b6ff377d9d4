// The built-in networks as bytes. engine/io/presets.h reads them.
#pragma once

#include <QByteArray>

#include <span>

namespace convarium::engine
{

/// Names in the order of the gallery: the default first, then by difficulty.
std::span<const char* const> presetNames();

/// The network file of one of presetNames().
QByteArray presetFile(const char* name);

} // namespace convarium::engine
