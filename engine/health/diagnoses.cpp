#include "engine/health/diagnoses.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace convarium::engine
{

namespace
{

// Healthy runs of the built-in networks stay below half of each limit.
constexpr double kDeadShare = 0.75;
constexpr double kSaturatedShare = 0.7;
constexpr double kVanished = 1e-4; ///< gradient of a layer, as a share of the largest one behind it
constexpr double kExploded = 3;    ///< gradient, as a share of the size of the weights
constexpr double kChange = 0.15;   ///< of the weights in a step, as a share of their size
constexpr double kLargeWeights = 6;
constexpr double kPurity = 0.7; ///< share of a batch's commonest class
constexpr double kFall = 0.1;   ///< of the loss, over a hundred steps
constexpr double kRise = 1.5;   ///< of the loss, over its first value
constexpr double kLeastRise =
    0.25; ///< and in parts of the loss of guessing: a run that goes on begins with a small one

std::string number(double value, int digits = 2)
{
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits);
    return {text, end.ptr};
}

std::string percent(double share)
{
    return std::to_string(std::lround(100 * share)) + " %";
}

std::string tenth(double rate)
{
    return number(rate / 10, 3);
}

/// A kernel: what weight decay applies to, not biases and factors of norms.
bool isKernel(const TensorInfo& info)
{
    return info.role == TensorRole::Weight && info.decay && info.shape.rank() >= 2;
}

/// The rows of a kernel, one per map or unit, are the same.
bool rowsEqual(const Tensor& t)
{
    const std::int64_t rows = t.shape()[0], size = t.elements() / rows;
    for (std::int64_t r = 1; r < rows; ++r)
        if (!std::equal(t.data(), t.data() + size, t.data() + r * size))
            return false;
    return rows > 1;
}

double rms(const Tensor& t)
{
    double sum = 0;
    for (const float v : t.values())
        sum += static_cast<double>(v) * static_cast<double>(v);
    return std::sqrt(sum / static_cast<double>(std::max<std::int64_t>(1, t.elements())));
}

Diagnosis equalWeights(const GraphSpec& graph, NodeId node, const Tensor& t)
{
    const bool zero = std::all_of(t.values().begin(), t.values().end(), [](float v) { return v == 0; });
    return {Illness::EqualWeights,
            node,
            1,
            1,
            "All " + std::to_string(t.shape()[0]) + " kernels of " + graph.label(node) + " are " +
                (zero ? "zero" : "equal") + ". They get the same gradient in every step and " +
                "stay equal: the layer works like a single map.",
            "Press Reset: random weights break the tie."};
}

Diagnosis largeWeights(const GraphSpec& graph, NodeId node, double times)
{
    return {Illness::LargeWeights,
            node,
            times,
            kLargeWeights,
            "The weights " + graph.label(node) + " began with are " + number(times) + " times as large as its " +
                "number of inputs asks for. Each such layer makes numbers and gradients larger, " +
                "until they saturate or run away.",
            "Press Reset: weights by He's or Glorot's rule keep the numbers at one size. Watch the loss of the first "
            "step fall."};
}

} // namespace

std::string illnessTitle(Illness illness)
{
    switch (illness) {
    case Illness::DeadUnits: return "Dead units";
    case Illness::Saturation: return "Saturated units";
    case Illness::VanishingGradient: return "Vanishing gradient";
    case Illness::ExplodingGradient: return "Exploding gradient";
    case Illness::HighRate: return "Rate too high";
    case Illness::EqualWeights: return "Equal weights";
    case Illness::LargeWeights: return "Weights too large";
    case Illness::BatchNormOfOne: return "Batch norm with batch 1";
    case Illness::OneClassBatches: return "One class per batch";
    case Illness::ConstantLoss: return "Constant loss";
    case Illness::Diverging: return "Diverging loss";
    }
    return {};
}

const LayerHealth* HealthReport::layer(NodeId node) const
{
    const auto found = std::find_if(layers.begin(), layers.end(), [&](const auto& l) { return l.node == node; });
    return found == layers.end() ? nullptr : &*found;
}

std::vector<Diagnosis> judgeStart(const GraphSpec& graph, const ExecutionPlan& plan, const WeightMap& weights)
{
    std::vector<Diagnosis> out;
    NodeId normed = kNoNode;
    for (const Parameter& p : plan.graph->parameters) {
        const Node& node = *graph.node(p.node);
        if (p.info.role == TensorRole::Statistic && !node.frozen && plan.options.batch == 1 && normed != p.node) {
            normed = p.node;
            out.push_back({Illness::BatchNormOfOne, p.node, 1, 2,
                           graph.label(p.node) +
                               " takes mean and variance over a batch of 1 image. What it learns in " +
                               "training does not fit the running values that are used afterwards.",
                           "Set the batch to 16 or more, or put GroupNorm in its place: it needs no batch."});
        }
        const auto tensor = weights.find({p.node, p.info.key});
        if (!p.trainable || !isKernel(p.info) || tensor == weights.end())
            continue;
        if (rowsEqual(tensor->second))
            out.push_back(equalWeights(graph, p.node, tensor->second));
        const double asked = std::sqrt(2.0 / static_cast<double>(std::max<std::int64_t>(1, p.info.fanIn)));
        if (const double times = rms(tensor->second) / asked; times > kLargeWeights)
            out.push_back(largeWeights(graph, p.node, times));
    }
    return out;
}

