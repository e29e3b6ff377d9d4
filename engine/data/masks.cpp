#include "engine/data/masks.h"

#include <algorithm>

namespace convarium::engine
{

namespace
{

/// Room of this thread that grows once.
std::span<std::uint8_t> scratch(std::int64_t bytes)
{
    thread_local std::vector<std::uint8_t> room;
    if (room.size() < static_cast<std::size_t>(bytes))
        room.resize(static_cast<std::size_t>(bytes));
    return {room.data(), static_cast<std::size_t>(bytes)};
}

Error foreignClass(std::uint32_t image, std::int64_t found, std::int64_t classes)
{
    return {ErrorCode::BadFormat,
            "Image " + std::to_string(image) + " has the class " + std::to_string(found) + ", but there are only " +
                std::to_string(classes) + ", counted from 0.",
            "Repair the data set.",
            {}};
}

} // namespace

ObjectMaskDataset::ObjectMaskDataset(DatasetPtr base, std::uint8_t threshold)
    : m_base(std::move(base)), m_threshold(threshold), m_classNames{"background"}
{
    m_classNames.insert(m_classNames.end(), m_base->classNames().begin(), m_base->classNames().end());
}

Result<DatasetPtr> ObjectMaskDataset::scaledTo(const Shape& shape) const
{
    auto scaled = m_base->scaledTo(shape);
    if (!scaled || !*scaled)
        return scaled;
    return DatasetPtr(std::make_shared<ObjectMaskDataset>(*std::move(scaled), m_threshold));
}

Result<void> ObjectMaskDataset::mask(std::int64_t i, std::span<std::uint8_t> out) const
{
    const Shape shape = m_base->imageShape();
    const auto pixels = scratch(shape.elements());
    if (auto read = m_base->image(i, pixels); !read)
        return read;
    const auto object = static_cast<std::uint8_t>(m_base->label(i) + 1);
    const auto channels = pixels.size() / out.size();
    for (std::size_t p = 0; p < out.size(); ++p) {
        std::uint8_t brightest = 0;
        for (std::size_t c = 0; c < channels; ++c)
            brightest = std::max(brightest, pixels[c * out.size() + p]);
        out[p] = brightest >= m_threshold ? object : std::uint8_t{0};
    }
    return {};
}

DatasetPtr withTargets(DatasetPtr data, TargetKind wanted)
{
    if (data && wanted == TargetKind::Mask && data->targetKind() == TargetKind::Class)
        return std::make_shared<ObjectMaskDataset>(std::move(data));
    return data;
}

DatasetBundle withTargets(DatasetBundle bundle, TargetKind wanted)
{
    for (DatasetPtr* part : {&bundle.train, &bundle.validation, &bundle.test})
        *part = withTargets(std::move(*part), wanted);
    return bundle;
}

Result<void> readTargets(const Dataset& data, TargetKind kind, std::span<const std::uint32_t> indices,
                         std::int64_t classes, std::int64_t places, std::int32_t* out)
{
    if (kind != TargetKind::Mask) {
        for (const std::uint32_t i : indices) {
            *out = data.label(i);
            if (*out < 0 || *out >= classes)
                return foreignClass(i, *out, classes);
            ++out;
        }
        return {};
    }
    thread_local std::vector<std::uint8_t> mask;
    mask.resize(static_cast<std::size_t>(places));
    for (const std::uint32_t i : indices) {
        if (auto read = data.mask(i, mask); !read)
            return read;
        for (const std::uint8_t c : mask) {
            if (c != kIgnoredPixel && c >= classes)
                return foreignClass(i, c, classes);
            *out++ = c == kIgnoredPixel ? -1 : c;
        }
    }
    return {};
}

} // namespace convarium::engine
