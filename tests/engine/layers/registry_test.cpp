#include "engine/graph/shape_text.h"
#include "tests/support/graphs.h"
#include "tests/support/layer_case.h"

#include <QFile>
#include <QSet>
#include <QtTest>

using namespace convarium::test;

class RegistryTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyFieldOfEveryLayerIsFilledIn_data()
    {
        QTest::addColumn<QString>("id");
        for (const LayerDescriptor& layer : layerRegistry())
            QTest::addRow("%s", layer.id.c_str()) << QString::fromStdString(layer.id);
    }

    void everyFieldOfEveryLayerIsFilledIn()
    {
        QFETCH(const QString, id);
        const LayerDescriptor* layer = findLayer(id.toStdString());
        QVERIFY(layer);
        QVERIFY(layer->version >= 1);
        for (const std::string* text :
             {&layer->id, &layer->title, &layer->family, &layer->icon, &layer->shortName, &layer->help})
            QVERIFY(!text->empty());
        static const QSet<QString> families{QStringLiteral("data"),      QStringLiteral("convolution"),
                                            QStringLiteral("pooling"),   QStringLiteral("activation"),
                                            QStringLiteral("normalise"), QStringLiteral("dense"),
                                            QStringLiteral("merge")};
        QVERIFY(families.contains(QString::fromStdString(layer->family)));
        QVERIFY2(QFile::exists(QStringLiteral(CONVARIUM_SOURCE_DIR "/resources/icons/%1.svg")
                                   .arg(QString::fromStdString(layer->icon))),
                 layer->icon.c_str());
        QVERIFY(layer->help.back() == '.');
        // Only what nobody invented in a paper may name none.
        if (layer->paper.empty())
            QVERIFY(layer->family == "data" || layer->id == "flatten");
        QVERIFY(layer->minInputs <= layer->maxInputs && layer->maxInputs <= 64);
        QVERIFY(layer->summary && layer->check && layer->formulas && layer->tracedFormulas && layer->tensors &&
                layer->lower);
        QVERIFY(layer->reference.forward && layer->reference.backward);
        QVERIFY(layer->referenceDouble.forward && layer->referenceDouble.backward);
        QVERIFY(!layer->samples.empty());
        QVERIFY(layer->isInput || (layer->onnx && layer->torch) != !layer->notExportable.empty());
        const auto defaults = completeParams(*layer, {});
        QVERIFY(defaults);
        QVERIFY(!layer->summary(*defaults).empty());
        QSet<QString> keys;
        for (const ParamInfo& info : layer->parameters) {
            QVERIFY2(!info.title.empty() && !info.help.empty() && info.help.back() == '.', info.key.c_str());
            QVERIFY2(!keys.contains(QString::fromStdString(info.key)), info.key.c_str());
            keys.insert(QString::fromStdString(info.key));
            QVERIFY((info.type == ParamType::Choice) == !info.choices.empty());
        }
        for (const ParamInfo& info : layer->parameters) {
            QVERIFY(info.pairedWith.empty() || keys.contains(QString::fromStdString(info.pairedWith)));
            QVERIFY(info.visibleWhen.first.empty() || keys.contains(QString::fromStdString(info.visibleWhen.first)));
        }
    }

    void idsTitlesAndShortNamesAreUnique()
    {
        QSet<QString> seen;
        for (const LayerDescriptor& layer : layerRegistry())
            for (const std::string& text : {"id " + layer.id, "title " + layer.title, "short " + layer.shortName}) {
                QVERIFY2(!seen.contains(QString::fromStdString(text)), text.c_str());
                seen.insert(QString::fromStdString(text));
            }
        QVERIFY(!findLayer("conv3d"));
    }

    void samplesPassTheirOwnCheckAndTensorsMatchTheCounts()
    {
        for (const LayerDescriptor& layer : layerRegistry())
            for (const LayerSample& sample : layer.samples) {
                const QByteArray where = QByteArray::fromStdString(layer.id + ", " + sample.name);
                const auto params = completeParams(layer, sample.params);
                QVERIFY2(params, where);
                QVERIFY2(static_cast<int>(sample.inputs.size()) >= layer.minInputs, where);
                const auto valid = layer.check(sample.inputs, *params);
                QVERIFY2(valid, valid ? "" : valid.error().text().c_str());
                const auto formulas = layer.formulas(formulaContext<Checked>(*params, sample.inputs));
                std::int64_t weights = 0, statistics = 0;
                for (const TensorInfo& info : layer.tensors(sample.inputs, *params)) {
                    if (info.role == TensorRole::Constant)
                        continue;
                    (info.role == TensorRole::Weight ? weights : statistics) += info.shape.elements();
                    QVERIFY2(info.initializer == Initializer::Zeros || info.initializer == Initializer::Ones ||
                                 info.initializer == Initializer::Quarter || info.fanIn > 0,
                             where);
                }
                QVERIFY2(formulas.weights.value == weights && formulas.statistics.value == statistics, where);
                for (const Checked& size : formulas.output.sizes)
                    QVERIFY2(size.value > 0 && !size.overflow, where);
            }
    }

    void missingSettingsGetTheirDefaults()
    {
        const auto params = completeParams(*findLayer("conv2d"), {{"filters", std::int64_t{5}}});
        QVERIFY(params);
        QCOMPARE(params->integer("filters"), std::int64_t(5));
        QCOMPARE(params->integer("kernelHeight"), std::int64_t(3));
        QCOMPARE(params->text("padding"), std::string("same"));
        QVERIFY(params->flag("bias"));
    }

    void numbersOfTheOtherKindAreConverted()
    {
        const auto filters = completeParams(*findLayer("conv2d"), {{"filters", 5.0}});
        QVERIFY(filters);
        QCOMPARE(filters->integer("filters"), std::int64_t(5));
        const auto rate = completeParams(*findLayer("dropout"), {{"rate", std::int64_t{0}}});
        QVERIFY(rate);
        QCOMPARE(rate->real("rate"), 0.0);
    }

    void wrongSettingsAreRefusedAtTheirKey_data()
    {
        QTest::addColumn<QString>("layer");
        QTest::addColumn<QString>("key");
        QTest::addColumn<int>("kind");
        QTest::newRow("unknown key") << "conv2d"
                                     << "colour" << 0;
        QTest::newRow("too small") << "conv2d"
                                   << "filters" << 0;
        QTest::newRow("too large") << "conv2d"
                                   << "filters" << 1;
        QTest::newRow("not whole") << "conv2d"
                                   << "kernelHeight" << 2;
        QTest::newRow("text for a number") << "conv2d"
                                           << "kernelHeight" << 3;
        QTest::newRow("unknown choice") << "conv2d"
                                        << "padding" << 3;
        QTest::newRow("number for a choice") << "conv2d"
                                             << "padding" << 0;
        QTest::newRow("number for a flag") << "conv2d"
                                           << "bias" << 0;
        QTest::newRow("rate too large") << "dropout"
                                        << "rate" << 1;
        QTest::newRow("not a number") << "dropout"
                                      << "rate" << 4;
    }

    void wrongSettingsAreRefusedAtTheirKey()
    {
        QFETCH(const QString, layer);
        QFETCH(const QString, key);
        QFETCH(const int, kind);
        const ParamValue values[] = {std::int64_t{0}, std::int64_t{1000000}, 2.5, std::string("wide"), std::nan("")};
        Params params;
        params.set(key.toStdString(), values[kind]);
        const auto result = completeParams(*findLayer(layer.toStdString()), params);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::InvalidArgument);
        QCOMPARE(QString::fromStdString(result.error().place.port), key);
        QVERIFY(!result.error().message.empty() && !result.error().hint.empty());
    }

    void newNodesTakeTheFirstFreeName()
    {
        GraphSpec graph;
        graph.nextId = 7;
        Node first = makeNode(graph, *findLayer("conv2d"));
        QCOMPARE(first.name, std::string("C1"));
        QCOMPARE(first.id, NodeId(7));
        first.name = "C2";
        graph.nodes.push_back(first);
        QCOMPARE(makeNode(graph, *findLayer("conv2d")).name, std::string("C1"));
        graph.nodes[0].name = "C1";
        QCOMPARE(makeNode(graph, *findLayer("conv2d")).name, std::string("C2"));
        QCOMPARE(makeNode(graph, *findLayer("dense")).name, std::string("F1"));
    }

    void summariesSayWhatACardNeeds()
    {
        const auto words = [](const char* id, const Params& params) {
            const LayerDescriptor* layer = findLayer(id);
            return QString::fromStdString(layer->summary(*completeParams(*layer, params)));
        };
        const std::int64_t two = 2;
        QCOMPARE(words("conv2d", {{"padding", std::string("valid")}}), QStringLiteral("16 filters 3×3, valid"));
        QCOMPARE(words("conv2d", {{"strideHeight", two},
                                  {"strideWidth", two},
                                  {"padding", std::string("explicit")},
                                  {"padHeight", two},
                                  {"padWidth", two}}),
                 QStringLiteral("16 filters 3×3, stride 2, padding 2"));
        QCOMPARE(words("conv2d", {{"groups", two}, {"dilationWidth", two}, {"kernelWidth", two}}),
                 QStringLiteral("16 filters 3×2, same, dilation 1×2, 2 groups"));
        QCOMPARE(words("max_pool", {}), QStringLiteral("2×2, stride 2"));
        QCOMPARE(words("dense", {{"units", std::int64_t{84}}}), QStringLiteral("84 units"));
        QCOMPARE(words("dropout", {{"rate", 0.3}}), QStringLiteral("drops 30 %"));
    }
};

QTEST_APPLESS_MAIN(RegistryTest)
#include "registry_test.moc"
