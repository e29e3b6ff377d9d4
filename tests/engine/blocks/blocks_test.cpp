#include "engine/analysis/counts.h"
#include "engine/blocks/groups.h"
#include "engine/blocks/rewrite.h"

#include <QTest>

#include <set>

using namespace convarium::engine;

namespace
{

/// An Input of that shape, the block behind it, and a convolution that reads the block.
struct Case {
    GraphSpec graph;
    NodeId input = kNoNode, second = kNoNode, after = kNoNode;
    WrittenBlock block;
    std::string fault;

    Case(const std::string& id, const Shape& shape, const Params& arguments = {}, const Shape& secondShape = {})
    {
        GraphWriter writer(graph);
        const auto source = [&](const std::string& name, const Shape& s) {
            return writer.add("input", name, Params{{"channels", s[0]}, {"height", s[1]}, {"width", s[2]}}, {});
        };
        input = source("in", shape);
        if (secondShape.rank() > 0)
            second = source("in2", secondShape);
        const auto written = writeBlock(writer, id, "Block 1", "B1", arguments, {input, second});
        if (!written) {
            fault = written.error().text();
            return;
        }
        block = *written;
        after = writer.add("conv2d", "after", {}, {block.output.out});
    }
    [[nodiscard]] Shape outShape() const { return inferShapes(graph).shapes.at(block.output.out); }
};

/// Wires of the graph between named layers, without ids.
std::multiset<std::string> wires(const GraphSpec& graph)
{
    std::multiset<std::string> found;
    for (const Edge& e : graph.edges)
        found.insert(graph.node(e.from)->name + ">" + graph.node(e.to)->name + "/" + std::to_string(e.slot));
    return found;
}

/// Layers in their order, with settings and the name of the group they are in.
QStringList layers(const GraphSpec& graph)
{
    QStringList found;
    for (const Node& node : graph.nodes) {
        const Group* group = findGroup(graph, node.group);
        std::string text = node.name + " " + node.type + (group ? " in " + group->name : "");
        if (!group && node.group != -1)
            text += " in a group that is not there";
        for (const auto& [key, value] : node.params.values())
            std::visit(
                [&, name = key](const auto& v) {
                    if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::string>)
                        text += " " + name + "=" + v;
                    else if constexpr (std::is_arithmetic_v<std::decay_t<decltype(v)>>)
                        text += " " + name + "=" + std::to_string(v);
                },
                value);
        found.push_back(QString::fromStdString(text));
    }
    return found;
}

/// Groups in each other, with their templates: ids and order do not matter.
std::set<std::string> groups(const GraphSpec& graph)
{
    std::set<std::string> found;
    for (const Group& group : graph.groups) {
        const Group* around = findGroup(graph, group.parent);
        found.insert(group.name + " of " + group.templateName + " in " + (around ? around->name : "nothing"));
    }
    return found;
}

/// Values of an argument that may change what is written: all there are, of numbers the least ones, usual and larger.
std::vector<ParamValue> valuesOf(const ParamInfo& info)
{
    std::vector<ParamValue> values;
    if (info.type == ParamType::Flag)
        return {ParamValue(false), ParamValue(true)};
    if (info.type == ParamType::Choice) {
        for (const std::string& choice : info.choices)
            values.emplace_back(choice);
        return values;
    }
    const auto standard = std::get<std::int64_t>(info.defaultValue);
    const auto least = static_cast<std::int64_t>(info.minimum);
    std::set<std::int64_t> numbers{least, least + 1, standard, 2 * standard};
    for (const std::int64_t n : numbers)
        if (static_cast<double>(n) <= info.maximum)
            values.emplace_back(n);
    return values;
}

/// The defaults, and all arguments that differ from them in one or two.
std::vector<Params> argumentsOf(const BlockDescriptor& block, int changes)
{
    std::vector<Params> all{{}};
    for (std::size_t i = 0; i < block.parameters.size(); ++i)
        for (const ParamValue& value : valuesOf(block.parameters[i])) {
            Params one{{block.parameters[i].key, value}};
            all.push_back(one);
            for (std::size_t k = i + 1; changes > 1 && k < block.parameters.size(); ++k)
                for (const ParamValue& other : valuesOf(block.parameters[k])) {
                    Params two = one;
                    two.set(block.parameters[k].key, other);
                    all.push_back(two);
                }
        }
    return all;
}

} // namespace

class BlocksTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyBlock_data()
    {
        QTest::addColumn<QString>("id");
        for (const BlockDescriptor& block : blockRegistry())
            QTest::newRow(block.id.c_str()) << QString::fromStdString(block.id);
    }

    void everyBlock()
    {
        QFETCH(const QString, id);
        const BlockDescriptor& block = *findBlock(id.toStdString());
        QVERIFY(!block.title.empty() && !block.shortName.empty() && block.help.size() > 20 && !block.paper.empty());
        QVERIFY(!findLayer(block.id)); // the palette names both by their ids
        for (const ParamInfo& info : block.parameters)
            QVERIFY2(!info.title.empty() && !info.help.empty(), info.key.c_str());
        // 24 maps are no block's default: the arguments must have been made to fit.
        const Shape shape{24, 8, 8};
        Params arguments;
        if (block.fit)
            block.fit(arguments, shape);
        const Case c(block.id, shape, arguments, block.inputs == 2 ? Shape{7, 16, 16} : Shape{});
        QVERIFY2(c.fault.empty(), c.fault.c_str());
        const ShapedGraph shapes = inferShapes(c.graph);
        for (const Problem& problem : shapes.problems)
            QVERIFY2(problem.warning || problem.error.place.node == c.after, problem.error.text().c_str());
        QVERIFY(shapes.shapes.contains(c.block.output.out));

        const Group* group = findGroup(c.graph, c.block.group);
        QVERIFY(group);
        QCOMPARE(group->templateName, block.id);
        for (const ParamInfo& info : block.parameters)
            QVERIFY2(group->arguments.find(info.key), info.key.c_str());
        const auto members = membersOf(c.graph, c.block.group);
        QCOMPARE(members.size(), c.graph.nodes.size() - (block.inputs == 2 ? 3 : 2));
        std::set<std::string> names;
        for (const NodeId member : members) {
            QVERIFY2(c.graph.node(member)->name.starts_with("B1."), c.graph.node(member)->name.c_str());
            QVERIFY(names.insert(c.graph.node(member)->name).second);
        }
    }

    void blocksThatKeepTheirShapeKeepIt()
    {
        for (const char* id : {"residual_basic", "residual_bottleneck", "residual_preactivation", "squeeze_excitation",
                               "separable_block", "inverted_residual"}) {
            const Shape shape{24, 8, 8};
            Params arguments;
            findBlock(id)->fit(arguments, shape);
            QVERIFY2(Case(id, shape, arguments).outShape() == shape, id);
        }
    }

    void inceptionHasTheNumbersOfThePaper()
    {
        // Inception (3a): 28x28x192 to 28x28x256.
        const auto number = [](std::int64_t n) { return ParamValue(n); };
        const Case c("inception", {192, 28, 28},
                     Params{{"filters1", number(64)},
                            {"reduce3", number(96)},
                            {"filters3", number(128)},
                            {"reduce5", number(16)},
                            {"filters5", number(32)},
                            {"filtersPool", number(32)}});
        QVERIFY(c.outShape() == (Shape{256, 28, 28}));
        const NetworkCounts counts = countNetwork(c.graph, inferShapes(c.graph));
        std::int64_t sum = 0;
        for (const NodeId id : membersOf(c.graph, c.block.group))
            sum += counts.nodes.at(id).trainable;
        QCOMPARE(sum, 163'696);
    }

    void wrongArgumentsAreRefusedByName()
    {
        GraphSpec graph;
        GraphWriter writer(graph);
        const auto unknown = writeBlock(writer, "transformer", "T", "T", {}, {kNoNode});
        QVERIFY(!unknown);
        QCOMPARE(unknown.error().code, ErrorCode::UnknownName);
        const auto zero =
            writeBlock(writer, "residual_basic", "R", "R", Params{{"filters", std::int64_t{0}}}, {kNoNode});
        QVERIFY(!zero);
        QCOMPARE(zero.error().code, ErrorCode::InvalidArgument);
        QCOMPARE(zero.error().place.port, std::string("filters"));
        const auto strange =
            writeBlock(writer, "residual_basic", "R", "R", Params{{"depth", std::int64_t{3}}}, {kNoNode});
        QVERIFY(!strange);
        QCOMPARE(strange.error().place.port, std::string("depth"));
    }

    void aBlockIsWrittenAgainWithOtherArguments()
    {
        Case c("residual_basic", {16, 8, 8}, Params{{"filters", std::int64_t{16}}});
        const std::set<NodeId> old = [&] {
            const auto members = membersOf(c.graph, c.block.group);
            return std::set<NodeId>(members.begin(), members.end());
        }();
        const Params wide{
            {"filters", std::int64_t{32}}, {"shortcut", std::string("projection")}, {"squeeze", std::int64_t{4}}};
        const auto done = rewriteBlock(c.graph, c.block.group, wide);
        QVERIFY2(done.has_value(), done ? "" : done.error().text().c_str());
        // The same as if it had been written so at once, in the same group; layers that stay are the same ones.
        const Case fresh("residual_basic", {16, 8, 8}, wide);
        QCOMPARE(wires(c.graph), wires(fresh.graph));
        QCOMPARE(findGroup(c.graph, c.block.group)->arguments, findGroup(fresh.graph, fresh.block.group)->arguments);
        QCOMPARE(c.graph.groups.size(), std::size_t{2}); // with the gate
        const auto now = membersOf(c.graph, c.block.group);
        for (const NodeId id : old)
            QVERIFY(std::find(now.begin(), now.end(), id) != now.end());
        QVERIFY(inferShapes(c.graph).shapes.at(c.after) == inferShapes(fresh.graph).shapes.at(fresh.after));
        // And back: the gate goes with its group.
        QVERIFY(rewriteBlock(c.graph, c.block.group, Params{{"filters", std::int64_t{16}}}).has_value());
        QCOMPARE(c.graph.groups.size(), std::size_t{1});
        QCOMPARE(wires(c.graph), wires(Case("residual_basic", {16, 8, 8}).graph));
    }

    void everyBlockIsWrittenAgainAsIfAtOnce_data() { everyBlock_data(); }

    void everyBlockIsWrittenAgainAsIfAtOnce()
    {
        QFETCH(const QString, id);
        const BlockDescriptor& block = *findBlock(id.toStdString());
        const Shape second = block.inputs == 2 ? Shape{7, 16, 16} : Shape{};
        const std::vector<Params> all = argumentsOf(block, 2);
        for (const Params& from : argumentsOf(block, 1)) {
            const Case first(block.id, {24, 8, 8}, from, second);
            QVERIFY2(first.fault.empty(), first.fault.c_str());
            for (const Params& to : all) {
                const Case fresh(block.id, {24, 8, 8}, to, second);
                GraphSpec graph = first.graph;
                QVERIFY(rewriteBlock(graph, first.block.group, to).has_value());
                QCOMPARE(layers(graph), layers(fresh.graph));
                QCOMPARE(wires(graph), wires(fresh.graph));
                QCOMPARE(groups(graph), groups(fresh.graph));
                QCOMPARE(findGroup(graph, first.block.group)->arguments,
                         findGroup(fresh.graph, fresh.block.group)->arguments);
                QVERIFY(rewriteBlock(graph, first.block.group, from).has_value());
                QCOMPARE(layers(graph), layers(first.graph));
                QCOMPARE(wires(graph), wires(first.graph));
                QCOMPARE(groups(graph), groups(first.graph));
            }
        }
    }

    void bothInputsAndBothOutputsSurvive()
    {
        Case up("unet_up", {32, 8, 8}, {}, {7, 16, 16});
        QVERIFY(rewriteBlock(up.graph, up.block.group, Params{{"batchNorm", false}}).has_value());
        QCOMPARE(wires(up.graph), wires(Case("unet_up", {32, 8, 8}, Params{{"batchNorm", false}}, {7, 16, 16}).graph));

        const auto down = [](const Params& arguments) {
            Case c("unet_down", {1, 8, 8}, arguments);
            GraphWriter(c.graph).add("relu", "across", {}, {c.block.output.skip});
            return c;
        };
        Case c = down({});
        QVERIFY(rewriteBlock(c.graph, c.block.group, Params{{"batchNorm", false}}).has_value());
        QCOMPARE(wires(c.graph), wires(down(Params{{"batchNorm", false}}).graph));
    }

    void whatWasSetInsideStaysWhereItFits()
    {
        Case c("residual_basic", {16, 8, 8});
        const auto named = [&](const std::string& name) {
            return &*std::find_if(c.graph.nodes.begin(), c.graph.nodes.end(),
                                  [&](const Node& n) { return n.name == name; });
        };
        named("B1.conv1")->params.set("filters", std::int64_t{24});
        named("B1.conv1")->params.set("kernelHeight", std::int64_t{5});
        named("B1.conv1")->frozen = true;
        named("B1.conv1_bn")->name = "norm";
        // A wire from outside into a merge, and one from the middle of the block.
        c.graph.edges.push_back({c.input, 0, named("B1.add")->id, 0, 2});
        GraphWriter(c.graph).add("relu", "tap", {}, {named("B1.conv1")->id});
        const auto wiresBefore = wires(c.graph);

        QVERIFY(rewriteBlock(c.graph, c.block.group, Params{{"stride", std::int64_t{2}}}).has_value());
        QCOMPARE(wires(c.graph), wiresBefore);
        QCOMPARE(named("B1.conv1")->params.integer("filters"), 24); // the arguments say nothing new about it
        QCOMPARE(named("B1.conv1")->params.integer("kernelHeight"), 5);
        QCOMPARE(named("B1.conv1")->params.integer("strideHeight"), 2);
        QVERIFY(named("B1.conv1")->frozen);
        QCOMPARE(named("norm")->type, std::string("batch_norm"));
        QVERIFY(rewriteBlock(c.graph, c.block.group, Params{{"filters", std::int64_t{32}}}).has_value());
        QCOMPARE(named("B1.conv1")->params.integer("filters"), 32); // now they do
        QCOMPARE(named("B1.conv1")->params.integer("kernelHeight"), 5);
    }

    void aWireToALayerThatWouldGoIsNamed()
    {
        Case c("residual_basic", {16, 8, 8}, Params{{"shortcut", std::string("projection")}});
        const auto shortcut = std::find_if(c.graph.nodes.begin(), c.graph.nodes.end(),
                                           [](const Node& n) { return n.name == "B1.short"; });
        GraphWriter(c.graph).add("relu", "tap", {}, {shortcut->id});
        const GraphSpec before = c.graph;
        const auto refused = rewriteBlock(c.graph, c.block.group, {});
        QVERIFY(!refused);
        QVERIFY2(refused.error().message.find("B1.short") != std::string::npos, refused.error().message.c_str());
        QVERIFY(c.graph == before);
    }

    void aBlockWithOtherLayersIsNotWrittenAgain()
    {
        Case c("residual_basic", {16, 8, 8});
        const GraphSpec before = c.graph;
        QVERIFY(editedGroups(before, c.graph).empty());
        for (Node& node : c.graph.nodes)
            if (node.name == "B1.conv1")
                node.params.set("kernelHeight", std::int64_t{5});
        QVERIFY(editedGroups(before, c.graph).empty()); // settings are no other layers
        for (Node& node : c.graph.nodes)
            if (node.name == "B1.conv1_act")
                node.type = "tanh";
        QCOMPARE(editedGroups(before, c.graph), std::set<std::int64_t>{c.block.group});
        forgetTemplates(c.graph.groups, {c.block.group});
        QVERIFY(findGroup(c.graph, c.block.group)->templateName.empty());
        const GraphSpec edited = c.graph;
        const auto refused = rewriteBlock(c.graph, c.block.group, {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::InvalidArgument);
        QVERIFY(c.graph == edited);
    }

    void aWireAcrossTheBorderIsNoEdit()
    {
        Case c("residual_basic", {16, 8, 8});
        GraphSpec after = c.graph;
        std::erase_if(after.edges, [&](const Edge& e) { return e.from == c.input; });
        QVERIFY(editedGroups(c.graph, after).empty());
        std::erase_if(after.edges, [&](const Edge& e) { return after.node(e.to)->name == "B1.conv2"; });
        QVERIFY(!editedGroups(c.graph, after).empty());
    }

    void theGroupAroundForgetsItsTemplateToo()
    {
        Case c("residual_basic", {16, 8, 8}, Params{{"squeeze", std::int64_t{4}}});
        QCOMPARE(c.graph.groups.size(), std::size_t{2});
        const std::int64_t gate = c.graph.groups.back().id;
        QCOMPARE(groupPath(c.graph, gate), (std::vector<std::int64_t>{gate, c.block.group}));
        forgetTemplates(c.graph.groups, {gate});
        for (const Group& group : c.graph.groups)
            QVERIFY(group.templateName.empty());
        std::erase_if(c.graph.nodes, [&](const Node& n) { return n.group == gate; });
        dropEmptyGroups(c.graph);
        QCOMPARE(c.graph.groups.size(), std::size_t{1});
    }

    void namesOfNewBlocksAreFree()
    {
        GraphSpec graph;
        const BlockDescriptor& block = *findBlock("residual_basic");
        for (int n = 1; n <= 3; ++n) {
            const BlockName name = freeBlockName(graph, block);
            QCOMPARE(name.prefix, "Res" + std::to_string(n));
            GraphWriter writer(graph);
            QVERIFY(writeBlock(writer, block.id, name.name, name.prefix, {}, {kNoNode}).has_value());
        }
    }
};

QTEST_APPLESS_MAIN(BlocksTest)
#include "blocks_test.moc"
