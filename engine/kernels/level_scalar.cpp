// The level that every machine has: compiled without CPU flags, as vectors of four floats that the compiler maps to
// what the baseline offers (SSE2 on x86-64, plain code elsewhere).
#define CONVARIUM_KERNEL_NAMESPACE scalar
#define CONVARIUM_KERNEL_WIDTH 4
#define CONVARIUM_KERNEL_BLOCK 8
#define CONVARIUM_KERNEL_TILE_PIXELS 8, 6
#define CONVARIUM_KERNEL_SLIDE_PIXELS 12
#include "engine/kernels/kernels_impl.h"
#include "engine/kernels/level_tables.h"

namespace convarium::engine::kernels
{

const KernelTable& scalarTable()
{
    static constexpr KernelTable table = scalar::makeTable("scalar");
    return table;
}

} // namespace convarium::engine::kernels
