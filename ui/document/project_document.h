// The open project: the single place where the network, its picture and its training settings are edited.
#pragma once

#include "engine/analysis/counts.h"
#include "engine/core/result.h"
#include "ui/document/document_state.h"
#include "ui/document/layer_choice.h"

#include <QObject>
#include <QString>
#include <QUndoStack>
#include <functional>
#include <optional>
#include <set>

namespace convarium::ui
{

class EditBuilder;
using NoteIndex = std::size_t;

/// A small typed event: what changed, so that only the views of it repaint.
struct DocumentChange {
    enum class What {
        Reset,                ///< another project: forget everything
        NodeAdded,            ///< node
        NodeAboutToBeRemoved, ///< node; the graph still has it
        NodeRemoved,          ///< node
        EdgeAdded,            ///< edge
        EdgeRemoved,          ///< edge
        NodesMoved,           ///< some positions
        ParamChanged,         ///< node, key
        NodeRenamed,          ///< node; kNoNode: the title of the network
        FrozenChanged,        ///< node
        TrainConfigChanged,
        NotesChanged,    ///< any of them
        BlocksChanged,   ///< groups, what belongs to them, how they are shown or set
        ShapesChanged,   ///< shapes, counts and problems have been worked out again
        FileChanged,     ///< file name
        WarningsChanged, ///< what a training run showed
    };
    What what = What::Reset;
    NodeId node = engine::kNoNode;
    std::string key{};
    engine::Edge edge{};
};

/// What a paste brings: nodes with their wires among each other.
struct Fragment {
    std::vector<engine::Node> nodes;
    std::vector<engine::Edge> edges;
    std::vector<engine::Group> groups; ///< blocks that are there whole
    std::vector<engine::BlockCard> blocks;
    Positions positions;
    std::vector<engine::Note> notes; ///< their arrows to other layers stay behind
    [[nodiscard]] bool isEmpty() const { return nodes.empty() && notes.empty(); }
};

/// Lives in the UI thread. Every edit is a method here and one step on the undo stack; views react to changed().
class ProjectDocument final : public QObject
{
    Q_OBJECT
public:
    explicit ProjectDocument(QObject* parent = nullptr);
    ~ProjectDocument() override;

    [[nodiscard]] const DocumentState& state() const { return m_state; }
    [[nodiscard]] const engine::GraphSpec& graph() const { return m_state.graph; }
    [[nodiscard]] const Positions& positions() const { return m_state.positions; }
    [[nodiscard]] QPointF position(NodeId id) const;
    [[nodiscard]] const engine::TrainConfig& trainConfig() const { return m_state.train; }
    [[nodiscard]] const std::vector<engine::Note>& notes() const { return m_state.notes; }
    [[nodiscard]] const std::vector<engine::BlockCard>& blocks() const { return m_state.blocks; }
    [[nodiscard]] QUndoStack* undoStack() { return &m_stack; }

    /// Another project: forgets the undo history. Positions may be missing; the canvas fills them in.
    void reset(engine::GraphSpec graph, Positions positions, engine::TrainConfig train, const QString& file = {},
               std::vector<engine::Note> notes = {}, std::vector<engine::BlockCard> blocks = {});
    /// Places for nodes that have none; not an edit.
    void placeNodes(const Positions& positions);

    /// Title of the network, else its name, else "Untitled".
    [[nodiscard]] QString title() const;
    [[nodiscard]] QString filePath() const { return m_file; }
    [[nodiscard]] bool isModified() const { return !m_stack.isClean(); }
    /// The state as it is now lies in that file.
    void markSaved(const QString& file);
    /// The state as it is now lies in no file, although no edit led to it: it was recovered.
    void markUnsaved();

    /// Classes of the chosen data set, for the check of the head; 10 at first.
    void setClasses(std::optional<std::int64_t> classes);
    [[nodiscard]] std::optional<std::int64_t> classes() const { return m_classes; }

    // Worked out after each change.
    [[nodiscard]] const engine::ShapedGraph& shaped() const { return m_shaped; }
    [[nodiscard]] const std::vector<engine::Problem>& problems() const { return m_shaped.problems; }
    [[nodiscard]] std::vector<engine::Problem> problemsOf(NodeId id) const;
    /// What the last training run showed to be unhealthy: no part of the project, and never a reason not to train.
    [[nodiscard]] const std::vector<engine::Problem>& warnings() const { return m_warnings; }
    void setWarnings(std::vector<engine::Problem> warnings);
    [[nodiscard]] std::optional<engine::Shape> shape(NodeId id) const;
    /// The shape, or the last one that worked.
    [[nodiscard]] std::optional<engine::Shape> lastGoodShape(NodeId id) const;
    [[nodiscard]] engine::Counts counts(NodeId id) const;
    /// The counts, or those of the last shape that worked.
    [[nodiscard]] engine::Counts lastGoodCounts(NodeId id) const;
    /// Of the layers whose shape is known.
    [[nodiscard]] const engine::Counts& totals() const { return m_counts.total; }
    [[nodiscard]] bool isWhole() const { return m_shaped.shapes.size() == m_state.graph.nodes.size(); }
    /// The totals as they were when the shapes of all layers were known last; empty: never yet.
    [[nodiscard]] const std::optional<engine::Counts>& lastGoodTotals() const { return m_lastGoodTotals; }

