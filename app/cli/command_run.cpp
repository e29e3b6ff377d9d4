#include "app/cli/commands.h"
#include "app/cli/options.h"
#include "app/cli/terminal.h"
#include "engine/io/atomic_file.h"
#include "engine/io/load_model.h"
#include "engine/io/npy.h"
#include "engine/plan/infer_values.h"

namespace convarium::cli
{

namespace
{

using namespace engine;

constexpr std::int64_t kMostBytes = std::int64_t{1} << 32;

struct RunOptions {
    std::string model, output, layer, weights;
    std::vector<std::string> inputs;
    int threads = 0;
};

/// Group path and name: "stage 1/C3".
std::string pathOf(const GraphSpec& graph, const Node& node)
{
    std::string path = node.name;
    std::int64_t group = node.group;
    for (std::size_t depth = 0; group != -1 && depth < graph.groups.size(); ++depth)
        for (const Group& g : graph.groups)
            if (g.id == group) {
                path = g.name + "/" + path;
                group = g.parent;
                break;
            }
    return path;
}

/// The layer that was asked for, by name or by group path and name; without a name the network's result.
Result<NodeId> wantedLayer(const GraphSpec& graph, const std::string& name)
{
    if (name.empty())
        return resultNode(graph);
    std::vector<NodeId> found;
    std::string known;
    for (const Node& node : graph.nodes) {
        const std::string path = pathOf(graph, node);
        if (path == name)
            return node.id;
        if (node.name == name)
            found.push_back(node.id);
        if (known.size() < 300)
            known += (known.empty() ? "" : ", ") + path;
    }
    if (found.size() == 1)
        return found.front();
    return Error{ErrorCode::UnknownName,
                 found.empty() ? "The network has no layer called '" + name + "'."
                               : std::to_string(found.size()) + " layers are called '" + name + "'.",
                 found.empty() ? "Its layers are " + known + (known.size() < 300 ? "." : " ...")
                               : "Name its groups too, as in group/" + name + ".",
                 {}};
}

std::string sizesText(const std::vector<std::int64_t>& sizes)
{
    std::string text;
    for (const std::int64_t size : sizes)
        text += (text.empty() ? "" : "x") + std::to_string(size);
    return text.empty() ? "()" : text;
}

/// How many samples an array holds for this input, and whether it has an axis for them.
struct Samples {
    std::int64_t count = 1;
    bool batched = false;
};

Result<Samples> samplesIn(const NpyArray& array, const Shape& sample, const std::string& file, const std::string& input)
{
    std::vector<std::int64_t> expected;
    for (int i = 0; i < sample.rank(); ++i)
        expected.push_back(sample[i]);
    if (array.sizes == expected)
        return Samples{1, false};
    if (array.sizes.size() == expected.size() + 1 &&
        std::equal(expected.begin(), expected.end(), array.sizes.begin() + 1))
        return Samples{array.sizes.front(), true};
    return Error{ErrorCode::ShapeMismatch,
                 "'" + file + "' has the shape " + sizesText(array.sizes) + ", but " + input + " reads N" +
                     (expected.empty() ? "" : "x" + sizesText(expected)) + ", with N samples.",
                 "Give the array that shape.",
                 {-1, {}, file, -1}};
}

int runRun(const RunOptions& o)
{
    auto project = loadModel(o.model);
    if (!project)
        return fail(project.error());
    const GraphSpec& graph = project->graph;
    if (const auto sound = checkGraph(graph); !sound)
        return fail(sound.error());
    const auto given = givenWeights(*project, o.weights);
    if (!given)
        return fail(given.error());
    const WeightsPtr weights = *given ? *given : initialWeights(graph, project->train.seed);
    const auto node = wantedLayer(graph, o.layer);
    if (!node)
        return fail(node.error());
    const std::vector<NetworkInput> inputs = networkInputs(graph);
    if (inputs.size() != o.inputs.size())
        return fail({ErrorCode::InvalidArgument,
                     "The network has " + std::to_string(inputs.size()) + " inputs, but --input names " +
                         std::to_string(o.inputs.size()) + " files.",
                     "Name one file per input, in order.",
                     {}});
    std::vector<NpyArray> arrays;
    std::vector<const float*> values;
    Samples samples;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto bytes = readWholeFile(o.inputs[i], kMostBytes);
        if (!bytes)
            return fail(bytes.error());
        auto array = decodeNpy(*bytes, o.inputs[i]);
        if (!array)
            return fail(array.error());
        const auto found = samplesIn(*array, inputs[i].shape, o.inputs[i], graph.label(inputs[i].node));
        if (!found)
            return fail(found.error());
        if (i > 0 && (found->count != samples.count || found->batched != samples.batched))
            return fail({ErrorCode::ShapeMismatch,
                         "'" + o.inputs[i] + "' holds " + std::to_string(found->count) + " samples, but '" +
                             o.inputs[0] + "' holds " + std::to_string(samples.count) + ".",
                         "Give all inputs the same number of samples.",
                         {-1, {}, o.inputs[i], -1}});
        samples = *found;
        arrays.push_back(*std::move(array));
        values.push_back(arrays.back().values.data());
    }
    auto result = inferValues(graph, *weights, *node, values, samples.count, o.threads);
    if (!result)
        return fail(result.error());
    NpyArray out;
    if (samples.batched)
        out.sizes.push_back(samples.count);
    for (int i = 0; i < result->shape.rank(); ++i)
        out.sizes.push_back(result->shape[i]);
    out.values = std::move(result->values);
    if (const auto written = writeFileAtomically(o.output, encodeNpy(out)); !written)
        return fail(written.error());
    return kSuccess;
}

} // namespace

void addRun(CLI::App& app, Run& run)
{
    auto* command = app.add_subcommand("run", "Compute a network's output for the numbers of an .npy file");
    auto options = std::make_shared<RunOptions>();
    command->add_option("MODEL", options->model, "Preset, .convarium, network .json or .onnx")->required();
    command
        ->add_option("--input", options->inputs,
                     "Float32 samples, N x the input's shape, not scaled; once per input of the network")
        ->required()
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command->add_option("--output", options->output, "File for the result, .npy")->required();
    command->add_option("--layer", options->layer, "Another layer's output instead of the network's");
    command->add_option("--weights", options->weights, "Take the weights from this safetensors file");
    command->add_option("--threads", options->threads, "Threads (all cores)")->check(wholeNumber(1, kMaxThreads));
    command->callback([&run, options] { run = [options] { return runRun(*options); }; });
}

} // namespace convarium::cli
