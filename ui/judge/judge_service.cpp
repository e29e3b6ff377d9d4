#include "ui/judge/judge_service.h"

#include "engine/data/masks.h"
#include "engine/train/kept_weights.h"
#include "engine/train/network_loss.h"
#include "ui/judge/mask_picture.h"
#include "ui/training/map_pictures.h"
#include "ui/training/training_controller.h"

#include <algorithm>

namespace convarium::ui
{

namespace
{

constexpr std::int64_t kFewest = 500;

/// Spread over the whole set.
std::vector<std::uint32_t> spread(std::int64_t size, std::int64_t count)
{
    std::vector<std::uint32_t> out;
    for (std::int64_t i = 0; i < count; ++i)
        out.push_back(static_cast<std::uint32_t>(i * size / count));
    return out;
}

} // namespace

JudgeService::JudgeService(TrainingController* controller, QObject* parent) : QObject(parent), m_controller(controller)
{
    connect(controller, &TrainingController::epochFinished, this, [this] { m_epochEnded = true; });
    connect(controller, &TrainingController::snapshotArrived, this,
            [this](const std::shared_ptr<const engine::TrainingState>& state) {
                if (!state)
                    clear();
                else if (std::exchange(m_epochEnded, false))
                    judgeNow(false);
            });
    connect(controller, &TrainingController::stateChanged, this, [this] {
        if (m_wanted)
            judgeNow(true);
    });
    connect(controller, &TrainingController::networkChanged, this, [this] {
        if (!m_controller->weightsFitNetwork())
            clear();
        dataChanged();
    });
    connect(controller, &TrainingController::configChanged, this, &JudgeService::dataChanged);
    connect(controller, &TrainingController::weightsEdited, this, [this] {
        std::erase_if(m_judgements, [step = m_controller->trainingState()->step](const auto& j) {
            return j->step == step; // of other weights
        });
        Q_EMIT judgementsChanged();
    });
    connect(controller, &TrainingController::dataReady, this, &JudgeService::dataChanged);
    dataChanged();
}

JudgeService::~JudgeService()
{
    *m_stop = true;
    *m_explainStop = true;
}

void JudgeService::setWanted(bool wanted)
{
    m_wanted = wanted;
    if (wanted)
        judgeNow(true);
}

void JudgeService::clear()
{
    ++m_run;
    *m_stop = true;
    m_stop = std::make_shared<std::atomic<bool>>(false);
    m_epochEnded = m_judging = false;
    m_fault.clear();
    if (m_judgements.empty())
        return;
    m_judgements.clear();
    Q_EMIT judgementsChanged();
}

void JudgeService::dataChanged()
{
    const engine::DatasetPtr shown = m_controller->data().shown();
    const auto target = engine::targetOf(m_controller->graph(), m_controller->config().loss);
    if (shown == m_shown && (target == engine::TargetKind::Mask) == judgesMasks())
        return;
    m_shown = shown;
    m_images = engine::withTargets(shown, target);
    clear();
    if (m_wanted)
        judgeNow(true);
    Q_EMIT judgementsChanged();
}

bool JudgeService::judgesMasks() const
{
    return m_images && m_images->targetKind() == engine::TargetKind::Mask;
}

QString JudgeService::className(int index) const
{
    if (m_images && index >= 0 && static_cast<std::size_t>(index) < m_images->classNames().size())
        return QString::fromStdString(m_images->classNames()[static_cast<std::size_t>(index)]);
    return QString::number(index);
}

QString JudgeService::reason() const
{
    if (!m_judgements.empty())
        return {};
    if (!m_fault.isEmpty())
        return m_fault;
    if (!m_images)
        return tr("There are no images to judge yet.");
    if (m_judging)
        return tr("Judging all images\u2026");
    return m_controller->isActive() ? tr("The first judgement comes at the end of the epoch.")
                                    : tr("Press Train: the confusion matrix appears here.");
}

/// all: every image, when training rests.
void JudgeService::judgeNow(bool all)
{
    const auto state = m_controller->trainingState();
    const bool runs = m_controller->state() == RunState::Running || m_controller->state() == RunState::Preparing;
    if (!state || !m_images || m_images->targetKind() == engine::TargetKind::None || (all && runs) ||
        !m_controller->weightsFitNetwork())
        return;
    const std::int64_t size = m_images->size();
    const std::int64_t count =
        all ? size : std::min(size, std::max(kFewest, m_controller->progress().trainImages * 3 / 50));
    const bool known = std::any_of(m_judgements.begin(), m_judgements.end(), [&](const auto& j) {
        return j->step == state->step && static_cast<std::int64_t>(j->images.size()) >= count;
    });
    if (known)
        return;
    const auto weights = !all && state->average ? state->average : all ? state->resultWeights() : state->weights;
    m_judging = true;
    Q_EMIT judgementsChanged();
    m_thread.postOnly([this, run = m_run, stop = m_stop, state, weights, images = m_images,
                       graph = engine::withLoss(m_controller->graph(), m_controller->config().loss), size, count] {
        auto result = engine::judge(graph, *weights, images, spread(size, count), 1, stop.get());
        if (result) {
            result->epoch = state->epoch;
            result->step = state->step;
        }
        m_mailbox.post([this, run, result = std::move(result)]() mutable { receive(run, std::move(result)); });
    });
}

void JudgeService::receive(int run, engine::Result<engine::Judgement> result)
{
    if (run != m_run)
        return;
    m_judging = false;
    if (!result) {
        m_fault = QString::fromStdString(result.error().text());
    } else {
        auto judgement = std::make_shared<const engine::Judgement>(*std::move(result));
        std::erase_if(m_judgements, [&](const auto& j) { return j->step == judgement->step; });
        const auto place = std::find_if(m_judgements.begin(), m_judgements.end(),
                                        [&](const auto& j) { return j->step > judgement->step; });
        m_judgements.insert(place, std::move(judgement));
    }
    Q_EMIT judgementsChanged();
}

void JudgeService::requestPicture(std::uint32_t image, int question, const std::vector<std::uint8_t>& said)
{
    m_pictures.post([this, image, question, said, images = m_images, dark = Theme::current().dark] {
        const Theme& theme = dark ? darkTheme() : lightTheme();
        const engine::Shape shape = images->imageShape();
        std::vector<std::uint8_t> pixels(static_cast<std::size_t>(shape.elements()));
        if (!images->image(image, pixels))
            return;
        QImage picture = inputPicture(pixels, shape, theme);
        if (!said.empty()) {
            std::vector<std::uint8_t> truth(said.size());
            if (!images->mask(image, truth))
                return;
            picture = sideBySide(
                {picture, maskPicture(truth, picture.size(), theme), maskPicture(said, picture.size(), theme)});
        }
        m_mailbox.post([this, image, question, images, picture] {
            if (images == m_images)
                Q_EMIT pictureReady(image, question, picture);
        });
    });
}

void JudgeService::explain(const engine::DatasetPtr& images, std::uint32_t image, int classIndex)
{
    *m_explainStop = true; // an older question
    m_explainStop = std::make_shared<std::atomic<bool>>(false);
    if (!images || !m_controller->blockedReason().isEmpty())
        return;
    const auto state = m_controller->weightsFitNetwork() ? m_controller->trainingState() : nullptr;
    const engine::WeightsPtr learnt = state ? state->resultWeights() : m_controller->shownWeights();
    m_explainer.postOnly([this, id = ++m_question, stop = m_explainStop, image, classIndex, images, learnt,
                          graph = m_controller->graph(), seed = m_controller->config().seed,
                          dark = Theme::current().dark] {
        auto out = std::make_shared<Explanation>();
        out->images = images;
        out->image = image;
        std::vector<std::uint8_t> pixels(static_cast<std::size_t>(images->imageShape().elements()));
        auto read = images->image(image, pixels);
        if (!read) {
            out->fault = QString::fromStdString(read.error().text());
        } else {
            out->picture = inputPicture(pixels, images->imageShape(), dark ? darkTheme() : lightTheme());
            // Other random weights than those it began with, from which little may have moved.
            const auto random = engine::initialWeights(graph, seed + 1);
            for (auto [weights, place] :
                 {std::pair{engine::startWeights(graph, seed, learnt), &out->learnt}, {random, &out->random}}) {
                auto made = engine::attribute(graph, *weights, pixels, classIndex, {}, stop.get());
                if (made)
                    *place = *std::move(made);
                else
                    out->fault = QString::fromStdString(made.error().text());
            }
        }
        m_mailbox.post([this, id, out] {
            if (id == m_question)
                Q_EMIT explained(out);
        });
    });
}

} // namespace convarium::ui
