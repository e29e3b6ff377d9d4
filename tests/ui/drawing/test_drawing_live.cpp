// The drawing page on a real network: a 7 drawn with the pointer is read as a 7, after training and while it runs.
#include "datasets/digits.h"
#include "engine/io/presets.h"
#include "ui/drawing/drawing_field.h"
#include "ui/drawing/drawing_page.h"
#include "ui/drawing/drawing_reader.h"
#include "ui/drawing/drawing_widgets.h"
#include "ui/theme/settings.h"
#include "ui/training/map_service.h"
#include "ui/training/training_controller.h"

#include <QCheckBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace convarium;
using namespace convarium::ui;

namespace
{

TrainingServices smallDigits()
{
    TrainingServices services = engineServices();
    services.openData = [](const std::string&, const datasets::Progress&) -> engine::Result<engine::DatasetBundle> {
        const auto train = datasets::generateDigits({1, 0, 6000, 2});
        const auto test = datasets::generateDigits({1, 1, 200, 2});
        if (!train || !test)
            return train.error();
        return engine::DatasetBundle{"digits", "Digits", *train, nullptr, *test};
    };
    return services;
}

/// Draws lines through points given in squares of the field.
void draw(DrawingField* field, const QList<QPointF>& points)
{
    const auto pixel = [field](const QPointF& p) {
        return field->area().topLeft() + (p * field->fieldSize()).toPoint();
    };
    QTest::mousePress(field, Qt::LeftButton, {}, pixel(points.first()));
    for (qsizetype i = 1; i < points.size(); ++i)
        for (int step = 1; step <= 8; ++step)
            QTest::mouseMove(field, pixel(points[i - 1] + (points[i] - points[i - 1]) * step / 8.0));
    QTest::mouseRelease(field, Qt::LeftButton, {}, pixel(points.last()));
}

/// Small, in the lower right corner: the steps have something to do.
void drawSeven(DrawingField* field)
{
    draw(field, {{14, 13}, {23, 12.5}, {18, 25}});
}

template <class T>
T* named(const QWidget& page, const char* name)
{
    for (T* w : page.findChildren<T*>())
        if (w->accessibleName() == QLatin1String(name))
            return w;
    return nullptr;
}

QAbstractButton* button(const QWidget& page, const char* text)
{
    for (auto* b : page.findChildren<QAbstractButton*>())
        if (b->text() == QLatin1String(text))
            return b;
    return nullptr;
}

} // namespace

