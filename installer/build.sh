#!/usr/bin/env bash
# Configures a preset where needed and builds quietly; all messages go to standard error. Used by run.sh and test.sh.
#
#   installer/build.sh PRESET [TARGET...]        (no target: everything)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$*" >&2; }
die() { say "build: $*"; exit 1; }

preset=${1:?usage: installer/build.sh PRESET [TARGET...]}
shift
dir=build/$preset
mkdir -p "$dir"

# Two builds of one folder at once would damage each other; the second waits.
if command -v flock >/dev/null; then
    exec 9>"$dir/.lock"
    flock -n 9 || { say "Waiting for another build in $dir ..."; flock 9; }
fi

# As many compilers at once as there are cores, but each may need 1.5 GB.
jobs() {
    local cores kib limit=
    cores=$(nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2)
    kib=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null || true)
    read -r limit 2>/dev/null </sys/fs/cgroup/memory.max || true
    if [[ $limit =~ ^[0-9]+$ ]] && ((limit / 1024 < ${kib:-$((1 << 50))})); then kib=$((limit / 1024)); fi
    if [[ -n $kib ]] && ((kib / 1572864 < cores)); then cores=$((kib / 1572864)); fi
    echo $((cores > 0 ? cores : 1))
}

# here: the build files belong to this folder, not to one it was moved or copied from.
here() { grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$dir/CMakeCache.txt" 2>/dev/null; }

# fresh: the build files are there and newer than the presets and the last change of packages (ninja itself configures again
# when a CMakeLists.txt has changed).
fresh() {
    local ninja=$dir/build.ninja
    [[ -f $ninja && ! CMakePresets.json -nt $ninja && ! /var/lib/dpkg/status -nt $ninja ]] && here
}

log=$dir/build.log
if ! fresh; then
    say "Configuring ($preset) ..."
    if [[ -f $dir/CMakeCache.txt ]] && ! here; then rm -rf "$dir/CMakeCache.txt" "$dir/CMakeFiles" "$dir/build.ninja"; fi
    if ! cmake --preset "$preset" >"$log" 2>&1; then
        grep -v '^-- ' "$log" | tail -n 30 >&2 || true
        die "could not configure the $preset build; the reason is above, all of it in $log."
    fi
    [[ -f $dir/build.ninja ]] && touch "$dir/build.ninja"
fi

if ninja -C "$dir" -n "$@" 2>/dev/null | grep 'no work to do' >/dev/null; then exit 0; fi
count=$(jobs)
say "Building ($preset, $count at once; the first time takes some minutes) ..."
export NINJA_STATUS='[%f/%t] '
if [[ -t 2 && ${CI:-} != true ]]; then
    ninja -C "$dir" -j "$count" "$@" >&2 || die "the $preset build failed; the reason is above."
elif ! ninja -C "$dir" -j "$count" "$@" >"$log" 2>&1; then
    grep -E -A 20 'FAILED|error:|Error|undefined reference' "$log" | head -n 60 >&2 || tail -n 30 "$log" >&2
    die "the $preset build failed; the reason is above, all of it in $log."
fi
