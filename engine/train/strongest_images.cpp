#include "engine/train/strongest_images.h"

#include "engine/plan/executor.h"
#include "engine/train/evaluator.h"

#include <algorithm>
#include <numeric>

namespace convarium::engine
{

namespace
{

constexpr std::int64_t kBatch = 32;
constexpr std::int64_t kMostBytes = 256'000'000;

Result<std::shared_ptr<const ExecutionPlan>> fittingPlan(const GraphSpec& graph, std::int64_t images)
{
    for (std::int64_t batch = std::min(kBatch, images);; batch /= 2) {
        PlanOptions options;
        options.batch = batch;
        options.threads = 1;
        options.training = false;
        auto plan = makePlanThatKeepsAll(graph, options);
        if (batch == 1 || (plan && (*plan)->memory.total() <= kMostBytes))
            return plan;
    }
}

void keep(std::vector<StrongestImage>& best, const StrongestImage& one, std::size_t count)
{
    const auto place = std::find_if(best.begin(), best.end(), [&](const auto& b) { return b.value < one.value; });
    if (best.size() >= count && place == best.end())
        return;
    best.insert(place, one);
    if (best.size() > count)
        best.pop_back();
}

} // namespace

Result<std::vector<StrongestImage>>
strongestImages(const StrongestQuestion& q, const std::atomic<bool>& stop,
                const std::function<void(std::int64_t, const std::vector<StrongestImage>&)>& seen)
{
    if (!q.images || q.images->size() == 0)
        return Error{ErrorCode::InvalidArgument, "There are no images.", "Wait until they are read.", {}};
    const auto scale = inputScale(q.graph);
    if (!scale)
        return scale.error();
    const auto plan = fittingPlan(q.graph, q.images->size());
    if (!plan)
        return plan.error();
    auto executor = Executor::create(*plan);
    if (!executor)
        return executor.error();
    (*executor)->setWeights(*q.weights);
    std::vector<std::uint32_t> all(static_cast<std::size_t>(q.images->size()));
    std::iota(all.begin(), all.end(), 0U);
    std::vector<StrongestImage> best;
    const auto batch = static_cast<std::size_t>((*plan)->options.batch);
    for (std::size_t at = 0; at < all.size(); at += batch) {
        const auto part = std::span(all).subspan(at, std::min(batch, all.size() - at));
        if (auto ran = (*executor)->infer({q.images.get(), part, scale->first, scale->second}, {}, &stop); !ran)
            return ran.error();
        for (std::size_t i = 0; i < part.size(); ++i) {
            const Tensor out = (*executor)->output(q.node, static_cast<std::int64_t>(i));
            const std::int64_t units = out.elements() > 0 ? out.shape()[0] : 0;
            if (q.unit >= units)
                return Error{ErrorCode::InvalidArgument, "This layer has no such map.", {}, {}};
            const std::int64_t places = out.elements() / units;
            const float* map = out.data() + q.unit * places;
            const float* largest = std::max_element(map, map + places);
            keep(best, {part[i], *largest, largest - out.data()}, q.count);
        }
        if (seen)
            seen(static_cast<std::int64_t>(at + part.size()), best);
    }
    return best;
}

} // namespace convarium::engine
