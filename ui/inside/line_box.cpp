#include "ui/inside/line_box.h"

#include "ui/theme/own_keys.h"
#include "ui/theme/type.h"

#include <QResizeEvent>
#include <QScrollBar>
#include <algorithm>

namespace convarium::ui
{

namespace
{
constexpr int kMostLines = 6, kLeastLines = 2;
}

LineBox::LineBox(QWidget* content, QWidget* parent) : QScrollArea(parent)
{
    tellOwnKeys(this, {{tr("Arrow keys, Page Up, Page Down"), tr("Further lines")}});
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    setWidget(content);
    viewport()->setAutoFillBackground(false);
    content->setAutoFillBackground(false);
    content->installEventFilter(this);
    verticalScrollBar()->setSingleStep(lineHeight(TextRole::Reading));
    connect(verticalScrollBar(), &QScrollBar::rangeChanged, this, &LineBox::updateFocus);
    updateFocus();
}

int LineBox::heightFor(int lines) const
{
    return std::min(widget()->heightForWidth(width()), lines * lineHeight(TextRole::Reading));
}

QSize LineBox::sizeHint() const
{
    return {widget()->sizeHint().width(), heightFor(kMostLines)};
}

QSize LineBox::minimumSizeHint() const
{
    return {scaled(96), heightFor(kLeastLines)};
}

/// Tab does not stop at what is seen as a whole.
void LineBox::updateFocus()
{
    const bool more = verticalScrollBar()->maximum() > 0;
    setFocusPolicy(more ? Qt::StrongFocus : Qt::NoFocus);
}

void LineBox::resizeEvent(QResizeEvent* event)
{
    QScrollArea::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        updateGeometry();
}

bool LineBox::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == widget() && event->type() == QEvent::LayoutRequest)
        updateGeometry();
    return QScrollArea::eventFilter(watched, event);
}

} // namespace convarium::ui
