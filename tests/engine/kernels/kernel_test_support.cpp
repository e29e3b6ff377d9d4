#include "tests/engine/kernels/kernel_test_support.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine::kernels
{

std::vector<const KernelTable*> tablesUnderTest()
{
    std::vector<const KernelTable*> tables;
    int count = 0;
    const Level* all = levels(&count);
    for (int i = 0; i < count; ++i)
        if (all[i].supported)
            tables.push_back(all[i].table);
#if defined(__x86_64__)
    if (find("avx2"))
        tables.push_back(&wideTable());
#endif
    return tables;
}

std::vector<std::int64_t> lengthsFor(const KernelTable& table)
{
    const std::int64_t w = table.width;
    return {0, 1, w - 1, w, w + 1, 2 * w, 2 * w + 3, 31, 97, 1009};
}

double reference(Activation activation, double x)
{
    switch (activation) {
    case Activation::None: return x;
    case Activation::Relu: return x < 0.0 ? 0.0 : x;
    case Activation::Relu6: return x < 0.0 ? 0.0 : x > 6.0 ? 6.0 : x;
    case Activation::Tanh: return std::tanh(x);
    case Activation::Sigmoid: return 1.0 / (1.0 + std::exp(-x));
    }
    return x;
}

bool isClose(double found, double wanted, double tolerance, double scale)
{
    if (std::isnan(found) || std::isnan(wanted))
        return std::isnan(found) && std::isnan(wanted);
    return std::abs(found - wanted) <= tolerance * scale;
}

std::int64_t roundUp(std::int64_t n, std::int64_t unit)
{
    return (n + unit - 1) / unit * unit;
}

std::int64_t packedIndex(const KernelTable& table, std::int64_t depth, std::int64_t columns, std::int64_t k,
                         std::int64_t j)
{
    const std::int64_t first = j / table.block * table.block;
    const std::int64_t stored = std::min<std::int64_t>(table.block, roundUp(columns - first, table.width));
    return first * depth + k * stored + (j - first);
}

} // namespace convarium::engine::kernels
