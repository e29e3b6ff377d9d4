#include "engine/io/onnx/onnx_export.h"

#include "engine/io/atomic_file.h"
#include "engine/io/onnx/schema.h"
#include "engine/io/onnx/transposed.h"
#include "engine/io/onnx/unique_names.h"
#include "engine/layers/layer.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

constexpr int kOpset = 17, kRepresentation = 8;
constexpr std::size_t kMostBytes = 0x7FF00000; // a protobuf message has at most 2^31 - 1

/// Writes one network; also the builder that a layer's hook talks to, for the layer that is set by begin().
class ModelWriter final : public OnnxBuilder
{
public:
    ModelWriter(const Project& project, const WeightMap& weights)
        : m_project(project), m_graph(project.graph), m_weights(weights), m_out(*m_model.mutable_graph())
    {
        for (const Node& node : m_graph.nodes)
            for (const TensorRecord& record : node.tensors)
                if (!record.externalName.empty() && m_reserved.insert(record.externalName).second)
                    m_names.take(record.externalName); // before any layer of the same name can have it
    }

    Result<std::string> run()
    {
        const ShapedGraph shaped = inferShapes(m_graph);
        for (const Problem& problem : shaped.problems)
            if (!problem.warning)
                return problem.error;
        describe();
        const std::vector<NodeId> results = resultNodes(shaped);
        const std::set<NodeId> needed = ancestors(results);
        for (const NodeId id : shaped.order)
            if (needed.contains(id))
                if (auto written = writeLayer(id, shaped); !written)
                    return written.error();
        for (const NodeId id : results)
            writeOutput(id, shaped.shapes.at(id));
        if (m_model.ByteSizeLong() > kMostBytes)
            return Error{ErrorCode::Overflow,
                         "The model would have " + std::to_string(m_model.ByteSizeLong()) +
                             " bytes, but an ONNX file holds at most 2 GB.",
                         "Export its weights as safetensors, or use fewer weights.",
                         {}};
        return m_model.SerializeAsString();
    }

    std::string add(const std::string& op, const std::vector<std::string>& inputs,
                    const std::vector<OnnxAttribute>& attributes) override
    {
        schema::NodeProto& node = *m_out.add_node();
        node.set_op_type(op);
        node.set_name(m_nodeNames.take(m_layerName));
        for (const std::string& input : inputs)
            node.add_input(input);
        for (const OnnxAttribute& attribute : attributes)
            writeAttribute(*node.add_attribute(), attribute);
        return *node.add_output() = m_names.take(m_layerName + "/" + op);
    }

    std::string tensor(const std::string& key) override { return tensor(key, m_weights.at({m_node->id, key}).shape()); }

    std::string tensor(const std::string& key, const Shape& shape) override
    {
        const Tensor& values = m_weights.at({m_node->id, key});
        if (roleOf(key) == TensorRole::Constant)
            return constant(shape, values.values());
        const auto record = std::find_if(m_node->tensors.begin(), m_node->tensors.end(), [&](const TensorRecord& r) {
            return r.key == key && !r.externalName.empty() && r.shape.elements() == values.elements();
        });
        if (record == m_node->tensors.end())
            return initializer(m_names.take(m_layerName + "." + key), shape, values.values());
        const std::string& name = record->externalName;
        const std::string taken = m_reserved.erase(name) != 0 ? name : m_names.take(name);
        if (!record->transposed)
            return reshaped(initializer(taken, record->shape, values.values()), record->shape, shape);
        const std::int64_t rows = values.shape()[0], columns = values.shape()[1];
        const std::vector<float> turned = transposed(values.values(), rows, columns);
        const std::string matrix = reshaped(initializer(taken, record->shape, turned), record->shape, {columns, rows});
        return reshaped(add("Transpose", {matrix}, {{"perm", std::vector<std::int64_t>{1, 0}}}), {rows, columns},
                        shape);
    }

    std::string constant(const Shape& shape, const std::vector<float>& values) override
    {
        // A node, not an initializer: such numbers are part of the formula, and no program should train them.
        const std::string name = m_layerName + "/constant";
        schema::NodeProto& node = *m_out.add_node();
        node.set_op_type("Constant");
        node.set_name(m_nodeNames.take(name));
        schema::AttributeProto& value = *node.add_attribute();
        value.set_name("value");
        value.set_type(schema::AttributeProto::TENSOR);
        fill(*value.mutable_t(), shape, values);
        return *node.add_output() = m_names.take(name);
    }

