// A panel that floats over the window it belongs to: a child widget, not a window of its own.
#pragma once

#include "ui/theme/widgets.h"

#include <QPointer>
#include <QWidget>

namespace convarium::ui
{

/// Opens above or below its anchor; closes by Escape, by a click elsewhere or when the window changes its size. The
/// focus goes back to where it came from.
class Popover final : public QWidget
{
    Q_OBJECT
public:
    /// Takes the content. anchor: the button it belongs to.
    Popover(QWidget* content, QWidget* anchor);
    void openPopover();
    void closePopover();

Q_SIGNALS:
    void closed();

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void place();
    QPointer<QWidget> m_anchor;
    QPointer<QWidget> m_focusBefore;
};

} // namespace convarium::ui
