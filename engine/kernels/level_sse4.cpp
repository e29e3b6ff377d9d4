// SSE4.2 without fused multiply-add, x86-64-v2: the vectors of the scalar level with instructions for blending,
// rounding and widening.
#define CONVARIUM_KERNEL_NAMESPACE sse4
#define CONVARIUM_KERNEL_WIDTH 4
#define CONVARIUM_KERNEL_BLOCK 8
#define CONVARIUM_KERNEL_TILE_PIXELS 8, 6
#define CONVARIUM_KERNEL_SLIDE_PIXELS 12
#include "engine/kernels/kernels_impl.h"
#include "engine/kernels/level_tables.h"

namespace convarium::engine::kernels
{

const KernelTable& sse4Table()
{
    static constexpr KernelTable table = sse4::makeTable("sse4");
    return table;
}

} // namespace convarium::engine::kernels
