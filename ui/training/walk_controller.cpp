#include "ui/training/walk_controller.h"

#include "ui/training/training_controller.h"

#include <algorithm>

namespace convarium::ui
{

WalkController::WalkController(TrainingController* controller, QObject* parent)
    : QObject(parent), m_controller(controller), m_worker(std::make_shared<WalkWorker>(controller->services()))
{
    connect(&m_playing, &QTimer::timeout, this, &WalkController::forward);
    connect(controller, &TrainingController::stateChanged, this, &WalkController::trainingChanged);
    connect(controller, &TrainingController::snapshotArrived, this, &WalkController::stateArrived);
    connect(controller, &TrainingController::networkChanged, this, &WalkController::networkChanged);
    connect(controller, &TrainingController::configChanged, this, [this] {
        if (m_state == WalkState::Preparing || m_state == WalkState::Walking)
            end(tr("The settings were changed, so the walk has ended. Nothing was trained."));
    });
    connect(controller, &TrainingController::dataReady, this, &WalkController::proceed);
    connect(controller, &TrainingController::networkChanged, this, &WalkController::checkBlocked);
    connect(controller, &TrainingController::stateChanged, this, &WalkController::checkBlocked);
    connect(controller, &TrainingController::outOfDateChanged, this, &WalkController::checkBlocked);
    connect(controller, &TrainingController::progressed, this, &WalkController::checkBlocked);
    checkBlocked();
    connect(controller, &TrainingController::dataFailed, this, [this] {
        if (m_state == WalkState::Preparing)
            leave(); // the training message says why
    });
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, [this] {
        if (isWalking())
            askPictures();
    });
}

WalkController::~WalkController() = default;

void WalkController::checkBlocked()
{
    QString reason = m_controller->blockedReason();
    if (reason.isEmpty() && m_controller->isStopping())
        reason = tr("Training is stopping");
    if (reason.isEmpty() && m_controller->isActive() && m_controller->isOutOfDate())
        reason = tr("The network or its settings have changed since the run began: press Stop or Train first");
    if (reason == m_blocked)
        return;
    m_blocked = std::move(reason);
    Q_EMIT changed();
}

void WalkController::start()
{
    if (!startBlocked().isEmpty())
        return;
    m_playing.stop();
    m_image = 0;
    m_core = trainedCore(m_controller->graph());
    setState(WalkState::Preparing);
    proceed();
}

/// Goes on as soon as training stands still and its images are there.
void WalkController::proceed()
{
    if (m_state != WalkState::Preparing || m_computing)
        return;
    if (m_controller->isActive()) {
        if (m_controller->state() == RunState::Paused)
            compute();
        else if (!m_controller->isPausing())
            m_controller->pause();
    } else if (m_controller->dataIsCurrent()) {
        compute();
    } else {
        m_controller->openData();
    }
}

void WalkController::compute()
{
    m_computing = true;
    NextStart next = m_controller->nextStart();
    WalkRequest request{++m_id, m_controller->graph(), std::move(next.config), m_controller->data(),
                        std::move(next.state)};
    m_thread.post([this, worker = m_worker, request = std::move(request)]() mutable {
        WalkNumbers numbers = worker->compute(std::move(request));
        m_mailbox.post([this, numbers = std::move(numbers)]() mutable { receive(std::move(numbers)); });
    });
}

void WalkController::receive(WalkNumbers numbers)
{
    if (numbers.id != m_id || m_state != WalkState::Preparing)
        return;
    m_computing = false;
    m_numbers = std::move(numbers);
    if (!m_numbers.error.isEmpty()) {
        end(m_numbers.error);
        return;
    }
    m_index = 0;
    m_pictures = {};
    setState(WalkState::Walking);
    askPictures();
}

void WalkController::askPictures()
{
    m_thread.postOnly([this, worker = m_worker, id = m_id, image = m_image, dark = Theme::current().dark] {
        WalkPictures pictures = worker->pictures(image, dark);
        m_mailbox.post([this, id, pictures = std::move(pictures)]() mutable {
            if (id != m_id || !isWalking())
                return;
            m_pictures = std::move(pictures);
            Q_EMIT picturesReady();
        });
    });
}

