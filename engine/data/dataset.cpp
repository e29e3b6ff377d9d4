#include "engine/data/dataset.h"

#include <cassert>
#include <cstring>

namespace convarium::engine
{

InMemoryDataset::InMemoryDataset(Shape imageShape, std::vector<std::uint8_t> pixels, std::vector<std::uint8_t> labels,
                                 std::vector<std::string> classNames)
    : m_shape(imageShape), m_pixels(std::move(pixels)), m_labels(std::move(labels)), m_classNames(std::move(classNames))
{
    assert(static_cast<std::int64_t>(m_pixels.size()) == m_shape.elements() * size());
}

Result<void> InMemoryDataset::image(std::int64_t i, std::span<std::uint8_t> out) const
{
    const auto bytes = static_cast<std::size_t>(m_shape.elements());
    assert(out.size() == bytes);
    std::memcpy(out.data(), m_pixels.data() + static_cast<std::size_t>(i) * bytes, bytes);
    return {};
}

} // namespace convarium::engine
