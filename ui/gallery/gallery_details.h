// All about one architecture: who, when, the idea, the story, the paper, and its sizes to open.
#pragma once

#include "ui/gallery/gallery_data.h"

#include <QWidget>

namespace convarium::ui
{

class GalleryDetails final : public QWidget
{
    Q_OBJECT
public:
    explicit GalleryDetails(const GalleryEntry& entry, QWidget* parent = nullptr);

Q_SIGNALS:
    void chosen(const QString& preset);
};

} // namespace convarium::ui
