#include "datasets/image_folder.h"

#include "engine/core/parallel.h"
#include "engine/core/rng.h"

#include <QDir>
#include <QDirIterator>
#include <QFileInfo>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>

namespace convarium::datasets
{

using engine::CountedRng;
using engine::DatasetBundle;
using engine::Error;
using engine::ErrorCode;
using engine::Result;

namespace
{

Error folderError(ErrorCode code, const std::string& folder, const std::string& message, const std::string& hint)
{
    Error error{code, message, hint, {}};
    error.place.file = folder;
    return error;
}

std::string quoted(const std::string& text)
{
    return "'" + text + "'";
}

/// Names in a folder that are not hidden, sorted by their bytes, so that every system gives the same order.
struct Listing {
    std::vector<std::string> folders, pictures, others;
};

Result<Listing> listFolder(const std::string& folder)
{
    const QFileInfo self(QString::fromStdString(folder));
    if (!self.isReadable() || !self.isExecutable())
        return folderError(ErrorCode::Io, folder, "The folder " + quoted(folder) + " cannot be opened.",
                           "Check its permissions.");
    Listing listing;
    // System: a link to nothing that is named like a picture is to be told, not passed over.
    QDirIterator entries(self.filePath(), QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot);
    while (entries.hasNext()) {
        entries.next();
        const QFileInfo info = entries.fileInfo();
        const std::string name = info.fileName().toStdString();
        if (name.front() == '.')
            continue;
        auto& list = info.isDir() ? listing.folders : isPictureName(name) ? listing.pictures : listing.others;
        list.push_back(name);
    }
    for (auto* list : {&listing.folders, &listing.pictures, &listing.others})
        std::sort(list->begin(), list->end());
    return listing;
}

/// Class folders below one folder, with the pictures of each.
struct ClassFolders {
    std::vector<std::string> names;
    std::vector<std::vector<std::string>> pictures; ///< per class, relative to the folder
    std::vector<std::vector<std::string>> others;   ///< per class: files that are left out
};

Result<ClassFolders> listClasses(const std::string& folder)
{
    auto top = listFolder(folder);
    if (!top)
        return top.error();
    ClassFolders classes;
    classes.names = std::move(top->folders);
    for (const std::string& name : classes.names) {
        auto listing = listFolder(folder + "/" + name);
        if (!listing)
            return listing.error();
        for (std::string& picture : listing->pictures)
            picture = name + "/" + picture;
        classes.pictures.push_back(std::move(listing->pictures));
        classes.others.push_back(std::move(listing->others));
    }
    return classes;
}

Error emptyClass(const std::string& folder, const ClassFolders& classes, std::size_t index)
{
    const std::string path = folder + "/" + classes.names[index];
    const auto& others = classes.others[index];
    return folderError(ErrorCode::BadFormat, path,
                       "The class folder " + quoted(path) + " holds no pictures" +
                           (others.empty() ? "" : ", only files such as " + quoted(others.front())) + ".",
                       "Put PNG, JPEG or BMP files directly into it, or remove it.");
}

void shuffle(std::vector<PictureEntry>& items, const CountedRng& rng)
{
    for (std::size_t i = items.size(); i-- > 1;)
        std::swap(items[i], items[rng.below(static_cast<std::uint32_t>(i + 1), 0, static_cast<std::uint32_t>(i))]);
}

/// Mixes the classes, so that the first N pictures are a fair sample.
void mix(PictureList& list, std::uint32_t part)
{
    constexpr std::uint32_t kNoClass = 0xffffffffu;
    shuffle(list.entries, CountedRng(kSplitSeed, engine::RandomPurpose::Split, kNoClass, part));
}

/// What a part is called and which folders may hold it.
struct PartNames {
    const char* part;
    std::vector<std::string> folders;
};

const std::vector<PartNames>& partNames()
{
    static const std::vector<PartNames> names{
        {"train", {"train"}}, {"validation", {"validation", "valid", "val"}}, {"test", {"test"}}};
    return names;
}

/// The lists of a source in the order of partNames(); parts that are not there are null.
using Parts = std::array<std::shared_ptr<PictureList>, 3>;

std::shared_ptr<PictureList> listOf(const std::string& folder, const ClassFolders& classes,
                                    const std::vector<std::string>& classNames)
{
    auto list = std::make_shared<PictureList>();
    list->folder = folder;
    list->classNames = classNames;
    for (std::size_t c = 0; c < classes.names.size(); ++c) {
        const auto label = std::lower_bound(classNames.begin(), classNames.end(), classes.names[c]);
        for (const std::string& file : classes.pictures[c])
            list->entries.push_back({file, static_cast<int>(label - classNames.begin()), {}});
        list->otherFiles += static_cast<std::int64_t>(classes.others[c].size());
    }
    return list;
}

Result<void> checkClasses(const std::string& folder, const ClassFolders& classes)
{
    for (std::size_t c = 0; c < classes.names.size(); ++c)
        if (classes.pictures[c].empty())
            return emptyClass(folder, classes, c);
    if (classes.names.size() < 2)
        return folderError(ErrorCode::BadFormat, folder,
                           "The folder " + quoted(folder) + " has one class folder, " + quoted(classes.names.front()) +
                               "; telling classes apart needs at least two.",
                           "Choose the folder that holds one subfolder per class.");
    return {};
}

/// train/, validation/ and test/ as they are.
Result<Parts> readParts(const std::array<std::string, 3>& folders)
{
    Parts parts;
    std::vector<std::string> names;
    for (std::size_t p = 0; p < parts.size(); ++p) {
        if (folders[p].empty())
            continue;
        auto classes = listClasses(folders[p]);
        if (!classes)
            return classes.error();
        if (p == 0) {
            if (auto sound = checkClasses(folders[p], *classes); !sound)
                return sound.error();
            names = classes->names;
        }
        for (const std::string& name : classes->names)
            if (!std::binary_search(names.begin(), names.end(), name))
                return folderError(ErrorCode::BadFormat, folders[p] + "/" + name,
                                   "The class " + quoted(name) + " is in " + quoted(folders[p]) + ", but not in " +
                                       quoted(folders[0]) + ".",
                                   "Give every part the same class folders.");
        parts[p] = listOf(folders[p], *classes, names);
        parts[p]->origin = "folder " + QFileInfo(QString::fromStdString(folders[p])).fileName().toStdString();
        if (parts[p]->entries.empty())
            return folderError(ErrorCode::BadFormat, folders[p],
                               "The folder " + quoted(folders[p]) + " holds no pictures.",
                               "Put one folder of pictures per class into it, or remove it.");
    }
    return parts;
}

/// Sets a share of each class aside as the test part.
Result<Parts> splitParts(const std::string& folder)
{
    const auto classes = listClasses(folder);
    if (!classes)
        return classes.error();
    if (auto sound = checkClasses(folder, *classes); !sound)
        return sound.error();
    const auto whole = listOf(folder, *classes, classes->names);
    Parts parts{std::make_shared<PictureList>(), nullptr, std::make_shared<PictureList>()};
    for (const auto& part : {parts[0], parts[2]}) {
        part->folder = folder;
        part->classNames = whole->classNames;
    }
    parts[0]->otherFiles = whole->otherFiles;
    const auto percent = [](double share) { return std::to_string(std::lround(100 * share)); };
    const std::string chosen = " % of each class, chosen with seed " + std::to_string(kSplitSeed);
    parts[0]->origin = percent(1 - kTestShare) + chosen;
    parts[2]->origin = percent(kTestShare) + chosen;
    for (auto begin = whole->entries.begin(); begin != whole->entries.end();) {
        const auto end = std::find_if(begin, whole->entries.end(),
                                      [label = begin->label](const PictureEntry& e) { return e.label != label; });
        std::vector<PictureEntry> ofClass(begin, end);
        shuffle(ofClass,
                CountedRng(kSplitSeed, engine::RandomPurpose::Split, static_cast<std::uint32_t>(begin->label)));
        const auto n = static_cast<std::int64_t>(ofClass.size());
        const std::int64_t held =
            n < 2 ? 0 : std::max<std::int64_t>(1, std::llround(kTestShare * static_cast<double>(n)));
        parts[0]->entries.insert(parts[0]->entries.end(), ofClass.begin(), ofClass.end() - held);
        parts[2]->entries.insert(parts[2]->entries.end(), ofClass.end() - held, ofClass.end());
        begin = end;
    }
    if (parts[2]->entries.empty())
        parts[2] = nullptr;
    return parts;
}

/// Reads the header of every picture on all cores. The first fault in order of the pictures is told, with the number of
/// further ones.
Result<void> readHeaders(const Parts& parts, const Progress& progress)
{
    struct Job {
        const std::string* folder;
        PictureEntry* entry;
    };
    std::vector<Job> jobs;
    for (const auto& part : parts)
        if (part)
            for (PictureEntry& entry : part->entries)
                jobs.push_back({&part->folder, &entry});
    const auto count = static_cast<std::int64_t>(jobs.size());
    const std::string phase = "Looking at the pictures";
    std::atomic<std::int64_t> next{0};
    std::atomic<bool> cancelled{false};
    std::mutex mutex;
    std::optional<Error> fault;
    std::string faultFile;
    std::int64_t faults = 0;
    engine::parallel(engine::availableThreads(), [&](int thread) {
        for (std::int64_t i = next++; i < count && !cancelled.load(std::memory_order_relaxed); i = next++) {
            const Job& job = jobs[static_cast<std::size_t>(i)];
            auto info = readPictureInfo(*job.folder + "/" + job.entry->file);
            if (info) {
                job.entry->info = *info;
            } else {
                const std::scoped_lock lock(mutex);
                ++faults;
                if (!fault || info.error().place.file < faultFile) {
                    fault = info.error();
                    faultFile = fault->place.file;
                }
            }
            // Thread 0 is the caller's own: nobody else's progress function runs on a foreign thread.
            if (thread == 0 && progress && !progress(phase, i, count))
                cancelled = true;
        }
    });
    if (cancelled || (progress && !progress(phase, count, count)))
        return Error{ErrorCode::Cancelled, "Opening the folder was cancelled.", "", {}};
    if (!fault)
        return {};
    if (faults > 1)
        fault->message += " " + std::to_string(faults - 1) + (faults == 2 ? " other picture" : " other pictures") +
                          " cannot be read either.";
    return *fault;
}

/// The colour of the pictures and a size of their own: the square of their median shorter side.
engine::Shape nativeShape(const Parts& parts)
{
    bool colour = false;
    std::vector<std::int64_t> sides;
    for (const auto& part : parts)
        if (part)
            for (const PictureEntry& entry : part->entries) {
                colour = colour || entry.info.colours != PictureColours::Grey;
                sides.push_back(std::min(entry.info.width, entry.info.height));
            }
    const auto middle = sides.begin() + static_cast<std::ptrdiff_t>(sides.size() / 2);
    std::nth_element(sides.begin(), middle, sides.end());
    return {colour ? 3 : 1, *middle, *middle};
}

} // namespace

bool hasClassFolders(const std::string& folder)
{
    const auto listing = listFolder(folder);
    return listing && !listing->folders.empty();
}

Result<DatasetBundle> openImageFolder(const std::string& folder, const Progress& progress, std::int64_t budgetBytes)
{
    const std::string clean = QDir::cleanPath(QString::fromStdString(folder)).toStdString();
    const auto top = listFolder(clean);
    if (!top)
        return top.error();
    std::array<std::string, 3> partFolders;
    for (std::size_t p = 0; p < partFolders.size(); ++p)
        for (const std::string& wanted : partNames()[p].folders)
            for (const std::string& name : top->folders)
                if (partFolders[p].empty() && QString::fromStdString(name).toLower().toStdString() == wanted)
                    partFolders[p] = clean + "/" + name;
    const bool divided = !partFolders[0].empty() && hasClassFolders(partFolders[0]);
    const auto parts = divided ? readParts(partFolders) : splitParts(clean);
    if (!parts)
        return parts.error();
    if (auto read = readHeaders(*parts, progress); !read)
        return read.error();

    const engine::Shape shape = nativeShape(*parts);
    const auto budget = std::make_shared<PictureBudget>(budgetBytes);
    DatasetBundle bundle;
    bundle.name = QFileInfo(QString::fromStdString(clean)).fileName().toStdString();
    bundle.title = bundle.name;
    const std::array<engine::DatasetPtr*, 3> targets{&bundle.train, &bundle.validation, &bundle.test};
    for (std::size_t p = 0; p < targets.size(); ++p)
        if (const auto& list = (*parts)[p]) {
            mix(*list, static_cast<std::uint32_t>(p));
            *targets[p] = std::make_shared<PictureSet>(list, shape, budget);
        }
    return bundle;
}

} // namespace convarium::datasets
