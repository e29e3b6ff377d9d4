// Picture files for tests, made on the spot: by Qt's writers, or byte by byte where Qt cannot write the kind.
#pragma once

#include <QBuffer>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QTest>

#include <array>
#include <vector>
#include <zlib.h>

namespace convarium::test
{

inline void writeFile(const QString& path, const QByteArray& bytes)
{
    QVERIFY(QDir().mkpath(QFileInfo(path).path()));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

inline QByteArray encoded(const QImage& image, const char* format)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, format, 100);
    return bytes;
}

inline QImage plain(int width, int height, QRgb colour, QImage::Format format = QImage::Format_RGB32)
{
    QImage image(width, height, QImage::Format_ARGB32);
    image.fill(colour);
    return image.convertToFormat(format);
}

/// Noise that no format shrinks to almost nothing, so that a cut file really lacks pixels.
inline QImage noisy(int width, int height)
{
    QImage image(width, height, QImage::Format_RGB32);
    quint32 state = 1;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            state = state * 1664525u + 1013904223u;
            image.setPixel(x, y, 0xff000000u | (state >> 8));
        }
    return image;
}

/// A PNG whose header claims another size, with the right checksum.
inline QByteArray pngClaiming(quint32 width, quint32 height)
{
    QByteArray png = encoded(plain(4, 4, 0xff808080u), "png");
    const auto put = [&png](qsizetype at, quint32 value) {
        for (int i = 0; i < 4; ++i)
            png[at + i] = static_cast<char>(value >> (24 - 8 * i));
    };
    put(16, width);
    put(20, height);
    put(29, static_cast<quint32>(crc32(0, reinterpret_cast<const Bytef*>(png.constData()) + 12, 17)));
    return png;
}

/// A JPEG of one 8x8 block with a constant level per component (baseline, ITU-T T.81): 1 grey, 3 RGB, 4 CMYK as Adobe
/// stores it, inverted.
inline QByteArray jpegOfLevels(const std::vector<int>& levels)
{
    const int n = static_cast<int>(levels.size());
    QByteArray out("\xff\xd8", 2);
    const auto byte = [&out](int value) { out.append(static_cast<char>(value)); };
    const auto segment = [&](int marker, int payload) {
        byte(0xff);
        byte(marker);
        byte((payload + 2) >> 8);
        byte((payload + 2) & 0xff);
    };
    segment(0xee, 12); // Adobe: no colour transform
    out.append("Adobe\0\x64\0\0\0\0\0", 12);
    segment(0xdb, 65);
    byte(0);
    for (int i = 0; i < 64; ++i)
        byte(8); // a DC coefficient is eight times the level: the step 8 makes it the level itself
    segment(0xc0, 6 + 3 * n);
    for (const int value : {8, 0, 8, 0, 8, n})
        byte(value);
    for (int c = 1; c <= n; ++c)
        for (const int value : {c, 0x11, 0})
            byte(value);
    segment(0xc4, 17 + 9); // DC: the sizes 0 to 8, each with four bits
    byte(0x00);
    for (int i = 1; i <= 16; ++i)
        byte(i == 4 ? 9 : 0);
    for (int i = 0; i <= 8; ++i)
        byte(i);
    segment(0xc4, 17 + 1); // AC: end of block, with one bit
    byte(0x10);
    for (int i = 1; i <= 16; ++i)
        byte(i == 1 ? 1 : 0);
    byte(0);
    segment(0xda, 4 + 2 * n);
    byte(n);
    for (int c = 1; c <= n; ++c) {
        byte(c);
        byte(0);
    }
    byte(0);
    byte(63);
    byte(0);
    QByteArray bits;
    const auto put = [&bits](int value, int count) {
        for (int i = count - 1; i >= 0; --i)
            bits.append(static_cast<char>('0' + ((value >> i) & 1)));
    };
    for (const int level : levels) {
        const int dc = level - 128;
        int size = 0;
        while (std::abs(dc) >> size)
            ++size;
        put(size, 4);
        put(dc < 0 ? dc + (1 << size) - 1 : dc, size);
        put(0, 1);
    }
    while (bits.size() % 8)
        bits.append('1');
    for (qsizetype i = 0; i < bits.size(); i += 8) {
        const int value = bits.mid(i, 8).toInt(nullptr, 2);
        byte(value);
        if (value == 0xff)
            byte(0);
    }
    out.append("\xff\xd9", 2);
    return out;
}

/// The JPEG with an EXIF orientation (1 to 8) put behind its start.
inline QByteArray withOrientation(QByteArray jpeg, int orientation)
{
    QByteArray exif("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 24);
    exif.append(static_cast<char>(orientation));
    exif.append(QByteArray(7, '\0'));
    const int length = static_cast<int>(exif.size()) + 2;
    QByteArray segment("\xff\xe1", 2);
    segment.append(static_cast<char>(length >> 8)).append(static_cast<char>(length & 0xff)).append(exif);
    return jpeg.insert(2, segment);
}

} // namespace convarium::test
