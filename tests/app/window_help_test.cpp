// The help in the window: complete pages, search, and the way there and back.
#include "tests/app/window_setup.h"
#include "ui/canvas/canvas_view.h"
#include "ui/drawing/drawing_page.h"
#include "ui/help/help_page.h"
#include "ui/help/help_text.h"
#include "ui/shell/main_window.h"
#include "ui/shell/pages.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"
#include "ui/theme/widgets.h"

#include <QDir>
#include <QListWidget>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QTextBlock>

using namespace convarium;
using namespace convarium::ui;

class WindowHelpTest : public QObject
{
    Q_OBJECT

    static QStringList linksOf(const HelpText& text)
    {
        QStringList links;
        for (QTextBlock block = text.document()->begin(); block.isValid(); block = block.next())
            for (auto it = block.begin(); !it.atEnd(); ++it) {
                const QTextCharFormat format = it.fragment().charFormat();
                if (format.isAnchor())
                    links << format.anchorHref();
                if (format.isImageFormat())
                    links << format.toImageFormat().name();
            }
        return links;
    }

private Q_SLOTS:
    void initTestCase() { test::setUpWindows(m_folder); }

    void everyPageIsListedAndEveryLinkLeadsSomewhere()
    {
        HelpText text;
        text.resize(800, 600);
        QStringList files = QDir(QStringLiteral(":/convarium/help")).entryList();
        QStringList names = HelpText::names();
        for (QString& name : names)
            name += QStringLiteral(".md");
        names.sort();
        files.sort();
        QCOMPARE(files, names);
        int links = 0, pictures = 0;
        for (const QString& name : HelpText::names()) {
            text.open(name);
            QCOMPARE(text.name(), name);
            QVERIFY2(!text.title(name).isEmpty(), qPrintable(name));
            QVERIFY2(text.toPlainText().startsWith(text.title(name)), qPrintable(name));
            for (const QString& link : linksOf(text)) {
                const QUrl url = text.source().resolved(QUrl(link));
                QVERIFY2(QFile::exists(QLatin1Char(':') + url.path()), qPrintable(name + ": " + link));
                if (link.endsWith(QStringLiteral(".png"))) {
                    const auto picture = text.loadResource(QTextDocument::ImageResource, QUrl(link)).value<QPixmap>();
                    QVERIFY2(!picture.isNull() && picture.width() <= 800 * picture.devicePixelRatio(),
                             qPrintable(link));
                    ++pictures;
                } else if (url.hasFragment()) {
                    text.open(url.fileName().remove(QStringLiteral(".md")) + QLatin1Char('#') + url.fragment());
                    QVERIFY2(text.textCursor().block().blockFormat().headingLevel() > 0, qPrintable(link));
                    text.open(name);
                }
                ++links;
            }
        }
        QVERIFY(pictures >= 18);
        QVERIFY2(links - pictures >= 6, qPrintable(QString::number(links)));
    }

    void helpSpeaksOfThePageAndLeadsBackToIt()
    {
        MainWindow window;
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        window.pages()->open(window.drawing());
        QTest::keyClick(&window, Qt::Key_F1);
        QVERIFY(window.help()->isVisible());
        QCOMPARE(window.help()->text()->name(), QStringLiteral("look-inside"));
        QCOMPARE(window.help()->text()->textCursor().block().text(), QStringLiteral("Draw a digit"));
        auto* topics = window.help()->findChild<QListWidget*>();
        QCOMPARE(topics->currentItem()->text(), QStringLiteral("Look inside"));
        QVERIFY(topics->hasFocus());
        QTest::keyClick(topics, Qt::Key_Down);
        QCOMPARE(window.help()->text()->name(), QStringLiteral("data"));
        QTest::keyClick(topics, Qt::Key_Escape);
        QVERIFY(window.drawing()->isVisible());

        window.pages()->goHome();
        QTest::keyClick(&window, Qt::Key_F1); // nothing special to say: where one was
        QCOMPARE(window.help()->text()->name(), QStringLiteral("data"));
        QTest::keyClick(topics, Qt::Key_Escape);
        QVERIFY(window.pages()->isHome());
    }

    void searchLeavesTheTopicsThatHaveTheWords()
    {
        HelpPage page;
        page.resize(1000, 700);
        page.read(QString());
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        auto* topics = page.findChild<QListWidget*>();
        auto* field = page.findChild<SearchField*>();
        QTest::keyClick(topics, Qt::Key_F, Qt::ControlModifier);
        QVERIFY(field->hasFocus());
        QTest::keyClicks(field, QStringLiteral("torchrun"));
        QStringList left;
        for (int i = 0; i < topics->count(); ++i)
            if (!topics->item(i)->isHidden())
                left << topics->item(i)->data(Qt::UserRole).toString();
        QCOMPARE(left, QStringList{QStringLiteral("files")});
        QCOMPARE(page.text()->name(), QStringLiteral("files"));
        QCOMPARE(page.text()->textCursor().selectedText(), QStringLiteral("torchrun"));

        field->setText(QStringLiteral("no such words"));
        const auto labels = page.findChildren<TextLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const TextLabel* label) {
            return label->isVisible() && label->text() == QLatin1String("Nothing in the help says 'no such words'.");
        }));
        QTest::keyClick(field, Qt::Key_Escape);
        QVERIFY(!topics->item(0)->isHidden());
    }

    void placeAndThemeSurviveAChange()
    {
        HelpText text;
        text.resize(900, 500);
        text.show();
        QVERIFY(QTest::qWaitForWindowExposed(&text));
        text.open(QStringLiteral("built-by-hand"));
        QScrollBar* bar = text.verticalScrollBar();
        QTRY_VERIFY(bar->maximum() > 1000);
        bar->setValue(bar->maximum() / 2);
        const auto topmost = [&text] { return text.cursorForPosition(QPoint(40, 12)).blockNumber(); };
        const int before = topmost();
        QVERIFY(before > 3);
        const auto pictureWidth = [&text] {
            return text.loadResource(QTextDocument::ImageResource, QUrl(QStringLiteral("../pictures/builder/gate.png")))
                .value<QPixmap>()
                .deviceIndependentSize()
                .width();
        };
        const double wide = pictureWidth();
        text.resize(700, 500);
        QTRY_VERIFY(pictureWidth() < wide);
        QVERIFY2(std::abs(topmost() - before) <= 1, qPrintable(QString::number(topmost())));
        ThemeManager::instance().setMode(ThemeMode::Dark);
        QCOMPARE(text.name(), QStringLiteral("built-by-hand"));
        QVERIFY2(std::abs(topmost() - before) <= 1, qPrintable(QString::number(topmost())));
        ThemeManager::instance().setMode(ThemeMode::Light);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(WindowHelpTest)
#include "window_help_test.moc"
