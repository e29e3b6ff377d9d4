// The start page: what it knows about the built-in networks, its drawings, and its use by mouse and keyboard.
#include "engine/io/load_model.h"
#include "engine/io/presets.h"
#include "engine/io/project_file.h"
#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/gallery/gallery_card.h"
#include "ui/gallery/gallery_page.h"
#include "ui/gallery/recent_row.h"
#include "ui/shell/main_window.h"
#include "ui/shell/notice_bar.h"
#include "ui/shell/project_files.h"
#include "ui/theme/popover.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace convarium;
using namespace convarium::ui;

class GalleryTest : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;

    static GalleryCard* card(const GalleryPage& page, const char* title)
    {
        for (GalleryCard* c : page.cards())
            if (c->entry().title == QLatin1String(title))
                return c;
        return nullptr;
    }
    static Silhouette drawn(const char* preset) { return silhouetteOf(engine::loadPreset(preset)->graph); }
    static qsizetype skips(const Silhouette& s)
    {
        return std::count_if(s.lines.begin(), s.lines.end(), [](const auto& line) { return line.skip; });
    }
    static GalleryPage* gallery(MainWindow& window) { return window.findChild<GalleryPage*>(); }
    static NoticeBar* story(MainWindow& window)
    {
        for (auto* bar : window.findChildren<NoticeBar*>())
            if (bar->accessibleName() == QLatin1String("Story"))
                return bar;
        return nullptr;
    }
    static void openGallery(MainWindow& window)
    {
        for (auto* button : window.findChildren<QToolButton*>())
            if (button->accessibleName() == QLatin1String("Gallery"))
                QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY(gallery(window)->isVisible());
        QTRY_VERIFY(!gallery(window)->cards().empty());
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
        QVERIFY(m_folder.isValid());
        qputenv("CONVARIUM_DATA", m_folder.path().toUtf8());
    }

    void everyArchitectureTellsWhoWhenAndWhy()
    {
        int architectures = 0;
        for (const engine::PresetInfo& info : engine::presets()) {
            const engine::About& about = info.about;
            if (about.architecture.empty()) {
                QVERIFY2(about.story.empty() && about.shows.empty(), info.name.c_str());
                continue;
            }
            ++architectures;
            QVERIFY2(about.year > 1980 && !about.authors.empty() && !about.paper.empty(), info.name.c_str());
            QVERIFY2(about.idea.size() > 10 && about.idea.size() < 45, info.name.c_str());
            QVERIFY2(about.story.size() > 200 && about.story.size() < 500, info.name.c_str());
            QVERIFY2(!about.shows.empty(), info.name.c_str());
        }
        QCOMPARE(architectures, 19);
    }

    void networksStandInTheOrderOfTheirYears()
    {
        const auto sections = readGallery();
        QCOMPARE(sections.size(), 3u);
        QStringList names;
        for (const GalleryEntry& e : sections[0].entries)
            names << e.year + QLatin1Char(' ') + e.title;
        QCOMPARE(names,
                 QStringList({"1986 Multilayer perceptron", "1998 LeNet-5", "2012 AlexNet", "2014 VGG",
                              "2014 GoogLeNet", "2015 ResNet", "2016 Xception", "2017 SE-ResNet", "2018 MobileNetV2"}));
        QCOMPARE(sections[1].entries.size(), 2u);
        const auto& resnet = sections[0].entries[5];
        QCOMPARE(resnet.sizes.size(), 4u);
        QCOMPARE(resnet.sizes.front().preset, QStringLiteral("resnet-20"));
        QCOMPARE(resnet.sizeTexts(),
                 (QStringList{QStringLiteral("272 k at 28×28"), QStringLiteral("25.6 M at 224×224")}));
        QVERIFY(resnet.matches(QStringLiteral("shortcut he")));
        QVERIFY(resnet.matches(QStringLiteral("resnet-50")));
        QVERIFY(!resnet.matches(QStringLiteral("inception")));
    }

    void silhouettesAreDrawnFromTheGraph()
    {
        // LeNet-5: nine cards and no shortcut.
        const Silhouette lenet = drawn("lenet-5");
        QCOMPARE(lenet.bars.size(), 9u);
        QCOMPARE(lenet.lines.size(), 8u);
        QCOMPARE(skips(lenet), 0);
        // One bridge for each of the seven blocks whose shortcut is no convolution.
        QCOMPARE(skips(drawn("resnet-20")), 7);
        QVERIFY(skips(drawn("unet-mini")) >= 2);
        QVERIFY(drawn("resnet-50").bars.size() > 60);
    }

    void noBarCoversAnotherOne_data()
    {
        QTest::addColumn<QString>("preset");
        for (const engine::PresetInfo& info : engine::presets())
            QTest::newRow(info.name.c_str()) << QString::fromStdString(info.name);
    }

    void noBarCoversAnotherOne()
    {
        QFETCH(QString, preset);
        const Silhouette s = drawn(preset.toLatin1().constData());
        for (std::size_t i = 0; i < s.bars.size(); ++i) {
            const QRectF& a = s.bars[i].place;
            QVERIFY(a.width() > 0 && a.height() > 0 && a.top() >= -0.5 && a.bottom() <= 0.5);
            QVERIFY(a.left() >= 0 && a.right() <= s.width + 1e-9);
            for (std::size_t j = 0; j < i; ++j)
                QVERIFY2(!a.intersects(s.bars[j].place), qPrintable(QStringLiteral("%1 and %2").arg(i).arg(j)));
        }
        QImage image(240, 110, QImage::Format_RGB32);
        image.fill(Qt::white);
        QPainter painter(&image);
        paintSilhouette(&painter, image.rect(), s);
        painter.end();
        QVERIFY(image != QImage(image.size(), image.format()));
    }

    void arrowsWalkEnterOpensAndSearchFinds()
    {
        GalleryPage page;
        page.resize(1600, 900);
        page.show();
        QVERIFY(QTest::qWaitForWindowActive(&page));
        QTRY_VERIFY(!page.cards().empty());
        QTRY_VERIFY(page.cards().front()->hasFocus());
        QSignalSpy chosen(&page, &GalleryPage::presetChosen);
        QTest::keyClick(page.focusWidget(), Qt::Key_Right);
        QCOMPARE(page.focusWidget(), card(page, "LeNet-5"));
        QTest::keyClick(page.focusWidget(), Qt::Key_Return);
        QCOMPARE(chosen.takeFirst().first().toString(), QStringLiteral("lenet-5"));
        QWidget* before = page.focusWidget();
        QTest::keyClick(before, Qt::Key_Down);
        QVERIFY(page.focusWidget()->y() > before->y());
        QCOMPARE(page.focusWidget()->x(), before->x());
        QTest::keyClick(page.focusWidget(), Qt::Key_Up);
        QCOMPARE(page.focusWidget(), before);
        QTest::keyClick(page.focusWidget(), Qt::Key_Slash);
        auto* search = qobject_cast<QLineEdit*>(page.focusWidget());
        QVERIFY(search);
        QTest::keyClicks(search, QStringLiteral("telephone"));
        QVERIFY(card(page, "MobileNetV2")->isVisible());
        QVERIFY(!card(page, "LeNet-5")->isVisible());
        QTest::keyClick(search, Qt::Key_Return);
        QCOMPARE(chosen.takeFirst().first().toString(), QStringLiteral("mobilenet-v2-mini"));
        search->setText(QStringLiteral("qqq"));
        QVERIFY(!card(page, "MobileNetV2")->isVisible());
        search->clear();
        QVERIFY(card(page, "LeNet-5")->isVisible());
        QCOMPARE(card(page, "ResNet")->accessibleName(), QStringLiteral("ResNet"));
        QVERIFY(
            card(page, "ResNet")->accessibleDescription().startsWith(QStringLiteral("2015, He, Zhang, Ren, Sun, ")));
    }

    void everySizeOfAnArchitectureCanBeOpened()
    {
        GalleryPage page;
        page.resize(1600, 900);
        page.show();
        QTRY_VERIFY(!page.cards().empty());
        QSignalSpy chosen(&page, &GalleryPage::presetChosen);
        const auto buttons = card(page, "ResNet")->findChildren<QToolButton*>();
        const auto more = std::ranges::find(buttons, QStringLiteral("Sizes of ResNet"), &QWidget::accessibleName);
        QVERIFY(more != buttons.end());
        QTest::mouseClick(*more, Qt::LeftButton);
        auto* menu = card(page, "ResNet")->findChild<QMenu*>();
        QVERIFY(menu);
        QCOMPARE(menu->actions().size(), 4);
        menu->actions().last()->trigger();
        QCOMPARE(chosen.takeFirst().first().toString(), QStringLiteral("resnet-50"));
        menu->close();
    }

    void theSizesOfEveryCardCanBeReadWhole()
    {
        GalleryPage page;
        page.resize(1280, 640);
        page.show();
        QTRY_VERIFY(!page.cards().empty());
        const QFontMetrics metrics(ui::font(TextRole::Small));
        for (const GalleryCard* card : page.cards()) {
            const QRect place = card->sizesRect();
            const QStringList sizes = card->entry().sizeTexts();
            QVERIFY(card->rect().contains(place) && !place.intersects(card->aboutButton()->geometry()));
            QCOMPARE(place.height(), static_cast<int>(sizes.size()) * lineHeight(TextRole::Small));
            for (const QString& size : sizes)
                QVERIFY2(metrics.horizontalAdvance(size) < place.width(), qPrintable(size));
        }
    }

    void everyCardTellsItsStoryAndItsPaper()
    {
        GalleryPage page;
        page.resize(1280, 640);
        page.show();
        QVERIFY(QTest::qWaitForWindowActive(&page));
        QTRY_VERIFY(!page.cards().empty());
        GalleryCard* resnet = card(page, "ResNet");
        QVERIFY(resnet->entry().matches(QStringLiteral("1512.03385")));
        resnet->setFocus();
        QCOMPARE(resnet->aboutButton()->accessibleName(), QStringLiteral("About ResNet"));
        const auto words = [&] {
            QStringList all;
            for (auto* label : page.details()->findChildren<QLabel*>())
                all << label->text();
            return all.join(u'\n');
        };
        QTest::mouseClick(resnet->aboutButton(), Qt::LeftButton);
        QVERIFY(page.details() && page.details()->isVisible());
        for (const char* part : {"ResNet, 2015", "He, Zhang, Ren, Sun", "A shortcut around every block",
                                 "More layers should never do harm", "Paper: K. He", "arXiv 1512.03385"})
            QVERIFY2(words().contains(QLatin1String(part)), part);
        // All of it has room, on a small screen too.
        QVERIFY(page.rect().contains(page.details()->geometry()));
        for (auto* label : page.details()->findChildren<QLabel*>())
            QVERIFY2(label->height() >= label->heightForWidth(label->width()), qPrintable(label->text()));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
        QTRY_VERIFY(!page.details());
        QCOMPARE(page.focusWidget(), resnet);

        QSignalSpy chosen(&page, &GalleryPage::presetChosen);
        QTest::keyClick(resnet, Qt::Key_I);
        QVERIFY(page.details());
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Space);
        QCOMPARE(chosen.takeFirst().first().toString(), resnet->entry().sizes[1].preset);
        page.hide();
        QTRY_VERIFY(!page.details());
    }

    void theStoryCanBeReadAgain()
    {
        MainWindow window;
        window.show();
        const auto about = [&]() -> QAction* {
            for (auto* menu : window.findChildren<QMenu*>())
                for (QAction* action : menu->actions())
                    if (action->text() == QLatin1String("About this network")) {
                        Q_EMIT menu->aboutToShow();
                        return action;
                    }
            return nullptr;
        };
        window.open(QStringLiteral("lenet-5")); // as from File > Built-in networks: no story by itself
        QTRY_COMPARE(window.document()->title(), QStringLiteral("LeNet-5"));
        QVERIFY(!story(window)->isVisible());
        QVERIFY(about()->isEnabled());
        about()->trigger();
        QVERIFY(story(window)->isVisible());
        const QString text = story(window)->text();
        QVERIFY2(text.startsWith(QStringLiteral("LeNet-5, 1998: Small shared kernels, then pooling. A digit is")),
                 qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("Paper: Y. LeCun")), qPrintable(text));
        QCOMPARE(window.canvas()->selection().size(), 5);
        // A network without an architecture of its own has its description.
        window.open(QStringLiteral("mnist-cnn"));
        QTRY_VERIFY(!story(window)->isVisible());
        about()->trigger();
        QVERIFY2(story(window)->text().contains(QStringLiteral("The network of many first lessons")),
                 qPrintable(story(window)->text()));
        window.files()->newProject();
        QTRY_VERIFY(!story(window)->isVisible());
        QVERIFY(!about()->isEnabled());
    }

    void homeLeadsToTheGalleryAndAStoryGoesWithTheNetwork()
    {
        MainWindow window;
        window.show();
        window.open(QStringLiteral("lenet-5"));
        QTRY_COMPARE(window.document()->graph().nodes.size(), 13u);
        QVERIFY(!gallery(window)->isVisible());
        QVERIFY(!story(window)->isVisible());
        const auto docks = [&] {
            int visible = 0;
            for (auto* dock : window.findChildren<QDockWidget*>())
                visible += dock->isVisible() ? 1 : 0;
            return visible;
        };
        const int before = docks();
        QVERIFY(before > 0);
        openGallery(window);
        QCOMPARE(docks(), 0);
        QTest::keyClick(gallery(window), Qt::Key_Escape);
        QVERIFY(!gallery(window)->isVisible());
        QCOMPARE(docks(), before);

        openGallery(window);
        QTest::mouseClick(card(*gallery(window), "GoogLeNet"), Qt::LeftButton);
        QTRY_COMPARE(window.document()->title(), QStringLiteral("GoogLeNet, small"));
        QVERIFY(!gallery(window)->isVisible());
        QCOMPARE(docks(), before);
        QVERIFY(story(window)->isVisible());
        QVERIFY2(
            story(window)->text().startsWith(QStringLiteral("GoogLeNet, 2014: Several kernel sizes side by side.")),
            qPrintable(story(window)->text()));
        QCOMPARE(window.canvas()->selection().size(), 15); // four branches and the merge of three blocks
        QVERIFY(!window.document()->isModified());
        window.open(QStringLiteral("mlp"));
        QTRY_COMPARE(window.document()->title(), QStringLiteral("Multilayer perceptron"));
        QVERIFY2(!story(window)->isVisible(), "a network opened elsewhere brings no story");
    }

    void theFirstFiveMinutesHaveThreeSteps()
    {
        MainWindow window;
        window.show();
        window.open(QStringLiteral("mlp"));
        QTRY_VERIFY(!window.document()->graph().nodes.empty());
        openGallery(window);
        for (auto* button : gallery(window)->findChildren<QPushButton*>())
            if (button->text() == QLatin1String("Begin"))
                QTest::mouseClick(button, Qt::LeftButton);
        QTRY_COMPARE(window.document()->title(), QStringLiteral("LeNet-5"));
        for (const char* start : {"1 of 3.", "2 of 3.", "3 of 3."}) {
            QVERIFY(story(window)->isVisible());
            QVERIFY2(story(window)->text().startsWith(QLatin1String(start)), qPrintable(story(window)->text()));
            QTest::mouseClick(story(window)->findChildren<QPushButton*>().first(), Qt::LeftButton);
        }
        QVERIFY(!story(window)->isVisible());
    }

    void recentFilesShowTheirNetworks()
    {
        auto project = engine::loadPreset("resnet-20");
        QVERIFY(project);
        const QString file = m_folder.filePath(QStringLiteral("mine.convarium"));
        QVERIFY(engine::saveProject(*project, file.toStdString()));
        const QString gone = m_folder.filePath(QStringLiteral("gone.json"));
        const auto files = readRecentFiles({file, gone});
        QCOMPARE(files.size(), 2u);
        QVERIFY(files[0].readable && skips(files[0].silhouette) == 7);
        QVERIFY(!files[1].readable);
        Settings::instance().addRecentFile(file);
        GalleryPage page;
        page.resize(1600, 900);
        page.show();
        QSignalSpy chosen(&page, &GalleryPage::fileChosen);
        QTRY_VERIFY(page.findChild<RecentRow*>());
        QCOMPARE(page.findChild<RecentRow*>()->accessibleName(), QStringLiteral("mine"));
        QTest::keyClick(page.findChild<RecentRow*>(), Qt::Key_Return);
        QCOMPARE(chosen.takeFirst().first().toString(), file);
    }
};

QTEST_MAIN(GalleryTest)
#include "test_gallery.moc"
