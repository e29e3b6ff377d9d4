// The per-CPU function table: everything that loops over floats in training and inference.
//
// Conventions of every kernel
//  - Raw pointers and sizes, one thread, no allocation, no exceptions. The executor splits work over threads.
//  - Activations are NHWC. A pixel's channels are contiguous and padded to a multiple of `width` floats ("lanes").
//    Padding lanes hold finite values and their gradients are zero; kernels may read and write them in whole vectors.
//  - "packed" weights: columns are cut into blocks of `block` columns (the last block holds the rest, rounded up to a
//    multiple of `width`); block b starts at b * block * depth and is stored row by row: [depth][columns of the block].
//    Columns beyond the real ones are zero.
//  - Pointers to activations and packed weights are aligned to 4 bytes only; use unaligned vector loads.
//  - `lanes` is a multiple of `width` everywhere but in padCopy and loadImage, which take any number.
//  - NaN and infinity pass through every kernel, so that a diverged run shows in its loss.
#pragma once

#include <cstdint>

namespace convarium::engine::kernels
{

/// Functions without settings that other kernels can apply before they store.
enum class Activation : std::uint8_t { None, Relu, Relu6, Tanh, Sigmoid };

/// The other functions of one number, with up to two settings a and b.
enum class Function : std::uint8_t {
    LeakyRelu,   ///< x, below zero a * x
    Elu,         ///< b * x, below zero a * (e^x - 1)
    Silu,        ///< x * logistic(x)
    Gelu,        ///< x * Phi(x), Phi the normal distribution
    GeluTanh,    ///< x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))
    HardSwish,   ///< x * min(max(x / 6 + 1/2, 0), 1)
    HardSigmoid, ///< min(max(a * x + b, 0), 1)
    Softplus,    ///< ln(1 + e^x)
    Clip,        ///< min(max(x, a), b)
};

struct FunctionCall {
    Function function;
    float a = 0, b = 0;
};

/// Does the slope follow from the value, so that the argument need not be kept? Asks for a >= 0 of LeakyRelu and Elu.
constexpr bool slopeFromValue(Function f)
{
    return f == Function::LeakyRelu || f == Function::Elu || f == Function::HardSigmoid || f == Function::Clip;
}

/// Functions of two numbers.
enum class Binary : std::uint8_t {
    Add,
    Subtract,
    Multiply,
    Divide,
    Maximum,    ///< the gradient goes to the larger one; equal ones get half of it each
    Minimum,    ///< likewise
    RightSlope, ///< a, below zero a * b: a ReLU with the slope b
};

/// `rows` rows of `count` numbers. A stride of 0 takes the same row again; spread: one number for the whole row.
struct BinaryArgs {
    Binary function;
    std::int64_t rows, count;
    const float* a;
    const float* b;
    std::int64_t aStride, bStride, outStride;
    bool aSpread, bSpread;
};

/// Indirect matrix product, the heart of convolution (forward and input gradient), dense layers and 1x1:
///   out[outOffset[p] + j] = act(bias[j] + addend[outOffset[p] + j] + sum_k in[inOffset[p] + depthOffset[k]] *
///   weights(k, j))
/// for all p < pixels and j < columns.
/// The offsets state the geometry, so stride, dilation, padding (by a padded copy), flattening and batches of tiny maps
/// all run in the same loop. (Idea: Dukhan, "The Indirect Convolution Algorithm", arXiv 1907.02129.)
struct ProductArgs {
    const float* in;
    float* out;
    const float* weights;            ///< packed, `depth` rows
    const float* bias;               ///< columns rounded up to width, or null
    const std::int32_t* inOffset;    ///< [pixels]
    const std::int32_t* outOffset;   ///< [pixels]
    const std::int32_t* depthOffset; ///< [depth]
    std::int64_t pixels;
    std::int64_t depth;
    std::int64_t columns; ///< stored columns; if not a multiple of width the last vector is stored in part
    const float* addend;  ///< laid out as out, which it may be; or null
    Activation activation;
    // A window of stride 1 may say so. The depth is then rows of slideTaps * slideChannels numbers, tap by tap; pixels
    // come in whole rows of slidePixels; neighbouring taps, and neighbouring pixels of a row, lie slideSpacing apart.
    std::int64_t slideTaps; ///< 0: says nothing
    std::int64_t slideChannels, slidePixels, slideSpacing;
    /// Columns of the matrix that `columns` are a part of, where several threads share one: how pixels are cut, and
    /// with it the order of sums, follows from it. 0: they are all.
    std::int64_t wholeColumns = 0;
};

/// Weight gradient of the product above:
///   weightGradient(k, j) (+)= sum_p in[inOffset[p] + depthOffset[k]] * outGradient[outOffset[p] + j]   (packed layout)
///   biasGradient[j]      (+)= sum_p outGradient[outOffset[p] + j]
/// Columns that are not a multiple of width read their last vector in part; padding columns of the result stay zero.
struct WeightGradientArgs {
    const float* in;
    const float* outGradient;
    float* weightGradient; ///< packed
    float* biasGradient;   ///< columns rounded up to width, or null
    const std::int32_t* inOffset;
    const std::int32_t* outOffset;
    const std::int32_t* depthOffset;
    std::int64_t pixels;
    std::int64_t depth;
    std::int64_t columns;
    bool accumulate;
    std::int64_t wholeColumns = 0; ///< as in ProductArgs
};

/// A run of tiles for minimal filtering F(2x2, 3x3) or F(4x4, 3x3) (Winograd, "Arithmetic Complexity of Computations",
/// 1980; Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016). A 3x3 window of stride 1
/// makes a tile of size x size pixels from n x n, n = size + 2, with n * n products per pair of channels (16 or 36)
/// instead of size * size * 9 (36 or 144): of n * n transformed pixels, each a matrix product of its own over all
/// tiles, the results of which are transformed back. No number of a tile depends on pixels outside the tile's n x n; in
/// tiles of 2x2 none depends on pixels that its own window does not see.
struct WinogradTiles {
    std::int64_t size;                  ///< 2 or 4 pixels a side
    std::int64_t height, width, lanes;  ///< of the images that the tiles are read from or written to
    std::int64_t top, left;             ///< read: how far the first window begins above and left of the image
    std::int64_t tileRows, tileColumns; ///< per image
    std::int64_t first, tiles;          ///< counted over all images, row by row
    std::int64_t plane;                 ///< floats from one of the n * n to the next; each holds lanes floats per tile
};

/// Weights of minimal filtering. Plain ones are a packed matrix, nine taps of `of` rows each, of which `channels` are
/// meant, the first at the pointer; of several blocks of columns all. Transformed ones are n * n packed matrices of
/// `channels` rows.
struct WinogradWeights {
    std::int64_t size; ///< as in WinogradTiles
    std::int64_t channels, of;
    std::int64_t columns;
    std::int64_t plane; ///< floats from one transformed matrix to the next
};

/// Lists the numbers that a max pooling sends back into one image, per channel and in the order of the pixels; those
/// that are zero are left out. Channel c has count[c] entries from c * room on; the room must hold all pixels.
///   offset = y * rowStep + x * columnStep + cellOffset[cell of pixel (y, x)], value = gradient of that pixel
struct PooledListArgs {
    const float* gradient;          ///< [rows][columns][lanes], of the pooling's output
    const std::uint16_t* cell;      ///< likewise: the place of the largest in its window
    const std::int32_t* cellOffset; ///< per place
    std::int64_t rows, columns, lanes, channels;
    std::int32_t rowStep, columnStep;
    std::int32_t* offset;
    float* value;
    std::int32_t* count; ///< [lanes]
    std::int64_t room;
    float* biasGradient; ///< [lanes], the gradients' sums are added; or null
};

/// Weight and input gradient of a convolution from such lists. A kernel row is `rowFloats` floats that lie together in
/// the image, a multiple of `width`; row r begins r * rowStep floats behind an entry's offset:
///   weightSum[channel][row][i]             (+)= sum over entries of value * in[offset + row * rowStep + i]
///   inGradient[offset + row * rowStep + i]  += value * weights[channel][row][i]                  for every entry
struct SparseGradientArgs {
    const std::int32_t* offset;
    const float* value;
    const std::int32_t* count;
    std::int64_t room;
    std::int64_t channels, rows, rowFloats, rowStep;
    const float* in;
    float* weightSum; ///< null: not wanted
    bool accumulate;  ///< add to weightSum instead of overwriting it
    const float* weights;
    float* inGradient; ///< null: not wanted
};

/// packed out(tap * channels + c, column) (+)= in[column][tap][c]; a pixel of `in` has `lanes` floats, and there are
/// `columns` of them, a multiple of `width`.
struct TransposeArgs {
    const float* in;
    float* out;
    std::int64_t taps, channels, lanes, columns;
    bool accumulate;
};

/// One image of a pooling window; `lanes` is the padded channel count of input and output.
struct PoolArgs {
    std::int64_t inHeight, inWidth, outHeight, outWidth, lanes;
    std::int64_t kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft;
    std::int64_t dilationHeight, dilationWidth; ///< maximum only
    std::int64_t padBottom, padRight;           ///< how far a window counts behind the image, with countPadding
    bool countPadding;                          ///< average only: divide by the cells on image and padding
};

/// Depthwise convolution: lanes never mix. For all y < rows, x < columns and c < lanes
///   out[y outRow + x outColumn + c] (+)= act(bias[c] + sum_t in[y inRow + x inColumn + tapOffset[t] + c]
///                                                           * weights[tapRow[t] lanes + c])
/// Offsets state stride and dilation, so the input gradient is the same loop with the taps of one residue class.
struct DepthwiseArgs {
    const float* in;
    float* out;
    const float* weights;          ///< one row of lanes per cell of the kernel
    const float* bias;             ///< [lanes], or null
    const std::int32_t* tapOffset; ///< [taps]
    const std::int32_t* tapRow;    ///< [taps]
    std::int64_t taps, rows, columns, lanes;
    std::int64_t inRow, inColumn, outRow, outColumn; ///< in floats
    bool accumulate;                                 ///< add to out (activation must be None)
    bool aside;                                      ///< may be stored past the caches; not with accumulate
    Activation activation;
};

/// weightGradient[t lanes + c] (+)= sum over y, x of in[y inRow + x inColumn + tapOffset[t] + c] * outGradient[y outRow
/// + x outColumn + c]; biasGradient[c] (+)= sum of outGradient.
struct DepthwiseGradientArgs {
    const float* in;
    const float* outGradient;
    float* weightGradient;
    float* biasGradient; ///< or null
    const std::int32_t* tapOffset;
    std::int64_t taps, rows, columns, lanes;
    std::int64_t inRow, inColumn, outRow, outColumn;
    bool accumulate;
};

/// Gradient of act(x * scale + shift), channel by channel. dy below is what of outGradient passes the activation.
struct ChannelGradientArgs {
    const float* in; ///< x
    const float* outGradient;
    const float *mean, *inverseDeviation; ///< read by channelGradientSums() only
    const float *a, *b, *d;               ///< read by channelGradient() only
    const float *scale, *shift;           ///< as given to channelAffine(); read with an activation only
    Activation activation;                ///< None, Relu or Relu6
    std::int64_t pixels, lanes;
};

/// Local response normalisation: s[c] = k + scale * sum of x^2 over channels c - before ... c + after (those that
/// exist), y[c] = x[c] s[c]^-beta; k > 0. `block` pixels go through scratch at a time, which has
/// 3 (m + block (lanes + m)) floats, m the larger one of before and after.
struct LrnArgs {
    std::int64_t pixels, channels, lanes;
    std::int64_t before, after;
    std::int64_t block;
    float scale, k, beta;
};

/// Parameters of one optimizer step over a run of `count` floats of weights, state and gradient partial sums.
struct UpdateArgs {
    float* weights;
    float* state1;                 ///< velocity, Adam's first moment, or the squares of RMSProp and Adagrad
    float* state2;                 ///< Adam's second moment
    const float* const* gradients; ///< `slots` partial sums, added in index order
    std::int32_t slots;
    std::int64_t count;
    float clipValue;     ///< > 0: the summed gradient is cut to -clipValue .. clipValue first; 0: not
    float gradientScale; ///< multiplies the summed gradient (1 unless its norm is clipped)
    float rate;          ///< learning rate; for Adam already divided by its bias corrections as documented there
    float momentum;
    float beta1, beta2, epsilon; ///< beta2: memory of the squares (RMSProp calls it alpha)
    float correction2;           ///< Adam: 1 / sqrt(1 - beta2^t)
    float l2;                    ///< added to the gradient as l2 * weight
    float l1;                    ///< added to the gradient as l1 * sign(weight)
    float decay;                 ///< decoupled: weight -= decay * weight, before the step
};

/// Rows of logits against their labels.
struct LossArgs {
    const float* logits;        ///< [rows][lanes]
    const std::int32_t* labels; ///< per row; negative: the row does not count, its gradient is zero
    float* gradient; ///< as logits: the slope of the loss times gradientScale, zero in padding lanes; may be null
    std::int64_t rows, classes, lanes;
    float gradientScale;
    float smoothing;       ///< the target is (1 - smoothing) * onehot + smoothing / classes (softmax only)
    double* loss;          ///< the sum of the rows' losses is added
    std::int64_t* correct; ///< the number of rows whose largest logit (first of equals) is the label is added
};

struct KernelTable {
    const char* name; ///< "scalar", "sse4", "avx2", "avx512", "neon"
    int width;        ///< floats per vector; channels are padded to it
    int block;        ///< columns of a packed block, a multiple of width

