// convarium [FILE]: the window.
#include "engine/kernels/kernel_table.h"
#include "ui/shell/main_window.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QCommandLineParser>
#include <cstdio>

int main(int argc, char** argv)
{
    QApplication::setApplicationName(QStringLiteral("Convarium"));
    QApplication::setOrganizationName(QStringLiteral("Convarium"));
    QApplication::setApplicationVersion(QStringLiteral(CONVARIUM_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("org.convarium.Convarium"));
    QApplication app(argc, argv);
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Build convolutional networks by hand, train them live, see every number."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("FILE"),
                                 QStringLiteral("A network: a .convarium or .json file, or a preset's name."),
                                 QStringLiteral("[FILE]"));
    parser.process(app);
    if (const char* error = convarium::engine::kernels::environmentError(); *error) {
        std::fprintf(stderr, "convarium: %s\n", error);
        return 2;
    }
    convarium::ui::ThemeManager::instance().install();
    convarium::ui::MainWindow window;
    const QStringList files = parser.positionalArguments();
    window.open(files.isEmpty() ? QStringLiteral("lenet-5") : files.first());
    window.show();
    return QApplication::exec();
}
