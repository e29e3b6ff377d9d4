// Takes any number of any layer apart by running the layer's own reference on numbers that remember. A new layer needs
// nothing for it.
#pragma once

#include "engine/core/result.h"
#include "engine/explain/explanation.h"
#include "engine/layers/layer.h"

#include <vector>

namespace convarium::engine
{

/// One layer with all its numbers, as the engine computed them; logical order, image after image.
struct LayerNumbers {
    const LayerDescriptor* layer = nullptr;
    Params params; ///< complete
    bool training = false;
    std::uint64_t seed = 1; ///< of the run, with node and step: for dropout
    NodeId node = kNoNode;
    std::uint32_t step = 0;
    std::vector<std::uint32_t> images; ///< index in the data set of every image of the batch
    std::vector<Shape> inputShapes;
    Shape outputShape;
    std::vector<TensorInfo> tensorInfos;
    std::vector<std::vector<float>> inputs, tensors;
    std::vector<float> output;         ///< may be empty where the backward passes are not asked for
    std::vector<float> outputGradient; ///< likewise
    [[nodiscard]] std::int64_t batch() const { return static_cast<std::int64_t>(images.size()); }
};

/// Numbers of inputs and tensors that may take part; above that a layer is too large to be taken apart.
inline constexpr std::int64_t kMostTracedNumbers = 48'000'000;

/// Number `element` (logical order) of the output for image `image` of the batch.
Result<Explanation> explainOutput(const LayerNumbers& numbers, std::int64_t image, std::int64_t element);
/// The gradient that the layer sends to one number of an input.
Result<Explanation> explainInputGradient(const LayerNumbers& numbers, std::size_t input, std::int64_t image,
                                         std::int64_t element);
/// The gradient of one weight, summed over the batch.
Result<Explanation> explainTensorGradient(const LayerNumbers& numbers, std::size_t tensor, std::int64_t element);

} // namespace convarium::engine