    void (*product)(const ProductArgs&);
    void (*weightGradient)(const WeightGradientArgs&);
    // Minimal filtering.
    void (*winogradWindows)(const WinogradTiles&, const float* images, float* transformed);
    /// images = act(bias + addend + tiles); bias: [lanes] or null; addend: laid out as images, which it may be, or
    /// null.
    void (*winogradOutputs)(const WinogradTiles&, const float* products, float* images, const float* bias,
                            const float* addend, Activation);
    /// Of the outputs, into gradients of the products. Adds their sums over the pixels to sums: [lanes], or null.
    void (*winogradGradients)(const WinogradTiles&, const float* images, float* transformed, float* sums);
    void (*winogradWeights)(const WinogradWeights&, const float* weights, float* transformed);
    void (*winogradWeightGradient)(const WinogradWeights&, const float* transformed, float* gradient, bool accumulate);

    void (*listPooledGradient)(const PooledListArgs&);
    void (*sparseGradient)(const SparseGradientArgs&);
    void (*addTransposed)(const TransposeArgs&);
    /// out[y * outStep + x] = in[x * inStep + y] for x < rows, y < columns.
    void (*transpose)(const float* in, std::int64_t inStep, float* out, std::int64_t outStep, std::int64_t rows,
                      std::int64_t columns);

