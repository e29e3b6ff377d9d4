// Small training runs for tests: data that is learnt in a few steps, a network, and a sink that remembers everything.
#pragma once

#include "engine/train/trainer.h"
#include "tests/support/graphs.h"

#include <functional>
#include <mutex>

namespace convarium::test
{

/// Bright squares in one of four corners: learnt in a few steps.
inline DatasetBundle corners(std::int64_t images)
{
    const Shape shape{1, 8, 8};
    const CountedRng rng(11, RandomPurpose::Test);
    const auto make = [&](std::int64_t count, std::uint32_t salt) {
        std::vector<std::uint8_t> pixels(static_cast<std::size_t>(64 * count)), labels(static_cast<std::size_t>(count));
        for (std::int64_t i = 0; i < count; ++i) {
            const auto label = rng.below(4, salt, static_cast<std::uint32_t>(i));
            labels[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(label);
            for (std::uint32_t p = 0; p < 64; ++p) {
                const bool inside = (p / 8 >= 4) == (label >= 2) && (p % 8 >= 4) == (label % 2 == 1);
                const auto noise = rng.below(120, salt + 1 + static_cast<std::uint32_t>(i), p);
                pixels[static_cast<std::size_t>(64 * i + p)] = static_cast<std::uint8_t>(noise + (inside ? 110 : 0));
            }
        }
        return std::make_shared<InMemoryDataset>(shape, pixels, labels, std::vector<std::string>{"a", "b", "c", "d"});
    };
    return {"corners", "Corners", make(images, 1), nullptr, make(64, 100000)};
}

inline GraphSpec smallNetwork()
{
    GraphMaker m("small");
    m.add("input", {{"channels", std::int64_t{1}}, {"height", std::int64_t{8}}, {"width", std::int64_t{8}}});
    m.add("conv2d", {{"filters", std::int64_t{6}}, {"padding", std::string("same")}});
    m.add("batch_norm");
    m.add("relu");
    m.add("max_pool");
    m.add("dropout", {{"rate", 0.2}});
    m.add("flatten");
    m.add("dense", {{"units", std::int64_t{4}}});
    return m.graph();
}

class Recorder : public TrainingSink
{
public:
    void started(const StartEvent& e) override { start = e; }
    void stepDone(const StepEvent& e) override
    {
        std::lock_guard lock(mutex);
        steps.push_back(e);
        if (onStep)
            onStep(e);
    }
    void epochDone(const EpochEvent& e) override { epochs.push_back(e); }
    void snapshot(std::shared_ptr<const TrainingState> s) override { snapshots.push_back(std::move(s)); }
    void recorded(std::shared_ptr<const StepRecord> r) override { record = std::move(r); }
    void paused() override
    {
        ++pauses;
        if (onPause)
            onPause();
    }
    void done(const DoneEvent&) override { ++dones; }

    std::mutex mutex;
    StartEvent start;
    std::vector<StepEvent> steps;
    std::vector<EpochEvent> epochs;
    std::vector<std::shared_ptr<const TrainingState>> snapshots;
    std::shared_ptr<const StepRecord> record;
    std::function<void(const StepEvent&)> onStep;
    std::function<void()> onPause;
    int pauses = 0, dones = 0;
};

inline TrainConfig quick()
{
    TrainConfig c;
    c.epochs = 4;
    c.batch = 16;
    c.rate = 0.01;
    c.threads = 2;
    c.validation = 0.25;
    return c;
}

inline std::vector<double> losses(const Recorder& r)
{
    std::vector<double> out;
    for (const StepEvent& e : r.steps)
        out.push_back(e.loss);
    return out;
}

} // namespace convarium::test
