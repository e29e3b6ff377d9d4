// Decides when numbers are taken apart and of which weights; hands the results to the view. UI thread.
#pragma once

#include "ui/inside/number_worker.h"
#include "ui/threads/mailbox.h"
#include "ui/threads/task_thread.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace convarium::ui
{

class MapService;
class TrainingController;

/// Follows the network, the newest weights and the test image of the feature maps while a view is open. A touch is
/// answered at once; weights that stream in from training, four times a second.
class NumberService final : public QObject
{
    Q_OBJECT
public:
    explicit NumberService(MapService* maps, QObject* parent = nullptr);
    ~NumberService() override;

    [[nodiscard]] MapService* maps() const { return m_maps; }
    [[nodiscard]] TrainingController* controller() const { return m_controller; }
    /// What is asked for; network, weights and images are filled in here.
    void show(const NumberRequest& request);
    /// Nobody looks any more.
    void stop();
    [[nodiscard]] const NumberRequest& request() const { return m_request; }

Q_SIGNALS:
    void ready(const convarium::ui::NumberResult& result);

private:
    void schedule();
    void send();
    void receive(NumberResult result);

    MapService* m_maps;
    TrainingController* m_controller;
    NumberRequest m_request;
    std::shared_ptr<const engine::GraphSpec> m_graph; ///< as the worker knows it
    bool m_differs = false;                           ///< in training, from an evaluation
    bool m_open = false, m_busy = false, m_again = false;
    int m_id = 0;
    QTimer m_snapshots, m_send;
    QElapsedTimer m_sinceSend;
    std::shared_ptr<NumberWorker> m_worker; ///< used on the thread alone
    Mailbox m_mailbox;
    TaskThread m_thread{Priority::Spare}; ///< last: joined before anything above goes away
};

} // namespace convarium::ui
