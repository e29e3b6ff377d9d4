#include "tests/support/layer_case.h"

#include <QtTest>

#include <array>

using namespace convarium::test;

using Numbers = std::vector<float>;

namespace
{

/// A layer, what goes in, what must come out: worked out by hand.
struct Known {
    const char* name;
    const char* layer;
    Params params;
    std::vector<Shape> shapes;
    std::vector<Numbers> inputs; ///< all images of the batch
    std::vector<Numbers> tensors;
    Numbers expected;
    bool training = false;
    std::int64_t batch = 1;
};

Numbers counting(int n)
{
    Numbers v(static_cast<std::size_t>(n));
    std::iota(v.begin(), v.end(), 1.0f);
    return v;
}

Params window(std::int64_t kernel, std::int64_t stride, const char* padding, std::int64_t pad = 0)
{
    Params p{{"padding", std::string(padding)}};
    for (const std::string side : {"Height", "Width"}) {
        p.set("kernel" + side, kernel);
        p.set("stride" + side, stride);
        p.set("pad" + side, pad);
    }
    return p;
}

Params withPads(Params p, const std::array<std::int64_t, 4>& topLeftBottomRight)
{
    p.set("padding", std::string("each side"));
    const char* keys[] = {"padTop", "padLeft", "padBottom", "padRight"};
    for (std::size_t i = 0; i < 4; ++i)
        p.set(keys[i], topLeftBottomRight[i]);
    return p;
}

Params with(Params p, const std::string& key, const ParamValue& value)
{
    p.set(key, value);
    return p;
}

Params conv(std::int64_t filters, const Params& shape)
{
    return with(shape, "filters", filters);
}

const float kTanhHalf = std::tanh(0.5f);
const float kScale = 1 / std::sqrt(1 + 1e-5f);

const std::vector<Known>& knownValues()
{
    const std::int64_t one = 1;
    static const std::vector<Known> rows = {
        {"valid convolution",
         "conv2d",
         conv(1, window(2, 1, "valid")),
         {{1, 3, 3}},
         {counting(9)},
         {{1, 0, 0, -1}, {0.5f}},
         {-3.5f, -3.5f, -3.5f, -3.5f}},
        {"same, even kernel: the odd pixel is at bottom and right",
         "conv2d",
         conv(1, window(2, 1, "same")),
         {{1, 3, 3}},
         {counting(9)},
         {{1, 0, 0, -1}, {0.5f}},
         {-3.5f, -3.5f, 3.5f, -3.5f, -3.5f, 6.5f, 7.5f, 8.5f, 9.5f}},
        {"same, stride 2: the odd pixel is at bottom and right",
         "conv2d",
         conv(1, window(3, 2, "same")),
         {{1, 4, 4}},
         {counting(16)},
         {Numbers(9, 1.0f), {0}},
         {54, 45, 72, 54}},
        {"explicit padding 1, stride 2",
         "conv2d",
         conv(1, window(3, 2, "explicit", 1)),
         {{1, 4, 4}},
         {counting(16)},
         {Numbers(9, 1.0f), {0}},
         {14, 30, 57, 99}},
        {"dilation 2",
         "conv2d",
         with(with(conv(1, window(2, 1, "valid")), "dilationHeight", one + 1), "dilationWidth", one + 1),
         {{1, 3, 3}},
         {counting(9)},
         {{1, 1, 1, 1}, {0}},
         {20}},
        {"two maps, two filters",
         "conv2d",
         conv(2, window(1, 1, "valid")),
         {{2, 1, 2}},
         {{1, 2, 3, 4}},
         {{1, 10, 2, -1}, {100, 0}},
         {131, 142, -1, 0}},
        {"depthwise",
         "conv2d",
         with(conv(2, window(1, 1, "valid")), "groups", one + 1),
         {{2, 1, 2}},
         {{1, 2, 3, 4}},
         {{2, 3}, {0, 1}},
         {2, 4, 10, 13}},
        {"four maps in two groups",
         "conv2d",
         with(with(conv(2, window(1, 1, "valid")), "groups", one + 1), "bias", false),
         {{4, 1, 1}},
         {{1, 2, 3, 4}},
         {{1, 10, 100, 1000}},
         {21, 4300}},
        {"largest of 2x2", "max_pool", window(2, 2, "valid"), {{1, 4, 4}}, {counting(16)}, {}, {6, 8, 14, 16}},
        {"largest of negative numbers ignores padding",
         "max_pool",
         window(3, 2, "explicit", 1),
         {{1, 2, 2}},
         {{-4, -3, -2, -1}},
         {},
         {-1}},
        {"the last row and column are dropped", "max_pool", window(2, 2, "valid"), {{1, 3, 3}}, {counting(9)}, {}, {5}},
        {"same keeps the last row and column",
         "max_pool",
         window(2, 2, "same"),
         {{1, 3, 3}},
         {counting(9)},
         {},
         {5, 6, 8, 9}},
        {"mean of 2x2", "avg_pool", window(2, 2, "valid"), {{1, 4, 4}}, {counting(16)}, {}, {3.5f, 5.5f, 11.5f, 13.5f}},
        {"mean over real cells only", "avg_pool", window(3, 3, "explicit", 1), {{1, 2, 2}}, {{1, 2, 3, 6}}, {}, {3}},
        {"mean that counts padding",
         "avg_pool",
         with(window(3, 3, "explicit", 1), "countPadding", true),
         {{1, 2, 2}},
         {{1, 2, 3, 12}},
         {},
         {2}},
        {"rounded up: the rest makes windows of their own",
         "max_pool",
         with(window(2, 2, "valid"), "ceilMode", true),
         {{1, 3, 3}},
         {counting(9)},
         {},
         {5, 6, 8, 9}},
        {"rounded up: no window starts behind the input",
         "max_pool",
         with(window(1, 2, "valid"), "ceilMode", true),
         {{1, 4, 4}},
         {counting(16)},
         {},
         {1, 3, 9, 11}},
        {"dilated window",
         "max_pool",
         with(with(window(2, 1, "valid"), "dilationHeight", one + 1), "dilationWidth", one + 1),
         {{1, 3, 4}},
         {{9, 99, 3, 1, 99, 99, 99, 99, 5, 99, 2, 4}},
         {},
         {9, 99}},
        {"padding above and to the right",
         "max_pool",
         withPads(window(2, 2, ""), {1, 0, 0, 1}),
         {{1, 3, 3}},
         {counting(9)},
         {},
         {2, 3, 8, 9}},
        {"padding below only", // PyTorch: conv2d of F.pad(x, (0, 0, 0, 1))
         "conv2d",
         conv(1, withPads(window(2, 1, ""), {0, 0, 1, 0})),
         {{1, 2, 2}},
         {counting(4)},
         {{1, 10, 100, 1000}, {0}},
         {4321, 43}},
        {"mean that counts padding, but nothing beyond it", // PyTorch: avg_pool2d(x, 3, 2, 1, ceil_mode=True)
         "avg_pool",
         with(with(window(3, 2, "explicit", 1), "countPadding", true), "ceilMode", true),
         {{1, 4, 4}},
         {counting(16)},
         {},
         {14 / 9.0f, 30 / 9.0f, 12 / 6.0f, 57 / 9.0f, 99 / 9.0f, 36 / 6.0f, 27 / 6.0f, 45 / 6.0f, 16 / 4.0f}},
        {"rounded up: mean over real cells only",
         "avg_pool",
         with(window(2, 2, "valid"), "ceilMode", true),
         {{1, 3, 3}},
         {counting(9)},
         {},
         {3, 4.5f, 7.5f, 9}},
        // The rows up to the pools' are by hand; PyTorch 1.13 gives the same.
        {"each map by itself",
         "depthwise_conv2d",
         window(2, 1, "valid"),
         {{2, 2, 2}},
         {counting(8)},
         {{1, 0, 0, -1, 2, 0, 0, 0}, {0.5f, 0}},
         {-2.5f, 10}},
        {"two kernels per map: maps of one input map lie side by side",
         "depthwise_conv2d",
         with(with(window(1, 1, "valid"), "multiplier", one + 1), "bias", false),
         {{2, 1, 2}},
         {{1, 2, 3, 4}},
         {{1, -1, 2, 3}},
         {1, 2, -1, -2, 6, 8, 9, 12}},
        {"depthwise, then across maps",
         "separable_conv2d",
         conv(2, window(2, 1, "valid")),
         {{2, 2, 2}},
         {counting(8)},
         {{1, 0, 0, -1, 2, 0, 0, 0}, {1, 10, 0, -1}, {0.5f, 0}},
         {97.5f, -10}},
        {"kernels overlap and add up",
         "conv_transpose2d",
         conv(1, window(2, 1, "valid")),
         {{1, 2, 2}},
         {counting(4)},
         {{1, 10, 100, 1000}, {0}},
         {1, 12, 20, 103, 1234, 2040, 300, 3400, 4000}},
        {"stride 2, padding 1, output padding 1",
         "conv_transpose2d",
         with(with(conv(1, window(3, 2, "explicit", 1)), "outputPadHeight", one), "outputPadWidth", one),
         {{1, 2, 2}},
         {counting(4)},
         {counting(9), {0.5f}},
         {5.5f, 14.5f, 10.5f, 12.5f, 14.5f, 36.5f, 24.5f, 30.5f, 15.5f, 34.5f, 20.5f, 24.5f, 24.5f, 55.5f, 32.5f,
          36.5f}},
        {"same: twice the size, the odd row and column are cut at bottom and right",
         "conv_transpose2d",
         conv(1, window(3, 2, "same")),
         {{1, 2, 2}},
         {counting(4)},
         {counting(9), {0}},
         {1, 2, 5, 4, 4, 5, 14, 10, 10, 14, 36, 24, 12, 15, 34, 20}},
        {"gaps between kernels hold the bias",
         "conv_transpose2d",
         conv(1, window(1, 2, "valid")),
         {{1, 2, 2}},
         {counting(4)},
         {{2}, {7}},
         {9, 7, 11, 7, 7, 7, 13, 7, 15}},
        {"order of the weights: maps in, maps out",
         "conv_transpose2d",
         with(conv(2, window(1, 1, "valid")), "bias", false),
         {{2, 1, 1}},
         {{1, 10}},
         {{1, 2, 3, 4}},
         {31, 42}},
        {"two groups",
         "conv_transpose2d",
         with(with(conv(4, window(1, 1, "valid")), "groups", one + 1), "bias", false),
         {{2, 1, 1}},
         {{1, 10}},
         {{1, 2, 3, 4}},
         {1, 2, 30, 40}},
        {"repeats every row",
         "upsample",
         {{"factorWidth", one}},
         {{1, 2, 2}},
         {counting(4)},
         {},
         {1, 2, 1, 2, 3, 4, 3, 4}},
        {"between the centres of pixels",
         "upsample",
         {{"mode", std::string("bilinear")}},
         {{1, 2, 2}},
         {counting(4)},
         {},
         {1, 1.25f, 1.75f, 2, 1.5f, 1.75f, 2.25f, 2.5f, 2.5f, 2.75f, 3.25f, 3.5f, 3, 3.25f, 3.75f, 4}},
        {"corners stay in the corners",
         "upsample",
         {{"mode", std::string("bilinear, corners aligned")}, {"factorHeight", one}},
         {{1, 2, 2}},
         {counting(4)},
         {},
         {1, 4 / 3.0f, 5 / 3.0f, 2, 3, 10 / 3.0f, 11 / 3.0f, 4}},
        {"reflected without the edge itself",
         "pad",
         {{"top", one - 1}, {"bottom", one}, {"left", one + 1}, {"right", one - 1}, {"mode", std::string("reflect")}},
         {{1, 3, 3}},
         {counting(9)},
         {},
         {3, 2, 1, 2, 3, 6, 5, 4, 5, 6, 9, 8, 7, 8, 9, 6, 5, 4, 5, 6}},
        {"edge repeated",
         "pad",
         {{"top", one + 1}, {"bottom", one - 1}, {"left", one}, {"right", one - 1}, {"mode", std::string("edge")}},
         {{1, 3, 3}},
         {counting(9)},
         {},
         {1, 1, 2, 3, 1, 1, 2, 3, 1, 1, 2, 3, 4, 4, 5, 6, 7, 7, 8, 9}},
        {"a constant above and to the right",
         "pad",
         {{"top", one}, {"bottom", one - 1}, {"left", one - 1}, {"right", one}, {"value", -1.0}},
         {{1, 2, 2}},
         {counting(4)},
         {},
         {-1, -1, -1, 1, 2, -1, 3, 4, -1}},
        {"cuts each side by itself",
         "crop",
         {{"top", one}, {"bottom", one - 1}, {"left", one - 1}, {"right", one + 1}},
         {{2, 2, 3}},
         {counting(12)},
         {},
         {4, 10}},
        {"largest of each map", "global_max_pool", {}, {{2, 2, 2}}, {{-1, -4, -2, -3, 5, 7, 6, 4}}, {}, {-1, 7}},
        {"PyTorch's local_response_norm(x, 5), alpha 1",
         "lrn",
         {{"alpha", 1.0}},
         {{6, 1, 1}},
         {counting(6)},
         {},
         {0.36742f, 0.464736f, 0.465302f, 0.439536f, 0.567435f, 0.736238f}},
        {"an even size reaches one map further back", // the first map: 1 / sqrt(2 + 2 / 4 * (1 + 4 + 9))
         "lrn",
         {{"size", one + 3}, {"alpha", 2.0}, {"beta", 0.5}, {"k", 2.0}},
         {{6, 1, 1}},
         {counting(6)},
         {},
         {1 / 3.0f, 2 / std::sqrt(17.0f), 3 / std::sqrt(29.0f), 4 / std::sqrt(45.0f), 0.785674f, 1.05247f}},
        {"beta 1: the fourth map by hand", // 4 / (1 + 3 / 3 * (9 + 16 + 25))
         "lrn",
         {{"size", one + 2}, {"alpha", 3.0}, {"beta", 1.0}},
         {{6, 1, 1}},
         {counting(6)},
         {},
         {1 / 6.0f, 2 / 15.0f, 3 / 30.0f, 4 / 51.0f, 5 / 78.0f, 6 / 62.0f}},
        {"over the whole image, PyTorch's layer_norm(x, [2, 2, 2])",
         "layer_norm",
         {},
         {{2, 2, 2}},
         {counting(8)},
         {counting(8), Numbers(8, 1.0f)},
         {-0.527524f, -1.182177f, -0.963959f, 0.127129f, 2.091088f, 4.927918f, 8.637619f, 13.22019f}},
        {"over the maps at each place",
         "layer_norm",
         {{"over", std::string("the maps at each place")}, {"epsilon", 1e-12}},
         {{2, 1, 2}},
         {{1, 2, 5, 6}},
         {{1, 2}, {0, 10}},
         {-1, -1, 12, 12}},
        {"each map of an image",
         "instance_norm",
         {},
         {{2, 2, 2}},
         {counting(8)},
         {{1, 2}, {0, 10}},
         {-1.341635f, -0.447212f, 0.447212f, 1.341635f, 7.316729f, 9.105577f, 10.894423f, 12.68327f}},
        {"two groups of two maps",
         "group_norm",
         {{"groups", one + 1}, {"epsilon", 1e-12}},
         {{4, 1, 1}},
         {{1, 2, 4, 8}},
         {{1, 2, 3, 4}, {0, 0, 10, 10}},
         {-1, 2, 7, 14}},
        {"mean of each map", "global_avg_pool", {}, {{2, 2, 2}}, {{1, 2, 3, 4, 10, 20, 30, 40}}, {}, {2.5f, 25}},
        {"relu", "relu", {}, {{4}}, {{-2, 0, 0.5f, 3}}, {}, {0, 0, 0.5f, 3}},
        {"tanh", "tanh", {}, {{3}}, {{0, 0.5f, -0.5f}}, {}, {0, kTanhHalf, -kTanhHalf}},
        {"sigmoid", "sigmoid", {}, {{4}}, {{0, std::log(3.0f), -std::log(3.0f), -200}}, {}, {0.5f, 0.75f, 0.25f, 0}},
        {"relu6", "relu6", {}, {{4}}, {{-2, 0.5f, 6, 9}}, {}, {0, 0.5f, 6, 6}},
        {"leaky relu", "leaky_relu", {{"slope", 0.25}}, {{4}}, {{-2, 0, 0.5f, 3}}, {}, {-0.5f, 0, 0.5f, 3}},
        {"prelu, one slope per map", "prelu", {}, {{2, 1, 2}}, {{-2, 4, -2, 4}}, {{0.5f, -1}}, {-1, 4, 2, 4}},
        {"prelu, one slope for all",
         "prelu",
         {{"slopes", std::string("shared")}},
         {{3}},
         {{-2, 4, -1}},
         {{0.5f}},
         {-1, 4, -0.5f}},
        {"elu", "elu", {{"alpha", 2.0}}, {{3}}, {{-std::log(2.0f), 0, 3}}, {}, {-1, 0, 3}},
        {"selu", "selu", {}, {{3}}, {{-std::log(2.0f), 0, 1}}, {}, {-0.87904968f, 0, 1.05070099f}},
        {"silu", "silu", {}, {{3}}, {{0, std::log(3.0f), -std::log(3.0f)}}, {}, {0, 0.8239592f, -0.2746531f}},
        {"gelu: Phi(1) = 0.8413447", "gelu", {}, {{3}}, {{0, 1, -1}}, {}, {0, 0.8413447f, -0.1586553f}},
        {"gelu, tanh form",
         "gelu",
         {{"form", std::string("tanh")}},
         {{3}},
         {{0, 1, -1}},
         {},
         {0, 0.8411920f, -0.1588080f}},
        {"hard swish", "hard_swish", {}, {{5}}, {{-4, -3, -1.5f, 1.5f, 4}}, {}, {0, 0, -0.375f, 1.125f, 4}},
        {"hard sigmoid", "hard_sigmoid", {}, {{5}}, {{-4, -3, 0, 1.5f, 4}}, {}, {0, 0, 0.5f, 0.75f, 1}},
        {"hard sigmoid of ONNX", "hard_sigmoid", {{"alpha", 0.2}}, {{3}}, {{-4, 1, 4}}, {}, {0, 0.7f, 1}},
        {"softplus",
         "softplus",
         {},
         {{4}},
         {{0, std::log(3.0f), -200, 200}},
         {},
         {std::log(2.0f), 2 * std::log(2.0f), 0, 200}},
        {"clip", "clip", {{"min", -1.0}, {"max", 2.0}}, {{4}}, {{-2, -1, 0.5f, 3}}, {}, {-1, -1, 0.5f, 2}},
        {"log softmax",
         "log_softmax",
         {},
         {{3}},
         {{0, std::log(2.0f), std::log(5.0f)}},
         {},
         {-std::log(8.0f), -std::log(4.0f), -std::log(1.6f)}},
        {"log softmax of large scores",
         "log_softmax",
         {},
         {{2}},
         {{1000, 1000}},
         {},
         {-std::log(2.0f), -std::log(2.0f)}},
        {"log softmax over the maps at each place",
         "log_softmax",
         {},
         {{2, 1, 2}},
         {{0, 0, 0, std::log(3.0f)}},
         {},
         {-std::log(2.0f), -std::log(4.0f), -std::log(2.0f), std::log(0.75f)}},
        {"gate: one number per map",
         "multiply",
         {},
         {{2, 1, 2}, {2}},
         {{1, 2, 3, 4}, {10, 100}},
         {},
         {10, 20, 300, 400}},
        {"gate: one map for all", "multiply", {}, {{1, 1, 2}, {2, 1, 2}}, {{2, 3}, {1, 2, 3, 4}}, {}, {2, 6, 6, 12}},
        {"rows times columns", "multiply", {}, {{1, 2, 1}, {1, 1, 2}}, {{2, 3}, {5, 7}}, {}, {10, 14, 15, 21}},
        {"product of three", "multiply", {}, {{2}, {2}, {1}}, {{1, 2}, {3, 4}, {-1}}, {}, {-3, -8}},
        {"difference", "subtract", {}, {{2, 1, 2}, {2}}, {{1, 2, 3, 4}, {10, 100}}, {}, {-9, -8, -97, -96}},
        {"quotient", "divide", {}, {{2}, {2, 1, 2}}, {{6, 12}, {1, 2, 3, -4}}, {}, {6, 3, 4, -3}},
        {"largest", "maximum", {}, {{3}, {3}, {1}}, {{1, 5, -3}, {2, 4, -9}, {-2}}, {}, {2, 5, -2}},
        {"smallest", "minimum", {}, {{3}, {3}, {1}}, {{1, 5, -3}, {2, 4, -9}, {3}}, {}, {1, 3, -9}},
        {"sum that stretches",
         "add",
         {{"broadcast", true}},
         {{2, 1, 2}, {2}},
         {{1, 2, 3, 4}, {10, 100}},
         {},
         {11, 12, 103, 104}},
        {"reshape keeps the order",
         "reshape",
         {{"shape", std::string("2,-1,1")}},
         {{6}},
         {counting(6)},
         {},
         counting(6)},
        {"maps last", "permute", {}, {{2, 1, 3}}, {counting(6)}, {}, {1, 4, 2, 5, 3, 6}},
        {"columns for rows",
         "permute",
         {{"order", std::string("1,3,2")}},
         {{1, 2, 3}},
         {counting(6)},
         {},
         {1, 4, 2, 5, 3, 6}},
        {"mean of rows and columns", "reduce_mean", {}, {{2, 1, 2}}, {{1, 2, 3, 8}}, {}, {1.5f, 5.5f}},
        {"mean picture",
         "reduce_mean",
         {{"axes", std::string("1")}, {"keep", true}},
         {{2, 1, 2}},
         {{1, 2, 3, 8}},
         {},
         {2, 5}},
        {"softmax", "softmax", {}, {{3}}, {{0, std::log(2.0f), std::log(5.0f)}}, {}, {0.125f, 0.25f, 0.625f}},
        {"softmax of large scores", "softmax", {}, {{2}}, {{1000, 1000}}, {}, {0.5f, 0.5f}},
        {"softmax over the maps at each place",
         "softmax",
         {},
         {{2, 1, 2}},
         {{0, 0, 0, std::log(3.0f)}},
         {},
         {0.5f, 0.25f, 0.5f, 0.75f}},
        {"batch norm in training",
         "batch_norm",
         {},
         {{1}},
         {{1, 3}},
         {{2}, {5}, {0}, {1}},
         {5 - 2 * kScale, 5 + 2 * kScale},
         true,
         2},
        {"batch norm by running values",
         "batch_norm",
         {{"epsilon", 1e-8}},
         {{2, 1, 1}},
         {{7, 1}},
         {{3, 1}, {1, 0}, {1, 1}, {4, 1}},
         {10, 0}},
        {"dropout outside training", "dropout", {}, {{3}}, {{1, 2, 3}}, {}, {1, 2, 3}},
        {"dense", "dense", {{"units", one + 1}}, {{3}}, {{1, 2, 3}}, {{1, 10, 100, 1, 0, -1}, {0.5f, 0}}, {321.5f, -2}},
        {"flatten keeps maps, rows, columns", "flatten", {}, {{2, 2, 2}}, {counting(8)}, {}, counting(8)},
        {"add", "add", {}, {{2}, {2}, {2}}, {{1, 2}, {10, 20}, {100, 200}}, {}, {111, 222}},
        {"concat", "concat", {}, {{1, 1, 2}, {2, 1, 2}}, {{1, 2}, {3, 4, 5, 6}}, {}, counting(6)},
        {"concat image by image", "concat", {}, {{1}, {1}}, {{1, 2}, {3, 4}}, {}, {1, 3, 2, 4}, false, 2},
    };
    return rows;
}

} // namespace

class KnownValuesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void outputIsAsWorkedOutByHand_data()
    {
        QTest::addColumn<int>("row");
        for (std::size_t i = 0; i < knownValues().size(); ++i)
            QTest::addRow("%s: %s", knownValues()[i].layer, knownValues()[i].name) << static_cast<int>(i);
    }

    void outputIsAsWorkedOutByHand()
    {
        QFETCH(const int, row);
        const Known& known = knownValues()[static_cast<std::size_t>(row)];
        LayerCase<float> c(*findLayer(known.layer), {known.name, known.shapes, known.params}, known.batch);
        for (std::size_t i = 0; i < known.inputs.size(); ++i) {
            QCOMPARE(c.inputs()[i].size(), known.inputs[i].size());
            c.inputs()[i] = known.inputs[i];
        }
        QCOMPARE(c.tensors().size(), known.tensors.size());
        for (std::size_t i = 0; i < known.tensors.size(); ++i) {
            QCOMPARE(c.tensors()[i].size(), known.tensors[i].size());
            c.tensors()[i] = known.tensors[i];
        }
        const Numbers& output = c.forward(known.training);
        QCOMPARE(output.size(), known.expected.size());
        for (std::size_t i = 0; i < output.size(); ++i)
            QVERIFY2(
                std::abs(output[i] - known.expected[i]) <= 1e-5f * std::max(1.0f, std::abs(known.expected[i])),
                qPrintable(QStringLiteral("element %1 is %2, not %3").arg(i).arg(output[i]).arg(known.expected[i])));
    }

    void everyLayerThatComputesHasAKnownValue()
    {
        for (const LayerDescriptor& layer : layerRegistry()) {
            const bool found = layer.maxInputs == 0 || std::any_of(knownValues().begin(), knownValues().end(),
                                                                   [&](const Known& k) { return layer.id == k.layer; });
            QVERIFY2(found, layer.id.c_str());
        }
    }

    void runningValuesTakeTheUnbiasedVariance()
    {
        const LayerDescriptor& layer = *findLayer("batch_norm");
        LayerCase<double> c(layer, {"", {{1}}, {}}, 2);
        c.inputs()[0] = {1, 3}; // mean 2, variance 1 (biased), 2 (unbiased)
        c.tensors() = {{1}, {0}, {0}, {1}};
        std::vector<double> mean{0}, variance{0};
        ReferenceCall<double> call = c.call(true);
        call.newStatistics = {{}, {}, {mean.data(), 1, {1}}, {variance.data(), 1, {1}}};
        layer.referenceDouble.forward(call);
        QVERIFY(std::abs(mean[0] - 0.2) < 1e-12);
        QVERIFY(std::abs(variance[0] - 1.1) < 1e-12);
    }

    void ofEqualNumbersTheFirstGetsTheGradient()
    {
        const LayerDescriptor& layer = *findLayer("max_pool");
        LayerCase<float> c(layer, {"", {{1, 2, 2}}, {}}, 1);
        c.inputs()[0] = {1, 4, 4, 4};
        c.forward(true);
        Numbers gradient(4, 0.0f);
        const Numbers incoming{3};
        ReferenceCall<float> call = c.call(true);
        call.outputGradient = {incoming.data(), 1, c.outputShape()};
        call.inputGradients = {{gradient.data(), 1, c.inputShapes()[0]}};
        layer.reference.backward(call);
        QCOMPARE(gradient, (Numbers{0, 3, 0, 0}));
    }

    void anyLayoutGivesTheSameNumbers()
    {
        for (const LayerDescriptor& layer : layerRegistry())
            for (const LayerSample& sample : layer.samples) {
                LayerCase<float> c(layer, sample, 2);
                const Numbers expected = c.forward(true);
                // The same numbers with the first axis last and three unused numbers behind every place.
                std::vector<Numbers> storage;
                ReferenceCall<float> call = c.call(true);
                const auto channelsLast = [&](const Shape& shape) {
                    std::array<std::int64_t, kMaxRank> strides{1};
                    std::int64_t step = shape.channels() + 3;
                    for (int d = shape.rank() - 1; d > 0; --d) {
                        strides[static_cast<std::size_t>(d)] = step;
                        step *= shape[d];
                    }
                    storage.emplace_back(static_cast<std::size_t>(2 * step), std::nanf(""));
                    return TensorView<float>(storage.back().data(), 2, shape, strides, step);
                };
                storage.reserve(c.inputs().size() + 1);
                for (std::size_t i = 0; i < c.inputs().size(); ++i) {
                    const TensorView<float> view = channelsLast(c.inputShapes()[i]);
                    for (std::int64_t n = 0; n < 2; ++n)
                        for (std::int64_t e = 0; e < view.elements(); ++e)
                            view.flat(n, e) = call.inputs[i].flat(n, e);
                    call.inputs[i] = view;
                }
                if (layer.maxInputs == 0)
                    continue;
                call.output = channelsLast(c.outputShape());
                layer.reference.forward(call);
                for (std::int64_t n = 0; n < 2; ++n)
                    for (std::int64_t e = 0; e < call.output.elements(); ++e)
                        QVERIFY2(call.output.flat(n, e) ==
                                     expected[static_cast<std::size_t>(n * call.output.elements() + e)],
                                 qPrintable(QString::fromStdString(layer.id + ", " + sample.name)));
            }
    }
};

QTEST_APPLESS_MAIN(KnownValuesTest)
#include "known_values_test.moc"
