#include "engine/io/torch/torch_model.h"

#include "engine/io/torch/python_text.h"

#include <algorithm>
#include <set>

namespace convarium::engine
{

namespace
{

/// What every exported file can do beside being the network.
constexpr const char* kHelpers = R"(

def read_safetensors(path):
    """All tensors of a safetensors file: 8 bytes with the header's length, the header as JSON, the values."""
    kinds = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
             "I64": torch.int64, "I32": torch.int32, "U8": torch.uint8}
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        values = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            tensors[name] = torch.frombuffer(values[begin:end], dtype=kinds[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def write_safetensors(tensors, path):
    """The counterpart, for float32. Convarium reads such files with --weights."""
    header, pieces, at = {}, [], 0
    for name in sorted(tensors):
        piece = tensors[name].detach().cpu().float().contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [at, at + len(piece)]}
        pieces.append(piece)
        at += len(piece)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        for piece in [len(text).to_bytes(8, "little"), text] + pieces:
            file.write(piece)

)";

std::string sizesText(const Shape& shape)
{
    std::string text;
    for (int i = 0; i < shape.rank(); ++i)
        text += (i ? " x " : "") + std::to_string(shape[i]);
    return shape.rank() == 0 ? "one number" : text;
}

/// "LeNet5" from "LeNet-5", "MnistCnn" from "mnist-cnn".
std::string className(const GraphSpec& graph)
{
    PythonNames names({"F", "nn", "torch", "json", "pathlib", "read_safetensors", "write_safetensors", "load"});
    const std::string identifier = pythonIdentifier(graph.title.empty() ? graph.name : graph.title, "Network");
    std::string camel;
    bool up = true;
    for (const char c : identifier) {
        if (c != '_')
            camel += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        up = c == '_';
    }
    return names.unique(camel, "Network");
}

/// Replaces {self}, {0}, {1} ... and {all} in a layer's expression.
std::string filled(const std::string& call, const std::string& self, const std::vector<std::string>& inputs)
{
    std::string out;
    for (std::size_t at = 0; at < call.size();) {
        const std::size_t close = call[at] == '{' ? call.find('}', at) : std::string::npos;
        if (close == std::string::npos) {
            out += call[at++];
            continue;
        }
        const std::string word = call.substr(at + 1, close - at - 1);
        if (word == "self")
            out += self;
        else if (word == "all")
            for (std::size_t i = 0; i < inputs.size(); ++i)
                out += (i ? ", " : "") + inputs[i];
        else if (word.size() == 1 && word[0] >= '0' && word[0] <= '9' &&
                 static_cast<std::size_t>(word[0] - '0') < inputs.size())
            out += inputs[static_cast<std::size_t>(word[0] - '0')];
        else
            out += "{" + word + "}";
        at = close + 1;
    }
    return out;
}

class ModelWriter
{
public:
    ModelWriter(const Project& project, const TorchNames& names)
        : m_project(project), m_graph(project.graph), m_names(names), m_shaped(inferShapes(project.graph))
    {
    }

    Result<TorchModel> write(const std::string& weightsName);

private:
    void findSteps();
    void nameValues();
    std::string head(const std::string& weightsName) const;
    std::string constructor() const;
    std::string trainMethod() const;
    std::string forward() const;
    std::string tail(const std::string& weightsName) const;
    [[nodiscard]] std::string note(const TorchNode& node) const;

