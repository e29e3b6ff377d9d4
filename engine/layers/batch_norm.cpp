#include "engine/layers/messages.h"
#include "engine/layers/reference.h"
#include "engine/layers/settings.h"
#include "engine/ops/op_graph_builder.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine
{
namespace
{

struct Formulas {
    template <class I>
    static LayerFormulas<I> eval(const FormulaContext<I>& c)
    {
        LayerFormulas<I> f;
        f.output = c.inputs[0];
        f.weights = I(2) * c.inputs[0].sizes[0];
        f.statistics = f.weights;
        return f;
    }
};

enum Tensors { Gamma, Beta, RunningMean, RunningVariance };

/// Mean and variance of one map: of the batch in training, else the running ones.
template <class W>
struct Statistics {
    W mean = 0;
    W variance = 0; ///< biased
    double count = 0;
    W inverseDeviation = 0;
};

/// y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, map by map (or number by number of a list).
struct Reference {
    template <class T>
    static Statistics<Wide<T>> statistics(const ReferenceCall<T>& call, std::int64_t channel)
    {
        using std::sqrt;
        Statistics<Wide<T>> s;
        if (call.training) {
            forEachOf(call, channel, [&](std::int64_t n, std::int64_t i) {
                s.mean += call.inputs[0].flat(n, i);
                ++s.count;
            });
            s.mean = called(s.mean / s.count, "mean");
            forEachOf(call, channel, [&](std::int64_t n, std::int64_t i) {
                const Wide<T> d = call.inputs[0].flat(n, i) - s.mean;
                s.variance += d * d;
            });
            s.variance = called(s.variance / s.count, "variance");
        } else {
            s.mean = call.tensors[RunningMean].at(0, channel);
            s.variance = call.tensors[RunningVariance].at(0, channel);
        }
        s.inverseDeviation = 1 / called(sqrt(s.variance + call.params->real("epsilon")), "deviation");
        return s;
    }
    template <class T>
    static bool wantsChannel(const ReferenceCall<T>& call, Focus::Of of, std::int64_t channel)
    {
        const std::int64_t area = call.inputs[0].elements() / call.inputs[0].shape().channels();
        const Only only = call.only(of);
        return only.element < 0 || only.element / area == channel;
    }
    /// Calls f(image, element) for all numbers of a map in the batch.
    template <class T, class F>
    static void forEachOf(const ReferenceCall<T>& call, std::int64_t channel, F f)
    {
        const std::int64_t area = call.inputs[0].elements() / call.inputs[0].shape().channels();
        for (std::int64_t n = 0; n < call.inputs[0].batch(); ++n)
            for (std::int64_t i = channel * area; i < (channel + 1) * area; ++i)
                f(n, i);
    }
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        const double share = call.params->real("share");
        for (std::int64_t c = 0; c < call.inputs[0].shape().channels(); ++c) {
            if (!wantsChannel(call, Focus::Of::Output, c))
                continue;
            const Statistics<Wide<T>> s = statistics(call, c);
            const Wide<T> scale = call.tensors[Gamma].at(0, c) * s.inverseDeviation;
            const Wide<T> beta = call.tensors[Beta].at(0, c);
            const Only only = call.only(Focus::Of::Output);
            forEachOf(call, c, [&](std::int64_t n, std::int64_t i) {
                if (only.skips(n, i))
                    return;
                call.output.flat(n, i) = static_cast<T>((call.inputs[0].flat(n, i) - s.mean) * scale + beta);
            });
            if (!call.training || !wanted(call.newStatistics, RunningVariance))
                continue;
            // The running variance estimates that of the whole data set, so it is the unbiased one; a single number has
            // none.
            const Wide<T> unbiased = s.variance * s.count / std::max(1.0, s.count - 1);
            call.newStatistics[RunningMean].at(0, c) =
                static_cast<T>((1 - share) * call.tensors[RunningMean].at(0, c) + share * s.mean);
            call.newStatistics[RunningVariance].at(0, c) =
                static_cast<T>((1 - share) * call.tensors[RunningVariance].at(0, c) + share * unbiased);
        }
    }
    /// In training mean and variance depend on x: dx = gamma / deviation * (dy - mean of dy - xhat * mean of dy xhat).
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        for (std::int64_t c = 0; c < call.inputs[0].shape().channels(); ++c) {
            if (!wantsChannel(call, Focus::Of::InputGradient, c) || call.only(Focus::Of::TensorGradient).skips(0, c))
                continue;
            const Statistics<Wide<T>> s = statistics(call, c);
            const auto normalised = [&](std::int64_t n, std::int64_t i) {
                return (call.inputs[0].flat(n, i) - s.mean) * s.inverseDeviation;
            };
            Wide<T> sum = 0, sumNormalised = 0;
            forEachOf(call, c, [&](std::int64_t n, std::int64_t i) {
                sum += call.outputGradient.flat(n, i);
                sumNormalised += call.outputGradient.flat(n, i) * normalised(n, i);
            });
            if (wanted(call.tensorGradients, Gamma))
                addTo(call.tensorGradients[Gamma].at(0, c), sumNormalised);
            if (wanted(call.tensorGradients, Beta))
                addTo(call.tensorGradients[Beta].at(0, c), sum);
            if (!wanted(call.inputGradients, 0))
                continue;
            const Wide<T> scale = call.tensors[Gamma].at(0, c) * s.inverseDeviation;
            const Wide<T> meanGradient = call.training ? called(sum / s.count, "mean gradient") : Wide<T>(0);
            const Wide<T> meanProduct = call.training ? called(sumNormalised / s.count, "mean product") : Wide<T>(0);
            const Only only = call.only(Focus::Of::InputGradient);
            forEachOf(call, c, [&](std::int64_t n, std::int64_t i) {
                if (only.skips(n, i))
                    return;
                addTo(call.inputGradients[0].flat(n, i),
                      scale * (call.outputGradient.flat(n, i) - meanGradient - normalised(n, i) * meanProduct));
            });
        }
    }
};

