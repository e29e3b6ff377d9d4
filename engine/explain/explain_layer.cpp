#include "engine/explain/explain_layer.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

/// A call of the reference whose numbers remember where they come from.
class TracedCall
{
public:
    TracedCall(const LayerNumbers& numbers, const Focus& focus) : m_numbers(numbers)
    {
        m_call.params = &numbers.params;
        m_call.training = numbers.training;
        m_call.random = {numbers.seed, numbers.node, numbers.step, numbers.images};
        m_call.focus = focus;
        for (std::size_t i = 0; i < numbers.inputs.size(); ++i)
            m_call.inputs.push_back(
                add(OperandOf::Input, static_cast<int>(i), numbers.inputs[i], numbers.inputShapes[i], numbers.batch()));
        for (std::size_t i = 0; i < numbers.tensors.size(); ++i)
            m_call.tensors.push_back(
                add(OperandOf::LayerTensor, static_cast<int>(i), numbers.tensors[i], numbers.tensorInfos[i].shape, 1));
    }

    static std::int64_t size(const LayerNumbers& numbers)
    {
        std::size_t all = numbers.output.size() + numbers.outputGradient.size();
        for (const auto* list : {&numbers.inputs, &numbers.tensors})
            for (const auto& values : *list)
                all += values.size();
        return static_cast<std::int64_t>(all);
    }

    Explanation output(std::int64_t image, std::int64_t element)
    {
        m_call.output = empty(m_numbers.outputShape, m_numbers.batch());
        m_numbers.layer->referenceTraced.forward(m_call);
        return explain(m_tape, m_call.output.flat(image, element), m_groups);
    }

    Explanation inputGradient(std::size_t input, std::int64_t image, std::int64_t element)
    {
        m_call.inputGradients.resize(m_call.inputs.size());
        m_call.inputGradients[input] = empty(m_numbers.inputShapes[input], m_numbers.batch());
        return gradient(m_call.inputGradients[input], image, element);
    }

    Explanation tensorGradient(std::size_t tensor, std::int64_t element)
    {
        m_call.tensorGradients.resize(m_call.tensors.size());
        m_call.tensorGradients[tensor] = empty(m_numbers.tensorInfos[tensor].shape, 1);
        return gradient(m_call.tensorGradients[tensor], 0, element);
    }

private:
    Explanation gradient(const TensorView<TracedReal>& view, std::int64_t image, std::int64_t element)
    {
        const std::int64_t batch = m_numbers.batch();
        const Shape& shape = m_numbers.outputShape;
        const auto values = add(OperandOf::Output, 0, m_numbers.output, shape, batch);
        m_call.output = TensorView<TracedReal>(m_memory.back().data(), values.batch(), shape);
        m_call.outputGradient = add(OperandOf::OutputGradient, 0, m_numbers.outputGradient, shape, batch);
        m_numbers.layer->referenceTraced.backward(m_call);
        return explain(m_tape, view.flat(image, element), m_groups);
    }

    TensorView<const TracedReal> add(OperandOf of, int slot, const std::vector<float>& values, const Shape& shape,
                                     std::int64_t batch)
    {
        const auto group = static_cast<int>(m_groups.size());
        m_groups.push_back({of, slot, shape.elements()});
        auto& memory = m_memory.emplace_back();
        memory.reserve(values.size());
        for (std::size_t i = 0; i < values.size(); ++i)
            memory.push_back(TracedReal::leaf(static_cast<double>(values[i]), group, static_cast<std::int64_t>(i)));
        return TensorView<const TracedReal>(memory.data(), batch, shape);
    }

    TensorView<TracedReal> empty(const Shape& shape, std::int64_t batch)
    {
        auto& memory = m_memory.emplace_back(static_cast<std::size_t>(shape.elements() * batch));
        return {memory.data(), batch, shape};
    }

    const LayerNumbers& m_numbers;
    Tape m_tape;
    ReferenceCall<TracedReal> m_call;
    std::vector<OperandGroup> m_groups;
    std::vector<std::vector<TracedReal>> m_memory;
};

template <class F>
Result<Explanation> traced(const LayerNumbers& numbers, Focus::Of of, const Only& only, F f)
{
    if (const std::int64_t size = TracedCall::size(numbers); size > kMostTracedNumbers)
        return Error{ErrorCode::InvalidArgument,
                     "This layer has " + groupDigits(size) + " numbers; up to " + groupDigits(kMostTracedNumbers) +
                         " can be taken apart.",
                     "Look at a smaller layer.",
                     {numbers.node, {}, {}, -1}};
    TracedCall call(numbers, {of, only});
    return f(call);
}

} // namespace

Result<Explanation> explainOutput(const LayerNumbers& numbers, std::int64_t image, std::int64_t element)
{
    return traced(numbers, Focus::Of::Output, {image, element},
                  [&](TracedCall& call) { return call.output(image, element); });
}

Result<Explanation> explainInputGradient(const LayerNumbers& numbers, std::size_t input, std::int64_t image,
                                         std::int64_t element)
{
    return traced(numbers, Focus::Of::InputGradient, {image, element},
                  [&](TracedCall& call) { return call.inputGradient(input, image, element); });
}

Result<Explanation> explainTensorGradient(const LayerNumbers& numbers, std::size_t tensor, std::int64_t element)
{
    return traced(numbers, Focus::Of::TensorGradient, {-1, element},
                  [&](TracedCall& call) { return call.tensorGradient(tensor, element); });
}

} // namespace convarium::engine
