// Activations of one image as finished pictures, made beside training on a thread of low priority.
#pragma once

#include "ui/theme/colormap.h"
#include "ui/theme/number_words.h"
#include "ui/theme/theme.h"
#include "ui/training/network_probe.h"

#include <QHash>
#include <QImage>
#include <QList>
#include <QStringList>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

namespace convarium::ui
{

/// Which colours maps have. ByLayer: the sequential ones where a layer gives nothing below zero, else the signed ones.
enum class MapColors : std::uint8_t { ByLayer, Signed, Sequential };

/// Which map stands where: the strongest first, by the mean of the magnitudes.
struct MapOrder {
    engine::NodeId of = engine::kNoNode; ///< whose maps
    std::vector<int> maps;               ///< by place
    std::vector<int> places;             ///< by map
};
using MapOrderPtr = std::shared_ptr<const MapOrder>;

/// What shall be shown. A value; the pointers lead to immutable things.
struct MapRequest {
    int id = 0;
    std::shared_ptr<const engine::GraphSpec> graph; ///< the same object until the network changes
    engine::WeightsPtr weights;                     ///< null: the initial weights of `seed`
    std::uint64_t seed = 1;
    engine::DatasetPtr images;
    std::int64_t image = 0;                 ///< index in images
    engine::NodeId node = engine::kNoNode;  ///< whose maps; kNoNode: none
    engine::NodeId stage = engine::kNoNode; ///< which layer of its card; kNoNode, or of another card: the last
    int map = 0;
    bool ownScales = false;
    MapColors colors = MapColors::ByLayer;
    bool strongestFirst = false;
    MapOrderPtr order; ///< kept as long as it fits; null: sort anew
    bool thumbnails = true;
    bool dark = false;
};

/// Small picture for a card.
struct CardThumbnail {
    QImage atlas;              ///< one pixel per value
    int count = 0;             ///< maps side by side; 1 for a list
    QList<NumberRange> ranges; ///< of each of them; empty for an image
};

/// Shares what grows with the number of maps: a copy costs the same for one map and for thousands.
struct MapResult {
    int id = 0;
    QString error; ///< a sentence when nothing could be computed
    engine::NodeId node = engine::kNoNode;
    engine::NodeId shown = engine::kNoNode; ///< whose output it is: the stage of the card
    int count = 0, width = 0, height = 0;   ///< maps and their size; a list has count numbers of 1x1
    QImage atlas;                           ///< one pixel per value, maps in `columns` columns
    int columns = 1;
    ColorMap colors = ColorMap::Signed;
    double scale = 0; ///< colours end at -scale, or at 0, and at +scale; own scales: those of the chosen map
    QList<float> values;
    QList<NumberRange> ranges; ///< of each map; of a list each number's own
    MapOrderPtr order;         ///< null: as the layer has them
    bool picture = false;      ///< the atlas is the image itself
    int map = 0;
    int kernelCount = 0, kernelWidth = 0, kernelHeight = 0;
    QImage kernels;                  ///< kernels of the chosen map side by side, one pixel per weight
    std::vector<float> kernelValues; ///< their weights
    engine::WeightsPtr weights;      ///< all of the network, as they were used
    engine::WeightsPtr given;        ///< those of the request
    QImage input;
    QHash<engine::NodeId, CardThumbnail> thumbnails;
    OutputReading reading;
    double milliseconds = 0; ///< what computing it took of one core
};

/// The end of the chain of docked layers (activation, BatchNorm, Dropout) that hangs on this node.
engine::NodeId dockedEnd(const engine::GraphSpec& graph, engine::NodeId node);
/// The layers of the card that has this one: its first, then what is docked to that.
std::vector<engine::NodeId> dockedStages(const engine::GraphSpec& graph, engine::NodeId node);
/// Of those the wanted one, where it is one of them, else the last.
engine::NodeId dockedStage(const engine::GraphSpec& graph, engine::NodeId node, engine::NodeId wanted);

/// Why the network cannot read images of this shape; empty when it can.
QString imageFault(const engine::GraphSpec& graph, const engine::Shape& image);

/// Gets requests, computes only the latest one. The result function is called on the worker's thread.
class MapWorker final
{
public:
    MapWorker(const TrainingServices& services, std::function<void(MapResult)> result);
    /// Joins: waits for the picture in hand, some milliseconds.
    ~MapWorker();
    MapWorker(const MapWorker&) = delete;
    MapWorker& operator=(const MapWorker&) = delete;
    /// Any thread. Replaces a request that has not begun.
    void request(MapRequest request);

private:
    void work();
    MapResult compute(const MapRequest& request);
    engine::Result<void> readImage(const MapRequest& request);

    std::function<void(MapResult)> m_result;
    // Worker thread only.
    NetworkProbe m_probe;
    engine::DatasetPtr m_images; ///< where m_pixels come from
    std::int64_t m_image = -1;
    std::vector<std::uint8_t> m_pixels; ///< C H W
    std::shared_ptr<const engine::GraphSpec> m_graph;
    std::set<engine::NodeId> m_neverNegative; ///< layers of m_graph

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::optional<MapRequest> m_next;
    bool m_quit = false;
    std::thread m_thread; ///< last
};

} // namespace convarium::ui
