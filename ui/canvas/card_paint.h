// Painting of cards: pure drawing from values, at every level of detail.
#pragma once

#include "ui/canvas/card_content.h"
#include "ui/canvas/geometry.h"
#include "ui/theme/field_mark.h"
#include "ui/theme/number_words.h"

#include <QFont>
#include <QImage>
#include <QVector>

class QPainter;

namespace convarium::ui
{

/// A font of the design in scene pixels; the text size setting is part of the view's scale.
[[nodiscard]] QFont cardFont(double px, QFont::Weight weight = QFont::Normal);
/// px, but at least 12 pixels on a screen at that view scale.
[[nodiscard]] double readablePx(double px, double scale);

struct Thumbnails {
    QImage atlas; ///< `count` tiles side by side
    int count = 0;
    bool dark = false;         ///< made for the dark theme: not drawn in the light one, nor the other way round
    bool strip = false;        ///< a list of numbers: one strip over the whole width
    QVector<double> bars;      ///< probabilities: ten bars instead
    FieldMark seen;            ///< part of an image
    QList<NumberRange> ranges; ///< of each tile; empty: not told
};

/// What a layer does with a batch that is walked through.
enum class Work : std::uint8_t { None, Forward, Backward, Update };
/// The colour of what moves then: numbers, gradients, weights.
[[nodiscard]] const QColor& workColor(Work work);

struct CardState {
    bool selected = false, focused = false, hovered = false;
    Work work = Work::None; ///< the layer at work while stepping
    friend bool operator==(const CardState&, const CardState&) = default;
};

struct DockedRow {
    CardContent content;
    CardState state;
    friend bool operator==(const DockedRow&, const DockedRow&) = default;
};

struct CardPicture {
    CardContent content;
    CardMetrics metrics;
    CardState state;
    QStringList change; ///< of the shape by the last edit, "28 → 14", while it is marked
    std::vector<DockedRow> rows;
    Thumbnails thumbnails;
    std::vector<double> inputPorts; ///< heights below the top
    /// Growth of each input port while a wire is dragged: 0 faded, 1 as usual, 2 fits.
    std::vector<int> inputPortStates;
    bool outputPort = true;
};

/// Alike but for the thumbnails: then paintFrame() draws the same.
[[nodiscard]] bool sameFrame(const CardPicture& a, const CardPicture& b);
/// Where paintThumbnails() draws; empty when the card has none.
[[nodiscard]] QRectF thumbnailRect(const CardPicture& picture, Level level);

/// "Map 3: from −0.2 to 1.4" of the thumbnail there, in the frame's coordinates; empty where there is none.
[[nodiscard]] QString thumbnailWords(const CardPicture& picture, Level level, const QPointF& at);

/// What lies over the canvas for a while: a list, a form.
void paintPopup(QPainter* painter, const QRectF& rect);
/// The card without its thumbnails, the upper left corner at 0, 0. scale: of the view; level: levelFor(scale).
void paintFrame(QPainter* painter, const CardPicture& picture, Level level, double scale);
/// What changes while training runs, in the frame's coordinates.
void paintThumbnails(QPainter* painter, const CardPicture& picture, Level level);
/// A bar that shows size and number of maps, with the name below it where it is a block.
void paintSilhouette(QPainter* painter, const CardPicture& picture, const engine::Shape* shape, double scale);
/// "10×10×16": bold digits, "×" regular and lighter. Returns the width.
double paintShapeText(QPainter* painter, QPointF baseline, const QString& text, double px, const QColor& color,
                      double maxWidth);

} // namespace convarium::ui
