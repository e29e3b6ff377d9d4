#include "datasets/download.h"

#include <QCryptographicHash>
#include <QDir>
#include <QEventLoop>
#include <QFile>
#include <QFileInfo>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QTimer>
#include <QUrl>

#include <algorithm>
#include <memory>

namespace convarium::datasets
{

using engine::Error;
using engine::ErrorCode;
using engine::Result;

namespace
{

constexpr int kTickMs = 200; // how often progress is told and cancelling noticed while nothing arrives

Error ioError(const QFile& file, const char* what)
{
    Error error{ErrorCode::Io,
                "The file '" + file.fileName().toStdString() + "' cannot be " + what + ": " +
                    file.errorString().toStdString() + ".",
                "Check the folder's permissions and the free space.",
                {}};
    error.place.file = file.fileName().toStdString();
    return error;
}

/// Hexadecimal sha256 of a file; empty where it cannot be read.
std::string sha256Of(const QString& path)
{
    QFile file(path);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file))
        return {};
    return hash.result().toHex().toStdString();
}

bool isRight(const QString& path, const RemoteFile& wanted)
{
    return QFileInfo(path).size() == wanted.bytes && sha256Of(path) == wanted.sha256;
}

/// Outcome of one request that may be followed by another: on failure why says so for people.
struct Attempt {
    enum class End { Complete, Failed, Cancelled, LocalFailure } end = End::Failed;
    std::string why;
    Error localError; ///< with LocalFailure: the disk, which no other mirror would cure
};

/// One file from one server into a part file.
class Transfer
{
public:
    Transfer(const RemoteFile& wanted, const QString& partPath, std::function<bool(std::int64_t)> report)
        : m_wanted(wanted), m_part(partPath), m_report(std::move(report))
    {
    }

    Attempt run(QNetworkAccessManager& network, const QUrl& url, int silenceMs)
    {
        if (!m_part.open(QIODevice::ReadWrite))
            return {Attempt::End::LocalFailure, {}, ioError(m_part, "opened")};
        const qint64 have = m_part.size() < m_wanted.bytes ? m_part.size() : 0;
        QNetworkRequest request(url);
        request.setTransferTimeout(silenceMs);
        request.setRawHeader("Accept-Encoding", "identity"); // the file is gzip itself and must stay so
        if (have > 0)
            request.setRawHeader("Range", "bytes=" + QByteArray::number(have) + "-");

        std::unique_ptr<QNetworkReply> reply(network.get(request));
        QEventLoop loop;
        QTimer tick;
        QObject::connect(reply.get(), &QNetworkReply::readyRead, &loop, [&] { receive(*reply, have); });
        QObject::connect(reply.get(), &QNetworkReply::finished, &loop, &QEventLoop::quit);
        QObject::connect(&tick, &QTimer::timeout, &loop, [&] {
            if (!m_report(m_at) && !m_stopped)
                stop(*reply, {Attempt::End::Cancelled, {}, {}});
        });
        tick.start(kTickMs);
        m_at = have;
        if (!m_report(have))
            stop(*reply, {Attempt::End::Cancelled, {}, {}});
        if (!reply->isFinished())
            loop.exec();
        if (!m_stopped)
            receive(*reply, have);
        return conclude(*reply);
    }

private:
    void stop(QNetworkReply& reply, Attempt outcome)
    {
        m_stopped = true;
        m_outcome = std::move(outcome);
        reply.abort();
    }

    /// Takes what has arrived. The first bytes decide where they belong.
    void receive(QNetworkReply& reply, qint64 have)
    {
        if (m_stopped)
            return;
        const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        if (status != 200 && status != 206)
            return;
        if (!m_placed) {
            // A server that ignores the range, or answers another one, starts again from the first byte.
            const bool continues =
                status == 206 && reply.rawHeader("Content-Range").startsWith("bytes " + QByteArray::number(have) + "-");
            if (status == 206 && !continues)
                return stop(reply, {Attempt::End::Failed, "it answered with the wrong part of the file", {}});
            // Refused before it can overwrite a good part: a log-in page, or a file of another size.
            const QVariant length = reply.header(QNetworkRequest::ContentLengthHeader);
            const qint64 expected = m_wanted.bytes - (continues ? have : 0);
            if (length.isValid() && length.toLongLong() != expected)
                return stop(reply, {Attempt::End::Failed,
                                    "it announced " + std::to_string(length.toLongLong()) + " bytes instead of " +
                                        std::to_string(expected),
                                    {}});
            m_at = continues ? have : 0;
            m_placed = true;
            if (!m_part.resize(m_at) || !m_part.seek(m_at))
                return stop(reply, {Attempt::End::LocalFailure, {}, ioError(m_part, "written")});
        }
        const QByteArray data = reply.readAll();
        m_at += data.size();
        if (m_at > m_wanted.bytes) {
            m_wrong = true;
            return stop(reply, {Attempt::End::Failed,
                                "it sent more than the " + std::to_string(m_wanted.bytes) + " bytes of the real file",
                                {}});
        }
        if (m_part.write(data) != data.size())
            return stop(reply, {Attempt::End::LocalFailure, {}, ioError(m_part, "written")});
        if (!m_report(m_at))
            stop(reply, {Attempt::End::Cancelled, {}, {}});
    }

