// The engine against PyTorch, through the exported code: outputs, loss, gradients and weights after three steps.
#include "engine/data/masks.h"
#include "engine/io/atomic_file.h"
#include "engine/io/safetensors.h"
#include "engine/io/torch/torch_export.h"
#include "engine/io/torch/torch_names.h"
#include "engine/plan/executor.h"
#include "tests/engine/peer/peer_networks.h"
#include "tests/support/python.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <numeric>

using namespace convarium::engine;
using namespace convarium::test;

namespace
{

constexpr std::int64_t kImages = 7; // no multiple of any vector or chunk
constexpr double kTolerance = 1e-4;
constexpr double kAdamTolerance = 1e-2; // a gradient that is nearly zero moves a weight as far as any other
constexpr double kRounding = 0x1p-24;   // of a float, relative

using Tensors = std::map<std::string, Tensor>;

double norm(const Tensor& t)
{
    return std::sqrt(std::accumulate(t.values().begin(), t.values().end(), 0.0,
                                     [](double sum, float v) { return sum + static_cast<double>(v) * v; }));
}

/// Norm of the difference; infinite where the shapes differ or a number is none.
double distance(const Tensor& a, const Tensor& b)
{
    if (a.elements() != b.elements())
        return std::numeric_limits<double>::infinity();
    double sum = 0;
    for (std::int64_t i = 0; i < a.elements(); ++i)
        sum += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
    return std::isfinite(sum) ? std::sqrt(sum) : std::numeric_limits<double>::infinity();
}

TrainConfig config(const std::string& optimizer)
{
    TrainConfig c;
    c.optimizer = optimizer;
    c.momentum = 0.9;
    c.rate = optimizer == "adam" ? 0.001 : 0.01;
    return c;
}

/// Images and labels that both sides read.
struct Batch {
    DatasetPtr data;
    std::vector<std::uint32_t> indices;
    Tensor images; ///< as the network reads them
    Tensor labels; ///< a class for each image, or for each pixel where the network ends in maps

    Batch(const Shape& shape, const Shape& output, std::uint64_t seed)
    {
        const std::int64_t places = output.elements() / output[0];
        const std::int64_t classes = output[0] - (places > 1 ? 1 : 0); // a mask has a background, too
        const CountedRng rng(seed, RandomPurpose::Test);
        std::vector<std::uint8_t> pixels(static_cast<std::size_t>(shape.elements() * kImages));
        for (std::size_t i = 0; i < pixels.size(); ++i)
            pixels[i] = static_cast<std::uint8_t>(rng.word(0, static_cast<std::uint32_t>(i)) >> 24);
        std::vector<std::uint8_t> classOf(static_cast<std::size_t>(kImages));
        for (std::size_t i = 0; i < classOf.size(); ++i)
            classOf[i] = static_cast<std::uint8_t>(i * 7 % static_cast<std::size_t>(classes));
        Shape all{kImages};
        for (int i = 0; i < shape.rank(); ++i)
            all.append(shape[i]);
        images = Tensor(all);
        for (std::int64_t i = 0; i < images.elements(); ++i)
            images[i] = static_cast<float>(pixels[static_cast<std::size_t>(i)]) * (1.0F / 255.0F);
        labels = Tensor(places > 1 ? Shape{kImages, output[1], output[2]} : Shape{kImages});
        indices.resize(classOf.size());
        std::iota(indices.begin(), indices.end(), 0U);
        data = std::make_shared<InMemoryDataset>(shape, pixels, classOf,
                                                 std::vector<std::string>(static_cast<std::size_t>(classes)));
        if (places > 1)
            data = withTargets(data, TargetKind::Mask);
        std::vector<std::uint8_t> mask(static_cast<std::size_t>(places));
        for (std::int64_t i = 0; i < kImages; ++i) {
            if (places > 1 && !data->mask(i, mask))
                qFatal("no mask");
            for (std::int64_t p = 0; p < places; ++p)
                labels[i * places + p] =
                    places > 1 ? mask[static_cast<std::size_t>(p)] : classOf[static_cast<std::size_t>(i)];
        }
    }
    [[nodiscard]] BatchSource source() const { return {data.get(), indices, 1.0F / 255.0F, 0}; }
};

struct Case {
    PeerNetwork network;
    std::uint64_t seed = 9; ///< chooses the images
    WeightMap weights;
    TorchNames names;
    NodeId output = kNoNode;
    Shape outputShape;
    std::unique_ptr<Batch> batch;
    Tensors theirs;
};

std::unique_ptr<Executor> makeExecutor(const Case& c, const std::string& optimizer, const kernels::KernelTable* level,
                                       bool training, ExecutionMode mode = ExecutionMode::Fused)
{
    PlanOptions options;
    options.batch = kImages;
    options.threads = 2;
    options.training = training;
    options.optimizer = optimizer;
    options.kernels = level;
    options.execution = mode;
    auto plan = makePlan(c.network.graph, options);
    if (!plan)
        qFatal("%s", plan.error().text().c_str());
    auto executor = Executor::create(*plan);
    if (!executor)
        qFatal("%s", executor.error().text().c_str());
    (*executor)->setWeights(c.weights);
    return std::move(*executor);
}

StepResult step(Executor& executor, const Case& c, const TrainConfig& settings, std::uint32_t number)
{
    const UpdateRule rule =
        makeUpdateRule(settings, *executor.plan().options.kernels, settings.rate, std::int64_t{number} + 1);
    return executor.trainStep(c.batch->source(), 1, number, rule);
}

/// Best first; large networks are left to the best one.
std::vector<const kernels::KernelTable*> levelsFor(const Case& c)
{
    int count = 0;
    const kernels::Level* all = kernels::levels(&count);
    std::vector<const kernels::KernelTable*> out;
    for (int i = 0; i < count; ++i)
        if (all[i].supported && (out.empty() || !c.network.large))
            out.push_back(all[i].table);
    return out;
}

} // namespace

