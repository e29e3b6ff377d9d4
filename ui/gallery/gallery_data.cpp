#include "ui/gallery/gallery_data.h"

#include "engine/analysis/counts.h"
#include "engine/io/load_model.h"
#include "engine/io/presets.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QFileInfo>
#include <QLocale>
#include <algorithm>
#include <map>

namespace convarium::ui
{

namespace
{

QString tr(const char* text, int n = -1)
{
    return QCoreApplication::translate("convarium::ui::Gallery", text, nullptr, n);
}

QString text(const std::string& s)
{
    return QString::fromStdString(s);
}

/// "61,706", "272 k", "11.7 M": three digits are enough to compare.
QString shortCount(std::int64_t n)
{
    const double value = static_cast<double>(n);
    if (value >= 1e6)
        return tr("%1 M").arg(QLocale().toString(value / 1e6, 'f', 1));
    if (value >= 1e5)
        return tr("%1 k").arg(QLocale().toString(value / 1e3, 'f', 0));
    return QLocale().toString(qint64(n));
}

struct Read {
    engine::PresetInfo info;
    GallerySize size;
    Silhouette silhouette;
    bool pixels = false; ///< gives a class for every pixel
};

Read readPreset(const engine::PresetInfo& info)
{
    Read r{info, {text(info.name), text(info.title), {}}, {}, false};
    const auto project = engine::loadPreset(info.name);
    if (!project)
        return r;
    const engine::GraphSpec& graph = project->graph;
    const engine::ShapedGraph shaped = engine::inferShapes(graph);
    const auto shapeOf = [&](const engine::Node& node) -> const engine::Shape* {
        const auto found = shaped.shapes.find(node.id);
        return found != shaped.shapes.end() && found->second.isMaps() ? &found->second : nullptr;
    };
    const auto input = std::find_if(graph.nodes.begin(), graph.nodes.end(),
                                    [&](const engine::Node& node) { return graph.edgesInto(node.id).empty(); });
    if (const engine::Shape* shape = input == graph.nodes.end() ? nullptr : shapeOf(*input))
        r.size.text = tr("%1 at %2\u00d7%3")
                          .arg(shortCount(engine::countNetwork(graph, shaped).total.trainable))
                          .arg(shape->height())
                          .arg(shape->width());
    for (const engine::Node& node : graph.nodes)
        if (graph.edgesFrom(node.id).empty())
            r.pixels = shapeOf(node) != nullptr;
    r.silhouette = silhouetteOf(graph);
    return r;
}

} // namespace

QStringList GalleryEntry::sizeTexts() const
{
    QStringList parts;
    for (const GallerySize* size : {&sizes.front(), &sizes.back()})
        if (!parts.contains(size->text))
            parts << size->text;
    return parts;
}

bool GalleryEntry::matches(const QString& words) const
{
    QString all = QStringList{title, year, authors, idea, detail, paper}.join(QLatin1Char('\n'));
    for (const GallerySize& size : sizes)
        all += QLatin1Char('\n') + size.preset + QLatin1Char('\n') + size.title;
    const QStringList parts = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    return std::all_of(parts.begin(), parts.end(),
                       [&](const QString& word) { return all.contains(word, Qt::CaseInsensitive); });
}

std::vector<GallerySection> readGallery()
{
    std::vector<GallerySection> sections{
        {tr("Networks that changed the field"), {}}, {tr("A class for every pixel"), {}}, {tr("For practice"), {}}};
    std::map<QString, std::pair<std::size_t, std::size_t>> known; // architecture -> place in the sections
    int place = 0;
    for (const engine::PresetInfo& info : engine::presets()) {
        Read r = readPreset(info);
        const QString architecture = text(info.about.architecture);
        if (const auto found = known.find(architecture); !architecture.isEmpty() && found != known.end()) {
            GalleryEntry& entry = sections[found->second.first].entries[found->second.second];
            entry.sizes.push_back(r.size);
            entry.order = r.info.about.year * 1000 + place++;
            continue;
        }
        GalleryEntry e;
        e.title = architecture.isEmpty() ? text(info.title) : architecture;
        e.year = info.about.year > 0 ? QString::number(info.about.year) : QString();
        e.authors = text(info.about.authors);
        e.idea = text(info.idea());
        e.detail = text(info.about.story.empty() ? info.about.description : info.about.story);
        e.paper = text(info.about.paper);
        e.order = info.about.year * 1000 + place++;
        e.sizes.push_back(r.size);
        e.silhouette = std::move(r.silhouette);
        const std::size_t section = architecture.isEmpty() ? 2 : r.pixels ? 1 : 0;
        known[architecture] = {section, sections[section].entries.size()};
        sections[section].entries.push_back(std::move(e));
    }
    for (GallerySection& section : sections)
        std::stable_sort(section.entries.begin(), section.entries.end(),
                         [](const GalleryEntry& a, const GalleryEntry& b) { return a.order < b.order; });
    return sections;
}

std::vector<RecentFile> readRecentFiles(const QStringList& paths)
{
    std::vector<RecentFile> files;
    for (const QString& path : paths) {
        RecentFile file{path, {}, true, {}};
        const QFileInfo info(path);
        const auto project = engine::loadNetwork(path.toStdString());
        if (project) {
            const QDateTime time = info.lastModified();
            file.detail = QLocale().toString(time.date(), QLocale::ShortFormat) + QLatin1Char(' ') +
                          QLocale().toString(time.time(), QStringLiteral("HH:mm"));
            if (!project->history.epochs.empty()) {
                const auto& last = project->history.epochs.back();
                const double accuracy = last.validationAccuracy.value_or(last.trainAccuracy);
                file.detail +=
                    tr(", %1 % after epoch %2").arg(QLocale().toString(accuracy * 100, 'f', 1)).arg(last.epoch);
            }
            file.silhouette = silhouetteOf(project->graph);
        } else {
            file.readable = false;
            file.detail = info.exists() ? tr("cannot be read") : tr("no longer there");
        }
        files.push_back(std::move(file));
    }
    return files;
}

} // namespace convarium::ui
