#include "engine/core/memory.h"

#include <atomic>
#include <cstring>
#include <new>
#include <numeric>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace convarium::engine
{

namespace
{

constexpr std::size_t kLine = 64;
constexpr std::size_t kLargePage = std::size_t{2} << 20;

/// Large buffers start at a large page: passes over them then miss fewer address translations.
std::align_val_t alignmentOf(std::size_t bytes)
{
    return std::align_val_t{bytes >= 2 * kLargePage ? kLargePage : kLine};
}

/// Before the first touch. Only whole large pages, so that no more memory is taken than was asked for.
void askForLargePages([[maybe_unused]] std::byte* data, [[maybe_unused]] std::size_t bytes)
{
#if defined(__linux__)
    if (bytes >= 2 * kLargePage)
        madvise(data, bytes / kLargePage * kLargePage, MADV_HUGEPAGE); // a wish: without it everything works, too
#endif
}

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
    m_data = static_cast<std::byte*>(::operator new(bytes, alignmentOf(bytes)));
    askForLargePages(m_data, bytes);
    std::memset(m_data, 0, bytes);
    book(category, static_cast<std::int64_t>(bytes));
}

AlignedBuffer::~AlignedBuffer()
{
    if (!m_data)
        return;
    book(m_category, -static_cast<std::int64_t>(m_size));
    ::operator delete(m_data, alignmentOf(m_size));
}

} // namespace convarium::engine
