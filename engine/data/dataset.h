// What training reads: samples = image + target, decoded on demand.
#pragma once

#include "engine/core/result.h"
#include "engine/tensor/shape.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace convarium::engine
{

enum class TargetKind { Class, Mask, None };

/// In a mask: a pixel that is not judged.
inline constexpr std::uint8_t kIgnoredPixel = 255;

/// A list of samples. Immutable once made, so any thread may read it. Images are u8 in logical order C H W.
class Dataset
{
public:
    virtual ~Dataset() = default;
    [[nodiscard]] virtual std::int64_t size() const = 0;
    /// Shape every image is delivered in.
    [[nodiscard]] virtual Shape imageShape() const = 0;
    /// The same samples with images of another shape (C H W), for sources whose pictures have sizes of their own; null
    /// where the images have the one size they have. Decodes nothing. Fails for a shape no picture can be brought to.
    [[nodiscard]] virtual Result<std::shared_ptr<const Dataset>> scaledTo(const Shape&) const { return {nullptr}; }
    [[nodiscard]] virtual TargetKind targetKind() const { return TargetKind::Class; }
    [[nodiscard]] virtual const std::vector<std::string>& classNames() const = 0;
    /// Writes image i (imageShape().elements() bytes). Data that were read when the set was opened cannot fail;
    /// a lazily decoded file can.
    [[nodiscard]] virtual Result<void> image(std::int64_t i, std::span<std::uint8_t> out) const = 0;
    /// Does image() more than copy: decode a file, change a picture?
    [[nodiscard]] virtual bool imagesTakeTime() const { return false; }
    /// Class of sample i; -1 where targetKind() is None.
    [[nodiscard]] virtual int label(std::int64_t i) const = 0;
    /// Writes the mask of sample i where targetKind() is Mask: a class for every pixel, row by row (height * width
    /// bytes of imageShape()), or kIgnoredPixel.
    [[nodiscard]] virtual Result<void> mask(std::int64_t i, std::span<std::uint8_t> out) const;
    /// May a mask hold kIgnoredPixel?
    [[nodiscard]] virtual bool hasIgnoredPixels() const { return false; }
    /// Bytes held in memory by this set (the "data" category).
    [[nodiscard]] virtual std::int64_t residentBytes() const { return 0; }
};

using DatasetPtr = std::shared_ptr<const Dataset>;

/// The parts of a data set. validation is empty where the source has none; the trainer can split it off.
struct DatasetBundle {
    std::string name;  ///< "digits", "mnist", a folder's name
    std::string title; ///< for people
    DatasetPtr train;
    DatasetPtr validation;
    DatasetPtr test;

    /// The part whose images panels show: test, else validation, else training images; null for an empty bundle.
    [[nodiscard]] const DatasetPtr& shown() const { return test ? test : validation ? validation : train; }
};

/// The bundle as a network with this input reads it: parts that can be scaled are (Dataset::scaledTo), others stay as
/// they are. The network decides on the size of its images, not the source.
Result<DatasetBundle> scaledTo(const DatasetBundle& bundle, const Shape& inputShape);

/// Where threads that read images leave the first failure. Thread-safe.
class DataFailure
{
public:
    [[nodiscard]] bool happened() const { return m_happened.load(std::memory_order_relaxed); }
    /// Keeps the error unless there is one already.
    void report(const Error& error);
    /// The error kept; empty text unless happened().
    [[nodiscard]] Error error() const;
    void clear();

private:
    std::atomic<bool> m_happened{false};
    mutable std::mutex m_mutex;
    Error m_error;
};

/// Images held in memory as u8, the form of MNIST, the generated digits, and most small sets.
class InMemoryDataset final : public Dataset
{
public:
    InMemoryDataset(Shape imageShape, std::vector<std::uint8_t> pixels, std::vector<std::uint8_t> labels,
                    std::vector<std::string> classNames);
    [[nodiscard]] std::int64_t size() const override { return static_cast<std::int64_t>(m_labels.size()); }
    [[nodiscard]] Shape imageShape() const override { return m_shape; }
    [[nodiscard]] const std::vector<std::string>& classNames() const override { return m_classNames; }
    [[nodiscard]] Result<void> image(std::int64_t i, std::span<std::uint8_t> out) const override;
    [[nodiscard]] int label(std::int64_t i) const override { return m_labels[static_cast<std::size_t>(i)]; }
    [[nodiscard]] std::int64_t residentBytes() const override
    {
        return static_cast<std::int64_t>(m_pixels.size() + m_labels.size());
    }
    [[nodiscard]] std::span<const std::uint8_t> pixels() const { return m_pixels; }
    [[nodiscard]] std::span<const std::uint8_t> labels() const { return m_labels; }

private:
    Shape m_shape;
    std::vector<std::uint8_t> m_pixels;
    std::vector<std::uint8_t> m_labels;
    std::vector<std::string> m_classNames;
};

/// The samples of another set at the given indices: first N, a validation split, a shuffled order.
class SubsetDataset final : public Dataset
{
public:
    SubsetDataset(DatasetPtr base, std::vector<std::int64_t> indices)
        : m_base(std::move(base)), m_indices(std::move(indices))
    {
    }
    [[nodiscard]] std::int64_t size() const override { return static_cast<std::int64_t>(m_indices.size()); }
    [[nodiscard]] Shape imageShape() const override { return m_base->imageShape(); }
    [[nodiscard]] Result<DatasetPtr> scaledTo(const Shape& shape) const override;
    [[nodiscard]] TargetKind targetKind() const override { return m_base->targetKind(); }
    [[nodiscard]] const std::vector<std::string>& classNames() const override { return m_base->classNames(); }
    [[nodiscard]] Result<void> image(std::int64_t i, std::span<std::uint8_t> out) const override
    {
        return m_base->image(m_indices[static_cast<std::size_t>(i)], out);
    }
    [[nodiscard]] bool imagesTakeTime() const override { return m_base->imagesTakeTime(); }
    [[nodiscard]] int label(std::int64_t i) const override
    {
        return m_base->label(m_indices[static_cast<std::size_t>(i)]);
    }
    [[nodiscard]] Result<void> mask(std::int64_t i, std::span<std::uint8_t> out) const override
    {
        return m_base->mask(m_indices[static_cast<std::size_t>(i)], out);
    }
    [[nodiscard]] bool hasIgnoredPixels() const override { return m_base->hasIgnoredPixels(); }
    [[nodiscard]] std::int64_t residentBytes() const override { return m_base->residentBytes(); }

private:
    DatasetPtr m_base;
    std::vector<std::int64_t> m_indices;
};

} // namespace convarium::engine
