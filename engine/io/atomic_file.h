// Whole files in and out. Writing is atomic: after a crash there is the old file or the new one.
#pragma once

#include "engine/core/result.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace convarium::engine
{

/// Gives the next piece of a file that is being written; an empty piece ends it.
using PieceSource = std::function<Result<std::span<const std::uint8_t>>()>;

/// Writes into a temporary file beside `path`, flushes it to the disk and renames it. path is UTF-8.
Result<void> writeFileAtomically(const std::string& path, const PieceSource& nextPiece);
Result<void> writeFileAtomically(const std::string& path, std::string_view content);

/// Is there a folder to write `path` into? Says so before the work whose result the file is to hold.
Result<void> checkFolder(const std::string& path);

/// Reads a file of at most `limit` bytes.
Result<std::vector<std::uint8_t>> readWholeFile(const std::string& path, std::int64_t limit);

} // namespace convarium::engine
