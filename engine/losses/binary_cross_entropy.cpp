#include "engine/losses/loss_reference.h"

namespace convarium::engine
{

namespace
{

struct Reference {
    static double loss(const double* z, const double* target, std::int64_t classes)
    {
        double loss = 0;
        for (std::int64_t c = 0; c < classes; ++c)
            loss += std::max(z[c], 0.0) - target[c] * z[c] + std::log1p(std::exp(-std::abs(z[c])));
        return loss;
    }
    template <class T>
    static T gradient(const T* z, const T* target, std::int64_t, std::int64_t at)
    {
        using std::exp;
        // The same number twice; neither form overflows where it is used.
        const T p = z[at] < T(0) ? exp(z[at]) / (T(1) + exp(z[at])) : T(1) / (T(1) + exp(-z[at]));
        return called(p, "p") - target[at];
    }
};

} // namespace

/// PyTorch's BCEWithLogitsLoss against one-hot targets.
LossInfo describe_binary_cross_entropy()
{
    LossInfo d;
    d.id = "binary-cross-entropy";
    d.title = "Binary cross-entropy";
    d.help = "Each output is a yes or no of its own behind a sigmoid; the right class should say yes, all others no.";
    d.paper = "Bishop, Pattern Recognition and Machine Learning, 2006, section 4.3";
    d.formula = "\u2212y log \u03c3(z) \u2212 (1 \u2212 y) log(1 \u2212 \u03c3(z)), mean over images and classes";
    d.meanOverClasses = true;
    d.kernel = &kernels::KernelTable::sigmoidCrossEntropy;
    setLossReference<Reference>(d);
    return d;
}

} // namespace convarium::engine
