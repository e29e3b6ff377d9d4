// Folders of pictures through the command line: description, training, evaluation, and a picture that turns out broken.
#include "tests/app/cli_run.h"
#include "tests/data/pictures.h"

#include <QTemporaryDir>

using namespace convarium::test;

class CliFolderTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }

    /// Red squares, green squares and blue squares, in noise, 24x20.
    void addPictures(const QString& folder, int perClass) const
    {
        quint32 state = 5;
        const auto noise = [&state] { return static_cast<int>((state = state * 1664525u + 1013904223u) >> 24) / 3; };
        for (int c = 0; c < 3; ++c)
            for (int i = 0; i < perClass; ++i) {
                QImage image(24, 20, QImage::Format_RGB32);
                const int left = noise() / 8;
                for (int y = 0; y < 20; ++y)
                    for (int x = 0; x < 24; ++x) {
                        std::array<int, 3> rgb{noise(), noise(), noise()};
                        if (x >= left && x < left + 12 && y >= 4 && y < 16)
                            rgb[static_cast<std::size_t>(c)] += 150;
                        image.setPixel(x, y, qRgb(rgb[0], rgb[1], rgb[2]));
                    }
                writeFile(QStringLiteral("%1/%2/%3.png").arg(folder, QStringLiteral("class%1").arg(c)).arg(i),
                          encoded(image, "png"));
            }
    }
    /// Input 3x16x16, one convolution, `units` numbers out.
    QString network(int units, int channels = 3) const
    {
        const QString file = m_folder.filePath(QStringLiteral("net%1-%2.json").arg(units).arg(channels));
        writeFile(file, QStringLiteral(R"({"format": 1, "name": "small", "nextId": 7, "nodes": [
  {"id": 1, "type": "input", "version": 1, "name": "In", "params": {"channels": %2, "height": 16, "width": 16}},
  {"id": 2, "type": "conv2d", "version": 1, "name": "C", "params": {"filters": 8}},
  {"id": 3, "type": "relu", "version": 1, "name": "R", "params": {}},
  {"id": 4, "type": "max_pool", "version": 1, "name": "P", "params": {}},
  {"id": 5, "type": "flatten", "version": 1, "name": "F", "params": {}},
  {"id": 6, "type": "dense", "version": 1, "name": "D", "params": {"units": %1}}],
 "edges": [{"from": 1, "to": 2}, {"from": 2, "to": 3}, {"from": 3, "to": 4}, {"from": 4, "to": 5}, {"from": 5, "to": 6}]})")
                            .arg(units)
                            .arg(channels)
                            .toUtf8());
        return file;
    }

