#include "engine/io/project_file.h"

#include "engine/io/load_model.h"
#include "engine/io/network_json.h"
#include "engine/io/zip_archive.h"
#include "tests/engine/io/projects.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace convarium::test;

namespace
{

QByteArray contentOf(const std::string& path)
{
    QFile file(QString::fromStdString(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeContent(const std::string& path, const QByteArray& bytes)
{
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

} // namespace

class ProjectFileTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::string path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)).toStdString(); }

private Q_SLOTS:
    void everythingComesBack()
    {
        const Project project = trainedProject(1);
        const std::string file = path("Übung 1.convarium");
        QVERIFY(saveProject(project, file));
        const auto back = openProject(file);
        QVERIFY2(back.has_value(), back ? "" : back.error().text().c_str());
        QVERIFY(back->graph == project.graph);
        QVERIFY(back->train == project.train);
        QVERIFY(back->positions == project.positions);
        QVERIFY(back->notes == project.notes);
        QVERIFY(sameState(*back, project));
        QVERIFY(back->history.steps == project.history.steps);
        QVERIFY(back->history.marks == project.history.marks && !back->history.marks.empty());
        QCOMPARE(back->history.epochs.size(), std::size_t{2});
        QVERIFY(!back->history.epochs[0].validationLoss);
        QCOMPARE(back->history.epochs[1].validationLoss.value_or(0), 0.2);
        QCOMPARE(back->history.epochs[1].trainLoss, 0.125);
        QVERIFY(back->thumbnailPng == project.thumbnailPng);
        const auto network = loadNetwork(file);
        QVERIFY(network);
        QVERIFY(network->graph == project.graph && !network->state);
        QCOMPARE(network->history.epochs.size(), project.history.epochs.size());
        const auto picture = openThumbnail(file);
        QVERIFY(picture && *picture == project.thumbnailPng);
    }

    void anUntrainedProjectHasNoState()
    {
        Project project = trainedProject(2);
        project.state.reset();
        project.thumbnailPng.clear();
        const std::string file = path("untrained.convarium");
        QVERIFY(saveProject(project, file));
        const auto back = openProject(file);
        QVERIFY(back && !back->state && back->thumbnailPng.empty());
    }

    void equalProjectsGiveEqualFiles()
    {
        QVERIFY(saveProject(trainedProject(3), path("a.convarium")));
        QVERIFY(saveProject(trainedProject(3), path("b.convarium")));
        QCOMPARE(contentOf(path("a.convarium")), contentOf(path("b.convarium")));
    }

    void cutOffFilesAreRefused()
    {
        const std::string file = path("whole.convarium");
        QVERIFY(saveProject(trainedProject(4), file));
        const QByteArray whole = contentOf(file);
        const std::string cut = path("cut.convarium");
        for (qsizetype length = 0; length < whole.size(); length += whole.size() / 97 + 1) {
            writeContent(cut, whole.left(length));
            const auto project = openProject(cut);
            QVERIFY(!project);
            QCOMPARE(project.error().code, ErrorCode::BadFormat);
            QCOMPARE(project.error().place.file, cut);
        }
    }

