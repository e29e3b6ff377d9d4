// Which parts of an image speak for a class: three answers that can be compared.
#pragma once

#include "engine/train/trainer.h"

#include <atomic>
#include <span>

namespace convarium::engine
{

struct AttributionOptions {
    std::int64_t patch = 0;  ///< side of the square that hides a part of the image; 0: a seventh of the shorter side
    std::int64_t stride = 0; ///< from one square to the next; 0: half a side
};

/// All about the number of one class before the softmax.
struct Attribution {
    int classIndex = -1;
    double score = 0;
    /// Its slope by each number of the input, maps x height x width. Simonyan, Vedaldi and Zisserman, 2013, arXiv
    /// 1312.6034.
    Tensor inputGradient;
    /// Grad-CAM, height x width of the last maps: max(0, sum over maps of mean slope x map). Selvaraju et al., ICCV
    /// 2017, arXiv 1610.02391. Empty where no convolution gives maps of more than one place.
    Tensor gradCam;
    NodeId gradCamNode = kNoNode; ///< whose maps
    /// How much the score falls when a square is hidden behind the image's median, one number per place of the
    /// square. Zeiler and Fergus, ECCV 2014, arXiv 1311.2901.
    Tensor occlusion;
    std::int64_t patch = 1, stride = 1;
};

/// pixels: u8 in C H W. The graph must have no faults; the gradients run on the reference functions. Errors: a class
/// the network does not have, Cancelled.
Result<Attribution> attribute(const GraphSpec& graph, const WeightMap& weights, std::span<const std::uint8_t> pixels,
                              int classIndex, const AttributionOptions& options = {},
                              const std::atomic<bool>* stop = nullptr);

/// Pearson's correlation of two maps of one size, -1 .. 1; 0 when one of them is constant. For the sanity check with
/// random weights: an explanation that stays alike says nothing about what was learnt. Adebayo et al., NeurIPS 2018,
/// arXiv 1810.03292.
double likeness(const Tensor& a, const Tensor& b);

} // namespace convarium::engine
