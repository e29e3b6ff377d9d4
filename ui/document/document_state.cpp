#include "ui/document/document_state.h"

#include <algorithm>

namespace convarium::ui
{

namespace
{
template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};

template <class T>
void insertAt(std::vector<T>& list, std::size_t index, const T& value)
{
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(std::min(index, list.size())), value);
}
} // namespace

bool changesGraph(const Step& step)
{
    return !std::holds_alternative<step::MoveStep>(step) && !std::holds_alternative<step::TrainStep>(step) &&
           !std::holds_alternative<step::NotesStep>(step) && !std::holds_alternative<step::BlocksStep>(step);
}

Step inverse(const Step& given)
{
    Step result = given;
    std::visit(Overloaded{[](step::NodeStep& s) { s.added = !s.added; }, [](step::EdgeStep& s) { s.added = !s.added; },
                          [](step::MoveStep& s) {
                              for (auto& [id, move] : s.moves)
                                  std::swap(move.first, move.second);
                          },
                          [](auto& s) { std::swap(s.before, s.after); }},
               result);
    return result;
}

void applyStep(const Step& given, DocumentState& state)
{
    engine::GraphSpec& graph = state.graph;
    std::visit(Overloaded{[&](const step::NodeStep& s) {
                              if (s.added) {
                                  insertAt(graph.nodes, s.index, s.node);
                                  if (s.position)
                                      state.positions[s.node.id] = *s.position;
                              } else {
                                  std::erase_if(graph.nodes, [&](const engine::Node& n) { return n.id == s.node.id; });
                                  state.positions.erase(s.node.id);
                              }
                          },
                          [&](const step::EdgeStep& s) {
                              if (s.added)
                                  insertAt(graph.edges, s.index, s.edge);
                              else
                                  std::erase(graph.edges, s.edge);
                          },
                          [&](const step::ParamStep& s) {
                              if (engine::Node* node = graph.node(s.node))
                                  node->params.set(s.key, s.after);
                          },
                          [&](const step::NameStep& s) {
                              if (s.node == engine::kNoNode)
                                  graph.title = s.after;
                              else if (engine::Node* node = graph.node(s.node))
                                  node->name = s.after;
                          },
                          [&](const step::FrozenStep& s) {
                              if (engine::Node* node = graph.node(s.node))
                                  node->frozen = s.after;
                          },
                          [&](const step::MoveStep& s) {
                              for (const auto& [id, move] : s.moves)
                                  state.positions[id] = move.second;
                          },
                          [&](const step::TrainStep& s) { state.train = s.after; },
                          [&](const step::NextIdStep& s) { graph.nextId = s.after; },
                          [&](const step::InputsStep& s) { graph.inputs = s.after; },
                          [&](const step::OutputsStep& s) { graph.outputs = s.after; },
                          [&](const step::GroupsStep& s) { graph.groups = s.after; },
                          [&](const step::NotesStep& s) { state.notes = s.after; },
                          [&](const step::BlocksStep& s) { state.blocks = s.after; },
                          [&](const step::MemberStep& s) {
                              if (engine::Node* node = graph.node(s.node))
                                  node->group = s.after;
                          }},
               given);
}

FoldedGroups foldedGroups(const DocumentState& state)
{
    FoldedGroups folded;
    for (const engine::BlockCard& card : state.blocks)
        if (card.folded)
            folded.insert(card.group);
    return folded;
}

const engine::BlockCard* findBlockCard(const std::vector<engine::BlockCard>& blocks, std::int64_t group)
{
    const auto it = std::find_if(blocks.begin(), blocks.end(), [&](const auto& card) { return card.group == group; });
    return it == blocks.end() ? nullptr : &*it;
}

} // namespace convarium::ui
