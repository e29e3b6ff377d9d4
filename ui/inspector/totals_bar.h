// The lowest line of the window: what the network counts and what it will cost.
#pragma once

#include "engine/core/memory.h"
#include "ui/document/project_document.h"
#include "ui/theme/widgets.h"
#include "ui/threads/mailbox.h"
#include "ui/threads/task_thread.h"

#include <QTimer>

QT_BEGIN_NAMESPACE
class QHBoxLayout;
QT_END_NAMESPACE

namespace convarium::ui
{

/// What a network needs, as this program allocates it; bytes without the data set. Below 0: cannot be said.
struct MemoryEstimate {
    qint64 training = -1, inference = -1;
};
/// Compiles the network for both: some milliseconds, any thread.
[[nodiscard]] MemoryEstimate estimateMemory(const engine::GraphSpec& graph, const engine::TrainConfig& config);

/// 32 high. Memory is worked out on another thread a moment after the last edit.
class TotalsBar final : public QWidget
{
    Q_OBJECT
public:
    explicit TotalsBar(ProjectDocument* document, QWidget* parent = nullptr);
    /// 0: as many as the machine has.
    void setThreads(int threads);
    [[nodiscard]] QString summary() const;
    [[nodiscard]] QPushButton* problemsButton() const { return m_problems; }

    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void problemsClicked();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    struct Item {
        QWidget* box = nullptr;
        TextLabel* value = nullptr;
        TextLabel* after = nullptr;
        bool stale = false;
    };
    Item addItem(const QString& before, const QString& after);
    void refresh();
    void askMemory();
    void showMemory();
    /// stale: the number is the last that worked; `after` gives way to the word.
    static void setItem(Item& item, const QString& number, const QString& after, bool stale);
    void describe();
    void fit();

    ProjectDocument* m_document;
    QHBoxLayout* m_layout;
    Item m_parameters, m_macs, m_training, m_inference;
    TextLabel* m_seed;
    QPushButton* m_problems;
    QTimer m_memoryTimer;
    MemoryEstimate m_memory; ///< of the last network that worked
    int m_asked = 0;
    int m_threads = 0;
    Mailbox m_mailbox;
    TaskThread m_thread; ///< last: its tasks use this object
};

} // namespace convarium::ui
