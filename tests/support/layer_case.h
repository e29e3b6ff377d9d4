// A layer with numbers in all its inputs and tensors, ready to run on the reference path.
#pragma once

#include "engine/layers/messages.h"

#include <QtGlobal>

#include <cmath>
#include <numeric>

namespace convarium::test
{

using namespace convarium::engine;

template <class T>
class LayerCase
{
public:
    LayerCase(const LayerDescriptor& layer, const LayerSample& sample, std::int64_t batch)
        : m_layer(layer), m_batch(batch), m_inputShapes(sample.inputs)
    {
        auto params = completeParams(layer, sample.params);
        if (!params)
            qFatal("%s", params.error().text().c_str());
        m_params = *params;
        const auto formulas = layer.formulas(formulaContext<Checked>(m_params, m_inputShapes));
        for (const Checked& size : formulas.output.sizes)
            m_outputShape.append(size.value);
        m_infos = layer.tensors(m_inputShapes, m_params);
        for (const Shape& shape : m_inputShapes)
            m_inputs.push_back(spread(shape.elements() * batch));
        for (const TensorInfo& info : m_infos) {
            m_tensors.push_back(spread(info.shape.elements()));
            if (info.key == "runningVariance")
                for (T& v : m_tensors.back())
                    v = T(1.5) + v;
        }
        m_output.resize(static_cast<std::size_t>(m_outputShape.elements() * batch));
        for (std::int64_t n = 0; n < batch; ++n)
            m_indices.push_back(static_cast<std::uint32_t>(n * n * 617 + 5));
    }

    /// The call with all views set except gradients.
    ReferenceCall<T> call(bool training)
    {
        ReferenceCall<T> c;
        c.params = &m_params;
        c.training = training;
        c.random = {7, 42, 3, m_indices};
        for (std::size_t i = 0; i < m_inputs.size(); ++i)
            c.inputs.push_back(TensorView<T>(m_inputs[i].data(), m_batch, m_inputShapes[i]));
        for (std::size_t i = 0; i < m_tensors.size(); ++i)
            c.tensors.push_back(TensorView<T>(m_tensors[i].data(), 1, m_infos[i].shape));
        c.output = TensorView<T>(m_output.data(), m_batch, m_outputShape);
        return c;
    }
    [[nodiscard]] const ReferenceFunctions<T>& functions() const
    {
        if constexpr (std::is_same_v<T, double>)
            return m_layer.referenceDouble;
        else
            return m_layer.reference;
    }
    const std::vector<T>& forward(bool training)
    {
        functions().forward(call(training));
        return m_output;
    }

    std::vector<std::vector<T>>& inputs() { return m_inputs; }
    std::vector<std::vector<T>>& tensors() { return m_tensors; }
    std::vector<T>& output() { return m_output; }
    [[nodiscard]] const std::vector<TensorInfo>& infos() const { return m_infos; }
    [[nodiscard]] const std::vector<Shape>& inputShapes() const { return m_inputShapes; }
    [[nodiscard]] const Shape& outputShape() const { return m_outputShape; }
    [[nodiscard]] const Params& params() const { return m_params; }
    [[nodiscard]] std::int64_t batch() const { return m_batch; }

    /// `count` different numbers between -1 and 1, no two closer than 2 / count and none closer to 0 than 1 / count, in
    /// an order without a pattern: far from kinks and ties.
    static std::vector<T> spread(std::int64_t count)
    {
        static std::uint32_t calls = 0;
        const CountedRng rng(1, RandomPurpose::Test, 0, calls++);
        const std::int64_t even = count + count % 2;
        std::vector<T> values(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<T>((2.0 * static_cast<double>(i) + 1.0) / static_cast<double>(even) - 1.0);
        for (std::size_t i = values.size(); i > 1; --i)
            std::swap(values[i - 1],
                      values[rng.below(static_cast<std::uint32_t>(i), 0, static_cast<std::uint32_t>(i))]);
        return values;
    }

private:
    const LayerDescriptor& m_layer;
    std::int64_t m_batch;
    Params m_params;
    std::vector<Shape> m_inputShapes;
    Shape m_outputShape;
    std::vector<TensorInfo> m_infos;
    std::vector<std::vector<T>> m_inputs, m_tensors;
    std::vector<T> m_output;
    std::vector<std::uint32_t> m_indices;
};

} // namespace convarium::test
