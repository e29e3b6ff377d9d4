// A network with everything that is saved with it, as one plain value.
#pragma once

#include "engine/graph/graph_spec.h"
#include "engine/train/train_config.h"
#include "engine/train/trainer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace convarium::engine
{

/// Where an arrow from a note points: at a layer, or at a place of the scene.
struct NoteArrow {
    NodeId node = kNoNode;
    double x = 0, y = 0; ///< without a node
    friend bool operator==(const NoteArrow&, const NoteArrow&) = default;
};

/// A text on the canvas; place and size in scene units.
struct Note {
    std::string text;
    double x = 0, y = 0, width = 160, height = 80;
    std::vector<NoteArrow> arrows{};
    friend bool operator==(const Note&, const Note&) = default;
};

/// A setting that several layers of a block share: set at the block, it is set in all of them.
struct BlockParameter {
    std::string title;                                    ///< "Filters"
    std::vector<std::pair<NodeId, std::string>> settings; ///< layer and key of its setting; all of one kind
    friend bool operator==(const BlockParameter&, const BlockParameter&) = default;
};

/// How a group is drawn and set as a whole. Groups without one are open and have no parameters.
struct BlockCard {
    std::int64_t group = -1;
    bool folded = false; ///< drawn as one box
    std::string source;  ///< the saved block that it is a copy of; empty: none
    std::vector<BlockParameter> parameters;
    friend bool operator==(const BlockCard&, const BlockCard&) = default;
};

/// What people may want to know about a network. Presets fill it in.
struct About {
    std::string description; ///< one or two sentences
    int year = 0;            ///< 0: unknown
    std::string paper;       ///< author, title, where
    // The architecture that it is a size of; empty: none with a name.
    std::string architecture;  ///< "ResNet"
    std::string authors;       ///< "He, Zhang, Ren, Sun"
    std::string idea;          ///< the one new idea, in a few words
    std::string story;         ///< a paragraph
    std::vector<NodeId> shows; ///< the layers that carry the idea
    friend bool operator==(const About&, const About&) = default;
};

/// One point of the training curve.
struct HistoryStep {
    std::int64_t step = 0;    ///< 1-based
    double epochPosition = 0; ///< 1.25: a quarter into the second epoch
    double loss = 0;
    double accuracy = 0;
    double rate = 0;            ///< 0: not known, as in older files
    double imagesPerSecond = 0; ///< the same
    friend bool operator==(const HistoryStep&, const HistoryStep&) = default;
};

/// A setting that was changed while the run went on.
struct HistoryMark {
    std::int64_t step = 0; ///< steps done before it
    double epoch = 0;
    std::string words; ///< "rate 0.001 → 0.0001"
    friend bool operator==(const HistoryMark&, const HistoryMark&) = default;
};

/// How the training went so far.
struct History {
    std::vector<HistoryStep> steps;
    std::vector<EpochEvent> epochs;
    std::vector<HistoryMark> marks;
};

/// What a .convarium file holds. A network .json is the same without state, history and thumbnail.
struct Project {
    GraphSpec graph;
    About about;
    std::map<NodeId, std::array<double, 2>> positions; ///< upper left corner of a card, scene units
    std::vector<Note> notes;
    std::vector<BlockCard> blocks;
    TrainConfig train;
    std::shared_ptr<const TrainingState> state; ///< null: never trained
    History history;
    std::vector<std::uint8_t> thumbnailPng; ///< empty: none
};

/// At most about `limit` points that still look like the whole curve: from each stretch of equal length the points with
/// the lowest and the highest loss, in order. The first and the last point always stay.
template <class Steps>
auto thinned(const Steps& steps, std::size_t limit)
{
    using Step = std::decay_t<decltype(steps.front())>;
    if (steps.size() <= limit || limit < 4)
        return std::vector<Step>(steps.begin(), steps.end());
    std::vector<Step> kept{steps.front()};
    const auto byLoss = [](const Step& a, const Step& b) { return a.loss < b.loss; };
    const std::size_t inner = steps.size() - 2;
    const std::size_t stretches = (limit - 2) / 2;
    for (std::size_t i = 0; i < stretches; ++i) {
        const auto from = steps.begin() + 1 + static_cast<std::ptrdiff_t>(i * inner / stretches);
        const auto to = steps.begin() + 1 + static_cast<std::ptrdiff_t>((i + 1) * inner / stretches);
        auto [low, high] = std::minmax_element(from, to, byLoss);
        if (high < low)
            std::swap(low, high);
        kept.push_back(*low);
        if (low != high)
            kept.push_back(*high);
    }
    kept.push_back(steps.back());
    return kept;
}
/// Of a run, in a file.
inline constexpr std::size_t kSavedHistorySteps = 4000;

/// Do these weights belong to this network? Names the first tensor that is missing or has another shape.
Result<void> matchWeights(const GraphSpec& graph, const WeightMap& weights);

} // namespace convarium::engine
