// A walk through one batch, sub-step by sub-step. Lives in the UI thread and never waits.
#pragma once

#include "ui/threads/mailbox.h"
#include "ui/threads/task_thread.h"
#include "ui/training/walk_worker.h"

#include <QObject>
#include <QTimer>
#include <array>

namespace convarium::ui
{

class TrainingController;
enum class RunState;

enum class WalkState {
    Off,
    Preparing, ///< training pauses, the batch is computed
    Walking,
    Finishing, ///< the batch is trained
    Done,
    Ended, ///< by an edit or a failure; reason() says which
};

/// Shows what the next step will do, computed on a copy of its weights. Training itself does whole steps only: finish()
/// is an ordinary step, leave() is none, so that a walk cannot change a bit of a run. Whatever else moves training on
/// ends the walk.
class WalkController final : public QObject
{
    Q_OBJECT
public:
    /// Sub-steps a second in slow motion.
    static constexpr std::array<double, 7> kSpeeds{0.5, 1, 1.5, 2, 3, 5, 10};

    explicit WalkController(TrainingController* controller, QObject* parent = nullptr);
    ~WalkController() override;

    [[nodiscard]] TrainingController* controller() const { return m_controller; }
    [[nodiscard]] WalkState state() const { return m_state; }
    [[nodiscard]] bool isWalking() const { return m_state == WalkState::Walking; }
    /// Why no walk can begin (a sentence); empty when one can.
    [[nodiscard]] const QString& startBlocked() const { return m_blocked; }
    /// While walking; index of stage() in numbers().stages.
    [[nodiscard]] int index() const { return m_index; }
    [[nodiscard]] const engine::WalkStage& stage() const { return m_numbers.stages[static_cast<std::size_t>(m_index)]; }
    [[nodiscard]] const WalkNumbers& numbers() const { return m_numbers; }
    [[nodiscard]] const WalkPictures& pictures() const { return m_pictures; }
    [[nodiscard]] bool isPlaying() const { return m_playing.isActive(); }
    /// Index in kSpeeds.
    [[nodiscard]] int speed() const { return m_speed; }
    /// The image of the batch whose maps are shown.
    [[nodiscard]] std::int64_t image() const { return m_image; }
    [[nodiscard]] const QString& reason() const { return m_reason; }

    /// Begins with the next batch; pauses training that runs.
    void start();
    /// The next sub-step; behind the last one the batch is trained, behind that the next walk begins.
    void forward();
    void back();
    void setPlaying(bool playing);
    void setSpeed(int speed);
    void setImage(std::int64_t image);
    /// The first one behind the last.
    void nextImage();
    /// Trains the batch: one step.
    void finish();
    /// Ends the walk; nothing was trained unless it was finished.
    void leave();

Q_SIGNALS:
    void changed();
    void picturesReady();

private:
    void setState(WalkState state);
    void checkBlocked();
    void proceed();
    void compute();
    void receive(WalkNumbers numbers);
    void askPictures();
    void end(const QString& reason);
    void trainingChanged(RunState state);
    void stateArrived(const std::shared_ptr<const engine::TrainingState>& state);
    void networkChanged();

    TrainingController* m_controller;
    WalkState m_state = WalkState::Off;
    engine::GraphSpec m_core; ///< of the network that is walked through
    WalkNumbers m_numbers;
    WalkPictures m_pictures;
    QString m_reason, m_blocked;
    QTimer m_playing;
    int m_index = 0, m_speed = 1;
    int m_id = 0;
    bool m_computing = false;
    std::int64_t m_image = 0;
    std::shared_ptr<WalkWorker> m_worker; ///< used on the thread alone
    Mailbox m_mailbox;
    TaskThread m_thread{Priority::Spare}; ///< last: joined before anything above goes away
};

} // namespace convarium::ui
