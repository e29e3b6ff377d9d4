#include "engine/layers/broadcast.h"

namespace convarium::engine
{
namespace
{

struct Difference {
    template <class T>
    static T value(T a, T b)
    {
        return a - b;
    }
    template <class T>
    static T byLeft(T, T)
    {
        return T(1);
    }
    template <class T>
    static T byRight(T, T)
    {
        return T(-1);
    }
};

} // namespace

LayerDescriptor describe_subtract()
{
    LayerDescriptor d = broadcastLayer("subtract", "Subtract", kernels::Binary::Subtract, "Sub", " - ", 2);
    setReference<BroadcastReference<Difference>>(d);
    d.shortName = "Sub";
    d.help = "Subtracts its second input from its first, number by number. Sizes of 1 stretch, and a list of C numbers "
             "counts as C maps of 1×1.";
    d.paper = "Open Neural Network Exchange, operator Sub";
    d.summary = [](const Params&) { return std::string("first minus second"); };
    return d;
}

} // namespace convarium::engine
