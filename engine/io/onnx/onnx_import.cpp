#include "engine/io/onnx/onnx_import.h"

#include "engine/io/atomic_file.h"
#include "engine/io/onnx/import/importer.h"

#include <QFileInfo>
#include <QString>

namespace convarium::engine
{

Result<Project> importOnnx(std::span<const std::uint8_t> bytes, const std::string& path)
{
    const QFileInfo info(QString::fromStdString(path));
    const auto file = parseModel(bytes, path);
    if (!file)
        return file.error();
    const std::string folder = info.absolutePath().toStdString();
    Importer byBatch(*file, folder, AxisReading::Batch);
    auto project = byBatch.run();
    if (!project && byBatch.failedOnBatch()) {
        Importer whole(*file, folder, AxisReading::Whole);
        if (auto second = whole.run(); second)
            project = std::move(second);
    }
    if (!project) {
        Error error = project.error();
        error.message = "In '" + path + "', " + error.message;
        error.place.file = path;
        return error;
    }
    project->graph.name = printableName(info.completeBaseName().toStdString());
    project->graph.title = project->graph.name;
    return project;
}

Result<Project> openOnnx(const std::string& path)
{
    const auto bytes = readWholeFile(path, 0x7FFFFFFF);
    return bytes ? importOnnx(*bytes, path) : bytes.error();
}

} // namespace convarium::engine
