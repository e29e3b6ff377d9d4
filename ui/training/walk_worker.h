// Takes the next batch apart, beside the window; one thread.
#pragma once

#include "engine/train/batch_walk.h"
#include "ui/training/map_worker.h"

namespace convarium::ui
{

/// Which batch. A value; the pointers lead to immutable things.
struct WalkRequest {
    int id = 0;
    engine::GraphSpec graph;
    engine::TrainConfig config;
    engine::DatasetBundle data;
    std::shared_ptr<const engine::TrainingState> state; ///< null: the initial weights
};

/// What happens in it.
struct WalkNumbers {
    int id = 0;
    QString error; ///< a sentence when it could not be computed
    std::vector<engine::WalkStage> stages;
    std::int64_t images = 0, step = 0; ///< steps done before it
    double loss = 0, rate = 0;
};

/// Its numbers for one image, as pictures for the cards.
struct WalkPictures {
    std::int64_t image = 0;    ///< in the batch
    engine::DatasetPtr images; ///< what the batch is of, with this image at `index`
    std::int64_t index = 0;
    QHash<engine::NodeId, CardThumbnail> outputs, gradients;
    OutputReading reading;
};

class WalkWorker final
{
public:
    explicit WalkWorker(const TrainingServices& services) : m_startWeights(services.startWeights) {}
    WalkNumbers compute(WalkRequest request);
    /// After compute(); empty when that failed.
    [[nodiscard]] WalkPictures pictures(std::int64_t image, bool dark) const;
    /// Frees everything.
    void forget() { m_walk.reset(); }

private:
    decltype(TrainingServices::startWeights) m_startWeights;
    engine::GraphSpec m_graph;
    std::unique_ptr<engine::BatchWalk> m_walk;
};

} // namespace convarium::ui
