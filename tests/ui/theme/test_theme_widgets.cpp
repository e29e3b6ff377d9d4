// Theme switching, text size, icons and the shared widgets, driven by real events.
#include "ui/theme/colormap.h"
#include "ui/theme/dialogs.h"
#include "ui/theme/icons.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"
#include "ui/theme/type.h"
#include "ui/theme/widgets.h"

#include <QAccessible>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDBusVariant>
#include <QFocusFrame>
#include <QLineEdit>
#include <QPainter>
#include <QRadioButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSpinBox>
#include <QStyleOptionSlider>
#include <QTimer>
#include <QVBoxLayout>
#include <QtTest>

using namespace convarium::ui;

namespace
{

/// Number of pixels that are not transparent.
int coverage(const QImage& image)
{
    int count = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            count += qAlpha(image.pixel(x, y)) > 0 ? 1 : 0;
        }
    }
    return count;
}

/// Whether some fully covered pixel has that colour.
bool contains(const QImage& image, const QColor& color)
{
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            if (image.pixel(x, y) == color.rgb()) {
                return true;
            }
        }
    }
    return false;
}

QImage shot(QWidget& widget)
{
    return widget.grab().toImage().convertToFormat(QImage::Format_RGB32);
}

} // namespace

class TestThemeWidgets : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void switchingTheThemeChangesPaletteAndTellsOnce();
    void themeModeIsStored();
    void textSizeIsRoundedClampedAndScalesFontsAndControls();
    void noTextIsSmallerThanTwelvePixels();
    void reducedMotionStopsAnimations();
    void theSystemsWishForLessMotionHoldsUntilSomebodyChooses();
    void labelsFollowThemeAndTextSize();
    void everyNamedIconExists();
    void everyIconIsDrawnInTheColourAskedFor();
    void iconsFollowTheThemeAndGreyOutWhenDisabled();
    void unknownIconsAreNull();
    void iconsOnAZoomedPainterStaySharp();
    void controlsHaveTheHeightsOfTheDesign();
    void thePrimaryButtonIsFilledWithTheAccent();
    void anInvalidFieldHasAnErrorBorder();
    void scrollBarsHaveNoArrowsAndFollowTheMouse();
    void spinBoxStepsByItsChevrons();
    void tabShowsARingOutsideTheControlAndTheMouseDoesNot();
    void segmentsAreChosenByArrowKeys();
    void segmentsAreChosenByTheMouse();
    void segmentsAreExclusiveAndNamed();
    void aDisabledSegmentIsSkipped();
    void elidedLabelKeepsItsTextAndSaysWhenItIsCut();
    void elidedLabelTakesTheLinesItNeeds();
    void searchFieldIsClearedByEscape();
    void sectionHeaderFoldsItsContentByMouseAndKey();
    void scaleBarNamesItsEnds();
    void messageDialogAnswersByButtonAndEscape();
};

void TestThemeWidgets::initTestCase()
{
    Settings::instance().useTestMode();
    ThemeManager::instance().install();
}

void TestThemeWidgets::init()
{
    ThemeManager::instance().setMode(ThemeMode::Light);
    ThemeManager::instance().setTextScale(1.0);
    ThemeManager::instance().setReducedMotion(false);
}

void TestThemeWidgets::switchingTheThemeChangesPaletteAndTellsOnce()
{
    QSignalSpy spy(&ThemeManager::instance(), &ThemeManager::changed);
    ThemeManager::instance().setMode(ThemeMode::Dark);
    QCOMPARE(spy.count(), 1);
    QVERIFY(Theme::current().dark);
    QWidget fresh;
    QCOMPARE(fresh.palette().color(QPalette::Window), darkTheme().window);
    QCOMPARE(QApplication::palette().color(QPalette::Base), darkTheme().surface);
    QCOMPARE(QApplication::palette().color(QPalette::Disabled, QPalette::Text), darkTheme().text3);
    ThemeManager::instance().setMode(ThemeMode::Dark);
    QCOMPARE(spy.count(), 1);
    ThemeManager::instance().setMode(ThemeMode::Light);
    QTRY_COMPARE(fresh.palette().color(QPalette::Window), lightTheme().window);
    QCOMPARE(QApplication::palette().color(QPalette::Highlight), lightTheme().accent);
}

void TestThemeWidgets::themeModeIsStored()
{
    ThemeManager::instance().setMode(ThemeMode::Dark);
    QCOMPARE(Settings::instance().get(setting::themeMode), ThemeMode::Dark);
    ThemeManager::instance().install();
    QVERIFY(Theme::current().dark);
}

