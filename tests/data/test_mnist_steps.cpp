// Drawn strokes become the picture that MNIST's rules ask for. Fifty stored drawings are compared with an independent
// computation: exact lengths of ink on many lines through each pixel instead of depths on a grid and sums of areas.
#include "datasets/mnist_steps.h"

#include <QFile>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace convarium::datasets;

namespace
{

struct StoredDrawing {
    int digit = 0;
    DrawnStrokes strokes;
};

std::vector<StoredDrawing> storedDrawings()
{
    QFile file(QStringLiteral(CONVARIUM_SOURCE_DIR "/tests/data/drawings.txt"));
    std::vector<StoredDrawing> all;
    float pen = 0;
    if (!file.open(QIODevice::ReadOnly))
        return all;
    for (const QByteArray& text : file.readAll().split('\n')) {
        QList<QByteArray> words = text.split(' ');
        if (text.isEmpty() || text.startsWith('#'))
            continue;
        if (words.size() == 2 && words[0].size() == 1) {
            all.push_back({words[0].toInt(), {}});
            pen = words[1].toFloat();
            continue;
        }
        DrawnStroke stroke;
        stroke.erases = words[0] == "-";
        const float radius = stroke.erases ? words[1].toFloat() : pen;
        for (qsizetype i = stroke.erases ? 2 : 0; i + 1 < words.size(); i += 2)
            stroke.line.push_back({words[i].toFloat(), words[i + 1].toFloat(), radius});
        all.back().strokes.push_back(stroke);
    }
    return all;
}

/// Parts of a horizontal line, disjoint.
class Parts
{
public:
    void add(double a, double b)
    {
        remove(a, b);
        m_parts.emplace_back(a, b);
    }
    void remove(double a, double b)
    {
        std::vector<std::pair<double, double>> left;
        for (const auto& [from, to] : m_parts) {
            if (from < std::min(to, a))
                left.emplace_back(from, std::min(to, a));
            if (std::max(from, b) < to)
                left.emplace_back(std::max(from, b), to);
        }
        m_parts = left;
    }
    [[nodiscard]] double lengthWithin(double a, double b) const
    {
        double sum = 0;
        for (const auto& [from, to] : m_parts)
            sum += std::max(0.0, std::min(to, b) - std::max(from, a));
        return sum;
    }
    [[nodiscard]] const std::vector<std::pair<double, double>>& all() const { return m_parts; }

private:
    std::vector<std::pair<double, double>> m_parts;
};

/// Where the line at height y meets the ink, in pixels of the ink.
Parts inkAt(const DrawnStrokes& strokes, double y)
{
    Parts parts;
    for (const DrawnStroke& stroke : strokes)
        for (std::size_t i = 0; i < std::max<std::size_t>(1, stroke.line.size() - 1); ++i) {
            // Two discs and the rectangle between them: together convex, so the line meets them in one piece.
            const InkPoint& a = stroke.line[i];
            const InkPoint& b = stroke.line[std::min(i + 1, stroke.line.size() - 1)];
            const double r = double(a.radius) * 18, ax = double(a.x) * 18, ay = double(a.y) * 18;
            const double bx = double(b.x) * 18, by = double(b.y) * 18;
            double low = 1e9, high = -1e9;
            for (const auto& [cx, cy] : {std::pair{ax, ay}, {bx, by}})
                if (const double h = r * r - (y - cy) * (y - cy); h > 0) {
                    low = std::min(low, cx - std::sqrt(h));
                    high = std::max(high, cx + std::sqrt(h));
                }
            const double length = std::hypot(bx - ax, by - ay);
            if (length > 0) {
                const double nx = -(by - ay) / length * r, ny = (bx - ax) / length * r;
                const std::array<std::pair<double, double>, 4> corners{
                    {{ax + nx, ay + ny}, {bx + nx, by + ny}, {bx - nx, by - ny}, {ax - nx, ay - ny}}};
                for (std::size_t k = 0; k < 4; ++k) {
                    const auto [px, py] = corners[k];
                    const auto [qx, qy] = corners[(k + 1) % 4];
                    if ((py < y) == (qy < y))
                        continue;
                    const double x = px + (y - py) / (qy - py) * (qx - px);
                    low = std::min(low, x);
                    high = std::max(high, x);
                }
            }
            low = std::max(low, 0.0);
            high = std::min(high, 504.0);
            if (low < high)
                stroke.erases ? parts.remove(low, high) : parts.add(low, high);
        }
    return parts;
}

/// The whole way in one function, as the paper tells it.
std::vector<int> independent(const DrawnStrokes& strokes)
{
    int left = 504, right = 0, top = 504, bottom = 0;
    for (int y = 0; y < 504; ++y) {
        const Parts parts = inkAt(strokes, y + 0.5);
        for (const auto& [from, to] : parts.all()) {
            const int first = int(std::ceil(from - 0.5)), last = int(std::floor(to - 0.5));
            if (first > last)
                continue;
            left = std::min(left, first);
            right = std::max(right, last + 1);
            top = std::min(top, y);
            bottom = y + 1;
        }
    }
    const double side = std::max(right - left, bottom - top);
    const double x0 = (left + right - side) / 2, y0 = (top + bottom - side) / 2, cell = side / 20;
    constexpr int kLines = 512;
    std::vector<double> box(400);
    for (int line = 0; line < 20 * kLines; ++line) {
        const double y = y0 + (line + 0.5) * cell / kLines;
        if (y < 0 || y > 504)
            continue;
        const Parts parts = inkAt(strokes, y);
        for (int x = 0; x < 20; ++x)
            box[std::size_t(line / kLines * 20 + x)] +=
                parts.lengthWithin(x0 + x * cell, x0 + (x + 1) * cell) / cell / kLines;
    }
    double mass = 0, mx = 0, my = 0;
    for (int i = 0; i < 400; ++i) {
        box[std::size_t(i)] = std::floor(box[std::size_t(i)] * 255 + 0.5);
        mass += box[std::size_t(i)];
        mx += box[std::size_t(i)] * (i % 20 + 0.5);
        my += box[std::size_t(i)] * (i / 20 + 0.5);
    }
    const int dx = int(std::floor(14 - mx / mass + 0.5)), dy = int(std::floor(14 - my / mass + 0.5));
    std::vector<int> out(784);
    for (int i = 0; i < 400; ++i)
        if (const int x = i % 20 + dx, y = i / 20 + dy; box[std::size_t(i)] > 0)
            out[std::size_t(std::clamp(y, 0, 27) * 28 + std::clamp(x, 0, 27))] = int(box[std::size_t(i)]);
    return out;
}

/// A bar of 2 x 14 fields whose middle is 20, 16.
DrawnStrokes bar()
{
    return {{{{20, 10, 1}, {20, 22, 1}}, false}};
}

MnistPictures of(const DrawnStrokes& strokes, const MnistSteps& steps = {})
{
    return mnistPictures(strokes, steps);
}

int sum(const GreyPicture& p)
{
    return std::accumulate(p.pixels.begin(), p.pixels.end(), 0);
}

int at(const GreyPicture& p, int x, int y)
{
    return p.pixels[std::size_t(y * p.width + x)];
}

} // namespace

