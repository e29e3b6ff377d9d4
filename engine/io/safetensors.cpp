#include "engine/io/safetensors.h"

#include "engine/io/json_reader.h"
#include "engine/io/json_writer.h"
#include "engine/io/onnx/unique_names.h"

#include <QJsonArray>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

namespace convarium::engine
{

static_assert(std::endian::native == std::endian::little, "values are copied as they are in memory");

namespace
{

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000; // as in the format's own library

/// The format's data types and how many bytes a value has.
const std::map<std::string, int>& kinds()
{
    static const std::map<std::string, int> all{{"F64", 8}, {"F32", 4}, {"F16", 2},  {"BF16", 2},    {"I64", 8},
                                                {"U64", 8}, {"I32", 4}, {"U32", 4},  {"I16", 2},     {"U16", 2},
                                                {"I8", 1},  {"U8", 1},  {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1}};
    return all;
}

struct Entry {
    std::string name, kind;
    Shape shape;
    std::int64_t begin = 0, end = 0;
};

Error tooShort(const std::string& file, std::size_t size, const std::string& needed)
{
    return {ErrorCode::BadFormat,
            "'" + file + "' has only " + std::to_string(size) + " bytes, but " + needed + ".",
            "The file is cut off; use a copy of it.",
            {-1, {}, file, static_cast<std::int64_t>(size)}};
}

Entry readEntry(JsonFaults& faults, const QString& name, const QJsonValue& value)
{
    Entry entry;
    entry.name = name.toStdString();
    JsonFields f(faults, value, entry.name);
    f.text("dtype", entry.kind);
    const auto kind = kinds().find(entry.kind);
    if (!faults.any() && kind == kinds().end())
        faults.report(entry.name + ".dtype",
                      "is " + printableName(entry.kind, 40) + ", which is no data type of the format");
    std::int64_t elements = 1;
    bool overflow = false;
    f.array("shape", [&](const QJsonValue& size, const std::string& path) {
        const std::int64_t n = readInteger(faults, size, path, 0, JsonFields::kMaxInteger);
        overflow = overflow || __builtin_mul_overflow(elements, n, &elements);
        if (entry.shape.rank() == kMaxRank)
            faults.report(entry.name + ".shape", "has more than 6 sizes");
        else
            entry.shape.append(n);
    });
    std::vector<std::int64_t> offsets;
    f.array("data_offsets", [&](const QJsonValue& offset, const std::string& path) {
        offsets.push_back(readInteger(faults, offset, path, 0, JsonFields::kMaxInteger));
    });
    f.finish();
    std::int64_t bytes = 0;
    if (faults.any())
        return entry;
    overflow = overflow || __builtin_mul_overflow(elements, std::int64_t{kind->second}, &bytes);
    if (offsets.size() != 2 || offsets[0] > offsets[1])
        faults.report(entry.name + ".data_offsets", "is not a begin and an end");
    else if (overflow || offsets[1] - offsets[0] != bytes)
        faults.report(entry.name + ".data_offsets", "spans " + std::to_string(offsets[1] - offsets[0]) +
                                                        " bytes, but the shape " + entry.shape.text() + " needs " +
                                                        (overflow ? "more than any file has" : std::to_string(bytes)));
    else {
        entry.begin = offsets[0];
        entry.end = offsets[1];
    }
    return entry;
}

/// How many fields the outermost object of a sound JSON text has. QJsonObject keeps only one of those with equal names.
qsizetype countFields(std::span<const std::uint8_t> json)
{
    qsizetype count = 0;
    int depth = 0;
    bool inText = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = static_cast<char>(json[i]);
        if (inText) {
            i += c == '\\';
            inText = c != '"';
        } else {
            inText = c == '"';
            depth += (c == '{' || c == '[') - (c == '}' || c == ']');
            count += depth == 1 && c == ':';
        }
    }
    return count;
}

float fromHalf(std::uint16_t half)
{
    const int exponent = (half >> 10) & 31;
    const double fraction = half & 1023;
    const double sign = half >> 15 ? -1 : 1;
    if (exponent == 31)
        return static_cast<float>(fraction != 0 ? std::numeric_limits<double>::quiet_NaN()
                                                : sign * std::numeric_limits<double>::infinity());
    return static_cast<float>(sign *
                              (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25)));
}

/// The upper half of a float32.
float fromBfloat(std::uint16_t half)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16);
}

Tensor values(const Entry& entry, std::span<const std::uint8_t> data)
{
    Tensor tensor(entry.shape);
    const std::uint8_t* from = data.data() + entry.begin;
    if (entry.kind == "F32") {
        if (entry.end > entry.begin)
            std::memcpy(tensor.data(), from, static_cast<std::size_t>(entry.end - entry.begin));
        return tensor;
    }
    const auto convert = entry.kind == "F16" ? fromHalf : fromBfloat;
    for (std::int64_t i = 0; i < tensor.elements(); ++i) {
        std::uint16_t half = 0;
        std::memcpy(&half, from + 2 * i, sizeof half);
        tensor[i] = convert(half);
    }
    return tensor;
}

} // namespace

