// Layers and ports of the canvas for assistive technology and tests.
#pragma once

#include <QString>

namespace convarium::ui
{

/// Makes every CanvasView show its layers ("Conv2D C3", with a description) and ports ("Conv2D C3 in", "Add A1 in 2",
/// "Conv2D C3 out") as children with their places on the screen. May be called more than once.
void installCanvasAccessibility();

} // namespace convarium::ui
