// Layers, ports, wires and notes of the canvas for assistive technology and tests.
#pragma once

#include <QString>

namespace convarium::ui
{

class CanvasView;

/// Makes every CanvasView show its layers ("Conv2D C3", with a description) and ports ("Conv2D C3 in", "Add A1 in 2",
/// "Conv2D C3 out"), wires ("Conv2D C3 to MaxPool P4") and notes ("Note 1") as children with their places on the
/// screen. May be called more than once.
void installCanvasAccessibility();
/// The keyboard has gone to another of them.
void tellFocus(CanvasView* view);

} // namespace convarium::ui