    std::string integers(const std::vector<std::int64_t>& values) override
    {
        schema::TensorProto& tensor = *m_out.add_initializer();
        tensor.set_name(m_names.take(m_layerName + "/integers"));
        tensor.set_data_type(schema::TensorProto::INT64);
        tensor.add_dims(static_cast<std::int64_t>(values.size()));
        tensor.set_raw_data(values.data(), values.size() * sizeof(std::int64_t));
        return tensor.name();
    }

private:
    void describe()
    {
        m_model.set_ir_version(kRepresentation);
        m_model.set_producer_name("Convarium");
        m_model.set_producer_version(CONVARIUM_VERSION);
        m_model.add_opset_import()->set_version(kOpset);
        const std::string title = printableName(m_graph.title.empty() ? m_graph.name : m_graph.title);
        m_model.set_doc_string(title + (m_project.about.description.empty() ? "" : ": ") +
                               printableName(m_project.about.description, 4000));
        m_out.set_name(m_graph.name.empty() ? (title.empty() ? "network" : title) : printableName(m_graph.name));
        const std::string scale = m_graph.inputs.empty() ? "unit" : m_graph.inputs.front().scale;
        schema::StringStringEntryProto& entry = *m_model.add_metadata_props();
        entry.set_key("convarium.scale");
        entry.set_value(printableName(scale));
    }

    std::vector<NodeId> resultNodes(const ShapedGraph& shaped) const
    {
        std::vector<NodeId> ids;
        for (const OutputSpec& output : m_graph.outputs)
            ids.push_back(output.node);
        if (ids.empty())
            for (const NodeId id : shaped.order)
                if (m_graph.edgesFrom(id).empty())
                    ids.push_back(id);
        return ids;
    }

    std::set<NodeId> ancestors(std::vector<NodeId> open) const
    {
        std::set<NodeId> found(open.begin(), open.end());
        while (!open.empty()) {
            const NodeId id = open.back();
            open.pop_back();
            for (const Edge& edge : m_graph.edgesInto(id))
                if (found.insert(edge.from).second)
                    open.push_back(edge.from);
        }
        return found;
    }

    /// "stage 1/block 2/C3"
    std::string pathOf(const Node& node) const
    {
        std::string path = node.name;
        std::int64_t group = node.group;
        for (std::size_t depth = 0; group != -1 && depth <= m_graph.groups.size(); ++depth) {
            const auto it = std::find_if(m_graph.groups.begin(), m_graph.groups.end(),
                                         [&](const Group& g) { return g.id == group; });
            if (it == m_graph.groups.end())
                break;
            path = it->name + "/" + path;
            group = it->parent;
        }
        return printableName(path, 1000);
    }

    Result<void> writeLayer(NodeId id, const ShapedGraph& shaped)
    {
        m_node = m_graph.node(id);
        const LayerDescriptor& layer = *findLayer(m_node->type);
        const auto params = completeParams(layer, m_node->params);
        if (!params)
            return params.error();
        // The layer's value gets the layer's name; what leads to it is called "name/Operator".
        m_layerName = m_layerNames[id] = m_names.take(pathOf(*m_node));
        if (layer.isInput) {
            m_values[id] = m_layerName;
            describeValue(*m_out.add_input(), m_layerName, shaped.shapes.at(id));
            return {};
        }
        if (!layer.onnx)
            return Error{ErrorCode::InvalidArgument,
                         m_graph.label(id) + " cannot be written as ONNX: " + layer.notExportable,
                         "Replace the layer, or save the network as a .convarium file.",
                         {id, {}, {}, -1}};
        m_call = {};
        m_call.builder = this;
        m_call.params = &*params;
        for (const Edge& edge : m_graph.edgesInto(id))
            m_call.inputs.push_back(m_values.at(edge.from));
        m_call.inputShapes = shaped.inputShapes(m_graph, id);
        m_call.outputShape = shaped.shapes.at(id);
        const int before = m_out.node_size();
        m_values[id] = renamed(layer.onnx(m_call), before);
        return {};
    }

    /// Gives the value the layer's name where one of the layer's own operators made it.
    std::string renamed(const std::string& value, int firstNode)
    {
        bool own = false;
        for (int i = firstNode; i < m_out.node_size(); ++i)
            own = own || m_out.node(i).output(0) == value;
        if (!own)
            return value;
        for (int i = firstNode; i < m_out.node_size(); ++i)
            for (auto* names : {m_out.mutable_node(i)->mutable_input(), m_out.mutable_node(i)->mutable_output()})
                for (std::string& name : *names)
                    if (name == value)
                        name = m_layerName;
        return m_layerName;
    }

