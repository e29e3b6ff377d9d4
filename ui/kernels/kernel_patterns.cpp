#include "ui/kernels/kernel_patterns.h"

#include <QCoreApplication>
#include <QRandomGenerator>
#include <array>
#include <cmath>
#include <random>

namespace convarium::ui
{

namespace
{

using Values = std::optional<std::vector<float>>;

QString words(const char* text)
{
    return QCoreApplication::translate("KernelPatterns", text);
}

std::vector<float> filled(const KernelSize& size, float value)
{
    return std::vector<float>(static_cast<std::size_t>(size.count()), value);
}

KernelPattern pattern3(const char* title, const char* help, const std::array<float, 9>& numbers)
{
    return {words(title), words(help), [numbers](const KernelSize& size) -> Values {
                if (size.height < 3 || size.width < 3)
                    return {};
                auto values = filled(size, 0);
                const int top = (size.height - 3) / 2, left = (size.width - 3) / 2;
                for (int i = 0; i < 9; ++i)
                    values[static_cast<std::size_t>((top + i / 3) * size.width + left + i % 3)] =
                        numbers[static_cast<std::size_t>(i)];
                return values;
            }};
}

/// A row of Pascal's triangle: the bell curve in whole numbers.
std::vector<float> binomials(int count)
{
    std::vector<float> row{1};
    while (static_cast<int>(row.size()) < count) {
        row.push_back(0);
        for (std::size_t i = row.size() - 1; i > 0; --i)
            row[i] += row[i - 1];
    }
    return row;
}

Values gaussian(const KernelSize& size)
{
    const auto down = binomials(size.height), across = binomials(size.width);
    std::vector<float> values;
    for (const float d : down)
        for (const float a : across)
            values.push_back(std::ldexp(d * a, 2 - size.height - size.width));
    return values;
}

Values identity(const KernelSize& size)
{
    auto values = filled(size, 0);
    values[static_cast<std::size_t>((size.height - 1) / 2 * size.width + (size.width - 1) / 2)] = 1;
    return values;
}

/// He et al., "Delving Deep into Rectifiers", ICCV 2015, arXiv 1502.01852.
Values random(const KernelSize& size)
{
    std::normal_distribution<float> normal(0, std::sqrt(2.0F / static_cast<float>(size.count() * size.maps)));
    auto values = filled(size, 0);
    for (float& v : values)
        v = normal(*QRandomGenerator::global());
    return values;
}

} // namespace

const std::vector<KernelPattern>& kernelPatterns()
{
    static const std::vector<KernelPattern> all{
        {words("Identity"), words("Hands the map on as it is."), identity},
        {words("Box blur"), words("The mean of the patch."),
         [](const KernelSize& size) { return filled(size, 1.0F / static_cast<float>(size.count())); }},
        {words("Gaussian blur"), words("A mean in which the middle counts most."), gaussian},
        pattern3("Sharpen", "The middle against its four neighbours, and the map itself.",
                 {0, -1, 0, -1, 5, -1, 0, -1, 0}),
        pattern3("Sobel horizontal", "Finds horizontal edges: brighter below than above.",
                 {-1, -2, -1, 0, 0, 0, 1, 2, 1}),
        pattern3("Sobel vertical", "Finds vertical edges: brighter at the right than at the left.",
                 {-1, 0, 1, -2, 0, 2, -1, 0, 1}),
        pattern3("Laplacian", "Finds edges in every direction: the four neighbours against the middle.",
                 {0, 1, 0, 1, -4, 1, 0, 1, 0}),
        pattern3("Emboss", "Light from the upper left: edges look raised.", {-2, -1, 0, -1, 1, 1, 0, 1, 2}),
        {words("Random (He)"), words("As weights start: a normal distribution, deviation \u221a(2 / inputs)."), random},
        {words("Zero"), words("Sees nothing."), [](const KernelSize& size) { return filled(size, 0); }},
    };
    return all;
}

} // namespace convarium::ui
