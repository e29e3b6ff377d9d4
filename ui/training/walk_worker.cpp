#include "ui/training/walk_worker.h"

#include "engine/analysis/never_negative.h"
#include "engine/plan/infer_values.h"
#include "engine/train/kept_weights.h"
#include "ui/training/map_pictures.h"

#include <QCoreApplication>
#include <exception>

namespace convarium::ui
{

WalkNumbers WalkWorker::compute(WalkRequest request)
{
    WalkNumbers numbers;
    numbers.id = request.id;
    m_walk.reset();
    m_graph = std::move(request.graph);
    try {
        const auto state = engine::startState(m_graph, request.state);
        const auto initial = state ? nullptr : m_startWeights(m_graph, request.config.seed, nullptr);
        auto walk = engine::BatchWalk::create(m_graph, request.config, request.data, state, initial);
        if (!walk) {
            numbers.error = QString::fromStdString(walk.error().text());
            return numbers;
        }
        m_walk = *std::move(walk);
    } catch (const std::exception&) {
        numbers.error = QCoreApplication::translate("WalkWorker", "There is not enough memory to keep all numbers of "
                                                                  "this batch. Use a smaller batch.");
        return numbers;
    }
    numbers.stages = m_walk->stages();
    numbers.images = m_walk->images();
    numbers.step = m_walk->next().step;
    numbers.loss = m_walk->loss();
    numbers.rate = m_walk->next().rate;
    return numbers;
}

WalkPictures WalkWorker::pictures(std::int64_t image, bool dark) const
{
    WalkPictures pictures;
    pictures.image = image;
    if (!m_walk)
        return pictures;
    const Theme& theme = dark ? darkTheme() : lightTheme();
    const std::set<engine::NodeId> neverNegative = engine::neverNegative(m_graph);
    const auto index = m_walk->next().indices[static_cast<std::size_t>(image)];
    pictures.images = m_walk->next().images;
    pictures.index = index;
    for (const engine::WalkStage& stage : m_walk->stages()) {
        if (stage.kind == engine::WalkStage::Kind::Backward) {
            pictures.gradients.insert(stage.node,
                                      thumbnail(m_walk->gradient(stage.node, image), ColorMap::Signed, theme));
        } else if (stage.kind == engine::WalkStage::Kind::Forward) {
            pictures.outputs.insert(stage.node, thumbnail(m_walk->output(stage.node, image),
                                                          colorsFor(neverNegative.contains(stage.node)), theme));
        } else if (stage.kind == engine::WalkStage::Kind::Input) {
            const auto& images = *m_walk->next().images;
            std::vector<std::uint8_t> pixels(static_cast<std::size_t>(images.imageShape().elements()));
            if (images.image(index, pixels))
                pictures.outputs.insert(stage.node, {inputPicture(pixels, images.imageShape(), theme), 1, {}});
        }
    }
    if (const auto* result = m_graph.node(engine::resultNode(m_graph)))
        pictures.reading = readingOf(result->id, m_walk->output(result->id, image), result->type == "softmax");
    pictures.reading.label = m_walk->next().images->label(index);
    return pictures;
}

} // namespace convarium::ui
