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
constexpr PresetFile kFiles[] = {
    {"lenet-5", PresetKind::Small},
    {"mnist-cnn", PresetKind::Small},
    {"mlp", PresetKind::Small},
    {"alexnet-mini", PresetKind::Small},
    {"googlenet-mini", PresetKind::Small},
    {"resnet-20", PresetKind::Small},
    {"se-resnet-20", PresetKind::Small},
    {"xception-mini", PresetKind::Small},
    {"mobilenet-v2-mini", PresetKind::Small},
    {"fcn-mini", PresetKind::Small},
    {"unet-mini", PresetKind::Small},
    {"mnist-fast", PresetKind::Small},
    {"mnist-best", PresetKind::Small},
    {"alexnet", PresetKind::Published},
    {"vgg-11", PresetKind::Published},
    {"googlenet", PresetKind::Published},
    {"resnet-18", PresetKind::Published},
    {"resnet-34", PresetKind::Published},
    {"resnet-50", PresetKind::Published},
    {"se-resnet-50", PresetKind::Published},
    {"xception", PresetKind::Published},
    {"mobilenet-v2", PresetKind::Published},
    {"three-conv", PresetKind::Exercise},
};
}

std::span<const PresetFile> presetFiles()
{
    return kFiles;
}

QByteArray presetBytes(const char* name)
{
    initialize();
    QFile file(QStringLiteral(":/convarium/presets/%1.json").arg(QLatin1String(name)));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace convarium::engine
