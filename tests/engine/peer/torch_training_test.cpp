// The exported training script: the same steps as the trainer, the user's settings, and two processes that train
// together.
#include "engine/io/presets.h"
#include "engine/io/torch/torch_export.h"
#include "engine/io/weights_file.h"
#include "engine/train/trainer.h"
#include "tests/support/graphs.h"
#include "tests/support/idx_files.h"
#include "tests/support/python.h"

#include "datasets/datasets.h"

#include <QDir>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

/// Runs training scripts one after the other in one process; arguments are separated by "--next".
const char* const kRunScripts = R"(
import runpy, sys
sys.dont_write_bytecode = True
call = []
for word in sys.argv[1:] + ["--next"]:
    if word != "--next":
        call.append(word)
        continue
    sys.argv, call = call, []
    runpy.run_path(sys.argv[0], run_name="__main__")
)";

struct Setting {
    std::string name;
    TrainConfig config;
    GraphSpec graph;
};

/// Convolutions, batch norm, two kinds of weights that decay and two that do not.
GraphSpec network()
{
    GraphMaker m("small");
    m.input();
    m.conv(4, 5, 0, 3, false); // a bias before a batch norm would follow rounding errors only
    m.add("batch_norm");
    m.add("relu");
    m.conv(6, 3, 0, 2);
    m.add("tanh");
    m.add("flatten");
    m.dense(10);
    return m.graph();
}

/// Ends in maps: a class for every pixel.
GraphSpec segmenter()
{
    GraphMaker m("pixels");
    m.input();
    m.conv(4, 3, -1);
    m.add("tanh");
    m.conv(11, 3, -1);
    return m.graph();
}

TrainConfig base()
{
    TrainConfig c;
    c.batch = 24; // not a divisor of the images: the last batch is smaller
    c.epochs = 3;
    c.shuffle = false;
    c.rate = 0.01;
    return c;
}

std::vector<Setting> settings()
{
    std::vector<Setting> all;
    const auto add = [&](const std::string& name, const auto& change) {
        Setting s{name, base(), network()};
        change(s.config);
        all.push_back(s);
    };
    for (const OptimizerInfo& optimizer : optimizerRegistry())
        add("optimizer " + optimizer.id, [&](TrainConfig& c) {
            useOptimizer(c, optimizer);
            c.weightDecay = 0.01;
            c.rate = optimizer.defaultRate / 5;
        });
    for (const char* schedule :
         {"constant", "cosine", "step:1,0.5", "exp:0.7", "one-cycle", "warmup:7", "plateau:0,0.5"})
        add(std::string("schedule ") + schedule, [&](TrainConfig& c) {
            c.optimizer = "momentum";
            c.schedule = schedule;
        });
    for (const char* loss : {"cross-entropy:0.1", "binary-cross-entropy", "mean-squared-error"})
        add(std::string("loss ") + loss, [&](TrainConfig& c) {
            c.optimizer = "sgd";
            c.loss = loss;
        });
    add("L1, L2 and clipping", [](TrainConfig& c) {
        c.optimizer = "momentum";
        c.l1 = 0.003;
        c.weightDecay = 0.02;
        c.clipValue = 0.02;
        c.clipNorm = 0.1;
    });
    add("a class for every pixel", [](TrainConfig& c) { c.optimizer = "sgd"; });
    all.back().graph = segmenter();
    add("averaged weights", [](TrainConfig& c) {
        c.optimizer = "sgd";
        c.averageDecay = 0.9;
    });
    return all;
}

double distance(const WeightMap& a, const WeightMap& b)
{
    double sum = 0;
    for (const auto& [key, tensor] : a)
        for (std::int64_t i = 0; i < tensor.elements(); ++i) {
            const double d = static_cast<double>(tensor[i]) - b.at(key)[i];
            sum += d * d;
        }
    return std::sqrt(sum);
}

class Losses final : public TrainingSink
{
public:
    void epochDone(const EpochEvent& e) override { loss.push_back(e.trainLoss); }
    std::vector<double> loss;
};

} // namespace

class TorchTrainingTest : public QObject
{
    Q_OBJECT

