#!/usr/bin/env bash
# Builds what reads our files for Kubernetes and Docker and is in no Debian package: bash .ci/go-programs.sh FOLDER
# FOLDER then holds `helm`, and `cmd`, which reads compose.yaml as Docker Compose does.
#
# Needs Go 1.21 or newer, which fetches and checks the sources as modules. A second build takes seconds.
set -euo pipefail
mkdir -p "$1"
export GOBIN=$1 GOFLAGS=-mod=mod GOTOOLCHAIN=auto
for program in helm.sh/helm/v3/cmd/helm@v3.19.5 github.com/compose-spec/compose-go/v2/cmd@v2.16.2; do
    nice -n 19 go install "$program" </dev/null >&2
done
