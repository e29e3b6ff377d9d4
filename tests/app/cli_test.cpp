#include "tests/app/cli_run.h"

#include <QTemporaryDir>

using namespace convarium::test;

class CliTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

private Q_SLOTS:
    void initTestCase() { writeTinyData(m_folder.filePath(QStringLiteral("data"))); }

    void presetsAreListedInTheContractsOrder()
    {
        const CliResult run = runCli({"presets", "--json"});
        QCOMPARE(run.status, 0);
        const QJsonArray list = QJsonDocument::fromJson(run.out).array();
        QCOMPARE(list.size(), 23);
        const QJsonObject first = list[0].toObject();
        QCOMPARE(first.value("name").toString(), QStringLiteral("lenet-5"));
        QCOMPARE(first.value("title").toString(), QStringLiteral("LeNet-5"));
        QCOMPARE(first.value("year").toInt(), 1998);
        QCOMPARE(first.value("input"), QJsonValue(QJsonArray{1, 28, 28}));
        QCOMPARE(first.value("parameters").toInt(), 61'706);
        const qsizetype end = run.out.indexOf('}');
        QCOMPARE(keysInOrder(run.out.mid(1, end)), QStringList({"name", "title", "year", "input", "parameters"}));
        QVERIFY(runCli({"presets"}).out.contains("mnist-cnn"));
    }

    void summaryHasTheContractsFields()
    {
        const CliResult run = runCli({"summary", "mnist-cnn", "--batch", "32", "--json"});
        QCOMPARE(run.status, 0);
        QCOMPARE(keysInOrder(run.out), QStringList({"name", "input", "batch", "layers", "totals"}));
        const QJsonObject summary = run.object();
        QCOMPARE(summary.value("name").toString(), QStringLiteral("mnist-cnn"));
        QCOMPARE(summary.value("input"), QJsonValue(QJsonArray{1, 28, 28}));
        QCOMPARE(summary.value("batch").toInt(), 32);
        QList<int> parameters;
        for (const QJsonValue& value : summary.value("layers").toArray()) {
            const QJsonObject layer = value.toObject();
            QCOMPARE(layer.keys(),
                     QStringList({"id", "inputs", "macs", "memory", "name", "output", "parameters", "type"}));
            QCOMPARE(layer.value("memory").toObject().keys(), QStringList({"activations", "weights", "workspace"}));
            const QJsonObject counts = layer.value("parameters").toObject();
            QCOMPARE(counts.keys(), QStringList({"frozen", "statistics", "trainable"}));
            if (counts.value("trainable").toInt() > 0)
                parameters.append(counts.value("trainable").toInt());
        }
        QCOMPARE(parameters, QList<int>({320, 18'496, 36'928, 36'928, 650}));
        const QJsonObject totals = summary.value("totals").toObject();
        QCOMPARE(totals.value("trainable").toInt(), 93'322);
        QCOMPARE(totals.value("macs").toInt(), 2'794'240);
        QCOMPARE(totals.value("textbook").toObject().keys(), QStringList({"inference", "training"}));
        const QJsonObject memory = totals.value("memory").toObject();
        QCOMPARE(memory.keys(), QStringList({"activations", "data", "gradients", "inference_peak", "optimizer",
                                             "training_peak", "weights", "workspace"}));
        double sum = 0;
        for (const char* part : {"weights", "gradients", "optimizer", "activations", "workspace", "data"})
            sum += memory.value(QLatin1String(part)).toDouble();
        QCOMPARE(memory.value("training_peak").toDouble(), sum);
        QVERIFY(memory.value("inference_peak").toDouble() < sum);
    }

    void summaryTakesAnotherInputSize()
    {
        const QJsonObject summary = runCli({"summary", "three-conv", "--input", "3x64x48", "--json"}).object();
        QCOMPARE(summary.value("input"), QJsonValue(QJsonArray{3, 64, 48}));
        QCOMPARE(summary.value("layers").toArray().last().toObject().value("output"),
                 QJsonValue(QJsonArray{400, 8, 6}));
        const CliResult wrong = runCli({"summary", "lenet-5", "--input", "1x20x20"});
        QCOMPARE(wrong.status, 1);
        QVERIFY2(wrong.err.contains("C5"), wrong.err.constData());
    }

    void wrongUsageAndFailuresHaveTheirExitStatusAndOneClearLine_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("words");
        const QString data = m_folder.filePath(QStringLiteral("data"));
        QTest::newRow("no command") << QStringList{} << 2 << "subcommand";
        QTest::newRow("unknown command") << QStringList{"learn"} << 2 << "learn";
        QTest::newRow("no model") << QStringList{"summary"} << 2 << "MODEL";
        QTest::newRow("no data") << QStringList{"train", "mlp"} << 2 << "--data";
        QTest::newRow("unknown option") << QStringList{"train", "mlp", "--data", data, "--speed", "9"} << 2
                                        << "--speed";
        QTest::newRow("batch 0") << QStringList{"train", "mlp", "--data", data, "--batch", "0"} << 2 << "found '0'";
        QTest::newRow("batch as word") << QStringList{"train", "mlp", "--data", data, "--batch", "many"} << 2
                                       << "found 'many'";
        QTest::newRow("epochs and steps")
            << QStringList{"train", "mlp", "--data", data, "--epochs", "1", "--steps", "2"} << 2 << "--epochs";
        QTest::newRow("unknown optimizer")
            << QStringList{"train", "mlp", "--data", data, "--optimizer", "best"} << 2 << "best";
        QTest::newRow("schedule without its numbers")
            << QStringList{"train", "mlp", "--data", data, "--schedule", "step:3"} << 2 << "step:EPOCHS,FACTOR";
        QTest::newRow("patience without validation images")
            << QStringList{"train", "mlp", "--data", data, "--early-stopping", "2"} << 1 << "validation";
        QTest::newRow("layer that is not there to freeze")
            << QStringList{"train", "mlp", "--data", data, "--freeze", "C9"} << 1 << "C9";
        QTest::newRow("unknown schedule")
            << QStringList{"train", "mlp", "--data", data, "--schedule", "up"} << 2 << "up";
        QTest::newRow("rate 0") << QStringList{"train", "mlp", "--data", data, "--lr", "0"} << 2 << "rate";
        QTest::newRow("bf16") << QStringList{"train", "mlp", "--data", data, "--precision", "bf16"} << 2 << "bf16";
        QTest::newRow("augmentation") << QStringList{"train", "mlp", "--data", data, "--augment", "blur"} << 2
                                      << "'blur'";
        QTest::newRow("scale") << QStringList{"train", "mlp", "--data", data, "--scale", "0.1,0"} << 2 << "MEAN,STD";
        QTest::newRow("output without kind")
            << QStringList{"train", "mlp", "--data", data, "-o", "x"} << 2 << ".convarium";
        QTest::newRow("export to Keras") << QStringList{"export", "mlp", "--format", "keras", "-o", "x.py"} << 1
                                         << "not part of this version";
        QTest::newRow("export under another suffix")
            << QStringList{"export", "mlp", "--format", "pytorch", "-o", "x.onnx"} << 2 << ".py";
        QTest::newRow("export to a folder that is not there")
            << QStringList{"export", "mlp", "--format", "safetensors", "-o", "/no/such/x.safetensors"} << 1
            << "/no/such/x.safetensors";
        QTest::newRow("weights that are not there")
            << QStringList{"eval", "mlp", "--data", data, "--weights", "gone.safetensors"} << 1 << "gone.safetensors";
        QTest::newRow("unknown format") << QStringList{"export", "mlp", "--format", "caffe", "-o", "x"} << 2 << "caffe";
        QTest::newRow("run without input") << QStringList{"run", "mlp", "--output", "y.npy"} << 2 << "--input";
        QTest::newRow("run, no such file")
            << QStringList{"run", "mlp", "--input", "no.npy", "--output", "y.npy"} << 1 << "no.npy";
        QTest::newRow("input size") << QStringList{"summary", "mlp", "--input", "28x28"} << 2 << "28x28";
        QTest::newRow("unknown preset") << QStringList{"summary", "lenet"} << 1 << "lenet-5";
        QTest::newRow("missing file") << QStringList{"summary", "gone.convarium"} << 1 << "gone.convarium";
        QTest::newRow("missing folder") << QStringList{"train", "mlp", "--data", "/no/such/folder"} << 1
                                        << "/no/such/folder";
        QTest::newRow("unknown data") << QStringList{"data", "info", "nothing-like-it"} << 1 << "nothing-like-it";
        QTest::newRow("untrained") << QStringList{"eval", "mlp", "--data", data} << 1 << "no trained weights";
        QTest::newRow("data that do not fit") << QStringList{"train", "three-conv", "--data", data} << 1 << "28";
        QTest::newRow("unwritable output")
            << QStringList{"train", "mlp", "--data", data, "--steps", "1", "-o", "/no/such/x.convarium"} << 1
            << "/no/such/x.convarium";
    }

    void wrongUsageAndFailuresHaveTheirExitStatusAndOneClearLine()
    {
        QFETCH(const QStringList, arguments);
        QFETCH(const int, status);
        QFETCH(const QString, words);
        const CliResult run = runCli(arguments);
        QCOMPARE(run.status, status);
        QVERIFY2(run.err.contains(words.toUtf8()), run.err.constData());
        QCOMPARE(run.err.count('\n'), 1);
        QVERIFY(run.err.trimmed().endsWith('.') || run.err.trimmed().endsWith('?'));
    }

    void aKernelLevelThatCannotBeHadIsNamed()
    {
        qputenv("CONVARIUM_KERNELS", "avx9");
        const CliResult run = runCli({"presets"});
        qunsetenv("CONVARIUM_KERNELS");
        QCOMPARE(run.status, 2);
        QVERIFY2(run.err.contains("avx9"), run.err.constData());
        QCOMPARE(run.err.count('\n'), 1);
    }

    void helpAndVersionSucceed()
    {
        QCOMPARE(runCli({"--help"}).status, 0);
        QVERIFY(runCli({"train", "--help"}).out.contains("--checkpoint"));
        QVERIFY(runCli({"--version"}).out.startsWith("convarium-cli "));
    }

    void dataSetsAreListedAndDescribed()
    {
        const CliResult list = runCli({"data", "list", "--json"});
        QCOMPARE(list.status, 0);
        QStringList names;
        for (const QJsonValue& entry : QJsonDocument::fromJson(list.out).array())
            names.append(entry.toObject().value("name").toString());
        QVERIFY(names.contains("digits") && names.contains("mnist"));
        const QJsonObject info = runCli({"data", "info", m_folder.filePath(QStringLiteral("data")), "--json"}).object();
        QCOMPARE(info.value("image"), QJsonValue(QJsonArray{1, 28, 28}));
        QCOMPARE(info.value("splits").toArray()[0].toObject().value("images").toInt(), 320);
    }

    void benchHasTheContractsFields()
    {
        const CliResult run = runCli({"bench", "lenet-5", "mlp", "--mode", "infer", "--batch", "16", "--threads", "1",
                                      "--seconds", "0.1", "--json"});
        QCOMPARE(run.status, 0);
        QCOMPARE(keysInOrder(run.out), QStringList({"peak_gflops", "kernels", "results"}));
        const QJsonArray results = run.object().value("results").toArray();
        QCOMPARE(results.size(), 2);
        QCOMPARE(results[0].toObject().keys(), QStringList({"batch", "gflops", "images_per_second", "mode", "model",
                                                            "peak_share", "precision", "threads"}));
        QVERIFY(results[0].toObject().value("images_per_second").toDouble() > 0);
    }
};

QTEST_GUILESS_MAIN(CliTest)
#include "cli_test.moc"
