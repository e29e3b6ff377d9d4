#!/usr/bin/env bash
# Installs what building Convarium needs; installed packages are left alone, so a second run is instant and works offline.
#
#   installer/install-deps.sh [--tests] [--package]
#
#   --tests     also what the test suite needs (an X server without a screen, a robot mouse)
#   --package   also what building the .deb needs
set -euo pipefail

# The names are Debian's and Ubuntu's. The optional ones are left out where apt does not know them.
packages=(g++ cmake ninja-build qt6-base-dev qt6-charts-dev qt6-svg-dev libeigen3-dev zlib1g-dev libzip-dev libcli11-dev libonnx-dev libprotobuf-dev protobuf-compiler)
optional=(ccache libqt6opengl6-dev libqt6svg6 fonts-roboto-unhinted fonts-dejavu-core)
test_packages=(python3-onnx libbenchmark-dev xvfb xauth xdotool openbox graphviz x11-utils dbus dbus-x11 at-spi2-core)
package_packages=(dpkg-dev file gzip)

say() { printf '%s\n' "$*" >&2; }
die() { say "install-deps: $*"; exit 1; }

while (($#)); do
    case $1 in
        --tests) packages+=("${test_packages[@]}") ;;
        --package) packages+=("${package_packages[@]}") ;;
        -h | --help) sed -n '2,/^set -e/s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) say "install-deps: unknown option '$1'; known are --tests, --package and --help."; exit 2 ;;
    esac
    shift
done

# ---- systems without apt: say what is needed, stop only when nothing could be built ------------------------------------
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    lacking=()
    for tool in cmake ninja; do command -v "$tool" >/dev/null || lacking+=("$tool"); done
    command -v "${CXX:-c++}" >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null ||
        lacking+=("a C++20 compiler")
    if ((${#lacking[@]} == 0)); then exit 0; fi
    say "Convarium needs CMake 3.25, Ninja, a C++20 compiler, Qt 6.4 or newer (Widgets, Charts, Network, Svg), Eigen 3.4, zlib, libzip, CLI11, protobuf, the ONNX schema."
    if command -v dnf >/dev/null; then
        say "On Fedora: sudo dnf install gcc-c++ cmake ninja-build ccache qt6-qtbase-devel qt6-qtcharts-devel qt6-qtsvg-devel eigen3-devel zlib-devel libzip-devel cli11-devel protobuf-devel onnx-devel google-roboto-fonts"
    elif command -v pacman >/dev/null; then
        say "On Arch: sudo pacman -S --needed gcc cmake ninja ccache qt6-base qt6-charts qt6-svg eigen zlib libzip cli11 protobuf onnx ttf-roboto"
    elif command -v zypper >/dev/null; then
        say "On openSUSE: sudo zypper install gcc-c++ cmake ninja ccache qt6-base-devel qt6-charts-devel qt6-svg-devel eigen3-devel zlib-devel libzip-devel cli11-devel protobuf-devel onnx-devel google-roboto-fonts"
    elif [[ $(uname -s) == Darwin ]]; then
        say "On macOS: xcode-select --install; brew install cmake ninja ccache qt eigen libzip cli11 protobuf onnx libomp"
    fi
    list=$(printf '%s, ' "${lacking[@]}")
    die "cannot install packages on this system by itself and did not find: ${list%, }; install them (see above) and run again."
fi

# ---- Debian and its relatives ---------------------------------------------------------------------------------------
# missing NAME...: those of the packages that are not installed, one a line.
missing() {
    local have name
    have=$(dpkg-query -W -f '${binary:Package} ${db:Status-Status}\n' 2>/dev/null |
        awk '$2 == "installed" { sub(/:.*/, "", $1); print $1 }')
    for name in "$@"; do grep -qxF -e "$name" <<<"$have" || printf '%s\n' "$name"; done
}

# known NAME...: those of the packages that apt could install.
known() {
    local name
    for name in "$@"; do
        LC_ALL=C apt-cache policy "$name" 2>/dev/null | grep 'Candidate: [^(]' >/dev/null && printf '%s\n' "$name"
    done
    return 0
}

mapfile -t needed < <(missing "${packages[@]}")
mapfile -t wanted < <(missing "${optional[@]}")
if ((${#needed[@]} == 0)); then
    mapfile -t wanted < <(known "${wanted[@]}")
    if ((${#wanted[@]} == 0)); then exit 0; fi
fi

as_root=()
if (($(id -u) != 0)); then
    by_hand="ask an administrator to run: apt-get install ${needed[*]} ${wanted[*]}"
    if ! command -v sudo >/dev/null; then
        ((${#needed[@]} == 0)) && exit 0
        die "cannot install ${needed[*]} without root rights, and sudo is not there; $by_hand"
    fi
    as_root=(sudo)
    # Nobody can type a password where there is no terminal.
    if [[ ! -t 0 || ${CI:-} == true ]]; then as_root+=(-n); fi
    if ! "${as_root[@]}" true 2>/dev/null && ! { [[ -t 0 && ${CI:-} != true ]] && "${as_root[@]}" -v; }; then
        ((${#needed[@]} == 0)) && exit 0
        die "cannot install ${needed[*]}: sudo did not give root rights; $by_hand"
    fi
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
        apt-get -qy -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null >>"$log" 2>&1
}
failed() {
    grep -E '^(E|W|dpkg: error)' "$log" | tail -n 8 >&2 || true
    die "$1"
}

if ((${#needed[@]})); then
    say "Installing the packages needed to build Convarium (about a minute): ${needed[*]}"
    apt update || say "install-deps: apt-get update reported problems; going on with the package lists there are."
    mapfile -t wanted < <(known "${wanted[@]}") # only now can a fresh machine's apt tell
    apt install --no-install-recommends "${needed[@]}" "${wanted[@]}" ||
        failed "apt could not install ${needed[*]}; check the network and the apt sources (the lines above are apt's), then run again."
else # nice to have: no failure here may stop the build
    say "Installing ${wanted[*]}"
    apt install --no-install-recommends "${wanted[@]}" ||
        say "install-deps: could not install ${wanted[*]}; Convarium builds without, but may look plainer or build slower."
fi
