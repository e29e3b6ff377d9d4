// One optimizer step over a run of weights. The partial gradients are added in index order, so results do not depend on
// which thread made which part.

template <class Lanes>
CONVARIUM_INLINE V clippedSum(const UpdateArgs& a, std::int64_t i, Lanes lanes)
{
    V sum{};
    for (std::int32_t s = 0; s < a.slots; ++s)
        sum += lanes.get(a.gradients[s] + i);
    if (a.clipValue > 0.0f) {
        sum = sum > a.clipValue ? spread(a.clipValue) : sum; // a NaN fails both comparisons and stays
        sum = sum < -a.clipValue ? spread(-a.clipValue) : sum;
    }
    return sum;
}

template <class Lanes>
CONVARIUM_INLINE V totalGradient(const UpdateArgs& a, std::int64_t i, Lanes lanes, V weights)
{
    V g = clippedSum(a, i, lanes) * a.gradientScale + weights * a.l2;
    if (a.l1 != 0.0f)
        g += weights > 0.0f ? spread(a.l1) : weights < 0.0f ? spread(-a.l1) : V{};
    return g;
}

/// A running mean that takes `share` of the new number. In this form there is one way only to fuse the products and
/// sums, so that whole vectors and the rest of a run give the same bits.
CONVARIUM_INLINE V moved(V mean, V to, float share)
{
    return mean + share * (to - mean);
}

double gradientSquares(const UpdateArgs& args)
{
    const UpdateArgs a = args;
    VDouble sum{};
    overVectors(a.count, [&a, &sum](std::int64_t i, auto lanes) {
        const VDouble g = widen(clippedSum(a, i, lanes));
        sum += g * g;
    });
    double total = 0.0;
    for (int i = 0; i < kWidth; ++i)
        total += sum[i];
    return total;
}

void moveTowards(float* average, const float* weights, float share, std::int64_t n)
{
    overVectors(n, [=](std::int64_t i, auto lanes) {
        lanes.put(average + i, moved(lanes.get(average + i), lanes.get(weights + i), share));
    });
}

void updateSgd(const UpdateArgs& args)
{
    const UpdateArgs a = args;
    overVectors(a.count, [&a](std::int64_t i, auto lanes) {
        const V w = lanes.get(a.weights + i);
        const V g = totalGradient(a, i, lanes, w);
        lanes.put(a.weights + i, (w - a.decay * w) - a.rate * g);
    });
}

void updateMomentum(const UpdateArgs& args)
{
    const UpdateArgs a = args;
    overVectors(a.count, [&a](std::int64_t i, auto lanes) {
        const V w = lanes.get(a.weights + i);
        const V v = a.momentum * lanes.get(a.state1 + i) + totalGradient(a, i, lanes, w);
        lanes.put(a.state1 + i, v);
        lanes.put(a.weights + i, (w - a.decay * w) - a.rate * v);
    });
}

void updateNesterov(const UpdateArgs& args)
{
    const UpdateArgs a = args;
    overVectors(a.count, [&a](std::int64_t i, auto lanes) {
        const V w = lanes.get(a.weights + i);
        const V g = totalGradient(a, i, lanes, w);
        const V v = a.momentum * lanes.get(a.state1 + i) + g;
        lanes.put(a.state1 + i, v);
        lanes.put(a.weights + i, (w - a.decay * w) - a.rate * (g + a.momentum * v));
    });
}

void updateRmsprop(const UpdateArgs& args)
{
    const UpdateArgs a = args;
    overVectors(a.count, [&a](std::int64_t i, auto lanes) {
        const V w = lanes.get(a.weights + i);
        const V g = totalGradient(a, i, lanes, w);
        const V u = moved(lanes.get(a.state1 + i), g * g, 1.0f - a.beta2);
        lanes.put(a.state1 + i, u);
        lanes.put(a.weights + i, (w - a.decay * w) - a.rate * g / (squareRoot(u) + a.epsilon));
    });
}

void updateAdagrad(const UpdateArgs& args)
{
    const UpdateArgs a = args;
    overVectors(a.count, [&a](std::int64_t i, auto lanes) {
        const V w = lanes.get(a.weights + i);
        const V g = totalGradient(a, i, lanes, w);
        const V u = lanes.get(a.state1 + i) + g * g;
        lanes.put(a.state1 + i, u);
        lanes.put(a.weights + i, (w - a.decay * w) - a.rate * g / (squareRoot(u) + a.epsilon));
    });
}

void updateAdam(const UpdateArgs& args)
{
    const UpdateArgs a = args;
    overVectors(a.count, [&a](std::int64_t i, auto lanes) {
        const V w = lanes.get(a.weights + i);
        const V g = totalGradient(a, i, lanes, w);
        const V m = moved(lanes.get(a.state1 + i), g, 1.0f - a.beta1);
        const V u = moved(lanes.get(a.state2 + i), g * g, 1.0f - a.beta2);
        lanes.put(a.state1 + i, m);
        lanes.put(a.state2 + i, u);
        lanes.put(a.weights + i, (w - a.decay * w) - a.rate * m / (squareRoot(u) * a.correction2 + a.epsilon));
    });
}
