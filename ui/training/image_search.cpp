#include "ui/training/image_search.h"

#include "ui/training/map_service.h"
#include "ui/training/map_worker.h"
#include "ui/training/training_controller.h"

#include <QElapsedTimer>
#include <QLocale>
#include <exception>

namespace convarium::ui
{

namespace
{
constexpr int kTellMs = 250; ///< between two words on how far it is
} // namespace

struct ImageSearch::Question {
    engine::DatasetPtr images;
    std::int64_t from = 0;         ///< the image under view; looked at last
    std::optional<int> classIndex; ///< none: a misclassified one, as the rest says
    std::shared_ptr<const engine::GraphSpec> graph;
    engine::WeightsPtr weights;
    std::uint64_t seed = 1;
};

struct ImageSearch::Answer {
    std::int64_t image = -1; ///< none
    QString fault;
};

ImageSearch::ImageSearch(MapService* maps, QObject* parent)
    : QObject(parent), m_maps(maps), m_probe(std::make_shared<NetworkProbe>(maps->controller()->services()))
{
    connect(maps, &MapService::imageChanged, this, &ImageSearch::stop);
    connect(maps->controller(), &TrainingController::networkChanged, this, &ImageSearch::stop);
    connect(maps->controller(), &TrainingController::dataReady, this, &ImageSearch::stop);
}

ImageSearch::~ImageSearch()
{
    *m_stop = true;
}

void ImageSearch::stop()
{
    *m_stop = true;
    ++m_id;
    m_looking = false;
    tell({});
}

void ImageSearch::tell(const QString& text)
{
    if (text == m_text)
        return;
    m_text = text;
    Q_EMIT textChanged(text);
}

void ImageSearch::findClass(int classIndex)
{
    look(classIndex);
}

void ImageSearch::findSameClass()
{
    if (m_maps->label() >= 0)
        return look(m_maps->label());
    stop();
    tell(m_maps->showsDrawing() ? tr("A drawing belongs to no class. The keys 0 to 9 name one.")
                                : tr("This image belongs to no class."));
}

void ImageSearch::findMisclassified()
{
    look(std::nullopt);
}

void ImageSearch::look(std::optional<int> classIndex)
{
    stop();
    const TrainingController& controller = *m_maps->controller();
    Question question;
    question.images = controller.data().shown();
    question.from = m_maps->image();
    question.classIndex = classIndex;
    if (!question.images || question.images->size() == 0)
        return tell(tr("The images are not read yet."));
    if (question.images->targetKind() != engine::TargetKind::Class)
        return tell(tr("These images belong to no classes."));
    if (classIndex && *classIndex >= static_cast<int>(question.images->classNames().size()))
        return tell(tr("There are only %1 classes.").arg(question.images->classNames().size()));
    if (!classIndex) {
        question.graph = m_maps->network();
        question.weights = controller.shownWeights();
        question.seed = controller.config().seed;
        if (!question.graph)
            return tell(controller.blockedReason());
        if (!question.weights)
            return tell(tr("Train first: weights that have learnt nothing misclassify nearly every image."));
    }
    m_class = classIndex;
    m_looking = true;
    m_stop = std::make_shared<std::atomic<bool>>(false);
    m_thread.postOnly([this, id = m_id, stop = m_stop, probe = m_probe, question] {
        QElapsedTimer since;
        since.start();
        const auto progress = [&](std::int64_t done) {
            if (since.elapsed() < kTellMs)
                return;
            since.restart();
            m_mailbox.post([this, id, done, total = question.images->size()] {
                const QLocale locale;
                if (id == m_id && m_looking)
                    tell(tr("%1 of %2 images looked at")
                             .arg(locale.toString(qlonglong(done)), locale.toString(qlonglong(total))));
            });
        };
        Answer answer;
        try {
            answer = search(question, *probe, *stop, progress);
        } catch (const std::exception&) {
            probe->forget();
            answer.fault = tr("There is not enough memory to compute this network.");
        }
        m_mailbox.post([this, id, answer] { receive(id, answer); });
    });
}

ImageSearch::Answer ImageSearch::search(const Question& question, NetworkProbe& probe, const std::atomic<bool>& stop,
                                        const std::function<void(std::int64_t)>& progress)
{
    const engine::Dataset& images = *question.images;
    const std::int64_t count = images.size();
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(images.imageShape().elements()));
    if (!question.classIndex) {
        if (const QString fault = imageFault(*question.graph, images.imageShape()); !fault.isEmpty())
            return {-1, fault};
        if (const auto ready = probe.prepare(question.graph, question.weights, question.seed); !ready)
            return {-1, QString::fromStdString(ready.error().text())};
    }
    for (std::int64_t done = 1; done <= count && !stop; ++done) {
        const std::int64_t image = (question.from + done) % count;
        const int label = images.label(image);
        if (question.classIndex) {
            if (label == *question.classIndex)
                return {image, {}};
            continue;
        }
        progress(done - 1);
        if (const auto read = images.image(image, pixels); !read)
            return {-1, QString::fromStdString(read.error().text())};
        probe.inspector().run(pixels);
        const OutputReading reading = readingOf(*question.graph, probe.inspector());
        if (reading.best < 0)
            return {-1, tr("This network does not name a class.")};
        if (label >= 0 && reading.best != label)
            return {image, {}};
    }
    return {};
}

void ImageSearch::receive(int id, const Answer& answer)
{
    if (id != m_id)
        return;
    m_looking = false;
    const QString total = QLocale().toString(qlonglong(m_maps->imageCount()));
    if (!answer.fault.isEmpty())
        tell(answer.fault);
    else if (answer.image >= 0 && (answer.image != m_maps->image() || !m_maps->showsData()))
        m_maps->setImage(answer.image); // which ends the words
    else if (answer.image >= 0)
        tell(m_class ? tr("Of %1 images this is the only one of class %2.").arg(total, m_maps->className(*m_class))
                     : tr("Of %1 images this is the only misclassified one.").arg(total));
    else
        tell(m_class ? tr("None of the %1 images is of class %2.").arg(total, m_maps->className(*m_class))
                     : tr("None of the %1 images is misclassified.").arg(total));
}

} // namespace convarium::ui
