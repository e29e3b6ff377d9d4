#include "ui/gallery/gallery_details.h"

#include "ui/theme/widgets.h"

#include <QVBoxLayout>

namespace convarium::ui
{

namespace
{
constexpr int kWidth = 460;
}

GalleryDetails::GalleryDetails(const GalleryEntry& entry, QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("About %1").arg(entry.title));
    setFixedWidth(scaled(kWidth));
    auto* column = columnIn(this, scaled(6));
    const auto add = [&](const QString& text, TextRole role, ColorRole color = ColorRole::Text) {
        if (text.isEmpty())
            return;
        auto* label = new TextLabel(text, role, color);
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse); // for a library's search field
        column->addWidget(label);
    };
    add(entry.year.isEmpty() ? entry.title : tr("%1, %2").arg(entry.title, entry.year), TextRole::Heading);
    add(entry.authors, TextRole::Body, ColorRole::Text2);
    add(entry.idea, TextRole::BodyMedium);
    add(entry.detail, TextRole::Reading);
    if (!entry.paper.isEmpty())
        add(tr("Paper: %1").arg(entry.paper), TextRole::Body, ColorRole::Text2);
    column->addSpacing(scaled(4));
    for (const GallerySize& size : entry.sizes) {
        auto* open = new QPushButton(size.text.isEmpty() ? tr("Open %1").arg(size.title)
                                                         : tr("Open %1: %2").arg(size.title, size.text));
        setPrimary(open, &size == &entry.sizes.front());
        connect(open, &QPushButton::clicked, this, [this, preset = size.preset] { Q_EMIT chosen(preset); });
        column->addWidget(open);
    }
}

} // namespace convarium::ui