void TestThemeWidgets::textSizeIsRoundedClampedAndScalesFontsAndControls()
{
    QPushButton button(QStringLiteral("Train"));
    const int before = button.sizeHint().height();
    ThemeManager::instance().setTextScale(1.234);
    QCOMPARE(ThemeManager::instance().textScale(), 1.2);
    ThemeManager::instance().setTextScale(7);
    QCOMPARE(ThemeManager::instance().textScale(), 1.5);
    QCOMPARE(Settings::instance().get(setting::textScale), 1.5);
    QCOMPARE(font(TextRole::Shape).pixelSize(), 35);
    QCOMPARE(QApplication::font().pixelSize(), 20);
    QCOMPARE(scaled(32), 48);
    QCOMPARE(before, 32);
    QPushButton large(QStringLiteral("Train"));
    QCOMPARE(large.sizeHint().height(), 48);
    ThemeManager::instance().setTextScale(0.1);
    QCOMPARE(ThemeManager::instance().textScale(), 0.9);
    ThemeManager::instance().setTextScale(std::numeric_limits<double>::quiet_NaN());
    QCOMPARE(ThemeManager::instance().textScale(), 1.0);
}

void TestThemeWidgets::noTextIsSmallerThanTwelvePixels()
{
    ThemeManager::instance().setTextScale(0.9);
    for (int role = 0; role <= static_cast<int>(TextRole::SmallMedium); ++role) {
        QVERIFY(font(static_cast<TextRole>(role)).pixelSize() >= 12);
        QVERIFY(lineHeight(static_cast<TextRole>(role)) >= font(static_cast<TextRole>(role)).pixelSize());
    }
    QCOMPARE(font(TextRole::Body).families().first(), QStringLiteral("Roboto"));
    QCOMPARE(font(TextRole::Heading).weight(), QFont::Bold);
}

void TestThemeWidgets::reducedMotionStopsAnimations()
{
    QCOMPARE(motionMs(200), 200);
    ThemeManager::instance().setReducedMotion(true);
    QCOMPARE(motionMs(200), 0);
    QVERIFY(Settings::instance().get(setting::reducedMotion));
}

void TestThemeWidgets::theSystemsWishForLessMotionHoldsUntilSomebodyChooses()
{
    ThemeManager& theme = ThemeManager::instance();
    const auto tell = [&](const char* group, const char* key, const QVariant& value) {
        QVERIFY(QMetaObject::invokeMethod(&theme, "portalSettingChanged", Q_ARG(QString, QString::fromLatin1(group)),
                                          Q_ARG(QString, QString::fromLatin1(key)),
                                          Q_ARG(QDBusVariant, QDBusVariant(value))));
    };
    const auto portal = [&](uint value) { tell("org.freedesktop.appearance", "reduced-motion", value); };
    const auto gnome = [&](bool value) { tell("org.gnome.desktop.interface", "enable-animations", value); };
    QSignalSpy changed(&theme, &ThemeManager::changed);
    portal(1);
    QVERIFY(theme.reducedMotion());
    QCOMPARE(motionMs(200), 0);
    QCOMPARE(changed.count(), 1);
    gnome(false); // says the same
    QCOMPARE(changed.count(), 1);
    portal(0);
    QVERIFY(theme.reducedMotion());
    theme.setReducedMotion(false); // chosen: whatever the system asks for
    portal(1);
    gnome(true);
    QVERIFY(!theme.reducedMotion());
    QVERIFY(Settings::instance().isSet(setting::reducedMotion));
    theme.setReducedMotion(true); // as the system: which is followed again
    QVERIFY(!Settings::instance().isSet(setting::reducedMotion));
    portal(0);
    QVERIFY(!theme.reducedMotion());
    tell("org.freedesktop.appearance", "something-else", 1U);
    QVERIFY(!theme.reducedMotion());
}

void TestThemeWidgets::labelsFollowThemeAndTextSize()
{
    TextLabel label(QStringLiteral("MACs"), TextRole::Section, ColorRole::Text3);
    QWidget other;
    setTextRole(&other, TextRole::Title);
    setTextRole(&other, TextRole::Heading);
    QCOMPARE(label.font().pixelSize(), 15);
    QCOMPARE(label.palette().color(QPalette::WindowText), lightTheme().text3);
    ThemeManager::instance().setMode(ThemeMode::Dark);
    ThemeManager::instance().setTextScale(1.5);
    QCOMPARE(label.font().pixelSize(), 23);
    QCOMPARE(other.font().pixelSize(), 30);
    QCOMPARE(label.palette().color(QPalette::WindowText), darkTheme().text3);
}

