// What one core could do at most, to judge the products by.
#pragma once

#include "engine/kernels/kernel_table.h"

namespace convarium::engine::kernels
{

/// Billions of float operations per second of one thread doing nothing but multiply-adds in registers at the table's
/// level: the best of several short windows within about `seconds`.
double peakGflops(const KernelTable& table, double seconds);

/// The same, measured for 0.1 s at the first call of the process for this table and kept. Any thread.
double knownPeakGflops(const KernelTable& table);

} // namespace convarium::engine::kernels
