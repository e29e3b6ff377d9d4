// Judges the images of the test set at the ends of epochs, beside training, and remembers every judgement. UI thread.
#pragma once

#include "engine/train/judgement.h"
#include "ui/judge/explanation.h"
#include "ui/threads/mailbox.h"
#include "ui/threads/task_thread.h"

#include <QObject>

namespace convarium::ui
{

class TrainingController;

/// While training runs, as many images as cost about a fiftieth of an epoch; all of them when it rests and somebody
/// looks.
class JudgeService final : public QObject
{
    Q_OBJECT
public:
    explicit JudgeService(TrainingController* controller, QObject* parent = nullptr);
    ~JudgeService() override;

    /// Somebody looks.
    void setWanted(bool wanted);
    /// By step, oldest first; of the network and the data as they are now.
    [[nodiscard]] const std::vector<engine::JudgementPtr>& judgements() const { return m_judgements; }
    /// What they are about; null before data have been opened.
    [[nodiscard]] const engine::DatasetPtr& images() const { return m_images; }
    [[nodiscard]] QString className(int index) const;
    /// Why there is no judgement; empty when there is one.
    [[nodiscard]] QString reason() const;
    /// The network gives every pixel a class.
    [[nodiscard]] bool judgesMasks() const;
    /// Asks for the picture of an image; pictureReady() follows. With the classes of its pixels as the network says:
    /// three side by side, the image, its true and its predicted mask. The answer brings `question` back.
    void requestPicture(std::uint32_t image, int question, const std::vector<std::uint8_t>& said = {});
    /// Asks what in an image of this set (images() or another one) speaks for that class; explained() follows, for the
    /// latest question only.
    void explain(const engine::DatasetPtr& images, std::uint32_t image, int classIndex);

Q_SIGNALS:
    void judgementsChanged();
    void explained(const convarium::ui::ExplanationPtr& explanation);
    void pictureReady(quint32 image, int question, const QImage& picture);

private:
    void clear();
    void dataChanged();
    void judgeNow(bool all);
    void receive(int id, engine::Result<engine::Judgement> result);

    TrainingController* m_controller;
    engine::DatasetPtr m_shown;  ///< as the controller has them
    engine::DatasetPtr m_images; ///< with the targets of the network
    std::vector<engine::JudgementPtr> m_judgements;
    QString m_fault;
    bool m_wanted = false;
    bool m_epochEnded = false;
    bool m_judging = false; ///< a judgement is on its way
    int m_run = 0;          ///< judgements of older ones are dropped
    std::shared_ptr<std::atomic<bool>> m_stop = std::make_shared<std::atomic<bool>>(false);
    int m_question = 0;
    std::shared_ptr<std::atomic<bool>> m_explainStop = std::make_shared<std::atomic<bool>>(false);
    Mailbox m_mailbox;
    TaskThread m_explainer{Priority::Spare};
    TaskThread m_pictures{Priority::Spare};
    TaskThread m_thread{Priority::Spare}; ///< last
};

} // namespace convarium::ui
