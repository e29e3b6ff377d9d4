// What happens in a sub-step of a batch, in words.
#pragma once

#include "ui/training/walk_controller.h"

namespace convarium::ui
{

/// "Forward: Conv2D C1 turns 28×28×1 into 28×28×6"; also what the walk waits for, and why it has ended.
[[nodiscard]] QString walkText(const WalkController& walk);
/// "7 of 24"; empty while none is shown.
[[nodiscard]] QString walkPlace(const WalkController& walk);
/// "2 a second".
[[nodiscard]] QString walkSpeedText(int speed);

} // namespace convarium::ui
