#include "datasets/picture_set.h"

#include <algorithm>
#include <new>

namespace convarium::datasets
{

using engine::DatasetPtr;
using engine::Error;
using engine::ErrorCode;
using engine::Result;
using engine::Shape;

bool PictureBudget::take(std::int64_t bytes)
{
    std::int64_t free = m_free.load();
    while (free >= bytes)
        if (m_free.compare_exchange_weak(free, free - bytes))
            return true;
    return false;
}

PictureSet::PictureSet(std::shared_ptr<const PictureList> list, Shape shape, std::shared_ptr<PictureBudget> budget)
    : m_list(std::move(list)), m_shape(shape), m_budget(std::move(budget)),
      m_places(std::make_unique<Place[]>(m_list->entries.size()))
{
}

PictureSet::~PictureSet()
{
    m_budget->giveBack(m_kept.load());
}

Result<DatasetPtr> PictureSet::scaledTo(const Shape& shape) const
{
    if (shape.rank() != 3 || (shape.channels() != 1 && shape.channels() != 3))
        return Error{ErrorCode::ShapeMismatch,
                     "The pictures in '" + m_list->folder +
                         "' can be read as grey (1 channel) or colour (3); the Input "
                         "layer is set to " +
                         shape.text() + ".",
                     "Set the channels of the Input layer to 3.",
                     {}};
    const std::scoped_lock lock(m_sizes->mutex);
    auto& known = m_sizes->sets[{shape.channels(), shape.height(), shape.width()}];
    if (auto set = known.lock())
        return DatasetPtr(set);
    const auto set = std::make_shared<PictureSet>(m_list, shape, m_budget);
    set->m_sizes = m_sizes;
    known = set;
    return DatasetPtr(set);
}

Result<void> PictureSet::image(std::int64_t i, std::span<std::uint8_t> out) const
{
    Place& place = m_places[static_cast<std::size_t>(i)];
    if (place.state.load(std::memory_order_acquire) == State::Ready) {
        std::copy_n(place.pixels.as<std::uint8_t>(), out.size(), out.begin());
        return {};
    }
    const PictureEntry& entry = m_list->entries[static_cast<std::size_t>(i)];
    if (auto read = readPicture(m_list->folder + "/" + entry.file, m_shape, out); !read)
        return read;
    State empty = State::Empty;
    const auto bytes = static_cast<std::int64_t>(out.size());
    if (!place.state.compare_exchange_strong(empty, State::Filling) || !m_budget->take(bytes))
        return {}; // another thread keeps it, or there is no room: a place left at Filling is not tried again
    try {
        place.pixels = engine::AlignedBuffer(out.size(), engine::MemoryCategory::Data);
    } catch (const std::bad_alloc&) { // then it is decoded again next time
        m_budget->giveBack(bytes);
        return {};
    }
    m_kept += bytes;
    std::copy(out.begin(), out.end(), place.pixels.as<std::uint8_t>());
    place.state.store(State::Ready, std::memory_order_release);
    return {};
}

} // namespace convarium::datasets
