// Message boxes and file dialogs that a test can answer, so that nothing modal ever blocks one.
#pragma once

#include "ui/theme/widgets.h"

#include <QList>
#include <QString>
#include <QStringList>
#include <functional>

class QWidget;

namespace convarium::ui::dialogs
{

/// A message with its buttons, best first. `text` is the headline; `detail` says what was found and what to do.
struct Message {
    SignKind kind = SignKind::Info;
    QString text;
    QString detail;
    QStringList buttons;  ///< verbs; the first one is the main action. Empty: one button "OK"
    int escape = -1;      ///< index that Escape and closing stand for; -1: the last button
    int destructive = -1; ///< index of a button that loses work; never the default. -1: none
};

/// What a file dialog is asked for.
struct FileRequest {
    enum class Kind { Open, Save, Folder };
    Kind kind = Kind::Open;
    QString title;
    QString suggested;   ///< file name or path; the last folder is used when it has none
    QStringList filters; ///< "Convarium project (*.convarium)"
    QString suffix;      ///< appended to the name when saving, without a dot
};

/// Shows the message and returns the index of the button pressed.
int ask(QWidget* parent, const Message& message);
/// One button. Shorthand for ask().
void inform(QWidget* parent, SignKind kind, const QString& text, const QString& detail = {});
/// Path chosen, or empty when cancelled. Remembers the folder.
QString askFile(QWidget* parent, const FileRequest& request);
/// Shorthands for askFile().
QString openFile(QWidget* parent, const QString& title, const QStringList& filters);
QString saveFile(QWidget* parent, const QString& title, const QString& suggested, const QStringList& filters,
                 const QString& suffix);

/// Answers instead of a person while it lives; nests. Either function may be empty: then the dialog is shown.
class ScopedAnswers final
{
public:
    using MessageAnswer = std::function<int(const Message&)>;
    using FileAnswer = std::function<QString(const FileRequest&)>;
    explicit ScopedAnswers(MessageAnswer message, FileAnswer file = {});
    ~ScopedAnswers();
    ScopedAnswers(const ScopedAnswers&) = delete;
    ScopedAnswers& operator=(const ScopedAnswers&) = delete;

    MessageAnswer message;
    FileAnswer file;

private:
    ScopedAnswers* m_previous;
};

} // namespace convarium::ui::dialogs
