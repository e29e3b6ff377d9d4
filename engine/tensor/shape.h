// Sizes of a tensor without the batch, rank 0 to 6, logical order C H W (or F for a plain list of numbers).
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

namespace convarium::engine
{

inline constexpr int kMaxRank = 6;

enum class DType : std::uint8_t { F64, F32, BF16, U8, I32 };

/// Bytes of one element.
constexpr std::size_t dtypeSize(DType t)
{
    switch (t) {
    case DType::F64: return 8;
    case DType::F32:
    case DType::I32: return 4;
    case DType::BF16: return 2;
    case DType::U8: return 1;
    }
    return 0;
}

class Shape
{
public:
    constexpr Shape() = default;
    constexpr Shape(std::initializer_list<std::int64_t> sizes)
    {
        assert(sizes.size() <= kMaxRank);
        for (auto s : sizes)
            m_sizes[static_cast<std::size_t>(m_rank++)] = s;
    }

    [[nodiscard]] constexpr int rank() const { return m_rank; }
    constexpr std::int64_t& operator[](int i) { return m_sizes[static_cast<std::size_t>(i)]; }
    constexpr std::int64_t operator[](int i) const { return m_sizes[static_cast<std::size_t>(i)]; }
    constexpr void append(std::int64_t size)
    {
        assert(m_rank < kMaxRank);
        m_sizes[static_cast<std::size_t>(m_rank++)] = size;
    }
    /// Number of elements; 1 for rank 0. Shapes in a validated graph never overflow int64.
    [[nodiscard]] constexpr std::int64_t elements() const
    {
        std::int64_t n = 1;
        for (int i = 0; i < m_rank; ++i)
            n *= (*this)[i];
        return n;
    }
    /// A feature map stack C x H x W?
    [[nodiscard]] constexpr bool isMaps() const { return m_rank == 3; }
    [[nodiscard]] constexpr bool isList() const { return m_rank == 1; }
    [[nodiscard]] constexpr std::int64_t channels() const { return m_rank == 0 ? 1 : (*this)[0]; }
    [[nodiscard]] constexpr std::int64_t height() const { return m_rank == 3 ? (*this)[1] : 1; }
    [[nodiscard]] constexpr std::int64_t width() const { return m_rank == 3 ? (*this)[2] : 1; }
    /// "16x10x10": maps, height, width.
    [[nodiscard]] std::string text() const;

    friend constexpr bool operator==(const Shape& a, const Shape& b)
    {
        if (a.m_rank != b.m_rank)
            return false;
        for (int i = 0; i < a.m_rank; ++i)
            if (a[i] != b[i])
                return false;
        return true;
    }

private:
    std::array<std::int64_t, kMaxRank> m_sizes{};
    int m_rank = 0;
};

/// `shape` with sizes of 1 behind it up to `rank` axes: a list of C numbers as maps of C x 1 x 1.
Shape withAxes(const Shape& shape, int rank);

/// The shape of an operation on both, number by number: sizes of 1 stretch, and the shape with fewer axes goes on with
/// sizes of 1. Nothing where other sizes differ.
std::optional<Shape> broadcastShapes(const Shape& a, const Shape& b);

} // namespace convarium::engine
