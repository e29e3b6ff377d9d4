// Picture files behind the engine's Dataset interface: decoded when they are read, kept while there is room.
#pragma once

#include "datasets/picture_file.h"
#include "engine/core/memory.h"
#include "engine/data/dataset.h"

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace convarium::datasets
{

inline constexpr std::int64_t kPictureBudget = std::int64_t{512} << 20; ///< bytes of decoded pictures that are kept

/// One picture of a class.
struct PictureEntry {
    std::string file; ///< relative to the folder of the set
    int label = 0;
    PictureInfo info;
};

/// The pictures of one part of a set, as found on the disk. Immutable.
struct PictureList {
    std::string folder;
    std::vector<std::string> classNames;
    std::vector<PictureEntry> entries;
    std::int64_t otherFiles = 0; ///< files beside the pictures that are left out
    std::string origin;          ///< where this part comes from, for people: "folder test", "20 % of each class, ..."
};

/// Room for decoded pictures, shared by all parts and sizes of one source. Thread-safe.
class PictureBudget
{
public:
    explicit PictureBudget(std::int64_t bytes) : m_free(bytes) {}
    /// Takes the bytes if they are left.
    bool take(std::int64_t bytes);
    void giveBack(std::int64_t bytes) { m_free += bytes; }

private:
    std::atomic<std::int64_t> m_free;
};

/// Pictures of one part in one size. The first reading of a picture decodes it; it is then kept as u8, as long as the
/// budget lasts, so a small set is decoded once and a large one in part. What is kept counts as memory for data.
/// Any thread may read, without locks: each picture is written once and then marked as ready.
class PictureSet final : public engine::Dataset
{
public:
    /// shape: C H W with 1 or 3 channels.
    PictureSet(std::shared_ptr<const PictureList> list, engine::Shape shape, std::shared_ptr<PictureBudget> budget);
    ~PictureSet() override;

    [[nodiscard]] std::int64_t size() const override { return static_cast<std::int64_t>(m_list->entries.size()); }
    [[nodiscard]] engine::Shape imageShape() const override { return m_shape; }
    [[nodiscard]] engine::Result<engine::DatasetPtr> scaledTo(const engine::Shape& shape) const override;
    [[nodiscard]] const std::vector<std::string>& classNames() const override { return m_list->classNames; }
    [[nodiscard]] engine::Result<void> image(std::int64_t i, std::span<std::uint8_t> out) const override;
    /// As long as not all are kept.
    [[nodiscard]] bool imagesTakeTime() const override { return m_kept.load() < size() * m_shape.elements(); }
    [[nodiscard]] int label(std::int64_t i) const override
    {
        return m_list->entries[static_cast<std::size_t>(i)].label;
    }
    [[nodiscard]] std::int64_t residentBytes() const override { return m_kept.load(); }

    [[nodiscard]] const PictureList& list() const { return *m_list; }

private:
    enum class State : std::uint8_t { Empty, Filling, Ready };
    struct Place {
        std::atomic<State> state{State::Empty};
        engine::AlignedBuffer pixels;
    };
    /// Sets of the same pictures in other sizes: while a run and a panel use one size, they share what is decoded.
    struct Sizes {
        std::mutex mutex;
        std::map<std::array<std::int64_t, 3>, std::weak_ptr<const PictureSet>> sets;
    };

    std::shared_ptr<const PictureList> m_list;
    engine::Shape m_shape;
    std::shared_ptr<PictureBudget> m_budget;
    std::shared_ptr<Sizes> m_sizes = std::make_shared<Sizes>();
    std::unique_ptr<Place[]> m_places;
    mutable std::atomic<std::int64_t> m_kept{0};
};

} // namespace convarium::datasets
