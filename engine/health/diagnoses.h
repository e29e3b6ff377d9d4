// From measurements to illnesses: the limits and the words.
#pragma once

#include "engine/health/health.h"
#include "engine/health/loss_watch.h"
#include "engine/plan/executor.h"

namespace convarium::engine
{

/// What the settings and the weights a run begins with already show.
std::vector<Diagnosis> judgeStart(const GraphSpec& graph, const ExecutionPlan& plan, const WeightMap& weights);
/// What the layers show; `layers` in the order of the computation.
std::vector<Diagnosis> judgeLayers(const GraphSpec& graph, const std::vector<LayerHealth>& layers, double rate);
/// What the losses and the batches show.
std::vector<Diagnosis> judgeLosses(const LossWatch& losses, const TrainConfig& config);
/// The loss ran away and the run has ended.
Diagnosis judgeDivergence(const LossWatch& losses, const TrainConfig& config);

} // namespace convarium::engine
