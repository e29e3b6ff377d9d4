// Normalisation of each image by itself: layer, instance and group normalisation. Mean and variance belong to one image
// (or one place of it), so chunks need not meet.
#include "engine/ops/op_graph.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine
{

namespace
{

enum Weight { Gamma, Beta };

/// dx = inverse (g - A / n - xhat B / n) with g = gamma dy, A = sum g, B = sum g xhat; written as a dy + b x + d.
struct Slopes {
    double b, d;
    Slopes(double mean, double inverse, double sum, double product, double n)
        : b(-inverse * inverse * product / n), d(-inverse * sum / n - b * mean)
    {
    }
};

double inverseDeviation(double sum, double squares, double n, double epsilon, double* mean)
{
    *mean = sum / n;
    const double variance = squares / n - *mean * *mean;
    // Rounding may make it negative; a NaN must stay one.
    return 1.0 / std::sqrt((variance < 0 ? 0 : variance) + epsilon);
}

class NormOp : public Op
{
public:
    NormOp(double epsilon, bool affine) : m_epsilon(epsilon), m_affine(affine) {}
    bool backwardNeedsInput(int) const override { return true; }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_layout = graph.layoutOf(output);
    }

protected:
    [[nodiscard]] float* scratch(const Run& run) const { return reinterpret_cast<float*>(run.scratch); }

    double m_epsilon;
    bool m_affine;
    Layout m_layout;
};

/// Over groups of maps, all places of the image: one group is layer normalisation, one map each instance normalisation.
/// Scale and shift: one per map, or (each number its own) one per number of the image.
class ImageNormOp final : public NormOp
{
public:
    ImageNormOp(double epsilon, bool affine, std::int64_t groups, bool perNumber)
        : NormOp(epsilon, affine), m_groups(groups), m_perNumber(perNumber)
    {
    }
    const char* kind() const override { return "image_norm"; }

    std::int64_t scratchBytes() const override
    {
        const std::int64_t rows = m_layout.lanes * (4 * static_cast<std::int64_t>(sizeof(double)) +
                                                    5 * static_cast<std::int64_t>(sizeof(float)));
        return rows + (m_perNumber ? m_layout.floats() * static_cast<std::int64_t>(sizeof(float)) : 0);
    }

    std::int64_t packedFloats(int, const TensorInfo&) const override
    {
        return m_perNumber ? m_layout.floats() : m_layout.lanes;
    }
    void pack(int index, const TensorInfo& info, const float* logical, float* packed) const override
    {
        std::fill(packed, packed + packedFloats(index, info), 0.0f);
        if (m_perNumber)
            m_layout.pack(logical, packed, info.shape.elements());
        else
            std::copy_n(logical, info.shape.elements(), packed);
    }
    void unpack(int, const TensorInfo& info, const float* packed, float* logical) const override
    {
        if (m_perNumber)
            m_layout.unpack(packed, logical, info.shape.elements());
        else
            std::copy_n(packed, info.shape.elements(), logical);
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        const Rows rows(*this, run);
        for (std::int64_t i = 0; i < run.count; ++i) {
            const float* in = run.at(b.inputs[0]) + i * m_layout.floats();
            float* out = run.at(b.output) + i * m_layout.floats();
            statistics(run, in, rows);
            const bool perMap = m_affine && !m_perNumber;
            for (std::int64_t c = 0; c < m_layout.lanes; ++c) {
                const float gamma = perMap ? run.at(b.weights[Gamma])[c] : 1.0f;
                rows.a[c] = c < m_layout.channels ? gamma * rows.inverse[c] : 0.0f;
                rows.b[c] = (perMap ? run.at(b.weights[Beta])[c] : 0.0f) - rows.mean[c] * rows.a[c];
            }
            run.kernels().channelAffine(in, rows.a, rows.b, out, m_layout.pixels(), m_layout.lanes,
                                        kernels::Activation::None);
            if (!m_perNumber)
                continue;
            const float *gamma = run.at(b.weights[Gamma]), *beta = run.at(b.weights[Beta]);
            for (std::int64_t e = 0; e < m_layout.floats(); ++e)
                out[e] = out[e] * gamma[e] + beta[e];
        }
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        const Rows rows(*this, run);
        const bool wantsWeights = m_affine && b.weightGradients[Gamma] >= 0;
        if (wantsWeights && run.firstOfSlot)
            for (const int weight : {Gamma, Beta}) {
                float* gradient = run.at(b.weightGradients[static_cast<std::size_t>(weight)]);
                std::fill(gradient, gradient + (m_perNumber ? m_layout.floats() : m_layout.lanes), 0.0f);
            }
        for (std::int64_t i = 0; i < run.count; ++i) {
            const float* in = run.at(b.inputs[0]) + i * m_layout.floats();
            const float* gradient = run.at(b.outputGradient) + i * m_layout.floats();
            statistics(run, in, rows);
            if (m_perNumber)
                gradient = throughScale(run, b, in, gradient, rows, wantsWeights);
            std::fill(rows.sums, rows.sums + 2 * m_layout.lanes, 0.0);
            double *sum = rows.sums, *product = rows.sums + m_layout.lanes;
            kernels::ChannelGradientArgs a{};
            a.in = in;
            a.outGradient = gradient;
            a.mean = rows.mean;
            a.inverseDeviation = rows.inverse;
            a.a = rows.a;
            a.b = rows.b;
            a.d = rows.d;
            a.pixels = m_layout.pixels();
            a.lanes = m_layout.lanes;
            run.kernels().channelGradientSums(a, sum, product);
            if (wantsWeights && !m_perNumber)
                for (std::int64_t c = 0; c < m_layout.channels; ++c) {
                    run.at(b.weightGradients[Gamma])[c] += static_cast<float>(product[c]);
                    run.at(b.weightGradients[Beta])[c] += static_cast<float>(sum[c]);
                }
            if (b.inputGradients[0] < 0)
                continue;
            slopes(m_affine && !m_perNumber ? run.at(b.weights[Gamma]) : nullptr, rows);
            run.kernels().channelGradient(a, run.at(b.inputGradients[0]) + i * m_layout.floats(), b.accumulate[0] != 0);
        }
    }

private:
    /// One number per lane each, in scratch.
    struct Rows {
        double* sums; ///< four rows
        float *mean, *inverse, *a, *b, *d;
        float* scaled; ///< an image of gradients
        Rows(const ImageNormOp& op, const Run& run)
            : sums(reinterpret_cast<double*>(run.scratch)),
              mean(reinterpret_cast<float*>(sums + 4 * op.m_layout.lanes)), inverse(mean + op.m_layout.lanes),
              a(inverse + op.m_layout.lanes), b(a + op.m_layout.lanes), d(b + op.m_layout.lanes),
              scaled(d + op.m_layout.lanes)
        {
        }
    };

    [[nodiscard]] std::int64_t mapsPerGroup() const { return m_layout.channels / m_groups; }
    [[nodiscard]] double numbersPerGroup() const { return static_cast<double>(mapsPerGroup() * m_layout.pixels()); }

    /// Fills mean and inverse deviation of every map's group.
    void statistics(const Run& run, const float* in, const Rows& rows) const
    {
        std::fill(rows.sums, rows.sums + 2 * m_layout.lanes, 0.0);
        run.kernels().channelSums(in, m_layout.pixels(), m_layout.lanes, rows.sums, rows.sums + m_layout.lanes);
        std::fill(rows.mean, rows.mean + 2 * m_layout.lanes, 0.0f);
        for (std::int64_t first = 0; first < m_layout.channels; first += mapsPerGroup()) {
            double sum = 0, squares = 0, mean = 0;
            for (std::int64_t c = first; c < first + mapsPerGroup(); ++c) {
                sum += rows.sums[c];
                squares += rows.sums[m_layout.lanes + c];
            }
            const double inverse = inverseDeviation(sum, squares, numbersPerGroup(), m_epsilon, &mean);
            for (std::int64_t c = first; c < first + mapsPerGroup(); ++c) {
                rows.mean[c] = static_cast<float>(mean);
                rows.inverse[c] = static_cast<float>(inverse);
            }
        }
    }

    /// Gradient of the normalised numbers where each has its own scale; adds up the gradients of scale and shift.
    const float* throughScale(const Run& run, const OpBinding& b, const float* in, const float* gradient,
                              const Rows& rows, bool wantsWeights) const
    {
        const float* gamma = run.at(b.weights[Gamma]);
        for (std::int64_t p = 0; p < m_layout.pixels(); ++p)
            for (std::int64_t c = 0; c < m_layout.lanes; ++c) {
                const std::int64_t e = p * m_layout.lanes + c;
                rows.scaled[e] = gradient[e] * gamma[e];
                if (!wantsWeights)
                    continue;
                run.at(b.weightGradients[Gamma])[e] += gradient[e] * (in[e] - rows.mean[c]) * rows.inverse[c];
                run.at(b.weightGradients[Beta])[e] += gradient[e];
            }
        return rows.scaled;
    }

    /// a, b, d of channelGradient() from the sums of each map.
    void slopes(const float* gamma, const Rows& rows) const
    {
        std::fill(rows.a, rows.a + 3 * m_layout.lanes, 0.0f);
        for (std::int64_t first = 0; first < m_layout.channels; first += mapsPerGroup()) {
            double sum = 0, product = 0;
            for (std::int64_t c = first; c < first + mapsPerGroup(); ++c) {
                const double g = static_cast<double>(gamma ? gamma[c] : 1.0f);
                sum += g * rows.sums[c];
                product += g * rows.sums[m_layout.lanes + c];
            }
            const auto mean = static_cast<double>(rows.mean[first]), inverse = static_cast<double>(rows.inverse[first]);
            const Slopes s(mean, inverse, sum, product, numbersPerGroup());
            for (std::int64_t c = first; c < first + mapsPerGroup(); ++c) {
                rows.a[c] = (gamma ? gamma[c] : 1.0f) * rows.inverse[c];
                rows.b[c] = static_cast<float>(s.b);
                rows.d[c] = static_cast<float>(s.d);
            }
        }
    }

    std::int64_t m_groups;
    bool m_perNumber;
};

/// Over the maps at each place (or the numbers of a list); scale and shift: one per map.
class PlaceNormOp final : public NormOp
{
public:
    using NormOp::NormOp;
    const char* kind() const override { return "place_norm"; }

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
        const float* in = run.at(b.inputs[0]);
        float* out = run.at(b.output);
        const float* gamma = m_affine ? run.at(b.weights[Gamma]) : nullptr;
        const float* beta = m_affine ? run.at(b.weights[Beta]) : nullptr;
        for (std::int64_t p = 0; p < run.count * m_layout.pixels(); ++p, in += m_layout.lanes, out += m_layout.lanes) {
            float mean = 0;
            const float inverse = statistics(in, &mean);
            for (std::int64_t c = 0; c < m_layout.channels; ++c) {
                const float x = (in[c] - mean) * inverse;
                out[c] = gamma ? x * gamma[c] + beta[c] : x;
            }
            std::fill(out + m_layout.channels, out + m_layout.lanes, 0.0f);
        }
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        const float* in = run.at(b.inputs[0]);
        const float* gradient = run.at(b.outputGradient);
        const float* gamma = m_affine ? run.at(b.weights[Gamma]) : nullptr;
        const bool wantsWeights = m_affine && b.weightGradients[Gamma] >= 0;
        float* gammaGradient = wantsWeights ? run.at(b.weightGradients[Gamma]) : nullptr;
        float* betaGradient = wantsWeights ? run.at(b.weightGradients[Beta]) : nullptr;
        float* target = b.inputGradients[0] >= 0 ? run.at(b.inputGradients[0]) : nullptr;
        if (wantsWeights && run.firstOfSlot) {
            std::fill(gammaGradient, gammaGradient + m_layout.lanes, 0.0f);
            std::fill(betaGradient, betaGradient + m_layout.lanes, 0.0f);
        }
        const std::int64_t channels = m_layout.channels;
        for (std::int64_t p = 0; p < run.count * m_layout.pixels();
             ++p, in += m_layout.lanes, gradient += m_layout.lanes) {
            float mean = 0;
            const float inverse = statistics(in, &mean);
            if (wantsWeights)
                for (std::int64_t c = 0; c < channels; ++c) {
                    gammaGradient[c] += gradient[c] * (in[c] - mean) * inverse;
                    betaGradient[c] += gradient[c];
                }
            if (!target)
                continue;
            double sum = 0, product = 0;
            for (std::int64_t c = 0; c < channels; ++c) {
                const float g = gamma ? gamma[c] * gradient[c] : gradient[c];
                sum += static_cast<double>(g);
                product += static_cast<double>(g * ((in[c] - mean) * inverse));
            }
            const Slopes s(static_cast<double>(mean), static_cast<double>(inverse), sum, product,
                           static_cast<double>(channels));
            const auto slope = static_cast<float>(s.b), constant = static_cast<float>(s.d);
            for (std::int64_t c = 0; c < channels; ++c) {
                const float g = (gamma ? gamma[c] * gradient[c] : gradient[c]) * inverse + slope * in[c] + constant;
                target[c] = b.accumulate[0] ? target[c] + g : g;
            }
            if (!b.accumulate[0])
                std::fill(target + channels, target + m_layout.lanes, 0.0f);
            target += m_layout.lanes;
        }
    }

private:
    /// 1 / deviation; the mean in *mean.
    float statistics(const float* in, float* mean) const
    {
        double sum = 0, squares = 0, middle = 0;
        for (std::int64_t c = 0; c < m_layout.channels; ++c) {
            const auto x = static_cast<double>(in[c]);
            sum += x;
            squares += x * x;
        }
        const double inverse =
            inverseDeviation(sum, squares, static_cast<double>(m_layout.channels), m_epsilon, &middle);
        *mean = static_cast<float>(middle);
        return static_cast<float>(inverse);
    }
};

std::vector<std::string> scaleKeys(const LowerCall& call)
{
    return call.tensors.empty() ? std::vector<std::string>{} : std::vector<std::string>{"gamma", "beta"};
}

} // namespace

int OpGraphBuilder::imageNorm(const LowerCall& call, int in, double epsilon, std::int64_t groups)
{
    const std::vector<std::string> keys = scaleKeys(call);
    const bool perNumber = !keys.empty() && call.tensors[0].shape == call.outputShape;
    return m_graph.addOp(
        std::make_unique<ImageNormOp>(epsilon, !keys.empty(), groups, perNumber && call.outputShape.isMaps()), call,
        {m_graph.plain(in, call)}, call.outputShape, keys);
}

int OpGraphBuilder::placeNorm(const LowerCall& call, int in, double epsilon)
{
    const std::vector<std::string> keys = scaleKeys(call);
    return m_graph.addOp(std::make_unique<PlaceNormOp>(epsilon, !keys.empty()), call, {m_graph.plain(in, call)},
                         call.outputShape, keys);
}

} // namespace convarium::engine
