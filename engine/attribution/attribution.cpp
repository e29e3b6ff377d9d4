#include "engine/attribution/attribution.h"

#include "engine/layers/layer.h"
#include "engine/plan/infer_values.h"
#include "engine/train/evaluator.h"
#include "engine/train/reference_run.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine
{

namespace
{

/// The node whose numbers a class is read from, as the reference run takes them.
NodeId scoreNode(const GraphSpec& graph)
{
    const NodeId result = resultNode(graph);
    return graph.node(result)->type == "softmax" ? graph.edgesInto(result).front().from : result;
}

/// The last convolution that still has places, or the activation or norm that alone reads it.
NodeId camNode(const GraphSpec& graph, const ShapedGraph& shaped)
{
    NodeId last = kNoNode;
    for (const NodeId id : shaped.order) {
        const Shape& shape = shaped.shapes.at(id);
        if (findLayer(graph.node(id)->type)->family == "convolution" && shape.isMaps() &&
            shape.height() * shape.width() > 1)
            last = id;
    }
    for (;;) {
        const auto out = last == kNoNode ? std::vector<Edge>() : graph.edgesFrom(last);
        if (out.size() != 1 || !findLayer(graph.node(out.front().to)->type)->docks ||
            graph.edgesInto(out.front().to).size() != 1)
            return last;
        last = out.front().to;
    }
}

Tensor withoutBatch(const TensorOf<float>& values, const Shape& shape)
{
    return {shape, values.values()};
}

Tensor gradCam(const Tensor& maps, const Tensor& slopes)
{
    const Shape& shape = maps.shape();
    const std::int64_t places = shape.height() * shape.width();
    std::vector<double> sum(static_cast<std::size_t>(places));
    for (std::int64_t k = 0; k < shape.channels(); ++k) {
        double slope = 0;
        for (std::int64_t i = 0; i < places; ++i)
            slope += static_cast<double>(slopes[k * places + i]);
        slope /= static_cast<double>(places);
        for (std::int64_t i = 0; i < places; ++i)
            sum[static_cast<std::size_t>(i)] += slope * static_cast<double>(maps[k * places + i]);
    }
    Tensor out(Shape{shape.height(), shape.width()});
    for (std::int64_t i = 0; i < places; ++i)
        out[i] = static_cast<float>(std::max(0.0, sum[static_cast<std::size_t>(i)]));
    return out;
}

/// What hides best is what is there anyway: the paper of a drawing, the middle grey of a photograph.
std::uint8_t median(std::span<const std::uint8_t> pixels)
{
    std::vector<std::uint8_t> sorted(pixels.begin(), pixels.end());
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
    return sorted[sorted.size() / 2];
}

/// The image once for each place of the square, scaled as the network reads it.
std::vector<float> hidden(std::span<const std::uint8_t> pixels, const Shape& shape, std::pair<float, float> scale,
                          const Attribution& a, std::int64_t rows, std::int64_t columns)
{
    const std::int64_t h = shape.height(), w = shape.width(), plane = h * w;
    std::vector<float> image(pixels.size());
    for (std::size_t i = 0; i < pixels.size(); ++i)
        image[i] = static_cast<float>(pixels[i]) * scale.first + scale.second;
    std::vector<float> all;
    all.reserve(image.size() * static_cast<std::size_t>(rows * columns));
    for (std::int64_t place = 0; place < rows * columns; ++place) {
        std::vector<float> part = image;
        const std::int64_t top = place / columns * a.stride, left = place % columns * a.stride;
        for (std::int64_t c = 0; c < shape.channels(); ++c) {
            const float fill = static_cast<float>(median(pixels.subspan(static_cast<std::size_t>(c * plane),
                                                                        static_cast<std::size_t>(plane)))) *
                                   scale.first +
                               scale.second;
            for (std::int64_t y = top; y < std::min(h, top + a.patch); ++y)
                for (std::int64_t x = left; x < std::min(w, left + a.patch); ++x)
                    part[static_cast<std::size_t>(c * plane + y * w + x)] = fill;
        }
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

} // namespace

Result<Attribution> attribute(const GraphSpec& graph, const WeightMap& weights, std::span<const std::uint8_t> pixels,
                              int classIndex, const AttributionOptions& options, const std::atomic<bool>* stop)
{
    const auto inputs = networkInputs(graph);
    const ShapedGraph shaped = inferShapes(graph);
    if (inputs.size() != 1 || !inputs.front().shape.isMaps() ||
        inputs.front().shape.elements() != static_cast<std::int64_t>(pixels.size()))
        return Error{ErrorCode::ShapeMismatch, "The network does not read one image of this size.", {}, {}};
    const Shape& shape = inputs.front().shape;
    ReferenceInput input;
    input.pixels.assign(pixels.begin(), pixels.end());
    input.indices = {0};
    input.scoreClass = classIndex;
    const auto pass = runReference<float>(graph, weights, input);
    if (!pass)
        return pass.error();
    Attribution out;
    out.classIndex = classIndex;
    const NodeId scores = scoreNode(graph);
    out.score = static_cast<double>(pass->outputs.at(scores)[classIndex]);
    out.inputGradient = withoutBatch(pass->outputGradients.at(inputs.front().node), shape);
    const NodeId maps = camNode(graph, shaped);
    if (maps != kNoNode && pass->outputGradients.contains(maps)) {
        out.gradCamNode = maps;
        out.gradCam = gradCam(withoutBatch(pass->outputs.at(maps), shaped.shapes.at(maps)),
                              withoutBatch(pass->outputGradients.at(maps), shaped.shapes.at(maps)));
    }

    const std::int64_t side = std::min(shape.height(), shape.width());
    out.patch = options.patch > 0 ? std::min(options.patch, side) : std::max<std::int64_t>(1, side / 7);
    out.stride = options.stride > 0 ? options.stride : std::max<std::int64_t>(1, out.patch / 2);
    const std::int64_t rows = (shape.height() - out.patch) / out.stride + 1;
    const std::int64_t columns = (shape.width() - out.patch) / out.stride + 1;
    const auto scale = inputScale(graph);
    if (!scale)
        return scale.error();
    const auto images = hidden(pixels, shape, *scale, out, rows, columns);
    const auto judged = inferValues(graph, weights, scores, {images.data()}, rows * columns, 1, stop);
    if (!judged)
        return judged.error();
    out.occlusion = Tensor(Shape{rows, columns});
    for (std::int64_t i = 0; i < rows * columns; ++i)
        out.occlusion[i] = static_cast<float>(
            out.score -
            static_cast<double>(judged->values[static_cast<std::size_t>(i * judged->shape.elements() + classIndex)]));
    return out;
}

double likeness(const Tensor& a, const Tensor& b)
{
    const auto n = static_cast<double>(a.elements());
    double meanA = 0, meanB = 0;
    for (std::int64_t i = 0; i < a.elements(); ++i) {
        meanA += static_cast<double>(a[i]) / n;
        meanB += static_cast<double>(b[i]) / n;
    }
    double both = 0, squareA = 0, squareB = 0;
    for (std::int64_t i = 0; i < a.elements(); ++i) {
        const double x = static_cast<double>(a[i]) - meanA, y = static_cast<double>(b[i]) - meanB;
        both += x * y;
        squareA += x * x;
        squareB += y * y;
    }
    return squareA > 0 && squareB > 0 ? both / std::sqrt(squareA * squareB) : 0;
}

} // namespace convarium::engine
