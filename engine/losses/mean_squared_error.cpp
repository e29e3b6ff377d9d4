#include "engine/losses/loss_reference.h"

namespace convarium::engine
{

namespace
{

struct Reference {
    template <class T>
    static T loss(const T* z, const T* target, std::int64_t classes)
    {
        T loss = 0;
        for (std::int64_t c = 0; c < classes; ++c) {
            const T error = called(z[c] - target[c], "error");
            loss += error * error;
        }
        return loss;
    }
    template <class T>
    static T gradient(const T* z, const T* target, std::int64_t, std::int64_t at)
    {
        return T(2) * (z[at] - target[at]);
    }
};

} // namespace

/// PyTorch's MSELoss against one-hot targets, on the outputs as they are.
LossInfo describe_mean_squared_error()
{
    LossInfo d;
    d.id = "mean-squared-error";
    d.title = "Mean squared error";
    d.help =
        "The right output should be 1 and all others 0; each misses by its distance squared. Rarely the best choice "
        "for classes, and instructive for that.";
    d.paper = "LeCun et al., Gradient-Based Learning Applied to Document Recognition, 1998";
    d.formula = "(z \u2212 y)\u00b2, mean over images and classes";
    d.meanOverClasses = true;
    d.kernel = &kernels::KernelTable::squaredError;
    setLossReference<Reference>(d);
    return d;
}

} // namespace convarium::engine
