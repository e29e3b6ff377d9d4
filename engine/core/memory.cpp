#include "engine/core/memory.h"

#include <atomic>
#include <cstring>
#include <new>
#include <numeric>

namespace convarium::engine
{

namespace
{

constexpr auto kAlignment = std::align_val_t{64};

struct Ledger {
    std::array<std::atomic<std::int64_t>, static_cast<std::size_t>(MemoryCategory::Count)> live{};
    std::atomic<std::int64_t> total{0};
    std::atomic<std::int64_t> peak{0};
};

Ledger& ledger()
{
    static Ledger instance;
    return instance;
}

void book(MemoryCategory category, std::int64_t bytes)
{
    Ledger& l = ledger();
    l.live[static_cast<std::size_t>(category)] += bytes;
    const std::int64_t now = l.total += bytes;
    std::int64_t seen = l.peak.load();
    while (now > seen && !l.peak.compare_exchange_weak(seen, now)) {
    }
}

} // namespace

std::int64_t MemoryUse::total() const
{
    return std::accumulate(bytes.begin(), bytes.end(), std::int64_t{0});
}

MemoryUse memoryInUse()
{
    MemoryUse use;
    for (std::size_t i = 0; i < use.bytes.size(); ++i)
        use.bytes[i] = ledger().live[i].load();
    return use;
}

std::int64_t memoryPeak()
{
    return ledger().peak.load();
}

void resetMemoryPeak()
{
    ledger().peak = ledger().total.load();
}

AlignedBuffer::AlignedBuffer(std::size_t bytes, MemoryCategory category) : m_size(bytes), m_category(category)
{
    if (bytes == 0)
        return;
    m_data = static_cast<std::byte*>(::operator new(bytes, kAlignment));
    std::memset(m_data, 0, bytes);
    book(category, static_cast<std::int64_t>(bytes));
}

AlignedBuffer::~AlignedBuffer()
{
    if (!m_data)
        return;
    book(m_category, -static_cast<std::int64_t>(m_size));
    ::operator delete(m_data, kAlignment);
}

} // namespace convarium::engine
