// Layers and settings that blocks and built-in networks share.
#pragma once

#include "engine/blocks/block.h"

namespace convarium::engine::parts
{

/// Settings of a square convolution, padded by half its kernel on every side.
Params convolution(std::int64_t filters, std::int64_t kernel, std::int64_t stride = 1, bool bias = true);
/// The same without padding.
Params validConvolution(std::int64_t filters, std::int64_t kernel, std::int64_t stride = 1, bool bias = true);
/// Settings of a square pool without padding, stride as its size.
Params pool(std::int64_t size);
/// Settings of a square pool with padding on every side.
Params pool(std::int64_t size, std::int64_t stride, std::int64_t pad);

/// Depthwise convolution, padded by half its kernel, without bias.
Params depthwise(std::int64_t kernel, std::int64_t stride = 1);
/// Separable convolution, padded by half its kernel, without bias.
Params separable(std::int64_t filters, std::int64_t kernel);

/// Convolution, BatchNorm if wanted, activation if `activation` names a layer type. Names: name, name_bn, name_act. The
/// convolution has a bias only where no BatchNorm follows.
NodeId convolved(GraphWriter& writer, const std::string& name, NodeId input, std::int64_t filters, std::int64_t kernel,
                 std::int64_t stride, bool batchNorm, const std::string& activation);

/// Parameters for descriptors.
ParamInfo maps(const std::string& key, const std::string& title, std::int64_t standard, const std::string& help,
               std::int64_t minimum = 1);
ParamInfo number(const std::string& key, const std::string& title, std::int64_t standard, std::int64_t minimum,
                 std::int64_t maximum, const std::string& help);
ParamInfo flag(const std::string& key, const std::string& title, bool standard, const std::string& help);
ParamInfo choice(const std::string& key, const std::string& title, const std::vector<std::string>& choices,
                 const std::string& help);
/// identity or projection: what residual blocks do on their short way.
ParamInfo shortcut();

/// Maps of an input shape, or its numbers where it is a list.
inline std::int64_t mapsOf(const Shape& shape)
{
    return shape.rank() > 0 ? shape[0] : 1;
}

} // namespace convarium::engine::parts
