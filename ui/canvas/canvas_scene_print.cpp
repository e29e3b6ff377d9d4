// The part of CanvasScene that draws the network for a file.
#include "ui/canvas/canvas_scene.h"

#include "ui/canvas/card_paint.h"
#include "ui/theme/theme.h"

#include <QFontInfo>
#include <QPainter>
#include <utility>

namespace convarium::ui
{

namespace
{

constexpr double kMargin = 24;

/// The light theme on paper: nothing lies behind the cards.
const Theme& paperTheme()
{
    static const Theme paper = [] {
        Theme t = lightTheme();
        t.canvas = t.surface;
        return t;
    }();
    return paper;
}

} // namespace

NetworkPicture CanvasScene::print()
{
    // What is only seen is put aside; the view notices nothing, it repaints what it showed before.
    const double scale = std::exchange(m_scale, 1.0);
    const Level level = std::exchange(m_level, levelFor(1));
    const QList<NodeId> selection = std::exchange(m_selection, {});
    const auto selectedWire = std::exchange(m_selectedWire, std::nullopt);
    const auto selectedNotes = std::exchange(m_selectedNotes, {});
    const auto selectedArrow = std::exchange(m_selectedArrow, std::nullopt);
    const auto dropWire = std::exchange(m_dropWire, std::nullopt);
    const auto draft = std::exchange(m_draft, std::nullopt);
    const Hit hover = std::exchange(m_hover, {});
    const auto walk = std::exchange(m_walk, std::nullopt);
    const bool focusVisible = std::exchange(m_focusVisible, false);
    refreshStates();
    refreshWires();
    refreshBlocks();
    refreshNotes();

    NetworkPicture picture;
    picture.title = m_document->title();
    picture.letters = QFontInfo(cardFont(12)).family();
    const QRectF content = contentRect().adjusted(-kMargin, -kMargin, kMargin, kMargin).toAlignedRect();
    picture.size = content.size();
    {
        const ScopedTheme paper(paperTheme());
        QPainter painter(&picture.drawing);
        render(&painter, QRectF(QPointF(), content.size()), content);
    }

    m_scale = scale;
    m_level = level;
    m_selection = selection;
    m_selectedWire = selectedWire;
    m_selectedNotes = selectedNotes;
    m_selectedArrow = selectedArrow;
    m_dropWire = dropWire;
    m_draft = draft;
    m_hover = hover;
    m_walk = walk;
    m_focusVisible = focusVisible;
    refreshStates();
    refreshWires();
    refreshBlocks();
    refreshNotes();
    return picture;
}

} // namespace convarium::ui
