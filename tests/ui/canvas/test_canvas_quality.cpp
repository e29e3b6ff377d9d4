// Tidy against Graphviz: how long the wires are and how often they cross, all ranks in one row. Needs dot.
#include "engine/blocks/groups.h"
#include "engine/io/presets.h"
#include "ui/canvas/geometry.h"
#include "ui/canvas/layout.h"
#include "ui/canvas/routing.h"

#include <QProcess>
#include <QStandardPaths>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>

using namespace convarium;
using namespace convarium::ui;
using engine::GraphSpec;
using engine::NodeId;

namespace
{

using Line = std::vector<QPointF>;

struct Drawing {
    std::map<NodeId, QSizeF> cards;
    std::vector<RouteFrame> frames;
    std::vector<RouteWire> wires;
    std::vector<Line> lines;    ///< of each wire
    std::vector<QSizeF> labels; ///< of the shape that stands on each wire; empty: none
};

Drawing ours(const GraphSpec& graph)
{
    Drawing d;
    const Stacks stacks = dockedStacks(graph);
    const Positions places = layoutGraph(graph, {QSizeF(1e6, 560), true});
    std::map<NodeId, RouteCard> cards;
    for (const Stack& stack : stacks.all) {
        const QSizeF size(kCardWidth, cardMetrics(graph, stack).height(Level::Near));
        d.cards[stack.head] = size;
        cards[stack.head] = {QRectF(places.at(stack.head), size),
                             std::max(1, static_cast<int>(graph.edgesInto(stack.head).size()))};
    }
    for (const engine::Edge& edge : graph.edges)
        if (stacks.headOf(edge.from) != stacks.headOf(edge.to))
            d.wires.push_back({stacks.headOf(edge.from), stacks.headOf(edge.to), edge.slot});
    for (const engine::Group& group : graph.groups) {
        RouteFrame frame{group.id, group.parent, {}};
        for (const NodeId member : engine::membersOf(graph, group.id))
            if (cards.contains(member))
                frame.cards.push_back(member);
        d.frames.push_back(std::move(frame));
    }
    const engine::ShapedGraph shaped = engine::inferShapes(graph);
    Routes routes = routeWires(cards, d.wires, d.frames);
    for (std::size_t i = 0; i < d.wires.size(); ++i) {
        const auto shape = shaped.shapes.find(stacks.of(d.wires[i].from)->tail());
        const bool labelled = routes.wires[i].labelled && shape != shaped.shapes.end();
        d.labels.emplace_back(labelled ? 6.8 * static_cast<double>(shape->second.text().size()) : 0, labelled ? 14 : 0);
        d.lines.push_back(std::move(routes.wires[i].points));
    }
    return d;
}

/// The same cards, gaps, frames and shapes on the wires, placed and drawn by dot; curves as polygons. Without wires
/// when dot fails.
Drawing graphviz(const Drawing& same, const QString& splines)
{
    constexpr double kPointsPerInch = 72;
    QString text = QStringLiteral("digraph { rankdir=LR; splines=%1; nodesep=%2; ranksep=%3; "
                                  "node [shape=box, fixedsize=true]; edge [arrowhead=none];\n")
                       .arg(splines)
                       .arg(kBranchGap / kPointsPerInch)
                       .arg(kColumnGap / kPointsPerInch);
    for (const auto& [id, size] : same.cards)
        text += QStringLiteral("n%1 [width=%2, height=%3];\n")
                    .arg(id)
                    .arg(size.width() / kPointsPerInch)
                    .arg(size.height() / kPointsPerInch);
    for (std::size_t i = 0; i < same.wires.size(); ++i) {
        text += QStringLiteral("n%1 -> n%2").arg(same.wires[i].from).arg(same.wires[i].to);
        if (!same.labels[i].isEmpty())
            text += QStringLiteral(" [label=<<TABLE BORDER=\"0\" FIXEDSIZE=\"TRUE\" WIDTH=\"%1\" HEIGHT=\"%2\">"
                                   "<TR><TD></TD></TR></TABLE>>]")
                        .arg(qRound(same.labels[i].width()))
                        .arg(qRound(same.labels[i].height()));
        text += QStringLiteral(";\n");
    }
    const std::function<void(std::int64_t)> clusters = [&](std::int64_t parent) {
        for (const RouteFrame& frame : same.frames) {
            if (frame.parent != parent)
                continue;
            text += QStringLiteral("subgraph cluster%1 { margin=%2;\n").arg(frame.id).arg(kFrameSide);
            clusters(frame.id);
            for (const NodeId card : frame.cards)
                text += QStringLiteral("n%1;\n").arg(card);
            text += QStringLiteral("}\n");
        }
    };
    clusters(-1);
    text += QStringLiteral("}\n");
    QProcess dot;
    dot.start(QStringLiteral("dot"), {QStringLiteral("-Tplain")});
    dot.write(text.toUtf8());
    dot.closeWriteChannel();
    if (!dot.waitForFinished() || dot.exitStatus() != QProcess::NormalExit || dot.exitCode() != 0)
        return {};
    Drawing d{same.cards, same.frames, {}, {}, {}};
    for (const QByteArray& row : dot.readAllStandardOutput().split('\n')) {
        const auto words = row.split(' ');
        if (words.front() != "edge")
            continue;
        Line control;
        for (int i = 0; i < words[3].toInt(); ++i)
            control.emplace_back(words[4 + 2 * i].toDouble() * kPointsPerInch,
                                 words[5 + 2 * i].toDouble() * kPointsPerInch);
        Line line{control.front()};
        for (std::size_t i = 0; i + 3 < control.size(); i += 3)
            for (int step = 1; step <= 8; ++step) {
                const double t = step / 8.0, u = 1 - t;
                line.push_back(u * u * u * control[i] + 3 * u * u * t * control[i + 1] +
                               3 * u * t * t * control[i + 2] + t * t * t * control[i + 3]);
            }
        d.wires.push_back({words[1].mid(1).toLongLong(), words[2].mid(1).toLongLong(), 0});
        d.lines.push_back(std::move(line));
    }
    return d;
}

/// What is drawn: where wires of one source run together, they are one line.
double length(const Drawing& d)
{
    double sum = 0;
    std::map<std::tuple<NodeId, bool, qint64>, std::vector<std::pair<double, double>>> runs;
    for (std::size_t i = 0; i < d.lines.size(); ++i)
        for (std::size_t k = 1; k < d.lines[i].size(); ++k) {
            const QPointF a = d.lines[i][k - 1], b = d.lines[i][k];
            const bool level = std::abs(a.y() - b.y()) < 0.5, upright = std::abs(a.x() - b.x()) < 0.5;
            if (level == upright)
                sum += std::hypot(b.x() - a.x(), b.y() - a.y());
            else if (level)
                runs[{d.wires[i].from, true, qRound64(a.y())}].push_back(std::minmax(a.x(), b.x()));
            else
                runs[{d.wires[i].from, false, qRound64(a.x())}].push_back(std::minmax(a.y(), b.y()));
        }
    for (auto& [place, parts] : runs) {
        std::sort(parts.begin(), parts.end());
        double end = parts.front().first;
        for (const auto& [from, to] : parts) {
            sum += std::max(0.0, to - std::max(end, from));
            end = std::max(end, to);
        }
    }
    return sum;
}

bool cross(QPointF a, QPointF b, QPointF c, QPointF d)
{
    const auto side = [](QPointF p, QPointF q, QPointF r) {
        return (q.x() - p.x()) * (r.y() - p.y()) - (q.y() - p.y()) * (r.x() - p.x());
    };
    return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

/// Of wires that share neither source nor target: those of one bundle run together.
int crossings(const Drawing& d)
{
    int count = 0;
    for (std::size_t i = 0; i < d.lines.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            if (d.wires[i].from == d.wires[j].from || d.wires[i].to == d.wires[j].to)
                continue;
            for (std::size_t a = 1; a < d.lines[i].size(); ++a)
                for (std::size_t b = 1; b < d.lines[j].size(); ++b)
                    count += cross(d.lines[i][a - 1], d.lines[i][a], d.lines[j][b - 1], d.lines[j][b]) ? 1 : 0;
        }
    return count;
}

} // namespace

class TestCanvasQuality final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wiresAreAboutAsShortAsGraphvizs_data()
    {
        QTest::addColumn<QString>("preset");
        for (const char* name :
             {"lenet-5", "resnet-20", "resnet-50", "googlenet", "xception", "unet-mini", "mobilenet-v2"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }

    void wiresAreAboutAsShortAsGraphvizs()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("dot")).isEmpty())
            QSKIP("needs dot of Graphviz; test.sh provides it");
        QFETCH(QString, preset);
        const auto found = engine::loadPreset(preset.toStdString());
        QVERIFY(found);
        const Drawing mine = ours(found->graph);
        for (const char* splines : {"true", "ortho"}) {
            const Drawing theirs = graphviz(mine, QString::fromLatin1(splines));
            QCOMPARE(theirs.lines.size(), mine.lines.size());
            const QString figures = QStringLiteral("length %1 against %2, crossings %3 against %4 of splines=%5")
                                        .arg(length(mine))
                                        .arg(length(theirs))
                                        .arg(crossings(mine))
                                        .arg(crossings(theirs))
                                        .arg(QLatin1String(splines));
            qInfo("%s", qPrintable(figures));
            QVERIFY2(length(mine) <= 1.2 * length(theirs), qPrintable(figures));
            QVERIFY2(crossings(mine) <= 1.2 * crossings(theirs), qPrintable(figures));
        }
    }
};

QTEST_GUILESS_MAIN(TestCanvasQuality)
#include "test_canvas_quality.moc"
