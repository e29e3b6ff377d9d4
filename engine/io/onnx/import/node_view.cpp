#include "engine/io/onnx/import/node_view.h"

#include "engine/io/onnx/unique_names.h"

namespace convarium::engine
{

const schema::AttributeProto* NodeView::find(const std::string& name) const
{
    for (const schema::AttributeProto& attribute : m_proto.attribute())
        if (attribute.name() == name)
            return &attribute;
    return nullptr;
}

void NodeView::complain(const std::string& attribute, const char* needed) const
{
    if (!m_fault)
        m_fault = Error{ErrorCode::BadFormat,
                        "The attribute '" + attribute + "' is not " + needed + ".",
                        "Export the model again.",
                        {}};
}

std::int64_t NodeView::integer(const std::string& attribute, std::int64_t byDefault) const
{
    const schema::AttributeProto* found = find(attribute);
    if (!found)
        return byDefault;
    if (!found->has_i())
        complain(attribute, "a whole number");
    return found->i();
}

double NodeView::real(const std::string& attribute, double byDefault) const
{
    const schema::AttributeProto* found = find(attribute);
    if (!found)
        return byDefault;
    if (!found->has_f())
        complain(attribute, "a number");
    return found->f();
}

std::string NodeView::text(const std::string& attribute, const std::string& byDefault) const
{
    const schema::AttributeProto* found = find(attribute);
    if (!found)
        return byDefault;
    if (!found->has_s())
        complain(attribute, "a text");
    return found->s();
}

std::vector<std::int64_t> NodeView::integers(const std::string& attribute) const
{
    const schema::AttributeProto* found = find(attribute);
    if (!found)
        return {};
    if (found->ints_size() == 0 && (found->has_i() || found->has_f() || found->has_s() || found->floats_size() > 0))
        complain(attribute, "a list of whole numbers");
    return {found->ints().begin(), found->ints().end()};
}

std::vector<float> NodeView::reals(const std::string& attribute) const
{
    const schema::AttributeProto* found = find(attribute);
    if (!found)
        return {};
    if (found->floats_size() == 0 && (found->has_i() || found->has_f() || found->has_s() || found->ints_size() > 0))
        complain(attribute, "a list of numbers");
    return {found->floats().begin(), found->floats().end()};
}

const schema::TensorProto* NodeView::tensor(const std::string& attribute) const
{
    const schema::AttributeProto* found = find(attribute);
    if (!found || found->has_t())
        return found ? &found->t() : nullptr;
    complain(attribute, "a tensor");
    return nullptr;
}

std::string NodeView::name() const
{
    return m_proto.name().empty() ? output(0) : m_proto.name();
}

std::string NodeView::label() const
{
    return printableName(op(), 40) + " '" + printableName(name(), 80) + "'";
}

} // namespace convarium::engine
