#include "ui/training/training_notice.h"

#include "ui/document/project_document.h"
#include "ui/training/training_bar.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_texts.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{

/// The catalogue's entry of the chosen data set when it has to be downloaded first.
std::optional<datasets::CatalogueEntry> missingEntry(const TrainingController& controller)
{
    for (auto& entry : controller.services().catalogue())
        if (entry.name == controller.config().data && !entry.present && entry.downloadBytes > 0)
            return entry;
    return {};
}

QString megabytes(qint64 bytes)
{
    const double mb = static_cast<double>(bytes) / 1e6;
    return QLocale().toString(mb, 'f', mb < 10 ? 1 : 0);
}

} // namespace

TrainingNotice::TrainingNotice(TrainingController* controller, ProjectDocument* document, QWidget* parent)
    : QWidget(parent), m_controller(controller), m_document(document), m_sign(new Sign(SignKind::Warning, 22)),
      m_text(new TextLabel({}, TextRole::Body)), m_line(new ProgressLine), m_buttons(new QWidget),
      m_download(controller->services())
{
    setAccessibleName(QStringLiteral("Training message"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(scaled(12), scaled(6), scaled(12), scaled(6));
    row->setSpacing(scaled(10));
    m_text->setWordWrap(true);
    m_line->setFixedWidth(scaled(160));
    row->addWidget(m_sign);
    row->addWidget(m_text, 1);
    row->addWidget(m_line);
    row->addWidget(m_buttons);
    rowIn(m_buttons, scaled(8));
    hide();

    connect(controller, &TrainingController::message, this, &TrainingNotice::showError);
    connect(controller, &TrainingController::dataFailed, this, [this](const engine::Error& error) {
        showError(error);
        m_aboutData = true;
    });
    connect(controller, &TrainingController::dataReady, this, [this] {
        if (m_missing || m_aboutData)
            dismiss();
    });
    connect(controller, &TrainingController::stateChanged, this, [this](RunState state) {
        if (state == RunState::Preparing || state == RunState::Idle || state == RunState::Finished)
            dismiss();
    });
    connect(controller, &TrainingController::networkChanged, this, [this] {
        if (m_aboutNetwork && m_controller->blockedReason() != m_text->text())
            dismiss();
    });
    connect(controller, &TrainingController::configChanged, this, [this] {
        if (m_missing && !m_download.isRunning() && !missingEntry(*m_controller))
            dismiss();
    });
    connect(&m_download, &DownloadTask::progressed, this, &TrainingNotice::showDownload);
    connect(&m_download, &DownloadTask::finished, this, [this] {
        dismiss();
        m_controller->openData();
    });
    connect(&m_download, &DownloadTask::cancelled, this, &TrainingNotice::showMissingData);
    connect(&m_download, &DownloadTask::failed, this, [this](const engine::Error& error) {
        showMissingData();
        say(SignKind::Error, QString::fromStdString(error.text()));
    });
}

void TrainingNotice::paintEvent(QPaintEvent*)
{
    const auto& theme = Theme::current();
    QPainter(this).fillRect(rect(), m_sign->kind() == SignKind::Error ? theme.errorTint : theme.warningTint);
}

void TrainingNotice::say(SignKind kind, const QString& text)
{
    m_sign->setKind(kind);
    m_text->setText(text);
    setAccessibleDescription(text);
    show();
    update();
}

QPushButton* TrainingNotice::button(const QString& text, bool primary)
{
    auto* made = new QPushButton(text);
    made->setAccessibleName(text);
    setPrimary(made, primary);
    m_buttons->layout()->addWidget(made);
    return made;
}

/// One of them may be the one that was just clicked.
void TrainingNotice::clearButtons()
{
    for (auto* old : m_buttons->findChildren<QPushButton*>()) {
        old->setParent(nullptr);
        old->deleteLater();
    }
}

void TrainingNotice::dismiss()
{
    if (m_download.isRunning())
        return;
    m_missing = m_aboutData = m_aboutNetwork = false;
    clearButtons();
    hide();
}

void TrainingNotice::showError(const engine::Error& error)
{
    if (m_download.isRunning())
        return;
    if (missingEntry(*m_controller)) {
        showMissingData();
        return;
    }
    dismiss();
    m_line->hide();
    say(SignKind::Error, QString::fromStdString(error.text()));
    m_aboutNetwork = error.code == engine::ErrorCode::InvalidGraph;
    const auto* optimizer = engine::findOptimizer(m_controller->config().optimizer);
    if (error.code == engine::ErrorCode::Diverged && optimizer) {
        const double rate = std::min(optimizer->defaultRate, m_controller->config().rate / 10);
        connect(button(tr("Rate %1").arg(rateText(rate)), true), &QPushButton::clicked, this,
                [this, rate] { useRate(rate); });
    }
    connect(button(tr("Close")), &QPushButton::clicked, this, &TrainingNotice::dismiss);
}

void TrainingNotice::showMissingData()
{
    const auto entry = missingEntry(*m_controller);
    dismiss();
    if (!entry)
        return;
    m_missing = true;
    m_line->hide();
    const QString title = QString::fromStdString(entry->title);
    say(SignKind::Warning, tr("%1 is not on this computer. The generated digits need no download.").arg(title));
    connect(button(tr("Use digits"), true), &QPushButton::clicked, this, &TrainingNotice::useDigits);
    connect(button(tr("Download %1, %2 MB")
                       .arg(title, QString::number(std::lround(static_cast<double>(entry->downloadBytes) / 1e6)))),
            &QPushButton::clicked, this, [this, name = entry->name] {
                m_download.start(name);
                showDownload(0, 0);
            });
}

void TrainingNotice::showDownload(qint64 done, qint64 total)
{
    if (!m_download.isRunning())
        return;
    if (m_line->isHidden()) {
        clearButtons();
        m_line->show();
        connect(button(tr("Cancel")), &QPushButton::clicked, &m_download, &DownloadTask::cancel);
    }
    m_line->setFraction(total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0);
    say(SignKind::Info, total > 0 ? tr("Downloading: %1 of %2 MB").arg(megabytes(done), megabytes(total))
                                  : tr("Downloading: %1 MB").arg(megabytes(done)));
}

void TrainingNotice::useDigits()
{
    auto config = m_document->trainConfig();
    config.data = "digits";
    m_document->setTrainConfig(config);
    dismiss();
}

void TrainingNotice::useRate(double rate)
{
    auto config = m_document->trainConfig();
    config.rate = rate;
    m_document->setTrainConfig(config);
    dismiss();
    // Train begins as the run began, if that was with weights; else there is nothing to keep of it.
    if (m_controller->state() == RunState::Diverged && !m_controller->keptState())
        m_controller->reset();
}

} // namespace convarium::ui
