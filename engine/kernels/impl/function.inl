// Functions of one number with settings, and their slopes, over runs of floats.

template <Function kFunction>
CONVARIUM_INLINE V valueOf(const FunctionCall& f, V x)
{
    if constexpr (kFunction == Function::LeakyRelu)
        return x < V{} ? f.a * x : x;
    else if constexpr (kFunction == Function::Elu)
        return x <= V{} ? f.a * exponentialMinusOne(x) : f.b * x;
    else if constexpr (kFunction == Function::Silu)
        return x * logistic(x);
    else if constexpr (kFunction == Function::Gelu)
        return x * normalDistribution(x);
    else if constexpr (kFunction == Function::GeluTanh)
        return 0.5f * x * (1.0f + hyperbolicTangent(0.797884561f * (x + 0.044715f * x * x * x)));
    else if constexpr (kFunction == Function::HardSwish)
        return x * clipped(x * (1.0f / 6.0f) + 0.5f, 0.0f, 1.0f);
    else if constexpr (kFunction == Function::HardSigmoid)
        return clipped(f.a * x + f.b, 0.0f, 1.0f);
    else if constexpr (kFunction == Function::Softplus)
        return relu(x) + logOnePlus(exponential(-absolute(x)));
    else
        return clipped(x, f.a, f.b);
}

/// Slope from the value for slopeFromValue(), else from the argument. At a kink: that of the side of the smaller
/// numbers, and none at the ends of Clip and HardSigmoid, where the value cannot tell.
template <Function kFunction>
CONVARIUM_INLINE V slopeOf(const FunctionCall& f, V x)
{
    if constexpr (kFunction == Function::LeakyRelu) {
        return x <= V{} ? spread(f.a) : spread(1.0f);
    } else if constexpr (kFunction == Function::Elu) {
        return x <= V{} ? x + f.a : spread(f.b);
    } else if constexpr (kFunction == Function::Silu) {
        const V s = logistic(x);
        return s * (1.0f + x * (1.0f - s));
    } else if constexpr (kFunction == Function::Gelu) {
        return normalDistribution(x) + x * (0.398942280f * exponential(x * x * -0.5f));
    } else if constexpr (kFunction == Function::GeluTanh) {
        const V near = clipped(x, -20.0f, 20.0f); // beyond, the slope is 0 or 1 and powers would overflow
        const V q = near * near;
        const V t = hyperbolicTangent(0.797884561f * (near + 0.044715f * near * q));
        return 0.5f * (1.0f + t) + 0.5f * near * (1.0f - t * t) * (0.797884561f * (1.0f + 0.134145f * q));
    } else if constexpr (kFunction == Function::HardSwish) {
        const V middle = x * (1.0f / 3.0f) + 0.5f;
        const V upper = x >= 3.0f ? spread(1.0f) : middle;
        return x <= -3.0f ? V{} : upper;
    } else if constexpr (kFunction == Function::HardSigmoid) {
        return (x <= V{}) | (x >= 1.0f) ? V{} : spread(f.a);
    } else if constexpr (kFunction == Function::Softplus) {
        return logistic(x);
    } else {
        return (x <= f.a) | (x >= f.b) ? V{} : spread(1.0f);
    }
}

/// Calls run.template of<F>() with the function of the call.
template <class R>
CONVARIUM_INLINE void withFunction(Function function, R run)
{
    switch (function) {
    case Function::LeakyRelu: run.template of<Function::LeakyRelu>(); break;
    case Function::Elu: run.template of<Function::Elu>(); break;
    case Function::Silu: run.template of<Function::Silu>(); break;
    case Function::Gelu: run.template of<Function::Gelu>(); break;
    case Function::GeluTanh: run.template of<Function::GeluTanh>(); break;
    case Function::HardSwish: run.template of<Function::HardSwish>(); break;
    case Function::HardSigmoid: run.template of<Function::HardSigmoid>(); break;
    case Function::Softplus: run.template of<Function::Softplus>(); break;
    case Function::Clip: run.template of<Function::Clip>(); break;
    }
}

struct FunctionRun {
    FunctionCall call;
    const float* in;
    float* out;
    std::int64_t n;

    template <Function kFunction>
    void of() const
    {
        overVectors(n, [*this](std::int64_t i, auto lanes) {
            lanes.put(out + i, valueOf<kFunction>(call, lanes.get(in + i)));
        });
    }
};

void function(const FunctionCall& call, const float* in, float* out, std::int64_t n)
{
    withFunction(call.function, FunctionRun{call, in, out, n});
}

struct FunctionBackwardRun {
    FunctionCall call;
    const float* in;
    const float* outGradient;
    float* inGradient;
    std::int64_t n;
    bool accumulate;

    template <Function kFunction>
    void of() const
    {
        overVectors(n, [*this](std::int64_t i, auto lanes) {
            const V g = lanes.get(outGradient + i) * slopeOf<kFunction>(call, lanes.get(in + i));
            lanes.put(inGradient + i, accumulate ? lanes.get(inGradient + i) + g : g);
        });
    }
};

void functionBackward(const FunctionCall& call, const float* in, const float* outGradient, float* inGradient,
                      std::int64_t n, bool accumulate)
{
    withFunction(call.function, FunctionBackwardRun{call, in, outGradient, inGradient, n, accumulate});
}