class TestDrawingLive : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
        auto project = engine::loadPreset("mnist-fast");
        QVERIFY(project);
        m_controller.setNetwork(project->graph, {});
        engine::TrainConfig config;
        config.data = "digits";
        config.epochs = 4;
        m_controller.setConfig(config);
        m_page.resize(1400, 800);
        m_page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&m_page));
    }

    void whileTrainingRunsTheReadingFollowsTheWeights()
    {
        drawSeven(m_page.field());
        QTRY_VERIFY(!m_page.reading().isEmpty()); // with the initial weights
        auto* bars = named<ClassBars>(m_page, "Class bars");
        QVERIFY(bars);
        const QString untrained = bars->accessibleDescription();
        m_controller.train();
        QTRY_COMPARE_WITH_TIMEOUT(m_controller.state(), RunState::Running, 60000);
        QTRY_VERIFY_WITH_TIMEOUT(bars->accessibleDescription() != untrained, 20000);
        // Drawing goes on meanwhile.
        m_page.clear();
        QTRY_COMPARE(m_page.reading(), QString());
        drawSeven(m_page.field());
        QTRY_VERIFY(!m_page.reading().isEmpty());
        QTRY_COMPARE_WITH_TIMEOUT(m_controller.state(), RunState::Finished, 120000);
        QTRY_COMPARE(m_page.reading(), QStringLiteral("7"));
    }

    void nearestTrainingImagesAreSevensAndTheMapsShowTheDrawing()
    {
        auto* nearest = named<PictureStrip>(m_page, "Nearest training images");
        QVERIFY(nearest);
        QTRY_COMPARE(nearest->count(), 6);
        QVERIFY2(nearest->accessibleDescription().count(QLatin1Char('7')) >= 4,
                 qPrintable(nearest->accessibleDescription()));
        QVERIFY(m_maps.showsDrawing());
        QCOMPARE(m_maps.label(), -1);
        m_maps.setThumbnailsWanted(true);
        QTRY_COMPARE(m_maps.latest().reading.best, 7);
        m_maps.setThumbnailsWanted(false);
        m_maps.setImage(0);
        QVERIFY(!m_maps.showsDrawing());
    }

    void whatIsRubbedOutBehindAnImageOfABatchDoesNotComeBack()
    {
        m_page.clear();
        QTRY_COMPARE(m_page.reading(), QString());
        drawSeven(m_page.field());
        QTRY_VERIFY(m_maps.showsDrawing());
        m_maps.setBatchImage(m_controller.data().train, 3, 0);
        QVERIFY(!m_maps.showsDrawing());
        m_page.clear();
        QTRY_COMPARE(m_page.reading(), QString());
        QCOMPARE(m_maps.shownImage().second, 3); // the walk is not disturbed
        m_maps.setBatchImage(nullptr, 0, 0);
        QVERIFY(m_maps.showsData());
        drawSeven(m_page.field());
        QTRY_VERIFY(m_maps.showsDrawing());
    }

    /// Another page asks for the data, so the drawing is read anew.
    void whatIsReadUnseenDoesNotTakeThePlaceOfTheBatch()
    {
        QVERIFY(m_maps.showsDrawing());
        m_page.hide();
        m_maps.setBatchImage(m_controller.data().train, 3, 0);
        QSignalSpy read(m_page.findChild<DrawingReader*>(), &DrawingReader::read);
        m_controller.openData();
        QTRY_VERIFY(!read.isEmpty());
        QVERIFY(!m_maps.showsDrawing());
        m_maps.setBatchImage(nullptr, 0, 0);
        QVERIFY(m_maps.showsDrawing());
        m_page.show();
    }

    void stepsCanBeLeftOut()
    {
        auto* crop = qobject_cast<QCheckBox*>(button(m_page, "2. Crop"));
        auto* scale = qobject_cast<QCheckBox*>(button(m_page, "3. Scale"));
        auto* centre = qobject_cast<QCheckBox*>(button(m_page, "4. Centre"));
        QVERIFY(crop && scale && centre);
        auto* input = named<ValuePicture>(m_page, "Input of the network");
        QVERIFY(input);
        const QImage normal = input->image();
        for (QCheckBox* box : {crop, scale, centre})
            QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2));
        QTRY_VERIFY(input->image() != normal);
        const auto dark = [&](QPoint p) { return qGray(input->image().pixel(p)) < 128; };
        QTRY_VERIFY(dark({18, 24}) || dark({19, 23})); // where it was drawn
        for (QCheckBox* box : {crop, scale, centre})
            QTest::keyClick(box, Qt::Key_Space);
        QTRY_COMPARE(input->image(), normal);
    }

    void strokesAreUndoneOneByOne()
    {
        m_page.clear();
        const int before = m_page.undoStack()->index();
        draw(m_page.field(), {{6, 6}, {10, 6}});
        draw(m_page.field(), {{6, 10}, {10, 10}});
        QCOMPARE(m_page.field()->strokes().size(), std::size_t(2));
        QCOMPARE(m_page.undoStack()->undoText(), QStringLiteral("Draw a stroke"));
        QTest::mouseClick(button(m_page, "Undo stroke"), Qt::LeftButton);
        QCOMPARE(m_page.field()->strokes().size(), std::size_t(1));
        m_page.undoStack()->redo();
        QCOMPARE(m_page.field()->strokes().size(), std::size_t(2));
        QTest::mouseClick(button(m_page, "Clear"), Qt::LeftButton);
        QCOMPARE(m_page.field()->strokes().size(), std::size_t(0));
        m_page.undoStack()->undo();
        QCOMPARE(m_page.field()->strokes().size(), std::size_t(2));
        QCOMPARE(m_page.undoStack()->index(), before + 2);
    }

    void anExampleIsWrittenAndReadWithoutAMouse()
    {
        QTest::keyClick(m_page.field(), Qt::Key_Delete);
        QTRY_COMPARE(m_page.field()->accessibleDescription(), QStringLiteral("empty"));
        int right = 0;
        for (int digit = 0; digit < 10; ++digit) {
            const QString before = m_page.field()->accessibleDescription();
            QTest::keyClick(m_page.field(), static_cast<Qt::Key>(Qt::Key_0 + digit));
            QTRY_VERIFY(m_page.field()->accessibleDescription() != before);
            right += m_page.reading() == QString::number(digit);
        }
        QVERIFY2(right >= 8, qPrintable(QString::number(right)));
    }

    void whatIsReadCanBeExplainedElsewhere()
    {
        engine::DatasetPtr last;
        int said = -1;
        connect(&m_page, &DrawingPage::drawn, this, [&](const engine::DatasetPtr& image, int best) {
            last = image;
            said = best;
        });
        QTest::keyClick(m_page.field(), Qt::Key_3);
        QTRY_VERIFY(last && m_page.reading() == QString::number(said));
        QCOMPARE(last->imageShape(), (engine::Shape{1, 28, 28}));
        QSignalSpy asked(&m_page, &DrawingPage::whyRequested);
        QTest::mouseClick(m_page.whyButton(), Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        m_page.clear();
        QTRY_VERIFY(!last);
        QVERIFY(!m_page.whyButton()->isEnabled());
        disconnect(&m_page, &DrawingPage::drawn, this, nullptr);
    }

    void theFieldAndItsButtonsAreWholeHoweverLowThePageIs()
    {
        for (const QSize& size : {QSize(1224, 552), QSize(1224, 500), QSize(1224, 430), QSize(968, 430)}) {
            m_page.resize(size);
            QTRY_COMPARE(m_page.field()->visibleRegion().boundingRect(), m_page.field()->rect());
            for (const char* text : {"Clear", "Example", "Undo stroke"}) {
                const auto* b = button(m_page, text);
                QVERIFY2(b->visibleRegion().boundingRect() == b->rect(), text);
            }
        }
        m_page.resize(1400, 800);
    }

    void aNetworkThatCannotRunSaysWhyAndTheStepsGoOn()
    {
        m_controller.setNetwork(m_controller.graph(), QStringLiteral("C1 gets no input."));
        bool said = false;
        QTRY_VERIFY(([&] {
            for (const auto* label : m_page.findChildren<QLabel*>())
                said = said || (label->isVisible() && label->text() == QLatin1String("C1 gets no input."));
            return said;
        }()));
        QTRY_COMPARE(m_page.reading(), QString());
    }

private:
    TrainingController m_controller{smallDigits()};
    MapService m_maps{&m_controller};
    DrawingPage m_page{&m_controller, &m_maps};
};

QTEST_MAIN(TestDrawingLive)
#include "test_drawing_live.moc"
