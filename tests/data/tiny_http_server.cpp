#include "tests/data/tiny_http_server.h"

#include <QTcpSocket>

TinyHttpServer::TinyHttpServer()
{
    connect(&m_server, &QTcpServer::newConnection, this, &TinyHttpServer::serve);
    if (!m_server.listen(QHostAddress::LocalHost))
        qFatal("no port on the loopback interface");
}

std::string TinyHttpServer::url(const QString& folder) const
{
    return QStringLiteral("http://127.0.0.1:%1/%2/").arg(m_server.serverPort()).arg(folder).toStdString();
}

void TinyHttpServer::serve()
{
    QTcpSocket* socket = m_server.nextPendingConnection();
    connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    connect(socket, &QTcpSocket::readyRead, this, [this, socket] {
        QByteArray head = socket->property("head").toByteArray() + socket->readAll();
        socket->setProperty("head", head);
        if (!head.endsWith("\r\n\r\n"))
            return;
        const QString path = QString::fromLatin1(head.split(' ').value(1));
        qint64 from = 0;
        QString range;
        for (const QByteArray& line : head.split('\n')) {
            if (line.toLower().startsWith("range:")) {
                range = QString::fromLatin1(line.mid(6).trimmed());
                from = range.mid(6).chopped(1).toLongLong(); // bytes=N-
            }
        }
        requests.append(range.isEmpty() ? path : path + u' ' + range);
        const Answer answer = m_answers.value(path, Answer{"not here", 404, false});
        if (answer.silent)
            return;
        QByteArray body = answer.body;
        QByteArray reply = "HTTP/1.1 " + QByteArray::number(answer.status) + " Text\r\n";
        if (answer.status == 200 && answer.ranges && from > 0) {
            if (from >= body.size()) {
                reply = "HTTP/1.1 416 Range Not Satisfiable\r\n";
                body.clear();
            } else {
                reply = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + QByteArray::number(from) + "-" +
                        QByteArray::number(body.size() - 1) + "/" + QByteArray::number(body.size()) + "\r\n";
                body = body.mid(from);
            }
        }
        if (answer.length)
            reply += "Content-Length: " + QByteArray::number(body.size()) + "\r\n";
        reply += "Connection: close\r\n\r\n";
        socket->write(reply + (answer.cutAfter >= 0 ? body.left(answer.cutAfter) : body));
        socket->disconnectFromHost();
    });
}
