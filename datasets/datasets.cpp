#include "datasets/datasets.h"

#include "datasets/digits.h"
#include "datasets/download.h"
#include "datasets/idx.h"
#include "datasets/image_folder.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

#include <algorithm>

namespace convarium::datasets
{

using engine::DatasetBundle;
using engine::Error;
using engine::ErrorCode;
using engine::Result;

namespace
{

std::string mnistFolder()
{
    return dataFolder() + "/" + mnistSet().name;
}

std::string namesInCatalogue()
{
    std::string names;
    for (const CatalogueEntry& entry : catalogue())
        names += (names.empty() ? "'" : ", '") + entry.name + "'";
    return names;
}

Result<DatasetBundle> openMnist(const Progress& progress)
{
    if (!findIdx(mnistFolder()).complete()) {
        Error error{ErrorCode::NotFound,
                    "MNIST is not in '" + mnistFolder() + "' yet.",
                    "Download it once with 'convarium-cli data download mnist' or in the window's data list, or train "
                    "on the generated 'digits', which need no network.",
                    {}};
        error.place.file = mnistFolder();
        return error;
    }
    auto bundle = openIdxFolder(mnistFolder(), progress);
    if (!bundle)
        return bundle;
    bundle->name = "mnist";
    bundle->title = "MNIST handwritten digits";
    return bundle;
}

Result<DatasetBundle> openFolder(const std::string& folder, const Progress& progress)
{
    if (findIdx(folder).anything())
        return openIdxFolder(folder, progress);
    if (hasClassFolders(folder))
        return openImageFolder(folder, progress);
    Error error{ErrorCode::BadFormat,
                "The folder '" + folder + "' holds neither IDX files nor folders of pictures.",
                "Supported are " + namesInCatalogue() +
                    ", folders with one subfolder of PNG, JPEG or BMP pictures per class, and folders with "
                    "train-images-idx3-ubyte, train-labels-idx1-ubyte and, as a test set, t10k-images-idx3-ubyte and "
                    "t10k-labels-idx1-ubyte, each plain or .gz.",
                {}};
    error.place.file = folder;
    return error;
}

PicturesInfo describePictures(const std::vector<const PictureList*>& lists)
{
    PicturesInfo info;
    std::vector<PicturesInfo::Size> sizes;
    for (const PictureList* list : lists) {
        info.otherFiles += list->otherFiles;
        for (const PictureEntry& entry : list->entries) {
            sizes.push_back({entry.info.width, entry.info.height});
            ++(entry.info.colours == PictureColours::Grey      ? info.grey
               : entry.info.colours == PictureColours::Palette ? info.palette
                                                               : info.colour);
        }
    }
    std::sort(sizes.begin(), sizes.end(), [](const auto& a, const auto& b) {
        return std::pair(a.width * a.height, a.width) < std::pair(b.width * b.height, b.width);
    });
    info.smallest = sizes.front();
    info.median = sizes[sizes.size() / 2];
    info.largest = sizes.back();
    return info;
}

} // namespace

std::string dataFolder()
{
    const QString fromEnvironment = qEnvironmentVariable("CONVARIUM_DATA");
    if (!fromEnvironment.isEmpty())
        return QDir::cleanPath(fromEnvironment).toStdString();
    return (QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/convarium"))
        .toStdString();
}

std::vector<CatalogueEntry> catalogue()
{
    return {
        {"digits", "Generated digits",
         "60,000 training and 10,000 test images of handwriting-like digits, 28x28, drawn by this program from its own "
         "stroke models; free of any licence.",
         0, true},
        {"mnist", "MNIST handwritten digits",
         "60,000 training and 10,000 test images of handwritten digits, 28x28, by Yann LeCun and Corinna Cortes; "
         "CC BY-SA 3.0.",
         mnistSet().bytes(), findIdx(mnistFolder()).complete()},
    };
}

Result<DatasetBundle> open(const std::string& source, const Progress& progress)
{
    if (source == "digits")
        return openDigits(progress);
    if (source == mnistSet().name)
        return openMnist(progress);
    const QFileInfo info(QString::fromStdString(source));
    if (!source.empty() && info.isDir())
        return openFolder(source, progress);
    if (!source.empty() && info.exists()) {
        Error error{ErrorCode::InvalidArgument,
                    "'" + source + "' is a file, but a data set is a name or a folder.",
                    "Give the folder that holds the file.",
                    {}};
        error.place.file = source;
        return error;
    }
    return Error{ErrorCode::UnknownName,
                 "'" + source + "' is neither a known data set nor an existing folder.",
                 "Known are " + namesInCatalogue() +
                     "; or give a folder with IDX files or with one subfolder of pictures per class.",
                 {}};
}

Result<void> download(const std::string& name, const Progress& progress)
{
    if (name == mnistSet().name)
        return downloadSet(mnistSet(), mnistFolder(), progress);
    if (name == "digits")
        return Error{ErrorCode::InvalidArgument,
                     "'digits' is generated on this computer; there is nothing to download.",
                     "Just use it, or write it out with 'convarium-cli data generate digits -o FOLDER'.",
                     {}};
    return Error{ErrorCode::UnknownName, "There is no data set '" + name + "' to download.", "Known is 'mnist'.", {}};
}

SourceInfo describeSource(const DatasetBundle& bundle)
{
    SourceInfo info;
    info.name = bundle.name;
    info.title = bundle.title;
    std::vector<const PictureList*> lists;
    for (const auto& [name, set] :
         {std::pair{"train", bundle.train}, {"validation", bundle.validation}, {"test", bundle.test}}) {
        if (!set)
            continue;
        if (info.splits.empty()) {
            info.imageShape = set->imageShape();
            info.classNames = set->classNames();
        }
        SplitInfo split;
        split.name = name;
        split.images = set->size();
        if (set->targetKind() == engine::TargetKind::Class) {
            split.perClass.resize(info.classNames.size());
            for (std::int64_t i = 0; i < set->size(); ++i) {
                const auto label = static_cast<std::size_t>(set->label(i));
                if (label < split.perClass.size())
                    ++split.perClass[label];
            }
        }
        if (const auto* pictures = dynamic_cast<const PictureSet*>(set.get())) {
            split.origin = pictures->list().origin;
            lists.push_back(&pictures->list());
        }
        info.splits.push_back(std::move(split));
        info.residentBytes += set->residentBytes();
    }
    if (!lists.empty())
        info.pictures = describePictures(lists);
    return info;
}

Result<void> writeDigits(const std::string& folder, const Progress& progress)
{
    auto bundle = openDigits(progress);
    if (!bundle)
        return bundle.error();
    return writeIdxFolder(folder, static_cast<const engine::InMemoryDataset&>(*bundle->train),
                          static_cast<const engine::InMemoryDataset&>(*bundle->test), progress);
}

} // namespace convarium::datasets
