// Everything a network can be handed on to: one table for the command line and the window.
#pragma once

#include "engine/io/project.h"

#include <string>
#include <vector>

namespace convarium::engine
{

/// A program or a file format that networks are written for.
struct ExportFormat {
    std::string id;     ///< on the command line: "pytorch"
    std::string title;  ///< "PyTorch"
    std::string suffix; ///< of the file that is named, with the dot
    std::string help;   ///< what is written
    /// Writes the network with these weights, which fit it, and returns the files. Null: this version cannot.
    Result<std::vector<std::string>> (*write)(const Project&, const WeightMap&, const std::string& path) = nullptr;
};

const std::vector<ExportFormat>& exportFormats();

} // namespace convarium::engine
