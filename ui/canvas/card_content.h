// The words and numbers of a card, taken from the document.
#pragma once

#include "ui/canvas/stacks.h"
#include "ui/document/project_document.h"
#include "ui/theme/theme.h"

#include <QString>
#include <QStringList>

namespace convarium::ui
{

struct CardContent {
    QString title; ///< "Conv2D"
    QString name;  ///< "C3"
    QString icon;
    Family family = Family::Block;
    QString shape;      ///< "10×10×16", "?" when never known
    bool stale = false; ///< shape and count are the last ones that worked
    QString settings;   ///< "16 filters 5×5, valid"
    QString count;      ///< "2,416 parameters"
    double share = 0;   ///< of the largest card's, 0 .. 1, for the bar; the scene's
    bool frozen = false;
    bool folded = false; ///< a block; drawn as a pile
    QString fault;       ///< message with its hint; empty when all is well
    bool warning = false;
    friend bool operator==(const CardContent&, const CardContent&) = default;
};

/// "10×10×16" or "120", in the order the user chose.
[[nodiscard]] QString shapeText(const engine::Shape& shape);
/// "28 → 14" for each size that is another one, the same change once; "5×5×16 → 400" where the shape is of another
/// kind.
[[nodiscard]] QStringList shapeChange(const engine::Shape& before, const engine::Shape& now);
[[nodiscard]] CardContent cardContent(const ProjectDocument& document, NodeId id);
/// Of the card: the layer at its head, or the block that is folded there.
[[nodiscard]] CardContent cardContent(const ProjectDocument& document, const Stack& stack);
/// How the output's sizes follow from the input's, with the numbers filled in; empty when there is nothing to work out.
[[nodiscard]] QStringList outputFormula(const ProjectDocument& document, NodeId id);
/// "Conv2D C3"; for a layer that is not seen, the folded block around it.
[[nodiscard]] QString accessibleName(const ProjectDocument& document, NodeId id);
/// "Conv2D 5x5, 16 filters, input 14x14x6, output 10x10x16, 2416 parameters", then the fault if there is one.
[[nodiscard]] QString accessibleDescription(const ProjectDocument& document, NodeId id);
/// "28x28x1, from Input", or that no wire leads there: of an input with that wire.
[[nodiscard]] QString inputDescription(const ProjectDocument& document, const std::optional<engine::Edge>& wire);
/// "24x24x6, to Tanh and Add", of the output of a layer.
[[nodiscard]] QString outputDescription(const ProjectDocument& document, NodeId id);

} // namespace convarium::ui
