#!/usr/bin/env bash
# README's five ways to ask, typed as they stand there beside the demo; only the port is another.
#
#     cd EMPTY_FOLDER && bash .../tests/walks/five_ways.sh
set -euo pipefail
walks=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$walks/steps.sh"

port=$(free_port)
awk '/^## Ask it$/ {here = 1} here && /^```$/ {exit} here && shown {print} here && /^```sh$/ {shown = 1}' \
    "$walks/../../README.md" | sed "s/:9184/:$port/" >ways
mapfile -t ways <ways
((${#ways[@]} == 5)) || fail "README has ${#ways[@]} ways to ask, not five"

wants "See simulated vendors."
goes_on demo "monitor demo --dir demo --port $port"
within 180 grep -q 'metrics on http' demo.log

wants "Ask in each way: the vendor is out, and each says so."
ends_with 2 "${ways[0]}"
sees 'CRITICAL +northwind-cloud +major outage'
typed "${ways[1]}"
sees 'major outage</span> <b>now</b>'
typed "${ways[2]}"
sees '"level": ?"major_outage"'
typed "${ways[3]}"
sees 'API requests failing in the EU'
typed "${ways[4]}"
sees '^vendorstatus_vendor_level\{.*vendor="northwind-cloud".*\} 4'
