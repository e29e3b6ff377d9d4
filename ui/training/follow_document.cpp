// The controller's link to the document, apart from its state machine.
#include "ui/document/project_document.h"
#include "ui/training/training_controller.h"

namespace convarium::ui
{

namespace
{

/// Why the network cannot be trained as it stands; empty when it can.
QString reasonNotToTrain(const ProjectDocument& document)
{
    if (document.graph().nodes.empty())
        return TrainingController::tr("There is no layer to train yet. Drag layers on to the canvas.");
    for (const auto& problem : document.problems())
        if (!problem.warning)
            return QString::fromStdString(problem.error.message);
    if (document.totals().trainable == 0)
        return TrainingController::tr("Training needs a layer with weights. Add a Conv2D or a Dense layer.");
    return {};
}

/// What a run showed as warnings of the project's list.
std::vector<engine::Problem> warningsOf(const engine::HealthPtr& report)
{
    std::vector<engine::Problem> warnings;
    if (!report)
        return warnings;
    for (const auto& diagnosis : report->diagnoses) {
        engine::Problem& problem = warnings.emplace_back();
        problem.warning = true;
        problem.error.code = engine::ErrorCode::InvalidArgument;
        problem.error.message = diagnosis.words;
        problem.error.hint = diagnosis.experiment;
        problem.error.place.node = diagnosis.node;
    }
    return warnings;
}

} // namespace

void TrainingController::follow(ProjectDocument* document)
{
    const auto network = [this, document] { setNetwork(document->graph(), reasonNotToTrain(*document)); };
    const auto config = [this, document] {
        const bool otherData = document->trainConfig().data != m_config.data;
        setConfig(document->trainConfig());
        if (otherData)
            openData();
    };
    connect(document, &ProjectDocument::changed, this, [this, network, config](const DocumentChange& change) {
        switch (change.what) {
        case DocumentChange::What::Reset:
            network();
            config();
            reset();
            break;
        case DocumentChange::What::ShapesChanged:
        case DocumentChange::What::NodeRenamed: network(); break;
        case DocumentChange::What::TrainConfigChanged: config(); break;
        default: break;
        }
    });
    connect(this, &TrainingController::dataReady, document, [this, document] {
        if (m_data.train)
            document->setClasses(static_cast<std::int64_t>(m_data.train->classNames().size()));
    });
    connect(this, &TrainingController::healthChanged, document,
            [document](const engine::HealthPtr& report) { document->setWarnings(warningsOf(report)); });
    network();
    setConfig(document->trainConfig());
    openData();
}

} // namespace convarium::ui
