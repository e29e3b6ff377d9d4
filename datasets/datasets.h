// Sources behind the engine's Dataset interface, by name or by folder.
#pragma once

#include "engine/core/result.h"
#include "engine/data/dataset.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace convarium::datasets
{

/// done and total in the unit of the phase (bytes, images); total 0 when unknown. Returns false to cancel.
using Progress = std::function<bool(const std::string& phase, std::int64_t done, std::int64_t total)>;

/// $CONVARIUM_DATA, or the platform's folder for application data ("convarium" in it). Not created.
std::string dataFolder();

struct CatalogueEntry {
    std::string name; ///< "digits", "mnist"
    std::string title;
    std::string description;        ///< one or two sentences with source and licence
    std::int64_t downloadBytes = 0; ///< 0 for generated sets
    bool present = false;           ///< ready without a download
};

/// Everything that can be named as a source.
std::vector<CatalogueEntry> catalogue();

/// Opens SRC: a catalogue name, a folder with IDX files (plain or .gz, usual MNIST names), or a folder with one
/// subfolder of pictures per class (openImageFolder). Pictures take the size a network asks for: engine::scaledTo.
/// "digits" is generated on first use and cached; "mnist" must have been downloaded (else a clear error that says how).
/// Any thread; may take seconds.
engine::Result<engine::DatasetBundle> open(const std::string& source, const Progress& progress = {});

/// Downloads a catalogue set into dataFolder() with sha256 check, resume and several mirrors. Any thread (runs its own
/// event loop).
engine::Result<void> download(const std::string& name, const Progress& progress = {});

/// What a part of a data set holds.
struct SplitInfo {
    std::string name; ///< "train", "validation", "test"
    std::int64_t images = 0;
    std::vector<std::int64_t> perClass; ///< in the order of classNames; empty where there are no classes
    std::string origin;                 ///< where a part of a folder of pictures comes from; else empty
};

/// Sizes and colours of pictures in a folder, by their headers.
struct PicturesInfo {
    struct Size {
        std::int64_t width = 0, height = 0;
    };
    Size smallest, median, largest; ///< by area; of pictures that are there
    std::int64_t grey = 0, palette = 0, colour = 0;
    std::int64_t otherFiles = 0; ///< files in the class folders that are no pictures
};

/// What a data set holds, for `data info` and the data page.
struct SourceInfo {
    std::string name;
    std::string title;
    engine::Shape imageShape; ///< C H W; of pictures in a folder: what they are before a network asks for its size
    std::vector<std::string> classNames;
    std::vector<SplitInfo> splits; ///< only the parts there are
    std::int64_t residentBytes = 0;
    std::optional<PicturesInfo> pictures; ///< for a folder of pictures
};

/// Counts a bundle; reads every label once.
SourceInfo describeSource(const engine::DatasetBundle& bundle);

/// Writes the generated digits as four IDX files with the usual MNIST names.
engine::Result<void> writeDigits(const std::string& folder, const Progress& progress = {});

} // namespace convarium::datasets
