// What assistive technology and scripts see of the window: the things to use and to read, without the widgets that only
// hold a layout together. Every entry costs a client several messages, each answered by the UI thread.
#pragma once

#include <QAccessibleWidget>

namespace convarium::ui
{

/// A widget with children of its own making. Wrappers among them - without a name, without focus, of a role that says
/// nothing, such as layout helpers, view ports, hairlines, scroll bars, empty labels - are left out and their children
/// take their place; so are hidden widgets. A wrapper that is asked for directly still answers: children of Qt's own
/// classes report it as their parent.
class ContainerAccessible : public QAccessibleWidget
{
public:
    explicit ContainerAccessible(QWidget* widget, QAccessible::Role role = QAccessible::Client);
    [[nodiscard]] int childCount() const override;
    [[nodiscard]] QAccessibleInterface* child(int index) const override;
    [[nodiscard]] int indexOfChild(const QAccessibleInterface* wanted) const override;
    [[nodiscard]] QAccessibleInterface* childAt(int x, int y) const override;
    [[nodiscard]] QAccessibleInterface* parent() const override;
    /// Grouping for a plain widget with a name.
    [[nodiscard]] QAccessible::Role role() const override;

private:
    [[nodiscard]] QList<QAccessibleInterface*> parts() const;
};

/// Gives containers, scroll areas, docks, bars, section headers and combo boxes such interfaces. Menus and the lists of
/// combo boxes are listed only while they are open; a combo box's name is its accessible name and its value the current
/// text. Call it before the first window is made; further calls do nothing.
void installAccessibleTree();

/// The widget reads as one thing: its children are not listed, its accessible name and description say all.
void setReadsAsOne(QWidget* widget);

} // namespace convarium::ui