    /// Copies one image height x width x lanes into the middle of a larger one, and writes zeros to its border.
    void (*padCopy)(const float* in, float* out, std::int64_t height, std::int64_t width, std::int64_t lanes,
                    std::int64_t padTop, std::int64_t padLeft, std::int64_t outHeight, std::int64_t outWidth);

    /// Pixels of `channels` floats, one after the other, into (accumulate: added to) pixels of `lanes` with zeros in
    /// the padding lanes. Reads up to width - 1 floats behind the last pixel.
    void (*spreadPixels)(const float* in, float* out, std::int64_t pixels, std::int64_t channels, std::int64_t lanes,
                         bool accumulate);

    void (*depthwise)(const DepthwiseArgs&);
    void (*depthwiseGradient)(const DepthwiseGradientArgs&);

    // Pooling, one image. argmax: index of the (first) largest element within the window, row by row, per output lane.
    void (*maxPool)(const PoolArgs&, const float* in, float* out, std::uint16_t* argmax /* may be null */);
    void (*maxPoolBackward)(const PoolArgs&, const float* outGradient, const std::uint16_t* argmax, float* inGradient,
                            bool accumulate);
    void (*averagePool)(const PoolArgs&, const float* in, float* out);
    void (*averagePoolBackward)(const PoolArgs&, const float* outGradient, float* inGradient, bool accumulate);

