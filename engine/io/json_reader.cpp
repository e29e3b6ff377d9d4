#include "engine/io/json_reader.h"

#include "engine/io/onnx/unique_names.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <cmath>

namespace convarium::engine
{

namespace
{

std::string found(const QJsonValue& value)
{
    switch (value.type()) {
    case QJsonValue::Null: return "null";
    case QJsonValue::Bool: return value.toBool() ? "true" : "false";
    case QJsonValue::Double: return QString::number(value.toDouble(), 'g', 12).toStdString();
    case QJsonValue::String: return "the text '" + value.toString().left(40).toStdString() + "'";
    case QJsonValue::Array: return "a list";
    case QJsonValue::Object: return "an object";
    case QJsonValue::Undefined: break;
    }
    return "nothing";
}

std::string range(std::int64_t minimum, std::int64_t maximum)
{
    if (maximum == JsonFields::kMaxInteger)
        return "a whole number of at least " + std::to_string(minimum) + " is needed";
    return "a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum) + " is needed";
}

} // namespace

void JsonFaults::report(const std::string& path, const std::string& what, ErrorCode code, const std::string& hint)
{
    if (any())
        return;
    // Both may quote the file, which may hold anything at any length.
    const std::string place = printableName(path, 300);
    report(Error{code,
                 "In '" + m_file + "', " + (place.empty() ? "the file" : place) + " " + printableName(what, 500) + ".",
                 hint,
                 {-1, place, m_file, -1}});
}

void JsonFaults::report(Error error)
{
    if (!m_error)
        m_error = std::move(error);
}

Result<QJsonObject> parseJsonObject(std::span<const std::uint8_t> bytes, const std::string& file)
{
    QJsonParseError fault;
    const auto json = QJsonDocument::fromJson(
        QByteArray::fromRawData(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())),
        &fault);
    const std::string hint = "The file is damaged or was written by another program; use a copy of it.";
    if (fault.error != QJsonParseError::NoError)
        return Error{ErrorCode::BadFormat,
                     "'" + file + "' is not valid JSON: " + fault.errorString().toStdString() + " at byte " +
                         std::to_string(fault.offset) + " of " + std::to_string(bytes.size()) + ".",
                     hint,
                     {-1, {}, file, fault.offset}};
    if (!json.isObject())
        return Error{ErrorCode::BadFormat,
                     "'" + file + "' holds a JSON list, but an object is needed.",
                     hint,
                     {-1, {}, file, 0}};
    return json.object();
}

bool isInteger(const QJsonValue& value)
{
    return value.isDouble() && value.toInteger(0) == value.toInteger(1);
}

std::int64_t readInteger(JsonFaults& faults, const QJsonValue& value, const std::string& path, std::int64_t minimum,
                         std::int64_t maximum)
{
    if (isInteger(value) && value.toInteger() >= minimum && value.toInteger() <= maximum)
        return value.toInteger();
    faults.report(path, "is " + found(value) + "; " + range(minimum, maximum));
    return minimum;
}

double readReal(JsonFaults& faults, const QJsonValue& value, const std::string& path)
{
    if (!value.isDouble())
        faults.report(path, "is " + found(value) + "; a number is needed");
    return value.toDouble();
}

JsonFields::JsonFields(JsonFaults& faults, const QJsonValue& value, std::string path)
    : m_faults(faults), m_object(value.toObject()), m_path(std::move(path))
{
    if (!value.isObject())
        m_faults.report(m_path, "is " + found(value) + "; an object is needed");
}

QJsonValue JsonFields::take(const char* key)
{
    m_known.append(QLatin1String(key));
    return m_object.value(QLatin1String(key));
}

std::optional<QJsonValue> JsonFields::find(const char* key, Need need, const char* kind)
{
    const QJsonValue value = take(key);
    if (m_faults.any())
        return {};
    if (value.isUndefined()) {
        if (need == Required)
            m_faults.report(pathOf(key), std::string("is missing; ") + kind + " is needed");
        return {};
    }
    return value;
}

void JsonFields::integer(const char* key, std::int64_t& out, std::int64_t minimum, std::int64_t maximum, Need need)
{
    if (const auto value = find(key, need, "a whole number"))
        out = readInteger(m_faults, *value, pathOf(key), minimum, maximum);
}

void JsonFields::integer(const char* key, int& out, int minimum, int maximum, Need need)
{
    std::int64_t wide = out;
    integer(key, wide, minimum, maximum, need);
    out = static_cast<int>(wide);
}

void JsonFields::real(const char* key, double& out, double minimum, double maximum, Need need)
{
    const auto value = find(key, need, "a number");
    if (!value)
        return;
    out = readReal(m_faults, *value, pathOf(key));
    if (!(out >= minimum && out <= maximum))
        m_faults.report(pathOf(key), "is " + found(*value) + "; a number from " +
                                         QString::number(minimum).toStdString() + " to " +
                                         QString::number(maximum).toStdString() + " is needed");
}

void JsonFields::maybeReal(const char* key, std::optional<double>& out)
{
    const auto value = find(key, Required, "a number or null");
    out.reset();
    if (value && !value->isNull())
        out = readReal(m_faults, *value, pathOf(key));
}

void JsonFields::flag(const char* key, bool& out, Need need)
{
    const auto value = find(key, need, "true or false");
    if (!value)
        return;
    if (!value->isBool())
        m_faults.report(pathOf(key), "is " + found(*value) + "; true or false is needed");
    out = value->toBool();
}

void JsonFields::text(const char* key, std::string& out, Need need)
{
    const auto value = find(key, need, "a text");
    if (!value)
        return;
    if (!value->isString())
        m_faults.report(pathOf(key), "is " + found(*value) + "; a text is needed");
    out = value->toString().toStdString();
}

void JsonFields::array(const char* key, const std::function<void(const QJsonValue&, const std::string&)>& read,
                       Need need)
{
    const auto value = find(key, need, "a list");
    if (!value)
        return;
    if (!value->isArray())
        return m_faults.report(pathOf(key), "is " + found(*value) + "; a list is needed");
    const QJsonArray items = value->toArray();
    for (qsizetype i = 0; i < items.size() && !m_faults.any(); ++i)
        read(items[i], pathOf(key) + "[" + std::to_string(i) + "]");
}

void JsonFields::object(const char* key,
                        const std::function<void(const QString&, const QJsonValue&, const std::string&)>& read,
                        Need need)
{
    const auto value = find(key, need, "an object");
    if (!value)
        return;
    if (!value->isObject())
        return m_faults.report(pathOf(key), "is " + found(*value) + "; an object is needed");
    const QJsonObject fields = value->toObject();
    for (auto it = fields.begin(); it != fields.end() && !m_faults.any(); ++it)
        read(it.key(), it.value(), pathOf(key) + "." + it.key().toStdString());
}

void JsonFields::finish()
{
    if (m_faults.any())
        return;
    for (const QString& key : m_object.keys()) {
        if (!m_known.contains(key))
            m_faults.report(
                pathOf(key.toUtf8().constData()), "is a field that Convarium does not know", ErrorCode::BadFormat,
                "Check its spelling; the fields here are " + m_known.join(QLatin1String(", ")).toStdString() + ".");
    }
}

} // namespace convarium::engine
