// Numbers of a layer as pictures: atlas of maps, kernels, thumbnails of cards. Pure; any thread.
#pragma once

#include "engine/analysis/seen_box.h"
#include "ui/theme/field_mark.h"
#include "ui/theme/theme.h"
#include "ui/training/map_worker.h"

namespace convarium::ui
{

/// Scale of at least `value` that does not change with every step: 1, 1.5, 2, 3, 4, 5, 6 or 8 times a power of ten.
[[nodiscard]] double calmScale(double value);
/// Of the finite ones; zeros without any.
[[nodiscard]] NumberRange rangeOf(const float* values, std::size_t count);
/// What a unit sees of an image of this shape, as it is drawn on it.
[[nodiscard]] FieldMark fieldMark(const engine::SeenBox& box, const engine::Shape& image);
/// The image itself: ink for one channel, colours for three.
[[nodiscard]] QImage inputPicture(const std::vector<std::uint8_t>& pixels, const engine::Shape& shape,
                                  const Theme& theme);
/// Fills count, size, atlas, colours, scale, values and ranges of the result.
void layMaps(MapResult& result, const engine::Tensor& output, bool ownScales, ColorMap colors, const Theme& theme);
/// `kept` where it is of as many maps of this layer: a row of maps that jumps with every step cannot be read. Else the
/// order of these values, each map's in a run of its own.
[[nodiscard]] MapOrderPtr strongestFirst(engine::NodeId of, const engine::Tensor& output, const MapOrderPtr& kept);
/// Kernels that make map `map`: weight tensor (maps out, maps in, height, width).
void layKernels(MapResult& result, const engine::Tensor& weight, int map, const Theme& theme);
/// The first maps of a layer side by side, or a list of numbers in one to three rows; one pixel per value.
[[nodiscard]] CardThumbnail thumbnail(const engine::Tensor& output, ColorMap colors, const Theme& theme);
/// neverNegative: the layer gives nothing below zero.
[[nodiscard]] ColorMap colorsFor(bool neverNegative, MapColors wanted = MapColors::ByLayer);

} // namespace convarium::ui
