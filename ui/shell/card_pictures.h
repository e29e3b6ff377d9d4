// What the cards of the canvas show: maps of the test image, or how far a batch has come that is walked through.
#pragma once

#include "ui/canvas/output_item.h"
#include "ui/training/map_worker.h"

#include <QObject>

namespace convarium::ui
{

class CanvasView;
class MapService;
class WalkController;

/// Hands pictures from maps and walk to the canvas. UI thread.
class CardPictures final : public QObject
{
    Q_OBJECT
public:
    CardPictures(CanvasView* canvas, MapService* maps, WalkController* walk, QObject* parent = nullptr);

private:
    void showMaps(const QHash<engine::NodeId, CardThumbnail>& thumbnails);
    void showReading(const OutputReading& reading);
    void walkChanged();
    void showWalk();

    CanvasView* m_canvas;
    MapService* m_maps;
    WalkController* m_walk;
    bool m_walking = false;
};

} // namespace convarium::ui
