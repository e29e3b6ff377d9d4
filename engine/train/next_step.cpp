#include "engine/train/next_step.h"

#include "engine/data/augment.h"
#include "engine/data/masks.h"
#include "engine/plan/lower.h"
#include "engine/train/batch_order.h"
#include "engine/train/evaluator.h"
#include "engine/train/network_loss.h"

namespace convarium::engine
{

Result<NextStep> nextStep(const GraphSpec& graph, const TrainConfig& config, const DatasetBundle& data,
                          const TrainingState* state)
{
    if (auto valid = validate(config); !valid)
        return valid.error();
    if (!data.train)
        return Error{ErrorCode::InvalidArgument, "There are no training images yet.", "Wait until they are read.", {}};
    auto split = splitTraining(data, config);
    if (!split)
        return split.error();
    const auto lowered = lower(withLoss(graph, config.loss), kernels::active(), {});
    if (!lowered)
        return lowered.error();
    const OpGraph& ops = **lowered;
    auto scaled = scaledTo(data, ops.values[static_cast<std::size_t>(ops.inputValue)].shape);
    if (!scaled)
        return scaled.error();
    BatchOrder order(config, std::move(split->train));
    NextStep next;
    next.step = state ? state->step : 0;
    const auto images = order.at(next.step);
    next.indices.assign(images.begin(), images.end());
    next.rate = scheduledRate(config, next.step, order.stepsPerEpoch(), order.totalSteps(config),
                              state ? state->progress.plateau.cuts : 0);
    next.images = withTargets(*std::move(scaled), ops.loss.info->target).train;
    if (const auto augmentation = parseAugmentation(config.augment).value(); augmentation.any())
        next.images =
            std::make_shared<AugmentedDataset>(next.images, augmentation, config.seed, order.epochOf(next.step));
    return next;
}

} // namespace convarium::engine
