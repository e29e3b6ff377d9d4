// A network as Python source: one torch.nn.Module with the user's layer names.
#pragma once

#include "engine/io/project.h"
#include "engine/io/torch/torch_names.h"

#include <string>

namespace convarium::engine
{

struct TorchModel {
    std::string source;            ///< the whole file
    std::string className;         ///< "LeNet5"
    bool hasLogits = false;        ///< forward() takes logits=True, which leaves the closing Softmax out
    bool hasUnusedWeights = false; ///< some weights lead to no output
    std::vector<NodeId> outputs;   ///< in the order forward() returns them
};

/// weightsName: file name of the weights beside the source.
Result<TorchModel> torchModel(const Project& project, const TorchNames& names, const std::string& weightsName);

} // namespace convarium::engine
