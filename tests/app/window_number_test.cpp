// From a pixel of a feature map to its arithmetic and back, with the mouse and with keys, also while training runs.
#include "tests/app/window_setup.h"
#include "tests/support/graphs.h"
#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/drawing/drawn_image.h"
#include "ui/inside/line_box.h"
#include "ui/inside/number_map.h"
#include "ui/inside/number_view.h"
#include "ui/inside/operand_list.h"
#include "ui/inside/reader_list.h"
#include "ui/inside/sum_chart.h"
#include "ui/inside/value_grid.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/shell/main_window.h"
#include "ui/theme/settings.h"
#include "ui/theme/widgets.h"
#include "ui/training/feature_map_panel.h"
#include "ui/training/map_service.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_dock.h"

#include <QAccessible>
#include <QComboBox>
#include <QRadioButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

#include <cmath>

using namespace convarium;
using namespace convarium::ui;

class WindowNumberTest : public QObject
{
    Q_OBJECT

    struct Opened : test::OpenedWindow {
        [[nodiscard]] NumberView* view() const { return window.numberView(); }
        [[nodiscard]] MapGrid* grid() const { return window.trainingDock()->featureMaps()->grid(); }
    };

    /// Selects C3 and waits for its maps; the first time the digits are generated.
    static void showMaps(Opened& w)
    {
        QTRY_COMPARE(w.window.document()->graph().nodes.size(), 13u);
        w.window.canvas()->focusNode(w.node("C3"));
        QTRY_COMPARE_WITH_TIMEOUT(w.grid()->result().count, 16, 120000);
        QTRY_COMPARE(w.grid()->result().node, w.node("C3"));
    }

    static void click(MapGrid* grid, int map, int row, int column)
    {
        const QRect cell = grid->cellRect(map);
        QTest::mouseClick(grid, Qt::LeftButton, {},
                          cell.topLeft() +
                              QPoint((2 * column + 1) * cell.width() / 20, (2 * row + 1) * cell.height() / 20));
    }

    static void agrees(const NumberView* view)
    {
        const NumberResult& r = view->result();
        QVERIFY2(r.error.isEmpty(), qPrintable(r.error));
        QVERIFY(!r.steps.empty());
        if (const NumberGradient& g = r.gradient; !g.shares.empty()) {
            QVERIFY(std::abs(g.value - static_cast<double>(g.engineValue)) <= 1e-6 * g.magnitude + 1e-30);
            return;
        }
        for (const NumberStep& s : r.steps)
            QVERIFY(std::abs(s.explanation.value - static_cast<double>(s.engineValue)) <=
                    1e-6 * s.explanation.magnitude + 1e-30);
    }

    static QRadioButton* segment(const NumberView* view, const QString& text)
    {
        for (QRadioButton* b : view->findChildren<QRadioButton*>())
            if (b->text() == text)
                return b;
        return nullptr;
    }

    static TextLabel* labelled(const NumberView* view, const QString& name)
    {
        for (TextLabel* label : view->findChildren<TextLabel*>())
            if (label->accessibleName() == name)
                return label;
        return nullptr;
    }

    /// A block with a shortcut, batch normalisation and dropout.
    static engine::GraphSpec residual()
    {
        test::GraphMaker m;
        m.input();
        m.conv(4, 3, -1);
        const engine::NodeId start = m.add("relu");
        m.conv(4, 3, -1);
        const engine::NodeId main = m.add("batch_norm");
        m.merge("add", {main, start});
        m.add("relu");
        m.add("global_avg_pool");
        m.add("dropout");
        m.dense(10);
        return m.graph();
    }

