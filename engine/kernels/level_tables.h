// The tables of all levels. CMake builds the files of those that fit the processor family.
#pragma once

#include "engine/kernels/kernel_table.h"

namespace convarium::engine::kernels
{

const KernelTable& scalarTable();
const KernelTable& sse4Table();
const KernelTable& avx2Table();
const KernelTable& avx512Table();
const KernelTable& neonTable();

} // namespace convarium::engine::kernels
