#include "engine/io/torch/torch_export.h"

#include "engine/io/atomic_file.h"
#include "engine/io/torch/torch_training.h"
#include "engine/io/weights_file.h"

#include <QFileInfo>

namespace convarium::engine
{

Result<std::vector<std::string>> exportTorch(const Project& project, const WeightMap& weights, const std::string& path)
{
    const QFileInfo info(QString::fromStdString(path));
    if (info.suffix().toLower() != QLatin1String("py") || info.completeBaseName().isEmpty())
        return Error{ErrorCode::InvalidArgument,
                     "The PyTorch export is '" + path + "', but the name must end in .py.",
                     "The weights and a training script are written beside it.",
                     {-1, {}, path, -1}};
    const std::string stem = path.substr(0, path.size() - 3);
    const std::vector<std::string> paths{path, stem + ".safetensors", stem + "_train.py"};
    const auto nameOf = [](const std::string& file) {
        return QFileInfo(QString::fromStdString(file)).fileName().toStdString();
    };
    const auto names = torchNames(project.graph);
    if (!names)
        return names.error();
    if (names->fault)
        return *names->fault;
    const auto model = torchModel(project, *names, nameOf(paths[1]));
    if (!model)
        return model.error();
    const auto training =
        torchTraining(project, *names, *model, {nameOf(paths[0]), nameOf(paths[1]), nameOf(paths[2])});
    if (!training)
        return training.error();
    if (auto written = exportWeights(project.graph, weights, paths[1]); !written)
        return written.error();
    if (auto written = writeFileAtomically(paths[0], model->source); !written)
        return written.error();
    if (auto written = writeFileAtomically(paths[2], *training); !written)
        return written.error();
    return paths;
}

} // namespace convarium::engine
