#include "engine/io/network_json.h"

#include "engine/io/network_reader.h"
#include "tests/engine/io/projects.h"

#include <QJsonArray>
#include <QTest>

using namespace convarium::test;

namespace
{

Result<Project> read(const std::string& json)
{
    return networkFromJson({reinterpret_cast<const std::uint8_t*>(json.data()), json.size()}, "net.json");
}

ParamValue randomValue(const ParamInfo& info, std::mt19937& random)
{
    const auto below = [&random](std::size_t n) {
        return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
    };
    switch (info.type) {
    case ParamType::Flag: return below(2) == 1;
    case ParamType::Choice: return info.choices[below(info.choices.size())];
    case ParamType::List: {
        std::vector<std::int64_t> numbers(
            static_cast<std::size_t>(info.minItems) +
            below(static_cast<std::size_t>(std::min(info.maxItems, 6) - info.minItems) + 1));
        for (std::int64_t& n : numbers)
            n = std::uniform_int_distribution<std::int64_t>(static_cast<std::int64_t>(info.minimum),
                                                            static_cast<std::int64_t>(info.maximum))(random);
        return listText(numbers);
    }
    case ParamType::Integer:
        return std::uniform_int_distribution<std::int64_t>(static_cast<std::int64_t>(info.minimum),
                                                           static_cast<std::int64_t>(info.maximum))(random);
    case ParamType::Real: return std::uniform_real_distribution<double>(info.minimum, info.maximum)(random);
    }
    return false;
}

/// Any layers, settings and wires: most do not work, but all must be saved.
Project randomProject(unsigned seed)
{
    std::mt19937 random(seed);
    const auto below = [&random](std::int64_t n) {
        return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random);
    };
    Project p;
    p.graph.name = "random " + std::to_string(seed);
    p.graph.title = "T\"\\\n";
    const auto& layers = layerRegistry();
    const std::int64_t count = 1 + below(30);
    p.graph.groups = {
        {5, 9, "inner", "residual", {{"filters", std::int64_t{16}}, {"kind", std::string("a")}, {"rate", 0.5}}},
        {9, -1, "outer", {}, {}}};
    for (std::int64_t i = 0; i < count; ++i) {
        const LayerDescriptor& layer =
            layers[static_cast<std::size_t>(below(static_cast<std::int64_t>(layers.size())))];
        Node node = makeNode(p.graph, layer);
        node.id += below(3); // gaps, as deleting leaves them
        p.graph.nextId = node.id + 1;
        for (const ParamInfo& info : layer.parameters)
            node.params.set(info.key, randomValue(info, random));
        node.frozen = below(4) == 0;
        node.group = below(3) == 0 ? 5 : -1;
        if (below(5) == 0)
            node.tensors = {{"weight", TensorRole::Constant, {3, 4}, "conv.w", true},
                            {"s", TensorRole::Statistic, {}, {}, false}};
        p.positions[node.id] = {static_cast<double>(below(4000)) / 3, 1 - static_cast<double>(below(4000)) / 7};
        p.graph.nodes.push_back(std::move(node));
    }
    for (std::int64_t i = 0; i < count; ++i) {
        const auto any = [&] { return p.graph.nodes[static_cast<std::size_t>(below(count))].id; };
        const Edge edge{any(), static_cast<int>(below(2)), any(), 0, static_cast<int>(i)};
        p.graph.edges.push_back(edge);
    }
    p.graph.inputs = {{p.graph.nodes.front().id, "0.1307,0.3081"}};
    p.graph.outputs = {{p.graph.nodes.back().id, "cross-entropy", 0.3}};
    p.notes = {{"note", 1, 2, 3, 4}, {"", -1.5, 0, 0, 0}};
    if (below(2) == 0)
        p.notes[0].arrows = {{p.graph.nodes.front().id, 0, 0}, {kNoNode, 1.5, -2}};
    p.about = {"d", 2015, "p", "a", "b", "", "s", {p.graph.nodes.back().id}};
    p.train.epochs = below(100);
    p.train.rate = std::uniform_real_distribution<double>(0, 1)(random);
    p.train.seed = (std::uint64_t{random()} << 32) | random();
    p.train.shuffle = below(2) == 1;
    p.train.execution = below(2) == 1 ? ExecutionMode::Layerwise : ExecutionMode::Fused;
    p.train.validation = 0.1;
    return p;
}

