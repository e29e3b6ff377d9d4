// The scene: keeps items equal to the document and holds what is only seen (selection, focus, hover, drags).
#pragma once

#include "ui/canvas/block_item.h"
#include "ui/canvas/layer_bars.h"
#include "ui/canvas/network_picture.h"
#include "ui/canvas/node_item.h"
#include "ui/canvas/note_item.h"
#include "ui/canvas/output_item.h"
#include "ui/canvas/wire_item.h"
#include "ui/document/project_document.h"

#include <QGraphicsScene>
#include <QList>
#include <QTimer>
#include <QVariantAnimation>
#include <memory>
#include <optional>
#include <set>

namespace convarium::ui
{

/// What lies under a point.
struct Hit {
    enum class Kind {
        Nothing,
        OutputPort,
        InputPort,
        Layer,
        Wire,
        Block,
        Note,
        NoteGrip,        ///< its corner, which resizes it
        NoteArrowHandle, ///< from which a new arrow is drawn
        NoteArrow
    };
    Kind kind = Kind::Nothing;
    NodeId node = engine::kNoNode;
    int port = 0;                     ///< InputPort: place among the ports, from the top; NoteArrow: which one
    std::optional<engine::Edge> edge; ///< Wire; InputPort: the wire that ends there
    std::int64_t group = -1;          ///< Block: the head of whose frame it is
    std::optional<NoteIndex> note{};
};

/// A wire that is being drawn.
struct WireDraft {
    QPointF from, to;
    std::map<NodeId, bool> fits;        ///< verdict for every layer; others are faded
    bool toInput = true;                ///< drawn from an output
    std::optional<engine::Edge> lifted; ///< existing wire whose end is in the hand
};

/// An arrow of a note.
struct NoteArrowId {
    NoteIndex note = 0;
    std::size_t arrow = 0;
    friend bool operator==(const NoteArrowId&, const NoteArrowId&) = default;
};

/// A batch that is walked through: who is at work, and what has not been reached.
struct CanvasWalk {
    NodeId working = engine::kNoNode;
    Work work = Work::None;
    std::set<engine::Edge> flowing; ///< wires its numbers run through
    std::set<NodeId> waiting;       ///< layers that are still to come in this pass
    friend bool operator==(const CanvasWalk&, const CanvasWalk&) = default;
};

class CanvasScene final : public QGraphicsScene
{
    Q_OBJECT
public:
    explicit CanvasScene(ProjectDocument* document, QObject* parent = nullptr);
    ~CanvasScene() override;

    [[nodiscard]] ProjectDocument* document() const { return m_document; }
    [[nodiscard]] Level level() const { return m_level; }
    [[nodiscard]] double viewScale() const { return m_scale; }
    void setViewScale(double scale);

    [[nodiscard]] const Stacks& stacks() const { return m_stacks; }
    /// The card that shows the layer; null when there is none.
    [[nodiscard]] NodeItem* itemOf(NodeId id) const;
    [[nodiscard]] WireItem* wireOf(const engine::Edge& edge) const;
    /// The frame of an open block; null when there is none.
    [[nodiscard]] const BlockItem* blockOf(std::int64_t group) const;
    /// The innermost frame around that point; null when there is none.
    [[nodiscard]] const BlockItem* blockAt(QPointF scenePos) const;
    /// Place of a layer's port in the scene; inside a card it lies at the edge of the layer's part.
    [[nodiscard]] QPointF outputPort(NodeId id) const;
    [[nodiscard]] QPointF inputPort(NodeId id, int slot) const;
    /// All layers that the card of this one stands for, where that is a folded block; else the layer alone.
    [[nodiscard]] QList<NodeId> wholeOf(NodeId id) const;
    /// A wire between what two cards show: a folded block is fed where it has no input, and feeds by its last layer.
    [[nodiscard]] engine::Result<void> canConnect(NodeId from, NodeId to) const;
    engine::Result<void> connectCards(NodeId from, NodeId to);
    /// The layer into which a wire to this one's card leads.
    [[nodiscard]] NodeId entryOf(NodeId id) const;
    /// Ports that the layer shows: 0 for inputs, at least 2 for merges.
    [[nodiscard]] int inputPortCount(NodeId id) const;
    [[nodiscard]] Hit hitAt(QPointF scenePos) const;
    /// The nearest wire within `reach` scene pixels, whatever lies on top of it; none of those at the card `except`.
    [[nodiscard]] std::optional<engine::Edge> wireAt(QPointF scenePos, double reach,
                                                     NodeId except = engine::kNoNode) const;
    /// Everything drawn, without margins.
    [[nodiscard]] QRectF contentRect() const;
    [[nodiscard]] QRectF rectOf(const QList<NodeId>& ids) const;
    /// Cards whose layers a rubber band touches, and notes.
    [[nodiscard]] QList<NodeId> layersIn(const QRectF& rect) const;
    [[nodiscard]] std::set<NoteIndex> notesIn(const QRectF& rect) const;
    [[nodiscard]] const NoteItem& noteItem(NoteIndex index) const { return *m_notes.at(index); }
    /// What an arrow points at: the layer's part of its card, or an empty rectangle at a place.
    [[nodiscard]] QRectF arrowTarget(const engine::NoteArrow& arrow) const;

    [[nodiscard]] const QList<NodeId>& selection() const { return m_selection; }
    [[nodiscard]] std::optional<engine::Edge> selectedWire() const { return m_selectedWire; }
    [[nodiscard]] const std::set<NoteIndex>& selectedNotes() const { return m_selectedNotes; }
    [[nodiscard]] const std::optional<NoteArrowId>& selectedArrow() const { return m_selectedArrow; }
    /// Exactly these layers and notes.
    void select(const QList<NodeId>& ids, const std::set<NoteIndex>& notes = {});
    void selectNotes(const std::set<NoteIndex>& notes);
    void selectArrow(const NoteArrowId& arrow);
    void selectWire(const engine::Edge& edge);
    [[nodiscard]] NodeId focusedNode() const { return m_focused; }
    /// visible: draw the ring (keyboard use).
    void setFocusedNode(NodeId id, bool visible);
    void setHover(const Hit& hit);

