// What an edit can change, as one comparable value, and the smallest reversible changes of it.
#pragma once

#include "engine/graph/graph_spec.h"
#include "engine/io/project.h"
#include "engine/train/train_config.h"

#include <QPointF>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace convarium::ui
{

using engine::NodeId;
/// Upper left corners of the cards in scene pixels. A docked layer has a place too, used once it is undocked.
using Positions = std::map<NodeId, QPointF>;

struct DocumentState {
    engine::GraphSpec graph;
    Positions positions;
    engine::TrainConfig train;
    std::vector<engine::Note> notes;
    std::vector<engine::BlockCard> blocks; ///< of groups that are folded, saved or have parameters
    friend bool operator==(const DocumentState&, const DocumentState&) = default;
};

namespace step
{
/// added: the node appears at `index` of GraphSpec::nodes; otherwise it disappears from there.
struct NodeStep {
    bool added = true;
    std::size_t index = 0;
    engine::Node node;
    std::optional<QPointF> position; ///< empty: not placed yet
};
struct EdgeStep {
    bool added = true;
    std::size_t index = 0;
    engine::Edge edge;
};
struct ParamStep {
    NodeId node;
    std::string key;
    engine::ParamValue before, after;
};
struct NameStep {
    NodeId node; ///< kNoNode: the title of the network
    std::string before, after;
};
struct FrozenStep {
    NodeId node;
    bool before, after;
};
struct MoveStep {
    std::map<NodeId, std::pair<QPointF, QPointF>> moves; ///< before, after
};
struct TrainStep {
    engine::TrainConfig before, after;
};
/// Ids are never reused, and undo gives the counter back.
struct NextIdStep {
    NodeId before, after;
};
struct InputsStep {
    std::vector<engine::InputSpec> before, after;
};
struct OutputsStep {
    std::vector<engine::OutputSpec> before, after;
};
/// Blocks came, went, or forgot their templates.
struct GroupsStep {
    std::vector<engine::Group> before, after;
};
/// Notes came, went, moved or got another text.
struct NotesStep {
    std::vector<engine::Note> before, after;
};
/// Blocks were folded, opened or got other parameters.
struct BlocksStep {
    std::vector<engine::BlockCard> before, after;
};
/// The layer belongs to another group.
struct MemberStep {
    NodeId node;
    std::int64_t before, after;
};
} // namespace step

using Step = std::variant<step::NodeStep, step::EdgeStep, step::ParamStep, step::NameStep, step::FrozenStep,
                          step::MoveStep, step::TrainStep, step::NextIdStep, step::InputsStep, step::OutputsStep,
                          step::GroupsStep, step::NotesStep, step::BlocksStep, step::MemberStep>;

/// Does a step change what is computed (the graph), or only how it looks and is trained?
[[nodiscard]] bool changesGraph(const Step& step);
/// The step that takes `step` back.
[[nodiscard]] Step inverse(const Step& step);
void applyStep(const Step& step, DocumentState& state);

/// The groups that are drawn as one box.
using FoldedGroups = std::set<std::int64_t>;
[[nodiscard]] FoldedGroups foldedGroups(const DocumentState& state);
/// Null when nothing is known of the group but its name.
[[nodiscard]] const engine::BlockCard* findBlockCard(const std::vector<engine::BlockCard>& blocks, std::int64_t group);

} // namespace convarium::ui
