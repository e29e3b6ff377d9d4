#include "resources/presets/preset_files.h"

#include <QFile>

static void initialize()
{
    Q_INIT_RESOURCE(presets); // the linker drops unnamed resources of static libraries
}

namespace convarium::engine
{

namespace
{
constexpr const char* kNames[] = {"lenet-5", "mnist-cnn", "mlp", "resnet-20", "three-conv"};
}

std::span<const char* const> presetNames()
{
    return kNames;
}

QByteArray presetFile(const char* name)
{
    initialize();
    QFile file(QStringLiteral(":/convarium/presets/%1.json").arg(QLatin1String(name)));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace convarium::engine
