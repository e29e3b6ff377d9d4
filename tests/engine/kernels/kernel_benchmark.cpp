// Speed of the products on the shapes of the preset networks, as GFLOP/s and as share of the peak that the same run
// measures. Run with CONVARIUM_KERNELS=... for another level.
#include "engine/kernels/kernel_table.h"
#include "engine/kernels/peak.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace
{

using namespace convarium::engine::kernels;

struct Shape {
    const char* name;
    int size;    ///< of the square output map
    int kernel;  ///< of the square window; input is padded so that the map keeps its size
    int in, out; ///< channels
    int images;
};

constexpr Shape kShapes[] = {
    {"3x3 1->16 28x28", 28, 3, 1, 16, 4},         {"5x5 1->6 28x28", 28, 5, 1, 6, 4},
    {"5x5 6->16 10x10", 10, 5, 6, 16, 16},        {"3x3 8->8 28x28", 28, 3, 8, 8, 4},
    {"3x3 16->16 28x28", 28, 3, 16, 16, 4},       {"3x3 16->32 14x14", 14, 3, 16, 32, 16},
    {"3x3 32->64 13x13", 13, 3, 32, 64, 8},       {"3x3 64->64 7x7", 7, 3, 64, 64, 16},
    {"1x1 64->128 14x14", 14, 1, 64, 128, 4},     {"dense 576->64, 16 images", 1, 1, 576, 64, 16},
    {"dense 576->64, 1 image", 1, 1, 576, 64, 1}, {"dense 64->10, 16 images", 1, 1, 64, 10, 16},
};

/// Buffers and offsets of one convolution over several images.
struct Problem {
    explicit Problem(const Shape& s, const KernelTable& table)
    {
        const int width = table.width;
        inLanes = s.in == 1 ? 1 : (s.in + width - 1) / width * width;
        kernel = s.kernel;
        inChannels = s.in;
        size = s.size;
        columns = (s.out + width - 1) / width * width;
        const int padded = s.size + s.kernel - 1;
        for (int i = 0; i < s.images; ++i)
            for (int y = 0; y < s.size; ++y)
                for (int x = 0; x < s.size; ++x) {
                    inOffset.push_back(((i * padded + y) * padded + x) * inLanes);
                    outOffset.push_back(((i * s.size + y) * s.size + x) * columns);
                }
        for (int y = 0; y < s.kernel; ++y)
            for (int x = 0; x < s.kernel; ++x)
                for (int c = 0; c < s.in; ++c)
                    depthOffset.push_back((y * padded + x) * inLanes + c);
        in.assign(static_cast<std::size_t>(s.images * padded * padded * inLanes), 0.5f);
        out.assign(outOffset.size() * static_cast<std::size_t>(columns), 0.25f);
        weights.assign(depthOffset.size() * static_cast<std::size_t>(columns), 0.125f);
        bias.assign(static_cast<std::size_t>(columns), 0.1f);
        operations = 2.0 * double(s.in) * s.kernel * s.kernel * s.out * double(inOffset.size());
    }

    ProductArgs product()
    {
        return {in.data(),
                out.data(),
                weights.data(),
                bias.data(),
                inOffset.data(),
                outOffset.data(),
                depthOffset.data(),
                std::int64_t(inOffset.size()),
                std::int64_t(depthOffset.size()),
                columns,
                nullptr,
                Activation::Relu,
                kernel,
                inChannels,
                size,
                inLanes};
    }

    WeightGradientArgs gradient()
    {
        return {in.data(),
                out.data(),
                weights.data(),
                bias.data(),
                inOffset.data(),
                outOffset.data(),
                depthOffset.data(),
                std::int64_t(inOffset.size()),
                std::int64_t(depthOffset.size()),
                columns,
                false};
    }

    std::int64_t columns;
    std::int64_t kernel = 1, inChannels = 1, size = 1, inLanes = 1;
    std::vector<std::int32_t> inOffset, outOffset, depthOffset;
    std::vector<float> in, out, weights, bias;
    double operations; ///< of real channels
};

/// Reports the best of the runs: other programs only ever make a run slower.
template <class F>
void measure(benchmark::State& state, double operations, F run)
{
    using Clock = std::chrono::steady_clock;
    const double peak = peakGflops(active(), 0.02);
    double best = 1e9;
    for (auto _ : state) {
        const Clock::time_point start = Clock::now();
        run();
        best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
        benchmark::ClobberMemory();
    }
    const double gflops = operations / best * 1e-9;
    state.counters["GFLOP/s"] = gflops;
    state.counters["% of peak"] = 100.0 * gflops / std::max(peak, peakGflops(active(), 0.02));
}

void forward(benchmark::State& state, Shape shape)
{
    Problem problem(shape, active());
    measure(state, problem.operations, [&] { active().product(problem.product()); });
}

void weightGradientOf(benchmark::State& state, Shape shape)
{
    Problem problem(shape, active());
    measure(state, problem.operations, [&] { active().weightGradient(problem.gradient()); });
}

void activation(benchmark::State& state, Activation kind)
{
    std::vector<float> in(4096, 0.3f), out(4096);
    for (auto _ : state) {
        active().activate(kind, in.data(), out.data(), std::int64_t(in.size()));
        benchmark::ClobberMemory();
    }
    state.counters["Gfloat/s"] = benchmark::Counter(4096e-9, benchmark::Counter::kIsIterationInvariantRate);
}

/// Local response normalisation of 28x28 places of 32 maps.
void lrn(benchmark::State& state, bool backward)
{
    LrnArgs a{};
    a.pixels = 28 * 28;
    a.channels = a.lanes = 32;
    a.before = a.after = 2;
    a.block = 32;
    a.scale = 2e-5f;
    a.k = 1.0f;
    a.beta = 0.75f;
    const std::size_t floats = std::size_t(a.pixels * a.lanes);
    std::vector<float> in(floats, 0.3f), gradient(floats, 0.1f), out(floats), scratch(4096);
    for (auto _ : state) {
        if (backward)
            active().lrnBackward(a, in.data(), gradient.data(), out.data(), scratch.data(), false);
        else
            active().lrn(a, in.data(), out.data(), scratch.data());
        benchmark::ClobberMemory();
    }
    state.counters["Gfloat/s"] =
        benchmark::Counter(double(floats) * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

} // namespace

int main(int argc, char** argv)
{
    if (*environmentError()) {
        std::fprintf(stderr, "%s\n", environmentError());
        return 2;
    }
    for (const Shape& shape : kShapes) {
        benchmark::RegisterBenchmark((std::string(shape.name) + " forward").c_str(), forward, shape);
        benchmark::RegisterBenchmark((std::string(shape.name) + " weights").c_str(), weightGradientOf, shape);
    }
    benchmark::RegisterBenchmark("tanh", activation, Activation::Tanh);
    benchmark::RegisterBenchmark("sigmoid", activation, Activation::Sigmoid);
    benchmark::RegisterBenchmark("relu", activation, Activation::Relu);
    benchmark::RegisterBenchmark("lrn forward", lrn, false);
    benchmark::RegisterBenchmark("lrn backward", lrn, true);
    benchmark::Initialize(&argc, argv);
    benchmark::AddCustomContext("kernel level", active().name);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
