// Windows are painted as often as a screen shows them; the cores are for training.
#pragma once

#include <QObject>

namespace convarium::ui
{

/// Every window is painted at most every 16 milliseconds, however many events change it: a mouse alone sends 125 to
/// 1000. Call it once there is an application; further calls do nothing.
void installFramePacer();

} // namespace convarium::ui
