#include "engine/blocks/groups.h"
#include "engine/layers/layer.h"
#include "ui/document/edit_builder.h"
#include "ui/document/own_blocks.h"
#include "ui/palette/layer_palette.h"
#include "ui/palette/own_block_section.h"
#include "ui/theme/dialogs.h"
#include "ui/theme/settings.h"
#include "ui/theme/widgets.h"

#include <QAccessible>
#include <QLineEdit>
#include <QMimeData>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

using namespace convarium;
using namespace convarium::ui;

namespace
{

QStringList shownRows(const LayerPalette& palette)
{
    QStringList ids;
    for (const engine::LayerDescriptor& layer : engine::layerRegistry()) {
        const LayerRow* row = palette.row(QString::fromStdString(layer.id));
        if (row && row->isVisible())
            ids << row->id();
    }
    return ids;
}

QString wordsOf(const LayerPalette& palette)
{
    QStringList words;
    for (const auto* label : palette.findChildren<TextLabel*>())
        if (label->isVisible())
            words << label->text();
    return words.join(u'\n');
}

void keepBlock(const QString& name)
{
    ProjectDocument document;
    const NodeId conv = document.addNode("conv2d", {});
    const NodeId relu = document.addNodeAfter("relu", {}, conv);
    std::int64_t group = -1;
    document.edit(name, [&](EditBuilder& b) { group = b.makeBlock({conv, relu}, -1, name.toStdString()); });
    QVERIFY(OwnBlocks::instance().save(blockContent(document.state(), group, name)).has_value());
}

/// A window with the palette at its left, as in the program.
struct Window {
    QWidget window;
    LayerPalette* palette = new LayerPalette(&window);
    QSignalSpy activated{palette, &LayerPalette::layerActivated};

    Window()
    {
        window.resize(700, 800);
        palette->resize(palette->width(), 800);
        window.show();
        window.activateWindow();
    }
    [[nodiscard]] bool ready() { return QTest::qWaitForWindowActive(&window); }
    [[nodiscard]] QToolButton* railButton(const QString& name) const
    {
        for (auto* button : palette->findChildren<QToolButton*>())
            if (button->accessibleName() == name && button->isVisible())
                return button;
        return nullptr;
    }
    /// Rows outside the palette: those of an open fly-out.
    [[nodiscard]] QList<LayerRow*> flownOut() const
    {
        QList<LayerRow*> rows;
        for (auto* row : window.findChildren<LayerRow*>())
            if (row->isVisible() && !palette->isAncestorOf(row))
                rows << row;
        return rows;
    }
};

} // namespace

