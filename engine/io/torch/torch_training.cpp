#include "engine/io/torch/torch_training.h"

#include "engine/io/torch/python_text.h"
#include "engine/io/torch/script_template.h"

#include <QFile>

#include <algorithm>
#include <charconv>

static void initialize()
{
    Q_INIT_RESOURCE(torch_template); // the linker drops unnamed resources of static libraries
}

namespace convarium::engine
{

namespace
{

std::string templateText()
{
    initialize();
    QFile file(QStringLiteral(":/convarium/torch/train_template.py"));
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

/// "step:2,0.5" as name and numbers.
std::pair<std::string, std::vector<double>> parts(const std::string& text)
{
    const std::size_t colon = text.find(':');
    std::vector<double> numbers;
    for (std::size_t from = colon; from != std::string::npos;) {
        const std::size_t comma = text.find(',', from + 1);
        const std::size_t end = std::min(comma, text.size());
        double value = 0;
        if (std::from_chars(text.data() + from + 1, text.data() + end, value).ec == std::errc())
            numbers.push_back(value);
        from = comma;
    }
    return {text.substr(0, colon), numbers};
}

Error unknown(const std::string& what, const std::string& name)
{
    return {ErrorCode::InvalidArgument,
            "The " + what + " '" + name + "' has no PyTorch form.",
            "Choose another " + what + " before exporting.",
            {-1, what, {}, -1}};
}

Result<std::string> optimizer(const TrainConfig& c)
{
    const std::string betas = ", betas=(" + pythonNumber(c.beta1) + ", " + pythonNumber(c.beta2) + ")";
    const std::string epsilon = ", eps=" + pythonNumber(c.epsilon) + ")";
    const std::string momentum = ", momentum=" + pythonNumber(c.momentum);
    const std::map<std::string, std::string> all{
        {"sgd", "torch.optim.SGD(groups, lr=rate)"},
        {"momentum", "torch.optim.SGD(groups, lr=rate" + momentum + ")"},
        {"nesterov", "torch.optim.SGD(groups, lr=rate" + momentum + ", nesterov=True)"},
        {"adam", "torch.optim.Adam(groups, lr=rate" + betas + epsilon},
    };
    const auto found = all.find(c.optimizer);
    if (found == all.end())
        return unknown("optimizer", c.optimizer);
    return found->second;
}

/// Lines of rate_at().
Result<std::string> schedule(const TrainConfig& c)
{
    const auto [name, n] = parts(c.schedule);
    const auto number = [&n = n](std::size_t i) { return i < n.size() ? pythonNumber(n[i]) : std::string("1"); };
    const std::map<std::string, std::string> all{
        {"constant", "    return rate"},
        {"cosine", "    return rate * 0.5 * (1 + math.cos(math.pi * min(1.0, step / total_steps)))"},
        {"step", "    return rate * " + number(1) + " ** (step // steps_per_epoch // " + number(0) + ")"},
        {"exp", "    return rate * " + number(0) + " ** (step // steps_per_epoch)"},
        {"warmup", "    return rate * min(1.0, (step + 1) / " + number(0) + ")"},
        {"plateau", "    return rate * " + number(1) + " ** cuts"},
        {"one-cycle",
         "    # As torch.optim.lr_scheduler.OneCycleLR: up during 30 % of the steps, then down.\n"
         "    top, last = 0.3 * total_steps - 1, total_steps - 1\n"
         "    if step <= top:\n"
         "        start, end, share = rate / 25, rate, step / top if top > 0 else 1.0\n"
         "    else:\n"
         "        start, end, share = rate, rate / 250_000, (step - top) / (last - top) if last > top else 1.0\n"
         "    return end + (start - end) / 2 * (1 + math.cos(math.pi * min(1.0, share)))"},
    };
    const auto found = all.find(name);
    if (found == all.end())
        return unknown("schedule", c.schedule);
    return found->second;
}

/// loss_of() and judged().
Result<std::string> loss(const GraphSpec& graph, const TorchModel& model)
{
    std::string sum;
    for (std::size_t i = 0; i < model.outputs.size(); ++i) {
        const auto spec = std::find_if(graph.outputs.begin(), graph.outputs.end(),
                                       [id = model.outputs[i]](const OutputSpec& o) { return o.node == id; });
        const std::string text = spec == graph.outputs.end() ? "cross-entropy" : spec->loss;
        const double weight = spec == graph.outputs.end() ? 1 : spec->weight;
        const auto [name, numbers] = parts(text);
        if (name != "cross-entropy")
            return unknown("loss", text);
        sum += sum.empty() ? "" : " + ";
        sum += (weight == 1 ? "" : pythonNumber(weight) + " * ") + "F.cross_entropy(scores[" + std::to_string(i) +
               "], labels)";
    }
    return "\ndef loss_of(scores, labels, images):\n"
           "    \"\"\"Mean over the images.\"\"\"\n"
           "    return " +
           sum +
           "\n\n\n"
           "def judged(scores, labels, images):\n"
           "    \"\"\"How many answers are right, and how many there are.\"\"\"\n"
           "    return (scores.argmax(1) == labels).sum().item(), len(labels)\n";
}

/// How bytes become numbers.
std::string scaling(const GraphSpec& graph)
{
    const std::string scale = graph.inputs.empty() ? "unit" : graph.inputs.front().scale;
    if (scale == "byte")
        return "pixels.float()";
    const std::size_t comma = scale.find(',');
    double mean = 0, deviation = 1;
    const char* const end = scale.data() + scale.size();
    if (comma == std::string::npos || std::from_chars(scale.data(), scale.data() + comma, mean).ec != std::errc() ||
        std::from_chars(scale.data() + comma + 1, end, deviation).ec != std::errc())
        return "pixels.float() / 255";
    return "(pixels.float() / 255 - " + pythonNumber(mean) + ") / " + pythonNumber(deviation);
}

/// (1, 28, 28)
std::string tuple(const Shape& shape)
{
    std::string text;
    for (int i = 0; i < shape.rank(); ++i)
        text += std::to_string(shape[i]) + (i + 1 < shape.rank() ? ", " : shape.rank() == 1 ? "," : "");
    return "(" + text + ")";
}

/// {"C1.weight", "F2.weight"}, some on each line.
std::string decayedSet(const TorchNames& names)
{
    std::string text, line;
    for (const TorchNode& node : names.nodes)
        for (const TensorInfo& tensor : node.tensors) {
            if (!tensor.decay)
                continue;
            const std::string item = pythonString(names.tensors.at({node.id, tensor.key}));
            if (line.size() + item.size() > 100) {
                text += line + "\n           ";
                line.clear();
            }
            line += item + ", ";
        }
    text += line;
    if (text.empty())
        return "set()";
    text.resize(text.size() - 2);
    return "{" + text + "}";
}

const Node* inputNode(const GraphSpec& graph)
{
    for (const Node& node : graph.nodes)
        if (findLayer(node.type)->isInput)
            return &node;
    return nullptr;
}

} // namespace

Result<std::string> torchTraining(const Project& project, const TorchNames& names, const TorchModel& model,
                                  const TorchFiles& files)
{
    const TrainConfig& c = project.train;
    const auto optimizerText = optimizer(c);
    const auto scheduleText = schedule(c);
    const auto lossText = loss(project.graph, model);
    for (const auto* text : {&optimizerText, &scheduleText, &lossText})
        if (!*text)
            return text->error();
    const auto [scheduleName, scheduleNumbers] = parts(c.schedule);
    const bool plateau = scheduleName == "plateau";

    std::set<std::string> conditions{c.shuffle ? "shuffle" : "no_shuffle"};
    const auto when = [&conditions](bool yes, const char* name) {
        if (yes)
            conditions.insert(name);
    };
    when(c.validation > 0, "validation");
    when(plateau, "plateau");

    const ShapedGraph shaped = inferShapes(project.graph);
    const std::string title = project.graph.title.empty() ? project.graph.name : project.graph.title;
    return filledTemplate(
        templateText(), conditions,
        {{"HEAD", pythonCommentBlock("Trains " + (title.empty() ? "the network" : title) + " of " + files.model +
                                     ", starting from the weights in " + files.weights + ".")},
         {"SCRIPT", pythonComment(files.training)},
         {"MODEL", pythonString(files.model)},
         {"EPOCHS", std::to_string(c.epochs)},
         {"STEPS", std::to_string(c.steps)},
         {"BATCH", std::to_string(c.batch)},
         {"RATE", pythonNumber(c.rate)},
         {"SEED", std::to_string(c.seed)},
         {"LIMIT", std::to_string(c.limit)},
         {"VALIDATION", pythonNumber(c.validation)},
         {"WEIGHT_DECAY", pythonNumber(c.weightDecay)},
         {"PATIENCE", plateau && !scheduleNumbers.empty() ? pythonNumber(scheduleNumbers[0]) : "0"},
         {"INPUT", tuple(shaped.shapes.at(inputNode(project.graph)->id))},
         {"DECAYED", decayedSet(names)},
         {"SCALE", scaling(project.graph)},
         {"OPTIMIZER", *optimizerText},
         {"SCHEDULE", *scheduleText},
         {"LOSS", *lossText},
         {"LOGITS", model.hasLogits ? ", logits=True" : ""},
         {"UNUSED", model.hasUnusedWeights ? "True" : "False"},
         {"TESTED", "model"}});
}

} // namespace convarium::engine
