// The data set of a command, with a bar while it is read.
#pragma once

#include "engine/core/result.h"
#include "engine/data/dataset.h"

#include <string>

namespace convarium::cli
{

class ProgressBar;

/// Opens the data set: a name or a folder. Ctrl-C ends it early, then the result is an error and Interrupt::requested()
/// is true. The bar is gone afterwards.
engine::Result<engine::DatasetBundle> openData(const std::string& source, ProgressBar& bar);

} // namespace convarium::cli
