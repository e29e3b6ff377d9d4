#include "ui/shell/card_pictures.h"

#include "ui/canvas/canvas_view.h"
#include "ui/training/map_service.h"
#include "ui/training/training_controller.h"
#include "ui/training/walk_controller.h"

#include <algorithm>

namespace convarium::ui
{

namespace
{

using engine::WalkStage;

Reading toReading(const OutputReading& r, const MapService* maps)
{
    Reading out;
    if (r.best < 0)
        return out;
    out.answer = maps->className(r.best);
    out.certainty = r.certainty;
    if (r.second >= 0)
        out.second = maps->className(r.second);
    out.secondCertainty = r.secondCertainty;
    if (r.label >= 0)
        out.label = maps->className(r.label);
    out.right = r.right();
    out.probabilities = QVector<double>(r.probabilities.begin(), r.probabilities.end());
    return out;
}

Work workOf(WalkStage::Kind kind)
{
    return kind == WalkStage::Kind::Backward ? Work::Backward
           : kind == WalkStage::Kind::Update ? Work::Update
                                             : Work::Forward;
}

/// The wires that feed a layer, or those by which its gradient comes back.
std::set<engine::Edge> flowing(const WalkController& walk)
{
    const WalkStage& now = walk.stage();
    const engine::GraphSpec& graph = walk.controller()->graph();
    std::set<engine::Edge> edges;
    if (now.kind == WalkStage::Kind::Forward)
        for (const engine::Edge& e : graph.edgesInto(now.node))
            edges.insert(e);
    if (now.kind == WalkStage::Kind::Backward)
        for (const engine::Edge& e : graph.edgesFrom(now.node))
            for (const WalkStage& s : walk.numbers().stages)
                if (s.kind == now.kind && s.node == e.to)
                    edges.insert(e);
    return edges;
}

} // namespace

CardPictures::CardPictures(CanvasView* canvas, MapService* maps, WalkController* walk, QObject* parent)
    : QObject(parent), m_canvas(canvas), m_maps(maps), m_walk(walk)
{
    connect(maps, &MapService::thumbnailsReady, this, &CardPictures::showMaps);
    connect(maps, &MapService::readingReady, this, &CardPictures::showReading);
    connect(walk, &WalkController::changed, this, &CardPictures::walkChanged);
    connect(walk, &WalkController::picturesReady, this, [this] {
        const WalkPictures& pictures = m_walk->pictures();
        m_maps->setBatchImage(pictures.images, pictures.index, pictures.image);
        walkChanged();
    });
}

void CardPictures::showMaps(const QHash<engine::NodeId, CardThumbnail>& thumbnails)
{
    if (m_walking)
        return;
    for (auto it = thumbnails.begin(); it != thumbnails.end(); ++it)
        m_canvas->setThumbnails(it.key(), it->atlas, it->count, it->ranges);
}

void CardPictures::showReading(const OutputReading& reading)
{
    if (!m_walking)
        m_canvas->setReading(toReading(reading, m_maps));
}

void CardPictures::walkChanged()
{
    const bool ends = m_walking && !m_walk->isWalking();
    m_walking = m_walk->isWalking();
    if (m_walking)
        showWalk();
    if (!ends)
        return;
    m_maps->setBatchImage(nullptr, 0, 0);
    m_canvas->setWalk(std::nullopt);
    m_canvas->clearThumbnails();
    showMaps(m_maps->latest().thumbnails);
    showReading(m_maps->latest().reading);
}

/// Everything from the beginning of the batch to the present sub-step.
void CardPictures::showWalk()
{
    const WalkStage now = m_walk->stage();
    const auto& stages = m_walk->numbers().stages;
    const auto present = stages.begin() + m_walk->index();
    CanvasWalk walk{now.node, workOf(now.kind), flowing(*m_walk), {}};
    if (now.kind != WalkStage::Kind::Loss && now.kind != WalkStage::Kind::Update)
        for (auto s = present + 1; s != stages.end(); ++s)
            if (workOf(s->kind) == walk.work && s->kind != WalkStage::Kind::Loss)
                walk.waiting.insert(s->node);
    m_canvas->setWalk(walk);

    // A card shows what the batch has reached last of its layers.
    const Stacks& stacks = m_canvas->canvasScene()->stacks();
    const WalkPictures& pictures = m_walk->pictures();
    std::map<NodeId, CardThumbnail> shown;
    bool judged = false;
    for (auto s = stages.begin(); s != present + 1; ++s) {
        judged = judged || s->kind == WalkStage::Kind::Loss;
        const auto& made = s->kind == WalkStage::Kind::Backward ? pictures.gradients : pictures.outputs;
        if (const auto picture = made.find(s->node);
            s->kind != WalkStage::Kind::Update && picture != made.end() && !picture->atlas.isNull())
            shown[stacks.headOf(s->node)] = *picture;
    }
    m_canvas->clearThumbnails();
    for (const auto& [node, picture] : shown)
        m_canvas->setThumbnails(node, picture.atlas, picture.count, picture.ranges);
    if (judged)
        m_canvas->setReading(toReading(pictures.reading, m_maps));
}

} // namespace convarium::ui
