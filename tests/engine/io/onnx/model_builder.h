// Small ONNX models written by hand, right ones and wrong ones.
#pragma once

#include "engine/io/onnx/onnx_import.h"
#include "engine/io/onnx/schema.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace convarium::test
{

/// The text of an error, for QVERIFY2, which reads its message even where all is well.
template <class T>
std::string faultOf(const engine::Result<T>& result)
{
    return result ? std::string() : result.error().text();
}

using Sizes = std::vector<std::int64_t>;
using Attribute = std::pair<std::string, std::variant<std::int64_t, float, std::string, Sizes>>;

class ModelBuilder
{
public:
    explicit ModelBuilder(int opset = 13)
    {
        proto.set_ir_version(7);
        proto.add_opset_import()->set_version(opset);
        graph().set_name("test");
    }

    onnx::GraphProto& graph() { return *proto.mutable_graph(); }

    /// A size of 0 is left open.
    ModelBuilder& input(const std::string& name, const Sizes& sizes)
    {
        describe(*graph().add_input(), name, sizes);
        return *this;
    }
    ModelBuilder& output(const std::string& name)
    {
        graph().add_output()->set_name(name);
        return *this;
    }
    onnx::TensorProto& tensor(const std::string& name, const Sizes& sizes)
    {
        onnx::TensorProto& t = *graph().add_initializer();
        t.set_name(name);
        t.set_data_type(onnx::TensorProto::FLOAT);
        for (const std::int64_t size : sizes)
            t.add_dims(size);
        return t;
    }
    ModelBuilder& weight(const std::string& name, const Sizes& sizes, const std::vector<float>& values)
    {
        tensor(name, sizes).set_raw_data(values.data(), values.size() * sizeof(float));
        return *this;
    }
    ModelBuilder& integers(const std::string& name, const Sizes& values)
    {
        onnx::TensorProto& t = tensor(name, {static_cast<std::int64_t>(values.size())});
        t.set_data_type(onnx::TensorProto::INT64);
        for (const std::int64_t value : values)
            t.add_int64_data(value);
        return *this;
    }
    ModelBuilder& node(const std::string& op, const std::vector<std::string>& inputs,
                       const std::vector<std::string>& outputs, const std::vector<Attribute>& attributes = {})
    {
        onnx::NodeProto& n = *graph().add_node();
        n.set_op_type(op);
        n.set_name(op + "_" + std::to_string(graph().node_size()));
        for (const std::string& name : inputs)
            n.add_input(name);
        for (const std::string& name : outputs)
            n.add_output(name);
        for (const auto& [name, value] : attributes) {
            onnx::AttributeProto& a = *n.add_attribute();
            a.set_name(name);
            if (const auto* i = std::get_if<std::int64_t>(&value)) {
                a.set_type(onnx::AttributeProto::INT);
                a.set_i(*i);
            } else if (const auto* f = std::get_if<float>(&value)) {
                a.set_type(onnx::AttributeProto::FLOAT);
                a.set_f(*f);
            } else if (const auto* s = std::get_if<std::string>(&value)) {
                a.set_type(onnx::AttributeProto::STRING);
                a.set_s(*s);
            } else {
                a.set_type(onnx::AttributeProto::INTS);
                for (const std::int64_t v : std::get<Sizes>(value))
                    a.add_ints(v);
            }
        }
        return *this;
    }

    [[nodiscard]] std::string bytes() const { return proto.SerializeAsString(); }
    [[nodiscard]] engine::Result<engine::Project> read(const std::string& path = "test.onnx") const
    {
        const std::string file = bytes();
        return engine::importOnnx({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()}, path);
    }

    onnx::ModelProto proto;

private:
    static void describe(onnx::ValueInfoProto& info, const std::string& name, const Sizes& sizes)
    {
        info.set_name(name);
        auto& type = *info.mutable_type()->mutable_tensor_type();
        type.set_elem_type(onnx::TensorProto::FLOAT);
        type.mutable_shape();
        for (const std::int64_t size : sizes) {
            auto& dim = *type.mutable_shape()->add_dim();
            if (size == 0)
                dim.set_dim_param("N");
            else
                dim.set_dim_value(size);
        }
    }
};

} // namespace convarium::test
