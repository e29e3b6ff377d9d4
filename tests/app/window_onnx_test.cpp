// ONNX models in the window.
#include "engine/io/onnx/onnx_export.h"
#include "engine/io/presets.h"
#include "tests/app/window_setup.h"
#include "ui/document/project_document.h"
#include "ui/shell/main_window.h"
#include "ui/theme/dialogs.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"
#include "ui/training/training_controller.h"

#include <QDropEvent>
#include <QMimeData>
#include <QTemporaryDir>
#include <QTest>

#include <set>

using namespace convarium;
using namespace convarium::ui;

class WindowOnnxTest : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;

    /// A preset as a model file.
    QString written(const std::string& preset)
    {
        const auto project = engine::loadPreset(preset);
        const QString file = m_folder.filePath(QString::fromStdString(preset) + QStringLiteral(".onnx"));
        if (!project || !engine::saveOnnx(*project, *engine::initialWeights(project->graph, 3), file.toStdString()))
            return {};
        return file;
    }

private Q_SLOTS:
    void initTestCase() { test::setUpWindows(m_folder); }

    void aDroppedModelOpensLaidOutWithItsWeights()
    {
        const QString file = written("resnet-20");
        QVERIFY(!file.isEmpty());
        MainWindow window;
        window.show();
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(file)});
        QDragEnterEvent enter(QPoint(100, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(100, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window, &drop);
        const ProjectDocument* document = window.document();
        QTRY_COMPARE(document->title(), QStringLiteral("resnet-20"));
        std::set<std::pair<double, double>> places;
        for (const engine::Node& node : document->graph().nodes) {
            QVERIFY2(document->positions().contains(node.id), node.name.c_str());
            const QPointF at = document->position(node.id);
            QVERIFY2(places.insert({at.x(), at.y()}).second, node.name.c_str());
        }
        QTRY_VERIFY(window.controller()->trainingState() != nullptr);
        QVERIFY(document->problems().empty());
        QCOMPARE(document->trainConfig().validation, 0.0);
    }

    /// Saving asks for a place: the model stays what it was.
    void aModelIsNotOverwritten()
    {
        const QString file = written("lenet-5");
        MainWindow window;
        window.show();
        window.open(file);
        QTRY_COMPARE(window.document()->title(), QStringLiteral("lenet-5"));
        QVERIFY(window.document()->filePath().isEmpty());
        QVERIFY(Settings::instance().get(setting::recentFiles).contains(file));
    }

    void aDamagedModelIsRefused()
    {
        const QString bad = m_folder.filePath(QStringLiteral("bad.onnx"));
        QFile f(bad);
        QVERIFY(f.open(QIODevice::WriteOnly));
        f.write("not a model");
        f.close();
        MainWindow window;
        window.show();
        QString said;
        dialogs::ScopedAnswers answers([&](const dialogs::Message& m) {
            said = m.text + m.detail;
            return 0;
        });
        window.open(bad);
        QTRY_VERIFY(said.contains(QStringLiteral("bad.onnx")));
    }
};

QTEST_MAIN(WindowOnnxTest)
#include "window_onnx_test.moc"
