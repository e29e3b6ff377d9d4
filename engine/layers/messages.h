// Words that layers share when shapes do not fit. A check knows shapes but not where they come from: it writes
// fromSlot(i) behind a shape, and nameSources() puts " from C4" there, or nothing.
#pragma once

#include "engine/core/result.h"
#include "engine/layers/layer.h"

#include <span>
#include <string>

namespace convarium::engine
{

/// Mark that stands for " from C4", the node that feeds input `slot`.
std::string fromSlot(int slot);

/// Replaces all marks. names[i] feeds input i; missing or empty names leave nothing.
std::string nameSources(std::string text, std::span<const std::string> names);

/// "Conv2D needs maps. It gets a list of 84 numbers from F6."
Result<void> needMaps(const std::string& title, const Shape& input);

/// "LogSoftmax needs a list or maps. It gets a single number from K1." A list of one number is fine.
Result<void> needAxes(const std::string& title, const Shape& input);

/// "28×28×16 from R1, 14×14×32 from C5 and 7×7×64 from C9"
std::string listShapes(std::span<const Shape> inputs);

/// The context that formulas read: input sizes named "maps in", "height in", "width in" or "numbers in".
template <class I>
FormulaContext<I> formulaContext(const Params& params, std::span<const Shape> inputs)
{
    FormulaContext<I> c;
    c.params = &params;
    c.inputShapes = inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        // Merges tell their inputs apart: "maps in 1", "maps in 2".
        const std::string end = inputs.size() > 1 ? " in " + std::to_string(i + 1) : " in";
        FormulaShape<I> shape;
        for (int d = 0; d < inputs[i].rank(); ++d) {
            std::string name = "size " + std::to_string(d + 1);
            if (inputs[i].isList())
                name = "numbers";
            else if (inputs[i].isMaps())
                name = d == 0 ? "maps" : d == 1 ? "height" : "width";
            shape.sizes.push_back(FormulaContext<I>::named(inputs[i][d], name + end));
        }
        c.inputs.push_back(std::move(shape));
    }
    return c;
}

} // namespace convarium::engine