    void changedBytesAreFoundOrHarmless()
    {
        const Project project = trainedProject(5);
        const std::string file = path("good.convarium");
        QVERIFY(saveProject(project, file));
        const QByteArray whole = contentOf(file);
        const std::string changed = path("changed.convarium");
        std::mt19937 random(9);
        int refused = 0;
        for (int i = 0; i < 300; ++i) {
            QByteArray bytes = whole;
            // The archive's directory at the end is short: half of the changes go there.
            const auto size = static_cast<std::uint32_t>(bytes.size());
            const auto at = static_cast<qsizetype>(i % 2 ? random() % size : size - 1 - random() % 700);
            bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1 << random() % 8));
            writeContent(changed, bytes);
            const auto back = openProject(changed);
            if (back)
                QVERIFY(back->graph == project.graph && (!back->state || sameState(*back, project)));
            else
                ++refused;
        }
        QVERIFY(refused > 150);
    }

    void incompleteArchivesAreRefused_data()
    {
        QTest::addColumn<QStringList>("entries");
        QTest::addColumn<bool>("opens");
        QTest::newRow("nothing trained") << QStringList{"network.json", "history.json"} << true;
        QTest::newRow("no network") << QStringList{"history.json"} << false;
        QTest::newRow("no history") << QStringList{"network.json"} << false;
        QTest::newRow("state without weights") << QStringList{"network.json", "history.json", "state.json"} << false;
        QTest::newRow("weights without state")
            << QStringList{"network.json", "history.json", "weights.safetensors"} << false;
        QTest::newRow("optimizer alone") << QStringList{"network.json", "history.json", "optimizer.safetensors"}
                                         << false;
    }

    void incompleteArchivesAreRefused()
    {
        QFETCH(const QStringList, entries);
        QFETCH(const bool, opens);
        const std::string whole = path("entries.convarium");
        QVERIFY(saveProject(trainedProject(6), whole));
        const auto zip = ZipReader::open(whole);
        QVERIFY(zip.has_value());
        ZipWriter writer;
        std::vector<std::vector<std::uint8_t>> kept;
        kept.reserve(static_cast<std::size_t>(entries.size()));
        for (const QString& entry : entries) {
            const auto content = zip->read(entry.toUtf8().constData(), 1 << 30);
            QVERIFY(content.has_value());
            kept.push_back(*content);
            QVERIFY(writer.add(entry.toUtf8().constData(), {kept.back()}, true));
        }
        const std::string part = path("part.convarium");
        QVERIFY(writer.write(part));
        const auto project = openProject(part);
        QCOMPARE(project.has_value(), opens);
        if (!opens)
            QCOMPARE(project.error().code, ErrorCode::BadFormat);
    }

    void ratesStandBesideTheHistory_data()
    {
        QTest::addColumn<QByteArray>("columns");
        QTest::addColumn<bool>("opens");
        QTest::addColumn<double>("third");
        const QByteArray ten = "[1,2,3,4,5,6,7,8,9,10]";
        QTest::newRow("an older file") << QByteArray() << true << 0.0;
        QTest::newRow("rates") << "{\"rate\":" + ten + "}" << true << 3.0;
        QTest::newRow("a newer file") << "{\"rate\":" + ten + ",\"later\":[{}]}" << true << 3.0;
        QTest::newRow("none") << QByteArray("{}") << true << 0.0;
        QTest::newRow("marks") << "{\"rate\":" + ten + R"(,"marks":[{"step":4,"epoch":0.5,"words":"rate"}]})" << true
                               << 3.0;
        QTest::newRow("a mark without words") << QByteArray(R"({"marks":[{"step":4,"epoch":0.5}]})") << false << 0.0;
        QTest::newRow("speeds of too few steps") << QByteArray("{\"images_per_second\":[1,2]}") << false << 0.0;
        QTest::newRow("too few") << QByteArray("{\"rate\":[1,2]}") << false << 0.0;
        QTest::newRow("no list") << QByteArray("{\"rate\":0.1}") << false << 0.0;
        QTest::newRow("no numbers") << "{\"rate\":" + QByteArray(ten).replace("3", "\"3\"") + "}" << false << 0.0;
        QTest::newRow("no object") << ten << false << 0.0;
        QTest::newRow("cut off") << QByteArray("{\"rate\":[1,") << false << 0.0;
    }

    void ratesStandBesideTheHistory()
    {
        QFETCH(const QByteArray, columns);
        QFETCH(const bool, opens);
        QFETCH(const double, third);
        const std::string whole = path("rates.convarium");
        QVERIFY(saveProject(trainedProject(12), whole));
        const auto zip = ZipReader::open(whole);
        QVERIFY(zip && zip->contains("history_columns.json"));
        const auto network = zip->read("network.json", 1 << 20), history = zip->read("history.json", 1 << 20);
        QVERIFY(network && history);
        QVERIFY(
            !QByteArray(reinterpret_cast<const char*>(history->data()), qsizetype(history->size())).contains("rate"));
        ZipWriter writer;
        QVERIFY(writer.add("network.json", {*network}, true));
        QVERIFY(writer.add("history.json", {*history}, true));
        if (!columns.isEmpty())
            QVERIFY(writer.add("history_columns.json",
                               {{reinterpret_cast<const std::uint8_t*>(columns.data()), std::size_t(columns.size())}},
                               true));
        const std::string file = path("rates-changed.convarium");
        QVERIFY(writer.write(file));
        const auto back = openProject(file);
        QCOMPARE(back.has_value(), opens);
        if (opens) {
            QCOMPARE(back->history.steps.size(), std::size_t{10});
            QCOMPARE(back->history.steps[2].rate, third);
            QCOMPARE(back->history.steps[2].loss, 1.0 / 3);
        } else {
            QCOMPARE(back.error().code, ErrorCode::BadFormat);
            QVERIFY(back.error().text().find("history_columns.json") != std::string::npos);
        }
    }

    void aNewerProjectIsRefused()
    {
        std::string network = networkToJson(trainedProject(7));
        network.replace(network.find("\"format\": 1"), 11, "\"format\": 9");
        ZipWriter writer;
        QVERIFY(writer.add("network.json", {{reinterpret_cast<const std::uint8_t*>(network.data()), network.size()}},
                           true));
        QVERIFY(writer.write(path("newer.convarium")));
        const auto project = openProject(path("newer.convarium"));
        QVERIFY(!project);
        QCOMPARE(project.error().code, ErrorCode::NewerVersion);
    }

    void entriesLargerThanTheirLimitAreRefused()
    {
        const std::vector<std::uint8_t> zeros(1 << 20);
        ZipWriter writer;
        QVERIFY(writer.add("network.json", {zeros}, true));
        QVERIFY(writer.write(path("large.convarium")));
        const auto zip = ZipReader::open(path("large.convarium"));
        QVERIFY(zip.has_value());
        QVERIFY(zip->read("network.json", 1 << 20).has_value());
        QVERIFY(!zip->read("network.json", (1 << 20) - 1));
    }

    void aFailedSaveLeavesTheOldFile()
    {
        const std::string file = path("kept.convarium");
        QVERIFY(saveProject(trainedProject(8), file));
        const QByteArray before = contentOf(file);
        const auto failing = []() -> Result<std::span<const std::uint8_t>> {
            return Error{ErrorCode::Io, "The disk is gone.", {}, {}};
        };
        QVERIFY(!writeFileAtomically(file, failing));
        QCOMPARE(contentOf(file), before);
        QCOMPARE(QDir(m_folder.path()).entryList({"kept*"}, QDir::Files).size(), 1);
    }

    void aMissingFolderIsAnError()
    {
        const auto saved = saveProject(trainedProject(9), path("no/such/folder/x.convarium"));
        QVERIFY(!saved);
        QCOMPARE(saved.error().code, ErrorCode::Io);
    }

    void modelsAreFoundByNameOrSuffix_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("words");
        QTest::newRow("misspelt preset") << "lenet5" << static_cast<int>(ErrorCode::UnknownName)
                                         << "Did you mean 'lenet-5'?";
        QTest::newRow("unknown preset") << "a network" << static_cast<int>(ErrorCode::UnknownName) << "mnist-cnn";
        QTest::newRow("missing project") << "gone.convarium" << static_cast<int>(ErrorCode::NotFound)
                                         << "gone.convarium";
        QTest::newRow("missing network") << "gone.json" << static_cast<int>(ErrorCode::NotFound) << "gone.json";
        QTest::newRow("missing ONNX model") << "gone.onnx" << static_cast<int>(ErrorCode::NotFound) << "gone.onnx";
        QTest::newRow("folder") << "folder.convarium" << static_cast<int>(ErrorCode::Io) << "folder";
        QTest::newRow("another file") << "notes.txt" << static_cast<int>(ErrorCode::BadFormat) << ".json or .onnx";
        QTest::newRow("no archive") << "text.convarium" << static_cast<int>(ErrorCode::BadFormat)
                                    << "whole Convarium file";
    }

    void modelsAreFoundByNameOrSuffix()
    {
        QFETCH(const QString, model);
        QFETCH(const int, code);
        QFETCH(const QString, words);
        QDir(m_folder.path()).mkdir("folder.convarium");
        writeContent(path("notes.txt"), "hello");
        writeContent(path("text.convarium"), "hello");
        const bool isFile = model.contains(QLatin1Char('.'));
        const auto project = loadModel(isFile ? m_folder.filePath(model).toStdString() : model.toStdString());
        QVERIFY(!project);
        QCOMPARE(static_cast<int>(project.error().code), code);
        QVERIFY2(QString::fromStdString(project.error().text()).contains(words), project.error().text().c_str());
    }

    void networksAloneAreOpenedToo()
    {
        const Project project = trainedProject(10);
        QVERIFY(saveNetwork(project, path("net.JSON")));
        const auto back = loadModel(path("net.JSON"));
        QVERIFY(back && back->graph == project.graph && !back->state);
    }

    void weightsOfAnotherNetworkAreNoticed()
    {
        const Project project = trainedProject(11);
        QVERIFY(matchWeights(project.graph, *project.state->weights));
        GraphSpec wider = project.graph;
        wider.nodes[2].params.set("units", std::int64_t{129});
        const auto fit = matchWeights(wider, *project.state->weights);
        QVERIFY(!fit);
        QCOMPARE(fit.error().place.node, wider.nodes[2].id);
        QVERIFY(!matchWeights(project.graph, {}));
    }

    void thinningKeepsEndsAndPeaks()
    {
        std::vector<HistoryStep> steps;
        for (int i = 1; i <= 10'000; ++i)
            steps.push_back({i, i / 100.0, i == 5000 ? 99.0 : 1.0 / i, 0.5});
        const auto few = thinned(steps, 400);
        QVERIFY(few.size() <= 400);
        QVERIFY(few.size() >= 200);
        QVERIFY(few.front() == steps.front());
        QVERIFY(few.back() == steps.back());
        QVERIFY(std::any_of(few.begin(), few.end(), [](const HistoryStep& s) { return s.loss == 99.0; }));
        QVERIFY(std::is_sorted(few.begin(), few.end(),
                               [](const HistoryStep& a, const HistoryStep& b) { return a.step < b.step; }));
        QVERIFY(thinned(few, 400) == few);
    }
};

QTEST_APPLESS_MAIN(ProjectFileTest)
#include "project_file_test.moc"
