#include "engine/core/memory.h"

#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>
#include <numeric>

// The address sanitizer watches only what its own allocator gives.
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
#define CONVARIUM_MAPS_PAGES
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace convarium::engine
{

namespace
{

constexpr std::size_t kLine = 64;

#ifdef CONVARIUM_MAPS_PAGES

constexpr std::size_t kLargePage = std::size_t{2} << 20;

bool isLarge(std::size_t bytes)
{
    return bytes >= 2 * kLargePage;
}

std::size_t mappedBytes(std::size_t bytes)
{
    static const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return (bytes + page - 1) / page * page;
}

/// Pages of zeros that take room only once they are touched: a buffer that is filled late costs nothing until then.
/// They start at a large page, so that passes over them miss fewer address translations; only whole large pages are
/// asked for, so that no more memory is taken than was wanted.
std::byte* mapZeros(std::size_t bytes)
{
    const std::size_t all = bytes + kLargePage;
    void* got = mmap(nullptr, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (got == MAP_FAILED)
        throw std::bad_alloc();
    auto* begin = static_cast<std::byte*>(got);
    const std::size_t before = (kLargePage - reinterpret_cast<std::uintptr_t>(begin) % kLargePage) % kLargePage;
    const std::size_t used = mappedBytes(bytes);
    if (before > 0)
        munmap(begin, before);
    munmap(begin + before + used, all - before - used);
    madvise(begin + before, bytes / kLargePage * kLargePage, MADV_HUGEPAGE); // a wish: it works without, too
    return begin + before;
}

#endif

std::byte* takeZeros(std::size_t bytes)
{
#ifdef CONVARIUM_MAPS_PAGES
    if (isLarge(bytes))
        return mapZeros(bytes);
#endif
    auto* data = static_cast<std::byte*>(::operator new (bytes, std::align_val_t{kLine}));
    std::memset(data, 0, bytes);
    return data;
}

void giveBack(std::byte* data, [[maybe_unused]] std::size_t bytes)
{
#ifdef CONVARIUM_MAPS_PAGES
    if (isLarge(bytes)) {
        munmap(data, mappedBytes(bytes));
        return;
    }
#endif
    ::operator delete (data, std::align_val_t{kLine});
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
    m_data = takeZeros(bytes);
    book(category, static_cast<std::int64_t>(bytes));
}

AlignedBuffer::~AlignedBuffer()
{
    if (!m_data)
        return;
    book(m_category, -static_cast<std::int64_t>(m_size));
    giveBack(m_data, m_size);
}

} // namespace convarium::engine
