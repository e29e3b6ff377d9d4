// How files of older versions become files of this one: pure functions JSON -> JSON. Private to engine/io.
#pragma once

#include "engine/graph/graph_spec.h"

#include <QJsonObject>

#include <functional>
#include <string>
#include <vector>

namespace convarium::engine
{

/// Turns a network of format `from` into one of format `from + 1`.
struct FormatMigration {
    int from = 1;
    std::function<QJsonObject(QJsonObject network)> apply;
};

/// Turns a node of layer `type`, version `from`, into one of version `from + 1` (fields "params", "tensors" ...).
struct LayerMigration {
    std::string type;
    int from = 1;
    std::function<QJsonObject(QJsonObject node)> apply;
};

struct Migrations {
    int currentFormat = GraphSpec::kFormat;
    std::vector<FormatMigration> formats;
    std::vector<LayerMigration> layers;
    /// The newest version of a layer type, 0 for an unknown one.
    std::function<int(const std::string& type)> layerVersion;
};

/// The steps from every released version to this one.
const Migrations& builtInMigrations();

/// Refuses newer formats and layers ("made by a newer Convarium"), migrates older ones, and leaves all else as it is.
Result<QJsonObject> migrated(QJsonObject network, const Migrations& migrations, const std::string& file);

} // namespace convarium::engine
