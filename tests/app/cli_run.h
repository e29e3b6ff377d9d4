// Runs convarium-cli as a script would, on a small data set of its own.
#pragma once

#include "tests/support/idx_files.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

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

} // namespace convarium::test
