#include "engine/io/torch/torch_training.h"

#include "engine/io/torch/python_text.h"
#include "engine/io/torch/script_template.h"
#include "engine/losses/loss.h"
#include "engine/train/network_loss.h"
#include "engine/train/schedule.h"

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

Error unknown(const std::string& what, const std::string& name)
{
    return {ErrorCode::InvalidArgument,
            "The " + what + " '" + name + "' has no PyTorch form.",
            "Choose another " + what + " before exporting.",
            {-1, what, {}, -1}};
}

Result<std::string> optimizer(const TrainConfig& c)
{
    const std::string start = "(groups, lr=rate";
    const std::string betas = ", betas=(" + pythonNumber(c.beta1) + ", " + pythonNumber(c.beta2) + ")";
    const std::string epsilon = ", eps=" + pythonNumber(c.epsilon) + ")";
    const std::string momentum = ", momentum=" + pythonNumber(c.momentum);
    const std::map<std::string, std::string> all{
        {"sgd", "SGD" + start + ")"},
        {"momentum", "SGD" + start + momentum + ")"},
        {"nesterov", "SGD" + start + momentum + ", nesterov=True)"},
        {"rmsprop", "RMSprop" + start + ", alpha=" + pythonNumber(c.alpha) + epsilon},
        {"adagrad", "Adagrad" + start + epsilon},
        {"adam", "Adam" + start + betas + epsilon},
        {"adamw", "AdamW" + start + betas + epsilon},
    };
    const auto found = all.find(c.optimizer);
    if (found == all.end())
        return unknown("optimizer", c.optimizer);
    return "torch.optim." + found->second;
}

/// Lines of rate_at().
Result<std::string> schedule(const Schedule& chosen)
{
    const auto number = [&chosen](std::size_t i) {
        return i < chosen.values.size() ? pythonNumber(chosen.values[i]) : std::string("1");
    };
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
         "        start, end, share = rate, rate / 250_000, (step - top) / (last - top) if last > top else "
         "1.0\n"
         "    return end + (start - end) / 2 * (1 + math.cos(math.pi * min(1.0, share)))"},
    };
    const auto found = all.find(chosen.info->id);
    if (found == all.end())
        return unknown("schedule", chosen.info->id);
    return found->second;
}

/// The loss of one output, as an expression.
Result<std::string> lossTerm(const Loss& loss, const std::string& score)
{
    const std::string smoothing = loss.smoothing == 0 ? ")" : ", label_smoothing=" + pythonNumber(loss.smoothing) + ")";
    const std::string oneHot = ", F.one_hot(labels, " + score + ".shape[1]).float())";
    const std::map<std::string, std::string> all{
        {"cross-entropy", "F.cross_entropy(" + score + ".flatten(1), labels" + smoothing},
        {"pixel-cross-entropy", "F.cross_entropy(" + score + ", labels" + smoothing},
        {"binary-cross-entropy", "F.binary_cross_entropy_with_logits(" + score + ".flatten(1)" + oneHot},
        {"mean-squared-error", "F.mse_loss(" + score + ".flatten(1)" + oneHot},
    };
    const auto found = all.find(loss.info->id);
    if (found == all.end())
        return unknown("loss", loss.info->id);
    return found->second;
}

