#include "ui/training/map_service.h"

#include "ui/training/training_controller.h"

#include <QRandomGenerator>
#include <algorithm>

namespace convarium::ui
{

namespace
{
constexpr int kPictureMs = 100;
constexpr int kSlowestMs = 2000;
constexpr int kSortMs = 10'000;
/// Of one core, for pictures nobody asked for: a deep network's maps follow less often, its training stays fast.
constexpr double kShare = 0.025;
/// Of one core, for all pictures, also those a hand asks for by drawing: while training runs; they still answer it.
constexpr double kMostShare = 0.1;
constexpr int kSlowestAnswerMs = 400;
} // namespace

MapService::MapService(TrainingController* controller, QObject* parent) : QObject(parent), m_controller(controller)
{
    m_worker = std::make_unique<MapWorker>(controller->services(), [this](MapResult result) {
        m_mailbox.post([this, result = std::move(result)]() mutable { receive(std::move(result)); });
    });
    m_sendTimer.setSingleShot(true);
    connect(&m_sendTimer, &QTimer::timeout, this, &MapService::send);
    m_snapshotTimer.setInterval(kPictureMs);
    connect(&m_snapshotTimer, &QTimer::timeout, this, [this] {
        if (m_sinceSnapshot.isValid() && m_sinceSnapshot.elapsed() + kPictureMs / 2 < m_period)
            return;
        m_sinceSnapshot.start();
        m_controller->requestSnapshot();
    });
    connect(controller, &TrainingController::snapshotArrived, this, &MapService::schedule);
    connect(controller, &TrainingController::networkChanged, this, &MapService::networkChanged);
    connect(controller, &TrainingController::configChanged, this, &MapService::schedule);
    connect(controller, &TrainingController::dataReady, this, [this] {
        m_image = std::clamp<std::int64_t>(m_image, 0, std::max<std::int64_t>(imageCount() - 1, 0));
        takeImage();
        Q_EMIT imageChanged(m_image);
    });
    connect(controller, &TrainingController::dataFailed, this, [this](const engine::Error& error) {
        m_images.reset();
        Q_EMIT unavailable(QString::fromStdString(error.message));
    });
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &MapService::schedule);
    networkChanged();
}

MapService::~MapService()
{
    m_worker.reset(); // its thread uses this object
}

void MapService::setWatched(const QObject* view, bool visible)
{
    if (visible)
        m_views.insert(view);
    else
        m_views.remove(view);
    schedule();
}

void MapService::setThumbnailsWanted(bool wanted)
{
    m_thumbnailsWanted = wanted;
    schedule();
}

void MapService::setNode(engine::NodeId node)
{
    if (node == m_node)
        return;
    m_node = node;
    m_map = 0;
    if (const auto card = stages(); std::find(card.begin(), card.end(), m_stage) == card.end())
        m_stage = engine::kNoNode;
    schedule();
}

void MapService::setStage(engine::NodeId stage)
{
    m_stage = stage;
    schedule();
}

std::vector<engine::NodeId> MapService::stages() const
{
    const engine::GraphSpec& graph = m_controller->graph();
    return graph.node(m_node) ? dockedStages(graph, m_node) : std::vector<engine::NodeId>();
}

engine::NodeId MapService::shownNode() const
{
    const engine::GraphSpec& graph = m_controller->graph();
    return graph.node(m_node) ? dockedStage(graph, m_node, m_stage) : engine::kNoNode;
}

void MapService::setMap(int map)
{
    m_map = map;
    schedule();
}

void MapService::setOwnScales(bool own)
{
    m_ownScales = own;
    schedule();
}

void MapService::setColors(MapColors colors)
{
    m_colors = colors;
    schedule();
}

void MapService::setStrongestFirst(bool on)
{
    m_strongestFirst = on;
    sortAgain();
}

void MapService::sortAgain()
{
    m_order.reset();
    schedule();
}

std::int64_t MapService::imageCount() const
{
    const auto& images = m_controller->data().shown();
    return images ? images->size() : 0;
}

void MapService::setImage(std::int64_t index, bool wrap)
{
    const auto count = imageCount();
    if (count <= 0)
        return;
    index = wrap ? (index % count + count) % count : std::clamp<std::int64_t>(index, 0, count - 1);
    if (index == m_image && m_images && showsData())
        return;
    m_image = index;
    m_drawing.reset();
    m_batch = {};
    m_order.reset();
    takeImage();
    Q_EMIT imageChanged(index);
}

void MapService::setDrawing(engine::DatasetPtr image)
{
    const bool other = static_cast<bool>(image) != showsDrawing();
    m_drawing = std::move(image);
    if (m_drawing)
        m_batch = {};
    if (other)
        m_order.reset(); // while a drawing grows its maps keep their places
    takeImage();
    if (other)
        Q_EMIT imageChanged(m_image);
}

void MapService::setBatchImage(engine::DatasetPtr images, std::int64_t index, std::int64_t place)
{
    if (images == m_batch.images && index == m_batch.index)
        return;
    m_batch = {std::move(images), index, place};
    m_order.reset();
    takeImage();
    Q_EMIT imageChanged(m_image);
}

