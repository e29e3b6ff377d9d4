#include "engine/io/presets.h"

#include "engine/io/network_json.h"
#include "resources/presets/preset_files.h"

#include <algorithm>
#include <numeric>

namespace convarium::engine
{

namespace
{

Result<Project> readPreset(const char* name)
{
    const QByteArray bytes = presetFile(name);
    return networkFromJson(
        {reinterpret_cast<const std::uint8_t*>(bytes.constData()), static_cast<std::size_t>(bytes.size())},
        std::string(name) + ".json");
}

/// Levenshtein distance.
std::size_t distance(const std::string& a, const std::string& b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
        }
    }
    return row.back();
}

} // namespace

const std::vector<PresetInfo>& presets()
{
    static const std::vector<PresetInfo> list = [] {
        std::vector<PresetInfo> infos;
        for (const char* name : presetNames()) {
            const auto project = readPreset(name);
            if (project)
                infos.push_back({name, project->graph.title, project->about.year, project->about.description,
                                 project->about.paper});
        }
        return infos;
    }();
    return list;
}

Result<Project> loadPreset(const std::string& name)
{
    const auto names = presetNames();
    if (const auto it = std::find(names.begin(), names.end(), name); it != names.end())
        return readPreset(*it);
    const std::string nearest = *std::min_element(names.begin(), names.end(), [&name](const char* a, const char* b) {
        return distance(name, a) < distance(name, b);
    });
    std::string hint;
    if (distance(name, nearest) <= 3) {
        hint = "Did you mean '" + nearest + "'?";
    } else {
        for (const char* known : names)
            hint += (hint.empty() ? "Name a preset (" : ", ") + std::string(known);
        hint += ") or a file that ends in .convarium or .json.";
    }
    return Error{ErrorCode::UnknownName, "There is no built-in network '" + name + "'.", hint, {}};
}

} // namespace convarium::engine
