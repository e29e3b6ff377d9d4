// Multiply-adds on registers alone: the speed that the products are measured against.

std::int64_t multiplyAddLoop(std::int64_t rounds, float* sink)
{
    constexpr int kSums = 12; // enough independent sums to hide the latency of two units on every CPU so far
    V sum[kSums];
    CONVARIUM_UNROLL
    for (int i = 0; i < kSums; ++i)
        sum[i] = spread(*sink + static_cast<float>(i));
    const V factor = spread(*sink * 0.0f + 0.999f);
    const V term = spread(*sink * 0.0f + 0.001f);
    for (std::int64_t r = 0; r < rounds; ++r) {
        CONVARIUM_UNROLL
        for (int i = 0; i < kSums; ++i)
            sum[i] = sum[i] * factor + term;
    }
    V total{};
    CONVARIUM_UNROLL
    for (int i = 0; i < kSums; ++i)
        total += sum[i];
    *sink = total[0];
    return rounds * kSums * kWidth * 2;
}
