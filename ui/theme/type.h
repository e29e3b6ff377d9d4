// Fonts by role. Sizes are the pixels of the design times the user's text size; nothing is smaller than 12 px.
#pragma once

#include "ui/theme/theme.h"

#include <QFont>

class QWidget;

namespace convarium::ui
{

/// px / line height / weight at text size 100 %.
enum class TextRole {
    Display,     ///< 46/56 bold: predicted digit, accuracy for an audience
    Title,       ///< 28/36 bold: page titles
    ShapeLarge,  ///< 30/36 bold: shape in the inspector
    Shape,       ///< 23/28 bold: shape on a card
    Heading,     ///< 20/26 bold: view headings
    Gallery,     ///< 17/22 bold: names in the gallery
    Section,     ///< 15/20 medium: section titles
    SectionBold, ///< 15/20 bold
    Result,      ///< 16/20 bold: results of formulas
    Totals,      ///< 14/18 bold: numbers of the totals bar
    Reading,     ///< 14/20 regular: running text
    CardName,    ///< 14/18 medium: head of a card
    Body,        ///< 13/18 regular
    BodyMedium,  ///< 13/18 medium: buttons, docked rows
    BodyBold,    ///< 13/18 bold
    CardDetail,  ///< 12/16 regular: settings and counts on a card
    Small,       ///< 12/16 regular: ranges, axis labels
    SmallMedium, ///< 12/16 medium: shapes on wires
};

/// Font of a role at the current text size; extraScale multiplies it again (1.5 in presenter mode).
[[nodiscard]] QFont font(TextRole role, double extraScale = 1.0);
/// JetBrains Mono, else DejaVu Sans Mono; px at text size 100 %.
[[nodiscard]] QFont monoFont(double px = 13, double extraScale = 1.0);
/// Height of a line of that role in pixels at the current text size.
[[nodiscard]] int lineHeight(TextRole role, double extraScale = 1.0);
/// Gives the widget the role's font now and after every change of the text size.
void setTextRole(QWidget* widget, TextRole role, double extraScale = 1.0);

} // namespace convarium::ui
