// Runs a layer's reference functions inside the executor: right at once for a layer without lower(), fast later.
#include "engine/ops/op_graph.h"

namespace convarium::engine
{

namespace
{

class ReferenceOp final : public Op
{
public:
    ReferenceOp(const LayerDescriptor& layer, bool training, const Params& settings, std::vector<TensorInfo> tensors)
        : m_layer(layer), m_training(training), m_params(settings), m_tensors(std::move(tensors))
    {
    }
    const char* kind() const override { return "reference"; }
    bool backwardNeedsInput(int) const override { return true; }
    bool backwardNeedsOutput() const override { return true; }

    void prepare(const OpGraph& graph, const kernels::KernelTable&, std::int64_t) override
    {
        m_out = {graph.layoutOf(output), graph.values[static_cast<std::size_t>(output)].shape};
        m_in.clear();
        for (int v : inputs)
            m_in.push_back({graph.layoutOf(v), graph.values[static_cast<std::size_t>(v)].shape});
    }

    void forward(const Run& run, const OpBinding& b, int) const override
    {
        auto call = makeCall(run, b);
        call.newStatistics.resize(m_tensors.size());
        m_layer.reference.forward(call);
    }

    void backward(const Run& run, const OpBinding& b, int) const override
    {
        auto call = makeCall(run, b);
        call.outputGradient = view<const float>(run, b.outputGradient, m_out);
        for (std::size_t i = 0; i < m_in.size(); ++i) {
            if (b.inputGradients[i] < 0) {
                call.inputGradients.emplace_back();
                continue;
            }
            float* data = run.at(b.inputGradients[i]);
            if (!b.accumulate[i])
                std::fill(data, data + run.count * m_in[i].layout.floats(), 0.0f);
            call.inputGradients.push_back(m_in[i].layout.view(data, run.count, m_in[i].shape));
        }
        for (std::size_t i = 0; i < m_tensors.size(); ++i) {
            if (b.weightGradients[i] < 0) {
                call.tensorGradients.emplace_back();
                continue;
            }
            float* data = run.at(b.weightGradients[i]);
            if (run.firstOfSlot)
                std::fill(data, data + m_tensors[i].shape.elements(), 0.0f);
            call.tensorGradients.emplace_back(data, 1, m_tensors[i].shape);
        }
        m_layer.reference.backward(call);
    }

private:
    struct Stored {
        Layout layout;
        Shape shape;
    };

    template <class T>
    TensorView<T> view(const Run& run, int buffer, const Stored& s) const
    {
        return s.layout.view<T>(run.at(buffer), run.count, s.shape);
    }

    ReferenceCall<float> makeCall(const Run& run, const OpBinding& b) const
    {
        ReferenceCall<float> call;
        call.params = &m_params;
        call.training = m_training && run.step->training;
        call.random = {run.step->seed, node, run.step->step, {}};
        if (run.step->indices)
            call.random.imageIndices = {run.step->indices + run.first, static_cast<std::size_t>(run.count)};
        for (std::size_t i = 0; i < m_in.size(); ++i)
            call.inputs.push_back(view<const float>(run, b.inputs[i], m_in[i]));
        for (std::size_t i = 0; i < m_tensors.size(); ++i)
            call.tensors.emplace_back(run.at(b.weights[i]), 1, m_tensors[i].shape);
        call.output = view<float>(run, b.output, m_out);
        return call;
    }

    const LayerDescriptor& m_layer;
    bool m_training; ///< else as in an evaluation
    Params m_params;
    std::vector<TensorInfo> m_tensors;
    std::vector<Stored> m_in;
    Stored m_out;
};

} // namespace

int OpGraphBuilder::reference(const LowerCall& call, const LayerDescriptor& layer)
{
    auto tensors = layer.tensors(call.inputShapes, *call.params);
    std::vector<std::string> keys;
    for (const TensorInfo& t : tensors)
        keys.push_back(t.key);
    std::vector<int> inputs;
    for (int v : call.inputs)
        inputs.push_back(m_graph.plain(v, call));
    return m_graph.addOp(std::make_unique<ReferenceOp>(layer, call.training, *call.params, std::move(tensors)), call,
                         inputs, call.outputShape, keys);
}

} // namespace convarium::engine