    // Pointwise over n floats. In place (out == in) is allowed. Backward takes the layer's output.
    void (*activate)(Activation, const float* in, float* out, std::int64_t n);
    void (*activateBackward)(Activation, const float* out, const float* outGradient, float* inGradient, std::int64_t n,
                             bool accumulate);
    // Likewise; `in` is the argument where !slopeFromValue(), else the value.
    void (*function)(const FunctionCall&, const float* in, float* out, std::int64_t n);
    void (*functionBackward)(const FunctionCall&, const float* in, const float* outGradient, float* inGradient,
                             std::int64_t n, bool accumulate);
    /// out(row, i) = f(a(row, i), b(row, i)). In place where a or b is laid out as out is.
    void (*binary)(const BinaryArgs&, float* out);
    /// gradient (+)= outGradient * df/da (ofB: df/db), summed where the operand is taken again. `gradient` is laid out
    /// as that operand is. Not accumulating asks for an operand that is neither spread nor taken again.
    void (*binaryBackward)(const BinaryArgs&, const float* outGradient, float* gradient, bool ofB, bool accumulate);
    /// out = a + b, then the activation.
    void (*add)(const float* a, const float* b, float* out, std::int64_t n, Activation);
    /// out (+)= factor * in.
    void (*scaleAdd)(const float* in, float factor, float* out, std::int64_t n, bool accumulate);
    /// out (+)= in * mask, mask given as kept (1) / dropped (0) bytes times `factor`.
    void (*maskScale)(const float* in, const std::uint8_t* keep, float factor, float* out, std::int64_t n,
                      bool accumulate);