    /// May a wire be drawn from one layer's output to the other's input? The reason, if not.
    [[nodiscard]] engine::Result<void> canConnect(NodeId from, NodeId to) const;
    /// The same for the end of an existing wire, which would leave its old target.
    [[nodiscard]] engine::Result<void> canRewire(const engine::Edge& edge, NodeId to) const;

    // Edits. Those that return an id give kNoNode when the layer type is unknown.
    NodeId addNode(const LayerChoice& choice, QPointF position);
    /// Adds the layer and, where that is allowed, a wire from `after` to it.
    NodeId addNodeAfter(const LayerChoice& choice, QPointF position, NodeId after);
    NodeId insertOnWire(const engine::Edge& edge, const std::string& layerId, QPointF position);
    /// The nodes with their wires, and notes; bridge: consumers of single-input layers are fed by what fed those.
    void removeNodes(const std::vector<NodeId>& ids, bool bridge, const std::set<NoteIndex>& notes = {},
                     const QString& verb = tr("Delete"));
    engine::Result<void> connectNodes(NodeId from, NodeId to);
    /// May a wire lead from the layer into the block?
    [[nodiscard]] engine::Result<void> canConnectToBlock(NodeId from, std::int64_t group) const;
    /// Feeds every layer of the block that has no input yet; one step.
    engine::Result<void> connectToBlock(NodeId from, std::int64_t group);
    void removeEdge(const engine::Edge& edge);
    engine::Result<void> rewire(const engine::Edge& edge, NodeId to);
    /// dragging: joins the previous change of the same thing until endGesture() is called.
    void moveNodes(const Positions& places, bool dragging = false, const std::map<NoteIndex, QPointF>& notes = {});
    void setParam(NodeId node, const std::string& key, const engine::ParamValue& value, bool dragging = false);
    /// Several settings as one step, e.g. both sides of a kernel; text as stepText() of the first.
    void setParams(NodeId node, const std::vector<std::pair<std::string, engine::ParamValue>>& values);
    void setTrainConfig(const engine::TrainConfig& config, bool dragging = false);
    /// The slider or spin box has been let go: the next change is a step of its own.
    void endGesture();
    void renameNode(NodeId node, const QString& name);
    void renameNetwork(const QString& title);
    void setFrozen(NodeId node, bool frozen) { setFrozen(std::vector<NodeId>{node}, frozen); }
    void setFrozen(const std::vector<NodeId>& nodes, bool frozen);
    void arrange(const Positions& places); ///< "Tidy the layout"
    // Notes are known by their place in notes(); undo restores it.
    NoteIndex addNote(const engine::Note& note);
    /// Another text, place, size or arrow.
    void setNote(NoteIndex index, const engine::Note& note, bool dragging = false);
    /// A copy of these nodes and the wires between them.
    [[nodiscard]] Fragment fragment(const std::vector<NodeId>& ids, const std::set<NoteIndex>& notes = {}) const;
    /// Adds the fragment moved by `offset`; returns the new ids; its notes are the last ones. verb: "Paste".
    std::vector<NodeId> paste(const Fragment& fragment, QPointF offset, const QString& verb);
    /// Any composition as one step of the undo stack; nothing when `build` adds no steps. dragging: joins a previous
    /// one of the same settings.
    void edit(const QString& text, const std::function<void(EditBuilder&)>& build, bool dragging = false);

Q_SIGNALS:
    void changed(const convarium::ui::DocumentChange& change);
    void modifiedChanged(bool modified);

private:
    friend class EditCommand;
    void applySteps(const std::vector<Step>& steps);
    void pushSteps(const QString& text, std::vector<Step> steps, bool dragging);
    void workOut();

    DocumentState m_state;
    engine::ShapedGraph m_shaped;
    std::vector<engine::Problem> m_warnings;
    std::map<NodeId, engine::Shape> m_lastGood;
    std::map<NodeId, engine::Counts> m_lastGoodCounts;
    std::optional<engine::Counts> m_lastGoodTotals;
    engine::NetworkCounts m_counts;
    std::optional<std::int64_t> m_classes = 10;
    QUndoStack m_stack;
    quint64 m_gesture = 1;
    QString m_file;
};

} // namespace convarium::ui

Q_DECLARE_METATYPE(convarium::ui::DocumentChange)
