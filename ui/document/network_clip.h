// Parts of a network on the clipboard: the text of a network file, so that they travel between programs and through
// text editors.
#pragma once

#include "ui/document/project_document.h"

#include <QMimeData>
#include <memory>

namespace convarium::ui
{

inline constexpr const char* kNetworkMime = "application/x-convarium-network+json";

/// The part as text and under kNetworkMime.
[[nodiscard]] std::unique_ptr<QMimeData> toClip(const Fragment& fragment);
/// Reads it with the same checks as a file. The error is one sentence for the user, also where there is nothing.
[[nodiscard]] engine::Result<Fragment> fromClip(const QMimeData* data);

} // namespace convarium::ui
