// AVX2 with fused multiply-add, x86-64-v3: sixteen registers, so tiles of up to twelve sums.
#define CONVARIUM_KERNEL_NAMESPACE avx2
#define CONVARIUM_KERNEL_WIDTH 8
#define CONVARIUM_KERNEL_BLOCK 16
#define CONVARIUM_KERNEL_TILE_PIXELS 8, 6
#define CONVARIUM_KERNEL_SLIDE_PIXELS 12
#include "engine/kernels/kernels_impl.h"
#include "engine/kernels/level_tables.h"

namespace convarium::engine::kernels
{

const KernelTable& avx2Table()
{
    static constexpr KernelTable table = avx2::makeTable("avx2");
    return table;
}

} // namespace convarium::engine::kernels
