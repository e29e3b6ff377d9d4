// Words and numbers of the training part.
#pragma once

#include "ui/training/training_controller.h"

#include <QString>

namespace convarium::ui
{

/// "MNIST, batch 64, Adam 0.001". Without a title of the data set: "Batch 64, Adam 0.001".
[[nodiscard]] QString settingsSummary(const engine::TrainConfig& config, const QString& dataTitle);
/// Shortest text that reads back as the same number: "0.001".
[[nodiscard]] QString rateText(double rate);
/// "19 s", "3 min", "1 h 20 min".
[[nodiscard]] QString durationText(double seconds);
/// What becomes of the weights there are though Train begins a new run.
[[nodiscard]] QString newRunText(const TrainingController& controller);
/// The progress line: "Epoch 4 of 5, step 361 of 859".
[[nodiscard]] QString progressText(const TrainingController& controller);
/// "5 classes: 800 training, 200 test images"; empty for an empty bundle.
[[nodiscard]] QString dataSummary(const engine::DatasetBundle& data);
/// Title of a data source for people: the catalogue's, else the folder's name.
[[nodiscard]] QString dataTitle(const TrainingServices& services, const std::string& source);
/// Of the loss that this network is trained with under this setting: "cross-entropy".
[[nodiscard]] QString lossTitle(const engine::GraphSpec& graph, const std::string& loss);

} // namespace convarium::ui
