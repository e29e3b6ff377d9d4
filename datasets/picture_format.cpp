#include "datasets/picture_format.h"

#include <QtEndian>

#include <zlib.h>

namespace convarium::datasets
{

namespace
{

template <class T>
T big(const QByteArray& data, qsizetype at)
{
    return qFromBigEndian<T>(data.constData() + at);
}

template <class T>
T little(const QByteArray& data, qsizetype at)
{
    return qFromLittleEndian<T>(data.constData() + at);
}

/// PNG (ISO/IEC 15948, 5.3): after 8 bytes a chain of chunks, each length, type, data, checksum of the latter two; IEND
/// is the last.
std::optional<std::string> pngFault(const QByteArray& data)
{
    qint64 at = 8;
    while (at + 12 <= data.size()) {
        const auto length = static_cast<qint64>(big<quint32>(data, at));
        if (at + 12 + length > data.size())
            break;
        const auto* bytes = reinterpret_cast<const Bytef*>(data.constData()) + at + 4;
        if (crc32_z(0, bytes, static_cast<z_size_t>(length + 4)) != big<quint32>(data, at + 8 + length))
            return "its data are damaged at byte " + std::to_string(at) + " (checksum)";
        if (data.mid(at + 4, 4) == "IEND")
            return {};
        at += 12 + length;
    }
    return "it ends before its last chunk (IEND)";
}

/// JPEG (ITU-T T.81, B.1): marker segments with a length, and after each SOS coded data in which 0xFF is followed by 0
/// or by a restart marker. A whole file comes to EOI.
std::optional<std::string> jpegFault(const QByteArray& data)
{
    constexpr quint8 kEoi = 0xd9;
    constexpr quint8 kSos = 0xda;
    const auto byte = [&data](qsizetype i) { return static_cast<quint8>(data[i]); };
    qsizetype at = 2;
    while (at + 1 < data.size()) {
        if (byte(at) != 0xff)
            return "its data are damaged at byte " + std::to_string(at);
        const quint8 marker = byte(at + 1);
        if (marker == kEoi)
            return {};
        if (marker == 0xff) { // fill byte
            ++at;
            continue;
        }
        at += 2;
        if (marker >= 0xd0 && marker <= 0xd8) // restart and SOI stand alone
            continue;
        if (at + 2 > data.size())
            break;
        at += big<quint16>(data, at);
        if (marker != kSos)
            continue;
        while (at + 1 < data.size() &&
               (byte(at) != 0xff || byte(at + 1) == 0 || (byte(at + 1) >= 0xd0 && byte(at + 1) <= 0xd7)))
            ++at;
    }
    return "it ends before its end marker (EOI)";
}

/// BMP: the file header states where the pixels begin; rows of uncompressed pixels are padded to four bytes.
std::optional<std::string> bmpFault(const QByteArray& data)
{
    const std::string truncated = "it ends in the middle of its pixels";
    if (data.size() < 30)
        return truncated;
    const auto begin = static_cast<qint64>(little<quint32>(data, 10));
    const bool core = little<quint32>(data, 14) == 12; // the oldest header: 16 bit sizes, never compressed
    const qint64 width = core ? little<quint16>(data, 18) : little<qint32>(data, 18);
    const qint64 height = core ? little<quint16>(data, 20) : std::abs(qint64{little<qint32>(data, 22)});
    const qint64 bits = little<quint16>(data, core ? 24 : 28);
    const quint32 compression = core || data.size() < 38 ? 0 : little<quint32>(data, 30);
    const bool runs = compression == 1 || compression == 2;
    constexpr qint64 kMost = 1 << 24; // far beyond any picture, and its square times 64 still fits
    if (width < 1 || width > kMost || height < 1 || height > kMost || bits > 64)
        return "its header is damaged";
    const qint64 pixels = runs ? little<quint32>(data, 34) : (width * bits + 31) / 32 * 4 * height;
    if (begin + pixels > data.size())
        return truncated;
    return {};
}

} // namespace

const char* readerName(PictureFormat format)
{
    switch (format) {
    case PictureFormat::Png: return "png";
    case PictureFormat::Jpeg: return "jpeg";
    case PictureFormat::Bmp: return "bmp";
    }
    return "";
}

std::optional<PictureFormat> pictureFormat(const QByteArray& start)
{
    if (start.startsWith("\x89PNG\r\n\x1a\n"))
        return PictureFormat::Png;
    if (start.startsWith("\xff\xd8\xff"))
        return PictureFormat::Jpeg;
    if (start.startsWith("BM"))
        return PictureFormat::Bmp;
    return {};
}

std::optional<std::string> whyDamaged(PictureFormat format, const QByteArray& file)
{
    switch (format) {
    case PictureFormat::Png: return pngFault(file);
    case PictureFormat::Jpeg: return jpegFault(file);
    case PictureFormat::Bmp: return bmpFault(file);
    }
    return {};
}

} // namespace convarium::datasets
