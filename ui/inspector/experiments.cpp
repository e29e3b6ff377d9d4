#include "ui/inspector/experiments.h"

#include "engine/layers/layer.h"
#include "ui/document/edit_builder.h"
#include "ui/document/edit_texts.h"
#include "ui/document/repair_candidates.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

namespace convarium::ui
{

namespace
{

constexpr std::int64_t kBatch = 16;
constexpr double kNorm = 1;

QString tr(const char* text)
{
    return QCoreApplication::translate("Health", text);
}

QString numberOf(double value)
{
    return QLocale().toString(value, 'g', 3);
}

/// Collects what works.
class Bench
{
public:
    Bench(const ProjectDocument& document, NodeId node) : m_document(document), m_node(document.graph().node(node)) {}

    void setting(const QString& button, const std::function<void(engine::TrainConfig&)>& change)
    {
        engine::TrainConfig config = m_document.trainConfig();
        change(config);
        EditBuilder trial(m_document.state());
        trial.setTrainConfig(config);
        const auto steps = trial.takeSteps();
        if (!steps.empty())
            m_found.push_back({button, {stepText(m_document.graph(), steps.front()), {}, 0, [config](EditBuilder& b) {
                                            b.setTrainConfig(config);
                                        }}});
    }
    void rate(double factor)
    {
        // Three digits: a tenth of a rate that has been typed is one that could have been.
        const double rate = numberRounded(m_document.trainConfig().rate * factor);
        setting(tr("Try a rate of %1").arg(numberOf(rate)), [rate](engine::TrainConfig& c) { c.rate = rate; });
    }
    /// Another kind of layer in the place of the ill one.
    void replacement(const char* layerId)
    {
        if (m_node && m_node->type != layerId)
            replacement({m_node->id}, layerId, tr("Try %1 here").arg(titleOf(layerId)),
                        tr("Put %1 in the place of %2").arg(titleOf(layerId), label()));
    }
    /// The same for all layers of some kinds.
    void replacementOfAll(const std::vector<std::string>& kinds, const char* layerId)
    {
        std::vector<NodeId> ids;
        for (const engine::Node& node : m_document.graph().nodes)
            if (std::ranges::find(kinds, node.type) != kinds.end())
                ids.push_back(node.id);
        if (!ids.empty())
            replacement(ids, layerId, tr("Try %1 in all such places").arg(titleOf(layerId)),
                        tr("Put %1 in the place of %2 layers").arg(titleOf(layerId)).arg(ids.size()));
    }
    void before(const char* layerId)
    {
        const auto wires = m_node ? m_document.graph().edgesInto(m_node->id) : std::vector<engine::Edge>();
        if (wires.size() == 1)
            insertion(wires.front(), layerId, tr("Try %1 before it").arg(titleOf(layerId)),
                      tr("Insert %1 before %2").arg(titleOf(layerId), label()));
    }
    void after(const char* layerId)
    {
        const auto wires = m_node ? m_document.graph().edgesFrom(m_node->id) : std::vector<engine::Edge>();
        if (wires.size() == 1)
            insertion(wires.front(), layerId, tr("Try %1 behind it").arg(titleOf(layerId)),
                      tr("Insert %1 behind %2").arg(titleOf(layerId), label()));
    }
    [[nodiscard]] std::vector<Experiment> take() { return std::move(m_found); }

private:
    static double numberRounded(double value) { return QString::number(value, 'g', 3).toDouble(); }
    static QString titleOf(const char* layerId)
    {
        const auto* layer = engine::findLayer(layerId);
        return layer ? QString::fromStdString(layer->title) : QString::fromLatin1(layerId);
    }
    [[nodiscard]] QString label() const { return shortLabel(m_document.graph(), m_node->id); }

    void replacement(const std::vector<NodeId>& ids, const char* layerId, const QString& button, const QString& text)
    {
        edit(button, text, [ids, layer = std::string(layerId)](EditBuilder& b) {
            for (const NodeId id : ids)
                b.replaceNode(id, layer);
        });
    }
    void insertion(const engine::Edge& wire, const char* layerId, const QString& button, const QString& text)
    {
        edit(button, text, ui::insertion(wire, layerId).build);
    }
    /// Only what leaves the network as sound as it is.
    void edit(const QString& button, const QString& text, std::function<void(EditBuilder&)> build)
    {
        EditBuilder trial(m_document.state());
        build(trial);
        if (!trial.isEmpty() && engine::inferShapes(trial.graph(), m_document.classes()).ok())
            m_found.push_back({button, {text, {}, 0, std::move(build)}});
    }

    const ProjectDocument& m_document;
    const engine::Node* m_node;
    std::vector<Experiment> m_found;
};

} // namespace

std::vector<Experiment> experimentsFor(const ProjectDocument& document, const engine::Diagnosis& diagnosis)
{
    Bench bench(document, diagnosis.node);
    switch (diagnosis.illness) {
    case engine::Illness::DeadUnits:
        bench.rate(0.1);
        bench.replacement("leaky_relu");
        break;
    case engine::Illness::Saturation:
        bench.rate(0.1);
        bench.before("batch_norm");
        break;
    case engine::Illness::VanishingGradient:
        bench.after("batch_norm");
        bench.replacementOfAll({"sigmoid", "tanh"}, "relu");
        break;
    case engine::Illness::ExplodingGradient:
        bench.setting(tr("Try a limit of %1").arg(numberOf(kNorm)), [](engine::TrainConfig& c) { c.clipNorm = kNorm; });
        bench.after("batch_norm");
        break;
    case engine::Illness::HighRate:
    case engine::Illness::Diverging: bench.rate(0.1); break;
    case engine::Illness::BatchNormOfOne:
        bench.setting(tr("Try a batch of %1").arg(kBatch), [](engine::TrainConfig& c) { c.batch = kBatch; });
        bench.replacement("group_norm");
        break;
    case engine::Illness::OneClassBatches:
        bench.setting(tr("Try it with Shuffle"), [](engine::TrainConfig& c) { c.shuffle = true; });
        break;
    case engine::Illness::ConstantLoss:
        bench.rate(10);
        bench.rate(0.1);
        break;
    case engine::Illness::EqualWeights:
    case engine::Illness::LargeWeights: break; // only new weights help
    }
    return bench.take();
}

} // namespace convarium::ui
