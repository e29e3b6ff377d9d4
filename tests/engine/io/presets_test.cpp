#include "engine/io/presets.h"

#include "engine/analysis/counts.h"
#include "engine/analysis/textbook_memory.h"
#include "engine/io/network_json.h"
#include "engine/layers/layer.h"
#include "tests/presets/preset_makers.h"

#include <QFile>
#include <QTest>

#include <algorithm>
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
        QTest::newRow("alexnet-mini") << qint64{311'978} << qint64{0} << qint64{9'840'384};
        QTest::newRow("xception-mini") << qint64{82'058} << qint64{1'728} << qint64{13'343'104};
        QTest::newRow("alexnet") << qint64{60'965'224} << qint64{0} << qint64{724'406'816};
        QTest::newRow("googlenet") << qint64{6'998'552} << qint64{0} << qint64{1'582'671'872};
        QTest::newRow("xception") << qint64{22'855'952} << qint64{54'528} << qint64{8'357'403'496};
        QTest::newRow("googlenet-mini") << qint64{67'510} << qint64{0} << qint64{8'136'224};
        QTest::newRow("se-resnet-20") << qint64{280'670} << qint64{1'568} << qint64{31'030'016};
        QTest::newRow("mobilenet-v2-mini") << qint64{79'978} << qint64{4'032} << qint64{7'307'088};
        QTest::newRow("fcn-mini") << qint64{65'196} << qint64{0} << qint64{4'303'376};
        QTest::newRow("unet-mini") << qint64{117'243} << qint64{640} << qint64{19'117'056};
        QTest::newRow("se-resnet-50") << qint64{28'088'024} << qint64{53'120} << qint64{4'091'699'200};
        QTest::newRow("mobilenet-v2") << qint64{3'504'872} << qint64{34'112} << qint64{300'774'272};
        QTest::newRow("mnist-fast") << qint64{215'194} << qint64{0} << qint64{1'244'160};
        QTest::newRow("mnist-best") << qint64{1'128'170} << qint64{960} << qint64{137'369'600};
        QTest::newRow("vgg-11") << qint64{132'863'336} << qint64{0} << qint64{7'609'090'048};
        QTest::newRow("resnet-18") << qint64{11'689'512} << qint64{9'600} << qint64{1'814'073'344};
        QTest::newRow("resnet-34") << qint64{21'797'672} << qint64{17'024} << qint64{3'663'761'408};
        QTest::newRow("resnet-50") << qint64{25'557'032} << qint64{53'120} << qint64{4'089'184'256};
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

    void googlenetsAuxiliaryHeadsAreAnOption()
    {
        const auto project = convarium::presets::googlenetWithAuxiliaryHeads();
        QVERIFY2(project.has_value(), project ? "" : project.error().text().c_str());
        const ShapedGraph shapes = inferShapes(project->graph, 1000);
        QVERIFY(shapes.ok());
        QCOMPARE(countNetwork(project->graph, shapes).total.trainable, 13'378'280);
        QCOMPARE(project->graph.outputs.size(), std::size_t{3});
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
        QCOMPARE(presets().size(), presetFiles().size());
        QCOMPARE(presets().size(), convarium::presets::allNetworks().size());
        QCOMPARE(presets().front().name, std::string("lenet-5"));
        for (const PresetInfo& preset : presets()) {
            const auto project = loadPreset(preset.name);
            QVERIFY(project.has_value());
            QCOMPARE(project->graph.name, preset.name);
            QVERIFY(!preset.title.empty() && !preset.about.description.empty());
            QVERIFY2(preset.idea().size() < 150, preset.idea().c_str());
            const auto valid = validate(project->train);
            QVERIFY2(valid.has_value(), valid ? "" : valid.error().text().c_str());
            QVERIFY2(inferShapes(project->graph).problems.empty(), preset.name.c_str());
            std::set<std::string> names;
            for (const Node& node : project->graph.nodes)
                QVERIFY2(names.insert(node.name).second, node.name.c_str());
        }
    }

    void filesAreWhatTheMakersWrite()
    {
        const auto makers = convarium::presets::allNetworks();
        for (const PresetInfo& preset : presets()) {
            const auto maker =
                std::find_if(makers.begin(), makers.end(), [&](const auto& m) { return m.name == preset.name; });
            QVERIFY2(maker != makers.end(), preset.name.c_str());
            QFile file(QStringLiteral(CONVARIUM_SOURCE_DIR "/resources/presets/%1.json")
                           .arg(QString::fromStdString(maker->name)));
            QVERIFY2(file.open(QIODevice::ReadOnly), maker->name.c_str());
            // The line that names the program's version is that of the version which wrote the file.
            const auto lines = [](const QByteArray& text) {
                QList<QByteArray> list = text.split('\n');
                list.removeAt(2);
                return list;
            };
            const auto project = maker->make();
            QVERIFY2(project.has_value(), project ? "" : project.error().text().c_str());
            // After a change of a maker, a block or a layer's settings: tests/presets/make_presets writes the files.
            QCOMPARE(lines(QByteArray::fromStdString(networkToJson(*project))), lines(file.readAll()));
            // Reading gives back what was written.
            const auto loaded = loadPreset(maker->name);
            QVERIFY(loaded.has_value());
            QVERIFY2(loaded->graph == project->graph, maker->name.c_str());
        }
    }
};

QTEST_APPLESS_MAIN(PresetsTest)
#include "presets_test.moc"
