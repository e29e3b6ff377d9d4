// One node of an ONNX graph as converters read it.
#pragma once

#include "engine/core/result.h"
#include "engine/io/onnx/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace convarium::engine
{

/// Reads attributes with their defaults. One of another kind than asked for is remembered as a fault, which the
/// importer looks at after the converter: converters need not check each.
class NodeView
{
public:
    explicit NodeView(const schema::NodeProto& proto) : m_proto(proto) {}

    [[nodiscard]] const schema::NodeProto& proto() const { return m_proto; }
    [[nodiscard]] const std::string& op() const { return m_proto.op_type(); }
    [[nodiscard]] bool has(const std::string& attribute) const { return find(attribute) != nullptr; }
    [[nodiscard]] std::int64_t integer(const std::string& attribute, std::int64_t byDefault) const;
    [[nodiscard]] double real(const std::string& attribute, double byDefault) const;
    [[nodiscard]] std::string text(const std::string& attribute, const std::string& byDefault) const;
    /// Empty when the attribute is absent.
    [[nodiscard]] std::vector<std::int64_t> integers(const std::string& attribute) const;
    [[nodiscard]] std::vector<float> reals(const std::string& attribute) const;
    [[nodiscard]] const schema::TensorProto* tensor(const std::string& attribute) const;
    [[nodiscard]] int inputs() const { return m_proto.input_size(); }
    /// Name of input i; empty when it is left out.
    [[nodiscard]] std::string input(int i) const { return i < m_proto.input_size() ? m_proto.input(i) : std::string(); }
    [[nodiscard]] std::string output(int i) const
    {
        return i < m_proto.output_size() ? m_proto.output(i) : std::string();
    }
    /// The node's name, or that of its first output.
    [[nodiscard]] std::string name() const;
    /// "Conv 'features.0'", safe to print.
    [[nodiscard]] std::string label() const;
    [[nodiscard]] const std::optional<Error>& fault() const { return m_fault; }

private:
    const schema::AttributeProto* find(const std::string& name) const;
    void complain(const std::string& attribute, const char* needed) const;

    const schema::NodeProto& m_proto;
    mutable std::optional<Error> m_fault;
};

} // namespace convarium::engine
