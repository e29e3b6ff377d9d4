// What keeps the window from painting and arranging more than anybody sees.
#include "ui/theme/frame_pacer.h"
#include "ui/theme/layout_boundary.h"
#include "ui/theme/widgets.h"

#include <QElapsedTimer>
#include <QHBoxLayout>
#include <QTest>

using namespace convarium::ui;

namespace
{

/// Counts events of one type.
class Counter final : public QObject
{
public:
    Counter(QObject* object, QEvent::Type type) : m_type(type) { object->installEventFilter(this); }
    bool eventFilter(QObject*, QEvent* event) override
    {
        count += event->type() == m_type;
        return false;
    }
    int count = 0;

private:
    const QEvent::Type m_type;
};

/// Shows how often it was told to and how often it did.
class Canvas final : public QWidget
{
public:
    int wanted = 0, shown = 0, paints = 0;

protected:
    void paintEvent(QPaintEvent*) override
    {
        shown = wanted;
        ++paints;
    }
};

} // namespace

class TestThemeFrames final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { installFramePacer(); }
    void aWindowIsPaintedAtMostSixtyTimesASecond();
    void textsThatFitMoveNothingAround();
    void contentThatNeedsMoreRoomGetsIt();
    void roomIsGivenBack();
    void aWindowMayBecomeAsSmallAsItsContent();
    void contentOfAFixedHeightKeepsIt();
};

void TestThemeFrames::aWindowIsPaintedAtMostSixtyTimesASecond()
{
    Canvas canvas;
    canvas.show();
    QVERIFY(QTest::qWaitForWindowExposed(&canvas));
    const int before = canvas.paints;
    QElapsedTimer time;
    time.start();
    while (canvas.wanted < 2000) {
        ++canvas.wanted;
        canvas.update();
        QCoreApplication::processEvents();
    }
    QTRY_COMPARE(canvas.shown, canvas.wanted); // the last one is seen
    QVERIFY2(canvas.paints - before <= time.elapsed() / 16 + 2,
             qPrintable(QStringLiteral("%1 paintings in %2 ms").arg(canvas.paints - before).arg(time.elapsed())));
}

/// A label in a boundary, beside another label.
struct Place {
    QWidget window;
    TextLabel* text = new TextLabel(QStringLiteral("12 images/s"));
    TextLabel* beside = new TextLabel(QStringLiteral("beside"));

    Place()
    {
        auto* content = new QWidget;
        auto* inner = new QHBoxLayout(content);
        inner->addWidget(text);
        auto* row = new QHBoxLayout(&window);
        row->addWidget(new LayoutBoundary(content), 1);
        row->addWidget(beside);
        window.resize(500, 60);
        window.show();
    }
};

void TestThemeFrames::textsThatFitMoveNothingAround()
{
    Place place;
    QVERIFY(QTest::qWaitForWindowExposed(&place.window));
    QCoreApplication::processEvents();
    Counter requests(&place.window, QEvent::LayoutRequest);
    Counter inside(place.text->parentWidget(), QEvent::LayoutRequest);
    place.text->setText(QStringLiteral("12,345 images/s"));
    QTRY_COMPARE(inside.count, 1);
    QCoreApplication::processEvents();
    QCOMPARE(requests.count, 0);
    QVERIFY(place.text->width() >= place.text->sizeHint().width());
}

void TestThemeFrames::contentThatNeedsMoreRoomGetsIt()
{
    Place place;
    QVERIFY(QTest::qWaitForWindowExposed(&place.window));
    place.text->setText(QString(120, QLatin1Char('W')));
    QTRY_VERIFY(place.text->width() >= place.text->sizeHint().width());
    QVERIFY(place.window.width() > 500);
    QVERIFY(place.beside->x() > place.text->width());
}

void TestThemeFrames::roomIsGivenBack()
{
    Place place;
    place.window.layout()->setSizeConstraint(QLayout::SetFixedSize);
    place.text->setText(QString(60, QLatin1Char('W')));
    QVERIFY(QTest::qWaitForWindowExposed(&place.window));
    QTRY_VERIFY(place.window.width() > 600);
    place.text->setText(QStringLiteral("12 images/s"));
    QTRY_VERIFY(place.window.width() < 300);
}

void TestThemeFrames::aWindowMayBecomeAsSmallAsItsContent()
{
    Place place;
    place.text->setText(QString(40, QLatin1Char('W')));
    QVERIFY(QTest::qWaitForWindowExposed(&place.window));
    QCoreApplication::processEvents();
    place.text->setText(QStringLiteral("12 images/s"));
    QCoreApplication::processEvents();
    place.window.resize(10, 10); // stops at what was needed before, and asks what is needed now
    QCoreApplication::processEvents();
    place.window.resize(10, 10);
    QTRY_VERIFY(place.window.width() < 300);
    QVERIFY(place.text->width() >= place.text->sizeHint().width());
}

void TestThemeFrames::contentOfAFixedHeightKeepsIt()
{
    QWidget window;
    auto* content = new QWidget;
    auto* wraps = new TextLabel(QStringLiteral("12 images/s"));
    wraps->setWordWrap(true); // asks for a height by its width
    columnIn(content)->addWidget(wraps);
    content->setFixedHeight(80);
    auto* column = columnIn(&window);
    column->addWidget(new LayoutBoundary(content));
    column->addWidget(new QWidget, 1);
    window.resize(300, 300);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    QTRY_COMPARE(content->parentWidget()->height(), 80);
    QCOMPARE(content->height(), 80);
}

QTEST_MAIN(TestThemeFrames)
#include "test_theme_frames.moc"
