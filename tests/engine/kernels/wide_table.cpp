#define CONVARIUM_KERNEL_NAMESPACE wide
#define CONVARIUM_KERNEL_WIDTH 16
#define CONVARIUM_KERNEL_BLOCK 64
#define CONVARIUM_KERNEL_TILE_PIXELS 12, 12, 8, 6
#define CONVARIUM_KERNEL_SLIDE_PIXELS 14, 12
#include "engine/kernels/kernels_impl.h"

#include "tests/engine/kernels/kernel_test_support.h"

namespace convarium::engine::kernels
{

const KernelTable& wideTable()
{
    static constexpr KernelTable table = wide::makeTable("sixteen lanes on AVX2");
    return table;
}

} // namespace convarium::engine::kernels
