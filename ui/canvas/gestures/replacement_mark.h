// Shows that what is in the hand would take the place of a card.
#pragma once

#include "ui/document/document_state.h"

class QPainter;
class QString;

namespace convarium::ui
{

class CanvasScene;

/// The layer that would go, ringed, with the name of what comes in its place.
void paintReplacement(QPainter* painter, const CanvasScene& scene, NodeId replaced, const QString& by);

} // namespace convarium::ui