constexpr const char* kSmall = R"({
  "format": 1, "name": "n", "nextId": 4,
  "nodes": [
    {"id": 1, "type": "input", "version": 1, "name": "In"},
    {"id": 2, "type": "conv2d", "version": 1, "name": "C1", "params": {"filters": 8}},
    {"id": 3, "type": "dropout", "version": 1, "name": "D", "params": {"rate": 1e-1}}
  ],
  "edges": [{"from": 1, "to": 2}, {"from": 2, "to": 3}],
  "positions": {"1": [0, 0]},
  "notes": [{"text": "t", "x": 0, "y": 0, "width": 1, "height": 1}],
  "training": {"batch": 64, "seed": 5}
})";

} // namespace

class NetworkJsonTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void networksComeBackEqual()
    {
        for (unsigned seed = 0; seed < 200; ++seed) {
            const Project project = randomProject(seed);
            const std::string text = networkToJson(project);
            const auto back = read(text);
            QVERIFY2(back.has_value(), back ? "" : back.error().text().c_str());
            QVERIFY2(back->graph == project.graph, text.c_str());
            QVERIFY(back->train == project.train);
            QVERIFY(back->positions == project.positions);
            QVERIFY(back->notes == project.notes);
            QVERIFY(back->about == project.about);
            QCOMPARE(networkToJson(*back), text);
        }
    }

    /// Programs that know no arrows read the files that have none.
    void filesSayTheOldestFormatThatHoldsThem()
    {
        Project project = *read(kSmall);
        QVERIFY(networkToJson(project).find("\"format\": 1") != std::string::npos);
        project.notes[0].arrows = {{2, 0, 0}};
        const std::string text = networkToJson(project);
        QVERIFY(text.find("\"format\": 2") != std::string::npos);
        QVERIFY(read(text)->notes == project.notes);
    }

    void missingSettingsGetTheirDefaults()
    {
        const auto project = read(kSmall);
        QVERIFY2(project.has_value(), project ? "" : project.error().text().c_str());
        QCOMPARE(project->graph.nodes[1].params.integer("filters"), std::int64_t{8});
        QCOMPARE(project->graph.nodes[1].params.integer("kernelHeight"), std::int64_t{3});
        QCOMPARE(project->graph.nodes[0].params.integer("channels"), std::int64_t{1});
        QCOMPARE(project->train.seed, std::uint64_t{5});
        QCOMPARE(project->train.optimizer, std::string("adam"));
    }

    void everyFaultHasItsOwnErrorAndPlace_data()
    {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("place");
        QTest::addColumn<int>("code");
        const auto row = [](const char* name, const char* from, const char* to, const char* place,
                            ErrorCode code = ErrorCode::BadFormat) {
            QTest::newRow(name) << QString::fromLatin1(from) << QString::fromLatin1(to) << QString::fromLatin1(place)
                                << static_cast<int>(code);
        };
        row("no format", R"("format": 1,)", "", "format");
        row("format as text", R"("format": 1,)", R"("format": "1",)", "format");
        row("format 0", R"("format": 1,)", R"("format": 0,)", "format");
        row("newer format", R"("format": 1,)", R"("format": 4,)", "format", ErrorCode::NewerVersion);
        row("no name", R"("name": "n",)", "", "name");
        row("name as number", R"("name": "n",)", R"("name": 3,)", "name");
        row("no nextId", R"("nextId": 4,)", "", "nextId");
        row("nextId too small", R"("nextId": 4,)", R"("nextId": 3,)", "nextId");
        row("nodes as object", R"("nodes": [)", R"("nodes": {}, "x": [)", "nodes");
        row("node as number", R"({"id": 1, "type": "input", "version": 1, "name": "In"})", "7", "nodes[0]");
        row("no id", R"("id": 2, )", "", "nodes[1].id");
        row("negative id", R"("id": 2,)", R"("id": -2,)", "nodes[1].id");
        row("broken id", R"("id": 2,)", R"("id": 2.5,)", "nodes[1].id");
        row("id used twice", R"("id": 2,)", R"("id": 1,)", "nodes[1].id");
        row("unknown layer", R"("conv2d")", R"("konv2d")", "nodes[1].type", ErrorCode::UnknownName);
        row("newer layer", R"("conv2d", "version": 1)", R"("conv2d", "version": 99)", "nodes[1].version",
            ErrorCode::NewerVersion);
        row("no layer version", R"("conv2d", "version": 1)", R"("conv2d")", "nodes[1].version");
        row("unknown setting", R"("filters")", R"("filtres")", "nodes[1].params.filtres", ErrorCode::InvalidArgument);
        row("setting out of range", R"("filters": 8)", R"("filters": 0)", "nodes[1].params.filters",
            ErrorCode::InvalidArgument);
        row("setting of a wrong kind", R"("filters": 8)", R"("filters": "x")", "nodes[1].params.filters",
            ErrorCode::InvalidArgument);
        row("setting as a list", R"("filters": 8)", R"("filters": [8])", "nodes[1].params.filters");
        row("unknown field of a node", R"("name": "C1")", R"("name": "C1", "colour": 1)", "nodes[1].colour");
        row("group of nobody", R"("name": "C1")", R"("name": "C1", "group": 3)", "nodes[1].group");
        row("no edges", R"("edges")", R"("wires")", "edges");
        row("wire from nowhere", R"("from": 1)", R"("from": 9)", "edges[0].from");
        row("wire to nowhere", R"("to": 3)", R"("to": 9)", "edges[1].to");
        row("wire twice", R"({"from": 2, "to": 3})", R"({"from": 1, "to": 2})", "edges[1]");
        row("negative port", R"({"from": 2,)", R"({"fromPort": -1, "from": 2,)", "edges[1].fromPort");
        row("group in itself", R"("positions")", R"("groups": [{"id": 1, "parent": 1, "name": "g"}], "positions")",
            "groups[0].parent");
        row("group in a missing one", R"("positions")",
            R"("groups": [{"id": 1, "parent": 2, "name": "g"}], "positions")", "groups[0].parent");
        row("place of nobody", R"({"1": [0, 0]})", R"({"8": [0, 0]})", "positions.8");
        row("place of three numbers", R"([0, 0])", R"([0, 0, 0])", "positions.1");
        row("place too far", R"([0, 0])", R"([0, 1e300])", "positions.1");
        row("arrow to nothing", R"("height": 1})", R"("height": 1, "arrows": [{"node": 9}]})",
            "notes[0].arrows[0].node");
        row("arrow without a place", R"("height": 1})", R"("height": 1, "arrows": [{"x": 9}]})",
            "notes[0].arrows[0].y");
        row("note without text", R"("text": "t", )", "", "notes[0].text");
        row("batch 0", R"("batch": 64)", R"("batch": 0)", "training.batch");
        row("seed as broken number", R"("seed": 5)", R"("seed": 5.5)", "training.seed");
        row("seed as words", R"("seed": 5)", R"("seed": "five")", "training.seed");
        row("unknown execution", R"("seed": 5)", R"("execution": "slow")", "training.execution");
        row("unknown training field", R"("seed": 5)", R"("sead": 5)", "training.sead");
        row("unknown field", R"("format": 1,)", R"("format": 1, "extra": 1,)", "extra");
        row("no JSON", R"("format": 1,)", R"("format": 1)", "");
    }

    void everyFaultHasItsOwnErrorAndPlace()
    {
        QFETCH(const QString, from);
        QFETCH(const QString, to);
        QFETCH(const QString, place);
        QFETCH(const int, code);
        QString text = QString::fromLatin1(kSmall);
        QVERIFY(text.contains(from));
        text.replace(text.indexOf(from), from.size(), to);
        const auto project = read(text.toStdString());
        QVERIFY(!project);
        QCOMPARE(QString::fromStdString(project.error().place.port), place);
        QCOMPARE(static_cast<int>(project.error().code), code);
        QCOMPARE(project.error().place.file, std::string("net.json"));
        QVERIFY(project.error().message.find("net.json") != std::string::npos);
        QVERIFY(!project.error().hint.empty());
    }

    void aNewerFileSaysSo()
    {
        QString text = QString::fromLatin1(kSmall);
        text.replace(QLatin1String("\"format\": 1"), QLatin1String("\"format\": 7"));
        QVERIFY(read(text.toStdString()).error().message.find("made by a newer Convarium") != std::string::npos);
    }

    void olderFilesAreMigratedStepByStep()
    {
        // A made-up history: format 0 called nodes "layers", format 1 had no "nextId"; dropout 1 stored what is kept.
        Migrations table = builtInMigrations();
        table.currentFormat = 3;
        table.formats = {{1,
                          [](QJsonObject network) {
                              network.insert(QStringLiteral("nodes"), network.take(QStringLiteral("layers")));
                              return network;
                          }},
                         {2, [](QJsonObject network) {
                              network.insert(QStringLiteral("nextId"), 4);
                              return network;
                          }}};
        table.layers = {{"dropout", 1, [](QJsonObject node) {
                             QJsonObject params = node.value(QStringLiteral("params")).toObject();
                             params.insert(QStringLiteral("rate"), 1 - params.take(QStringLiteral("keep")).toDouble());
                             node.insert(QStringLiteral("params"), params);
                             return node;
                         }}};
        table.layerVersion = [](const std::string& type) { return type == "dropout" ? 2 : 1; };
        QString text = QString::fromLatin1(kSmall);
        text.replace(QLatin1String("\"nodes\""), QLatin1String("\"layers\""));
        text.replace(QLatin1String(", \"nextId\": 4"), QString());
        text.replace(QLatin1String("\"rate\": 1e-1"), QLatin1String("\"keep\": 0.75"));
        const std::string old = text.toStdString();
        const auto project =
            readNetwork({reinterpret_cast<const std::uint8_t*>(old.data()), old.size()}, "old.json", table);
        QVERIFY2(project.has_value(), project ? "" : project.error().text().c_str());
        QCOMPARE(project->graph.nodes.size(), std::size_t{3});
        QCOMPARE(project->graph.nodes[2].params.real("rate"), 0.25);
        QCOMPARE(project->graph.nodes[2].version, 2);
        QCOMPARE(project->graph.nextId, NodeId{4});
    }

    void aVersionWithoutAMigrationIsRefused()
    {
        Migrations table = builtInMigrations();
        table.formats.clear();
        const std::string text = kSmall;
        const auto project =
            readNetwork({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "old.json", table);
        QVERIFY(!project);
        QCOMPARE(project.error().place.port, std::string("format"));
    }

    void cutOffFilesAreRefused()
    {
        const std::string text = networkToJson(trainedProject(1, lenet5()));
        for (std::size_t length = 0; length + 2 < text.size(); length += 7)
            QVERIFY(!read(text.substr(0, length)));
    }

    void changedBytesNeverCrash()
    {
        const std::string text = networkToJson(randomProject(3));
        std::mt19937 random(5);
        for (int i = 0; i < 2000; ++i) {
            std::string changed = text;
            changed[random() % changed.size()] = static_cast<char>(random());
            const auto project = read(changed);
            if (!project)
                QVERIFY(!project.error().message.empty());
        }
    }
};

QTEST_APPLESS_MAIN(NetworkJsonTest)
#include "network_json_test.moc"
