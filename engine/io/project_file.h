// The .convarium file: one ZIP with network.json, weights.safetensors, optimizer.safetensors, state.json, history.json
// and thumbnail.png. A checkpoint is the same.
#pragma once

#include "engine/io/project.h"

#include <string>
#include <vector>

namespace convarium::engine
{

/// Writes the project atomically: whatever happens, `path` holds the old file or the new one. path is UTF-8.
Result<void> saveProject(const Project& project, const std::string& path);

/// Reads a .convarium file. Every entry is checked (ZIP checksum, size limits, contents). Errors: NotFound, Io,
/// BadFormat, NewerVersion, UnknownName, OutOfMemory; the message names the entry.
Result<Project> openProject(const std::string& path);

/// The same without the weights and what else training needs: quick however large they are.
Result<Project> openNetwork(const std::string& path);

/// Only the picture for galleries and lists of recent files; empty when the file has none.
Result<std::vector<std::uint8_t>> openThumbnail(const std::string& path);

/// Writes the network alone as .json, without weights, atomically.
Result<void> saveNetwork(const Project& project, const std::string& path);

} // namespace convarium::engine