    const Project& m_project;
    const GraphSpec& m_graph;
    const TorchNames& m_names;
    ShapedGraph m_shaped;
    TorchModel m_out;
    std::vector<const TorchNode*> m_inputs, m_steps; ///< steps: what leads to an output, in order
    std::map<NodeId, std::string> m_values;          ///< variable of each node's output in forward()
};

void ModelWriter::findSteps()
{
    for (const OutputSpec& output : m_graph.outputs)
        m_out.outputs.push_back(output.node);
    if (m_out.outputs.empty())
        for (const TorchNode& node : m_names.nodes)
            if (m_graph.edgesFrom(node.id).empty())
                m_out.outputs.push_back(node.id);
    std::set<NodeId> needed(m_out.outputs.begin(), m_out.outputs.end());
    for (auto node = m_names.nodes.rbegin(); node != m_names.nodes.rend(); ++node)
        if (needed.contains(node->id))
            for (const Edge& edge : m_graph.edgesInto(node->id))
                needed.insert(edge.from);
    for (const TorchNode& node : m_names.nodes) {
        if (findLayer(m_graph.node(node.id)->type)->isInput)
            m_inputs.push_back(&node);
        else if (needed.contains(node.id))
            m_steps.push_back(&node);
        else
            m_out.hasUnusedWeights = m_out.hasUnusedWeights || !node.tensors.empty();
    }
    if (m_out.outputs.size() == 1 && !m_steps.empty()) {
        const Node& last = *m_graph.node(m_steps.back()->id);
        m_out.hasLogits =
            last.id == m_out.outputs[0] && findLayer(last.type)->belongsAtEnd && m_graph.edgesInto(last.id).size() == 1;
    }
}

/// A value that only the next step reads is called x, as people write it; others keep their layer's name.
void ModelWriter::nameValues()
{
    const auto isOutput = [&](NodeId id) {
        return std::find(m_out.outputs.begin(), m_out.outputs.end(), id) != m_out.outputs.end();
    };
    const auto nextReads = [&](NodeId id, std::size_t next) {
        const std::vector<Edge> readers = m_graph.edgesFrom(id);
        if (next == m_steps.size())
            return isOutput(id) && readers.empty();
        return !isOutput(id) && readers.size() == 1 && readers[0].to == m_steps[next]->id;
    };
    for (const TorchNode* input : m_inputs)
        m_values[input->id] = m_inputs.size() == 1 && nextReads(input->id, 0) ? "x" : input->local;
    for (std::size_t i = 0; i < m_steps.size(); ++i)
        m_values[m_steps[i]->id] = nextReads(m_steps[i]->id, i + 1) ? "x" : m_steps[i]->local;
}

/// "  # C1.1a, frozen" where the user's name is another one.
std::string ModelWriter::note(const TorchNode& node) const
{
    const Node& own = *m_graph.node(node.id);
    const std::string last = node.path.substr(node.path.rfind('.') + 1);
    std::string text = own.name == last ? std::string() : pythonComment(own.name);
    if (own.frozen && !node.tensors.empty())
        text += text.empty() ? "frozen" : ", frozen";
    return text.empty() ? text : "  # " + text;
}

std::string ModelWriter::head(const std::string& weightsName) const
{
    const About& about = m_project.about;
    // The first line fixes the encoding: no text below it can choose another one.
    std::string text = "# -*- coding: utf-8 -*-\n";
    std::string title = m_graph.title.empty() ? m_graph.name : m_graph.title;
    if (about.year > 0)
        title += " (" + std::to_string(about.year) + ")";
    text += pythonCommentBlock(title) + pythonCommentBlock(about.description) + pythonCommentBlock(about.paper);
    text += "#\n# Written by Convarium " CONVARIUM_VERSION " for PyTorch 1.13 and newer.\n" +
            pythonCommentBlock("The weights are in " + weightsName + "; load() gives the network with them.");
    return text +
           "import json\nimport pathlib\n\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n";
}

std::string ModelWriter::constructor() const
{
    std::string text = "    def __init__(self):\n        super().__init__()\n";
    std::set<std::string> open; // containers made so far
    for (const TorchNode& node : m_names.nodes) {
        if (node.code.module.empty())
            continue;
        for (const TorchGroup& group : m_names.groups)
            if (node.path.starts_with(group.path + ".") && open.insert(group.path).second) {
                const std::string last = group.path.substr(group.path.rfind('.') + 1);
                text += "        self." + group.path + " = nn.Module()" +
                        (group.name == last ? "" : "  # " + pythonComment(group.name)) + "\n";
            }
        text += "        self." + node.path + " = " + node.code.module + note(node) + "\n";
    }
    for (const TorchNode& node : m_names.nodes)
        if (m_graph.node(node.id)->frozen && !node.tensors.empty())
            text += "        self." + node.path + ".requires_grad_(False)\n";
    return text;
}

/// Frozen layers with running statistics keep them.
std::string ModelWriter::trainMethod() const
{
    std::string frozen;
    for (const TorchNode& node : m_names.nodes)
        if (m_graph.node(node.id)->frozen &&
            std::any_of(node.tensors.begin(), node.tensors.end(),
                        [](const TensorInfo& t) { return t.role == TensorRole::Statistic; }))
            frozen += "        self." + node.path + ".eval()\n";
    if (frozen.empty())
        return {};
    return "\n    def train(self, mode=True):\n"
           "        \"\"\"Frozen layers keep their running statistics in training too.\"\"\"\n"
           "        super().train(mode)\n" +
           frozen + "        return self\n";
}

std::string ModelWriter::forward() const
{
    std::string text = "\n    def forward(self";
    for (const TorchNode* input : m_inputs)
        text += ", " + m_values.at(input->id);
    text += m_out.hasLogits ? ", logits=False):\n" : "):\n";
    std::string group;
    for (const TorchNode* node : m_steps) {
        const std::size_t dot = node->path.rfind('.');
        const std::string within = dot == std::string::npos ? std::string() : node->path.substr(0, dot);
        if (within != group && !within.empty())
            text += "        # " + within + "\n";
        group = within;
        if (m_out.hasLogits && node == m_steps.back())
            text += "        if logits:\n            return " + m_values.at(m_graph.edgesInto(node->id)[0].from) + "\n";
        std::vector<std::string> inputs;
        for (const Edge& edge : m_graph.edgesInto(node->id))
            inputs.push_back(m_values.at(edge.from));
        text += "        " + m_values.at(node->id) + " = " + filled(node->code.call, "self." + node->path, inputs) +
                "  # " + (node->code.module.empty() ? pythonComment(m_graph.node(node->id)->name) + ": " : "") +
                sizesText(m_shaped.shapes.at(node->id)) + "\n";
    }
    text += "        return ";
    for (std::size_t i = 0; i < m_out.outputs.size(); ++i)
        text += (i ? ", " : "") + m_values.at(m_out.outputs[i]);
    return text + "\n";
}

std::string ModelWriter::tail(const std::string& weightsName) const
{
    std::string inputs, results;
    for (const TorchNode* input : m_inputs) {
        const Shape& shape = m_shaped.shapes.at(input->id);
        std::string sizes = "1";
        for (int i = 0; i < shape.rank(); ++i)
            sizes += ", " + std::to_string(shape[i]);
        inputs += (inputs.empty() ? "" : ", ") + ("torch.zeros(" + sizes + ")");
    }
    return "\n\ndef load(path=pathlib.Path(__file__).with_name(" + pythonString(weightsName) +
           ")):\n"
           "    \"\"\"The network with the weights of a safetensors file, those it was exported with by "
           "default.\"\"\"\n"
           "    model = " +
           m_out.className +
           "()\n"
           "    model.load_state_dict(read_safetensors(path))\n"
           "    return model\n\n\n"
           "if __name__ == \"__main__\":\n"
           "    network = load().eval()\n"
           "    print(network)\n"
           "    print(sum(p.numel() for p in network.parameters()), \"parameters\")\n"
           "    with torch.no_grad():\n"
           "        print(network(" +
           inputs + "))\n";
}

Result<TorchModel> ModelWriter::write(const std::string& weightsName)
{
    findSteps();
    if (m_inputs.empty() || m_steps.empty())
        return Error{ErrorCode::InvalidGraph,
                     "The network needs an Input layer and at least one layer after it.",
                     "Drag an Input from the palette and connect it.",
                     {}};
    nameValues();
    m_out.className = className(m_graph);
    std::string shapes;
    for (const TorchNode* input : m_inputs)
        shapes += (shapes.empty() ? "" : " and ") + sizesText(m_shaped.shapes.at(input->id));
    std::string results;
    for (const NodeId id : m_out.outputs)
        results += (results.empty() ? "" : " and ") + sizesText(m_shaped.shapes.at(id));
    m_out.source = head(weightsName) + kHelpers + "\nclass " + m_out.className + "(nn.Module):\n    \"\"\"A batch of " +
                   shapes + " in, " + results + " out" +
                   (m_out.hasLogits ? " (probabilities; with logits=True the scores before Softmax)" : "") +
                   ".\"\"\"\n\n" + constructor() + trainMethod() + forward() + tail(weightsName);
    return std::move(m_out);
}

} // namespace

Result<TorchModel> torchModel(const Project& project, const TorchNames& names, const std::string& weightsName)
{
    return ModelWriter(project, names).write(weightsName);
}

} // namespace convarium::engine