    /// The output is called like its layer, unless that is an input or given already.
    void writeOutput(NodeId id, const Shape& shape)
    {
        const std::string value = m_values.at(id);
        std::string name = m_layerNames.at(id);
        const auto& outputs = m_out.output();
        const bool listed = std::any_of(outputs.begin(), outputs.end(),
                                        [&](const schema::ValueInfoProto& v) { return v.name() == name; });
        if (listed || findLayer(m_graph.node(id)->type)->isInput)
            name = m_names.take(pathOf(*m_graph.node(id)) + "/output");
        if (name != value) {
            m_layerName = name;
            add("Identity", {value}, {});
            m_out.mutable_node(m_out.node_size() - 1)->set_output(0, name);
        }
        describeValue(*m_out.add_output(), name, shape);
    }

    static void describeValue(schema::ValueInfoProto& info, const std::string& name, const Shape& shape)
    {
        info.set_name(name);
        auto& type = *info.mutable_type()->mutable_tensor_type();
        type.set_elem_type(schema::TensorProto::FLOAT);
        type.mutable_shape()->add_dim()->set_dim_param("N");
        for (int i = 0; i < shape.rank(); ++i)
            type.mutable_shape()->add_dim()->set_dim_value(shape[i]);
    }

    static void writeAttribute(schema::AttributeProto& out, const OnnxAttribute& attribute)
    {
        out.set_name(attribute.name);
        if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) {
            out.set_type(schema::AttributeProto::INT);
            out.set_i(*number);
        } else if (const auto* real = std::get_if<double>(&attribute.value)) {
            out.set_type(schema::AttributeProto::FLOAT);
            out.set_f(static_cast<float>(*real));
        } else if (const auto* text = std::get_if<std::string>(&attribute.value)) {
            out.set_type(schema::AttributeProto::STRING);
            out.set_s(*text);
        } else if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&attribute.value)) {
            out.set_type(schema::AttributeProto::INTS);
            for (const std::int64_t n : *numbers)
                out.add_ints(n);
        } else {
            out.set_type(schema::AttributeProto::FLOATS);
            for (const double n : std::get<std::vector<double>>(attribute.value))
                out.add_floats(static_cast<float>(n));
        }
    }

    std::string initializer(const std::string& name, const Shape& shape, const std::vector<float>& values)
    {
        schema::TensorProto& tensor = *m_out.add_initializer();
        tensor.set_name(name);
        fill(tensor, shape, values);
        return name;
    }

    static void fill(schema::TensorProto& tensor, const Shape& shape, const std::vector<float>& values)
    {
        tensor.set_data_type(schema::TensorProto::FLOAT);
        for (int i = 0; i < shape.rank(); ++i)
            tensor.add_dims(shape[i]);
        tensor.set_raw_data(values.data(), values.size() * sizeof(float));
    }

    [[nodiscard]] TensorRole roleOf(const std::string& key) const
    {
        const auto tensors = findLayer(m_node->type)->tensors(m_call.inputShapes, *m_call.params);
        const auto found =
            std::find_if(tensors.begin(), tensors.end(), [&](const TensorInfo& t) { return t.key == key; });
        return found == tensors.end() ? TensorRole::Weight : found->role;
    }

    std::string reshaped(const std::string& value, const Shape& from, const Shape& to)
    {
        if (from == to)
            return value;
        std::vector<std::int64_t> sizes;
        for (int i = 0; i < to.rank(); ++i)
            sizes.push_back(to[i]);
        return add("Reshape", {value, integers(sizes)}, {});
    }

    const Project& m_project;
    const GraphSpec& m_graph;
    const WeightMap& m_weights;
    schema::ModelProto m_model;
    schema::GraphProto& m_out;
    UniqueNames m_names, m_nodeNames;
    std::set<std::string> m_reserved; ///< names of initializers that are still to be written
    std::map<NodeId, std::string> m_values, m_layerNames;
    const Node* m_node = nullptr; ///< being written, with what its layer's hook gets
    OnnxCall m_call;
    std::string m_layerName;
};

} // namespace

Result<std::string> onnxModel(const Project& project, const WeightMap& weights)
{
    if (auto fits = matchWeights(project.graph, weights); !fits)
        return fits.error();
    return ModelWriter(project, weights).run();
}

Result<void> saveOnnx(const Project& project, const WeightMap& weights, const std::string& path)
{
    const auto model = onnxModel(project, weights);
    return model ? writeFileAtomically(path, *model) : model.error();
}

} // namespace convarium::engine
