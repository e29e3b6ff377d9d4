// Images without a class, such as a drawing, as if they had one: a loss compares with a class.
#pragma once

#include "engine/data/dataset.h"

namespace convarium::ui
{

/// The images of a set, all of one class. Immutable.
class AssumedClass final : public engine::Dataset
{
public:
    AssumedClass(engine::DatasetPtr base, int label) : m_base(std::move(base)), m_label(label) {}
    [[nodiscard]] std::int64_t size() const override { return m_base->size(); }
    [[nodiscard]] engine::Shape imageShape() const override { return m_base->imageShape(); }
    [[nodiscard]] const std::vector<std::string>& classNames() const override { return m_base->classNames(); }
    [[nodiscard]] engine::Result<void> image(std::int64_t i, std::span<std::uint8_t> out) const override
    {
        return m_base->image(i, out);
    }
    [[nodiscard]] int label(std::int64_t) const override { return m_label; }
    [[nodiscard]] std::int64_t residentBytes() const override { return m_base->residentBytes(); }
    [[nodiscard]] const engine::DatasetPtr& base() const { return m_base; }

private:
    engine::DatasetPtr m_base;
    int m_label;
};

} // namespace convarium::ui
