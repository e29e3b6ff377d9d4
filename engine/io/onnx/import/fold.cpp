// What an ONNX graph computes before it runs: shapes, constants, and small arithmetic on them.
#include "engine/io/onnx/import/converters.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace convarium::engine
{

namespace
{

using Sizes = std::vector<std::int64_t>;

std::int64_t product(const Sizes& sizes, std::size_t from = 0)
{
    return std::accumulate(sizes.begin() + static_cast<std::ptrdiff_t>(from), sizes.end(), std::int64_t{1},
                           std::multiplies<>());
}

Result<std::size_t> axisIn(std::int64_t axis, std::size_t rank)
{
    const std::int64_t counted = axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
    if (counted < 0 || counted >= static_cast<std::int64_t>(rank))
        return refused("It names axis " + std::to_string(axis) + " of a constant that has " + std::to_string(rank) +
                           ".",
                       "Export the model again.");
    return static_cast<std::size_t>(counted);
}

/// A tensor of the same kind with these sizes, to be filled.
Result<HostTensor> emptyLike(Importer& importer, bool isInteger, const Sizes& sizes)
{
    const auto count = importer.budget().take(sizes);
    if (!count)
        return count.error();
    HostTensor out;
    out.sizes = sizes;
    out.isInteger = isInteger;
    if (isInteger)
        out.integers.resize(static_cast<std::size_t>(*count));
    else
        out.reals.resize(static_cast<std::size_t>(*count));
    return out;
}

void copyElement(const HostTensor& from, std::int64_t i, HostTensor& to, std::int64_t j)
{
    if (from.isInteger)
        to.integers[static_cast<std::size_t>(j)] = from.integers[static_cast<std::size_t>(i)];
    else
        to.reals[static_cast<std::size_t>(j)] = from.reals[static_cast<std::size_t>(i)];
}

// ---- where constants come from

Result<void> foldShape(Importer& importer, const NodeView& node)
{
    HostTensor out;
    out.isInteger = true;
    if (const HostTensorPtr known = importer.constant(node, 0)) {
        out.integers = known->sizes;
    } else {
        const auto wire = importer.wire(node, 0);
        if (!wire)
            return wire.error();
        out.integers = importer.sizesOf(*wire);
    }
    const auto rank = static_cast<std::int64_t>(out.integers.size());
    const auto place = [&](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + rank : i, 0, rank); };
    const std::int64_t start = place(node.integer("start", 0)), end = std::max(start, place(node.integer("end", rank)));
    out.integers = Sizes(out.integers.begin() + start, out.integers.begin() + end);
    out.sizes = {static_cast<std::int64_t>(out.integers.size())};
    importer.giveConstant(node, std::move(out));
    return {};
}

Result<void> foldConstant(Importer& importer, const NodeView& node)
{
    HostTensor out;
    if (const schema::TensorProto* tensor = node.tensor("value")) {
        auto read = readTensor(*tensor, importer.folder(), importer.budget());
        if (!read)
            return read.error();
        out = *std::move(read);
        out.name.clear();
    } else if (node.has("value_float") || node.has("value_floats")) {
        out.reals = node.has("value_floats") ? node.reals("value_floats")
                                             : std::vector<float>{static_cast<float>(node.real("value_float", 0))};
        if (node.has("value_floats"))
            out.sizes = {static_cast<std::int64_t>(out.reals.size())};
    } else if (node.has("value_int") || node.has("value_ints")) {
        out.isInteger = true;
        out.integers = node.has("value_ints") ? node.integers("value_ints") : Sizes{node.integer("value_int", 0)};
        if (node.has("value_ints"))
            out.sizes = {static_cast<std::int64_t>(out.integers.size())};
    } else {
        return refused("It has no numbers.", "Export the model again.");
    }
    importer.giveConstant(node, std::move(out));
    return {};
}

Result<void> foldConstantOfShape(Importer& importer, const NodeView& node)
{
    const auto shape = importer.settings(node, {}, 0);
    if (!shape)
        return shape.error();
    if (!*shape)
        return refused("It lacks its shape.", "Export the model again.");
    HostTensor value;
    value.reals = {0};
    if (const schema::TensorProto* given = node.tensor("value")) {
        auto read = readTensor(*given, importer.folder(), importer.budget());
        if (!read)
            return read.error();
        value = *std::move(read);
        if (value.elements() != 1)
            return refused("Its value is not one number.", "Export the model again.");
    }
    auto out = emptyLike(importer, value.isInteger, **shape);
    if (!out)
        return out.error();
    for (std::int64_t i = 0; i < out->elements(); ++i)
        copyElement(value, 0, *out, i);
    importer.giveConstant(node, *std::move(out));
    return {};
}

Result<void> foldRange(Importer& importer, const NodeView& node)
{
    const HostTensorPtr start = importer.constant(node, 0), limit = importer.constant(node, 1),
                        delta = importer.constant(node, 2);
    if (!start || !limit || !delta || !start->isInteger || !limit->isInteger || !delta->isInteger ||
        start->elements() != 1 || limit->elements() != 1 || delta->elements() != 1 || delta->integers[0] == 0 ||
        start->integers[0] == kBatchSize || limit->integers[0] == kBatchSize)
        return refused("Only a range of whole numbers is read.", "Export the model without it.");
    const double span = static_cast<double>(limit->integers[0]) - static_cast<double>(start->integers[0]);
    const double count = std::max(0.0, std::ceil(span / static_cast<double>(delta->integers[0])));
    if (count > 1e6)
        return refused("The range has more than a million numbers.", "Export the model without it.");
    HostTensor out;
    out.isInteger = true;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(count); ++i)
        out.integers.push_back(start->integers[0] + i * delta->integers[0]);
    out.sizes = {out.elements()};
    importer.giveConstant(node, std::move(out));
    return {};
}

