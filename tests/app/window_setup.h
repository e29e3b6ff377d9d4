// What every test of the whole window starts with.
#pragma once

#include "ui/theme/settings.h"

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

} // namespace convarium::test