void TestThemeWidgets::everyNamedIconExists()
{
    const QString names = QStringLiteral(
        "home undo redo search play pause step stop reset tidy fit zoom present sun moon gear info warn ok close plus "
        "chevron-up chevron-down chevron-left chevron-right back fold unfold link unlink lock snow clock book open "
        "file "
        "save export copy trash note image bars keys download input output conv depthwise separable transposed pool "
        "avgpool globalpool upsample relu tanh sigmoid softmax norm lrn dropout dense flatten add concat scale block");
    for (const QString& name : names.split(' ')) {
        QVERIFY2(hasIcon(name) && iconNames().contains(name), qPrintable(name));
    }
    QVERIFY(!appIcon().pixmap(64, 64).isNull());
    QVERIFY(coverage(appIcon().pixmap(64, 64).toImage()) > 64 * 64 / 2);
}

void TestThemeWidgets::everyIconIsDrawnInTheColourAskedFor()
{
    QVERIFY(iconNames().size() >= 69);
    for (const QString& name : iconNames()) {
        const QImage red = iconPixmap(name, 24, Qt::red).toImage().convertToFormat(QImage::Format_ARGB32);
        QCOMPARE(red.size(), QSize(24, 24));
        QVERIFY2(coverage(red) >= 12, qPrintable(name));
        for (int y = 0; y < 24; ++y) {
            for (int x = 0; x < 24; ++x) {
                const QRgb pixel = red.pixel(x, y);
                QVERIFY2(qAlpha(pixel) == 0 || (qGreen(pixel) == 0 && qBlue(pixel) == 0), qPrintable(name));
            }
        }
        const QImage twice = iconPixmap(name, 24, Qt::red, 2).toImage();
        QCOMPARE(twice.size(), QSize(48, 48));
        QVERIFY2(red != iconPixmap(name, 24, Qt::blue).toImage().convertToFormat(QImage::Format_ARGB32),
                 qPrintable(name));
    }
}

void TestThemeWidgets::iconsFollowTheThemeAndGreyOutWhenDisabled()
{
    const QIcon stop = icon(QStringLiteral("stop"), ColorRole::Accent);
    const auto middle = [&](QIcon::Mode mode) { return stop.pixmap(QSize(24, 24), mode).toImage().pixelColor(12, 12); };
    QCOMPARE(middle(QIcon::Normal), lightTheme().accent);
    QCOMPARE(middle(QIcon::Disabled), lightTheme().text3);
    QCOMPARE(middle(QIcon::Selected), lightTheme().onAccent);
    ThemeManager::instance().setMode(ThemeMode::Dark);
    QCOMPARE(middle(QIcon::Normal), darkTheme().accent);
    const QImage dense = familyIcon(QStringLiteral("stop"), Family::Merge).pixmap(24, 24).toImage();
    QCOMPARE(dense.pixelColor(12, 12), darkTheme().familyInk(Family::Merge));
}

void TestThemeWidgets::unknownIconsAreNull()
{
    QVERIFY(icon(QStringLiteral("nothing")).isNull());
    QVERIFY(iconPixmap(QStringLiteral("nothing"), 24, Qt::red).isNull());
    QVERIFY(icon(QString()).isNull());
}

