#include "engine/io/onnx/import/host_tensor.h"

#include "engine/io/onnx/unique_names.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <span>

namespace convarium::engine
{

namespace
{

using Type = schema::TensorProto;

Error fault(const schema::TensorProto& proto, const std::string& what, const std::string& hint)
{
    return {ErrorCode::BadFormat, "The tensor '" + printableName(proto.name(), 60) + "' " + what + ".", hint, {}};
}

const char* const kDamaged = "The file is damaged; export the model again.";

float fromHalf(std::uint16_t half)
{
    const int exponent = half >> 10 & 31;
    const int fraction = half & 1023;
    float value = 0;
    if (exponent == 31)
        value = fraction == 0 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
    else if (exponent == 0)
        value = std::ldexp(static_cast<float>(fraction), -24);
    else
        value = std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
    return (half & 0x8000) != 0 ? -value : value;
}

float fromBrain(std::uint16_t brain)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(brain) << 16);
}

/// Bytes of one number as raw_data holds it; 0 for kinds that are not read.
std::size_t rawSize(int type)
{
    switch (type) {
    case Type::DOUBLE:
    case Type::INT64:
    case Type::UINT64: return 8;
    case Type::FLOAT:
    case Type::INT32:
    case Type::UINT32: return 4;
    case Type::FLOAT16:
    case Type::BFLOAT16:
    case Type::INT16:
    case Type::UINT16: return 2;
    case Type::INT8:
    case Type::UINT8:
    case Type::BOOL: return 1;
    default: return 0;
    }
}

bool isReal(int type)
{
    return type == Type::FLOAT || type == Type::DOUBLE || type == Type::FLOAT16 || type == Type::BFLOAT16;
}

template <class T, class Out, class Convert>
void convertRaw(const char* bytes, std::int64_t count, std::vector<Out>& out, Convert convert)
{
    out.resize(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
        T value;
        std::memcpy(&value, bytes + static_cast<std::size_t>(i) * sizeof(T), sizeof(T));
        out[static_cast<std::size_t>(i)] = convert(value);
    }
}

void readRaw(int type, const char* bytes, std::int64_t n, HostTensor& out)
{
    const auto real = [](auto v) { return static_cast<float>(v); };
    const auto whole = [](auto v) { return static_cast<std::int64_t>(v); };
    switch (type) {
    case Type::FLOAT: convertRaw<float>(bytes, n, out.reals, real); break;
    case Type::DOUBLE: convertRaw<double>(bytes, n, out.reals, real); break;
    case Type::FLOAT16: convertRaw<std::uint16_t>(bytes, n, out.reals, fromHalf); break;
    case Type::BFLOAT16: convertRaw<std::uint16_t>(bytes, n, out.reals, fromBrain); break;
    case Type::INT64: convertRaw<std::int64_t>(bytes, n, out.integers, whole); break;
    case Type::UINT64: convertRaw<std::uint64_t>(bytes, n, out.integers, whole); break;
    case Type::INT32: convertRaw<std::int32_t>(bytes, n, out.integers, whole); break;
    case Type::UINT32: convertRaw<std::uint32_t>(bytes, n, out.integers, whole); break;
    case Type::INT16: convertRaw<std::int16_t>(bytes, n, out.integers, whole); break;
    case Type::UINT16: convertRaw<std::uint16_t>(bytes, n, out.integers, whole); break;
    case Type::INT8: convertRaw<std::int8_t>(bytes, n, out.integers, whole); break;
    default: convertRaw<std::uint8_t>(bytes, n, out.integers, whole); break;
    }
}

/// Fills from one of the typed lists; false where the list has another length.
template <class List, class Out, class Convert>
bool convertList(const List& list, std::int64_t count, std::vector<Out>& out, Convert convert)
{
    if (list.size() != count)
        return false;
    out.reserve(static_cast<std::size_t>(count));
    for (const auto value : list)
        out.push_back(convert(value));
    return true;
}

bool readLists(const schema::TensorProto& proto, std::int64_t n, HostTensor& out)
{
    const auto real = [](auto v) { return static_cast<float>(v); };
    const auto whole = [](auto v) { return static_cast<std::int64_t>(v); };
    switch (proto.data_type()) {
    case Type::FLOAT: return convertList(proto.float_data(), n, out.reals, real);
    case Type::DOUBLE: return convertList(proto.double_data(), n, out.reals, real);
    case Type::FLOAT16:
        return convertList(proto.int32_data(), n, out.reals,
                           [](int v) { return fromHalf(static_cast<std::uint16_t>(v)); });
    case Type::BFLOAT16:
        return convertList(proto.int32_data(), n, out.reals,
                           [](int v) { return fromBrain(static_cast<std::uint16_t>(v)); });
    case Type::INT64: return convertList(proto.int64_data(), n, out.integers, whole);
    case Type::UINT64:
    case Type::UINT32: return convertList(proto.uint64_data(), n, out.integers, whole);
    default: return convertList(proto.int32_data(), n, out.integers, whole);
    }
}

std::int64_t wholeNumber(const std::string& text)
{
    std::int64_t value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? value : -1;
}

