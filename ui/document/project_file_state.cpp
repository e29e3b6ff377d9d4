#include "ui/document/project_file_state.h"

namespace convarium::ui
{

engine::Project projectOf(const DocumentState& state)
{
    engine::Project project;
    project.graph = state.graph;
    for (const auto& [id, at] : state.positions)
        project.positions[id] = {at.x(), at.y()};
    project.train = state.train;
    project.notes = state.notes;
    project.blocks = state.blocks;
    return project;
}

DocumentState stateOf(const engine::Project& project)
{
    DocumentState state{project.graph, {}, project.train, project.notes, project.blocks};
    for (const auto& [id, at] : project.positions)
        state.positions[id] = {at[0], at[1]};
    return state;
}

} // namespace convarium::ui
