#include "engine/io/project_file.h"

#include "engine/io/history_json.h"
#include "engine/io/json_reader.h"
#include "engine/io/json_writer.h"
#include "engine/io/network_json.h"
#include "engine/io/safetensors.h"
#include "engine/io/zip_archive.h"

#include <charconv>
#include <limits>
#include <new>
#include <tuple>

namespace convarium::engine
{

namespace
{

constexpr const char* kNetwork = "network.json";
constexpr const char* kWeights = "weights.safetensors";
constexpr const char* kOptimizer = "optimizer.safetensors";
constexpr const char* kAverage = "average.safetensors";
constexpr const char* kBest = "best.safetensors";
constexpr const char* kState = "state.json";
constexpr const char* kHistory = "history.json";
constexpr const char* kHistoryColumns = "history_columns.json";
constexpr const char* kThumbnail = "thumbnail.png";
constexpr std::int64_t kMaxTensorBytes = std::int64_t{8} << 30;
constexpr std::int64_t kMaxHistoryBytes = std::int64_t{64} << 20;
constexpr std::int64_t kMaxThumbnailBytes = std::int64_t{16} << 20;
// Moments of the optimizer stand in one file: "7.weight.first", "7.weight.second".
constexpr const char* kFirst = ".first";
constexpr const char* kSecond = ".second";

using Bytes = std::vector<std::uint8_t>;

std::span<const std::uint8_t> bytesOf(const std::string& text)
{
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void collect(TensorRefs& refs, const std::shared_ptr<const WeightMap>& tensors, const char* suffix)
{
    if (!tensors)
        return;
    for (const auto& [key, tensor] : *tensors)
        refs.emplace(std::to_string(key.first) + "." + key.second + suffix, &tensor);
}

/// Header and values without a copy of the values.
Result<void> addTensors(ZipWriter& zip, const char* entry, const TensorRefs& refs, const Bytes& header)
{
    std::vector<std::span<const std::uint8_t>> pieces{header};
    for (const auto& [name, tensor] : refs)
        pieces.emplace_back(reinterpret_cast<const std::uint8_t*>(tensor->data()),
                            static_cast<std::size_t>(tensor->elements()) * sizeof(float));
    return zip.add(entry, pieces, false);
}

std::string stateToJson(const TrainingState& state)
{
    JsonWriter json(JsonWriter::Style::Pretty);
    json.beginObject().field("step", state.step).field("epoch", state.epoch);
    json.field("seed", std::to_string(state.seed)); // a text: 64 bits are more than JSON numbers hold
    const RunCounters& p = state.progress;
    json.key("progress").beginObject().field("epochLoss", p.epochLoss).field("epochSeconds", p.epochSeconds);
    json.field("epochCorrect", p.epochCorrect).field("epochImages", p.epochImages);
    json.field("epochTargets", p.epochTargets);
    json.field("firstLoss", p.firstLoss).field("highLosses", p.highLosses);
    if (p.bestEpoch > 0)
        json.field("bestEpoch", p.bestEpoch).field("bestLoss", p.bestLoss);
    if (p.plateau.any)
        json.key("plateau")
            .beginObject(true)
            .field("best", p.plateau.best)
            .field("bad", p.plateau.bad)
            .field("cuts", p.plateau.cuts)
            .endObject();
    json.endObject().endObject();
    return json.text() + "\n";
}

/// Files of the first version have no such part: the run then starts its sums anew.
void readProgress(JsonFaults& faults, const QJsonValue& value, RunCounters& p)
{
    if (value.isUndefined())
        return;
    constexpr auto kMaybe = JsonFields::Optional;
    constexpr double kHuge = std::numeric_limits<double>::max();
    JsonFields f(faults, value, "progress");
    f.real("epochLoss", p.epochLoss, -kHuge, kHuge);
    f.real("epochSeconds", p.epochSeconds, 0, kHuge);
    f.integer("epochCorrect", p.epochCorrect);
    f.integer("epochImages", p.epochImages);
    f.integer("epochTargets", p.epochTargets);
    f.real("firstLoss", p.firstLoss, -kHuge, kHuge);
    f.integer("highLosses", p.highLosses);
    f.integer("bestEpoch", p.bestEpoch, 0, JsonFields::kMaxInteger, kMaybe);
    f.real("bestLoss", p.bestLoss, -kHuge, kHuge, kMaybe);
    if (const QJsonValue plateau = f.take("plateau"); !plateau.isUndefined()) {
        JsonFields g(faults, plateau, "progress.plateau");
        p.plateau.any = true;
        g.real("best", p.plateau.best, -kHuge, kHuge);
        g.integer("bad", p.plateau.bad);
        g.integer("cuts", p.plateau.cuts, 0, std::numeric_limits<int>::max());
        g.finish();
    }
    f.finish();
}

Result<void> readState(const Bytes& bytes, const std::string& file, TrainingState& state)
{
    const auto parsed = parseJsonObject(bytes, file);
    if (!parsed)
        return parsed.error();
    JsonFaults faults(file);
    JsonFields f(faults, *parsed, {});
    std::string seed;
    f.integer("step", state.step);
    f.integer("epoch", state.epoch);
    f.text("seed", seed);
    readProgress(faults, f.take("progress"), state.progress);
    f.finish();
    const auto [end, code] = std::from_chars(seed.data(), seed.data() + seed.size(), state.seed);
    if (code != std::errc() || end != seed.data() + seed.size())
        faults.report("seed", "is '" + seed + "'; a whole number is needed");
    if (faults.any())
        return *faults.error();
    return {};
}

/// "7.weight" -> {7, "weight"}; the suffix has been cut off.
Result<TensorKey> parseKey(std::string_view name, const std::string& file)
{
    NodeId id = 0;
    const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (code == std::errc() && id > 0 && end + 1 < name.data() + name.size() && *end == '.')
        return TensorKey{id, std::string(end + 1, name.data() + name.size())};
    return Error{ErrorCode::BadFormat,
                 "In '" + file + "', the tensor '" + std::string(name) + "' has a name that is not NODE.TENSOR.",
                 "Use a copy of the file.",
                 {-1, std::string(name), file, -1}};
}

/// The tensors whose names end in suffix; others are left for the next call.
Result<std::shared_ptr<const WeightMap>> keyed(std::map<std::string, Tensor>& tensors, std::string_view suffix,
                                               const std::string& file)
{
    auto map = std::make_shared<WeightMap>();
    for (auto it = tensors.begin(); it != tensors.end();) {
        if (!it->first.ends_with(suffix)) {
            ++it;
            continue;
        }
        auto key = parseKey(std::string_view(it->first).substr(0, it->first.size() - suffix.size()), file);
        if (!key)
            return key.error();
        map->emplace(std::move(*key), std::move(it->second));
        it = tensors.erase(it);
    }
    return std::shared_ptr<const WeightMap>(std::move(map));
}

/// One entry of tensors by node; names are NODE.TENSOR.
Result<WeightsPtr> readWeights(const ZipReader& zip, const char* entry, const std::string& name)
{
    const auto bytes = zip.read(entry, kMaxTensorBytes);
    if (!bytes)
        return bytes.error();
    auto tensors = decodeSafetensors(*bytes, name);
    if (!tensors)
        return tensors.error();
    return keyed(*tensors, "", name);
}

/// Averaged and best weights are those of the same network.
Result<void> sameTensors(const WeightMap& weights, const WeightMap& others, const std::string& name)
{
    bool same = weights.size() == others.size();
    for (const auto& [key, tensor] : others) {
        const auto found = weights.find(key);
        same = same && found != weights.end() && found->second.shape() == tensor.shape();
    }
    if (same)
        return {};
    return Error{ErrorCode::BadFormat,
                 "'" + name + "' holds other tensors than " + kWeights + "; they must be of the same network.",
                 "Use a copy of the file.",
                 {-1, {}, name, -1}};
}

Result<std::shared_ptr<const TrainingState>> readTrainingState(const ZipReader& zip, const std::string& path)
{
    const auto entryName = [&path](const char* entry) { return path + ": " + entry; };
    auto state = std::make_shared<TrainingState>();
    const auto json = zip.read(kState, kMaxNetworkBytes);
    if (!json)
        return json.error();
    if (const auto read = readState(*json, entryName(kState), *state); !read)
        return read.error();
    for (const auto& [entry, target] :
         {std::pair{kWeights, &state->weights}, {kAverage, &state->average}, {kBest, &state->best}}) {
        if (entry != kWeights && !zip.contains(entry))
            continue;
        auto map = readWeights(zip, entry, entryName(entry));
        if (!map)
            return map.error();
        *target = *map;
        if (auto same = sameTensors(*state->weights, **target, entryName(entry)); !same)
            return same.error();
    }
    if (!zip.contains(kOptimizer))
        return std::shared_ptr<const TrainingState>(std::move(state));
    const auto optimizer = zip.read(kOptimizer, kMaxTensorBytes);
    if (!optimizer)
        return optimizer.error();
    auto moments = decodeSafetensors(*optimizer, entryName(kOptimizer));
    if (!moments)
        return moments.error();
    for (const auto& [suffix, target] :
         {std::pair{kFirst, &state->optimizer1}, std::pair{kSecond, &state->optimizer2}}) {
        auto found = keyed(*moments, suffix, entryName(kOptimizer));
        if (!found)
            return found.error();
        if (!(*found)->empty())
            *target = *found;
    }
    if (!moments->empty())
        return Error{ErrorCode::BadFormat,
                     "In '" + entryName(kOptimizer) + "', the tensor '" + moments->begin()->first +
                         "' ends neither in .first nor in .second.",
                     "Use a copy of the file.",
                     {-1, moments->begin()->first, entryName(kOptimizer), -1}};
    return std::shared_ptr<const TrainingState>(std::move(state));
}

/// state: with weights and what else training needs.
Result<Project> openUnguarded(const std::string& path, bool state = true)
{
    const auto zip = ZipReader::open(path);
    if (!zip)
        return zip.error();
    const auto network = zip->read(kNetwork, kMaxNetworkBytes);
    if (!network)
        return network.error();
    auto project = networkFromJson(*network, path + ": " + kNetwork);
    if (!project)
        return project;
    // The state comes as a whole or not at all: a missing part is damage, no state is a network that was never trained.
    if (state && (zip->contains(kState) || zip->contains(kWeights) || zip->contains(kOptimizer) ||
                  zip->contains(kAverage) || zip->contains(kBest))) {
        auto whole = readTrainingState(*zip, path);
        if (!whole)
            return whole.error();
        project->state = std::move(*whole);
    }
    const auto history = zip->read(kHistory, kMaxHistoryBytes);
    if (!history)
        return history.error();
    auto read = historyFromJson(*history, path + ": " + kHistory);
    if (!read)
        return read.error();
    project->history = std::move(*read);
    if (zip->contains(kHistoryColumns)) {
        const auto columns = zip->read(kHistoryColumns, kMaxHistoryBytes);
        if (!columns)
            return columns.error();
        if (auto done = readHistoryColumns(*columns, path + ": " + kHistoryColumns, project->history); !done)
            return done.error();
    }
    if (zip->contains(kThumbnail)) {
        auto picture = zip->read(kThumbnail, kMaxThumbnailBytes);
        if (!picture)
            return picture.error();
        project->thumbnailPng = std::move(*picture);
    }
    return project;
}

Error outOfMemory(const std::string& path)
{
    return {ErrorCode::OutOfMemory,
            "There is not enough memory for '" + path + "'.",
            "Close other programs and try again.",
            {-1, {}, path, -1}};
}

} // namespace

Result<void> saveProject(const Project& project, const std::string& path)
{
    try {
        const std::string network = networkToJson(project);
        const std::string history = historyToJson(project.history);
        const std::string columns = historyColumnsToJson(project.history);
        std::string state;
        TensorRefs weights, average, best, moments;
        Bytes weightsHeader, averageHeader, bestHeader, momentsHeader;
        ZipWriter zip;
        auto done = zip.add(kNetwork, {bytesOf(network)}, true);
        if (project.state && project.state->weights && done) {
            state = stateToJson(*project.state);
            collect(weights, project.state->weights, "");
            collect(average, project.state->average, "");
            collect(best, project.state->best, "");
            collect(moments, project.state->optimizer1, kFirst);
            collect(moments, project.state->optimizer2, kSecond);
            weightsHeader = safetensorsHeader(weights);
            done = zip.add(kState, {bytesOf(state)}, true);
            if (done)
                done = addTensors(zip, kWeights, weights, weightsHeader);
            for (const auto& [entry, refs, header] :
                 {std::tuple{kAverage, &average, &averageHeader}, std::tuple{kBest, &best, &bestHeader},
                  std::tuple{kOptimizer, &moments, &momentsHeader}})
                if (done && !refs->empty()) {
                    *header = safetensorsHeader(*refs);
                    done = addTensors(zip, entry, *refs, *header);
                }
        }
        if (done)
            done = zip.add(kHistory, {bytesOf(history)}, true);
        if (done && !project.history.steps.empty())
            done = zip.add(kHistoryColumns, {bytesOf(columns)}, true);
        if (done && !project.thumbnailPng.empty())
            done = zip.add(kThumbnail, {project.thumbnailPng}, false);
        return done ? zip.write(path) : done;
    } catch (const std::bad_alloc&) {
        return outOfMemory(path);
    }
}

Result<Project> openProject(const std::string& path)
{
    try {
        return openUnguarded(path);
    } catch (const std::bad_alloc&) {
        return outOfMemory(path);
    }
}

Result<Project> openNetwork(const std::string& path)
{
    try {
        return openUnguarded(path, false);
    } catch (const std::bad_alloc&) {
        return outOfMemory(path);
    }
}

Result<std::vector<std::uint8_t>> openThumbnail(const std::string& path)
{
    const auto zip = ZipReader::open(path);
    if (!zip)
        return zip.error();
    if (!zip->contains(kThumbnail))
        return Bytes{};
    return zip->read(kThumbnail, kMaxThumbnailBytes);
}

Result<void> saveNetwork(const Project& project, const std::string& path)
{
    return writeFileAtomically(path, networkToJson(project));
}

} // namespace convarium::engine
