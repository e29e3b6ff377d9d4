// What the kernel tests share: the tables to test, random numbers, and buffers that start at an odd float and notice
// writes beyond their end.
#pragma once

#include "engine/kernels/kernel_table.h"

#include <cstdint>
#include <random>
#include <vector>

namespace convarium::engine::kernels
{

/// Every level that this machine runs, and the sixteen-lane build for AVX2.
std::vector<const KernelTable*> tablesUnderTest();

#if defined(__x86_64__)
const KernelTable& wideTable();
#endif

/// A run of T whose first element is aligned to T only, with guard elements on both sides.
template <class T>
class Buffer
{
public:
    explicit Buffer(std::int64_t size, T value = T(0))
        : m_size(size), m_data(static_cast<std::size_t>(size) + 2 * kGuard + 1, kGuardValue)
    {
        for (std::int64_t i = 0; i < size; ++i)
            (*this)[i] = value;
    }

    T* data() { return m_data.data() + shift(); }
    const T* data() const { return m_data.data() + shift(); }
    std::int64_t size() const { return m_size; }
    T& operator[](std::int64_t i) { return data()[i]; }
    const T& operator[](std::int64_t i) const { return data()[i]; }

    /// False when something wrote outside.
    bool guardsIntact() const
    {
        for (std::size_t i = 0; i < m_data.size(); ++i)
            if ((i < shift() || i >= shift() + static_cast<std::size_t>(m_size)) && m_data[i] != kGuardValue)
                return false;
        return true;
    }

private:
    static constexpr std::size_t kGuard = 64;
    static constexpr T kGuardValue = T(77);
    /// The data of a vector is aligned to 16 bytes, so an odd shift makes the start unaligned.
    static constexpr std::size_t shift() { return kGuard + 1; }

    std::int64_t m_size;
    std::vector<T> m_data;
};

using Floats = Buffer<float>;

class Random
{
public:
    explicit Random(unsigned seed) : m_engine(seed) {}
    float real(float low = -1.0f, float high = 1.0f)
    {
        return std::uniform_real_distribution<float>(low, high)(m_engine);
    }
    std::int64_t whole(std::int64_t low, std::int64_t high)
    {
        return std::uniform_int_distribution<std::int64_t>(low, high)(m_engine);
    }
    bool coin() { return whole(0, 1) == 1; }
    template <class T>
    T pick(const std::vector<T>& choices)
    {
        return choices[static_cast<std::size_t>(whole(0, static_cast<std::int64_t>(choices.size()) - 1))];
    }
    Floats floats(std::int64_t size, float low = -1.0f, float high = 1.0f)
    {
        Floats buffer(size);
        for (std::int64_t i = 0; i < size; ++i)
            buffer[i] = real(low, high);
        return buffer;
    }

private:
    std::mt19937 m_engine;
};

/// Lengths around a vector's width, and primes.
std::vector<std::int64_t> lengthsFor(const KernelTable& table);

double reference(Activation activation, double x);
/// True when |found - wanted| <= tolerance * scale, or both are NaN.
bool isClose(double found, double wanted, double tolerance, double scale);

/// Index of row k, column j in packed weights, see kernel_table.h.
std::int64_t packedIndex(const KernelTable& table, std::int64_t depth, std::int64_t columns, std::int64_t k,
                         std::int64_t j);
std::int64_t roundUp(std::int64_t n, std::int64_t unit);

} // namespace convarium::engine::kernels
