#include "engine/io/export_formats.h"

#include "engine/io/onnx/onnx_export.h"
#include "engine/io/torch/torch_export.h"
#include "engine/io/weights_file.h"

namespace convarium::engine
{

namespace
{

using Written = Result<std::vector<std::string>>;

Written writeOnnx(const Project& project, const WeightMap& weights, const std::string& path)
{
    if (auto written = saveOnnx(project, weights, path); !written)
        return written.error();
    return std::vector{path};
}

Written writeSafetensors(const Project& project, const WeightMap& weights, const std::string& path)
{
    if (auto written = exportWeights(project.graph, weights, path); !written)
        return written.error();
    return std::vector{path};
}

} // namespace

const std::vector<ExportFormat>& exportFormats()
{
    static const std::vector<ExportFormat> all{
        {"onnx", "ONNX", ".onnx", "The network with its weights, for programs that read ONNX.", writeOnnx},
        {"pytorch", "PyTorch", ".py",
         "A Python module, its weights as safetensors, and a script that trains it, on several computers if wanted.",
         exportTorch},
        {"keras", "Keras", ".py", "", nullptr},
        {"safetensors", "Weights as safetensors", ".safetensors", "The weights alone, with PyTorch's names.",
         writeSafetensors},
    };
    return all;
}

} // namespace convarium::engine
