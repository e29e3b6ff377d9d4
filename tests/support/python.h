// Other implementations' numbers: Debian's Python with PyTorch, where it is installed.
#pragma once

#include <QProcess>
#include <QString>
#include <QStringList>

namespace convarium::test
{

/// Debian's Python, which has python3-torch; a Python of the user's own need not.
inline const QString kPython = QStringLiteral("/usr/bin/python3");

struct PythonResult {
    int status = -1;
    QByteArray out, err;
};

inline PythonResult runPython(const QStringList& arguments, int milliseconds = 120'000)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    // Debian's oneDNN and OpenBLAS misjudge some virtual machines.
    environment.insert(QStringLiteral("ONEDNN_MAX_CPU_ISA"), QStringLiteral("AVX512_CORE_BF16"));
    environment.insert(QStringLiteral("OPENBLAS_CORETYPE"), QStringLiteral("SkylakeX"));
    environment.insert(QStringLiteral("OMP_NUM_THREADS"), QStringLiteral("2"));
    // Waiting threads must not spin: tests share the cores.
    environment.insert(QStringLiteral("OMP_WAIT_POLICY"), QStringLiteral("passive"));
    environment.insert(QStringLiteral("PYTHONDONTWRITEBYTECODE"), QStringLiteral("1"));
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(kPython, arguments);
    PythonResult result;
    if (!process.waitForFinished(milliseconds)) {
        process.kill();
        process.waitForFinished();
        result.err = "Python did not end in time. " + process.readAllStandardError();
        return result;
    }
    result.status = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    result.out = process.readAllStandardOutput();
    result.err = process.readAllStandardError();
    return result;
}

inline bool hasPython()
{
    return runPython({QStringLiteral("-c"), QString()}).status == 0;
}

inline bool hasPyTorch()
{
    return runPython(
               {QStringLiteral("-c"),
                QStringLiteral("import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)")})
               .status == 0;
}

} // namespace convarium::test
