// Digits as a hand writes them on the field.
#pragma once

#include "datasets/mnist_steps.h"

namespace convarium::ui
{

/// digit: 0 to 9; the same variant gives the same strokes. Size and place vary, so that the steps have something to do.
[[nodiscard]] datasets::DrawnStrokes exampleStrokes(int digit, int variant);

} // namespace convarium::ui
