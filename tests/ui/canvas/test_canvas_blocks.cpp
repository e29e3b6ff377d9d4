#include "engine/blocks/groups.h"
#include "tests/ui/canvas/canvas_window.h"
#include "ui/canvas/canvas_actions.h"
#include "ui/canvas/layout.h"
#include "ui/canvas/placement.h"

using namespace convarium;
using namespace convarium::test;
using namespace convarium::ui;
using engine::Edge;
using engine::kNoNode;
using engine::NodeId;

namespace
{

Positions tidy(const GraphSpec& graph)
{
    return layoutGraph(graph);
}

/// The only group of the document.
const engine::Group& onlyGroup(const ProjectDocument& document)
{
    return document.graph().groups.front();
}

} // namespace

class TestCanvasBlocks : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Settings::instance().useTestMode(); }

    void aBlockGoesIntoAWireAsOneStep()
    {
        for (const bool placed : {false, true}) {
            CanvasWindow w(smallNet(), placed ? smallPlaces() : tidy(smallNet()));
            const Edge wire = w.wireInto(kPool);
            const auto members = insertBlock(w.document, "residual_basic", wire, kNoNode, {});
            QVERIFY(members.size() > 5);
            QCOMPARE(w.document.undoStack()->count(), 1);
            QCOMPARE(w.document.undoStack()->undoText(), QStringLiteral("Insert Residual block"));
            // It fits behind the four maps of the convolution, and the network stays sound.
            QVERIFY(w.document.problems().empty());
            QCOMPARE(onlyGroup(w.document).arguments.integer("filters"), 4);
            QVERIFY(w.document.graph().edgesFrom(wire.from).size() == 2); // main path and shortcut
            const auto* frame = w.scene().blockOf(onlyGroup(w.document).id);
            QVERIFY(frame);
            for (const engine::Node& node : w.document.graph().nodes)
                if (node.group == -1 && w.scene().itemOf(node.id)->head() == node.id)
                    QVERIFY2(!frame->rect().intersects(w.scene().itemOf(node.id)->fullRect()), node.name.c_str());
            const DocumentState after = w.document.state();
            w.document.undoStack()->undo();
            QVERIFY(w.document.state() == w.before);
            QVERIFY(!w.scene().blockOf(after.graph.groups.front().id));
            w.document.undoStack()->redo();
            QVERIFY(w.document.state() == after);
        }
    }

    void aBlockAloneStandsFree()
    {
        CanvasWindow w;
        const auto members = insertBlock(w.document, "inception", std::nullopt, kNoNode, {200, 20});
        QVERIFY(!members.empty());
        const QRectF frame = w.scene().blockOf(onlyGroup(w.document).id)->rect();
        for (const NodeId id : {kInput, kConv, kPool, kFlatten, kDense})
            QVERIFY(!frame.intersects(w.scene().itemOf(id)->fullRect()));
    }

    void aWireDroppedOnTheFrameFeedsAllThatWaits()
    {
        CanvasWindow w;
        insertBlock(w.document, "inception", std::nullopt, kNoNode, {200, 400});
        w.view->fit();
        QVERIFY(w.ready());
        const std::int64_t group = onlyGroup(w.document).id;
        const QRectF frame = w.scene().blockOf(group)->rect();
        const auto wires = w.document.graph().edgesFrom(kConv).size() + w.document.graph().edgesFrom(kPool).size();
        const DocumentState before = w.document.state();
        w.drag(w.output(kPool), w.at(frame.bottomLeft() + QPointF(14, -14)));
        QCOMPARE(w.document.graph().edgesFrom(kPool).size(), 1 + std::size_t(4)); // a, b1, c1, d1
        QCOMPARE(w.document.graph().edgesFrom(kConv).size() + 5, wires + 4);
        QCOMPARE(onlyGroup(w.document).templateName, std::string("inception"));
        w.document.undoStack()->undo();
        QVERIFY(w.document.state() == before);
        // A block that is fed says so and stays as it is.
        w.document.undoStack()->redo();
        const DocumentState fed = w.document.state();
        w.said.clear();
        w.drag(w.output(kFlatten), w.at(frame.bottomLeft() + QPointF(14, -14)));
        QVERIFY(w.document.state() == fed);
        QVERIFY(w.said.contains(QStringLiteral("already")));
    }

    void theHeadOfAFrameSelectsAndMovesTheBlock()
    {
        CanvasWindow w(smallNet(), tidy(smallNet()));
        const auto members = insertBlock(w.document, "conv_bn_relu", w.wireInto(kPool), kNoNode, {});
        w.view->fit();
        QVERIFY(w.ready());
        const auto* frame = w.scene().blockOf(onlyGroup(w.document).id);
        QVERIFY(frame->content().details.contains(QStringLiteral("parameters")));
        const QPoint head = w.at(frame->headRect().center());
        w.click(head);
        const QList<NodeId> chosen = w.view->selection();
        QCOMPARE(std::set<NodeId>(chosen.begin(), chosen.end()), std::set<NodeId>(members.begin(), members.end()));
        QVERIFY(frame->content().selected);
        const QPointF before = w.document.position(members.front());
        const QRectF rect = frame->rect();
        w.drag(head, head + QPoint(0, 120));
        QVERIFY(w.document.position(members.front()).y() > before.y() + 50);
        QCOMPARE(w.document.undoStack()->count(), 2);
        QVERIFY(frame->rect().top() > rect.top() + 50);
        // Deleting the block leaves no empty frame, and undo brings it back.
        const auto groups = w.document.graph().groups;
        w.view->removeSelection();
        QVERIFY(w.document.graph().groups.empty());
        QVERIFY(w.document.problems().empty()); // the wire is bridged
        w.document.undoStack()->undo();
        QVERIFY(w.document.graph().groups == groups);
    }

    void otherLayersInsideForgetTheTemplateAndUndoKnowsIt()
    {
        CanvasWindow w;
        const auto members = insertBlock(w.document, "conv_bn_relu", w.wireInto(kPool), kNoNode, {});
        const engine::Group whole = onlyGroup(w.document);
        QCOMPARE(whole.templateName, std::string("conv_bn_relu"));
        // Wires and layers outside, and places, are no edits of the block.
        w.document.setParam(kConv, "filters", std::int64_t{8});
        w.document.moveNodes({{members.front(), {900, 900}}});
        QVERIFY(onlyGroup(w.document) == whole);
        // Settings inside stay when the block is written again, so they are none either.
        w.document.setParam(members.front(), "filters", std::int64_t{5});
        QVERIFY(onlyGroup(w.document) == whole);
        replaceLayer(w.document, members.back(), "tanh");
        QVERIFY(onlyGroup(w.document).templateName.empty());
        w.document.undoStack()->undo();
        QVERIFY(onlyGroup(w.document) == whole);
        w.document.undoStack()->redo();
        QVERIFY(onlyGroup(w.document).templateName.empty());
    }

    void aBlockWrittenAgainStaysSelectedAsAWhole()
    {
        CanvasWindow w(smallNet(), tidy(smallNet()));
        auto members = insertBlock(w.document, "residual_basic", w.wireInto(kPool), kNoNode, {});
        const std::int64_t group = onlyGroup(w.document).id;
        const engine::ParamInfo& gate = engine::findBlock("residual_basic")->parameters.back();
        const auto chosen = [&] {
            const QList<NodeId>& ids = w.view->selection();
            return std::set<NodeId>(ids.begin(), ids.end());
        };
        const auto all = [&] {
            const auto now = engine::membersOf(w.document.graph(), group);
            return std::set<NodeId>(now.begin(), now.end());
        };
        for (const bool folded : {false, true}) {
            w.scene().select({members.begin(), members.end()});
            QVERIFY(setBlockArgument(w.document, group, gate, std::int64_t{4}));
            QCOMPARE(all().size(), members.size() + 6);
            QCOMPARE(chosen(), all());
            QVERIFY(isTidy(w.document.state()));
            w.document.undoStack()->undo();
            QCOMPARE(chosen(), all());
            QCOMPARE(all().size(), members.size());
            foldBlocks(w.document, {group}, !folded);
        }
        // In a picture of one's own, what comes gets a place of its own, and the frame covers nothing.
        w.document.moveNodes({{members.front(), w.document.position(members.front()) + QPointF(8, 8)}});
        QVERIFY(setBlockArgument(w.document, group, gate, std::int64_t{4}));
        const QRectF frame = w.scene().blockOf(group)->rect();
        for (const NodeId id : {kInput, kPool, kFlatten, kDense})
            QVERIFY(!frame.intersects(w.scene().itemOf(id)->fullRect()));
        const auto now = engine::membersOf(w.document.graph(), group);
        for (const NodeId a : now)
            for (const NodeId b : now)
                if (w.scene().itemOf(a) != w.scene().itemOf(b))
                    QVERIFY(!w.scene().itemOf(a)->fullRect().intersects(w.scene().itemOf(b)->fullRect()));
    }

    /// Everything selected: Ctrl+E folds all blocks, then opens them, each time one step.
    void severalBlocksFoldTogether()
    {
        CanvasWindow w;
        for (const char* block : {"conv_bn_relu", "residual_basic"})
            insertBlock(w.document, block, w.wireInto(kPool), kNoNode, {});
        const auto folded = [&] {
            int count = 0;
            for (const engine::Group& group : w.document.graph().groups)
                count += w.view->isFolded(group.id) ? 1 : 0;
            return count;
        };
        const int steps = w.document.undoStack()->count();
        w.view->commands()->selectAll->trigger();
        QVERIFY(w.view->commands()->foldBlock->isEnabled());
        w.view->commands()->foldBlock->trigger();
        QCOMPARE(folded(), 2);
        QCOMPARE(w.document.undoStack()->count(), steps + 1);
        QCOMPARE(w.document.undoStack()->undoText(), QStringLiteral("Fold 2 blocks"));
        w.view->commands()->foldBlock->trigger();
        QCOMPARE(folded(), 0);
        w.document.undoStack()->undo();
        QCOMPARE(folded(), 2);
    }

    void aCopyOfABlockIsABlock()
    {
        CanvasWindow w;
        const auto members = insertBlock(w.document, "conv_bn_relu", w.wireInto(kPool), kNoNode, {});
        const Fragment whole = w.document.fragment(members);
        const auto copies = w.document.paste(whole, {0, 600}, QStringLiteral("Paste"));
        QCOMPARE(w.document.graph().groups.size(), std::size_t(2));
        const engine::Group &first = w.document.graph().groups[0], &second = w.document.graph().groups[1];
        QVERIFY(first.id != second.id && first.name != second.name);
        QCOMPARE(first.templateName, second.templateName);
        QCOMPARE(engine::membersOf(w.document.graph(), second.id), copies);
        // Part of a block is no block.
        const auto one = w.document.paste(w.document.fragment({members.front()}), {0, 900}, QStringLiteral("Paste"));
        QCOMPARE(w.document.graph().node(one.front())->group, -1);
        QCOMPARE(w.document.graph().groups.size(), std::size_t(2));
    }
};

QTEST_MAIN(TestCanvasBlocks)
#include "test_canvas_blocks.moc"
