// A drawing as a data set of one image without a label, for whoever shows images of data sets.
#pragma once

#include "engine/data/dataset.h"

#include <algorithm>

namespace convarium::ui
{

class DrawnImage final : public engine::Dataset
{
public:
    /// pixels: C H W.
    DrawnImage(engine::Shape shape, std::vector<std::uint8_t> pixels) : m_shape(shape), m_pixels(std::move(pixels)) {}
    [[nodiscard]] std::int64_t size() const override { return 1; }
    [[nodiscard]] engine::Shape imageShape() const override { return m_shape; }
    [[nodiscard]] engine::TargetKind targetKind() const override { return engine::TargetKind::None; }
    [[nodiscard]] const std::vector<std::string>& classNames() const override { return m_noNames; }
    [[nodiscard]] engine::Result<void> image(std::int64_t, std::span<std::uint8_t> out) const override
    {
        std::copy(m_pixels.begin(), m_pixels.end(), out.begin());
        return {};
    }
    [[nodiscard]] int label(std::int64_t) const override { return -1; }

private:
    engine::Shape m_shape;
    std::vector<std::uint8_t> m_pixels;
    std::vector<std::string> m_noNames;
};

} // namespace convarium::ui