std::vector<std::uint8_t> safetensorsHeader(const TensorRefs& tensors)
{
    JsonWriter json;
    json.beginObject();
    std::int64_t offset = 0;
    for (const auto& [name, tensor] : tensors) {
        json.key(name).beginObject().field("dtype", "F32").key("shape").beginArray();
        for (int i = 0; i < tensor->shape().rank(); ++i)
            json.value(tensor->shape()[i]);
        const std::int64_t bytes = tensor->elements() * 4;
        json.endArray().key("data_offsets").beginArray().value(offset).value(offset + bytes).endArray().endObject();
        offset += bytes;
    }
    json.endObject();
    std::string header = json.text();
    header.resize((header.size() + 7) / 8 * 8, ' '); // values start at a multiple of 8
    std::vector<std::uint8_t> bytes(kLengthBytes + header.size());
    const std::uint64_t length = header.size();
    std::memcpy(bytes.data(), &length, kLengthBytes);
    std::memcpy(bytes.data() + kLengthBytes, header.data(), header.size());
    return bytes;
}

std::vector<std::uint8_t> encodeSafetensors(const TensorRefs& tensors)
{
    std::vector<std::uint8_t> bytes = safetensorsHeader(tensors);
    for (const auto& [name, tensor] : tensors) {
        const auto* values = reinterpret_cast<const std::uint8_t*>(tensor->data());
        bytes.insert(bytes.end(), values, values + tensor->elements() * 4);
    }
    return bytes;
}

Result<SafetensorsContent> readSafetensors(std::span<const std::uint8_t> bytes, const std::string& file)
{
    if (bytes.size() < kLengthBytes)
        return tooShort(file, bytes.size(), "8 bytes with the length of its header are needed");
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), kLengthBytes);
    if (length > kMaxHeaderBytes)
        return Error{ErrorCode::BadFormat,
                     "'" + file + "' claims a header of " + std::to_string(length) + " bytes, more than the " +
                         std::to_string(kMaxHeaderBytes) + " the format allows.",
                     "It is probably not a safetensors file.",
                     {-1, {}, file, 0}};
    if (length > bytes.size() - kLengthBytes)
        return tooShort(file, bytes.size(), "its header alone needs " + std::to_string(length + kLengthBytes));
    const auto header = parseJsonObject(bytes.subspan(kLengthBytes, length), file);
    if (!header)
        return header.error();

    JsonFaults faults(file);
    if (countFields(bytes.subspan(kLengthBytes, length)) != header->size())
        return Error{ErrorCode::BadFormat,
                     "The header of '" + file + "' names a tensor twice.",
                     "Use another copy of the file.",
                     {-1, {}, file, kLengthBytes}};
    std::vector<Entry> entries;
    for (auto it = header->begin(); it != header->end() && !faults.any(); ++it)
        if (it.key() != QLatin1String("__metadata__"))
            entries.push_back(readEntry(faults, it.key(), it.value()));
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
    const auto data = bytes.subspan(kLengthBytes + length);
    std::int64_t at = 0;
    for (const Entry& entry : entries) {
        if (entry.begin != at)
            faults.report(entry.name + ".data_offsets",
                          entry.begin < at ? "overlaps another tensor" : "leaves a gap before it");
        at = entry.end;
    }
    if (faults.any())
        return *faults.error();
    if (at > static_cast<std::int64_t>(data.size()))
        return tooShort(file, bytes.size(),
                        "its tensors need " + std::to_string(kLengthBytes + length + static_cast<std::uint64_t>(at)));
    if (at < static_cast<std::int64_t>(data.size()))
        return Error{ErrorCode::BadFormat,
                     "'" + file + "' has " + std::to_string(static_cast<std::int64_t>(data.size()) - at) +
                         " bytes that belong to no tensor.",
                     "The file is damaged; use a copy of it.",
                     {-1, {}, file, static_cast<std::int64_t>(kLengthBytes + length) + at}};

    SafetensorsContent content;
    for (const Entry& entry : entries) {
        if (entry.kind == "F32" || entry.kind == "F16" || entry.kind == "BF16")
            content.tensors.emplace(entry.name, values(entry, data));
        else
            content.others.emplace(entry.name, entry.kind);
    }
    return content;
}

Result<std::map<std::string, Tensor>> decodeSafetensors(std::span<const std::uint8_t> bytes, const std::string& file)
{
    auto content = readSafetensors(bytes, file);
    if (!content)
        return content.error();
    for (const auto& [name, kind] : content->others)
        return Error{ErrorCode::BadFormat,
                     "The tensor '" + printableName(name) + "' in '" + file + "' is " + kind +
                         "; F32, F16 and BF16 can be read.",
                     "Convert the values to float32.",
                     {-1, {}, file, -1}};
    return std::move(content->tensors);
}

} // namespace convarium::engine