class TestPalette : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void myBlocksAreListedFoundRenamedAndDeleted()
    {
        QTemporaryDir folder;
        OwnBlocks& store = OwnBlocks::instance();
        store.load(folder.path());
        Window w;
        QVERIFY(w.ready());
        QVERIFY(!wordsOf(*w.palette).contains(QStringLiteral("My blocks")));
        auto* header = w.palette->ownBlocks()->findChild<SectionHeader*>();
        QVERIFY(!header->isVisible()); // nothing is there, so nothing is said
        keepBlock(QStringLiteral("Stage"));
        keepBlock(QStringLiteral("Body"));
        QVERIFY(header->isVisible());
        QCOMPARE(header->text(), QStringLiteral("My blocks"));
        LayerRow* row = w.palette->row(QStringLiteral("my:Stage"));
        QVERIFY(row && row->isVisible() && row->toolTip().contains(QStringLiteral("Conv2D, ReLU")));
        const std::unique_ptr<QMimeData> mime(row->mimeData());
        QCOMPARE(mime->data(QStringLiteral("application/x-convarium-layer")), QByteArray("my:Stage"));
        QTest::mouseDClick(row, Qt::LeftButton);
        QCOMPARE(w.activated.count(), 1);
        QCOMPARE(w.activated.front().front().toString(), QStringLiteral("my:Stage"));
        w.palette->searchField()->setText(QStringLiteral("stag"));
        QVERIFY(w.palette->row(QStringLiteral("my:Stage"))->isVisible());
        QVERIFY(!w.palette->row(QStringLiteral("my:Body"))->isVisible());
        w.palette->searchField()->clear();

        row->setFocus();
        QTest::keyClick(row, Qt::Key_F2);
        QLineEdit* field = w.palette->ownBlocks()->renameField();
        QVERIFY(field && field->isVisible());
        QTest::keyClicks(field, QStringLiteral("Torso"));
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(w.palette->row(QStringLiteral("my:Torso")) && !w.palette->row(QStringLiteral("my:Stage")));
        QVERIFY(store.named(QStringLiteral("Torso")));

        QStringList asked;
        int answer = 0;
        const dialogs::ScopedAnswers answers([&](const dialogs::Message& m) {
            asked << m.text;
            return answer;
        });
        for (answer = 0; answer < 2; ++answer) {
            row = w.palette->row(QStringLiteral("my:Torso"));
            row->setFocus();
            QTest::keyClick(row, Qt::Key_Delete);
            QCOMPARE(store.named(QStringLiteral("Torso")) == nullptr, answer == 1);
        }
        QCOMPARE(asked.size(), 2);
        QVERIFY(!w.palette->row(QStringLiteral("my:Torso")) && w.palette->row(QStringLiteral("my:Body")));
        store.load(folder.filePath(QStringLiteral("nowhere")));
        QVERIFY(!header->isVisible());
    }

    void everyLayerHasARowUnderItsFamily()
    {
        Window w;
        QVERIFY(w.ready());
        QCOMPARE(w.palette->accessibleName(), QStringLiteral("Layer palette"));
        for (const engine::LayerDescriptor& layer : engine::layerRegistry()) {
            LayerRow* row = w.palette->row(QString::fromStdString(layer.id));
            QVERIFY2(row, layer.id.c_str());
            QCOMPARE(row->accessibleName(), QString::fromStdString(layer.title));
            QVERIFY(!row->toolTip().isEmpty());
        }
        QCOMPARE(w.palette->row(QStringLiteral("no_such_layer")), nullptr);
        QVERIFY(w.palette->row(QStringLiteral("conv2d"))->mapTo(w.palette, QPoint()).y() <
                w.palette->row(QStringLiteral("max_pool"))->mapTo(w.palette, QPoint()).y());
    }

    void aLongFamilyShowsItsCommonLayersAndFoldsTheOthers()
    {
        Window w;
        QVERIFY(w.ready());
        const QStringList folded = shownRows(*w.palette);
        QVERIFY(folded.contains(QStringLiteral("relu")) && folded.contains(QStringLiteral("softmax")));
        QVERIFY(!folded.contains(QStringLiteral("selu")));
        SectionHeader* more = nullptr;
        for (auto* header : w.palette->findChildren<SectionHeader*>())
            if (header->isVisible() && header->accessibleName().endsWith(QStringLiteral("more layers: Activation")))
                more = header;
        QVERIFY(more);
        QTest::mouseClick(more, Qt::LeftButton);
        QTRY_VERIFY(w.palette->row(QStringLiteral("selu"))->isVisible());
        QTest::mouseClick(more, Qt::LeftButton);
        QTRY_COMPARE(shownRows(*w.palette), folded);
        // A search looks into the folded part too, and leaves it folded.
        w.palette->startSearch(QStringLiteral("selu"));
        QCOMPARE(shownRows(*w.palette), QStringList{QStringLiteral("selu")});
        QVERIFY(!more->isVisible());
        w.palette->searchField()->clear();
        QCOMPARE(shownRows(*w.palette), folded);
    }

    void assistiveTechnologySeesRowsAsButtonsThatAddTheLayer()
    {
        Window w;
        QVERIFY(w.ready());
        LayerRow* row = w.palette->row(QStringLiteral("dense"));
        QAccessibleInterface* face = QAccessible::queryAccessibleInterface(row);
        QVERIFY(face);
        QCOMPARE(face->role(), QAccessible::Button);
        QCOMPARE(face->text(QAccessible::Name), QStringLiteral("Dense"));
        QVERIFY(face->actionInterface());
        face->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
        QCOMPARE(w.activated.count(), 1);
        QCOMPARE(w.activated.first().first().toString(), QStringLiteral("dense"));
    }

    void searchShowsWhatMatchesAndEnterAddsTheFirst()
    {
        Window w;
        QVERIFY(w.ready());
        const QStringList all = shownRows(*w.palette);
        w.palette->startSearch(QStringLiteral("po"));
        QTRY_VERIFY(w.palette->searchField()->hasFocus());
        QTest::keyClicks(w.palette->searchField(), QStringLiteral("OL"));
        QVERIFY(shownRows(*w.palette).size() >= 3); // MaxPool, AvgPool, GlobalAvgPool, and what else has the name
        for (const QString& id : shownRows(*w.palette))
            QVERIFY(id.contains(QStringLiteral("pool")));
        // The first in the order of the list, whatever the order of the registry.
        QString first;
        int top = 100000;
        for (const QString& id : shownRows(*w.palette))
            if (const int y = w.palette->row(id)->mapTo(w.palette, QPoint()).y(); y < top) {
                top = y;
                first = id;
            }
        QTest::keyClick(w.palette->searchField(), Qt::Key_Return);
        QCOMPARE(w.activated.count(), 1);
        QCOMPARE(w.activated.first().first().toString(), first);
        QVERIFY(w.palette->searchField()->text().isEmpty());
        QCOMPARE(shownRows(*w.palette), all);
    }

    void searchForNothingKnownSaysSoAndAddsNothing()
    {
        Window w;
        QVERIFY(w.ready());
        const QStringList all = shownRows(*w.palette);
        w.palette->startSearch(QStringLiteral("foo"));
        QVERIFY(shownRows(*w.palette).isEmpty());
        QVERIFY2(wordsOf(*w.palette)
                     .contains(QStringLiteral("No layer called \u2018foo\u2019. Layers have names such as Conv2D.")),
                 qPrintable(wordsOf(*w.palette)));
        QTest::keyClick(w.palette->searchField(), Qt::Key_Return);
        QCOMPARE(w.activated.count(), 0);
        QTest::keyClick(w.palette->searchField(), Qt::Key_Escape);
        QCOMPARE(shownRows(*w.palette), all);
        QVERIFY(!wordsOf(*w.palette).contains(QStringLiteral("No layer called")));
        // Enter in the empty field is no wish.
        QTest::keyClick(w.palette->searchField(), Qt::Key_Return);
        QCOMPARE(w.activated.count(), 0);
    }

    void doubleClickAndEnterAddTheLayerAndASingleClickDoesNot()
    {
        Window w;
        QVERIFY(w.ready());
        LayerRow* row = w.palette->row(QStringLiteral("conv2d"));
        QTest::mouseClick(row, Qt::LeftButton);
        QCOMPARE(w.activated.count(), 0);
        QTest::mouseDClick(row, Qt::LeftButton);
        QCOMPARE(w.activated.count(), 1);
        row->setFocus();
        for (const Qt::Key key : {Qt::Key_Return, Qt::Key_Enter, Qt::Key_Space})
            QTest::keyClick(row, key);
        QCOMPARE(w.activated.count(), 4);
        for (const auto& arguments : w.activated)
            QCOMPARE(arguments.first().toString(), QStringLiteral("conv2d"));
    }

    void arrowsWalkFromRowToRow()
    {
        Window w;
        QVERIFY(w.ready());
        LayerRow* row = w.palette->row(QStringLiteral("max_pool"));
        row->setFocus();
        QTRY_VERIFY(row->hasFocus());
        QTest::keyClick(row, Qt::Key_Down);
        auto* next = qobject_cast<LayerRow*>(QApplication::focusWidget());
        QVERIFY(next && next != row);
        QTest::keyClick(next, Qt::Key_Up);
        QVERIFY(row->hasFocus());
    }

    void aDragCarriesTheLayersId()
    {
        Window w;
        for (const engine::LayerDescriptor& layer : engine::layerRegistry()) {
            const std::unique_ptr<QMimeData> mime(w.palette->row(QString::fromStdString(layer.id))->mimeData());
            QCOMPARE(mime->formats(), QStringList{QStringLiteral("application/x-convarium-layer")});
            QCOMPARE(mime->data(mime->formats().first()), QByteArray::fromStdString(layer.id));
        }
    }

    void theRailOpensAFamilyAndEscapeClosesIt()
    {
        Window w;
        QVERIFY(w.ready());
        const int wide = w.palette->width();
        const QStringList all = shownRows(*w.palette);
        const auto pools = std::count_if(engine::layerRegistry().begin(), engine::layerRegistry().end(),
                                         [](const engine::LayerDescriptor& d) { return d.family == "pooling"; });
        w.palette->setCompact(true);
        QVERIFY(w.palette->isCompact());
        QVERIFY(w.palette->width() < wide / 2);
        QVERIFY(shownRows(*w.palette).isEmpty());
        QToolButton* pooling = w.railButton(QStringLiteral("Pooling layers"));
        QVERIFY(pooling);
        QTest::mouseClick(pooling, Qt::LeftButton);
        QCOMPARE(w.flownOut().size(), static_cast<qsizetype>(pools));
        QVERIFY(w.flownOut().first()->mapTo(&w.window, QPoint()).x() > w.palette->width());
        QTRY_VERIFY(w.flownOut().first()->hasFocus());
        QTest::keyClick(w.flownOut().first(), Qt::Key_Escape);
        QVERIFY(w.flownOut().isEmpty());

        QTest::mouseClick(pooling, Qt::LeftButton);
        QTest::keyClick(w.flownOut().first(), Qt::Key_Return);
        QCOMPARE(w.activated.count(), 1);
        QVERIFY(w.activated.first().first().toString().contains(QStringLiteral("pool")));
        QTRY_VERIFY(w.flownOut().isEmpty());

        // The fly-out of a long family stays inside the window.
        w.window.resize(700, 700);
        QTest::mouseClick(w.railButton(QStringLiteral("Activation layers")), Qt::LeftButton);
        QVERIFY(w.flownOut().size() > 10);
        for (const LayerRow* row : w.flownOut())
            QVERIFY(row->mapTo(&w.window, QPoint(0, row->height())).y() <= w.window.height());
        QTest::keyClick(w.flownOut().first(), Qt::Key_Escape);
        QVERIFY(w.flownOut().isEmpty());

        QTest::mouseClick(pooling, Qt::LeftButton);
        QVERIFY(!w.flownOut().isEmpty());
        QTest::mouseClick(pooling, Qt::LeftButton); // a second click takes it back
        QVERIFY(w.flownOut().isEmpty());

        QTest::mouseClick(pooling, Qt::LeftButton);
        QVERIFY(!w.flownOut().isEmpty());
        QTest::mouseClick(&w.window, Qt::LeftButton, {}, QPoint(650, 680));
        QVERIFY(w.flownOut().isEmpty());
        w.palette->setCompact(false);
        QCOMPARE(w.palette->width(), wide);
        QCOMPARE(shownRows(*w.palette), all);
    }

    void searchOnTheRailShowsTheListForAsLongAsItLasts()
    {
        Window w;
        QVERIFY(w.ready());
        auto* elsewhere = new QPushButton(&w.window);
        elsewhere->setGeometry(500, 500, 80, 30);
        elsewhere->show();
        w.palette->setCompact(true);
        w.palette->startSearch(QStringLiteral("conv"));
        QTRY_VERIFY(w.palette->searchField()->hasFocus());
        QVERIFY(shownRows(*w.palette).contains(QStringLiteral("conv2d")));
        elsewhere->setFocus();
        QTRY_VERIFY(shownRows(*w.palette).isEmpty());
        QVERIFY(w.palette->isCompact());
    }
};

QTEST_MAIN(TestPalette)
#include "test_palette.moc"
