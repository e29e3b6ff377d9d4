#include "ui/shell/pages.h"

namespace convarium::ui
{

Pages::Pages(QWidget* home, QUndoStack* undo, QWidget* parent) : QStackedWidget(parent)
{
    addWidget(home);
    m_undo.insert(home, undo);
    connect(this, &QStackedWidget::currentChanged, this, &Pages::changed);
}

void Pages::add(QWidget* page, QUndoStack* undo)
{
    addWidget(page);
    m_undo.insert(page, undo ? undo : m_undo.value(widget(0)));
    connect(page, &QWidget::windowTitleChanged, this, &Pages::changed);
}

void Pages::open(QWidget* page)
{
    setCurrentWidget(page);
    page->setFocus(Qt::OtherFocusReason);
}

void Pages::goHome()
{
    if (!isHome())
        open(widget(0));
}

QString Pages::title() const
{
    return isHome() ? QString() : currentWidget()->windowTitle();
}

} // namespace convarium::ui
