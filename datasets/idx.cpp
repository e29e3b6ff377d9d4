#include "datasets/idx.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <new>
#include <zlib.h>

namespace convarium::datasets
{

using engine::DatasetBundle;
using engine::Error;
using engine::ErrorCode;
using engine::InMemoryDataset;
using engine::Result;
using engine::Shape;

namespace
{

constexpr std::int64_t kMaxBytes = std::int64_t{8} << 30; // far beyond anything that fits in memory as one set
constexpr std::int64_t kMaxSide = 65535;
constexpr std::size_t kChunk = std::size_t{1} << 20;
constexpr std::int64_t kDeflateLimit = 1032; // deflate cannot shrink data by more than this factor (zlib, FAQ)

Error fileError(ErrorCode code, const std::string& path, const std::string& message, const std::string& hint,
                std::int64_t offset = -1)
{
    Error error{code, message, hint, {}};
    error.place.file = path;
    error.place.offset = offset;
    return error;
}

Error damaged(const std::string& path, const std::string& message, std::int64_t offset = -1)
{
    return fileError(ErrorCode::BadFormat, path, message, "Replace it by a fresh copy of the file.", offset);
}

std::string inQuotes(const std::string& path)
{
    return "'" + path + "'";
}

std::string sizesText(const std::vector<std::int64_t>& sizes)
{
    std::string text;
    for (const std::int64_t s : sizes)
        text += (text.empty() ? "" : " x ") + std::to_string(s);
    return text;
}

/// The bytes of a file, unpacked on the way where it is gzip.
class ByteSource
{
public:
    explicit ByteSource(const std::string& path) : m_path(path), m_file(QString::fromStdString(path)) {}
    ~ByteSource()
    {
        if (m_gzip)
            inflateEnd(&m_stream);
    }
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;

    Result<void> open()
    {
        const QFileInfo info(m_file.fileName());
        if (!info.exists())
            return fileError(ErrorCode::NotFound, m_path, "The file " + inQuotes(m_path) + " does not exist.",
                             "Check the path and the name.");
        if (info.isDir() || !m_file.open(QIODevice::ReadOnly))
            return fileError(ErrorCode::Io, m_path,
                             "The file " + inQuotes(m_path) + " cannot be read: " +
                                 (info.isDir() ? "it is a folder" : m_file.errorString().toStdString()) + ".",
                             "Check its permissions.");
        const QByteArray start = m_file.peek(2);
        m_gzip = start.size() == 2 && start[0] == '\x1f' && start[1] == '\x8b';
        if (m_gzip && inflateInit2(&m_stream, 15 + 16) != Z_OK) {
            m_gzip = false;
            return Error{
                ErrorCode::OutOfMemory, "There is not enough memory to unpack " + inQuotes(m_path) + ".", "", {}};
        }
        return {};
    }

    /// Fills as much of out as the file still holds.
    Result<std::size_t> read(std::span<std::uint8_t> out)
    {
        if (!m_gzip) {
            const qint64 n = m_file.read(reinterpret_cast<char*>(out.data()), static_cast<qint64>(out.size()));
            if (n < 0)
                return readFailed();
            return static_cast<std::size_t>(n);
        }
        m_stream.next_out = out.data();
        m_stream.avail_out = static_cast<uInt>(out.size());
        while (m_stream.avail_out > 0) {
            if (m_stream.avail_in == 0) {
                const qint64 n = m_file.read(m_input.data(), static_cast<qint64>(m_input.size()));
                if (n < 0)
                    return readFailed();
                m_stream.next_in = reinterpret_cast<Bytef*>(m_input.data());
                m_stream.avail_in = static_cast<uInt>(n);
                if (n == 0) {
                    if (!m_ended)
                        return damaged(m_path,
                                       "The gzip file " + inQuotes(m_path) + " is truncated: it ends after " +
                                           std::to_string(m_file.size()) + " bytes in the middle of its data.",
                                       m_file.size());
                    break;
                }
            }
            if (m_ended) { // gzip files may follow one another
                inflateReset(&m_stream);
                m_ended = false;
            }
            const int status = inflate(&m_stream, Z_NO_FLUSH);
            if (status == Z_STREAM_END) {
                m_ended = true;
            } else if (status != Z_OK && status != Z_BUF_ERROR) {
                const std::string why = m_stream.msg ? m_stream.msg : "unknown cause";
                return damaged(m_path, "The gzip file " + inQuotes(m_path) + " is damaged (" + why + ").",
                               m_file.pos() - static_cast<std::int64_t>(m_stream.avail_in));
            }
        }
        return out.size() - m_stream.avail_out;
    }

