// The kernels, written once for any vector width. Each level_*.cpp includes this file exactly once, after defining
//   CONVARIUM_KERNEL_NAMESPACE    a name of its own
//   CONVARIUM_KERNEL_WIDTH        floats per vector
//   CONVARIUM_KERNEL_BLOCK        columns of a packed block
//   CONVARIUM_KERNEL_TILE_PIXELS  most pixels of a register tile with 1, 2, ... block / width vectors of columns
//   CONVARIUM_KERNEL_SLIDE_PIXELS likewise with 1 and 2 vectors, where windows slide
// and is compiled with the CPU flags of its level. Everything sits in an unnamed namespace, and no standard container
// or algorithm is used: a function shared with another file might be kept in the copy that needs the newer CPU.
#pragma once

#include "engine/kernels/kernel_table.h"

#include <cstddef>
#include <cstdint>
#include <utility>
#if defined(__SSE__)
#include <immintrin.h>
#endif

namespace convarium::engine::kernels::CONVARIUM_KERNEL_NAMESPACE
{
namespace
{

// clang-format off
#include "engine/kernels/impl/vector.inl"
#include "engine/kernels/impl/pointwise.inl"
#include "engine/kernels/impl/function.inl"
#include "engine/kernels/impl/binary.inl"
#include "engine/kernels/impl/product.inl"
#include "engine/kernels/impl/weight_gradient.inl"
#include "engine/kernels/impl/winograd.inl"
#include "engine/kernels/impl/sparse_gradient.inl"
#include "engine/kernels/impl/transpose.inl"
#include "engine/kernels/impl/depthwise.inl"
#include "engine/kernels/impl/pool.inl"
#include "engine/kernels/impl/normalise.inl"
#include "engine/kernels/impl/lrn.inl"
#include "engine/kernels/impl/softmax.inl"
#include "engine/kernels/impl/loss.inl"
#include "engine/kernels/impl/update.inl"
#include "engine/kernels/impl/peak.inl"
// clang-format on

constexpr KernelTable makeTable(const char* name)
{
    return {.name = name,
            .width = kWidth,
            .block = kBlock,
            .product = product,
            .weightGradient = weightGradient,
            .winogradWindows = winogradWindows,
            .winogradOutputs = winogradOutputs,
            .winogradGradients = winogradGradients,
            .winogradWeights = winogradWeights,
            .winogradWeightGradient = winogradWeightGradient,
            .listPooledGradient = listPooledGradient,
            .sparseGradient = sparseGradient,
            .addTransposed = addTransposed,
            .transpose = transpose,
            .padCopy = padCopy,
            .spreadPixels = spreadPixels,
            .depthwise = depthwise,
            .depthwiseGradient = depthwiseGradient,
            .maxPool = maxPool,
            .maxPoolBackward = maxPoolBackward,
            .averagePool = averagePool,
            .averagePoolBackward = averagePoolBackward,
            .activate = activate,
            .activateBackward = activateBackward,
            .function = function,
            .functionBackward = functionBackward,
            .binary = binary,
            .binaryBackward = binaryBackward,
            .add = add,
            .scaleAdd = scaleAdd,
            .maskScale = maskScale,
            .channelSums = channelSums,
            .channelAffine = channelAffine,
            .channelGradientSums = channelGradientSums,
            .channelGradient = channelGradient,
            .lrn = lrn,
            .lrnBackward = lrnBackward,
            .softmax = softmax,
            .softmaxBackward = softmaxBackward,
            .logSoftmax = logSoftmax,
            .logSoftmaxBackward = logSoftmaxBackward,
            .softmaxCrossEntropy = softmaxCrossEntropy,
            .sigmoidCrossEntropy = sigmoidCrossEntropy,
            .squaredError = squaredError,
            .loadImage = loadImage,
            .updateSgd = updateSgd,
            .updateMomentum = updateMomentum,
            .updateNesterov = updateNesterov,
            .updateRmsprop = updateRmsprop,
            .updateAdagrad = updateAdagrad,
            .updateAdam = updateAdam,
            .gradientSquares = gradientSquares,
            .moveTowards = moveTowards,
            .multiplyAddLoop = multiplyAddLoop};
}

} // namespace
} // namespace convarium::engine::kernels::CONVARIUM_KERNEL_NAMESPACE