void TestThemeWidgets::iconsOnAZoomedPainterStaySharp()
{
    QImage image(96, 96, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.scale(4, 4);
    paintIcon(&painter, {0, 0, 24, 24}, QStringLiteral("stop"), Qt::red);
    painter.end();
    // A blown-up 24 px mask would have soft edges several pixels wide.
    int soft = 0;
    for (int x = 0; x < 96; ++x) {
        const int alpha = qAlpha(image.pixel(x, 48));
        soft += alpha > 10 && alpha < 245 ? 1 : 0;
    }
    QVERIFY2(soft <= 2, qPrintable(QString::number(soft)));
}

void TestThemeWidgets::controlsHaveTheHeightsOfTheDesign()
{
    QPushButton push(icon(QStringLiteral("step")), QStringLiteral("Step"));
    QCOMPARE(push.sizeHint().height(), 32);
    setLarge(&push);
    QCOMPARE(push.sizeHint().height(), 38);
    QCOMPARE(QSpinBox().sizeHint().height(), 30);
    QCOMPARE(QLineEdit().sizeHint().height(), 30);
    QCOMPARE(QComboBox().sizeHint().height(), 30);
    QVERIFY(QCheckBox(QStringLiteral("Bias")).sizeHint().height() >= 28);
    const IconButton button(QStringLiteral("info"), QStringLiteral("Help"));
    QVERIFY(button.sizeHint().width() >= 28 && button.sizeHint().height() >= 28);
    QCOMPARE(QScrollBar(Qt::Vertical).sizeHint().width(), 8);
    const SegmentedControl padding({"same", "valid", "by hand"});
    QCOMPARE(padding.sizeHint().height(), 32);
}

void TestThemeWidgets::thePrimaryButtonIsFilledWithTheAccent()
{
    QPushButton button(icon(QStringLiteral("play")), QStringLiteral("Train"));
    button.resize(button.sizeHint());
    QVERIFY(!contains(shot(button), lightTheme().accent));
    setPrimary(&button);
    const QImage filled = shot(button);
    QCOMPARE(filled.pixelColor(8, 16), lightTheme().accent);
    QVERIFY(contains(filled, lightTheme().onAccent));
    button.setEnabled(false);
    QVERIFY(!contains(shot(button), lightTheme().accent));
}

void TestThemeWidgets::anInvalidFieldHasAnErrorBorder()
{
    QLineEdit field;
    field.resize(96, 30);
    QVERIFY(!contains(shot(field), lightTheme().error));
    setInvalid(&field);
    QVERIFY(contains(shot(field), lightTheme().error));
    setInvalid(&field, false);
    QVERIFY(!contains(shot(field), lightTheme().error));
}

void TestThemeWidgets::scrollBarsHaveNoArrowsAndFollowTheMouse()
{
    QScrollBar bar(Qt::Vertical);
    bar.setRange(0, 100);
    bar.setPageStep(100);
    bar.resize(8, 200);
    QStyleOptionSlider option;
    option.initFrom(&bar);
    option.orientation = Qt::Vertical;
    option.maximum = 100;
    option.pageStep = 100;
    const auto part = [&](QStyle::SubControl which) {
        return bar.style()->subControlRect(QStyle::CC_ScrollBar, &option, which, &bar);
    };
    QVERIFY(part(QStyle::SC_ScrollBarAddLine).isEmpty() && part(QStyle::SC_ScrollBarSubLine).isEmpty());
    QCOMPARE(part(QStyle::SC_ScrollBarSlider), QRect(0, 0, 8, 100));
    QTest::mousePress(&bar, Qt::LeftButton, {}, {4, 50});
    QMouseEvent move(QEvent::MouseMove, QPointF(4, 100), bar.mapToGlobal(QPointF(4, 100)), Qt::LeftButton,
                     Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&bar, &move);
    QTest::mouseRelease(&bar, Qt::LeftButton, {}, {4, 100});
    QCOMPARE(bar.value(), 50);
}

void TestThemeWidgets::spinBoxStepsByItsChevrons()
{
    QSpinBox spin;
    spin.setValue(5);
    spin.resize(96, 30);
    spin.show();
    QTest::mouseClick(&spin, Qt::LeftButton, {}, {86, 8});
    QCOMPARE(spin.value(), 6);
    QTest::mouseClick(&spin, Qt::LeftButton, {}, {86, 22});
    QTest::mouseClick(&spin, Qt::LeftButton, {}, {86, 22});
    QCOMPARE(spin.value(), 4);
}

void TestThemeWidgets::tabShowsARingOutsideTheControlAndTheMouseDoesNot()
{
    QWidget window;
    auto* column = new QVBoxLayout(&window);
    auto* first = new QPushButton(QStringLiteral("Step"));
    auto* second = new QPushButton(QStringLiteral("Stop"));
    column->addWidget(first);
    column->addWidget(second);
    window.show();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    first->setFocus(Qt::MouseFocusReason);
    const auto visibleRing = [&]() -> QFocusFrame* {
        for (QFocusFrame* frame : window.findChildren<QFocusFrame*>()) {
            if (frame->isVisible()) {
                return frame;
            }
        }
        return nullptr;
    };
    QVERIFY(visibleRing() == nullptr);
    QTest::keyClick(first, Qt::Key_Tab);
    QCOMPARE(QApplication::focusWidget(), second);
    QVERIFY(visibleRing() != nullptr);
    QCOMPARE(visibleRing()->geometry(), second->geometry().adjusted(-4, -4, 4, 4));
    const QImage picture = shot(window);
    QCOMPARE(picture.pixelColor(second->geometry().center().x(), second->geometry().top() - 4), lightTheme().accent);
    QCOMPARE(picture.pixelColor(second->geometry().center().x(), second->geometry().top() - 1), lightTheme().window);
    ThemeManager::instance().setMode(ThemeMode::Dark);
    QTRY_VERIFY(visibleRing() != nullptr);
    second->clearFocus();
    QVERIFY(visibleRing() == nullptr);
}

void TestThemeWidgets::segmentsAreChosenByArrowKeys()
{
    QWidget window;
    auto* column = new QVBoxLayout(&window);
    auto* before = new QPushButton(QStringLiteral("Before"));
    auto* segments = new SegmentedControl(QStringList{"same", "valid", "by hand"});
    auto* after = new QPushButton(QStringLiteral("After"));
    column->addWidget(before);
    column->addWidget(segments);
    column->addWidget(after);
    window.show();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    before->setFocus();
    QSignalSpy spy(segments, &SegmentedControl::currentChanged);
    QTest::keyClick(before, Qt::Key_Tab);
    QVERIFY(segments->isAncestorOf(QApplication::focusWidget()));
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Right);
    QCOMPARE(segments->currentIndex(), 1);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Right);
    QCOMPARE(segments->currentIndex(), 2);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Left);
    QCOMPARE(segments->currentIndex(), 1);
    QCOMPARE(spy.count(), 3);
    // One stop for Tab, whichever segment is chosen.
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
    QCOMPARE(QApplication::focusWidget(), after);
    QTest::keyClick(after, Qt::Key_Backtab);
    QVERIFY(segments->isAncestorOf(QApplication::focusWidget()));
    QCOMPARE(qobject_cast<QRadioButton*>(QApplication::focusWidget())->text(), QStringLiteral("valid"));
}

