#include "ui/theme/frame_pacer.h"

#include <QCoreApplication>
#include <QHash>
#include <QTimer>
#include <QWidget>

#include <chrono>

namespace convarium::ui
{

namespace
{

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFrame{16};

class FramePacer final : public QObject
{
public:
    using QObject::QObject;

    /// An update that comes too early is asked for again when it is due. Until then the window asks for no other.
    bool eventFilter(QObject* object, QEvent* event) override
    {
        if (event->type() != QEvent::UpdateRequest || !object->isWidgetType() ||
            !static_cast<QWidget*>(object)->isWindow())
            return false;
        const auto now = Clock::now();
        const auto found = m_due.constFind(object);
        if (found == m_due.constEnd())
            connect(object, &QObject::destroyed, this, [this, object] { m_due.remove(object); });
        else if (*found > now) {
            const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*found - now);
            QTimer::singleShot(wait, Qt::PreciseTimer, object,
                               [object] { QCoreApplication::postEvent(object, new QEvent(QEvent::UpdateRequest)); });
            return true;
        }
        m_due.insert(object, now + kFrame);
        return false;
    }

private:
    QHash<QObject*, Clock::time_point> m_due; ///< when a window may be painted again
};

} // namespace

void installFramePacer()
{
    static FramePacer* pacer = nullptr;
    if (!pacer)
        QCoreApplication::instance()->installEventFilter(pacer = new FramePacer(QCoreApplication::instance()));
}

} // namespace convarium::ui