    [[nodiscard]] bool gzip() const { return m_gzip; }
    [[nodiscard]] std::int64_t fileBytes() const { return m_file.size(); }
    [[nodiscard]] std::int64_t fileSize() const { return m_file.size(); }
    /// The most bytes this file can hold once unpacked.
    [[nodiscard]] std::int64_t mostBytes() const
    {
        return m_gzip ? std::min<std::int64_t>(m_file.size(), kMaxBytes) * kDeflateLimit : m_file.size();
    }

private:
    Error readFailed() const
    {
        return fileError(ErrorCode::Io, m_path,
                         "Reading " + inQuotes(m_path) + " failed: " + m_file.errorString().toStdString() + ".",
                         "Check the disk and try again.");
    }

    std::string m_path;
    QFile m_file;
    bool m_gzip = false;
    bool m_ended = false;
    z_stream m_stream{};
    std::array<char, 65536> m_input{};
};

/// Magic number and sizes at the start of the file.
Result<std::vector<std::int64_t>> readHeader(ByteSource& source, const std::string& path)
{
    const auto tooShort = [&](std::size_t found, std::size_t needed) {
        return damaged(path,
                       "The IDX file " + inQuotes(path) + " is truncated: its header needs " + std::to_string(needed) +
                           " bytes, but there are only " + std::to_string(found) + ".",
                       static_cast<std::int64_t>(found));
    };
    std::array<std::uint8_t, 4> magic{};
    auto got = source.read(magic);
    if (!got)
        return got.error();
    if (*got < magic.size())
        return tooShort(*got, magic.size());
    const int rank = magic[3];
    if (magic[0] != 0 || magic[1] != 0 || magic[2] != 0x08 || rank < 1 || rank > 4) {
        static constexpr char kHex[] = "0123456789abcdef";
        std::string text = "0x";
        for (const std::uint8_t b : magic)
            text += {kHex[b >> 4], kHex[b & 15]};
        return fileError(
            ErrorCode::BadFormat, path,
            "The file " + inQuotes(path) + " starts with " + text +
                ", but an IDX file of bytes starts with 0x00000801 (labels), 0x00000803 or 0x00000804 (images).",
            "Choose IDX files of unsigned bytes such as those of MNIST.", 0);
    }
    std::array<std::uint8_t, 16> raw{};
    const auto bytes = static_cast<std::size_t>(rank) * 4;
    got = source.read(std::span(raw).first(bytes));
    if (!got)
        return got.error();
    if (*got < bytes)
        return tooShort(*got + 4, bytes + 4);
    std::vector<std::int64_t> sizes;
    for (std::size_t i = 0; i < bytes; i += 4)
        sizes.push_back((std::int64_t{raw[i]} << 24) | (raw[i + 1] << 16) | (raw[i + 2] << 8) | raw[i + 3]);
    return sizes;
}

/// Product of the sizes, or an error where the header cannot be meant seriously.
Result<std::int64_t> totalBytes(const std::vector<std::int64_t>& sizes, const std::string& path)
{
    std::int64_t total = 1;
    bool absurd = false;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        absurd = absurd || sizes[i] < 1 || (i > 0 && sizes[i] > kMaxSide) ||
                 total > kMaxBytes / std::max<std::int64_t>(1, sizes[i]);
        total = absurd ? 1 : total * sizes[i];
    }
    if (absurd)
        return fileError(ErrorCode::BadFormat, path,
                         "The header of " + inQuotes(path) + " announces " + sizesText(sizes) +
                             " bytes; each size must be at least 1, sides at most 65535, and all of it at most 8 GiB.",
                         "The file is damaged or no IDX file; replace it by a fresh copy.", 4);
    return total;
}

Error wrongLength(const std::string& path, const std::vector<std::int64_t>& sizes, std::int64_t found, bool atMost)
{
    std::int64_t needed = 1;
    for (const std::int64_t s : sizes)
        needed *= s;
    const std::string header = "The header of " + inQuotes(path) + " announces " + sizesText(sizes) + " = " +
                               std::to_string(needed) + " bytes of data, but ";
    if (found < needed)
        return damaged(path,
                       header + "the file holds " + (atMost ? "at most " : "only ") + std::to_string(found) +
                           ": it is truncated.",
                       static_cast<std::int64_t>(4 + 4 * sizes.size()) + found);
    return damaged(path, header + "more follow: the file is too long.",
                   static_cast<std::int64_t>(4 + 4 * sizes.size()) + needed);
}

} // namespace