void TestThemeWidgets::segmentsAreChosenByTheMouse()
{
    SegmentedControl segments({"same", "valid", "by hand"});
    segments.resize(segments.sizeHint());
    segments.show();
    QSignalSpy spy(&segments, &SegmentedControl::currentChanged);
    QRadioButton* last = segments.findChildren<QRadioButton*>().at(2);
    QTest::mouseClick(last, Qt::LeftButton, {}, last->rect().bottomRight() - QPoint(3, 3));
    QCOMPARE(segments.currentIndex(), 2);
    QCOMPARE(spy.count(), 1);
    QCOMPARE(spy.at(0).at(0).toInt(), 2);
    segments.setCurrentIndex(2);
    segments.setCurrentIndex(9);
    segments.setCurrentIndex(-1);
    QCOMPARE(segments.currentIndex(), 2);
    QCOMPARE(spy.count(), 1);
}

void TestThemeWidgets::segmentsAreExclusiveAndNamed()
{
    SegmentedControl segments({"Forward", "Backward"});
    const QList<QRadioButton*> parts = segments.findChildren<QRadioButton*>();
    segments.setCurrentIndex(1);
    QVERIFY(!parts.at(0)->isChecked() && parts.at(1)->isChecked());
    QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(parts.at(1));
    QVERIFY(accessible != nullptr);
    QCOMPARE(accessible->role(), QAccessible::RadioButton);
    QCOMPARE(accessible->text(QAccessible::Name), QStringLiteral("Backward"));
    QVERIFY(accessible->state().checked);
}

void TestThemeWidgets::aDisabledSegmentIsSkipped()
{
    SegmentedControl segments({"same", "valid", "by hand"});
    segments.setSegmentEnabled(1, false, QStringLiteral("The kernel is larger than the input"));
    segments.show();
    QVERIFY(QTest::qWaitForWindowActive(&segments));
    QRadioButton* first = segments.findChildren<QRadioButton*>().at(0);
    first->setFocus();
    QTest::keyClick(first, Qt::Key_Right);
    QCOMPARE(segments.currentIndex(), 2);
}

void TestThemeWidgets::elidedLabelKeepsItsTextAndSaysWhenItIsCut()
{
    const QString text = QStringLiteral("/data/networks/a-very-long-name-of-a-project.convarium");
    ElidedLabel label(text);
    label.resize(1000, 20);
    QVERIFY(!label.isElided());
    label.resize(120, 20);
    QVERIFY(label.isElided());
    QCOMPARE(label.text(), text);
    QVERIFY(label.minimumSizeHint().width() < 120);
    QCOMPARE(QAccessible::queryAccessibleInterface(&label)->text(QAccessible::Name), text);
}

