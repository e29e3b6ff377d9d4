// A folder of pictures as a data set: one subfolder per class, optionally under train/ validation/ test/.
#pragma once

#include "datasets/datasets.h"
#include "datasets/picture_set.h"

namespace convarium::datasets
{

inline constexpr double kTestShare = 0.2; ///< of each class, where there is no train/ folder
inline constexpr std::uint64_t kSplitSeed = 1;

/// May the folder be meant as folders of pictures: does it have a subfolder that is not hidden?
bool hasClassFolders(const std::string& folder);

/// Opens the folder. Classes are the subfolders, sorted by name; pictures are the files in them that end in .png, .jpg,
/// .jpeg or .bmp, sorted by name; hidden files and folders and files of other kinds are left out, subfolders of a class
/// are not searched.
///
/// With a subfolder train/ that itself holds class folders, train/, validation/ (or valid/, val/) and test/ are the
/// parts, and nothing is split. Without, kTestShare of each class (rounded, at least one picture if the class has two)
/// becomes the test part: the names of a class are shuffled with kSplitSeed and the last ones taken, so the test part
/// is the same for every run and every network.
///
/// Headers are read here, so pictures that are none, that are unreadable or enormous are named at once; pixels are
/// decoded when they are asked for (see PictureSet). Fails too with fewer than two classes, a class without pictures,
/// a class in test/ or validation/ that train/ does not have.
engine::Result<engine::DatasetBundle> openImageFolder(const std::string& folder, const Progress& progress = {},
                                                      std::int64_t budget = kPictureBudget);

} // namespace convarium::datasets
