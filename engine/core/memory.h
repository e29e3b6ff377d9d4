// Bytes the engine holds, by what they are for: the allocator's own count that predicted memory is checked against.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace convarium::engine
{

enum class MemoryCategory { Weights, Gradients, Optimizer, Activations, Workspace, Data, Count };

/// Bytes per category, as one value.
struct MemoryUse {
    std::array<std::int64_t, static_cast<std::size_t>(MemoryCategory::Count)> bytes{};

    std::int64_t& operator[](MemoryCategory c) { return bytes[static_cast<std::size_t>(c)]; }
    std::int64_t operator[](MemoryCategory c) const { return bytes[static_cast<std::size_t>(c)]; }
    [[nodiscard]] std::int64_t total() const;
    friend bool operator==(const MemoryUse&, const MemoryUse&) = default;
};

/// Live bytes of all AlignedBuffers in the process. Thread-safe.
MemoryUse memoryInUse();
/// Highest total of live bytes since the last resetMemoryPeak().
std::int64_t memoryPeak();
void resetMemoryPeak();

/// Owns 64-byte aligned, zeroed memory and reports it to the count above. Move-only.
class AlignedBuffer
{
public:
    AlignedBuffer() = default;
    /// bytes may be 0. Throws std::bad_alloc; the public engine interface turns that into ErrorCode::OutOfMemory.
    AlignedBuffer(std::size_t bytes, MemoryCategory category);
    ~AlignedBuffer();
    AlignedBuffer(AlignedBuffer&& other) noexcept { swap(other); }
    AlignedBuffer& operator=(AlignedBuffer&& other) noexcept
    {
        AlignedBuffer taken(std::move(other));
        swap(taken);
        return *this;
    }
    AlignedBuffer(const AlignedBuffer&) = delete;
    AlignedBuffer& operator=(const AlignedBuffer&) = delete;

    [[nodiscard]] std::byte* data() { return m_data; }
    [[nodiscard]] const std::byte* data() const { return m_data; }
    template <class T>
    [[nodiscard]] T* as()
    {
        return reinterpret_cast<T*>(m_data);
    }
    template <class T>
    [[nodiscard]] const T* as() const
    {
        return reinterpret_cast<const T*>(m_data);
    }
    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] bool empty() const { return m_size == 0; }

private:
    void swap(AlignedBuffer& other) noexcept
    {
        std::swap(m_data, other.m_data);
        std::swap(m_size, other.m_size);
        std::swap(m_category, other.m_category);
    }

    std::byte* m_data = nullptr;
    std::size_t m_size = 0;
    MemoryCategory m_category = MemoryCategory::Workspace;
};

} // namespace convarium::engine
