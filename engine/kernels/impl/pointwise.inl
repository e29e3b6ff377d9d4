// Pointwise functions over runs of floats, the padded copy and the loading of images.

template <Activation kActivation>
void activateRun(const float* in, float* out, std::int64_t n)
{
    overVectors(n, [=](std::int64_t i, auto lanes) { lanes.put(out + i, activated<kActivation>(lanes.get(in + i))); });
}

void activate(Activation activation, const float* in, float* out, std::int64_t n)
{
    switch (activation) {
    case Activation::None:
        if (in != out)
            __builtin_memmove(out, in, static_cast<std::size_t>(n) * sizeof(float));
        break;
    case Activation::Relu: activateRun<Activation::Relu>(in, out, n); break;
    case Activation::Relu6: activateRun<Activation::Relu6>(in, out, n); break;
    case Activation::Tanh: activateRun<Activation::Tanh>(in, out, n); break;
    case Activation::Sigmoid: activateRun<Activation::Sigmoid>(in, out, n); break;
    }
}

template <Activation kActivation, bool kAccumulate>
void activateBackwardRun(const float* out, const float* outGradient, float* inGradient, std::int64_t n)
{
    overVectors(n, [=](std::int64_t i, auto lanes) {
        V g = lanes.get(outGradient + i);
        if constexpr (kActivation != Activation::None)
            g = slopeTimes<kActivation>(lanes.get(out + i), g);
        if constexpr (kAccumulate)
            g += lanes.get(inGradient + i);
        lanes.put(inGradient + i, g);
    });
}

template <Activation kActivation>
void activateBackwardOf(const float* out, const float* outGradient, float* inGradient, std::int64_t n, bool accumulate)
{
    if (accumulate)
        activateBackwardRun<kActivation, true>(out, outGradient, inGradient, n);
    else
        activateBackwardRun<kActivation, false>(out, outGradient, inGradient, n);
}

void activateBackward(Activation activation, const float* out, const float* outGradient, float* inGradient,
                      std::int64_t n, bool accumulate)
{
    switch (activation) {
    case Activation::None: activateBackwardOf<Activation::None>(out, outGradient, inGradient, n, accumulate); break;
    case Activation::Relu: activateBackwardOf<Activation::Relu>(out, outGradient, inGradient, n, accumulate); break;
    case Activation::Relu6: activateBackwardOf<Activation::Relu6>(out, outGradient, inGradient, n, accumulate); break;
    case Activation::Tanh: activateBackwardOf<Activation::Tanh>(out, outGradient, inGradient, n, accumulate); break;
    case Activation::Sigmoid:
        activateBackwardOf<Activation::Sigmoid>(out, outGradient, inGradient, n, accumulate);
        break;
    }
}

template <Activation kActivation>
void addRun(const float* a, const float* b, float* out, std::int64_t n)
{
    overVectors(n, [=](std::int64_t i, auto lanes) {
        lanes.put(out + i, activated<kActivation>(lanes.get(a + i) + lanes.get(b + i)));
    });
}

void add(const float* a, const float* b, float* out, std::int64_t n, Activation activation)
{
    switch (activation) {
    case Activation::None: addRun<Activation::None>(a, b, out, n); break;
    case Activation::Relu: addRun<Activation::Relu>(a, b, out, n); break;
    case Activation::Relu6: addRun<Activation::Relu6>(a, b, out, n); break;
    case Activation::Tanh: addRun<Activation::Tanh>(a, b, out, n); break;
    case Activation::Sigmoid: addRun<Activation::Sigmoid>(a, b, out, n); break;
    }
}

void scaleAdd(const float* in, float factor, float* out, std::int64_t n, bool accumulate)
{
    if (accumulate)
        overVectors(n, [=](std::int64_t i, auto lanes) {
            lanes.put(out + i, lanes.get(out + i) + factor * lanes.get(in + i));
        });
    else
        overVectors(n, [=](std::int64_t i, auto lanes) { lanes.put(out + i, factor * lanes.get(in + i)); });
}

CONVARIUM_INLINE V bytesToFloats(const std::uint8_t* keep, Full)
{
    const VByte bytes = *reinterpret_cast<const VByteMemory*>(keep);
    return __builtin_convertvector(__builtin_convertvector(bytes, VInt), V);
}

CONVARIUM_INLINE V bytesToFloats(const std::uint8_t* keep, Part part)
{
    std::uint8_t bytes[kWidth] = {};
    for (std::int64_t i = 0; i < part.n; ++i)
        bytes[i] = keep[i];
    return bytesToFloats(bytes, Full{});
}

void maskScale(const float* in, const std::uint8_t* keep, float factor, float* out, std::int64_t n, bool accumulate)
{
    if (accumulate)
        overVectors(n, [=](std::int64_t i, auto lanes) {
            lanes.put(out + i, lanes.get(out + i) + lanes.get(in + i) * (bytesToFloats(keep + i, lanes) * factor));
        });
    else
        overVectors(n, [=](std::int64_t i, auto lanes) {
            lanes.put(out + i, lanes.get(in + i) * (bytesToFloats(keep + i, lanes) * factor));
        });
}

CONVARIUM_INLINE void clearFloats(float* out, std::int64_t n)
{
    __builtin_memset(out, 0, static_cast<std::size_t>(n) * sizeof(float));
}

void padCopy(const float* in, float* out, std::int64_t height, std::int64_t width, std::int64_t lanes,
             std::int64_t padTop, std::int64_t padLeft, std::int64_t outHeight, std::int64_t outWidth)
{
    const std::int64_t rowIn = width * lanes;
    const std::int64_t rowOut = outWidth * lanes;
    const std::int64_t left = padLeft * lanes;
    const std::int64_t right = rowOut - left - rowIn;
    clearFloats(out, padTop * rowOut);
    out += padTop * rowOut;
    for (std::int64_t y = 0; y < height; ++y, in += rowIn, out += rowOut) {
        clearFloats(out, left);
        float* middle = out + left;
        overVectors(rowIn, [=](std::int64_t i, auto part) { part.put(middle + i, part.get(in + i)); });
        clearFloats(middle + rowIn, right);
    }
    clearFloats(out, (outHeight - padTop - height) * rowOut);
}

void spreadPixels(const float* in, float* out, std::int64_t pixels, std::int64_t channels, std::int64_t lanes,
                  bool accumulate)
{
    for (std::int64_t p = 0; p < pixels; ++p, in += channels, out += lanes)
        for (std::int64_t c = 0; c < lanes; c += kWidth) {
            const V x = c >= channels ? V{} : lanesBelow(channels - c) ? load(in + c) : V{};
            store(out + c, accumulate ? load(out + c) + x : x);
        }
}

void loadImage(const std::uint8_t* in, float* out, std::int64_t channels, std::int64_t pixels, std::int64_t lanes,
               float scale, float shift)
{
    if (channels == 1 && lanes == 1) {
        overVectors(pixels,
                    [=](std::int64_t i, auto part) { part.put(out + i, bytesToFloats(in + i, part) * scale + shift); });
        return;
    }
    if (lanes > channels)
        clearFloats(out, pixels * lanes);
    for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t p = 0; p < pixels; ++p)
            out[p * lanes + c] = static_cast<float>(in[c * pixels + p]) * scale + shift;
}
