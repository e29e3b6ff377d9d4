#include "engine/data/read_ahead.h"

#include "engine/core/parallel.h"

#include <algorithm>
#include <new>
#include <numeric>

namespace convarium::engine
{

ReadAhead::ReadAhead(DatasetPtr base)
    : m_base(std::move(base)), m_thread([this] {
          lowerOwnWeight(19);
          work();
      })
{
}

ReadAhead::~ReadAhead()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_quit = true;
        m_stop = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

void ReadAhead::announce(std::span<const std::uint32_t> images)
{
    std::shared_ptr<Batch> batch;
    {
        const std::scoped_lock lock(m_mutex);
        // The thread may still hold what was current before: then that memory is not free yet.
        if (m_current && m_current.use_count() == 1)
            m_spare = std::move(m_current);
        m_current = std::move(m_next);
        m_toRead = false;
        m_stop = true;
        if (m_spare && m_spare.use_count() == 1)
            batch = std::move(m_spare);
    }
    try {
        if (!batch)
            batch = std::make_shared<Batch>();
        fill(*batch, images);
    } catch (const std::bad_alloc&) { // then nothing is read ahead
        return;
    }
    {
        const std::scoped_lock lock(m_mutex);
        m_next = std::move(batch);
        m_toRead = true;
    }
    m_wake.notify_one();
}

void ReadAhead::fill(Batch& batch, std::span<const std::uint32_t> images) const
{
    if (batch.room < images.size()) {
        batch.room = 0;
        batch.states = std::make_unique<std::atomic<State>[]>(images.size());
        batch.pixels = AlignedBuffer();
        batch.pixels = AlignedBuffer(images.size() * imageBytes(), MemoryCategory::Data);
        batch.room = images.size();
    }
    batch.images.assign(images.begin(), images.end());
    batch.order.resize(images.size());
    std::iota(batch.order.begin(), batch.order.end(), 0u);
    std::sort(batch.order.begin(), batch.order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return images[a] < images[b]; });
    for (std::size_t k = 0; k < images.size(); ++k)
        batch.states[k].store(State::Open, std::memory_order_relaxed);
}

void ReadAhead::waitUntilRead() const
{
    std::unique_lock lock(m_mutex);
    m_done.wait(lock, [this] { return !m_toRead && !m_busy; });
}

Result<void> ReadAhead::image(std::int64_t i, std::span<std::uint8_t> out) const
{
    if (m_current) {
        Batch& batch = *m_current;
        const auto found = std::partition_point(batch.order.begin(), batch.order.end(), [&](std::uint32_t place) {
            return batch.images[place] < static_cast<std::uint64_t>(i);
        });
        if (found != batch.order.end() && batch.images[*found] == static_cast<std::uint64_t>(i)) {
            State state = State::Open;
            if (!batch.states[*found].compare_exchange_strong(state, State::Left, std::memory_order_acquire) &&
                state == State::Ready) {
                const std::span<const std::uint8_t> ready = pixels(batch, *found);
                std::copy(ready.begin(), ready.end(), out.begin());
                return {};
            }
        }
    }
    return m_base->image(i, out);
}

void ReadAhead::work()
{
    const FlushDenormals flush; // as those who else would read
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_wake.wait(lock, [this] { return m_quit || m_toRead; });
        if (m_quit)
            return;
        std::shared_ptr<Batch> batch = m_next;
        m_toRead = false;
        m_busy = true;
        m_stop = false;
        lock.unlock();
        read(*batch);
        lock.lock();
        batch.reset(); // with the lock: announce() counts who holds it
        m_busy = false;
        m_done.notify_all();
    }
}

/// A failure is left to whoever asks for the image, and reports it.
void ReadAhead::read(Batch& batch) const
{
    for (std::size_t k = 0; k < batch.images.size() && !m_stop.load(std::memory_order_relaxed); ++k) {
        State open = State::Open;
        if (!batch.states[k].compare_exchange_strong(open, State::Reading, std::memory_order_relaxed))
            continue;
        const auto done = m_base->image(batch.images[k], pixels(batch, k));
        batch.states[k].store(done ? State::Ready : State::Left, std::memory_order_release);
    }
}

} // namespace convarium::engine