// ---- the same numbers in another shape

/// The first input with new sizes; it stays the initializer it was.
Result<void> giveReshaped(Importer& importer, const NodeView& node, const Sizes& sizes)
{
    const auto count = importer.budget().take(sizes);
    if (!count)
        return count.error();
    HostTensor out = *importer.constant(node, 0);
    if (*count != out.elements())
        return refused("A constant of the shape " + sizesText(out.sizes) + " cannot be read as " + sizesText(sizes) +
                           ".",
                       "Export the model again.");
    out.sizes = sizes;
    importer.giveConstant(node, std::move(out));
    return {};
}

Result<void> foldReshape(Importer& importer, const NodeView& node)
{
    const auto target = importer.settings(node, "shape", 1);
    if (!target)
        return target.error();
    if (!*target)
        return refused("It lacks its shape.", "Export the model again.");
    const HostTensor& in = *importer.constant(node, 0);
    Sizes sizes = **target;
    std::int64_t known = 1;
    std::size_t open = sizes.size();
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        if (sizes[i] == 0 && i < in.sizes.size() && node.integer("allowzero", 0) == 0)
            sizes[i] = in.sizes[i];
        if (sizes[i] == -1 && open == sizes.size())
            open = i;
        else if (sizes[i] < 0 || __builtin_mul_overflow(known, sizes[i], &known))
            return refused("It has the target shape " + sizesText(sizes) + ".", "Export the model again.");
    }
    if (open < sizes.size())
        sizes[open] = known == 0 ? 0 : in.elements() / known;
    return giveReshaped(importer, node, sizes);
}

Result<void> foldFlatten(Importer& importer, const NodeView& node)
{
    const HostTensor& in = *importer.constant(node, 0);
    std::int64_t axis = node.integer("axis", 1);
    axis = axis < 0 ? axis + static_cast<std::int64_t>(in.sizes.size()) : axis;
    if (axis < 0 || axis > static_cast<std::int64_t>(in.sizes.size()))
        return refused("It names an axis that its input does not have.", "Export the model again.");
    const auto at = static_cast<std::size_t>(axis);
    return giveReshaped(importer, node,
                        {product(Sizes(in.sizes.begin(), in.sizes.begin() + axis)), product(in.sizes, at)});
}

