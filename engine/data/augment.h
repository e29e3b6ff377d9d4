// Augmentation: training images that are moved, turned, zoomed, bent or mirrored a little, differently in every epoch.
#pragma once

#include "engine/data/dataset.h"

namespace convarium::engine
{

/// How far images may be changed; 0 and false: not at all. As text: "shift:2,rotate:10,zoom:0.1,elastic,flip".
struct Augmentation {
    double shift = 0;     ///< pixels, in each direction, uniform from -shift to shift
    double rotate = 0;    ///< degrees, uniform from -rotate to rotate
    double zoom = 0;      ///< size times a factor uniform from 1 - zoom to 1 + zoom
    bool elastic = false; ///< smooth random bending, see AugmentedDataset
    bool flip = false;    ///< every second image on average is mirrored left to right

    [[nodiscard]] bool any() const { return shift > 0 || rotate > 0 || zoom > 0 || elastic || flip; }
    friend bool operator==(const Augmentation&, const Augmentation&) = default;
};

/// Empty and "none": nothing. Unknown names, missing numbers and numbers out of range are errors.
Result<Augmentation> parseAugmentation(const std::string& text);
/// The text that parseAugmentation() reads back; empty for nothing.
std::string augmentationText(const Augmentation& augmentation);

/// The images of another set as one epoch shows them. Every number is a function of seed, epoch and image index, so the
/// same image comes out whichever thread asks, how often, and after a resume.
/// Pixels are interpolated bilinearly; what lies outside the picture has the value of the nearest edge pixel. Masks get
/// the same geometry and the nearest pixel. Elastic bending (after Simard, Steinkraus and Platt, Best Practices for
/// Convolutional Neural Networks, 2003): a displacement field whose control vectors, on a grid of 4 x 4 cells with
/// cubic B-splines between them, are normal with a deviation of a tenth of the smaller side; on 28 x 28 pixels that
/// moves pixels by 1.4 on average, as in the paper. No allocation per image once a thread is warm.
class AugmentedDataset final : public Dataset
{
public:
    AugmentedDataset(DatasetPtr base, const Augmentation& augmentation, std::uint64_t seed, std::uint32_t epoch)
        : m_base(std::move(base)), m_augmentation(augmentation), m_seed(seed), m_epoch(epoch)
    {
    }
    [[nodiscard]] std::int64_t size() const override { return m_base->size(); }
    [[nodiscard]] Shape imageShape() const override { return m_base->imageShape(); }
    [[nodiscard]] TargetKind targetKind() const override { return m_base->targetKind(); }
    [[nodiscard]] const std::vector<std::string>& classNames() const override { return m_base->classNames(); }
    [[nodiscard]] Result<void> image(std::int64_t i, std::span<std::uint8_t> out) const override;
    [[nodiscard]] bool imagesTakeTime() const override { return true; }
    [[nodiscard]] int label(std::int64_t i) const override { return m_base->label(i); }
    [[nodiscard]] Result<void> mask(std::int64_t i, std::span<std::uint8_t> out) const override;
    [[nodiscard]] bool hasIgnoredPixels() const override { return m_base->hasIgnoredPixels(); }
    [[nodiscard]] std::int64_t residentBytes() const override { return m_base->residentBytes(); }

private:
    DatasetPtr m_base;
    Augmentation m_augmentation;
    std::uint64_t m_seed;
    std::uint32_t m_epoch;
};

} // namespace convarium::engine
