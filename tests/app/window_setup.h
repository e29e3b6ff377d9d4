// What every test of the whole window starts with.
#pragma once

#include "ui/document/project_document.h"
#include "ui/shell/main_window.h"
#include "ui/theme/settings.h"
#include "ui/theme/theme.h"

#include <QTemporaryDir>
#include <QTest>

namespace convarium::test
{

/// Settings of its own, the theme, and a folder for data unless CONVARIUM_DATA names one with digits in it.
inline void setUpWindows(const QTemporaryDir& folder)
{
    ui::Settings::instance().useTestMode();
    ui::ThemeManager::instance().install();
    QVERIFY(folder.isValid());
    if (qEnvironmentVariableIsEmpty("CONVARIUM_DATA"))
        qputenv("CONVARIUM_DATA", folder.path().toUtf8());
}

/// A window that is not compact, with LeNet-5.
struct OpenedWindow {
    ui::MainWindow window;
    OpenedWindow()
    {
        window.setWindowState(Qt::WindowNoState); // a small screen would make it compact
        window.resize(1600, 1000);
        window.show();
        window.open(QStringLiteral("lenet-5"));
    }
    [[nodiscard]] engine::NodeId node(const std::string& name) const
    {
        for (const engine::Node& n : window.document()->graph().nodes)
            if (n.name == name)
                return n.id;
        return engine::kNoNode;
    }
};

} // namespace convarium::test
