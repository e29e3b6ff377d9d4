// Opening data by name or folder, and the catalogue.
#include "datasets/datasets.h"
#include "datasets/idx.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace convarium;
using engine::ErrorCode;

class TestSources : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
        qputenv("CONVARIUM_DATA", m_dir->path().toUtf8());
    }

    void theDataFolderFollowsTheEnvironment()
    {
        QCOMPARE(datasets::dataFolder(), m_dir->path().toStdString());
        qunsetenv("CONVARIUM_DATA");
        QVERIFY(QString::fromStdString(datasets::dataFolder()).endsWith(u"/convarium"));
    }

    void theCatalogueNamesBothSets()
    {
        const auto entries = datasets::catalogue();
        QCOMPARE(entries.size(), 2u);
        QCOMPARE(entries[0].name, std::string("digits"));
        QVERIFY(entries[0].present);
        QCOMPARE(entries[0].downloadBytes, std::int64_t{0});
        QCOMPARE(entries[1].name, std::string("mnist"));
        QVERIFY(!entries[1].present);
        QVERIFY(entries[1].downloadBytes > 11'000'000);
        for (const auto& entry : entries)
            QVERIFY(!entry.title.empty() && !entry.description.empty());
    }

    void unusableSourcesSayWhatIsSupported_data()
    {
        QTest::addColumn<QString>("source");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("hint");
        QTest::newRow("unknown name") << "fashion" << static_cast<int>(ErrorCode::UnknownName) << "'digits', 'mnist'";
        QTest::newRow("empty name") << "" << static_cast<int>(ErrorCode::UnknownName) << "'digits'";
        QTest::newRow("mnist before its download")
            << "mnist" << static_cast<int>(ErrorCode::NotFound) << "convarium-cli data download mnist";
        QTest::newRow("empty folder") << "{}/empty" << static_cast<int>(ErrorCode::BadFormat)
                                      << "train-images-idx3-ubyte";
        QTest::newRow("a class without pictures")
            << "{}/classes" << static_cast<int>(ErrorCode::BadFormat) << "PNG, JPEG or BMP";
        QTest::newRow("a file") << "{}/file" << static_cast<int>(ErrorCode::InvalidArgument) << "folder";
        QTest::newRow("labels alone") << "{}/labels" << static_cast<int>(ErrorCode::NotFound) << "missing file";
    }
    void unusableSourcesSayWhatIsSupported()
    {
        QFETCH(QString, source);
        QFETCH(int, code);
        QFETCH(QString, hint);
        QDir dir(m_dir->path());
        QVERIFY(dir.mkpath(QStringLiteral("empty")) && dir.mkpath(QStringLiteral("classes/cat")) &&
                dir.mkpath(QStringLiteral("labels")));
        for (const char* name : {"file", "labels/train-labels-idx1-ubyte"}) {
            QFile file(dir.filePath(QLatin1String(name)));
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
        const auto bundle = datasets::open(source.replace(QStringLiteral("{}"), m_dir->path()).toStdString());
        QVERIFY(!bundle);
        QCOMPARE(static_cast<int>(bundle.error().code), code);
        QVERIFY2(QString::fromStdString(bundle.error().hint).contains(hint), bundle.error().text().c_str());
    }

    void mnistInTheDataFolderIsOpenedByName()
    {
        const std::vector<std::string> names(10, "n");
        const engine::InMemoryDataset train({1, 2, 2}, std::vector<std::uint8_t>(12), {3, 4, 3}, names);
        const engine::InMemoryDataset test({1, 2, 2}, std::vector<std::uint8_t>(4), {5}, names);
        QVERIFY(datasets::writeIdxFolder(datasets::dataFolder() + "/mnist", train, test));
        QVERIFY(datasets::catalogue()[1].present);
        const auto bundle = datasets::open("mnist");
        QVERIFY(bundle);
        QCOMPARE(bundle->name, std::string("mnist"));
        const auto info = datasets::describeSource(*bundle);
        QCOMPARE(info.name, std::string("mnist"));
        QCOMPARE(info.imageShape, (engine::Shape{1, 2, 2}));
        QCOMPARE(info.classNames.size(), 10u);
        QCOMPARE(info.splits.size(), 2u);
        QCOMPARE(info.splits[0].name, std::string("train"));
        QCOMPARE(info.splits[0].images, std::int64_t{3});
        QCOMPARE(info.splits[0].perClass, (std::vector<std::int64_t>{0, 0, 0, 2, 1, 0, 0, 0, 0, 0}));
        QCOMPARE(info.splits[1].name, std::string("test"));
        QCOMPARE(info.splits[1].perClass[5], std::int64_t{1});
        QCOMPARE(info.residentBytes, std::int64_t{12 + 3 + 4 + 1});
    }

    void onlyKnownSetsCanBeDownloaded()
    {
        const auto generated = datasets::download("digits");
        QVERIFY(!generated);
        QCOMPARE(generated.error().code, ErrorCode::InvalidArgument);
        const auto unknown = datasets::download("fashion");
        QVERIFY(!unknown);
        QCOMPARE(unknown.error().code, ErrorCode::UnknownName);
    }

    void cleanup() { qputenv("CONVARIUM_DATA", m_dir->path().toUtf8()); }

private:
    std::unique_ptr<QTemporaryDir> m_dir;
};

QTEST_GUILESS_MAIN(TestSources)
#include "test_sources.moc"
