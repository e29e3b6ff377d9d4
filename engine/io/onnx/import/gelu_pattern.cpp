#include "engine/io/onnx/import/gelu_pattern.h"

#include <cmath>
#include <cstring>
#include <optional>
#include <unordered_map>
#include <vector>

namespace convarium::engine
{

namespace
{

class Pattern
{
public:
    explicit Pattern(const schema::GraphProto& graph) : m_graph(graph)
    {
        for (int i = 0; i < graph.node_size(); ++i) {
            const schema::NodeProto& node = graph.node(i);
            for (const std::string& input : node.input())
                m_readers[input].push_back(i);
            for (const std::string& output : node.output())
                m_producers[output] = i;
        }
        for (const schema::TensorProto& tensor : graph.initializer())
            m_tensors[tensor.name()] = &tensor;
    }

    std::map<int, schema::NodeProto> find() const
    {
        std::map<int, schema::NodeProto> found;
        for (const schema::NodeProto& node : m_graph.node()) {
            if (node.op_type() != "Erf" || node.input_size() != 1 || node.output_size() != 1)
                continue;
            const std::optional<std::string> x = unscaled(node.input(0));
            const schema::NodeProto* sum = onlyReader(node.output(0), "Add");
            if (!x || !sum || !otherIs(*sum, node.output(0), 1))
                continue;
            if (const auto last = product(*x, sum->output(0))) {
                schema::NodeProto& gelu = found[*last];
                gelu = m_graph.node(*last);
                gelu.set_op_type("Gelu");
                gelu.clear_input();
                gelu.add_input(*x);
            }
        }
        return found;
    }

private:
    /// The value of a constant of one number.
    std::optional<double> number(const std::string& value) const
    {
        const schema::TensorProto* tensor = nullptr;
        if (const auto known = m_tensors.find(value); known != m_tensors.end())
            tensor = known->second;
        else if (const auto made = m_producers.find(value); made != m_producers.end()) {
            const schema::NodeProto& node = m_graph.node(made->second);
            if (node.op_type() == "Constant" && node.attribute_size() == 1 && node.attribute(0).name() == "value")
                tensor = &node.attribute(0).t();
        }
        if (!tensor || tensor->data_type() != schema::TensorProto::FLOAT)
            return std::nullopt;
        for (const std::int64_t size : tensor->dims())
            if (size != 1)
                return std::nullopt;
        if (tensor->raw_data().size() == sizeof(float)) {
            float out = 0;
            std::memcpy(&out, tensor->raw_data().data(), sizeof out);
            return out;
        }
        return tensor->float_data_size() == 1 ? std::optional<double>(tensor->float_data(0)) : std::nullopt;
    }

    bool isNumber(const std::string& value, double expected) const
    {
        const auto found = number(value);
        return found && std::abs(*found - expected) < 1e-5;
    }

    /// Is the other input of a sum or product this number?
    bool otherIs(const schema::NodeProto& node, const std::string& one, double expected) const
    {
        return node.input_size() == 2 && ((node.input(0) == one && isNumber(node.input(1), expected)) ||
                                          (node.input(1) == one && isNumber(node.input(0), expected)));
    }

    /// x where the value is x / sqrt 2.
    std::optional<std::string> unscaled(const std::string& value) const
    {
        const auto made = m_producers.find(value);
        if (made == m_producers.end())
            return std::nullopt;
        const schema::NodeProto& node = m_graph.node(made->second);
        if (node.input_size() != 2)
            return std::nullopt;
        if (node.op_type() == "Div" && isNumber(node.input(1), std::sqrt(2.0)))
            return node.input(0);
        if (node.op_type() == "Mul")
            for (const int k : {0, 1})
                if (isNumber(node.input(k), std::sqrt(0.5)))
                    return node.input(1 - k);
        return std::nullopt;
    }

    const schema::NodeProto* onlyReader(const std::string& value, const char* op) const
    {
        const auto readers = m_readers.find(value);
        if (readers == m_readers.end() || readers->second.size() != 1)
            return nullptr;
        const schema::NodeProto& node = m_graph.node(readers->second.front());
        return node.op_type() == op && node.output_size() == 1 ? &node : nullptr;
    }

    /// The node that gives 0.5 x y: (x y) 0.5, or (0.5 x) y.
    std::optional<int> product(const std::string& x, const std::string& y) const
    {
        const schema::NodeProto* first = onlyReader(y, "Mul");
        if (!first || first->input_size() != 2)
            return std::nullopt;
        const std::string& other = first->input(first->input(0) == y ? 1 : 0);
        if (const auto half = m_producers.find(other); half != m_producers.end()) {
            const schema::NodeProto& node = m_graph.node(half->second);
            if (node.op_type() == "Mul" && otherIs(node, x, 0.5))
                return m_producers.at(first->output(0));
        }
        if (other != x)
            return std::nullopt;
        const schema::NodeProto* last = onlyReader(first->output(0), "Mul");
        return last && otherIs(*last, first->output(0), 0.5) ? std::optional(m_producers.at(last->output(0)))
                                                             : std::nullopt;
    }

    const schema::GraphProto& m_graph;
    std::unordered_map<std::string, std::vector<int>> m_readers;
    std::unordered_map<std::string, int> m_producers;
    std::unordered_map<std::string, const schema::TensorProto*> m_tensors;
};

} // namespace

std::map<int, schema::NodeProto> findGelus(const schema::GraphProto& graph)
{
    return Pattern(graph).find();
}

} // namespace convarium::engine
