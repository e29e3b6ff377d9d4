#include "engine/blocks/block.h"

#include <algorithm>

namespace convarium::engine
{

std::vector<BlockDescriptor> describeAllBlocks(); // written by CMake from the list of blocks

const std::vector<BlockDescriptor>& blockRegistry()
{
    static const std::vector<BlockDescriptor> blocks = describeAllBlocks();
    return blocks;
}

const BlockDescriptor* findBlock(const std::string& id)
{
    const auto& blocks = blockRegistry();
    const auto it = std::find_if(blocks.begin(), blocks.end(), [&](const BlockDescriptor& b) { return b.id == id; });
    return it == blocks.end() ? nullptr : &*it;
}

Result<WrittenBlock> writeBlock(GraphWriter& writer, const std::string& id, const std::string& name,
                                const std::string& prefix, const Params& arguments, const std::vector<NodeId>& inputs)
{
    const BlockDescriptor* block = findBlock(id);
    if (!block)
        return Error{ErrorCode::UnknownName,
                     "There is no block '" + id + "'.",
                     "Check its spelling, or install the newest Convarium.",
                     {}};
    return writeBlock(writer, *block, name, prefix, arguments, inputs);
}

Result<WrittenBlock> writeBlock(GraphWriter& writer, const BlockDescriptor& block, const std::string& name,
                                const std::string& prefix, const Params& arguments, const std::vector<NodeId>& inputs)
{
    auto complete = completeParams(block.title, block.parameters, arguments);
    if (!complete)
        return complete.error();
    std::vector<NodeId> sources = inputs;
    sources.resize(static_cast<std::size_t>(block.inputs), kNoNode);
    WrittenBlock written;
    written.group = writer.beginGroup(name, prefix + ".", block.id, *complete);
    written.output = block.write(writer, sources, *complete);
    writer.endGroup();
    if (!writer.status())
        return writer.status().error();
    return written;
}

BlockName freeBlockName(const GraphSpec& graph, const BlockDescriptor& block)
{
    for (int n = 1;; ++n) {
        const BlockName wanted{block.title + " " + std::to_string(n), block.shortName + std::to_string(n)};
        const bool groupTaken = std::any_of(graph.groups.begin(), graph.groups.end(),
                                            [&](const Group& g) { return g.name == wanted.name; });
        const bool nodeTaken = std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) {
            return node.name.starts_with(wanted.prefix + ".");
        });
        if (!groupTaken && !nodeTaken)
            return wanted;
    }
}

} // namespace convarium::engine
