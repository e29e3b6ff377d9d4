#include "ui/document/project_document.h"

#include "engine/layers/layer.h"
#include "ui/document/edit_command.h"

#include <QFileInfo>
#include <algorithm>
#include <set>

namespace convarium::ui
{

using What = DocumentChange::What;

namespace
{

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};

bool changesBlocks(const Step& step)
{
    return std::holds_alternative<step::GroupsStep>(step) || std::holds_alternative<step::BlocksStep>(step) ||
           std::holds_alternative<step::MemberStep>(step);
}

/// The event a step causes; nothing for bookkeeping.
std::optional<DocumentChange> eventOf(const Step& given)
{
    DocumentChange change;
    const bool told = std::visit(Overloaded{[&](const step::NodeStep& s) {
                                                change.what = s.added ? What::NodeAdded : What::NodeRemoved;
                                                change.node = s.node.id;
                                                return true;
                                            },
                                            [&](const step::EdgeStep& s) {
                                                change.what = s.added ? What::EdgeAdded : What::EdgeRemoved;
                                                change.edge = s.edge;
                                                return true;
                                            },
                                            [&](const step::ParamStep& s) {
                                                change.what = What::ParamChanged;
                                                change.node = s.node;
                                                change.key = s.key;
                                                return true;
                                            },
                                            [&](const step::NameStep& s) {
                                                change.what = What::NodeRenamed;
                                                change.node = s.node;
                                                return true;
                                            },
                                            [&](const step::FrozenStep& s) {
                                                change.what = What::FrozenChanged;
                                                change.node = s.node;
                                                return true;
                                            },
                                            [&](const step::MoveStep&) {
                                                change.what = What::NodesMoved;
                                                return true;
                                            },
                                            [&](const step::TrainStep&) {
                                                change.what = What::TrainConfigChanged;
                                                return true;
                                            },
                                            [&](const step::NotesStep&) {
                                                change.what = What::NotesChanged;
                                                return true;
                                            },
                                            [](const auto&) { return false; }},
                                 given);
    return told ? std::optional(change) : std::nullopt;
}

} // namespace

ProjectDocument::ProjectDocument(QObject* parent) : QObject(parent)
{
    qRegisterMetaType<DocumentChange>();
    connect(&m_stack, &QUndoStack::cleanChanged, this, [this](bool clean) { Q_EMIT modifiedChanged(!clean); });
    workOut();
}

// The stack's own end would tell of a change to a document that is half gone.
ProjectDocument::~ProjectDocument()
{
    m_stack.disconnect(this);
}

QPointF ProjectDocument::position(NodeId id) const
{
    const auto it = m_state.positions.find(id);
    return it == m_state.positions.end() ? QPointF() : it->second;
}

void ProjectDocument::reset(engine::GraphSpec graph, Positions positions, engine::TrainConfig train,
                            const QString& file, std::vector<engine::Note> notes, std::vector<engine::BlockCard> blocks)
{
    // Every edit and every field of the inspector may then rely on all settings being there.
    for (engine::Node& node : graph.nodes)
        if (const engine::LayerDescriptor* layer = engine::findLayer(node.type))
            if (auto complete = engine::completeParams(*layer, node.params))
                node.params = std::move(*complete);
    m_state = {std::move(graph), std::move(positions), std::move(train), std::move(notes), std::move(blocks)};
    m_file = file;
    m_lastGood.clear();
    m_lastGoodCounts.clear();
    m_lastGoodTotals.reset();
    m_warnings.clear();
    ++m_gesture;
    m_stack.clear();
    workOut();
    Q_EMIT changed({What::Reset});
    Q_EMIT modifiedChanged(isModified());
}

void ProjectDocument::placeNodes(const Positions& positions)
{
    for (const auto& [id, place] : positions)
        if (m_state.graph.node(id))
            m_state.positions.try_emplace(id, place);
    Q_EMIT changed({What::NodesMoved});
}

