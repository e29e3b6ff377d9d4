// Blocks: templates of several layers with parameters (inception, residual, ...). A block becomes plain nodes and wires
// in a group that remembers its template and arguments. One file per block fills in one descriptor.
#pragma once

#include "engine/blocks/graph_writer.h"
#include "engine/core/result.h"
#include "engine/layers/layer.h"

#include <functional>
#include <string>
#include <vector>

namespace convarium::engine
{

/// The layers whose outputs leave a block.
struct BlockOutput {
    NodeId out = kNoNode;
    NodeId skip = kNoNode; ///< a second one, for a later block (U-Net: the maps before the pooling); often none
};

/// Everything about a kind of block.
struct BlockDescriptor {
    std::string id;        ///< "residual_basic": stable, saved in files as the group's template
    std::string title;     ///< "Residual block"
    std::string shortName; ///< "Res": start of the names of its layers, "Res1.conv1"
    std::string help;      ///< one or two sentences
    std::string paper;
    int inputs = 1; ///< 2: the second comes from farther back (U-Net)
    std::vector<ParamInfo> parameters;
    /// Sets the arguments so that the block fits behind maps of this shape. May be null.
    std::function<void(Params& arguments, const Shape& input)> fit;
    /// Writes the layers into the open group. `inputs` has `inputs` entries, kNoNode where nothing feeds it yet;
    /// arguments are complete and within their ranges.
    std::function<BlockOutput(GraphWriter&, const std::vector<NodeId>& inputs, const Params& arguments)> write;
};

/// All blocks, in palette order. Built from the list that convarium_add_block() writes.
const std::vector<BlockDescriptor>& blockRegistry();
/// Null when unknown.
const BlockDescriptor* findBlock(const std::string& id);

/// What writing a block gives.
struct WrittenBlock {
    std::int64_t group = -1;
    BlockOutput output;
};

/// Writes a block as a group called `name`, its layers called `prefix` + "." + their own name. `arguments`: differences
/// from the defaults. Errors: UnknownName for a template nobody knows, InvalidArgument for arguments out of range
/// (place.port names the argument); the graph is then as far as the writing came, so write into a copy where that
/// matters.
Result<WrittenBlock> writeBlock(GraphWriter& writer, const std::string& id, const std::string& name,
                                const std::string& prefix, const Params& arguments, const std::vector<NodeId>& inputs);

/// The same for a block that is in no registry.
Result<WrittenBlock> writeBlock(GraphWriter& writer, const BlockDescriptor& block, const std::string& name,
                                const std::string& prefix, const Params& arguments, const std::vector<NodeId>& inputs);

/// "Residual block 2" and "Res2": a name and a prefix that nothing in the graph has.
struct BlockName {
    std::string name, prefix;
};
BlockName freeBlockName(const GraphSpec& graph, const BlockDescriptor& block);

} // namespace convarium::engine