void WalkController::forward()
{
    if (m_state == WalkState::Done) {
        start();
        return;
    }
    if (!isWalking())
        return;
    if (m_index + 1 == static_cast<int>(m_numbers.stages.size())) {
        finish();
        return;
    }
    ++m_index;
    Q_EMIT changed();
}

void WalkController::back()
{
    if (!isWalking() || m_index == 0)
        return;
    --m_index;
    Q_EMIT changed();
}

void WalkController::setPlaying(bool playing)
{
    if (playing == isPlaying() || (playing && !isWalking()))
        return;
    if (playing)
        m_playing.start(static_cast<int>(1000 / kSpeeds[static_cast<std::size_t>(m_speed)]));
    else
        m_playing.stop();
    Q_EMIT changed();
}

void WalkController::setSpeed(int speed)
{
    m_speed = std::clamp(speed, 0, static_cast<int>(kSpeeds.size()) - 1);
    if (isPlaying())
        m_playing.start(static_cast<int>(1000 / kSpeeds[static_cast<std::size_t>(m_speed)]));
    Q_EMIT changed();
}

void WalkController::setImage(std::int64_t image)
{
    image = std::clamp<std::int64_t>(image, 0, std::max<std::int64_t>(m_numbers.images - 1, 0));
    if (!isWalking() || image == m_image)
        return;
    m_image = image;
    askPictures();
    Q_EMIT changed();
}

void WalkController::nextImage()
{
    if (isWalking())
        setImage((m_image + 1) % m_numbers.images);
}

void WalkController::finish()
{
    if (!isWalking())
        return;
    m_playing.stop();
    m_thread.postOnly([worker = m_worker] { worker->forget(); }); // its memory is the step's
    setState(WalkState::Finishing);
    m_controller->step();
}

void WalkController::leave()
{
    end({});
}

/// Without a reason the walk is gone at once.
void WalkController::end(const QString& reason)
{
    m_playing.stop();
    m_reason = reason;
    m_computing = false;
    ++m_id; // what is being computed comes too late
    m_thread.postOnly([worker = m_worker] { worker->forget(); });
    setState(reason.isEmpty() ? WalkState::Off : WalkState::Ended);
}

void WalkController::setState(WalkState state)
{
    m_state = state;
    Q_EMIT changed();
}

void WalkController::trainingChanged(RunState state)
{
    switch (m_state) {
    case WalkState::Off: return;
    case WalkState::Preparing:
        if (state == RunState::Failed || state == RunState::Diverged)
            leave();
        else
            proceed();
        return;
    case WalkState::Finishing:
        // On its way to the step and behind it: Preparing, Paused, and Finished when it was the last one.
        if (state == RunState::Running || state == RunState::Idle || state == RunState::Diverged ||
            state == RunState::Failed)
            leave();
        return;
    case WalkState::Done:
        if (state == RunState::Finished)
            return;
        [[fallthrough]];
    case WalkState::Walking:
        // A step may have been asked for elsewhere: it begins, pauses, and its weights end the walk as done.
        if (state != RunState::Preparing && state != RunState::Paused)
            leave();
        return;
    case WalkState::Ended: leave(); return;
    }
}

/// The weights tell which steps were done.
void WalkController::stateArrived(const std::shared_ptr<const engine::TrainingState>& state)
{
    const std::int64_t done = state ? state->step : 0;
    switch (m_state) {
    case WalkState::Off: return;
    case WalkState::Preparing:
        if (m_computing && m_controller->state() == RunState::Paused)
            compute(); // a step was on its way
        return;
    case WalkState::Walking:
    case WalkState::Finishing:
        if (done == m_numbers.step)
            return;
        if (done == m_numbers.step + 1) {
            m_playing.stop();
            setState(WalkState::Done);
        } else {
            leave();
        }
        return;
    case WalkState::Done:
        if (done != m_numbers.step + 1)
            leave();
        return;
    case WalkState::Ended: leave(); return;
    }
}

void WalkController::networkChanged()
{
    if (m_state == WalkState::Off || m_state == WalkState::Ended)
        return;
    if (trainedCore(m_controller->graph()) == m_core) {
        Q_EMIT changed(); // a name
        return;
    }
    if (m_state == WalkState::Done)
        leave();
    else if (m_state != WalkState::Finishing)
        end(tr("The network was edited, so the walk has ended. Nothing was trained."));
}

} // namespace convarium::ui
