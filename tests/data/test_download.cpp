// Downloads from a server on the loopback interface: mirrors, resume, checksums, cancelling.
#include "datasets/download.h"
#include "tests/data/tiny_http_server.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace convarium;
using datasets::RemoteSet;
using engine::ErrorCode;

class TestDownload : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
        m_server = std::make_unique<TinyHttpServer>();
        m_good.clear();
        for (int i = 0; i < 200000; ++i)
            m_good.append(static_cast<char>((i * 7919) >> 5));
        const std::string sha = QCryptographicHash::hash(m_good, QCryptographicHash::Sha256).toHex().toStdString();
        m_set = {"things",
                 {m_server->url(QStringLiteral("one")), m_server->url(QStringLiteral("two"))},
                 {{"file", m_good.size(), sha}},
                 2000};
    }

    void aGoodFileArrivesUnderItsName()
    {
        m_server->set(QStringLiteral("/one/file"), {m_good});
        std::int64_t last = -1;
        const auto ok = fetch([&](const std::string& phase, std::int64_t done, std::int64_t total) {
            if (total != m_good.size() || done < last || phase.find("file") == std::string::npos)
                return false;
            last = done;
            return true;
        });
        QVERIFY2(ok, ok ? "" : ok.error().text().c_str());
        QCOMPARE(content("file"), m_good);
        QCOMPARE(last, std::int64_t{m_good.size()});
        QCOMPARE(names(), QStringList{"file"});
        QCOMPARE(m_server->requests, QStringList{"/one/file"});
    }

    void whatIsThereIsNotFetchedAgain()
    {
        put("file", m_good);
        QVERIFY(fetch());
        QVERIFY(m_server->requests.isEmpty());
    }

    void aWrongFileUnderTheNameIsReplaced()
    {
        put("file", "something else");
        m_server->set(QStringLiteral("/one/file"), {m_good});
        QVERIFY(fetch());
        QCOMPARE(content("file"), m_good);
    }

    void theNextMirrorHelpsOut_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("length");
        QTest::newRow("not found") << QByteArray("not here") << 404 << true;
        QTest::newRow("server error") << QByteArray("sorry") << 503 << true;
        QTest::newRow("wrong content of the right size") << QByteArray(200000, 'x') << 200 << true;
        QTest::newRow("too much") << QByteArray(300000, 'x') << 200 << true;
        QTest::newRow("too much without saying so") << QByteArray(300000, 'x') << 200 << false;
        QTest::newRow("a page instead of the file") << QByteArray("<html>login</html>") << 200 << true;
        QTest::newRow("nothing") << QByteArray() << 200 << true;
    }
    void theNextMirrorHelpsOut()
    {
        QFETCH(QByteArray, body);
        QFETCH(int, status);
        QFETCH(bool, length);
        m_server->set(QStringLiteral("/one/file"), {body, status, true, length});
        // Without ranges: what the first mirror left behind must not survive in the file.
        m_server->set(QStringLiteral("/two/file"), {m_good, 200, false});
        const auto ok = fetch();
        QVERIFY2(ok, ok ? "" : ok.error().text().c_str());
        QCOMPARE(content("file"), m_good);
        QCOMPARE(names(), QStringList{"file"});
        QVERIFY(m_server->requests.first().startsWith(u"/one/file"));
        QVERIFY(m_server->requests.last().startsWith(u"/two/file"));
    }

    void aWrongStartFromOneMirrorDoesNotSpoilTheNext()
    {
        m_server->set(QStringLiteral("/one/file"), {"<html>login</html>", 200, true, false});
        m_server->set(QStringLiteral("/two/file"), {m_good});
        QVERIFY(fetch());
        QCOMPARE(content("file"), m_good);
        m_server->requests.removeDuplicates(); // Qt itself asks twice where a connection ends without a length
        QCOMPARE(m_server->requests, (QStringList{"/one/file", "/two/file bytes=18-", "/two/file"}));
    }

    void aPageInsteadOfTheFileDoesNotCostTheGoodPart()
    {
        put("file.part", m_good.left(1000));
        m_server->set(QStringLiteral("/one/file"), {"<html>login</html>", 200, false});
        m_server->set(QStringLiteral("/two/file"), {m_good});
        QVERIFY(fetch());
        QCOMPARE(content("file"), m_good);
        QCOMPARE(m_server->requests, (QStringList{"/one/file bytes=1000-", "/two/file bytes=1000-"}));
    }

    void aBrokenTransferIsContinued()
    {
        m_server->set(QStringLiteral("/one/file"), {m_good, 200, true, true, 50000});
        m_set.mirrors.resize(1);
        const auto failed = fetch();
        QVERIFY(!failed);
        QCOMPARE(failed.error().code, ErrorCode::Network);
        const auto have = content("file.part").size();
        QVERIFY2(have > 0 && have <= 50000, qPrintable(QString::number(have)));
        QVERIFY(!names().contains("file"));
        m_server->set(QStringLiteral("/one/file"), {m_good});
        QVERIFY(fetch());
        QCOMPARE(content("file"), m_good);
        QCOMPARE(m_server->requests.last(), QStringLiteral("/one/file bytes=%1-").arg(have));
        QCOMPARE(names(), QStringList{"file"});
    }

    void aServerWithoutRangesStartsAgain()
    {
        put("file.part", m_good.left(1000));
        m_server->set(QStringLiteral("/one/file"), {m_good, 200, false});
        QVERIFY(fetch());
        QCOMPARE(content("file"), m_good);
        QCOMPARE(m_server->requests, QStringList{"/one/file bytes=1000-"});
    }

    void aPartThatIsTooLongIsThrownAway()
    {
        put("file.part", m_good + "more");
        m_server->set(QStringLiteral("/one/file"), {m_good});
        QVERIFY(fetch());
        QCOMPARE(content("file"), m_good);
        QCOMPARE(m_server->requests, QStringList{"/one/file"});
    }

    void withoutAnyGoodServerNothingIsLeftAndTheErrorTellsAll()
    {
        m_server->set(QStringLiteral("/one/file"), {QByteArray(200000, 'x')});
        const auto failed = fetch();
        QVERIFY(!failed);
        QCOMPARE(failed.error().code, ErrorCode::Network);
        const QString message = QString::fromStdString(failed.error().message);
        QVERIFY2(message.contains(u"checksum"), qPrintable(message));
        QVERIFY2(message.contains(u"404"), qPrintable(message));
        QVERIFY(QString::fromStdString(failed.error().hint).contains(u"digits"));
        QVERIFY(names().isEmpty());
    }

    void aServerThatIsNotThereIsAnError()
    {
        m_server.reset();
        const auto failed = fetch();
        QVERIFY(!failed);
        QCOMPARE(failed.error().code, ErrorCode::Network);
        QVERIFY(names().isEmpty());
    }

    void aSilentServerIsGivenUp()
    {
        TinyHttpServer::Answer silent;
        silent.silent = true;
        m_server->set(QStringLiteral("/one/file"), silent);
        m_server->set(QStringLiteral("/two/file"), {m_good});
        m_set.silenceMs = 300;
        QVERIFY(fetch());
        QCOMPARE(content("file"), m_good);
    }

    void cancellingKeepsThePart()
    {
        put("file.part", m_good.left(1000));
        m_server->set(QStringLiteral("/one/file"), {m_good});
        const auto cancelled = fetch([](const std::string&, std::int64_t done, std::int64_t) { return done < 2000; });
        QVERIFY(!cancelled);
        QCOMPARE(cancelled.error().code, ErrorCode::Cancelled);
        QVERIFY(!names().contains("file"));
        const QByteArray part = content("file.part");
        QVERIFY(part.size() >= 2000);
        QVERIFY(m_good.startsWith(part));
        QVERIFY(fetch());
        QCOMPARE(content("file"), m_good);
    }

    void cancellingAlsoStopsASilentServer()
    {
        TinyHttpServer::Answer silent;
        silent.silent = true;
        m_server->set(QStringLiteral("/one/file"), silent);
        m_set.silenceMs = 60000;
        int calls = 0;
        const auto cancelled = fetch([&](const std::string&, std::int64_t, std::int64_t) { return ++calls < 3; });
        QVERIFY(!cancelled);
        QCOMPARE(cancelled.error().code, ErrorCode::Cancelled);
        QVERIFY(names().isEmpty());
    }

    void progressCountsTheWholeSet()
    {
        const QByteArray other(5000, 'o');
        m_set.files.push_back(
            {"other", other.size(), QCryptographicHash::hash(other, QCryptographicHash::Sha256).toHex().toStdString()});
        m_server->set(QStringLiteral("/one/file"), {m_good});
        m_server->set(QStringLiteral("/one/other"), {other});
        std::int64_t last = 0;
        QVERIFY(fetch([&](const std::string&, std::int64_t done, std::int64_t total) {
            last = done;
            return total == m_good.size() + 5000;
        }));
        QCOMPARE(last, std::int64_t{m_good.size() + 5000});
        QCOMPARE(names(), (QStringList{"file", "other"}));
    }

    void aFolderThatCannotBeMadeIsAnError()
    {
        put("blocker", "x");
        const auto failed = datasets::downloadSet(m_set, m_dir->filePath(QStringLiteral("blocker/in")).toStdString());
        QVERIFY(!failed);
        QCOMPARE(failed.error().code, ErrorCode::Io);
    }

    void mnistHasMirrorsAndChecksumsForAllFourFiles()
    {
        const RemoteSet& set = datasets::mnistSet();
        QCOMPARE(set.files.size(), 4u);
        QVERIFY(set.mirrors.size() >= 2);
        for (const std::string& mirror : set.mirrors)
            QVERIFY(mirror.starts_with("http") && mirror.ends_with("/"));
        for (const auto& file : set.files)
            QCOMPARE(file.sha256.size(), 64u);
        QCOMPARE(set.bytes(), std::int64_t{11594722});
    }

private:
    engine::Result<void> fetch(const datasets::Progress& progress = {})
    {
        return datasets::downloadSet(m_set, m_dir->path().toStdString(), progress);
    }
    QByteArray content(const char* name) const
    {
        QFile file(m_dir->filePath(QLatin1String(name)));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void put(const char* name, const QByteArray& data) const
    {
        QFile file(m_dir->filePath(QLatin1String(name)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(data), data.size());
    }
    QStringList names() const { return QDir(m_dir->path()).entryList(QDir::Files, QDir::Name); }

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<TinyHttpServer> m_server;
    QByteArray m_good;
    RemoteSet m_set;
};

QTEST_GUILESS_MAIN(TestDownload)
#include "test_download.moc"
