// The window on the network: zoom, pan, gestures, keys.
#pragma once

#include "ui/canvas/canvas_scene.h"
#include "ui/document/layer_catalogue.h"

#include <QGraphicsView>
#include <array>
#include <functional>
#include <memory>

QT_BEGIN_NAMESPACE
class QNativeGestureEvent;
QT_END_NAMESPACE

namespace convarium::ui
{

class BlockForm;
class CanvasActions;
class FaultCard;
class CanvasNotice;
class Gesture;
class KeyboardLink;
class LayerSearch;
class NoteEditor;
struct BlockDraft;
struct GesturePoint;
struct OwnBlock;

/// Accessible name "Network canvas". UI thread. The document must outlive the view.
class CanvasView final : public QGraphicsView
{
    Q_OBJECT
public:
    static constexpr double kMinZoom = 0.05, kMaxZoom = 4;
    /// Mime type of a layer dragged from the palette; the data is its id.
    static constexpr const char* kLayerMime = "application/x-convarium-layer";

    explicit CanvasView(ProjectDocument* document, QWidget* parent = nullptr);
    ~CanvasView() override;

    [[nodiscard]] ProjectDocument* document() const { return m_document; }
    [[nodiscard]] CanvasScene* canvasScene() const { return m_scene; }
    [[nodiscard]] CanvasActions* commands() const { return m_actions; }
    [[nodiscard]] QList<NodeId> selection() const { return m_scene->selection(); }

    /// 1 is 100 %; the text size comes on top.
    [[nodiscard]] double zoom() const { return m_zoom; }
    void setZoom(double zoom);
    /// What is seen of the network, to come back to.
    struct Place {
        double zoom = 1;
        QPointF corner;      ///< upper left, in the scene
        bool fitted = false; ///< whatever the size
    };
    [[nodiscard]] Place place() const { return {m_zoom, mapToScene(QPoint(0, 0)), m_fitted}; }
    /// At once, whatever the size of the view: a resize keeps zoom and corner, or fits anew.
    void comeBackTo(const Place& place);
    /// The whole network, never larger than 100 %. Holds while the window is resized, until somebody zooms or pans.
    /// Where that would be smaller than leastZoom: 100 % around what is selected, or from where the network begins.
    void fit(double leastZoom = 0);
    void fitSelection();
    void tidy();
    void setBars(BarMode mode) { m_scene->setBars(mode); }
    void setStepTimes(const std::map<NodeId, double>& milliseconds) { m_scene->setStepTimes(milliseconds); }
    /// `count` square maps side by side, or one row of values for a list.
    void setThumbnails(NodeId id, const QImage& atlas, int count, const QList<NumberRange>& ranges = {})
    {
        m_scene->setThumbnails(id, atlas, count, ranges);
    }
    void clearThumbnails() { m_scene->clearThumbnails(); }
    void setSeen(const FieldMark& mark) { m_scene->setSeen(mark); }
    void setReading(const Reading& reading) { m_scene->setReading(reading); }
    void setWalk(const std::optional<CanvasWalk>& walk) { m_scene->setWalk(walk); }
    /// Selects the layer, brings it into the window and opens its fault card if it has a fault.
    void focusNode(NodeId id);
    /// Selects a node and brings it into sight; the focus stays where it is.
    void showNode(NodeId id);
    void select(const QList<NodeId>& ids) { m_scene->select(ids); }