private Q_SLOTS:
    void initTestCase() { addPictures(path("set"), 20); }

    void infoCountsClassesSizesAndParts()
    {
        const CliResult json = runCli({"data", "info", path("set"), "--json"});
        QCOMPARE(json.status, 0);
        const QJsonObject info = json.object();
        QCOMPARE(info.value("classes").toArray(), (QJsonArray{"class0", "class1", "class2"}));
        const QJsonArray splits = info.value("splits").toArray();
        QCOMPARE(splits.size(), 2);
        QCOMPARE(splits[0].toObject().value("per_class").toArray(), (QJsonArray{16, 16, 16}));
        QCOMPARE(splits[1].toObject().value("per_class").toArray(), (QJsonArray{4, 4, 4}));
        QCOMPARE(info.value("sizes").toObject().value("median").toArray(), (QJsonArray{24, 20}));
        QCOMPARE(info.value("channels").toObject().value("colour").toInt(), 60);
        const CliResult text = runCli({"data", "info", path("set")});
        QVERIFY(text.out.contains("16 of class0") && text.out.contains("median 24x20"));
    }

    void aSmallNetworkLearnsAndIsJudgedOnEachPart()
    {
        const CliResult run = runCli({"train", network(3), "--data", path("set"), "--epochs", "25", "--batch", "8",
                                      "--validation", "0.25", "--json", "-o", path("net.convarium")});
        QVERIFY2(run.status == 0, run.err.constData());
        const QJsonObject start = run.lines("start").first();
        QCOMPARE(start.value("train_images").toInt(), 36);
        QCOMPARE(start.value("validation_images").toInt(), 12);
        QCOMPARE(start.value("test_images").toInt(), 12);
        QVERIFY(run.lines("done").first().value("test_accuracy").toDouble() > 0.8);
        const auto eval = [&](const char* split) {
            return runCli({"eval", path("net.convarium"), "--data", path("set"), "--split", split, "--json"}).object();
        };
        QCOMPARE(eval("test").value("loss").toDouble(), run.lines("done").first().value("test_loss").toDouble());
        QCOMPARE(eval("validation").value("images").toInt(), 12);
        QCOMPARE(eval("validation").value("loss").toDouble(),
                 run.lines("epoch").last().value("validation_loss").toDouble());
        QCOMPARE(eval("train").value("images").toInt(), 48);
    }

    void withoutAValidationShareThereIsNoValidationPart()
    {
        QCOMPARE(runCli({"train", network(3), "--data", path("set"), "--steps", "1", "-o", path("n.convarium")}).status,
                 0);
        const CliResult eval = runCli({"eval", path("n.convarium"), "--data", path("set"), "--split", "validation"});
        QCOMPARE(eval.status, 1);
        QVERIFY2(eval.err.contains("no validation images"), eval.err.constData());
    }

    void aPictureThatTurnsOutBrokenEndsTheRunInOneSentence()
    {
        addPictures(path("broken"), 6);
        const QString victim = path("broken/class1/3.png");
        const QByteArray whole = encoded(noisy(24, 20), "png");
        writeFile(victim, whole.left(whole.size() * 2 / 3));
        const CliResult run = runCli(
            {"train", network(3), "--data", path("broken"), "--epochs", "2", "--json", "-o", path("no.convarium")});
        QCOMPARE(run.status, 1);
        QVERIFY2(run.err.contains("broken/class1/3.png' cannot be read: it ends"), run.err.constData());
        QCOMPARE(run.err.count('\n'), 1);
        QVERIFY(!QFile::exists(path("no.convarium")));
    }

    void aBrokenPictureInTheTestPartComesTooLateToLoseTheRun()
    {
        addPictures(path("parts/train"), 6);
        addPictures(path("parts/test"), 3);
        const QByteArray whole = encoded(noisy(24, 20), "png");
        writeFile(path("parts/test/class1/2.png"), whole.left(whole.size() * 2 / 3));
        const CliResult run = runCli(
            {"train", network(3), "--data", path("parts"), "--epochs", "1", "--json", "-o", path("late.convarium")});
        QCOMPARE(run.status, 1);
        QVERIFY2(run.err.contains("parts/test/class1/2.png' cannot be read"), run.err.constData());
        QCOMPARE(run.err.count('\n'), 1);
        QCOMPARE(run.lines("done").size(), 1);
        QCOMPARE(run.lines("done").first().value("file").toString(), path("late.convarium"));
        const CliResult eval =
            runCli({"eval", path("late.convarium"), "--data", path("parts"), "--split", "train", "--json"});
        QVERIFY2(eval.status == 0, eval.err.constData());
    }

    void whatDoesNotFitTheNetworkIsSaid()
    {
        const CliResult classes = runCli({"train", network(10), "--data", path("set")});
        QCOMPARE(classes.status, 1);
        QVERIFY2(classes.err.contains("3 classes"), classes.err.constData());
        const CliResult channels = runCli({"train", network(3, 2), "--data", path("set")});
        QCOMPARE(channels.status, 1);
        QVERIFY2(channels.err.contains("grey (1 channel) or colour (3)"), channels.err.constData());
        const CliResult grey = runCli({"train", network(3, 1), "--data", path("set"), "--steps", "2"});
        QVERIFY2(grey.status == 0, grey.err.constData());
    }

    void theFlowerPhotographsAreLearnt()
    {
        const QString flowers = QStringLiteral(CONVARIUM_SOURCE_DIR "/../shared/data/images");
        if (!QFileInfo(flowers).isDir())
            QSKIP("no photographs in ../shared/data/images");
        const CliResult info = runCli({"data", "info", flowers, "--json"});
        QCOMPARE(info.object().value("splits").toArray()[1].toObject().value("per_class").toArray(),
                 (QJsonArray{40, 40, 40, 40, 40}));
        const CliResult run = runCli(
            {"train", network(5), "--data", flowers, "--epochs", "6", "--batch", "20", "--json", "-o", path("f.json")});
        QVERIFY2(run.status == 0, run.err.constData());
        const double accuracy = run.lines("done").first().value("test_accuracy").toDouble();
        QVERIFY2(accuracy > 0.35, QByteArray::number(accuracy).constData()); // chance is 0.2
    }
};

QTEST_GUILESS_MAIN(CliFolderTest)
#include "cli_folder_test.moc"
