#include "ui/training/training_bar.h"

#include "ui/document/project_document.h"
#include "ui/theme/accessible_tree.h"
#include "ui/theme/own_keys.h"
#include "ui/theme/popover.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_form.h"
#include "ui/training/training_texts.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QMenu>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace convarium::ui
{

namespace
{
constexpr int kTextMs = 200;
constexpr int kStepsWidth = 20;
constexpr int kRoomyWidth = 1180; ///< from here on the progress is never cut beside all labels
} // namespace

ProgressLine::ProgressLine(QWidget* parent) : QWidget(parent)
{
    setFixedHeight(scaled(5));
    setAccessibleName(QStringLiteral("Progress"));
    setReadsAsOne(this);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, [this] { update(); });
}

void ProgressLine::setFraction(double fraction)
{
    if (std::abs(fraction - m_fraction) < 1e-4)
        return;
    m_fraction = fraction;
    setAccessibleDescription(tr("%1 %").arg(static_cast<int>(100 * fraction)));
    update();
}

void ProgressLine::paintEvent(QPaintEvent*)
{
    const auto& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const double radius = height() / 2.0;
    painter.setBrush(theme.dark ? theme.line : theme.sunken);
    painter.drawRoundedRect(rect(), radius, radius);
    if (m_fraction > 0) {
        painter.setBrush(theme.accent);
        painter.drawRoundedRect(QRectF(0, 0, std::max<double>(height(), width() * m_fraction), height()), radius,
                                radius);
    }
}

