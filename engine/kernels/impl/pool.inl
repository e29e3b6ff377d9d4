// Pooling of one image. Each output pixel's window is clipped to the image first, so padding cells take no part.

struct Window {
    std::int64_t top, bottom, left, right; ///< cells inside the image, relative to the window's corner
    std::int64_t corner;                   ///< the corner's pixel index; may lie outside the image
    std::int64_t rowStep, columnStep;      ///< pixels from cell to cell
};

/// ceil(distance / dilation), most often without a division.
CONVARIUM_INLINE std::int64_t cellsIn(std::int64_t distance, std::int64_t dilation)
{
    return dilation == 1 ? distance : (distance + dilation - 1) / dilation;
}

CONVARIUM_INLINE Window windowAt(const PoolArgs& a, std::int64_t y, std::int64_t x)
{
    const std::int64_t row = y * a.strideHeight - a.padTop;
    const std::int64_t column = x * a.strideWidth - a.padLeft;
    Window w;
    w.top = row < 0 ? cellsIn(-row, a.dilationHeight) : 0;
    w.left = column < 0 ? cellsIn(-column, a.dilationWidth) : 0;
    const std::int64_t rows = cellsIn(a.inHeight - row, a.dilationHeight);
    const std::int64_t columns = cellsIn(a.inWidth - column, a.dilationWidth);
    w.bottom = rows < a.kernelHeight ? rows : a.kernelHeight;
    w.right = columns < a.kernelWidth ? columns : a.kernelWidth;
    w.corner = row * a.inWidth + column;
    w.rowStep = a.dilationHeight * a.inWidth;
    w.columnStep = a.dilationWidth;
    return w;
}

CONVARIUM_INLINE bool isEmpty(const Window& w)
{
    return w.top >= w.bottom || w.left >= w.right;
}

/// Each input pixel lies in exactly one window: gradients can be stored without clearing or adding.
bool tilesExactly(const PoolArgs& a)
{
    return a.padTop == 0 && a.padLeft == 0 && a.strideHeight == a.kernelHeight && a.strideWidth == a.kernelWidth &&
           a.inHeight == a.outHeight * a.kernelHeight && a.inWidth == a.outWidth * a.kernelWidth &&
           a.dilationHeight == 1 && a.dilationWidth == 1;
}

/// One vector of channels of one window. `in` points to the window's corner.
template <bool kArgmax>
CONVARIUM_INLINE void maxOfWindow(const PoolArgs& a, const Window& w, const float* in, float* out,
                                  std::uint16_t* argmax)
{
    V best = load(in + (w.top * w.rowStep + w.left * w.columnStep) * a.lanes);
    VInt where = VInt{} + static_cast<std::int32_t>(w.top * a.kernelWidth + w.left);
    for (std::int64_t i = w.top; i < w.bottom; ++i)
        for (std::int64_t j = w.left; j < w.right; ++j) {
            const V x = load(in + (i * w.rowStep + j * w.columnStep) * a.lanes);
            const VInt wins = (x > best) | (x != x); // a NaN wins, and nothing is larger than it
            best = wins ? x : best;
            if constexpr (kArgmax)
                where = wins ? VInt{} + static_cast<std::int32_t>(i * a.kernelWidth + j) : where;
        }
    store(out, best);
    if constexpr (kArgmax)
        *reinterpret_cast<VShortMemory*>(argmax) = __builtin_convertvector(where, VShort);
}

/// All channels of a window of 2 x 2 cells inside the image, the most frequent one: known bounds save half the time.
CONVARIUM_INLINE void maxOfFour(const PoolArgs& a, const Window& w, const float* in, float* out)
{
    Window four = w;
    four.top = four.left = 0;
    four.bottom = four.right = 2;
    for (std::int64_t c = 0; c < a.lanes; c += kWidth)
        maxOfWindow<false>(a, four, in + c, out + c, nullptr);
}

void maxPool(const PoolArgs& a, const float* in, float* out, std::uint16_t* argmax)
{
    const bool four = a.kernelHeight == 2 && a.kernelWidth == 2 && !argmax;
    for (std::int64_t y = 0; y < a.outHeight; ++y)
        for (std::int64_t x = 0; x < a.outWidth; ++x) {
            const Window w = windowAt(a, y, x);
            const std::int64_t at = (y * a.outWidth + x) * a.lanes;
            if (four && w.top == 0 && w.left == 0 && w.bottom == 2 && w.right == 2) {
                maxOfFour(a, w, in + w.corner * a.lanes, out + at);
                continue;
            }
            for (std::int64_t c = 0; c < a.lanes; c += kWidth) {
                const float* corner = in + w.corner * a.lanes + c;
                if (isEmpty(w)) {
                    store(out + at + c, V{});
                    if (argmax)
                        *reinterpret_cast<VShortMemory*>(argmax + at + c) = VShort{};
                } else if (argmax) {
                    maxOfWindow<true>(a, w, corner, out + at + c, argmax + at + c);
                } else {
                    maxOfWindow<false>(a, w, corner, out + at + c, nullptr);
                }
            }
        }
}