Result<IdxArray> readIdx(const std::string& path, const Progress& progress)
{
    ByteSource source(path);
    if (auto opened = source.open(); !opened)
        return opened.error();
    auto sizes = readHeader(source, path);
    if (!sizes)
        return sizes.error();
    const auto total = totalBytes(*sizes, path);
    if (!total)
        return total.error();
    const auto header = static_cast<std::int64_t>(4 + 4 * sizes->size());
    if (source.mostBytes() - header < *total)
        return wrongLength(path, *sizes, source.mostBytes() - header, source.gzip());

    IdxArray array;
    array.sizes = std::move(*sizes);
    const auto needed = static_cast<std::size_t>(*total);
    const std::string phase = "Reading " + QFileInfo(QString::fromStdString(path)).fileName().toStdString();
    try {
        // The file's size has vouched for a plain file; a gzip of photographs or digits shrinks tenfold at most, and
        // growing step by step would hold the data twice for a moment.
        if (!source.gzip() || *total <= 64 * source.fileBytes())
            array.bytes.reserve(needed);
        while (array.bytes.size() < needed) {
            if (progress && !progress(phase, static_cast<std::int64_t>(array.bytes.size()), *total))
                return Error{ErrorCode::Cancelled, "Reading " + inQuotes(path) + " was cancelled.", "", {}};
            const std::size_t at = array.bytes.size();
            array.bytes.resize(at + std::min(kChunk, needed - at));
            const auto got = source.read(std::span(array.bytes).subspan(at));
            if (!got)
                return got.error();
            if (at + *got < array.bytes.size())
                return wrongLength(path, array.sizes, static_cast<std::int64_t>(at + *got), false);
        }
        array.bytes.shrink_to_fit();
    } catch (const std::bad_alloc&) {
        return fileError(ErrorCode::OutOfMemory, path,
                         "There is not enough memory for the " + std::to_string(*total) + " bytes of " +
                             inQuotes(path) + ".",
                         "Close other programs or use a smaller data set.");
    }
    std::array<std::uint8_t, 1> extra{};
    const auto beyond = source.read(extra); // also makes zlib compare its checksum
    if (!beyond)
        return beyond.error();
    if (*beyond > 0)
        return wrongLength(path, array.sizes, *total + 1, false);
    if (progress && !progress(phase, *total, *total))
        return Error{ErrorCode::Cancelled, "Reading " + inQuotes(path) + " was cancelled.", "", {}};
    return array;
}

