// Masks: a class for every pixel, as segmentation networks learn them.
#pragma once

#include "engine/data/dataset.h"

namespace convarium::engine
{

/// Masks for images of single objects on a dark ground, such as digits: a pixel of at least the threshold (in its
/// brightest channel) has the class of its image, all others are background. Class 0 is "background", then come the
/// classes of the images.
class ObjectMaskDataset final : public Dataset
{
public:
    explicit ObjectMaskDataset(DatasetPtr base, std::uint8_t threshold = 128);
    [[nodiscard]] std::int64_t size() const override { return m_base->size(); }
    [[nodiscard]] Shape imageShape() const override { return m_base->imageShape(); }
    [[nodiscard]] Result<DatasetPtr> scaledTo(const Shape& shape) const override;
    [[nodiscard]] TargetKind targetKind() const override { return TargetKind::Mask; }
    [[nodiscard]] const std::vector<std::string>& classNames() const override { return m_classNames; }
    [[nodiscard]] Result<void> image(std::int64_t i, std::span<std::uint8_t> out) const override
    {
        return m_base->image(i, out);
    }
    [[nodiscard]] bool imagesTakeTime() const override { return m_base->imagesTakeTime(); }
    [[nodiscard]] int label(std::int64_t i) const override { return m_base->label(i) + 1; }
    [[nodiscard]] Result<void> mask(std::int64_t i, std::span<std::uint8_t> out) const override;
    [[nodiscard]] std::int64_t residentBytes() const override { return m_base->residentBytes(); }

private:
    DatasetPtr m_base;
    std::uint8_t m_threshold;
    std::vector<std::string> m_classNames;
};

/// The data set with the targets a loss asks for: where it has classes and masks are wanted, ObjectMaskDataset makes
/// them; else it stays as it is. Null stays null.
DatasetPtr withTargets(DatasetPtr data, TargetKind wanted);
DatasetBundle withTargets(DatasetBundle bundle, TargetKind wanted);

/// What a loss compares with: for every image its class (kind Class), or the class of each of its `places` pixels
/// (Mask); -1 does not count. out has room for indices.size() (times places). A class that is not below `classes` is an
/// error.
Result<void> readTargets(const Dataset& data, TargetKind kind, std::span<const std::uint32_t> indices,
                         std::int64_t classes, std::int64_t places, std::int32_t* out);

} // namespace convarium::engine
