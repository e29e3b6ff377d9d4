#include "ui/theme/accessible_tree.h"

#include "ui/theme/accessible_menus.h"
#include "ui/theme/accessible_table.h"
#include "ui/theme/widgets.h"

#include <QAbstractItemView>
#include <QAbstractScrollArea>
#include <QComboBox>
#include <QMenuBar>

namespace convarium::ui
{

namespace
{

constexpr char kReadsAsOne[] = "convariumReadsAsOne";

bool readsAsOne(const QWidget* widget)
{
    return widget->property(kReadsAsOne).toBool();
}

/// Roles that tell nobody anything without a name.
bool saysNothing(QAccessible::Role role)
{
    switch (role) {
    case QAccessible::NoRole:
    case QAccessible::Client:
    case QAccessible::Pane:
    case QAccessible::LayeredPane:
    case QAccessible::Grouping:
    case QAccessible::Border:
    case QAccessible::Separator:
    case QAccessible::ScrollBar:
    case QAccessible::StaticText:
    case QAccessible::Graphic:
    case QAccessible::StatusBar:
    case QAccessible::Window: return true;
    default: return false;
    }
}

bool isWrapper(const QWidget* widget, const QAccessibleInterface* face)
{
    // A view port takes the focus for its view.
    const auto* area = qobject_cast<const QAbstractScrollArea*>(widget->parentWidget());
    if (area && area->viewport() == widget)
        return true;
    return !widget->isWindow() && widget->focusPolicy() == Qt::NoFocus && saysNothing(face->role()) &&
           face->text(QAccessible::Name).isEmpty();
}

void collect(const QWidget* widget, QList<QAccessibleInterface*>& list)
{
    for (QObject* object : widget->children()) {
        auto* child = qobject_cast<QWidget*>(object);
        if (!child || child->isWindow() || child->isHidden() || child->size().isEmpty())
            continue;
        QAccessibleInterface* face = QAccessible::queryAccessibleInterface(child);
        if (!face)
            continue;
        if (!isWrapper(child, face))
            list.append(face);
        else if (!readsAsOne(child))
            collect(child, list);
    }
}

/// The list belongs to the tree only while it is open.
class ComboAccessible final : public QAccessibleWidget
{
public:
    explicit ComboAccessible(QComboBox* combo) : QAccessibleWidget(combo, QAccessible::ComboBox), m_combo(combo) {}

    [[nodiscard]] int childCount() const override { return isOpen() ? 1 : 0; }
    [[nodiscard]] QAccessibleInterface* child(int index) const override
    {
        return isOpen() && index == 0 ? QAccessible::queryAccessibleInterface(m_combo->view()) : nullptr;
    }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface* wanted) const override
    {
        return isOpen() && wanted && wanted->object() == m_combo->view() ? 0 : -1;
    }
    [[nodiscard]] QAccessibleInterface* childAt(int x, int y) const override
    {
        QAccessibleInterface* list = child(0);
        return list && list->rect().contains(x, y) ? list : nullptr;
    }
    [[nodiscard]] QString text(QAccessible::Text kind) const override
    {
        return kind == QAccessible::Value ? m_combo->currentText() : QAccessibleWidget::text(kind);
    }
    [[nodiscard]] QAccessible::State state() const override
    {
        QAccessible::State state = QAccessibleWidget::state();
        state.expandable = state.hasPopup = true;
        state.expanded = isOpen();
        state.collapsed = !isOpen();
        return state;
    }
    [[nodiscard]] QStringList actionNames() const override { return {showMenuAction(), pressAction()}; }
    void doAction(const QString& name) override
    {
        if (name != showMenuAction() && name != pressAction())
            QAccessibleWidget::doAction(name);
        else if (isOpen())
            m_combo->hidePopup();
        else
            m_combo->showPopup();
    }

private:
    [[nodiscard]] bool isOpen() const { return m_combo->view()->isVisible(); }
    QComboBox* m_combo;
};

/// A title to read, or a button once there is something to fold away.
class SectionAccessible final : public QAccessibleWidget
{
public:
    explicit SectionAccessible(SectionHeader* header) : QAccessibleWidget(header), m_header(header) {}

