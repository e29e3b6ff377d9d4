#include "engine/io/zip_archive.h"

#include <QFileInfo>
#include <QString>

#include <zip.h>

#include <algorithm>

namespace convarium::engine
{

namespace
{

Error damaged(const std::string& path, const std::string& what)
{
    return {ErrorCode::BadFormat,
            "'" + path + "' is not a whole Convarium file: " + what + ".",
            "It may have been cut off or changed while it was copied; use another copy.",
            {-1, {}, path, -1}};
}

Error buildError(zip_error_t* error)
{
    Error e{ErrorCode::Io, std::string("The project could not be packed: ") + zip_error_strerror(error) + ".", {}, {}};
    if (zip_error_code_zip(error) == ZIP_ER_MEMORY)
        e.code = ErrorCode::OutOfMemory;
    return e;
}

} // namespace

ZipReader::ZipReader(zip* archive, std::string path) : m_archive(archive), m_path(std::move(path)) {}

void ZipReader::Closer::operator()(zip* archive) const
{
    zip_discard(archive);
}

Result<ZipReader> ZipReader::open(const std::string& path)
{
    const QFileInfo info(QString::fromStdString(path));
    if (!info.exists())
        return Error{ErrorCode::NotFound,
                     "There is no file '" + path + "'.",
                     "Check the name and the folder.",
                     {-1, {}, path, -1}};
    if (!info.isFile() || !info.isReadable())
        return Error{ErrorCode::Io,
                     "'" + path + "' is a folder or may not be read; a .convarium file is needed.",
                     "Check the name and your rights.",
                     {-1, {}, path, -1}};
    int code = 0;
    zip_t* archive = zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code);
    if (!archive) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        const std::string why = zip_error_strerror(&error);
        zip_error_fini(&error);
        return damaged(path, why);
    }
    return ZipReader(archive, path);
}

bool ZipReader::contains(const char* entry) const
{
    return zip_name_locate(m_archive.get(), entry, ZIP_FL_ENC_UTF_8) >= 0;
}

Result<std::vector<std::uint8_t>> ZipReader::read(const char* entry, std::int64_t limit) const
{
    const std::string name = entry;
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat(m_archive.get(), entry, ZIP_FL_ENC_UTF_8, &stat) != 0)
        return damaged(m_path, "it holds no " + name);
    if (!(stat.valid & ZIP_STAT_SIZE) || stat.size > static_cast<zip_uint64_t>(limit))
        return damaged(m_path, name + " claims " + std::to_string(stat.size) + " bytes, more than the " +
                                   std::to_string(limit) + " it may have");
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen(m_archive.get(), entry, ZIP_FL_ENC_UTF_8),
                                                                 &zip_fclose);
    if (!file)
        return damaged(m_path, name + " cannot be read (" + zip_strerror(m_archive.get()) + ")");
    // Grows with what is really there, so that a wrong size in the archive cannot claim memory.
    constexpr std::size_t kPiece = std::size_t{8} << 20;
    std::vector<std::uint8_t> bytes;
    bytes.reserve(std::min<std::size_t>(stat.size, 8 * kPiece));
    while (bytes.size() <= stat.size) {
        const std::size_t before = bytes.size();
        bytes.resize(std::min<std::size_t>(before + kPiece, stat.size + 1));
        const zip_int64_t got = zip_fread(file.get(), bytes.data() + before, bytes.size() - before);
        if (got < 0)
            return damaged(m_path, name + " is damaged (" + zip_file_strerror(file.get()) + ")");
        bytes.resize(before + static_cast<std::size_t>(got));
        if (got == 0)
            break;
    }
    if (bytes.size() != stat.size)
        return damaged(m_path,
                       name + " has " + std::to_string(bytes.size()) + " of " + std::to_string(stat.size) + " bytes");
    return bytes;
}

ZipWriter::ZipWriter()
{
    zip_error_t error;
    zip_error_init(&error);
    m_buffer = zip_source_buffer_create(nullptr, 0, 0, &error);
    if (m_buffer) {
        zip_source_keep(m_buffer); // outlives the archive, which is closed before the bytes are taken out
        m_archive = zip_open_from_source(m_buffer, ZIP_CREATE | ZIP_TRUNCATE, &error);
        if (!m_archive)
            zip_source_free(m_buffer);
    }
    zip_error_fini(&error);
}

ZipWriter::~ZipWriter()
{
    if (m_archive)
        zip_discard(m_archive);
    if (m_buffer)
        zip_source_free(m_buffer);
}

Result<void> ZipWriter::add(const char* entry, const std::vector<std::span<const std::uint8_t>>& pieces, bool compress)
{
    if (!m_archive)
        return Error{ErrorCode::OutOfMemory, "There is not enough memory to pack the project.", {}, {}};
    std::vector<zip_buffer_fragment_t> fragments;
    for (const auto& piece : pieces)
        if (!piece.empty())
            fragments.push_back({const_cast<zip_uint8_t*>(piece.data()), piece.size()}); // libzip only reads them
    zip_source_t* source = zip_source_buffer_fragment(m_archive, fragments.data(), fragments.size(), 0);
    if (!source)
        return buildError(zip_get_error(m_archive));
    const zip_int64_t index = zip_file_add(m_archive, entry, source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(source);
        return buildError(zip_get_error(m_archive));
    }
    const auto i = static_cast<zip_uint64_t>(index);
    constexpr zip_uint16_t kFirstDay = (1 << 5) | 1; // 1980-01-01: equal projects give equal files
    if (zip_set_file_compression(m_archive, i, compress ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(m_archive, i, 0, kFirstDay, 0) != 0)
        return buildError(zip_get_error(m_archive));
    return {};
}

Result<void> ZipWriter::write(const std::string& path)
{
    if (zip_close(m_archive) != 0)
        return buildError(zip_get_error(m_archive));
    m_archive = nullptr;
    if (zip_source_open(m_buffer) != 0)
        return buildError(zip_source_error(m_buffer));
    std::vector<std::uint8_t> piece(std::size_t{1} << 20);
    auto written = writeFileAtomically(path, [&]() -> Result<std::span<const std::uint8_t>> {
        const zip_int64_t got = zip_source_read(m_buffer, piece.data(), piece.size());
        if (got < 0)
            return buildError(zip_source_error(m_buffer));
        return std::span<const std::uint8_t>(piece).first(static_cast<std::size_t>(got));
    });
    zip_source_close(m_buffer);
    return written;
}

} // namespace convarium::engine
