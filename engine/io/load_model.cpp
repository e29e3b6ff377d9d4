#include "engine/io/load_model.h"

#include "engine/io/atomic_file.h"
#include "engine/io/network_json.h"
#include "engine/io/onnx/onnx_import.h"
#include "engine/io/presets.h"
#include "engine/io/project_file.h"

#include <QFileInfo>
#include <QString>

namespace convarium::engine
{

Result<Project> loadModel(const std::string& nameOrFile)
{
    const QFileInfo info(QString::fromStdString(nameOrFile));
    const QString suffix = info.suffix().toLower();
    if (suffix == QLatin1String("convarium"))
        return openProject(nameOrFile);
    if (suffix == QLatin1String("json")) {
        const auto bytes = readWholeFile(nameOrFile, kMaxNetworkBytes);
        if (!bytes)
            return bytes.error();
        return networkFromJson(*bytes, nameOrFile);
    }
    if (suffix == QLatin1String("onnx"))
        return openOnnx(nameOrFile);
    auto preset = loadPreset(nameOrFile);
    if (!preset && info.isFile())
        return Error{ErrorCode::BadFormat,
                     "'" + nameOrFile + "' is a file of an unknown kind.",
                     "Networks are files that end in .convarium, .json or .onnx.",
                     {-1, {}, nameOrFile, -1}};
    return preset;
}

Result<Project> loadNetwork(const std::string& nameOrFile)
{
    if (QFileInfo(QString::fromStdString(nameOrFile)).suffix().compare(QLatin1String("convarium"), Qt::CaseInsensitive))
        return loadModel(nameOrFile);
    return openNetwork(nameOrFile);
}

} // namespace convarium::engine
