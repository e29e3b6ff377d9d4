// Long series of edits, well or badly chosen: undo, files and rules hold whatever comes.
#include "engine/io/network_json.h"
#include "sample_document.h"
#include "ui/document/edit_builder.h"
#include "ui/document/network_clip.h"
#include "ui/document/project_file_state.h"

#include <QtTest>
#include <random>

using namespace convarium;
using namespace convarium::ui;
using namespace convarium::test;
using engine::Edge;
using engine::kNoNode;

namespace
{

/// The file as it would be written.
std::string text(const DocumentState& state)
{
    return engine::networkToJson(projectOf(state));
}

/// One edit somewhere, well or badly chosen.
void randomEdit(ProjectDocument& document, std::mt19937& random)
{
    const auto pick = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
    const auto& layers = engine::layerRegistry();
    const auto anyNode = [&] {
        const auto& nodes = document.graph().nodes;
        return nodes.empty() ? kNoNode : nodes[pick(nodes.size())].id;
    };
    const auto anyEdge = [&] {
        const auto& edges = document.graph().edges;
        return edges.empty() ? Edge{} : edges[pick(edges.size())];
    };
    const QPointF place(8.0 * static_cast<double>(pick(100)), 8.0 * static_cast<double>(pick(100)));
    const auto anyNote = [&] { return pick(document.notes().size() + 1); };
    const auto randomNote = [&] {
        engine::Note note;
        note.text = "note " + std::to_string(pick(5));
        note.x = place.x();
        note.y = place.y();
        if (pick(2) == 0 && !document.graph().nodes.empty())
            note.arrows = {{anyNode(), 0, 0}, {kNoNode, place.y(), 8}};
        return note;
    };
    switch (pick(25)) {
    case 0: document.addNode(layers[pick(layers.size())].id, place); break;
    case 1: document.addNodeAfter(layers[pick(layers.size())].id, place, anyNode()); break;
    case 2: document.insertOnWire(anyEdge(), layers[pick(layers.size())].id, place); break;
    case 3: document.removeNodes({anyNode()}, true); break;
    case 4: document.removeNodes({anyNode(), anyNode()}, pick(2) == 0); break;
    case 5:
    case 6:
    case 7: (void)document.connectNodes(anyNode(), anyNode()); break;
    case 8: document.removeEdge(anyEdge()); break;
    case 9: (void)document.rewire(anyEdge(), anyNode()); break;
    case 10: document.moveNodes({{anyNode(), place}, {anyNode(), place * 2}}, pick(2) == 0); break;
    case 11:
    case 12: {
        const engine::Node* node = document.graph().node(anyNode());
        if (!node || node->params.values().empty())
            break;
        auto it = node->params.values().begin();
        std::advance(it, pick(node->params.values().size()));
        const std::string key = it->first;
        if (std::holds_alternative<std::int64_t>(it->second))
            document.setParam(node->id, key, static_cast<std::int64_t>(pick(6)), pick(2) == 0);
        else if (std::holds_alternative<bool>(it->second))
            document.setParam(node->id, key, pick(2) == 0);
        break;
    }
    case 13: document.renameNode(anyNode(), QStringLiteral("N%1").arg(pick(4))); break;
    case 14: document.setFrozen(anyNode(), pick(2) == 0); break;
    case 15: {
        engine::TrainConfig config = document.trainConfig();
        config.batch = 1 + static_cast<std::int64_t>(pick(4));
        document.setTrainConfig(config, pick(2) == 0);
        break;
    }
    case 17:
        document.edit(QStringLiteral("Replace"),
                      [&](EditBuilder& b) { b.replaceNode(anyNode(), layers[pick(layers.size())].id); });
        break;
    case 18:
        document.edit(QStringLiteral("Detach"), [&](EditBuilder& b) {
            b.detachNodes({anyNode(), anyNode()}, pick(2) == 0);
        });
        break;
    case 19: document.addNote(randomNote()); break;
    case 20: document.setNote(anyNote(), randomNote(), pick(2) == 0); break;
    case 21: document.removeNodes({anyNode()}, true, {anyNote()}); break;
    case 22: document.moveNodes({{anyNode(), place}}, pick(2) == 0, {{anyNote(), place}}); break;
    case 23: {
        // Through the clipboard's text.
        const auto part = fromClip(toClip(document.fragment({anyNode(), anyNode()}, {anyNote()})).get());
        if (part)
            document.paste(*part, {40, 8}, QStringLiteral("Paste"));
        break;
    }
    case 16:
        document.paste(document.fragment({anyNode(), anyNode(), anyNode()}), {40, 40}, QStringLiteral("Paste"));
        break;
    default: document.endGesture(); document.renameNetwork(QStringLiteral("Net %1").arg(pick(3)));
    }
}

} // namespace

