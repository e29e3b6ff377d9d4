#include "app/cli/open_data.h"

#include "app/cli/terminal.h"
#include "datasets/datasets.h"

namespace convarium::cli
{

engine::Result<engine::DatasetBundle> openData(const std::string& source, ProgressBar& bar)
{
    auto data = datasets::open(source, [&bar](const std::string& phase, std::int64_t done, std::int64_t total) {
        bar.show(total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0, phase);
        return !Interrupt::requested();
    });
    bar.clear();
    return data;
}

} // namespace convarium::cli
