#include "engine/blocks/groups.h"
#include "engine/layers/layer.h"
#include "sample_graphs.h"
#include "ui/canvas/layout.h"
#include "ui/canvas/placement.h"
#include "ui/document/edit_builder.h"
#include "ui/inspector/block_settings.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/inspector/param_form.h"
#include "ui/inspector/shape_label.h"
#include "ui/inspector/why_list.h"
#include "ui/theme/settings.h"

#include <QCheckBox>
#include <QLineEdit>
#include <QSlider>
#include <QStyleOptionSlider>
#include <QUndoStack>
#include <QtTest>

using namespace convarium;
using namespace convarium::ui;

class TestInspectorPanel : public QObject
{
    Q_OBJECT

    std::unique_ptr<ProjectDocument> m_document;
    std::unique_ptr<InspectorPanel> m_panel;

    NumberBox* box(const QString& name) const
    {
        for (auto* b : m_panel->findChildren<NumberBox*>())
            if (b->accessibleName() == name)
                return b;
        return nullptr;
    }
    static void type(QAbstractSpinBox* field, const QString& text)
    {
        field->setFocus();
        field->selectAll();
        QTest::keyClicks(field, text);
    }
    std::int64_t integer(engine::NodeId id, const std::string& key) const
    {
        return std::get<std::int64_t>(*m_document->graph().node(id)->params.find(key));
    }
    int steps() const { return m_document->undoStack()->count(); }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }
    void init()
    {
        m_document = std::make_unique<ProjectDocument>();
        m_document->reset(test::lenetPart(), {}, {});
        m_panel = std::make_unique<InspectorPanel>(m_document.get());
        m_panel->resize(320, 800);
        m_panel->show();
        m_panel->setSelection({2});
    }
    void cleanup()
    {
        m_panel.reset();
        m_document.reset();
    }

    void aBlockHasANameAndParametersThatSetAllItsLayersAtOnce()
    {
        const NodeId first = m_document->addNode("conv2d", {}), second = m_document->addNodeAfter("conv2d", {}, first);
        std::int64_t group = -1;
        m_document->edit(QStringLiteral("Make"), [&](EditBuilder& b) {
            group = b.makeBlock({first, second}, -1, "Twins");
        });
        m_panel->setSelection({first, second});
        BlockSettings* settings = m_panel->blockSettings();
        QVERIFY(settings->isVisible() && settings->isEmpty() && !m_panel->form()->isVisible());
        m_document->edit(QStringLiteral("Parameters"), [&](EditBuilder& b) {
            b.setBlockParameters(group, {{"Filters", {{first, "filters"}, {second, "filters"}}},
                                         {"Kernel",
                                          {{first, "kernelHeight"},
                                           {first, "kernelWidth"},
                                           {second, "kernelHeight"},
                                           {second, "kernelWidth"}}}});
        });
        QTRY_VERIFY(settings->field(1));
        const int before = steps();
        NumberBox* filters = box(QStringLiteral("Filters"));
        QVERIFY(filters);
        QTRY_VERIFY(filters->isVisible());
        type(filters, QStringLiteral("24"));
        QTest::keyClick(filters, Qt::Key_Return);
        QCOMPARE(integer(first, "filters"), 24);
        QCOMPARE(integer(second, "filters"), 24);
        QCOMPARE(steps(), before + 1);
        QCOMPARE(m_document->undoStack()->undoText(), QStringLiteral("Change filters of Twins to 24"));
        type(box(QStringLiteral("Kernel")), QStringLiteral("5"));
        QTest::keyClick(box(QStringLiteral("Kernel")), Qt::Key_Return);
        for (const char* key : {"kernelHeight", "kernelWidth"})
            QCOMPARE(integer(second, key), 5);
        m_document->undoStack()->undo();
        m_document->undoStack()->undo();
        QVERIFY(integer(second, "filters") != 24);
        // Its name, as that of a layer.
        QCOMPARE(m_panel->nameField()->text(), QStringLiteral("Twins"));
        m_panel->startRename();
        QTest::keyClicks(m_panel->nameField(), QStringLiteral("Pair"));
        QTest::keyClick(m_panel->nameField(), Qt::Key_Return);
        QCOMPARE(m_document->graph().groups.front().name, std::string("Pair"));
        m_panel->setSelection({first});
        QVERIFY(!settings->isVisible() && m_panel->form()->isVisible());
    }

    void aBlockOfThePaletteIsWrittenAgainByItsParameters()
    {
        m_document->placeNodes(layoutOf(m_document->state()));
        const auto members = insertBlock(*m_document, "residual_basic", std::nullopt, 2, {});
        const std::int64_t group = m_document->graph().groups.front().id;
        m_panel->setSelection(members);
        BlockSettings* settings = m_panel->blockSettings();
        QVERIFY(settings->field(3) && !settings->field(4)); // filters, stride, shortcut, squeeze ratio
        const DocumentState before = m_document->state();
        const int count = steps();
        type(box(QStringLiteral("Filters")), QStringLiteral("24"));
        QTest::keyClick(box(QStringLiteral("Filters")), Qt::Key_Return);
        for (const NodeId id : members)
            if (m_document->graph().node(id)->type == "conv2d")
                QCOMPARE(integer(id, "filters"), 24);
        QCOMPARE(steps(), count + 1);
        QVERIFY(m_document->undoStack()->undoText().startsWith(QStringLiteral("Change filters of Residual block 1")));
        QVERIFY(engine::membersOf(m_document->graph(), group) == members); // the same layers
        // The shortcut no longer fits: said here, in words.
        QTRY_VERIFY(m_panel->faultText().contains(QStringLiteral("24")));
        type(box(QStringLiteral("Squeeze ratio")), QStringLiteral("4"));
        QTest::keyClick(box(QStringLiteral("Squeeze ratio")), Qt::Key_Return);
        QCOMPARE(engine::membersOf(m_document->graph(), group).size(), members.size() + 6);
        QCOMPARE(m_document->positions().size(), m_document->graph().nodes.size());
        const DocumentState after = m_document->state();
        while (steps() > count && m_document->undoStack()->index() > count)
            m_document->undoStack()->undo();
        QVERIFY(m_document->state() == before);
        m_document->undoStack()->redo();
        m_document->undoStack()->redo();
        QVERIFY(m_document->state() == after);
    }

    void aParameterThatCannotBeSaysWhy()
    {
        m_document->placeNodes(layoutOf(m_document->state()));
        const auto members = insertBlock(*m_document, "residual_basic", std::nullopt, 2, {});
        m_panel->setSelection(members);
        BlockSettings* settings = m_panel->blockSettings();
        NumberBox* filters = box(QStringLiteral("Filters"));
        type(filters, QStringLiteral("0"));
        QVERIFY(settings->message(0).contains(QStringLiteral("1 to 4,096")));
        QTest::keyClick(filters, Qt::Key_Return);
        QVERIFY(settings->message(0).isEmpty());
        // A wire from outside is at the projection, which would go.
        auto* shortcut = settings->field(2)->findChild<SegmentedControl*>();
        shortcut->setCurrentIndex(1);
        const auto now = engine::membersOf(m_document->graph(), m_document->graph().groups.front().id);
        for (const NodeId id : now)
            if (m_document->graph().node(id)->name.ends_with(".short"))
                QVERIFY(m_document->connectNodes(id, m_document->addNode("relu", {})));
        m_panel->setSelection(now);
        const DocumentState before = m_document->state();
        shortcut->setCurrentIndex(0);
        QVERIFY2(settings->message(2).contains(QStringLiteral(".short")), qPrintable(settings->message(2)));
        QVERIFY(m_document->state() == before);
        QCOMPARE(shortcut->currentIndex(), 1); // as it is
    }

    void aSliderShowsItsResultLiveAndIsOneStep()
    {
        const auto drag = [&](const QString& name, const std::function<void()>& seen) {
            QCoreApplication::processEvents(); // rows find their places
            QSlider* slider = nullptr;
            for (auto* one : m_panel->findChildren<QSlider*>())
                if (one->accessibleName() == name)
                    slider = one;
            QVERIFY2(slider && slider->isVisible(), qPrintable(name));
            QStyleOptionSlider option;
            option.initFrom(slider);
            option.orientation = Qt::Horizontal;
            option.minimum = slider->minimum();
            option.maximum = slider->maximum();
            option.sliderPosition = option.sliderValue = slider->value();
            const QPoint from =
                slider->style()->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, slider).center();
            const int count = m_document->undoStack()->index();
            QTest::mousePress(slider, Qt::LeftButton, {}, from);
            for (const int by : {12, 24, 36})
                QTest::mouseMove(slider, from + QPoint(by, 0));
            seen();
            QTest::mouseRelease(slider, Qt::LeftButton, {}, from + QPoint(36, 0));
            QCOMPARE(m_document->undoStack()->index(), count + 1);
        };
        const auto real = [&](NodeId id, const std::string& key) {
            return m_document->graph().node(id)->params.real(key);
        };
        const NodeId a = m_document->addNode("lrn", {}), b = m_document->addNode("lrn", {});
        m_panel->setSelection({a});
        // What is usual lies in the middle, so a small move does not jump from 0.0001 to tens.
        drag(QStringLiteral("Alpha slider"), [&] { QVERIFY(real(a, "alpha") > 1e-4 && real(a, "alpha") < 100); });
        m_document->undoStack()->undo();
        QCOMPARE(real(a, "alpha"), 1e-4);
        m_panel->setSelection({a, b});
        drag(QStringLiteral("Beta slider"), [&] { QVERIFY(real(b, "beta") > 0.75); });
        QCOMPARE(real(a, "beta"), real(b, "beta"));
        m_document->undoStack()->undo();
        QCOMPARE(real(b, "beta"), 0.75);
        // A block is written again once the slider is let go.
        m_document->placeNodes(layoutOf(m_document->state()));
        const auto members = insertBlock(*m_document, "residual_basic", std::nullopt, 2, {});
        m_panel->setSelection(members);
        drag(QStringLiteral("Squeeze ratio slider"),
             [&] { QCOMPARE(m_document->graph().groups.size(), std::size_t(1)); });
        QCOMPARE(m_document->graph().groups.size(), std::size_t(2));
    }

    void nothingIsCutOffInAnyLayer()
    {
        for (const engine::LayerDescriptor& layer : engine::layerRegistry()) {
            const NodeId id = m_document->addNode(layer.id, {});
            m_panel->setSelection({id});
            std::vector<std::pair<std::string, std::string>> modes{{}};
            for (const engine::ParamInfo& info : layer.parameters)
                for (const std::string& choice : info.choices)
                    modes.emplace_back(info.key, choice);
            for (const int width : {320, 272})
                for (const auto& [key, choice] : modes) {
                    if (!key.empty())
                        m_document->setParam(id, key, choice);
                    m_panel->resize(width, 800);
                    QCoreApplication::processEvents();
                    QStringList cut;
                    for (auto* child : m_panel->widget()->findChildren<QWidget*>())
                        if (child->isVisible() && child->findChildren<QWidget*>().isEmpty() &&
                            child->mapTo(m_panel->widget(), child->rect().bottomRight()).x() >=
                                m_panel->viewport()->width())
                            cut << child->accessibleName() + QLatin1Char(' ') + child->property("text").toString();
                    QVERIFY2(m_panel->widget()->width() <= m_panel->viewport()->width(),
                             qPrintable(QStringLiteral("%1, %2 %3 at %4: %5")
                                            .arg(layer.id.c_str(), key.c_str(), choice.c_str())
                                            .arg(width)
                                            .arg(cut.join(QStringLiteral(" | ")))));
                }
        }
    }

    void oneLayerShowsItsShapeSettingsAndReasons()
    {
        QCOMPARE(m_panel->accessibleName(), QStringLiteral("Inspector"));
        QCOMPARE(m_panel->shapeLabel()->text(), QStringLiteral("10×10×16"));
        QCOMPARE(m_panel->nameField()->text(), QStringLiteral("C3"));
        QCOMPARE(box(QStringLiteral("Filters"))->value(), 16);
        QStringList reasons;
        for (const auto* row : m_panel->whyList()->rows())
            reasons << row->title() + QLatin1Char('=') + row->result();
        QVERIFY2(reasons.contains(QStringLiteral("Parameters=2,416")), qPrintable(reasons.join(QLatin1Char(';'))));
        QVERIFY(reasons.contains(QStringLiteral("MACs per image=240,000")));
    }

    void anEditIsExactlyOneUndoStep()
    {
        type(box(QStringLiteral("Filters")), QStringLiteral("32"));
        QCOMPARE(steps(), 0); // not while typing
        QTest::keyClick(box(QStringLiteral("Filters")), Qt::Key_Return);
        QCOMPARE(integer(2, "filters"), 32);
        QCOMPARE(steps(), 1);
        QCOMPARE(m_document->undoStack()->text(0), QStringLiteral("Change filters of C3 from 16 to 32"));
        QTRY_COMPARE(m_panel->shapeLabel()->text(), QStringLiteral("10×10×32"));
        m_document->undoStack()->undo();
        QCOMPARE(integer(2, "filters"), 16);
        QTRY_COMPARE(box(QStringLiteral("Filters"))->value(), 16);
    }

    void whatIsBeingTypedOutlivesARefresh()
    {
        auto* filters = box(QStringLiteral("Filters"));
        filters->setFocus();
        filters->selectAll();
        QTest::keyClicks(filters, QStringLiteral("3"));
        m_document->setClasses(7); // all shapes are worked out again, the panel follows
        QCoreApplication::processEvents();
        QTest::keyClicks(filters, QStringLiteral("2"));
        QTest::keyClick(filters, Qt::Key_Return);
        QCOMPARE(integer(2, "filters"), 32);
        filters->selectAll();
        m_document->setClasses(8);
        QCoreApplication::processEvents();
        QTest::keyClicks(filters, QStringLiteral("5"));
        QTest::keyClick(filters, Qt::Key_Return);
        QCOMPARE(integer(2, "filters"), 5);
    }

    void arrowKeysStep()
    {
        auto* filters = box(QStringLiteral("Filters"));
        filters->setFocus();
        QTest::keyClick(filters, Qt::Key_Up);
        QCOMPARE(integer(2, "filters"), 17);
        QCOMPARE(steps(), 1);
    }

    void valuesOutOfRangeAreExplainedAndNeverTaken_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("too large") << QStringLiteral("5000");
        QTest::newRow("zero") << QStringLiteral("0");
        QTest::newRow("no number") << QStringLiteral("many");
        QTest::newRow("beyond int") << QStringLiteral("99999999999999999999");
    }
    void valuesOutOfRangeAreExplainedAndNeverTaken()
    {
        QFETCH(QString, text);
        auto* filters = box(QStringLiteral("Filters"));
        type(filters, text);
        const QString message = m_panel->form()->message("filters");
        QVERIFY2(message.contains(QStringLiteral("1 to 4,096")), qPrintable(message));
        QTest::keyClick(filters, Qt::Key_Return);
        QCOMPARE(steps(), 0);
        QCOMPARE(filters->value(), 16);
        QVERIFY(m_panel->form()->message("filters").isEmpty());
    }

    void linkedSidesChangeTogetherInOneStep()
    {
        type(box(QStringLiteral("Kernel")), QStringLiteral("3"));
        QTest::keyClick(box(QStringLiteral("Kernel")), Qt::Key_Return);
        QCOMPARE(integer(2, "kernelHeight"), 3);
        QCOMPARE(integer(2, "kernelWidth"), 3);
        QCOMPARE(steps(), 1);
    }

    void linkedSidesHaveASlider()
    {
        const auto slider = [&](const QString& name) {
            QSlider* found = nullptr;
            for (auto* one : m_panel->findChildren<QSlider*>())
                if (one->accessibleName() == name)
                    found = one;
            return found;
        };
        QSlider* kernel = slider(QStringLiteral("Kernel slider"));
        QVERIFY(kernel && kernel->isVisible() && kernel->width() > 40);
        QCOMPARE(kernel->value(), 5);
        QVERIFY(!box(QStringLiteral("Kernel width"))->isVisible());
        QTest::keyClick(kernel, Qt::Key_Left);
        QCOMPARE(integer(2, "kernelHeight"), 4);
        QCOMPARE(integer(2, "kernelWidth"), 4);
        QCOMPARE(steps(), 1);
        QTRY_COMPARE(box(QStringLiteral("Kernel"))->value(), 4);
        // A drag over several values is one step, and all of it is undone at once.
        QStyleOptionSlider option;
        option.initFrom(kernel);
        option.minimum = kernel->minimum();
        option.maximum = kernel->maximum();
        option.sliderPosition = option.sliderValue = kernel->value();
        const QPoint from =
            kernel->style()->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, kernel).center();
        QTest::mousePress(kernel, Qt::LeftButton, {}, from);
        for (int by = 4; by <= 24; by += 4)
            QTest::mouseMove(kernel, from + QPoint(by, 0));
        QVERIFY(integer(2, "kernelHeight") > 5);
        QCOMPARE(integer(2, "kernelWidth"), integer(2, "kernelHeight"));
        QTest::mouseRelease(kernel, Qt::LeftButton, {}, from + QPoint(24, 0));
        QCOMPARE(steps(), 2);
        QTRY_COMPARE(box(QStringLiteral("Kernel"))->value(), static_cast<int>(integer(2, "kernelHeight")));
        m_document->undoStack()->undo();
        QCOMPARE(integer(2, "kernelHeight"), 4);
        QCOMPARE(integer(2, "kernelWidth"), 4);
        QTRY_COMPARE(kernel->value(), 4);
        // What is larger than the slider goes is typed and stays.
        type(box(QStringLiteral("Kernel")), QStringLiteral("40"));
        QTest::keyClick(box(QStringLiteral("Kernel")), Qt::Key_Return);
        QCOMPARE(integer(2, "kernelHeight"), 40);
        QTRY_COMPARE(kernel->value(), kernel->maximum());
        QVERIFY(slider(QStringLiteral("Stride slider"))->isVisible());
        // Sizes that differ have a field each.
        m_document->setParam(2, "kernelWidth", std::int64_t{3});
        QTRY_VERIFY(box(QStringLiteral("Kernel width"))->isVisible());
        QVERIFY(!kernel->isVisible());
        m_panel->setSelection({1});
        QVERIFY(box(QStringLiteral("Width"))->isVisible()); // sizes of images are typed
        QVERIFY(!slider(QStringLiteral("Height slider")));
    }

    void unlinkedSidesChangeAlone()
    {
        IconButton* link = nullptr;
        for (auto* b : m_panel->findChildren<IconButton*>())
            if (b->accessibleName() == QStringLiteral("Kernel linked"))
                link = b;
        QVERIFY(link);
        link->click();
        type(box(QStringLiteral("Kernel width")), QStringLiteral("3"));
        QTest::keyClick(box(QStringLiteral("Kernel width")), Qt::Key_Return);
        QCOMPARE(integer(2, "kernelHeight"), 5);
        QCOMPARE(integer(2, "kernelWidth"), 3);
        QCOMPARE(link->accessibleName(), QStringLiteral("Kernel not linked"));
        link->click(); // linking again makes them equal
        QCOMPARE(integer(2, "kernelWidth"), 5);
    }

    void settingsThatDependOnOthersComeAndGo()
    {
        auto* pad = m_panel->form()->field("padHeight");
        QVERIFY(pad->isHidden());
        m_document->setParam(2, "padding", std::string("explicit"));
        QTRY_VERIFY(!m_panel->form()->field("padHeight")->isHidden());
    }

    void faultsOfASettingStandBelowItsField()
    {
        m_document->setParam(2, "groups", std::int64_t{4});
        QTRY_VERIFY(!m_panel->form()->message("groups").isEmpty());
        m_document->undoStack()->undo();
        QTRY_VERIFY(m_panel->form()->message("groups").isEmpty());
    }

    void aFaultyLayerKeepsItsLastShape()
    {
        m_document->removeEdge(m_document->graph().edges.front());
        QTRY_VERIFY(!m_panel->faultText().isEmpty());
        QCOMPARE(m_panel->shapeLabel()->text(), QStringLiteral("10×10×16"));
    }

    void severalLayersShareTheirSettings()
    {
        m_panel->setSelection({2, 3});
        auto* filters = box(QStringLiteral("Filters"));
        QVERIFY(filters);
        QVERIFY(filters->text().isEmpty()); // 16 and 8
        type(filters, QStringLiteral("12"));
        QTest::keyClick(filters, Qt::Key_Return);
        QCOMPARE(integer(2, "filters"), 12);
        QCOMPARE(integer(3, "filters"), 12);
        QCOMPARE(steps(), 1);
        m_panel->setSelection({2, 5});
        QVERIFY(!m_panel->form()->field("filters"));
        QVERIFY(m_panel->form()->field("bias"));
    }

    void renamingIsAnUndoStep()
    {
        m_panel->startRename();
        QTest::keyClicks(m_panel->nameField(), QStringLiteral("Eyes"));
        QTest::keyClick(m_panel->nameField(), Qt::Key_Return);
        QCOMPARE(m_document->graph().node(2)->name, std::string("Eyes"));
        QCOMPARE(steps(), 1);
    }

    void leavingTheNameFieldBySelectingAnotherLayerRenamesTheRightOne()
    {
        m_panel->startRename();
        QTest::keyClicks(m_panel->nameField(), QStringLiteral("Ears"));
        m_panel->setSelection({3});
        QCOMPARE(m_document->graph().node(2)->name, std::string("Ears"));
        QCOMPARE(m_document->graph().node(3)->name, std::string("C4"));
    }

    void freezingIsAnUndoStep()
    {
        QCheckBox* frozen = nullptr;
        for (auto* b : m_panel->findChildren<QCheckBox*>())
            if (b->accessibleName() == QStringLiteral("Frozen"))
                frozen = b;
        QVERIFY(frozen);
        frozen->click();
        QVERIFY(m_document->graph().node(2)->frozen);
        QCOMPARE(steps(), 1);
    }

    void withoutASelectionTheNetworkIsShown()
    {
        m_panel->setSelection({});
        QCOMPARE(m_panel->nameField()->text(), QStringLiteral("Part of LeNet"));
        QVERIFY(m_panel->shapeLabel()->isHidden());
        QVERIFY(m_panel->whyList()->rows().size() >= 4);
    }

    void removingTheSelectedLayerShowsTheNetwork()
    {
        m_document->removeNodes({2}, true);
        QVERIFY(m_panel->selection().empty());
        QTRY_COMPARE(m_panel->nameField()->text(), QStringLiteral("Part of LeNet"));
    }

    void everyLayerOfTheRegistryHasAForm()
    {
        for (const auto& layer : engine::layerRegistry()) {
            const auto id = m_document->addNode(layer.id, {});
            m_panel->setSelection({id});
            for (const auto& info : layer.parameters)
                QVERIFY2(m_panel->form()->field(info.key),
                         qPrintable(QString::fromStdString(layer.id + " " + info.key)));
        }
    }
};

QTEST_MAIN(TestInspectorPanel)
#include "test_inspector_panel.moc"