Result<void> foldUnsqueeze(Importer& importer, const NodeView& node)
{
    const auto axes = importer.settings(node, "axes", 1);
    if (!axes)
        return axes.error();
    const HostTensor& in = *importer.constant(node, 0);
    const std::size_t rank = in.sizes.size() + (*axes ? (*axes)->size() : 0);
    if (!*axes || rank > 16)
        return refused("It names no axes, or far too many.", "Export the model again.");
    std::vector<bool> added(rank);
    for (const std::int64_t axis : **axes) {
        const auto at = axisIn(axis, rank);
        if (!at)
            return at.error();
        added[*at] = true;
    }
    Sizes sizes;
    auto next = in.sizes.begin();
    for (std::size_t i = 0; i < rank; ++i)
        sizes.push_back(added[i] || next == in.sizes.end() ? 1 : *next++);
    return giveReshaped(importer, node, sizes);
}

Result<void> foldSqueeze(Importer& importer, const NodeView& node)
{
    const auto axes = importer.settings(node, "axes", 1);
    if (!axes)
        return axes.error();
    const HostTensor& in = *importer.constant(node, 0);
    std::vector<bool> gone(in.sizes.size());
    for (std::size_t i = 0; i < in.sizes.size() && !*axes; ++i)
        gone[i] = in.sizes[i] == 1;
    for (const std::int64_t axis : *axes ? **axes : Sizes()) {
        const auto at = axisIn(axis, in.sizes.size());
        if (!at)
            return at.error();
        gone[*at] = true;
    }
    Sizes sizes;
    for (std::size_t i = 0; i < in.sizes.size(); ++i)
        if (!gone[i])
            sizes.push_back(in.sizes[i]);
    return giveReshaped(importer, node, sizes);
}

Result<void> foldTranspose(Importer& importer, const NodeView& node)
{
    const HostTensor& in = *importer.constant(node, 0);
    const std::size_t rank = in.sizes.size();
    Sizes order = node.integers("perm");
    if (!node.has("perm"))
        for (std::size_t i = rank; i-- > 0;)
            order.push_back(static_cast<std::int64_t>(i));
    Sizes sorted = order;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 0; i < std::max(sorted.size(), rank); ++i)
        if (sorted.size() != rank || sorted[i] != static_cast<std::int64_t>(i))
            return refused("Its order of the axes is not one of a constant with " + std::to_string(rank) + ".",
                           "Export the model again.");
    Sizes sizes, strides;
    for (const std::int64_t axis : order) {
        sizes.push_back(in.sizes[static_cast<std::size_t>(axis)]);
        strides.push_back(product(in.sizes, static_cast<std::size_t>(axis) + 1));
    }
    auto out = emptyLike(importer, in.isInteger, sizes);
    if (!out)
        return out.error();
    for (std::int64_t i = 0; i < out->elements(); ++i) {
        std::int64_t rest = i, from = 0;
        for (std::size_t d = rank; d-- > 0;) {
            from += rest % sizes[d] * strides[d];
            rest /= sizes[d];
        }
        copyElement(in, from, *out, i);
    }
    if (rank == 2 && order[0] == 1) {
        out->name = in.name;
        out->storedSizes = in.storedSizes;
        out->transposed = !in.transposed;
    }
    importer.giveConstant(node, *std::move(out));
    return {};
}

// ---- parts of constants