TrainingBar::TrainingBar(TrainingController* controller, ProjectDocument* document, QWidget* parent)
    : QWidget(parent), m_controller(controller), m_document(document)
{
    setAccessibleName(QStringLiteral("Training"));
    setFixedHeight(scaled(52));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(scaled(12), 0, scaled(12), 0);
    row->setSpacing(scaled(8));
    m_train = addButton(tr("Train"), QStringLiteral("play"), {});
    setPrimary(m_train);
    m_train->setMinimumWidth(scaled(86));
    m_step = addButton(tr("Step"), QStringLiteral("step"), tr("One batch, then pause (F10)"));
    m_steps =
        new IconButton(QStringLiteral("chevron-down"), tr("Step by image, batch or epoch"), this, ColorRole::Text2);
    m_steps->setFixedWidth(scaled(kStepsWidth));
    connect(m_steps, &QToolButton::clicked, this, &TrainingBar::showSteps);
    row->addSpacing(-scaled(6)); // it belongs to Step
    row->addWidget(m_steps);
    m_walk = addButton(tr("Walk"), QStringLiteral("walk"), {});
    setWalkBlocked({});
    m_stop = addButton(tr("Stop"), QStringLiteral("stop"), tr("Stop: ends the run; the weights stay"));
    m_reset =
        addButton(tr("Reset"), QStringLiteral("reset"), tr("Reset: back to the initial weights; clears the curves"));
    row->addSpacing(scaled(12));

    m_sign = new Sign(SignKind::Error, 22);
    row->addWidget(m_sign);
    auto* column = new QVBoxLayout;
    column->setSpacing(scaled(5));
    auto* texts = new QHBoxLayout;
    m_text = new ElidedLabel({}, TextRole::BodyMedium);
    m_text->setElideMode(Qt::ElideRight);
    m_text->setMostLines(2); // what Train does with an edited network, and faults
    m_left = new TextLabel({}, TextRole::Body, ColorRole::Text2);
    texts->addWidget(m_text, 1);
    texts->addWidget(m_left);
    m_line = new ProgressLine;
    column->addStretch();
    column->addLayout(texts);
    column->addWidget(m_line);
    column->addStretch();
    row->addLayout(column, 4);
    row->addSpacing(scaled(12));

    auto* speed = new QVBoxLayout;
    speed->setSpacing(0);
    m_speed = new TextLabel({}, TextRole::Result);
    m_speedUnit = new TextLabel(tr("images/s"), TextRole::Small, ColorRole::Text2);
    speed->addStretch();
    speed->addWidget(m_speed);
    speed->addWidget(m_speedUnit);
    speed->addStretch();
    row->addLayout(speed);
    m_speedButton = new IconButton(QStringLiteral("clock"), tr("Engine speed"), this, ColorRole::Text2);
    m_speedButton->setCheckable(true);
    m_speedButton->setToolTip(tr("Engine speed: where the time of a step goes (F9)"));
    connect(m_speedButton, &QToolButton::clicked, this, &TrainingBar::speedToggled);
    row->addWidget(m_speedButton);
    m_histogramButton = new IconButton(QStringLiteral("bars"), tr("Histograms over time"), this, ColorRole::Text2);
    m_histogramButton->setCheckable(true);
    m_histogramButton->setToolTip(tr("Histograms over time: outputs and gradients of the selected layer (F6)"));
    connect(m_histogramButton, &QToolButton::clicked, this, &TrainingBar::histogramsToggled);
    row->addWidget(m_histogramButton);
    m_health = new QPushButton;
    m_health->setFlat(true);
    row->addWidget(m_health);
    connect(m_health, &QPushButton::clicked, this, &TrainingBar::healthClicked);
    connect(controller, &TrainingController::healthChanged, this, &TrainingBar::updateHealth);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &TrainingBar::updateHealth);
    updateHealth();
    m_settings = new QPushButton;
    m_settings->setIcon(icon(QStringLiteral("gear")));
    m_settings->setAccessibleName(QStringLiteral("Training settings"));
    row->addWidget(m_settings);

    connect(m_train, &QPushButton::clicked, controller, &TrainingController::toggle);
    connect(m_step, &QPushButton::clicked, controller, &TrainingController::step);
    connect(m_walk, &QPushButton::clicked, this, &TrainingBar::walkRequested);
    connect(m_stop, &QPushButton::clicked, controller, &TrainingController::stop);
    connect(m_reset, &QPushButton::clicked, controller, &TrainingController::reset);
    connect(m_settings, &QPushButton::clicked, this, [this] {
        if (m_popover && m_popover->isVisible())
            m_popover->closePopover();
        else
            openSettings();
    });

    m_textTimer.setSingleShot(true);
    m_textTimer.setInterval(kTextMs);
    connect(&m_textTimer, &QTimer::timeout, this, &TrainingBar::updateProgress);
    connect(controller, &TrainingController::progressed, this, [this] {
        if (m_controller->isActive()) {
            if (!m_textTimer.isActive())
                m_textTimer.start();
        } else {
            updateProgress();
        }
        updateButtons();
    });
    const auto everything = [this] {
        updateButtons();
        updateProgress();
        updateSummary();
    };
    connect(controller, &TrainingController::stateChanged, this, everything);
    connect(controller, &TrainingController::networkChanged, this, everything);
    connect(controller, &TrainingController::configChanged, this, everything);
    connect(controller, &TrainingController::outOfDateChanged, this, everything);
    connect(controller, &TrainingController::dataReady, this, everything);
    connect(controller, &TrainingController::dataFailed, this, everything);
    everything();
}

QPushButton* TrainingBar::addButton(const QString& text, const QString& iconName, const QString& toolTip)
{
    auto* button = new QPushButton(icon(iconName), text);
    button->setAccessibleName(text);
    button->setToolTip(toolTip);
    static_cast<QHBoxLayout*>(layout())->addWidget(button);
    return button;
}

void TrainingBar::setCompact(bool compact)
{
    if (compact == m_compact)
        return;
    m_compact = compact;
    updateLabels();
    m_speedButton->setVisible(!compact); // there they have tabs
    m_histogramButton->setVisible(!compact);
    updateSummary();
}

