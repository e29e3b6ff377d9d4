// Layers and readings that move numbers without computing.
#include "engine/io/onnx/import/converters.h"
#include "engine/io/onnx/import/window_settings.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace convarium::engine
{

namespace
{

using Sizes = std::vector<std::int64_t>;

constexpr std::int64_t kMostPad = 1 << 20;

Result<Shape> shapeOf(const Sizes& sizes)
{
    Shape shape;
    for (const std::int64_t size : sizes) {
        if (size < 1 || shape.rank() == kMaxRank)
            return refused("It makes the shape " + sizesText(sizes) + ", but a layer has at most 6 axes of at least 1.",
                           "Export the model again.");
        shape.append(size);
    }
    return shape;
}

// ---- the same numbers in another shape

/// Fills in one -1 and checks the number of elements.
Result<Shape> resolved(Sizes sizes, std::int64_t elements)
{
    std::int64_t known = 1;
    bool overflow = false;
    for (const std::int64_t size : sizes)
        overflow = overflow || (size != -1 && __builtin_mul_overflow(known, size, &known));
    const auto open = std::count(sizes.begin(), sizes.end(), -1);
    if (!overflow && open == 1 && known > 0 && elements % known == 0) {
        *std::find(sizes.begin(), sizes.end(), -1) = elements / known;
        known = elements;
    }
    if (overflow || open > 1 || known != elements)
        return refused(std::to_string(elements) + " numbers per sample cannot be read as " + sizesText(sizes) + ".",
                       "Export the model again.");
    return shapeOf(sizes);
}

Result<void> giveReshaped(Importer& importer, const NodeView& node, const Wire& in, const Shape& shape)
{
    importer.give(node, shape == in.shape ? in : Importer::reshaped(in, shape, &node));
    return {};
}

Result<void> reshape(Importer& importer, const NodeView& node)
{
    const auto in = importer.wire(node, 0);
    if (!in)
        return in.error();
    const auto target = importer.settings(node, "shape", 1);
    if (!target)
        return target.error();
    if (!*target)
        return refused("It lacks its shape.", "Export the model again.");
    Sizes sizes = **target;
    const Sizes before = importer.sizesOf(*in);
    for (std::size_t i = 0; i < sizes.size() && node.integer("allowzero", 0) == 0; ++i)
        if (sizes[i] == 0 && i < before.size())
            sizes[i] = before[i];
    if (importer.batched()) {
        const auto elsewhere = sizes.empty() ? sizes.end() : std::find(sizes.begin() + 1, sizes.end(), kBatchSize);
        if (sizes.empty() || elsewhere != sizes.end())
            return importer.batchTrouble("It moves the batch axis.");
        const std::int64_t first = sizes.front();
        const bool isBatch = first == kBatchSize || first == -1 || first == importer.fixedBatch().value_or(1);
        sizes.erase(sizes.begin());
        // An open first size is the batch only if the others hold exactly one sample.
        const bool open = std::find(sizes.begin(), sizes.end(), -1) != sizes.end();
        const bool certain = first == kBatchSize || first == importer.fixedBatch();
        auto shape = isBatch && (certain || !open) ? resolved(sizes, in->shape.elements()) : Result<Shape>(Error{});
        if (!shape)
            return importer.batchTrouble("It reads samples of " + in->shape.text() + " as " + sizesText(**target) +
                                         ", across the batch.");
        return giveReshaped(importer, node, *in, *shape);
    }
    const auto shape = resolved(sizes, in->shape.elements());
    return shape ? giveReshaped(importer, node, *in, *shape) : shape.error();
}

Result<void> flatten(Importer& importer, const NodeView& node)
{
    const auto in = importer.wire(node, 0);
    if (!in)
        return in.error();
    const std::int64_t rank = importer.rankOf(*in);
    std::int64_t axis = node.integer("axis", 1);
    axis = axis < 0 ? axis + rank : axis;
    if (axis < 0 || axis > rank)
        return refused("It names an axis that its input does not have.", "Export the model again.");
    if (importer.batched())
        return axis == 1
                   ? giveReshaped(importer, node, *in, {in->shape.elements()})
                   : importer.batchTrouble("It flattens from axis " + std::to_string(axis) + " on, across the batch.");
    std::int64_t before = 1;
    for (int d = 0; d < axis; ++d)
        before *= in->shape[d];
    return giveReshaped(importer, node, *in, {before, in->shape.elements() / before});
}

Result<void> squeeze(Importer& importer, const NodeView& node)
{
    const auto in = importer.wire(node, 0);
    if (!in)
        return in.error();
    const auto axes = importer.settings(node, "axes", 1);
    if (!axes)
        return axes.error();
    std::vector<bool> gone(static_cast<std::size_t>(in->shape.rank()));
    if (!*axes && importer.batched() && importer.fixedBatch() == 1)
        return importer.batchTrouble("It drops the batch axis.");
    for (int d = 0; d < in->shape.rank() && !*axes; ++d)
        gone[static_cast<std::size_t>(d)] = in->shape[d] == 1;
    for (const std::int64_t axis : *axes ? **axes : Sizes()) {
        const auto at = importer.axisOf(*in, axis);
        if (!at)
            return at.error();
        if (in->shape[*at] != 1)
            return refused("It drops axis " + std::to_string(axis) + ", which has the size " +
                               std::to_string(in->shape[*at]) + ".",
                           "Export the model again.");
        gone[static_cast<std::size_t>(*at)] = true;
    }
    Shape shape;
    for (int d = 0; d < in->shape.rank(); ++d)
        if (!gone[static_cast<std::size_t>(d)])
            shape.append(in->shape[d]);
    return giveReshaped(importer, node, *in, shape);
}

Result<void> unsqueeze(Importer& importer, const NodeView& node)
{
    const auto in = importer.wire(node, 0);
    if (!in)
        return in.error();
    const auto axes = importer.settings(node, "axes", 1);
    if (!axes)
        return axes.error();
    const int rank = importer.rankOf(*in) + static_cast<int>(*axes ? std::min<std::size_t>((*axes)->size(), 16) : 0);
    if (!*axes || rank > kMaxRank + 1)
        return refused("It names no axes, or far too many.", "Export the model again.");
    std::vector<bool> added(static_cast<std::size_t>(rank));
    for (const std::int64_t axis : **axes) {
        const std::int64_t at = axis < 0 ? axis + rank : axis;
        if (at < 0 || at >= rank || added[static_cast<std::size_t>(at)])
            return refused("It adds axis " + std::to_string(axis) + " twice, or beyond the last one.",
                           "Export the model again.");
        added[static_cast<std::size_t>(at)] = true;
    }
    if (importer.batched() && added[0])
        return importer.batchTrouble("It puts an axis before the batch.");
    Sizes sizes;
    int next = 0;
    for (std::size_t i = importer.batched() ? 1 : 0; i < added.size(); ++i)
        sizes.push_back(added[i] ? 1 : in->shape[next++]);
    const auto shape = shapeOf(sizes);
    return shape ? giveReshaped(importer, node, *in, *shape) : shape.error();
}

// ---- axes in another order

Result<void> transpose(Importer& importer, const NodeView& node)
{
    const auto in = importer.wire(node, 0);
    if (!in)
        return in.error();
    const int rank = importer.rankOf(*in), lead = importer.batched() ? 1 : 0;
    Sizes order = node.integers("perm");
    for (int d = rank; d-- > 0 && !node.has("perm");)
        order.push_back(d);
    Sizes sorted = order;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 0; i < sorted.size(); ++i)
        if (sorted.size() != static_cast<std::size_t>(rank) || sorted[i] != static_cast<std::int64_t>(i))
            return refused("Its order of the axes is not one of an input with " + std::to_string(rank) + ".",
                           "Export the model again.");
    if (order.size() != static_cast<std::size_t>(rank))
        return refused("Its order of the axes is missing.", "Export the model again.");
    if (lead == 1 && order.front() != 0)
        return importer.batchTrouble("It moves the batch axis.");
    order.erase(order.begin(), order.begin() + lead);
    if (lead == 0)
        for (std::int64_t& axis : order)
            ++axis; // the layer counts from 1; with a batch, the graph's count of the others does too
    if (std::is_sorted(order.begin(), order.end()))
        return importer.pass(node);
    const auto out = importer.addLayer("permute", {{"order", listText(order)}}, {*in}, node.name());
    if (!out)
        return out.error();
    importer.give(node, *out);
    return {};
}

/// A shape as three axes around one of them: before, the axis, behind.
struct AroundAxis {
    std::int64_t outer = 1, length = 1, inner = 1;
    AroundAxis(const Shape& shape, int axis)
    {
        for (int d = 0; d < shape.rank(); ++d)
            (d < axis ? outer : d == axis ? length : inner) *= shape[d];
    }
    [[nodiscard]] Shape shape() const { return {outer, length, inner}; }
};

Result<void> concat(Importer& importer, const NodeView& node)
{
    if (node.inputs() == 1)
        return importer.pass(node);
    std::vector<Wire> parts;
    for (int i = 0; i < node.inputs(); ++i) {
        const auto part = importer.wire(node, i);
        if (!part)
            return part.error();
        parts.push_back(*part);
    }
    if (parts.empty())
        return refused("It has no inputs.", "Export the model again.");
    const auto axis = importer.axisOf(parts.front(), node.integer("axis", 1));
    if (!axis)
        return axis.error();
    Shape shape = parts.front().shape;
    shape[*axis] = 0;
    const Params swap{{"order", std::string("2,1,3")}};
    const bool turn = AroundAxis(parts.front().shape, *axis).outer != 1;
    for (Wire& part : parts) {
        Shape others = part.shape;
        if (others.rank() == shape.rank())
            others[*axis] = shape[*axis];
        if (!(others == shape) || __builtin_add_overflow(shape[*axis], part.shape[*axis], &shape[*axis]))
            return refused("It joins values of the shapes " + parts.front().shape.text() + " and " + part.shape.text() +
                               ".",
                           "Export the model again.");
        const AroundAxis around(part.shape, *axis);
        if (turn) {
            auto turned =
                importer.addLayer("permute", swap, {Importer::reshaped(part, around.shape())}, node.name() + " order");
            if (!turned)
                return turned.error();
            part = *turned;
        } else if (*axis > 0) {
            part = Importer::reshaped(part, {around.length, around.inner});
        }
    }
    while (parts.size() > 1) { // a layer takes 64 inputs
        const auto count = static_cast<std::ptrdiff_t>(std::min<std::size_t>(parts.size(), 64));
        auto joined = importer.addLayer("concat", {}, {parts.begin(), parts.begin() + count}, node.name());
        if (!joined)
            return joined.error();
        parts.erase(parts.begin(), parts.begin() + count);
        parts.insert(parts.begin(), *joined);
    }
    if (turn) {
        auto back = importer.addLayer("permute", swap, {parts.front()}, node.name() + " order back");
        if (!back)
            return back.error();
        parts.front() = *back;
    }
    importer.give(node, Importer::reshaped(parts.front(), shape));
    return {};
}

// ---- parts and borders

/// Numbers start .. end - 1 along an axis: rows of maps, whatever the axis is.
Result<Wire> cut(Importer& importer, const std::string& name, const Wire& in, int axis, std::int64_t start,
                 std::int64_t end)
{
    if (start == 0 && end == in.shape[axis])
        return in;
    if (start >= end)
        return refused("It keeps nothing of its input.", "Export the model again.");
    const AroundAxis around(in.shape, axis);
    const std::int64_t none = 0, rest = around.length - end;
    const Params rows{{"top", start}, {"bottom", rest}, {"left", none}, {"right", none}};
    const Params columns{{"top", none}, {"bottom", none}, {"left", start}, {"right", rest}};
    Shape shape = in.shape;
    shape[axis] = end - start;
    // Rows and columns of maps are cut as they are.
    if (in.shape.isMaps() && axis > 0)
        return importer.addLayer("crop", axis == 1 ? rows : columns, {in}, name);
    auto out = importer.addLayer("crop", rows, {Importer::reshaped(in, around.shape())}, name);
    return out ? Importer::reshaped(*out, shape) : out;
}

Result<void> slice(Importer& importer, const NodeView& node)
{
    const auto in = importer.wire(node, 0);
    if (!in)
        return in.error();
    const auto cuts = sliceCuts(importer, node);
    if (!cuts)
        return cuts.error();
    Wire out = *in;
    for (const SliceCut& wanted : *cuts) {
        const auto axis = importer.axisOf(*in, wanted.axis);
        if (!axis)
            return axis.error();
        const SliceRange range = wanted.within(out.shape[*axis]);
        if (range.step != 1 && range.count > 1)
            return refused("It goes through its input in steps of " + std::to_string(wanted.step) +
                           ", but only neighbours can be cut out, in their order.");
        auto part = cut(importer, node.name(), out, *axis, range.start, range.start + range.count);
        if (!part)
            return part.error();
        out = *part;
    }
    importer.give(node, out);
    return {};
}

Result<void> split(Importer& importer, const NodeView& node)
{
    const auto in = importer.wire(node, 0);
    if (!in)
        return in.error();
    const auto axis = importer.axisOf(*in, node.integer("axis", 0));
    if (!axis)
        return axis.error();
    const auto given = importer.settings(node, "split", 1);
    if (!given)
        return given.error();
    const int count = node.proto().output_size();
    Sizes sizes = *given ? **given : Sizes(static_cast<std::size_t>(count), in->shape[*axis] / std::max(count, 1));
    std::int64_t sum = 0;
    for (const std::int64_t size : sizes)
        if (size < 1 || __builtin_add_overflow(sum, size, &sum))
            sum = -1;
    if (sizes.size() != static_cast<std::size_t>(count) || sum != in->shape[*axis])
        return refused("It cuts " + std::to_string(in->shape[*axis]) + " numbers into parts of " + sizesText(sizes) +
                           ".",
                       "Export the model again.");
    std::int64_t start = 0;
    for (int i = 0; i < count; ++i) {
        const std::int64_t size = sizes[static_cast<std::size_t>(i)];
        auto part = cut(importer, node.output(i), *in, *axis, start, start + size);
        if (!part)
            return part.error();
        importer.give(node, *part, i);
        start += size;
    }
    return {};
}

Result<void> pad(Importer& importer, const NodeView& node)
{
    const auto in = importer.wire(node, 0);
    if (!in)
        return in.error();
    const auto pads = importer.settings(node, "pads", 1);
    if (!pads)
        return pads.error();
    const int rank = importer.rankOf(*in), lead = importer.batched() ? 1 : 0;
    if (!*pads || (*pads)->size() != static_cast<std::size_t>(2 * rank))
        return refused("It needs " + std::to_string(2 * rank) + " numbers of padding.", "Export the model again.");
    std::string mode = node.text("mode", "constant");
    if (mode != "constant" && mode != "reflect" && mode != "edge")
        return refused("Its mode is none that ONNX knows.", "Export the model again.");
    double value = node.real("value", 0);
    if (!node.input(2).empty()) {
        const auto given = importer.needConstant(node, 2, "its value");
        if (!given)
            return given.error();
        if ((*given)->elements() != 1 || (*given)->isInteger)
            return refused("Its value is not one number.", "Export the model again.");
        value = (*given)->reals[0];
    }
    const auto before = [&](int axis) { return (**pads)[static_cast<std::size_t>(axis + lead)]; };
    const auto behind = [&](int axis) { return (**pads)[static_cast<std::size_t>(axis + lead + rank)]; };
    if (lead == 1 && ((**pads)[0] != 0 || (**pads)[static_cast<std::size_t>(rank)] != 0))
        return importer.batchTrouble("It adds samples to the batch.");
    const auto add = [&](const Wire& to, std::int64_t top, std::int64_t left, std::int64_t bottom, std::int64_t right) {
        return importer.addLayer(
            "pad",
            {{"top", top}, {"left", left}, {"bottom", bottom}, {"right", right}, {"mode", mode}, {"value", value}},
            {to}, node.name());
    };
    Wire out = *in;
    const bool positive = std::all_of((*pads)->begin(), (*pads)->end(), [](std::int64_t p) { return p >= 0; });
    if (in->shape.isMaps() && positive && before(0) == 0 && behind(0) == 0 &&
        (before(1) != 0 || behind(1) != 0 || before(2) != 0 || behind(2) != 0)) {
        auto padded = add(out, before(1), before(2), behind(1), behind(2));
        if (!padded)
            return padded.error();
        importer.give(node, *padded);
        return {};
    }
    for (int axis = 0; axis < in->shape.rank(); ++axis) {
        const std::int64_t first = before(axis), last = behind(axis), length = out.shape[axis];
        if (first < -length || last < -length || first > kMostPad || last > kMostPad)
            return refused("Its padding of " + std::to_string(first) + " and " + std::to_string(last) +
                               " is out of range.",
                           "Export the model again.");
        auto part = cut(importer, node.name(), out, axis, std::max<std::int64_t>(0, -first),
                        length + std::min<std::int64_t>(0, last));
        if (!part)
            return part.error();
        out = *part;
        if (first <= 0 && last <= 0)
            continue;
        Shape shape = out.shape;
        const AroundAxis around(shape, axis);
        shape[axis] += std::max<std::int64_t>(0, first) + std::max<std::int64_t>(0, last);
        part = add(Importer::reshaped(out, around.shape()), std::max<std::int64_t>(0, first), 0,
                   std::max<std::int64_t>(0, last), 0);
        if (!part)
            return part.error();
        out = Importer::reshaped(*part, shape);
    }
    importer.give(node, out);
    return {};
}

// ---- other sizes

/// Factors of height and width, from scales or from sizes; both whole numbers.
Result<std::array<std::int64_t, 2>> factorsOf(Importer& importer, const NodeView& node, const MapsInput& input)
{
    const bool newer = node.op() == "Resize" && importer.opset() >= 11;
    std::vector<double> scales;
    for (const float scale : node.reals("scales"))
        scales.push_back(scale);
    if (node.has("height_scale") || node.has("width_scale")) // before operator set 7
        scales = {1, 1, node.real("height_scale", 1), node.real("width_scale", 1)};
    const int scaleInput = newer ? 2 : 1;
    const HostTensorPtr given = importer.constant(node, scaleInput);
    if (!node.input(scaleInput).empty() && !given)
        return refused("The network computes its scales, but they must be constants.",
                       "Export the model with constants.");
    if (given && !given->isInteger)
        for (const float scale : given->reals)
            scales.push_back(scale);
    if (scales.empty() && newer) {
        const auto sizes = importer.settings(node, {}, 3);
        if (!sizes)
            return sizes.error();
        if (*sizes && (*sizes)->size() == static_cast<std::size_t>(input.shape.rank() + 1)) {
            scales = {1};
            for (int d = 0; d < input.shape.rank(); ++d)
                scales.push_back(static_cast<double>((**sizes)[static_cast<std::size_t>(d) + 1]) /
                                 static_cast<double>(input.shape[d]));
        }
    }
    if (scales.size() != static_cast<std::size_t>(input.shape.rank() + 1))
        return refused("It does not say how much larger its output is.", "Export the model again.");
    std::array<std::int64_t, 2> factors{1, 1};
    for (std::size_t i = 0; i < scales.size(); ++i) {
        const bool place = i >= 2;
        if (!(scales[i] >= 1) || scales[i] > 1 << 20 || std::floor(scales[i]) != scales[i] ||
            (!place && scales[i] != 1))
            return refused("It scales by " + std::to_string(scales[i]) +
                               "; only whole factors of height and width are read.",
                           "Export the model with a whole factor.");
        if (place)
            factors[input.isRow() ? 1 : i - 2] = static_cast<std::int64_t>(scales[i]);
    }
    return factors;
}

/// Does each of `length` pixels come `factor` times? ONNX has many ways to number the places between pixels and to
/// round them; what counts is which pixel is taken.
bool repeatsPixels(const std::string& places, const std::string& rounding, std::int64_t length, std::int64_t factor)
{
    constexpr std::int64_t kMostTried = 1 << 22;
    const std::int64_t size = length * factor; // no overflow: at most 2^40 and 2^20
    if (size > kMostTried)
        return false;
    for (std::int64_t i = 0; i < size; ++i) {
        const auto at = static_cast<double>(i), scale = static_cast<double>(factor);
        double x = 0;
        if (places == "half_pixel" || places == "pytorch_half_pixel") // the latter differs for outputs of one pixel
            x = (at + 0.5) / scale - 0.5;
        else if (places == "tf_half_pixel_for_nn")
            x = (at + 0.5) / scale;
        else if (places == "asymmetric")
            x = at / scale;
        else if (places == "align_corners")
            x = size == 1 ? 0 : at * static_cast<double>(length - 1) / static_cast<double>(size - 1);
        else
            return false;
        const double taken = rounding == "floor"                ? std::floor(x)
                             : rounding == "ceil"               ? std::ceil(x)
                             : rounding == "round_prefer_floor" ? std::ceil(x - 0.5)
                             : rounding == "round_prefer_ceil"  ? std::floor(x + 0.5)
                                                                : -1e9;
        if (taken < -1e6 || std::clamp<std::int64_t>(static_cast<std::int64_t>(taken), 0, length - 1) != i / factor)
            return false;
    }
    return true;
}

/// How neighbours are joined.
Result<std::string> resizeMode(const Importer& importer, const NodeView& node, const Shape& maps,
                               std::array<std::int64_t, 2> factors)
{
    const std::string mode = node.text("mode", "nearest");
    const bool newer = node.op() == "Resize" && importer.opset() >= 11;
    const std::string places = newer ? node.text("coordinate_transformation_mode", "half_pixel") : "asymmetric";
    const std::string rounding = newer ? node.text("nearest_mode", "round_prefer_floor") : "floor";
    const bool halfPixel = places == "half_pixel" || places == "pytorch_half_pixel";
    if (mode == "nearest") {
        if (repeatsPixels(places, rounding, maps[1], factors[0]) &&
            repeatsPixels(places, rounding, maps[2], factors[1]))
            return std::string("nearest");
    } else if (mode == "linear" || mode == "bilinear") {
        if (halfPixel)
            return std::string("bilinear");
        if (places == "align_corners")
            return std::string("bilinear, corners aligned");
    }
    return refused("It resizes in the way '" + printableName(mode, 20) + "', '" + printableName(places, 30) + "', '" +
                       printableName(rounding, 30) + "', which no layer has.",
                   "Export the model with nearest neighbours, or bilinear with half_pixel.");
}

Result<void> resize(Importer& importer, const NodeView& node)
{
    const auto input = mapsInput(importer, node);
    if (!input)
        return input.error();
    const auto factors = factorsOf(importer, node, *input);
    if (!factors)
        return factors.error();
    if (*factors == std::array<std::int64_t, 2>{1, 1})
        return importer.pass(node);
    const auto mode = resizeMode(importer, node, input->maps.shape, *factors);
    if (!mode)
        return mode.error();
    const Params params{{"factorHeight", (*factors)[0]}, {"factorWidth", (*factors)[1]}, {"mode", *mode}};
    const auto out = importer.addLayer("upsample", params, {input->maps}, node.name());
    if (!out)
        return out.error();
    importer.giveSample(node, likeInput(*input, *out));
    return {};
}

Result<void> cast(Importer& importer, const NodeView& node)
{
    using Type = schema::TensorProto;
    const std::int64_t to = node.integer("to", Type::FLOAT);
    if (to != Type::FLOAT && to != Type::DOUBLE && to != Type::FLOAT16 && to != Type::BFLOAT16)
        return refused("It rounds the network's numbers to whole ones.");
    return importer.pass(node);
}

Result<void> identity(Importer& importer, const NodeView& node)
{
    return importer.pass(node);
}

} // namespace

std::vector<ConverterEntry> shapeConverters()
{
    return {{"Cast", cast},      {"Concat", concat},   {"Flatten", flatten},     {"Identity", identity},
            {"Pad", pad},        {"Reshape", reshape}, {"Resize", resize},       {"Slice", slice},
            {"Split", split},    {"Squeeze", squeeze}, {"Transpose", transpose}, {"Unsqueeze", unsqueeze},
            {"Upsample", resize}};
}

} // namespace convarium::engine
