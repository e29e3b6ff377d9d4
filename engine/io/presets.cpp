#include "engine/io/presets.h"

#include "engine/io/network_json.h"

#include <algorithm>
#include <numeric>

namespace convarium::engine
{

namespace
{

Result<Project> readPreset(const char* name)
{
    const QByteArray bytes = presetBytes(name);
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
        for (const PresetFile& file : presetFiles())
            if (const auto project = readPreset(file.name))
                infos.push_back({file.name, project->graph.title, file.kind, project->about});
        return infos;
    }();
    return list;
}

std::string PresetInfo::idea() const
{
    if (!about.idea.empty())
        return about.idea;
    const std::string& description = about.description;
    // A sentence ends before a space and a capital letter; "i.e." and "28.5" do not.
    for (std::size_t i = 0; i + 2 < description.size(); ++i)
        if (description[i] == '.' && description[i + 1] == ' ' && description[i + 2] >= 'A' &&
            description[i + 2] <= 'Z')
            return description.substr(0, i + 1);
    return description;
}

const char* presetKindTitle(PresetKind kind)
{
    switch (kind) {
    case PresetKind::Small: return "MNIST size";
    case PresetKind::Published: return "Published size";
    case PresetKind::Exercise: return "Exercises";
    }
    return "";
}

Result<Project> loadPreset(const std::string& name)
{
    const auto files = presetFiles();
    const auto known = std::find_if(files.begin(), files.end(), [&](const PresetFile& f) { return f.name == name; });
    if (known != files.end())
        return readPreset(known->name);
    const char* nearest = std::min_element(files.begin(), files.end(), [&name](const auto& a, const auto& b) {
                              return distance(name, a.name) < distance(name, b.name);
                          })->name;
    std::string hint;
    if (distance(name, nearest) <= 3) {
        hint = "Did you mean '" + std::string(nearest) + "'?";
    } else {
        for (const PresetFile& file : files)
            hint += (hint.empty() ? "Name a preset (" : ", ") + std::string(file.name);
        hint += ") or a file that ends in .convarium or .json.";
    }
    return Error{ErrorCode::UnknownName, "There is no built-in network '" + name + "'.", hint, {}};
}

} // namespace convarium::engine
