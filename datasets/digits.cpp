#include "datasets/digits.h"

#include "datasets/digit_renderer.h"
#include "datasets/idx.h"
#include "engine/core/parallel.h"

#include <QFile>
#include <QSaveFile>

#include <algorithm>
#include <array>
#include <atomic>
#include <new>
#include <zlib.h>

namespace convarium::datasets
{

using engine::CountedRng;
using engine::DatasetBundle;
using engine::Error;
using engine::ErrorCode;
using engine::InMemoryDataset;
using engine::Result;
using DigitsPtr = std::shared_ptr<const InMemoryDataset>;

namespace
{

/// Part of the cache's name. Raise it with every change that alters a pixel or a label.
constexpr int kGeneratorVersion = 3;
constexpr std::int64_t kLabelBlock = 100;
constexpr std::int64_t kWorkBlock = 200; // images a thread takes at a time; a multiple of the label block

/// The labels of one block: each digit ten times, in random order.
std::array<std::uint8_t, kLabelBlock> labelBlock(std::uint64_t seed, std::uint32_t split, std::int64_t block)
{
    const CountedRng rng(seed, engine::RandomPurpose::Digits, 1, split);
    std::array<std::uint8_t, kLabelBlock> labels{};
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] = static_cast<std::uint8_t>(i % 10);
    for (std::uint32_t i = kLabelBlock - 1; i > 0; --i)
        std::swap(labels[i], labels[rng.below(i + 1, static_cast<std::uint32_t>(block), i)]);
    return labels;
}

std::vector<std::string> digitNames()
{
    std::vector<std::string> names;
    for (int i = 0; i < 10; ++i)
        names.push_back(std::to_string(i));
    return names;
}

DatasetBundle bundleOf(engine::DatasetPtr train, engine::DatasetPtr test)
{
    return {"digits", "Generated digits", std::move(train), nullptr, std::move(test)};
}

std::string checksumText(const DatasetBundle& bundle)
{
    uLong sum = crc32(0, nullptr, 0);
    for (const engine::Dataset* set : {bundle.train.get(), bundle.test.get()}) {
        const auto& memory = static_cast<const InMemoryDataset&>(*set);
        sum = crc32_z(sum, memory.pixels().data(), memory.pixels().size());
        sum = crc32_z(sum, memory.labels().data(), memory.labels().size());
    }
    return "crc32 " + std::to_string(sum) + "\n";
}

QString checksumFile()
{
    return QString::fromStdString(digitsCacheFolder() + "/checksum.txt");
}

/// The cached set if it is there and whole.
Result<DatasetBundle> readCache(const Progress& progress, std::int64_t trainCount, std::int64_t testCount)
{
    auto cached = openIdxFolder(digitsCacheFolder(), progress);
    if (!cached)
        return cached;
    const Error damaged{
        ErrorCode::BadFormat, "The cached digits in '" + digitsCacheFolder() + "' are damaged.", "", {}};
    if (!cached->test || cached->train->size() != trainCount || cached->test->size() != testCount)
        return damaged;
    DatasetBundle bundle = bundleOf(cached->train, cached->test);
    QFile file(checksumFile());
    if (!file.open(QIODevice::ReadOnly) || file.read(100).toStdString() != checksumText(bundle))
        return damaged;
    return bundle;
}

Result<void> writeCache(const DatasetBundle& bundle)
{
    QFile::remove(checksumFile()); // while files are being replaced nothing vouches for them
    if (auto ok = writeIdxFolder(digitsCacheFolder(), static_cast<const InMemoryDataset&>(*bundle.train),
                                 static_cast<const InMemoryDataset&>(*bundle.test));
        !ok)
        return ok;
    QSaveFile file(checksumFile());
    const QByteArray text = QByteArray::fromStdString(checksumText(bundle));
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit())
        return Error{ErrorCode::Io, "The checksum of the cached digits cannot be written.", "", {}};
    return {};
}

} // namespace

Result<DigitsPtr> generateDigits(const DigitsRequest& request, const Progress& progress)
{
    constexpr std::int64_t kMost = 100'000'000;
    if (request.count < 0 || request.count > kMost)
        return Error{ErrorCode::InvalidArgument,
                     "Between 0 and " + std::to_string(kMost) + " digits can be generated, not " +
                         std::to_string(request.count) + ".",
                     "Choose a number in that range.",
                     {}};
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> labels;
    try {
        pixels.resize(static_cast<std::size_t>(request.count) * kDigitPixels);
        labels.resize(static_cast<std::size_t>(request.count));
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::OutOfMemory,
                     "There is not enough memory for " + std::to_string(request.count) + " generated digits.",
                     "Ask for fewer.",
                     {}};
    }

    const std::string phase = request.split == 0 ? "Drawing training digits" : "Drawing test digits";
    std::atomic<std::int64_t> next{0};
    std::atomic<std::int64_t> done{0};
    std::atomic<bool> cancelled{false};
    const auto work = [&](int thread) {
        while (!cancelled.load(std::memory_order_relaxed)) {
            const std::int64_t begin = next.fetch_add(kWorkBlock);
            if (begin >= request.count)
                break;
            const std::int64_t end = std::min(begin + kWorkBlock, request.count);
            std::array<std::uint8_t, kLabelBlock> block{};
            for (std::int64_t i = begin; i < end; ++i) {
                if (i % kLabelBlock == 0)
                    block = labelBlock(request.seed, request.split, i / kLabelBlock);
                const auto at = static_cast<std::size_t>(i);
                labels[at] = block[static_cast<std::size_t>(i % kLabelBlock)];
                ImageRandom random(request.seed, request.split, static_cast<std::uint32_t>(i));
                drawDigit(labels[at], random,
                          std::span<std::uint8_t, kDigitPixels>(&pixels[at * kDigitPixels], kDigitPixels));
            }
            const std::int64_t sum = done.fetch_add(end - begin) + end - begin;
            // Thread 0 is the caller's own: nobody else's progress function runs on a foreign thread.
            if (thread == 0 && progress && !progress(phase, sum, request.count))
                cancelled = true;
        }
    };
    engine::parallel(request.threads > 0 ? request.threads : engine::availableThreads(), work);
    if (!cancelled && progress && !progress(phase, request.count, request.count))
        cancelled = true;
    if (cancelled)
        return Error{ErrorCode::Cancelled, "Generating the digits was cancelled.", "", {}};
    return DigitsPtr(std::make_shared<InMemoryDataset>(engine::Shape{1, kDigitSize, kDigitSize}, std::move(pixels),
                                                       std::move(labels), digitNames()));
}

std::string digitsCacheFolder()
{
    return dataFolder() + "/digits/v" + std::to_string(kGeneratorVersion);
}

Result<DatasetBundle> openDigits(const Progress& progress, std::int64_t trainCount, std::int64_t testCount)
{
    if (findIdx(digitsCacheFolder()).complete()) {
        auto cached = readCache(progress, trainCount, testCount);
        if (cached || cached.error().code == ErrorCode::Cancelled)
            return cached;
    }
    auto train = generateDigits({kDigitsSeed, 0, trainCount, 0}, progress);
    if (!train)
        return train.error();
    auto test = generateDigits({kDigitsSeed, 1, testCount, 0}, progress);
    if (!test)
        return test.error();
    DatasetBundle bundle = bundleOf(*train, *test);
    // A cache that cannot be written costs a few seconds at the next start, nothing else.
    [[maybe_unused]] const auto cachedOrNot = writeCache(bundle);
    return bundle;
}

} // namespace convarium::datasets