void MapService::randomImage()
{
    if (imageCount() > 1)
        setImage(static_cast<std::int64_t>(QRandomGenerator::global()->bounded(static_cast<qint64>(imageCount()))));
}

QString MapService::kindOfImage() const
{
    const engine::DatasetBundle& data = m_controller->data();
    return data.test ? tr("Test image") : data.validation ? tr("Validation image") : tr("Training image");
}

QString MapService::imageText(std::int64_t image, int label) const
{
    return label < 0 ? tr("%1 %2").arg(kindOfImage()).arg(image)
                     : tr("%1 %2, label %3").arg(kindOfImage()).arg(image).arg(className(label));
}

QString MapService::shownText() const
{
    if (m_batch.images) {
        const QString text = tr("Image %1 of the batch").arg(m_batch.place + 1);
        return m_label < 0 ? text : tr("%1, label %2").arg(text, className(m_label));
    }
    return m_drawing ? tr("Own drawing") : m_images ? imageText(m_image, m_label) : QString();
}

QString MapService::shownKind() const
{
    return m_batch.images ? tr("Image of the batch") : m_drawing ? tr("Drawing") : kindOfImage();
}

QString MapService::className(int index) const
{
    const auto& images = m_controller->data().shown();
    if (images && index >= 0 && static_cast<std::size_t>(index) < images->classNames().size())
        return QString::fromStdString(images->classNames()[static_cast<std::size_t>(index)]);
    return QString::number(index);
}

void MapService::takeImage()
{
    m_images = m_batch.images     ? m_batch.images
               : m_drawing        ? m_drawing
               : imageCount() > 0 ? m_controller->data().shown()
                                  : nullptr;
    m_label = m_images ? m_images->label(shownIndex()) : -1;
    schedule();
}

void MapService::networkChanged()
{
    if (!m_controller->blockedReason().isEmpty() || m_controller->graph().nodes.empty()) {
        m_graph.reset();
        m_firstId = m_requestId + 1; // pictures on their way are of the older network
        Q_EMIT unavailable(m_controller->blockedReason());
        return;
    }
    // Names do not matter: then the compiled network is kept.
    if (!m_graph || trainedCore(*m_graph) != trainedCore(m_controller->graph())) {
        m_graph = std::make_shared<const engine::GraphSpec>(m_controller->graph());
        m_firstId = m_requestId + 1;
    }
    schedule();
}

void MapService::schedule()
{
    const bool live = watched() && m_controller->isActive();
    if (live != m_snapshotTimer.isActive())
        live ? m_snapshotTimer.start() : m_snapshotTimer.stop();
    if (!watched() || m_sendTimer.isActive())
        return;
    const auto since = m_sinceSend.isValid() ? m_sinceSend.elapsed() : kSlowestAnswerMs;
    // A touch answers at once; while weights stream in, ten a second are enough.
    m_sendTimer.start(live ? static_cast<int>(std::max<qint64>(0, picturePeriod() - since)) : 0);
}

int MapService::picturePeriod() const
{
    if (m_controller->state() != RunState::Running)
        return kPictureMs;
    return static_cast<int>(
        std::clamp(m_latest.milliseconds / kMostShare, double{kPictureMs}, double{kSlowestAnswerMs}));
}

void MapService::send()
{
    if (!m_graph || !m_images)
        return;
    m_sinceSend.start();
    MapRequest request;
    request.id = ++m_requestId;
    request.graph = m_graph;
    request.weights = m_controller->shownWeights();
    request.seed = m_controller->config().seed;
    request.images = m_images;
    request.image = shownIndex();
    request.node = !m_views.isEmpty() ? m_node : engine::kNoNode;
    request.stage = m_stage;
    request.map = m_map;
    request.ownScales = m_ownScales;
    request.colors = m_colors;
    request.strongestFirst = m_strongestFirst;
    request.order = m_order && m_sinceOrder.elapsed() < kSortMs ? m_order : nullptr;
    request.thumbnails = m_thumbnailsWanted;
    request.dark = Theme::current().dark;
    m_worker->request(std::move(request));
}

void MapService::receive(MapResult result)
{
    if (!m_graph || result.id < m_firstId)
        return;
    m_latest = std::move(result);
    if (m_latest.order && m_latest.order != m_order) {
        m_order = m_latest.order;
        m_sinceOrder.start();
    }
    m_period = static_cast<qint64>(std::clamp(m_latest.milliseconds / kShare, double{kPictureMs}, double{kSlowestMs}));
    if (!m_latest.error.isEmpty()) {
        Q_EMIT unavailable(m_latest.error);
        return;
    }
    Q_EMIT mapsReady(m_latest);
    if (!m_latest.thumbnails.isEmpty())
        Q_EMIT thumbnailsReady(m_latest.thumbnails);
    Q_EMIT readingReady(m_latest.reading);
}

} // namespace convarium::ui
