// What the start page shows, as plain values. Reading may take a moment: any thread.
#pragma once

#include "ui/gallery/silhouette.h"

#include <QString>
#include <QStringList>
#include <vector>

namespace convarium::ui
{

/// One built-in network of an architecture.
struct GallerySize {
    QString preset; ///< "resnet-20"
    QString title;  ///< "ResNet-20"
    QString text;   ///< "272 k at 28×28"
};

struct GalleryEntry {
    QString title;   ///< "ResNet"
    QString year;    ///< empty: none
    QString authors; ///< empty: nobody's
    QString idea;
    QString detail;                 ///< the whole story
    QString paper;                  ///< author, title, where; empty: none
    std::vector<GallerySize> sizes; ///< the first is what opens: the one that trains on digits, where there is one
    Silhouette silhouette;          ///< of the first
    int order = 0;                  ///< by year, then as the published networks are listed

    /// "272 k at 28×28", "11.7 M at 224×224": the first and the best known.
    [[nodiscard]] QStringList sizeTexts() const;
    /// Do all words occur somewhere in it?
    [[nodiscard]] bool matches(const QString& words) const;
};

struct GallerySection {
    QString title;
    std::vector<GalleryEntry> entries;
};

/// A file opened or saved before.
struct RecentFile {
    QString path;
    QString detail; ///< "26 Nov 14:02, 4 epochs"; why it cannot be read
    bool readable = true;
    Silhouette silhouette;
};

/// Architectures in the order of their years, those with a class for every pixel, then what is for practice.
[[nodiscard]] std::vector<GallerySection> readGallery();
[[nodiscard]] std::vector<RecentFile> readRecentFiles(const QStringList& paths);

} // namespace convarium::ui
