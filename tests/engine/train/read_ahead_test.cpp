// Images that a thread of its own reads beforehand: the same bytes, the same failures, and nobody waits for it.
#include "engine/data/read_ahead.h"
#include "engine/train/trainer.h"
#include "tests/support/graphs.h"

#include <QTest>
#include <algorithm>
#include <condition_variable>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

/// Counts how often each image is read. The first reading of one of them may fail, or last until release().
class Watched final : public Dataset
{
public:
    explicit Watched(std::int64_t images, bool takeTime = true)
        : m_reads(static_cast<std::size_t>(images)), m_takeTime(takeTime)
    {
    }
    [[nodiscard]] std::int64_t size() const override { return static_cast<std::int64_t>(m_reads.size()); }
    [[nodiscard]] Shape imageShape() const override { return Shape{1, 4, 6}; }
    [[nodiscard]] const std::vector<std::string>& classNames() const override { return m_names; }
    [[nodiscard]] int label(std::int64_t i) const override { return static_cast<int>(i % 2); }
    [[nodiscard]] bool imagesTakeTime() const override { return m_takeTime; }
    [[nodiscard]] Result<void> image(std::int64_t i, std::span<std::uint8_t> out) const override
    {
        std::unique_lock lock(m_mutex);
        const bool first = ++m_reads[static_cast<std::size_t>(i)] == 1;
        if (i == broken)
            return Error{ErrorCode::BadFormat, "The picture 'x.png' is broken.", "Replace it.", {-1, {}, "x.png", -1}};
        if (i == slow && first)
            m_wake.wait(lock, [this] { return m_released; });
        for (std::size_t k = 0; k < out.size(); ++k)
            out[k] = static_cast<std::uint8_t>(7 * i + static_cast<std::int64_t>(k));
        return {};
    }
    void release() const
    {
        const std::scoped_lock lock(m_mutex);
        m_released = true;
        m_wake.notify_all();
    }
    [[nodiscard]] int reads(std::int64_t i) const
    {
        const std::scoped_lock lock(m_mutex);
        return m_reads[static_cast<std::size_t>(i)];
    }

    std::int64_t broken = -1, slow = -1;

private:
    mutable std::mutex m_mutex;
    mutable std::condition_variable m_wake;
    mutable std::vector<int> m_reads;
    mutable bool m_released = false;
    bool m_takeTime;
    std::vector<std::string> m_names{"even", "odd"};
};

bool hasItsBytes(const Dataset& data, std::int64_t i)
{
    std::vector<std::uint8_t> got(static_cast<std::size_t>(data.imageShape().elements()));
    if (!data.image(i, got))
        return false;
    for (std::size_t k = 0; k < got.size(); ++k)
        if (got[k] != static_cast<std::uint8_t>(7 * i + static_cast<std::int64_t>(k)))
            return false;
    return true;
}

} // namespace

class ReadAheadTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void announcedImagesAreReadOnceAndBeforehand()
    {
        const auto base = std::make_shared<Watched>(40);
        ReadAhead ahead(base);
        const std::vector<std::vector<std::uint32_t>> batches{{5, 3, 20, 4}, {9, 1, 0, 2, 30}, {7}, {}, {8, 6}};
        for (std::size_t b = 0; b <= batches.size(); ++b) {
            ahead.announce(b < batches.size() ? batches[b] : std::vector<std::uint32_t>());
            ahead.waitUntilRead();
            for (const std::uint32_t i : b == 0 ? std::vector<std::uint32_t>() : batches[b - 1]) {
                QCOMPARE(base->reads(i), 1);
                QVERIFY(hasItsBytes(ahead, i));
                QCOMPARE(base->reads(i), 1);
            }
        }
    }

    void otherImagesAreReadAtOnce()
    {
        const auto base = std::make_shared<Watched>(40);
        ReadAhead ahead(base);
        QVERIFY(hasItsBytes(ahead, 11)); // nothing was announced yet
        ahead.announce(std::vector<std::uint32_t>{3, 4});
        ahead.waitUntilRead();
        QVERIFY(hasItsBytes(ahead, 3)); // not before the next announcement: the batch before has its turn
        QCOMPARE(base->reads(3), 2);
        ahead.announce(std::vector<std::uint32_t>{5});
        ahead.waitUntilRead();
        for (const int i : {12, 0, 39})
            QVERIFY(hasItsBytes(ahead, i));
        QVERIFY(hasItsBytes(ahead, 4));
        QCOMPARE(base->reads(4), 1);
    }

    void nobodyWaitsForAReadingThatLasts()
    {
        const auto base = std::make_shared<Watched>(10);
        base->slow = 2;
        ReadAhead ahead(base);
        ahead.announce(std::vector<std::uint32_t>{2, 3});
        QTRY_COMPARE(base->reads(2), 1);
        ahead.announce(std::vector<std::uint32_t>{4});
        QVERIFY(hasItsBytes(ahead, 2));
        QVERIFY(hasItsBytes(ahead, 3));
        QCOMPARE(base->reads(2), 2);
        base->release();
        ahead.waitUntilRead();
        QCOMPARE(base->reads(3), 1);                         // its batch had its turn: not read once more
        ahead.announce(std::vector<std::uint32_t>{1, 0, 3}); // into memory that was used before
        ahead.waitUntilRead();
        QVERIFY(hasItsBytes(ahead, 4));
        ahead.announce({});
        for (const int i : {0, 1, 3})
            QVERIFY(hasItsBytes(ahead, i));
    }

    void whoAsksForABrokenImageHearsOfIt()
    {
        const auto base = std::make_shared<Watched>(10);
        base->broken = 6;
        ReadAhead ahead(base);
        ahead.announce(std::vector<std::uint32_t>{5, 6, 7});
        ahead.waitUntilRead();
        ahead.announce({});
        std::vector<std::uint8_t> out(24);
        const auto read = ahead.image(6, out);
        QVERIFY(!read.has_value());
        QVERIFY(QString::fromStdString(read.error().text()).contains("x.png"));
        QVERIFY(hasItsBytes(ahead, 5));
        QVERIFY(hasItsBytes(ahead, 7));
    }

    void endsInTheMiddleOfABatch()
    {
        const auto base = std::make_shared<Watched>(1000);
        for (int round = 0; round < 50; ++round) {
            ReadAhead ahead(base);
            std::vector<std::uint32_t> all(1000);
            for (std::uint32_t i = 0; i < 1000; ++i)
                all[i] = i;
            ahead.announce(all);
            if (round % 2 == 0)
                ahead.announce(all);
        }
    }

    void aRunLearnsTheSame()
    {
        GraphMaker m("small");
        m.input(1, 4, 6);
        m.add("flatten");
        m.dense(5);
        m.add("relu");
        m.dense(2);
        std::vector<WeightMap> weights;
        for (const bool takeTime : {false, true}) {
            const auto base = std::make_shared<Watched>(50, takeTime);
            TrainConfig c;
            c.epochs = 3;
            c.batch = 8;
            c.threads = 2;
            DatasetBundle data;
            data.name = "watched";
            data.train = base;
            class Sink final : public TrainingSink
            {
            public:
                void snapshot(std::shared_ptr<const TrainingState> state) override { last = std::move(state); }
                std::shared_ptr<const TrainingState> last;
            } sink;
            TrainControl control;
            Trainer trainer(m.graph(), c, data);
            const DoneEvent done = trainer.run(control, sink);
            QVERIFY(!done.error);
            weights.push_back(*sink.last->weights);
        }
        QVERIFY(weights[0] == weights[1]);
    }
};

QTEST_GUILESS_MAIN(ReadAheadTest)
#include "read_ahead_test.moc"
