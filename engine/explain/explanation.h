// How one number of a network comes about: an immutable value that can be shown, checked and sent between threads.
#pragma once

#include "engine/core/traced_real.h"

#include <cstdint>
#include <string>
#include <vector>

namespace convarium::engine
{

/// Where a number that enters a calculation comes from.
enum class OperandOf : std::uint8_t {
    Input,          ///< output of the layer below; slot: which input
    LayerTensor,    ///< weight, bias, statistic; slot: place in LayerDescriptor::tensors
    OutputGradient, ///< gradient of the loss by the layer's output
    Output,         ///< the layer's own output, where the backward pass reads it
    Target,         ///< of a loss: 1 for the right class, else 0
    // Of an update:
    Weight,
    Gradient,
    State, ///< the optimizer's; slot 0 or 1
};

struct Operand {
    OperandOf of = OperandOf::Input;
    int slot = 0;
    std::int64_t image = 0, element = 0; ///< element in logical order (map, row, column)
    double value = 0;
};

/// A factor of a product, or what it is divided by.
struct Factor {
    enum class Kind : std::uint8_t {
        Number,  ///< a constant
        Operand, ///< `operand`
        Part,    ///< an intermediate value, parts[part]
    };
    Kind kind = Kind::Number;
    bool divides = false;
    int part = -1;
    double value = 0;
    Operand operand;
};

/// One product of a sum; its sign is in `value` and in `negative`.
struct Term {
    std::vector<Factor> factors;
    bool negative = false;
    double value = 0;
};

/// A sum of products. Also an intermediate value: one with a name ("mean"), or a function of a sum ("exp").
struct Part {
    std::string name;        ///< empty: just a sum that stands in brackets
    bool isFunction = false; ///< value = name(sum of the terms)
    double exponent = 1;     ///< of the function "pow"
    double argument = 0;     ///< of a function: the sum of the terms
    double value = 0;
    /// Sum of the absolute values of the terms, carried through products and functions.
    double magnitude = 0;
    std::vector<Term> terms;
};

struct Explanation {
    double value = 0;
    double magnitude = 0; ///< as in Part: what a rounding error of `value` is measured by
    std::vector<Term> terms;
    std::vector<Part> parts;     ///< each after the parts it is made of
    std::vector<Operand> looked; ///< compared with one another to choose the result (max pooling, ReLU)
};

/// Which operands the groups of the tape's leaves stand for.
struct OperandGroup {
    OperandOf of = OperandOf::Input;
    int slot = 0;
    std::int64_t elements = 1; ///< per image
};

/// Takes `result` apart. Products are multiplied out, so that the terms are products of operands.
Explanation explain(Tape& tape, const TracedReal& result, const std::vector<OperandGroup>& groups);

} // namespace convarium::engine
