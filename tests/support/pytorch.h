// Numbers of another implementation: small Python programs on PyTorch, where it is installed.
#pragma once

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <optional>

namespace convarium::test
{

/// Debian's Python, which has python3-torch; a Python of the user's own need not.
inline const QString kPython = QStringLiteral("/usr/bin/python3");

inline QProcessEnvironment pythonEnvironment()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    // Debian's oneDNN and OpenBLAS misjudge some virtual machines.
    environment.insert(QStringLiteral("ONEDNN_MAX_CPU_ISA"), QStringLiteral("AVX512_CORE_BF16"));
    environment.insert(QStringLiteral("OPENBLAS_CORETYPE"), QStringLiteral("SkylakeX"));
    return environment;
}

/// What the program prints as one JSON object. Nothing where there is no PyTorch (say so with QSKIP); a program that
/// fails gives an object with the key "error".
inline std::optional<QJsonObject> runPyTorch(const QByteArray& program)
{
    QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("program.py"));
    QFile out(file);
    if (!out.open(QIODevice::WriteOnly))
        return {};
    out.write("import importlib.util, sys\nif importlib.util.find_spec('torch') is None: sys.exit(77)\n" + program);
    out.close();
    QProcess process;
    process.setProcessEnvironment(pythonEnvironment());
    process.start(kPython, {file});
    if (!process.waitForFinished(120'000) || process.exitCode() == 77)
        return {};
    if (process.exitCode() != 0)
        return QJsonObject{{QStringLiteral("error"), QString::fromUtf8(process.readAllStandardError())}};
    return QJsonDocument::fromJson(process.readAllStandardOutput()).object();
}

} // namespace convarium::test
