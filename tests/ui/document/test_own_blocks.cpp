#include "engine/blocks/groups.h"
#include "engine/io/network_json.h"
#include "engine/io/project_file.h"
#include "tests/support/graphs.h"
#include "ui/document/blocks.h"
#include "ui/document/edit_builder.h"
#include "ui/document/layer_catalogue.h"
#include "ui/document/own_blocks.h"
#include "ui/document/project_document.h"
#include "ui/document/project_file_state.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace convarium;
using namespace convarium::test;
using namespace convarium::ui;

namespace
{

constexpr NodeId kInput = 1, kConv = 2, kRelu = 3, kConv2 = 4, kAdd = 5, kPool = 6, kFlatten = 7, kDense = 8;

/// input, conv, relu, conv, add (with the shortcut from conv), pool, flatten, dense.
GraphSpec net()
{
    GraphMaker m("net");
    m.input();
    m.conv(4, 3, -1);
    m.add("relu");
    m.conv(4, 3, -1);
    m.merge("add", {kConv2, kConv});
    m.add("max_pool");
    m.add("flatten");
    m.dense(10);
    return m.graph();
}

Positions places(const GraphSpec& graph)
{
    Positions result;
    for (const Node& node : graph.nodes)
        result[node.id] = QPointF(216.0 * static_cast<double>(node.id), 0);
    return result;
}

std::int64_t make(ProjectDocument& document, const std::set<NodeId>& ids, const std::string& name)
{
    const auto home = homeOfBlock(document.graph(), ids);
    std::int64_t group = -1;
    if (home)
        document.edit(QStringLiteral("Make"), [&](EditBuilder& b) { group = b.makeBlock(ids, *home, name); });
    return group;
}

std::string textOf(const DocumentState& state)
{
    return engine::networkToJson(projectOf(state));
}

QString refusal(const GraphSpec& graph, const std::set<NodeId>& ids)
{
    const auto home = homeOfBlock(graph, ids);
    return home ? QString() : QString::fromStdString(home.error().message);
}

QByteArray contentOf(const QString& file)
{
    QFile f(file);
    return f.open(QIODevice::ReadOnly) ? f.readAll() : QByteArray();
}

void write(const QString& file, const QByteArray& content)
{
    QFile f(file);
    QVERIFY(f.open(QIODevice::WriteOnly));
    f.write(content);
}

} // namespace

class TestOwnBlocks : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    OwnBlocks& store() { return OwnBlocks::instance(); }
    [[nodiscard]] QString path(const QString& name) const { return m_folder.filePath(name); }

    /// conv2, relu and add as a saved block; the document it came from.
    std::unique_ptr<ProjectDocument> saved(const QString& name)
    {
        auto document = std::make_unique<ProjectDocument>();
        document->reset(net(), places(net()), {});
        const std::int64_t group = make(*document, {kRelu, kConv2, kAdd}, name.toStdString());
        document->edit(QStringLiteral("Parameters"), [&](EditBuilder& b) {
            b.setBlockParameters(group, {{"Filters", {{kConv2, "filters"}}}});
        });
        const auto done = store().save(blockContent(document->state(), group, name));
        if (!done)
            qWarning() << done.error().text().c_str();
        return document;
    }

