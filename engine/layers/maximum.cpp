#include "engine/layers/broadcast.h"

#include <cmath>

namespace convarium::engine
{
namespace
{

struct Larger {
    template <class T>
    static T value(T a, T b)
    {
        using std::isnan;
        return a < b || isnan(b) ? b : a;
    }
    template <class T>
    static T byLeft(T a, T b)
    {
        return a == b ? T(0.5) : a < b ? T(0) : T(1);
    }
    template <class T>
    static T byRight(T a, T b)
    {
        return a == b ? T(0.5) : a > b ? T(0) : T(1);
    }
};

} // namespace

LayerDescriptor describe_maximum()
{
    LayerDescriptor d = broadcastLayer("maximum", "Maximum", kernels::Binary::Maximum, "Max", "torch.maximum", 64);
    setReference<BroadcastReference<Larger>>(d);
    d.shortName = "Max";
    d.help = "The largest of its inputs, number by number; the gradient goes to it alone, equal ones share it. Sizes "
             "of 1 stretch, and a list of C numbers counts as C maps of 1×1.";
    d.paper = "Goodfellow, Warde-Farley, Mirza, Courville and Bengio, Maxout Networks, ICML 2013, arXiv 1302.4389";
    d.summary = [](const Params&) { return std::string("largest of its inputs"); };
    return d;
}

} // namespace convarium::engine
