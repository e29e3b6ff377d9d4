#include "engine/blocks/groups.h"
#include "tests/ui/canvas/canvas_window.h"
#include "ui/canvas/block_form.h"
#include "ui/canvas/canvas_actions.h"
#include "ui/canvas/canvas_notice.h"
#include "ui/canvas/layer_search.h"
#include "ui/canvas/layout.h"
#include "ui/canvas/placement.h"
#include "ui/document/edit_builder.h"
#include "ui/document/own_blocks.h"
#include "ui/theme/dialogs.h"

#include <QCheckBox>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QTemporaryDir>

using namespace convarium;
using namespace convarium::test;
using namespace convarium::ui;
using engine::Edge;
using engine::kNoNode;
using engine::NodeId;

namespace
{

const engine::Group& onlyGroup(const ProjectDocument& document)
{
    return document.graph().groups.front();
}

std::set<NodeId> chosen(const CanvasWindow& w)
{
    const QList<NodeId> ids = w.view->selection();
    return {ids.begin(), ids.end()};
}

} // namespace

class TestCanvasOwnBlocks : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    /// Convolution, ReLU and pool as the block "Stage", by mouse and keys.
    static void makeStage(CanvasWindow& w, bool keep = false)
    {
        w.click(w.middle(kConv));
        w.click(w.middle(kRelu), Qt::ShiftModifier);
        w.click(w.middle(kPool), Qt::ShiftModifier);
        w.key(Qt::Key_G, Qt::ControlModifier);
        BlockForm* form = w.view->blockForm();
        QVERIFY(form->isVisible());
        QTRY_VERIFY(form->nameField()->hasFocus());
        QCOMPARE(form->nameField()->text(), QStringLiteral("Conv2D and ReLU"));
        QTest::keyClicks(form->nameField(), QStringLiteral("Stage"));
        form->list()->item(0)->setCheckState(Qt::Checked); // filters of the convolution
        form->keepBox()->setChecked(keep);
        QTest::keyClick(form->nameField(), Qt::Key_Return);
        QVERIFY(!form->isVisible());
    }

