#include "engine/io/weights_file.h"

#include "engine/io/atomic_file.h"
#include "engine/io/onnx/unique_names.h"
#include "engine/io/safetensors.h"
#include "engine/io/torch/torch_names.h"

#include <algorithm>
#include <new>

namespace convarium::engine
{

namespace
{

constexpr std::int64_t kMaxFileBytes = std::int64_t{16} << 30;

/// "C1.bias" or "C1.bias and 3 more".
std::string firstOf(const std::vector<std::string>& names)
{
    return "'" + printableName(names.front()) + "'" +
           (names.size() == 1 ? std::string() : " and " + std::to_string(names.size() - 1) + " more");
}

bool isCounter(const std::string& name)
{
    return name.ends_with("num_batches_tracked");
}

Result<WeightMap> matched(const TorchNames& names, SafetensorsContent content, const std::string& path)
{
    WeightMap weights;
    std::vector<std::string> missing, superfluous, unequal;
    for (const TorchNode& node : names.nodes)
        for (const TensorInfo& tensor : node.tensors) {
            const std::string& name = names.tensors.at({node.id, tensor.key});
            auto found = content.tensors.end();
            for (const std::string& candidate : {name, node.path + "." + tensor.key})
                for (const char* prefix : {"", "module."})
                    if (found == content.tensors.end())
                        found = content.tensors.find(prefix + candidate);
            if (found == content.tensors.end()) {
                if (const auto other = content.others.find(name); other != content.others.end())
                    return Error{ErrorCode::BadFormat,
                                 "The tensor '" + name + "' in '" + path + "' is " + other->second +
                                     "; weights are read from F32, F16 and BF16.",
                                 "Convert the values to float32.",
                                 {node.id, tensor.key, path, -1}};
                missing.push_back(name);
                continue;
            }
            if (!(found->second.shape() == tensor.shape))
                unequal.push_back(printableName(found->first) + "' is " + found->second.shape().text() + " where " +
                                  tensor.shape.text() + " is needed");
            else
                weights.emplace(TensorKey{node.id, tensor.key}, std::move(found->second));
            content.tensors.erase(found);
        }
    for (const auto& [name, tensor] : content.tensors)
        if (!isCounter(name))
            superfluous.push_back(name);
    for (const auto& [name, kind] : content.others)
        if (!isCounter(name))
            superfluous.push_back(name);
    if (missing.empty() && superfluous.empty() && unequal.empty())
        return weights;
    std::string faults;
    const auto add = [&faults](const std::string& text) { faults += (faults.empty() ? "" : ", ") + text; };
    if (!missing.empty())
        add(firstOf(missing) + (missing.size() == 1 ? " is missing" : " are missing"));
    if (!superfluous.empty())
        add("the network has no place for " + firstOf(superfluous));
    if (!unequal.empty())
        add("'" + unequal.front() +
            (unequal.size() == 1 ? "" : " (and " + std::to_string(unequal.size() - 1) + " more have other shapes)"));
    return Error{ErrorCode::ShapeMismatch,
                 "The weights in '" + path + "' do not fit the network: " + faults + ".",
                 "Use weights that were exported from this network.",
                 {-1, {}, path, -1}};
}

} // namespace

Result<void> exportWeights(const GraphSpec& graph, const WeightMap& weights, const std::string& path)
{
    const auto names = torchNames(graph);
    if (!names)
        return names.error();
    if (auto fit = matchWeights(graph, weights); !fit)
        return fit;
    TensorRefs tensors;
    for (const auto& [key, name] : names->tensors)
        tensors[name] = &weights.at(key);
    const std::vector<std::uint8_t> header = safetensorsHeader(tensors);
    auto next = tensors.begin();
    bool headerGiven = false;
    return writeFileAtomically(path, [&]() -> Result<std::span<const std::uint8_t>> {
        if (!std::exchange(headerGiven, true))
            return std::span(header);
        if (next == tensors.end())
            return std::span<const std::uint8_t>();
        const Tensor& tensor = *next++->second;
        return std::span(reinterpret_cast<const std::uint8_t*>(tensor.data()),
                         static_cast<std::size_t>(tensor.elements()) * sizeof(float));
    });
}

Result<WeightMap> importWeights(const GraphSpec& graph, const std::string& path)
{
    const auto names = torchNames(graph);
    if (!names)
        return names.error();
    try {
        const auto bytes = readWholeFile(path, kMaxFileBytes);
        if (!bytes)
            return bytes.error();
        auto content = readSafetensors(*bytes, path);
        if (!content)
            return content.error();
        return matched(*names, *std::move(content), path);
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::OutOfMemory,
                     "There is not enough memory for the weights in '" + path + "'.",
                     "Close other programs.",
                     {-1, {}, path, -1}};
    }
}

} // namespace convarium::engine
