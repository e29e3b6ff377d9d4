// A training dock on LeNet-5 with quickly learnt images and the real engine, for tests that press its buttons.
#pragma once

#include "engine/io/presets.h"
#include "tests/ui/training/bar_images.h"
#include "ui/document/project_document.h"
#include "ui/training/map_service.h"
#include "ui/training/training_controller.h"
#include "ui/training/training_dock.h"

#include <QAbstractButton>
#include <QtTest>

namespace convarium::test
{

struct TrainingDesk {
    ui::ProjectDocument document;
    std::unique_ptr<ui::TrainingController> controller;
    std::unique_ptr<ui::MapService> maps;
    std::unique_ptr<ui::TrainingDock> dock;

    /// data and augmentation are set here.
    TrainingDesk(engine::TrainConfig config, const QSize& size, const engine::DatasetBundle& data = bars(500))
    {
        auto services = ui::engineServices();
        services.openData = [data](const std::string&,
                                   const datasets::Progress&) -> engine::Result<engine::DatasetBundle> { return data; };
        document.reset(engine::loadPreset("lenet-5")->graph, {}, {});
        config.data = "bars";
        config.augment = "shift:1";
        document.setTrainConfig(config);
        controller = std::make_unique<ui::TrainingController>(services);
        controller->follow(&document);
        maps = std::make_unique<ui::MapService>(controller.get());
        dock = std::make_unique<ui::TrainingDock>(controller.get(), maps.get(), &document);
        dock->resize(size);
        dock->show();
    }

    [[nodiscard]] engine::NodeId node(const char* name) const
    {
        for (const auto& n : document.graph().nodes)
            if (n.name == name)
                return n.id;
        return engine::kNoNode;
    }
    /// By its accessible name.
    template <class W = QAbstractButton>
    W* find(const char* name) const
    {
        for (W* w : dock->findChildren<W*>())
            if (w->accessibleName() == QLatin1String(name))
                return w;
        return nullptr;
    }
    void click(const char* name) const
    {
        auto* button = find(name);
        QVERIFY2(button && button->isVisible() && button->isEnabled(), name);
        QTest::mouseClick(button, Qt::LeftButton);
    }
    [[nodiscard]] std::vector<double> losses() const
    {
        std::vector<double> all;
        for (const auto& p : controller->history().steps)
            all.push_back(p.loss);
        return all;
    }
};

} // namespace convarium::test
