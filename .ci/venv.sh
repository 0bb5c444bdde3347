#!/usr/bin/env bash
# Make a virtual environment: venv.sh PYTHON FOLDER. Says which Debian package is missing when one is.
set -euo pipefail
python=$1 folder=$2

stop() {
    printf 'error: %s\n' "$@" >&2
    exit 1
}

command -v "$python" >/dev/null || stop "there is no $python" "on Debian: apt-get install python3 python3-venv"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "$("$python" --version) is too old: 3.11 or newer is needed" "name another one, as in: make PYTHON=python3.12"

# Debian keeps ensurepip in a package of its own; without it `venv` leaves an environment that has no pip.
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
    stop "$python cannot make virtual environments: ensurepip is missing" "on Debian: apt-get install python3-venv"

rm -rf "$folder"
"$python" -m venv "$folder" || {
    rm -rf "$folder"
    stop "$python -m venv failed" "on Debian: apt-get install python3-venv"
}
