// Kernel, strides, padding and dilation of an ONNX node as settings of our layers.
#pragma once

#include "engine/io/onnx/import/importer.h"

namespace convarium::engine
{

/// A value as maps: {C, L} is read as one row. Layers with windows need rank 3.
struct MapsInput {
    Wire maps;
    Shape shape; ///< of the sample as the graph sees it
    [[nodiscard]] bool isRow() const { return shape.rank() == 2; }
};
Result<MapsInput> mapsInput(Importer& importer, const NodeView& node);

/// The result in the graph's rank: a row loses its height again.
Wire likeInput(const MapsInput& input, Wire out);

/// Height and width of a list attribute; `byDefault` where it is absent. A row has only a width.
Result<std::array<std::int64_t, 2>> pairAttribute(const NodeView& node, const std::string& name, bool row,
                                                  std::int64_t byDefault);

/// Sets kernelHeight ... dilationWidth and the padding. withDilation: the layer has these settings.
Result<void> setWindow(const NodeView& node, const MapsInput& input, std::array<std::int64_t, 2> kernel,
                       bool withDilation, Params& params);

/// Top, left, bottom, right of the attribute `pads`; zeros where it is absent.
Result<std::array<std::int64_t, 4>> padsAttribute(const NodeView& node, bool row);

/// The padding setting that says these four numbers.
void setPadding(Params& params, const std::array<std::int64_t, 4>& pads);

} // namespace convarium::engine
