#include "engine/io/atomic_file.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

#if defined(Q_OS_UNIX)
#include <fcntl.h>
#include <unistd.h>
#elif defined(Q_OS_WIN)
#include <io.h>
#endif

namespace convarium::engine
{

namespace
{

Error writeError(const std::string& path, const QString& why)
{
    return {ErrorCode::Io,
            "The file '" + path + "' could not be written: " + why.toStdString() + ".",
            "Choose a folder you may write to and check that the disk is not full; an older file of this name is "
            "unchanged.",
            {-1, {}, path, -1}};
}

/// A rename is only safe once the content is on the disk.
bool flushToDisk(QSaveFile& file)
{
    if (!file.flush())
        return false;
#if defined(Q_OS_UNIX)
    return ::fsync(file.handle()) == 0;
#elif defined(Q_OS_WIN)
    return ::_commit(file.handle()) == 0;
#else
    return true;
#endif
}

/// Makes the rename itself lasting. Some file systems cannot do that; the file is whole all the same.
void flushFolder(const QString& path)
{
#if defined(Q_OS_UNIX)
    const int folder = ::open(QFile::encodeName(QFileInfo(path).absolutePath()).constData(), O_RDONLY | O_DIRECTORY);
    if (folder >= 0) {
        ::fsync(folder);
        ::close(folder);
    }
#else
    Q_UNUSED(path)
#endif
}

} // namespace

Result<void> writeFileAtomically(const std::string& path, const PieceSource& nextPiece)
{
    QSaveFile file(QString::fromStdString(path));
    if (!file.open(QIODevice::WriteOnly))
        return writeError(path, file.errorString());
    for (;;) {
        const auto piece = nextPiece();
        if (!piece) {
            file.cancelWriting();
            return piece.error();
        }
        if (piece->empty())
            break;
        const auto size = static_cast<qint64>(piece->size());
        if (file.write(reinterpret_cast<const char*>(piece->data()), size) != size)
            return writeError(path, file.errorString());
    }
    if (!flushToDisk(file) || !file.commit())
        return writeError(path, file.errorString());
    flushFolder(QString::fromStdString(path));
    return {};
}

Result<void> writeFileAtomically(const std::string& path, std::string_view content)
{
    bool given = false;
    return writeFileAtomically(path, [&]() -> Result<std::span<const std::uint8_t>> {
        if (std::exchange(given, true))
            return std::span<const std::uint8_t>();
        return std::span(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
    });
}

Result<void> checkFolder(const std::string& path)
{
    const QFileInfo file(QString::fromStdString(path)), folder(file.absolutePath());
    if (file.isDir())
        return writeError(path, QStringLiteral("it is a folder"));
    if (!folder.isDir())
        return writeError(path, QStringLiteral("its folder does not exist"));
    if (!folder.isWritable())
        return writeError(path, QStringLiteral("its folder takes no files"));
    return {};
}

Result<std::vector<std::uint8_t>> readWholeFile(const std::string& path, std::int64_t limit)
{
    QFile file(QString::fromStdString(path));
    if (!file.exists())
        return Error{ErrorCode::NotFound,
                     "There is no file '" + path + "'.",
                     "Check the name and the folder.",
                     {-1, {}, path, -1}};
    if (QFileInfo(file).isDir())
        return Error{ErrorCode::Io,
                     "'" + path + "' is a folder, but a file is needed.",
                     "Name a file in it.",
                     {-1, {}, path, -1}};
    if (!QFileInfo(file).isFile()) // a pipe would make us wait for somebody to write into it
        return Error{ErrorCode::Io,
                     "'" + path + "' is no ordinary file.",
                     "Store its content in a file first.",
                     {-1, {}, path, -1}};
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorCode::Io,
                     "The file '" + path + "' could not be opened: " + file.errorString().toStdString() + ".",
                     "Check that you may read it.",
                     {-1, {}, path, -1}};
    if (file.size() > limit)
        return Error{ErrorCode::BadFormat,
                     "The file '" + path + "' has " + std::to_string(file.size()) + " bytes, more than the " +
                         std::to_string(limit) + " that such a file may have.",
                     "It is probably not a file of Convarium.",
                     {-1, {}, path, -1}};
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(file.size()));
    const qint64 got = file.read(reinterpret_cast<char*>(bytes.data()), file.size());
    if (got != file.size())
        return Error{ErrorCode::Io,
                     "The file '" + path + "' could not be read: " + file.errorString().toStdString() + ".",
                     "Try again, or use a copy of the file.",
                     {-1, {}, path, std::max<qint64>(got, 0)}};
    return bytes;
}

} // namespace convarium::engine