void TrainingBar::updateLabels()
{
    for (QPushButton* button : {m_step, m_walk})
        button->setText(m_compact ? QString() : button->accessibleName());
    const bool roomy = !m_compact && width() >= scaled(kRoomyWidth);
    for (QPushButton* button : {m_stop, m_reset})
        button->setText(roomy ? button->accessibleName() : QString());
    m_settings->setText(roomy ? m_summary : m_compact ? QString() : m_shortSummary);
    m_settings->setToolTip(roomy ? tr("Change data set, batch, optimizer, rate and more") : m_summary);
}

void TrainingBar::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    updateLabels();
}

void TrainingBar::setWalkBlocked(const QString& reason)
{
    m_walk->setEnabled(reason.isEmpty());
    m_walk->setToolTip(
        reason.isEmpty() ? tr("Through the next batch layer by layer: forward, loss, backward, update (F7)") : reason);
}

void TrainingBar::setSpeedShown(bool shown)
{
    m_speedButton->setChecked(shown);
}

void TrainingBar::setHistogramsShown(bool shown)
{
    m_histogramButton->setChecked(shown);
}

/// Large steps and small ones, with their keys. A step of training is a batch: images are looked at one by one.
void TrainingBar::showSteps()
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setToolTipsVisible(true);
    const auto add = [menu](const QString& text, const QString& key, bool enabled, const QString& toolTip) {
        QAction* a = menu->addAction(text + u'\t' + key);
        a->setEnabled(enabled);
        a->setToolTip(toolTip);
        return a;
    };
    const QString looking = tr("Shows its maps and gradients on the cards; trains nothing");
    if (m_walking)
        connect(add(tr("One image: the next of this batch"), keyName(QStringLiteral("Ctrl+F7")), true, looking),
                &QAction::triggered, this, &TrainingBar::imageRequested);
    else
        connect(add(tr("One image: walk through the next batch"), keyName(Qt::Key_F7), m_walk->isEnabled(),
                    m_walk->isEnabled() ? looking : m_walk->toolTip()),
                &QAction::triggered, this, &TrainingBar::walkRequested);
    connect(add(tr("One batch"), keyName(Qt::Key_F10), m_step->isEnabled(), tr("One step of training, then pause")),
            &QAction::triggered, m_controller, &TrainingController::step);
    connect(add(tr("One epoch"), keyName(QStringLiteral("Ctrl+F10")), m_step->isEnabled(),
                tr("To the end of the epoch, then pause")),
            &QAction::triggered, m_controller, &TrainingController::stepEpoch);
    menu->popup(m_steps->mapToGlobal(QPoint(0, m_steps->height())));
}

void TrainingBar::updateButtons()
{
    const auto state = m_controller->state();
    const bool active = m_controller->isActive();
    const bool pauses = active && state != RunState::Paused && !m_controller->isPausing();
    const QString reason = m_controller->blockedReason();
    const QString text = pauses ? tr("Pause") : tr("Train");
    if (m_train->text() != text) {
        m_train->setText(text);
        m_train->setAccessibleName(text);
        m_train->setIcon(icon(pauses ? QStringLiteral("pause") : QStringLiteral("play"), ColorRole::OnAccent));
    }
    const bool canBegin = active || reason.isEmpty();
    m_train->setEnabled(!m_controller->isStopping()); // pressed in vain it shows what is in the way
    QString hint = tr("Space");
    if (!canBegin)
        hint = reason;
    else if (!active && m_controller->isOutOfDate())
        hint = tr("%1 (Space)").arg(newRunText(*m_controller));
    else if (!active && m_controller->canContinue())
        hint = tr("Continues with the weights there are (Space)");
    m_train->setToolTip(hint);
    m_step->setEnabled(canBegin && !m_controller->isStopping());
    m_stop->setEnabled(active && !m_controller->isStopping());
    m_reset->setEnabled(active || !m_controller->history().empty() || m_controller->trainingState() ||
                        state != RunState::Idle);
}