QString ProjectDocument::title() const
{
    const engine::GraphSpec& g = m_state.graph;
    const std::string& text = g.title.empty() ? g.name : g.title;
    return text.empty() ? tr("Untitled") : QString::fromStdString(text);
}

void ProjectDocument::markSaved(const QString& file)
{
    m_file = file;
    ++m_gesture;
    m_stack.setClean();
    Q_EMIT changed({What::FileChanged});
}

void ProjectDocument::markUnsaved()
{
    m_stack.resetClean();
}

void ProjectDocument::setClasses(std::optional<std::int64_t> classes)
{
    if (m_classes == classes)
        return;
    m_classes = classes;
    workOut();
    Q_EMIT changed({What::ShapesChanged});
}

void ProjectDocument::applySteps(const std::vector<Step>& steps)
{
    bool graphChanged = false;
    for (const Step& step : steps) {
        if (const auto* node = std::get_if<step::NodeStep>(&step); node && !node->added)
            Q_EMIT changed({What::NodeAboutToBeRemoved, node->node.id, {}, {}});
        applyStep(step, m_state);
        graphChanged = graphChanged || changesGraph(step);
    }
    // Views hear of the parts only now, so that whatever they read belongs to the finished edit.
    if (graphChanged)
        workOut();
    for (const Step& step : steps)
        if (const auto change = eventOf(step))
            Q_EMIT changed(*change);
    if (std::any_of(steps.begin(), steps.end(), changesBlocks))
        Q_EMIT changed({What::BlocksChanged});
    if (graphChanged)
        Q_EMIT changed({What::ShapesChanged});
}

void ProjectDocument::pushSteps(const QString& text, std::vector<Step> steps, bool dragging)
{
    if (steps.empty())
        return;
    if (!dragging)
        ++m_gesture;
    m_stack.push(new EditCommand(this, text, std::move(steps), dragging ? m_gesture : 0));
}

void ProjectDocument::endGesture()
{
    ++m_gesture;
}

void ProjectDocument::workOut()
{
    m_shaped = engine::inferShapes(m_state.graph, m_classes);
    for (const auto& [id, shape] : m_shaped.shapes)
        m_lastGood[id] = shape;
    m_counts = engine::countNetwork(m_state.graph, m_shaped);
    for (const auto& [id, counts] : m_counts.nodes)
        m_lastGoodCounts[id] = counts;
    if (isWhole())
        m_lastGoodTotals = m_counts.total;
}

std::vector<engine::Problem> ProjectDocument::problemsOf(NodeId id) const
{
    std::vector<engine::Problem> result;
    for (const engine::Problem& problem : m_shaped.problems)
        if (problem.error.place.node == id)
            result.push_back(problem);
    return result;
}

void ProjectDocument::setWarnings(std::vector<engine::Problem> warnings)
{
    if (warnings.empty() && m_warnings.empty())
        return;
    m_warnings = std::move(warnings);
    Q_EMIT changed({What::WarningsChanged});
}

std::optional<engine::Shape> ProjectDocument::shape(NodeId id) const
{
    const auto it = m_shaped.shapes.find(id);
    return it == m_shaped.shapes.end() ? std::nullopt : std::optional(it->second);
}

std::optional<engine::Shape> ProjectDocument::lastGoodShape(NodeId id) const
{
    const auto it = m_lastGood.find(id);
    return it == m_lastGood.end() ? std::nullopt : std::optional(it->second);
}

engine::Counts ProjectDocument::counts(NodeId id) const
{
    const auto it = m_counts.nodes.find(id);
    return it == m_counts.nodes.end() ? engine::Counts() : it->second;
}

engine::Counts ProjectDocument::lastGoodCounts(NodeId id) const
{
    const auto it = m_lastGoodCounts.find(id);
    return it == m_lastGoodCounts.end() ? engine::Counts() : it->second;
}

} // namespace convarium::ui