    /// Shows cards elsewhere while they are dragged; empty: where the document has them.
    void previewMove(const Positions& places);
    /// The same for notes, which may also have another size.
    void previewNotes(std::map<NoteIndex, engine::Note> notes);
    /// Cards on their way to new places.
    [[nodiscard]] bool isGliding() const { return m_glide.state() == QAbstractAnimation::Running || m_glideStarts; }
    void setWireDraft(const std::optional<WireDraft>& draft);
    [[nodiscard]] const std::optional<WireDraft>& wireDraft() const { return m_draft; }
    /// The wire a dropped layer would go into.
    void setDropWire(const std::optional<engine::Edge>& edge);

    void setBars(BarMode mode);
    [[nodiscard]] const LayerBars& bars() const { return m_bars; }
    /// What a training step took, by layer: for the bars of BarMode::Time.
    void setStepTimes(const std::map<NodeId, double>& milliseconds);
    void setThumbnails(NodeId id, const QImage& atlas, int count, const QList<NumberRange>& ranges);
    void clearThumbnails();
    /// On the pictures of the images: what the chosen unit sees.
    void setSeen(const FieldMark& mark);
    void setReading(const Reading& reading);
    [[nodiscard]] const OutputItem* outputItem() const { return m_output; }
    /// How far a batch has come, while it is walked through.
    void setWalk(const std::optional<CanvasWalk>& walk);
    [[nodiscard]] const std::optional<CanvasWalk>& walk() const { return m_walk; }
    /// 0..1: how far the dots on the wires are on their way to the next one's place; none with reduced motion.
    [[nodiscard]] std::optional<double> flowPhase() const;

    /// Colours or text changed.
    void refresh();

    /// The whole network as it is drawn at 100 % in the light theme, whatever the view shows: for pictures in files.
    [[nodiscard]] NetworkPicture print();

Q_SIGNALS:
    /// Something else is selected: these layers, and perhaps a wire, notes or an arrow.
    void layersSelected(const QList<convarium::ui::NodeId>& ids);
    /// Cards or wires came, went or moved.
    void arranged();
    /// A node is about to go; interfaces to it must be let go of.
    void nodeGoing(qint64 node);

private:
    void documentChanged(const DocumentChange& change);
    /// With every layer of a folded block all of them.
    [[nodiscard]] QList<NodeId> whole(const QList<NodeId>& ids) const;
    void rebuild();
    void rebuildBlocks();
    void refreshBlocks();
    void refreshPictures(bool markChanges);
    void noteChanges(bool mark);
    /// While it is marked.
    [[nodiscard]] QStringList changeOf(NodeId id) const;
    /// Probabilities for the card that gives the answer; empty for every other one.
    [[nodiscard]] QVector<double> outputBars(const NodeItem& item) const;
    void refreshBars();
    void runFlow();
    void refreshStates();
    void refreshWires();
    void place();
    /// Puts everything where it belongs and lets cards glide there from these places.
    void glide(Positions from);
    void stopGlide();
    [[nodiscard]] Positions shownPlaces() const;
    void refreshNotes();
    void refreshNoteStates();
    [[nodiscard]] std::optional<Hit> noteHit(QPointF pos) const;
    [[nodiscard]] std::optional<Hit> noteArrowHit(QPointF pos) const;
    void reroute();
    void placeOutput();
    /// The layer whose output is the network's answer; kNoNode while there is none.
    [[nodiscard]] NodeId outputSource() const;

    ProjectDocument* m_document;
    Level m_level = Level::Near;
    double m_scale = 1;
    Stacks m_stacks;
    std::map<NodeId, std::unique_ptr<NodeItem>> m_items;         ///< by head
    std::vector<std::unique_ptr<WireItem>> m_wires;              ///< between cards
    std::map<std::int64_t, std::unique_ptr<BlockItem>> m_blocks; ///< by group
    std::vector<RouteFrame> m_frames;                            ///< the cards of each
    std::unique_ptr<OutputItem> m_outputOwner;
    OutputItem* m_output;
    QList<NodeId> m_selection;
    std::vector<std::unique_ptr<NoteItem>> m_notes; ///< by index
    std::set<NoteIndex> m_selectedNotes;
    std::optional<NoteArrowId> m_selectedArrow;
    std::map<NoteIndex, engine::Note> m_notePreview;
    std::optional<engine::Edge> m_selectedWire, m_dropWire;
    NodeId m_focused = engine::kNoNode;
    bool m_focusVisible = false;
    Hit m_hover;
    Positions m_preview;
    Positions m_glideFrom;
    QVariantAnimation m_glide;
    bool m_glideStarts = false; ///< in the next turn of the event loop
    std::optional<WireDraft> m_draft;
    LayerBars m_bars{BarMode::Parameters, {}};
    std::map<NodeId, double> m_stepTimes;
    std::map<NodeId, Thumbnails> m_thumbnails;
    FieldMark m_seen;
    std::optional<CanvasWalk> m_walk;
    QVariantAnimation m_flow; ///< of the dots on the wires
    bool m_structureStale = false;
    std::map<NodeId, engine::Shape> m_shapes;  ///< as they were worked out last
    std::map<NodeId, engine::Shape> m_changed; ///< those that are marked as changed, as they were before
    QTimer m_changedTimer;                     ///< how long changed shapes stay marked
};

} // namespace convarium::ui