    /// Judges what is in the part file after the reply has ended.
    Attempt conclude(const QNetworkReply& reply)
    {
        const bool flushed = m_part.flush();
        m_part.close();
        if (m_wrong || m_part.size() == 0)
            m_part.remove();
        if (m_stopped)
            return m_outcome;
        if (!flushed)
            return {Attempt::End::LocalFailure, {}, ioError(m_part, "written")};
        const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        if (status == 416) // the part is longer than what the server has
            m_part.remove();
        if (status != 200 && status != 206)
            return {Attempt::End::Failed,
                    status != 0 ? "it answered with HTTP status " + std::to_string(status)
                                : reply.errorString().toStdString(),
                    {}};
        if (m_at < m_wanted.bytes)
            return {Attempt::End::Failed,
                    "the connection ended after " + std::to_string(m_at) + " of " + std::to_string(m_wanted.bytes) +
                        " bytes",
                    {}};
        if (sha256Of(m_part.fileName()) != m_wanted.sha256) {
            m_part.remove();
            return {Attempt::End::Failed, "its content does not have the checksum of the real file", {}};
        }
        return {Attempt::End::Complete, {}, {}};
    }

    const RemoteFile& m_wanted;
    QFile m_part;
    std::function<bool(std::int64_t)> m_report;
    qint64 m_at = 0;
    bool m_placed = false;
    bool m_stopped = false;
    bool m_wrong = false;
    Attempt m_outcome;
};

Result<void> downloadFile(const RemoteSet& set, const RemoteFile& file, const QDir& dir,
                          const std::function<bool(std::int64_t)>& report)
{
    const QString target = dir.filePath(QString::fromStdString(file.name));
    const QString part = target + QStringLiteral(".part");
    QNetworkAccessManager network;
    std::string reasons;
    for (const std::string& mirror : set.mirrors) {
        const QUrl url(QString::fromStdString(mirror + file.name));
        // A continued part may have been wrong from its start; then the same server gets a second chance from nothing.
        const bool continued = QFileInfo(part).size() > 0;
        for (int round = 0; round < (continued ? 2 : 1); ++round) {
            if (round == 1 && QFileInfo::exists(part))
                break; // it was no wrong content: go to the next mirror and keep the part
            Attempt attempt = Transfer(file, part, report).run(network, url, set.silenceMs);
            switch (attempt.end) {
            case Attempt::End::Complete: {
                QFile::remove(target); // only ever a file with a wrong content
                QFile complete(part);
                if (!complete.rename(target))
                    return ioError(complete, "renamed");
                return {};
            }
            case Attempt::End::Cancelled:
                return Error{ErrorCode::Cancelled,
                             "The download of " + set.name + " was cancelled.",
                             "Start it again to continue where it ended.",
                             {}};
            case Attempt::End::LocalFailure: return attempt.localError;
            case Attempt::End::Failed:
                reasons += (reasons.empty() ? "" : "; ") + url.host().toStdString() + ": " + attempt.why;
                break;
            }
        }
    }
    Error error{ErrorCode::Network,
                "No server delivered " + file.name + " (" + reasons + ").",
                "Check the network connection and try again, or put the files of " + set.name + " into '" +
                    dir.path().toStdString() + "' yourself; the generated data set 'digits' needs no network.",
                {}};
    error.place.file = target.toStdString();
    return error;
}

} // namespace

std::int64_t RemoteSet::bytes() const
{
    std::int64_t sum = 0;
    for (const RemoteFile& file : files)
        sum += file.bytes;
    return sum;
}

const RemoteSet& mnistSet()
{
    static const RemoteSet set{
        "mnist",
        {"https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/",
         "http://yann.lecun.com/exdb/mnist/"},
        {{"train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"},
         {"train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
         {"t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
         {"t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"}}};
    return set;
}

Result<void> downloadSet(const RemoteSet& set, const std::string& folder, const Progress& progress)
{
    const QDir dir(QString::fromStdString(folder));
    if (!QDir().mkpath(dir.path()))
        return Error{ErrorCode::Io,
                     "The folder '" + folder + "' cannot be made.",
                     "Check the permissions of the folder above it, or set CONVARIUM_DATA to another one.",
                     {}};
    const std::int64_t total = set.bytes();
    std::int64_t before = 0;
    for (const RemoteFile& file : set.files) {
        const std::string phase = "Downloading " + file.name;
        const auto report = [&](std::int64_t at) { return !progress || progress(phase, before + at, total); };
        if (!isRight(dir.filePath(QString::fromStdString(file.name)), file))
            if (auto ok = downloadFile(set, file, dir, report); !ok)
                return ok;
        before += file.bytes;
        if (progress && !progress(phase, before, total))
            return Error{ErrorCode::Cancelled,
                         "The download of " + set.name + " was cancelled.",
                         "Start it again to continue where it ended.",
                         {}};
    }
    return {};
}

} // namespace convarium::datasets
