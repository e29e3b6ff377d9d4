#!/usr/bin/env bash
# Builds Convarium with its tests, installing what is missing, runs every test and ends with a line "N passed, N failed".
#
#   ./test.sh [release|debug|asan-ubsan|tsan] [CTEST OPTION...]      for example ./test.sh asan-ubsan -R project_file
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

preset=release
case ${1:-} in
    -h | --help) sed -n '2,/^set -e/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    release | debug | asan-ubsan | tsan) preset=$1; shift ;;
    '' | -*) ;;
    *) echo "test.sh: unknown preset '$1'; known are release, debug, asan-ubsan and tsan." >&2; exit 2 ;;
esac

installer/install-deps.sh --tests
installer/build.sh "$preset"

# Tests see neither the user's settings nor data, and leave nothing behind.
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
mkdir -m 700 "$temporary"/{home,data,runtime,tmp}
environment=(
    -u DISPLAY -u WAYLAND_DISPLAY -u QT_QPA_PLATFORMTHEME -u QT_SCALE_FACTOR -u QT_STYLE_OVERRIDE
    -u XDG_CONFIG_HOME -u XDG_DATA_HOME -u XDG_CACHE_HOME -u XDG_STATE_HOME
    HOME="$temporary/home" CONVARIUM_DATA="$temporary/data" XDG_RUNTIME_DIR="$temporary/runtime" TMPDIR="$temporary/tmp"
    DBUS_SESSION_BUS_ADDRESS=disabled: LC_ALL=C.UTF-8 TZ=UTC CTEST_OUTPUT_ON_FAILURE=1 NO_AT_BRIDGE=1
    OMP_WAIT_POLICY=passive # two tests at a time share the cores: waiting threads must not spin
    UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"
)
# Reports about other people's libraries are left out; what is forked only starts another program.
environment+=(TSAN_OPTIONS="suppressions=$PWD/.ci/tsan.supp:second_deadlock_stack=1:die_after_fork=0:${TSAN_OPTIONS:-}")
environment+=(QTEST_FUNCTION_TIMEOUT=1200000) # milliseconds: under a sanitizer some work long
# Told about every thread's variables of libraries opened while running, the leak check of some versions reads beyond them.
environment+=(ASAN_OPTIONS="intercept_tls_get_addr=0:${ASAN_OPTIONS:-}")
launch=()
if [[ $preset == tsan ]] && setarch "$(uname -m)" -R true 2>/dev/null; then
    launch=(setarch "$(uname -m)" -R) # older thread sanitizers cannot place their memory beside strong address randomisation
fi

# run_tests NAME CTEST-OPTION...: results go to NAME.xml.
run_tests() {
    local results=$temporary/$1.xml
    shift
    env "${environment[@]}" ${launch[@]+"${launch[@]}"} ctest --test-dir "build/$preset" --timeout 900 --no-tests=ignore \
        --output-junit "$results" "$@"
}
status=0
echo "Running the tests ($preset) ..."
run_tests parallel -LE '^serial$' -j 2 "$@" || status=1
if ! ctest --test-dir "build/$preset" -N -L '^serial$' "$@" | grep -x 'Total Tests: 0' >/dev/null; then
    run_tests alone -L '^serial$' "$@" || status=1
fi

# count PATTERN: the matching lines of the result files. A test whose program is missing has not run, which is a failure too.
count() { cat "$temporary"/*.xml 2>/dev/null | grep -cE "^[[:space:]]*<$1" || true; }
passed=$(count 'testcase .* status="run"')
skipped=$(($(count 'testcase .* status="disabled"') + $(count 'skipped message="SKIP_')))
failed=$(($(count 'testcase ') - passed - skipped))
line="$passed passed, $failed failed"
if ((skipped)); then line+=", $skipped skipped"; fi
echo
if ((passed + failed == 0)); then
    echo "test.sh: no test ran; the options may match none." >&2
    status=1
elif ((status && failed == 0)); then
    echo "test.sh: ctest itself failed; see its messages above." >&2
fi
echo "$line"
if ((failed)); then status=1; fi
exit "$status"
