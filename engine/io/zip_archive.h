// The part of libzip that a project file needs: read entries, or build an archive in memory. Private to engine/io.
#pragma once

#include "engine/core/result.h"
#include "engine/io/atomic_file.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct zip;
struct zip_source;

namespace convarium::engine
{

/// A ZIP file opened for reading.
class ZipReader
{
public:
    static Result<ZipReader> open(const std::string& path);
    [[nodiscard]] bool contains(const char* entry) const;
    /// The whole entry, its checksum verified; BadFormat when it is missing, damaged or larger than `limit` bytes.
    [[nodiscard]] Result<std::vector<std::uint8_t>> read(const char* entry, std::int64_t limit) const;

private:
    ZipReader(zip* archive, std::string path);
    struct Closer {
        void operator()(zip* archive) const;
    };
    std::unique_ptr<zip, Closer> m_archive;
    std::string m_path;
};

/// Builds an archive in memory. What is added must live until write() has returned. The same content gives the same
/// bytes.
class ZipWriter
{
public:
    ZipWriter();
    ~ZipWriter();
    ZipWriter(const ZipWriter&) = delete;
    ZipWriter& operator=(const ZipWriter&) = delete;

    /// compress: for text; floats and pictures hardly get smaller.
    Result<void> add(const char* entry, const std::vector<std::span<const std::uint8_t>>& pieces, bool compress);
    Result<void> write(const std::string& path);

private:
    zip* m_archive = nullptr;
    zip_source* m_buffer = nullptr;
};

} // namespace convarium::engine
