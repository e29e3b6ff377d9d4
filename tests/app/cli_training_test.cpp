#include "engine/io/project_file.h"
#include "tests/app/cli_run.h"

#include <QTemporaryDir>

#if defined(Q_OS_UNIX)
#include <csignal>
#endif

using namespace convarium::test;

class CliTrainingTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }
    /// A short run of the small network on the small data.
    QStringList train(const QStringList& more) const
    {
        return QStringList{"train", "mlp", "--data", path("data"), "--threads", "2", "--batch", "32", "--json"} + more;
    }
    static QList<double> losses(const CliResult& run)
    {
        QList<double> list;
        for (const QJsonObject& line : run.lines("step"))
            list.append(line.value("loss").toDouble());
        return list;
    }

private Q_SLOTS:
    void initTestCase() { writeTinyData(path("data")); }

    void weightsGoOutAsSafetensorsAndComeBack()
    {
        QCOMPARE(runCli(train({"--epochs", "1", "-o", path("w.convarium")})).status, 0);
        const CliResult out =
            runCli({"export", path("w.convarium"), "--format", "safetensors", "-o", path("w.safetensors")});
        QVERIFY2(out.status == 0, out.err.constData());
        QVERIFY(out.out.contains("w.safetensors") && !out.out.contains("untrained"));
        const CliResult before = runCli({"eval", path("w.convarium"), "--data", path("data"), "--json"});
        const CliResult after =
            runCli({"eval", "mlp", "--weights", path("w.safetensors"), "--data", path("data"), "--json"});
        QVERIFY2(after.status == 0, after.err.constData());
        QCOMPARE(after.out, before.out);
        // Training starts from them, too.
        const auto firstLoss = [&](const QStringList& more) {
            return losses(runCli(train(QStringList{"--steps", "1", "--every-step", "--no-shuffle"} + more))).value(0);
        };
        QVERIFY(firstLoss({"--weights", path("w.safetensors")}) < 0.7 * firstLoss({}));
        QVERIFY(runCli({"export", "mlp", "--format", "safetensors", "-o", path("m.safetensors")})
                    .out.contains("untrained"));
        const CliResult other = runCli({"eval", "lenet-5", "--weights", path("w.safetensors"), "--data", path("data")});
        QCOMPARE(other.status, 1);
        QVERIFY2(other.err.contains("do not fit the network") && other.err.count('\n') == 1, other.err.constData());
    }

    void aRunLearnsAndReportsItsEvents()
    {
        const CliResult run =
            runCli(train({"--epochs", "4", "--validation", "0.2", "--every-step", "-o", path("out.convarium")}));
        QCOMPARE(run.status, 0);
        QVERIFY2(run.err.isEmpty(), run.err.constData());
        const auto lines = run.lines();
        QCOMPARE(lines.first().value("event").toString(), QStringLiteral("start"));
        QCOMPARE(lines.first().value("train_images").toInt(), 256);
        QCOMPARE(lines.first().value("validation_images").toInt(), 64);
        QCOMPARE(run.lines("step").size(), 4 * 8);
        const QList<QByteArray> texts = run.out.trimmed().split('\n');
        QCOMPARE(keysInOrder(texts[1]),
                 QStringList({"event", "step", "epoch", "loss", "accuracy", "images_per_second"}));
        const auto epochs = run.lines("epoch");
        QCOMPARE(epochs.size(), 4);
        QCOMPARE(keysInOrder(texts[9]),
                 QStringList({"event", "epoch", "train_loss", "train_accuracy", "validation_loss",
                              "validation_accuracy", "seconds", "images_per_second"}));
        QVERIFY(epochs.last().value("train_loss").toDouble() < epochs.first().value("train_loss").toDouble());
        QVERIFY(epochs.last().value("validation_accuracy").isDouble());
        QCOMPARE(keysInOrder(texts.last()),
                 QStringList({"event", "test_loss", "test_accuracy", "seconds", "peak_memory", "file"}));
        const QJsonObject done = lines.last();
        QVERIFY(done.value("test_accuracy").toDouble() > 0.9);
        QVERIFY(done.value("peak_memory").toDouble() > 1e6);
        QCOMPARE(done.value("file").toString(), path("out.convarium"));

        const CliResult eval = runCli({"eval", path("out.convarium"), "--data", path("data"), "--json"});
        QCOMPARE(eval.status, 0);
        QCOMPARE(keysInOrder(eval.out), QStringList({"split", "images", "loss", "accuracy", "confusion"}));
        QCOMPARE(eval.object().value("accuracy").toDouble(), done.value("test_accuracy").toDouble());
        QCOMPARE(eval.object().value("loss").toDouble(), done.value("test_loss").toDouble());
        QCOMPARE(eval.object().value("images").toInt(), 100);
        int sum = 0;
        for (const QJsonValue& row : eval.object().value("confusion").toArray())
            for (const QJsonValue& count : row.toArray())
                sum += count.toInt();
        QCOMPARE(sum, 100);
    }

    void withoutAValidationSetItsValuesAreNull()
    {
        const CliResult run = runCli(train({"--epochs", "1"}));
        QVERIFY(run.lines("epoch").first().value("validation_loss").isNull());
        QVERIFY(run.lines("done").first().value("file").isNull());
    }

    void aProjectHoldsTheCurveOfItsTraining()
    {
        const auto project = convarium::engine::openProject(path("out.convarium").toStdString());
        QVERIFY(project.has_value());
        QCOMPARE(project->history.steps.size(), std::size_t{32});
        QCOMPARE(project->history.epochs.size(), std::size_t{4});
        QCOMPARE(project->train.batch, 32);
        QCOMPARE(project->state->step, 32);
    }

    void theSameSeedGivesTheSameLosses()
    {
        const QStringList arguments = train({"--epochs", "2", "--every-step", "--seed", "7"});
        const auto first = losses(runCli(arguments));
        QCOMPARE(first.size(), 20);
        QCOMPARE(losses(runCli(arguments)), first);
        QVERIFY(losses(runCli(train({"--epochs", "2", "--every-step", "--seed", "8"}))) != first);
    }

    void aResumedRunEqualsAnUninterruptedOneBitForBit_data()
    {
        QTest::addColumn<QString>("optimizer");
        for (const char* optimizer : {"sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw"})
            QTest::newRow(optimizer) << QString::fromLatin1(optimizer);
    }

    void aResumedRunEqualsAnUninterruptedOneBitForBit()
    {
        QFETCH(const QString, optimizer);
        const QStringList common{"--optimizer", optimizer, "--schedule", "constant", "--every-step"};
        const CliResult whole = runCli(train(common + QStringList{"--epochs", "4", "-o", path("whole.convarium")}));
        const CliResult half =
            runCli(train(common + QStringList{"--epochs", "2", "--checkpoint", path("half.convarium")}));
        const CliResult rest = runCli(
            train({"--epochs", "4", "--every-step", "--resume", path("half.convarium"), "-o", path("rest.convarium")}));
        QCOMPARE(whole.status, 0);
        QCOMPARE(half.status, 0);
        QCOMPARE(rest.status, 0);
        QCOMPARE(losses(half) + losses(rest), losses(whole));
        const auto a = convarium::engine::openProject(path("whole.convarium").toStdString());
        const auto b = convarium::engine::openProject(path("rest.convarium").toStdString());
        QVERIFY(a && b);
        QVERIFY(*a->state->weights == *b->state->weights);
        const auto same = [](const auto& x, const auto& y) { return x && y ? *x == *y : !x && !y; };
        QVERIFY(same(a->state->optimizer1, b->state->optimizer1));
        QVERIFY(same(a->state->optimizer2, b->state->optimizer2));
        QCOMPARE(a->state->optimizer1 != nullptr, optimizer != "sgd");
        QCOMPARE(a->state->optimizer2 != nullptr, optimizer.startsWith("adam"));
        const auto curve = [](const convarium::engine::Project& project) {
            auto steps = project.history.steps;
            for (auto& s : steps)
                s.imagesPerSecond = 0; // how fast it went is another thing each time
            return steps;
        };
        QVERIFY(curve(*a) == curve(*b));
        QVERIFY(a->history.steps.back().imagesPerSecond > 0);
    }

    /// Through files, from the middle of an epoch, with every option on.
    void everyOptionResumesBitForBit()
    {
        const QStringList common{"--optimizer",
                                 "adamw",
                                 "--schedule",
                                 "plateau:0,0.5",
                                 "--every-step",
                                 "--validation",
                                 "0.2",
                                 "--weight-decay",
                                 "0.01",
                                 "--l1",
                                 "0.0001",
                                 "--clip-norm",
                                 "1",
                                 "--clip-value",
                                 "0.5",
                                 "--ema",
                                 "0.9",
                                 "--early-stopping",
                                 "50",
                                 "--restore-best",
                                 "--augment",
                                 "shift:1,rotate:5,elastic",
                                 "--label-smoothing",
                                 "0.1"};
        const CliResult whole = runCli(train(common + QStringList{"--epochs", "4", "-o", path("all.convarium")}));
        const CliResult half =
            runCli(train(common + QStringList{"--steps", "13", "--checkpoint", path("part.convarium")}));
        const CliResult rest = runCli(train(
            {"--epochs", "4", "--every-step", "--resume", path("part.convarium"), "-o", path("joined.convarium")}));
        QVERIFY2(whole.status == 0 && half.status == 0 && rest.status == 0,
                 (whole.err + half.err + rest.err).constData());
        QCOMPARE(losses(half) + losses(rest), losses(whole));
        const auto a = convarium::engine::openProject(path("all.convarium").toStdString());
        const auto b = convarium::engine::openProject(path("joined.convarium").toStdString());
        QVERIFY(a && b);
        QVERIFY(*a->state->weights == *b->state->weights);
        QVERIFY(*a->state->average == *b->state->average);
        QVERIFY(*a->state->best == *b->state->best);
        QCOMPARE(a->state->progress.plateau.cuts, b->state->progress.plateau.cuts);
        // What eval judges is the best epoch, as the end of the run did.
        const CliResult eval = runCli({"eval", path("all.convarium"), "--data", path("data"), "--json"});
        QCOMPARE(eval.object().value("loss").toDouble(), whole.lines("done").first().value("test_loss").toDouble());
    }

    void aFrozenLayerKeepsItsInitialWeights()
    {
        QCOMPARE(runCli(train({"--epochs", "1", "--freeze", "F1,R1", "-o", path("frozen.convarium")})).status, 0);
        const auto project = convarium::engine::openProject(path("frozen.convarium").toStdString());
        QVERIFY(project);
        const auto start = convarium::engine::initialWeights(project->graph, project->train.seed);
        QVERIFY(project->graph.node(3)->frozen);
        bool others = false;
        for (const auto& [key, tensor] : *project->state->weights)
            if (key.first == 3)
                QVERIFY(tensor == start->at(key));
            else
                others = others || !(tensor == start->at(key));
        QVERIFY(others);
    }

    /// A network that ends in 11 maps of 28 x 28: digits get masks by themselves.
    void mapsLearnMasksOfDigits()
    {
        QFile file(path("segmenter.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(R"({"format":1,"name":"segmenter","nextId":5,"nodes":[
            {"id":1,"type":"input","version":1,"name":"Input","params":{"channels":1,"height":28,"width":28}},
            {"id":2,"type":"conv2d","version":1,"name":"C1","params":{"filters":8,"kernelHeight":5,"kernelWidth":5,"padding":"same"}},
            {"id":3,"type":"relu","version":1,"name":"R1","params":{}},
            {"id":4,"type":"conv2d","version":1,"name":"C2","params":{"filters":11,"kernelHeight":5,"kernelWidth":5,"padding":"same"}}],
            "edges":[{"from":1,"to":2},{"from":2,"to":3},{"from":3,"to":4}],
            "training":{"batch":20,"rate":0.01}})");
        file.close();
        const CliResult run = runCli({"train", path("segmenter.json"), "--data", path("data"), "--epochs", "4",
                                      "--json", "-o", path("segmenter.convarium")});
        QVERIFY2(run.status == 0, run.err.constData());
        const auto epochs = run.lines("epoch");
        QVERIFY(epochs.last().value("train_loss").toDouble() < 0.6 * epochs.first().value("train_loss").toDouble());
        const CliResult eval = runCli({"eval", path("segmenter.convarium"), "--data", path("data"), "--json"});
        QVERIFY2(eval.status == 0, eval.err.constData());
        QCOMPARE(keysInOrder(eval.out),
                 QStringList({"split", "images", "loss", "accuracy", "confusion", "pixel_accuracy", "mean_iou"}));
        QVERIFY(eval.object().value("pixel_accuracy").toDouble() > 0.8);
        const double overlap = eval.object().value("mean_iou").toDouble();
        QVERIFY(overlap > 0 && overlap < eval.object().value("pixel_accuracy").toDouble());
        QCOMPARE(eval.object().value("confusion").toArray().size(), 11);
        const CliResult text = runCli({"eval", path("segmenter.convarium"), "--data", path("data")});
        QVERIFY(text.out.contains("background") && text.out.contains("intersection over union"));
    }

    void aCheckpointOfAnotherNetworkIsRefused()
    {
        QCOMPARE(runCli(train({"--steps", "1", "--checkpoint", path("one.convarium")})).status, 0);
        const CliResult run = runCli({"train", "lenet-5", "--data", path("data"), "--resume", path("one.convarium")});
        QCOMPARE(run.status, 1);
        QVERIFY2(run.err.contains("another network"), run.err.constData());
    }

    void aRateOf1000DivergesWithAReasonAndWhatToTry()
    {
        const CliResult run = runCli({"train", "mnist-cnn", "--data", path("data"), "--optimizer", "sgd", "--lr",
                                      "1000", "--epochs", "20", "--json", "-o", path("diverged.convarium")});
        QCOMPARE(run.status, 1);
        const auto lines = run.lines("diverged");
        QCOMPARE(lines.size(), 1);
        QVERIFY(lines.first().value("hint").toString().contains("smaller rate"));
        QVERIFY(run.err.contains("smaller rate"));
        QVERIFY(!QFile::exists(path("diverged.convarium")));
    }

    void flagsOverrideThePresetsSettings()
    {
        const CliResult run = runCli(train({"--steps", "3", "--optimizer", "sgd", "--schedule", "constant", "--limit",
                                            "64", "--scale", "0.5,0.25", "-o", path("flags.json")}));
        QCOMPARE(run.status, 0);
        const QJsonObject start = run.lines("start").first();
        QCOMPARE(start.value("optimizer").toString(), QStringLiteral("sgd"));
        QCOMPARE(start.value("rate").toDouble(), 0.01); // the usual one of sgd, not the preset's for adam
        QCOMPARE(start.value("train_images").toInt(), 64);
        QCOMPARE(start.value("steps").toInt(), 3);
        QFile file(path("flags.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonObject network = QJsonDocument::fromJson(file.readAll()).object();
        QCOMPARE(network.value("inputs").toArray()[0].toObject().value("scale").toString(), QStringLiteral("0.5,0.25"));
    }

    void stepLinesAreFewWithoutEveryStep()
    {
        const CliResult run = runCli(train({"--epochs", "30"}));
        const auto steps = run.lines("step");
        const double seconds = run.lines("done").first().value("seconds").toDouble();
        QVERIFY(!steps.isEmpty());
        QVERIFY(static_cast<double>(steps.size()) <= 10 * seconds + 1);
    }

#if defined(Q_OS_UNIX)
    void aFolderThatIsNotThereIsToldBeforeTraining()
    {
        for (const char* flag : {"-o", "--checkpoint"}) {
            const CliResult run = runCli(train({"--epochs", "1", flag, path("nowhere/a.convarium")}));
            QCOMPARE(run.status, 1);
            QVERIFY2(run.err.contains("its folder does not exist"), run.err.constData());
            QVERIFY2(run.lines("start").isEmpty(), run.out.constData());
        }
    }

    void controlCStopsCleanlyAndWritesWhatWasAsked()
    {
        QProcess process;
        process.start(QStringLiteral(CONVARIUM_CLI), train({"--epochs", "100000", "-o", path("stopped.convarium")}));
        QByteArray out; // the check is evaluated more than once, reading takes the output away
        const auto epochSeen = [&] { return (out += process.readAllStandardOutput()).contains("\"event\":\"epoch\""); };
        QTRY_VERIFY_WITH_TIMEOUT(epochSeen(), 60'000);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 130);
        QVERIFY((out + process.readAllStandardOutput()).contains("\"event\":\"done\""));
        const auto project = convarium::engine::openProject(path("stopped.convarium").toStdString());
        QVERIFY(project && project->state && project->state->step > 0);
    }
#endif
};

QTEST_GUILESS_MAIN(CliTrainingTest)
#include "cli_training_test.moc"
