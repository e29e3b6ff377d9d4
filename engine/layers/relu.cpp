#include "engine/layers/pointwise.h"

namespace convarium::engine
{
namespace
{

struct Relu {
    template <class T>
    static T value(T x)
    {
        return x > T(0) ? x : T(0);
    }
    /// 0 at x = 0, as everywhere in practice.
    template <class T>
    static T slope(T x, T)
    {
        return x > T(0) ? T(1) : T(0);
    }
};

} // namespace

LayerDescriptor describe_relu()
{
    LayerDescriptor d = pointwiseLayer<Relu>("relu", kernels::Activation::Relu, "Relu", "torch.relu({0})");
    d.title = "ReLU";
    d.shortName = "R";
    d.rectifies = true;
    d.help =
        "Sets negative numbers to zero and lets positive ones pass: max(0, x). The usual choice after a convolution.";
    d.paper = "Nair and Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines, ICML 2010";
    d.summary = [](const Params&) { return std::string("max(0, x)"); };
    return d;
}

} // namespace convarium::engine
