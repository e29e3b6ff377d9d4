// Reads JSON field by field and remembers the first fault with its place ("nodes[2].params"). Private to engine/io.
#pragma once

#include "engine/core/result.h"

#include <QJsonObject>
#include <QJsonValue>
#include <QStringList>

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>

namespace convarium::engine
{

/// One reading of one file. After the first fault all further reads keep what is there.
class JsonFaults
{
public:
    explicit JsonFaults(std::string file) : m_file(std::move(file)) {}
    /// `what` goes on after "In 'FILE', PATH ": "is missing; a text is needed".
    void report(const std::string& path, const std::string& what, ErrorCode code = ErrorCode::BadFormat,
                const std::string& hint = "Repair the file by hand, or use a copy of it.");
    void report(Error error);
    [[nodiscard]] bool any() const { return m_error.has_value(); }
    [[nodiscard]] const std::optional<Error>& error() const { return m_error; }
    [[nodiscard]] const std::string& file() const { return m_file; }

private:
    std::string m_file;
    std::optional<Error> m_error;
};

/// Bytes -> object; wrong JSON is reported with its byte offset.
Result<QJsonObject> parseJsonObject(std::span<const std::uint8_t> bytes, const std::string& file);

/// The fields of one object. Required fields that are missing, wrong kinds, values out of range and, in finish(),
/// fields nobody asked for are faults.
class JsonFields
{
public:
    enum Need { Required, Optional };
    static constexpr std::int64_t kMaxInteger = std::numeric_limits<std::int64_t>::max();

    JsonFields(JsonFaults& faults, const QJsonValue& value, std::string path);

    void integer(const char* key, std::int64_t& out, std::int64_t minimum = 0, std::int64_t maximum = kMaxInteger,
                 Need need = Required);
    void integer(const char* key, int& out, int minimum, int maximum, Need need = Required);
    void real(const char* key, double& out, double minimum, double maximum, Need need = Required);
    /// Also takes null, which stands for a value that is absent or not finite.
    void maybeReal(const char* key, std::optional<double>& out);
    void flag(const char* key, bool& out, Need need = Required);
    void text(const char* key, std::string& out, Need need = Required);
    /// Calls read(item, path) for every item of an array.
    void array(const char* key, const std::function<void(const QJsonValue&, const std::string&)>& read,
               Need need = Required);
    /// Calls read(name, value, path) for every field of an object.
    void object(const char* key, const std::function<void(const QString&, const QJsonValue&, const std::string&)>& read,
                Need need = Required);
    /// The raw value for special cases; undefined when absent.
    QJsonValue take(const char* key);
    void finish();

    [[nodiscard]] std::string pathOf(const char* key) const { return m_path.empty() ? key : m_path + "." + key; }

private:
    std::optional<QJsonValue> find(const char* key, Need need, const char* kind);

    JsonFaults& m_faults;
    QJsonObject m_object;
    std::string m_path;
    QStringList m_known;
};

/// A whole number between the bounds?
bool isInteger(const QJsonValue& value);
std::int64_t readInteger(JsonFaults& faults, const QJsonValue& value, const std::string& path, std::int64_t minimum,
                         std::int64_t maximum);
double readReal(JsonFaults& faults, const QJsonValue& value, const std::string& path);

} // namespace convarium::engine
