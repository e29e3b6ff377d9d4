// NEON with fused multiply-add, part of every 64-bit ARM: thirty-two registers, so tiles of up to twenty-four sums.
#define CONVARIUM_KERNEL_NAMESPACE neon
#define CONVARIUM_KERNEL_WIDTH 4
#define CONVARIUM_KERNEL_BLOCK 16
#define CONVARIUM_KERNEL_TILE_PIXELS 12, 12, 8, 6
#define CONVARIUM_KERNEL_SLIDE_PIXELS 14, 12
#include "engine/kernels/kernels_impl.h"
#include "engine/kernels/level_tables.h"

namespace convarium::engine::kernels
{

const KernelTable& neonTable()
{
    static constexpr KernelTable table = neon::makeTable("neon");
    return table;
}

} // namespace convarium::engine::kernels
