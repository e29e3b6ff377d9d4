#include "engine/io/onnx/import/importer.h"

#include "engine/io/onnx/import/converters.h"
#include "engine/io/onnx/import/gelu_pattern.h"
#include "engine/io/onnx/transposed.h"
#include "engine/layers/layer.h"
#include "engine/layers/messages.h"
#include "engine/plan/executor.h"

#include <algorithm>
#include <cmath>

namespace convarium::engine
{

namespace
{

constexpr std::size_t kMostLayers = 10'000, kMostWires = 50'000;
constexpr std::int64_t kMostNumbers = std::int64_t{1} << 40;

std::string quoted(const std::string& name)
{
    return "'" + printableName(name, 80) + "'";
}

Error invalid(const std::string& sentence, const std::string& hint = "Export the model again.")
{
    return {ErrorCode::BadFormat, sentence, hint, {}};
}

std::string shapeParam(const Shape& shape)
{
    std::vector<std::int64_t> sizes;
    for (int i = 0; i < shape.rank(); ++i)
        sizes.push_back(shape[i]);
    return listText(sizes);
}

bool isNumeric(int type)
{
    using Type = schema::TensorProto;
    return type == Type::FLOAT || type == Type::DOUBLE || type == Type::FLOAT16 || type == Type::BFLOAT16 ||
           type == Type::INT64 || type == Type::INT32 || type == Type::INT8 || type == Type::UINT8;
}

bool isWhole(int type)
{
    using Type = schema::TensorProto;
    return type == Type::INT64 || type == Type::INT32 || type == Type::INT8 || type == Type::UINT8;
}

} // namespace

Importer::Importer(const ModelFile& file, std::string folder, AxisReading reading)
    : m_file(file), m_graph(file.model->graph()), m_folder(std::move(folder)), m_reading(reading)
{
}

// ---- the graph as a whole

Result<Project> Importer::run()
{
    if (auto indexed = indexGraph(); !indexed)
        return indexed.error();
    if (auto found = findNeeded(); !found)
        return found.error();
    if (auto declared = declareInputs(); !declared)
        return declared.error();
    for (const int index : m_order)
        if (auto converted = convertNode(nodeAt(index)); !converted)
            return converted.error();
    Project project;
    if (auto finished = finish(project); !finished)
        return finished.error();
    return project;
}

Result<void> Importer::indexGraph()
{
    if (m_graph.sparse_initializer_size() > 0)
        return invalid("The model has sparse weights, which are not read.", "Export it with ordinary ones.");
    for (const schema::TensorProto& tensor : m_graph.initializer())
        if (!m_initializers.emplace(tensor.name(), &tensor).second)
            return invalid("Two weights are called " + quoted(tensor.name()) + ".");
    for (const schema::ValueInfoProto& info : m_graph.input())
        if (!m_inputs.insert(info.name()).second)
            return invalid("Two inputs are called " + quoted(info.name()) + ".");
    for (int i = 0; i < m_graph.node_size(); ++i)
        for (const std::string& output : m_graph.node(i).output()) {
            if (output.empty())
                continue;
            if (!m_producers.emplace(output, i).second || m_inputs.contains(output) || m_initializers.contains(output))
                return invalid("Two nodes give the value " + quoted(output) + ".");
        }
    if (m_graph.output_size() == 0)
        return invalid("The model has no output.");
    for (const schema::ValueInfoProto& output : m_graph.output())
        if (m_producers.contains(output.name()))
            m_names.take(printableName(output.name())); // for the layer that gives it
    m_replaced = findGelus(m_graph);
    return {};
}

const schema::NodeProto& Importer::nodeAt(int index) const
{
    const auto replaced = m_replaced.find(index);
    return replaced == m_replaced.end() ? m_graph.node(index) : replaced->second;
}

/// The nodes that the outputs depend on, in an order in which they can be computed. Files need not be sorted.
Result<void> Importer::findNeeded()
{
    enum class Mark : char { New, Open, Done };
    std::vector<Mark> marks(static_cast<std::size_t>(m_graph.node_size()), Mark::New);
    struct Visit {
        int node;
        int nextInput;
    };
    std::vector<Visit> stack;
    const auto enter = [&](const std::string& value, const std::string& reader) -> Result<void> {
        ++m_readers[value];
        if (m_initializers.contains(value))
            return {};
        const auto producer = m_producers.find(value);
        if (producer == m_producers.end()) {
            if (m_inputs.contains(value)) {
                m_neededInputs.insert(value);
                return {};
            }
            return invalid(reader + " reads the value " + quoted(value) + ", which nothing gives.");
        }
        Mark& mark = marks[static_cast<std::size_t>(producer->second)];
        if (mark == Mark::Open)
            return Error{ErrorCode::InvalidGraph,
                         "The nodes run in a circle through " + NodeView(m_graph.node(producer->second)).label() + ".",
                         "Export the model again.",
                         {}};
        if (mark == Mark::New) {
            mark = Mark::Open;
            stack.push_back({producer->second, 0});
        }
        return {};
    };
    for (const schema::ValueInfoProto& output : m_graph.output()) {
        if (auto entered = enter(output.name(), "The output"); !entered)
            return entered;
        while (!stack.empty()) {
            const schema::NodeProto& node = nodeAt(stack.back().node);
            if (stack.back().nextInput == node.input_size()) {
                marks[static_cast<std::size_t>(stack.back().node)] = Mark::Done;
                m_order.push_back(stack.back().node);
                stack.pop_back();
                continue;
            }
            const std::string& input = node.input(stack.back().nextInput++);
            if (!input.empty())
                if (auto entered = enter(input, NodeView(node).label()); !entered)
                    return entered;
        }
    }
    return {};
}

Result<void> Importer::declareInputs()
{
    std::vector<std::pair<const schema::ValueInfoProto*, std::vector<std::int64_t>>> inputs;
    for (const schema::ValueInfoProto& info : m_graph.input()) {
        if (!m_neededInputs.contains(info.name()))
            continue;
        const auto& type = info.type().tensor_type();
        if (!info.type().has_tensor_type() || !type.has_shape() || !isNumeric(type.elem_type()))
            return invalid("The input " + quoted(info.name()) + " is no tensor of numbers with a known shape.");
        m_integerInput = m_integerInput || isWhole(type.elem_type());
        std::vector<std::int64_t> sizes;
        for (int i = 0; i < type.shape().dim_size(); ++i) {
            const auto& dim = type.shape().dim(i);
            if (dim.has_dim_value() && dim.dim_value() > 0) {
                sizes.push_back(dim.dim_value());
                continue;
            }
            const bool open = !dim.has_dim_value() || (i == 0 && dim.dim_value() <= 0 && dim.dim_value() >= -1);
            if (!open)
                return invalid("The input " + quoted(info.name()) + " has the size " + std::to_string(dim.dim_value()) +
                               ", but sizes must be above 0.");
            if (i > 0)
                return invalid("The input " + quoted(info.name()) + " leaves size " + std::to_string(i + 1) +
                                   " open, but only the batch may be.",
                               "Export the model with a fixed input size.");
            sizes.push_back(kBatchSize);
        }
        inputs.emplace_back(&info, std::move(sizes));
    }
    if (inputs.empty())
        return invalid("The model reads no input: its outputs are constants.");
    for (const auto& [info, sizes] : inputs) {
        const std::size_t ranks = sizes.size() - (batched() && !sizes.empty() ? 1 : 0);
        if (ranks > static_cast<std::size_t>(kMaxRank))
            return invalid("The input " + quoted(info->name()) + " has " + std::to_string(sizes.size()) +
                           " axes, but at most " + std::to_string(kMaxRank) + " and the batch are read.");
        // A single fixed size is hardly a batch of single numbers.
        const bool list = sizes.empty() || (sizes.size() == 1 && sizes.front() != kBatchSize);
        if (batched() && (list || sizes.front() != inputs.front().second.front()))
            return batchTrouble("The input " + quoted(info->name()) + " has the shape " + sizesText(sizes) +
                                ", which has no batch axis in common with the others.");
        if (!batched() && !sizes.empty() && sizes.front() == kBatchSize)
            return invalid("The input " + quoted(info->name()) +
                               " leaves its first size open, but the network computes with it.",
                           "Export the model with a batch of 1.");
    }
    if (batched() && inputs.front().second.front() != kBatchSize)
        m_fixedBatch = inputs.front().second.front();
    for (const auto& [info, sizes] : inputs)
        if (auto added = addInput(*info, sizes); !added)
            return added;
    return {};
}

Result<void> Importer::addInput(const schema::ValueInfoProto& info, const std::vector<std::int64_t>& sizes)
{
    Shape shape;
    for (std::size_t i = batched() ? 1 : 0; i < sizes.size(); ++i)
        shape.append(sizes[i]);
    const bool image = batched() && shape.isMaps() && shape[0] <= 4096 && shape[1] <= 8192 && shape[2] <= 8192;
    const Params params = image ? Params{{"channels", shape[0]}, {"height", shape[1]}, {"width", shape[2]}}
                                : Params{{"shape", shapeParam(shape)}};
    const auto wire = addLayer(image ? "input" : "tensor_input", params, {}, info.name());
    if (!wire)
        return Error{ErrorCode::BadFormat,
                     "The input " + quoted(info.name()) + ": " + wire.error().message,
                     wire.error().hint,
                     {}};
    m_uses[wire->node] = 2; // never changed
    m_values[info.name()].wire = *wire;
    return {};
}

Result<void> Importer::convertNode(const schema::NodeProto& proto)
{
    const NodeView node(proto);
    const auto named = [&](Error error) {
        error.code = error.code == ErrorCode::Internal ? ErrorCode::BadFormat : error.code;
        error.message = node.label() + ": " + error.message;
        return error;
    };
    if (!proto.domain().empty() && proto.domain() != "ai.onnx")
        return named(invalid("It belongs to the operator set " + quoted(proto.domain()) +
                                 ", but only the standard ones are read.",
                             "Export the model with standard operators."));
    // Constants that a node reads are decoded when they are first needed.
    for (const std::string& input : proto.input()) {
        const auto found = m_initializers.find(input);
        if (found == m_initializers.end() || m_values.contains(input))
            continue;
        const auto tensor = initializer(*found->second);
        if (!tensor)
            return tensor.error();
        m_values[input].constant = *tensor;
    }
    for (int i = 0; i < node.inputs(); ++i)
        if (const std::string input = node.input(i); !input.empty() && !m_values.contains(input))
            return named(missing(node, i));
    const auto folded = foldNode(*this, node);
    if (!folded)
        return named(folded.error());
    if (!*folded) {
        const Converter convert = findConverter(proto.op_type());
        if (!convert)
            return named(
                {ErrorCode::UnknownName, "No layer does what this operator does.", "Export the model without it.", {}});
        if (auto converted = convert(*this, node); !converted)
            return named(converted.error());
    }
    if (node.fault())
        return named(*node.fault());
    return {};
}

Error Importer::missing(const NodeView& node, int input) const
{
    const int producer = m_producers.at(node.input(input));
    return invalid("It reads a further output of " + NodeView(m_graph.node(producer)).label() +
                       ", of which only the first can be had.",
                   "Export the model without it.");
}

Result<HostTensorPtr> Importer::initializer(const schema::TensorProto& proto)
{
    auto tensor = readTensor(proto, m_folder, m_budget);
    if (!tensor)
        return tensor.error();
    return HostTensorPtr(std::make_shared<HostTensor>(*std::move(tensor)));
}

Result<void> Importer::finish(Project& project)
{
    for (int i = 0; i < m_graph.output_size(); ++i) {
        const std::string& name = m_graph.output(i).name();
        const auto found = m_values.find(name);
        if (found == m_values.end() || !found->second.wire)
            return invalid("The output " + quoted(name) + " does not depend on the input.");
        auto node = materialized(*found->second.wire);
        if (!node)
            return node.error();
        Node& last = m_network.nodes[static_cast<std::size_t>(*node) - 1];
        const bool isNamed = std::any_of(m_network.outputs.begin(), m_network.outputs.end(),
                                         [&](const OutputSpec& output) { return output.node == *node; });
        if (!isNamed && m_producers.contains(name) && !findLayer(last.type)->isInput)
            last.name = printableName(name);
        m_network.outputs.push_back({*node, "cross-entropy", 1});
    }
    // One end needs no mention: a layer that is added after it becomes the end.
    std::set<NodeId> ends;
    for (const Node& node : m_network.nodes)
        ends.insert(node.id);
    for (const Edge& edge : m_network.edges)
        ends.erase(edge.from);
    if (ends == std::set<NodeId>{m_network.outputs.front().node} && m_network.outputs.size() == 1)
        m_network.outputs.clear();
    m_network.nextId = static_cast<NodeId>(m_network.nodes.size()) + 1;
    for (const schema::StringStringEntryProto& entry : m_file.model->metadata_props())
        if (entry.key() == "convarium.scale" && pixelScale(entry.value()))
            for (const Node& node : m_network.nodes)
                if (findLayer(node.type)->isInput)
                    m_network.inputs.push_back({node.id, entry.value()});
    const ShapedGraph shaped = inferShapes(m_network);
    for (const Problem& problem : shaped.problems)
        if (!problem.warning)
            return invalid(m_network.label(problem.error.place.node) + ": " + problem.error.message,
                           problem.error.hint);
    project.graph = std::move(m_network);
    auto state = std::make_shared<TrainingState>();
    state->weights = std::make_shared<const WeightMap>(std::move(m_weights));
    project.state = std::move(state);
    return matchWeights(project.graph, *project.state->weights);
}

// ---- values

HostTensorPtr Importer::constant(const std::string& value) const
{
    const auto found = m_values.find(value);
    return value.empty() || found == m_values.end() ? nullptr : found->second.constant;
}

Result<HostTensorPtr> Importer::needConstant(const NodeView& node, int input, const std::string& what) const
{
    if (HostTensorPtr found = constant(node, input))
        return found;
    return refused(node.input(input).empty() ? "It lacks " + what + "."
                                             : "The network computes " + what + ", which must be known before.",
                   "Export the model with constants.");
}

Result<std::optional<std::vector<std::int64_t>>> Importer::settings(const NodeView& node, const std::string& attribute,
                                                                    int input) const
{
    using List = std::optional<std::vector<std::int64_t>>;
    if (!attribute.empty() && node.has(attribute))
        return List(node.integers(attribute));
    if (input < 0 || node.input(input).empty())
        return List();
    const auto tensor = needConstant(node, input, "its settings");
    if (!tensor)
        return tensor.error();
    if (!(*tensor)->isInteger)
        return refused("Its settings are not whole numbers.", "Export the model again.");
    return List((*tensor)->integers);
}

std::vector<std::int64_t> Importer::sizesOf(const Wire& wire) const
{
    std::vector<std::int64_t> sizes;
    if (batched())
        sizes.push_back(kBatchSize);
    for (int i = 0; i < wire.shape.rank(); ++i)
        sizes.push_back(wire.shape[i]);
    return sizes;
}

Error Importer::batchTrouble(const std::string& what)
{
    m_batchTrouble = true;
    return refused(what, "Export the model with a batch axis that nothing touches.");
}

Wire Importer::reshaped(Wire wire, const Shape& shape, const NodeView* by)
{
    wire.shape = shape;
    if (by)
        wire.named = by->name();
    return wire;
}

Result<Wire> Importer::wire(const NodeView& node, int input, int rank)
{
    const auto found = m_values.find(node.input(input));
    if (node.input(input).empty() || found == m_values.end())
        return refused("It lacks input " + std::to_string(input + 1) + ".", "Export the model again.");
    if (found->second.wire)
        return *found->second.wire;
    return constantWire(node, input, found->second.constant->sizes, rank);
}

bool Importer::isLearned(const HostTensor& tensor) const
{
    return !tensor.name.empty() && !tensor.isInteger && m_initializers.contains(tensor.name);
}

Result<Wire> Importer::constantWire(const NodeView& node, int input, std::vector<std::int64_t> sizes, int rank)
{
    const HostTensor& tensor = *constant(node, input);
    if (rank > static_cast<int>(sizes.size()))
        sizes.insert(sizes.begin(), static_cast<std::size_t>(rank) - sizes.size(), 1);
    if (batched()) {
        if (sizes.empty() || sizes.front() != 1)
            return batchTrouble("The constant " + quoted(node.input(input)) + " has the shape " +
                                sizesText(tensor.sizes) + ", which is not the same for each image of a batch.");
        sizes.erase(sizes.begin());
    }
    Shape shape;
    for (const std::int64_t size : sizes) {
        if (size <= 0 || shape.rank() == kMaxRank)
            return refused("The constant " + quoted(node.input(input)) + " has the shape " + sizesText(tensor.sizes) +
                           ", which no layer can take.");
        shape.append(size);
    }
    const bool learned = isLearned(tensor);
    const auto layer = addLayer("constant", {{"shape", shapeParam(shape)}, {"trainable", learned}}, {},
                                tensor.name.empty() ? node.name() + " constant" : tensor.name);
    if (!layer)
        return layer;
    const TensorRole role = learned ? TensorRole::Weight : TensorRole::Constant;
    HostTensor reals = tensor;
    if (tensor.isInteger) {
        reals.isInteger = false;
        for (const std::int64_t value : tensor.integers) {
            if (value == kBatchSize)
                return batchTrouble("The network computes with the size of the batch.");
            reals.reals.push_back(static_cast<float>(value));
        }
    }
    if (auto set = setTensor(*layer, "value", role, shape, reals); !set)
        return set.error();
    return layer;
}

Result<Wire> Importer::fixedNumber(float value, const Shape& shape, const std::string& name)
{
    const auto layer = addLayer("constant", {{"shape", shapeParam(shape)}, {"trainable", false}}, {}, name);
    if (!layer)
        return layer;
    HostTensor numbers;
    numbers.reals.assign(static_cast<std::size_t>(shape.elements()), value);
    if (auto set = setTensor(*layer, "value", TensorRole::Constant, shape, numbers); !set)
        return set.error();
    return layer;
}

Result<Wire> Importer::sample(const NodeView& node, int input)
{
    auto value = wire(node, input);
    if (!value || batched())
        return value;
    if (value->shape.rank() == 0 || value->shape[0] != 1)
        return refused("It needs a batch axis, but its input has the shape " + value->shape.text() + ".",
                       "Export the model with a batch axis.");
    Shape shape;
    for (int i = 1; i < value->shape.rank(); ++i)
        shape.append(value->shape[i]);
    value->shape = shape;
    return value;
}

Result<int> Importer::axisOf(const Wire& wire, std::int64_t axis)
{
    const std::int64_t rank = rankOf(wire);
    const std::int64_t counted = axis < 0 ? axis + rank : axis;
    if (counted < 0 || counted >= rank)
        return refused("It names axis " + std::to_string(axis) + ", but its input has " + std::to_string(rank) + ".",
                       "Export the model again.");
    if (batched() && counted == 0)
        return batchTrouble("It works along the batch axis, which a layer does not see.");
    return static_cast<int>(counted) - (batched() ? 1 : 0);
}

// ---- layers

Result<NodeId> Importer::materialized(Wire& wire)
{
    if (wire.actual == wire.shape)
        return wire.node;
    Wire source = wire;
    source.shape = source.actual;
    const std::string name = wire.named.empty() ? "reshape" : wire.named;
    const auto layer = wire.shape.isList() ? addLayer("flatten", {}, {source}, name)
                                           : addLayer("reshape", {{"shape", shapeParam(wire.shape)}}, {source}, name);
    if (!layer)
        return layer.error();
    wire = *layer;
    return wire.node;
}

Result<Wire> Importer::addLayer(const std::string& type, const Params& given, std::vector<Wire> inputs,
                                const std::string& name)
{
    const LayerDescriptor* layer = findLayer(type);
    if (!layer)
        return Error{ErrorCode::UnknownName,
                     "It needs a layer '" + type + "', which this version does not have.",
                     "Open the model with a newer version.",
                     {}};
    if (m_network.nodes.size() >= kMostLayers || m_network.edges.size() + inputs.size() > kMostWires)
        return refused("The network would have more than " + std::to_string(kMostLayers) + " layers or " +
                           std::to_string(kMostWires) + " wires.",
                       "Use a smaller one.");
    auto params = completeParams(*layer, given);
    if (!params)
        return params.error();
    std::vector<Shape> shapes;
    std::vector<NodeId> sources;
    for (Wire& input : inputs) {
        const auto id = materialized(input);
        if (!id)
            return id.error();
        sources.push_back(*id);
        shapes.push_back(input.shape);
    }
    if (auto valid = layer->check(shapes, *params); !valid) {
        Error error = valid.error();
        error.message = nameSources(error.message, {});
        error.hint = nameSources(error.hint, {});
        return error;
    }
    const auto formulas = layer->formulas(formulaContext<Checked>(*params, shapes));
    Shape shape;
    Checked numbers = 1;
    for (const Checked& size : formulas.output.sizes) {
        numbers = numbers * size;
        shape.append(size.value);
    }
    if (numbers.overflow || numbers.value > kMostNumbers || formulas.weights.overflow ||
        formulas.weights.value > kMostNumbers)
        return Error{ErrorCode::Overflow,
                     "Its output or its weights would be too large for any computer.",
                     "Use a smaller network.",
                     {}};
    Node node;
    node.id = static_cast<NodeId>(m_network.nodes.size()) + 1;
    node.type = layer->id;
    node.version = layer->version;
    node.name = m_names.take(printableName(name));
    node.params = *std::move(params);
    for (std::size_t i = 0; i < sources.size(); ++i)
        m_network.edges.push_back({sources[i], 0, node.id, 0, static_cast<int>(i)});
    m_shapes[node.id] = shape;
    m_network.nodes.push_back(std::move(node));
    return Wire{m_network.nodes.back().id, shape, shape, {}};
}

Result<void> Importer::setTensor(const Wire& layer, const std::string& key, TensorRole role, const Shape& shape,
                                 const HostTensor& values, bool transposed)
{
    if (values.isInteger || values.elements() != shape.elements())
        return refused("Its " + key + " has the shape " + sizesText(values.sizes) + ", but " + shape.text() +
                           " is needed.",
                       "Export the model again.");
    if (const auto count = m_weightBudget.take(values.sizes); !count)
        return count.error();
    // The tensor's rows are the stored matrix's columns.
    std::vector<float> numbers =
        transposed ? convarium::engine::transposed(values.reals, shape[1], shape[0]) : values.reals;
    m_weights[{layer.node, key}] = Tensor(shape, std::move(numbers));
    if (values.name.empty() || values.storedSizes.size() > static_cast<std::size_t>(kMaxRank))
        return {};
    TensorRecord record;
    record.key = key;
    record.role = role;
    for (const std::int64_t size : values.storedSizes)
        record.shape.append(size);
    record.externalName = printableName(values.name, 1000);
    record.transposed = transposed != values.transposed;
    // A matrix that the graph turned and then read in another shape has no simple way back, but for added sizes of 1.
    if (!record.transposed || (shape.rank() >= 2 && shape.elements() == shape[0] * shape[1]))
        m_network.nodes[static_cast<std::size_t>(layer.node) - 1].tensors.push_back(std::move(record));
    return {};
}

Node* Importer::soleProducer(const NodeView& reader, int input)
{
    const auto found = m_values.find(reader.input(input));
    if (found == m_values.end() || !found->second.wire)
        return nullptr;
    const Wire& wire = *found->second.wire;
    if (m_uses[wire.node] != 1)
        return nullptr;
    return wire.actual == wire.shape ? &m_network.nodes[static_cast<std::size_t>(wire.node) - 1] : nullptr;
}

// ---- outputs

void Importer::give(const NodeView& node, Wire wire, int output)
{
    const std::string name = node.output(output);
    if (name.empty())
        return;
    m_uses[wire.node] += m_readers[name];
    m_values[name].wire = std::move(wire);
}

void Importer::giveSample(const NodeView& node, Wire wire, int output)
{
    if (!batched()) {
        Shape full{1};
        for (int i = 0; i < wire.shape.rank() && full.rank() < kMaxRank; ++i)
            full.append(wire.shape[i]);
        wire.shape = full;
    }
    give(node, std::move(wire), output);
}

void Importer::giveConstant(const NodeView& node, HostTensor tensor, int output)
{
    if (const std::string name = node.output(output); !name.empty())
        m_values[name].constant = std::make_shared<const HostTensor>(std::move(tensor));
}

Result<void> Importer::pass(const NodeView& node)
{
    const auto found = m_values.find(node.input(0));
    if (node.input(0).empty() || found == m_values.end())
        return refused("It lacks its input.", "Export the model again.");
    const Value value = found->second;
    if (value.wire)
        give(node, *value.wire);
    else if (!node.output(0).empty())
        m_values[node.output(0)] = value;
    return {};
}

} // namespace convarium::engine
