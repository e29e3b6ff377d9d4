#include "engine/io/npy.h"

#include "engine/tensor/shape.h"

#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

namespace convarium::engine
{

namespace
{

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::size_t kMostAxes = kMaxRank + 1;

Error fault(const std::string& file, const std::string& what, const std::string& hint)
{
    return {ErrorCode::BadFormat, "'" + file + "' " + what + ".", hint, {-1, {}, file, -1}};
}

const char* const kDamaged = "Write it again with numpy.save.";

/// The text behind 'key': in the header, a Python dictionary that NumPy writes in one fixed form.
std::optional<std::string_view> entry(std::string_view header, const std::string& key)
{
    const std::size_t at = header.find("'" + key + "':");
    if (at == std::string_view::npos)
        return std::nullopt;
    std::string_view rest = header.substr(at + key.size() + 3);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    return rest;
}

/// "(2, 3)", "(5,)" or "()": nothing where it is no such list or a number does not fit.
std::optional<std::vector<std::int64_t>> sizesIn(std::string_view text)
{
    if (text.empty() || text.front() != '(')
        return std::nullopt;
    text.remove_prefix(1);
    std::vector<std::int64_t> sizes;
    for (;;) {
        while (!text.empty() && text.front() == ' ')
            text.remove_prefix(1);
        if (!text.empty() && text.front() == ')')
            return sizes;
        std::int64_t size = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
        if (error != std::errc() || sizes.size() > 64)
            return std::nullopt;
        sizes.push_back(size);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (!text.empty() && text.front() == ',')
            text.remove_prefix(1);
        else if (text.empty() || text.front() != ')')
            return std::nullopt;
    }
}

std::string shapeOf(const std::vector<std::int64_t>& sizes)
{
    std::string text;
    for (const std::int64_t size : sizes)
        text += (text.empty() ? "" : "x") + std::to_string(size);
    return text.empty() ? "()" : text;
}

Result<std::vector<std::int64_t>> readShape(std::string_view header, const std::string& file)
{
    const auto type = entry(header, "descr");
    const auto order = entry(header, "fortran_order");
    const auto shape = entry(header, "shape");
    if (!type || !order || !shape)
        return fault(file, "has a header without type, order and shape", kDamaged);
    const std::string_view quoted = type->substr(0, type->find_first_of(",}"));
    if (quoted != "'<f4'" && quoted != "'=f4'")
        return fault(
            file, "holds numbers of the type " + std::string(quoted.substr(0, 40)) + ", but float32 ('<f4') is needed",
            "Convert them with array.astype('<f4').");
    if (order->substr(0, 5) != "False")
        return fault(file, "is stored column by column (Fortran order), but C order is needed",
                     "Save numpy.ascontiguousarray(array).");
    auto sizes = sizesIn(*shape);
    if (!sizes)
        return fault(file, "has a shape that cannot be read", kDamaged);
    if (sizes->size() > kMostAxes)
        return fault(file, "has " + std::to_string(sizes->size()) + " axes, but at most 7 are read",
                     "Reshape the array.");
    return *sizes;
}

} // namespace

Result<NpyArray> decodeNpy(std::span<const std::uint8_t> bytes, const std::string& file)
{
    const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (all.size() < 10 || all.substr(0, kMagic.size()) != kMagic)
        return fault(file, "is not an .npy file", "Write it with numpy.save.");
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(bytes[i]); };
    const std::size_t version = byte(6);
    const std::size_t begin = version == 1 ? 10 : 12;
    if (version < 1 || version > 3 || all.size() < begin)
        return fault(file, "is an .npy file of version " + std::to_string(version) + ", but 1 to 3 are read", kDamaged);
    std::size_t length = byte(8) | byte(9) << 8;
    if (version > 1)
        length |= byte(10) << 16 | byte(11) << 24;
    if (length > all.size() - begin)
        return fault(file, "ends within its header", kDamaged);
    const auto sizes = readShape(all.substr(begin, length), file);
    if (!sizes)
        return sizes.error();

    std::int64_t elements = 1, needed = 0;
    bool overflow = false;
    for (const std::int64_t size : *sizes) {
        if (size <= 0)
            return fault(file, "has the shape " + shapeOf(*sizes) + ", which holds no numbers",
                         "Save at least one sample.");
        overflow = overflow || __builtin_mul_overflow(elements, size, &elements);
    }
    overflow = overflow || __builtin_mul_overflow(elements, std::int64_t{4}, &needed);
    const auto found = static_cast<std::int64_t>(all.size() - begin - length);
    if (overflow || found != needed)
        return fault(file,
                     "has " + std::to_string(found) + " bytes of numbers, but its shape " + shapeOf(*sizes) +
                         " needs " + (overflow ? std::string("more than any file has") : std::to_string(needed)),
                     kDamaged);
    NpyArray array{*sizes, std::vector<float>(static_cast<std::size_t>(elements))};
    std::memcpy(array.values.data(), bytes.data() + begin + length, static_cast<std::size_t>(needed));
    return array;
}

std::string encodeNpy(const NpyArray& array)
{
    std::string shape;
    for (const std::int64_t size : array.sizes)
        shape += (shape.empty() ? "" : " ") + std::to_string(size) + ",";
    if (array.sizes.size() > 1)
        shape.pop_back(); // only a single size keeps its comma: (5,)
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
    const std::size_t before = kMagic.size() + 4;
    header.resize((before + header.size() + 1 + 63) / 64 * 64 - before - 1, ' ');
    header += '\n';
    std::string bytes(kMagic);
    bytes += {'\1', '\0', static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)};
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(array.values.data()), array.values.size() * sizeof(float));
    return bytes;
}

} // namespace convarium::engine
