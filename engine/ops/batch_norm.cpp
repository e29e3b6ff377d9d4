// Batch normalisation (Ioffe and Szegedy, arXiv 1502.03167). Its batch statistics are the one thing in a network that
// needs all images at once: they cut the depth-first execution into segments.
#include "engine/ops/op_graph.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine
{

namespace
{

enum Weight { Gamma, Beta, RunningMean, RunningVariance };

class BatchNormOp final : public Op
{
public:
    BatchNormOp(double epsilon, double share) : m_epsilon(epsilon), m_share(share) {}
    const char* kind() const override { return "batch_norm"; }
    bool backwardNeedsInput(int) const override { return true; }
    bool gradientMayReplace(int) const override { return true; }
    RowUse forwardRows() const override { return RowUse::Rows; }
    RowUse backwardRows() const override { return RowUse::Rows; }
    bool acceptsActivation(kernels::Activation a) const override
    {
        return a == kernels::Activation::Relu || a == kernels::Activation::Relu6;
    }
    bool backwardIncludesActivation() const override { return true; }
    int prologueAux() const override { return 2; }

    std::vector<PhaseScope> forwardPhases() const override
    {
        return {PhaseScope::Chunk, PhaseScope::Once, PhaseScope::Chunk};
    }
    std::vector<PhaseScope> backwardPhases() const override
    {
        return {PhaseScope::Chunk, PhaseScope::Once, PhaseScope::Chunk};
    }

    std::vector<AuxSpec> aux(const OpGraph& graph) const override
    {
        const std::int64_t lanes = graph.layoutOf(output).lanes;
        const auto sums = 2 * lanes * static_cast<std::int64_t>(sizeof(double));
        const auto rows = [lanes](int n) { return n * lanes * static_cast<std::int64_t>(sizeof(float)); };
        return {{"statistics of the batch", false, BufferScope::Step, rows(3), MemoryCategory::Workspace},
                {"sums", false, BufferScope::Slot, sums, MemoryCategory::Workspace},
                {"scale and shift", false, BufferScope::Step, rows(2), MemoryCategory::Workspace},
                {"slopes", false, BufferScope::Step, rows(3), MemoryCategory::Workspace}};
    }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_layout = graph.layoutOf(output);
    }

    std::int64_t packedFloats(int, const TensorInfo&) const override { return m_layout.lanes; }
    void pack(int, const TensorInfo& info, const float* logical, float* packed) const override
    {
        std::fill(packed, packed + m_layout.lanes, 0.0f);
        std::copy(logical, logical + info.shape.elements(), packed);
    }
    void unpack(int, const TensorInfo& info, const float* packed, float* logical) const override
    {
        std::copy(packed, packed + info.shape.elements(), logical);
    }

    void forward(const Run& run, const OpBinding& b, int phase) const override
    {
        const std::int64_t pixels = run.pixels(m_layout);
        if (phase == 0) {
            double* sums = run.at<double>(b.aux[1]);
            if (run.firstOfSlot)
                std::fill(sums, sums + 2 * m_layout.lanes, 0.0);
            run.kernels().channelSums(run.at(b.inputs[0]), pixels, m_layout.lanes, sums, sums + m_layout.lanes);
        } else if (phase == 1) {
            finishStatistics(run, b);
        } else {
            const float* scale = run.at(b.aux[2]);
            run.kernels().channelAffine(run.at(b.inputs[0]), scale, scale + m_layout.lanes, run.at(b.output), pixels,
                                        m_layout.lanes, fused);
        }
    }

    void backward(const Run& run, const OpBinding& b, int phase) const override
    {
        const std::int64_t lanes = m_layout.lanes, pixels = run.pixels(m_layout);
        if (phase == 1) {
            finishGradient(run, b);
            return;
        }
        kernels::ChannelGradientArgs a{};
        a.in = run.at(b.inputs[0]);
        a.outGradient = run.at(b.outputGradient);
        a.mean = run.at(b.aux[0]);
        a.inverseDeviation = a.mean + lanes;
        a.scale = run.at(b.aux[2]);
        a.shift = a.scale + lanes;
        a.a = run.at(b.aux[3]);
        a.b = a.a + lanes;
        a.d = a.b + lanes;
        a.activation = fused;
        a.pixels = pixels;
        a.lanes = lanes;
        if (phase == 0) {
            double* sums = run.at<double>(b.aux[1]);
            if (run.firstOfSlot)
                std::fill(sums, sums + 2 * lanes, 0.0);
            run.kernels().channelGradientSums(a, sums, sums + lanes);
        } else if (b.inputGradients[0] >= 0) {
            run.kernels().channelGradient(a, run.at(b.inputGradients[0]), b.accumulate[0] != 0);
        }
    }

    /// Running values take `share` of the new batch; the variance unbiased.
    void commit(const Run& run, const OpBinding& b) const override
    {
        const float* statistics = run.at(b.aux[0]);
        const auto n = static_cast<double>(run.step->images * m_layout.pixels());
        float* mean = run.at(b.weights[RunningMean]);
        float* variance = run.at(b.weights[RunningVariance]);
        for (std::int64_t c = 0; c < m_layout.channels; ++c) {
            const double unbiased =
                n > 1 ? statistics[2 * m_layout.lanes + c] * n / (n - 1) : statistics[2 * m_layout.lanes + c];
            mean[c] = static_cast<float>((1 - m_share) * mean[c] + m_share * statistics[c]);
            variance[c] = static_cast<float>((1 - m_share) * variance[c] + m_share * unbiased);
        }
    }

private:
    template <class Inverse>
    void affine(const float* gamma, const float* beta, const float* mean, float* scale, float* shift,
                const Inverse& inverse) const
    {
        for (std::int64_t c = 0; c < m_layout.lanes; ++c) {
            scale[c] = c < m_layout.channels ? gamma[c] * inverse(c) : 0.0f;
            shift[c] = c < m_layout.channels ? beta[c] - mean[c] * scale[c] : 0.0f;
        }
    }

    void finishStatistics(const Run& run, const OpBinding& b) const
    {
        const std::int64_t lanes = m_layout.lanes;
        float* statistics = run.at(b.aux[0]);
        float *mean = statistics, *inverse = statistics + lanes, *variance = statistics + 2 * lanes;
        const auto n = static_cast<double>(run.step->images * m_layout.pixels());
        for (std::int64_t c = 0; c < lanes; ++c) {
            double sum = 0, squares = 0;
            for (int s = 0; s < run.step->slots; ++s) {
                sum += run.atSlot<double>(b.aux[1], s)[c];
                squares += run.atSlot<double>(b.aux[1], s)[lanes + c];
            }
            const double m = sum / n;
            const double v = std::max(0.0, squares / n - m * m);
            mean[c] = static_cast<float>(m);
            // A sum that is not finite must stay visible: max() would turn NaN into 0.
            variance[c] = std::isfinite(squares) ? static_cast<float>(v) : static_cast<float>(squares);
            inverse[c] = static_cast<float>(1.0 / std::sqrt(static_cast<double>(variance[c]) + m_epsilon));
        }
        float* scale = run.at(b.aux[2]);
        affine(run.at(b.weights[Gamma]), run.at(b.weights[Beta]), mean, scale, scale + lanes,
               [&](std::int64_t c) { return inverse[c]; });
    }

    /// dx = gamma inverse (dy - mean(dy) - xhat mean(dy xhat)), written as a dy + b x + d.
    void finishGradient(const Run& run, const OpBinding& b) const
    {
        const std::int64_t lanes = m_layout.lanes;
        const float* statistics = run.at(b.aux[0]);
        const float *mean = statistics, *inverse = statistics + lanes;
        const float* gamma = run.at(b.weights[Gamma]);
        float* a = run.at(b.aux[3]);
        const auto n = static_cast<double>(run.step->images * m_layout.pixels());
        const bool wantsWeights = b.weightGradients[Gamma] >= 0;
        for (std::int64_t c = 0; c < lanes; ++c) {
            double sum = 0, sumXhat = 0;
            for (int s = 0; s < run.step->slots; ++s) {
                sum += run.atSlot<double>(b.aux[1], s)[c];
                sumXhat += run.atSlot<double>(b.aux[1], s)[lanes + c];
            }
            if (c >= m_layout.channels)
                sum = sumXhat = 0;
            if (wantsWeights)
                for (int s = 0; s < run.step->slots; ++s) {
                    // The sum stands in the first slot; the reduction adds zeros from the others.
                    run.atSlot(b.weightGradients[Gamma], s)[c] = s == 0 ? static_cast<float>(sumXhat) : 0.0f;
                    run.atSlot(b.weightGradients[Beta], s)[c] = s == 0 ? static_cast<float>(sum) : 0.0f;
                }
            const double g = static_cast<double>(c < m_layout.channels ? gamma[c] : 0.0f) * inverse[c];
            const double slope = -g * inverse[c] * sumXhat / n;
            a[c] = static_cast<float>(g);
            a[lanes + c] = static_cast<float>(slope);
            a[2 * lanes + c] = static_cast<float>(-g * sum / n - slope * mean[c]);
        }
    }

    double m_epsilon, m_share;
    Layout m_layout;
};

/// With running values (evaluation, frozen nodes) batch norm is a fixed scale and shift per map.
class FixedNormOp final : public Op
{
public:
    explicit FixedNormOp(double epsilon) : m_epsilon(epsilon) {}
    const char* kind() const override { return "normalise"; }
    bool isScale() const override { return true; }
    bool outputMayReplaceInput() const override { return true; }
    bool gradientMayReplace(int) const override { return true; }
    RowUse forwardRows() const override { return RowUse::Rows; }
    RowUse backwardRows() const override { return RowUse::Rows; }
    bool acceptsActivation(kernels::Activation a) const override
    {
        return a == kernels::Activation::Relu || a == kernels::Activation::Relu6;
    }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_layout = graph.layoutOf(output);
    }
    std::int64_t scratchBytes() const override
    {
        return kRows * m_layout.lanes * static_cast<std::int64_t>(sizeof(float));
    }
    std::int64_t packedFloats(int, const TensorInfo&) const override { return m_layout.lanes; }
    void pack(int, const TensorInfo& info, const float* logical, float* packed) const override
    {
        std::fill(packed, packed + m_layout.lanes, 0.0f);
        std::copy(logical, logical + info.shape.elements(), packed);
    }
    void unpack(int, const TensorInfo& info, const float* packed, float* logical) const override
    {
        std::copy(packed, packed + info.shape.elements(), logical);
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        float* scale = rows(run, b);
        run.kernels().channelAffine(run.at(b.inputs[0]), scale, scale + m_layout.lanes, run.at(b.output),
                                    run.pixels(m_layout), m_layout.lanes, fused);
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        if (b.inputGradients[0] < 0)
            return;
        float* scale = rows(run, b);
        float* zero = scale + 2 * m_layout.lanes;
        // dx = scale * dy: the input's share is zero, so any finite buffer may stand for it.
        kernels::ChannelGradientArgs a{};
        a.in = a.outGradient = run.at(b.outputGradient);
        a.a = scale;
        a.b = a.d = zero;
        a.pixels = run.pixels(m_layout);
        a.lanes = m_layout.lanes;
        run.kernels().channelGradient(a, run.at(b.inputGradients[0]), b.accumulate[0] != 0);
    }

    void scaleAndShift(const Run& run, const OpBinding& b, float* scale, float* shift) const override
    {
        const float *gamma = run.at(b.weights[Gamma]), *beta = run.at(b.weights[Beta]);
        const float *mean = run.at(b.weights[RunningMean]), *variance = run.at(b.weights[RunningVariance]);
        for (std::int64_t c = 0; c < m_layout.lanes; ++c) {
            const bool real = c < m_layout.channels;
            scale[c] = real ? gamma[c] / std::sqrt(variance[c] + static_cast<float>(m_epsilon)) : 0.0f;
            shift[c] = real ? beta[c] - mean[c] * scale[c] : 0.0f;
        }
    }

private:
    static constexpr int kRows = 3;

    /// Scale, shift and zeros.
    float* rows(const Run& run, const OpBinding& b) const
    {
        const std::int64_t lanes = m_layout.lanes;
        auto* scale = reinterpret_cast<float*>(run.scratch);
        scaleAndShift(run, b, scale, scale + lanes);
        std::fill(scale + 2 * lanes, scale + kRows * lanes, 0.0f);
        return scale;
    }

    double m_epsilon;
    Layout m_layout;
};

} // namespace

int OpGraphBuilder::batchNorm(const LowerCall& call, int in, double epsilon, double share)
{
    const std::vector<std::string> keys{"gamma", "beta", "runningMean", "runningVariance"};
    return overChannels(m_graph.plain(in, call), call, [&](int value, const Shape& shape) {
        std::unique_ptr<Op> op;
        if (call.frozen || !call.training)
            op = std::make_unique<FixedNormOp>(epsilon);
        else
            op = std::make_unique<BatchNormOp>(epsilon, share);
        return m_graph.addOp(std::move(op), call, {value}, shape, keys);
    });
}

} // namespace convarium::engine
