// Runs convarium-cli as a script would, on a small data set of its own.
#pragma once

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

#include <random>

namespace convarium::test
{

struct CliResult {
    int status = -1;
    QByteArray out, err;

    [[nodiscard]] QJsonObject object() const { return QJsonDocument::fromJson(out).object(); }
    /// JSON lines, all or those of one event.
    [[nodiscard]] QList<QJsonObject> lines(const QString& event = {}) const
    {
        QList<QJsonObject> list;
        for (const QByteArray& line : out.split('\n')) {
            const QJsonObject object = QJsonDocument::fromJson(line).object();
            if (!object.isEmpty() && (event.isEmpty() || object.value(QLatin1String("event")) == event))
                list.append(object);
        }
        return list;
    }
};

inline CliResult runCli(const QStringList& arguments)
{
    QProcess process;
    process.start(QStringLiteral(CONVARIUM_CLI), arguments);
    CliResult result;
    if (!process.waitForFinished(280'000) || process.exitStatus() != QProcess::NormalExit)
        return result;
    result.status = process.exitCode();
    result.out = process.readAllStandardOutput();
    result.err = process.readAllStandardError();
    return result;
}

/// The keys of an object as they stand in its text; QJsonObject would sort them.
inline QStringList keysInOrder(const QByteArray& line)
{
    QStringList keys;
    int depth = 0;
    bool inText = false;
    qsizetype start = 0;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"' && (i == 0 || line[i - 1] != '\\')) {
            inText = !inText;
            if (inText)
                start = i + 1;
            else if (depth == 1 && line.mid(i + 1, 1) == ":")
                keys.append(QString::fromUtf8(line.mid(start, i - start)));
        } else if (!inText) {
            depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        }
    }
    return keys;
}

/// Four IDX files: class c has a bright bar at a place of its own, in noise.
inline void writeTinyData(const QString& folder, int train = 320, int test = 100)
{
    QDir().mkpath(folder);
    std::mt19937 random(3);
    for (const auto& [part, count] :
         {std::pair{QStringLiteral("train"), train}, std::pair{QStringLiteral("t10k"), test}}) {
        const auto number = [](QByteArray& bytes, int n) {
            for (int shift = 24; shift >= 0; shift -= 8)
                bytes.append(static_cast<char>(n >> shift));
        };
        QByteArray images, labels;
        for (const int n : {0x803, count, 28, 28})
            number(images, n);
        for (const int n : {0x801, count})
            number(labels, n);
        for (int i = 0; i < count; ++i) {
            const int label = static_cast<int>(random() % 10);
            labels.append(static_cast<char>(label));
            for (int y = 0; y < 28; ++y)
                for (int x = 0; x < 28; ++x)
                    images.append(
                        static_cast<char>((y / 14 == label / 5 && x / 5 == label % 5 ? 150 : 0) + random() % 100));
        }
        for (const auto& [kind, content] : {std::pair{QStringLiteral("-images-idx3-ubyte"), images},
                                            std::pair{QStringLiteral("-labels-idx1-ubyte"), labels}}) {
            QFile file(QDir(folder).filePath(part + kind));
            QVERIFY(file.open(QIODevice::WriteOnly));
            QCOMPARE(file.write(content), content.size());
        }
    }
}

} // namespace convarium::test
