#!/usr/bin/env bash
# Builds helm, which Debian does not have, and prints where it is: bash .ci/helm.sh FOLDER
#
# Needs Go 1.21 or newer, which fetches and checks the source as a module. A second build takes seconds.
set -euo pipefail
version=v3.19.5
folder=$1
mkdir -p "$folder"
GOBIN=$folder GOFLAGS=-mod=mod GOTOOLCHAIN=auto nice -n 19 go install "helm.sh/helm/v3/cmd/helm@$version" </dev/null >&2
echo "$folder/helm"