Result<void> writeIdx(const std::string& path, std::span<const std::int64_t> sizes, std::span<const std::uint8_t> bytes)
{
    std::int64_t total = 1;
    bool valid = !sizes.empty() && sizes.size() <= 4;
    for (const std::int64_t s : sizes) {
        valid = valid && s > 0 && s <= std::numeric_limits<std::uint32_t>::max() && total <= kMaxBytes / s;
        total = valid ? total * s : 0;
    }
    if (!valid || total != static_cast<std::int64_t>(bytes.size()))
        return fileError(ErrorCode::InvalidArgument, path,
                         "Sizes " + sizesText({sizes.begin(), sizes.end()}) + " do not describe the " +
                             std::to_string(bytes.size()) + " bytes to be written to " + inQuotes(path) + ".",
                         "IDX files have one to four sizes whose product is the number of bytes.");
    QByteArray header(4, '\0');
    header[2] = '\x08';
    header[3] = static_cast<char>(sizes.size());
    for (const std::int64_t s : sizes)
        for (int shift = 24; shift >= 0; shift -= 8)
            header.append(static_cast<char>((s >> shift) & 0xff));
    QSaveFile file(QString::fromStdString(path));
    const auto length = static_cast<qint64>(bytes.size());
    if (!file.open(QIODevice::WriteOnly) || file.write(header) != header.size() ||
        file.write(reinterpret_cast<const char*>(bytes.data()), length) != length || !file.commit())
        return fileError(ErrorCode::Io, path,
                         "The file " + inQuotes(path) + " cannot be written: " + file.errorString().toStdString() + ".",
                         "Check the folder's permissions and the free space.");
    return {};
}

IdxFolder findIdx(const std::string& folder)
{
    const QDir dir(QString::fromStdString(folder));
    const auto find = [&dir](const QStringList& parts, const QString& kind, const QStringList& ranks) -> std::string {
        for (const QString& part : parts)
            for (const QString& rank : ranks)
                for (const char* separator : {"-", "."})
                    for (const char* suffix : {"", ".gz"}) {
                        const QString name = part + u'-' + kind + QLatin1String(separator) + rank +
                                             QStringLiteral("-ubyte") + QLatin1String(suffix);
                        if (QFileInfo(dir.filePath(name)).isFile())
                            return dir.filePath(name).toStdString();
                    }
        return {};
    };
    const QStringList train{QStringLiteral("train")};
    const QStringList test{QStringLiteral("t10k"), QStringLiteral("test")};
    const QString images = QStringLiteral("images");
    const QString labels = QStringLiteral("labels");
    const QStringList maps{QStringLiteral("idx3"), QStringLiteral("idx4")};
    const QStringList list{QStringLiteral("idx1")};
    return {find(train, images, maps), find(train, labels, list), find(test, images, maps), find(test, labels, list)};
}

namespace
{

/// Images and their labels, checked against each other.
struct Part {
    Shape shape;
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> labels;
};

Result<Part> readPart(const std::string& imagesPath, const std::string& labelsPath, const Progress& progress)
{
    auto labels = readIdx(labelsPath, progress);
    if (!labels)
        return labels.error();
    if (labels->sizes.size() != 1)
        return fileError(ErrorCode::BadFormat, labelsPath,
                         "The file " + inQuotes(labelsPath) + " should hold labels, one byte each, but holds " +
                             sizesText(labels->sizes) + " bytes.",
                         "Were image and label file swapped?", 3);
    auto images = readIdx(imagesPath, progress);
    if (!images)
        return images.error();
    const auto& s = images->sizes;
    if (s.size() < 3)
        return fileError(ErrorCode::BadFormat, imagesPath,
                         "The file " + inQuotes(imagesPath) +
                             " should hold images (count x height x width), but holds " + sizesText(s) + " bytes.",
                         "Were image and label file swapped?", 3);
    if (s[0] != labels->sizes[0])
        return fileError(ErrorCode::BadFormat, imagesPath,
                         "There are " + std::to_string(s[0]) + " images in " + inQuotes(imagesPath) + ", but " +
                             std::to_string(labels->sizes[0]) + " labels in " + inQuotes(labelsPath) + ".",
                         "Take both files from the same source.");
    const Shape shape = s.size() == 3 ? Shape{1, s[1], s[2]} : Shape{s[1], s[2], s[3]};
    return Part{shape, std::move(images->bytes), std::move(labels->bytes)};
}

} // namespace

