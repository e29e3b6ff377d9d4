#include "engine/layers/pointwise.h"

#include <cmath>

namespace convarium::engine
{
namespace
{

struct Sigmoid {
    /// 1 / (1 + exp(-x)), without overflow for large negative x.
    template <class T>
    static T value(T x)
    {
        using std::exp;
        if (x >= T(0))
            return T(1) / (T(1) + exp(-x));
        const T e = exp(x);
        return e / (T(1) + e);
    }
    template <class T>
    static T slope(T, T y)
    {
        return y * (T(1) - y);
    }
};

} // namespace

LayerDescriptor describe_sigmoid()
{
    LayerDescriptor d =
        pointwiseLayer<Sigmoid>("sigmoid", kernels::Activation::Sigmoid, "Sigmoid", "torch.sigmoid({0})");
    d.title = "Sigmoid";
    d.shortName = "Sig";
    d.squashesTo = {0, 1};
    d.help =
        "Squeezes every number smoothly between 0 and 1: 1 / (1 + exp(−x)). Used as a gate or for yes-or-no outputs.";
    d.paper =
        "Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, Nature 323, 1986, doi "
        "10.1038/323533a0";
    d.summary = [](const Params&) { return std::string("between 0 and 1"); };
    return d;
}

} // namespace convarium::engine