/// A file that lies in the folder of the model, links followed.
Result<QString> pathInside(const schema::TensorProto& proto, const std::string& location, const std::string& folder)
{
    const QString name = QString::fromStdString(location);
    const std::string shown = printableName(location, 80);
    const bool leaves = name.isEmpty() || QDir::isAbsolutePath(name) || name.contains(QLatin1Char('\\')) ||
                        name.contains(QChar(0)) || name.split(QLatin1Char('/')).contains(QStringLiteral(".."));
    if (leaves)
        return fault(proto, "is said to lie in '" + shown + "', but it must lie in the model's own folder",
                     "Put the file beside the model and name it without a folder.");
    const QString root = QDir(QString::fromStdString(folder)).canonicalPath();
    const QFileInfo info(QDir(root).filePath(name));
    if (!info.isFile())
        return fault(proto, "lies in the file '" + shown + "', which is not there", "Copy it beside the model.");
    const QString real = info.canonicalFilePath();
    if (!real.startsWith(root.endsWith(QLatin1Char('/')) ? root : root + QLatin1Char('/')))
        return fault(proto, "lies in '" + shown + "', a link that leaves the model's folder",
                     "Put the file itself beside the model.");
    return real;
}

Result<QByteArray> readExternal(const schema::TensorProto& proto, const std::string& folder, std::int64_t bytes)
{
    std::string location;
    std::int64_t offset = 0, length = bytes;
    for (const schema::StringStringEntryProto& entry : proto.external_data()) {
        if (entry.key() == "location")
            location = entry.value();
        else if (entry.key() == "offset")
            offset = wholeNumber(entry.value());
        else if (entry.key() == "length")
            length = wholeNumber(entry.value());
    }
    const auto path = pathInside(proto, location, folder);
    if (!path)
        return path.error();
    QFile file(*path);
    if (!file.open(QIODevice::ReadOnly))
        return fault(proto, "lies in a file that could not be opened", "Check that you may read it.");
    if (length != bytes || offset < 0 || offset > file.size() || file.size() - offset < bytes)
        return fault(proto,
                     "needs " + std::to_string(bytes) + " bytes of '" + printableName(location, 80) +
                         "', but what is stated does not have that length or lies outside the file",
                     "Use the file that belongs to the model.");
    if (!file.seek(offset))
        return fault(proto, "lies in a file that could not be read", "Try again, or use a copy.");
    QByteArray data = file.read(bytes);
    if (data.size() != bytes)
        return fault(proto, "lies in a file that could not be read", "Try again, or use a copy.");
    return data;
}

} // namespace

Result<std::int64_t> ElementBudget::take(const std::vector<std::int64_t>& sizes)
{
    // A size of 0 makes the others no less of a burden for loops over them.
    std::int64_t product = 1;
    bool overflow = false, empty = false;
    for (const std::int64_t size : sizes) {
        if (size < 0)
            return Error{ErrorCode::BadFormat,
                         "A constant has the shape " + sizesText(sizes) + ", with a negative size.",
                         kDamaged,
                         {}};
        empty = empty || size == 0;
        overflow = overflow || (size != 0 && __builtin_mul_overflow(product, size, &product));
    }
    if (overflow || product > m_left)
        return Error{ErrorCode::Overflow,
                     "The constants of the model are too large: one has the shape " + sizesText(sizes) + ", and all " +
                         "together may have 2^28 numbers.",
                     "Use a smaller model.",
                     {}};
    m_left -= empty ? 0 : product;
    return empty ? 0 : product;
}

std::string sizesText(const std::vector<std::int64_t>& sizes)
{
    if (sizes.empty())
        return "one number";
    std::string text;
    for (std::size_t i = 0; i < sizes.size() && i < 8; ++i)
        text += (text.empty() ? "" : "x") + (sizes[i] == kBatchSize ? std::string("N") : std::to_string(sizes[i]));
    return sizes.size() > 8 ? text + "x..." : text;
}

Result<HostTensor> readTensor(const schema::TensorProto& proto, const std::string& folder, ElementBudget& budget)
{
    HostTensor out;
    out.sizes.assign(proto.dims().begin(), proto.dims().end());
    out.storedSizes = out.sizes;
    out.name = proto.name();
    out.isInteger = !isReal(proto.data_type());
    const std::size_t size = rawSize(proto.data_type());
    if (size == 0)
        return fault(proto, "holds values of kind " + std::to_string(proto.data_type()) + ", but numbers are needed",
                     "Export the model with float32 weights.");
    if (proto.has_segment())
        return fault(proto, "is cut into segments, which are not read", "Export the model again.");
    const auto count = budget.take(out.sizes);
    if (!count)
        return count.error();
    const std::int64_t bytes = *count * static_cast<std::int64_t>(size);
    if (proto.data_location() == Type::EXTERNAL) {
        const auto data = readExternal(proto, folder, bytes);
        if (!data)
            return data.error();
        readRaw(proto.data_type(), data->constData(), *count, out);
    } else if (proto.has_raw_data()) {
        if (static_cast<std::int64_t>(proto.raw_data().size()) != bytes)
            return fault(proto,
                         "has " + std::to_string(proto.raw_data().size()) + " bytes, but its shape " +
                             sizesText(out.sizes) + " needs " + std::to_string(bytes),
                         kDamaged);
        readRaw(proto.data_type(), proto.raw_data().data(), *count, out);
    } else if (!readLists(proto, *count, out)) {
        return fault(proto, "does not have as many numbers as its shape " + sizesText(out.sizes) + " needs", kDamaged);
    }
    return out;
}

} // namespace convarium::engine
