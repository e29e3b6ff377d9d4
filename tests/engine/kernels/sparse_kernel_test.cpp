// The sparse way back through pooling and convolution: lists, both gradients and the transposition against plain loops.
#include "tests/engine/kernels/kernel_test_support.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace convarium::engine::kernels;

namespace
{

using Ints = Buffer<std::int32_t>;

/// Lists of random entries, some of them empty, whose offsets leave room for a kernel of `rows` rows.
struct Lists {
    std::int64_t channels, room, rows, rowFloats, rowStep, imageFloats;
    Ints offset, count;
    Floats value;

    Lists(const KernelTable& table, Random& random, std::int64_t channelCount, std::int64_t roomCount,
          std::int64_t rowCount, std::int64_t vectors)
        : channels(channelCount), room(roomCount), rows(rowCount), rowFloats(vectors * table.width),
          rowStep(rowFloats + random.whole(0, 7)), imageFloats(rows * rowStep + 40), offset(channels * room),
          count(channels), value(random.floats(channels * room))
    {
        for (std::int64_t c = 0; c < channels; ++c)
            count[c] = random.coin() ? static_cast<std::int32_t>(random.whole(0, room)) : 0;
        for (std::int64_t i = 0; i < offset.size(); ++i)
            offset[i] = static_cast<std::int32_t>(random.whole(0, 40));
    }
    QByteArray text(const KernelTable& table) const
    {
        return QByteArray(table.name) + ": channels " + QByteArray::number(channels) + ", rows " +
               QByteArray::number(rows) + ", row floats " + QByteArray::number(rowFloats);
    }
};

void checkGradients(const KernelTable& table, const Lists& l, Random& random, bool weights, bool input, bool accumulate)
{
    const std::int64_t size = l.channels * l.rows * l.rowFloats;
    const Floats in = random.floats(l.imageFloats);
    const Floats weight = random.floats(size);
    // Old contents must not matter where nothing accumulates.
    const Floats sumBefore = accumulate ? random.floats(size) : Floats(size, std::numeric_limits<float>::quiet_NaN());
    const Floats gradientBefore = random.floats(l.imageFloats);
    Floats sum = sumBefore;
    Floats gradient = gradientBefore;
    table.sparseGradient({l.offset.data(), l.value.data(), l.count.data(), l.room, l.channels, l.rows, l.rowFloats,
                          l.rowStep, in.data(), weights ? sum.data() : nullptr, accumulate, weight.data(),
                          input ? gradient.data() : nullptr});
    QVERIFY2(sum.guardsIntact() && gradient.guardsIntact(), l.text(table));
    std::vector<double> wanted(static_cast<std::size_t>(l.imageFloats));
    for (std::int64_t i = 0; i < l.imageFloats; ++i)
        wanted[static_cast<std::size_t>(i)] = double(gradientBefore[i]);
    for (std::int64_t c = 0; c < l.channels; ++c)
        for (std::int64_t row = 0; row < l.rows; ++row)
            for (std::int64_t i = 0; i < l.rowFloats; ++i) {
                const std::int64_t at = (c * l.rows + row) * l.rowFloats + i;
                double total = accumulate ? double(sumBefore[at]) : 0.0;
                for (std::int64_t e = c * l.room; e < c * l.room + l.count[c]; ++e) {
                    const std::int64_t pixel = l.offset[e] + row * l.rowStep + i;
                    total += double(l.value[e]) * double(in[pixel]);
                    wanted[static_cast<std::size_t>(pixel)] += double(l.value[e]) * double(weight[at]);
                }
                if (weights && !isClose(double(sum[at]), total, 1e-6, 1.0 + double(l.count[c])))
                    QFAIL(l.text(table) + ": weight gradient at " + QByteArray::number(at));
            }
    for (std::int64_t i = 0; i < l.imageFloats && input; ++i)
        if (!isClose(double(gradient[i]), wanted[static_cast<std::size_t>(i)], 1e-6, 1.0 + double(l.channels * l.room)))
            QFAIL(l.text(table) + ": input gradient at " + QByteArray::number(i));
}

} // namespace

class SparseKernelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void listsHoldWhatIsNotZeroInTheOrderOfThePixels();
    void gradientsEqualPlainLoops();
    void transposedSumsLieInThePackedLayout();
    void transposedTilesLieWhereTheyShould();
};

