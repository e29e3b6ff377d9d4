// Numbers of the network's own, handed to every image of the chunk.
#include "engine/ops/op_graph.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

class ConstantOp final : public Op
{
public:
    const char* kind() const override { return "constant"; }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_layout = graph.layoutOf(output);
    }

    // Stored as one image of the output, so that images are plain copies and gradients plain sums.
    std::int64_t packedFloats(int, const TensorInfo&) const override { return m_layout.floats(); }
    void pack(int, const TensorInfo& info, const float* logical, float* packed) const override
    {
        std::fill(packed, packed + m_layout.floats(), 0.0f);
        m_layout.pack(logical, packed, info.shape.elements());
    }
    void unpack(int, const TensorInfo& info, const float* packed, float* logical) const override
    {
        m_layout.unpack(packed, logical, info.shape.elements());
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        const float* value = run.at(b.weights[0]);
        float* out = run.at(b.output);
        for (std::int64_t n = 0; n < run.count; ++n)
            std::copy(value, value + m_layout.floats(), out + n * m_layout.floats());
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        if (b.weightGradients[0] < 0)
            return;
        float* sum = run.at(b.weightGradients[0]);
        const float* out = run.at(b.outputGradient);
        for (std::int64_t n = 0; n < run.count; ++n)
            run.kernels().scaleAdd(out + n * m_layout.floats(), 1.0f, sum, m_layout.floats(),
                                   n > 0 || !run.firstOfSlot);
    }

private:
    Layout m_layout;
};

} // namespace

int OpGraphBuilder::constant(const LowerCall& call, const std::string& key, const Shape& shape)
{
    return m_graph.addOp(std::make_unique<ConstantOp>(), call, {}, shape, {key});
}

} // namespace convarium::engine
