#include "engine/data/dataset.h"

#include <cassert>
#include <cstring>

namespace convarium::engine
{

Result<void> Dataset::mask(std::int64_t, std::span<std::uint8_t>) const
{
    return Error{ErrorCode::InvalidArgument,
                 "The data set has a class for each image, but no masks.",
                 "Choose a data set with masks.",
                 {}};
}

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

Result<DatasetPtr> SubsetDataset::scaledTo(const Shape& shape) const
{
    auto scaled = m_base->scaledTo(shape);
    if (!scaled || !*scaled)
        return scaled;
    return DatasetPtr(std::make_shared<SubsetDataset>(*std::move(scaled), m_indices));
}

Result<DatasetBundle> scaledTo(const DatasetBundle& bundle, const Shape& inputShape)
{
    DatasetBundle result = bundle;
    for (DatasetPtr* part : {&result.train, &result.validation, &result.test}) {
        if (!*part || (*part)->imageShape() == inputShape)
            continue;
        auto scaled = (*part)->scaledTo(inputShape);
        if (!scaled)
            return scaled.error();
        if (*scaled)
            *part = *std::move(scaled);
    }
    return result;
}

void DataFailure::report(const Error& error)
{
    const std::scoped_lock lock(m_mutex);
    if (m_happened.load(std::memory_order_relaxed))
        return;
    m_error = error;
    m_happened.store(true, std::memory_order_relaxed);
}

Error DataFailure::error() const
{
    const std::scoped_lock lock(m_mutex);
    return m_error;
}

void DataFailure::clear()
{
    const std::scoped_lock lock(m_mutex);
    m_error = {};
    m_happened.store(false, std::memory_order_relaxed);
}

} // namespace convarium::engine
