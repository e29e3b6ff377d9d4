#!/usr/bin/env bash
# Builds Convarium, installing what is missing, and starts it.
#
#   ./run.sh [FILE]               the window, with LeNet-5 or FILE on the canvas
#   ./run.sh --cli COMMAND ...    the command line program (./run.sh --cli --help lists its commands)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

program=convarium
case ${1:-} in
    -h | --help) sed -n '2,/^set -e/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    --cli) program=convarium-cli; shift ;;
esac

if [[ $program == convarium && $(uname -s) == Linux && -z ${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-} ]]; then
    echo "run.sh: there is no display to open a window on; start it from a desktop session, or use ./run.sh --cli for the command line." >&2
    exit 1
fi

"$root/installer/install-deps.sh"
if [[ $program == convarium ]]; then
    "$root/installer/build.sh" release convarium convarium-cli
    echo "Starting Convarium ..." >&2
else
    "$root/installer/build.sh" release convarium-cli
fi

# Qt warns about file names in a locale that is not UTF-8, as a bare machine's is.
if [[ $(uname -s) == Linux && ! ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} =~ [Uu][Tt][Ff]-?8 ]]; then export LC_ALL=C.UTF-8; fi
exec "$root/build/release/$program" "$@"
