#include "engine/core/memory.h"

#include <QFile>
#include <QTest>
#include <algorithm>
#include <cstdint>
#include <new>

using namespace convarium::engine;

namespace
{

/// Bytes of this process that lie in memory; -1 where the system does not tell.
qint64 residentBytes()
{
    QFile file(QStringLiteral("/proc/self/status"));
    if (!file.open(QIODevice::ReadOnly))
        return -1;
    for (const QByteArray& line : file.readAll().split('\n'))
        if (line.startsWith("VmRSS:"))
            return line.mid(6).trimmed().split(' ').first().toLongLong() * 1024;
    return -1;
}

} // namespace

class MemoryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void buffersAreAlignedZeroedAndCounted_data()
    {
        QTest::addColumn<qulonglong>("bytes");
        for (const qulonglong bytes : {1ull, 63ull, 64ull, 4095ull, (4ull << 20) - 1, 4ull << 20, (4ull << 20) + 1,
                                       (6ull << 20) + 4096, (9ull << 20) + 12345})
            QTest::addRow("%llu", bytes) << bytes;
    }

    void buffersAreAlignedZeroedAndCounted()
    {
        QFETCH(qulonglong, bytes);
        const std::int64_t before = memoryInUse().total();
        for (int round = 0; round < 3; ++round) { // what was given back comes again as zeros
            AlignedBuffer buffer(bytes, MemoryCategory::Workspace);
            QCOMPARE(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64, std::uintptr_t{0});
            auto* data = reinterpret_cast<unsigned char*>(buffer.data());
            QVERIFY(std::all_of(data, data + bytes, [](unsigned char c) { return c == 0; }));
            std::fill(data, data + bytes, static_cast<unsigned char>(0xab));
            QCOMPARE(memoryInUse().total() - before, static_cast<std::int64_t>(bytes));
        }
        QCOMPARE(memoryInUse().total(), before);
    }

    void aLargeBufferTakesRoomOnlyOnceItIsTouched()
    {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        QSKIP("a sanitizer keeps books of its own in memory");
#endif
        if (residentBytes() < 0)
            QSKIP("the system does not tell the memory of a process");
        constexpr std::size_t kBytes = std::size_t{256} << 20;
        const qint64 before = residentBytes();
        AlignedBuffer buffer(kBytes, MemoryCategory::Weights);
        QVERIFY(residentBytes() - before < 16 << 20);
        auto* data = buffer.data();
        std::fill(data, data + kBytes / 2, std::byte{1});
        const qint64 half = residentBytes() - before;
        QVERIFY2(half > 120 << 20 && half < 150 << 20, qPrintable(QString::number(half)));
    }

    void moreThanThereIsIsRefused()
    {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        QSKIP("a sanitizer ends the program instead");
#endif
        bool refused = false;
        try {
            const AlignedBuffer buffer(std::size_t{1} << 60, MemoryCategory::Data);
        } catch (const std::bad_alloc&) {
            refused = true;
        }
        QVERIFY(refused);
    }
};

QTEST_APPLESS_MAIN(MemoryTest)
#include "memory_test.moc"
