// One picture file: what its header says, and its pixels in the size a network reads.
#pragma once

#include "engine/core/result.h"
#include "engine/tensor/shape.h"

#include <cstdint>
#include <span>
#include <string>

namespace convarium::datasets
{

inline constexpr std::int64_t kMaxPicturePixels = std::int64_t{1} << 25; ///< 32 megapixels; larger ones are refused
inline constexpr std::int64_t kMaxPictureFile = std::int64_t{1} << 28;   ///< 256 MiB

enum class PictureColours : std::uint8_t { Grey, Palette, Colour };

/// What the header of a picture says.
struct PictureInfo {
    std::int64_t width = 0, height = 0; ///< as shown, that is after the EXIF orientation
    PictureColours colours = PictureColours::Colour;
    friend bool operator==(const PictureInfo&, const PictureInfo&) = default;
};

/// Has the name the suffix of a format that can be read (PNG, JPEG, BMP)?
bool isPictureName(const std::string& name);

/// Reads the header alone; the format follows from the content, not from the name. Any thread. Fails with NotFound, Io,
/// BadFormat (no picture, damaged header, more than kMaxPicturePixels), naming the file.
engine::Result<PictureInfo> readPictureInfo(const std::string& path);

/// Decodes the picture into `out` as u8 in C H W: turned as EXIF says, on white where it is transparent, cut to its
/// largest centred part with the aspect of `shape` and scaled to it (the same as scaling the shorter side and cropping
/// the centre). One channel is the luma of ITU-R BT.601 (0.299 R + 0.587 G + 0.114 B), three are R, G, B; colour
/// profiles are not applied. shape: 1 or 3 channels. Any thread; memory is bounded by kMaxPicturePixels and
/// kMaxPictureFile. A file that ends too early is an error, even where a decoder would fill the rest with grey.
engine::Result<void> readPicture(const std::string& path, const engine::Shape& shape, std::span<std::uint8_t> out);

} // namespace convarium::datasets
