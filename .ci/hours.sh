#!/usr/bin/env bash
# Run the tests marked `hours` under simulated clocks: hours.sh all|few|BEGINNING-OF-INSTANTS, as in hours.sh 2027-11-07.
#
# libfaketime moves the clock of Python, and of every process it starts, by one amount: time goes on, and all agree. It
# reaches no static program, so a Prometheus keeps the machine's clock; what it holds is of a world that ends at
# VENDORSTATUS_TEST_NOW. `few` leaves out those tests. PYTHON_OF_TESTS names another interpreter than .venv's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
which=${1:-all}
python=${PYTHON_OF_TESTS:-.venv/bin/python}
export NO_FAKE_STAT=1 # compiled modules are compared with the real times of their files

stop() {
    printf 'hours: %s\n' "$@" >&2
    exit 1
}

# Under this instant's clock. pytest fails when it finds no test, so an empty selection is no success.
run() {
    local instant=$1 seconds
    shift
    seconds=$(($(date -u -d "$instant" +%s) - $(date +%s)))
    VENDORSTATUS_TEST_NOW=$instant faketime -m --exclude-monotonic -f "$(printf '%+ds' "$seconds")" \
        "$python" -m pytest -q -p no:cacheprovider "$@" "${files[@]}" </dev/null
}

command -v faketime >/dev/null || stop "there is no faketime: on Debian apt-get install faketime"
mapfile -t files < <(grep -rl --include='test_*.py' 'mark\.hours' tests)
mapfile -t instants < <(PYTHONPATH=. "$python" -m tests.instants "$which")
((${#instants[@]})) || stop "no instant begins with $which; see tests/instants.py"

failed=()
for instant in "${instants[@]}"; do
    echo "=== $instant ($SECONDS s)"
    # One more than there are processors: these tests wait, for a tick or a timeout, more than they compute.
    run "$instant" -n "$(($(nproc) + 1))" -m "hours and not integration and not chaos" || failed+=("$instant")
    [[ $which == few ]] || run "$instant" -m "hours and integration and not chaos" || failed+=("$instant, integration")
done
((${#failed[@]} == 0)) || stop "failed at" "${failed[@]}"
echo "hours: passed under ${#instants[@]} clocks in $SECONDS s"
