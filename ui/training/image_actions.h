// Choosing the image under view: the entries of a menu and their keys.
#pragma once

#include "ui/training/image_search.h"

QT_BEGIN_NAMESPACE
class QAction;
class QKeyEvent;
class QMenu;
QT_END_NAMESPACE

namespace convarium::ui
{

/// Keys act wherever the focus is in `owner`.
class ImageActions final : public QObject
{
    Q_OBJECT
public:
    ImageActions(MapService* maps, QWidget* owner);
    void addTo(QMenu* menu) const;
    [[nodiscard]] ImageSearch* search() const { return m_search; }
    [[nodiscard]] QAction* previous() const { return m_previous; }
    [[nodiscard]] QAction* next() const { return m_next; }
    /// A digit names a class, Esc ends a search; false: not one of these keys.
    bool keyPressed(const QKeyEvent& event);

Q_SIGNALS:
    /// The user wants to draw the image.
    void drawingRequested();

private:
    void fillClasses();

    MapService* m_maps;
    ImageSearch* m_search;
    QMenu* m_classes;
    QAction *m_previous, *m_next, *m_any, *m_sameClass, *m_misclassified, *m_drawing;
};

} // namespace convarium::ui
