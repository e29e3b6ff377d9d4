#include "engine/layers/broadcast.h"

#include <cmath>

namespace convarium::engine
{
namespace
{

struct Smaller {
    template <class T>
    static T value(T a, T b)
    {
        using std::isnan;
        return a > b || isnan(b) ? b : a;
    }
    template <class T>
    static T byLeft(T a, T b)
    {
        return a == b ? T(0.5) : a > b ? T(0) : T(1);
    }
    template <class T>
    static T byRight(T a, T b)
    {
        return a == b ? T(0.5) : a < b ? T(0) : T(1);
    }
};

} // namespace

LayerDescriptor describe_minimum()
{
    LayerDescriptor d = broadcastLayer("minimum", "Minimum", kernels::Binary::Minimum, "Min", "torch.minimum", 64);
    setReference<BroadcastReference<Smaller>>(d);
    d.shortName = "Min";
    d.help = "The smallest of its inputs, number by number; the gradient goes to it alone, equal ones share it. Sizes "
             "of 1 stretch, and a list of C numbers counts as C maps of 1×1.";
    d.paper = "Open Neural Network Exchange, operator Min";
    d.summary = [](const Params&) { return std::string("smallest of its inputs"); };
    return d;
}

} // namespace convarium::engine
