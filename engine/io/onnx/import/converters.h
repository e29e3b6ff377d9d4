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

/// Start, end, axis and step of each cut of a Slice, from attributes or inputs; all lists equally long.
struct SliceCuts {
    std::vector<std::int64_t> starts, ends, axes, steps;
};
Result<SliceCuts> sliceCuts(Importer& importer, const NodeView& node);

/// An error of a converter.
inline Error refused(const std::string& sentence, const std::string& hint = "Export the model without it.")
{
    return {ErrorCode::BadFormat, sentence, hint, {}};
}

} // namespace convarium::engine
