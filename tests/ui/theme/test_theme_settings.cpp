// Settings keep their types, fall back to their defaults and can be redirected; dialogs can be answered.
#include "ui/theme/dialogs.h"
#include "ui/theme/settings.h"

#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

using namespace convarium::ui;

class TestThemeSettings : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Settings::instance().useTestMode(); }
    void anEmptyFileGivesTheDefaults();
    void everyTypeSurvivesTheFile();
    void enumerationsAreStoredByName();
    void unreadableValuesFallBackToTheDefault();
    void resetAllForgetsEverything();
    void changedNamesTheKeyAndOnlyWhenSomethingChanged();
    void recentFilesAreUniqueNewestFirstAndLimited();
    void messagesAreAnsweredWithoutADialog();
    void answersNest();
    void savedFilesGetTheirSuffixAndTheFolderIsRemembered();
    void cancelledFileDialogsChangeNothing();
};

void TestThemeSettings::anEmptyFileGivesTheDefaults()
{
    const Settings& s = Settings::instance();
    QCOMPARE(s.get(setting::themeMode), ThemeMode::System);
    QCOMPARE(s.get(setting::textScale), 1.0);
    QCOMPARE(s.get(setting::reducedMotion), false);
    QCOMPARE(s.get(setting::shapeOrder), ShapeOrder::HeightWidthMaps);
    QCOMPARE(s.get(setting::interfaceLevel), InterfaceLevel::Standard);
    QVERIFY(s.get(setting::recentFiles).isEmpty());
    QVERIFY(s.get(setting::windowGeometry).isEmpty());
}

void TestThemeSettings::everyTypeSurvivesTheFile()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath("kept.ini");
    Settings& s = Settings::instance();
    s.useFile(file);
    s.set(setting::themeMode, ThemeMode::Dark);
    s.set(setting::textScale, 1.3);
    s.set(setting::reducedMotion, true);
    s.set(setting::shapeOrder, ShapeOrder::MapsHeightWidth);
    s.set(setting::interfaceLevel, InterfaceLevel::Full);
    s.set(setting::lastFolder, QStringLiteral("/tmp/a b, c"));
    s.set(setting::recentFiles, QStringList{"one", "two, three"});
    s.set(setting::windowGeometry, QByteArray("\x00\x01\xff", 3));
    s.useTestMode();
    QCOMPARE(s.get(setting::themeMode), ThemeMode::System);
    s.useFile(file);
    QCOMPARE(s.get(setting::themeMode), ThemeMode::Dark);
    QCOMPARE(s.get(setting::textScale), 1.3);
    QCOMPARE(s.get(setting::reducedMotion), true);
    QCOMPARE(s.get(setting::shapeOrder), ShapeOrder::MapsHeightWidth);
    QCOMPARE(s.get(setting::interfaceLevel), InterfaceLevel::Full);
    QCOMPARE(s.get(setting::lastFolder), QStringLiteral("/tmp/a b, c"));
    QCOMPARE(s.get(setting::recentFiles), (QStringList{"one", "two, three"}));
    QCOMPARE(s.get(setting::windowGeometry), QByteArray("\x00\x01\xff", 3));
    s.useTestMode();
}

void TestThemeSettings::enumerationsAreStoredByName()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath("names.ini");
    Settings::instance().useFile(file);
    Settings::instance().set(setting::shapeOrder, ShapeOrder::MapsHeightWidth);
    Settings::instance().useTestMode();
    QCOMPARE(QSettings(file, QSettings::IniFormat).value(setting::shapeOrder.key).toString(), QStringLiteral("chw"));
}

void TestThemeSettings::unreadableValuesFallBackToTheDefault()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath("odd.ini");
    {
        QSettings odd(file, QSettings::IniFormat);
        odd.setValue(setting::themeMode.key, "mauve");
        odd.setValue(setting::textScale.key, "large");
    }
    Settings::instance().useFile(file);
    QCOMPARE(Settings::instance().get(setting::themeMode), ThemeMode::System);
    QCOMPARE(Settings::instance().get(setting::textScale), 1.0);
    Settings::instance().useTestMode();
}

void TestThemeSettings::resetAllForgetsEverything()
{
    Settings& s = Settings::instance();
    s.set(setting::textScale, 1.5);
    s.set(setting::lastFolder, QStringLiteral("/somewhere"));
    s.set(setting::themeMode, ThemeMode::Light);
    s.reset(setting::textScale);
    QCOMPARE(s.get(setting::textScale), 1.0);
    QCOMPARE(s.get(setting::themeMode), ThemeMode::Light);
    s.resetAll();
    QCOMPARE(s.get(setting::themeMode), ThemeMode::System);
    QVERIFY(s.get(setting::lastFolder).isEmpty());
    QStringList keys = Settings::keys();
    QCOMPARE(keys.removeDuplicates(), 0);
    QCOMPARE(keys.size(), 11);
}

