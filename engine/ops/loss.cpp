// The one op for all losses: what differs is in the loss's traits and kernel.
#include "engine/data/masks.h"
#include "engine/ops/op_graph.h"

#include <vector>

namespace convarium::engine
{

namespace
{

/// Mean loss over the targets of the step. Runs as part of backward: it starts the gradient. Data and network fit: the
/// trainer has checked that a mask has as many pixels as the logits have places.
class LossOp final : public Op
{
public:
    explicit LossOp(const Loss& loss) : m_loss(loss) {}
    const char* kind() const override { return "loss"; }
    bool isLoss() const override { return true; }
    bool backwardNeedsInput(int) const override { return true; }

    std::vector<AuxSpec> aux(const OpGraph&) const override
    {
        return {{"loss sums", false, BufferScope::Slot, sizeof(LossSums), MemoryCategory::Workspace}};
    }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t chunk) override
    {
        m_layout = graph.layoutOf(inputs[0]);
        m_chunk = chunk;
    }
    std::int64_t scratchBytes() const override
    {
        return m_chunk * m_layout.pixels() * static_cast<std::int64_t>(sizeof(std::int32_t));
    }

    void forward(const Run&, const OpBinding&, int) const override {}

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        const StepContext& step = *run.step;
        auto* labels = reinterpret_cast<std::int32_t*>(run.scratch);
        const std::int64_t places = m_layout.pixels(), rows = run.count * places;
        const std::span<const std::uint32_t> images(step.indices + run.first, static_cast<std::size_t>(run.count));
        if (auto read = readTargets(*step.data, m_loss.info->target, images, m_layout.channels, places, labels);
            !read) {
            step.dataFailure->report(read.error());
            return;
        }
        auto* sums = run.at<LossSums>(b.aux[0]);
        if (run.firstOfSlot)
            *sums = {};
        float* gradient = b.inputGradients[0] >= 0 ? run.at(b.inputGradients[0]) : nullptr;
        (run.kernels().*m_loss.info->kernel)({run.at(b.inputs[0]), labels, gradient, rows, m_layout.channels,
                                              m_layout.lanes, static_cast<float>(1 / step.lossDivisor),
                                              static_cast<float>(m_loss.smoothing), &sums->loss, &sums->correct});
    }

private:
    Loss m_loss;
    Layout m_layout;
    std::int64_t m_chunk = 1;
};

} // namespace

std::unique_ptr<Op> makeLossOp(const Loss& loss)
{
    return std::make_unique<LossOp>(loss);
}

} // namespace convarium::engine