void TestThemeWidgets::elidedLabelTakesTheLinesItNeeds()
{
    ElidedLabel label(QStringLiteral("The network has changed: Train keeps the weights"));
    const int whole = label.fontMetrics().horizontalAdvance(label.text()), one = label.heightForWidth(whole + 1);
    label.resize(whole * 2 / 3, one);
    QVERIFY(label.isElided());
    label.setMostLines(2);
    QVERIFY(!label.isElided());
    QCOMPARE(label.heightForWidth(whole + 1), one);
    QVERIFY(label.heightForWidth(label.width()) > one * 3 / 2);
    QCOMPARE(label.heightForWidth(whole / 4), label.heightForWidth(label.width())); // no more than two
    label.resize(whole / 4, 2 * one);
    QVERIFY(label.isElided());
}

void TestThemeWidgets::searchFieldIsClearedByEscape()
{
    SearchField field(QStringLiteral("Find a layer"));
    QCOMPARE(field.accessibleName(), QStringLiteral("Find a layer"));
    QTest::keyClicks(&field, QStringLiteral("conv"));
    QCOMPARE(field.text(), QStringLiteral("conv"));
    QTest::keyClick(&field, Qt::Key_Escape);
    QVERIFY(field.text().isEmpty());
    QKeyEvent second(QEvent::KeyPress, Qt::Key_Escape, Qt::NoModifier);
    QApplication::sendEvent(&field, &second);
    QVERIFY(!second.isAccepted());
}

void TestThemeWidgets::sectionHeaderFoldsItsContentByMouseAndKey()
{
    QWidget window;
    auto* column = new QVBoxLayout(&window);
    auto* header = new SectionHeader(QStringLiteral("Settings"));
    auto* content = new QWidget;
    column->addWidget(header);
    column->addWidget(content);
    header->setContent(content);
    window.show();
    QSignalSpy spy(header, &SectionHeader::expandedChanged);
    QVERIFY(content->isVisible());
    QTest::mouseClick(header, Qt::LeftButton);
    QVERIFY(!content->isVisible() && !header->isExpanded());
    QTest::keyClick(header, Qt::Key_Space);
    QVERIFY(content->isVisible() && header->isExpanded());
    QCOMPARE(spy.count(), 2);
    header->setExpanded(true);
    QCOMPARE(spy.count(), 2);
}

void TestThemeWidgets::scaleBarNamesItsEnds()
{
    ScaleBar bar;
    bar.setScale(2.5);
    QVERIFY(bar.accessibleName().contains(QChar(0x2212) + QLocale().toString(2.5)));
    QVERIFY(bar.accessibleName().contains('+' + QLocale().toString(2.5)));
    bar.resize(bar.sizeHint());
    const QImage picture = shot(bar);
    QVERIFY(contains(picture, QColor(colorTable(ColorMap::Signed, lightTheme())[128])));
    bar.setScale(255, ColorMap::Ink);
    QVERIFY(bar.accessibleName().contains(QStringLiteral("255")));
}

void TestThemeWidgets::messageDialogAnswersByButtonAndEscape()
{
    dialogs::Message message;
    message.kind = SignKind::Warning;
    message.text = QStringLiteral("Save the changes to LeNet-5?");
    message.detail = QStringLiteral("They are lost otherwise.");
    message.buttons = {"Save", "Discard", "Cancel"};
    const auto answerWith = [&](auto action) {
        QTimer::singleShot(0, this, [action] { action(QApplication::activeModalWidget()); });
        return dialogs::ask(nullptr, message);
    };
    const auto button = [](QWidget* dialog, const QString& name) -> QPushButton* {
        for (QPushButton* candidate : dialog->findChildren<QPushButton*>()) {
            if (candidate->text() == name) {
                return candidate;
            }
        }
        return nullptr;
    };
    QCOMPARE(answerWith([&](QWidget* dialog) { button(dialog, "Discard")->click(); }), 1);
    QCOMPARE(answerWith([&](QWidget* dialog) { QTest::keyClick(dialog, Qt::Key_Escape); }), 2);
    QCOMPARE(answerWith([&](QWidget* dialog) { QTest::keyClick(dialog, Qt::Key_Return); }), 0);
    message.destructive = 0;
    QCOMPARE(answerWith([&](QWidget* dialog) {
                 QVERIFY(!button(dialog, "Save")->isDefault());
                 dialog->close();
             }),
             2);
}

QTEST_MAIN(TestThemeWidgets)
#include "test_theme_widgets.moc"
