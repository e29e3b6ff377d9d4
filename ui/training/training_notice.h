// A strip below the training bar that says what is wrong with a run and offers the way out.
#pragma once

#include "ui/theme/widgets.h"
#include "ui/training/download_task.h"

namespace convarium::ui
{

class ProgressLine;
class ProjectDocument;
class TrainingController;

/// Hidden while all is well. A data set that is not there: use the digits, or download it with progress and cancel.
/// Divergence: a rate that works. Other failures: words.
class TrainingNotice final : public QWidget
{
    Q_OBJECT
public:
    TrainingNotice(TrainingController* controller, ProjectDocument* document, QWidget* parent = nullptr);
    [[nodiscard]] QString text() const { return m_text->text(); }
    [[nodiscard]] DownloadTask& download() { return m_download; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void showError(const engine::Error& error);
    void showMissingData();
    void showDownload(qint64 done, qint64 total);
    void useDigits();
    void useRate(double rate);
    void dismiss();
    void clearButtons();
    QPushButton* button(const QString& text, bool primary = false);
    void say(SignKind kind, const QString& text);

    TrainingController* m_controller;
    ProjectDocument* m_document;
    Sign* m_sign;
    TextLabel* m_text;
    ProgressLine* m_line;
    QWidget* m_buttons;
    DownloadTask m_download;
    bool m_missing = false;      ///< what is shown is the missing data set
    bool m_aboutData = false;    ///< what is said is that the data could not be opened
    bool m_aboutNetwork = false; ///< or that the network cannot be trained
};

} // namespace convarium::ui