Result<void> foldGather(Importer& importer, const NodeView& node)
{
    const HostTensor& in = *importer.constant(node, 0);
    const HostTensor& indices = *importer.constant(node, 1);
    if (!indices.isInteger)
        return refused("The places it takes are not whole numbers.", "Export the model again.");
    const auto axis = axisIn(node.integer("axis", 0), in.sizes.size());
    if (!axis)
        return axis.error();
    Sizes sizes(in.sizes.begin(), in.sizes.begin() + static_cast<std::ptrdiff_t>(*axis));
    const std::int64_t outer = product(sizes), inner = product(in.sizes, *axis + 1), length = in.sizes[*axis];
    sizes.insert(sizes.end(), indices.sizes.begin(), indices.sizes.end());
    sizes.insert(sizes.end(), in.sizes.begin() + static_cast<std::ptrdiff_t>(*axis) + 1, in.sizes.end());
    auto out = emptyLike(importer, in.isInteger, sizes);
    if (!out)
        return out.error();
    std::int64_t to = 0;
    for (std::int64_t o = 0; o < outer; ++o)
        for (const std::int64_t index : indices.integers) {
            const std::int64_t at = index < 0 ? index + length : index;
            if (at < 0 || at >= length)
                return refused("It takes number " + std::to_string(index) + " of " + std::to_string(length) + ".",
                               "Export the model again.");
            for (std::int64_t i = 0; i < inner; ++i)
                copyElement(in, (o * length + at) * inner + i, *out, to++);
        }
    importer.giveConstant(node, *std::move(out));
    return {};
}

Result<void> foldSlice(Importer& importer, const NodeView& node)
{
    const auto cuts = sliceCuts(importer, node);
    if (!cuts)
        return cuts.error();
    HostTensor in = *importer.constant(node, 0);
    for (const SliceCut& cut : *cuts) {
        const auto axis = axisIn(cut.axis, in.sizes.size());
        if (!axis)
            return axis.error();
        const std::int64_t length = in.sizes[*axis], inner = product(in.sizes, *axis + 1);
        const SliceRange range = cut.within(length);
        Sizes sizes = in.sizes;
        sizes[*axis] = range.count;
        auto out = emptyLike(importer, in.isInteger, sizes);
        if (!out)
            return out.error();
        for (std::int64_t j = 0; j < out->elements(); ++j) {
            const std::int64_t row = j / inner, outer = row / range.count, at = row % range.count;
            copyElement(in, (outer * length + range.start + at * range.step) * inner + j % inner, *out, j);
        }
        in = *std::move(out);
    }
    importer.giveConstant(node, std::move(in));
    return {};
}

Result<void> foldConcat(Importer& importer, const NodeView& node)
{
    const HostTensor& first = *importer.constant(node, 0);
    const auto axis = axisIn(node.integer("axis", importer.opset() < 4 ? 1 : 0), first.sizes.size());
    if (!axis)
        return axis.error();
    Sizes sizes = first.sizes;
    sizes[*axis] = 0;
    for (int k = 0; k < node.inputs(); ++k) {
        const HostTensor& in = *importer.constant(node, k);
        Sizes others = in.sizes;
        if (others.size() == sizes.size())
            others[*axis] = sizes[*axis];
        if (others != sizes || in.isInteger != first.isInteger ||
            __builtin_add_overflow(sizes[*axis], in.sizes[*axis], &sizes[*axis]))
            return refused("It joins constants of different kinds or shapes.", "Export the model again.");
    }
    auto out = emptyLike(importer, first.isInteger, sizes);
    if (!out)
        return out.error();
    const std::int64_t outer = product(Sizes(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(*axis)));
    std::int64_t to = 0;
    for (std::int64_t o = 0; o < outer; ++o)
        for (int k = 0; k < node.inputs(); ++k) {
            const HostTensor& in = *importer.constant(node, k);
            const std::int64_t part = product(in.sizes, *axis);
            for (std::int64_t i = 0; i < part; ++i)
                copyElement(in, o * part + i, *out, to++);
        }
    importer.giveConstant(node, *std::move(out));
    return {};
}

// ---- arithmetic

