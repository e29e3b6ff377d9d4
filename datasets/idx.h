// The IDX format of MNIST: a magic number, big-endian sizes, then bytes. Plain or inside gzip.
#pragma once

#include "datasets/datasets.h"

#include <span>

namespace convarium::datasets
{

/// A file's content: sizes as the header states them, outermost first, and exactly their product in bytes.
struct IdxArray {
    std::vector<std::int64_t> sizes;
    std::vector<std::uint8_t> bytes;
};

/// Reads unsigned bytes of rank 1 to 4; gzip is recognised by its first bytes, not by the file's name. Memory grows
/// only with the data that really arrive, and nothing beyond the announced size is unpacked. Errors: NotFound, Io,
/// BadFormat (magic, truncated, too long, damaged gzip, absurd sizes), Cancelled.
engine::Result<IdxArray> readIdx(const std::string& path, const Progress& progress = {});

/// Writes a plain IDX file; the old file stays untouched until the new one is complete.
engine::Result<void> writeIdx(const std::string& path, std::span<const std::int64_t> sizes,
                              std::span<const std::uint8_t> bytes);

/// What a folder offers under the usual names (train-images-idx3-ubyte, t10k-labels.idx1-ubyte.gz, ...); paths of what
/// is not there are empty.
struct IdxFolder {
    std::string trainImages, trainLabels, testImages, testLabels;

    [[nodiscard]] bool anything() const
    {
        return !trainImages.empty() || !trainLabels.empty() || !testImages.empty() || !testLabels.empty();
    }
    [[nodiscard]] bool complete() const
    {
        return !trainImages.empty() && !trainLabels.empty() && !testImages.empty() && !testLabels.empty();
    }
};
IdxFolder findIdx(const std::string& folder);

/// Opens a folder found by findIdx: images N H W or N C H W. The training part is needed; without test files
/// bundle.test is null. Class names are "0", "1", ... up to the highest label of both parts, at least ten. Fails too
/// where files disagree: number of images and labels, or size of training and test images.
engine::Result<engine::DatasetBundle> openIdxFolder(const std::string& folder, const Progress& progress = {});

/// Writes both parts of a bundle of images in memory as four plain IDX files with the usual names.
engine::Result<void> writeIdxFolder(const std::string& folder, const engine::InMemoryDataset& train,
                                    const engine::InMemoryDataset& test, const Progress& progress = {});

} // namespace convarium::datasets
