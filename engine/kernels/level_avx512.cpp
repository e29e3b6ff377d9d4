// AVX-512, x86-64-v4: thirty-two registers, so tiles of up to twenty-four sums.
#define CONVARIUM_KERNEL_NAMESPACE avx512
#define CONVARIUM_KERNEL_WIDTH 16
#define CONVARIUM_KERNEL_BLOCK 64
#define CONVARIUM_KERNEL_TILE_PIXELS 12, 12, 8, 6
#define CONVARIUM_KERNEL_SLIDE_PIXELS 14, 12
#include "engine/kernels/kernels_impl.h"
#include "engine/kernels/level_tables.h"

namespace convarium::engine::kernels
{

const KernelTable& avx512Table()
{
    static constexpr KernelTable table = avx512::makeTable("avx512");
    return table;
}

} // namespace convarium::engine::kernels
