#include "engine/layers/pointwise.h"

namespace convarium::engine
{
namespace
{

struct Relu6 {
    template <class T>
    static T value(T x)
    {
        return x < T(0) ? T(0) : x > T(6) ? T(6) : x;
    }
    /// 0 at both ends.
    template <class T>
    static T slope(T x, T)
    {
        return x > T(0) && x < T(6) ? T(1) : T(0);
    }
};

} // namespace

LayerDescriptor describe_relu6()
{
    LayerDescriptor d = pointwiseLayer<Relu6>("relu6", kernels::Activation::Relu6, "Clip", "F.relu6({0})");
    d.title = "ReLU6";
    d.shortName = "Rc";
    d.rectifies = true;
    d.help =
        "ReLU that stops at 6: min(max(0, x), 6). MobileNet uses it, because small numbers survive rounding to few "
        "bits.";
    d.paper = "Krizhevsky, Convolutional Deep Belief Networks on CIFAR-10, 2010; Sandler, Howard, Zhu, Zhmoginov and "
              "Chen, MobileNetV2, CVPR 2018, arXiv 1801.04381";
    d.summary = [](const Params&) { return std::string("between 0 and 6"); };
    d.onnx = [](const OnnxCall& c) {
        return c.builder->add("Clip", {c.inputs[0], c.builder->constant({}, {0}), c.builder->constant({}, {6})});
    };
    return d;
}

} // namespace convarium::engine
