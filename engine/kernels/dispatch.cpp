#include "engine/kernels/dispatch.h"
#include "engine/kernels/level_tables.h"

#include <cstdlib>
#include <cstring>

namespace convarium::engine::kernels
{

namespace
{

#if defined(__x86_64__)
/// The features that compilers ask for by name in every version; each CPU that has them has the rest of its x86-64
/// level.
bool hasSse4()
{
    return __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sse4.2") &&
           __builtin_cpu_supports("popcnt");
}

bool hasAvx2()
{
    return hasSse4() && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

bool hasAvx512()
{
    return hasAvx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}
#endif

const KernelTable* named(const char* name, const Level* all, int count, bool& supported)
{
    for (int i = 0; i < count; ++i)
        if (std::strcmp(all[i].table->name, name) == 0) {
            supported = all[i].supported;
            return all[i].table;
        }
    supported = false;
    return nullptr;
}

std::string usableNames(const Level* all, int count)
{
    std::string names;
    for (int i = 0; i < count; ++i)
        if (all[i].supported)
            names += (names.empty() ? "" : ", ") + std::string(all[i].table->name);
    return names;
}

const Choice& chosen()
{
    static const Choice choice = [] {
        int count = 0;
        const Level* all = levels(&count);
        return choose(std::getenv("CONVARIUM_KERNELS"), all, count);
    }();
    return choice;
}

} // namespace

Choice choose(const char* wish, const Level* all, int count)
{
    const KernelTable* best = nullptr;
    for (int i = count - 1; i >= 0; --i)
        if (all[i].supported)
            best = all[i].table;
    if (!wish || !*wish)
        return {best, {}};
    bool supported = false;
    const KernelTable* table = named(wish, all, count, supported);
    if (supported)
        return {table, {}};
    const std::string found = "CONVARIUM_KERNELS asks for \"" + std::string(wish) + "\", ";
    const std::string why =
        table ? "a level that this CPU does not support" : "a level that this build does not contain";
    return {best, found + why + "; unset it or use one of: " + usableNames(all, count) + "."};
}

const Level* levels(int* count)
{
    static const Level all[] = {
#if defined(__x86_64__)
        {&avx512Table(), hasAvx512()},
        {&avx2Table(), hasAvx2()},
        {&sse4Table(), hasSse4()},
#elif defined(__aarch64__)
        {&neonTable(), true},
#endif
        {&scalarTable(), true},
    };
    *count = static_cast<int>(sizeof(all) / sizeof(all[0]));
    return all;
}

const KernelTable& active()
{
    return *chosen().table;
}

const KernelTable* find(const char* name)
{
    int count = 0;
    const Level* all = levels(&count);
    bool supported = false;
    const KernelTable* table = named(name, all, count, supported);
    return supported ? table : nullptr;
}

const char* environmentError()
{
    return chosen().error.c_str();
}

} // namespace convarium::engine::kernels
