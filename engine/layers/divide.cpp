#include "engine/layers/broadcast.h"

namespace convarium::engine
{
namespace
{

struct Quotient {
    template <class T>
    static T value(T a, T b)
    {
        return a / b;
    }
    template <class T>
    static T byLeft(T, T b)
    {
        return T(1) / b;
    }
    template <class T>
    static T byRight(T a, T b)
    {
        return -a / (b * b);
    }
};

} // namespace

LayerDescriptor describe_divide()
{
    LayerDescriptor d = broadcastLayer("divide", "Divide", kernels::Binary::Divide, "Div", " / ", 2);
    setReference<BroadcastReference<Quotient>>(d);
    d.shortName = "Div";
    d.help = "Divides its first input by its second, number by number. Sizes of 1 stretch, and a list of C numbers "
             "counts as C maps of 1×1. Dividing by 0 gives infinity.";
    d.paper = "Open Neural Network Exchange, operator Div";
    d.summary = [](const Params&) { return std::string("first by second"); };
    return d;
}

} // namespace convarium::engine
