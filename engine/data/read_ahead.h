// The next batch is read while the engine computes the current one.
#pragma once

#include "engine/core/memory.h"
#include "engine/data/dataset.h"

#include <condition_variable>
#include <thread>

namespace convarium::engine
{

/// The images of another set. Those that were announced are read, in order, by a thread of its own that takes only the
/// time others leave; whoever asks for an image that is not ready reads it itself, so nobody waits. Which bytes come
/// out does not depend on who read them. For sets whose images take time (Dataset::imagesTakeTime()).
class ReadAhead final : public Dataset
{
public:
    explicit ReadAhead(DatasetPtr base);
    ~ReadAhead() override;
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    /// The images that will be asked for after those announced before, which are kept, and no others, until then. Not
    /// while another thread is in image().
    void announce(std::span<const std::uint32_t> images);
    /// What it holds: one batch for those who ask, one that is being read.
    static std::int64_t bytesFor(const Shape& image, std::int64_t batch) { return 2 * batch * image.elements(); }
    /// Blocks until the announced images are ready or have failed; for tests.
    void waitUntilRead() const;

    [[nodiscard]] std::int64_t size() const override { return m_base->size(); }
    [[nodiscard]] Shape imageShape() const override { return m_base->imageShape(); }
    [[nodiscard]] TargetKind targetKind() const override { return m_base->targetKind(); }
    [[nodiscard]] const std::vector<std::string>& classNames() const override { return m_base->classNames(); }
    [[nodiscard]] Result<void> image(std::int64_t i, std::span<std::uint8_t> out) const override;
    [[nodiscard]] int label(std::int64_t i) const override { return m_base->label(i); }
    [[nodiscard]] Result<void> mask(std::int64_t i, std::span<std::uint8_t> out) const override
    {
        return m_base->mask(i, out);
    }
    [[nodiscard]] bool hasIgnoredPixels() const override { return m_base->hasIgnoredPixels(); }
    [[nodiscard]] bool imagesTakeTime() const override { return m_base->imagesTakeTime(); }
    [[nodiscard]] std::int64_t residentBytes() const override { return m_base->residentBytes(); }

private:
    enum class State : std::uint8_t { Open, Reading, Ready, Left }; ///< Left: to whoever asks for it
    struct Batch {
        std::vector<std::uint32_t> images; ///< in the order in which they will be asked for
        std::vector<std::uint32_t> order;  ///< places in `images`, by image
        std::unique_ptr<std::atomic<State>[]> states;
        std::size_t room = 0; ///< of states and pixels, in images
        AlignedBuffer pixels;
    };

    void fill(Batch& batch, std::span<const std::uint32_t> images) const;
    void work();
    void read(Batch& batch) const;
    [[nodiscard]] std::size_t imageBytes() const { return static_cast<std::size_t>(m_base->imageShape().elements()); }
    [[nodiscard]] std::span<std::uint8_t> pixels(Batch& batch, std::size_t place) const
    {
        return {batch.pixels.as<std::uint8_t>() + place * imageBytes(), imageBytes()};
    }

    DatasetPtr m_base;
    std::shared_ptr<Batch> m_current; ///< read by any thread, changed between steps only
    mutable std::mutex m_mutex;
    mutable std::condition_variable m_wake, m_done;
    std::shared_ptr<Batch> m_next;  ///< being read, then the current one
    std::shared_ptr<Batch> m_spare; ///< its memory is used again
    bool m_toRead = false;          ///< m_next has not been begun
    bool m_busy = false;
    std::atomic<bool> m_stop{false}; ///< what is being read is not wanted any more
    bool m_quit = false;
    std::thread m_thread; ///< last, so that everything it uses exists when it starts
};

} // namespace convarium::engine