void TrainingBar::updateProgress()
{
    const auto& progress = m_controller->progress();
    const auto state = m_controller->state();
    const bool bad = state == RunState::Diverged || state == RunState::Failed;
    m_sign->setVisible(bad || state == RunState::Finished);
    m_sign->setKind(bad ? SignKind::Error : SignKind::Ok);
    m_text->setText(progressText(*m_controller));
    m_text->setColorRole(bad ? ColorRole::Error : ColorRole::Text);
    m_line->setFraction(state == RunState::Finished ? 1.0 : progress.fraction());
    const bool running = state == RunState::Running || state == RunState::Paused;
    m_left->setText(state == RunState::Running && progress.secondsLeft >= 0
                        ? tr("%1 left").arg(durationText(progress.secondsLeft))
                        : QString());
    const bool speed = running && progress.imagesPerSecond > 0;
    m_speed->setText(speed ? QLocale().toString(std::lround(progress.imagesPerSecond)) : QString());
    m_speed->setMinimumWidth(scaled(56));
    m_speed->setVisible(speed);
    m_speedUnit->setVisible(speed);
}

/// The lamp of the whole run.
void TrainingBar::updateHealth()
{
    const auto& report = m_controller->health();
    m_health->setVisible(report != nullptr);
    if (!report)
        return;
    const auto count = static_cast<int>(report->diagnoses.size());
    const QString text = count == 0   ? tr("Healthy")
                         : count == 1 ? tr("1 warning")
                                      : tr("%1 warnings").arg(QLocale().toString(count));
    const ColorRole role = count == 0 ? ColorRole::Success : ColorRole::Warning;
    m_health->setIcon(icon(count == 0 ? QStringLiteral("ok") : QStringLiteral("warn"), role));
    m_health->setMaximumWidth(count == 0 ? scaled(32) : QWIDGETSIZE_MAX);
    m_health->setText(count == 0 ? QString() : QLocale().toString(count)); // the words need room
    m_health->setAccessibleName(tr("Health: %1").arg(text));
    QStringList titles;
    for (const auto& diagnosis : report->diagnoses)
        titles << QString::fromStdString(engine::illnessTitle(diagnosis.illness));
    titles.removeDuplicates();
    m_health->setToolTip(count == 0 ? tr("Healthy: nothing wrong up to step %1").arg(report->step)
                                    : tr("%1: %2").arg(text, titles.join(QStringLiteral(", "))));
    QPalette colours = m_health->palette();
    colours.setColor(QPalette::ButtonText, Theme::current().color(role));
    m_health->setPalette(colours);
}

void TrainingBar::updateSummary()
{
    const auto& config = m_document->trainConfig();
    m_summary = settingsSummary(config, dataTitle(m_controller->services(), config.data));
    m_shortSummary = settingsSummary(config, {});
    updateLabels();
    m_settings->setAccessibleDescription(m_summary);
    if (!m_form)
        return;
    if (m_form->config() != config)
        m_form->setConfig(config);
    m_form->setDataNote(m_controller->dataIsCurrent() ? dataSummary(m_controller->data()) : QString());
}

TrainingForm* TrainingBar::form()
{
    if (!m_form) {
        m_form = new TrainingForm(m_controller->services());
        m_popover = new Popover(m_form, m_settings);
        connect(m_form, &TrainingForm::configEdited, m_document, &ProjectDocument::setTrainConfig);
        connect(m_form, &TrainingForm::gestureEnded, m_document, &ProjectDocument::endGesture);
        connect(m_popover, &Popover::closed, m_document, &ProjectDocument::endGesture);
        m_form->setConfig(m_document->trainConfig());
        updateSummary();
    }
    return m_form;
}

void TrainingBar::openSettings()
{
    form()->setConfig(m_document->trainConfig());
    m_popover->closePopover(); // if they are open already, the focus comes back to them
    m_popover->openPopover();
}

} // namespace convarium::ui
