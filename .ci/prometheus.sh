#!/usr/bin/env bash
# Unpack the newest Prometheus that Debian has: prometheus.sh FOLDER. Prints the folder that holds prometheus and promtool.
#
# Nothing is installed. The packages come from the mirror apt already uses, with apt checking their signatures, and are
# kept in VENDORSTATUS_CACHE (a folder below the temporary one) for the next time.
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
cache=${VENDORSTATUS_CACHE:-${TMPDIR:-/tmp}/vendorstatus-debian-$UID}
suite=sid
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

stop() {
    printf 'error: %s\n' "$@" >&2
    exit 1
}

command -v apt-get >/dev/null || stop "there is no apt-get: unpack Debian's packages prometheus and promtool by hand"
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' | head -n 1)
[[ -n $mirror ]] || stop "apt knows no Debian mirror"

# A state of its own: the machine's package lists stay as they are.
install -d -m 700 "$cache"
[[ -O $cache ]] || stop "$cache belongs to somebody else"
mkdir -p "$cache/lists/partial" "$cache/archives/partial"
echo "deb [signed-by=$keyring] $mirror $suite main" >"$cache/suite.list"
options=(
    -o "Dir::Etc::SourceList=$cache/suite.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$cache/lists"
    -o "Dir::Cache=$cache" -o Dir::State::Status=/dev/null -o "APT::Sandbox::User=$(id -un)"
)
apt-get "${options[@]}" -qq update </dev/null >&2
for package in prometheus promtool; do
    (cd "$cache/archives" && apt-get "${options[@]}" -qq download "$package" </dev/null >&2) ||
        stop "cannot download $package from $suite"
    # shellcheck disable=SC2012
    newest=$(ls -t "$cache/archives/${package}"_*.deb | head -n 1)
    dpkg -x "$newest" "$folder"
done
"$folder/usr/bin/prometheus" --version >/dev/null || stop "$suite's Prometheus does not run here"
"$folder/usr/bin/promtool" --version >/dev/null || stop "$suite's promtool does not run here"
echo "$folder/usr/bin"
