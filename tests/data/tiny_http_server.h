// A small HTTP/1.1 server on the loopback interface whose answers a test writes. Lives in the caller's thread.
#pragma once

#include <QByteArray>
#include <QHash>
#include <QStringList>
#include <QTcpServer>

class TinyHttpServer : public QObject
{
    Q_OBJECT

public:
    struct Answer {
        QByteArray body;
        int status = 200;
        bool ranges = true;   ///< honours Range, with 206
        bool length = true;   ///< announces the length of the body
        qint64 cutAfter = -1; ///< closes the connection after so many bytes of the body
        bool silent = false;  ///< accepts the request and never answers
    };

    TinyHttpServer();
    /// Address of the folder above path, with its final slash.
    std::string url(const QString& folder) const;
    /// Answer to GET path; others get 404.
    void set(const QString& path, const Answer& answer) { m_answers.insert(path, answer); }

    QStringList requests; ///< "path" or "path range" in the order they came

private:
    void serve();

    QTcpServer m_server;
    QHash<QString, Answer> m_answers;
};