private Q_SLOTS:
    void init()
    {
        for (const QFileInfo& file : QDir(m_folder.path()).entryInfoList(QDir::Files))
            QFile::remove(file.filePath());
        store().load(m_folder.path());
    }

    void aSelectionBecomesABlockAndBackByteForByte()
    {
        ProjectDocument document;
        document.reset(net(), places(net()), {});
        const std::string before = textOf(document.state());
        const std::int64_t group = make(document, {kRelu, kConv2, kAdd}, "Body");
        QVERIFY(group != -1);
        QCOMPARE(document.undoStack()->count(), 1);
        QCOMPARE(engine::membersOf(document.graph(), group), (std::vector<NodeId>{kRelu, kConv2, kAdd}));
        QCOMPARE(blockOf(document.graph(), {kRelu, kConv2, kAdd}), group);
        QVERIFY(document.problems().empty());
        const std::string made = textOf(document.state());
        // A block of blocks.
        const std::int64_t outer = make(document, {kConv, kRelu, kConv2, kAdd}, "Stem");
        QCOMPARE(engine::findGroup(document.graph(), group)->parent, outer);
        QCOMPARE(document.graph().node(kConv)->group, outer);
        document.edit(QStringLiteral("Fold"), [&](EditBuilder& b) { b.setFolded(outer, true); });
        document.edit(QStringLiteral("Dissolve"), [&](EditBuilder& b) { b.dissolveBlock(outer); });
        QVERIFY(document.blocks().empty()); // nothing is known of a group that is gone
        QCOMPARE(engine::findGroup(document.graph(), group)->parent, -1);
        const std::string last = textOf(document.state());
        document.undoStack()->undo();
        document.undoStack()->undo();
        document.undoStack()->undo();
        QCOMPARE(textOf(document.state()), made);
        document.undoStack()->undo();
        QCOMPARE(textOf(document.state()), before);
        while (document.undoStack()->canRedo())
            document.undoStack()->redo();
        QCOMPARE(textOf(document.state()), last);
    }

    /// Found by random edits: the block became its own parent, and the saved file could not be opened.
    void theOnlyLayerOfABlockIsReplacedInsideIt()
    {
        ProjectDocument document;
        document.reset(net(), places(net()), {});
        const std::int64_t outer = make(document, {kPool, kFlatten, kDense}, "Outer");
        const std::int64_t inner = make(document, {kPool, kFlatten}, "Inner");
        QVERIFY(outer != -1 && inner != -1);
        document.removeNodes({kFlatten, kDense}, true);
        NodeId heir = engine::kNoNode;
        document.edit(QStringLiteral("Replace"), [&](EditBuilder& b) {
            heir = b.replaceNode(kPool, {"avg_pool", {}});
        });
        QCOMPARE(document.graph().node(heir)->group, inner);
        QCOMPARE(engine::groupPath(document.graph(), inner), (std::vector<std::int64_t>{inner, outer}));
    }

    void whatCannotBeABlockSaysWhy()
    {
        ProjectDocument document;
        document.reset(net(), places(net()), {});
        const GraphSpec& graph = document.graph();
        QVERIFY(refusal(graph, {}).contains(QStringLiteral("Select the layers")));
        QVERIFY(refusal(graph, {kConv}).contains(QStringLiteral("at least two")));
        QVERIFY(refusal(graph, {kInput, kConv}).contains(QStringLiteral("input")));
        QVERIFY(refusal(graph, {kConv, kPool}).contains(QStringLiteral("not connected")));
        // conv -> relu -> conv2 -> add, but conv feeds add as well: the way around would lead into itself.
        QVERIFY(refusal(graph, {kConv, kAdd}).contains(QStringLiteral("leads out")));
        make(document, {kRelu, kConv2}, "A");
        QVERIFY(refusal(document.graph(), {kConv2, kAdd}).contains(QStringLiteral("different blocks")));
        QVERIFY(refusal(document.graph(), {kRelu, kConv2}).contains(QStringLiteral("already: A")));
        QVERIFY(refusal(document.graph(), {kRelu, kConv2, kAdd}).isEmpty());
    }

    void namesAreSuggestedAndChecked()
    {
        ProjectDocument document;
        document.reset(net(), places(net()), {});
        QCOMPARE(suggestedBlockName(document.graph(), {kRelu, kConv2, kAdd}), QStringLiteral("ReLU and Conv2D"));
        make(document, {kRelu, kConv2, kAdd}, "ReLU and Conv2D");
        QCOMPARE(suggestedBlockName(document.graph(), {kRelu, kConv2}), QStringLiteral("ReLU and Conv2D 2"));
        QVERIFY(!faultOfBlockName(document.graph(), QStringLiteral("  ")).isEmpty());
        QVERIFY(!faultOfBlockName(document.graph(), QString(60, u'x')).isEmpty());
        QVERIFY(faultOfBlockName(document.graph(), QStringLiteral("relu and conv2d"))
                    .contains(QStringLiteral(" 2 is free")));
        QVERIFY(faultOfBlockName(document.graph(), QStringLiteral("Body")).isEmpty());
    }

    void aSavedBlockSurvivesARestartAndIsWrittenAnew()
    {
        const auto document = saved(QStringLiteral("Body"));
        QCOMPARE(store().all().size(), std::size_t(1));
        const std::string first = engine::networkToJson(store().all().front()->content);
        const QByteArray file = contentOf(store().all().front()->file);
        QVERIFY(file.contains("\"conv2d\"") && file.contains("\n")); // readable
        store().load(m_folder.path());
        QCOMPARE(store().all().size(), std::size_t(1));
        QCOMPARE(engine::networkToJson(store().all().front()->content), first);
        QVERIFY(store().faults().isEmpty());

        // Behind the first convolution of another network: fresh ids and names, fed on both ways, sound.
        ProjectDocument other;
        other.reset(net(), places(net()), {});
        const std::size_t nodes = other.graph().nodes.size();
        engine::WrittenBlock written;
        for (int copy = 1; copy <= 2; ++copy) {
            other.edit(QStringLiteral("Insert"), [&](EditBuilder& b) {
                const Edge wire = b.graph().edgesInto(kRelu).front();
                const auto done = b.addBlock("my:Body", {}, {wire.from}, {});
                QVERIFY(done.has_value());
                written = *done;
                b.removeEdge(wire);
                b.addEdge({written.output.out, 0, kRelu, 0, 0});
            });
            QCOMPARE(other.graph().nodes.size(), nodes + 3 * static_cast<std::size_t>(copy));
            QVERIFY(other.problems().empty());
            std::set<std::string> names;
            for (const Node& node : other.graph().nodes)
                names.insert(node.name);
            QCOMPARE(names.size(), other.graph().nodes.size());
            const engine::BlockCard* card = findBlockCard(other.blocks(), written.group);
            QVERIFY(card && card->source == "Body");
            QCOMPARE(card->parameters.size(), std::size_t(1));
            const Node* bound = other.graph().node(card->parameters.front().settings.front().first);
            QVERIFY(bound && bound->type == "conv2d" && bound->group == written.group);
            QVERIFY(engine::findGroup(other.graph(), written.group)->templateName.empty());
            if (copy == 1) {
                other.undoStack()->undo();
                QVERIFY(other.blocks().empty() && other.graph() == net());
                other.undoStack()->redo();
            }
        }
        const auto entries = layerCatalogue();
        QVERIFY(entries.back().own && entries.back().title == QStringLiteral("Body"));
        const auto behind = layersBehind(other, kConv);
        QVERIFY(std::any_of(behind.begin(), behind.end(), [](const LayerEntry& e) { return e.own; }));
    }

    void theWholeOfAProjectFileKeepsBlocks()
    {
        const auto document = saved(QStringLiteral("Body"));
        const std::int64_t group = document->graph().groups.front().id;
        document->edit(QStringLiteral("Fold"), [&](EditBuilder& b) { b.setFolded(group, true); });
        const std::string text = textOf(document->state());
        const auto read =
            engine::networkFromJson({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "net.json");
        QVERIFY2(read.has_value(), read ? "" : read.error().text().c_str());
        QVERIFY(stateOf(*read).blocks == document->blocks());
        QCOMPARE(engine::networkToJson(*read), text);
        // A block that leads nowhere is a fault with its place.
        std::string broken = text;
        broken.replace(broken.find("\"blocks\": [\n    {\"group\": ") + 26, 1, "99");
        const auto refused =
            engine::networkFromJson({reinterpret_cast<const std::uint8_t*>(broken.data()), broken.size()}, "net.json");
        QVERIFY(!refused && refused.error().place.port == "blocks[0].group");
    }

    void aBadFileIsToldOfAndHarmsNothing_data()
    {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const char* from, const char* to, const char* words) {
            QTest::newRow(name) << QByteArray(from) << QByteArray(to) << QString::fromUtf8(words);
        };
        row("newer version", "\"format\": 3", "\"format\": 99", "99");
        row("no title", "\"title\": \"Body\"", "\"title\": \"\"", "no title");
        row("unknown layer", "\"type\": \"conv2d\"", "\"type\": \"warp\"", "warp");
        row("no output", "\"outputs\"", "\"outputz\"", "outputz");
        row("no JSON", "{", "<", "");
    }
    void aBadFileIsToldOfAndHarmsNothing()
    {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QFETCH(QString, words);
        saved(QStringLiteral("Body"));
        QByteArray content = contentOf(path(QStringLiteral("body.json")));
        QVERIFY(content.contains(from));
        write(path(QStringLiteral("bad.json")), content.replace(content.indexOf(from), from.size(), to));
        store().load(m_folder.path());
        QCOMPARE(store().all().size(), std::size_t(1));
        QCOMPARE(store().faults().size(), 1);
        QVERIFY2(store().faults().front().contains(QStringLiteral("bad.json")), qPrintable(store().faults().front()));
        QVERIFY2(store().faults().front().contains(words), qPrintable(store().faults().front()));
    }

    void aTruncatedFileAnOrdinaryNetworkAndATwinAreNoBlocks()
    {
        saved(QStringLiteral("Body"));
        const QByteArray content = contentOf(path(QStringLiteral("body.json")));
        write(path(QStringLiteral("cut.json")), content.left(content.size() / 2));
        write(path(QStringLiteral("twin.json")), content);
        engine::Project plain;
        plain.graph = net();
        plain.graph.title = "Plain";
        QVERIFY(engine::saveNetwork(plain, path(QStringLiteral("plain.json")).toStdString()).has_value());
        store().load(m_folder.path());
        QCOMPARE(store().all().size(), std::size_t(1));
        QCOMPARE(store().faults().size(), 3);
        QVERIFY(store().faults()[1].contains(QStringLiteral("no saved block")));
        QVERIFY(store().faults()[2].contains(QStringLiteral("Body")));
    }

    void namesInTheStoreAreUniqueAndFilesFollow()
    {
        saved(QStringLiteral("Body"));
        saved(QStringLiteral("body!"));
        QCOMPARE(store().all().size(), std::size_t(2));
        QVERIFY(store().named(QStringLiteral("BODY")) && store().named(QStringLiteral("body!")));
        // The same name takes the place of the old one.
        saved(QStringLiteral("Body"));
        QCOMPARE(store().all().size(), std::size_t(2));
        QVERIFY(!store().rename(QStringLiteral("Body"), QStringLiteral("BODY!")));
        QVERIFY(!store().rename(QStringLiteral("Body"), QStringLiteral(" ")));
        QVERIFY(store().rename(QStringLiteral("Body"), QStringLiteral("Torso")).has_value());
        QVERIFY(store().find(QStringLiteral("my:Torso")) && !store().named(QStringLiteral("Body")));
        QVERIFY(store().remove(QStringLiteral("body!")).has_value());
        store().load(m_folder.path());
        QCOMPARE(store().all().size(), std::size_t(1));
        QCOMPARE(store().all().front()->name, QStringLiteral("Torso"));
        QCOMPARE(QDir(m_folder.path()).entryList(QDir::Files).size(), 1);
    }

    void aPartGoesWithItsSettingsAndItsCard()
    {
        const auto document = saved(QStringLiteral("Body"));
        const std::int64_t group = document->graph().groups.front().id;
        // A copy has parameters of its own.
        const auto copies =
            document->paste(document->fragment({kRelu, kConv2, kAdd}), {0, 400}, QStringLiteral("Paste"));
        QCOMPARE(document->blocks().size(), std::size_t(2));
        QCOMPARE(document->blocks()[1].parameters.front().settings.front().first, copies[1]);
        // Without the layer there is nothing to set, and undo brings it back.
        const DocumentState before = document->state();
        document->removeNodes({kConv2}, true);
        QVERIFY(!findBlockCard(document->blocks(), group));
        document->undoStack()->undo();
        QVERIFY(document->state() == before);
        // Another layer in its place keeps the setting where it has it.
        document->edit(QStringLiteral("Replace"), [&](EditBuilder& b) { b.replaceNode(kConv2, "separable_conv2d"); });
        const NodeId now = findBlockCard(document->blocks(), group)->parameters.front().settings.front().first;
        QCOMPARE(document->graph().node(now)->type, std::string("separable_conv2d"));
    }
};

QTEST_MAIN(TestOwnBlocks)
#include "test_own_blocks.moc"
