// The accessible tree of the whole window: few entries, for each costs its reader several messages that the UI thread
// answers; everything one can use has a name, and no other thing has the same.
#include "engine/graph/graph_spec.h"
#include "ui/document/project_document.h"
#include "ui/shell/main_window.h"
#include "ui/theme/dialogs.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"
#include "ui/training/training_controller.h"

#include <QAccessible>
#include <QComboBox>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

using namespace convarium;
using namespace convarium::ui;

namespace
{

/// Every interface that a client can reach from the window, as a client does: downwards, child by child.
QList<QAccessibleInterface*> everything(const QWidget& window)
{
    QList<QAccessibleInterface*> all{QAccessible::queryAccessibleInterface(const_cast<QWidget*>(&window))};
    for (qsizetype i = 0; i < all.size(); ++i)
        for (int c = 0; c < all[i]->childCount(); ++c)
            if (QAccessibleInterface* child = all[i]->child(c))
                all.append(child);
    return all;
}

bool isUsable(const QAccessibleInterface* face)
{
    switch (face->role()) {
    case QAccessible::Button:
    case QAccessible::ButtonMenu:
    case QAccessible::CheckBox:
    case QAccessible::ComboBox:
    case QAccessible::EditableText:
    case QAccessible::ListItem:
    case QAccessible::MenuItem:
    case QAccessible::PageTab:
    case QAccessible::RadioButton:
    case QAccessible::Slider:
    case QAccessible::SpinBox: return true;
    default: return face->state().focusable && face->role() != QAccessible::Window;
    }
}

QAccessibleInterface* named(const QWidget& window, const QString& name, QAccessible::Role role = QAccessible::NoRole)
{
    for (QAccessibleInterface* face : everything(window))
        if (face->text(QAccessible::Name) == name && (role == QAccessible::NoRole || face->role() == role))
            return face;
    return nullptr;
}

QString roleText(const QAccessibleInterface* face)
{
    return QStringLiteral("role %1 of %2 in %3")
        .arg(static_cast<int>(face->role()))
        .arg(face->object() ? QLatin1String(face->object()->metaObject()->className()) : QLatin1String("-"),
             face->parent() ? face->parent()->text(QAccessible::Name) : QString());
}

} // namespace

class WindowAccessibleTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        Settings::instance().useTestMode();
        ThemeManager::instance().install();
        QVERIFY(m_folder.isValid());
        qputenv("CONVARIUM_DATA", m_folder.path().toUtf8());
    }

    void fewEntriesAndEveryUsableThingHasANameOfItsOwn_data()
    {
        QTest::addColumn<QString>("network");
        QTest::addColumn<QSize>("size");
        QTest::addColumn<bool>("selected");
        QTest::addColumn<int>("most"); ///< entries besides those of canvas and palette
        QTest::newRow("lenet-5") << QStringLiteral("lenet-5") << QSize(1600, 1000) << false << 75;
        QTest::newRow("lenet-5, a layer selected") << QStringLiteral("lenet-5") << QSize(1600, 1000) << true << 110;
        QTest::newRow("lenet-5, small window") << QStringLiteral("lenet-5") << QSize(1280, 720) << false << 75;
        QTest::newRow("resnet-20") << QStringLiteral("resnet-20") << QSize(1600, 1000) << false << 75;
    }

    void fewEntriesAndEveryUsableThingHasANameOfItsOwn()
    {
        QFETCH(QString, network);
        QFETCH(QSize, size);
        QFETCH(bool, selected);
        QFETCH(int, most);
        MainWindow window;
        window.setWindowState(Qt::WindowNoState);
        window.resize(size);
        window.show();
        window.open(network);
        QTRY_VERIFY(!window.document()->graph().nodes.empty());
        if (selected) {
            QAccessibleInterface* layer = named(window, QStringLiteral("Conv2D C3"));
            QVERIFY(layer);
            layer->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
        }
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QCoreApplication::processEvents();

        QAccessibleInterface* canvas = named(window, QStringLiteral("Network canvas"));
        QVERIFY(canvas);
        const auto layers = static_cast<int>(window.document()->graph().nodes.size());
        QVERIFY2(canvas->childCount() >= layers && canvas->childCount() <= 4 * layers,
                 qPrintable(QString::number(canvas->childCount())));
        const auto all = everything(window);
        QAccessibleInterface* palette = named(window, QStringLiteral("Layer palette"));
        QVERIFY(palette);
        const auto others = all.size() - canvas->childCount() - palette->childCount();
        QVERIFY2(others <= most, qPrintable(QString::number(others)));
        QSet<std::pair<QString, int>> names;
        for (const QAccessibleInterface* face : all) {
            QVERIFY2(face->isValid(), qPrintable(roleText(face)));
            if (face->state().invisible || !isUsable(face)) // Qt's line edits and tab bars list their hidden buttons
                continue;
            const QString name = face->text(QAccessible::Name);
            QVERIFY2(!name.isEmpty(), qPrintable(roleText(face)));
            // A layer on the canvas may be called like its kind in the palette: a list item there, a button here.
            const auto key = std::pair(name, static_cast<int>(face->role()));
            QVERIFY2(!names.contains(key), qPrintable(name + QStringLiteral(" is there twice: ") + roleText(face)));
            names.insert(key);
        }
    }

    void theNamesThatPeopleAndScriptsUseAreThere()
    {
        MainWindow window;
        window.setWindowState(Qt::WindowNoState);
        window.resize(1600, 1000);
        window.show();
        window.open(QStringLiteral("lenet-5"));
        QTRY_VERIFY(!window.document()->graph().nodes.empty());
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        for (const char* name : {"Network canvas",
                                 "Layer palette",
                                 "Inspector",
                                 "Training",
                                 "Loss chart",
                                 "Accuracy chart",
                                 "Feature maps",
                                 "Totals",
                                 "Breadcrumb",
                                 "Train",
                                 "Step",
                                 "Stop",
                                 "Reset",
                                 "Training settings",
                                 "Find a layer",
                                 "Conv2D",
                                 "Conv2D C3",
                                 "Conv2D C3 out",
                                 "Undo",
                                 "Redo",
                                 "Gallery",
                                 "Tidy",
                                 "Fit",
                                 "Zoom",
                                 "No problems",
                                 "Bars on the cards",
                                 "Test image",
                                 "Progress",
                                 "Parameters"})
            QVERIFY2(named(window, QString::fromLatin1(name)), name);
        const auto parameters = [&] {
            return named(window, QStringLiteral("Parameters"))->text(QAccessible::Description);
        };
        QTRY_VERIFY2(parameters().contains(QStringLiteral("61,706")), qPrintable(parameters()));
    }

    void engineSpeedIsOpenedByItsKeyAndReadsWell_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::newRow("large") << QSize(1600, 1000);
        QTest::newRow("small") << QSize(1280, 720);
    }

    void engineSpeedIsOpenedByItsKeyAndReadsWell()
    {
        QFETCH(QSize, size);
        MainWindow window;
        window.setWindowState(Qt::WindowNoState);
        window.resize(size);
        window.show();
        window.open(QStringLiteral("lenet-5"));
        QTRY_VERIFY(!window.document()->graph().nodes.empty());
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QVERIFY(!named(window, QStringLiteral("Threads")));
        QTest::keyClick(&window, Qt::Key_F9);
        QVERIFY(named(window, QStringLiteral("Threads"), QAccessible::SpinBox));
        QVERIFY(named(window, QStringLiteral("images/s")));
        const auto view = [&] {
            for (QAccessibleInterface* face : everything(window))
                if (face->text(QAccessible::Description) == QStringLiteral("Press Train to see where the time goes."))
                    return face;
            return static_cast<QAccessibleInterface*>(nullptr);
        };
        QVERIFY(view());
        QCOMPARE(view()->text(QAccessible::Name), QStringLiteral("Engine speed"));
        QVERIFY(!named(window, QStringLiteral("Loss chart")));
        QTest::keyClick(&window, Qt::Key_F9);
        QVERIFY(!named(window, QStringLiteral("Threads")));
        QVERIFY(named(window, QStringLiteral("Loss chart")));
    }

    void childrenAndParentsAgree()
    {
        MainWindow window;
        window.setWindowState(Qt::WindowNoState);
        window.resize(1600, 1000);
        window.show();
        window.open(QStringLiteral("lenet-5"));
        QTRY_VERIFY(!window.document()->graph().nodes.empty());
        for (QAccessibleInterface* face : everything(window))
            for (int i = 0; i < face->childCount(); ++i) {
                QAccessibleInterface* child = face->child(i);
                QVERIFY(child);
                QCOMPARE(face->indexOfChild(child), i);
                // Upwards there may be wrappers in between, but the way leads here.
                const QAccessibleInterface* above = child->parent();
                for (int steps = 0; above && above != face && steps < 20; ++steps)
                    above = above->parent();
                QVERIFY2(above == face, qPrintable(child->text(QAccessible::Name) + roleText(child)));
            }
    }

    void aComboBoxShowsItsListOnlyWhileItIsOpen()
    {
        MainWindow window;
        window.setWindowState(Qt::WindowNoState);
        window.resize(1600, 1000);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QAccessibleInterface* combo = named(window, QStringLiteral("Bars on the cards"));
        QVERIFY(combo);
        QCOMPARE(combo->role(), QAccessible::ComboBox);
        QCOMPARE(combo->text(QAccessible::Value), QStringLiteral("Bars: parameters"));
        QCOMPARE(combo->childCount(), 0);
        combo->actionInterface()->doAction(QAccessibleActionInterface::showMenuAction());
        QTRY_COMPARE(combo->childCount(), 1);
        QCOMPARE(combo->child(0)->childCount(), 5);
        QVERIFY(combo->state().expanded);
        combo->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
        QTRY_COMPARE(combo->childCount(), 0);
    }

    void aMenuShowsItsItemsOnlyWhileItIsOpen()
    {
        MainWindow window;
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QAccessibleInterface* file = named(window, QStringLiteral("File"));
        QVERIFY(file);
        QCOMPARE(file->role(), QAccessible::MenuItem);
        QCOMPARE(file->childCount(), 0);
        file->actionInterface()->doAction(QAccessibleActionInterface::showMenuAction());
        QTRY_COMPARE(file->childCount(), 1);
        QVERIFY(file->child(0)->childCount() > 3);
        QVERIFY(file->state().expanded);
        file->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
        QTRY_COMPARE(file->childCount(), 0);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(WindowAccessibleTest)
#include "window_accessible_test.moc"