    [[nodiscard]] QString text(QAccessible::Text kind) const override
    {
        const QString text = QAccessibleWidget::text(kind);
        return kind == QAccessible::Name && text.isEmpty() ? m_header->text() : text;
    }
    [[nodiscard]] QAccessible::Role role() const override
    {
        return folds() ? QAccessible::Button : QAccessible::Heading;
    }
    [[nodiscard]] QAccessible::State state() const override
    {
        QAccessible::State state = QAccessibleWidget::state();
        state.expandable = folds();
        state.expanded = folds() && m_header->isExpanded();
        state.collapsed = folds() && !m_header->isExpanded();
        return state;
    }
    [[nodiscard]] QStringList actionNames() const override
    {
        return folds() ? QStringList{pressAction()} + QAccessibleWidget::actionNames() : QStringList();
    }
    void doAction(const QString& name) override
    {
        if (name == pressAction())
            m_header->click();
        else
            QAccessibleWidget::doAction(name);
    }

private:
    [[nodiscard]] bool folds() const { return m_header->focusPolicy() != Qt::NoFocus; }
    SectionHeader* m_header;
};

/// Called with the class name of the object and then with those of its bases, until an interface is made.
QAccessibleInterface* makeInterface(const QString& name, QObject* object)
{
    auto* widget = qobject_cast<QWidget*>(object);
    if (!widget)
        return nullptr;
    if (auto* table = makeTableInterface(widget))
        return table;
    if (name == QLatin1String("QWidget") || name == QLatin1String("QFrame") ||
        name == QLatin1String("QAbstractScrollArea") || name == QLatin1String("QScrollArea") ||
        name == QLatin1String("QStackedWidget") || name == QLatin1String("QDockWidget") ||
        name == QLatin1String("QStatusBar"))
        return new ContainerAccessible(widget);
    if (name == QLatin1String("QMainWindow"))
        return new ContainerAccessible(widget, QAccessible::Window);
    if (name == QLatin1String("QToolBar"))
        return new ContainerAccessible(widget, QAccessible::ToolBar);
    if (auto* bar = qobject_cast<QMenuBar*>(widget))
        return new MenuBarAccessible(bar);
    if (auto* combo = qobject_cast<QComboBox*>(widget); combo && name == QLatin1String("QComboBox"))
        return combo->isEditable() ? nullptr : new ComboAccessible(combo);
    if (auto* header = qobject_cast<SectionHeader*>(widget))
        return new SectionAccessible(header);
    return nullptr;
}

} // namespace

ContainerAccessible::ContainerAccessible(QWidget* widget, QAccessible::Role role) : QAccessibleWidget(widget, role) {}

QList<QAccessibleInterface*> ContainerAccessible::parts() const
{
    QList<QAccessibleInterface*> list;
    if (!readsAsOne(widget()))
        collect(widget(), list);
    return list;
}

int ContainerAccessible::childCount() const
{
    return static_cast<int>(parts().size());
}

QAccessibleInterface* ContainerAccessible::child(int index) const
{
    return parts().value(index, nullptr);
}

int ContainerAccessible::indexOfChild(const QAccessibleInterface* wanted) const
{
    return static_cast<int>(parts().indexOf(const_cast<QAccessibleInterface*>(wanted)));
}

QAccessibleInterface* ContainerAccessible::childAt(int x, int y) const
{
    const auto list = parts();
    for (auto it = list.rbegin(); it != list.rend(); ++it) // the last one lies on top
        if ((*it)->rect().contains(x, y))
            return *it;
    return nullptr;
}

QAccessibleInterface* ContainerAccessible::parent() const
{
    QWidget* above = widget();
    QAccessibleInterface* face = nullptr;
    do {
        if (above->isWindow() || !above->parentWidget())
            return face ? face : QAccessibleWidget::parent();
        above = above->parentWidget();
        face = QAccessible::queryAccessibleInterface(above);
    } while (face && isWrapper(above, face));
    return face;
}

QAccessible::Role ContainerAccessible::role() const
{
    const QAccessible::Role own = QAccessibleWidget::role();
    if (own != QAccessible::Client || widget()->accessibleName().isEmpty())
        return own;
    return readsAsOne(widget()) ? QAccessible::StaticText : QAccessible::Grouping;
}

void installAccessibleTree()
{
    static const bool installed = (QAccessible::installFactory(makeInterface), true);
    Q_UNUSED(installed)
}

void setReadsAsOne(QWidget* widget)
{
    widget->setProperty(kReadsAsOne, true);
}

} // namespace convarium::ui