    /// Adds a layer or block after the selected one (palette: double click, Enter) and returns it, or the first of the
    /// block's layers. Null id when nobody knows the type.
    NodeId addLayer(const QString& layerId);
    void removeSelection();
    void duplicateSelection();
    void copySelection();
    void cutSelection();
    /// Adds what is on the clipboard beside where it came from, or in the middle of what is seen.
    void paste();
    /// A new note where the pointer is, or in the middle, ready to be written in.
    void addNote();
    void editNote(NoteIndex note);
    void selectAll();
    /// The settings of the selected layer, or the text of the selected note.
    void editSelected();
    /// The menu of what can be done with what is selected, beside it.
    void openMenu();
    // Blocks: of the selected layers, or the block that is selected whole. What cannot be is said in one sentence.
    /// Opens the form for a new block.
    void makeBlock();
    /// Opens the form for name and parameters.
    void editBlock();
    void dissolveBlock();
    /// Draws the block as one box, or opens it.
    void toggleFold();
    void setFolded(std::int64_t group, bool folded);
    /// Into My blocks; a copy of a saved block takes its place there.
    void saveBlock();
    /// The block whose layers are selected; -1: none, or more than that.
    [[nodiscard]] std::int64_t selectedBlock() const;
    /// The selected one, or all that lie whole in the selection.
    [[nodiscard]] std::vector<std::int64_t> blocksToFold() const;
    [[nodiscard]] bool allFolded(const std::vector<std::int64_t>& groups) const;
    [[nodiscard]] bool isFolded(std::int64_t group) const;
    /// Which of My blocks saving it would replace; null: none.
    [[nodiscard]] const OwnBlock* savedAs(std::int64_t group) const;
    [[nodiscard]] BlockForm* blockForm() const { return m_blockForm; }
    /// Selects a node that has just been added and brings it into the window.
    void showAdded(NodeId id);
    void showAdded(const std::vector<NodeId>& ids);
    [[nodiscard]] bool gestureActive() const { return m_gesture != nullptr; }
    [[nodiscard]] FaultCard* faultCard() const { return m_faultCard; }
    [[nodiscard]] LayerSearch* search() const { return m_search; }
    [[nodiscard]] CanvasNotice* notice() const { return m_notice; }
    [[nodiscard]] NoteEditor* noteEditor() const { return m_noteEditor; }

    /// A sentence for the user: shown on the canvas and told to assistive technology. stays: until the next one.
    void say(const QString& text, bool stays = false);
    /// Finds a layer by name and settings, `text` typed already: into the selected wire, behind the selected layer,
    /// else where the pointer is.
    void searchLayer(const QString& text);
    /// Finds a layer by name that takes the place of the selected one and keeps what fits.
    void searchReplacement();
    /// The only layer that is selected, unless it stands for a folded block; kNoNode: none.
    [[nodiscard]] NodeId replaceable() const;
    /// Offers the layers that fit at a port whose wire was let go at `at`.
    void offerAtPort(NodeId node, bool fromOutput, QPointF port, QPointF at);

Q_SIGNALS:
    void selectionChanged(const QList<convarium::ui::NodeId>& ids);
    /// A double click: the settings.
    void inspectRequested(qint64 node);
    /// One level deeper, the numbers.
    void lookInsideRequested(qint64 node);
    /// Enter: the settings of the layer.
    void editRequested(qint64 node);
    void renameRequested(qint64 node);
    void zoomChanged(double zoom);
    void statusMessage(const QString& text);
    /// The space bar was tapped.
    void trainingToggled();

protected:
    void drawBackground(QPainter* painter, const QRectF& rect) override;
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    bool viewportEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool focusNextPrevChild(bool next) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;

private:
    [[nodiscard]] GesturePoint point(QPoint view, Qt::KeyboardModifiers modifiers) const;
    void begin(std::unique_ptr<Gesture> gesture);
    void endGesture(const GesturePoint* finish);
    void moveGesture(QPoint view, Qt::KeyboardModifiers modifiers);
    void scrollAtEdge();
    /// What lies at that point of the viewport stays there.
    void zoomAt(QPointF view, double zoom);
    [[nodiscard]] bool nativeGesture(QNativeGestureEvent* event);
    void pressLayer(NodeId id, const GesturePoint& at);
    void pressBlock(std::int64_t group, const GesturePoint& at);
    /// The menu is to be about what lies there: selects it unless it is part of what is selected.
    void selectForMenu(const Hit& hit);
    void openMenuAt(QPoint view);
    /// Where its menu was asked for, or where the pointer is over the view: for what is to come there.
    [[nodiscard]] std::optional<QPointF> pointedAt() const;
    [[nodiscard]] QPoint menuPlace() const;
    void applyZoom(double zoom);
    void fitAgain();
    void showFrom(QPointF corner);
    void showRect(const QRectF& rect, double margin);
    void updateSceneRect();
    void updateFaultCard();
    /// The same, and moves the picture where the card would cover its layer.
    void showFault();
    void placeMissing();
    void add(const Fragment& fragment, QPointF offset, const QString& verb);
    [[nodiscard]] QString toolTipAt(QPoint view) const;
    void pressNote(NoteIndex note, const GesturePoint& at);
    // Keyboard: the focus walks from layer to layer.
    void focusAndSelect(NodeId id);
    [[nodiscard]] NodeId neighbour(NodeId id, int key) const;
    /// The layer, or the one that stands for the folded block around it.
    [[nodiscard]] NodeId shownOf(NodeId id) const;
    void nudge(int key);
    [[nodiscard]] std::vector<NodeId> focusOrder() const;
    /// What Tab stops at: a layer, a wire or a note.
    struct Stop {
        NodeId node = engine::kNoNode;
        std::optional<engine::Edge> wire;
        std::optional<NoteIndex> note;
        friend bool operator==(const Stop&, const Stop&) = default;
    };
    [[nodiscard]] std::vector<Stop> stops() const;
    [[nodiscard]] Stop currentStop() const;
    void goTo(const Stop& stop);
    void walk(int key, bool extend);
    void walkAcross(const engine::Edge& wire, bool forward);
    [[nodiscard]] std::vector<engine::Edge> wiresOf(NodeId id, bool leaving) const;
    void enter();
    /// Opens the search; `add` makes the layer and returns what was added.
    void openSearch(std::vector<LayerEntry> entries, QPoint at, const QString& text,
                    std::function<std::vector<NodeId>(const LayerChoice&)> add, const QString& prompt = {});
    void searchAt(QPointF place, NodeId after);
    /// What was chosen in the form.
    struct BlockChoice {
        QString name;
        std::vector<engine::BlockParameter> parameters;
        bool keep = false;
    };
    void openBlockForm(const BlockDraft& draft, std::function<void(const BlockChoice&)> then);
    void showBlock(std::int64_t group);
    void tellKeys();
    void startLink();
    bool linkKey(int key);
    void tellLink();
    void endLink(const QString& text);

