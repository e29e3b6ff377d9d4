// Tensor owns bytes; TensorView<T> reads or writes somebody's bytes in any layout. Logical order is N C H W everywhere.
#pragma once

#include "engine/core/memory.h"
#include "engine/tensor/shape.h"

#include <array>
#include <cassert>
#include <cstring>
#include <vector>

namespace convarium::engine
{

/// Pointer, sizes, strides (in elements); never owns. Dimension 0 is the batch N, the rest is the Shape. T may be
/// const.
template <class T>
class TensorView
{
public:
    TensorView() = default;
    TensorView(T* data, std::int64_t batch, const Shape& shape, const std::array<std::int64_t, kMaxRank>& strides,
               std::int64_t batchStride)
        : m_data(data), m_batch(batch), m_shape(shape), m_strides(strides), m_batchStride(batchStride)
    {
    }
    /// Dense, logical order.
    TensorView(T* data, std::int64_t batch, const Shape& shape) : m_data(data), m_batch(batch), m_shape(shape)
    {
        std::int64_t stride = 1;
        for (int i = shape.rank() - 1; i >= 0; --i) {
            m_strides[static_cast<std::size_t>(i)] = stride;
            stride *= shape[i];
        }
        m_batchStride = stride;
    }
    /// Views on mutable data convert to views on const data.
    operator TensorView<const T>() const { return {m_data, m_batch, m_shape, m_strides, m_batchStride}; }

    [[nodiscard]] T* data() const { return m_data; }
    [[nodiscard]] std::int64_t batch() const { return m_batch; }
    [[nodiscard]] const Shape& shape() const { return m_shape; }
    [[nodiscard]] std::int64_t stride(int i) const { return m_strides[static_cast<std::size_t>(i)]; }
    [[nodiscard]] std::int64_t batchStride() const { return m_batchStride; }
    [[nodiscard]] std::int64_t elements() const { return m_shape.elements(); }

    /// Element (n, c, h, w) of maps.
    [[nodiscard]] T& at(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) const
    {
        return m_data[n * m_batchStride + c * m_strides[0] + h * m_strides[1] + w * m_strides[2]];
    }
    /// Element (n, i) of a list.
    [[nodiscard]] T& at(std::int64_t n, std::int64_t i) const { return m_data[n * m_batchStride + i * m_strides[0]]; }
    /// Element i (in logical order) of image n, any rank and layout.
    [[nodiscard]] T& flat(std::int64_t n, std::int64_t i) const
    {
        std::int64_t offset = n * m_batchStride;
        for (int d = m_shape.rank() - 1; d >= 0; --d) {
            offset += (i % m_shape[d]) * m_strides[static_cast<std::size_t>(d)];
            i /= m_shape[d];
        }
        return m_data[offset];
    }

private:
    T* m_data = nullptr;
    std::int64_t m_batch = 0;
    Shape m_shape;
    std::array<std::int64_t, kMaxRank> m_strides{};
    std::int64_t m_batchStride = 0;
};

/// Dense tensor in logical order that owns its memory; the form in which values cross threads and reach files.
/// No batch dimension of its own: put it into the shape or use view(batch, shape). Copyable.
template <class T>
class TensorOf
{
public:
    TensorOf() = default;
    explicit TensorOf(const Shape& shape) : m_shape(shape), m_data(static_cast<std::size_t>(shape.elements())) {}
    TensorOf(const Shape& shape, std::vector<T> data) : m_shape(shape), m_data(std::move(data))
    {
        assert(static_cast<std::int64_t>(m_data.size()) == shape.elements());
    }

    [[nodiscard]] const Shape& shape() const { return m_shape; }
    [[nodiscard]] std::int64_t elements() const { return static_cast<std::int64_t>(m_data.size()); }
    [[nodiscard]] T* data() { return m_data.data(); }
    [[nodiscard]] const T* data() const { return m_data.data(); }
    T& operator[](std::int64_t i) { return m_data[static_cast<std::size_t>(i)]; }
    const T& operator[](std::int64_t i) const { return m_data[static_cast<std::size_t>(i)]; }
    [[nodiscard]] std::vector<T>& values() { return m_data; }
    [[nodiscard]] const std::vector<T>& values() const { return m_data; }
    friend bool operator==(const TensorOf&, const TensorOf&) = default;

private:
    Shape m_shape;
    std::vector<T> m_data;
};

using Tensor = TensorOf<float>;

} // namespace convarium::engine
