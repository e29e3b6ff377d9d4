// Kernels everybody should have tried: blur, edges, sharpen and others, for any size.
#pragma once

#include <QString>
#include <functional>
#include <optional>
#include <vector>

namespace convarium::ui
{

struct KernelSize {
    int height = 3, width = 3;
    int maps = 1; ///< that one filter reads
    [[nodiscard]] int count() const { return height * width; }
};

struct KernelPattern {
    QString title;
    QString help; ///< one sentence
    /// Row by row; nothing where the pattern needs a larger kernel.
    std::function<std::optional<std::vector<float>>(const KernelSize&)> make;
};

/// In the order of their buttons. Patterns of 3x3 stand in the middle of a larger kernel, with zeros around.
[[nodiscard]] const std::vector<KernelPattern>& kernelPatterns();

} // namespace convarium::ui
