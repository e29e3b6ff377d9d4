// Decides when maps are computed and of what; hands the pictures to the panel and to the canvas. UI thread.
#pragma once

#include "ui/threads/mailbox.h"
#include "ui/training/map_worker.h"

#include <QElapsedTimer>
#include <QObject>
#include <QSet>
#include <QTimer>

namespace convarium::ui
{

class TrainingController;

/// Follows the network, the newest weights, the chosen layer and the test image. At most 10 pictures a second while
/// training runs, and no more than a tenth of a core for them even while somebody draws; none while nobody watches.
class MapService final : public QObject
{
    Q_OBJECT
public:
    explicit MapService(TrainingController* controller, QObject* parent = nullptr);
    ~MapService() override;

    [[nodiscard]] TrainingController* controller() const { return m_controller; }
    /// The same object until it changes; null: there is none that works.
    [[nodiscard]] const std::shared_ptr<const engine::GraphSpec>& network() const { return m_graph; }

    /// A view of the maps of the chosen layer is visible, or no more.
    void setWatched(const QObject* view, bool visible);
    /// The canvas shows thumbnails and the reading.
    void setThumbnailsWanted(bool wanted);
    void setNode(engine::NodeId node);
    [[nodiscard]] engine::NodeId node() const { return m_node; }
    /// Which layer of the card is shown; kNoNode: the last. Another card begins with its last.
    void setStage(engine::NodeId stage);
    /// The layers of the card of the chosen one, empty without; and the one that is shown.
    [[nodiscard]] std::vector<engine::NodeId> stages() const;
    [[nodiscard]] engine::NodeId shownNode() const;
    void setMap(int map);
    void setOwnScales(bool own);
    [[nodiscard]] bool ownScales() const { return m_ownScales; }
    void setColors(MapColors colors);
    [[nodiscard]] MapColors colors() const { return m_colors; }
    /// Else in the order of the layer. Sorted anew for another layer or image, when asked to and, while training runs,
    /// every ten seconds.
    void setStrongestFirst(bool on);
    [[nodiscard]] bool strongestFirst() const { return m_strongestFirst; }
    void sortAgain();

    /// Clamped to the images there are (DatasetBundle::shown); wraps at its ends when `wrap`.
    void setImage(std::int64_t index, bool wrap = false);
    void nextImage() { setImage(m_image + 1, true); }
    void previousImage() { setImage(m_image - 1, true); }
    void randomImage();
    /// A set of one image that is shown until an image of the data is chosen; null: there is none any more, and what
    /// was shown before comes back.
    void setDrawing(engine::DatasetPtr image);
    /// One image of a batch that is walked through, shown until another one is chosen; null: what was shown before.
    void setBatchImage(engine::DatasetPtr images, std::int64_t index, std::int64_t place);
    /// Neither a drawing nor an image of a batch.
    [[nodiscard]] bool showsData() const { return !m_drawing && !m_batch.images; }
    [[nodiscard]] bool showsDrawing() const { return hasDrawing() && !m_batch.images; }
    /// It is shown, or will be again when the walk through a batch ends.
    [[nodiscard]] bool hasDrawing() const { return m_drawing != nullptr; }
    /// The set and the index in it of what is shown; null: nothing.
    [[nodiscard]] std::pair<engine::DatasetPtr, std::int64_t> shownImage() const { return {m_images, shownIndex()}; }
    [[nodiscard]] std::int64_t image() const { return m_image; }
    [[nodiscard]] std::int64_t imageCount() const;
    [[nodiscard]] int label() const { return m_label; }
    /// Name of a class, its number without one.
    [[nodiscard]] QString className(int index) const;
    /// "Test image", or of which part the images are where there is no test set.
    [[nodiscard]] QString kindOfImage() const;
    /// "Test image 5, label 7".
    [[nodiscard]] QString imageText(std::int64_t image, int label) const;
    /// The same of what is shown, whatever it is; empty: nothing.
    [[nodiscard]] QString shownText() const;
    /// "Test image", "Drawing" or "Image of the batch".
    [[nodiscard]] QString shownKind() const;
    [[nodiscard]] const MapResult& latest() const { return m_latest; }
    /// Weights are asked for, again and again: training runs and someone watches.
    [[nodiscard]] bool followsTraining() const { return m_snapshotTimer.isActive(); }
    /// Least milliseconds between two pictures, whatever asks for them.
    [[nodiscard]] int picturePeriod() const;

Q_SIGNALS:
    void mapsReady(const convarium::ui::MapResult& result);
    void thumbnailsReady(const QHash<convarium::engine::NodeId, convarium::ui::CardThumbnail>& thumbnails);
    void readingReady(const convarium::ui::OutputReading& reading);
    void imageChanged(qint64 index);
    /// There is nothing to show; why.
    void unavailable(const QString& reason);

private:
    [[nodiscard]] bool watched() const { return !m_views.isEmpty() || m_thumbnailsWanted; }
    void schedule();
    void send();
    void receive(MapResult result);
    void takeImage();
    void networkChanged();
    [[nodiscard]] std::int64_t shownIndex() const { return m_batch.images ? m_batch.index : m_drawing ? 0 : m_image; }

    TrainingController* m_controller;
    std::shared_ptr<const engine::GraphSpec> m_graph; ///< as the worker knows it
    engine::DatasetPtr m_images;                      ///< null: there is nothing to show
    engine::DatasetPtr m_drawing;                     ///< shown instead of an image of the data
    struct {
        engine::DatasetPtr images;
        std::int64_t index = 0, place = 0; ///< in the set; in the batch
    } m_batch;                             ///< shown instead of both
    std::int64_t m_image = 0;
    int m_label = -1;
    engine::NodeId m_node = engine::kNoNode;
    engine::NodeId m_stage = engine::kNoNode;
    int m_map = 0;
    bool m_ownScales = false;
    MapColors m_colors = MapColors::ByLayer;
    bool m_strongestFirst = false;
    MapOrderPtr m_order; ///< null: the next maps are sorted anew
    QElapsedTimer m_sinceOrder;
    QSet<const QObject*> m_views; ///< that are visible; never looked into
    bool m_thumbnailsWanted = false;
    int m_requestId = 0;
    int m_firstId = 0; ///< results of earlier requests are of another network
    MapResult m_latest;
    QTimer m_snapshotTimer; ///< asks for weights while training runs and someone watches
    QTimer m_sendTimer;
    QElapsedTimer m_sinceSend, m_sinceSnapshot;
    qint64 m_period = 0; ///< milliseconds between two snapshots, from what the last pictures cost
    Mailbox m_mailbox;
    std::unique_ptr<MapWorker> m_worker;
};

} // namespace convarium::ui
