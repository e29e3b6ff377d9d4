// Somebody who presses anything anywhere: all of it can be undone, done again and saved.
#include "canvas_window.h"
#include "engine/io/network_json.h"
#include "ui/canvas/block_form.h"
#include "ui/canvas/layer_search.h"
#include "ui/canvas/note_editor.h"
#include "ui/document/layer_catalogue.h"
#include "ui/document/project_file_state.h"
#include "ui/theme/widgets.h"

#include <QLineEdit>
#include <random>

using namespace convarium;
using namespace convarium::ui;
using namespace convarium::test;

class TestCanvasRandom : public QObject
{
    Q_OBJECT

    std::mt19937 m_random;

    std::size_t pick(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(m_random); }
    static std::string text(const CanvasWindow& w) { return engine::networkToJson(projectOf(w.document.state())); }
    /// What is saved now opens as the same document.
    static bool savedAsItIs(const CanvasWindow& w)
    {
        const std::string saved = text(w);
        const auto opened =
            engine::networkFromJson({reinterpret_cast<const std::uint8_t*>(saved.data()), saved.size()}, "saved");
        return opened && stateOf(*opened) == w.document.state();
    }

    /// Mostly where something is.
    QPoint anywhere(const CanvasWindow& w)
    {
        const auto& graph = w.document.graph();
        if (!graph.nodes.empty() && pick(4) != 0) {
            const NodeId id = graph.nodes[pick(graph.nodes.size())].id;
            switch (pick(3)) {
            case 0: return w.middle(id);
            case 1: return w.output(id);
            default: return w.input(id);
            }
        }
        if (!graph.edges.empty() && pick(2) == 0)
            if (const auto* wire = w.scene().wireOf(graph.edges[pick(graph.edges.size())]))
                return w.at((wire->route().points[0] + wire->route().points[1]) / 2);
        return {static_cast<int>(pick(1300)), static_cast<int>(pick(700))};
    }

    void anything(CanvasWindow& w)
    {
        constexpr auto kDissolve = Qt::ControlModifier | Qt::ShiftModifier;
        static const std::vector<std::pair<int, Qt::KeyboardModifiers>> keys{{Qt::Key_Delete, {}},
                                                                             {Qt::Key_C, Qt::ControlModifier},
                                                                             {Qt::Key_V, Qt::ControlModifier},
                                                                             {Qt::Key_X, Qt::ControlModifier},
                                                                             {Qt::Key_D, Qt::ControlModifier},
                                                                             {Qt::Key_L, Qt::ControlModifier},
                                                                             {Qt::Key_T, Qt::ControlModifier},
                                                                             {Qt::Key_A, Qt::ControlModifier},
                                                                             {Qt::Key_G, Qt::ControlModifier},
                                                                             {Qt::Key_E, Qt::ControlModifier},
                                                                             {Qt::Key_G, kDissolve},
                                                                             {Qt::Key_Tab, {}},
                                                                             {Qt::Key_Right, {}},
                                                                             {Qt::Key_Left, {}},
                                                                             {Qt::Key_Down, {}},
                                                                             {Qt::Key_Up, Qt::ShiftModifier},
                                                                             {Qt::Key_Right, Qt::ControlModifier},
                                                                             {Qt::Key_C, {}},
                                                                             {Qt::Key_Return, {}},
                                                                             {Qt::Key_Escape, {}},
                                                                             {Qt::Key_Slash, {}},
                                                                             {Qt::Key_R, Qt::ControlModifier},
                                                                             {Qt::Key_F, {}}};
        switch (pick(8)) {
        case 6: QTest::mouseDClick(w.view->viewport(), Qt::LeftButton, {}, anywhere(w)); break;
        case 0: w.click(anywhere(w), pick(4) == 0 ? Qt::ShiftModifier : Qt::NoModifier); break;
        case 1: w.drag(anywhere(w), anywhere(w)); break;
        case 2: w.altDrag(anywhere(w), anywhere(w)); break;
        case 3: {
            const auto all = layerCatalogue();
            const QPoint where = anywhere(w);
            OutsideDrag drag(w, CanvasView::kLayerMime, all[pick(all.size())].id.toUtf8());
            drag.enter(where);
            drag.move(where);
            if (pick(5) == 0)
                drag.leave();
            else
                drag.drop(where);
            break;
        }
        default: {
            const auto& [key, modifiers] = keys[pick(keys.size())];
            w.key(key, modifiers);
        }
        }
        if (w.view->search()->isVisible()) {
            QTest::keyClicks(w.view->search()->field(), QString(QChar(u'a' + static_cast<char16_t>(pick(26)))));
            QTest::keyClick(w.view->search()->field(), pick(2) == 0 ? Qt::Key_Return : Qt::Key_Escape);
            if (w.view->search()->isVisible())
                QTest::keyClick(w.view->search()->field(), Qt::Key_Escape);
        }
        if (auto* form = w.view->blockForm(); form->isVisible())
            QTest::keyClick(form->nameField(), pick(4) == 0 ? Qt::Key_Escape : Qt::Key_Return);
        if (w.view->noteEditor()->isVisible()) {
            QTest::keyClicks(w.view->noteEditor(), QStringLiteral("x"));
            QTest::keyClick(w.view->noteEditor(), Qt::Key_Escape);
        }
        w.view->setFocus();
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void tenThousandEditsByHandAreUndoneAndSavedByteForByte_data()
    {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 1; seed <= 10; ++seed)
            QTest::addRow("seed %u", seed) << seed;
    }

    /// Counted are the steps that are on the undo stack at the end, not the events.
    void tenThousandEditsByHandAreUndoneAndSavedByteForByte()
    {
        QFETCH(const unsigned, seed);
        m_random.seed(seed);
        CanvasWindow w;
        QVERIFY(w.ready());
        const std::string first = text(w);
        QUndoStack& stack = *w.document.undoStack();
        int checked = 0;
        while (stack.count() < 1000) {
            anything(w);
            if (pick(50) == 0)
                stack.setIndex(stack.index() - static_cast<int>(pick(4)));
            if (pick(50) == 0)
                stack.redo();
            if (w.document.graph().nodes.size() > 30) { // as large as a learner's networks, and fast
                w.key(Qt::Key_A, Qt::ControlModifier);
                w.key(Qt::Key_Delete);
            }
            if (stack.count() / 20 > checked) {
                QVERIFY2(savedAsItIs(w), text(w).c_str());
                ++checked;
            }
        }
        w.key(Qt::Key_Escape);
        stack.setIndex(stack.count());
        const std::string last = text(w);
        stack.setIndex(0);
        QCOMPARE(text(w), first);
        for (int i = 50; i <= stack.count(); i += 50) {
            stack.setIndex(i);
            QVERIFY2(savedAsItIs(w), text(w).c_str());
        }
        stack.setIndex(stack.count());
        QCOMPARE(text(w), last);
    }
};

QTEST_MAIN(TestCanvasRandom)
#include "test_canvas_random.moc"