private Q_SLOTS:
    void initTestCase() { Settings::instance().useTestMode(); }
    void init()
    {
        for (const QFileInfo& file : QDir(m_folder.path()).entryInfoList(QDir::Files))
            QFile::remove(file.filePath());
        OwnBlocks::instance().load(m_folder.path());
    }

    void selectedLayersBecomeABlockAndComeApartAgain()
    {
        for (const bool placed : {false, true}) {
            CanvasWindow w(smallNet(), placed ? smallPlaces() : layoutGraph(smallNet()));
            QVERIFY(w.ready());
            makeStage(w);
            QCOMPARE(w.document.undoStack()->count(), 1);
            QCOMPARE(w.document.undoStack()->undoText(), QStringLiteral("Make the block Stage"));
            const std::int64_t group = onlyGroup(w.document).id;
            QCOMPARE(onlyGroup(w.document).name, std::string("Stage"));
            QCOMPARE(chosen(w), (std::set<NodeId>{kConv, kRelu, kPool}));
            const BlockItem* frame = w.scene().blockOf(group);
            QVERIFY(frame && frame->content().selected);
            for (const NodeId id : {kInput, kFlatten, kDense})
                QVERIFY(!frame->rect().intersects(w.scene().itemOf(id)->fullRect()));
            const DocumentState made = w.document.state();
            w.key(Qt::Key_G, Qt::ControlModifier | Qt::ShiftModifier);
            QVERIFY(w.document.graph().groups.empty() && w.document.blocks().empty());
            w.document.undoStack()->undo();
            QVERIFY(w.document.state() == made);
            w.document.undoStack()->undo();
            QVERIFY(w.document.state() == w.before);
        }
    }

    void cardsAreMeantWithTheirDockedRows()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.click(w.middle(kConv));
        w.click(w.middle(kPool), Qt::ShiftModifier);
        QCOMPARE(chosen(w), (std::set<NodeId>{kConv, kPool}));
        w.key(Qt::Key_G, Qt::ControlModifier);
        QVERIFY(w.view->blockForm()->isVisible());
        QTest::keyClick(w.view->blockForm()->nameField(), Qt::Key_Return);
        QCOMPARE(engine::membersOf(w.document.graph(), onlyGroup(w.document).id).size(), std::size_t(3));
    }

    void theFormSaysWhatIsWrongAndEscLeavesNothing()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.key(Qt::Key_G, Qt::ControlModifier);
        QVERIFY(!w.view->blockForm()->isVisible());
        QVERIFY(w.said.contains(QStringLiteral("Select the layers")));
        w.click(w.middle(kConv));
        w.click(w.middle(kFlatten), Qt::ShiftModifier);
        w.key(Qt::Key_G, Qt::ControlModifier);
        QVERIFY(w.said.contains(QStringLiteral("not connected")));
        w.click(w.middle(kPool), Qt::ShiftModifier);
        w.key(Qt::Key_G, Qt::ControlModifier);
        BlockForm* form = w.view->blockForm();
        QVERIFY(form->isVisible());
        form->nameField()->clear();
        QVERIFY(form->fault().contains(QStringLiteral("needs a name")));
        QVERIFY(!form->acceptButton()->isEnabled());
        QTest::keyClick(form->nameField(), Qt::Key_Return);
        QVERIFY(form->isVisible());
        QTest::keyClick(form->nameField(), Qt::Key_Tab);
        QTRY_VERIFY(form->list()->hasFocus());
        QTest::keyClick(form->list(), Qt::Key_Escape);
        QVERIFY(!form->isVisible() && w.untouched());
        QVERIFY(w.view->hasFocus());
        QCOMPARE(chosen(w).size(), std::size_t(3));
        // Another selection: the form was about the first one.
        w.key(Qt::Key_G, Qt::ControlModifier);
        QVERIFY(form->isVisible());
        w.click(w.middle(kDense));
        QVERIFY(!form->isVisible() && w.untouched());
    }

    void aFoldedBlockIsOneCard()
    {
        for (const bool placed : {false, true}) {
            CanvasWindow w(smallNet(), placed ? smallPlaces() : layoutGraph(smallNet()));
            QVERIFY(w.ready());
            makeStage(w);
            const std::int64_t group = onlyGroup(w.document).id;
            const DocumentState open = w.document.state();
            QTest::mouseDClick(w.view->viewport(), Qt::LeftButton, {},
                               w.at(w.scene().blockOf(group)->headRect().center()));
            QVERIFY(w.view->isFolded(group));
            QCOMPARE(w.document.undoStack()->undoText(), QStringLiteral("Fold Stage"));
            QVERIFY(!w.scene().blockOf(group));
            const NodeItem* card = w.scene().itemOf(kConv);
            QVERIFY(card && card == w.scene().itemOf(kPool) && card->stack().isFolded());
            QCOMPARE(card->picture().content.title, QStringLiteral("Stage"));
            QCOMPARE(card->picture().content.settings, QStringLiteral("3 layers"));
            QCOMPARE(card->picture().content.shape, cardContent(w.document, kPool).shape);
            QVERIFY(w.document.problems().empty());
            // The wires around it lead to the card, those inside are not drawn.
            QVERIFY(w.scene().wireOf(w.wireInto(kConv)) && w.scene().wireOf(w.wireInto(kFlatten)));
            QVERIFY(!w.scene().wireOf(w.wireInto(kPool)));
            QCOMPARE(w.scene().wireOf(w.wireInto(kFlatten))->route().points.front(), card->outputPort());
            // It is selected, moved and deleted as one.
            w.click(w.middle(kDense));
            w.click(w.at(card->fullRect().center()));
            QCOMPARE(chosen(w), (std::set<NodeId>{kConv, kRelu, kPool}));
            const QPointF conv = w.document.position(kConv), pool = w.document.position(kPool);
            const QPoint hand = w.at(card->fullRect().center());
            w.drag(hand, hand + QPoint(0, 200));
            QVERIFY(w.document.position(kConv).y() > conv.y() + 50);
            QCOMPARE(w.document.position(kPool) - pool, w.document.position(kConv) - conv);
            w.key(Qt::Key_Delete);
            QVERIFY(w.document.graph().groups.empty() && w.document.blocks().empty());
            w.document.undoStack()->undo();
            w.document.undoStack()->undo();
            // A double click opens it; other cards are not covered.
            QTest::mouseDClick(w.view->viewport(), Qt::LeftButton, {},
                               w.at(w.scene().itemOf(kConv)->fullRect().center()));
            QVERIFY(!w.view->isFolded(group));
            const BlockItem* frame = w.scene().blockOf(group);
            QVERIFY(frame);
            for (const NodeId id : {kInput, kFlatten, kDense})
                QVERIFY(!frame->rect().intersects(w.scene().itemOf(id)->fullRect()));
            QVERIFY(w.document.state() == open);
            w.document.undoStack()->undo();
            QVERIFY(w.view->isFolded(group));
        }
    }

    void tidiedWhileFoldedItOpensWithoutAHeap()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        makeStage(w);
        const std::int64_t group = onlyGroup(w.document).id;
        w.key(Qt::Key_E, Qt::ControlModifier);
        QVERIFY(w.view->isFolded(group));
        w.view->tidy();
        w.document.moveNodes({{kDense, w.document.position(kDense) + QPointF(0, 160)}});
        w.click(w.at(w.scene().itemOf(kConv)->fullRect().center()));
        w.key(Qt::Key_E, Qt::ControlModifier);
        QVERIFY(!w.view->isFolded(group));
        const QRectF conv = w.scene().itemOf(kConv)->fullRect(), pool = w.scene().itemOf(kPool)->fullRect();
        QVERIFY(!conv.intersects(pool));
        QVERIFY(!w.scene().blockOf(group)->rect().intersects(w.scene().itemOf(kFlatten)->fullRect()));
    }

    void wiresLeadToAFoldedBlock()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        makeStage(w);
        w.document.removeEdge(w.wireInto(kConv));
        const NodeId added = w.document.addNode("conv2d", {0, 420});
        w.click(w.at(w.scene().blockOf(onlyGroup(w.document).id)->headRect().center()));
        w.key(Qt::Key_E, Qt::ControlModifier);
        w.drag(w.output(kInput), w.at(w.scene().itemOf(kConv)->fullRect().center()));
        QCOMPARE(w.wireInto(kConv).from, kInput);
        // Full: it says so.
        const DocumentState fed = w.document.state();
        w.drag(w.output(added), w.at(w.scene().itemOf(kConv)->fullRect().center()));
        QVERIFY(w.document.state() == fed);
        QVERIFY(w.said.contains(QStringLiteral("already")));
        // From its output, which is that of its last layer.
        w.document.removeEdge(w.wireInto(kFlatten));
        w.drag(w.at(w.scene().itemOf(kConv)->outputPort()), w.input(kFlatten));
        QCOMPARE(w.wireInto(kFlatten).from, kPool);
        // The end of a wire let go at the card where it was stays.
        const DocumentState whole = w.document.state();
        w.drag(w.input(kConv), w.at(w.scene().itemOf(kConv)->fullRect().center()));
        QVERIFY(w.document.state() == whole);
        // A layer dropped on the card does not take the place of one that is not seen.
        OutsideDrag drop(w, CanvasView::kLayerMime, "relu");
        const QPoint at = w.at(w.scene().itemOf(kConv)->fullRect().center());
        QVERIFY(drop.enter(at) && drop.move(at) && drop.drop(at));
        QVERIFY(w.document.graph().node(kConv) && w.document.graph().node(kPool));
    }

    void whatFeedsSeveralLayersIsOneWire()
    {
        CanvasWindow w;
        const auto members = insertBlock(w.document, "residual_basic", w.wireInto(kPool), kNoNode, {});
        const std::int64_t group = onlyGroup(w.document).id;
        const NodeId source = kRelu;
        QCOMPARE(w.document.graph().edgesFrom(source).size(), std::size_t(2)); // main path and shortcut
        w.view->setFolded(group, true);
        const auto wires = w.document.graph().edgesFrom(source);
        QVERIFY((w.scene().wireOf(wires[0]) == nullptr) != (w.scene().wireOf(wires[1]) == nullptr));
        QCOMPARE(w.scene().inputPortCount(w.scene().stacks().headOf(members.front())), 1);
        const int before = w.document.undoStack()->count();
        w.scene().selectWire(w.scene().wireOf(wires[0]) ? wires[0] : wires[1]);
        w.view->removeSelection();
        QVERIFY(w.document.graph().edgesFrom(source).empty());
        QCOMPARE(w.document.undoStack()->count(), before + 1);
        w.document.undoStack()->undo();
        QVERIFY(w.document.problems().empty());
    }

    void keysWalkOverAFoldedBlock()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        makeStage(w);
        w.key(Qt::Key_E, Qt::ControlModifier);
        w.view->focusNode(kInput);
        const auto step = [&](Qt::Key key) { // over the wire
            w.key(key);
            w.key(key);
        };
        step(Qt::Key_Right);
        QCOMPARE(chosen(w), (std::set<NodeId>{kConv, kRelu, kPool}));
        QCOMPARE(ui::accessibleName(w.document, kPool), QStringLiteral("Block Stage"));
        QVERIFY(ui::accessibleDescription(w.document, kConv).contains(QStringLiteral("3 layers")));
        step(Qt::Key_Right);
        QCOMPARE(chosen(w), (std::set<NodeId>{kFlatten}));
        step(Qt::Key_Left);
        QCOMPARE(chosen(w), (std::set<NodeId>{kConv, kRelu, kPool}));
        // What is at fault in it is shown by opening it.
        w.view->focusNode(kPool);
        QVERIFY(!w.view->isFolded(onlyGroup(w.document).id));
        QCOMPARE(chosen(w), (std::set<NodeId>{kPool}));
    }

    void aKeptBlockIsDroppedOnAWireAndFoundByItsName()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        makeStage(w, true);
        QCOMPARE(OwnBlocks::instance().all().size(), std::size_t(1));
        QCOMPARE(QString::fromStdString(findBlockCard(w.document.blocks(), onlyGroup(w.document).id)->source),
                 QStringLiteral("Stage"));
        // In another network, after a restart.
        OwnBlocks::instance().load(m_folder.path());
        CanvasWindow other;
        QVERIFY(other.ready());
        const Edge wire = other.wireInto(kFlatten);
        OutsideDrag drop(other, CanvasView::kLayerMime, "my:Stage");
        const QPoint at = other.onWire(wire);
        QVERIFY(drop.enter(at) && drop.move(at) && drop.drop(at));
        QCOMPARE(other.document.undoStack()->count(), 1);
        QCOMPARE(other.document.undoStack()->undoText(), QStringLiteral("Insert Stage"));
        QVERIFY(other.document.problems().empty()); // it trains as it is
        QCOMPARE(onlyGroup(other.document).name, std::string("Stage 1"));
        const auto members = engine::membersOf(other.document.graph(), onlyGroup(other.document).id);
        QCOMPARE(members.size(), std::size_t(3));
        QCOMPARE(other.document.graph().edgesInto(members.front()).front().from, kPool);
        QCOMPARE(other.document.graph().edgesInto(kFlatten).front().from, members.back());
        other.document.undoStack()->undo();
        QVERIFY(other.document.state() == other.before);
        // Quick search finds it as well.
        other.click(other.middle(kPool));
        other.view->searchLayer(QStringLiteral("stage"));
        QTRY_VERIFY(other.view->search()->isVisible());
        QTest::keyClick(other.view->search()->field(), Qt::Key_Return);
        QCOMPARE(other.document.graph().groups.size(), std::size_t(1));
        QVERIFY(other.document.problems().empty());
        // Dropped in the open it stands alone.
        OutsideDrag open(other, CanvasView::kLayerMime, "my:Stage");
        const QPoint free(200, 600);
        QVERIFY(open.enter(free) && open.move(free) && open.drop(free));
        QCOMPARE(other.document.graph().groups.size(), std::size_t(2));
    }

    void aChangedCopyUpdatesTheSavedBlock()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        makeStage(w, true);
        QAction* save = w.view->commands()->saveBlock;
        QCOMPARE(save->text(), QStringLiteral("Update My blocks 'Stage'"));
        w.document.setParam(kConv, "filters", std::int64_t{12});
        save->trigger();
        OwnBlocks::instance().load(m_folder.path());
        const auto& nodes = OwnBlocks::instance().named(QStringLiteral("Stage"))->content.graph.nodes;
        QVERIFY(std::any_of(nodes.begin(), nodes.end(), [](const engine::Node& n) {
            return n.type == "conv2d" && n.params.integer("filters") == 12;
        }));
        // A stranger of the same name asks first.
        CanvasWindow other;
        QVERIFY(other.ready());
        makeStage(other);
        QString asked;
        const dialogs::ScopedAnswers answers([&](const dialogs::Message& m) {
            asked = m.text;
            return 0;
        });
        other.view->commands()->saveBlock->trigger();
        QVERIFY(asked.contains(QStringLiteral("Replace Stage")));
        QCOMPARE(other.document.undoStack()->count(), 1);
    }
};

QTEST_MAIN(TestCanvasOwnBlocks)
#include "test_canvas_own_blocks.moc"
