#include "engine/layers/pointwise.h"

#include <cmath>

namespace convarium::engine
{
namespace
{

struct Tanh {
    template <class T>
    static T value(T x)
    {
        using std::tanh;
        return tanh(x);
    }
    template <class T>
    static T slope(T, T y)
    {
        return T(1) - y * y;
    }
};

} // namespace

LayerDescriptor describe_tanh()
{
    LayerDescriptor d = pointwiseLayer<Tanh>("tanh", kernels::Activation::Tanh, "Tanh", "torch.tanh({0})");
    d.title = "Tanh";
    d.shortName = "T";
    d.squashesTo = {-1, 1};
    d.help = "Squeezes every number smoothly between −1 and 1. Used by LeNet-5; large inputs barely change any more.";
    d.paper = "LeCun, Bottou, Bengio and Haffner, Gradient-Based Learning Applied to Document Recognition, Proc. IEEE "
              "86(11), 1998, doi 10.1109/5.726791";
    d.summary = [](const Params&) { return std::string("between −1 and 1"); };
    return d;
}

} // namespace convarium::engine
