#include "engine/losses/loss.h"

namespace convarium::engine
{

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
    d.reference = [](const double* logits, int label, std::int64_t classes, double, double* gradient) {
        double loss = 0;
        for (std::int64_t c = 0; c < classes; ++c) {
            const double miss = logits[c] - (c == label ? 1 : 0);
            loss += miss * miss;
            if (gradient)
                gradient[c] = 2 * miss;
        }
        return loss;
    };
    return d;
}

} // namespace convarium::engine