/// targets_of(), loss_of() and judged().
Result<std::string> loss(const GraphSpec& graph, const ShapedGraph& shaped, const TorchModel& model)
{
    std::string sum;
    bool masks = false;
    for (std::size_t i = 0; i < model.outputs.size(); ++i) {
        const auto spec = std::find_if(graph.outputs.begin(), graph.outputs.end(),
                                       [id = model.outputs[i]](const OutputSpec& o) { return o.node == id; });
        const bool given = spec != graph.outputs.end();
        const Shape& shape = shaped.shapes.at(model.outputs[i]);
        const auto chosen = lossFor(given ? spec->loss : std::string(), shape.isMaps() && shape[1] * shape[2] > 1);
        if (!chosen)
            return chosen.error();
        const auto term = lossTerm(*chosen, "scores[" + std::to_string(i) + "]");
        if (!term)
            return term.error();
        masks = masks || chosen->info->target == TargetKind::Mask;
        sum += sum.empty() ? "" : " + ";
        sum += (!given || spec->weight == 1 ? "" : pythonNumber(spec->weight) + " * ") + *term;
    }
    std::string code = "\ndef targets_of(pixels, labels):\n";
    if (masks)
        code += "    \"\"\"A class for every pixel: 0 is background, bright pixels belong to the object.\"\"\"\n"
                "    return torch.where(pixels.amax(1) >= 128, labels[:, None, None] + 1, 0)\n";
    else
        code += "    return labels\n";
    code += "\n\ndef loss_of(scores, labels):\n"
            "    \"\"\"Mean over all answers. scores: one tensor for each output of the network.\"\"\"\n"
            "    return " +
            sum +
            "\n\n\n"
            "def judged(scores, labels):\n"
            "    \"\"\"How many answers of the first output are right, and how many there are.\"\"\"\n"
            "    return (scores[0].detach().argmax(1)" +
            (masks ? std::string(" == labels") : ".flatten() == labels") + ").sum().item(), labels.numel()\n";
    return code;
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
    const ShapedGraph shaped = inferShapes(project.graph);
    const auto chosenSchedule = parseSchedule(c.schedule);
    if (!chosenSchedule)
        return chosenSchedule.error();
    const auto optimizerText = optimizer(c);
    if (!optimizerText)
        return optimizerText.error();
    const auto scheduleText = schedule(*chosenSchedule);
    if (!scheduleText)
        return scheduleText.error();
    const auto lossCode = loss(withLoss(project.graph, c.loss), shaped, model);
    if (!lossCode)
        return lossCode.error();
    const bool plateau = chosenSchedule->info->watchesLoss;

    std::set<std::string> conditions{c.shuffle ? "shuffle" : "no_shuffle"};
    const auto when = [&conditions](bool yes, const char* name) {
        if (yes)
            conditions.insert(name);
    };
    when(c.validation > 0, "validation");
    when(c.validation > 0 && c.earlyStopping > 0, "early_stopping");
    when(c.validation > 0 && c.restoreBest, "restore_best");
    when(c.l1 > 0, "l1");
    when(c.clipValue > 0, "clip_value");
    when(c.clipNorm > 0, "clip_norm");
    when(c.averageDecay > 0, "average");
    when(c.averageDecay > 0 || (c.validation > 0 && c.restoreBest), "copies");
    when(!c.augment.empty(), "augment");
    when(plateau, "plateau");

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
         {"PATIENCE", plateau ? pythonNumber(chosenSchedule->values.at(0)) : "0"},
         {"EARLY_STOPPING", std::to_string(c.earlyStopping)},
         {"L1", pythonNumber(c.l1)},
         {"CLIP_VALUE", pythonNumber(c.clipValue)},
         {"CLIP_NORM", pythonNumber(c.clipNorm)},
         {"AVERAGE_DECAY", pythonNumber(c.averageDecay)},
         {"AUGMENT", pythonComment(c.augment)},
         {"INPUT", tuple(shaped.shapes.at(inputNode(project.graph)->id))},
         {"DECAYED", decayedSet(names)},
         {"SCALE", scaling(project.graph)},
         {"OPTIMIZER", *optimizerText},
         {"SCHEDULE", *scheduleText},
         {"LOSS", *lossCode},
         {"LOGITS", model.hasLogits ? ", logits=True" : ""},
         {"UNUSED", model.hasUnusedWeights ? "True" : "False"},
         {"TESTED", c.averageDecay > 0 ? "average" : "model"}});
}

} // namespace convarium::engine