Result<DatasetBundle> openIdxFolder(const std::string& folder, const Progress& progress)
{
    const IdxFolder files = findIdx(folder);
    const auto missing = [&folder](const std::string& name, const std::string& because) {
        return fileError(ErrorCode::NotFound, folder + "/" + name,
                         "The folder " + inQuotes(folder) + " has no file " + name + " (plain or .gz)" + because + ".",
                         "Put the missing file next to the others.");
    };
    if (files.trainImages.empty())
        return missing("train-images-idx3-ubyte", ", which training needs");
    if (files.trainLabels.empty())
        return missing("train-labels-idx1-ubyte", ", which training needs");
    if (files.testImages.empty() && !files.testLabels.empty())
        return missing("t10k-images-idx3-ubyte", ", although it has the test labels");
    if (files.testLabels.empty() && !files.testImages.empty())
        return missing("t10k-labels-idx1-ubyte", ", although it has the test images");

    DatasetBundle bundle;
    bundle.name = QFileInfo(QDir::cleanPath(QString::fromStdString(folder))).fileName().toStdString();
    bundle.title = bundle.name;
    auto train = readPart(files.trainImages, files.trainLabels, progress);
    if (!train)
        return train.error();
    Part test;
    if (!files.testImages.empty()) {
        auto read = readPart(files.testImages, files.testLabels, progress);
        if (!read)
            return read.error();
        test = std::move(*read);
        if (test.shape != train->shape)
            return fileError(ErrorCode::ShapeMismatch, files.testImages,
                             "The test images in " + inQuotes(files.testImages) + " are " + test.shape.text() +
                                 ", but the training images in " + inQuotes(files.trainImages) + " are " +
                                 train->shape.text() + ".",
                             "Take all four files from the same data set.");
    }
    // IDX says nothing about classes: as many as the labels need, and at least the ten of the family.
    int classes = 10;
    for (const auto* labels : {&train->labels, &test.labels})
        for (const std::uint8_t label : *labels)
            classes = std::max(classes, label + 1);
    std::vector<std::string> names;
    for (int i = 0; i < classes; ++i)
        names.push_back(std::to_string(i));
    bundle.train =
        std::make_shared<InMemoryDataset>(train->shape, std::move(train->pixels), std::move(train->labels), names);
    if (!test.labels.empty())
        bundle.test =
            std::make_shared<InMemoryDataset>(test.shape, std::move(test.pixels), std::move(test.labels), names);
    return bundle;
}

Result<void> writeIdxFolder(const std::string& folder, const InMemoryDataset& train, const InMemoryDataset& test,
                            const Progress& progress)
{
    if (!QDir().mkpath(QString::fromStdString(folder)))
        return fileError(ErrorCode::Io, folder, "The folder " + inQuotes(folder) + " cannot be made.",
                         "Check the path and the permissions of the folder above it.");
    int written = 0;
    for (const auto& [set, part] : {std::pair{&train, "train"}, std::pair{&test, "t10k"}}) {
        const Shape shape = set->imageShape();
        std::vector<std::int64_t> sizes{set->size()};
        if (shape.channels() > 1)
            sizes.push_back(shape.channels());
        sizes.push_back(shape.height());
        sizes.push_back(shape.width());
        const std::array<std::int64_t, 1> count{set->size()};
        const std::string base = folder + "/" + part;
        const std::string rank = std::to_string(sizes.size());
        if (progress && !progress("Writing " + folder, written, 4))
            return Error{ErrorCode::Cancelled, "Writing to " + inQuotes(folder) + " was cancelled.", "", {}};
        if (auto ok = writeIdx(base + "-images-idx" + rank + "-ubyte", sizes, set->pixels()); !ok)
            return ok;
        if (auto ok = writeIdx(base + "-labels-idx1-ubyte", count, set->labels()); !ok)
            return ok;
        written += 2;
    }
    if (progress && !progress("Writing " + folder, 4, 4))
        return Error{ErrorCode::Cancelled, "Writing to " + inQuotes(folder) + " was cancelled.", "", {}};
    return {};
}

} // namespace convarium::datasets
