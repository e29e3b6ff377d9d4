// Collects the steps of one edit while keeping a copy of the state as it will be, so that edits can be composed.
#pragma once

#include "engine/blocks/block.h"
#include "ui/document/document_state.h"
#include "ui/document/layer_choice.h"

#include <functional>
#include <set>

namespace convarium::ui
{

class EditBuilder final
{
public:
    explicit EditBuilder(const DocumentState& state) : m_state(state), m_before(state.graph) {}

    [[nodiscard]] const engine::GraphSpec& graph() const { return m_state.graph; }
    [[nodiscard]] const DocumentState& state() const { return m_state; }
    /// Ends the edit: blocks that have other layers inside forget their templates, empty ones go.
    [[nodiscard]] std::vector<Step> takeSteps();
    [[nodiscard]] bool isEmpty() const { return m_steps.empty(); }

    /// Adds a node with a fresh id (returned); kNoNode when its type is unknown.
    NodeId addLayer(const LayerChoice& choice, QPointF position);
    /// Another kind of layer in the place of a node: settings with the same key that are within its range and not
    /// chosen otherwise, wires, group and place stay. Returns its fresh id; kNoNode when either is unknown.
    NodeId replaceNode(NodeId old, const LayerChoice& choice);
    /// Layers that are in the graph stand for `old` from now on, of which they get the group (whole groups among them
    /// move along), arrows of notes and the parameters of blocks (`first`), inputs (`first`) and outputs (`last`).
    /// Wires are not touched.
    void takeOver(const std::set<NodeId>& old, const std::set<NodeId>& heirs, NodeId first, NodeId last,
                  std::int64_t group);
    /// Adds a copy of the node with a fresh id and, unless it is free, a fresh name.
    NodeId addCopy(engine::Node node, QPointF position);
    void addEdge(const engine::Edge& edge);
    /// Adds the layers of a block as a group with a name of its own, all at `position`; `inputs` feed it, kNoNode where
    /// nothing does yet. Errors as writeBlock(); then nothing is added.
    engine::Result<engine::WrittenBlock> addBlock(const std::string& blockId, const engine::Params& arguments,
                                                  const std::vector<NodeId>& inputs, QPointF position);
    /// A group of these layers and whole groups inside the group `parent`; returns its id.
    std::int64_t makeBlock(const std::set<NodeId>& ids, std::int64_t parent, const std::string& name);
    /// Its layers and groups belong to the group around it from now on.
    void dissolveBlock(std::int64_t group);
    void setGroups(std::vector<engine::Group> groups);
    /// Replaces what is known of that group.
    void setBlockCard(const engine::BlockCard& card);
    void setFolded(std::int64_t group, bool folded);
    /// Writes a block that has a template with other arguments, as rewriteBlock(); layers that come are placed on the
    /// first of the block. Errors as there; then nothing changes.
    engine::Result<void> setBlockArguments(std::int64_t group, const engine::Params& arguments);
    void setBlockParameters(std::int64_t group, std::vector<engine::BlockParameter> parameters);
    /// The saved block that it is a copy of.
    void setBlockSource(std::int64_t group, const std::string& name);
    void renameBlock(std::int64_t group, const std::string& name);
    /// Copies of groups with fresh ids and names that are free; by the old id.
    std::map<std::int64_t, std::int64_t> addGroupCopies(const std::vector<engine::Group>& groups);
    /// closeGap: later inputs of a merge move up by one slot.
    void removeEdge(const engine::Edge& edge, bool closeGap = true);
    /// The wire runs through a chain of layers from now on: into `first`, out of `last`.
    void leadThrough(const engine::Edge& wire, NodeId first, NodeId last);
    /// The same with several ways in: ends of wires, whose beginnings do not matter. What is drawn as one wire, since
    /// it feeds several layers of a folded block, stays one.
    void leadThrough(const engine::Edge& wire, const std::vector<engine::Edge>& entries, NodeId last);
    /// Takes the nodes off all others; wires among them stay. bridge: as in removeNodes().
    void detachNodes(const std::set<NodeId>& ids, bool bridge);
    /// Removes the nodes with their wires. bridge: what alone fed them feeds their consumers instead.
    void removeNodes(const std::set<NodeId>& ids, bool bridge);
    /// No step when the value is what it is already, or out of its range.
    void setParam(NodeId node, const std::string& key, const engine::ParamValue& value);
    void rename(NodeId node, const std::string& name);
    void setFrozen(NodeId node, bool frozen);
    void move(const Positions& places);
    void setOutputs(std::vector<engine::OutputSpec> outputs);
    void setNotes(std::vector<engine::Note> notes);
    void setTrainConfig(const engine::TrainConfig& config);

    /// A wire between two nodes into the next free slot.
    [[nodiscard]] engine::Edge nextEdge(NodeId from, NodeId to) const;

private:
    void push(Step step);
    NodeId addNode(engine::Node node, QPointF position);
    void setBlocks(std::vector<engine::BlockCard> blocks);
    void moveIntoGroup(const std::set<NodeId>& ids, std::int64_t group);
    [[nodiscard]] engine::BlockCard blockCard(std::int64_t group) const;
    [[nodiscard]] std::vector<engine::Edge> drawnAsOne(const engine::Edge& wire) const;
    void tidyGroups();
    void tidyBlocks();

    DocumentState m_state;
    engine::GraphSpec m_before;
    std::vector<Step> m_steps;
};

} // namespace convarium::ui
