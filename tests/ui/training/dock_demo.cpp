// Pictures of the training dock, the inspector and the totals at the sizes of the design, light and dark, for looking
// at.
#include "engine/io/presets.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/inspector/problems_panel.h"
#include "ui/inspector/totals_bar.h"
#include "ui/theme/popover.h"
#include "ui/theme/settings.h"
#include "ui/training/feature_map_panel.h"
#include "ui/training/map_service.h"
#include "ui/training/training_bar.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_dock.h"

#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTextStream>
#include <QTimer>

using namespace convarium;
using namespace convarium::ui;

namespace
{

void wait(int ms)
{
    QEventLoop loop;
    QTimer::singleShot(ms, &loop, &QEventLoop::quit);
    loop.exec();
}

engine::NodeId nodeNamed(const engine::GraphSpec& graph, const std::string& name)
{
    for (const auto& node : graph.nodes)
        if (node.name == name)
            return node.id;
    return graph.nodes.empty() ? engine::kNoNode : graph.nodes.front().id;
}

} // namespace

int main(int argc, char** argv)
{
    QApplication app(argc, argv);
    Settings::instance().useTestMode();
    ThemeManager::instance().install();
    const QDir folder(argc > 1 ? QString::fromLocal8Bit(argv[1]) : QStringLiteral("."));
    auto project = engine::loadPreset("lenet-5");
    if (!project) {
        QTextStream(stderr) << QString::fromStdString(project.error().text()) << '\n';
        return 1;
    }
    ProjectDocument document;
    engine::TrainConfig config;
    config.validation = 0.1;
    config.limit = 12000;
    config.data = argc > 2 ? argv[2] : "digits";
    document.reset(project->graph, {}, config);
    TrainingController controller;
    controller.follow(&document);
    MapService maps(&controller);
    TrainingDock dock(&controller, &maps, &document);
    ProblemsPanel problems(&document);
    dock.addTab(&problems, QStringLiteral("Problems"));
    InspectorPanel inspector(&document);
    TotalsBar totals(&document);
    const auto node = nodeNamed(document.graph(), "C3");
    inspector.setSelection({node});
    dock.featureMaps()->setNode(node, QStringLiteral("C3"));

    const auto grab = [&](const QString& name) {
        for (const bool dark : {false, true}) {
            ThemeManager::instance().setMode(dark ? ThemeMode::Dark : ThemeMode::Light);
            wait(400);
            const QString theme = dark ? QStringLiteral("-dark.png") : QStringLiteral("-light.png");
            dock.grab().save(folder.filePath(QStringLiteral("dock-") + name + theme));
            inspector.grab().save(folder.filePath(QStringLiteral("inspector-") + name + theme));
            totals.grab().save(folder.filePath(QStringLiteral("totals-") + name + theme));
        }
    };
    dock.resize(1080, 316);
    inspector.resize(320, 910);
    totals.resize(1600, 32);
    for (QWidget* widget :
         {static_cast<QWidget*>(&dock), static_cast<QWidget*>(&inspector), static_cast<QWidget*>(&totals)})
        widget->show();
    wait(500);
    grab(QStringLiteral("empty"));

    controller.train();
    QElapsedTimer since;
    since.start();
    while (controller.progress().epoch < 4 && since.elapsed() < 240000 && controller.state() != RunState::Failed &&
           controller.state() != RunState::Finished)
        wait(200);
    wait(700);
    grab(QStringLiteral("running"));
    dock.bar()->openSettings();
    wait(200);
    dock.grab().save(folder.filePath(QStringLiteral("dock-settings.png")));
    dock.window()->findChild<Popover*>()->closePopover();
    dock.setCompact(true);
    dock.resize(952, 220);
    inspector.resize(272, 600);
    totals.resize(1280, 32);
    grab(QStringLiteral("compact"));
    dock.showTab(QStringLiteral("Feature maps"));
    wait(600);
    grab(QStringLiteral("compact-maps"));
    controller.stop();
    document.setParam(node, "groups", std::int64_t{4});
    dock.showTab(QStringLiteral("Problems"));
    wait(300);
    grab(QStringLiteral("fault"));
    QTextStream(stdout) << "state " << static_cast<int>(controller.state()) << ", steps "
                        << controller.history().steps.size() << ", " << controller.progress().imagesPerSecond
                        << " images/s\n";
    return 0;
}
