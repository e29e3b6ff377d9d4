#include "datasets/ink_field.h"

#include <algorithm>
#include <cmath>

namespace convarium::datasets
{

namespace
{

/// The pen went on: what was painted of the line stays as it is. A line of one point is a dot, which is something else
/// than the beginning of a line.
bool continues(const DrawnStroke& longer, const DrawnStroke& stroke)
{
    return stroke.line.size() > 1 && longer.erases == stroke.erases && longer.line.size() >= stroke.line.size() &&
           std::equal(stroke.line.begin(), stroke.line.end(), longer.line.begin());
}

void lay(std::span<float> ink, std::span<const float> below, std::span<const float> depth, bool erases)
{
    if (erases)
        for (std::size_t i = 0; i < ink.size(); ++i)
            ink[i] = std::min(below[i], 1 - std::clamp(0.5F + depth[i], 0.0F, 1.0F));
    else
        for (std::size_t i = 0; i < ink.size(); ++i)
            ink[i] = std::max(below[i], std::clamp(0.5F + depth[i], 0.0F, 1.0F));
}

} // namespace

InkPoint InkField::toPixels(const InkPoint& p) const
{
    const double left = m_window.x * m_window.perField - m_window.size / 2.0;
    const double top = m_window.y * m_window.perField - m_window.size / 2.0;
    return {static_cast<float>(p.x * m_window.perField - left), static_cast<float>(p.y * m_window.perField - top),
            static_cast<float>(p.radius * m_window.perField)};
}

void InkField::clear(const InkWindow& window)
{
    m_window = window;
    m_strokes.clear();
    const auto size = static_cast<std::size_t>(window.size);
    m_below.assign(size * size, 0.0F);
    m_depth.assign(size * size, kDryDepth);
    m_ink.assign(size * size, 0.0F);
    m_columns.clear();
    m_rows.clear();
    const auto within = [&](double middle, std::size_t i) {
        const double start = middle * window.perField - window.size / 2.0 + static_cast<double>(i);
        const double from = start / window.perField, to = (start + 1) / window.perField;
        return static_cast<float>(std::max(0.0, std::min(to, double(m_side)) - std::max(from, 0.0)) * window.perField);
    };
    for (std::size_t i = 0; i < size; ++i) {
        m_columns.push_back(within(window.x, i));
        m_rows.push_back(within(window.y, i));
    }
}

/// A new stroke over those before.
void InkField::begin(const DrawnStroke& stroke)
{
    if (!m_strokes.empty())
        lay(m_below, m_below, m_depth, m_strokes.back().erases);
    std::fill(m_depth.begin(), m_depth.end(), kDryDepth);
    m_strokes.push_back({{}, stroke.erases});
    extend(stroke.line);
}

/// The last stroke up to the end of `line`.
void InkField::extend(const InkLine& line)
{
    InkLine& painted = m_strokes.back().line;
    if (line.size() == painted.size())
        return;
    const std::size_t from = painted.empty() ? 0 : painted.size() - 1;
    InkLine piece;
    float left = 1e9F, right = -1e9F, top = 1e9F, bottom = -1e9F;
    for (std::size_t i = from; i < line.size(); ++i) {
        const InkPoint p = piece.emplace_back(toPixels(line[i]));
        const float reach = p.radius + 2;
        left = std::min(left, p.x - reach);
        right = std::max(right, p.x + reach);
        top = std::min(top, p.y - reach);
        bottom = std::max(bottom, p.y + reach);
    }
    painted.insert(painted.end(), line.begin() + static_cast<std::ptrdiff_t>(painted.size()), line.end());
    deepen(m_depth, m_window.size, m_window.size, piece);
    const auto pixel = [this](float at) {
        return static_cast<std::size_t>(std::clamp(std::floor(at), 0.0F, static_cast<float>(m_window.size)));
    };
    const std::size_t first = pixel(left), last = std::max(first, pixel(right + 1));
    for (std::size_t y = pixel(top); y < pixel(bottom + 1); ++y) {
        const std::size_t at = y * static_cast<std::size_t>(m_window.size) + first;
        const std::span<float> row = std::span(m_ink).subspan(at, last - first);
        lay(row, std::span(m_below).subspan(at, row.size()), std::span(m_depth).subspan(at, row.size()),
            m_strokes.back().erases);
        for (std::size_t x = 0; x < row.size(); ++x)
            row[x] *= m_rows[y] * m_columns[first + x];
    }
}

std::span<const float> InkField::paint(const DrawnStrokes& strokes, const InkWindow& window)
{
    const std::size_t n = m_strokes.size();
    const bool goesOn = window == m_window && n > 0 && strokes.size() >= n &&
                        std::equal(m_strokes.begin(), m_strokes.end() - 1, strokes.begin()) &&
                        continues(strokes[n - 1], m_strokes[n - 1]);
    if (goesOn)
        extend(strokes[n - 1].line);
    else
        clear(window);
    for (std::size_t i = m_strokes.size(); i < strokes.size(); ++i)
        begin(strokes[i]);
    return m_ink;
}

} // namespace convarium::datasets
