// LeNet-5 from an empty canvas without a pointer: every event is a key sent to whatever has the focus.
#include "tests/support/graphs.h"
#include "ui/canvas/canvas_view.h"
#include "ui/document/project_document.h"
#include "ui/shell/keys_page.h"
#include "ui/shell/main_window.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"
#include "ui/training/training_bar.h"
#include "ui/training/training_dock.h"
#include "ui/training/training_form.h"

#include <QAction>
#include <QComboBox>
#include <QDockWidget>
#include <QPushButton>
#include <QTest>

using namespace convarium;
using namespace convarium::ui;

class WindowKeyboardTest : public QObject
{
    Q_OBJECT

    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        QVERIFY(QApplication::focusWidget());
        QTest::keyClick(QApplication::focusWidget(), key, modifiers);
        ++m_keys;
    }
    void type(const QString& text)
    {
        for (const QChar letter : text) {
            QTest::keyClicks(QApplication::focusWidget(), QString(letter));
            ++m_keys;
        }
    }
    /// Adds a layer behind the one that has the focus.
    void add(const QString& name)
    {
        key(Qt::Key_Slash);
        type(name);
        key(Qt::Key_Return);
    }
    /// Tab until the field of that name is reached, as somebody who listens does.
    void goToField(const QString& name)
    {
        for (int i = 0; i < 20 && QApplication::focusWidget()->accessibleName() != name; ++i)
            key(Qt::Key_Tab);
        QCOMPARE(QApplication::focusWidget()->accessibleName(), name);
    }
    void set(const QString& field, const QString& value)
    {
        goToField(field);
        if (qobject_cast<QComboBox*>(QApplication::focusWidget())) {
            type(value.left(1));
        } else {
            key(Qt::Key_A, Qt::ControlModifier);
            type(value);
            key(Qt::Key_Return);
        }
    }

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
    }

    /// The page of all keys has every action with a key, and is reached by one.
    void everyKeyIsOnThePageOfKeys()
    {
        MainWindow window;
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(window.canvas(), Qt::Key_F1, Qt::ControlModifier);
        QVERIFY(window.keys()->isVisible());
        QStringList told;
        for (QWidget* row : window.keys()->findChildren<QWidget*>())
            told << row->accessibleName();
        int actions = 0;
        for (const QAction* action : window.findChildren<QAction*>())
            for (const QKeySequence& key : action->shortcuts()) {
                QString text = action->text().remove(QLatin1Char('&'));
                text.remove(QChar(0x2026));
                const QString name = key.toString(QKeySequence::NativeText);
                const bool found = std::any_of(told.begin(), told.end(), [&](const QString& row) {
                    return row.startsWith(text + QStringLiteral(": ")) &&
                           row.mid(text.size() + 2).split(QStringLiteral(" or ")).contains(name);
                });
                QVERIFY2(found, qPrintable(text + QLatin1Char(' ') + name));
                ++actions;
            }
        QVERIFY(actions > 40);
        QVERIFY(told.contains(QStringLiteral("Keys: Ctrl+F1")));
        QVERIFY(told.contains(QStringLiteral("Draw a wire, or an arrow from a note: C")));
        QVERIFY(told.contains(QStringLiteral("Backward and forward: B")));
        QTest::keyClick(window.keys(), Qt::Key_Escape);
        QVERIFY(window.canvas()->isVisible());
    }

    void lenetIsBuiltByKeysAlone()
    {
        MainWindow window;
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        auto* canvas = window.findChild<CanvasView*>();
        QTRY_COMPARE(QApplication::focusWidget(), canvas);
        const auto conv = [&](const char* filters, const char* padding) {
            add(QStringLiteral("conv2d"));
            key(Qt::Key_Return);
            set(QStringLiteral("Filters"), QLatin1String(filters));
            set(QStringLiteral("Kernel"), QStringLiteral("5"));
            set(QStringLiteral("Padding"), QLatin1String(padding));
            key(Qt::Key_Escape);
            QCOMPARE(QApplication::focusWidget(), canvas);
            add(QStringLiteral("tanh"));
        };
        const auto dense = [&](const char* units) {
            add(QStringLiteral("dense"));
            key(Qt::Key_Return);
            set(QStringLiteral("Units"), QLatin1String(units));
            key(Qt::Key_Escape);
        };
        add(QStringLiteral("input"));
        conv("6", "same");
        add(QStringLiteral("avgpool"));
        conv("16", "valid");
        add(QStringLiteral("avgpool"));
        conv("120", "valid");
        add(QStringLiteral("flatten"));
        dense("84");
        add(QStringLiteral("tanh"));
        dense("10");

        const ProjectDocument& document = *window.document();
        QVERIFY(document.problems().empty());
        QCOMPARE(document.totals().parameters(), qint64(61706));
        QCOMPARE(document.totals().macs, qint64(416520));
        const engine::GraphSpec wanted = test::lenet5();
        QCOMPARE(document.graph().nodes.size(), wanted.nodes.size());
        for (std::size_t i = 0; i < wanted.nodes.size(); ++i)
            QCOMPARE(document.graph().nodes[i].type, wanted.nodes[i].type);
        QVERIFY(document.graph().edges == wanted.edges);
        qInfo("LeNet-5 took %d keys", m_keys);
        // And all of it can be taken back.
        for (int i = document.graph().nodes.empty() ? 0 : 200; i > 0 && !document.graph().nodes.empty(); --i)
            key(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(document.graph().nodes.empty());
    }

    /// From any page and without the panel; asked for once more they stay.
    void trainingSettingsAreOpenedByTheirMenu()
    {
        MainWindow window;
        window.resize(1600, 1000);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTRY_COMPARE(QApplication::focusWidget(), window.findChild<CanvasView*>());
        QAction* settings = nullptr;
        for (QAction* action : window.findChildren<QAction*>())
            if (action->text() == QLatin1String("Training settings"))
                settings = action;
        QVERIFY(settings);
        QWidget* panel = window.trainingDock();
        while (panel && !qobject_cast<QDockWidget*>(panel))
            panel = panel->parentWidget();
        QVERIFY(panel);
        panel->hide();
        settings->trigger();
        const TrainingForm* form = window.trainingDock()->bar()->form();
        QVERIFY(form->isVisible() && panel->isVisible());
        QVERIFY(form->isAncestorOf(QApplication::focusWidget()));
        const auto placed = [&](const QWidget* w) { return QRect(w->mapTo(&window, QPoint()), w->size()); };
        QWidget* anchor = nullptr;
        for (auto* button : window.trainingDock()->bar()->findChildren<QPushButton*>())
            if (button->accessibleName() == QLatin1String("Training settings"))
                anchor = button;
        QVERIFY(anchor);
        QTRY_VERIFY(std::abs(placed(form->parentWidget()).bottom() - placed(anchor).top()) < 20); // above its button
        settings->trigger();
        QVERIFY(form->isVisible());
        key(Qt::Key_Escape);
        QVERIFY(!form->isVisible());
    }

private:
    int m_keys = 0;
};

QTEST_MAIN(WindowKeyboardTest)
#include "window_keyboard_test.moc"
