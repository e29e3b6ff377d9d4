// The reference pass of padding, cropping and upsampling: rows and columns are weighted sums of input rows and columns.
#pragma once

#include "engine/layers/reference.h"
#include "engine/ops/op_graph_builder.h"

namespace convarium::engine
{

/// Axes: struct { static ResampleAxis axis(const Params&, const Shape& input, bool vertical);
///                static double fill(const Params&); }
template <class Axes>
struct ResampleReference {
    /// Calls f(image, map, y out, x out, y in, x in, weight) for every term.
    template <class T, class F>
    static void forEachTerm(const ReferenceCall<T>& call, const TensorView<T>* cleared, F f)
    {
        const Shape& in = call.inputs[0].shape();
        const Shape& out = call.output.shape();
        const ResampleAxis rows = Axes::axis(*call.params, in, true);
        const ResampleAxis columns = Axes::axis(*call.params, in, false);
        const Only only = call.only(Focus::Of::Output);
        for (std::int64_t n = 0; n < call.inputs[0].batch(); ++n)
            for (std::int64_t c = 0; c < out[0]; ++c)
                for (std::int64_t y = 0; y < out[1]; ++y)
                    for (std::int64_t x = 0; x < out[2]; ++x) {
                        if (only.skips(n, (c * out[1] + y) * out[2] + x))
                            continue;
                        Wide<T> sum = rows.at(y).empty() || columns.at(x).empty() ? Axes::fill(*call.params) : 0.0;
                        for (const ResampleTap& row : rows.at(y))
                            for (const ResampleTap& column : columns.at(x))
                                f(sum, n, c, y, x, row.source, column.source,
                                  static_cast<double>(row.weight) * static_cast<double>(column.weight));
                        if (cleared)
                            cleared->at(n, c, y, x) = static_cast<T>(sum);
                    }
    }
    template <class T>
    static void forward(const ReferenceCall<T>& call)
    {
        forEachTerm(call, &call.output, [&](Wide<T>& sum, auto n, auto c, auto, auto, auto iy, auto ix, double weight) {
            sum += weight * call.inputs[0].at(n, c, iy, ix);
        });
    }
    template <class T>
    static void backward(const ReferenceCall<T>& call)
    {
        if (!wanted(call.inputGradients, 0))
            return;
        forEachTerm(call, static_cast<const TensorView<T>*>(nullptr),
                    [&](Wide<T>&, auto n, auto c, auto y, auto x, auto iy, auto ix, double weight) {
                        addTo(call.inputGradients[0].at(n, c, iy, ix), weight * call.outputGradient.at(n, c, y, x));
                    });
    }
};

} // namespace convarium::engine
