// One optimizer step over a run of weights. The partial gradients are added in index order, so results do not depend on
// which thread made which part.

template <class Lanes>
CONVARIUM_INLINE V totalGradient(const UpdateArgs& a, std::int64_t i, Lanes lanes, V weights)
{
    V sum{};
    for (std::int32_t s = 0; s < a.slots; ++s)
        sum += lanes.get(a.gradients[s] + i);
    return sum * a.gradientScale + weights * a.l2;
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

void updateAdam(const UpdateArgs& args)
{
    const UpdateArgs a = args;
    overVectors(a.count, [&a](std::int64_t i, auto lanes) {
        const V w = lanes.get(a.weights + i);
        const V g = totalGradient(a, i, lanes, w);
        const V m = a.beta1 * lanes.get(a.state1 + i) + (1.0f - a.beta1) * g;
        const V u = a.beta2 * lanes.get(a.state2 + i) + (1.0f - a.beta2) * (g * g);
        lanes.put(a.state1 + i, m);
        lanes.put(a.state2 + i, u);
        lanes.put(a.weights + i, (w - a.decay * w) - a.rate * m / (squareRoot(u) * a.correction2 + a.epsilon));
    });
}