/// The kinds a cast can be about: whole numbers and real ones.
Result<void> foldCast(Importer& importer, const NodeView& node)
{
    using Type = schema::TensorProto;
    const std::int64_t to = node.integer("to", Type::FLOAT);
    const bool real = to == Type::FLOAT || to == Type::DOUBLE || to == Type::FLOAT16 || to == Type::BFLOAT16;
    if (const auto count = importer.budget().take(importer.constant(node, 0)->sizes); !count)
        return count.error();
    HostTensor out = *importer.constant(node, 0);
    if (real && out.isInteger) {
        for (const std::int64_t value : out.integers) {
            if (value == kBatchSize && !importer.fixedBatch())
                return importer.batchTrouble("It computes with the size of the batch, which the model leaves open.");
            out.reals.push_back(static_cast<float>(value == kBatchSize ? *importer.fixedBatch() : value));
        }
        out.integers.clear();
        out.isInteger = false;
        out.name.clear();
    } else if (!real && !out.isInteger) {
        for (const float value : out.reals) {
            if (!(std::abs(value) < 9e18f))
                return refused("It makes a whole number of " + std::to_string(value) + ".", "Export the model again.");
            out.integers.push_back(static_cast<std::int64_t>(value));
        }
        out.reals.clear();
        out.isInteger = true;
        out.name.clear();
    }
    importer.giveConstant(node, std::move(out));
    return {};
}

/// One step of whole-number arithmetic; nothing where it overflows or divides by zero.
std::optional<std::int64_t> whole(const std::string& op, std::int64_t a, std::int64_t b)
{
    std::int64_t out = 0;
    if (op == "Add"   ? __builtin_add_overflow(a, b, &out)
        : op == "Sub" ? __builtin_sub_overflow(a, b, &out)
        : op == "Mul" ? __builtin_mul_overflow(a, b, &out)
                      : b == 0 || (b == -1 && a == std::numeric_limits<std::int64_t>::min()))
        return std::nullopt;
    return op == "Div" ? a / b : out;
}

float real(const std::string& op, float a, float b)
{
    return op == "Add" ? a + b : op == "Sub" ? a - b : op == "Mul" ? a * b : a / b;
}

Result<std::int64_t> wholeOf(Importer& importer, const std::string& op, std::int64_t a, std::int64_t b)
{
    if (a == kBatchSize && ((b == 1 && (op == "Mul" || op == "Div")) || (b == 0 && (op == "Add" || op == "Sub"))))
        return a;
    if (b == kBatchSize && ((a == 1 && op == "Mul") || (a == 0 && op == "Add")))
        return b;
    if ((a == kBatchSize || b == kBatchSize) && !importer.fixedBatch())
        return importer.batchTrouble("It computes with the size of the batch, which the model leaves open.");
    const auto out =
        whole(op, a == kBatchSize ? *importer.fixedBatch() : a, b == kBatchSize ? *importer.fixedBatch() : b);
    if (!out)
        return refused("Its whole numbers overflow or divide by zero.", "Export the model again.");
    return *out;
}

/// The shape of two values together: sizes of 1 stretch, missing ones in front count as 1.
Result<Sizes> commonSizes(const Sizes& a, const Sizes& b)
{
    Sizes sizes(std::max(a.size(), b.size()), 1);
    for (const Sizes* part : {&a, &b})
        for (std::size_t d = 0; d < part->size(); ++d) {
            std::int64_t& size = sizes[sizes.size() - part->size() + d];
            if (size != 1 && (*part)[d] != 1 && size != (*part)[d])
                return refused("Constants of the shapes " + sizesText(a) + " and " + sizesText(b) +
                                   " do not fit together.",
                               "Export the model again.");
            size = size == 1 ? (*part)[d] : size;
        }
    return sizes;
}

/// Which number of a constant stands at place i of a shape that it is stretched to.
std::int64_t placeIn(const Sizes& own, const Sizes& sizes, std::int64_t i)
{
    std::int64_t at = 0, stride = 1;
    for (std::size_t d = own.size(), full = sizes.size(); d-- > 0;) {
        const std::int64_t place = i % sizes[--full];
        i /= sizes[full];
        at += own[d] == 1 ? 0 : place * stride;
        stride *= own[d];
    }
    return at;
}

