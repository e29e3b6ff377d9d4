#include "ui/training/image_actions.h"

#include "ui/theme/own_keys.h"
#include "ui/training/map_service.h"
#include "ui/training/training_controller.h"

#include <QAction>
#include <QKeyEvent>
#include <QMenu>

namespace convarium::ui
{

ImageActions::ImageActions(MapService* maps, QWidget* owner)
    : QObject(owner), m_maps(maps), m_search(new ImageSearch(maps, this)),
      m_classes(new QMenu(tr("Next image of class"), owner))
{
    const auto add = [this, owner](const QString& text, int key, auto* receiver, auto slot) {
        auto* action = new QAction(text, this);
        action->setShortcut(key);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        owner->addAction(action);
        connect(action, &QAction::triggered, receiver, slot);
        return action;
    };
    m_previous = add(tr("Previous image"), Qt::Key_P, maps, &MapService::previousImage);
    m_next = add(tr("Next image"), Qt::Key_N, maps, &MapService::nextImage);
    m_any = add(tr("Any image"), Qt::Key_R, maps, &MapService::randomImage);
    m_sameClass = add(tr("Next image of the same class"), Qt::Key_C, m_search, &ImageSearch::findSameClass);
    m_misclassified = add(tr("Next misclassified image"), Qt::Key_M, m_search, &ImageSearch::findMisclassified);
    m_drawing = add(tr("Own drawing"), Qt::Key_D, this, &ImageActions::drawingRequested);
    tellOwnKeys(owner, {{tr("0 to 9"), tr("Next image of that class")}});
    connect(m_classes, &QMenu::aboutToShow, this, &ImageActions::fillClasses);
}

void ImageActions::addTo(QMenu* menu) const
{
    menu->addActions({m_previous, m_next, m_any});
    menu->addMenu(m_classes);
    menu->addActions({m_sameClass, m_misclassified, m_drawing});
}

void ImageActions::fillClasses()
{
    m_classes->clear();
    const auto& images = m_maps->controller()->data().shown();
    const auto count = images ? static_cast<int>(images->classNames().size()) : 0;
    for (int i = 0; i < count; ++i)
        connect(m_classes->addAction(m_maps->className(i)), &QAction::triggered, m_search,
                [this, i] { m_search->findClass(i); });
    if (count == 0)
        m_classes->addAction(tr("These images belong to no classes"))->setEnabled(false);
}

bool ImageActions::keyPressed(const QKeyEvent& event)
{
    if (event.key() == Qt::Key_Escape && !m_search->text().isEmpty()) {
        m_search->stop();
        return true;
    }
    if (event.modifiers() & ~Qt::KeypadModifier || event.key() < Qt::Key_0 || event.key() > Qt::Key_9)
        return false;
    m_search->findClass(event.key() - Qt::Key_0);
    return true;
}

} // namespace convarium::ui
