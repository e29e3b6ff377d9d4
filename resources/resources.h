// Where the files compiled into the programs are found.
#pragma once

#include <QString>

namespace convarium
{

/// Path of a compiled-in file: resourcePath("icons/home.svg") is ":/convarium/icons/home.svg".
[[nodiscard]] QString resourcePath(const QString& relative);

} // namespace convarium
