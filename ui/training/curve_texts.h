// The words of curves and of what they are drawn against.
#pragma once

#include "ui/training/training_history.h"

#include <QString>

namespace convarium::ui
{

/// "Loss".
[[nodiscard]] QString measureTitle(Measure measure);
/// What is measured, with its unit. loss: "cross-entropy".
[[nodiscard]] QString measureNote(Measure measure, const QString& loss);
/// "epoch".
[[nodiscard]] QString axisTitle(CurveAxis axis);

} // namespace convarium::ui