    /// Of this computer; processes of other tests that run beside this one have theirs.
    static quint16 freePort()
    {
        QTcpServer server;
        return server.listen(QHostAddress::LocalHost) ? server.serverPort() : 0;
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (!hasPyTorch())
            QSKIP("There is no PyTorch for /usr/bin/python3 on this machine.");
    }

    void theScriptTakesTheTrainersSteps()
    {
        const QTemporaryDir folder;
        writeTinyData(folder.filePath(QStringLiteral("data")), 100, 60);
        const auto data = convarium::datasets::open(folder.filePath(QStringLiteral("data")).toStdString());
        QVERIFY(data.has_value());
        QStringList arguments{QStringLiteral("-c"), QLatin1String(kRunScripts)};
        const std::vector<Setting> all = settings();
        for (std::size_t i = 0; i < all.size(); ++i) {
            Project p;
            p.graph = all[i].graph;
            p.train = all[i].config;
            const QString stem = folder.filePath(QStringLiteral("s%1").arg(i));
            const auto written = exportTorch(p, *initialWeights(p.graph, 3), stem.toStdString() + ".py");
            QVERIFY2(written.has_value(), written ? "" : written.error().text().c_str());
            if (i > 0)
                arguments.append(QStringLiteral("--next"));
            arguments.append({stem + QStringLiteral("_train.py"), QStringLiteral("--data"),
                              folder.filePath(QStringLiteral("data")), QStringLiteral("--output"),
                              stem + QStringLiteral(".out.safetensors")});
        }
        const PythonResult run = runPython(arguments);
        QVERIFY2(run.status == 0, run.err.constData());
        const QList<QByteArray> printed = run.out.split('\n');
        const QRegularExpression epoch(QStringLiteral("^epoch \\d+: loss ([0-9.]+), "));
        const QRegularExpression test(QStringLiteral("^test loss ([0-9.]+), test accuracy ([0-9.]+)$"));
        qsizetype line = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const GraphSpec& graph = all[i].graph;
            const WeightsPtr start = initialWeights(graph, 3);
            Losses sink;
            TrainControl control;
            Trainer trainer(graph, all[i].config, *data, {}, start);
            const DoneEvent done = trainer.run(control, sink);
            QVERIFY2(done.reason == StopReason::Finished && done.test, all[i].name.c_str());
            for (const double loss : sink.loss) {
                const auto found = epoch.match(QString::fromUtf8(printed.at(line++)));
                QVERIFY2(found.hasMatch(), printed.at(line - 1).constData());
                QVERIFY2(std::abs(found.captured(1).toDouble() - loss) < 2e-3 * loss + 1e-4,
                         qPrintable(QString::fromStdString(all[i].name) + found.captured(0)));
            }
            const auto found = test.match(QString::fromUtf8(printed.at(line++)));
            QVERIFY2(found.hasMatch(), printed.at(line - 1).constData());
            const auto theirs =
                importWeights(graph, folder.filePath(QStringLiteral("s%1.out.safetensors").arg(i)).toStdString());
            QVERIFY2(theirs.has_value(), theirs ? "" : theirs.error().text().c_str());
            // Fifteen steps apart, so rounding has grown; a wrong setting would show at once.
            const double share = distance(*theirs, *trainer.state()->resultWeights()) / distance(*theirs, *start);
            QVERIFY2(share < 0.02, (all[i].name + ": " + std::to_string(share)).c_str());
            QVERIFY2(std::abs(found.captured(1).toDouble() - done.test->loss) < 2e-2, all[i].name.c_str());
        }
    }

    void validationAndWhatFollowsFromItRun()
    {
        const QTemporaryDir folder;
        writeTinyData(folder.filePath(QStringLiteral("data")), 100, 60);
        Project p;
        p.graph = network();
        p.train = base();
        p.train.shuffle = true;
        p.train.validation = 0.2;
        p.train.earlyStopping = 1;
        p.train.restoreBest = true;
        p.train.averageDecay = 0.9;
        p.train.augment = "shift:2";
        p.train.schedule = "plateau:1,0.5";
        p.train.optimizer = "sgd";
        p.train.rate = 30; // gets worse at once
        p.train.epochs = 20;
        const QString stem = folder.filePath(QStringLiteral("s"));
        const auto written = exportTorch(p, *initialWeights(p.graph, 3), stem.toStdString() + ".py");
        QVERIFY2(written.has_value(), written ? "" : written.error().text().c_str());
        QFile script(stem + QStringLiteral("_train.py"));
        QVERIFY(script.open(QIODevice::ReadOnly));
        QVERIFY(script.readAll().contains("changes the training images at random: shift:2\n"));
        const PythonResult run =
            runPython({script.fileName(), QStringLiteral("--data"), folder.filePath(QStringLiteral("data"))});
        QVERIFY2(run.status == 0, run.err.constData());
        QVERIFY2(run.out.contains(", validation loss ") && run.out.contains("The loss was lowest in epoch "),
                 run.out.constData());
        QVERIFY(run.out.count("epoch") < 20);
        for (const char* wrong : {"--data=/no/such/folder", "--epochs=x"}) {
            const PythonResult bad = runPython({script.fileName(), QString::fromLatin1(wrong)});
            QVERIFY(bad.status > 0);
            QVERIFY2(!bad.err.contains("Traceback"), bad.err.constData());
        }
    }

    /// The 60,000 images are there on the developers' machines; a part of them is enough to see that it learns.
    void twoProcessesTrainMnistTogether()
    {
        const QString mnist = QStringLiteral(CONVARIUM_SOURCE_DIR "/../shared/data/mnist");
        if (!QFileInfo::exists(mnist))
            QSKIP("The MNIST files are not at ../shared/data/mnist.");
        const QTemporaryDir folder;
        const auto project = loadPreset("mnist-cnn");
        QVERIFY(project.has_value());
        const QString stem = folder.filePath(QStringLiteral("mnist-cnn"));
        const auto written =
            exportTorch(*project, *initialWeights(project->graph, project->train.seed), stem.toStdString() + ".py");
        QVERIFY2(written.has_value(), written ? "" : written.error().text().c_str());
        // --redirects and --tee name a process that there is not: Debian's torchrun cannot read their default, which
        // says the same, under Python 3.11.
        const PythonResult run = runPython({QStringLiteral("-m"),
                                            QStringLiteral("torch.distributed.run"),
                                            QStringLiteral("--redirects"),
                                            QStringLiteral("9:1"),
                                            QStringLiteral("--tee"),
                                            QStringLiteral("9:1"),
                                            QStringLiteral("--master_addr"),
                                            QStringLiteral("127.0.0.1"),
                                            QStringLiteral("--master_port"),
                                            QString::number(freePort()),
                                            QStringLiteral("--nproc_per_node"),
                                            QStringLiteral("2"),
                                            stem + QStringLiteral("_train.py"),
                                            QStringLiteral("--data"),
                                            mnist,
                                            QStringLiteral("--limit"),
                                            QStringLiteral("2000"),
                                            QStringLiteral("--epochs"),
                                            QStringLiteral("1"),
                                            QStringLiteral("--output"),
                                            stem + QStringLiteral(".out.safetensors")},
                                           200'000);
        QVERIFY2(run.status == 0, run.err.constData());
        const auto found = QRegularExpression(QStringLiteral("test loss ([0-9.]+), test accuracy ([0-9.]+)"))
                               .match(QString::fromUtf8(run.out));
        QVERIFY2(found.hasMatch(), run.out.constData());
        QCOMPARE(run.out.count("test accuracy"), 1); // one process speaks for both
        const double accuracy = found.captured(2).toDouble();
        qInfo("%s", run.out.trimmed().constData());
        QVERIFY2(accuracy > 0.75, run.out.constData());
        // What they trained is the same network here.
        const auto weights = importWeights(project->graph, (stem + QStringLiteral(".out.safetensors")).toStdString());
        QVERIFY2(weights.has_value(), weights ? "" : weights.error().text().c_str());
        const auto data = convarium::datasets::open(mnist.toStdString());
        QVERIFY(data.has_value());
        const auto evaluated = evaluate(project->graph, *weights, *data->test, 2);
        QVERIFY(evaluated.has_value());
        QVERIFY2(std::abs(evaluated->accuracy - accuracy) < 1.1e-4, std::to_string(evaluated->accuracy).c_str());
    }
};

QTEST_APPLESS_MAIN(TorchTrainingTest)
#include "torch_training_test.moc"