    ProjectDocument* m_document;
    CanvasScene* m_scene;
    CanvasActions* m_actions = nullptr;
    FaultCard* m_faultCard = nullptr;
    QPoint m_faultRoom; ///< how far the faulty layer would have to move to be free of its fault card
    LayerSearch* m_search = nullptr;
    CanvasNotice* m_notice = nullptr;
    NoteEditor* m_noteEditor = nullptr;
    BlockForm* m_blockForm = nullptr;
    std::function<void(const BlockChoice&)> m_blockChosen;
    std::function<std::vector<NodeId>(const LayerChoice&)> m_add; ///< what to do with the layer found
    std::optional<std::array<QPointF, 3>> m_offered; ///< output, input, loose end of a wire that waits for it
    QList<NodeId> m_selectedBefore;                  ///< the last press in the open
    std::unique_ptr<Gesture> m_gesture;
    std::optional<QPointF> m_menuAt; ///< in the scene, while a menu is open
    QPoint m_pressedAt, m_heldAt;    ///< in the viewport
    Qt::KeyboardModifiers m_heldWith;
    QTimer m_edgeTimer; ///< runs while a gesture is held at the edge
    double m_zoom = 1;
    bool m_fitted = true;
    double m_leastZoom = 0; ///< while fitted
    bool m_spaceHeld = false;
    bool m_spaceUsed = false; ///< a drag began while it was held
    bool m_updating = false;
    NodeId m_faultWanted = engine::kNoNode; ///< asked for by name, even when no repair is known
    std::unique_ptr<KeyboardLink> m_link;   ///< drawn by keys
    bool m_cameBack = false;                ///< on to the wire, against its direction
    QByteArray m_pasted;                    ///< what was pasted last, and how often
    int m_pastes = 0;
};

} // namespace convarium::ui
