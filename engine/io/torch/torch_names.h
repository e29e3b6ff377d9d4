// What layers and their tensors are called in PyTorch, and so in weight files.
#pragma once

#include "engine/layers/layer.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace convarium::engine
{

/// A layer as it stands in the module.
struct TorchNode {
    NodeId id = kNoNode;
    TorchCode code;
    std::string path;  ///< "stage1.block2.C3": attribute below self, with the groups around it
    std::string local; ///< name of its output in forward(), unique in the network
    std::vector<TensorInfo> tensors;
};

/// A group with layers in it, as a container.
struct TorchGroup {
    std::string path;
    std::string name; ///< as the user wrote it
};

struct TorchNames {
    std::vector<TorchNode> nodes;   ///< in the order of computation, inputs too
    std::vector<TorchGroup> groups; ///< parents first
    /// Key of each tensor in the state dict: "stage1.block2.C3.weight".
    std::map<std::pair<NodeId, std::string>, std::string> tensors;

    /// Set where a layer has no PyTorch form: its code is empty, its tensors are called by this program's keys.
    std::optional<Error> fault;

    [[nodiscard]] const TorchNode* find(NodeId id) const;
};

/// Names and code of all layers. Fails for a network with faults.
Result<TorchNames> torchNames(const GraphSpec& graph);

} // namespace convarium::engine
