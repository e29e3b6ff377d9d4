// The numbers that tests take apart.
#pragma once

#include "engine/explain/network_numbers.h"
#include "tests/support/noise_images.h"

#include <numeric>

namespace convarium::test
{

using namespace convarium::engine;

/// Of one image as an evaluation sees it, or of four as a training step does; with gradients. The network begins with
/// its Input.
inline Result<std::unique_ptr<NetworkNumbers>> computedNumbers(const GraphSpec& graph, WeightsPtr weights,
                                                               bool training, int classes)
{
    NumbersOptions options;
    options.gradients = true;
    options.training = training;
    options.batch = training ? 4 : 1;
    auto numbers = NetworkNumbers::create(graph, options);
    if (!numbers)
        return numbers;
    (*numbers)->setWeights(std::move(weights));
    const Params& p = graph.nodes.front().params;
    const Shape shape{p.integer("channels"), p.integer("height"), p.integer("width")};
    std::vector<std::uint32_t> images(static_cast<std::size_t>(options.batch));
    std::iota(images.begin(), images.end(), 0u);
    if (auto ran = (*numbers)->run(noiseImages(shape, static_cast<int>(options.batch), classes), images, 7, 5); !ran)
        return ran.error();
    return numbers;
}

} // namespace convarium::test