Result<void> foldBinary(Importer& importer, const NodeView& node)
{
    const HostTensor& a = *importer.constant(node, 0);
    const HostTensor& b = *importer.constant(node, 1);
    if (a.isInteger != b.isInteger)
        return refused("It mixes whole and real numbers.", "Export the model again.");
    const auto sizes = commonSizes(a.sizes, b.sizes);
    if (!sizes)
        return sizes.error();
    auto out = emptyLike(importer, a.isInteger, *sizes);
    if (!out)
        return out.error();
    for (std::int64_t i = 0; i < out->elements(); ++i) {
        const std::int64_t atLeft = placeIn(a.sizes, *sizes, i), atRight = placeIn(b.sizes, *sizes, i);
        if (!a.isInteger) {
            out->reals[static_cast<std::size_t>(i)] =
                real(node.op(), a.reals[static_cast<std::size_t>(atLeft)], b.reals[static_cast<std::size_t>(atRight)]);
            continue;
        }
        const auto value = wholeOf(importer, node.op(), a.integers[static_cast<std::size_t>(atLeft)],
                                   b.integers[static_cast<std::size_t>(atRight)]);
        if (!value)
            return value.error();
        out->integers[static_cast<std::size_t>(i)] = *value;
    }
    importer.giveConstant(node, *std::move(out));
    return {};
}

/// Neg, Floor, Ceil, Sqrt.
Result<void> foldUnary(Importer& importer, const NodeView& node)
{
    if (const auto count = importer.budget().take(importer.constant(node, 0)->sizes); !count)
        return count.error();
    HostTensor out = *importer.constant(node, 0);
    out.name.clear();
    for (std::int64_t& value : out.integers) {
        if (value == kBatchSize)
            return importer.batchTrouble("It computes with the size of the batch.");
        if (node.op() == "Neg")
            value = -std::max(value, -std::numeric_limits<std::int64_t>::max());
    }
    for (float& value : out.reals)
        value = node.op() == "Neg"     ? -value
                : node.op() == "Floor" ? std::floor(value)
                : node.op() == "Ceil"  ? std::ceil(value)
                                       : std::sqrt(value);
    importer.giveConstant(node, std::move(out));
    return {};
}

Result<void> foldExpand(Importer& importer, const NodeView& node)
{
    const auto shape = importer.settings(node, {}, 1);
    if (!shape)
        return shape.error();
    const HostTensor& in = *importer.constant(node, 0);
    if (!*shape)
        return refused("It lacks its shape.", "Export the model again.");
    const auto sizes = commonSizes(in.sizes, **shape);
    if (!sizes)
        return sizes.error();
    auto out = emptyLike(importer, in.isInteger, *sizes);
    if (!out)
        return out.error();
    for (std::int64_t i = 0; i < out->elements(); ++i)
        copyElement(in, placeIn(in.sizes, *sizes, i), *out, i);
    importer.giveConstant(node, *std::move(out));
    return {};
}

/// The number of elements, of what the network computes too.
Result<void> foldSize(Importer& importer, const NodeView& node)
{
    Sizes sizes;
    if (const HostTensorPtr known = importer.constant(node, 0)) {
        sizes = known->sizes;
    } else {
        const auto wire = importer.wire(node, 0);
        if (!wire)
            return wire.error();
        sizes = importer.sizesOf(*wire);
    }
    HostTensor out;
    out.isInteger = true;
    out.integers = {1};
    for (const std::int64_t size : sizes) {
        const auto count = wholeOf(importer, "Mul", out.integers[0], size);
        if (!count)
            return count.error();
        out.integers[0] = *count;
    }
    importer.giveConstant(node, std::move(out));
    return {};
}

Result<void> foldIdentity(Importer& importer, const NodeView& node)
{
    return importer.pass(node);
}

