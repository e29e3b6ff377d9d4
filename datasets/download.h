// Fetches the files of a public data set: several mirrors, resume, checksum.
#pragma once

#include "datasets/datasets.h"

namespace convarium::datasets
{

struct RemoteFile {
    std::string name;
    std::int64_t bytes = 0;
    std::string sha256; ///< lower-case hexadecimal
};

/// A set that lies on several servers. Each mirror is the address of a folder, with its final slash.
struct RemoteSet {
    std::string name;
    std::vector<std::string> mirrors;
    std::vector<RemoteFile> files;
    int silenceMs = 20000; ///< a server that sends nothing for so long is given up

    [[nodiscard]] std::int64_t bytes() const;
};

/// MNIST as its authors published it, with the checksums of the original files.
const RemoteSet& mnistSet();

/// Brings all files of the set into folder. What is there and right is kept; NAME.part is continued where the server
/// can; a file appears under its name only when size and sha256 are right, wrong content is removed; each mirror is
/// tried in turn. Blocks the calling thread in an event loop of its own; needs a QCoreApplication. progress counts
/// bytes of the whole set and is called at least four times a second. Errors: Network, Io, BadFormat (every mirror sent
/// something else), Cancelled (the part received so far is kept).
engine::Result<void> downloadSet(const RemoteSet& set, const std::string& folder, const Progress& progress = {});

} // namespace convarium::datasets
