// Operations: the closed set that layers are lowered to. An op knows its geometry, its gradient and its traits; the
// plan decides where its buffers lie and when it runs; kernels do the arithmetic.
#pragma once

#include "engine/core/memory.h"
#include "engine/data/dataset.h"
#include "engine/kernels/kernel_table.h"
#include "engine/layers/layer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace convarium::engine
{

/// Where the numbers of one image lie in a buffer.
struct Layout {
    enum class Kind : std::uint8_t {
        Pixels, ///< height x width x lanes, channels last and padded; a plain list is one pixel
        Flat,   ///< a list that is stored as the Pixels it was flattened from
        Dense,  ///< any other rank: logical order without padding
    };
    Kind kind = Kind::Pixels;
    std::int64_t channels = 1, height = 1, width = 1, lanes = 1;

    [[nodiscard]] std::int64_t floats() const { return height * width * lanes; }
    [[nodiscard]] std::int64_t pixels() const { return height * width; }
    /// Place of element i in logical order.
    [[nodiscard]] std::int64_t offset(std::int64_t i) const
    {
        if (kind == Kind::Dense)
            return i;
        return (i % (height * width)) * lanes + i / (height * width);
    }
    /// One image's `numbers` in logical order to their places and back; what lies between them stays as it is.
    void pack(const float* logical, float* image, std::int64_t numbers) const
    {
        each(numbers, [&](std::int64_t i, std::int64_t place) { image[place] = logical[i]; });
    }
    void unpack(const float* image, float* logical, std::int64_t numbers) const
    {
        each(numbers, [&](std::int64_t i, std::int64_t place) { logical[i] = image[place]; });
    }
    /// Steps from place to place along the logical axes of `shape`; not for Flat, where there are none.
    [[nodiscard]] std::array<std::int64_t, kMaxRank> strides(const Shape& shape) const
    {
        std::array<std::int64_t, kMaxRank> steps{};
        std::int64_t step = 1;
        for (int d = shape.rank() - 1; d >= 0 && kind == Kind::Dense; --d) {
            steps[static_cast<std::size_t>(d)] = step;
            step *= shape[d];
        }
        if (kind != Kind::Dense)
            steps = {1, shape.rank() == 3 ? width * lanes : 0, shape.rank() == 3 ? lanes : 0};
        return steps;
    }
    /// A view in logical order; not for Flat.
    template <class T>
    [[nodiscard]] TensorView<T> view(T* data, std::int64_t batch, const Shape& shape) const
    {
        return TensorView<T>(data, batch, shape, strides(shape), floats());
    }

private:
    /// f(i, offset(i)) without its divisions.
    template <class F>
    void each(std::int64_t numbers, const F& f) const
    {
        const std::int64_t run = kind == Kind::Dense ? numbers : pixels(), step = kind == Kind::Dense ? 1 : lanes;
        for (std::int64_t first = 0, channel = 0; first < numbers; first += run, ++channel)
            for (std::int64_t i = 0; i < run; ++i)
                f(first + i, channel + i * step);
    }
};

enum class BufferScope : std::uint8_t {
    Chunk, ///< per thread, for the images of one chunk
    Batch, ///< for all images of the batch
    Slot,  ///< a fixed size per slot (a range of images that one thread sums up)
    Step,  ///< a fixed size, once
};

/// Memory an op needs beside its values. An op is made for training or for evaluation (OpGraph::training).
struct AuxSpec {
    const char* label;
    bool perImage = false; ///< else fixed
    BufferScope fixedScope = BufferScope::Step;
    std::int64_t bytes = 0; ///< per image or in all
    MemoryCategory category = MemoryCategory::Activations;
};

/// act(x * scale + shift), channel by channel, which a reader of x does on the way in.
struct Prologue {
    const float *scale = nullptr, *shift = nullptr; ///< one row of lanes each; null: nothing to do
    kernels::Activation activation = kernels::Activation::None;
};

/// Buffer ids of one op; -1: none (an input that wants no gradient).
struct OpBinding {
    std::vector<int> inputs;
    int output = -1;
    std::vector<int> inputGradients;
    std::vector<char> accumulate; ///< per input: add to the gradient instead of overwriting it
    int outputGradient = -1;
    std::vector<int> aux;
    std::vector<int> weights;         ///< parameter buffers (packed)
    std::vector<int> weightGradients; ///< partial sums per slot, or with Op::weightsApart one; -1 when frozen
    int derived = -1;                 ///< what the op makes of its weights after each update, or Op::scaled
    int addend = -1;                  ///< of a sum that the op does along the way
    int prologue = -1;                ///< rows of scale and shift of the norm that the op does on the way in
    /// Of Op::pooledBy: its output (-1 without a fused activation), that output's gradient, the place of each largest.
    int pooled = -1, pooledGradient = -1, largest = -1;
};

/// What is the same for all chunks of a step.
struct StepContext {
    const kernels::KernelTable* kernels = nullptr;
    bool training = false;
    std::int64_t images = 0; ///< in this step, at most the plan's batch
    int slots = 1;           ///< slots that have images in this step
    std::uint64_t seed = 1;
    std::uint32_t step = 0;
    const Dataset* data = nullptr;
    const std::uint32_t* indices = nullptr; ///< data set index per image of the batch
    float scale = 1, shift = 0;             ///< of the pixels
    const std::uint8_t* pixels = nullptr;   ///< instead of data: one image after the other
    const float* values = nullptr;          ///< instead of pixels: numbers in logical order, not scaled
    DataFailure* dataFailure = nullptr;
    double lossDivisor = 1; ///< the sum of the targets' losses divided by this is the loss (Loss::divisor)
};

/// Base address, strides and scope of a buffer, as one thread sees it.
struct BufferAddress {
    std::byte* base = nullptr;
    std::int64_t stride = 0;    ///< bytes per image (Chunk, Batch) or per slot
    std::int64_t rowStride = 0; ///< bytes per row of pixels; 0: has no rows, or belongs to no image
    BufferScope scope = BufferScope::Step;
};

/// What an instruction touches of its images, so that several can pass over a large image together, some rows at a
/// time.
enum class RowUse : std::uint8_t {
    Whole,   ///< needs and writes whole images
    Rows,    ///< reads and writes the same rows of all its values
    OwnRows, ///< writes some rows, but reads others too: what it reads is whole before
};

/// One chunk of images, some rows of one image, or one part of the work on one image, on one thread.
struct Run {
    const StepContext* step = nullptr;
    const BufferAddress* buffers = nullptr;
    std::int64_t first = 0, count = 0; ///< images of the batch
    int slot = 0;
    bool firstOfSlot = true;         ///< partial sums start here
    std::int64_t row = 0, rows = -1; ///< of the one image; -1: whole images
    int part = 0, parts = 1;         ///< of an op that cuts its work itself (Op::forwardParts() and the like)
    std::byte* scratch = nullptr;

    template <class T = float>
    [[nodiscard]] T* at(int buffer) const
    {
        const BufferAddress& b = buffers[buffer];
        switch (b.scope) {
        case BufferScope::Batch: return reinterpret_cast<T*>(b.base + first * b.stride + row * b.rowStride);
        case BufferScope::Slot: return reinterpret_cast<T*>(b.base + slot * b.stride);
        case BufferScope::Chunk: return reinterpret_cast<T*>(b.base + row * b.rowStride);
        case BufferScope::Step: break;
        }
        return reinterpret_cast<T*>(b.base);
    }
    /// The images from their first row on, whatever rows the run is about.
    template <class T = float>
    [[nodiscard]] T* images(int buffer) const
    {
        Run all = *this;
        all.row = 0;
        return all.at<T>(buffer);
    }
    /// Pixels of values with this layout.
    [[nodiscard]] std::int64_t pixels(const Layout& layout) const
    {
        return rows < 0 ? count * layout.pixels() : rows * layout.width;
    }
    template <class T = float>
    [[nodiscard]] T* atSlot(int buffer, int wantedSlot) const
    {
        return reinterpret_cast<T*>(buffers[buffer].base + wantedSlot * buffers[buffer].stride);
    }
    [[nodiscard]] const kernels::KernelTable& kernels() const { return *step->kernels; }
    /// Is a single image of this buffer too large to be in the second-level cache when the next op reads it? Some rows
    /// are read before others follow.
    [[nodiscard]] bool leavesCache(int buffer) const
    {
        constexpr std::int64_t kLargeImage = 1'000'000;
        return rows < 0 && buffers[buffer].scope == BufferScope::Batch && buffers[buffer].stride > kLargeImage;
    }
};

enum class PhaseScope : std::uint8_t {
    Chunk,      ///< runs for every chunk
    Once,       ///< runs on one thread when all chunks have passed the phase before
    WholeBatch, ///< runs for all images at once, then; threads share it in parts that the op makes
};

/// A tensor an op owns, stored in the packed form its kernels read.
struct Parameter {
    NodeId node = kNoNode;
    TensorInfo info;
    bool trainable = false;
    std::int64_t packedFloats = 0;
    int op = -1;
    int index = 0; ///< among the op's parameters
};

/// What the loss op sums up per slot.
struct LossSums {
    double loss = 0;
    std::int64_t correct = 0;
};

/// The two halves of a backward pass that threads share: some parts make weight gradients, the others the gradient of
/// the input. The first is run with `weights`, the second with `input`; null: not by this part, or not wanted.
struct BackwardRuns {
    std::optional<Run> weights, input;
    /// Most parts of each half; 0: not wanted.
    BackwardRuns(const Run& run, std::int64_t weightParts, std::int64_t inputParts)
    {
        if (run.parts == 1) {
            if (weightParts > 0)
                weights = run;
            if (inputParts > 0)
                input = run;
            return;
        }
        const auto least = static_cast<int>(std::max<std::int64_t>(run.parts - inputParts, weightParts > 0));
        const int forWeights = std::max(least, static_cast<int>(std::min<std::int64_t>(run.parts / 2, weightParts)));
        const bool first = run.part < forWeights;
        Run part = run;
        part.part = first ? run.part : run.part - forWeights;
        part.parts = first ? forWeights : run.parts - forWeights;
        (first ? weights : input) = part;
    }
};

class OpGraph;
struct WindowGeometry;

class Op
{
public:
    virtual ~Op() = default;

    NodeId node = kNoNode;
    std::vector<int> inputs; ///< value ids
    int output = -1;
    std::vector<int> params; ///< parameter ids
    kernels::Activation fused = kernels::Activation::None;
    bool readsNorm = false; ///< input 0 is what a norm reads: with OpBinding::prologue and this activation
    kernels::Activation normActivation = kernels::Activation::None;
    bool scaled = false; ///< a scale and shift behind the op are part of its weights, which stand in the derived buffer
    bool wantsInputGradient = false; ///< of input 0; before prepare()
    bool remakesGradient = false;    ///< backward has a second phase, which makes the input gradient once more
    bool weightsApart = false;       ///< backward leaves the weight gradient to weightGradient(); before prepare()
    bool inspected = false; ///< its numbers are shown one by one: none should be rounded for its neighbours; likewise
    std::int64_t imagesPerUpdate = 0; ///< between two times that weights are derived anew, 0: never; likewise
    const Op* pooledBy = nullptr;     ///< max pooling whose backward is part of this op's, fused activation included

    [[nodiscard]] virtual const char* kind() const = 0;

    // Traits, read by the fusion rules and the buffer planner.
    [[nodiscard]] virtual bool outputMayReplaceInput() const { return false; }           ///< value of input 0, in place
    [[nodiscard]] virtual bool gradientMayReplace(int /*input*/) const { return false; } ///< gradient, in place
    [[nodiscard]] virtual bool backwardNeedsInput(int /*input*/) const { return false; }
    [[nodiscard]] virtual bool backwardNeedsOutput() const { return false; }
    [[nodiscard]] virtual bool acceptsActivation(kernels::Activation) const { return false; }
    /// backward() takes the gradient behind the fused activation; else the activation's own backward runs before it.
    [[nodiscard]] virtual bool backwardIncludesActivation() const { return false; }
    [[nodiscard]] virtual kernels::Activation activation() const
    {
        return kernels::Activation::None;
    } ///< of a pointwise op
    // In evaluation products take a scale and shift per map, and the sum with another value, along.
    [[nodiscard]] virtual bool isScale() const { return false; }
    [[nodiscard]] virtual bool acceptsScale() const { return false; }
    [[nodiscard]] virtual bool isSum() const { return false; }
    [[nodiscard]] virtual bool acceptsAddend() const { return false; }
    // In training the last forward phase of a norm may be left to the op that reads it: a large image is then written
    // and read once less.
    [[nodiscard]] virtual int prologueAux() const { return -1; } ///< which aux holds the rows of Prologue; -1: no norm
    [[nodiscard]] virtual bool acceptsPrologue(const OpGraph&) const { return false; }
    /// Is the input gradient made faster than a large one is written and read? It is then made for the norm's sums, and
    /// again for what they give (remakesGradient).
    [[nodiscard]] virtual bool canRemakeGradient(const OpGraph&) const { return false; }
    [[nodiscard]] virtual bool acceptsUnpaddedInput() const { return false; }
    /// Of max pooling: each number of the output's gradient goes to one number of the input, the largest of its window.
    [[nodiscard]] virtual const WindowGeometry* maxPooling() const { return nullptr; }
    /// May backward take over that of a max pooling that alone reads the output?
    [[nodiscard]] virtual bool acceptsPooling(const OpGraph&, const Op& /*pooling*/) const { return false; }
    [[nodiscard]] virtual bool isLoss() const { return false; }

    [[nodiscard]] virtual std::vector<PhaseScope> forwardPhases() const { return {PhaseScope::Chunk}; }
    [[nodiscard]] virtual std::vector<PhaseScope> backwardPhases() const { return {PhaseScope::Chunk}; }
    [[nodiscard]] virtual RowUse forwardRows() const { return RowUse::Whole; }  ///< of its Chunk phases
    [[nodiscard]] virtual RowUse backwardRows() const { return RowUse::Whole; } ///< likewise
    /// What forward() takes per image, in multiply-adds of a product that last as long.
    [[nodiscard]] virtual std::int64_t forwardWork(const OpGraph&) const;
    /// Most parts into which the op itself cuts forward() of one image, so that threads share it and no bit shows it
    /// (Run::part), after prepare(). 0: it does not; where forwardRows() allows it, rows are cut.
    [[nodiscard]] virtual std::int64_t forwardParts() const { return 0; }
    /// Likewise of the first phase of backward(). Where rows are cut, the phase that writes input gradients must not
    /// add up weight gradients.
    [[nodiscard]] virtual std::int64_t backwardParts() const { return 0; }
    /// May weightGradient() be called, for the whole batch at once, in place of its part of backward()?
    [[nodiscard]] virtual bool makesWeightGradientApart(const OpGraph&) const { return false; }
    [[nodiscard]] virtual std::int64_t weightGradientParts() const { return 1; } ///< most, after prepare()
    [[nodiscard]] virtual std::vector<AuxSpec> aux(const OpGraph&) const { return {}; }

    /// Called once before the plan is used: builds offset tables. chunk: most images per call.
    virtual void prepare(const OpGraph&, const kernels::KernelTable&, std::int64_t /*chunk*/) {}
    /// Scratch bytes per thread, after prepare().
    [[nodiscard]] virtual std::int64_t scratchBytes() const { return 0; }
    /// Bytes of the tables that prepare() built.
    [[nodiscard]] virtual std::int64_t tableBytes() const { return 0; }

    virtual void forward(const Run&, const OpBinding&, int phase) const = 0;
    virtual void backward(const Run&, const OpBinding&, int phase) const = 0;
    virtual void weightGradient(const Run&, const OpBinding&) const {}

    [[nodiscard]] Prologue prologueOf(const Run& run, const OpBinding& b, std::int64_t lanes) const
    {
        if (b.prologue < 0)
            return {};
        const float* rows = run.at(b.prologue);
        return {rows, rows + lanes, normActivation};
    }

    // Weights. The default stores tensors as they are.
    [[nodiscard]] virtual std::int64_t packedFloats(int /*index*/, const TensorInfo& info) const
    {
        return info.shape.elements();
    }
    virtual void pack(int index, const TensorInfo& info, const float* logical, float* packed) const;
    virtual void unpack(int index, const TensorInfo& info, const float* packed, float* logical) const;
    [[nodiscard]] virtual std::int64_t derivedFloats() const { return 0; } ///< after prepare()
    virtual void derive(const float* /*packed weight*/, float* /*derived*/) const {}
    /// Of an op that isScale(): one row of lanes each.
    virtual void scaleAndShift(const Run&, const OpBinding&, float* /*scale*/, float* /*shift*/) const {}
    [[nodiscard]] virtual std::int64_t scaledFloats() const { return 0; } ///< after prepare()
    /// weights: the op's own parameters; scale, shift: one per lane of the output.
    virtual void scaleWeights(const std::vector<const float*>& /*weights*/, const float* /*scale*/,
                              const float* /*shift*/, float* /*scaled*/) const
    {
    }
    [[nodiscard]] virtual bool forwardNeedsDerived() const { return false; } ///< not the input gradient alone
    /// Statistics are committed once a step is known to be good. weights: the op's own parameters (packed).
    virtual void commit(const Run&, const OpBinding&) const {}
};

} // namespace convarium::engine
