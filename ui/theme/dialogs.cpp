#include "ui/theme/dialogs.h"

#include "ui/theme/settings.h"

#include <QDialog>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QVBoxLayout>
#include <utility>

namespace convarium::ui::dialogs
{
namespace
{

ScopedAnswers* g_answers = nullptr;

/// Sign, headline, explanation, buttons at the right with the main one last, where the hand expects it.
class MessageDialog final : public QDialog
{
public:
    MessageDialog(QWidget* parent, const Message& message) : QDialog(parent)
    {
        setWindowTitle(message.text);
        setAccessibleName(message.text);
        setAccessibleDescription(message.detail);
        auto* grid = new QVBoxLayout(this);
        grid->setContentsMargins(24, 24, 24, 20);
        grid->setSpacing(20);
        auto* top = new QHBoxLayout;
        top->setSpacing(16);
        top->addWidget(new Sign(message.kind, 32, this), 0, Qt::AlignTop);
        auto* words = new QVBoxLayout;
        words->setSpacing(8);
        auto* headline = new TextLabel(message.text, TextRole::SectionBold, ColorRole::Text, this);
        headline->setWordWrap(true);
        words->addWidget(headline);
        if (!message.detail.isEmpty()) {
            auto* detail = new TextLabel(message.detail, TextRole::Reading, ColorRole::Text2, this);
            detail->setWordWrap(true);
            detail->setTextInteractionFlags(Qt::TextSelectableByMouse);
            words->addWidget(detail);
        }
        words->addStretch();
        top->addLayout(words, 1);
        grid->addLayout(top);

        auto* row = new QHBoxLayout;
        row->setSpacing(8);
        row->addStretch();
        QStringList names = message.buttons;
        if (names.isEmpty()) {
            names.append(tr("OK"));
        }
        m_result = message.escape >= 0 ? message.escape : static_cast<int>(names.size()) - 1;
        for (int i = static_cast<int>(names.size()) - 1; i >= 0; --i) {
            auto* button = new QPushButton(names.at(i), this);
            button->setAutoDefault(true);
            const bool main = i == 0 && message.destructive != 0;
            setPrimary(button, main);
            button->setDefault(main);
            connect(button, &QPushButton::clicked, this, [this, i] {
                m_result = i;
                accept();
            });
            row->addWidget(button);
            if (main || i == m_result) {
                button->setFocus();
            }
        }
        grid->addLayout(row);
        setMinimumWidth(scaled(400));
    }

    [[nodiscard]] int choice() const { return m_result; }

private:
    int m_result = 0;
};

} // namespace

int ask(QWidget* parent, const Message& message)
{
    if (g_answers != nullptr && g_answers->message) {
        return g_answers->message(message);
    }
    MessageDialog dialog(parent, message);
    dialog.exec();
    return dialog.choice();
}

void inform(QWidget* parent, SignKind kind, const QString& text, const QString& detail)
{
    Message message;
    message.kind = kind;
    message.text = text;
    message.detail = detail;
    ask(parent, message);
}

QString askFile(QWidget* parent, const FileRequest& request)
{
    QString path;
    if (g_answers != nullptr && g_answers->file) {
        path = g_answers->file(request);
    } else {
        QString folder = Settings::instance().get(setting::lastFolder);
        if (folder.isEmpty() || !QFileInfo(folder).isDir()) {
            folder = QDir::homePath();
        }
        QFileDialog dialog(parent, request.title, folder);
        if (!request.suggested.isEmpty()) {
            dialog.selectFile(QDir(folder).absoluteFilePath(request.suggested));
        }
        dialog.setNameFilters(request.filters);
        dialog.setDefaultSuffix(request.suffix);
        switch (request.kind) {
        case FileRequest::Kind::Open: dialog.setFileMode(QFileDialog::ExistingFile); break;
        case FileRequest::Kind::Save: dialog.setAcceptMode(QFileDialog::AcceptSave); break;
        case FileRequest::Kind::Folder: dialog.setFileMode(QFileDialog::Directory); break;
        }
        if (dialog.exec() == QDialog::Accepted) {
            path = dialog.selectedFiles().value(0);
        }
    }
    if (path.isEmpty()) {
        return path;
    }
    if (request.kind == FileRequest::Kind::Save && !request.suffix.isEmpty() && QFileInfo(path).suffix().isEmpty()) {
        path += QLatin1Char('.') + request.suffix;
    }
    Settings::instance().set(setting::lastFolder,
                             request.kind == FileRequest::Kind::Folder ? path : QFileInfo(path).absolutePath());
    return path;
}

QString openFile(QWidget* parent, const QString& title, const QStringList& filters)
{
    FileRequest request;
    request.title = title;
    request.filters = filters;
    return askFile(parent, request);
}

QString saveFile(QWidget* parent, const QString& title, const QString& suggested, const QStringList& filters,
                 const QString& suffix)
{
    FileRequest request;
    request.kind = FileRequest::Kind::Save;
    request.title = title;
    request.suggested = suggested;
    request.filters = filters;
    request.suffix = suffix;
    return askFile(parent, request);
}

ScopedAnswers::ScopedAnswers(MessageAnswer messageAnswer, FileAnswer fileAnswer)
    : message(std::move(messageAnswer)), file(std::move(fileAnswer)), m_previous(std::exchange(g_answers, this))
{
}

ScopedAnswers::~ScopedAnswers()
{
    g_answers = m_previous;
}

} // namespace convarium::ui::dialogs
