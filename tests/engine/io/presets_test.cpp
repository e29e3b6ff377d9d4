#include "engine/io/presets.h"

#include "engine/analysis/counts.h"
#include "engine/analysis/textbook_memory.h"
#include "engine/io/network_json.h"
#include "engine/layers/layer.h"

#include <QFile>
#include <QTest>

#include <cmath>
#include <set>

using namespace convarium::engine;

class PresetsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsAreThoseOfTheContract_data()
    {
        QTest::addColumn<qint64>("trainable");
        QTest::addColumn<qint64>("statistics");
        QTest::addColumn<qint64>("macs");
        QTest::newRow("lenet-5") << qint64{61'706} << qint64{0} << qint64{416'520};
        QTest::newRow("mnist-cnn") << qint64{93'322} << qint64{0} << qint64{2'794'240};
        QTest::newRow("mlp") << qint64{109'386} << qint64{0} << qint64{109'184};
        QTest::newRow("resnet-20") << qint64{272'186} << qint64{1'568} << qint64{31'021'952};
        // (3*3*3 + 1)*100 + (3*3*100 + 1)*200 + (3*3*200 + 1)*400; 100x150, 50x75, 25x38 outputs
        QTest::newRow("three-conv") << qint64{903'400} << qint64{0}
                                    << qint64{100 * 150 * 100 * 27 + 50 * 75 * 200 * 900 + 25 * 38 * 400 * 1800};
    }

    void countsAreThoseOfTheContract()
    {
        QFETCH(const qint64, trainable);
        QFETCH(const qint64, statistics);
        QFETCH(const qint64, macs);
        const auto project = loadPreset(QTest::currentDataTag());
        QVERIFY2(project.has_value(), project ? "" : project.error().text().c_str());
        const Counts counts = countNetwork(project->graph, inferShapes(project->graph)).total;
        QCOMPARE(counts.trainable, trainable);
        QCOMPARE(counts.frozen, 0);
        QCOMPARE(counts.statistics, statistics);
        QCOMPARE(counts.macs, macs);
    }

    void threeConvNeedsTheTextbooksMemory()
    {
        const auto project = loadPreset("three-conv");
        QVERIFY(project.has_value());
        const ShapedGraph shapes = inferShapes(project->graph);
        QCOMPARE(textbookMemory(project->graph, shapes, 1).inference, 12'613'600);
        QCOMPARE(textbookMemory(project->graph, shapes, 50).training, 565'613'600);
    }

    void everyPresetIsSoundAndWellDescribed()
    {
        QCOMPARE(presets().size(), std::size_t{5});
        QCOMPARE(presets().front().name, std::string("lenet-5"));
        for (const PresetInfo& preset : presets()) {
            const auto project = loadPreset(preset.name);
            QVERIFY(project.has_value());
            QCOMPARE(project->graph.name, preset.name);
            QVERIFY(!preset.title.empty() && !preset.description.empty());
            QVERIFY2(inferShapes(project->graph).problems.empty(), preset.name.c_str());
            std::set<std::string> names;
            for (const Node& node : project->graph.nodes)
                QVERIFY2(names.insert(node.name).second, node.name.c_str());
        }
    }

    void filesAreExactlyWhatSavingWrites()
    {
        for (const PresetInfo& preset : presets()) {
            QFile file(QStringLiteral(CONVARIUM_SOURCE_DIR "/resources/presets/%1.json")
                           .arg(QString::fromStdString(preset.name)));
            QVERIFY(file.open(QIODevice::ReadOnly));
            // The line that names the program's version is that of the version which wrote the file.
            const auto lines = [](const QByteArray& text) {
                QList<QByteArray> list = text.split('\n');
                list.removeAt(2);
                return list;
            };
            const std::string saved = networkToJson(*loadPreset(preset.name));
            QCOMPARE(lines(QByteArray::fromStdString(saved)), lines(file.readAll()));
        }
    }

    void cardsDoNotOverlap()
    {
        // Cards are 156 wide; the tallest, with two docked rows, is 197 high. Docked layers lie on their producer.
        for (const PresetInfo& preset : presets()) {
            const auto project = loadPreset(preset.name);
            const GraphSpec& graph = project->graph;
            std::vector<NodeId> cards;
            for (const Node& node : graph.nodes) {
                QVERIFY(project->positions.contains(node.id));
                if (!findLayer(node.type)->docks)
                    cards.push_back(node.id);
            }
            for (const NodeId a : cards)
                for (const NodeId b : cards) {
                    const auto& p = project->positions.at(a);
                    const auto& q = project->positions.at(b);
                    QVERIFY2(a == b || std::abs(p[0] - q[0]) >= 156 + 62 || std::abs(p[1] - q[1]) >= 197 + 34,
                             graph.label(a).c_str());
                }
        }
    }
};

QTEST_APPLESS_MAIN(PresetsTest)
#include "presets_test.moc"
