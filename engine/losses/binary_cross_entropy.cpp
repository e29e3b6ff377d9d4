#include "engine/losses/loss_reference.h"

namespace convarium::engine
{

namespace
{

struct Reference {
    template <class T>
    static T logSigmoid(const T& z, const char* name)
    {
        using std::exp, std::log;
        return z < T(kLeastExponent) ? z : log(called(T(1) / (T(1) + exp(-z)), name));
    }
    template <class T>
    static T loss(const T* z, const T* target, std::int64_t classes)
    {
        T loss = 0;
        for (std::int64_t c = 0; c < classes; ++c) {
            const T no = logSigmoid(-z[c], "1\u2212p");
            if (target[c] > T(0))
                loss += -(target[c] * logSigmoid(z[c], "p"));
            if (target[c] < T(1))
                loss += target[c] > T(0) ? -((T(1) - target[c]) * no) : -no;
        }
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