    /// Opens the middle of the first map of a layer as keys do.
    static void lookInside(Opened& w, engine::NodeId node)
    {
        w.window.canvas()->focusNode(node);
        QTRY_COMPARE_WITH_TIMEOUT(w.grid()->result().node, node, 120000);
        QTest::keyClick(w.window.canvas()->viewport(), Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(!w.view()->result().steps.empty(), 30000);
        QCOMPARE(w.view()->result().request.node, node);
    }

    static void open(Opened& w, const engine::GraphSpec& graph)
    {
        QTRY_COMPARE(w.window.document()->graph().nodes.size(), 13u);
        w.window.document()->reset(graph, {}, w.window.document()->trainConfig());
        QTRY_COMPARE(w.window.document()->graph().nodes.size(), graph.nodes.size());
    }

private Q_SLOTS:
    void initTestCase() { test::setUpWindows(m_folder); }

    void aPixelLeadsToItsNumberAndEscBack()
    {
        Opened w;
        showMaps(w);
        click(w.grid(), 6, 5, 4);
        QVERIFY(w.view()->isVisible());
        QVERIFY(!w.window.canvas()->isVisible());
        QVERIFY(!w.window.inspector()->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!w.view()->result().steps.empty(), 30000);
        agrees(w.view());
        QCOMPARE(w.view()->result().element, 6 * 100 + 5 * 10 + 4);
        QCOMPARE(w.view()->result().steps.size(), 2u);
        // The same value as in the picture of the map.
        QCOMPARE(w.view()->result().steps.back().engineValue, w.grid()->result().values[6 * 100 + 5 * 10 + 4]);
        auto* crumbs = w.window.findChild<ElidedLabel*>();
        for (auto* label : w.window.findChildren<ElidedLabel*>())
            if (label->accessibleName() == QLatin1String("Breadcrumb"))
                crumbs = label;
        QVERIFY2(crumbs->text().endsWith(QStringLiteral("map 7 \u203a row 6, column 5")), qPrintable(crumbs->text()));
        QTest::keyClick(w.view()->map(), Qt::Key_Escape);
        QVERIFY(w.window.canvas()->isVisible());
        QVERIFY(!w.view()->isVisible());
        QVERIFY(w.window.inspector()->isVisible());
        QVERIFY(!crumbs->text().contains(QStringLiteral("row")));
    }

    void theNumberUnderThePointerShowsWhatItSees()
    {
        Opened w;
        showMaps(w);
        auto* panel = w.window.trainingDock()->featureMaps();
        const auto onCard = [&] {
            return w.window.canvas()->canvasScene()->itemOf(w.node("Input"))->picture().thumbnails.seen;
        };
        QCOMPARE(panel->seenText(), QStringLiteral("The middle sees 14\u00d714 of 28\u00d728 pixels"));
        QCOMPARE(panel->picture()->mark().part, QRectF(8 / 28., 8 / 28., 0.5, 0.5));
        QVERIFY(!panel->picture()->mark().cut);
        QVERIFY(onCard() == panel->picture()->mark());
        const QRect cell = w.grid()->cellRect(3);
        QTest::mouseMove(w.grid(), cell.topLeft() + QPoint(2, cell.height() / 2));
        QVERIFY2(panel->seenText().startsWith(QStringLiteral("Map 4, row 6, column 1: ")),
                 qPrintable(panel->seenText()));
        QVERIFY(panel->seenText().contains(QStringLiteral(", sees 14\u00d712 of 28\u00d728 pixels")));
        QCOMPARE(panel->picture()->mark().part, QRectF(0, 8 / 28., 12 / 28., 0.5));
        QVERIFY(panel->picture()->mark().cut == Qt::LeftEdge);
        QVERIFY(onCard() == panel->picture()->mark());
        QTest::mouseMove(w.grid(), QPoint(w.grid()->width() - 1, w.grid()->height() - 1));
        QVERIFY(panel->seenText().startsWith(QStringLiteral("The middle")));
        QTest::keyClick(w.window.canvas(), Qt::Key_Escape);
        QVERIFY(panel->seenText().isEmpty());
        QVERIFY(onCard().part.isNull());
    }

    void enterOnALayerLooksInside()
    {
        Opened w;
        showMaps(w);
        QTest::keyClick(w.window.canvas()->viewport(), Qt::Key_Return, Qt::ControlModifier);
        QVERIFY(w.view()->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!w.view()->result().steps.empty(), 30000);
        agrees(w.view());
        QCOMPARE(w.view()->result().element, 55);
        QVERIFY(w.view()->map()->hasFocus());
        // Arrow keys move the cell.
        QTest::keyClick(w.view()->map(), Qt::Key_Right);
        QTRY_COMPARE(w.view()->result().element, 56);
        QTest::keyClick(w.view()->map(), Qt::Key_Up);
        QTRY_COMPARE(w.view()->result().element, 46);
        agrees(w.view());
        // So does a click on a cell.
        NumberMap* map = w.view()->map();
        QTest::mouseClick(map, Qt::LeftButton, {}, map->cellRect(9, 0).center());
        QTRY_COMPARE(w.view()->result().element, 90);
    }

    void rowsBackwardsAndTheUpdate()
    {
        Opened w;
        showMaps(w);
        click(w.grid(), 0, 5, 5);
        QTRY_VERIFY_WITH_TIMEOUT(!w.view()->result().steps.empty(), 30000);
        OperandList* list = w.view()->list();
        QCOMPARE(list->model().groups.size(), 6u);
        QTest::mouseClick(list->widget(), Qt::LeftButton, {}, list->rowRect(2).center());
        QCOMPARE(list->current(), 2);
        QTest::keyClick(list, Qt::Key_Down);
        QCOMPARE(list->current(), 3);

        QTest::mouseClick(segment(w.view(), QStringLiteral("Backward")), Qt::LeftButton);
        QTRY_COMPARE(w.view()->result().request.mode, NumberMode::Backward);
        QTRY_VERIFY(!w.view()->result().steps.empty());
        agrees(w.view());
        // One begins in the middle of the patch: map 4 of S2, row 8, column 8.
        QCOMPARE(w.view()->result().element, 3 * 196 + 7 * 14 + 7);
        QCOMPARE(w.view()->list()->model().groups.size(), 16u);

        QTest::mouseClick(segment(w.view(), QStringLiteral("Update of a weight")), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(w.view()->result().request.mode, NumberMode::Update, 60000);
        const NumberResult& r = w.view()->result();
        QVERIFY2(r.error.isEmpty(), qPrintable(r.error));
        QCOMPARE(r.element, 3 * 25 + 12); // map 1 from map 4, the kernel's middle
        QVERIFY(r.before.weight != r.update.weight.value);
        QTest::keyClick(w.view(), Qt::Key_Escape);
        QVERIFY(w.window.canvas()->isVisible());
    }

    void aPoolingShowsWhatItTookFromWhat()
    {
        Opened w;
        test::GraphMaker m;
        m.input();
        m.conv(4, 3, -1);
        const engine::NodeId pool = m.add("max_pool");
        m.add("global_avg_pool");
        m.dense(10);
        open(w, m.graph());
        lookInside(w, pool);
        agrees(w.view());
        const auto* sum = w.view()->findChild<SumChart*>();
        QCOMPARE(sum->bars().size(), 4u);
        int taken = 0;
        for (const SumChart::Bar& bar : sum->bars()) {
            QVERIFY(bar.value <= w.view()->result().value());
            taken += bar.current;
            QVERIFY(!bar.current || bar.value == w.view()->result().value());
        }
        QCOMPARE(taken, 1);
        QVERIFY(sum->accessibleDescription().startsWith(QStringLiteral("taken ")));
    }

    void aChoiceAmongInputsCountsAndNamesThem()
    {
        Opened w;
        test::GraphMaker m;
        m.input();
        const engine::NodeId one = m.conv(4, 3, -1), other = m.conv(4, 3, -1);
        const engine::NodeId largest = m.merge("maximum", {one, other});
        m.add("global_avg_pool");
        m.dense(10);
        open(w, m.graph());
        lookInside(w, largest);
        agrees(w.view());
        const auto bars = w.view()->findChild<SumChart*>()->bars();
        QCOMPARE(bars.size(), 2u);
        QCOMPARE(bars[0].name, QStringLiteral("input 1"));
        QCOMPARE(bars[1].name, QStringLiteral("input 2"));
        const auto says = [&w](const QString& words) {
            const auto labels = w.view()->findChildren<TextLabel*>();
            return std::any_of(labels.begin(), labels.end(), [&](TextLabel* l) { return l->text().contains(words); });
        };
        QVERIFY(says(QStringLiteral(", one of 2")));
        QVERIFY(says(QStringLiteral("One number of the inputs is taken")));
    }

    /// Cells are read one by one; their words are what the pointer is told.
    void cellsAreATableForWhoListens()
    {
        Opened w;
        showMaps(w);
        click(w.grid(), 6, 5, 4);
        QTRY_VERIFY_WITH_TIMEOUT(!w.view()->result().steps.empty(), 30000);
        ValueGrid* patch = w.view()->findChild<ValueGrid*>();
        QAccessibleInterface* face = QAccessible::queryAccessibleInterface(patch);
        QVERIFY(face && face->role() == QAccessible::Table);
        QAccessibleTableInterface* table = face->tableInterface();
        QVERIFY(table);
        QCOMPARE(table->rowCount(), 5);
        QCOMPARE(table->columnCount(), 5);
        QCOMPARE(face->childCount(), 25);
        QAccessibleInterface* cell = table->cellAt(2, 3);
        QVERIFY(cell && cell->isValid());
        QCOMPARE(cell, face->child(2 * 5 + 3));
        QCOMPARE(face->indexOfChild(cell), 2 * 5 + 3);
        QCOMPARE(cell->parent(), face);
        QCOMPARE(cell->tableCellInterface()->rowIndex(), 2);
        QCOMPARE(cell->tableCellInterface()->columnIndex(), 3);
        const QPoint middle = cell->rect().center();
        QCOMPARE(face->childAt(middle.x(), middle.y()), cell);
        // Row 6, column 5 of C3 sees rows 6 to 10, columns 5 to 9.
        QVERIFY2(cell->text(QAccessible::Name).startsWith(QStringLiteral("Row 8, column 8: ")),
                 qPrintable(cell->text(QAccessible::Name)));
        QVERIFY(!table->cellAt(5, 0));
    }

    void theMapIsATableToo()
    {
        Opened w;
        showMaps(w);
        click(w.grid(), 6, 5, 4);
        QTRY_VERIFY_WITH_TIMEOUT(!w.view()->result().steps.empty(), 30000);
        QAccessibleInterface* face = QAccessible::queryAccessibleInterface(w.view()->map());
        QVERIFY(face && face->role() == QAccessible::Table && face->tableInterface());
        QCOMPARE(face->text(QAccessible::Name), QStringLiteral("Chosen map"));
        QCOMPARE(face->tableInterface()->rowCount(), 10);
        QCOMPARE(face->tableInterface()->columnCount(), 10);
        const QAccessibleInterface* cell = face->tableInterface()->cellAt(5, 4);
        QCOMPARE(cell->text(QAccessible::Name),
                 QStringLiteral("Row 6, column 5: ") + numberText(w.view()->result().value()));
        const QPoint middle = cell->rect().center();
        QCOMPARE(face->childAt(middle.x(), middle.y()), cell);
        // A list of 84 numbers stands in rows of 10.
        w.view()->open(w.node("F6"), 0);
        QTRY_COMPARE(w.view()->result().request.node, w.node("F6"));
        QTRY_COMPARE(face->tableInterface()->rowCount(), 9);
        QVERIFY(face->tableInterface()->cellAt(8, 3)->text(QAccessible::Name).startsWith(QStringLiteral("Row 9")));
        QCOMPARE(face->tableInterface()->cellAt(8, 4)->text(QAccessible::Name), QStringLiteral("No number"));
    }

    /// In a small window the line scrolls, by keys and by the wheel, and the cells keep room for their numbers.
    void everyTermOfALongLineCanBeReached()
    {
        Opened w;
        showMaps(w);
        click(w.grid(), 6, 5, 4);
        w.window.resize(1280, 720);
        QTRY_VERIFY_WITH_TIMEOUT(!w.view()->result().steps.empty(), 30000);
        LineBox* lines = w.view()->lines();
        QScrollBar* bar = lines->verticalScrollBar();
        QTRY_COMPARE(bar->maximum(), 0); // six maps fit
        QCOMPARE(lines->focusPolicy(), Qt::NoFocus);
        w.view()->open(w.node("F6"), 0);
        QTRY_COMPARE(w.view()->result().request.node, w.node("F6"));
        const TextLabel* line = labelled(w.view(), QStringLiteral("In one line"));
        QVERIFY(line);
        QCOMPARE(line->text().count(QStringLiteral(" + ")), 120);
        QTRY_VERIFY(bar->maximum() > 0);
        const auto seen = [&](QPoint p) {
            return lines->viewport()->rect().contains(line->mapTo(lines->viewport(), p));
        };
        QVERIFY(seen({0, 0}));
        QVERIFY(!seen({0, line->height() - 1}));
        QCOMPARE(lines->focusPolicy(), Qt::StrongFocus);
        lines->setFocus(Qt::TabFocusReason);
        QVERIFY(lines->hasFocus());
        for (int i = 0; i < 40; ++i)
            QTest::keyClick(lines, i % 2 ? Qt::Key_Down : Qt::Key_PageDown);
        QVERIFY(seen({0, line->height() - 1}));
        QTest::keyClick(lines, Qt::Key_Up);
        QVERIFY(!seen({0, line->height() - 1}));
        for (int i = 0; i < 40; ++i) {
            QWheelEvent wheel(QPointF(5, 5), lines->viewport()->mapToGlobal(QPointF(5, 5)), {}, {0, 120}, Qt::NoButton,
                              Qt::NoModifier, Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(lines->viewport(), &wheel);
        }
        QVERIFY(seen({0, 0}));
        QTest::keyClick(lines, Qt::Key_Escape);
        QVERIFY(w.window.canvas()->isVisible());
    }

    void theLossHasAPageAtTheLastLayer()
    {
        Opened w;
        const auto& nodes = w.window.document()->graph().nodes;
        showMaps(w);
        click(w.grid(), 0, 0, 0);
        QTRY_VERIFY_WITH_TIMEOUT(!w.view()->result().steps.empty(), 30000);
        QVERIFY(!segment(w.view(), QStringLiteral("Loss"))->isEnabled());
        w.view()->open(nodes.back().id, 3);
        QTRY_VERIFY_WITH_TIMEOUT(
            w.view()->result().request.node == nodes.back().id && !w.view()->result().steps.empty(), 30000);
        QVERIFY(segment(w.view(), QStringLiteral("Loss"))->isEnabled());
        QTest::mouseClick(segment(w.view(), QStringLiteral("Loss")), Qt::LeftButton);
        QTRY_COMPARE(w.view()->result().request.mode, NumberMode::Loss);
        agrees(w.view());
        QVERIFY(w.view()->result().ofLoss);
        QCOMPARE(w.view()->result().element, 3);
        // The loss itself stands above it.
        bool said = false;
        for (const TextLabel* label : w.view()->lines()->findChildren<TextLabel*>())
            said = said || (label->isVisibleTo(w.view()) &&
                            label->text().contains(QStringLiteral("Loss: \u2212target 1 \u00d7 ln(p ")));
        QVERIFY(said);
        const NumberResult& r = w.view()->result();
        QVERIFY(std::abs(r.lossValue.value - r.engineLoss) <= 1e-6 * r.lossValue.magnitude);
    }

    /// A drawing has no class: its gradient is that of the loss if it were what it is read as, or what one chooses.
    void aDrawingIsTakenForAClass()
    {
        Opened w;
        showMaps(w);
        std::vector<std::uint8_t> strokes(784);
        for (std::size_t row = 5; row < 23; ++row)
            strokes[row * 28 + 13] = strokes[row * 28 + 14] = 255;
        auto* maps = w.window.findChild<MapService*>();
        maps->setDrawing(std::make_shared<DrawnImage>(engine::Shape{1, 28, 28}, strokes));
        click(w.grid(), 0, 5, 5);
        const auto shown = [&](NumberMode mode, int assumed) {
            const NumberResult& r = w.view()->result();
            return r.request.mode == mode && !r.steps.empty() && r.assumedClass == assumed;
        };
        QTRY_VERIFY_WITH_TIMEOUT(shown(NumberMode::Forward, -1), 30000);
        QComboBox* classes = w.view()->assumedClass();
        QVERIFY(!classes->isVisible());
        QTest::mouseClick(segment(w.view(), QStringLiteral("Backward")), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(w.view()->result().request.mode == NumberMode::Backward, 30000);
        agrees(w.view());
        const int read = w.view()->result().readClass;
        QCOMPARE(w.view()->result().assumedClass, read);
        QVERIFY(classes->isVisible());
        QCOMPARE(classes->accessibleName(), QStringLiteral("Class of the drawing"));
        QCOMPARE(classes->count(), 11);
        QCOMPARE(classes->currentText(), QStringLiteral("%1, as it is read").arg(read));
        const auto said = [&](int assumed) {
            const QString words = QStringLiteral("The drawing has no class: this is so if it were %1.").arg(assumed);
            const auto labels = w.view()->findChildren<TextLabel*>();
            return std::any_of(labels.begin(), labels.end(),
                               [&](const auto* label) { return label->isVisible() && label->text().contains(words); });
        };
        QVERIFY(said(read));
        const std::vector<float> gradient = w.view()->result().shown.values;

        const int other = read == 9 ? 8 : read + 1; // by the arrow key
        classes->setFocus(Qt::TabFocusReason);
        for (int i = 0; i <= other; ++i)
            QTest::keyClick(classes, Qt::Key_Down);
        QTRY_VERIFY(shown(NumberMode::Backward, other));
        agrees(w.view());
        QVERIFY(w.view()->result().shown.values != gradient);
        QCOMPARE(classes->currentText(), QString::number(other));
        QVERIFY(said(other));
        // The choice stays on the way, and goes with the page.
        w.view()->setMode(NumberMode::Forward);
        QTRY_VERIFY(shown(NumberMode::Forward, -1));
        QVERIFY(!classes->isVisible());
        w.view()->setMode(NumberMode::Backward);
        QTRY_VERIFY(shown(NumberMode::Backward, other));
        w.view()->open(w.node("C3"), 0);
        QTRY_VERIFY(shown(NumberMode::Forward, -1));
        w.view()->setMode(NumberMode::Backward);
        QTRY_VERIFY(shown(NumberMode::Backward, read));
        // An image of the data has its own.
        maps->setImage(0);
        QTRY_VERIFY(shown(NumberMode::Backward, -1));
        QVERIFY(!classes->isVisible());
    }

    /// The gradient of a number behind a fork is the sum over its readers; one is chosen by keys or with the mouse.
    void everyReaderOfANumberSendsItsShare()
    {
        Opened w;
        open(w, residual());
        const auto nodes = w.window.document()->graph().nodes;
        lookInside(w, nodes[3].id); // the convolution behind the fork
        ReaderList* readers = w.view()->readers();
        QVERIFY(!readers->isVisible());
        QTest::keyClick(w.view(), Qt::Key_B);
        QTRY_COMPARE(w.view()->result().request.mode, NumberMode::Backward);
        QTRY_VERIFY(!w.view()->result().steps.empty());
        agrees(w.view());
        const NumberGradient g = w.view()->result().gradient;
        QCOMPARE(g.shares.size(), 2u);
        QVERIFY(g.shares[1].value != 0);
        QVERIFY(std::abs(g.shares[0].value + g.shares[1].value - static_cast<double>(g.engineValue)) <=
                1e-6 * g.magnitude + 1e-30);
        QTRY_VERIFY(readers->isVisible());
        QCOMPARE(readers->topLevelItemCount(), 2);
        QCOMPARE(readers->indexOfTopLevelItem(readers->currentItem()), 0);
        QCOMPARE(readers->topLevelItem(1)->text(0), QStringLiteral("from ") + g.shares[1].name);
        QCOMPARE(w.view()->list()->model().sum, g.shares[0].value);
        const auto text = [&](const char* name) {
            for (const TextLabel* label : w.view()->findChildren<TextLabel*>())
                if (label->accessibleName() == QLatin1String(name) && label->isVisible())
                    return label->text();
            return QString();
        };
        QCOMPARE(text("Sum over the readers"), sharesLine(g));
        QVERIFY(text("In one line").startsWith(QStringLiteral("Share of ") + g.shares[0].name));
        readers->setFocus(Qt::TabFocusReason);
        QVERIFY(readers->hasFocus());
        QTest::keyClick(readers, Qt::Key_Down);
        QTRY_COMPARE(w.view()->result().gradient.reader, 1);
        QCOMPARE(w.view()->list()->model().sum, g.shares[1].value);
        QCOMPARE(w.view()->result().value(), g.value);
        QVERIFY(readers->hasFocus());
        QTest::mouseClick(readers->viewport(), Qt::LeftButton, {},
                          readers->visualItemRect(readers->topLevelItem(0)).center());
        QTRY_COMPARE(w.view()->result().gradient.reader, 0);
        // Another number of the map: the same reader.
        QTest::keyClick(w.view()->map(), Qt::Key_Right);
        QTRY_VERIFY(w.view()->result().gradient.value != g.value);
        agrees(w.view());
    }

    void theGradientByEachInputOfASum()
    {
        Opened w;
        open(w, residual());
        const auto nodes = w.window.document()->graph().nodes;
        lookInside(w, nodes[5].id); // the sum
        QComboBox* inputs = w.view()->inputs();
        QVERIFY(!inputs->isVisible());
        QTest::mouseClick(segment(w.view(), QStringLiteral("Backward")), Qt::LeftButton);
        QTRY_COMPARE(w.view()->result().sources.size(), 2u);
        QTRY_VERIFY(inputs->isVisible());
        QCOMPARE(inputs->accessibleName(), QStringLiteral("Input"));
        QCOMPARE(inputs->currentText(), QStringLiteral("BatchNorm ") + QString::fromStdString(nodes[4].name));
        agrees(w.view());
        QCOMPARE(w.view()->result().gradient.shares.size(), 1u);
        inputs->setFocus(Qt::TabFocusReason);
        QTest::keyClick(inputs, Qt::Key_Down);
        QTRY_COMPARE(w.view()->result().input, 1);
        QCOMPARE(inputs->currentText(), QStringLiteral("ReLU ") + QString::fromStdString(nodes[2].name));
        agrees(w.view());
        QCOMPARE(w.view()->result().gradient.shares.size(), 2u);
        QCOMPARE(w.view()->result().gradient.reader, 1);
    }

    /// Statistics and dropout of the next step, for each image of its batch; the choice is remembered.
    void asInTrainingAndAsInEvaluation()
    {
        Opened w;
        showMaps(w);
        click(w.grid(), 0, 5, 5);
        QTRY_VERIFY_WITH_TIMEOUT(!w.view()->result().steps.empty(), 30000);
        QVERIFY(!w.view()->training()->isVisible()); // all layers are the same
        QTest::keyClick(w.view(), Qt::Key_Escape);
        w.window.document()->reset(residual(), {}, w.window.document()->trainConfig());
        const auto nodes = w.window.document()->graph().nodes;
        lookInside(w, nodes[3].id);
        QTRY_VERIFY(w.view()->training()->isVisible());
        QVERIFY(!w.view()->batchImage()->isVisible());
        // Each layer of the card has tensors of its own, which its calculation names.
        const auto& steps = w.view()->result().steps;
        QCOMPARE(steps.size(), 2u);
        QCOMPARE(steps[0].tensorKeys, (std::vector<QString>{QStringLiteral("weight"), QStringLiteral("bias")}));
        QCOMPARE(steps[1].kind, QStringLiteral("BatchNorm"));
        QCOMPARE(steps[1].tensorKeys.size(), 4u);
        const TextLabel* parts = labelled(w.view(), QStringLiteral("Made of"));
        QVERIFY(parts);
        QVERIFY2(parts->text().contains(steps[1].tensorKeys[3]), qPrintable(parts->text()));
        const double evaluated = w.view()->result().value();
        QTest::mouseClick(segment(w.view(), QStringLiteral("As in training")), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(w.view()->result().training, 60000);
        agrees(w.view());
        QVERIFY(w.view()->result().value() != evaluated);
        QVERIFY(w.view()->batchImage()->isVisible());
        QCOMPARE(w.view()->result().image, 0);
        QTest::keyClick(w.view()->batchImage(), Qt::Key_Up);
        QTRY_COMPARE(w.view()->result().image, 1);
        agrees(w.view());
        QVERIFY(Settings::instance().get(setting::numbersAsInTraining));
        const auto said = [&](const char* words) {
            for (const TextLabel* label : w.view()->findChildren<TextLabel*>())
                if (label->isVisible() && label->text().contains(QLatin1String(words)))
                    return true;
            return false;
        };
        QVERIFY(said(" of step 1, which training does next."));
        QVERIFY(said("Mean and variance are those of this batch."));
        // An update is always as in training: nothing to choose.
        QTest::mouseClick(segment(w.view(), QStringLiteral("Update of a weight")), Qt::LeftButton);
        QTRY_VERIFY(!w.view()->training()->isVisible());
        QTest::mouseClick(segment(w.view(), QStringLiteral("Backward")), Qt::LeftButton);
        QTRY_VERIFY(w.view()->training()->isVisible());
        segment(w.view(), QStringLiteral("As in training"))->setFocus(Qt::TabFocusReason);
        QTest::keyClick(segment(w.view(), QStringLiteral("As in training")), Qt::Key_Left);
        QTRY_VERIFY(!w.view()->result().training && !w.view()->result().steps.empty());
        agrees(w.view());
        QVERIFY(!Settings::instance().get(setting::numbersAsInTraining));
        QVERIFY(said("With running statistics and without dropout."));
    }

    /// From a number to one that it is made of, down to the pixel, and all the way back.
    void aNumberLeadsToThoseItIsMadeOf()
    {
        Opened w;
        showMaps(w);
        click(w.grid(), 6, 5, 4);
        QTRY_VERIFY_WITH_TIMEOUT(!w.view()->result().steps.empty(), 30000);
        IconButton* back = nullptr;
        for (IconButton* b : w.view()->findChildren<IconButton*>())
            if (b->iconName() == QLatin1String("back"))
                back = b;
        QVERIFY(back && !back->isVisible());
        const auto reached = [&](const char* name) {
            return w.view()->result().request.node == w.node(name) && !w.view()->result().steps.empty();
        };
        ValueGrid* patch = w.view()->findChild<ValueGrid*>(); // the first: what is read
        QTest::keyClick(w.view()->list(), Qt::Key_Down);
        const QString read = patch->cellWords(1, 3);
        QTest::mouseClick(patch, Qt::LeftButton, {}, patch->cellRect(1, 3).center());
        QTRY_VERIFY(reached("S2"));
        agrees(w.view());
        QCOMPARE(w.view()->result().element, 196 + 6 * 14 + 7); // map 2, row 7, column 8
        const auto value = static_cast<double>(w.view()->result().steps.back().engineValue);
        QVERIFY2(read.endsWith(QStringLiteral(": ") + numberText(value, decimalsFor(value, 6))), qPrintable(read));
        QVERIFY(back->isVisible());
        // Enter, from the cell in the middle, after Tab.
        patch->setFocus(Qt::TabFocusReason);
        QVERIFY(patch->hasFocus());
        QTest::keyClick(patch, Qt::Key_Right);
        QTest::keyClick(patch, Qt::Key_Return);
        QTRY_VERIFY(reached("C1"));
        QCOMPARE(w.view()->result().steps.size(), 2u); // its activation follows
        // Enter on a row: what is in the middle of its patch.
        QTest::keyClick(w.view()->list(), Qt::Key_Return);
        QTRY_VERIFY(reached("Input"));
        agrees(w.view());
        QTest::keyClick(w.view()->map(), Qt::Key_Left, Qt::AltModifier);
        QTRY_VERIFY(reached("C1"));
        QTest::mouseClick(back, Qt::LeftButton);
        QTRY_VERIFY(reached("S2"));
        QCOMPARE(w.view()->result().element, 196 + 6 * 14 + 7);
        QTest::keyClick(w.view(), Qt::Key_Left, Qt::AltModifier);
        QTRY_VERIFY(reached("C3"));
        QCOMPARE(w.view()->result().element, 6 * 100 + 5 * 10 + 4);
        QCOMPARE(w.view()->list()->current(), 1);
        QVERIFY(!back->isVisible());

        // Backwards, a gradient leads on towards the loss.
        QTest::keyClick(w.view(), Qt::Key_B);
        QTRY_VERIFY(w.view()->result().request.mode == NumberMode::Backward && reached("C3"));
        for (int i = 0; i < 20 && w.view()->mode() == NumberMode::Backward; ++i) {
            const engine::NodeId node = w.view()->result().request.node;
            QTest::mouseDClick(w.view()->list()->widget(), Qt::LeftButton, {}, w.view()->list()->rowRect(0).center());
            QTRY_VERIFY((w.view()->result().request.node != node || w.view()->mode() == NumberMode::Loss) &&
                        !w.view()->result().steps.empty());
            agrees(w.view());
        }
        QCOMPARE(w.view()->mode(), NumberMode::Loss);
        // A number opened from elsewhere begins a way of its own.
        QVERIFY(back->isVisible());
        w.view()->open(w.node("C1"), 5);
        QVERIFY(!back->isVisible());
    }

    /// The newest weights are shown, and every number agrees with the engine, while training goes on.
    void followsTraining()
    {
        Opened w;
        showMaps(w);
        click(w.grid(), 3, 4, 4);
        QTRY_VERIFY_WITH_TIMEOUT(!w.view()->result().steps.empty(), 30000);
        const float before = w.view()->result().steps.back().engineValue;
        engine::TrainConfig config = w.window.document()->trainConfig();
        config.limit = 2000;
        config.epochs = 1000;
        w.window.document()->setTrainConfig(config);
        w.window.controller()->train();
        QTRY_COMPARE_WITH_TIMEOUT(w.window.controller()->state(), RunState::Running, 60000);
        for (int i = 0; i < 3; ++i) {
            const auto weights = w.view()->result().request.weights;
            QTRY_VERIFY_WITH_TIMEOUT(w.view()->result().request.weights != weights, 30000);
            agrees(w.view());
        }
        QVERIFY(w.view()->result().steps.back().engineValue != before);
        w.window.controller()->stop();
        QTRY_VERIFY_WITH_TIMEOUT(!w.window.controller()->isActive(), 60000);
    }

    /// A layer that goes away while one looks at it leaves a sentence, not a number.
    void aRemovedLayer()
    {
        Opened w;
        showMaps(w);
        click(w.grid(), 3, 4, 4);
        QTRY_VERIFY_WITH_TIMEOUT(!w.view()->result().steps.empty(), 30000);
        w.window.document()->removeNodes({w.node("C3")}, true);
        QTRY_VERIFY(!w.view()->result().error.isEmpty());
    }

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(WindowNumberTest)
#include "window_number_test.moc"
