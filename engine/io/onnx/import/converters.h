// The table of operators: which converter makes layers of which ONNX node.
#pragma once

#include "engine/io/onnx/import/importer.h"

#include <string>
#include <vector>

namespace convarium::engine
{

/// Makes layers of one node and gives its outputs. Errors are full sentences without node and file, which the importer
/// puts before them.
using Converter = Result<void> (*)(Importer&, const NodeView&);

struct ConverterEntry {
    const char* op;
    Converter convert;
};

/// One list per family, in files of their own.
std::vector<ConverterEntry> activationConverters();
std::vector<ConverterEntry> arithmeticConverters();
std::vector<ConverterEntry> convolutionConverters();
std::vector<ConverterEntry> denseConverters();
std::vector<ConverterEntry> normaliseConverters();
std::vector<ConverterEntry> shapeConverters();
std::vector<ConverterEntry> windowConverters();

/// Null when no layer can be made of this operator.
Converter findConverter(const std::string& op);

/// Works a node out where all it needs is known: shape arithmetic, constants. False where it is not such a node.
Result<bool> foldNode(Importer& importer, const NodeView& node);

/// The numbers that one cut of a Slice keeps of an axis: start, start + step, ... count of them.
struct SliceRange {
    std::int64_t start = 0, step = 1, count = 0;
};

/// One cut as the node states it: places may count from the end or lie far outside, the step is not 0.
struct SliceCut {
    std::int64_t start, end, axis, step;
    [[nodiscard]] SliceRange within(std::int64_t length) const;
};

/// The cuts of a Slice, from attributes or inputs.
Result<std::vector<SliceCut>> sliceCuts(Importer& importer, const NodeView& node);

/// An error of a converter.
inline Error refused(const std::string& sentence, const std::string& hint = "Export the model without it.")
{
    return {ErrorCode::BadFormat, sentence, hint, {}};
}

} // namespace convarium::engine
