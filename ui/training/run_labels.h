// Names that tell runs apart.
#pragma once

#include <QStringList>
#include <vector>

namespace convarium::ui
{

struct RunRecord;

/// One short name for each: the one it was given, else optimizer and rate; where these are equal also what differs, at
/// last a number.
[[nodiscard]] QStringList runLabels(const std::vector<const RunRecord*>& runs);

} // namespace convarium::ui
