// Functions of two numbers, with operands that are spread or taken again.
#include "tests/engine/kernels/kernel_test_support.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace convarium::engine::kernels;

namespace
{

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
const std::vector<Binary> kFunctions = {Binary::Add,     Binary::Subtract, Binary::Multiply,  Binary::Divide,
                                        Binary::Maximum, Binary::Minimum,  Binary::RightSlope};

double value(Binary f, double a, double b)
{
    switch (f) {
    case Binary::Add: return a + b;
    case Binary::Subtract: return a - b;
    case Binary::Multiply: return a * b;
    case Binary::Divide: return a / b;
    case Binary::Maximum: return std::max(a, b);
    case Binary::Minimum: return std::min(a, b);
    case Binary::RightSlope: return a < 0.0 ? a * b : a;
    }
    return 0.0;
}

double slope(Binary f, double a, double b, bool ofB)
{
    const double h = 1e-7;
    return ofB ? (value(f, a, b + h) - value(f, a, b - h)) / (2 * h)
               : (value(f, a + h, b) - value(f, a - h, b)) / (2 * h);
}

/// How an operand is laid out under `rows` rows of `count`.
enum class Kind { Whole, SameRow, OnePerRow, One };
const std::vector<Kind> kKinds = {Kind::Whole, Kind::SameRow, Kind::OnePerRow, Kind::One};

struct Operand {
    std::int64_t stride;
    bool spread;
    Floats numbers;

    Operand(Kind kind, std::int64_t rows, std::int64_t count, Random& random, bool awayFromZero)
        : stride(kind == Kind::Whole       ? count
                 : kind == Kind::OnePerRow ? 1
                                           : 0),
          spread(kind == Kind::OnePerRow || kind == Kind::One), numbers((rows - 1) * stride + (spread ? 1 : count))
    {
        for (std::int64_t i = 0; i < numbers.size(); ++i)
            numbers[i] = (random.coin() ? 1.0f : -1.0f) * random.real(awayFromZero ? 0.5f : 0.01f, 2.0f);
    }
    std::int64_t index(std::int64_t row, std::int64_t i) const { return row * stride + (spread ? 0 : i); }
};

} // namespace

class BinaryKernelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void valuesAndGradientsEqualPlainLoops()
    {
        Random random(1);
        for (const KernelTable* table : tablesUnderTest())
            for (const Binary f : kFunctions)
                for (const Kind left : kKinds)
                    for (const Kind right : kKinds)
                        for (const std::int64_t rows : {1, 5})
                            for (const std::int64_t count : {1, table->width, 2 * table->width + 3})
                                check(*table, f, left, right, rows, count, random);
    }

    void nothingIsReadOrWrittenForNoNumbers()
    {
        for (const KernelTable* table : tablesUnderTest()) {
            table->binary({Binary::Add, 3, 0, nullptr, nullptr, 0, 0, 0, false, false}, nullptr);
            table->binary({Binary::Add, 0, 8, nullptr, nullptr, 8, 8, 8, false, false}, nullptr);
            table->binaryBackward({Binary::Add, 3, 0, nullptr, nullptr, 0, 0, 0, false, false}, nullptr, nullptr, true,
                                  true);
        }
    }

    void aNanOnEitherSideComesThrough()
    {
        for (const KernelTable* table : tablesUnderTest())
            for (const Binary f : kFunctions) {
                const Floats number(table->width, -1.0f), nan(table->width, kNan);
                Floats out(table->width);
                for (const bool left : {true, false}) {
                    table->binary({f, 1, table->width, left ? nan.data() : number.data(),
                                   left ? number.data() : nan.data(), table->width, table->width, table->width, false,
                                   false},
                                  out.data());
                    QVERIFY2(std::isnan(out[0]), table->name);
                }
            }
    }

    void equalNumbersShareTheGradientOfTheLargest()
    {
        for (const KernelTable* table : tablesUnderTest())
            for (const Binary f : {Binary::Maximum, Binary::Minimum})
                for (const bool ofB : {false, true}) {
                    const Floats same(table->width, 3.0f), outGradient(table->width, 4.0f);
                    Floats gradient(table->width);
                    const std::int64_t n = table->width;
                    table->binaryBackward({f, 1, n, same.data(), same.data(), n, n, n, false, false},
                                          outGradient.data(), gradient.data(), ofB, false);
                    QCOMPARE(gradient[0], 2.0f);
                }
    }

private:
    static void check(const KernelTable& table, Binary f, Kind left, Kind right, std::int64_t rows, std::int64_t count,
                      Random& random)
    {
        const Operand a(left, rows, count, random, false);
        const Operand b(right, rows, count, random, f == Binary::Divide);
        const std::int64_t stride = count + 2; // rows of the output need not touch
        const BinaryArgs args{f,        rows,     count,  a.numbers.data(), b.numbers.data(),
                              a.stride, b.stride, stride, a.spread,         b.spread};
        Floats out((rows - 1) * stride + count);
        table.binary(args, out.data());
        QVERIFY2(out.guardsIntact(), table.name);
        const Floats outGradient = random.floats(out.size());
        std::vector<double> wanted[2];
        wanted[0].resize(std::size_t(a.numbers.size()));
        wanted[1].resize(std::size_t(b.numbers.size()));
        for (std::int64_t r = 0; r < rows; ++r)
            for (std::int64_t i = 0; i < count; ++i) {
                const double x = double(a.numbers[a.index(r, i)]), y = double(b.numbers[b.index(r, i)]);
                QVERIFY2(isClose(double(out[r * stride + i]), value(f, x, y), 1e-6, 4.0), table.name);
                const double g = double(outGradient[r * stride + i]);
                wanted[0][std::size_t(a.index(r, i))] += g * slope(f, x, y, false);
                wanted[1][std::size_t(b.index(r, i))] += g * slope(f, x, y, true);
            }
        for (const bool ofB : {false, true}) {
            const Operand& operand = ofB ? b : a;
            const bool own = !operand.spread && (operand.stride != 0 || rows == 1);
            for (const bool accumulate : {true, false}) {
                if (!accumulate && !own)
                    continue;
                Floats gradient(operand.numbers.size(), 0.5f);
                table.binaryBackward(args, outGradient.data(), gradient.data(), ofB, accumulate);
                QVERIFY2(gradient.guardsIntact(), table.name);
                for (std::int64_t i = 0; i < gradient.size(); ++i)
                    QVERIFY2(isClose(double(gradient[i]), wanted[ofB][std::size_t(i)] + (accumulate ? 0.5 : 0.0), 5e-6,
                                     20.0),
                             QByteArray(table.name) + " function " + QByteArray::number(int(f)));
            }
        }
    }
};

QTEST_GUILESS_MAIN(BinaryKernelTest)
#include "binary_kernel_test.moc"
