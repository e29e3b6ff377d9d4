// Why the network takes an image for a class: three maps, and the same with random weights to compare.
#pragma once

#include "engine/attribution/attribution.h"
#include "engine/data/dataset.h"

#include <QImage>
#include <memory>

namespace convarium::ui
{

/// A value that crosses threads.
struct Explanation {
    engine::DatasetPtr images; ///< where `image` is
    std::uint32_t image = 0;
    QImage picture;
    engine::Attribution learnt, random;
    QString fault; ///< a sentence when it could not be made
};

using ExplanationPtr = std::shared_ptr<const Explanation>;

} // namespace convarium::ui
