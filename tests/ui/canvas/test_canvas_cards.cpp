// What cards show, and how it is painted.
#include "canvas_window.h"
#include "ui/canvas/card_content.h"

#include <QToolTip>

using namespace convarium;
using namespace convarium::ui;
using namespace convarium::test;

/// Everything that a widget was asked to paint.
class PaintedRegion final : public QObject
{
public:
    explicit PaintedRegion(QWidget* widget) { widget->installEventFilter(this); }
    bool eventFilter(QObject*, QEvent* event) override
    {
        if (event->type() == QEvent::Paint)
            region |= static_cast<QPaintEvent*>(event)->region();
        return false;
    }
    QRegion region;
};

class TestCanvasCards : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    void cardsTellShapeSettingsAndCount()
    {
        CanvasWindow w;
        const CardContent& c = w.scene().itemOf(kConv)->picture().content;
        QCOMPARE(c.title, QStringLiteral("Conv2D"));
        QCOMPARE(c.shape, QStringLiteral("26\u00D726\u00D74"));
        QCOMPARE(c.count, QStringLiteral("40 parameters"));
        QVERIFY(c.settings.contains(QStringLiteral("4 filters")));
        w.document.removeEdge(w.wireInto(kConv));
        QVERIFY(w.scene().itemOf(kPool)->picture().content.stale);
        QCOMPARE(w.scene().itemOf(kConv)->picture().content.shape, QStringLiteral("26\u00D726\u00D74"));
        QCOMPARE(w.scene().itemOf(kConv)->picture().content.count, QStringLiteral("40 parameters"));
        QVERIFY2(ui::accessibleDescription(w.document, kConv)
                     .contains(QStringLiteral("last that worked: output 26x26x4, 40 parameters")),
                 qPrintable(ui::accessibleDescription(w.document, kConv)));
        QCOMPARE(w.document.lastGoodTotals()->parameters(), w.document.lastGoodCounts(kDense).parameters() + 40);
        QVERIFY(w.document.totals().parameters() == 0);
        QVERIFY(w.scene().wireOf(w.wireInto(kDense))->look().waiting);
    }

    void barsCompareWhatWasChosen()
    {
        CanvasWindow w;
        const auto share = [&](NodeId id) { return w.scene().itemOf(id)->picture().content.share; };
        QCOMPARE(share(kDense), 1.0); // parameters
        QVERIFY(share(kConv) < 0.01);
        w.view->setBars(BarMode::Macs);
        QCOMPARE(share(kConv), 1.0);
        w.view->setBars(BarMode::Memory);
        QCOMPARE(share(kConv), 1.0);
        engine::TrainConfig small = w.document.trainConfig();
        small.batch = 1;
        w.document.setTrainConfig(small);
        QCOMPARE(share(kDense), 1.0); // now its weights outweigh the maps of one image
        w.view->setBars(BarMode::Time);
        QCOMPARE(share(kConv), 0.0);
        w.view->setStepTimes({{kConv, 1.0}, {kRelu, 1.0}, {kDense, 4.0}});
        QCOMPARE(share(kConv), 0.5); // with the ReLU docked below it
        QCOMPARE(share(kDense), 1.0);
        QVERIFY(barText(w.document, w.scene().bars(), kDense).startsWith(QStringLiteral("4 ms")));
        w.view->setBars(BarMode::None);
        QCOMPARE(share(kDense), 0.0);
    }

    /// A band of the bar's colour across the card, whatever kind of layer it is.
    void everyCardWithANumberHasItsBar()
    {
        GraphMaker m;
        const NodeId input = m.input();
        const NodeId conv = m.conv(4, 3, -1);
        const NodeId pool = m.add("max_pool");
        const NodeId norm = m.add("lrn");
        const NodeId add = m.merge("add", {pool, norm});
        CanvasWindow w(m.graph(), {});
        w.view->setBars(BarMode::Memory);
        const auto bar = [&](NodeId id) {
            const CardPicture& picture = w.scene().itemOf(id)->picture();
            QImage image(qRound(kCardWidth), 160, QImage::Format_RGB32);
            image.fill(Theme::current().canvas);
            QPainter painter(&image);
            paintFrame(&painter, picture, Level::Near, 1);
            const QRgb colour = Theme::current().text2.rgb();
            int length = 0;
            for (int x = 0; x < image.width(); ++x)
                length += image.pixel(x, qRound(kBarTop) + 2) == colour ? 1 : 0;
            return length;
        };
        for (const NodeId id : {input, conv, pool, norm, add})
            QVERIFY2(bar(id) >= 2, w.document.graph().node(id)->type.c_str());
        w.view->setBars(BarMode::Time);
        w.view->setStepTimes({{pool, 1.0}, {add, 2.0}});
        QVERIFY(bar(pool) > 40 && bar(add) > 1.8 * bar(pool));
        QCOMPARE(bar(conv), 0);
        w.view->setBars(BarMode::None);
        QCOMPARE(bar(add), 0);
    }

    void aNameThatOnlyRepeatsTheTypeIsNotShownTwice()
    {
        CanvasWindow w;
        QVERIFY(!cardContent(w.document, kFlatten).name.isEmpty());
        w.document.renameNode(kFlatten, QStringLiteral("Flatten"));
        QVERIFY(w.scene().itemOf(kFlatten)->picture().content.name.isEmpty());
        QCOMPARE(ui::accessibleName(w.document, kFlatten), QStringLiteral("Flatten"));
    }

    void listsAndMapsOfOneValueAreDrawnAsAStrip()
    {
        GraphMaker m;
        const NodeId input = m.input(1, 5, 5);
        const NodeId conv = m.conv(120, 5);
        const NodeId flat = m.add("flatten");
        const NodeId dense = m.dense(10);
        CanvasWindow w(m.graph(), {});
        QVERIFY(!w.scene().itemOf(input)->picture().thumbnails.strip);
        for (NodeId id : {conv, flat, dense})
            QVERIFY(w.scene().itemOf(id)->picture().thumbnails.strip);
    }

    void aShapeChangedByAnEditIsMarkedForAMoment()
    {
        CanvasWindow w;
        const auto change = [&](NodeId id) { return w.scene().itemOf(id)->picture().change.join(u'|'); };
        const auto look = [&](NodeId into) { return w.scene().wireOf(w.wireInto(into))->look(); };
        QCOMPARE(change(kConv), QString());
        w.document.setParam(kConv, "filters", std::int64_t(8));
        QCOMPARE(change(kConv), QStringLiteral("4 \u2192 8"));
        QCOMPARE(change(kPool), QStringLiteral("4 \u2192 8"));
        QCOMPARE(change(kDense), QString());
        QVERIFY(look(kPool).changed && !look(kConv).changed);
        QCOMPARE(look(kPool).label, QStringLiteral("4 \u2192 8"));
        w.document.setParam(kConv, "filters", std::int64_t(9)); // of a series: what was at first is told
        QCOMPARE(change(kConv), QStringLiteral("4 \u2192 9"));
        w.document.setParam(kConv, "kernelHeight", std::int64_t(5));
        QCOMPARE(change(kConv), QStringLiteral("26 \u2192 24|4 \u2192 9"));
        w.document.setParam(kConv, "kernelWidth", std::int64_t(5));
        QCOMPARE(change(kConv), QStringLiteral("26 \u2192 24|4 \u2192 9")); // both sides at once are told once
        QTRY_COMPARE(change(kConv), QString());
        QVERIFY(!look(kPool).changed);
        QCOMPARE(look(kPool).label, QStringLiteral("24\u00D724\u00D79"));
        w.document.undoStack()->setIndex(0);
        QVERIFY(!change(kConv).isEmpty());
        w.document.undoStack()->redo();
        w.document.undoStack()->undo();
        QVERIFY(!change(kConv).isEmpty());
        w.document.reset(smallNet(), smallPlaces(), {}); // nobody has changed anything
        QCOMPARE(change(kConv), QString());
    }

    /// From afar it stands in place of the shape, large enough to be read.
    void aChangedShapeIsPaintedAtEveryLevelWithCards()
    {
        CanvasWindow w;
        w.document.setParam(kConv, "filters", std::int64_t(8));
        const CardPicture marked = w.scene().itemOf(kConv)->picture();
        CardPicture calm = marked;
        calm.change.clear();
        const QColor tint = Theme::current().accentTint, ink = Theme::current().accent;
        for (const double scale : {0.46, 0.7, 1.0}) {
            const auto painted = [&](const CardPicture& picture) {
                QImage image(QSize(qRound(kCardWidth * scale), qRound(130 * scale)), QImage::Format_RGB32);
                image.fill(Theme::current().canvas);
                QPainter painter(&image);
                painter.scale(scale, scale);
                paintFrame(&painter, picture, levelFor(scale), scale);
                return image;
            };
            const auto rows = [&](const QImage& image, const auto& holds) {
                int count = 0;
                for (int y = 0; y < image.height(); ++y)
                    for (int x = 0; x < image.width(); ++x)
                        if (holds(image.pixelColor(x, y))) {
                            ++count;
                            break;
                        }
                return count;
            };
            const auto isTint = [&](const QColor& c) { return c.rgb() == tint.rgb(); };
            // Thin strokes are mixed with their ground: at least half is ink.
            const auto isInk = [&](const QColor& c) {
                const auto half = [](int of, int ground) { return (of + ground) / 2; };
                return c.red() <= half(ink.red(), tint.red()) && c.green() <= half(ink.green(), tint.green()) &&
                       c.blue() >= c.red() + 40 && c.blue() >= c.green() + 40;
            };
            QCOMPARE(rows(painted(calm), isTint), 0);
            QVERIFY(rows(painted(marked), isTint) >= 12); // as high as letters one can read
            QVERIFY2(rows(painted(marked), isInk) >= 6, qPrintable(QString::number(scale)));
        }
    }

    /// The painted card as large as the design has it.
    static QImage paintedCard(const CardPicture& picture)
    {
        QImage image(QSize(qRound(kCardWidth), 130), QImage::Format_RGB32);
        image.fill(Theme::current().canvas);
        QPainter painter(&image);
        paintFrame(&painter, picture, Level::Near, 1);
        return image;
    }

    void longSettingsShortenTheirWordsFirst()
    {
        CanvasWindow w;
        CardPicture picture = w.scene().itemOf(kConv)->picture();
        const auto painted = [&](const char* settings) {
            picture.content.settings = QString::fromUtf8(settings);
            return paintedCard(picture);
        };
        QVERIFY(painted("3×3, padding 1") != painted("3×3, pad 1")); // there is room for the word
        QCOMPARE(painted("16 filters 5×5, stride 2, padding 1"), painted("16 filters 5×5, /2, pad 1"));
        QCOMPARE(painted("16 filters, padding same"), painted("16 filters, pad same"));
    }

    void aFoldedBlockHasItsNameFromAfar()
    {
        CanvasWindow w;
        CardPicture picture = w.scene().itemOf(kConv)->picture();
        const auto painted = [&](bool folded, const QString& title) {
            picture.content.folded = folded;
            picture.content.title = title;
            QImage image(300, 300, QImage::Format_RGB32);
            image.fill(Theme::current().canvas);
            QPainter painter(&image);
            painter.translate(70, 50);
            paintSilhouette(&painter, picture, nullptr, 0.4);
            return image;
        };
        const QImage bar = painted(false, QStringLiteral("Gate"));
        QVERIFY(painted(true, QStringLiteral("Gate")) != bar);
        QVERIFY(painted(true, QStringLiteral("Gate")) != painted(true, QStringLiteral("Stem")));
        // One that would run into its neighbours' is left out rather than cut.
        QCOMPARE(painted(true, QStringLiteral("Squeeze and excitation")), bar);
    }

    void tooltipsFillTheFormulaIn()
    {
        CanvasWindow w;
        const auto tipAt = [&](QPoint at) {
            QToolTip::hideText();
            QHelpEvent event(QEvent::ToolTip, at, w.view->viewport()->mapToGlobal(at));
            QCoreApplication::sendEvent(w.view->viewport(), &event);
            return QToolTip::text();
        };
        const QString formula = QStringLiteral("Output size: ⌊(28 + 2 · 0 − 3) / 1⌋ + 1 = 26");
        const QString layer = tipAt(w.middle(kConv));
        QVERIFY2(layer.contains(formula), qPrintable(layer));
        QVERIFY(layer.contains(QStringLiteral("4 filters")));
        const QString port = tipAt(w.output(kConv));
        QVERIFY2(port.contains(formula), qPrintable(port));
    }

    void everyLevelIsPaintedWithoutAFault_data()
    {
        QTest::addColumn<double>("zoom");
        for (const double zoom : {0.2, 0.6, 1.0, 2.5})
            QTest::addRow("%g", zoom) << zoom;
    }

    void everyLevelIsPaintedWithoutAFault()
    {
        QFETCH(double, zoom);
        CanvasWindow w;
        w.view->setZoom(zoom);
        const QImage picture = w.view->viewport()->grab().toImage();
        // Something other than the plain canvas.
        const QColor canvas = Theme::current().canvas;
        int painted = 0;
        for (int y = 0; y < picture.height(); ++y)
            for (int x = 0; x < picture.width(); ++x)
                painted += picture.pixelColor(x, y) != canvas ? 1 : 0;
        QVERIFY2(painted > 100, QByteArray::number(painted));
    }

    void newMapsRepaintNoMoreThanThemselves()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        PaintedRegion painted(w.view->viewport());
        const auto settled = [&] {
            painted.region = {};
            QCoreApplication::processEvents();
            return painted.region.isEmpty();
        };
        QTRY_VERIFY(settled());
        QImage maps(24, 6, QImage::Format_RGB32);
        maps.fill(Qt::red);
        w.view->setThumbnails(kConv, maps, 4); // the first time, the rest of the card may still be due
        QTRY_VERIFY(!painted.region.isEmpty());
        QTRY_VERIFY(settled());
        maps.fill(Qt::blue);
        w.view->setThumbnails(kConv, maps, 4);
        QTRY_VERIFY(!painted.region.isEmpty());
        const QRect area = painted.region.boundingRect();
        const QRectF card = w.scene().itemOf(kConv)->layerRect(kConv);
        const QRect onScreen = QRect(w.at(card.topLeft()), w.at(card.bottomRight()));
        QVERIFY(onScreen.contains(area));
        QVERIFY2(area.height() < 30, qPrintable(QString::number(area.height())));
        const QImage shown = w.view->viewport()->grab().toImage();
        QCOMPARE(shown.pixelColor(area.center().x() - area.width() / 2 + 8, area.center().y()), QColor(Qt::blue));
    }

    void thumbnailsSayWhichMapAndItsRange()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        w.view->setZoom(1);
        QImage maps(24, 6, QImage::Format_RGB32);
        maps.fill(Qt::red);
        w.view->setThumbnails(kConv, maps, 4, {{-1, 0}, {-0.25F, 2}, {0, 0}, {0, 1}});
        const NodeItem* item = w.scene().itemOf(kConv);
        const QRectF area = thumbnailRect(item->picture(), w.scene().level());
        const auto toolTip = [&](const QPointF& inCard) {
            const QPoint at = w.at(item->pos() + inCard);
            QHelpEvent help(QEvent::ToolTip, at, w.view->viewport()->mapToGlobal(at));
            QCoreApplication::sendEvent(w.view->viewport(), &help);
            return QToolTip::text();
        };
        QVERIFY2(toolTip(area.topLeft() + QPointF(32, 10))
                     .startsWith(QStringLiteral("Map 2: from \u22120.250 to 2.00\nConv2D")),
                 qPrintable(QToolTip::text()));
        QVERIFY(!toolTip(area.topLeft() + QPointF(21, 10)).startsWith(QStringLiteral("Map")));  // between two
        QVERIFY(!toolTip(area.topLeft() + QPointF(100, 10)).startsWith(QStringLiteral("Map"))); // there are four
    }

    void aFrameFromTheCacheIsTheFrameAsPainted()
    {
        CanvasWindow w;
        QVERIFY(w.ready());
        for (const double zoom : {0.7, 1.0, 1.3}) {
            w.view->setZoom(zoom);
            const QImage first = w.view->viewport()->grab().toImage(); // fills the cache
            QCOMPARE(w.view->viewport()->grab().toImage(), first);
            w.view->select({kConv});
            QVERIFY(w.view->viewport()->grab().toImage() != first); // the ring is part of the frame
            w.view->select({});
            QCOMPARE(w.view->viewport()->grab().toImage(), first);
        }
        ThemeManager::instance().setMode(ThemeMode::Dark);
        const QImage dark = w.view->viewport()->grab().toImage();
        ThemeManager::instance().setMode(ThemeMode::Light);
        const QPoint inside = w.at(w.scene().itemOf(kConv)->pos() + QPointF(100, 60));
        QVERIFY(dark.pixelColor(inside).lightness() < 100);
        QVERIFY(w.view->viewport()->grab().toImage().pixelColor(inside).lightness() > 200);
    }
};

QTEST_MAIN(TestCanvasCards)
#include "test_canvas_cards.moc"
