// A menu bar for assistive technology whose menus are listed only while they are open.
#pragma once

#include <QAccessibleWidget>
#include <QHash>

class QAction;
class QMenuBar;

namespace convarium::ui
{

/// Children are the titles; the menu of a title is its child while it is shown.
class MenuBarAccessible final : public QAccessibleWidget
{
public:
    explicit MenuBarAccessible(QMenuBar* bar);
    ~MenuBarAccessible() override;
    [[nodiscard]] int childCount() const override;
    [[nodiscard]] QAccessibleInterface* child(int index) const override;
    [[nodiscard]] int indexOfChild(const QAccessibleInterface* wanted) const override;
    [[nodiscard]] QAccessibleInterface* childAt(int x, int y) const override;

private:
    QMenuBar* m_bar;
    mutable QHash<QAction*, QAccessible::Id> m_titles;
};

} // namespace convarium::ui