class TestDocumentRandom : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void randomEditsCanBeUndoneAndRedoneStateByState_data()
    {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed : {1U, 2U, 3U, 4U, 5U, 6U})
            QTest::addRow("seed %u", seed) << seed;
    }

    void randomEditsCanBeUndoneAndRedoneStateByState()
    {
        QFETCH(unsigned, seed);
        std::mt19937 random(seed);
        ProjectDocument document;
        fill(document, seed % 2 ? sample() : lenet5());
        std::vector<DocumentState> states{document.state()};
        for (int i = 0; i < 200; ++i) {
            if (i % 23 == 22) {
                document.undoStack()->undo();
                QVERIFY(document.state() == states.at(static_cast<std::size_t>(document.undoStack()->index())));
            }
            const int before = document.undoStack()->index();
            randomEdit(document, random);
            const auto index = static_cast<std::size_t>(document.undoStack()->index());
            if (static_cast<int>(index) < before)
                QVERIFY(document.state() == states.at(index)); // a drag that took itself back
            states.resize(index + 1);
            states[index] = document.state();
            QVERIFY(derivedFactsFit(document));
        }
        QVERIFY(states.size() > 60);
        QUndoStack& stack = *document.undoStack();
        while (stack.canUndo()) {
            stack.undo();
            QVERIFY2(document.state() == states[static_cast<std::size_t>(stack.index())], qPrintable(stack.redoText()));
            QVERIFY(derivedFactsFit(document));
        }
        while (stack.canRedo()) {
            stack.redo();
            QVERIFY2(document.state() == states[static_cast<std::size_t>(stack.index())], qPrintable(stack.undoText()));
        }
    }

    /// 10,000 steps on the undo stack in all; what is saved at any point and opened again is the same document.
    void tenThousandEditsAreUndoneAndSavedByteForByte()
    {
        for (unsigned seed = 1; seed <= 10; ++seed) {
            std::mt19937 random(100 + seed);
            ProjectDocument document;
            fill(document, seed % 2 ? sample() : lenet5());
            const std::string first = text(document.state());
            QUndoStack& stack = *document.undoStack();
            for (int i = 0; stack.count() < 1000; ++i) {
                randomEdit(document, random);
                if (document.graph().nodes.size() > 60) // as large as a learner's networks, and fast
                    document.removeNodes(document.shaped().order, false);
                if (i % 50 != 0)
                    continue;
                const std::string saved = text(document.state());
                const auto bytes = reinterpret_cast<const std::uint8_t*>(saved.data());
                const auto opened = engine::networkFromJson({bytes, saved.size()}, "saved");
                QVERIFY2(opened, opened ? "" : opened.error().text().c_str());
                QVERIFY2(stateOf(*opened) == document.state(), saved.c_str());
            }
            const std::string last = text(document.state());
            stack.setIndex(0);
            QCOMPARE(text(document.state()), first);
            stack.setIndex(stack.count());
            QCOMPARE(text(document.state()), last);
        }
    }

    void wiresOfRandomNetworksStayWithinTheRules()
    {
        std::mt19937 random(77);
        ProjectDocument document;
        fill(document);
        for (int i = 0; i < 300; ++i) {
            randomEdit(document, random);
            // Taking any wire out, it may be drawn again exactly as it was.
            engine::GraphSpec graph = document.graph();
            for (const Edge& edge : document.graph().edges) {
                std::erase(graph.edges, edge);
                const auto verdict = engine::canConnect(graph, edge);
                QVERIFY2(verdict, verdict ? "" : verdict.error().message.c_str());
                graph.edges.push_back(edge);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestDocumentRandom)
#include "test_document_random.moc"