struct FoldEntry {
    const char* op;
    Converter fold;
    int inputs = 1; ///< needed at least
};

constexpr FoldEntry kFolds[] = {
    {"Add", foldBinary, 2},       {"Sub", foldBinary, 2},
    {"Mul", foldBinary, 2},       {"Div", foldBinary, 2},
    {"Cast", foldCast},           {"Ceil", foldUnary},
    {"Concat", foldConcat},       {"ConstantOfShape", foldConstantOfShape},
    {"Expand", foldExpand, 2},    {"Flatten", foldFlatten},
    {"Floor", foldUnary},         {"Gather", foldGather, 2},
    {"Identity", foldIdentity},   {"Neg", foldUnary},
    {"Range", foldRange, 3},      {"Reshape", foldReshape},
    {"Slice", foldSlice},         {"Sqrt", foldUnary},
    {"Squeeze", foldSqueeze},     {"Transpose", foldTranspose},
    {"Unsqueeze", foldUnsqueeze},
};

} // namespace

SliceRange SliceCut::within(std::int64_t length) const
{
    const std::int64_t back = step < 0 ? 1 : 0; // backwards, the end lies before the first number
    const auto place = [&](std::int64_t at, std::int64_t least) {
        return std::clamp<std::int64_t>(at < 0 ? at + length : at, least, std::max(least, length - back));
    };
    SliceRange range;
    range.start = place(start, 0);
    range.step = std::clamp<std::int64_t>(step, -length - 1, length + 1); // farther is out in any case
    const std::int64_t way = place(end, -back) - range.start;
    if (length > 0 && (way < 0) == (range.step < 0) && way != 0)
        range.count = (way + range.step - (range.step < 0 ? -1 : 1)) / range.step;
    return range;
}

Result<std::vector<SliceCut>> sliceCuts(Importer& importer, const NodeView& node)
{
    Sizes starts, ends, axes, steps;
    const std::tuple<const char*, int, Sizes*> parts[] = {
        {"starts", 1, &starts}, {"ends", 2, &ends}, {"axes", 3, &axes}, {"", 4, &steps}};
    for (const auto& [attribute, input, list] : parts) {
        auto found = importer.settings(node, attribute, input);
        if (!found)
            return found.error();
        if (*found)
            *list = **found;
    }
    for (std::size_t i = axes.size(); i < starts.size(); ++i)
        axes.push_back(static_cast<std::int64_t>(i));
    steps.resize(starts.size(), 1);
    if (ends.size() != starts.size() || axes.size() != starts.size())
        return refused("Its starts and ends are not equally many.", "Export the model again.");
    std::vector<SliceCut> cuts;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        if (steps[i] == 0)
            return refused("It goes on by steps of 0.", "Export the model again.");
        cuts.push_back({starts[i], ends[i], axes[i], steps[i]});
    }
    return cuts;
}

Result<bool> foldNode(Importer& importer, const NodeView& node)
{
    const auto done = [](const Result<void>& folded) -> Result<bool> {
        if (!folded)
            return folded.error();
        return true;
    };
    if (node.op() == "Shape" && !node.input(0).empty())
        return done(foldShape(importer, node));
    if (node.op() == "Size" && !node.input(0).empty())
        return done(foldSize(importer, node));
    if (node.op() == "Constant")
        return done(foldConstant(importer, node));
    const auto entry =
        std::find_if(std::begin(kFolds), std::end(kFolds), [&](const FoldEntry& e) { return node.op() == e.op; });
    if (entry == std::end(kFolds) || node.inputs() < entry->inputs)
        return false;
    for (int i = 0; i < node.inputs(); ++i)
        if (!importer.constant(node, i) && (i < entry->inputs || !node.input(i).empty()))
            return false;
    if (node.op() == std::string("Concat") && node.inputs() == 0)
        return false;
    return done(entry->fold(importer, node));
}

} // namespace convarium::engine
