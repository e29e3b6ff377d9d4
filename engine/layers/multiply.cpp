#include "engine/layers/broadcast.h"

namespace convarium::engine
{
namespace
{

struct Product {
    template <class T>
    static T value(T a, T b)
    {
        return a * b;
    }
    template <class T>
    static T byLeft(T, T b)
    {
        return b;
    }
    template <class T>
    static T byRight(T a, T)
    {
        return a;
    }
};

} // namespace

LayerDescriptor describe_multiply()
{
    LayerDescriptor d = broadcastLayer("multiply", "Multiply", kernels::Binary::Multiply, "Mul", " * ", 64);
    setReference<BroadcastReference<Product>>(d);
    d.shortName = "Mul";
    d.help = "Multiplies its inputs number by number. Sizes of 1 stretch, and a list of C numbers counts as C maps of "
             "1×1. The gate of a squeeze-and-excitation block ends here.";
    d.paper = "Hu, Shen, Albanie, Sun and Wu, Squeeze-and-Excitation Networks, CVPR 2018, arXiv 1709.01507";
    d.summary = [](const Params&) { return std::string("product of its inputs"); };
    return d;
}

} // namespace convarium::engine