std::vector<TensorInfo> tensors(std::span<const Shape> inputs, const Params&)
{
    const auto info = [&](const char* key, TensorRole role, Initializer initializer) {
        TensorInfo t;
        t.key = key;
        t.role = role;
        t.shape = {inputs[0].channels()};
        t.initializer = initializer;
        return t;
    };
    return {info("gamma", TensorRole::Weight, Initializer::Ones), info("beta", TensorRole::Weight, Initializer::Zeros),
            info("runningMean", TensorRole::Statistic, Initializer::Zeros),
            info("runningVariance", TensorRole::Statistic, Initializer::Ones)};
}

} // namespace

LayerDescriptor describe_batch_norm()
{
    LayerDescriptor d;
    d.id = "batch_norm";
    d.icon = "norm";
    d.title = "BatchNorm";
    d.family = "normalise";
    d.shortName = "B";
    d.help = "Shifts and scales each map to mean 0 and deviation 1 over the batch, then by two learned numbers. Deep "
             "networks "
             "learn faster with it.";
    d.paper =
        "Ioffe and Szegedy, Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate "
        "Shift, ICML 2015, arXiv 1502.03167";
    d.parameters = {
        realParameter("epsilon", "Epsilon", 1e-5, 1e-8, 0.1,
                      "Added to the variance so that a constant map does no harm."),
        realParameter("share", "Share of the new batch", 0.1, 0, 1,
                      "Weight of the newest batch in the running mean and variance, which are used outside training.")};
    d.summary = [](const Params&) { return std::string("mean 0, deviation 1"); };
    d.check = [](std::span<const Shape> inputs, const Params&) { return needAxes("BatchNorm", inputs[0]); };
    d.tensors = tensors;
    d.docks = true;
    setFormulas<Formulas>(d);
    setReference<Reference>(d);
    d.lower = [](const LowerCall& call) {
        return call.builder->batchNorm(call, call.inputs[0], call.params->real("epsilon"), call.params->real("share"));
    };
    d.onnx = [](const OnnxCall& call) {
        OnnxBuilder& b = *call.builder;
        return b.add(
            "BatchNormalization",
            {call.inputs[0], b.tensor("gamma"), b.tensor("beta"), b.tensor("runningMean"), b.tensor("runningVariance")},
            {{"epsilon", call.params->real("epsilon")}, {"momentum", 1 - call.params->real("share")}});
    };
    d.torch = [](const TorchCall& call) {
        TorchCode code;
        code.module = std::string(call.inputShapes[0].isMaps() ? "nn.BatchNorm2d(" : "nn.BatchNorm1d(") +
                      std::to_string(call.inputShapes[0].channels()) +
                      ", eps=" + paramText(call.params->real("epsilon")) +
                      ", momentum=" + paramText(call.params->real("share")) + ")";
        if (call.inputShapes[0].rank() > 3) // all places of a map are one axis
            code.call = "{self}({0}.flatten(2)).reshape({0}.shape)";
        code.tensors = {
            {"gamma", "weight"}, {"beta", "bias"}, {"runningMean", "running_mean"}, {"runningVariance", "running_var"}};
        return code;
    };
    d.samples = {{"maps", {{3, 4, 5}}, {}},
                 {"list", {{6}}, {}},
                 {"rank 2", {{3, 5}}, {}},
                 {"rank 4", {{2, 3, 2, 2}}, {}},
                 {"large epsilon and share", {{2, 3, 3}}, {{"epsilon", 0.05}, {"share", 0.5}}}};
    return d;
}

} // namespace convarium::engine