    // Batch normalisation over `pixels` pixels of `lanes` channels.
    /// sum[c] += sum x, sumOfSquares[c] += sum x^2, in double.
    void (*channelSums)(const float* in, std::int64_t pixels, std::int64_t lanes, double* sum, double* sumOfSquares);
    /// out = act(in * scale[c] + shift[c]).
    void (*channelAffine)(const float* in, const float* scale, const float* shift, float* out, std::int64_t pixels,
                          std::int64_t lanes, Activation);
    /// sum[c] += sum dy, sumXhat[c] += sum dy * (x - mean[c]) * inverseDeviation[c], in double.
    void (*channelGradientSums)(const ChannelGradientArgs&, double* sum, double* sumXhat);
    /// dx (+)= a[c] * dy + b[c] * x + d[c].
    void (*channelGradient)(const ChannelGradientArgs&, float* inGradient, bool accumulate);

    void (*lrn)(const LrnArgs&, const float* in, float* out, float* scratch);
    void (*lrnBackward)(const LrnArgs&, const float* in, const float* outGradient, float* inGradient, float* scratch,
                        bool accumulate);

    // Softmax over the first `classes` of `lanes` numbers, `rows` rows, and its logarithm.
    void (*softmax)(const float* in, float* out, std::int64_t rows, std::int64_t classes, std::int64_t lanes);
    void (*softmaxBackward)(const float* out, const float* outGradient, float* inGradient, std::int64_t rows,
                            std::int64_t classes, std::int64_t lanes, bool accumulate);
    void (*logSoftmax)(const float* in, float* out, std::int64_t rows, std::int64_t classes, std::int64_t lanes);
    void (*logSoftmaxBackward)(const float* out, const float* outGradient, float* inGradient, std::int64_t rows,
                               std::int64_t classes, std::int64_t lanes, bool accumulate);
    // Losses on rows of logits, see LossArgs.
    void (*softmaxCrossEntropy)(const LossArgs&); ///< of softmax(z), label smoothing as PyTorch
    void (*sigmoidCrossEntropy)(const LossArgs&); ///< of sigmoid(z) with the one-hot label, summed over the classes
    void (*squaredError)(const LossArgs&);        ///< (z - onehot)^2, summed over the classes

    /// One image u8 in C H W to float: NHWC with `lanes` floats per pixel, (x * scale) + shift; padding lanes zero.
    void (*loadImage)(const std::uint8_t* in, float* out, std::int64_t channels, std::int64_t pixels,
                      std::int64_t lanes, float scale, float shift);

    // Optimizers; g = gradientScale * clip(sum of partials) + l2 * w + l1 * sign(w), then w -= decay * w, then
    void (*updateSgd)(const UpdateArgs&);      ///< w -= rate * g
    void (*updateMomentum)(const UpdateArgs&); ///< v = momentum * v + g; w -= rate * v            (PyTorch's form)
    void (*updateNesterov)(const UpdateArgs&); ///< v = momentum * v + g; w -= rate * (g + momentum * v)
    void (*updateRmsprop)(
        const UpdateArgs&); ///< u = beta2 * u + (1 - beta2) * g^2; w -= rate * g / (sqrt(u) + epsilon)
    void (*updateAdagrad)(const UpdateArgs&); ///< u = u + g^2; w -= rate * g / (sqrt(u) + epsilon)
    void (*updateAdam)(const UpdateArgs&);    ///< m, u moments; w -= rate * m / (sqrt(u) * correction2 + epsilon)
    /// Sum of the squares of the clipped, summed gradient, in double; reads gradients, slots, count and clipValue only.
    double (*gradientSquares)(const UpdateArgs&);
    /// average += share * (weights - average).
    void (*moveTowards)(float* average, const float* weights, float share, std::int64_t n);

    /// Multiply-adds in registers only, for peakGflops(); returns the float operations done. *sink is read and written.
    std::int64_t (*multiplyAddLoop)(std::int64_t rounds, float* sink);
};

/// A level that this build contains, best first.
struct Level {
    const KernelTable* table;
    bool supported; ///< by the CPU we run on
};

/// All levels of this build, best first.
const Level* levels(int* count);

/// The table in use: CONVARIUM_KERNELS if set and usable, else the best supported one. Chosen once per process.
const KernelTable& active();
/// A level by name, or null when this build or CPU does not have it.
const KernelTable* find(const char* name);
/// Empty when CONVARIUM_KERNELS is unset or usable; else one sentence that programs print before they exit with
/// status 2.
const char* environmentError();

} // namespace convarium::engine::kernels
