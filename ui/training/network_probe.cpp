#include "ui/training/network_probe.h"

#include "engine/plan/infer_values.h"

#include <algorithm>
#include <cmath>

namespace convarium::ui
{

NetworkProbe::NetworkProbe(const TrainingServices& services)
    : m_newInspector(services.newInspector), m_startWeights(services)
{
}

engine::Result<void> NetworkProbe::prepare(const std::shared_ptr<const engine::GraphSpec>& graph,
                                           const engine::WeightsPtr& weights, std::uint64_t seed)
{
    if (m_graph != graph) {
        forget();
        m_graph = graph;
        auto made = m_newInspector(*graph);
        if (made)
            m_inspector = std::move(made).value();
        else
            m_fault = made.error();
    }
    if (m_fault)
        return *m_fault;
    if (const engine::WeightsPtr& wanted = m_startWeights.of(*graph, seed, weights); wanted != m_weights) {
        m_inspector->setWeights(*wanted);
        m_weights = wanted;
    }
    return {};
}

void NetworkProbe::forget()
{
    m_graph.reset();
    m_inspector.reset();
    m_weights.reset();
    m_startWeights.forget();
    m_fault.reset();
}

OutputReading readingOf(const engine::GraphSpec& graph, const engine::Inspector& inspector)
{
    const engine::Node* out = graph.node(engine::resultNode(graph));
    return out ? readingOf(out->id, inspector.output(out->id), out->type == "softmax") : OutputReading();
}

OutputReading readingOf(engine::NodeId node, const engine::Tensor& output, bool probabilities)
{
    OutputReading reading;
    if (output.elements() < 2)
        return reading;
    reading.node = node;
    reading.probabilities = probabilitiesOf(output, probabilities);
    for (int i = 0; i < static_cast<int>(reading.probabilities.size()); ++i) {
        const auto v = static_cast<double>(reading.probabilities[static_cast<std::size_t>(i)]);
        if (reading.best < 0 || v > reading.certainty) {
            reading.second = reading.best;
            reading.secondCertainty = reading.certainty;
            reading.best = i;
            reading.certainty = v;
        } else if (reading.second < 0 || v > reading.secondCertainty) {
            reading.second = i;
            reading.secondCertainty = v;
        }
    }
    return reading;
}

std::vector<float> probabilitiesOf(const engine::Tensor& output, bool already)
{
    std::vector<float> p = output.values();
    if (already || p.empty())
        return p;
    const float top = *std::max_element(p.begin(), p.end());
    double sum = 0;
    for (auto& v : p) {
        v = std::exp(v - top);
        sum += v;
    }
    for (auto& v : p)
        v = static_cast<float>(v / sum);
    return p;
}

} // namespace convarium::ui
