// How strokes become a picture as MNIST's are: ink, its box, the box scaled to 20 x 20, the centre of mass in the
// middle of 28 x 28 (LeCun et al., "Gradient-based learning applied to document recognition", Proc. IEEE 86 (1998),
// section III.A). Every step can be left out, and each one's picture is kept.
#pragma once

#include "datasets/ink_field.h"

#include <cstdint>
#include <span>
#include <vector>

namespace convarium::datasets
{

inline constexpr int kDigitSize = 28;    ///< height and width of a picture, in fields
inline constexpr int kDigitBoxSize = 20; ///< the ink fits into a square of this size, keeping its aspect
inline constexpr std::size_t kDigitPixels = std::size_t{kDigitSize} * kDigitSize;

inline constexpr int kInkPerField = 18;                    ///< pixels of the ink along a field
inline constexpr int kInkSize = kDigitSize * kInkPerField; ///< 504: height and width of the ink

/// Which steps are done. Without cropping the whole field is taken for the box; without scaling a field stays a pixel;
/// without centring the middle of the box goes to the middle of the picture.
struct MnistSteps {
    bool crop = true;
    bool scale = true;
    bool centre = true;
    friend bool operator==(const MnistSteps&, const MnistSteps&) = default;
};

/// u8, row by row, 0 paper.
struct GreyPicture {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> pixels;
    friend bool operator==(const GreyPicture&, const GreyPicture&) = default;
};

/// A rectangle of pixels of the ink; right and bottom lie behind the last one.
struct InkBox {
    int left = 0, top = 0, right = 0, bottom = 0;
    [[nodiscard]] int width() const { return right - left; }
    [[nodiscard]] int height() const { return bottom - top; }
    friend bool operator==(const InkBox&, const InkBox&) = default;
};

/// What each step made of the ink.
struct MnistPictures {
    InkBox ink;              ///< whatever the steps; empty: nothing is drawn, and all pictures are paper
    GreyPicture strokes;     ///< the field in 28 x 28
    GreyPicture cropped;     ///< the box in pixels of the ink
    GreyPicture scaled;      ///< the box in the middle of a square: 20 x 20 when it was scaled
    GreyPicture centred;     ///< 28 x 28, what a network gets
    int right = 0, down = 0; ///< by how much centring moved it
};

/// The box is found on the ink in kInkSize x kInkSize pixels, those count that are covered by at least a half. Pictures
/// are means over finer pixels, kInkPerField along each pixel of theirs.
MnistPictures mnistPictures(const DrawnStrokes& strokes, const MnistSteps& steps);

/// The same again and again while a drawing grows, at the cost of what is new.
class MnistPainter final
{
public:
    MnistPictures paint(const DrawnStrokes& strokes, const MnistSteps& steps);

private:
    InkField m_field{kDigitSize}; ///< as it was drawn
    InkField m_box{kDigitSize};   ///< cropped and scaled
};

/// A place for the upper left corner.
struct Offset {
    int x = 0;
    int y = 0;
};

/// Where a width x height picture goes in a field of size x size so that its centre of mass lies within half a pixel of
/// the middle, unless the picture would leave the field. Without ink its own middle counts.
Offset centringOffset(std::span<const std::uint8_t> pixels, int width, int height, int size);

/// The picture in another size: the largest centred square of it holds the picture, linearly interpolated where it
/// grows and averaged where it shrinks. Around it is paper.
GreyPicture resampled(const GreyPicture& picture, int width, int height);

} // namespace convarium::datasets