class TestMnistSteps : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fiftyDrawingsAreAsIndependentlyComputed()
    {
        const std::vector<StoredDrawing> drawings = storedDrawings();
        QCOMPARE(drawings.size(), std::size_t(50));
        int different = 0;
        QStringList wrong;
        for (std::size_t d = 0; d < drawings.size(); ++d) {
            const GreyPicture ours = of(drawings[d].strokes).centred;
            const std::vector<int> theirs = independent(drawings[d].strokes);
            QCOMPARE(ours.pixels.size(), theirs.size());
            for (std::size_t i = 0; i < theirs.size(); ++i) {
                const int by = std::abs(int(ours.pixels[i]) - theirs[i]);
                different += by > 0;
                if (by > 1)
                    wrong += QStringLiteral("drawing %1, pixel %2: %3 instead of %4")
                                 .arg(d)
                                 .arg(i)
                                 .arg(ours.pixels[i])
                                 .arg(theirs[i]);
            }
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(QLatin1Char('\n'))));
        qInfo("%d of %d pixels differ by one", different, 50 * 784);
    }

    void aStepThatIsOffLeavesItsMarkOut()
    {
        const MnistPictures raw = of(bar(), {false, false, false});
        QCOMPARE(raw.ink, (InkBox{342, 162, 378, 414}));
        QVERIFY(raw.centred == raw.strokes); // nothing done: the field in 28 x 28
        QCOMPARE(at(raw.centred, 19, 15), 255);
        QCOMPARE(at(raw.centred, 18, 15), 0);

        const MnistPictures cropped = of(bar(), {true, false, false});
        QCOMPARE(cropped.cropped.width, 36);
        QCOMPARE(cropped.cropped.height, 252);
        QCOMPARE(cropped.scaled.width, 14); // a field stays a pixel
        QCOMPARE(at(cropped.centred, 13, 14), 255);
        QCOMPARE(at(cropped.centred, 12, 14), 0);
        QCOMPARE(at(cropped.centred, 13, 6), 0);
        QVERIFY(at(cropped.centred, 13, 7) > 0);

        const MnistPictures centred = of(bar(), {false, false, true});
        QCOMPARE(centred.right, -6);
        QCOMPARE(centred.down, -2);
        QCOMPARE(sum(centred.centred), sum(raw.centred));

        const MnistPictures scaled = of(bar(), {true, true, false});
        QCOMPARE(scaled.scaled.width, 20);
        QCOMPARE(at(scaled.centred, 14, 14), 255);
        QVERIFY(at(scaled.centred, 14, 4) > 0);
        QCOMPARE(at(scaled.centred, 14, 3), 0);
        QCOMPARE(at(scaled.centred, 12, 14), 109); // 20 / 14 wide from the middle: 0.43 of the second pixel
        QCOMPARE(scaled.right, 0);
    }

    void inkFarFromItsMiddleStaysInThePicture()
    {
        // A heavy blot at the end of a long thin line: its centre of mass is near the blot.
        const MnistPictures p = of({{{{2, 5, 0.3F}, {26, 5, 0.3F}}, false}, {{{24, 5, 3.5F}}, false}});
        QCOMPARE(sum(p.centred), sum(p.scaled));
        QVERIFY(p.right < 0);
    }

    void theRubberTakesInkAway()
    {
        DrawnStrokes strokes = bar();
        strokes.push_back({{{20, 10, 2}, {20, 15, 2}}, true});
        QCOMPARE(of(strokes).ink.top, 301); // 15 + sqrt(3) fields at the bar's edges: the rubber's end is round
        strokes.push_back({{{20, 10, 4}, {20, 24, 4}}, true});
        const MnistPictures none = of(strokes);
        QCOMPARE(none.ink, InkBox{});
        QCOMPARE(sum(none.centred), 0);
        QCOMPARE(none.centred.pixels.size(), kDigitPixels);
        strokes.push_back(bar().front()); // and the pen writes on what was erased
        QVERIFY(of(strokes).centred == of(bar()).centred);
    }

    void aTouchIsADot()
    {
        const MnistPictures p = of({{{{5, 7, 2}}, false}}, {false, false, false});
        QCOMPARE(p.ink, (InkBox{54, 90, 126, 162}));
        QVERIFY(std::abs(sum(p.centred) / 255.0 - 4 * std::acos(-1.0)) < 0.1);
    }

    void aDrawingThatGrowsIsAsOneThatIsPaintedAtOnce()
    {
        MnistPainter painter;
        DrawnStrokes strokes;
        const auto same = [&](const MnistSteps& steps = {}) {
            const MnistPictures grown = painter.paint(strokes, steps), whole = of(strokes, steps);
            return grown.ink == whole.ink && grown.strokes == whole.strokes && grown.cropped == whole.cropped &&
                   grown.scaled == whole.scaled && grown.centred == whole.centred;
        };
        QVERIFY(same());
        // Pen, rubber across it, pen over both; the first point alone, then one or three at a time. The width changes.
        for (int stroke = 0; stroke < 3; ++stroke) {
            strokes.push_back({{}, stroke == 1});
            for (int i = 0; i < 24; ++i) {
                const float t = float(i) / 23, radius = 0.4F + t;
                strokes.back().line.push_back(stroke == 1 ? InkPoint{27 - 26 * t, 9 + 6 * t, radius}
                                                          : InkPoint{9 + 8 * t * float(stroke), 2 + 26 * t, radius});
                if (i < 8 || i % 3 == 0)
                    QVERIFY2(same(), qPrintable(QStringLiteral("stroke %1, point %2").arg(stroke).arg(i)));
            }
        }
        QVERIFY(same({true, false, true})); // another window
        QVERIFY(same());
        strokes[0].line[5].y += 3; // an earlier stroke is another one
        QVERIFY(same());
        strokes[2].erases = true;
        QVERIFY(same());
        strokes.pop_back();
        QVERIFY(same());
        strokes.back().line.resize(9); // shorter
        QVERIFY(same());
        strokes = bar();
        QVERIFY(same());
        strokes.push_back({{{3, 3, 1}, {6, 6, 1}}, false});
        strokes.push_back({{{9, 3, 1}, {12, 6, 1}}, true}); // two at once
        QVERIFY(same());
        strokes = {{{{9, 9, 3}}, false}}; // a heavy touch, and a line that is suddenly light: less than the dot
        QVERIFY(same());
        strokes.back().line.push_back({10, 9, 0.3F});
        QVERIFY(same());
        strokes.clear();
        QVERIFY(same());
    }

    void otherSizesKeepTheShape()
    {
        const GreyPicture p = of(bar()).centred;
        QVERIFY(resampled(p, 28, 28) == p);
        for (const int size : {14, 32, 56, 224}) {
            const GreyPicture q = resampled(p, size, size);
            QCOMPARE(q.width, size);
            const double shares = double(sum(q)) / size / size / (double(sum(p)) / 784);
            QVERIFY2(std::abs(shares - 1) < 0.03, qPrintable(QString::number(shares)));
        }
        const GreyPicture wide = resampled(p, 90, 56); // a square in the middle, paper beside it
        QCOMPARE(wide.width, 90);
        QCOMPARE(wide.height, 56);
        QCOMPARE(sum(wide), sum(resampled(p, 56, 56)));
        for (int y = 0; y < 56; ++y)
            QCOMPARE(at(wide, 16, y), 0);
    }
};

QTEST_GUILESS_MAIN(TestMnistSteps)
#include "test_mnist_steps.moc"
