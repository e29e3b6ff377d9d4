// From strokes to a grey picture that looks scanned: distortion, pen, soft edge, then MNIST's own normalisation.
#pragma once

#include "datasets/digit_strokes.h"
#include "datasets/mnist_steps.h"

#include <cstdint>
#include <span>

namespace convarium::datasets
{

/// Writes one digit (0 to 9) into out (28 x 28, 0 paper, 255 ink): the ink fits a 20 x 20 box and its centre of mass
/// lies within half a pixel of the middle of the picture (LeCun et al., "Gradient-based learning applied to document
/// recognition", Proc. IEEE 86 (1998), section III.A), unless the box would leave the picture.
void drawDigit(int digit, ImageRandom& random, std::span<std::uint8_t, kDigitPixels> out);

} // namespace convarium::datasets
