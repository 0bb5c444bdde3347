#!/usr/bin/env bash
# The first argument with a vendor: twelve months with a target, the evidence behind the worst day, and the same figures
# whoever computes them, which are what really happened.
#
#     cd EMPTY_FOLDER && bash .../tests/walks/first_argument.sh
set -euo pipefail
walks=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$walks/steps.sh"

wants "Vendors with more than a year behind them."
goes_on demo "monitor demo --dir demo --port $(free_port) --days 420"
within 240 grep -q 'metrics on http' demo.log
use="--config demo/monitor.yaml"

wants "Twelve months beside each other, held against what the contract promises."
read -r first last < <(python3 "$walks/argument.py" months)
typed "monitor report larkspur-ai --month $first..$last --target 99.9 $use"
sees "^ +$first +.*$last"
sees '^Larkspur AI, days in UTC .*[0-9]+ of [0-9]+ days, [0-9.]+ % down, 100 % known, not kept'
sees '^  Models / Completions .*, kept .*, not kept'
sees '^Target 99.9 % of uptime'
months="monitor report larkspur-ai --month $first..$last --target 99.9 --components $use"
typed "$months --format json -o months.json"
typed "$months --format csv -o months.csv"

wants "A page to send to the vendor: one file, that asks nothing of anybody."
typed "monitor report larkspur-ai --month $first..$last --target 99.9 $use -o report.html"
typed "python3 $walks/argument.py page report.html months.json"
sees '^12 months are on the page'

wants "All days of it as tables, for a spreadsheet and for a notebook."
days="--since $first-01 --until $(python3 "$walks/argument.py" last-day) --components"
typed "monitor export csv larkspur-ai $days -o csv $use"
typed "monitor export parquet larkspur-ai $days -o parquet $use"

wants "Which day was the worst, and what is behind it? The same seconds as in the table."
worst=$(python3 "$walks/argument.py" worst csv/days.csv)
typed "monitor explain larkspur-ai $worst $use"
sees 'major outage'
sees '^incidents:'
typed "monitor explain larkspur-ai $worst --format json $use"
cp said worst.json
typed "monitor report larkspur-ai --since $worst --until $worst --format csv $use"
cp said day.csv
typed "python3 $walks/argument.py day $worst csv/days.csv worst.json day.csv"
sees '^the same seconds'

wants "Is a day disputed, so that the vendor could say otherwise?"
typed "monitor explain larkspur-ai --since $first-01 --until yesterday --disputed $use"
sees 'no day is disputed|disputed'
cp said disputed.txt

wants "Add it up myself: the spreadsheet, the tables and the Python API against the report, and against what happened."
typed "python3 $walks/argument.py sums months.csv csv/days.csv parquet/days.parquet demo/monitor.yaml disputed.txt"
sees '^[0-9]{3,} sums of 12 months are equal in the report, csv, parquet and the API$'
sees '^[0-9]{3,} days of components are what happened$'
ends_by_ctrl_c 0 demo
