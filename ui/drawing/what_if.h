// What is done to a drawing to see what the network makes of it.
#pragma once

#include "datasets/mnist_steps.h"

namespace convarium::ui
{

struct WhatIf {
    int rotate = 0; ///< degrees clockwise, the strokes about the middle of their box
    int right = 0;  ///< fields, after all steps
    int down = 0;
    int noise = 0; ///< standard deviation in percent of full ink
    int hide = 0;  ///< rows from below that are paper
    friend bool operator==(const WhatIf&, const WhatIf&) = default;
};

[[nodiscard]] datasets::DrawnStrokes rotated(datasets::DrawnStrokes strokes, int degrees);
/// The picture moved, covered and made noisy; the noise is the same every time.
[[nodiscard]] datasets::GreyPicture spoiled(const datasets::GreyPicture& picture, const WhatIf& whatIf);

} // namespace convarium::ui
