// The terms of a number, laid out for people: map by map, each as a patch times a kernel.
#pragma once

#include "ui/inside/number_values.h"

#include <QRect>

namespace convarium::ui
{

struct NumberCell {
    bool used = false;       ///< else the cell lies in the padding, or this number does not read it
    bool chosen = false;     ///< of a choice (max pooling): the one that was taken
    int row = 0, column = 0; ///< on its map
    double value = 0, factor = 1, product = 0;
};

/// Everything one map brings.
struct NumberGroup {
    int input = 0, map = 0;
    int rows = 0, columns = 0;
    std::vector<NumberCell> cells; ///< row by row
    double subtotal = 0;
    bool adds = false;                 ///< else its numbers enter only by way of others: a mean, an exponential
    [[nodiscard]] QRect place() const; ///< of the used cells on the map
    /// The used cell nearest to the middle of the grid; there is one.
    [[nodiscard]] const NumberCell& middle() const;
};

/// A term that no map brings: a bias, a mean.
struct NumberExtra {
    QString name;
    double value = 0;
};

struct NumberModel {
    std::vector<NumberGroup> groups;
    std::vector<NumberExtra> extras;
    double sum = 0;
    QString calculation;     ///< of what is no sum over maps: "exp(x 2.1 − largest 3.2) / sum 1.9"
    bool isChoice = false;   ///< the largest (or another one) was taken: nothing is added up
    bool hasFactors = false; ///< some number is multiplied
    int terms = 0;
    /// What is added up: the subtotals of the maps, then the extras.
    [[nodiscard]] std::vector<double> operands() const;
};

/// primary: the operands that lie on maps (Input forwards, OutputGradient backwards), in `maps` per slot. image: the
/// one of the batch whose maps those are; what other images bring is an extra.
NumberModel layOut(const engine::Explanation& explanation, engine::OperandOf primary,
                   const std::vector<NumberMaps>& maps, const std::vector<engine::Shape>& tensorShapes,
                   const std::vector<QString>& tensorKeys, std::int64_t image = 0);

} // namespace convarium::ui