template <bool kAdd>
void scatterMax(const PoolArgs& a, const float* outGradient, const std::uint16_t* argmax, float* inGradient)
{
    for (std::int64_t y = 0; y < a.outHeight; ++y)
        for (std::int64_t x = 0; x < a.outWidth; ++x) {
            const Window w = windowAt(a, y, x);
            const std::int64_t at = (y * a.outWidth + x) * a.lanes;
            for (std::int64_t c = 0; c < a.lanes; c += kWidth) {
                const V g = load(outGradient + at + c);
                const VShort cell = *reinterpret_cast<const VShortMemory*>(argmax + at + c);
                const VInt where = __builtin_convertvector(cell, VInt);
                float* corner = inGradient + w.corner * a.lanes + c;
                for (std::int64_t i = w.top; i < w.bottom; ++i)
                    for (std::int64_t j = w.left; j < w.right; ++j) {
                        float* target = corner + (i * w.rowStep + j * w.columnStep) * a.lanes;
                        const V part = where == static_cast<std::int32_t>(i * a.kernelWidth + j) ? g : V{};
                        store(target, kAdd ? load(target) + part : part);
                    }
            }
        }
}

void maxPoolBackward(const PoolArgs& a, const float* outGradient, const std::uint16_t* argmax, float* inGradient,
                     bool accumulate)
{
    if (!accumulate && tilesExactly(a)) {
        scatterMax<false>(a, outGradient, argmax, inGradient);
        return;
    }
    if (!accumulate)
        clearFloats(inGradient, a.inHeight * a.inWidth * a.lanes);
    scatterMax<true>(a, outGradient, argmax, inGradient);
}

CONVARIUM_INLINE float averageFactor(const PoolArgs& a, const Window& w, std::int64_t y, std::int64_t x)
{
    std::int64_t rows = w.bottom - w.top, columns = w.right - w.left;
    if (a.countPadding) {
        rows = a.inHeight + a.padTop + a.padBottom - y * a.strideHeight;
        columns = a.inWidth + a.padLeft + a.padRight - x * a.strideWidth;
        rows = rows < a.kernelHeight ? rows : a.kernelHeight;
        columns = columns < a.kernelWidth ? columns : a.kernelWidth;
    }
    return 1.0f / static_cast<float>(rows * columns);
}

void averagePool(const PoolArgs& a, const float* in, float* out)
{
    for (std::int64_t y = 0; y < a.outHeight; ++y)
        for (std::int64_t x = 0; x < a.outWidth; ++x) {
            const Window w = windowAt(a, y, x);
            float* target = out + (y * a.outWidth + x) * a.lanes;
            if (isEmpty(w)) {
                clearFloats(target, a.lanes);
                continue;
            }
            const float factor = averageFactor(a, w, y, x);
            for (std::int64_t c = 0; c < a.lanes; c += kWidth) {
                const float* corner = in + w.corner * a.lanes + c;
                V sum{};
                for (std::int64_t i = w.top; i < w.bottom; ++i)
                    for (std::int64_t j = w.left; j < w.right; ++j)
                        sum += load(corner + (i * a.inWidth + j) * a.lanes);
                store(target + c, sum * factor);
            }
        }
}

template <bool kAdd>
void scatterAverage(const PoolArgs& a, const float* outGradient, float* inGradient)
{
    for (std::int64_t y = 0; y < a.outHeight; ++y)
        for (std::int64_t x = 0; x < a.outWidth; ++x) {
            const Window w = windowAt(a, y, x);
            if (isEmpty(w))
                continue;
            const float factor = averageFactor(a, w, y, x);
            for (std::int64_t c = 0; c < a.lanes; c += kWidth) {
                const V g = load(outGradient + (y * a.outWidth + x) * a.lanes + c) * factor;
                float* corner = inGradient + w.corner * a.lanes + c;
                for (std::int64_t i = w.top; i < w.bottom; ++i)
                    for (std::int64_t j = w.left; j < w.right; ++j) {
                        float* target = corner + (i * a.inWidth + j) * a.lanes;
                        store(target, kAdd ? load(target) + g : g);
                    }
            }
        }
}

void averagePoolBackward(const PoolArgs& a, const float* outGradient, float* inGradient, bool accumulate)
{
    if (!accumulate && tilesExactly(a)) {
        scatterAverage<false>(a, outGradient, inGradient);
        return;
    }
    if (!accumulate)
        clearFloats(inGradient, a.inHeight * a.inWidth * a.lanes);
    scatterAverage<true>(a, outGradient, inGradient);
}