class TorchPeerTest : public QObject
{
    Q_OBJECT

    static constexpr std::uint32_t kAttempts = 40;

    QTemporaryDir m_folder;
    std::vector<Case> m_cases;                              ///< with their first images
    std::map<std::pair<int, std::uint32_t>, Case> m_others; ///< with other images, when they were needed

    /// Does PyTorch in double precision find a gradient? A bias before a batch norm has none.
    static bool moves(const Case& c, const std::string& key)
    {
        double largest = 0;
        for (const auto& [name, tensor] : c.theirs)
            if (name.starts_with("exact gradient/"))
                largest = std::max(largest, norm(tensor));
        const auto own = c.theirs.find("exact gradient/" + key);
        return own == c.theirs.end() || norm(own->second) > 1e-7 * largest;
    }

    void addRows()
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < m_cases.size(); ++i)
            QTest::newRow(m_cases[i].network.name.c_str()) << static_cast<int>(i);
    }

    /// Weights (or gradients) by PyTorch's names; only those that PyTorch has, too. Returns what differs.
    static QString differs(const Case& c, const WeightMap& ours, const std::string& prefix, double tolerance)
    {
        for (const auto& [id, tensor] : ours) {
            const std::string key = c.names.tensors.at(id);
            const auto theirs = c.theirs.find(prefix + "/" + key);
            if (theirs == c.theirs.end())
                return QString::fromStdString("PyTorch has no " + prefix + "/" + key);
            if (!moves(c, key))
                continue;
            const bool gradient = prefix == "gradient";
            const Tensor& before = c.weights.at(id);
            const double size = gradient ? norm(theirs->second) : distance(theirs->second, before);
            // Every step rounds the weights once here and once there.
            const double allowed = tolerance * size + (gradient ? 0 : 6 * kRounding * norm(before));
            const double found = distance(tensor, theirs->second);
            if (!(found <= allowed))
                return QStringLiteral("%1 %2: differs by %3, may by %4")
                    .arg(QString::fromStdString(prefix), QString::fromStdString(key))
                    .arg(found)
                    .arg(allowed);
        }
        return {};
    }

    void prepare(Case& c, QStringList& names)
    {
        const GraphSpec& graph = c.network.graph;
        const ShapedGraph shaped = inferShapes(graph);
        for (const Problem& problem : shaped.problems)
            QVERIFY2(problem.warning, (c.network.name + ": " + problem.error.text()).c_str());
        auto torch = torchNames(graph);
        QVERIFY(torch.has_value());
        c.names = *std::move(torch);
        c.weights = peerWeights(graph);
        Shape inputShape;
        for (const Node& node : graph.nodes) {
            if (findLayer(node.type)->isInput)
                inputShape = shaped.shapes.at(node.id);
            if (graph.edgesFrom(node.id).empty())
                c.output = node.id;
        }
        c.outputShape = shaped.shapes.at(c.output);
        c.batch = std::make_unique<Batch>(inputShape, c.outputShape, c.seed);
        const std::string stem = m_folder.filePath(QString::fromStdString(c.network.name)).toStdString();
        Project project;
        project.graph = graph;
        const auto written = exportTorch(project, c.weights, stem + ".py");
        QVERIFY2(written.has_value(), written ? "" : written.error().text().c_str());
        const auto bytes = encodeSafetensors({{"images", &c.batch->images}, {"labels", &c.batch->labels}});
        QVERIFY(writeFileAtomically(stem + ".batch.safetensors",
                                    {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
        names.append(QString::fromStdString(c.network.name));
    }

    void ask(const std::vector<Case*>& cases)
    {
        QStringList arguments{QStringLiteral(CONVARIUM_SOURCE_DIR "/tests/engine/peer/peer.py"), m_folder.path()};
        for (Case* c : cases) {
            prepare(*c, arguments);
            if (QTest::currentTestFailed())
                return;
        }
        const PythonResult run = runPython(arguments, 800'000);
        QVERIFY2(run.status == 0, run.err.constData());
        for (Case* c : cases) {
            const std::string file =
                m_folder.filePath(QString::fromStdString(c->network.name)).toStdString() + ".theirs.safetensors";
            const auto bytes = readWholeFile(file, std::int64_t{1} << 30);
            QVERIFY(bytes.has_value());
            auto tensors = decodeSafetensors(*bytes, file);
            QVERIFY2(tensors.has_value(), tensors ? "" : tensors.error().text().c_str());
            c->theirs = *std::move(tensors);
        }
    }

    /// Where a number lies within rounding of ReLU's kink or of a tie under a maximum, one program may take the other
    /// way, and one flipped unit is some 0.3 % of a layer's gradient. That depends on the images; a mistake does not.
    template <class Check>
    void checkWithSomeImages(const Check& check)
    {
        QFETCH(const int, index);
        QString difference;
        for (std::uint32_t attempt = 0; attempt < kAttempts; ++attempt) {
            difference = check(caseOf(index, attempt));
            if (difference.isEmpty() || QTest::currentTestFailed())
                return;
            qInfo("images %u: %s", attempt, qPrintable(difference));
        }
        QFAIL(qPrintable(difference));
    }

    const Case& caseOf(int index, std::uint32_t attempt)
    {
        const Case& first = m_cases[static_cast<std::size_t>(index)];
        if (attempt == 0)
            return first;
        const auto [found, isNew] = m_others.try_emplace({index, attempt});
        if (isNew) {
            found->second.network = first.network;
            found->second.seed = first.seed + attempt;
            ask({&found->second});
        }
        return found->second;
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (!hasPyTorch())
            QSKIP("There is no PyTorch for /usr/bin/python3 on this machine.");
        for (PeerNetwork& network : peerNetworks()) {
            Case c;
            c.network = std::move(network);
            m_cases.push_back(std::move(c));
        }
        std::vector<Case*> all;
        for (Case& c : m_cases)
            all.push_back(&c);
        ask(all);
    }

    void outputsAgree_data() { addRows(); }
    void outputsAgree()
    {
        QFETCH(const int, index);
        const Case& c = m_cases[static_cast<std::size_t>(index)];
        for (const kernels::KernelTable* level : levelsFor(c)) {
            auto executor = makeExecutor(c, "sgd", level, false);
            Tensor all(c.theirs.at("output").shape());
            const std::int64_t classes = c.outputShape[0];
            const std::int64_t places = c.outputShape.elements() / classes;
            QCOMPARE(all.elements(), kImages * classes * places);
            // A row of logits for every place, against N C H W.
            QVERIFY(executor->infer(c.batch->source(), [&](const Executor::ChunkView& chunk) {
                for (std::int64_t row = 0; row < chunk.count * places; ++row)
                    for (std::int64_t k = 0; k < classes; ++k) {
                        const std::int64_t image = chunk.first + row / places;
                        all[(image * classes + k) * places + row % places] =
                            chunk.logits[row * chunk.layout->lanes + k];
                    }
            }));
            const double found = distance(all, c.theirs.at("output")) / norm(c.theirs.at("output"));
            QVERIFY2(found <= kTolerance, qPrintable(QStringLiteral("%1: %2").arg(level->name).arg(found)));
        }
    }

    void lossAndGradientsAgree_data() { addRows(); }
    void lossAndGradientsAgree()
    {
        checkWithSomeImages([](const Case& c) -> QString {
            const auto agree = [](double a, double b) { return std::abs(a - b) <= kTolerance * std::abs(b); };
            const auto evaluated = evaluate(c.network.graph, c.weights, *c.batch->data, 2);
            if (!evaluated || !agree(evaluated->loss, c.theirs.at("loss/eval")[0]))
                return QStringLiteral("the loss in evaluation");
            for (const kernels::KernelTable* level : levelsFor(c))
                for (const ExecutionMode mode : {ExecutionMode::Fused, ExecutionMode::Layerwise}) {
                    // After one step from rest the velocity is the gradient.
                    auto executor = makeExecutor(c, "momentum", level, true, mode);
                    const StepResult result = step(*executor, c, config("momentum"), 0);
                    if (!agree(result.loss, c.theirs.at("loss/train")[0]))
                        return QStringLiteral("the loss in training, ") + QLatin1String(level->name);
                    if (const QString d = differs(c, executor->optimizerState(0), "gradient", kTolerance); !d.isEmpty())
                        return d;
                }
            return {};
        });
    }

    void weightsAfterThreeStepsAgree_data() { addRows(); }
    void weightsAfterThreeStepsAgree()
    {
        checkWithSomeImages([](const Case& c) -> QString {
            for (const std::string optimizer : {"sgd", "momentum", "adam"}) {
                auto executor = makeExecutor(c, optimizer, nullptr, true);
                for (std::uint32_t number = 0; number < 3; ++number)
                    step(*executor, c, config(optimizer), number);
                if (const QString d =
                        differs(c, executor->weights(), optimizer, optimizer == "adam" ? kAdamTolerance : kTolerance);
                    !d.isEmpty())
                    return d;
            }
            return {};
        });
    }
};

QTEST_APPLESS_MAIN(TorchPeerTest)
#include "torch_peer_test.moc"
