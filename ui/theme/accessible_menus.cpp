#include "ui/theme/accessible_menus.h"

#include <QAction>
#include <QMenu>
#include <QMenuBar>
#include <QPointer>

namespace convarium::ui
{

namespace
{

class TitleAccessible final : public QAccessibleInterface, public QAccessibleActionInterface
{
public:
    TitleAccessible(QMenuBar* bar, QAction* action) : m_bar(bar), m_action(action) {}

    [[nodiscard]] bool isValid() const override { return m_bar && m_action && m_bar->actions().contains(m_action); }
    [[nodiscard]] QObject* object() const override { return nullptr; }
    [[nodiscard]] QWindow* window() const override { return m_bar ? m_bar->window()->windowHandle() : nullptr; }
    [[nodiscard]] QAccessibleInterface* parent() const override
    {
        return m_bar ? QAccessible::queryAccessibleInterface(m_bar) : nullptr;
    }
    [[nodiscard]] int childCount() const override { return menu() && menu()->isVisible() ? 1 : 0; }
    [[nodiscard]] QAccessibleInterface* child(int index) const override
    {
        return index == 0 && childCount() == 1 ? QAccessible::queryAccessibleInterface(menu()) : nullptr;
    }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface* wanted) const override
    {
        return wanted && wanted == child(0) ? 0 : -1;
    }
    [[nodiscard]] QAccessibleInterface* childAt(int x, int y) const override
    {
        QAccessibleInterface* open = child(0);
        return open && open->rect().contains(x, y) ? open : nullptr;
    }

    [[nodiscard]] QString text(QAccessible::Text kind) const override
    {
        if (!isValid())
            return {};
        const QString title = m_action->text();
        const QKeySequence key = QKeySequence::mnemonic(title);
        if (kind == QAccessible::Name)
            return QString(title).remove(u'&');
        return kind == QAccessible::Accelerator ? key.toString(QKeySequence::NativeText) : QString();
    }
    void setText(QAccessible::Text, const QString&) override {}
    [[nodiscard]] QRect rect() const override
    {
        if (!isValid())
            return {};
        const QRect place = m_bar->actionGeometry(m_action);
        return {m_bar->mapToGlobal(place.topLeft()), place.size()};
    }
    [[nodiscard]] QAccessible::Role role() const override { return QAccessible::MenuItem; }
    [[nodiscard]] QAccessible::State state() const override
    {
        QAccessible::State state;
        state.invalid = !isValid();
        if (state.invalid)
            return state;
        state.invisible = !m_action->isVisible() || !m_bar->isVisible();
        state.disabled = !m_action->isEnabled();
        state.focusable = state.hasPopup = state.expandable = true;
        state.focused = m_bar->activeAction() == m_action;
        state.expanded = childCount() == 1;
        return state;
    }

    void* interface_cast(QAccessible::InterfaceType type) override
    {
        return type == QAccessible::ActionInterface ? static_cast<QAccessibleActionInterface*>(this) : nullptr;
    }
    [[nodiscard]] QStringList actionNames() const override { return {showMenuAction(), pressAction()}; }
    void doAction(const QString& name) override
    {
        if (!isValid() || (name != showMenuAction() && name != pressAction()))
            return;
        if (menu() && menu()->isVisible())
            menu()->close();
        else
            m_bar->setActiveAction(m_action);
    }
    [[nodiscard]] QStringList keyBindingsForAction(const QString&) const override
    {
        return {text(QAccessible::Accelerator)};
    }

private:
    [[nodiscard]] QMenu* menu() const { return m_action ? m_action->menu<QMenu*>() : nullptr; }
    QPointer<QMenuBar> m_bar;
    QPointer<QAction> m_action;
};

} // namespace

MenuBarAccessible::MenuBarAccessible(QMenuBar* bar) : QAccessibleWidget(bar, QAccessible::MenuBar), m_bar(bar) {}

MenuBarAccessible::~MenuBarAccessible()
{
    for (const QAccessible::Id id : std::as_const(m_titles))
        QAccessible::deleteAccessibleInterface(id);
}

int MenuBarAccessible::childCount() const
{
    return static_cast<int>(m_bar->actions().size());
}

QAccessibleInterface* MenuBarAccessible::child(int index) const
{
    QAction* action = m_bar->actions().value(index, nullptr);
    if (!action)
        return nullptr;
    // An action may have gone and another come to its address: then the old interface is no longer valid.
    if (const auto it = m_titles.constFind(action); it != m_titles.constEnd()) {
        QAccessibleInterface* known = QAccessible::accessibleInterface(*it);
        if (known && known->isValid())
            return known;
        QAccessible::deleteAccessibleInterface(*it);
    }
    auto* created = new TitleAccessible(m_bar, action);
    m_titles[action] = QAccessible::registerAccessibleInterface(created);
    return created;
}

int MenuBarAccessible::indexOfChild(const QAccessibleInterface* wanted) const
{
    for (int i = 0; i < childCount(); ++i)
        if (child(i) == wanted)
            return i;
    return -1;
}

QAccessibleInterface* MenuBarAccessible::childAt(int x, int y) const
{
    for (int i = 0; i < childCount(); ++i)
        if (child(i)->rect().contains(x, y))
            return child(i);
    return nullptr;
}

} // namespace convarium::ui
