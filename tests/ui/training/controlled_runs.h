// A controller whose runs are scripted, as its tests begin with.
#pragma once

#include "scripted_run.h"
#include "ui/training/training_controller.h"

#include <QTest>

namespace convarium::ui::test
{

class ControlledRuns
{
protected:
    std::shared_ptr<Script> m_script;
    std::unique_ptr<TrainingController> m_controller;

    engine::TrainConfig config(int epochs = 2) const
    {
        engine::TrainConfig c;
        c.epochs = epochs;
        return c;
    }

    void begin()
    {
        m_script = std::make_shared<Script>();
        m_controller = std::make_unique<TrainingController>(scriptedServices(m_script));
        m_controller->setNetwork(smallGraph(), {});
        m_controller->setConfig(config());
    }
};

} // namespace convarium::ui::test
