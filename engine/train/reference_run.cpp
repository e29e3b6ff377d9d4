#include "engine/train/reference_run.h"

#include "engine/data/augment.h"
#include "engine/data/masks.h"
#include "engine/layers/layer.h"
#include "engine/plan/lower.h"
#include "engine/train/evaluator.h"
#include "engine/train/network_loss.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine
{

namespace
{

template <class T>
const ReferenceFunctions<T>& functions(const LayerDescriptor& layer)
{
    if constexpr (std::is_same_v<T, double>)
        return layer.referenceDouble;
    else
        return layer.reference;
}

/// Shapes of the highest rank have no room for the batch: it multiplies their first size.
Shape withBatch(std::int64_t batch, const Shape& shape)
{
    if (shape.rank() == kMaxRank) {
        Shape s = shape;
        s[0] *= batch;
        return s;
    }
    Shape s{batch};
    for (int i = 0; i < shape.rank(); ++i)
        s.append(shape[i]);
    return s;
}

template <class T>
class Runner
{
public:
    Runner(const GraphSpec& graph, const WeightMap& weights, const ReferenceInput& input)
        : m_graph(graph), m_weights(weights), m_input(input), m_shaped(inferShapes(graph))
    {
    }

    Result<ReferencePass<T>> run()
    {
        for (const Problem& p : m_shaped.problems)
            if (!p.warning)
                return p.error;
        auto scale = inputScale(m_graph);
        if (!scale)
            return scale.error();
        for (NodeId id : m_shaped.order)
            forward(id, *scale);
        if (!m_input.labels.empty() || m_input.scoreClass >= 0) {
            if (auto started = m_input.labels.empty() ? startScore() : startLoss(); !started)
                return started.error();
            for (auto id = m_shaped.order.rbegin(); id != m_shaped.order.rend(); ++id)
                if (m_pass.outputGradients.contains(*id) && !findLayer(m_graph.node(*id)->type)->isInput)
                    backward(*id);
        }
        return std::move(m_pass);
    }

private:
    struct Prepared {
        const LayerDescriptor* layer;
        Params params;
        std::vector<TensorInfo> infos;
        std::vector<TensorOf<T>> tensors;
        ReferenceCall<T> call;
    };

    std::int64_t batch() const { return static_cast<std::int64_t>(m_input.indices.size()); }
    template <class V>
    TensorView<V> view(V* data, NodeId id) const
    {
        return TensorView<V>(data, batch(), m_shaped.shapes.at(id));
    }

    void prepare(NodeId id, Prepared& p)
    {
        const Node& node = *m_graph.node(id);
        p.layer = findLayer(node.type);
        p.params = completeParams(*p.layer, node.params).value();
        p.infos = p.layer->tensors(m_shaped.inputShapes(m_graph, id), p.params);
        for (const TensorInfo& info : p.infos) {
            const Tensor& source = m_weights.at({id, info.key});
            p.tensors.emplace_back(info.shape, std::vector<T>(source.values().begin(), source.values().end()));
        }
        p.call.params = &p.params;
        // What is frozen are tensors: a layer without any does what it does.
        p.call.training = m_input.training && !(node.frozen && !p.infos.empty());
        p.call.random = {m_input.seed, id, m_input.step, m_input.indices};
        for (const Edge& e : m_graph.edgesInto(id))
            p.call.inputs.push_back(view<const T>(m_pass.outputs.at(e.from).data(), e.from));
        for (std::size_t i = 0; i < p.infos.size(); ++i)
            p.call.tensors.emplace_back(p.tensors[i].data(), 1, p.infos[i].shape);
        p.call.output = view<T>(m_pass.outputs.at(id).data(), id);
    }

    void forward(NodeId id, const std::pair<float, float>& scale)
    {
        const Shape& shape = m_shaped.shapes.at(id);
        auto& out = m_pass.outputs.emplace(id, TensorOf<T>(withBatch(batch(), shape))).first->second;
        if (findLayer(m_graph.node(id)->type)->isInput) {
            for (std::int64_t i = 0; i < out.elements(); ++i)
                out[i] = static_cast<T>(m_input.pixels[static_cast<std::size_t>(i)]) * static_cast<T>(scale.first) +
                         static_cast<T>(scale.second);
            return;
        }
        Prepared p;
        prepare(id, p);
        for (const TensorInfo& info : p.infos) {
            p.call.newStatistics.emplace_back();
            if (p.call.training && info.role == TensorRole::Statistic) {
                auto& t = m_pass.newStatistics.emplace(TensorKey{id, info.key}, TensorOf<T>(info.shape)).first->second;
                p.call.newStatistics.back() = TensorView<T>(t.data(), 1, info.shape);
            }
        }
        functions<T>(*p.layer).forward(p.call);
    }

    /// What the loss reads: the result, or what a final softmax reads.
    NodeId logitsNode() const
    {
        NodeId logits = kNoNode;
        for (NodeId id : m_shaped.order)
            if (m_graph.edgesFrom(id).empty())
                logits = id;
        if (!m_graph.outputs.empty())
            logits = m_graph.outputs.front().node;
        return m_graph.node(logits)->type == "softmax" ? m_graph.edgesInto(logits).front().from : logits;
    }

    /// Gradient 1 at the number of one class, for every image.
    Result<void> startScore()
    {
        const NodeId logits = logitsNode();
        const std::int64_t classes = m_shaped.shapes.at(logits).elements();
        if (m_input.scoreClass >= classes)
            return Error{ErrorCode::InvalidArgument,
                         "The network ends with " + std::to_string(classes) + " numbers; there is no class " +
                             std::to_string(m_input.scoreClass) + ".",
                         {},
                         {logits, {}, {}, -1}};
        const auto& z = m_pass.outputs.at(logits);
        auto& g = m_pass.outputGradients.emplace(logits, TensorOf<T>(z.shape())).first->second;
        for (std::int64_t n = 0; n < batch(); ++n)
            g[n * classes + m_input.scoreClass] = T(1);
        return {};
    }

    /// The mean loss on the logits, and its gradient.
    Result<void> startLoss()
    {
        const NodeId logits = logitsNode();
        const Shape& shape = m_shaped.shapes.at(logits);
        const std::int64_t classes = shape.rank() == 3 ? shape[0] : shape.elements();
        const std::int64_t places = shape.elements() / classes;
        const auto loss = lossFor(m_graph.outputs.empty() ? std::string() : m_graph.outputs.front().loss, places > 1);
        if (!loss)
            return loss.error();
        if (static_cast<std::int64_t>(m_input.labels.size()) != batch() * places)
            return Error{ErrorCode::ShapeMismatch,
                         "The network ends with " + std::to_string(places) + " places per image, but there are " +
                             std::to_string(m_input.labels.size()) + " labels for " + std::to_string(batch()) +
                             " images.",
                         {},
                         {logits, {}, {}, -1}};
        const auto& z = m_pass.outputs.at(logits);
        auto& g = m_pass.outputGradients.emplace(logits, TensorOf<T>(z.shape())).first->second;
        m_pass.targets = std::count_if(m_input.labels.begin(), m_input.labels.end(), [](int l) { return l >= 0; });
        const double divisor = loss->divisor(m_pass.targets, classes);
        std::vector<double> row(static_cast<std::size_t>(classes)), slope(row.size());
        for (std::int64_t n = 0; n < batch(); ++n)
            for (std::int64_t p = 0; p < places; ++p) {
                const int label = m_input.labels[static_cast<std::size_t>(n * places + p)];
                if (label < 0)
                    continue;
                const auto at = [&](std::size_t c) {
                    return (n * classes + static_cast<std::int64_t>(c)) * places + p;
                };
                for (std::size_t c = 0; c < row.size(); ++c)
                    row[c] = static_cast<double>(z[at(c)]);
                m_pass.loss += loss->info->reference(row.data(), label, classes, loss->smoothing, slope.data());
                m_pass.correct += std::max_element(row.begin(), row.end()) - row.begin() == label;
                for (std::size_t c = 0; c < row.size(); ++c)
                    g[at(c)] = static_cast<T>(slope[c] / divisor);
            }
        m_pass.loss /= divisor;
        return {};
    }

    void backward(NodeId id)
    {
        Prepared p;
        prepare(id, p);
        p.call.outputGradient = view<const T>(m_pass.outputGradients.at(id).data(), id);
        for (const Edge& e : m_graph.edgesInto(id)) {
            auto& g = m_pass.outputGradients.try_emplace(e.from, withBatch(batch(), m_shaped.shapes.at(e.from)))
                          .first->second;
            p.call.inputGradients.push_back(view<T>(g.data(), e.from));
        }
        for (const TensorInfo& info : p.infos) {
            p.call.tensorGradients.emplace_back();
            if (info.role == TensorRole::Weight) {
                auto& g =
                    m_pass.tensorGradients.emplace(TensorKey{id, info.key}, TensorOf<T>(info.shape)).first->second;
                p.call.tensorGradients.back() = TensorView<T>(g.data(), 1, info.shape);
            }
        }
        functions<T>(*p.layer).backward(p.call);
    }

    const GraphSpec& m_graph;
    const WeightMap& m_weights;
    const ReferenceInput& m_input;
    ShapedGraph m_shaped;
    ReferencePass<T> m_pass;
};

} // namespace

template <class T>
Result<ReferencePass<T>> runReference(const GraphSpec& graph, const WeightMap& weights, const ReferenceInput& input)
{
    return Runner<T>(graph, weights, input).run();
}

template Result<ReferencePass<float>> runReference(const GraphSpec&, const WeightMap&, const ReferenceInput&);
template Result<ReferencePass<double>> runReference(const GraphSpec&, const WeightMap&, const ReferenceInput&);

Result<ReferencePass<double>> replay(const GraphSpec& graph, const StepRecord& record, const Dataset& data)
{
    const GraphSpec network = withLoss(graph, record.loss);
    auto plan = lower(network, kernels::active(), {});
    if (!plan)
        return plan.error();
    const OpGraph& lowered = **plan;
    const auto augmentation = parseAugmentation(record.augment);
    if (!augmentation)
        return augmentation.error();
    // The data set is the caller's: this pointer does not own it.
    DatasetPtr images = withTargets(DatasetPtr(DatasetPtr(), &data), lowered.loss.info->target);
    if (augmentation->any())
        images = std::make_shared<AugmentedDataset>(images, *augmentation, record.before->seed, record.epoch);
    ReferenceInput input;
    input.training = true;
    input.seed = record.before->seed;
    input.step = static_cast<std::uint32_t>(record.step);
    input.indices = record.images;
    const auto bytes = static_cast<std::size_t>(data.imageShape().elements());
    input.pixels.resize(bytes * record.images.size());
    for (std::size_t i = 0; i < record.images.size(); ++i)
        if (auto read = images->image(record.images[i], {input.pixels.data() + i * bytes, bytes}); !read)
            return read.error();
    const Layout& logits = lowered.layoutOf(lowered.logits);
    const std::int64_t places = lowered.loss.info->target == TargetKind::Mask ? logits.pixels() : 1;
    input.labels.resize(record.images.size() * static_cast<std::size_t>(places));
    if (auto read = readTargets(*images, lowered.loss.info->target, record.images, logits.channels, places,
                                input.labels.data());
        !read)
        return read.error();
    return runReference<double>(network, *record.before->weights, input);
}

} // namespace convarium::engine
