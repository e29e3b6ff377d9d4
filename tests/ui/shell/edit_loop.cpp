// edit_loop FOLDER SOURCE: edits LeNet-5 twenty times a second with autosave into FOLDER until it is killed. Prints a
// line with the number of each edit; the network's title ends in the number of the last one.
#include "engine/io/presets.h"
#include "ui/document/project_document.h"
#include "ui/shell/autosave.h"

#include <QCoreApplication>
#include <cstdio>

using namespace convarium;

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    if (argc != 3)
        return 2;
    const auto project = engine::loadPreset("lenet-5");
    if (!project)
        return 1;
    ui::ProjectDocument document;
    document.reset(project->graph, {}, project->train, QString::fromLocal8Bit(argv[2]));
    const ui::Autosave autosave(
        &document,
        [&document] {
            engine::Project network;
            network.graph = document.graph();
            network.train = document.trainConfig();
            return network;
        },
        QString::fromLocal8Bit(argv[1]));
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