void SparseKernelTest::listsHoldWhatIsNotZeroInTheOrderOfThePixels()
{
    Random random(1);
    for (const KernelTable* table : tablesUnderTest())
        for (int i = 0; i < 60; ++i) {
            const std::int64_t rows = random.whole(1, 9), columns = random.pick<std::int64_t>({1, 2, 7, 33, 70});
            const std::int64_t channels = random.pick(lengthsFor(*table)) + 1;
            const std::int64_t lanes = roundUp(channels, table->width);
            const std::int64_t pixels = rows * columns, room = pixels + random.whole(0, 3);
            Floats gradient(pixels * lanes);
            Buffer<std::uint16_t> cell(pixels * lanes);
            for (std::int64_t p = 0; p < pixels; ++p)
                for (std::int64_t c = 0; c < channels; ++c) {
                    gradient[p * lanes + c] = random.coin() ? random.real() : 0.0f;
                    cell[p * lanes + c] = static_cast<std::uint16_t>(random.whole(0, 5));
                }
            gradient[0] = std::numeric_limits<float>::quiet_NaN(); // is not left out
            Ints cellOffset(6);
            for (std::int64_t k = 0; k < 6; ++k)
                cellOffset[k] = static_cast<std::int32_t>(random.whole(-9, 99));
            Ints offset(channels * room), count(lanes, 9); // old counts must not matter
            Floats value(channels * room);
            const Floats biasBefore = random.floats(lanes);
            Floats bias = biasBefore;
            table->listPooledGradient({gradient.data(), cell.data(), cellOffset.data(), rows, columns, lanes, channels,
                                       100, 10, offset.data(), value.data(), count.data(), room, bias.data()});
            QVERIFY(offset.guardsIntact() && value.guardsIntact() && count.guardsIntact() && bias.guardsIntact());
            for (std::int64_t c = 0; c < channels; ++c) {
                std::int64_t n = 0;
                double sum = double(biasBefore[c]);
                for (std::int64_t p = 0; p < pixels; ++p) {
                    const float g = gradient[p * lanes + c];
                    sum += double(g);
                    if (g == 0.0f)
                        continue;
                    QCOMPARE(std::int64_t{offset[c * room + n]},
                             p / columns * 100 + p % columns * 10 + cellOffset[cell[p * lanes + c]]);
                    QVERIFY(value[c * room + n] == g || (std::isnan(g) && std::isnan(value[c * room + n])));
                    ++n;
                }
                QCOMPARE(std::int64_t{count[c]}, n);
                QVERIFY(isClose(double(bias[c]), sum, 1e-6, 1.0 + double(pixels)));
            }
            for (std::int64_t c = channels; c < lanes; ++c)
                QCOMPARE(count[c], 0);
        }
}

void SparseKernelTest::gradientsEqualPlainLoops()
{
    Random random(2);
    for (const KernelTable* table : tablesUnderTest())
        for (std::int64_t vectors = 1; vectors <= 30; ++vectors)
            for (const bool accumulate : {false, true}) {
                const Lists l(*table, random, random.whole(1, 5), random.whole(1, 12), random.whole(1, 4), vectors);
                checkGradients(*table, l, random, true, true, accumulate);
                checkGradients(*table, l, random, true, false, accumulate);
                checkGradients(*table, l, random, false, true, accumulate);
            }
}

void SparseKernelTest::transposedSumsLieInThePackedLayout()
{
    Random random(3);
    for (const KernelTable* table : tablesUnderTest())
        for (std::int64_t vectors = 1; vectors <= 2 * table->block / table->width + 1; ++vectors)
            for (int i = 0; i < 6; ++i) {
                const std::int64_t columns = vectors * table->width, taps = random.whole(1, 5);
                const std::int64_t channels = random.whole(1, 2 * table->width + 1);
                const std::int64_t lanes = roundUp(channels, table->width), depth = taps * channels;
                const Floats in = random.floats(columns * taps * lanes);
                const Floats before = random.floats(depth * columns);
                for (const bool accumulate : {false, true}) {
                    Floats out = before;
                    table->addTransposed({in.data(), out.data(), taps, channels, lanes, columns, accumulate});
                    QVERIFY(out.guardsIntact());
                    for (std::int64_t j = 0; j < columns; ++j)
                        for (std::int64_t k = 0; k < depth; ++k) {
                            const std::int64_t at = packedIndex(*table, depth, columns, k, j);
                            const float x = in[(j * taps + k / channels) * lanes + k % channels];
                            QCOMPARE(out[at], accumulate ? before[at] + x : x);
                        }
                }
            }
}

void SparseKernelTest::transposedTilesLieWhereTheyShould()
{
    Random random(4);
    for (const KernelTable* table : tablesUnderTest())
        for (int i = 0; i < 60; ++i) {
            const std::int64_t rows = random.whole(1, 3 * table->width), columns = random.whole(1, 3 * table->width);
            const std::int64_t inStep = columns + random.whole(0, 5), outStep = rows + random.whole(0, 5);
            const Floats in = random.floats((rows - 1) * inStep + columns);
            const Floats before = random.floats(columns * outStep);
            Floats out = before;
            table->transpose(in.data(), inStep, out.data(), outStep, rows, columns);
            QVERIFY(out.guardsIntact());
            for (std::int64_t y = 0; y < columns; ++y)
                for (std::int64_t x = 0; x < outStep; ++x)
                    QCOMPARE(out[y * outStep + x], x < rows ? in[x * inStep + y] : before[y * outStep + x]);
        }
}

QTEST_GUILESS_MAIN(SparseKernelTest)
#include "sparse_kernel_test.moc"
