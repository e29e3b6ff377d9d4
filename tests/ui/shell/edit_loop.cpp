// edit_loop FOLDER SOURCE UNITS: edits LeNet-5 twenty times a second with autosave into FOLDER until it is killed.
// Prints a line with the number of each edit; the network's title ends in the number of the last one. UNITS above 0:
// its first Dense has as many, and there are unsaved weights, those of seed 77 after twelve steps.
#include "engine/io/presets.h"
#include "ui/document/project_document.h"
#include "ui/shell/autosave.h"

#include <QCoreApplication>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

using namespace convarium;

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    if (argc != 4)
        return 2;
    auto project = engine::loadPreset("lenet-5");
    if (!project)
        return 1;
    const auto state = std::make_shared<engine::TrainingState>();
    if (const std::int64_t units = std::atoll(argv[3]); units > 0) {
        const auto dense = std::ranges::find(project->graph.nodes, "dense", &engine::Node::type);
        dense->params.set("units", units);
        state->weights = engine::initialWeights(project->graph, 77);
        state->step = 12;
    }
    ui::ProjectDocument document;
    document.reset(project->graph, {}, project->train, QString::fromLocal8Bit(argv[2]));
    ui::Autosave autosave(
        &document,
        [&document] {
            engine::Project network;
            network.graph = document.graph();
            network.train = document.trainConfig();
            return network;
        },
        QString::fromLocal8Bit(argv[1]));
    if (state->weights)
        autosave.watchWeights([state] { return state; }, [] { return engine::History(); });
    int edits = 0;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &document, [&] {
        document.renameNetwork(QStringLiteral("LeNet-5 edit %1").arg(++edits));
        std::printf("%d\n", edits);
        std::fflush(stdout);
    });
    timer.start(50);
    return QCoreApplication::exec();
}