std::vector<Diagnosis> judgeLayers(const GraphSpec& graph, const std::vector<LayerHealth>& layers, double rate)
{
    std::vector<Diagnosis> out;
    double behind = 0; // the largest gradient of the layers behind
    NodeId largest = kNoNode;
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
        const std::string label = graph.label(layer->node);
        if (layer->deadShare.value_or(0) > kDeadShare)
            out.push_back({Illness::DeadUnits, layer->node, *layer->deadShare, kDeadShare,
                           percent(*layer->deadShare) + " of the " + std::to_string(layer->units) + " units of " +
                               label + " are never above zero on any of the images looked at (limit " +
                               percent(kDeadShare) + "). Their gradient is zero: they learn nothing any more.",
                           "Press Reset and train with a tenth of the rate (" + tenth(rate) +
                               "), or put LeakyReLU in the place of this layer: its slope is never zero."});
        if (layer->saturatedShare.value_or(0) > kSaturatedShare)
            out.push_back({Illness::Saturation, layer->node, *layer->saturatedShare, kSaturatedShare,
                           percent(*layer->saturatedShare) + " of the numbers of " + label +
                               " lie at its flat ends (limit " + percent(kSaturatedShare) +
                               "). There the slope is less than a twentieth, and so is the gradient that passes.",
                           "Press Reset and train with a tenth of the rate (" + tenth(rate) +
                               "), or put BatchNorm before this layer: it keeps the numbers near zero."});
        if (!layer->gradient)
            continue;
        const double relative = *layer->weights > 0 ? *layer->gradient / *layer->weights : 0;
        if (behind > 0 && *layer->gradient < kVanished * behind)
            out.push_back(
                {Illness::VanishingGradient, layer->node, *layer->gradient / behind, kVanished,
                 "The gradient of " + label + " is " + number(*layer->gradient / behind) + " of that of " +
                     graph.label(largest) + " (limit " + number(kVanished) +
                     "). The layer hardly learns; those behind it work with what it happens to give.",
                 "Put BatchNorm after each layer, ReLU in the place of sigmoids, or Add around pairs of layers, "
                 "and compare the first layers' gradients."});
        if (relative > kExploded)
            out.push_back({Illness::ExplodingGradient, layer->node, relative, kExploded,
                           "The gradient of " + label + " is " + number(relative) +
                               " times as large as its weights (limit " + number(kExploded) +
                               "). A step with it leads anywhere.",
                           "Limit the norm of the gradient to 1 in the training settings, or put BatchNorm after each "
                           "layer."});
        if (layer->change.value_or(0) > kChange)
            out.push_back({Illness::HighRate, layer->node, *layer->change, kChange,
                           "One step changes the weights of " + label + " by " + percent(*layer->change) +
                               " of their size (limit " + percent(kChange) + "; about 0.1 % is usual). The rate " +
                               number(rate, 3) + " is too high.",
                           "Press Reset and train with a tenth of the rate (" + tenth(rate) +
                               "): the loss falls without jumps."});
        if (*layer->gradient > behind) {
            behind = *layer->gradient;
            largest = layer->node;
        }
    }
    std::reverse(out.begin(), out.end());
    return out;
}

std::vector<Diagnosis> judgeLosses(const LossWatch& losses, const TrainConfig& config)
{
    std::vector<Diagnosis> out;
    const double purity = losses.batchPurity();
    if (config.batch >= 8 && purity > std::max(kPurity, 1.3 * losses.guess()))
        out.push_back({Illness::OneClassBatches, kNoNode, purity, kPurity,
                       percent(purity) + " of a batch's images are of one class (limit " + percent(kPurity) +
                           "). The network learns that class and forgets the others, in turns.",
                       config.shuffle
                           ? "Mix the classes of the data set."
                           : "Switch Shuffle on in the training settings: every batch then holds all classes."});
    const double least = losses.guess() > 0 ? kLeastRise * -std::log(losses.guess()) : 0;
    if (losses.steps() >= 20 && losses.newestLoss() > kRise * losses.firstLoss() &&
        losses.newestLoss() - losses.firstLoss() > least)
        out.push_back(judgeDivergence(losses, config));
    else if (const auto fall = losses.fall();
             fall && losses.guess() > 0 && *fall < kFall && losses.accuracy() < 1.5 * losses.guess() + 0.02)
        out.push_back({Illness::ConstantLoss, kNoNode, *fall, kFall,
                       "The loss has stood at " + number(losses.newestLoss(), 3) + " for 100 steps, and " +
                           percent(losses.accuracy()) + " are right: no better than guessing (" +
                           percent(losses.guess()) + ").",
                       "Press Reset and try ten times the rate and a tenth of it; look at the lamps of the layers."});
    return out;
}

Diagnosis judgeDivergence(const LossWatch& losses, const TrainConfig& config)
{
    const double rise = losses.firstLoss() > 0 ? losses.newestLoss() / losses.firstLoss() : 0;
    return {Illness::Diverging,
            kNoNode,
            rise,
            kRise,
            "The loss rises: it began at " + number(losses.firstLoss(), 3) + " and is at " +
                number(losses.newestLoss(), 3) + ". The rate " + number(config.rate, 3) + " is probably too high.",
            "Press Reset and train with a tenth of the rate (" + tenth(config.rate) + ")."};
}

} // namespace convarium::engine
