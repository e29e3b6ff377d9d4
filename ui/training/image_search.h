// Looks for the next image of a class, or the next one the network misclassifies, beside training. UI thread.
#pragma once

#include "ui/threads/mailbox.h"
#include "ui/threads/task_thread.h"
#include "ui/training/network_probe.h"

#include <QObject>
#include <atomic>
#include <memory>
#include <optional>

namespace convarium::ui
{

class MapService;

/// From the image under view on, round the whole set; what is found becomes the image under view.
class ImageSearch final : public QObject
{
    Q_OBJECT
public:
    explicit ImageSearch(MapService* maps, QObject* parent = nullptr);
    ~ImageSearch() override;

    void findClass(int classIndex);
    /// Of the image under view.
    void findSameClass();
    /// With the weights as they are now.
    void findMisclassified();
    /// Ends a search; its words go.
    void stop();
    [[nodiscard]] bool isLooking() const { return m_looking; }
    /// How far it is, or why nothing was found; empty when there is nothing to say.
    [[nodiscard]] QString text() const { return m_text; }

Q_SIGNALS:
    void textChanged(const QString& text);

private:
    struct Question;
    struct Answer;
    void look(std::optional<int> classIndex);
    void receive(int id, const Answer& answer);
    void tell(const QString& text);
    [[nodiscard]] static Answer search(const Question& question, NetworkProbe& probe, const std::atomic<bool>& stop,
                                       const std::function<void(std::int64_t done)>& progress);

    MapService* m_maps;
    QString m_text;
    std::optional<int> m_class; ///< that is looked for; none: a misclassified one
    bool m_looking = false;
    int m_id = 0; ///< answers to earlier questions are dropped
    std::shared_ptr<std::atomic<bool>> m_stop = std::make_shared<std::atomic<bool>>(false);
    std::shared_ptr<NetworkProbe> m_probe; ///< used on the thread alone
    Mailbox m_mailbox;
    TaskThread m_thread{Priority::Spare}; ///< last
};

} // namespace convarium::ui