void TestThemeSettings::changedNamesTheKeyAndOnlyWhenSomethingChanged()
{
    Settings& s = Settings::instance();
    QSignalSpy spy(&s, &Settings::changed);
    s.set(setting::reducedMotion, true);
    QCOMPARE(spy.count(), 1);
    QCOMPARE(spy.at(0).at(0).toString(), QLatin1String(setting::reducedMotion.key));
    s.set(setting::reducedMotion, true);
    QCOMPARE(spy.count(), 1);
    s.reset(setting::reducedMotion);
    QCOMPARE(spy.count(), 2);
    s.reset(setting::reducedMotion);
    QCOMPARE(spy.count(), 2);
}

void TestThemeSettings::recentFilesAreUniqueNewestFirstAndLimited()
{
    Settings& s = Settings::instance();
    for (int i = 0; i < Settings::kMaxRecentFiles + 3; ++i) {
        s.addRecentFile(QStringLiteral("/work-of-a-user/%1.convarium").arg(i));
    }
    s.addRecentFile(QStringLiteral("/work-of-a-user/10.convarium"));
    const QStringList files = s.get(setting::recentFiles);
    QCOMPARE(files.size(), Settings::kMaxRecentFiles);
    QCOMPARE(files.first(), QStringLiteral("/work-of-a-user/10.convarium"));
    QCOMPARE(files.count(files.first()), 1);
    QCOMPARE(s.get(setting::lastFolder), QStringLiteral("/work-of-a-user"));
}

void TestThemeSettings::messagesAreAnsweredWithoutADialog()
{
    QStringList asked;
    const dialogs::ScopedAnswers answers([&](const dialogs::Message& message) {
        asked.append(message.text);
        return 1;
    });
    dialogs::Message message;
    message.text = QStringLiteral("Save the changes to LeNet-5?");
    message.buttons = {"Save", "Discard", "Cancel"};
    QCOMPARE(dialogs::ask(nullptr, message), 1);
    dialogs::inform(nullptr, SignKind::Error, QStringLiteral("The disk is full."));
    QCOMPARE(asked, (QStringList{"Save the changes to LeNet-5?", "The disk is full."}));
}

void TestThemeSettings::answersNest()
{
    const dialogs::ScopedAnswers outer([](const dialogs::Message&) { return 0; });
    {
        const dialogs::ScopedAnswers inner([](const dialogs::Message&) { return 2; });
        QCOMPARE(dialogs::ask(nullptr, {}), 2);
    }
    QCOMPARE(dialogs::ask(nullptr, {}), 0);
}

void TestThemeSettings::savedFilesGetTheirSuffixAndTheFolderIsRemembered()
{
    QString answer = QStringLiteral("/models/first");
    dialogs::FileRequest::Kind kind{};
    const dialogs::ScopedAnswers answers({}, [&](const dialogs::FileRequest& request) {
        kind = request.kind;
        return answer;
    });
    const QStringList filters{"Convarium project (*.convarium)"};
    QCOMPARE(dialogs::saveFile(nullptr, "Save", "first", filters, "convarium"),
             QStringLiteral("/models/first.convarium"));
    QCOMPARE(kind, dialogs::FileRequest::Kind::Save);
    QCOMPARE(Settings::instance().get(setting::lastFolder), QStringLiteral("/models"));
    answer = QStringLiteral("/models/second.onnx");
    QCOMPARE(dialogs::saveFile(nullptr, "Save", "first", filters, "convarium"), answer);
    answer = QStringLiteral("/other/third");
    QCOMPARE(dialogs::openFile(nullptr, "Open", filters), answer);
    QCOMPARE(kind, dialogs::FileRequest::Kind::Open);
    QCOMPARE(Settings::instance().get(setting::lastFolder), QStringLiteral("/other"));
}

void TestThemeSettings::cancelledFileDialogsChangeNothing()
{
    const dialogs::ScopedAnswers answers({}, [](const dialogs::FileRequest&) { return QString(); });
    QVERIFY(dialogs::saveFile(nullptr, "Save", "first", {}, "convarium").isEmpty());
    QVERIFY(Settings::instance().get(setting::lastFolder).isEmpty());
}

QTEST_MAIN(TestThemeSettings)
#include "test_theme_settings.moc"
