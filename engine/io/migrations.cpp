#include "engine/io/migrations.h"

#include "engine/io/json_reader.h"
#include "engine/layers/layer.h"

#include <QJsonArray>

#include <algorithm>

namespace convarium::engine
{

namespace
{

Error newer(const std::string& file, const std::string& path, const std::string& what, std::int64_t found, int known)
{
    return {ErrorCode::NewerVersion,
            "'" + file + "' was made by a newer Convarium: " + what + " has version " + std::to_string(found) +
                ", this program knows versions up to " + std::to_string(known) + ".",
            "Install the newest Convarium to open it.",
            {-1, path, file, -1}};
}

Error noWay(const std::string& file, const std::string& path, const std::string& what, std::int64_t found)
{
    return {ErrorCode::BadFormat,
            "In '" + file + "', " + path + " is " + std::to_string(found) + "; no version of Convarium wrote such " +
                what + ".",
            "Repair the file by hand, or use a copy of it.",
            {-1, path, file, -1}};
}

/// Brings one node to the newest version of its layer. Nodes without a sound type or version are left to the reader.
Result<QJsonObject> migratedNode(QJsonObject node, const Migrations& migrations, const std::string& file,
                                 const std::string& path)
{
    const std::string type = node.value(QLatin1String("type")).toString().toStdString();
    const QJsonValue versionValue = node.value(QLatin1String("version"));
    const int newest = migrations.layerVersion(type);
    if (newest == 0 || !isInteger(versionValue))
        return node;
    std::int64_t version = versionValue.toInteger();
    if (version > newest)
        return newer(file, path + ".version", "the layer '" + type + "'", version, newest);
    for (; version < newest; ++version) {
        const auto step = std::find_if(migrations.layers.begin(), migrations.layers.end(),
                                       [&](const LayerMigration& m) { return m.type == type && m.from == version; });
        if (step == migrations.layers.end())
            return noWay(file, path + ".version", "a '" + type + "' layer", version);
        node = step->apply(std::move(node));
        node.insert(QLatin1String("version"), static_cast<qint64>(version + 1));
    }
    return node;
}

} // namespace

const Migrations& builtInMigrations()
{
    // Format 2 added arrows of notes, format 3 folded blocks and their parameters; what was there stayed as it was.
    constexpr int kNewest = 3;
    const auto asItIs = [](QJsonObject network) { return network; };
    static const Migrations table{kNewest, {{1, asItIs}, {2, asItIs}}, {}, [](const std::string& type) {
                                      const LayerDescriptor* layer = findLayer(type);
                                      return layer ? layer->version : 0;
                                  }};
    return table;
}

Result<QJsonObject> migrated(QJsonObject network, const Migrations& migrations, const std::string& file)
{
    JsonFaults faults(file);
    JsonFields fields(faults, network, {});
    std::int64_t format = 0;
    fields.integer("format", format, 1);
    if (faults.any())
        return *faults.error();
    if (format > migrations.currentFormat)
        return newer(file, "format", "its file format", format, migrations.currentFormat);
    for (; format < migrations.currentFormat; ++format) {
        const auto step = std::find_if(migrations.formats.begin(), migrations.formats.end(),
                                       [&](const FormatMigration& m) { return m.from == format; });
        if (step == migrations.formats.end())
            return noWay(file, "format", "a file", format);
        network = step->apply(std::move(network));
        network.insert(QLatin1String("format"), static_cast<qint64>(format + 1));
    }
    const QJsonValue nodesValue = network.value(QLatin1String("nodes"));
    if (!nodesValue.isArray())
        return network;
    QJsonArray nodes = nodesValue.toArray();
    for (qsizetype i = 0; i < nodes.size(); ++i) {
        if (!nodes[i].isObject())
            continue;
        auto node = migratedNode(nodes[i].toObject(), migrations, file, "nodes[" + std::to_string(i) + "]");
        if (!node)
            return node.error();
        nodes[i] = *node;
    }
    network.insert(QLatin1String("nodes"), nodes);
    return network;
}

} // namespace convarium::engine
